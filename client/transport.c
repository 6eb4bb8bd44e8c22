/* SPDX-License-Identifier: MIT */
/* The nng backend: the one file of the client that knows nng. One REQ socket, a context and an aio
 * for each call under way, and a thread that connects. REQ itself keeps requests until there is a
 * connection and sends them again when one is lost, so fail-over is a matter of connecting to the
 * next address; calls end at their deadlines whatever happens. */
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "client/addresses.h"
#include "client/waiting.h"
#include "proto/limits.h"

enum {
  IN_FLIGHT_DEFAULT = 256,
  CONNECT_MS_DEFAULT = 2000,
  RETRY_PAUSE_MS = 20,
  /* Never for the clock's sake. Not NNG_DURATION_INFINITE: with that, REQ does not send again after
   * a lost connection either, but ends the call (NNG_ECONNRESET). */
  RESEND_MS = INT32_MAX,
};

struct transport;

struct slot {
  struct transport *transport;
  nng_ctx ctx;
  nng_aio *aio;
  bool receiving; /* else sending */
  struct exchange *exchange;
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

  _Atomic uint32_t pipe; /* the connection; 0: none. Written with the mutex held. */

  pthread_mutex_t mutex; /* of all below */
  pthread_cond_t changed;
  bool closing;
  bool wanted; /* a call waits for a connection */
  bool was_connected;
  uint32_t lost_pipe; /* may be lost before it is reported as made */
  size_t n_busy;
  size_t n_slots;
  size_t most_slots;
  struct slot *slots;
  struct slot *first_free;
  struct waiting waiting; /* for a slot */
  nng_aio *alarm;         /* of the earliest deadline among them ... */
  int64_t alarm_ms;       /* ... or an earlier time; INT64_MAX: not set */
};

/* --- Calls ------------------------------------------------------------------------------------ */

static enum bellwether_status status_of(struct transport *transport, int code) {
  pthread_mutex_lock(&transport->mutex);
  bool closing = transport->closing;
  pthread_mutex_unlock(&transport->mutex);
  if (closing)
    return BELLWETHER_CLOSED;
  switch (code) {
  case NNG_ETIMEDOUT:
    return BELLWETHER_TIMEOUT;
  case NNG_ENOMEM:
    return BELLWETHER_NO_MEMORY;
  default:
    return BELLWETHER_UNREACHABLE;
  }
}

static nng_duration left_until(int64_t at_ms) {
  int64_t left_ms = at_ms - now_ms();
  if (left_ms < 0)
    return 0;
  return left_ms > INT32_MAX ? INT32_MAX : (nng_duration)left_ms;
}

static void end_all(struct exchange *exchange, enum bellwether_status status) {
  while (exchange != NULL) {
    struct exchange *next = exchange->next;
    exchange->done(exchange, status, bytes_of(NULL, 0));
    exchange = next;
  }
}

static void start(struct slot *slot);

/* Gives the slot to the next that waits, or lays it aside: then it is the last act that touches the
 * transport while it closes. */
static void release(struct slot *slot) {
  struct transport *transport = slot->transport;
  pthread_mutex_lock(&transport->mutex);
  slot->exchange = waiting_pop(&transport->waiting);
  bool idle = slot->exchange == NULL;
  if (idle) {
    slot->next_free = transport->first_free;
    transport->first_free = slot;
    if (--transport->n_busy == 0 && transport->closing)
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

/* Only a call that is under way can be told that there is no server, so the connector is woken
 * behind each of its steps. */
static void want_connection(struct transport *transport) {
  if (atomic_load(&transport->pipe) != 0)
    return;
  pthread_mutex_lock(&transport->mutex);
  transport->wanted = true;
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
}

static void fail(struct slot *slot, int code) {
  if (!slot->receiving) {
    nng_msg_free(nng_aio_get_msg(slot->aio));
    nng_aio_set_msg(slot->aio, NULL);
  }
  finish(slot, status_of(slot->transport, code), bytes_of(NULL, 0));
}

static void receive(struct slot *slot) {
  struct transport *transport = slot->transport;
  slot->receiving = true;
  nng_aio_set_timeout(slot->aio, left_until(slot->exchange->deadline_ms));
  nng_ctx_recv(slot->ctx, slot->aio);
  want_connection(transport);
}

static void step(void *arg) {
  struct slot *slot = arg;
  int code = nng_aio_result(slot->aio);
  if (code != 0) {
    fail(slot, code);
    return;
  }
  if (!slot->receiving) {
    receive(slot);
    return;
  }
  nng_msg *reply = nng_aio_get_msg(slot->aio);
  finish(slot, BELLWETHER_OK, bytes_of(nng_msg_body(reply), nng_msg_len(reply)));
  nng_msg_free(reply);
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
  slot->receiving = false;
  nng_aio_set_msg(slot->aio, message);
  nng_aio_set_timeout(slot->aio, left_until(exchange->deadline_ms));
  nng_ctx_send(slot->ctx, slot->aio);
  want_connection(transport);
}

/* A free slot, with the mutex held; NULL where all are busy, or there is no memory. */
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

/* Lets the alarm ring at the earliest deadline, with the mutex held. */
static void set_alarm(struct transport *transport) {
  transport->alarm_ms = waiting_earliest_ms(&transport->waiting);
  if (transport->alarm_ms != INT64_MAX)
    nng_sleep_aio(left_until(transport->alarm_ms), transport->alarm);
}

static void ring(void *arg) {
  struct transport *transport = arg;
  pthread_mutex_lock(&transport->mutex);
  struct exchange *late = waiting_take_late(&transport->waiting, now_ms());
  set_alarm(transport);
  pthread_mutex_unlock(&transport->mutex);
  end_all(late, BELLWETHER_TIMEOUT);
}

static void enqueue(struct transport *transport, struct exchange *exchange) {
  waiting_push(&transport->waiting, exchange);
  if (transport->alarm_ms == INT64_MAX)
    set_alarm(transport);
  else if (exchange->deadline_ms < transport->alarm_ms)
    nng_aio_cancel(transport->alarm); /* It rings now, and is set anew. */
}

/* With the mutex held. *ret_slot is NULL where the exchange waits. */
static enum bellwether_status admit(struct transport *transport, struct exchange *exchange,
                                    struct slot **ret_slot) {
  if (transport->closing)
    return BELLWETHER_CLOSED;
  struct slot *slot = take_slot(transport);
  if (slot == NULL && transport->n_busy == 0)
    return BELLWETHER_NO_MEMORY;
  *ret_slot = slot;
  if (slot == NULL) {
    enqueue(transport, exchange);
    return BELLWETHER_OK;
  }
  slot->exchange = exchange;
  transport->n_busy++;
  return BELLWETHER_OK;
}

static enum bellwether_status transport_send(struct backend *backend, struct exchange *exchange) {
  struct transport *transport = (struct transport *)backend;
  struct slot *slot = NULL;
  pthread_mutex_lock(&transport->mutex);
  enum bellwether_status status = admit(transport, exchange, &slot);
  pthread_mutex_unlock(&transport->mutex);
  if (slot != NULL)
    start(slot);
  return status;
}

/* --- Connections ------------------------------------------------------------------------------ */

static void pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *arg) {
  struct transport *transport = arg;
  uint32_t id = (uint32_t)nng_pipe_id(pipe);
  pthread_mutex_lock(&transport->mutex);
  if (event == NNG_PIPE_EV_ADD_POST) {
    if (id != transport->lost_pipe)
      atomic_store(&transport->pipe, id);
  } else {
    transport->lost_pipe = id;
    if (atomic_load(&transport->pipe) == id) {
      atomic_store(&transport->pipe, 0);
      transport->was_connected = true;
      transport->wanted = transport->n_busy > 0;
    }
  }
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
}

static void end_dial(void *arg) {
  struct transport *transport = arg;
  if (nng_aio_result(transport->guard) == 0)
    nng_dialer_close(transport->dialer);
}

static void hang_up(struct transport *transport) {
  nng_dialer_close(transport->dialer);
  transport->dialer = (nng_dialer)NNG_DIALER_INITIALIZER;
}

/* A peer that is no REP is dialled with success, and never becomes a connection. */
static bool dial(struct transport *transport, const char *address) {
  if (nng_dialer_create(&transport->dialer, transport->socket, address) != 0)
    return false;
  nng_sleep_aio(left_until(now_ms() + transport->connect_ms), transport->guard);
  int code = nng_dialer_start(transport->dialer, 0);
  nng_aio_cancel(transport->guard);
  nng_aio_wait(transport->guard);
  if (code == 0 && atomic_load(&transport->pipe) != 0)
    return true;
  hang_up(transport);
  return false;
}

/* Tries each address once, the one that worked last first. */
static bool dial_any(struct transport *transport) {
  for (size_t i = 0; i < transport->addresses.n; i++) {
    size_t at = (transport->current + i) % transport->addresses.n;
    if (!dial(transport, transport->addresses.each[at]))
      continue;
    transport->current = at;
    transport->connected_at_ms = now_ms();
    return true;
  }
  return false;
}

static bool is_closing(struct transport *transport) {
  pthread_mutex_lock(&transport->mutex);
  bool closing = transport->closing;
  pthread_mutex_unlock(&transport->mutex);
  return closing;
}

/* A lost connection is worth some patience, for servers restart; a first one is not. One that was
 * lost as soon as it was made is not made again at once. */
static bool connect_again(struct transport *transport, bool patient) {
  int64_t until_ms = now_ms() + (patient ? transport->connect_ms : 0);
  if (patient && now_ms() - transport->connected_at_ms < RETRY_PAUSE_MS)
    nng_msleep(RETRY_PAUSE_MS);
  for (;;) {
    if (dial_any(transport))
      return true;
    if (is_closing(transport) || now_ms() >= until_ms)
      return false;
    nng_msleep(RETRY_PAUSE_MS);
  }
}

static void give_up(struct transport *transport) {
  pthread_mutex_lock(&transport->mutex);
  size_t n_slots = transport->closing ? 0 : transport->n_slots;
  pthread_mutex_unlock(&transport->mutex);
  for (size_t i = 0; i < n_slots; i++)
    nng_aio_abort(transport->slots[i].aio, NNG_ECONNREFUSED);
}

/* What there is to do while there is no connection. */
static void reconnect(struct transport *transport, bool wanted, bool patient) {
  if (nng_dialer_id(transport->dialer) > 0)
    hang_up(transport);
  if (wanted && !connect_again(transport, patient))
    give_up(transport);
}

static void *connector(void *arg) {
  struct transport *transport = arg;
  pthread_mutex_lock(&transport->mutex);
  while (!transport->closing) {
    bool lost = atomic_load(&transport->pipe) == 0 && nng_dialer_id(transport->dialer) > 0;
    if (!lost && (!transport->wanted || atomic_load(&transport->pipe) != 0)) {
      pthread_cond_wait(&transport->changed, &transport->mutex);
      continue;
    }
    bool wanted = transport->wanted, patient = transport->was_connected;
    transport->wanted = false;
    transport->was_connected = patient && !wanted;
    pthread_mutex_unlock(&transport->mutex);
    reconnect(transport, wanted, patient);
    pthread_mutex_lock(&transport->mutex);
  }
  pthread_mutex_unlock(&transport->mutex);
  return NULL;
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static void free_transport(struct transport *transport) {
  for (size_t i = 0; i < transport->n_slots; i++)
    nng_aio_free(transport->slots[i].aio);
  nng_aio_free(transport->alarm);
  nng_aio_free(transport->guard);
  pthread_cond_destroy(&transport->changed);
  pthread_mutex_destroy(&transport->mutex);
  free(transport->slots);
  addresses_fini(&transport->addresses);
  free(transport);
}

static void transport_close(struct backend *backend) {
  struct transport *transport = (struct transport *)backend;
  pthread_mutex_lock(&transport->mutex);
  transport->closing = true;
  struct exchange *waiting = waiting_take_late(&transport->waiting, INT64_MAX);
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
  end_all(waiting, BELLWETHER_CLOSED);
  nng_close(transport->socket);
  pthread_join(transport->connector, NULL);
  pthread_mutex_lock(&transport->mutex);
  while (transport->n_busy > 0)
    pthread_cond_wait(&transport->changed, &transport->mutex);
  pthread_mutex_unlock(&transport->mutex);
  free_transport(transport);
}

static bool is_address(struct transport *transport, const char *address) {
  nng_dialer dialer = NNG_DIALER_INITIALIZER;
  if (nng_dialer_create(&dialer, transport->socket, address) != 0)
    return false;
  nng_dialer_close(dialer);
  return true;
}

static enum bellwether_status read_addresses(struct transport *transport, const char *servers,
                                             char *text, size_t text_size) {
  struct addresses *addresses = &transport->addresses;
  enum bellwether_status status = addresses_init(addresses, servers, text, text_size);
  for (size_t i = 0; status == BELLWETHER_OK && i < addresses->n; i++) {
    if (is_address(transport, addresses->each[i]))
      continue;
    addresses_explain(addresses->each[i], text, text_size);
    status = BELLWETHER_INVALID;
  }
  return status;
}

static struct transport *new_transport(const struct bellwether_options *options) {
  struct transport *transport = calloc(1, sizeof *transport);
  if (transport == NULL)
    return NULL;
  size_t in_flight = options->in_flight != 0 ? options->in_flight : IN_FLIGHT_DEFAULT;
  transport->backend = (struct backend){transport_send, transport_close};
  transport->connect_ms = options->connect_ms != 0 ? options->connect_ms : CONNECT_MS_DEFAULT;
  transport->most_slots =
      in_flight < LIMIT_IN_FLIGHT_PER_PIPE ? in_flight : LIMIT_IN_FLIGHT_PER_PIPE;
  transport->alarm_ms = INT64_MAX;
  waiting_init(&transport->waiting);
  pthread_mutex_init(&transport->mutex, NULL);
  pthread_cond_init(&transport->changed, NULL);
  transport->slots = calloc(transport->most_slots, sizeof *transport->slots);
  if (transport->slots != NULL && nng_aio_alloc(&transport->alarm, ring, transport) == 0 &&
      nng_aio_alloc(&transport->guard, end_dial, transport) == 0)
    return transport;
  free_transport(transport);
  return NULL;
}

static bool set_up(struct transport *transport) {
  nng_socket socket = transport->socket;
  return nng_socket_set_ms(socket, NNG_OPT_REQ_RESENDTIME, RESEND_MS) == 0 &&
         nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, LIMIT_RECEIVE_BYTES) == 0 &&
         nng_pipe_notify(socket, NNG_PIPE_EV_ADD_POST, pipe_changed, transport) == 0 &&
         nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, pipe_changed, transport) == 0 &&
         pthread_create(&transport->connector, NULL, connector, transport) == 0;
}

enum bellwether_status backend_open_nng(const struct bellwether_options *options,
                                        struct backend **ret_backend, char *ret_text,
                                        size_t text_size) {
  struct transport *transport = new_transport(options);
  if (transport == NULL)
    return BELLWETHER_NO_MEMORY;
  if (nng_req0_open(&transport->socket) != 0) {
    free_transport(transport);
    return BELLWETHER_NO_MEMORY;
  }
  enum bellwether_status status = read_addresses(transport, options->servers, ret_text, text_size);
  if (status == BELLWETHER_OK && !set_up(transport))
    status = BELLWETHER_NO_MEMORY;
  if (status == BELLWETHER_OK) {
    *ret_backend = &transport->backend;
    return BELLWETHER_OK;
  }
  nng_close(transport->socket);
  free_transport(transport);
  return status;
}
