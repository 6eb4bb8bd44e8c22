/* SPDX-License-Identifier: MIT */
#include "server/engine_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "proto/limits.h"
#include "server/auth.h"
#include "server/clock.h"
#include "server/dispatch.h"
#include "server/load_memory.h"
#include "server/staging.h"
#include "server/writer.h"

enum { LOG_TEXT_BYTES = 1024, PAUSE_NS = 1000000 };

static enum engine_status open_store(struct engine *engine, char *text, size_t text_size) {
  struct store_error error;
  struct store_options options = {.path = engine->options.path,
                                  .read_only = engine->options.read_only,
                                  .map_bytes = engine->options.map_bytes};
  enum store_status status = store_open(&options, &engine->store, &error);
  if (status == STORE_OK)
    return ENGINE_OK;
  snprintf(text, text_size, "%s", error.text[0] != '\0' ? error.text : store_status_text(status));
  if (status == STORE_LOCKED)
    return ENGINE_LOCKED;
  return status == STORE_NO_MEMORY ? ENGINE_NO_MEMORY : ENGINE_NO_STORE;
}

static enum engine_status load_tokens(struct engine *engine, char *text, size_t text_size) {
  if (engine->options.token_file == NULL)
    return ENGINE_OK;
  engine->auth = auth_load(engine->options.token_file, text, text_size);
  return engine->auth == NULL ? ENGINE_NO_STORE : ENGINE_OK;
}

static enum engine_status see_first_revision(struct engine *engine, char *text, size_t text_size) {
  struct store_txn *txn = NULL;
  enum store_status status = store_begin_read(engine->store, &txn);
  if (status != STORE_OK) {
    snprintf(text, text_size, "%s: %s", engine->options.path, store_status_text(status));
    return ENGINE_NO_STORE;
  }
  engine_saw_revision(engine, store_revision(txn));
  store_end(txn);
  return ENGINE_OK;
}

static enum engine_status open_staging(struct engine *engine, char *text, size_t text_size) {
  if (engine->options.read_only)
    return ENGINE_OK;
  engine->staging = staging_new(engine->options.path);
  if (engine->staging == NULL) {
    snprintf(text, text_size, "no memory");
    return ENGINE_NO_MEMORY;
  }
  loads_clean(engine, clock_wall_ms());
  return ENGINE_OK;
}

static enum engine_status start_threads(struct engine *engine, char *text, size_t text_size) {
  unsigned n_threads = engine->options.n_threads;
  if (n_threads > 0)
    engine->pool = pool_new(n_threads, LIMIT_HEAVY_WAITING);
  if (!engine->options.read_only)
    engine->writer = writer_new(engine);
  bool pool_missing = n_threads > 0 && engine->pool == NULL;
  bool writer_missing = !engine->options.read_only && engine->writer == NULL;
  if (!pool_missing && !writer_missing)
    return ENGINE_OK;
  snprintf(text, text_size, "cannot start the threads");
  return ENGINE_NO_MEMORY;
}

static enum engine_status open_parts(struct engine *engine, char *text, size_t text_size) {
  enum engine_status status = load_tokens(engine, text, text_size);
  if (status == ENGINE_OK)
    status = open_store(engine, text, text_size);
  if (status == ENGINE_OK)
    status = see_first_revision(engine, text, text_size);
  if (status == ENGINE_OK)
    status = open_staging(engine, text, text_size);
  return status == ENGINE_OK ? start_threads(engine, text, text_size) : status;
}

enum engine_status engine_open(const struct engine_options *options, struct engine **ret_engine,
                               char *ret_text, size_t text_size) {
  scoped(engine_close) struct engine *engine =
      aligned_alloc(alignof(struct engine), sizeof *engine);
  if (engine == NULL) {
    snprintf(ret_text, text_size, "no memory");
    return ENGINE_NO_MEMORY;
  }
  memset(engine, 0, sizeof *engine);
  engine->options = *options;
  engine->methods = method_all(&engine->n_methods);
  engine->opened_at_ms = clock_monotonic_ms();
  enum engine_status status = open_parts(engine, ret_text, text_size);
  if (status != ENGINE_OK)
    return status;
  *ret_engine = engine;
  engine = NULL;
  return ENGINE_OK;
}

static void free_call(struct call *call) {
  arena_free(call->arena);
  facts_fini(&call->facts);
  free(call);
}

/* Rare, and so worth no condition that each call would have to signal: who counts a call as over
 * touches the engine for the last time. */
static void wait_until_none(const atomic_size_t *n_in_flight) {
  static const struct timespec pause = {.tv_nsec = PAUSE_NS};
  while (atomic_load(n_in_flight) > 0)
    nanosleep(&pause, NULL);
}

void engine_close(struct engine *engine) {
  if (engine == NULL)
    return;
  wait_until_none(&engine->n_before_drain);
  wait_until_none(&engine->n_after_drain);
  pool_free(engine->pool);
  writer_free(engine->writer);
  staging_free(engine->staging);
  store_close(engine->store);
  auth_free(engine->auth);
  for (struct call *call; (call = spares_take(&engine->calls)) != NULL;)
    free_call(call);
  free(engine);
}

void engine_drain(struct engine *engine) {
  atomic_store(&engine->draining, true);
  wait_until_none(&engine->n_before_drain);
}

struct engine_counts engine_count(struct engine *engine) {
  return (struct engine_counts){.calls = atomic_load(&engine->n_calls),
                                .errors = atomic_load(&engine->n_errors)};
}

void engine_saw_revision(struct engine *engine, uint64_t revision) {
  uint64_t seen = atomic_load(&engine->revision);
  while (seen < revision && !atomic_compare_exchange_weak(&engine->revision, &seen, revision))
    continue;
}

void engine_log(struct engine *engine, const char *event, const char *format, ...) {
  char text[LOG_TEXT_BYTES];
  if (engine->options.log == NULL)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  engine->options.log(engine->options.log_arg, event, text);
}

static atomic_size_t *in_flight(struct engine *engine, bool late) {
  return late ? &engine->n_after_drain : &engine->n_before_drain;
}

/* Counts a call as in flight. Who drains sets `draining` first and then looks how many there are,
 * so either it sees this one, or this one sees `draining`. */
static bool count_in(struct engine *engine) {
  atomic_fetch_add(&engine->n_before_drain, 1);
  bool late = atomic_load(&engine->draining);
  if (late) {
    atomic_fetch_add(&engine->n_after_drain, 1);
    atomic_fetch_sub(&engine->n_before_drain, 1);
  }
  return late;
}

/* Counts a call as over, the last act on an engine that may be closing. */
static void count_out(struct engine *engine, bool late) {
  atomic_fetch_sub(in_flight(engine, late), 1);
}

static struct call *new_call(void) {
  struct call *call = calloc(1, sizeof *call);
  if (call == NULL)
    return NULL;
  call->arena = arena_new(0);
  if (call->arena != NULL)
    return call;
  free(call);
  return NULL;
}

struct call *engine_take_call(struct engine *engine) {
  bool late = count_in(engine);
  struct call *call = spares_take(&engine->calls);
  if (call == NULL)
    call = new_call();
  if (call == NULL) {
    count_out(engine, late);
    return NULL;
  }
  *call = (struct call){.engine = engine, .arena = call->arena, .facts = call->facts, .late = late};
  return call;
}

void engine_give_call(struct engine *engine, struct call *call, bool failed) {
  bool late = call->late;
  arena_reset(call->arena, 0);
  if (!spares_give(&engine->calls, call))
    free_call(call);
  atomic_fetch_add_explicit(&engine->n_calls, 1, memory_order_relaxed);
  if (failed)
    atomic_fetch_add_explicit(&engine->n_errors, 1, memory_order_relaxed);
  count_out(engine, late);
}

/* Room for unpacking, for the work, for a response that fills the largest reply, and to pack it. */
static size_t arena_cap(void) {
  return LIMIT_ARENA_BYTES + LIMIT_WORK_BYTES + (LIMIT_REPLY_FACTOR + 1) * LIMIT_REPLY_BYTES;
}

static void take_on(struct engine *engine, struct bytes packed, struct reply_sink *sink,
                    int64_t received_ms, void (*answer)(struct call *call)) {
  struct call *call = engine_take_call(engine);
  if (call == NULL) {
    sink->done(sink);
    return;
  }
  arena_reset(call->arena, arena_cap());
  call->packed = packed;
  call->sink = sink;
  call->received_ms = received_ms;
  call->context = (struct context){
      .engine = engine,
      .arena = call->arena,
      .reply_bytes_max = LIMIT_REPLY_BYTES,
      .deadline_ms = call->received_ms + LIMIT_TIMEOUT_DEFAULT_MS,
  };
  answer(call);
}

void engine_call(struct engine *engine, struct bytes call, struct reply_sink *sink) {
  take_on(engine, call, sink, clock_monotonic_ms(), dispatch_call);
}

void engine_call_within(struct engine *engine, struct bytes call, int64_t received_ms,
                        struct reply_sink *sink) {
  take_on(engine, call, sink, received_ms, dispatch_within);
}

void engine_refuse(struct engine *engine, struct bytes call, struct reply_sink *sink) {
  take_on(engine, call, sink, clock_monotonic_ms(), dispatch_refuse);
}
