/* SPDX-License-Identifier: MIT */
#include "bench/compare/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DECK_ITEMS = 1 << 20, DECK_MOST = 1 << 14, RECEIVE_BYTES = 1 << 18, LINE_BYTES = 1024 };

static const struct net_protocol *protocol;
static struct net_question *deck;
static size_t deck_size;

struct connection {
  int fd;
  bool waits; /* for room to send */
  struct net_buffer out;
  size_t sent;
  struct net_buffer in;
  const struct net_question **asked; /* a ring of --depth */
  uint64_t *sent_ns;
  uint32_t first;
  uint32_t n;
};

static void reserve(struct net_buffer *buffer, size_t size) {
  if (buffer->room - buffer->size >= size)
    return;
  buffer->room = 2 * buffer->room + size;
  buffer->data = realloc(buffer->data, buffer->room);
  peer_must(buffer->data != NULL, "out of memory");
}

void net_write(struct net_buffer *buffer, const void *data, size_t size) {
  reserve(buffer, size);
  memcpy(buffer->data + buffer->size, data, size);
  buffer->size += size;
}

void net_format(struct net_buffer *buffer, const char *format, ...) {
  char line[LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  peer_must(size >= 0 && size < LINE_BYTES, "a line is too long");
  net_write(buffer, line, (size_t)size);
}

/* ---- replies ---- */

const char *net_line(struct net_reply *reply, size_t *ret_size) {
  const char *begin = (const char *)reply->data + reply->at;
  const char *end = memchr(begin, '\n', reply->size - reply->at);
  if (end == NULL || !reply->whole) {
    reply->whole = false;
    return NULL;
  }
  *ret_size = (size_t)(end - begin) - (end > begin && end[-1] == '\r');
  reply->at += (size_t)(end - begin) + 1;
  return begin;
}

const uint8_t *net_bytes(struct net_reply *reply, size_t size) {
  const uint8_t *begin = reply->data + reply->at;
  if (reply->size - reply->at < size + 2 || !reply->whole) {
    reply->whole = false;
    return NULL;
  }
  reply->at += size + 2;
  return begin;
}

size_t net_number(const char *line, size_t size, const char *prefix) {
  size_t skipped = strlen(prefix), number = 0;
  if (size < skipped || memcmp(line, prefix, skipped) != 0) {
    fprintf(stderr, "peer: \"%.*s\" in the reply, \"%s\" is expected\n", (int)size, line, prefix);
    exit(1);
  }
  for (size_t i = skipped; i < size && line[i] >= '0' && line[i] <= '9'; i++)
    number = number * 10 + (size_t)(line[i] - '0');
  return number;
}

/* ---- connections ---- */

static int connect_tcp(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer_must(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, port);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static int connect_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  peer_must(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, path);
  return fd;
}

static void wait_for(int epoll, struct connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  peer_must(epoll_ctl(epoll, operation, connection->fd, &event) == 0, "epoll_ctl");
}

static void open_connection(struct connection *connection, const struct peer *peer, int epoll) {
  connection->fd = peer->at[0] == '/' ? connect_unix(peer->at) : connect_tcp(peer->at);
  connection->asked = calloc(peer->depth, sizeof(void *));
  connection->sent_ns = calloc(peer->depth, sizeof *connection->sent_ns);
  peer_must(connection->asked != NULL && connection->sent_ns != NULL, "out of memory");
  fcntl(connection->fd, F_SETFL, O_NONBLOCK);
  wait_for(epoll, connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void send_out(struct connection *connection, int epoll) {
  struct net_buffer *out = &connection->out;
  while (connection->sent < out->size) {
    ssize_t n = send(connection->fd, out->data + connection->sent, out->size - connection->sent,
                     MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN)
      break;
    peer_must(n > 0, "the peer has closed the connection");
    connection->sent += (size_t)n;
  }
  bool waits = connection->sent < out->size;
  if (!waits)
    connection->sent = out->size = 0;
  if (waits != connection->waits)
    wait_for(epoll, connection, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
  connection->waits = waits;
}

static void ask(struct peer_lane *lane, struct connection *connection) {
  const struct peer *peer = lane->peer;
  peer_draw(lane);
  const struct net_question *question = &deck[(lane->random >> 16) % deck_size];
  uint32_t place = (connection->first + connection->n++) % peer->depth;
  connection->asked[place] = question;
  connection->sent_ns[place] = peer_now_ns();
  lane->request_bytes += question->packed.size;
  net_write(&connection->out, question->packed.data, question->packed.size);
}

/* Takes the replies that are whole, and asks as many new questions while there is time. */
static void take_replies(struct peer_lane *lane, struct connection *connection) {
  const struct peer *peer = lane->peer;
  struct net_buffer *in = &connection->in;
  size_t at = 0;
  uint32_t n_taken = 0;
  while (connection->n > 0 && at < in->size) {
    const struct net_question *question = connection->asked[connection->first];
    size_t size = protocol->take(peer, question, in->data + at, in->size - at);
    if (size == 0)
      break;
    peer_count(lane, connection->sent_ns[connection->first], question->n,
               peer_asks(peer, "range") ? peer->rows : question->n);
    lane->reply_bytes += size;
    at += size;
    connection->first = (connection->first + 1) % peer->depth;
    connection->n--;
    n_taken++;
  }
  memmove(in->data, in->data + at, in->size - at);
  in->size -= at;
  for (bool more = peer_now_ns() < lane->until_ns; more && n_taken > 0; n_taken--)
    ask(lane, connection);
}

static void receive(struct connection *connection) {
  struct net_buffer *in = &connection->in;
  reserve(in, RECEIVE_BYTES);
  ssize_t n = recv(connection->fd, in->data + in->size, in->room - in->size, 0);
  if (n < 0 && errno == EAGAIN)
    return;
  peer_must(n > 0, "the peer has closed the connection");
  in->size += (size_t)n;
}

static void work(struct peer_lane *lane) {
  const struct peer *peer = lane->peer;
  uint32_t n = peer->connections / peer->threads, n_asking = n;
  struct connection *connections = calloc(n, sizeof *connections);
  int epoll = epoll_create1(0);
  peer_must(n > 0 && connections != NULL && epoll >= 0, "no connections");
  for (uint32_t i = 0; i < n; i++)
    open_connection(&connections[i], peer, epoll);
  peer_ready(lane);
  for (uint32_t i = 0; i < n; i++) {
    while (connections[i].n < peer->depth)
      ask(lane, &connections[i]);
    send_out(&connections[i], epoll);
  }
  while (n_asking > 0) {
    struct epoll_event events[64];
    int n_events = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < n_events; i++) {
      struct connection *connection = events[i].data.ptr;
      bool was_asking = connection->n > 0;
      if (events[i].events & ~(uint32_t)EPOLLOUT)
        receive(connection);
      take_replies(lane, connection);
      send_out(connection, epoll);
      n_asking -= was_asking && connection->n == 0;
    }
  }
}

/* ---- the deck ---- */

static void make_deck(const struct peer *peer) {
  struct peer_lane dealer = {.peer = peer, .random = 20250630};
  deck_size = DECK_ITEMS / peer->batch < DECK_MOST ? DECK_ITEMS / peer->batch : DECK_MOST;
  deck = calloc(deck_size, sizeof *deck);
  peer_must(deck != NULL, "out of memory");
  for (size_t i = 0; i < deck_size; i++) {
    deck[i].n = peer->batch;
    deck[i].series = calloc(peer->batch, sizeof(void *));
    peer_must(deck[i].series != NULL, "out of memory");
    for (size_t j = 0; j < peer->batch; j++)
      deck[i].series[j] = peer_draw(&dealer);
    protocol->pack(peer, &deck[i]);
  }
}

int net_main(int argc, char **argv, const struct net_protocol *spoken) {
  struct peer peer;
  protocol = spoken;
  peer_open(&peer, argc, argv);
  peer_must(peer.at != NULL && peer.n_series > 0, "--at and --data are needed");
  make_deck(&peer);
  return peer_run(&peer, work);
}
