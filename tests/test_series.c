/* SPDX-License-Identifier: MIT */
/* Series: made, found both ways, described, deleted; handles are never used again. */
#include "tests/store_fixture.h"

#include "storage/table.h"

static struct series_head by_handle(struct store_fixture *fixture, uint64_t handle,
                                    struct series_details *ret_details) {
  struct series_head head;
  OK(series_by_handle(fixture->txn, handle, &head, ret_details));
  return head;
}

static void a_series_is_found_by_key_and_by_handle(void **state) {
  struct store_fixture *fixture = *state;
  struct series_head head;
  struct series_details details;
  write_begin(fixture);
  uint32_t dataset = make_dataset(fixture, "DS", "FREQ.AREA");
  uint64_t handle = make_series(fixture, "DS/A.CHN");
  write_commit(fixture);
  read_begin(fixture);
  OK(series_by_key(fixture->txn, bytes_of_text("DS/A.CHN"), &head));
  assert_int_equal(head.handle, handle);
  head = by_handle(fixture, handle, &details);
  assert_true(bytes_equal(details.key, bytes_of_text("DS/A.CHN")));
  assert_int_equal(head.dataset_no, dataset);
  assert_int_equal(head.frequency, 1);
  assert_int_equal(head.changed_revision, 1);
  assert_false(head.has_latest);
  REFUSED(series_by_key(fixture->txn, bytes_of_text("DS/A.USA"), &head), STORE_NOT_FOUND);
  REFUSED(series_by_handle(fixture->txn, handle + 1, &head, &details), STORE_NOT_FOUND);
}

static void a_series_made_again_is_the_one_that_is_there(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  uint64_t handle = make_series(fixture, "DS/A.CHN");
  write_commit(fixture);
  write_begin(fixture);
  assert_int_equal(make_series(fixture, "DS/A.CHN"), handle);
  assert_false(write_commit(fixture));
}

static void both_records_have_the_latest_observation(void **state) {
  struct store_fixture *fixture = *state;
  struct series_details details;
  struct series_head heads[2];
  say(fixture, "r1", 1000, STATEMENT_MERGE, "-3=1 5=2.5P 7=O");
  uint64_t handle = said_handle(fixture);
  read_begin(fixture);
  OK(series_by_key(fixture->txn, bytes_of_text(SAID_KEY), &heads[0]));
  heads[1] = by_handle(fixture, handle, &details);
  for (size_t i = 0; i < count_of(heads); i++) {
    assert_true(heads[i].has_latest);
    assert_int_equal(heads[i].latest_period, 5);
    assert_true(heads[i].latest_value == 2.5);
    assert_int_equal(heads[i].latest_status, 'P');
    assert_int_equal(heads[i].first_period, -3);
    assert_int_equal(heads[i].last_period, 7);
    assert_int_equal(heads[i].n_observations, 3);
    assert_int_equal(heads[i].n_releases, 1);
    assert_int_equal(heads[i].last_published_ms, 1000);
  }
}

static void a_key_has_255_bytes_and_not_one_more(void **state) {
  struct store_fixture *fixture = *state;
  char text[LIMIT_SERIES_KEY_BYTES + 1] = "DS/A.";
  struct dataset_record dataset;
  struct series_head head;
  bool is_new;
  memset(text + 5, 'C', sizeof text - 6);
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  make_series(fixture, text);
  struct key key;
  assert_int_equal(key_parse(bytes_of_text(text), &key, NULL), KEY_OK);
  static const uint8_t longer[LIMIT_SERIES_KEY_BYTES] = {'A'};
  key.rest = bytes_of(longer, sizeof longer - 2);
  OK(dataset_get(fixture->txn, bytes_of_text("DS"), &dataset));
  REFUSED(series_make(fixture->txn, &dataset, &key, 1, &head, &is_new), STORE_LIMIT);
}

static void attributes_are_kept_beside_the_figures(void **state) {
  struct store_fixture *fixture = *state;
  struct series_details details;
  bool changed = false;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  uint64_t handle = said_handle(fixture);
  write_begin(fixture);
  OK(series_set_attributes(fixture->txn, handle, bytes_of_text("unit"), &changed));
  assert_true(changed);
  write_commit(fixture);
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2 2=2");
  read_begin(fixture);
  assert_int_equal(by_handle(fixture, handle, &details).n_observations, 2);
  assert_true(bytes_equal(details.attributes, bytes_of_text("unit")));
}

static void the_same_attributes_change_nothing(void **state) {
  struct store_fixture *fixture = *state;
  bool changed = true;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  uint64_t handle = said_handle(fixture);
  for (int i = 0; i < 2; i++) {
    write_begin(fixture);
    OK(series_set_attributes(fixture->txn, handle, bytes_of_text("unit"), &changed));
    assert_int_equal(write_commit(fixture), i == 0);
    assert_int_equal(changed, i == 0);
  }
  write_begin(fixture);
  REFUSED(series_set_attributes(fixture->txn, 99, bytes_of_text("u"), &changed), STORE_NOT_FOUND);
}

/* ---- deletion ---- */

static void delete (struct store_fixture *fixture, uint64_t handle) {
  write_begin(fixture);
  OK(series_delete(fixture->txn, handle));
  assert_true(write_commit(fixture));
}

static void a_deleted_handle_is_told_from_one_that_never_was(void **state) {
  struct store_fixture *fixture = *state;
  struct series_head head;
  struct series_details details;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  uint64_t handle = said_handle(fixture);
  delete (fixture, handle);
  read_begin(fixture);
  REFUSED(series_by_handle(fixture->txn, handle, &head, &details), STORE_DELETED);
  REFUSED(series_by_handle(fixture->txn, handle + 1, &head, &details), STORE_NOT_FOUND);
  REFUSED(series_by_key(fixture->txn, bytes_of_text(SAID_KEY), &head), STORE_NOT_FOUND);
  read_end(fixture);
  write_begin(fixture);
  REFUSED(series_delete(fixture->txn, handle), STORE_DELETED);
  REFUSED(series_delete(fixture->txn, handle + 1), STORE_NOT_FOUND);
}

static uint64_t records_of(struct store_fixture *fixture, enum table table) {
  MDB_stat stat;
  assert_int_equal(mdb_stat(fixture->txn->mdb, fixture->store->tables[table], &stat), 0);
  return stat.ms_entries;
}

static void a_deleted_series_leaves_no_record_but_its_name(void **state) {
  struct store_fixture *fixture = *state;
  static const enum table emptied[] = {TABLE_SERIES,  TABLE_HANDLES,  TABLE_BLOCKS,
                                       TABLE_HISTORY, TABLE_COVERAGE, TABLE_RELEASE_SERIES,
                                       TABLE_POSTINGS};
  struct store_counts counts;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=1.5");
  delete (fixture, said_handle(fixture));
  read_begin(fixture);
  for (size_t i = 0; i < count_of(emptied); i++)
    assert_int_equal(records_of(fixture, emptied[i]), 0);
  assert_int_equal(records_of(fixture, TABLE_NAMES), 1);
  OK(store_count(fixture->txn, &counts));
  assert_int_equal(counts.observations, 0);
  assert_int_equal(counts.releases, 2);
}

static void deletion_leaves_the_neighbours_alone(void **state) {
  struct store_fixture *fixture = *state;
  uint64_t count = 0;
  write_begin(fixture);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.AREA");
  uint64_t before = make_series(fixture, "DS/A.BEL");
  write_commit(fixture);
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2");
  say(fixture, "r2", 1000, STATEMENT_MERGE, "1=3");
  write_begin(fixture);
  uint64_t behind = make_series(fixture, "DS/A.DEU");
  write_commit(fixture);
  delete (fixture, before);
  delete (fixture, behind);
  assert_string_equal(known(fixture, NULL), "1=3@r2 2=2@r1");
  read_begin(fixture);
  OK(code_series_count(fixture->txn, no, 0, bytes_of_text("A"), &count));
  assert_int_equal(count, 1);
}

static void a_handle_is_never_used_again(void **state) {
  struct store_fixture *fixture = *state;
  uint64_t last = 0;
  for (int i = 0; i < 5; i++) {
    say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
    uint64_t handle = said_handle(fixture);
    assert_true(handle > last);
    last = handle;
    delete (fixture, handle);
    store_fixture_reopen(fixture);
  }
}

static void a_dropped_command_leaves_nothing(void **state) {
  struct store_fixture *fixture = *state;
  struct series_head head;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  write_begin(fixture);
  make_series(fixture, "DS/A.USA");
  OK(series_delete(fixture->txn, 1));
  assert_true(store_command_wrote(fixture->txn));
  read_end(fixture);
  assert_string_equal(known(fixture, NULL), "1=1@r1");
  read_begin(fixture);
  REFUSED(series_by_key(fixture->txn, bytes_of_text("DS/A.USA"), &head), STORE_NOT_FOUND);
  assert_int_equal(store_revision(fixture->txn), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_series_is_found_by_key_and_by_handle),
      test_on_store(a_series_made_again_is_the_one_that_is_there),
      test_on_store(both_records_have_the_latest_observation),
      test_on_store(a_key_has_255_bytes_and_not_one_more),
      test_on_store(attributes_are_kept_beside_the_figures),
      test_on_store(the_same_attributes_change_nothing),
      test_on_store(a_deleted_handle_is_told_from_one_that_never_was),
      test_on_store(a_deleted_series_leaves_no_record_but_its_name),
      test_on_store(deletion_leaves_the_neighbours_alone),
      test_on_store(a_handle_is_never_used_again),
      test_on_store(a_dropped_command_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
