/* SPDX-License-Identifier: MIT */
/* All that is known of a series, period by period: what history keeps, what blocks alone tell. */
#include "tests/store_fixture.h"

#include "storage/history.h"

static struct period_states states_of(struct store_fixture *fixture, int64_t first, int64_t last) {
  struct period_states states;
  uint64_t handle = said_handle(fixture);
  struct store_txn *txn = read_begin(fixture);
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(period_states_load(txn, handle, first, last, fixture->arena, &states));
  return states;
}

static uint64_t history_records(struct store_fixture *fixture) {
  MDB_stat stat;
  struct store_txn *txn = read_begin(fixture);
  assert_int_equal(mdb_stat(txn->mdb, fixture->store->tables[TABLE_HISTORY], &stat), 0);
  read_end(fixture);
  return stat.ms_entries;
}

static void a_period_with_one_version_is_in_blocks_alone(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2P(why)");
  assert_int_equal(history_records(fixture), 0);
  struct period_states states = states_of(fixture, INT64_MIN, INT64_MAX);
  assert_int_equal(states.n, 2);
  assert_true(states.items[1].in_blocks && !states.items[1].in_history);
  assert_int_equal(states.items[1].versions.n, 1);
  assert_int_equal(states.items[1].versions.rows[0].status, 'P');
}

static void a_revised_period_is_in_both(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2P(why)");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "2=3");
  assert_int_equal(history_records(fixture), 1);
  struct period_states states = states_of(fixture, 2, 2);
  assert_int_equal(states.n, 1);
  assert_true(states.items[0].in_blocks && states.items[0].in_history);
  assert_int_equal(states.items[0].versions.n, 2);
  assert_true(bytes_equal(states.items[0].versions.rows[0].comment, bytes_of_text("why")));
  assert_true(states.items[0].row.value == 3);
}

static void a_withdrawn_period_is_in_history_alone(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2 3=3");
  say(fixture, "r2", 2000, STATEMENT_WITHDRAW, "2");
  struct period_states states = states_of(fixture, INT64_MIN, INT64_MAX);
  assert_int_equal(states.n, 3);
  assert_true(!states.items[1].in_blocks && states.items[1].in_history);
  assert_int_equal(states.items[1].period, 2);
}

static void a_restatement_needs_no_history(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=O");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=1 2=O");
  say(fixture, "r0", 0, STATEMENT_MERGE, "1=1");
  assert_int_equal(history_records(fixture), 0);
  assert_string_equal(known(fixture, NULL), "1=1@r0 2=O@r1");
}

static void history_that_is_no_longer_needed_goes(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record record;
  uint64_t changed, deleted;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2");
  write_begin(fixture);
  OK(release_get(fixture->txn, bytes_of_text("r2"), &record));
  OK(release_delete(fixture->txn, record.no, fixture->arena, &changed, &deleted));
  write_commit(fixture);
  assert_int_equal(history_records(fixture), 0);
  assert_string_equal(known(fixture, NULL), "1=1@r1");
}

static void periods_before_between_and_behind_the_rows_are_told_in_order(void **state) {
  struct store_fixture *fixture = *state;
  static const int64_t periods[] = {-9, -2, 1, 2, 3, 8};
  say(fixture, "r1", 1000, STATEMENT_MERGE, "-9=0 -2=1 1=1 2=1 3=1 8=1");
  say(fixture, "r2", 2000, STATEMENT_WITHDRAW, "-9 2 8");
  struct period_states states = states_of(fixture, INT64_MIN, INT64_MAX);
  assert_int_equal(states.n, count_of(periods));
  for (size_t i = 0; i < states.n; i++)
    assert_int_equal(states.items[i].period, periods[i]);
  assert_ptr_equal(period_states_find(&states, 3), &states.items[4]);
  assert_ptr_equal(period_states_find(&states, -9), &states.items[0]);
  assert_null(period_states_find(&states, 4));
  assert_null(period_states_find(&states, 100));
  assert_null(period_states_find(&states, INT64_MIN));
}

static void a_range_has_no_periods_of_other_series(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2");
  uint64_t handle = said_handle(fixture);
  struct period_states states;
  struct store_txn *txn = read_begin(fixture);
  OK(period_states_load(txn, handle - 1, INT64_MIN, INT64_MAX, fixture->arena, &states));
  assert_int_equal(states.n, 0);
  OK(period_states_load(txn, handle + 1, INT64_MIN, INT64_MAX, fixture->arena, &states));
  assert_int_equal(states.n, 0);
  OK(period_states_load(txn, handle, 2, INT64_MAX, fixture->arena, &states));
  assert_int_equal(states.n, 0);
  OK(period_states_load(txn, handle, INT64_MIN, 0, fixture->arena, &states));
  assert_int_equal(states.n, 0);
}

/* ---- what was known ---- */

static void what_was_known_follows_the_order_of_releases(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "b", 1000, STATEMENT_MERGE, "1=2");
  say(fixture, "a", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "c", 2000, STATEMENT_MERGE, "1=3");
  struct as_of points[] = {as_of_ms(999),  as_of_release(1000, "a"), as_of_release(1000, "b"),
                           as_of_ms(1000), as_of_ms(1999),           as_of_ms(2000)};
  static const char *const answers[] = {"", "1=1@a", "1=2@b", "1=2@b", "1=2@b", "1=3@c"};
  for (size_t i = 0; i < count_of(points); i++)
    assert_string_equal(known(fixture, &points[i]), answers[i]);
}

static void a_target_never_hides_a_fact_at_any_point(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=9T");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=1");
  say(fixture, "r3", 3000, STATEMENT_MERGE, "1=8T");
  say(fixture, "r4", 4000, STATEMENT_WITHDRAW, "1");
  say(fixture, "r5", 5000, STATEMENT_MERGE, "1=7T");
  static const char *const answers[] = {"1=9T@r1", "1=1@r2", "1=1@r2", "", "1=7T@r5"};
  for (int i = 0; i < 5; i++) {
    struct as_of point = as_of_ms(1000 * (int64_t)(i + 1));
    assert_string_equal(known(fixture, &point), answers[i]);
  }
}

static void a_late_full_statement_withdraws_only_until_the_next_says_more(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=1 3=1");
  say(fixture, "r3", 3000, STATEMENT_MERGE, "3=3");
  say(fixture, "r2", 2000, STATEMENT_REPLACE, "1=2");
  struct as_of point = as_of_ms(2000);
  assert_string_equal(known(fixture, &point), "1=2@r2");
  assert_string_equal(known(fixture, NULL), "1=2@r2 3=3@r3");
}

static void future_releases_are_seen_where_no_point_is_named(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r2", INT64_C(253370764800000), STATEMENT_MERGE, "1=2"); /* the year 9999 */
  assert_string_equal(known(fixture, NULL), "1=2@r2");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_period_with_one_version_is_in_blocks_alone),
      test_on_store(a_revised_period_is_in_both),
      test_on_store(a_withdrawn_period_is_in_history_alone),
      test_on_store(a_restatement_needs_no_history),
      test_on_store(history_that_is_no_longer_needed_goes),
      test_on_store(periods_before_between_and_behind_the_rows_are_told_in_order),
      test_on_store(a_range_has_no_periods_of_other_series),
      test_on_store(what_was_known_follows_the_order_of_releases),
      test_on_store(a_target_never_hides_a_fact_at_any_point),
      test_on_store(a_late_full_statement_withdraws_only_until_the_next_says_more),
      test_on_store(future_releases_are_seen_where_no_point_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
