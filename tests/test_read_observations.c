/* SPDX-License-Identifier: MIT */
/* GetObservations: ranges, what was known when, views, units. */
#include <math.h>
#include <stdio.h>

#include "tests/reading.h"

#define KEY "TRADE/A.CHN.X"
#define MONTHLY "TRADE/M.CHN.X"
#define QUERY_INIT BELLWETHER__V1__OBSERVATION_QUERY__INIT

typedef Bellwether__V1__GetObservationsRequest request_message;
typedef Bellwether__V1__GetObservationsResponse response_message;

/* 2020 to 2024 by year; 2023-11 to 2024-04 by month. */
static int with_figures(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R1", 1, FIGURES(KEY, 50, 1, 2, 3, 4, 5));
  put_figures(*state, "R1", 1, FIGURES(MONTHLY, 12 * 54 - 2, 11, 12, 1, 2, 3, 4));
  return failed;
}

static void all_rows_are_the_default(void **state) {
  const series_observations *series = get(*state, KEY, NULL);
  assert_string_equal(series->key, KEY);
  assert_int_equal(series->handle, handle_of(*state, KEY));
  assert_int_equal(series->observations->frequency, BELLWETHER__V1__FREQUENCY__FREQUENCY_ANNUAL);
  assert_string_equal(rows_text(series->observations), "2020=1 2021=2 2022=3 2023=4 2024=5");
  assert_int_equal(series->observations->n_period_steps, 0);
  assert_int_equal(series->observations->statuses.len, 0);
  assert_int_equal(series->observations->n_releases, 0);
  assert_int_equal(series->observations->n_period_labels, 0);
  assert_string_equal(series->formula, "");
  assert_false(series->continues);
}

static void a_handle_is_as_good_as_a_key(void **state) {
  Bellwether__V1__SeriesRef ref = ref_handle(handle_of(*state, KEY));
  request_message request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  request.series = &ref;
  const response_message *response = call_ok(*state, "Observations/GetObservations", &request);
  assert_string_equal(response->series->key, KEY);
  assert_int_equal(response->series->observations->n_values, 5);
}

static void bounds_of_any_frequency_round_inward(void **state) {
  static const struct {
    const char *key, *from, *to, *rows;
  } cases[] = {
      {KEY, "2021", "2023", "2021=2 2022=3 2023=4"},
      {KEY, "2022", "2022", "2022=3"},
      {KEY, "2023-03", "", "2024=5"},
      {KEY, "2023-01-01", "", "2023=4 2024=5"},
      {KEY, "2023-01-02", "", "2024=5"},
      {KEY, "", "2021-12-31", "2020=1 2021=2"},
      {KEY, "", "2021-12-30", "2020=1"},
      {KEY, "2023-03", "2023-05", ""},
      {KEY, "1950", "1960", ""},
      {KEY, "2030", "", ""},
      {MONTHLY, "", "2023", "2023-11=11 2023-12=12"},
      {MONTHLY, "2024", "", "2024-01=1 2024-02=2 2024-03=3 2024-04=4"},
      {MONTHLY, "2024-Q1", "2024-Q1", "2024-01=1 2024-02=2 2024-03=3"},
      {MONTHLY, "2024-02-01", "2024-02-29", "2024-02=2"},
      {MONTHLY, "2024-02-02", "2024-02-29", ""},
      {MONTHLY, "2024-W01", "2024-W13", "2024-01=1 2024-02=2 2024-03=3"},
      {MONTHLY, "2024-W02", "2024-W13", "2024-02=2 2024-03=3"},
      {MONTHLY, "2024-W01", "2024-W12", "2024-01=1 2024-02=2"},
  };
  for (size_t i = 0; i < count_of(cases); i++) {
    observation_query query = QUERY_INIT;
    Bellwether__V1__PeriodBound from = bound_text(cases[i].from), to = bound_text(cases[i].to);
    query.from = cases[i].from[0] == '\0' ? NULL : &from;
    query.to = cases[i].to[0] == '\0' ? NULL : &to;
    const series_observations *series = get(*state, cases[i].key, &query);
    assert_string_equal(rows_text(series->observations), cases[i].rows);
  }
}

static void a_bound_may_be_given_in_numbers(void **state) {
  observation_query query = QUERY_INIT;
  Bellwether__V1__Period period = BELLWETHER__V1__PERIOD__INIT;
  Bellwether__V1__PeriodBound from = BELLWETHER__V1__PERIOD_BOUND__INIT;
  period.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_QUARTERLY;
  period.ordinal = 4 * 54;
  from.bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_PERIOD;
  from.period = &period;
  query.from = &from;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "2024=5");
  query.to = &from;
  assert_string_equal(rows_text(get(*state, MONTHLY, &query)->observations),
                      "2024-01=1 2024-02=2 2024-03=3");
}

static void the_first_and_of_these_the_last_rows_stay(void **state) {
  static const struct {
    uint32_t first_n, last_n;
    const char *rows;
  } cases[] = {
      {2, 0, "2021=2 2022=3"},
      {0, 2, "2023=4 2024=5"},
      {3, 2, "2022=3 2023=4"},
      {2, 3, "2021=2 2022=3"},
      {9, 9, "2021=2 2022=3 2023=4 2024=5"},
      {UINT32_MAX, UINT32_MAX, "2021=2 2022=3 2023=4 2024=5"},
  };
  for (size_t i = 0; i < count_of(cases); i++) {
    observation_query query = QUERY_INIT;
    Bellwether__V1__PeriodBound from = bound_text("2021");
    query.from = &from;
    query.first_n = cases[i].first_n;
    query.last_n = cases[i].last_n;
    assert_string_equal(rows_text(get(*state, KEY, &query)->observations), cases[i].rows);
  }
}

static void what_becomes_regular_by_cutting_is_sent_short(void **state) {
  static int32_t steps[] = {3, 1, 1};
  static uint8_t statuses[] = {'P', 'A', 'A', 'A'};
  static const double values[] = {1, 2, 3, 4};
  struct statements_message series;
  observation_query query = QUERY_INIT;
  statements_message_init(&series, "TRADE/A.USA.X", 50, 4, values);
  series.columns.n_period_steps = 3;
  series.columns.period_steps = steps;
  series.columns.statuses = (ProtobufCBinaryData){.len = 4, .data = statuses};
  put_statements(*state, "R1", 1, &series);
  const series_observations *all = get(*state, "TRADE/A.USA.X", NULL);
  assert_string_equal(rows_text(all->observations), "2020=1/P 2023=2 2024=3 2025=4");
  query.last_n = 3;
  const series_observations *tail = get(*state, "TRADE/A.USA.X", &query);
  assert_string_equal(rows_text(tail->observations), "2023=2 2024=3 2025=4");
  assert_int_equal(tail->observations->n_period_steps, 0);
  assert_int_equal(tail->observations->statuses.len, 0);
}

static void a_missing_value_is_nan_with_its_status(void **state) {
  static uint8_t statuses[] = {'A', 'O', 'M'};
  static const double values[] = {1, NAN, NAN};
  static const uint64_t canonical = UINT64_C(0x7ff8000000000000);
  struct statements_message series;
  observation_query query = QUERY_INIT;
  statements_message_init(&series, "TRADE/A.USA.X", 50, 3, values);
  series.columns.statuses = (ProtobufCBinaryData){.len = 3, .data = statuses};
  put_statements(*state, "R1", 1, &series);
  put_indicator(*state, "TRADE", "X", "Trade", "CNY", 9);
  query.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  const series_observations *scaled = get(*state, "TRADE/A.USA.X", &query);
  assert_string_equal(rows_text(scaled->observations), "2020=1000000000 2021=NaN/O 2022=NaN/M");
  assert_memory_equal(&scaled->observations->values[1], &canonical, sizeof canonical);
}

static void views_carry_more_and_more(void **state) {
  observation_query query = QUERY_INIT;
  static uint8_t status[] = {'F'};
  static const double value[] = {9};
  struct statements_message series;
  statements_message_init(&series, KEY, 55, 1, value);
  series.columns.statuses = (ProtobufCBinaryData){.len = 1, .data = status};
  put_statements(*state, "R2", 2, &series);
  query.last_n = 2;
  query.view = BELLWETHER__V1__VIEW__VIEW_VALUES;
  const series_observations *values = get(*state, KEY, &query);
  assert_string_equal(rows_text(values->observations), "2024=5 2025=9");
  query.view = BELLWETHER__V1__VIEW__VIEW_STATUS;
  const series_observations *statuses = get(*state, KEY, &query);
  assert_string_equal(rows_text(statuses->observations), "2024=5 2025=9/F");
  assert_int_equal(statuses->observations->n_releases, 0);
  assert_string_equal(statuses->title, "");
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const series_observations *full = get(*state, KEY, &query);
  assert_string_equal(rows_text(full->observations), "2024=5 2025=9/F");
  assert_string_equal(rows_releases_text(full->observations), "2024=R1 2025=R2");
  assert_string_equal(full->observations->releases[0]->publisher, "Customs");
  assert_string_equal(full->title, "X, CHN");
}

static void a_dictionary_has_only_releases_that_rows_come_from(void **state) {
  observation_query query = QUERY_INIT;
  put_figures(*state, "R2", 2, FIGURES(KEY, 51, 20));
  put_figures(*state, "R3", 3, FIGURES(KEY, 54, 50));
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const series_observations *all = get(*state, KEY, &query);
  assert_string_equal(rows_releases_text(all->observations),
                      "2020=R1 2021=R2 2022=R1 2023=R1 2024=R3");
  assert_int_equal(all->observations->n_releases, 3);
  query.last_n = 1;
  const series_observations *one = get(*state, KEY, &query);
  assert_string_equal(rows_releases_text(one->observations), "2024=R3");
  assert_int_equal(one->observations->n_releases, 1);
  assert_int_equal(one->observations->n_release_indexes, 0);
}

static void the_release_of_a_value_is_the_first_that_stated_it(void **state) {
  observation_query query = QUERY_INIT;
  put_figures(*state, "R2", 2, FIGURES(KEY, 53, 4, 6));
  put_figures(*state, "R3", 3, FIGURES(KEY, 53, 4, 6));
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  query.last_n = 2;
  const series_observations *series = get(*state, KEY, &query);
  assert_string_equal(rows_releases_text(series->observations), "2023=R1 2024=R2");
}

static void comments_and_the_series_own_address_come_in_full(void **state) {
  static const double values[] = {7, 8};
  Bellwether__V1__Comment remark = BELLWETHER__V1__COMMENT__INIT;
  Bellwether__V1__Comment *remarks[] = {&remark};
  struct statements_message series;
  observation_query query = QUERY_INIT;
  remark.index = 1;
  remark.text = TEXT("over 8");
  statements_message_init(&series, KEY, 55, 2, values);
  series.columns.n_comments = 1;
  series.columns.comments = remarks;
  series.statements.source_url = TEXT("https://example.org/x");
  put_statements(*state, "R2", 2, &series);
  query.last_n = 3;
  assert_int_equal(get(*state, KEY, &query)->observations->n_comments, 0);
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const series_observations *full = get(*state, KEY, &query);
  assert_int_equal(full->observations->n_comments, 1);
  assert_int_equal(full->observations->comments[0]->index, 2);
  assert_string_equal(full->observations->comments[0]->text, "over 8");
  query.first_n = 7;
  query.last_n = 2;
  const series_observations *tail = get(*state, KEY, &query);
  assert_int_equal(tail->observations->n_comments, 1);
  assert_int_equal(tail->observations->comments[0]->index, 1);
  assert_string_equal(full->observations->releases[0]->url, "");
  assert_string_equal(full->observations->releases[1]->url, "https://example.org/x");
}

static void labels_are_what_the_frequency_writes(void **state) {
  observation_query query = QUERY_INIT;
  query.period_labels = true;
  query.last_n = 2;
  const series_observations *series = get(*state, MONTHLY, &query);
  assert_string_equal(
      words_text(series->observations->n_period_labels, series->observations->period_labels),
      "2024-03 2024-04");
}

static void units_and_multipliers_are_the_indicators_or_the_series_own(void **state) {
  observation_query query = QUERY_INIT;
  put_indicator(*state, "TRADE", "X", "Trade", "CNY", 12);
  const series_observations *stored = get(*state, KEY, NULL);
  assert_string_equal(stored->unit->unit, "CNY");
  assert_int_equal(stored->unit->unit_mult, 12);
  assert_int_equal(stored->unit->decimals, 2);
  query.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  query.last_n = 1;
  const series_observations *units = get(*state, KEY, &query);
  assert_string_equal(rows_text(units->observations), "2024=5000000000000");
  assert_int_equal(units->unit->unit_mult, 0);
  assert_int_equal(units->unit->decimals, 0);
}

static void a_multiplier_shifts_the_decimal_point(void **state) {
  observation_query query = QUERY_INIT;
  put_indicator(*state, "TRADE", "Y", "Trade", "CNY", 2);
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.Y", 50, 1.1, 0.07, 4.35));
  query.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  const series_observations *series = get(*state, "TRADE/A.CHN.Y", &query);
  assert_string_equal(rows_text(series->observations), "2020=110 2021=7 2022=435");
}

/* What calls remember of the catalogue is of one state of the store. */
static void what_an_indicator_has_become_shows_in_the_next_answer(void **state) {
  put_indicator(*state, "TRADE", "X", "Trade", "CNY", 12);
  assert_int_equal(get(*state, KEY, NULL)->unit->unit_mult, 12);
  put_indicator(*state, "TRADE", "X", "Trade", "USD", 6);
  const series_observations *answer = get(*state, KEY, NULL);
  assert_string_equal(answer->unit->unit, "USD");
  assert_int_equal(answer->unit->unit_mult, 6);
}

/* More of them than a call may remember for the next. */
static void each_of_many_indicators_has_its_own_unit(void **state) {
  enum { N = 300 };
  char key[64], id[32], unit[32];
  for (int i = 0; i < N; i++) {
    snprintf(id, sizeof id, "I%03d", i);
    snprintf(unit, sizeof unit, "U%03d", i);
    snprintf(key, sizeof key, "TRADE/A.CHN.%s", id);
    put_indicator(*state, "TRADE", id, "One of many", unit, i % 9);
    put_figures(*state, "R-MANY", 100, FIGURES(key, 50, 1.0));
  }
  for (int i = 0; i < 2 * N; i++) {
    snprintf(unit, sizeof unit, "U%03d", i % N);
    snprintf(key, sizeof key, "TRADE/A.CHN.I%03d", i % N);
    const series_observations *answer = get(*state, key, NULL);
    assert_string_equal(answer->unit->unit, unit);
    assert_int_equal(answer->unit->unit_mult, i % N % 9);
  }
}

static void a_value_too_large_in_units_is_refused(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.CHN.Y");
  observation_query query = QUERY_INIT;
  request_message request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__Fill fill = BELLWETHER__V1__FILL__INIT;
  fill.insert_missing = true;
  put_indicator(*state, "TRADE", "Y", "Trade", "CNY", 12);
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.Y", 50, 1e300));
  query.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  request.series = &ref;
  request.query = &query;
  call_fails(*state, "Observations/GetObservations", &request, RPC_OUT_OF_RANGE, "VALUE_INVALID",
             "query.scale");
  assert_hint((struct engine_fixture *)*state, "ask for the values as stored");
  /* Also where more is done with the values than to send them. */
  query.fill = &fill;
  call_fails(*state, "Observations/GetObservations", &request, RPC_OUT_OF_RANGE, "VALUE_INVALID",
             "query.scale");
}

static void nothing_is_sent_when_nothing_has_changed(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  request_message request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  request.series = &ref;
  request.if_changed_since = fixture->revision;
  const response_message *response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_true(response->not_modified);
  assert_null(response->series);
  put_figures(fixture, "R2", 2, FIGURES("TRADE/A.USA.X", 50, 1));
  response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_true(response->not_modified);
  put_figures(fixture, "R2", 2, FIGURES(KEY, 50, 9));
  response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_false(response->not_modified);
  assert_int_equal(response->series->changed_revision, fixture->revision);
}

static void a_figure_that_is_described_anew_has_changed(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  request_message request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  Bellwether__V1__PutReleaseRequest put = BELLWETHER__V1__PUT_RELEASE_REQUEST__INIT;
  request.series = &ref;
  request.if_changed_since = fixture->revision;
  put_dataset(fixture, "CPI");
  put_indicator(fixture, "CPI", "X", "Prices", "IX", 0);
  const response_message *response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_true(response->not_modified);
  put_indicator(fixture, "TRADE", "X", "Exports", "EUR", 3);
  response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_false(response->not_modified);
  assert_string_equal(response->series->unit->unit, "EUR");
  request.if_changed_since = fixture->revision;
  response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_true(response->not_modified);
  release.url = TEXT("https://example.org/elsewhere");
  put.release = &release;
  (void)call_ok(fixture, "Ingest/PutRelease", &put);
  response = call_ok(fixture, "Observations/GetObservations", &request);
  assert_false(response->not_modified);
}

#define FIGURES_TEST(function)                                                                     \
  cmocka_unit_test_setup_teardown(function, with_figures, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      FIGURES_TEST(all_rows_are_the_default),
      FIGURES_TEST(a_handle_is_as_good_as_a_key),
      FIGURES_TEST(bounds_of_any_frequency_round_inward),
      FIGURES_TEST(a_bound_may_be_given_in_numbers),
      FIGURES_TEST(the_first_and_of_these_the_last_rows_stay),
      FIGURES_TEST(what_becomes_regular_by_cutting_is_sent_short),
      FIGURES_TEST(a_missing_value_is_nan_with_its_status),
      FIGURES_TEST(views_carry_more_and_more),
      FIGURES_TEST(a_dictionary_has_only_releases_that_rows_come_from),
      FIGURES_TEST(the_release_of_a_value_is_the_first_that_stated_it),
      FIGURES_TEST(comments_and_the_series_own_address_come_in_full),
      FIGURES_TEST(labels_are_what_the_frequency_writes),
      FIGURES_TEST(units_and_multipliers_are_the_indicators_or_the_series_own),
      FIGURES_TEST(a_multiplier_shifts_the_decimal_point),
      FIGURES_TEST(a_value_too_large_in_units_is_refused),
      FIGURES_TEST(what_an_indicator_has_become_shows_in_the_next_answer),
      FIGURES_TEST(each_of_many_indicators_has_its_own_unit),
      FIGURES_TEST(nothing_is_sent_when_nothing_has_changed),
      FIGURES_TEST(a_figure_that_is_described_anew_has_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
