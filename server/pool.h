/* SPDX-License-Identifier: MIT */
/* Threads for heavy work, behind a bounded queue: first come, first served. Any thread may submit.
 */
#ifndef BELLWETHER_SERVER_POOL_H
#define BELLWETHER_SERVER_POOL_H

#include "proto/util.h"

/* A piece of work, part of what it works on. The pool borrows it until `run` is called. */
struct job {
  struct job *next;
  void (*run)(struct job *job);
};

struct pool;

/* NULL when there is no memory or a thread cannot be started. */
struct pool *pool_new(unsigned n_threads, size_t n_waiting_max);
/* Takes NULL. Runs all that was submitted, then ends the threads. */
void pool_free(struct pool *pool);
SCOPED_POINTER(struct pool, pool_free)

/* False when as many jobs wait as may. */
must_check bool pool_submit(struct pool *pool, struct job *job);

#endif
