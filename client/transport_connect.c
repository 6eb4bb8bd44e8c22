/* SPDX-License-Identifier: MIT */
/* Which server is asked: the first that answers, until it no longer does. */
#include "client/transport.h"

#include <nng/supplemental/util/platform.h>

enum { RETRY_PAUSE_MS = 20, FIRST_MS = 100 };

/* Another slot shall rest, once it is answered by the next connection. With the mutex held. */
static void end_rest(struct transport *transport) {
  struct slot *slot = transport->resting;
  transport->resting = NULL;
  if (slot != NULL)
    transport_lay_aside(slot, false);
}

/* The dialer of a lost connection would dial again by itself, and hanging up in the midst of that
 * does harm: nng 1.5.2 takes no more connections at an ipc address once a client has gone away
 * between connecting and the greeting. */
void transport_pipe_changed(nng_pipe pipe, nng_pipe_ev event, void *arg) {
  struct transport *transport = arg;
  uint32_t id = (uint32_t)nng_pipe_id(pipe);
  if (event == NNG_PIPE_EV_REM_POST)
    nng_dialer_close(nng_pipe_dialer(pipe));
  pthread_mutex_lock(&transport->mutex);
  if (event == NNG_PIPE_EV_ADD_POST)
    transport->pipe = id;
  else
    transport->lost_pipe = id;
  if (transport->pipe == id && transport->lost_pipe == id) {
    transport->pipe = 0;
    transport->was_connected = true;
    transport->wanted = transport->n_busy > 0;
    end_rest(transport);
  }
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
}

/* The time is up, or the client closes. */
void transport_end_dial(void *arg) {
  struct transport *transport = arg;
  if (nng_aio_result(transport->guard) != NNG_ECANCELED)
    nng_dialer_close(transport->dialer);
}

/* False where the client closes, and nobody would end the dial. */
static bool set_guard(struct transport *transport) {
  pthread_mutex_lock(&transport->mutex);
  bool closing = transport->closing;
  if (!closing)
    nng_sleep_aio(left_until(now_ms() + transport->connect_ms), transport->guard);
  pthread_mutex_unlock(&transport->mutex);
  return !closing;
}

static bool is_connected(struct transport *transport) {
  pthread_mutex_lock(&transport->mutex);
  bool connected = transport->pipe != 0;
  pthread_mutex_unlock(&transport->mutex);
  return connected;
}

static void hang_up(struct transport *transport) {
  nng_dialer_close(transport->dialer);
  transport->dialer = (nng_dialer)NNG_DIALER_INITIALIZER;
}

/* A peer that is no REP is dialled with success, and never becomes a connection. */
static bool dial(struct transport *transport, const char *address) {
  if (nng_dialer_create(&transport->dialer, transport->socket, address) != 0)
    return false;
  bool dialled = set_guard(transport) && nng_dialer_start(transport->dialer, 0) == 0;
  nng_aio_cancel(transport->guard);
  nng_aio_wait(transport->guard);
  if (dialled && is_connected(transport))
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

/* Whether to go on trying; a connection that was lost meanwhile makes it worth while anew. */
static bool is_patient(struct transport *transport, int64_t *until_ms) {
  pthread_mutex_lock(&transport->mutex);
  if (transport->was_connected)
    *until_ms = now_ms() + transport->connect_ms;
  transport->was_connected = false;
  bool closing = transport->closing;
  pthread_mutex_unlock(&transport->mutex);
  return !closing && now_ms() < *until_ms;
}

/* A lost connection is worth some patience, for servers restart; a first one only as long as a
 * server needs to listen anew (which bellwetherd does at a deaf ipc address). One that was lost as
 * soon as it was made is not made again at once. */
static bool connect_again(struct transport *transport) {
  int64_t until_ms = 0;
  if (is_patient(transport, &until_ms) && now_ms() - transport->connected_at_ms < RETRY_PAUSE_MS)
    nng_msleep(RETRY_PAUSE_MS);
  if (until_ms == 0)
    until_ms = now_ms() + FIRST_MS;
  while (!dial_any(transport)) {
    if (!is_patient(transport, &until_ms))
      return false;
    nng_msleep(RETRY_PAUSE_MS);
  }
  return true;
}

static void give_up(struct transport *transport) {
  struct waiting calls;
  waiting_init(&calls);
  pthread_mutex_lock(&transport->mutex);
  size_t n_slots = transport->closing ? 0 : transport->n_slots;
  waiting_take_late(&transport->gathering, INT64_MAX, &calls);
  waiting_take_late(&transport->waiting, INT64_MAX, &calls);
  pthread_mutex_unlock(&transport->mutex);
  for (size_t i = 0; i < n_slots; i++)
    nng_aio_abort(transport->slots[i].aio, NNG_ECONNREFUSED);
  transport_end_all(&calls, BELLWETHER_UNREACHABLE);
}

/* What there is to do while there is no connection. */
static void reconnect(struct transport *transport, bool wanted) {
  if (nng_dialer_id(transport->dialer) > 0)
    hang_up(transport);
  if (wanted && !connect_again(transport))
    give_up(transport);
}

/* Until the client closes; with the mutex held, but for the time of connecting. */
static void keep_connected(struct transport *transport) {
  while (!transport->closing) {
    bool lost = transport->pipe == 0 && nng_dialer_id(transport->dialer) > 0;
    if (!lost && (!transport->wanted || transport->pipe != 0)) {
      transport->wanted = false;
      pthread_cond_wait(&transport->changed, &transport->mutex);
      continue;
    }
    bool wanted = transport->wanted;
    transport->wanted = false;
    pthread_mutex_unlock(&transport->mutex);
    reconnect(transport, wanted);
    pthread_mutex_lock(&transport->mutex);
  }
}

void *transport_connect(void *arg) {
  struct transport *transport = arg;
  pthread_mutex_lock(&transport->mutex);
  keep_connected(transport);
  while (transport->n_busy > 0)
    pthread_cond_wait(&transport->changed, &transport->mutex);
  pthread_mutex_unlock(&transport->mutex);
  while (atomic_load(&transport->n_inside) > 0)
    nng_msleep(1);
  nng_close(transport->socket);
  pthread_mutex_lock(&transport->mutex);
  transport->closed = true;
  bool abandoned = transport->abandoned;
  pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
  if (abandoned)
    transport_free(transport);
  return NULL;
}
