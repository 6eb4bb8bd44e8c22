/* SPDX-License-Identifier: MIT */
/* Reads at their edges: exactly as many rows as are asked for, ranges without rows, the latest
 * behind many that do not count. */
#include "tests/store_fixture.h"

#include "proto/obs_status.h"

enum { N = 700 };

/* Rows 0 to N - 1 with these statuses, value = period (NaN under O). */
static void fill(struct store_fixture *fixture, const char *release, int64_t published_ms,
                 const uint8_t *statuses) {
  static int64_t periods[N];
  static double values[N];
  struct statement_counts counts;
  for (int i = 0; i < N; i++) {
    periods[i] = i;
    values[i] = statuses[i] == OBS_STATUS_MISSING ? obs_nan() : i;
  }
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  struct statements statements = {.release_no = make_release(fixture, release, published_ms),
                                  .n = N,
                                  .periods = periods,
                                  .values = values,
                                  .statuses = statuses};
  OK(statements_write(fixture->txn, make_series(fixture, SAID_KEY), &statements, fixture->arena,
                      &counts));
  write_commit(fixture);
}

static void fill_plain(struct store_fixture *fixture) {
  uint8_t statuses[N];
  memset(statuses, 'A', N);
  fill(fixture, "r1", 1000, statuses);
}

static struct columns read_range(struct store_fixture *fixture, const struct range_query *query) {
  struct series_head head;
  struct columns columns;
  struct store_txn *txn = read_begin(fixture);
  OK(series_by_key(txn, bytes_of_text(SAID_KEY), &head));
  OK(observations_read(txn, &head, query, fixture->arena, &columns));
  read_end(fixture);
  return columns;
}

static void more_is_told_where_rows_are_left_and_only_there(void **state) {
  struct store_fixture *fixture = *state;
  static const size_t limits[] = {1, 99, 100, 101, 0};
  struct as_of points[] = {{0}, as_of_ms(1500)};
  fill_plain(fixture);
  say(fixture, "r2", 2000, STATEMENT_MERGE, "0=5"); /* so that the point reads history, too */
  for (size_t i = 0; i < 4 * count_of(limits); i++) {
    struct range_query query = {.first = 450,
                                .last = 549,
                                .max_rows = limits[i / 4],
                                .from_the_end = i % 2 == 1,
                                .as_of = points[i / 2 % 2]};
    struct columns columns = read_range(fixture, &query);
    bool cut = query.max_rows > 0 && query.max_rows < 100;
    assert_int_equal(columns.n, cut ? query.max_rows : 100);
    assert_int_equal(columns.more, cut);
    assert_int_equal(columns.first_period, cut && query.from_the_end ? 550 - (int)columns.n : 450);
  }
}

static void ranges_without_rows_are_empty(void **state) {
  struct store_fixture *fixture = *state;
  static const int64_t ranges[][2] = {{-9, -1},
                                      {N, N + 9},
                                      {9, 3},
                                      {INT64_MIN, INT64_MIN},
                                      {INT64_MAX, INT64_MAX},
                                      {INT64_MAX, INT64_MIN}};
  fill_plain(fixture);
  say(fixture, "r2", 2000, STATEMENT_MERGE, "0=5");
  for (size_t i = 0; i < 4 * count_of(ranges); i++) {
    struct range_query query = {.first = ranges[i / 4][0],
                                .last = ranges[i / 4][1],
                                .max_rows = 5,
                                .from_the_end = i % 2 == 1};
    if (i / 2 % 2 == 1)
      query.as_of = as_of_ms(1500);
    struct columns columns = read_range(fixture, &query);
    assert_int_equal(columns.n, 0);
    assert_false(columns.more);
  }
}

static enum store_status latest(struct store_fixture *fixture, const struct as_of *as_of,
                                bool actual_only, struct latest *ret_latest) {
  struct series_head head;
  struct store_txn *txn = read_begin(fixture);
  OK(series_by_key(txn, bytes_of_text(SAID_KEY), &head));
  enum store_status status = observations_latest(txn, &head, as_of, actual_only, ret_latest);
  read_end(fixture);
  return status;
}

static void the_latest_is_found_behind_many_rows_that_do_not_count(void **state) {
  struct store_fixture *fixture = *state;
  uint8_t statuses[N];
  struct latest found;
  struct as_of none = {0}, past = as_of_ms(1500);
  memset(statuses, OBS_STATUS_MISSING, N);
  memset(statuses, OBS_STATUS_NORMAL, 11);
  memset(statuses + 11, OBS_STATUS_FORECAST, 300);
  fill(fixture, "r1", 1000, statuses);
  say(fixture, "r2", 2000, STATEMENT_MERGE, "0=5");
  const struct as_of *points[] = {&none, &past};
  for (size_t i = 0; i < count_of(points); i++) {
    OK(latest(fixture, points[i], false, &found));
    assert_int_equal(found.period, 310);
    assert_int_equal(found.status, OBS_STATUS_FORECAST);
    OK(latest(fixture, points[i], true, &found));
    assert_int_equal(found.period, 10);
    assert_true(found.value == 10);
  }
}

static void a_series_of_missing_values_has_no_latest(void **state) {
  struct store_fixture *fixture = *state;
  struct latest found;
  struct as_of none = {0}, before = as_of_ms(999), then = as_of_ms(1000);
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=O 2=O");
  REFUSED(latest(fixture, &none, false, &found), STORE_NOT_FOUND);
  REFUSED(latest(fixture, &then, false, &found), STORE_NOT_FOUND);
  REFUSED(latest(fixture, &before, false, &found), STORE_NOT_FOUND);
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=1F");
  REFUSED(latest(fixture, &none, true, &found), STORE_NOT_FOUND);
  REFUSED(latest(fixture, &then, false, &found), STORE_NOT_FOUND);
  OK(latest(fixture, &none, false, &found));
  assert_int_equal(found.period, 1);
}

static void a_read_beyond_the_arena_is_refused(void **state) {
  struct store_fixture *fixture = *state;
  struct series_head head;
  struct columns columns;
  struct range_query query = {.first = INT64_MIN, .last = INT64_MAX, .columns = READ_RELEASES};
  fill_plain(fixture);
  struct store_txn *txn = read_begin(fixture);
  OK(series_by_key(txn, bytes_of_text(SAID_KEY), &head));
  for (size_t cap = 0; cap < 20000; cap += 500) {
    arena_reset(fixture->arena, cap);
    REFUSED(observations_read(txn, &head, &query, fixture->arena, &columns), STORE_NO_MEMORY);
  }
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(observations_read(txn, &head, &query, fixture->arena, &columns));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(more_is_told_where_rows_are_left_and_only_there),
      test_on_store(ranges_without_rows_are_empty),
      test_on_store(the_latest_is_found_behind_many_rows_that_do_not_count),
      test_on_store(a_series_of_missing_values_has_no_latest),
      test_on_store(a_read_beyond_the_arena_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
