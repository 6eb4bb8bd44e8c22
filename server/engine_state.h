/* SPDX-License-Identifier: MIT */
/* What the parts of the engine share. Private to server/; handlers may read what stands above the
 * counters. */
#ifndef BELLWETHER_SERVER_ENGINE_STATE_H
#define BELLWETHER_SERVER_ENGINE_STATE_H

#include <stdatomic.h>

#include "proto/spares.h"
#include "server/engine.h"
#include "server/method.h"

struct auth;
struct call;
struct pool;
struct staging;
struct writer;

struct engine {
  struct engine_options options; /* texts borrowed from the one who opened it */
  struct store *store;
  struct auth *auth;       /* NULL: everyone may do everything */
  struct staging *staging; /* of loads; NULL where the store is read-only */
  struct writer *writer;   /* NULL where the store is read-only */
  struct pool *pool;       /* NULL: heavy calls run on the caller's thread */
  const struct method *methods;
  size_t n_methods;
  int64_t opened_at_ms;      /* CLOCK_MONOTONIC */
  _Atomic uint64_t revision; /* the newest that this process has seen */
  _Atomic bool draining;

  atomic_size_t together_bytes; /* of replies that wait for others of their message */
  atomic_size_t n_before_drain; /* calls in flight that were taken on before engine_drain */
  atomic_size_t n_after_drain;
  _Atomic uint64_t n_calls; /* answered */
  _Atomic uint64_t n_errors;
  struct spares calls; /* with their arenas */
};

struct engine_counts {
  uint64_t calls;
  uint64_t errors;
};
struct engine_counts engine_count(struct engine *engine);

/* Keeps the greatest revision seen, for answers that read no snapshot. */
void engine_saw_revision(struct engine *engine, uint64_t revision);

/* One event with its text, `name="value"` pairs, where there is a log. */
void engine_log(struct engine *engine, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* engine_call, for a call that came in another one, which was received then: its time counts from
 * there, not from when its turn comes. */
void engine_call_within(struct engine *engine, struct bytes call, int64_t received_ms,
                        struct reply_sink *sink);

/* A call from the spare ones, or a new one; counts as in flight until it is given back. NULL when
 * there is no memory. */
struct call *engine_take_call(struct engine *engine);
void engine_give_call(struct engine *engine, struct call *call, bool failed);

#endif
