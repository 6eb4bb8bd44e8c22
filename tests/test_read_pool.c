/* SPDX-License-Identifier: MIT */
/* Reading transactions: used again, all in use, and left behind by readers that died. */
#include "tests/store_fixture.h"

#include <pthread.h>

#include "storage/table.h"
#include "tests/child.h"

enum { SLOTS = 1024 };

struct held {
  size_t n;
  struct store_txn *txns[SLOTS + 1];
};

/* Takes readers until it has `most` or the store has no more. */
static enum store_status hold(struct store *store, struct held *held, size_t most) {
  while (held->n < most) {
    enum store_status status = store_begin_read(store, &held->txns[held->n]);
    if (status != STORE_OK)
      return status;
    held->n++;
  }
  return STORE_OK;
}

static void let_go(struct held *held, size_t kept) {
  while (held->n > kept)
    store_end(held->txns[--held->n]);
}

static void a_reader_is_used_again_and_sees_what_is_new(void **state) {
  struct store_fixture *fixture = *state;
  struct store_txn *first = read_begin(fixture);
  assert_int_equal(store_revision(first), 0);
  read_end(fixture);
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  struct store_txn *second = read_begin(fixture);
  assert_ptr_equal(second, first);
  assert_int_equal(store_revision(second), 1);
}

static void readers_one_after_another_never_run_out(void **state) {
  struct store_fixture *fixture = *state;
  for (int i = 0; i < 3 * SLOTS; i++) {
    read_begin(fixture);
    read_end(fixture);
  }
}

static void one_reader_too_many_is_refused_and_one_that_ends_makes_room(void **state) {
  struct store_fixture *fixture = *state;
  struct held held = {0};
  REFUSED(hold(fixture->store, &held, SLOTS + 1), STORE_READERS_FULL);
  assert_int_equal(held.n, SLOTS);
  let_go(&held, SLOTS - 1);
  OK(hold(fixture->store, &held, SLOTS));
  REFUSED(hold(fixture->store, &held, SLOTS + 1), STORE_READERS_FULL);
  let_go(&held, 0);
}

static void more_readers_than_the_pool_keeps_come_back_whole(void **state) {
  struct store_fixture *fixture = *state;
  struct held held = {0};
  for (int round = 0; round < 3; round++) {
    OK(hold(fixture->store, &held, SLOTS));
    let_go(&held, 0);
  }
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  assert_string_equal(known(fixture, NULL), "1=1@r1");
}

static void a_snapshot_stays_as_it_was_while_others_write(void **state) {
  struct store_fixture *fixture = *state;
  struct store_txn *snapshot;
  struct series_head head;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  OK(store_begin_read(fixture->store, &snapshot));
  for (int i = 2; i < 20; i++) {
    char text[32];
    snprintf(text, sizeof text, "1=%d", i);
    say(fixture, "r1", 1000, STATEMENT_MERGE, text);
  }
  OK(series_by_key(snapshot, bytes_of_text(SAID_KEY), &head));
  assert_true(head.latest_value == 1);
  store_end(snapshot);
  assert_string_equal(known(fixture, NULL), "1=19@r1");
}

static void *read_often(void *data) {
  struct store *store = data;
  uint64_t last = 0;
  for (int i = 0; i < 2000; i++) {
    struct store_txn *txn;
    if (store_begin_read(store, &txn) != STORE_OK)
      return NULL;
    uint64_t revision = store_revision(txn);
    store_end(txn);
    if (revision < last)
      return NULL;
    last = revision;
  }
  return store;
}

static void threads_share_the_pool_beside_a_writer(void **state) {
  struct store_fixture *fixture = *state;
  pthread_t threads[4];
  for (size_t i = 0; i < count_of(threads); i++)
    assert_int_equal(pthread_create(&threads[i], NULL, read_often, fixture->store), 0);
  for (int i = 0; i < 50; i++) {
    char text[32];
    snprintf(text, sizeof text, "%d=1", i);
    say(fixture, "r1", 1000, STATEMENT_MERGE, text);
  }
  for (size_t i = 0; i < count_of(threads); i++) {
    void *result = NULL;
    pthread_join(threads[i], &result);
    assert_ptr_equal(result, fixture->store);
  }
}

/* ---- readers that died ---- */

static int take_most_slots(int socket, void *data) {
  struct store *store = NULL;
  struct store_error error;
  struct held held = {0};
  struct store_options options = {.path = data, .read_only = true, .map_bytes = 1 << 26};
  if (store_open(&options, &store, &error) != STORE_OK)
    return 1;
  if (hold(store, &held, SLOTS - 10) != STORE_OK || !child_tell(socket))
    return 2;
  (void)child_await(socket);
  return 3;
}

static void slots_of_dead_readers_are_freed(void **state) {
  struct store_fixture *fixture = *state;
  struct held held = {0};
  struct child child = child_start(take_most_slots, fixture->folder.path);
  assert_true(child_await(child.socket));
  REFUSED(hold(fixture->store, &held, 100), STORE_READERS_FULL);
  store_clear_stale_readers(fixture->store); /* they live: nothing to free */
  REFUSED(hold(fixture->store, &held, 100), STORE_READERS_FULL);
  assert_int_equal(child_kill(&child), 128 + SIGKILL);
  store_clear_stale_readers(fixture->store);
  OK(hold(fixture->store, &held, 100));
  let_go(&held, 0);
}

static int read_along(int socket, void *data) {
  struct store *store = NULL;
  struct store_error error;
  struct store_options options = {.path = data, .read_only = true, .map_bytes = 1 << 26};
  if (store_open(&options, &store, &error) != STORE_OK || !child_tell(socket))
    return 1;
  (void)child_await(socket);
  store_close(store);
  return 0;
}

/* Another reader lives on: LMDB makes its table of readers anew only where nobody has it open. */
static void opening_frees_the_slots_of_dead_readers(void **state) {
  struct store_fixture *fixture = *state;
  struct held held = {0};
  store_fixture_close(fixture);
  struct child dead = child_start(take_most_slots, fixture->folder.path);
  assert_true(child_await(dead.socket));
  struct child alive = child_start(read_along, fixture->folder.path);
  assert_true(child_await(alive.socket));
  assert_int_equal(child_kill(&dead), 128 + SIGKILL);
  store_fixture_open(fixture);
  OK(hold(fixture->store, &held, 100));
  let_go(&held, 0);
  assert_int_equal(child_end(&alive), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_reader_is_used_again_and_sees_what_is_new),
      test_on_store(readers_one_after_another_never_run_out),
      test_on_store(one_reader_too_many_is_refused_and_one_that_ends_makes_room),
      test_on_store(more_readers_than_the_pool_keeps_come_back_whole),
      test_on_store(a_snapshot_stays_as_it_was_while_others_write),
      test_on_store(threads_share_the_pool_beside_a_writer),
      test_on_store(slots_of_dead_readers_are_freed),
      test_on_store(opening_frees_the_slots_of_dead_readers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
