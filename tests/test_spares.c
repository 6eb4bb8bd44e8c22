/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>

#include "proto/spares.h"

static void what_was_given_is_taken_again_once(void **state) {
  (void)state;
  struct spares spares = {.places = {{.thing = NULL}}};
  int things[2];
  assert_null(spares_take(&spares));
  assert_true(spares_give(&spares, &things[0]));
  assert_true(spares_give(&spares, &things[1]));
  void *first = spares_take(&spares);
  void *second = spares_take(&spares);
  assert_true((first == &things[0] && second == &things[1]) ||
              (first == &things[1] && second == &things[0]));
  assert_null(spares_take(&spares));
}

static void the_last_one_comes_back_to_its_thread(void **state) {
  (void)state;
  struct spares spares = {.places = {{.thing = NULL}}};
  int things[2];
  assert_true(spares_give(&spares, &things[0]));
  assert_ptr_equal(spares_take(&spares), &things[0]);
  assert_true(spares_give(&spares, &things[1]));
  assert_ptr_equal(spares_take(&spares), &things[1]);
}

static void there_are_at_most_so_many(void **state) {
  (void)state;
  struct spares spares = {.places = {{.thing = NULL}}};
  int things[SPARES_MOST + 1];
  for (size_t i = 0; i < SPARES_MOST; i++)
    assert_true(spares_give(&spares, &things[i]));
  assert_false(spares_give(&spares, &things[SPARES_MOST]));
  for (size_t i = 0; i < SPARES_MOST; i++)
    assert_non_null(spares_take(&spares));
  assert_null(spares_take(&spares));
}

/* Threads that pass things around, each of which only its holder counts up. */
enum { THREADS = 8, THINGS = 6, TURNS = 20000 };

static void *pass_around(void *spares) {
  for (int i = 0; i < TURNS; i++) {
    int *thing = spares_take(spares);
    if (thing == NULL)
      continue;
    ++*thing;
    if (!spares_give(spares, thing))
      abort();
  }
  return NULL;
}

static void many_threads_lose_none_and_share_none(void **state) {
  (void)state;
  struct spares spares = {.places = {{.thing = NULL}}};
  int things[THINGS] = {0};
  pthread_t threads[THREADS];
  for (size_t i = 0; i < THINGS; i++)
    assert_true(spares_give(&spares, &things[i]));
  for (size_t i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, pass_around, &spares), 0);
  for (size_t i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  bool seen[THINGS] = {false};
  for (size_t i = 0; i < THINGS; i++) {
    int *thing = spares_take(&spares);
    assert_non_null(thing);
    assert_false(seen[thing - things]);
    seen[thing - things] = true;
  }
  assert_null(spares_take(&spares));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_given_is_taken_again_once),
      cmocka_unit_test(the_last_one_comes_back_to_its_thread),
      cmocka_unit_test(there_are_at_most_so_many),
      cmocka_unit_test(many_threads_lose_none_and_share_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
