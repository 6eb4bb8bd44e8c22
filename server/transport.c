/* SPDX-License-Identifier: MIT */
#include "server/transport.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "proto/limits.h"
#include "server/address.h"
#include "server/clock.h"
#include "server/in_flight.h"
#include "server/listeners.h"
#include "server/log.h"

enum {
  CONTEXTS_DEFAULT = 64,
  SEND_TIMEOUT_DEFAULT_MS = 10000,
  /* nng counts a reply as sent when it is in the socket's hands: large ones are on their way still.
   */
  FLUSH_MS = 100,
  CLOSE_MS = 1000, /* then the socket is left behind */
  QUIET_MS = 50,   /* between two looks at connections that are to be closed */
  QUIET_MOST = 64, /* closed at one look */
};

/* A context of the REP socket: it receives a call, waits for the engine, sends the reply, and
 * begins again. Its aio is used by one step at a time. */
struct slot {
  struct reply_sink sink;
  struct transport *transport;
  nng_ctx ctx;
  nng_aio *aio;
  bool sending; /* else receiving */
  uint32_t pipe;
  nng_msg *request;
  nng_msg *reply;
  size_t reply_bytes;                  /* while it is on its way */
  atomic_int_least64_t sends_until_ms; /* 0: it does not send */
};

struct transport {
  nng_socket socket;
  struct engine *engine;
  const char *const *origins;
  nng_duration send_timeout_ms;
  size_t in_flight_max;
  unsigned n_contexts;
  struct listeners *listeners;
  atomic_size_t bytes_in_flight;
  atomic_uint n_inside; /* threads in nng_ctx_send or nng_ctx_recv */
  atomic_bool watches;  /* replies on their way: `watch` runs */

  pthread_mutex_t lock; /* of all below */
  pthread_cond_t idle;
  struct in_flight *in_flight;
  nng_aio *watch;
  nng_aio *quiet; /* runs while connections are to be closed */
  bool quiet_runs;
  size_t n_slots;
  size_t n_busy; /* slots that have a call */
  size_t n_pipes;
  bool closing;
  struct slot *slots[LIMIT_CONTEXTS];
};

static struct bytes body_of(nng_msg *message) {
  return bytes_of(nng_msg_body(message), nng_msg_len(message));
}

static void receive(struct slot *slot) {
  slot->sending = false;
  nng_ctx_recv(slot->ctx, slot->aio);
}

/* nng 1.5.2 panics when a socket closes while a thread is still inside nng_ctx_send or
 * nng_ctx_recv, be the message sent or not: so who closes waits for all that have entered. */
static void enter(struct transport *transport) {
  atomic_fetch_add(&transport->n_inside, 1);
}

/* The last act that touches the transport while it closes. */
static void leave(struct transport *transport) {
  atomic_fetch_sub(&transport->n_inside, 1);
}

/* The slot has its call behind it. */
static void become_free(struct slot *slot) {
  struct transport *transport = slot->transport;
  atomic_fetch_sub(&transport->bytes_in_flight, slot->reply_bytes);
  slot->reply_bytes = 0;
  enter(transport);
  pthread_mutex_lock(&transport->lock);
  bool closing = transport->closing;
  if (slot->pipe != 0)
    in_flight_remove(transport->in_flight, slot->pipe);
  if (--transport->n_busy == 0)
    pthread_cond_broadcast(&transport->idle);
  pthread_mutex_unlock(&transport->lock);
  if (!closing)
    receive(slot);
  leave(transport);
}

static uint8_t *reserve_reply(struct reply_sink *sink, size_t size) {
  struct slot *slot = (struct slot *)sink;
  if (nng_msg_alloc(&slot->reply, size) != 0) {
    slot->reply = NULL;
    return NULL;
  }
  return nng_msg_body(slot->reply);
}

/* The request is done with; what is in flight now is the reply, until it is sent. */
static void drop_request(struct slot *slot) {
  slot->reply_bytes = slot->reply == NULL ? 0 : nng_msg_len(slot->reply);
  atomic_fetch_add(&slot->transport->bytes_in_flight, slot->reply_bytes);
  atomic_fetch_sub(&slot->transport->bytes_in_flight, nng_msg_len(slot->request));
  nng_msg_free(slot->request);
  slot->request = NULL;
}

/* Who sends looks whether somebody watches behind saying that it sends; who stops watching does it
 * the other way around: so one of the two sees the other. */
static void start_watching(struct transport *transport) {
  if (atomic_load(&transport->watches))
    return;
  pthread_mutex_lock(&transport->lock);
  if (!atomic_exchange(&transport->watches, true))
    nng_sleep_aio(transport->send_timeout_ms, transport->watch);
  pthread_mutex_unlock(&transport->lock);
}

/* Ends sends that take too long, and tells when the next one will have. A slot that meanwhile
 * receives does so again. */
static int64_t abort_late(struct transport *transport, int64_t now_ms) {
  int64_t next_ms = INT64_MAX;
  for (size_t i = 0; i < transport->n_slots; i++) {
    struct slot *slot = transport->slots[i];
    int64_t until_ms = atomic_load(&slot->sends_until_ms);
    if (until_ms == 0)
      continue;
    if (until_ms <= now_ms) {
      nng_aio_abort(slot->aio, NNG_ETIMEDOUT);
      until_ms = now_ms + QUIET_MS;
    }
    next_ms = until_ms < next_ms ? until_ms : next_ms;
  }
  return next_ms;
}

/* nng's own timeouts would take a place in a list under a lock of all sends, for each. */
static void on_watch(void *argument) {
  struct transport *transport = argument;
  if (nng_aio_result(transport->watch) != 0)
    return;
  pthread_mutex_lock(&transport->lock);
  int64_t now_ms = clock_monotonic_ms();
  int64_t next_ms = abort_late(transport, now_ms);
  if (next_ms == INT64_MAX) {
    atomic_store(&transport->watches, false);
    next_ms = abort_late(transport, now_ms);
  }
  bool goes_on = next_ms != INT64_MAX;
  atomic_store(&transport->watches, goes_on);
  if (goes_on)
    nng_sleep_aio((nng_duration)(next_ms - now_ms), transport->watch);
  pthread_mutex_unlock(&transport->lock);
}

static void send_reply(struct reply_sink *sink) {
  struct slot *slot = (struct slot *)sink;
  struct transport *transport = slot->transport;
  drop_request(slot);
  if (slot->reply == NULL) {
    become_free(slot);
    return;
  }
  nng_aio_set_msg(slot->aio, slot->reply);
  slot->reply = NULL;
  slot->sending = true;
  atomic_store(&slot->sends_until_ms, clock_monotonic_ms() + transport->send_timeout_ms);
  start_watching(transport);
  enter(transport);
  nng_ctx_send(slot->ctx, slot->aio);
  leave(transport);
}

static void drop_pipe(uint32_t id, const char *why) {
  nng_pipe pipe = {.id = id};
  log_event(LOG_LEVEL_WARN, "connection_dropped", "connection=\"%u\" why=\"%s\"", id, why);
  nng_pipe_close(pipe);
}

/* nng 1.5.2 loses a receive, and with it all that waits for the connection's end (the thread that
 * frees connections, and so every later connection, and nng_close), when a connection is closed
 * while a message comes in. So one that is to be closed is read until it is quiet, and what comes
 * in is passed over. */
static void doom_pipe(struct transport *transport, uint32_t pipe, const char *why) {
  pthread_mutex_lock(&transport->lock);
  bool doomed = in_flight_doom(transport->in_flight, pipe);
  bool starts = doomed && !transport->quiet_runs && !transport->closing;
  if (starts) {
    transport->quiet_runs = true;
    nng_sleep_aio(QUIET_MS, transport->quiet);
  }
  pthread_mutex_unlock(&transport->lock);
  if (doomed)
    log_event(LOG_LEVEL_WARN, "connection_dropped", "connection=\"%u\" why=\"%s\"", pipe, why);
}

static void on_quiet(void *argument) {
  struct transport *transport = argument;
  uint32_t pipes[QUIET_MOST];
  bool left = false;
  if (nng_aio_result(transport->quiet) != 0)
    return;
  pthread_mutex_lock(&transport->lock);
  size_t n = in_flight_take_quiet(transport->in_flight, pipes, QUIET_MOST, &left);
  transport->quiet_runs = left && !transport->closing;
  if (transport->quiet_runs)
    nng_sleep_aio(QUIET_MS, transport->quiet);
  pthread_mutex_unlock(&transport->lock);
  for (size_t i = 0; i < n; i++)
    nng_pipe_close((nng_pipe){.id = pipes[i]});
}

static void on_sent(struct slot *slot) {
  int code = nng_aio_result(slot->aio);
  atomic_store(&slot->sends_until_ms, 0);
  if (code != 0)
    nng_msg_free(nng_aio_get_msg(slot->aio));
  nng_aio_set_msg(slot->aio, NULL);
  if (code == NNG_ETIMEDOUT)
    doom_pipe(slot->transport, slot->pipe, "it does not take its replies");
  become_free(slot);
}

static void on_event(void *argument);

static struct slot *slot_new(struct transport *transport) {
  struct slot *slot = calloc(1, sizeof *slot);
  if (slot == NULL)
    return NULL;
  slot->sink = (struct reply_sink){.reserve = reserve_reply, .done = send_reply};
  slot->transport = transport;
  if (nng_aio_alloc(&slot->aio, on_event, slot) != 0) {
    free(slot);
    return NULL;
  }
  nng_aio_set_timeout(slot->aio, NNG_DURATION_INFINITE);
  if (nng_ctx_open(&slot->ctx, transport->socket) != 0) {
    nng_aio_free(slot->aio);
    free(slot);
    return NULL;
  }
  return slot;
}

/* One more context, where there may be one. Called with the lock. */
static bool add_slot(struct transport *transport) {
  if (transport->n_slots == LIMIT_CONTEXTS)
    return false;
  struct slot *slot = slot_new(transport);
  if (slot == NULL)
    return false;
  transport->slots[transport->n_slots++] = slot;
  receive(slot);
  return true;
}

enum welcome {
  WELCOME_WORK,   /* to be worked on */
  WELCOME_REFUSE, /* to be told that too much is in flight */
  WELCOME_DROP,   /* as REFUSE, and the connection has been told often enough */
  WELCOME_PASS,   /* the connection is to be closed: not taken on, nor answered */
  WELCOME_CLOSED, /* the transport closes: not taken on */
};

static enum welcome judge(const struct transport *transport, size_t n_of_pipe) {
  if (n_of_pipe > 2 * transport->in_flight_max)
    return WELCOME_DROP;
  if (n_of_pipe > transport->in_flight_max)
    return WELCOME_REFUSE;
  bool fits =
      atomic_load(&transport->bytes_in_flight) <= LIMIT_IN_FLIGHT_BYTES || transport->n_busy == 1;
  return fits ? WELCOME_WORK : WELCOME_REFUSE;
}

/* Counts the call as in flight, where it is taken on, and keeps a slot free for the next. */
static enum welcome count_in(struct slot *slot, size_t size) {
  struct transport *transport = slot->transport;
  enum welcome welcome = WELCOME_CLOSED;
  pthread_mutex_lock(&transport->lock);
  if (!transport->closing && in_flight_is_doomed(transport->in_flight, slot->pipe)) {
    welcome = WELCOME_PASS;
  } else if (!transport->closing) {
    size_t n_of_pipe = in_flight_add(transport->in_flight, slot->pipe);
    if (n_of_pipe == 0)
      slot->pipe = 0;
    atomic_fetch_add(&transport->bytes_in_flight, size);
    if (++transport->n_busy == transport->n_slots)
      add_slot(transport);
    welcome = judge(transport, n_of_pipe);
  }
  pthread_mutex_unlock(&transport->lock);
  return welcome;
}

static void receive_unless_closing(struct slot *slot) {
  pthread_mutex_lock(&slot->transport->lock);
  if (!slot->transport->closing)
    receive(slot);
  pthread_mutex_unlock(&slot->transport->lock);
}

static void on_received(struct slot *slot) {
  slot->request = nng_aio_get_msg(slot->aio);
  nng_aio_set_msg(slot->aio, NULL);
  slot->pipe = (uint32_t)nng_pipe_id(nng_msg_get_pipe(slot->request));
  struct bytes call = body_of(slot->request);
  switch (count_in(slot, call.size)) {
  case WELCOME_WORK:
    engine_call(slot->transport->engine, call, &slot->sink);
    return;
  case WELCOME_DROP:
    doom_pipe(slot->transport, slot->pipe, "it has too many calls in flight");
    engine_refuse(slot->transport->engine, call, &slot->sink);
    return;
  case WELCOME_REFUSE:
    engine_refuse(slot->transport->engine, call, &slot->sink);
    return;
  case WELCOME_PASS:
    nng_msg_free(slot->request);
    receive_unless_closing(slot);
    return;
  case WELCOME_CLOSED:
    nng_msg_free(slot->request);
    return;
  }
}

static void on_event(void *argument) {
  struct slot *slot = argument;
  if (slot->sending) {
    on_sent(slot);
    return;
  }
  int code = nng_aio_result(slot->aio);
  if (code == 0)
    on_received(slot);
  else if (code != NNG_ECLOSED && code != NNG_ECANCELED)
    receive(slot);
}

static bool is_foreign(const struct transport *transport, nng_pipe pipe) {
  char *headers = NULL;
  if (nng_pipe_get_string(pipe, NNG_OPT_WS_REQUEST_HEADERS, &headers) != 0)
    return false;
  bool foreign = origin_is_foreign(headers, transport->origins);
  nng_strfree(headers);
  return foreign;
}

/* nng itself looks at no Origin, so any page in a browser could reach a local server. */
static void on_pipe(nng_pipe pipe, nng_pipe_ev event, void *argument) {
  struct transport *transport = argument;
  pthread_mutex_lock(&transport->lock);
  transport->n_pipes += event == NNG_PIPE_EV_ADD_PRE ? 1 : (size_t)-1;
  pthread_mutex_unlock(&transport->lock);
  if (event == NNG_PIPE_EV_ADD_PRE && is_foreign(transport, pipe))
    drop_pipe((uint32_t)nng_pipe_id(pipe), "its Origin is foreign");
}

static struct transport *transport_new(const struct transport_options *options) {
  struct transport *transport = calloc(1, sizeof *transport);
  if (transport == NULL)
    return NULL;
  pthread_mutex_init(&transport->lock, NULL);
  pthread_cond_init(&transport->idle, NULL);
  transport->origins = options->origins;
  transport->n_contexts = options->n_contexts > 0 ? options->n_contexts : CONTEXTS_DEFAULT;
  transport->send_timeout_ms = options->send_timeout_ms > 0 ? (nng_duration)options->send_timeout_ms
                                                            : SEND_TIMEOUT_DEFAULT_MS;
  transport->in_flight_max =
      options->in_flight_max > 0 ? options->in_flight_max : LIMIT_IN_FLIGHT_PER_PIPE;
  transport->in_flight = in_flight_new();
  if (transport->in_flight != NULL && nng_aio_alloc(&transport->quiet, on_quiet, transport) == 0 &&
      nng_aio_alloc(&transport->watch, on_watch, transport) == 0 &&
      nng_rep0_open(&transport->socket) == 0)
    return transport;
  transport_close(transport);
  return NULL;
}

enum transport_status transport_open(const struct transport_options *options,
                                     struct transport **ret_transport, char *ret_text,
                                     size_t text_size) {
  scoped(transport_close) struct transport *transport = transport_new(options);
  if (transport == NULL) {
    snprintf(ret_text, text_size, "no memory for the socket");
    return TRANSPORT_NO_MEMORY;
  }
  nng_pipe_notify(transport->socket, NNG_PIPE_EV_ADD_PRE, on_pipe, transport);
  nng_pipe_notify(transport->socket, NNG_PIPE_EV_REM_POST, on_pipe, transport);
  enum transport_status status =
      listeners_open(transport->socket, options, &transport->listeners, ret_text, text_size);
  if (status != TRANSPORT_OK)
    return status;
  *ret_transport = transport;
  transport = NULL;
  return TRANSPORT_OK;
}

const char *const *transport_urls(const struct transport *transport) {
  return listeners_urls(transport->listeners);
}

enum transport_status transport_start(struct transport *transport, struct engine *engine) {
  transport->engine = engine;
  pthread_mutex_lock(&transport->lock);
  unsigned n_started = 0;
  while (n_started < transport->n_contexts && add_slot(transport))
    n_started++;
  pthread_mutex_unlock(&transport->lock);
  return n_started > 0 && listeners_hear(transport->listeners) ? TRANSPORT_OK : TRANSPORT_NO_MEMORY;
}

/* True where clients are still there to read what is on its way. */
static bool wait_until_answered(struct transport *transport) {
  pthread_mutex_lock(&transport->lock);
  transport->closing = true;
  while (transport->n_busy > 0)
    pthread_cond_wait(&transport->idle, &transport->lock);
  bool clients = transport->n_pipes > 0;
  pthread_mutex_unlock(&transport->lock);
  while (atomic_load(&transport->n_inside) > 0)
    nng_msleep(1);
  return clients;
}

static void free_parts(struct transport *transport) {
  for (size_t i = 0; i < transport->n_slots; i++) {
    nng_aio_free(transport->slots[i]->aio);
    free(transport->slots[i]);
  }
  listeners_free(transport->listeners);
  in_flight_free(transport->in_flight);
  if (transport->quiet != NULL)
    nng_aio_free(transport->quiet);
  if (transport->watch != NULL)
    nng_aio_free(transport->watch);
  pthread_cond_destroy(&transport->idle);
  pthread_mutex_destroy(&transport->lock);
  free(transport);
}

/* What two threads share; the last of them frees it. */
struct closing {
  nng_socket socket;
  pthread_mutex_t mutex;
  pthread_cond_t closed_now;
  bool closed;
  bool left_behind;
};

static void closing_free(struct closing *closing) {
  pthread_cond_destroy(&closing->closed_now);
  pthread_mutex_destroy(&closing->mutex);
  free(closing);
}

static void *close_socket(void *argument) {
  struct closing *closing = argument;
  nng_close(closing->socket);
  pthread_mutex_lock(&closing->mutex);
  closing->closed = true;
  bool left_behind = closing->left_behind;
  pthread_cond_signal(&closing->closed_now);
  pthread_mutex_unlock(&closing->mutex);
  if (left_behind)
    closing_free(closing);
  return NULL;
}

/* nng_close of nng 1.5.2 waits for ever for a connection that was lost within a message (issue
 * 1813). False where that is so: the socket and all that it may call are then left behind. */
static bool close_in_time(nng_socket socket) {
  struct closing *closing = calloc(1, sizeof *closing);
  pthread_t thread;
  struct timespec until;
  if (closing == NULL)
    return false;
  closing->socket = socket;
  pthread_mutex_init(&closing->mutex, NULL);
  pthread_cond_init(&closing->closed_now, NULL);
  if (pthread_create(&thread, NULL, close_socket, closing) != 0) {
    closing_free(closing);
    return false;
  }
  pthread_detach(thread);
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += CLOSE_MS / 1000;
  pthread_mutex_lock(&closing->mutex);
  while (!closing->closed &&
         pthread_cond_timedwait(&closing->closed_now, &closing->mutex, &until) == 0)
    continue;
  bool closed = closing->closed;
  closing->left_behind = !closed;
  pthread_mutex_unlock(&closing->mutex);
  if (closed)
    closing_free(closing);
  return closed;
}

void transport_close(struct transport *transport) {
  if (transport == NULL)
    return;
  if (wait_until_answered(transport))
    nng_msleep(FLUSH_MS);
  if (transport->quiet != NULL)
    nng_aio_stop(transport->quiet);
  if (transport->watch != NULL)
    nng_aio_stop(transport->watch);
  listeners_stop_hearing(transport->listeners);
  if (close_in_time(transport->socket))
    free_parts(transport);
  else
    log_event(LOG_LEVEL_WARN, "socket_left_behind", "why=\"nng does not end a connection\"");
}
