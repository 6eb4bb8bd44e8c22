/* SPDX-License-Identifier: MIT */
/* The blocks of a series in the table: how they lie after many small writes, how they are walked,
 * and what of damage is found. */
#include "tests/store_fixture.h"

#include "storage/blocks.h"

enum { HANDLE = 7 };

static struct row_change change_of(int64_t period, double value) {
  return (struct row_change){
      .present = true, .row = {.period = period, .value = value, .status = 'A', .release_no = 1}};
}

static void change(struct store_fixture *fixture, const struct row_change *changes, size_t n) {
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(blocks_change(fixture->txn, HANDLE, changes, n, fixture->arena));
}

/* Rows of every `step`-th period of [first, last]. */
static void put_rows(struct store_fixture *fixture, int64_t first, int64_t last, int64_t step) {
  static struct row_change changes[20000];
  size_t n = 0;
  for (int64_t period = first; period <= last; period += step)
    changes[n++] = change_of(period, (double)period);
  change(fixture, changes, n);
}

struct layout {
  size_t n_blocks;
  size_t n_rows;
  size_t bytes;
};

/* Walks all blocks forward: their links, their order, their rows. */
static struct layout walk_all(struct store_fixture *fixture) {
  scoped(block_walk_end) struct block_walk walk = {0};
  struct layout layout = {0};
  int64_t last = BLOCK_NO_PREVIOUS;
  enum store_status status = block_walk_begin(fixture->txn, HANDLE, INT64_MIN, false, &walk);
  for (; status == STORE_OK; status = block_walk_next(&walk)) {
    assert_true(walk.block.previous_last == last);
    assert_true(last == BLOCK_NO_PREVIOUS || walk.block.first > last);
    last = walk.block.last;
    layout.n_blocks++;
    layout.n_rows += walk.block.n;
    layout.bytes += walk.cursor.value.size;
  }
  REFUSED(status, STORE_NOT_FOUND);
  return layout;
}

/* ---- small writes ---- */

static void assert_dense(struct store_fixture *fixture, size_t n_rows) {
  struct layout layout = walk_all(fixture);
  assert_int_equal(layout.n_rows, n_rows);
  if (layout.n_blocks > n_rows / 100 + 2)
    fail_msg("%zu rows lie in %zu blocks of %zu bytes", n_rows, layout.n_blocks, layout.bytes);
}

static void rows_that_come_one_by_one_lie_as_dense_as_at_once(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  for (int64_t period = 0; period < 3000; period++)
    put_rows(fixture, period, period, 1);
  assert_dense(fixture, 3000);
}

static void rows_that_come_backwards_lie_as_dense(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  for (int64_t period = 3000; period > 0; period--)
    put_rows(fixture, period, period, 1);
  assert_dense(fixture, 3000);
}

static void rows_between_rows_lie_as_dense(void **state) {
  struct store_fixture *fixture = *state;
  uint64_t seed = 4;
  write_begin(fixture);
  put_rows(fixture, 0, 8000, 4);
  size_t n = 2001;
  for (int i = 0; i < 2000; i++) {
    int64_t period = 4 * (int64_t)draw(&seed, 2000) + 1 + i % 3;
    put_rows(fixture, period, period, 1);
  }
  struct rows rows = {.arena = fixture->arena};
  OK(blocks_read(fixture->txn, HANDLE, INT64_MIN, INT64_MAX, &rows));
  n = rows.n;
  assert_dense(fixture, n);
}

static void rows_that_go_one_by_one_leave_no_empty_block(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_rows(fixture, 0, 1999, 1);
  for (int64_t period = 0; period < 2000; period += 1) {
    if (period % 10 != 0)
      change(fixture, &(struct row_change){.row.period = period}, 1);
  }
  assert_dense(fixture, 200);
  for (int64_t period = 0; period < 2000; period += 10)
    change(fixture, &(struct row_change){.row.period = period}, 1);
  assert_int_equal(walk_all(fixture).n_blocks, 0);
}

static void a_write_leaves_the_neighbours_of_its_series_alone(void **state) {
  struct store_fixture *fixture = *state;
  struct row_change one = change_of(5, 1);
  write_begin(fixture);
  OK(blocks_change(fixture->txn, HANDLE - 1, &one, 1, fixture->arena));
  OK(blocks_change(fixture->txn, HANDLE + 1, &one, 1, fixture->arena));
  put_rows(fixture, -2000, 2000, 1);
  for (int64_t period = -2000; period <= 2000; period++)
    change(fixture, &(struct row_change){.row.period = period}, 1);
  assert_int_equal(walk_all(fixture).n_blocks, 0);
  struct rows rows = {.arena = fixture->arena};
  OK(blocks_read(fixture->txn, HANDLE - 1, INT64_MIN, INT64_MAX, &rows));
  OK(blocks_read(fixture->txn, HANDLE + 1, INT64_MIN, INT64_MAX, &rows));
  assert_int_equal(rows.n, 2);
}

/* ---- walking ---- */

static void a_walk_begins_where_the_period_is_or_would_be(void **state) {
  struct store_fixture *fixture = *state;
  static const struct {
    int64_t period;
    bool at_or_before;
    enum store_status status;
    int64_t first;
  } rows[] = {
      {INT64_MIN, false, STORE_OK, 10},
      {10, false, STORE_OK, 10},
      {20, false, STORE_OK, 10},
      {100, false, STORE_NOT_FOUND, 0},
      {INT64_MAX, false, STORE_NOT_FOUND, 0},
      {INT64_MIN, true, STORE_OK, 10},
      {50, true, STORE_OK, 10},
      {INT64_MAX, true, STORE_OK, 10},
  };
  write_begin(fixture);
  put_rows(fixture, 10, 90, 1);
  for (size_t i = 0; i < count_of(rows); i++) {
    scoped(block_walk_end) struct block_walk walk = {0};
    REFUSED(block_walk_begin(fixture->txn, HANDLE, rows[i].period, rows[i].at_or_before, &walk),
            rows[i].status);
    if (rows[i].status == STORE_OK)
      assert_int_equal(walk.block.first, rows[i].first);
  }
}

static void a_walk_back_meets_the_blocks_of_a_walk_forward(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_rows(fixture, -3000, 3000, 1);
  struct layout forward = walk_all(fixture);
  scoped(block_walk_end) struct block_walk walk = {0};
  enum store_status status = block_walk_begin(fixture->txn, HANDLE, INT64_MAX, true, &walk);
  size_t n = 0;
  for (; status == STORE_OK; status = block_walk_previous(&walk))
    n++;
  REFUSED(status, STORE_NOT_FOUND);
  assert_int_equal(n, forward.n_blocks);
  assert_true(n > 5);
}

static void any_range_has_the_rows_that_lie_in_it(void **state) {
  struct store_fixture *fixture = *state;
  uint64_t seed = 8;
  write_begin(fixture);
  put_rows(fixture, -3000, 3000, 3);
  for (int i = 0; i < 500; i++) {
    arena_reset(fixture->arena, SIZE_MAX / 2);
    struct rows rows = {.arena = fixture->arena};
    int64_t first = (int64_t)draw(&seed, 7000) - 3500, last = first + draw(&seed, 900);
    OK(blocks_read(fixture->txn, HANDLE, first, last, &rows));
    size_t n = 0;
    for (int64_t period = -3000; period <= 3000; period += 3) {
      if (period < first || period > last)
        continue;
      assert_int_equal(rows.rows[n].period, period);
      assert_true(rows.rows[n++].value == (double)period);
    }
    assert_int_equal(rows.n, n);
  }
}

/* ---- damage ---- */

static struct key_buffer key_of_block(uint64_t handle, int64_t first) {
  struct key_buffer key = {0};
  key_u64(&key, handle);
  key_i64(&key, first);
  return key;
}

/* The first ordinal of the second block. */
static int64_t second_block(struct store_fixture *fixture) {
  scoped(block_walk_end) struct block_walk walk = {0};
  OK(block_walk_begin(fixture->txn, HANDLE, INT64_MIN, false, &walk));
  OK(block_walk_next(&walk));
  return walk.block.first;
}

static void a_block_that_is_lost_is_missed_by_its_neighbours(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_rows(fixture, 0, 3000, 1);
  struct key_buffer key = key_of_block(HANDLE, second_block(fixture));
  OK(table_delete(fixture->txn, TABLE_BLOCKS, key_of(&key)));
  struct rows rows = {.arena = fixture->arena};
  REFUSED(blocks_read(fixture->txn, HANDLE, INT64_MIN, INT64_MAX, &rows), STORE_CORRUPT);
  scoped(block_walk_end) struct block_walk walk = {0};
  enum store_status status = block_walk_begin(fixture->txn, HANDLE, INT64_MAX, true, &walk);
  while (status == STORE_OK)
    status = block_walk_previous(&walk);
  REFUSED(status, STORE_CORRUPT);
}

/* Turns a bit of a value without mending its checksum. */
static void damage(struct store_fixture *fixture, uint64_t handle, int64_t first) {
  struct key_buffer key = key_of_block(handle, first);
  uint8_t copy[8192];
  MDB_val k = {key.size, key.data}, v;
  MDB_dbi dbi = fixture->store->tables[TABLE_BLOCKS];
  assert_int_equal(mdb_get(fixture->txn->mdb, dbi, &k, &v), 0);
  size_t size = v.mv_size;
  memcpy(copy, v.mv_data, size);
  copy[40] ^= 1;
  v = (MDB_val){size, copy};
  assert_int_equal(mdb_put(fixture->txn->mdb, dbi, &k, &v, 0), 0);
}

static void a_damaged_block_is_refused_and_the_others_are_read(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_rows(fixture, 0, 3000, 1);
  int64_t second = second_block(fixture);
  damage(fixture, HANDLE, second);
  struct rows rows = {.arena = fixture->arena};
  REFUSED(blocks_read(fixture->txn, HANDLE, second, second, &rows), STORE_CORRUPT);
  OK(blocks_read(fixture->txn, HANDLE, 2500, INT64_MAX, &rows));
  OK(blocks_read(fixture->txn, HANDLE, 0, 10, &rows));
}

static void a_damaged_series_does_not_hinder_its_neighbours(void **state) {
  struct store_fixture *fixture = *state;
  struct row_change one = change_of(5, 1);
  write_begin(fixture);
  put_rows(fixture, 0, 3000, 1);
  OK(blocks_change(fixture->txn, HANDLE - 1, &one, 1, fixture->arena));
  OK(blocks_change(fixture->txn, HANDLE + 1, &one, 1, fixture->arena));
  damage(fixture, HANDLE - 1, 5);
  damage(fixture, HANDLE + 1, 5);
  struct rows rows = {.arena = fixture->arena};
  OK(blocks_read(fixture->txn, HANDLE, INT64_MIN, INT64_MAX, &rows));
  OK(blocks_read(fixture->txn, HANDLE, -5, 5, &rows));
  OK(blocks_read(fixture->txn, HANDLE, 5000, 6000, &rows));
  put_rows(fixture, 4000, 4000, 1);
  put_rows(fixture, -10, -10, 1);
  assert_int_equal(walk_all(fixture).n_rows, 3003);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(rows_that_come_one_by_one_lie_as_dense_as_at_once),
      test_on_store(rows_that_come_backwards_lie_as_dense),
      test_on_store(rows_between_rows_lie_as_dense),
      test_on_store(rows_that_go_one_by_one_leave_no_empty_block),
      test_on_store(a_write_leaves_the_neighbours_of_its_series_alone),
      test_on_store(a_walk_begins_where_the_period_is_or_would_be),
      test_on_store(a_walk_back_meets_the_blocks_of_a_walk_forward),
      test_on_store(any_range_has_the_rows_that_lie_in_it),
      test_on_store(a_block_that_is_lost_is_missed_by_its_neighbours),
      test_on_store(a_damaged_block_is_refused_and_the_others_are_read),
      test_on_store(a_damaged_series_does_not_hinder_its_neighbours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
