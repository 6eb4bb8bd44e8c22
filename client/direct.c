/* SPDX-License-Identifier: MIT */
/* The engine in this process: the same answers without a server. */
#include "client/direct.h"

#include <stdlib.h>

#include "client/backend.h"
#include "server/engine.h"

struct direct {
  struct backend backend;
  struct engine *engine;
};

struct direct_call {
  struct reply_sink sink;
  struct exchange *exchange;
  uint8_t *reply;
  size_t size;
};

static uint8_t *reserve(struct reply_sink *sink, size_t size) {
  struct direct_call *call = (struct direct_call *)sink;
  call->reply = malloc(size > 0 ? size : 1);
  call->size = size;
  return call->reply;
}

static void done(struct reply_sink *sink) {
  struct direct_call *call = (struct direct_call *)sink;
  bool answered = call->reply != NULL;
  call->exchange->done(call->exchange, answered ? BELLWETHER_OK : BELLWETHER_NO_MEMORY,
                       bytes_of(call->reply, answered ? call->size : 0));
  free(call->reply);
  free(call);
}

static void direct_send(struct backend *backend, struct exchange *exchange) {
  struct direct *direct = (struct direct *)backend;
  struct direct_call *call = calloc(1, sizeof *call);
  if (call == NULL) {
    exchange->done(exchange, BELLWETHER_NO_MEMORY, bytes_of(NULL, 0));
    return;
  }
  *call = (struct direct_call){.sink = {reserve, done}, .exchange = exchange};
  engine_call(direct->engine, exchange->call, &call->sink);
}

static void direct_close(struct backend *backend) {
  struct direct *direct = (struct direct *)backend;
  engine_close(direct->engine);
  free(direct);
}

static struct backend *direct_open(const struct bellwether_options *options, char *ret_text,
                                   size_t text_size) {
  static const char SCHEME[] = "lmdb:";
  struct direct *direct = calloc(1, sizeof *direct);
  if (direct == NULL)
    return NULL;
  struct engine_options engine_options = {.path = options->servers + sizeof SCHEME - 1,
                                          .read_only = !options->writable};
  if (engine_open(&engine_options, &direct->engine, ret_text, text_size) != ENGINE_OK) {
    free(direct);
    return NULL;
  }
  direct->backend = (struct backend){direct_send, direct_close};
  return &direct->backend;
}

void bellwether_direct_enable(void) {
  backend_open_direct = direct_open;
}
