/* SPDX-License-Identifier: MIT */
/* What the store knows beside the figures: datasets, indicators, codes. */
#include "tests/store_fixture.h"

static struct bytes text(const char *words) {
  return bytes_of_text(words);
}

static struct dataset_record dataset_of(const char *id, const char *description) {
  return (struct dataset_record){.id = text(id),
                                 .n_dimensions = 2,
                                 .frequency_dimension = 0,
                                 .indicator_dimension = 1,
                                 .dimension_ids = text("FREQ.INDICATOR"),
                                 .description = text(description)};
}

static enum put_result put_dataset(struct store_fixture *fixture, struct dataset_record record) {
  enum put_result result;
  OK(dataset_put(fixture->txn, &record, &result));
  return result;
}

/* ---- datasets ---- */

static void a_dataset_reads_back_by_id_and_by_number(void **state) {
  struct store_fixture *fixture = *state;
  struct dataset_record record = {0}, by_no = {0};
  write_begin(fixture);
  assert_int_equal(put_dataset(fixture, dataset_of("DS", "words")), PUT_NEW);
  write_commit(fixture);
  struct store_txn *txn = read_begin(fixture);
  OK(dataset_get(txn, text("DS"), &record));
  OK(dataset_get_by_no(txn, record.no, &by_no));
  assert_true(bytes_equal(by_no.id, text("DS")));
  assert_true(bytes_equal(by_no.description, text("words")));
  assert_true(bytes_equal(by_no.dimension_ids, text("FREQ.INDICATOR")));
  assert_int_equal(by_no.n_dimensions, 2);
  assert_int_equal(by_no.indicator_dimension, 1);
  assert_int_equal(by_no.changed_revision, 1);
  REFUSED(dataset_get(txn, text("DSX"), &record), STORE_NOT_FOUND);
  REFUSED(dataset_get_by_no(txn, 99, &record), STORE_NOT_FOUND);
}

static void a_dataset_put_again_tells_whether_it_changed(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_dataset(fixture, dataset_of("DS", "words"));
  write_commit(fixture);
  write_begin(fixture);
  assert_int_equal(put_dataset(fixture, dataset_of("DS", "words")), PUT_SAME);
  assert_false(write_commit(fixture));
  write_begin(fixture);
  assert_int_equal(put_dataset(fixture, dataset_of("DS", "others")), PUT_CHANGED);
  assert_true(write_commit(fixture));
}

static void datasets_follow_in_the_order_of_their_ids(void **state) {
  struct store_fixture *fixture = *state;
  static const char *const ids[] = {"B", "A-1", "A", "AA", "Z"};
  static const char *const sorted[] = {"A", "A-1", "AA", "B", "Z"};
  write_begin(fixture);
  for (size_t i = 0; i < count_of(ids); i++)
    put_dataset(fixture, dataset_of(ids[i], ""));
  struct dataset_record record = {.id = bytes_of("", 0)};
  for (size_t i = 0; i < count_of(sorted); i++) {
    OK(dataset_next(fixture->txn, record.id, &record));
    assert_true(bytes_equal(record.id, text(sorted[i])));
  }
  REFUSED(dataset_next(fixture->txn, record.id, &record), STORE_NOT_FOUND);
}

static void dimensions_change_while_there_is_no_series(void **state) {
  struct store_fixture *fixture = *state;
  struct dataset_record wider = dataset_of("DS", "");
  wider.n_dimensions = 3;
  wider.dimension_ids = text("FREQ.INDICATOR.AREA");
  write_begin(fixture);
  put_dataset(fixture, dataset_of("DS", ""));
  write_commit(fixture);
  write_begin(fixture);
  assert_int_equal(put_dataset(fixture, wider), PUT_CHANGED);
  write_commit(fixture);
}

/* Each of these is another shape than the dataset's. */
static void assert_shape_is_kept(struct store_fixture *fixture) {
  struct dataset_record others[4];
  enum put_result result;
  for (size_t i = 0; i < count_of(others); i++)
    others[i] = dataset_of("DS", "");
  others[0].dimension_ids = text("FREQ.INDICATOR2");
  others[1].frequency_dimension = 1;
  others[2].indicator_dimension = STORE_NO_DIMENSION;
  others[3].n_dimensions = 3;
  for (size_t i = 0; i < count_of(others); i++)
    REFUSED(dataset_put(fixture->txn, &others[i], &result), STORE_IMMUTABLE);
  assert_int_equal(put_dataset(fixture, dataset_of("DS", "other words")), PUT_CHANGED);
}

static void dimensions_of_a_dataset_with_series_never_change(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_dataset(fixture, dataset_of("DS", ""));
  make_series(fixture, "DS/A.GDP");
  write_commit(fixture);
  write_begin(fixture);
  assert_shape_is_kept(fixture);
}

static void dimensions_do_not_change_under_series_of_the_same_command(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  put_dataset(fixture, dataset_of("DS", ""));
  make_series(fixture, "DS/A.GDP");
  assert_shape_is_kept(fixture);
}

static void a_dataset_counts_its_series_and_indicators(void **state) {
  struct store_fixture *fixture = *state;
  struct dataset_record record;
  enum put_result result;
  write_begin(fixture);
  put_dataset(fixture, dataset_of("DS", ""));
  OK(dataset_get(fixture->txn, text("DS"), &record));
  uint64_t first = make_series(fixture, "DS/A.GDP");
  make_series(fixture, "DS/A.CPI");
  make_series(fixture, "DS/A.GDP");
  OK(indicator_put(fixture->txn, record.no, text("GDP"), text("d"), &result));
  OK(indicator_put(fixture->txn, record.no, text("GDP"), text("e"), &result));
  write_commit(fixture);
  write_begin(fixture);
  OK(series_delete(fixture->txn, first));
  write_commit(fixture);
  OK(dataset_get(read_begin(fixture), text("DS"), &record));
  assert_int_equal(record.series_count, 1);
  assert_int_equal(record.indicator_count, 1);
  assert_int_equal(record.changed_revision, 2);
}

/* More datasets than a command keeps in mind at once. */
static void a_command_may_touch_any_number_of_datasets(void **state) {
  struct store_fixture *fixture = *state;
  char id[16], key[32];
  write_begin(fixture);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 40; i++) {
      snprintf(id, sizeof id, "DS%02d", i);
      snprintf(key, sizeof key, "DS%02d/A.X%d", i, round);
      put_dataset(fixture, dataset_of(id, ""));
      make_series(fixture, key);
    }
  }
  write_commit(fixture);
  struct dataset_record record = {.id = bytes_of("", 0)};
  read_begin(fixture);
  for (int i = 0; i < 40; i++) {
    OK(dataset_next(fixture->txn, record.id, &record));
    assert_int_equal(record.series_count, 3);
    assert_int_equal(record.changed_revision, 1);
  }
}

static void a_dataset_whose_id_is_too_long_is_refused(void **state) {
  struct store_fixture *fixture = *state;
  char id[LIMIT_DATASET_ID_BYTES + 2];
  enum put_result result;
  memset(id, 'A', sizeof id);
  id[LIMIT_DATASET_ID_BYTES] = '\0';
  write_begin(fixture);
  assert_int_equal(put_dataset(fixture, dataset_of(id, "")), PUT_NEW);
  id[LIMIT_DATASET_ID_BYTES] = 'A';
  id[LIMIT_DATASET_ID_BYTES + 1] = '\0';
  struct dataset_record longer = dataset_of(id, "");
  REFUSED(dataset_put(fixture->txn, &longer, &result), STORE_LIMIT);
}

/* ---- indicators and codes ---- */

static void indicators_are_of_one_dataset_and_follow_in_order(void **state) {
  struct store_fixture *fixture = *state;
  static const char *const sorted[] = {"CPI", "GDP", "GDP2"};
  struct bytes id = bytes_of("", 0), description;
  enum put_result result;
  write_begin(fixture);
  uint32_t one = make_dataset(fixture, "ONE", "FREQ.INDICATOR");
  uint32_t two = make_dataset(fixture, "TWO", "FREQ.INDICATOR");
  OK(indicator_put(fixture->txn, one, text("GDP2"), text("c"), &result));
  OK(indicator_put(fixture->txn, one, text("CPI"), text("a"), &result));
  OK(indicator_put(fixture->txn, one, text("GDP"), text("b"), &result));
  OK(indicator_put(fixture->txn, two, text("CPI"), text("other"), &result));
  for (size_t i = 0; i < count_of(sorted); i++) {
    OK(indicator_next(fixture->txn, one, id, &id, &description));
    assert_true(bytes_equal(id, text(sorted[i])));
    assert_int_equal(description.data[0], 'a' + (int)i);
  }
  REFUSED(indicator_next(fixture->txn, one, id, &id, &description), STORE_NOT_FOUND);
  OK(indicator_get(fixture->txn, two, text("CPI"), &description));
  assert_true(bytes_equal(description, text("other")));
  REFUSED(indicator_get(fixture->txn, two, text("GDP"), &description), STORE_NOT_FOUND);
}

static void an_indicator_put_again_tells_whether_it_changed(void **state) {
  struct store_fixture *fixture = *state;
  static const struct {
    const char *description;
    enum put_result result;
  } rows[] = {{"a", PUT_NEW}, {"a", PUT_SAME}, {"b", PUT_CHANGED}, {"", PUT_CHANGED}};
  write_begin(fixture);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.INDICATOR");
  for (size_t i = 0; i < count_of(rows); i++) {
    enum put_result result;
    OK(indicator_put(fixture->txn, no, text("GDP"), text(rows[i].description), &result));
    assert_int_equal(result, rows[i].result);
  }
}

static void codes_are_of_one_dimension_and_follow_in_order(void **state) {
  struct store_fixture *fixture = *state;
  struct bytes code = bytes_of("", 0), description;
  enum put_result result;
  write_begin(fixture);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.AREA");
  OK(code_put(fixture->txn, no, 1, text("USA"), text("us"), &result));
  OK(code_put(fixture->txn, no, 1, text("CHN"), text("cn"), &result));
  OK(code_put(fixture->txn, no, 0, text("A"), text("annual"), &result));
  OK(code_next(fixture->txn, no, 1, code, &code, &description));
  assert_true(bytes_equal(code, text("CHN")) && bytes_equal(description, text("cn")));
  OK(code_next(fixture->txn, no, 1, code, &code, &description));
  assert_true(bytes_equal(code, text("USA")));
  REFUSED(code_next(fixture->txn, no, 1, code, &code, &description), STORE_NOT_FOUND);
  REFUSED(code_next(fixture->txn, no, 0, text("A"), &code, &description), STORE_NOT_FOUND);
  REFUSED(code_get(fixture->txn, no, 0, text("CHN"), &description), STORE_NOT_FOUND);
}

static void used_codes_are_those_of_series_with_how_many(void **state) {
  struct store_fixture *fixture = *state;
  struct bytes code = bytes_of("", 0);
  enum put_result result;
  uint64_t count = 0;
  write_begin(fixture);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.AREA");
  OK(code_put(fixture->txn, no, 1, text("FRA"), text("no series"), &result));
  make_series(fixture, "DS/A.CHN");
  make_series(fixture, "DS/Q.CHN");
  uint64_t gone = make_series(fixture, "DS/A.USA");
  OK(code_used_next(fixture->txn, no, 1, code, &code, &count));
  assert_true(bytes_equal(code, text("CHN")));
  assert_int_equal(count, 2);
  OK(code_used_next(fixture->txn, no, 1, code, &code, &count));
  assert_int_equal(count, 1);
  REFUSED(code_used_next(fixture->txn, no, 1, code, &code, &count), STORE_NOT_FOUND);
  OK(series_delete(fixture->txn, gone));
  OK(code_series_count(fixture->txn, no, 1, text("USA"), &count));
  assert_int_equal(count, 0);
  REFUSED(code_used_next(fixture->txn, no, 1, text("CHN"), &code, &count), STORE_NOT_FOUND);
}

static void a_code_longer_than_a_key_is_not_there_and_cannot_be_put(void **state) {
  struct store_fixture *fixture = *state;
  static const uint8_t bytes[STORE_DIMENSIONS_MAX * 20] = {'A'};
  struct bytes longest = bytes_of(bytes, sizeof bytes), description;
  enum put_result result;
  write_begin(fixture);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.AREA");
  REFUSED(code_get(fixture->txn, no, 1, longest, &description), STORE_NOT_FOUND);
  REFUSED(indicator_get(fixture->txn, no, longest, &description), STORE_NOT_FOUND);
  REFUSED(code_put(fixture->txn, no, 1, longest, text(""), &result), STORE_LIMIT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_dataset_reads_back_by_id_and_by_number),
      test_on_store(a_dataset_put_again_tells_whether_it_changed),
      test_on_store(datasets_follow_in_the_order_of_their_ids),
      test_on_store(dimensions_change_while_there_is_no_series),
      test_on_store(dimensions_of_a_dataset_with_series_never_change),
      test_on_store(dimensions_do_not_change_under_series_of_the_same_command),
      test_on_store(a_dataset_counts_its_series_and_indicators),
      test_on_store(a_command_may_touch_any_number_of_datasets),
      test_on_store(a_dataset_whose_id_is_too_long_is_refused),
      test_on_store(indicators_are_of_one_dataset_and_follow_in_order),
      test_on_store(an_indicator_put_again_tells_whether_it_changed),
      test_on_store(codes_are_of_one_dimension_and_follow_in_order),
      test_on_store(used_codes_are_those_of_series_with_how_many),
      test_on_store(a_code_longer_than_a_key_is_not_there_and_cannot_be_put),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
