/* SPDX-License-Identifier: MIT */
/* Load over plain sockets, for peers whose protocol is bytes in a row: Redis, memcached, HTTP. The
 * questions are packed before the clock starts, as those of `bellwether bench` are. A thread has
 * its share of the connections, and waits for all of them with epoll; each has --depth questions
 * under way, and sends as many new ones as were answered by what it has received. */
#ifndef BELLWETHER_BENCH_COMPARE_NET_H
#define BELLWETHER_BENCH_COMPARE_NET_H

#include "bench/compare/peer.h"

struct net_buffer {
  uint8_t *data;
  size_t size;
  size_t room;
};

void net_write(struct net_buffer *buffer, const void *data, size_t size);
void net_format(struct net_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct net_question {
  const struct peer_series **series; /* --batch of them */
  size_t n;
  struct net_buffer packed;
};

struct net_protocol {
  void (*pack)(const struct peer *peer, struct net_question *question);
  /* Checks the reply at the beginning of `data`. Returns its size, or 0 as long as it is not whole.
   */
  size_t (*take)(const struct peer *peer, const struct net_question *question, const uint8_t *data,
                 size_t size);
};

/* Connects to --at, which is a port of this machine, or a socket's path. */
int net_main(int argc, char **argv, const struct net_protocol *protocol);

/* Reads of a reply that may not be whole yet. */
struct net_reply {
  const uint8_t *data;
  size_t size;
  size_t at;
  bool whole; /* true as long as nothing was missing */
};
/* A line without its CR LF, of which *ret_size bytes; NULL: not there yet. */
const char *net_line(struct net_reply *reply, size_t *ret_size);
/* So many bytes and the CR LF behind them; NULL: not there yet. */
const uint8_t *net_bytes(struct net_reply *reply, size_t size);
/* The decimal number behind `prefix`; what does not begin with it ends the program. */
size_t net_number(const char *line, size_t size, const char *prefix);

#endif
