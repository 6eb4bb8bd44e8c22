/* SPDX-License-Identifier: MIT */
/* The nng backend: the one file of the client that knows nng. One REQ socket, a context and an aio
 * for each call under way, and a thread that connects. REQ itself keeps requests until there is a
 * connection and sends them again when one is lost, so fail-over is a matter of connecting to the
 * next address; calls end at their deadlines whatever happens. */
#include "client/backend.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "proto/limits.h"

enum {
  IN_FLIGHT_DEFAULT = 256,
  CONNECT_MS_DEFAULT = 2000,
  RETRY_PAUSE_MS = 20,
  ADDRESSES_MAX = 16,
};

struct transport;

struct slot {
  struct transport *transport;
  nng_ctx ctx;
  nng_aio *aio;
  bool receiving;
  struct exchange *exchange; /* NULL: free */
  struct slot *next_free;
};

struct waiting {
  struct exchange *exchange;
  struct waiting *next;
};

struct transport {
  struct backend backend;
  nng_socket socket;
  char *servers; /* the addresses, each ended by NUL */
  size_t n_addresses;
  const char *addresses[ADDRESSES_MAX];
  size_t current;
  uint32_t connect_ms;
  pthread_t connector;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  bool closing;
  bool wanted; /* a call waits for a connection */
  int n_pipes;
  bool was_connected;
  size_t n_busy;
  size_t n_slots;
  size_t most_slots;
  struct slot *slots;
  struct slot *first_free;
  struct waiting *first_waiting;
  struct waiting **last_waiting;
};

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static enum bellwether_status status_of(int code) {
  switch (code) {
  case 0:
    return BELLWETHER_OK;
  case NNG_ETIMEDOUT:
    return BELLWETHER_TIMEOUT;
  case NNG_ENOMEM:
    return BELLWETHER_NO_MEMORY;
  case NNG_ECLOSED:
  case NNG_ECANCELED:
    return BELLWETHER_CLOSED;
  case NNG_EMSGSIZE:
    return BELLWETHER_TOO_LARGE;
  default:
    return BELLWETHER_UNREACHABLE;
  }
}

static void start(struct slot *slot);

/* Takes the first exchange that waits off the queue, with the mutex held; NULL where none does. */
static struct exchange *dequeue(struct transport *transport) {
  struct waiting *first = transport->first_waiting;
  if (first == NULL)
    return NULL;
  struct exchange *exchange = first->exchange;
  transport->first_waiting = first->next;
  if (transport->first_waiting == NULL)
    transport->last_waiting = &transport->first_waiting;
  free(first);
  return exchange;
}

/* Gives the slot to the next that waits, or lays it aside. */
static void release(struct slot *slot) {
  struct transport *transport = slot->transport;
  pthread_mutex_lock(&transport->mutex);
  slot->exchange = dequeue(transport);
  bool idle = slot->exchange == NULL;
  if (idle) {
    slot->next_free = transport->first_free;
    transport->first_free = slot;
    transport->n_busy--;
    pthread_cond_broadcast(&transport->changed);
  }
  pthread_mutex_unlock(&transport->mutex);
  if (!idle)
    start(slot);
}

static void finish(struct slot *slot, enum bellwether_status status, struct bytes reply) {
  struct exchange *exchange = slot->exchange;
  exchange->done(exchange, status, reply);
  release(slot);
}

static void step(void *arg) {
  struct slot *slot = arg;
  int code = nng_aio_result(slot->aio);
  if (code != 0) {
    if (!slot->receiving)
      nng_msg_free(nng_aio_get_msg(slot->aio));
    finish(slot, status_of(code), bytes_of(NULL, 0));
    return;
  }
  if (!slot->receiving) {
    slot->receiving = true;
    int64_t left = slot->exchange->deadline_ms - now_ms();
    nng_aio_set_timeout(slot->aio, left > 0 ? (nng_duration)left : 0);
    nng_ctx_recv(slot->ctx, slot->aio);
    return;
  }
  nng_msg *reply = nng_aio_get_msg(slot->aio);
  finish(slot, BELLWETHER_OK, bytes_of(nng_msg_body(reply), nng_msg_len(reply)));
  nng_msg_free(reply);
}

/* Only a call that is under way can be told that there is no server, so the connector is woken
 * behind its start. */
static void want_connection(struct transport *transport) {
  pthread_mutex_lock(&transport->mutex);
  if (transport->n_pipes == 0) {
    transport->wanted = true;
    pthread_cond_broadcast(&transport->changed);
  }
  pthread_mutex_unlock(&transport->mutex);
}

static void start(struct slot *slot) {
  struct exchange *exchange = slot->exchange;
  struct transport *transport = slot->transport;
  nng_msg *message = NULL;
  if (nng_msg_alloc(&message, exchange->call.size) != 0) {
    finish(slot, BELLWETHER_NO_MEMORY, bytes_of(NULL, 0));
    return;
  }
  memcpy(nng_msg_body(message), exchange->call.data, exchange->call.size);
  int64_t left = exchange->deadline_ms - now_ms();
  slot->receiving = false;
  nng_aio_set_msg(slot->aio, message);
  nng_aio_set_timeout(slot->aio, left > 0 ? (nng_duration)left : 0);
  nng_ctx_send(slot->ctx, slot->aio);
  want_connection(transport);
}

/* A free slot, with the mutex held; NULL where all are busy. */
static struct slot *take_slot(struct transport *transport) {
  struct slot *slot = transport->first_free;
  if (slot != NULL) {
    transport->first_free = slot->next_free;
    return slot;
  }
  if (transport->n_slots == transport->most_slots)
    return NULL;
  slot = &transport->slots[transport->n_slots];
  *slot = (struct slot){.transport = transport};
  if (nng_ctx_open(&slot->ctx, transport->socket) != 0)
    return NULL;
  if (nng_aio_alloc(&slot->aio, step, slot) != 0) {
    nng_ctx_close(slot->ctx);
    return NULL;
  }
  transport->n_slots++;
  return slot;
}

static bool enqueue(struct transport *transport, struct exchange *exchange) {
  struct waiting *waiting = malloc(sizeof *waiting);
  if (waiting == NULL)
    return false;
  *waiting = (struct waiting){.exchange = exchange};
  *transport->last_waiting = waiting;
  transport->last_waiting = &waiting->next;
  return true;
}

static void transport_send(struct backend *backend, struct exchange *exchange) {
  struct transport *transport = (struct transport *)backend;
  enum bellwether_status refused = BELLWETHER_OK;
  pthread_mutex_lock(&transport->mutex);
  struct slot *slot = transport->closing ? NULL : take_slot(transport);
  if (transport->closing) {
    refused = BELLWETHER_CLOSED;
  } else if (slot != NULL) {
    slot->exchange = exchange;
    transport->n_busy++;
  } else if (!enqueue(transport, exchange)) {
    refused = BELLWETHER_NO_MEMORY;
  }
  pthread_mutex_unlock(&transport->mutex);
  if (refused != BELLWETHER_OK) {
    exchange->done(exchange, refused, bytes_of(NULL, 0));
    return;
  }
  if (slot != NULL)
    start(slot);
}

static void pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *arg) {
  struct transport *transport = arg;
  (void)pipe;
  pthread_mutex_lock(&transport->mutex);
  transport->n_pipes += event == NNG_PIPE_EV_ADD_POST ? 1 : -1;
  transport->was_connected = true;
  transport->wanted = transport->n_pipes == 0 && transport->n_busy > 0;
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
}

/* Tries each address once, the one that worked last first. */
static bool try_addresses(struct transport *transport, nng_dialer *dialer) {
  for (size_t i = 0; i < transport->n_addresses; i++) {
    size_t at = (transport->current + i) % transport->n_addresses;
    if (nng_dialer_create(dialer, transport->socket, transport->addresses[at]) != 0)
      continue;
    if (nng_dialer_start(*dialer, 0) == 0) {
      transport->current = at;
      return true;
    }
    nng_dialer_close(*dialer);
    *dialer = (nng_dialer)NNG_DIALER_INITIALIZER;
  }
  return false;
}

/* A lost connection is worth some patience, for servers restart; a first one is not. */
static bool connect_again(struct transport *transport, nng_dialer *dialer, bool patient) {
  int64_t until_ms = now_ms() + (patient ? transport->connect_ms : 0);
  if (nng_dialer_id(*dialer) > 0)
    nng_dialer_close(*dialer);
  *dialer = (nng_dialer)NNG_DIALER_INITIALIZER;
  for (;;) {
    if (try_addresses(transport, dialer))
      return true;
    pthread_mutex_lock(&transport->mutex);
    bool closing = transport->closing;
    pthread_mutex_unlock(&transport->mutex);
    if (closing || now_ms() >= until_ms)
      return false;
    nng_msleep(RETRY_PAUSE_MS);
  }
}

static void give_up(struct transport *transport) {
  pthread_mutex_lock(&transport->mutex);
  size_t n_slots = transport->n_slots;
  pthread_mutex_unlock(&transport->mutex);
  for (size_t i = 0; i < n_slots; i++)
    nng_aio_abort(transport->slots[i].aio, NNG_ECONNREFUSED);
}

static void *connector(void *arg) {
  struct transport *transport = arg;
  nng_dialer dialer = NNG_DIALER_INITIALIZER;
  pthread_mutex_lock(&transport->mutex);
  while (!transport->closing) {
    if (!transport->wanted || transport->n_pipes > 0) {
      transport->wanted = false;
      pthread_cond_wait(&transport->changed, &transport->mutex);
      continue;
    }
    transport->wanted = false;
    bool patient = transport->was_connected;
    transport->was_connected = false;
    pthread_mutex_unlock(&transport->mutex);
    if (!connect_again(transport, &dialer, patient))
      give_up(transport);
    pthread_mutex_lock(&transport->mutex);
  }
  pthread_mutex_unlock(&transport->mutex);
  return NULL;
}

static void free_transport(struct transport *transport) {
  for (size_t i = 0; i < transport->n_slots; i++)
    nng_aio_free(transport->slots[i].aio);
  pthread_cond_destroy(&transport->changed);
  pthread_mutex_destroy(&transport->mutex);
  free(transport->slots);
  free(transport->servers);
  free(transport);
}

static void transport_close(struct backend *backend) {
  struct transport *transport = (struct transport *)backend;
  pthread_mutex_lock(&transport->mutex);
  transport->closing = true;
  struct waiting *waiting = transport->first_waiting;
  transport->first_waiting = NULL;
  transport->last_waiting = &transport->first_waiting;
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
  while (waiting != NULL) {
    struct waiting *next = waiting->next;
    waiting->exchange->done(waiting->exchange, BELLWETHER_CLOSED, bytes_of(NULL, 0));
    free(waiting);
    waiting = next;
  }
  nng_close(transport->socket);
  pthread_join(transport->connector, NULL);
  pthread_mutex_lock(&transport->mutex);
  while (transport->n_busy > 0)
    pthread_cond_wait(&transport->changed, &transport->mutex);
  pthread_mutex_unlock(&transport->mutex);
  free_transport(transport);
}

static bool split_addresses(struct transport *transport, char *text, size_t text_size) {
  char *rest = transport->servers;
  for (char *address; (address = strsep(&rest, ",")) != NULL;) {
    if (strstr(address, "://") == NULL) {
      snprintf(text, text_size, "'%s' is no address: tcp://HOST:PORT, ipc://PATH or ws://HOST:PORT",
               address);
      return false;
    }
    if (transport->n_addresses == ADDRESSES_MAX) {
      snprintf(text, text_size, "more than %d addresses", ADDRESSES_MAX);
      return false;
    }
    transport->addresses[transport->n_addresses++] = address;
  }
  return true;
}

static bool open_socket(struct transport *transport) {
  if (nng_req0_open(&transport->socket) != 0)
    return false;
  bool set =
      nng_socket_set_ms(transport->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE) == 0 &&
      nng_socket_set_size(transport->socket, NNG_OPT_RECVMAXSZ, LIMIT_RECEIVE_BYTES) == 0 &&
      nng_pipe_notify(transport->socket, NNG_PIPE_EV_ADD_POST, pipe_changed, transport) == 0 &&
      nng_pipe_notify(transport->socket, NNG_PIPE_EV_REM_POST, pipe_changed, transport) == 0 &&
      pthread_create(&transport->connector, NULL, connector, transport) == 0;
  if (!set)
    nng_close(transport->socket);
  return set;
}

struct backend *transport_open(const struct bellwether_options *options, char *ret_text,
                               size_t text_size) {
  struct transport *transport = calloc(1, sizeof *transport);
  if (transport == NULL)
    return NULL;
  transport->backend = (struct backend){transport_send, transport_close};
  transport->connect_ms = options->connect_ms != 0 ? options->connect_ms : CONNECT_MS_DEFAULT;
  transport->most_slots = options->in_flight != 0 ? options->in_flight : IN_FLIGHT_DEFAULT;
  transport->last_waiting = &transport->first_waiting;
  pthread_mutex_init(&transport->mutex, NULL);
  pthread_cond_init(&transport->changed, NULL);
  transport->servers = strdup(options->servers);
  transport->slots = calloc(transport->most_slots, sizeof *transport->slots);
  bool ready = transport->servers != NULL && transport->slots != NULL &&
               split_addresses(transport, ret_text, text_size);
  if (ready && open_socket(transport))
    return &transport->backend;
  free_transport(transport);
  return NULL;
}
