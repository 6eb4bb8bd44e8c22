/* SPDX-License-Identifier: MIT */
/* Releases: their order, what of them may change, which series they state. */
#include "tests/store_fixture.h"

#include "storage/table.h"

static enum store_status put(struct store_fixture *fixture, const char *id, int64_t published_ms,
                             uint8_t precision, const char *description,
                             enum put_result *ret_result) {
  struct release_record record = {.id = bytes_of_text(id),
                                  .published_ms = published_ms,
                                  .precision = precision,
                                  .description = bytes_of_text(description)};
  uint32_t no;
  return release_put(fixture->txn, &record, &no, ret_result);
}

static void a_release_reads_back_by_id_and_by_number(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record record, by_no;
  enum put_result result;
  write_begin(fixture);
  OK(put(fixture, "WEO:2024-10", -5, 2, "World Economic Outlook", &result));
  write_commit(fixture);
  struct store_txn *txn = read_begin(fixture);
  OK(release_get(txn, bytes_of_text("WEO:2024-10"), &record));
  OK(release_get_by_no(txn, record.no, &by_no));
  assert_true(bytes_equal(by_no.id, record.id));
  assert_true(bytes_equal(by_no.description, bytes_of_text("World Economic Outlook")));
  assert_int_equal(by_no.published_ms, -5);
  assert_int_equal(by_no.precision, 2);
  REFUSED(release_get(txn, bytes_of_text("WEO"), &record), STORE_NOT_FOUND);
  REFUSED(release_get_by_no(txn, 9, &record), STORE_NOT_FOUND);
}

static void a_description_may_change_but_no_time(void **state) {
  struct store_fixture *fixture = *state;
  enum put_result result;
  write_begin(fixture);
  OK(put(fixture, "r", 1000, 1, "a", &result));
  assert_int_equal(result, PUT_NEW);
  OK(put(fixture, "r", 1000, 1, "a", &result));
  assert_int_equal(result, PUT_SAME);
  OK(put(fixture, "r", 1000, 1, "b", &result));
  assert_int_equal(result, PUT_CHANGED);
  REFUSED(put(fixture, "r", 1001, 1, "b", &result), STORE_IMMUTABLE);
  REFUSED(put(fixture, "r", 1000, 2, "b", &result), STORE_IMMUTABLE);
}

static void releases_follow_by_time_and_then_by_id(void **state) {
  struct store_fixture *fixture = *state;
  static const char *const sorted[] = {"old", "B", "a", "aa", "b", "new"};
  struct release_record record = {.published_ms = INT64_MIN, .id = bytes_of("", 0)};
  enum put_result result;
  write_begin(fixture);
  OK(put(fixture, "new", 2000, 1, "", &result));
  OK(put(fixture, "aa", 1000, 1, "", &result));
  OK(put(fixture, "b", 1000, 1, "", &result));
  OK(put(fixture, "B", 1000, 1, "", &result));
  OK(put(fixture, "old", -2000, 1, "", &result));
  OK(put(fixture, "a", 1000, 1, "", &result));
  for (size_t i = 0; i < count_of(sorted); i++) {
    OK(release_next(fixture->txn, record.published_ms, record.id, &record));
    assert_true(bytes_equal(record.id, bytes_of_text(sorted[i])));
  }
  REFUSED(release_next(fixture->txn, record.published_ms, record.id, &record), STORE_NOT_FOUND);
}

static void the_next_release_is_found_from_any_place(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record record;
  enum put_result result;
  write_begin(fixture);
  OK(put(fixture, "m", 1000, 1, "", &result));
  OK(release_next(fixture->txn, 1000, bytes_of_text("l"), &record));
  OK(release_next(fixture->txn, 1000, bytes_of_text(""), &record));
  REFUSED(release_next(fixture->txn, 1000, bytes_of_text("m"), &record), STORE_NOT_FOUND);
  REFUSED(release_next(fixture->txn, INT64_MAX, bytes_of_text(""), &record), STORE_NOT_FOUND);
}

static void releases_compare_by_time_and_then_by_id(void **state) {
  struct store_fixture *fixture = *state;
  int order = 7;
  struct store_txn *txn = write_begin(fixture);
  uint32_t b = make_release(fixture, "b", 1000), a = make_release(fixture, "a", 1000);
  OK(release_compare(txn, 1000, b, 1000, a, &order));
  assert_true(order > 0);
  OK(release_compare(txn, 1000, a, 1000, b, &order));
  assert_true(order < 0);
  OK(release_compare(txn, 1000, a, 1000, a, &order));
  assert_int_equal(order, 0);
  OK(release_compare(txn, 999, b, 1000, a, &order));
  assert_true(order < 0);
}

static uint64_t series_count(struct store_fixture *fixture, const char *id) {
  struct release_record record;
  uint64_t count = 0;
  read_begin(fixture);
  OK(release_get(fixture->txn, bytes_of_text(id), &record));
  OK(release_series_count(fixture->txn, record.no, &count));
  read_end(fixture);
  return count;
}

static void a_release_counts_the_series_that_it_states(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r1", 1000, STATEMENT_MERGE, "2=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=1");
  assert_int_equal(series_count(fixture, "r1"), 1);
  assert_int_equal(series_count(fixture, "r2"), 1);
  uint64_t handle = said_handle(fixture);
  write_begin(fixture);
  OK(series_delete(fixture->txn, handle));
  write_commit(fixture);
  assert_int_equal(series_count(fixture, "r1"), 0);
}

static void a_release_knows_the_datasets_that_it_states(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record record;
  bool states = false;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  struct store_txn *txn = write_begin(fixture);
  uint32_t own = make_dataset(fixture, "DS", "FREQ.AREA");
  uint32_t other = make_dataset(fixture, "OTHER", "FREQ.AREA");
  uint32_t silent = make_release(fixture, "silent", 1000);
  OK(release_get(txn, bytes_of_text("r1"), &record));
  OK(release_states_dataset(txn, record.no, own, &states));
  assert_true(states);
  OK(release_states_dataset(txn, record.no, other, &states));
  assert_false(states);
  OK(release_states_dataset(txn, silent, own, &states));
  assert_false(states);
}

static void delete (struct store_fixture *fixture, const char *id, uint64_t n_changed,
                    uint64_t n_deleted) {
  struct release_record record;
  uint64_t changed = 9, deleted = 9;
  write_begin(fixture);
  OK(release_get(fixture->txn, bytes_of_text(id), &record));
  OK(release_delete(fixture->txn, record.no, fixture->arena, &changed, &deleted));
  assert_true(write_commit(fixture));
  assert_int_equal(changed, n_changed);
  assert_int_equal(deleted, n_deleted);
}

static void a_deleted_release_takes_the_series_that_no_other_states(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record record;
  struct series_head head;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "2=3");
  delete (fixture, "r2", 1, 0);
  assert_string_equal(known(fixture, NULL), "1=1@r1 2=2@r1");
  delete (fixture, "r1", 0, 1);
  struct store_txn *txn = read_begin(fixture);
  REFUSED(release_get(txn, bytes_of_text("r1"), &record), STORE_NOT_FOUND);
  REFUSED(series_by_key(txn, bytes_of_text(SAID_KEY), &head), STORE_NOT_FOUND);
  struct bytes nothing = bytes_of("", 0);
  REFUSED(release_next(txn, INT64_MIN, nothing, &record), STORE_NOT_FOUND);
}

static void a_release_that_comes_back_has_another_number(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  uint32_t first = make_release(fixture, "r", 1000);
  write_commit(fixture);
  delete (fixture, "r", 0, 0);
  store_fixture_reopen(fixture);
  write_begin(fixture);
  assert_true(make_release(fixture, "r", 7777) > first); /* also at another time */
}

static void ids_that_the_format_cannot_hold_are_refused(void **state) {
  struct store_fixture *fixture = *state;
  char id[300];
  enum put_result result;
  memset(id, 'x', sizeof id);
  id[256] = '\0';
  write_begin(fixture);
  REFUSED(put(fixture, id, 1, 1, "", &result), STORE_LIMIT);
  REFUSED(put(fixture, "", 1, 1, "", &result), STORE_LIMIT);
  id[LIMIT_RELEASE_ID_BYTES] = '\0';
  OK(put(fixture, id, 1, 1, "", &result));
}

static void a_deleted_release_leaves_no_gap_in_the_order(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record record;
  write_begin(fixture);
  make_release(fixture, "r1", 1000);
  make_release(fixture, "r2", 2000);
  make_release(fixture, "r3", 3000);
  write_commit(fixture);
  delete (fixture, "r2", 0, 0);
  read_begin(fixture);
  OK(release_next(fixture->txn, 1000, bytes_of_text("r1"), &record));
  assert_true(bytes_equal(record.id, bytes_of_text("r3")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_release_reads_back_by_id_and_by_number),
      test_on_store(a_description_may_change_but_no_time),
      test_on_store(releases_follow_by_time_and_then_by_id),
      test_on_store(the_next_release_is_found_from_any_place),
      test_on_store(releases_compare_by_time_and_then_by_id),
      test_on_store(a_release_counts_the_series_that_it_states),
      test_on_store(a_release_knows_the_datasets_that_it_states),
      test_on_store(a_deleted_release_takes_the_series_that_no_other_states),
      test_on_store(a_release_that_comes_back_has_another_number),
      test_on_store(ids_that_the_format_cannot_hold_are_refused),
      test_on_store(a_deleted_release_leaves_no_gap_in_the_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
