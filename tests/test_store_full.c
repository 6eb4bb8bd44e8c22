/* SPDX-License-Identifier: MIT */
/* Writes that fail half-way: no room in the map, on the disk, in memory. The store is then as it
 * was before, and goes on. The seams are the map's size, the file size that the system allows, and
 * the arena's cap. */
#include "tests/store_fixture.h"

#include <sys/resource.h>

#include "storage/table.h"
#include "tests/child.h"

enum { N_ROWS = 1000 };

/* What each write states: so many rows, all with another value than the last write had. */
struct batch {
  int64_t periods[N_ROWS];
  double values[N_ROWS];
  uint8_t statuses[N_ROWS];
  struct statements statements;
};

static void make_batch(struct batch *batch, double value, uint32_t release_no) {
  for (int i = 0; i < N_ROWS; i++) {
    batch->periods[i] = i;
    batch->values[i] = value + i;
    batch->statuses[i] = i % 7 == 0 ? 'P' : 'A';
  }
  batch->statements = (struct statements){.release_no = release_no,
                                          .n = N_ROWS,
                                          .periods = batch->periods,
                                          .values = batch->values,
                                          .statuses = batch->statuses};
}

/* One revision of the whole series, in a transaction of its own: committed, or dropped. */
static enum store_status revise(struct store_fixture *fixture, int number, size_t arena_cap) {
  static struct batch batch;
  struct statement_counts counts;
  bool changed = false;
  char id[16];
  snprintf(id, sizeof id, "r%04d", number);
  struct store_txn *txn = write_begin(fixture);
  make_batch(&batch, number, make_release(fixture, id, number));
  arena_reset(fixture->arena, arena_cap);
  enum store_status status =
      statements_write(txn, said_handle(fixture), &batch.statements, fixture->arena, &counts);
  if (status == STORE_OK)
    status = store_end_command(txn, &changed);
  fixture->txn = NULL;
  if (status == STORE_OK)
    return store_commit(txn);
  store_end(txn);
  return status;
}

static void prepare(struct store_fixture *fixture) {
  say(fixture, "r0000", 0, STATEMENT_MERGE, "0=0");
}

/* The latest observation, all rows' number, the revision: of the last write that was committed. */
static void assert_state_of(struct store_fixture *fixture, int number) {
  struct series_head head;
  struct columns columns;
  struct range_query query = {.first = INT64_MIN, .last = INT64_MAX};
  struct store_txn *txn = read_begin(fixture);
  OK(series_by_key(txn, bytes_of_text(SAID_KEY), &head));
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(observations_read(txn, &head, &query, fixture->arena, &columns));
  assert_int_equal(columns.n, number == 0 ? 1 : N_ROWS);
  assert_int_equal(head.n_observations, columns.n);
  assert_int_equal(head.n_releases, number + 1);
  assert_true(columns.values[columns.n - 1] == (double)(number + (int)columns.n - 1));
  assert_int_equal(store_revision(txn), number + 1);
  read_end(fixture);
}

static int small_map_setup(void **state) {
  int code = store_fixture_setup(state);
  struct store_fixture *fixture = *state;
  store_fixture_close(fixture);
  folder_remove(&fixture->folder);
  fixture->map_bytes = 1 << 20;
  store_fixture_open(fixture);
  return code;
}

static void a_full_map_leaves_the_store_as_it_was(void **state) {
  struct store_fixture *fixture = *state;
  enum store_status status = STORE_OK;
  int n = 0;
  prepare(fixture);
  while ((status = revise(fixture, n + 1, SIZE_MAX / 2)) == STORE_OK)
    n++;
  REFUSED(status, STORE_FULL);
  assert_in_range(n, 1, 100);
  assert_state_of(fixture, n);
  store_fixture_reopen(fixture);
  assert_state_of(fixture, n);
}

static void a_full_store_goes_on_with_a_larger_map(void **state) {
  struct store_fixture *fixture = *state;
  int n = 0;
  prepare(fixture);
  while (revise(fixture, n + 1, SIZE_MAX / 2) == STORE_OK)
    n++;
  store_fixture_close(fixture);
  fixture->map_bytes = 1 << 24;
  store_fixture_open(fixture);
  assert_state_of(fixture, n);
  OK(revise(fixture, n + 1, SIZE_MAX / 2));
  assert_state_of(fixture, n + 1);
}

static void a_full_store_takes_deletions_and_what_they_make_room_for(void **state) {
  struct store_fixture *fixture = *state;
  int n = 0;
  prepare(fixture);
  while (revise(fixture, n + 1, SIZE_MAX / 2) == STORE_OK)
    n++;
  uint64_t handle = said_handle(fixture);
  write_begin(fixture);
  enum store_status status = series_delete(fixture->txn, handle);
  if (status == STORE_OK)
    write_commit(fixture);
  read_end(fixture);
  OK(status);
  prepare(fixture);
  OK(revise(fixture, n + 2, SIZE_MAX / 2));
}

/* A map that ends in the middle of whatever is written just then. */
static void a_map_of_any_size_is_full_without_damage(void **state) {
  struct store_fixture *fixture = *state;
  for (uint64_t pages = 256; pages < 420; pages += 3) {
    enum store_status status = STORE_OK;
    int n = 0;
    store_fixture_close(fixture);
    folder_remove(&fixture->folder);
    fixture->map_bytes = pages * 4096;
    store_fixture_open(fixture);
    prepare(fixture);
    while ((status = revise(fixture, n + 1, SIZE_MAX / 2)) == STORE_OK)
      n++;
    REFUSED(status, STORE_FULL);
    assert_state_of(fixture, n);
  }
}

static void no_memory_at_any_point_leaves_the_store_as_it_was(void **state) {
  struct store_fixture *fixture = *state;
  int refused = 0;
  enum store_status status = STORE_NO_MEMORY;
  prepare(fixture);
  OK(revise(fixture, 1, SIZE_MAX / 2));
  for (size_t cap = 0; status != STORE_OK; cap += 997) {
    status = revise(fixture, 2, cap);
    if (status == STORE_OK)
      break;
    REFUSED(status, STORE_NO_MEMORY);
    refused++;
    assert_state_of(fixture, 1);
  }
  assert_true(refused > 50);
  assert_state_of(fixture, 2);
}

/* ---- a disk that is full at the commit ---- */

/* The greatest file is `data` KiB: counts writes until one fails, then says which. */
static int write_on_a_small_disk(int socket, void *data) {
  struct store_fixture *fixture = data;
  (void)socket;
  signal(SIGXFSZ, SIG_IGN);
  store_fixture_open(fixture);
  prepare(fixture);
  struct rlimit limit = {600 << 10, 600 << 10};
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
    return 100;
  int n = 0;
  enum store_status status = STORE_OK;
  while ((status = revise(fixture, n + 1, SIZE_MAX / 2)) == STORE_OK)
    n++;
  if (status != STORE_FULL)
    return 101;
  assert_state_of(fixture, n);
  store_fixture_close(fixture);
  return n;
}

static void a_full_disk_leaves_the_store_as_it_was(void **state) {
  struct store_fixture *fixture = *state;
  store_fixture_close(fixture);
  struct child child = child_start(write_on_a_small_disk, fixture);
  int n = child_end(&child);
  assert_in_range(n, 1, 99);
  store_fixture_open(fixture);
  assert_state_of(fixture, n);
  OK(revise(fixture, n + 1, SIZE_MAX / 2));
  assert_state_of(fixture, n + 1);
}

#define test_on_small_map(f)                                                                       \
  cmocka_unit_test_setup_teardown(f, small_map_setup, store_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_small_map(a_full_map_leaves_the_store_as_it_was),
      test_on_small_map(a_full_store_goes_on_with_a_larger_map),
      test_on_small_map(a_full_store_takes_deletions_and_what_they_make_room_for),
      test_on_small_map(a_map_of_any_size_is_full_without_damage),
      test_on_store(no_memory_at_any_point_leaves_the_store_as_it_was),
      test_on_store(a_full_disk_leaves_the_store_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
