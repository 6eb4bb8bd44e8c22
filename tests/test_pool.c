/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "server/pool.h"

/* A job that waits at a gate, and counts when it is through. */
struct gate {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool open;
  unsigned n_entered;
  unsigned n_through;
};

struct gated {
  struct job job;
  struct gate *gate;
};

static void gate_init(struct gate *gate) {
  *gate = (struct gate){.open = false};
  pthread_mutex_init(&gate->lock, NULL);
  pthread_cond_init(&gate->changed, NULL);
}

static void pass(struct job *job) {
  struct gate *gate = ((struct gated *)job)->gate;
  pthread_mutex_lock(&gate->lock);
  gate->n_entered++;
  pthread_cond_broadcast(&gate->changed);
  while (!gate->open)
    pthread_cond_wait(&gate->changed, &gate->lock);
  gate->n_through++;
  pthread_mutex_unlock(&gate->lock);
}

static void wait_for_entered(struct gate *gate, unsigned n) {
  pthread_mutex_lock(&gate->lock);
  while (gate->n_entered < n)
    pthread_cond_wait(&gate->changed, &gate->lock);
  pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct gate *gate) {
  pthread_mutex_lock(&gate->lock);
  gate->open = true;
  pthread_cond_broadcast(&gate->changed);
  pthread_mutex_unlock(&gate->lock);
}

enum { N_THREADS = 2, N_WAITING = 3, N_JOBS = N_THREADS + N_WAITING };

static void a_full_queue_refuses_at_once_and_what_was_taken_is_done(void **state) {
  (void)state;
  struct gate gate;
  struct gated jobs[N_JOBS + 1];
  gate_init(&gate);
  struct pool *pool = pool_new(N_THREADS, N_WAITING);
  assert_non_null(pool);
  for (unsigned i = 0; i < N_JOBS; i++) {
    jobs[i] = (struct gated){.job = {.run = pass}, .gate = &gate};
    assert_true(pool_submit(pool, &jobs[i].job));
    if (i < N_THREADS)
      wait_for_entered(&gate, i + 1);
  }
  jobs[N_JOBS] = (struct gated){.job = {.run = pass}, .gate = &gate};
  assert_false(pool_submit(pool, &jobs[N_JOBS].job));
  open_gate(&gate);
  pool_free(pool);
  assert_int_equal(gate.n_through, N_JOBS);
}

static void one_thread_works_in_order(void **state) {
  (void)state;
  struct gate gate;
  struct gated jobs[2];
  gate_init(&gate);
  gate.open = true;
  struct pool *pool = pool_new(1, 2);
  for (unsigned i = 0; i < 2; i++) {
    jobs[i] = (struct gated){.job = {.run = pass}, .gate = &gate};
    assert_true(pool_submit(pool, &jobs[i].job));
    wait_for_entered(&gate, i + 1);
  }
  pool_free(pool);
  assert_int_equal(gate.n_through, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_full_queue_refuses_at_once_and_what_was_taken_is_done),
      cmocka_unit_test(one_thread_works_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
