/* SPDX-License-Identifier: MIT */
/* What was known when, as reads answer it: as of a day, an instant, a release. */
#include <math.h>

#include "tests/reading.h"

#define KEY "TRADE/A.CHN.X"
#define QUERY_INIT BELLWETHER__V1__OBSERVATION_QUERY__INIT

/* Published at 00:00Z of 2, 3 and 4 January 1970: a first figure, a revision with one year more, a
 * withdrawal. R2B is of another series, at the same time as R2. */
static int with_history(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R1", 1, FIGURES(KEY, 50, 1, 2));
  put_figures(*state, "R2", 2, FIGURES(KEY, 51, 20, 30));
  put_figures(*state, "R2B", 2, FIGURES("TRADE/A.USA.X", 50, 7));
  withdraw(*state, "R3", 3, KEY, 50);
  return failed;
}

static const char *known(struct engine_fixture *fixture, Bellwether__V1__AsOf as_of) {
  observation_query query = QUERY_INIT;
  query.as_of = &as_of;
  return rows_text(get(fixture, KEY, &query)->observations);
}

static void all_is_known_without_an_as_of(void **state) {
  assert_string_equal(rows_text(get(*state, KEY, NULL)->observations), "2021=20 2022=30");
}

static void a_date_is_the_end_of_its_day(void **state) {
  assert_string_equal(known(*state, as_of_date("1970-01-01")), "");
  assert_string_equal(known(*state, as_of_date("1970-01-02")), "2020=1 2021=2");
  assert_string_equal(known(*state, as_of_date("1970-01-03")), "2020=1 2021=20 2022=30");
  assert_string_equal(known(*state, as_of_date("1970-01-04")), "2021=20 2022=30");
  assert_string_equal(known(*state, as_of_date("2999-12-31")), "2021=20 2022=30");
}

static void what_was_published_at_noon_is_known_at_the_end_of_its_day(void **state) {
  static const double value[] = {40};
  Bellwether__V1__Release noon = release_message("NOON", 9 * DAY_MS / 2);
  Bellwether__V1__PutReleaseRequest request = BELLWETHER__V1__PUT_RELEASE_REQUEST__INIT;
  struct statements_message series;
  noon.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  request.release = &noon;
  (void)call_ok(*state, "Ingest/PutRelease", &request);
  statements_message_init(&series, KEY, 53, 1, value);
  series.statements.release = TEXT("NOON");
  put_statements(*state, "R1", 1, &series);
  assert_string_equal(known(*state, as_of_date("1970-01-04")), "2021=20 2022=30");
  assert_string_equal(known(*state, as_of_date("1970-01-05")), "2021=20 2022=30 2023=40");
  assert_string_equal(known(*state, as_of_date("1970-01-05T11:59:59Z")), "2021=20 2022=30");
  assert_string_equal(known(*state, as_of_date("1970-01-05T12:00:00Z")), "2021=20 2022=30 2023=40");
}

static void an_instant_includes_itself(void **state) {
  assert_string_equal(known(*state, as_of_ms(DAY_MS - 1)), "");
  assert_string_equal(known(*state, as_of_ms(DAY_MS)), "2020=1 2021=2");
  assert_string_equal(known(*state, as_of_ms(2 * DAY_MS - 1)), "2020=1 2021=2");
  assert_string_equal(known(*state, as_of_ms(2 * DAY_MS)), "2020=1 2021=20 2022=30");
  assert_string_equal(known(*state, as_of_ms(INT64_MIN)), "");
  assert_string_equal(known(*state, as_of_ms(INT64_MAX)), "2021=20 2022=30");
  assert_string_equal(known(*state, as_of_date("1970-01-03T00:00:00Z")), "2020=1 2021=20 2022=30");
  assert_string_equal(known(*state, as_of_date("1970-01-02T23:59:59Z")), "2020=1 2021=2");
}

static void a_release_includes_itself_and_all_before_it(void **state) {
  assert_string_equal(known(*state, as_of_release("R1")), "2020=1 2021=2");
  assert_string_equal(known(*state, as_of_release("R2")), "2020=1 2021=20 2022=30");
  assert_string_equal(known(*state, as_of_release("R3")), "2021=20 2022=30");
}

static void releases_of_one_time_are_ordered_by_id(void **state) {
  put_figures(*state, "R2A", 2, FIGURES(KEY, 51, 200));
  assert_string_equal(known(*state, as_of_release("R2")), "2020=1 2021=20 2022=30");
  assert_string_equal(known(*state, as_of_release("R2A")), "2020=1 2021=200 2022=30");
  assert_string_equal(known(*state, as_of_release("R2B")), "2020=1 2021=200 2022=30");
  put_figures(*state, "R1Z", 2, FIGURES(KEY, 51, 21));
  assert_string_equal(known(*state, as_of_release("R1Z")), "2020=1 2021=21");
  assert_string_equal(known(*state, as_of_ms(2 * DAY_MS)), "2020=1 2021=200 2022=30");
}

static void an_older_release_that_arrives_late_takes_its_place(void **state) {
  put_figures(*state, "R0", 0, FIGURES(KEY, 49, 90, 91, 92, 93));
  assert_string_equal(known(*state, as_of_release("R0")), "2019=90 2020=91 2021=92 2022=93");
  assert_string_equal(known(*state, as_of_release("R1")), "2019=90 2020=1 2021=2 2022=93");
  assert_string_equal(rows_text(get(*state, KEY, NULL)->observations), "2019=90 2021=20 2022=30");
}

static void first_and_last_rows_are_counted_in_what_was_known(void **state) {
  Bellwether__V1__AsOf as_of = as_of_release("R2");
  observation_query query = QUERY_INIT;
  query.as_of = &as_of;
  query.last_n = 2;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "2021=20 2022=30");
  query.last_n = 0;
  query.first_n = 2;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "2020=1 2021=20");
  query.last_n = 1;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "2021=20");
}

static void the_release_of_each_row_is_told_as_of_then(void **state) {
  Bellwether__V1__AsOf as_of = as_of_release("R2");
  observation_query query = QUERY_INIT;
  query.as_of = &as_of;
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const series_observations *series = get(*state, KEY, &query);
  assert_string_equal(rows_releases_text(series->observations), "2020=R1 2021=R2 2022=R2");
}

static void a_target_never_hides_a_fact(void **state) {
  static const double target[] = {100, 101};
  static uint8_t statuses[] = {'T', 'T'};
  struct statements_message series;
  statements_message_init(&series, KEY, 52, 2, target);
  series.columns.statuses = (ProtobufCBinaryData){.len = 2, .data = statuses};
  put_statements(*state, "R4", 4, &series);
  assert_string_equal(rows_text(get(*state, KEY, NULL)->observations),
                      "2021=20 2022=30 2023=101/T");
  put_figures(*state, "R5", 5, FIGURES(KEY, 53, 99));
  assert_string_equal(rows_text(get(*state, KEY, NULL)->observations), "2021=20 2022=30 2023=99");
  assert_string_equal(known(*state, as_of_release("R4")), "2021=20 2022=30 2023=101/T");
}

static const char *only(struct engine_fixture *fixture, const char *release, uint32_t nth) {
  observation_query query = QUERY_INIT;
  query.only_release = TEXT(release);
  query.nth_release = nth;
  return rows_text(get(fixture, KEY, &query)->observations);
}

static void a_single_release_says_only_what_it_states(void **state) {
  put_figures(*state, "R4", 4, FIGURES(KEY, 51, 20));
  assert_string_equal(only(*state, "R1", 0), "2020=1 2021=2");
  assert_string_equal(only(*state, "R2", 0), "2021=20 2022=30");
  assert_string_equal(only(*state, "R2B", 0), "");
  assert_string_equal(only(*state, "R3", 0), "");
  assert_string_equal(only(*state, "R4", 0), "2021=20");
}

static void the_nth_release_that_stated_a_period_counts_restatements(void **state) {
  put_figures(*state, "R4", 4, FIGURES(KEY, 51, 20));
  put_figures(*state, "R5", 5, FIGURES(KEY, 51, 25));
  assert_string_equal(only(*state, "", 1), "2020=1 2021=2 2022=30");
  assert_string_equal(only(*state, "", 2), "2021=20");
  assert_string_equal(only(*state, "", 3), "2021=20");
  assert_string_equal(only(*state, "", 4), "2021=25");
  assert_string_equal(only(*state, "", 5), "");
}

static void a_release_and_a_number_hold_both(void **state) {
  assert_string_equal(only(*state, "R2", 1), "2022=30");
  assert_string_equal(only(*state, "R2", 2), "2021=20");
  assert_string_equal(only(*state, "R1", 2), "");
}

static void a_deleted_release_was_never_known(void **state) {
  delete_release(*state, "R2");
  assert_string_equal(rows_text(get(*state, KEY, NULL)->observations), "2021=2");
  assert_string_equal(known(*state, as_of_date("1970-01-03")), "2020=1 2021=2");
}

#define HISTORY_TEST(function)                                                                     \
  cmocka_unit_test_setup_teardown(function, with_history, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      HISTORY_TEST(all_is_known_without_an_as_of),
      HISTORY_TEST(a_date_is_the_end_of_its_day),
      HISTORY_TEST(what_was_published_at_noon_is_known_at_the_end_of_its_day),
      HISTORY_TEST(an_instant_includes_itself),
      HISTORY_TEST(a_release_includes_itself_and_all_before_it),
      HISTORY_TEST(releases_of_one_time_are_ordered_by_id),
      HISTORY_TEST(an_older_release_that_arrives_late_takes_its_place),
      HISTORY_TEST(first_and_last_rows_are_counted_in_what_was_known),
      HISTORY_TEST(the_release_of_each_row_is_told_as_of_then),
      HISTORY_TEST(a_target_never_hides_a_fact),
      HISTORY_TEST(a_single_release_says_only_what_it_states),
      HISTORY_TEST(the_nth_release_that_stated_a_period_counts_restatements),
      HISTORY_TEST(a_release_and_a_number_hold_both),
      HISTORY_TEST(a_deleted_release_was_never_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
