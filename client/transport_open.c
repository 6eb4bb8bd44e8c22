/* SPDX-License-Identifier: MIT */
/* How the nng backend begins and ends. */
#include "client/transport.h"

#include <nng/protocol/reqrep0/req.h>

#include "client/together.h"
#include "proto/limits.h"

enum {
  IN_FLIGHT_DEFAULT = 256,
  CONNECT_MS_DEFAULT = 2000,
  LINGER_MS = 100, /* for answers to calls that end because the client closes */
  CLOSE_MS = 1000, /* then the socket is left behind */
  /* Some are worked on by the server and some by the client, and the rest is on its way: with two
   * both are idle for a third of the time. */
  QUICK_SLOTS = 6,
  /* Never for the clock's sake. Not NNG_DURATION_INFINITE: with that, REQ does not send again after
   * a lost connection either, but ends the call (NNG_ECONNRESET). */
  RESEND_MS = INT32_MAX,
};

void transport_free(struct transport *transport) {
  for (size_t i = 0; i < transport->n_slots; i++) {
    nng_aio_free(transport->slots[i].aio);
    nng_aio_free(transport->slots[i].at_once);
  }
  nng_aio_free(transport->alarm);
  nng_aio_free(transport->guard);
  pthread_cond_destroy(&transport->changed);
  pthread_mutex_destroy(&transport->mutex);
  addresses_fini(&transport->addresses);
  free(transport->slots);
  free(transport);
}

/* All calls that nng has or that wait, in the order of neither. With the mutex held. */
static void take_all_calls(struct transport *transport, struct waiting *calls) {
  waiting_init(calls);
  waiting_take_late(&transport->waiting, INT64_MAX, calls);
  waiting_take_late(&transport->gathering, INT64_MAX, calls);
  for (size_t i = 0; i < transport->n_slots; i++)
    if (atomic_load(&transport->slots[i].sent))
      waiting_take_late(&transport->slots[i].calls, INT64_MAX, calls);
}

static struct timespec time_of(int64_t at_ms) {
  return (struct timespec){.tv_sec = at_ms / 1000, .tv_nsec = at_ms % 1000 * 1000000};
}

/* Waits for answers that are on their way, then for no more. With the mutex held. */
static void linger(struct transport *transport) {
  struct timespec end = time_of(now_ms() + LINGER_MS);
  while (transport->n_busy > 0 &&
         pthread_cond_timedwait(&transport->changed, &transport->mutex, &end) == 0)
    continue;
  transport->lingered = true;
  nng_aio_abort(transport->guard, NNG_ECLOSED);
  for (size_t i = 0; i < transport->n_slots; i++)
    nng_aio_abort(transport->slots[i].aio, NNG_ECANCELED);
  while (transport->n_busy > 0)
    pthread_cond_wait(&transport->changed, &transport->mutex);
}

/* Whether the connector has closed the socket. With the mutex held. */
static bool wait_until_closed(struct transport *transport) {
  struct timespec end = time_of(now_ms() + CLOSE_MS);
  while (!transport->closed &&
         pthread_cond_timedwait(&transport->changed, &transport->mutex, &end) == 0)
    continue;
  transport->abandoned = !transport->closed;
  return transport->closed;
}

static void transport_close(struct backend *backend) {
  struct transport *transport = (struct transport *)backend;
  pthread_mutex_lock(&transport->mutex);
  transport->closing = true;
  struct waiting calls;
  take_all_calls(transport, &calls);
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
  transport_end_all(&calls, BELLWETHER_CLOSED);
  pthread_mutex_lock(&transport->mutex);
  linger(transport);
  pthread_t thread = transport->connector;
  bool closed = wait_until_closed(transport);
  pthread_mutex_unlock(&transport->mutex);
  if (!closed) {
    pthread_detach(thread);
    return;
  }
  pthread_join(thread, NULL);
  transport_free(transport);
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

/* Of now_ms's clock. */
static void init_condition(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &attributes);
  pthread_condattr_destroy(&attributes);
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
  waiting_init(&transport->gathering);
  transport->most_quick = transport->most_slots > 2 * QUICK_SLOTS ? QUICK_SLOTS : 0;
  pthread_mutex_init(&transport->mutex, NULL);
  init_condition(&transport->changed);
  transport->slots = calloc(transport->most_slots, sizeof *transport->slots);
  if (transport->slots != NULL &&
      nng_aio_alloc(&transport->alarm, transport_ring, transport) == 0 &&
      nng_aio_alloc(&transport->guard, transport_end_dial, transport) == 0)
    return transport;
  transport_free(transport);
  return NULL;
}

static bool set_up(struct transport *transport) {
  nng_socket socket = transport->socket;
  return nng_socket_set_ms(socket, NNG_OPT_REQ_RESENDTIME, RESEND_MS) == 0 &&
         nng_socket_set_size(socket, NNG_OPT_RECVMAXSZ, LIMIT_RECEIVE_BYTES) == 0 &&
         nng_pipe_notify(socket, NNG_PIPE_EV_ADD_POST, transport_pipe_changed, transport) == 0 &&
         nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, transport_pipe_changed, transport) == 0 &&
         pthread_create(&transport->connector, NULL, transport_connect, transport) == 0;
}

enum bellwether_status backend_open_nng(const struct bellwether_options *options,
                                        struct backend **ret_backend, char *ret_text,
                                        size_t text_size) {
  struct transport *transport = new_transport(options);
  if (transport == NULL)
    return BELLWETHER_NO_MEMORY;
  if (nng_req0_open(&transport->socket) != 0) {
    transport_free(transport);
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
  transport_free(transport);
  return status;
}
