/* SPDX-License-Identifier: MIT */
/* The engine in this process: the same answers without a server. */
#include "client/direct.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "client/backend.h"
#include "client/envelope.h"
#include "server/engine.h"

struct direct {
  struct backend backend;
  struct engine *engine;
  atomic_bool closing;
};

/* In the room of its exchange. */
struct direct_call {
  struct reply_sink sink;
  struct engine *engine;
  struct exchange *exchange;
  struct bellwether_reply *reply;
  struct direct_call *next;
};
static_assert(sizeof(struct direct_call) <= sizeof(((struct exchange *)NULL)->room), "it fits");

/* Calls that callbacks of this thread have made to the engine of the outermost one: they begin when
 * that is over, for the engine answers most calls at once, and callbacks that go on calling would
 * pile up. */
static _Thread_local struct {
  struct engine *engine; /* NULL: not in a callback */
  struct direct_call *first;
  struct direct_call *last;
} here;

static void begin(struct direct_call *call) {
  engine_call(call->engine, call->exchange->call, &call->sink);
}

static void defer(struct direct_call *call) {
  if (here.first == NULL)
    here.first = call;
  else
    here.last->next = call;
  here.last = call;
}

static void begin_deferred(void) {
  for (struct direct_call *call; (call = here.first) != NULL;) {
    here.first = call->next;
    begin(call);
  }
}

static uint8_t *reserve(struct reply_sink *sink, size_t size) {
  struct direct_call *call = (struct direct_call *)sink;
  uint8_t *place = NULL;
  call->reply = envelope_reserve(size, &place);
  return place;
}

static void done(struct reply_sink *sink) {
  struct direct_call *call = (struct direct_call *)sink;
  bool outermost = here.engine == NULL;
  if (outermost)
    here.engine = call->engine;
  struct exchange *exchange = call->exchange;
  if (call->reply != NULL)
    exchange->take(exchange, call->reply);
  else
    exchange->done(exchange, BELLWETHER_NO_MEMORY, bytes_of(NULL, 0));
  if (!outermost)
    return;
  begin_deferred();
  here.engine = NULL;
}

static enum bellwether_status direct_send(struct backend *backend, struct exchange *exchange) {
  struct direct *direct = (struct direct *)backend;
  if (atomic_load(&direct->closing))
    return BELLWETHER_CLOSED;
  struct direct_call *call = (struct direct_call *)exchange->room;
  *call =
      (struct direct_call){.sink = {reserve, done}, .engine = direct->engine, .exchange = exchange};
  if (here.engine == direct->engine)
    defer(call);
  else
    begin(call);
  return BELLWETHER_OK;
}

static void direct_close(struct backend *backend) {
  struct direct *direct = (struct direct *)backend;
  atomic_store(&direct->closing, true);
  engine_close(direct->engine);
  free(direct);
}

static enum bellwether_status direct_open(const struct bellwether_options *options,
                                          struct backend **ret_backend, char *ret_text,
                                          size_t text_size) {
  static const char SCHEME[] = "lmdb:";
  struct direct *direct = calloc(1, sizeof *direct);
  if (direct == NULL)
    return BELLWETHER_NO_MEMORY;
  struct engine_options engine_options = {.path = options->servers + sizeof SCHEME - 1,
                                          .read_only = !options->writable};
  enum engine_status status = engine_open(&engine_options, &direct->engine, ret_text, text_size);
  if (status != ENGINE_OK) {
    free(direct);
    return status == ENGINE_NO_MEMORY ? BELLWETHER_NO_MEMORY : BELLWETHER_INVALID;
  }
  direct->backend = (struct backend){direct_send, direct_close};
  *ret_backend = &direct->backend;
  return BELLWETHER_OK;
}

void bellwether_direct_enable(void) {
  backend_open_direct = direct_open;
}
