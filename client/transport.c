/* SPDX-License-Identifier: MIT */
/* The nng backend: one REQ socket, a context and an aio for each call under way, and a thread that
 * connects. REQ itself keeps requests until there is a connection and sends them again when one is
 * lost, so fail-over is a matter of connecting to the next address; calls end at their deadlines
 * whatever happens. */
#include "client/transport.h"

#include "client/together.h"

enum {
  TELL_AGAIN_MS = 10,
  /* Once or twice, then calls go, also where messages before theirs are not answered. Not less:
   * with a thread of nng 1.5.2 each sleep ends in up to a millisecond of looking at the clock. */
  GATHER_MS = 25,
};

static int64_t earlier(int64_t a_ms, int64_t b_ms) {
  return a_ms < b_ms ? a_ms : b_ms;
}

static enum bellwether_status status_of(int code) {
  switch (code) {
  case NNG_ETIMEDOUT:
    return BELLWETHER_TIMEOUT;
  case NNG_ENOMEM:
    return BELLWETHER_NO_MEMORY;
  case NNG_ECANCELED:
  case NNG_ECLOSED:
    return BELLWETHER_CLOSED;
  default:
    return BELLWETHER_UNREACHABLE;
  }
}

void transport_end_all(struct waiting *calls, enum bellwether_status status) {
  for (struct exchange *one; (one = waiting_pop(calls)) != NULL;)
    one->done(one, status, bytes_of(NULL, 0));
}

static void step(void *slot);

static bool alloc_aios(struct slot *slot) {
  if (nng_aio_alloc(&slot->at_once, NULL, NULL) != 0)
    return false;
  if (nng_aio_alloc(&slot->aio, step, slot) != 0) {
    nng_aio_free(slot->at_once);
    return false;
  }
  nng_aio_set_timeout(slot->at_once, NNG_DURATION_INFINITE);
  nng_aio_set_timeout(slot->aio, NNG_DURATION_INFINITE);
  return true;
}

/* NULL where there is no memory. With the mutex held. */
static struct slot *new_slot(struct transport *transport) {
  struct slot *slot = &transport->slots[transport->n_slots];
  slot->transport = transport;
  waiting_init(&slot->calls);
  if (nng_ctx_open(&slot->ctx, transport->socket) != 0)
    return NULL;
  if (!alloc_aios(slot)) {
    nng_ctx_close(slot->ctx);
    return NULL;
  }
  transport->n_slots++;
  return slot;
}

/* A free slot, with the mutex held; NULL where all are busy, or there is no memory. */
static struct slot *take_slot(struct transport *transport) {
  struct slot *slot = transport->first_free;
  if (slot != NULL)
    transport->first_free = slot->next_free;
  else if (transport->n_slots < transport->most_slots)
    slot = new_slot(transport);
  if (slot == NULL) {
    slot = transport->resting;
    transport->resting = NULL;
  }
  return slot;
}

void transport_lay_aside(struct slot *slot, bool may_rest) {
  struct transport *transport = slot->transport;
  if (may_rest && transport->resting == NULL) {
    transport->resting = slot;
    return;
  }
  slot->next_free = transport->first_free;
  transport->first_free = slot;
}

static void start(struct slot *slot);

/* The slot has got its calls. With the mutex held. */
static void occupy(struct slot *slot, bool quick) {
  struct transport *transport = slot->transport;
  slot->n_calls = slot->calls.n;
  slot->quick = quick;
  transport->n_quick += quick;
  transport->n_quick_calls += quick ? slot->n_calls : 0;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/* What the slots of the quick ones have each, when all calls that are under way or gather are dealt
 * out evenly: then none of them is much longer on its way than others. With the mutex held. */
static size_t even_share(const struct transport *transport) {
  size_t n = transport->n_quick_calls + transport->gathering.n;
  return (n + transport->most_quick - 1) / transport->most_quick;
}

/* With the mutex held. */
static void take_gathered(struct slot *slot) {
  struct transport *transport = slot->transport;
  size_t most = 1 + TOGETHER_REPLY_BYTES / (transport->reply_bytes + 1);
  most = least(most, even_share(transport));
  most = least(most, least(TOGETHER_MOST, transport->most_slots / transport->most_quick));
  waiting_take_first(&transport->gathering, most, TOGETHER_BYTES_MOST, &slot->calls);
}

/* A slot for what is sent next, once one has become free; NULL where nothing waits. Quick calls
 * have few slots: those that come while these are busy gather, and each that becomes free takes its
 * share. With the mutex held. */
static struct slot *occupy_next(struct transport *transport) {
  bool quick = transport->gathering.first != NULL && transport->n_quick < transport->most_quick;
  if (!quick && transport->waiting.first == NULL)
    return NULL;
  struct slot *slot = take_slot(transport);
  if (quick)
    take_gathered(slot);
  else
    waiting_take_first(&transport->waiting, 1, SIZE_MAX, &slot->calls);
  occupy(slot, quick);
  return slot;
}

/* Lays the slot aside, and starts the next that waits. Where none does, it is the last act that
 * touches the transport while it closes. */
static void release(struct slot *slot, bool answered) {
  struct transport *transport = slot->transport;
  pthread_mutex_lock(&transport->mutex);
  atomic_store(&slot->sent, false);
  transport->n_quick -= slot->quick;
  transport->n_quick_calls -= slot->quick ? slot->n_calls : 0;
  transport_lay_aside(slot, answered);
  struct slot *next = occupy_next(transport);
  if (next == NULL && --transport->n_busy == 0 && transport->closing)
    pthread_cond_broadcast(&transport->changed);
  pthread_mutex_unlock(&transport->mutex);
  if (next != NULL)
    start(next);
}

/* With the mutex held. */
static void count_reply(struct transport *transport, size_t size, const struct waiting *calls) {
  size_t n = 0;
  for (const struct exchange *one = calls->first; one != NULL && one->together; one = one->next)
    n++;
  if (n > 0)
    transport->reply_bytes = (7 * transport->reply_bytes + size / n) / 8;
}

static void take_calls(struct slot *slot, size_t reply_size, struct waiting *ret_calls) {
  waiting_init(ret_calls);
  pthread_mutex_lock(&slot->transport->mutex);
  waiting_take_late(&slot->calls, INT64_MAX, ret_calls);
  if (reply_size > 0)
    count_reply(slot->transport, reply_size, ret_calls);
  pthread_mutex_unlock(&slot->transport->mutex);
}

/* Ends the calls of a slot without an answer, but for those that have ended already. */
static void finish(struct slot *slot, enum bellwether_status status) {
  struct waiting calls;
  take_calls(slot, 0, &calls);
  transport_end_all(&calls, status);
  release(slot, false);
}

static void send_alone(struct transport *transport, struct exchange *exchange) {
  exchange->together = false;
  enum bellwether_status status = transport_send(&transport->backend, exchange);
  if (status != BELLWETHER_OK)
    exchange->done(exchange, status, bytes_of(NULL, 0));
}

/* The server is older than calls that travel together. */
static void stop_gathering(struct transport *transport) {
  struct waiting calls;
  waiting_init(&calls);
  pthread_mutex_lock(&transport->mutex);
  transport->most_quick = 0;
  waiting_take_late(&transport->gathering, INT64_MAX, &calls);
  pthread_mutex_unlock(&transport->mutex);
  for (struct exchange *one; (one = waiting_pop(&calls)) != NULL;)
    send_alone(transport, one);
}

static void answer(struct transport *transport, struct together_reply *together,
                   struct exchange *exchange) {
  struct bytes reply = {0};
  switch (together_take(together, exchange, &reply)) {
  case TOGETHER_OK:
    exchange->done(exchange, BELLWETHER_OK, reply);
    return;
  case TOGETHER_ALONE:
    send_alone(transport, exchange);
    return;
  case TOGETHER_INVALID:
    exchange->done(exchange, BELLWETHER_INVALID, bytes_of(NULL, 0));
    return;
  }
}

static void finish_with(struct slot *slot, struct bytes reply) {
  struct together_reply together;
  together_read(reply, slot->n_calls > 1, &together);
  if (together.unknown)
    stop_gathering(slot->transport);
  struct waiting calls;
  take_calls(slot, reply.size, &calls);
  for (struct exchange *one; (one = waiting_pop(&calls)) != NULL;)
    answer(slot->transport, &together, one);
  release(slot, true);
}

/* Only a call that is under way can be told that there is no server, so the connector is woken
 * behind each of its steps. */
static void want_connection(struct transport *transport) {
  if (atomic_load(&transport->pipe) != 0)
    return;
  pthread_mutex_lock(&transport->mutex);
  if (transport->pipe == 0 && !transport->wanted) {
    transport->wanted = true;
    pthread_cond_broadcast(&transport->changed);
  }
  pthread_mutex_unlock(&transport->mutex);
}

static void fail(struct slot *slot, int code) {
  if (!slot->receiving) {
    nng_msg_free(nng_aio_get_msg(slot->aio));
    nng_aio_set_msg(slot->aio, NULL);
  }
  finish(slot, status_of(code));
}

/* The closing thread has aborted all that it found under way, which may have been too early. */
static void abort_if_lingered(struct slot *slot) {
  if (atomic_load(&slot->transport->lingered))
    nng_aio_abort(slot->aio, NNG_ECANCELED);
}

static void receive(struct slot *slot) {
  struct transport *transport = slot->transport;
  slot->receiving = true;
  atomic_fetch_add(&transport->n_inside, 1);
  bool lingered = atomic_load(&transport->lingered);
  if (!lingered) {
    nng_ctx_recv(slot->ctx, slot->aio);
    want_connection(transport);
    abort_if_lingered(slot);
  }
  atomic_fetch_sub(&transport->n_inside, 1);
  if (lingered)
    fail(slot, NNG_ECANCELED);
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
  finish_with(slot, bytes_of(nng_msg_body(reply), nng_msg_len(reply)));
  nng_msg_free(reply);
}

/* Sends the message where the connection takes it now; else it is left in the aio. nng calls a
 * callback from another thread, which is woken for it: to be told of a request that has gone in the
 * meantime is not worth that. */
static bool send_at_once(struct slot *slot) {
  nng_ctx_send(slot->ctx, slot->at_once);
  nng_aio_abort(slot->at_once, NNG_EAGAIN);
  nng_aio_wait(slot->at_once);
  return nng_aio_result(slot->at_once) == 0;
}

static void hand_over(struct slot *slot, nng_msg *message) {
  slot->receiving = false;
  nng_aio_set_msg(slot->at_once, message);
  if (send_at_once(slot)) {
    slot->receiving = true;
    nng_ctx_recv(slot->ctx, slot->aio);
  } else {
    nng_aio_set_msg(slot->aio, nng_aio_get_msg(slot->at_once));
    nng_aio_set_msg(slot->at_once, NULL);
    nng_ctx_send(slot->ctx, slot->aio);
  }
}

/* False where the client closes. Who closes looks at `sent` behind setting `closing`, so that one
 * of the two threads sees the other. */
static bool send_message(struct slot *slot, nng_msg *message) {
  struct transport *transport = slot->transport;
  atomic_fetch_add(&transport->n_inside, 1);
  atomic_store(&slot->sent, true);
  bool closing = atomic_load(&transport->closing);
  if (!closing) {
    hand_over(slot, message);
    want_connection(transport);
    abort_if_lingered(slot);
  }
  atomic_fetch_sub(&transport->n_inside, 1);
  return !closing;
}

static void start(struct slot *slot) {
  nng_msg *message = NULL;
  if (nng_msg_alloc(&message, together_size(slot->calls.first)) != 0) {
    finish(slot, BELLWETHER_NO_MEMORY);
    return;
  }
  together_write(slot->calls.first, nng_msg_body(message));
  if (send_message(slot, message))
    return;
  nng_msg_free(message);
  finish(slot, BELLWETHER_CLOSED);
}

/* Moves late calls of a slot into the list, and says when to look at it again. A message of which
 * no call is left is ended: one that is between nng's two steps does not hear of it, so it is told
 * again. With the mutex held. */
static int64_t take_late(struct slot *slot, int64_t now, struct waiting *late) {
  if (!atomic_load(&slot->sent))
    return slot->calls.first == NULL ? INT64_MAX : now + TELL_AGAIN_MS;
  waiting_take_late(&slot->calls, now, late);
  if (slot->calls.first != NULL)
    return waiting_earliest_ms(&slot->calls);
  nng_aio_abort(slot->aio, NNG_ETIMEDOUT);
  return now + TELL_AGAIN_MS;
}

/* The same of all calls, also of those that wait. With the mutex held. */
static int64_t take_all_late(struct transport *transport, int64_t now, struct waiting *late) {
  waiting_take_late(&transport->waiting, now, late);
  waiting_take_late(&transport->gathering, now, late);
  int64_t next_ms =
      earlier(waiting_earliest_ms(&transport->waiting), waiting_earliest_ms(&transport->gathering));
  for (size_t i = 0; i < transport->n_slots; i++)
    next_ms = earlier(next_ms, take_late(&transport->slots[i], now, late));
  return next_ms;
}

/* Slow answers do not hold up calls that gather: those that have waited for long get a slot beside
 * the few of the quick ones, to be started. Says when to look again: also where none wait just now,
 * for others will, and an alarm that is set once is cheaper than one that is set by each of them.
 * With the mutex held. */
static int64_t send_overdue(struct transport *transport, int64_t now, struct slot **ret_slot) {
  const struct exchange *first = transport->gathering.first;
  bool may_gather = transport->most_quick > 0 && transport->n_quick >= transport->most_quick;
  if (transport->closing || (first == NULL && !may_gather))
    return INT64_MAX;
  if (first == NULL)
    return now + GATHER_MS;
  if (first->since_ms + GATHER_MS > now)
    return first->since_ms + GATHER_MS;
  struct slot *slot = take_slot(transport);
  if (slot == NULL)
    return now + TELL_AGAIN_MS;
  take_gathered(slot);
  occupy(slot, true);
  transport->n_busy++;
  *ret_slot = slot;
  return transport->gathering.first == NULL ? INT64_MAX : now + 1;
}

/* Deadlines are looked after here and not by nng's timeouts, each of which takes a place in a list
 * under a lock of all calls, and wakes a thread when it is the first. */
void transport_ring(void *arg) {
  struct transport *transport = arg;
  struct slot *slot = NULL;
  struct waiting late;
  waiting_init(&late);
  pthread_mutex_lock(&transport->mutex);
  int64_t now = now_ms();
  int64_t next_ms = take_all_late(transport, now, &late);
  transport->alarm_ms = earlier(next_ms, send_overdue(transport, now, &slot));
  if (transport->alarm_ms != INT64_MAX)
    nng_sleep_aio(left_until(transport->alarm_ms), transport->alarm);
  pthread_mutex_unlock(&transport->mutex);
  transport_end_all(&late, BELLWETHER_TIMEOUT);
  if (slot != NULL)
    start(slot);
}

/* Lets the alarm ring at this time or earlier. With the mutex held. */
static void set_alarm(struct transport *transport, int64_t at_ms) {
  if (at_ms >= transport->alarm_ms)
    return;
  bool runs = transport->alarm_ms != INT64_MAX;
  transport->alarm_ms = at_ms;
  if (runs)
    nng_aio_cancel(transport->alarm); /* It rings now, and is set anew. */
  else
    nng_sleep_aio(left_until(at_ms), transport->alarm);
}

/* With the mutex held. *ret_slot is NULL where the exchange waits. */
static enum bellwether_status admit(struct transport *transport, struct exchange *exchange,
                                    struct slot **ret_slot) {
  if (transport->closing)
    return BELLWETHER_CLOSED;
  bool quick = exchange->together && transport->most_quick > 0;
  if (transport->reply_bytes > TOGETHER_LARGE_BYTES)
    quick = false;
  bool gathers = quick && transport->n_quick >= transport->most_quick;
  struct slot *slot = gathers ? NULL : take_slot(transport);
  if (slot == NULL && transport->n_busy == 0)
    return BELLWETHER_NO_MEMORY;
  *ret_slot = slot;
  if (slot != NULL) {
    waiting_push(&slot->calls, exchange);
    occupy(slot, quick);
    transport->n_busy++;
  } else {
    waiting_push(quick ? &transport->gathering : &transport->waiting, exchange);
  }
  set_alarm(transport, exchange->deadline_ms);
  if (gathers && transport->alarm_ms > exchange->since_ms + 2 * GATHER_MS)
    set_alarm(transport, exchange->since_ms + GATHER_MS);
  return BELLWETHER_OK;
}

enum bellwether_status transport_send(struct backend *backend, struct exchange *exchange) {
  struct transport *transport = (struct transport *)backend;
  struct slot *slot = NULL;
  pthread_mutex_lock(&transport->mutex);
  enum bellwether_status status = admit(transport, exchange, &slot);
  pthread_mutex_unlock(&transport->mutex);
  if (slot != NULL)
    start(slot);
  return status;
}
