/* SPDX-License-Identifier: MIT */
/* The nng backend's parts: transport.c has the calls, transport_connect.c the connection,
 * transport_open.c the beginning and the end. They are all of the client that knows nng.
 *
 * nng 1.5.2 has two flaws that shape them. A socket that closes while a thread is still inside
 * nng_ctx_send or nng_ctx_recv panics, even where the call has ended meanwhile: so the threads in
 * them are counted. (Not under the mutex: sends and receives would wait for each other.) And a
 * connection that closes between the head and the body of an incoming message is never done with
 * (nng's issue 1813), and nng_close waits for ever: so answers on their way are awaited a little,
 * and the thread that connects is the one that closes, and can be left behind. */
#ifndef BELLWETHER_CLIENT_TRANSPORT_H
#define BELLWETHER_CLIENT_TRANSPORT_H

#include <nng/nng.h>
#include <pthread.h>
#include <stdatomic.h>

#include "client/addresses.h"
#include "client/waiting.h"

struct transport;

/* A message under way: one call, or several that travel together. */
struct slot {
  struct transport *transport;
  nng_ctx ctx;
  nng_aio *aio;
  nng_aio *at_once;     /* without a callback: of a request that goes at once, or else with `aio` */
  atomic_bool sent;     /* its message is with nng, or not to be sent since the client closes */
  bool receiving;       /* else sending */
  bool quick;           /* of calls that may travel together */
  size_t n_calls;       /* that it began with */
  struct waiting calls; /* that have not ended: of its starter until sent, then under the mutex */
  struct slot *next_free;
};

struct transport {
  struct backend backend;
  nng_socket socket;
  struct addresses addresses;
  uint32_t connect_ms;

  /* Of the thread that connects. */
  pthread_t connector;
  size_t current; /* the address that worked last */
  nng_dialer dialer;
  nng_aio *guard; /* ends a dial that takes too long */
  int64_t connected_at_ms;

  atomic_uint n_inside; /* threads in nng_ctx_send or nng_ctx_recv */
  atomic_bool closing;
  atomic_bool lingered; /* and nobody waits for answers any more */
  atomic_uint pipe;     /* the connection; 0: none */

  pthread_mutex_t mutex; /* of all below, and of changes to the four above but the first */
  pthread_cond_t changed;
  bool closed;    /* the socket, so that the connector can be joined */
  bool abandoned; /* the connector frees all, should it ever come so far */
  bool wanted;    /* a call waits for a connection */
  bool was_connected;
  uint32_t lost_pipe; /* may be lost before it is reported as made */
  size_t n_busy;
  size_t n_slots;
  size_t most_slots;
  struct slot *slots;
  struct slot *first_free;
  struct slot *resting;     /* a free slot that is taken last of all; NULL: none */
  struct waiting waiting;   /* for a slot */
  struct waiting gathering; /* for a slot of the quick ones, to travel together */
  size_t n_quick;           /* slots that have some */
  size_t n_quick_calls;     /* that these began with */
  size_t most_quick;        /* 0: all calls travel alone */
  size_t reply_bytes;       /* of quick calls: a mean in which later replies count for more */
  nng_aio *alarm;           /* of the earliest deadline of a call ... */
  int64_t alarm_ms;         /* ... or an earlier time; INT64_MAX: not set */
};

/* Not beyond what nng can count. */
static inline nng_duration left_until(int64_t at_ms) {
  int64_t left_ms = at_ms - now_ms();
  if (left_ms < 0)
    return 0;
  return left_ms > INT32_MAX ? INT32_MAX : (nng_duration)left_ms;
}

/* The backend's send. */
enum bellwether_status transport_send(struct backend *backend, struct exchange *exchange);
/* A slot without a call, with the mutex held. One that was answered may become the resting one: REQ
 * sets a timer for each message, and wakes the thread of timers where none rings earlier or in the
 * same millisecond. The timer stays when the answer is there, until the context sends the next
 * message or the connection is lost. So a slot that sends nothing spares all others a switch of
 * threads for each message. */
void transport_lay_aside(struct slot *slot, bool may_rest);
/* nng's callback: there may be calls whose deadline is over. */
void transport_ring(void *transport);
/* Ends these calls without an answer. */
void transport_end_all(struct waiting *calls, enum bellwether_status status);

/* The thread that connects, and closes the socket once no call is under way. */
void *transport_connect(void *transport);
/* nng's callbacks: a connection was made or lost; a dial has taken too long. */
void transport_pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *transport);
void transport_end_dial(void *transport);
/* Once the socket is closed. */
void transport_free(struct transport *transport);

#endif
