/* SPDX-License-Identifier: MIT */
/* The options of a query: what is refused at which field, and what only the API can say. */
#include "tests/reading.h"

#include <math.h>

#include "proto/limits.h"
#include "proto/period.h"

#define KEY "TRADE/A.CHN.X"
#define QUERY_INIT BELLWETHER__V1__OBSERVATION_QUERY__INIT
#define FUNCTION(name) BELLWETHER__V1__TRANSFORM_FUNCTION__TRANSFORM_FUNCTION_##name

typedef Bellwether__V1__GetObservationsRequest request_message;
typedef Bellwether__V1__Transform transform_message;

static int with_figures(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 3);
  put_figures(*state, "R1", 1, FIGURES(KEY, 50, 10, 12, 15));
  return failed;
}

static void refused_at(void **state, observation_query *query, const char *reason,
                       const char *field, const char *file, int line) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  request_message request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  request.series = &ref;
  request.query = query;
  call_fails_at(*state, "Observations/GetObservations", &request.base, RPC_INVALID_ARGUMENT, reason,
                field, file, line);
}
#define refused(state, query, reason, field)                                                       \
  refused_at((state), (query), (reason), (field), __FILE__, __LINE__)

static const series_observations *transformed(void **state, transform_message *transform,
                                              bool in_units) {
  observation_query query = QUERY_INIT;
  query.n_transforms = 1;
  query.transforms = &transform;
  if (in_units)
    query.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  return get(*state, KEY, &query);
}

static void a_transform_is_refused_at_the_field_that_is_wrong(void **state) {
  static const struct {
    int function;
    uint32_t window;
    bool has_periods_a_year;
    uint32_t periods_a_year;
    const char *formula;
    const char *reason, *field;
  } ROWS[] = {
      {0, .reason = "FIELD_INVALID", .field = "query.transforms[1].function"},
      {14, .reason = "FIELD_INVALID", .field = "query.transforms[1].function"},
      {-1, .reason = "FIELD_INVALID", .field = "query.transforms[1].function"},
      {FUNCTION(MOVING_AVERAGE), 0, .reason = "FIELD_INVALID",
       .field = "query.transforms[1].window"},
      {FUNCTION(MOVING_AVERAGE), LIMIT_WINDOW + 1, .reason = "FIELD_INVALID",
       .field = "query.transforms[1].window"},
      {FUNCTION(COMPOUNDED_ANNUAL_RATE), 0, true, 0, .reason = "FIELD_INVALID",
       .field = "query.transforms[1].periods_a_year"},
      {FUNCTION(COMPOUNDED_ANNUAL_RATE), 0, true, LIMIT_PERIODS_A_YEAR + 1,
       .reason = "FIELD_INVALID", .field = "query.transforms[1].periods_a_year"},
      {FUNCTION(INDEX), .reason = "FIELD_REQUIRED", .field = "query.transforms[1].base_period"},
      {FUNCTION(SHARE), .reason = NULL, .field = "query.transforms[1].other"},
      {FUNCTION(FORMULA), .formula = "x - y", .reason = "FIELD_REQUIRED",
       .field = "query.transforms[1].other"},
      {FUNCTION(FORMULA), .formula = "x -", .reason = "FORMULA_INVALID",
       .field = "query.transforms[1].formula"},
      {FUNCTION(FORMULA), .reason = "FORMULA_INVALID", .field = "query.transforms[1].formula"},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    transform_message first = BELLWETHER__V1__TRANSFORM__INIT, second = first;
    transform_message *transforms[] = {&first, &second};
    observation_query query = QUERY_INIT;
    first.function = FUNCTION(CHANGE);
    second.function = (Bellwether__V1__TransformFunction)ROWS[i].function;
    second.window = ROWS[i].window;
    second.periods_a_year = ROWS[i].periods_a_year;
    if (ROWS[i].has_periods_a_year)
      second.has_periods_a_year_case = BELLWETHER__V1__TRANSFORM__HAS_PERIODS_A_YEAR_PERIODS_A_YEAR;
    if (ROWS[i].formula != NULL)
      second.formula = TEXT(ROWS[i].formula);
    query.n_transforms = 2;
    query.transforms = transforms;
    refused(state, &query, ROWS[i].reason == NULL ? "FIELD_REQUIRED" : ROWS[i].reason,
            ROWS[i].field);
  }
}

static void limits_themselves_are_allowed(void **state) {
  transform_message transform = BELLWETHER__V1__TRANSFORM__INIT;
  transform.function = FUNCTION(MOVING_AVERAGE);
  transform.window = LIMIT_WINDOW;
  assert_string_equal(rows_text(transformed(state, &transform, false)->observations),
                      "2020=NaN/O 2021=NaN/O 2022=NaN/O");
  transform.window = 1;
  assert_string_equal(rows_text(transformed(state, &transform, false)->observations),
                      "2020=10 2021=12 2022=15");
}

static void periods_a_year_can_be_said(void **state) {
  transform_message transform = BELLWETHER__V1__TRANSFORM__INIT;
  transform.function = FUNCTION(CHANGE_FROM_YEAR_AGO);
  transform.has_periods_a_year_case = BELLWETHER__V1__TRANSFORM__HAS_PERIODS_A_YEAR_PERIODS_A_YEAR;
  transform.periods_a_year = 2;
  assert_string_equal(rows_text(transformed(state, &transform, false)->observations),
                      "2020=NaN/O 2021=NaN/O 2022=5");
}

static void the_unit_of_a_formula_can_be_said_and_counts_ones_in_single_units(void **state) {
  Bellwether__V1__Unit unit = BELLWETHER__V1__UNIT__INIT;
  transform_message transform = BELLWETHER__V1__TRANSFORM__INIT;
  transform.function = FUNCTION(FORMULA);
  transform.formula = TEXT("x / 2");
  const series_observations *series = transformed(state, &transform, false);
  assert_string_equal(series->unit->unit, "CNY");
  assert_int_equal(series->unit->unit_mult, 3);
  unit.unit = TEXT("USD");
  unit.unit_mult = 6;
  transform.formula_unit = &unit;
  series = transformed(state, &transform, false);
  assert_string_equal(series->unit->unit, "USD");
  assert_int_equal(series->unit->unit_mult, 6);
  series = transformed(state, &transform, true);
  assert_string_equal(rows_text(series->observations), "2020=5000 2021=6000 2022=7500");
  assert_string_equal(series->unit->unit, "USD");
  assert_int_equal(series->unit->unit_mult, 0);
}

static void an_aggregation_is_refused_at_the_field_that_is_wrong(void **state) {
  static const struct {
    int frequency, method;
    double min_coverage;
    const char *field;
  } ROWS[] = {
      {0, 1, 0, "query.aggregation.frequency"},
      {99, 1, 0, "query.aggregation.frequency"},
      {1, 7, 0, "query.aggregation.method"},
      {1, -1, 0, "query.aggregation.method"},
      {1, 1, 1.5, "query.aggregation.min_coverage"},
      {1, 1, -0.5, "query.aggregation.min_coverage"},
      {1, 1, (double)NAN, "query.aggregation.min_coverage"},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    Bellwether__V1__Aggregation aggregation = BELLWETHER__V1__AGGREGATION__INIT;
    observation_query query = QUERY_INIT;
    aggregation.frequency = (Bellwether__V1__Frequency)ROWS[i].frequency;
    aggregation.method = (Bellwether__V1__AggregationMethod)ROWS[i].method;
    aggregation.min_coverage = ROWS[i].min_coverage;
    query.aggregation = &aggregation;
    refused(state, &query, "FIELD_INVALID", ROWS[i].field);
  }
}

static void a_filter_is_refused_at_the_field_that_is_wrong(void **state) {
  Bellwether__V1__RowFilter filter = BELLWETHER__V1__ROW_FILTER__INIT;
  observation_query query = QUERY_INIT;
  query.filter = &filter;
  filter.statuses = TEXT("A?");
  refused(state, &query, "STATUS_INVALID", "query.filter.statuses");
  filter.statuses = TEXT("");
  filter.has_min_case = BELLWETHER__V1__ROW_FILTER__HAS_MIN_MIN_VALUE;
  filter.min_value = (double)NAN;
  refused(state, &query, "VALUE_INVALID", "query.filter.min_value");
  filter.min_value = 0;
  filter.has_max_case = BELLWETHER__V1__ROW_FILTER__HAS_MAX_MAX_VALUE;
  filter.max_value = (double)NAN;
  refused(state, &query, "VALUE_INVALID", "query.filter.max_value");
}

static void each_option_alone_is_done(void **state) {
  Bellwether__V1__Fill fill = BELLWETHER__V1__FILL__INIT;
  Bellwether__V1__RowFilter filter = BELLWETHER__V1__ROW_FILTER__INIT;
  Bellwether__V1__PeriodBound to = bound_text("2024");
  observation_query query = QUERY_INIT;
  query.to = &to;
  query.fill = &fill;
  fill.carry_forward = 1;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations),
                      "2020=10 2021=12 2022=15 2023=15/I");
  fill.carry_forward = 0;
  fill.insert_missing = true;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations),
                      "2020=10 2021=12 2022=15 2023=NaN/O 2024=NaN/O");
  query.fill = NULL;
  query.filter = &filter;
  filter.has_max_case = BELLWETHER__V1__ROW_FILTER__HAS_MAX_MAX_VALUE;
  filter.max_value = 12;
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "2020=10 2021=12");
}

static void what_a_step_needs_begins_with_the_calendar(void **state) {
  Bellwether__V1__PeriodBound from = bound_text("0005"), to = bound_text("0006");
  Bellwether__V1__Fill fill = BELLWETHER__V1__FILL__INIT;
  observation_query query = QUERY_INIT;
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.OLD.X", 3 - 1970, 9));
  fill.carry_forward = 1000;
  query.from = &from;
  query.to = &to;
  query.fill = &fill;
  assert_string_equal(rows_text(get(*state, "TRADE/A.OLD.X", &query)->observations),
                      "0005=9/I 0006=9/I");
}

static void only_the_full_view_names_the_indicator(void **state) {
  observation_query query = QUERY_INIT;
  assert_string_equal(get(*state, KEY, &query)->indicator_name, "");
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  assert_string_equal(get(*state, KEY, &query)->indicator_name, "Exports");
}

static void too_many_periods_to_fill_are_refused(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/N.CHN.X");
  Bellwether__V1__Fill fill = BELLWETHER__V1__FILL__INIT;
  observation_query query = QUERY_INIT;
  request_message request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  put_figures(*state, "R1", 1, FIGURES("TRADE/N.CHN.X", 0, 1));
  put_figures(*state, "R1", 1, FIGURES("TRADE/N.CHN.X", LIMIT_WINDOW_PERIODS, 1));
  fill.insert_missing = true;
  query.fill = &fill;
  request.series = &ref;
  request.query = &query;
  call_fails(*state, "Observations/GetObservations", &request, RPC_RESOURCE_EXHAUSTED,
             "TOO_MANY_ITEMS", "query.fill");
}

#define FIGURES_TEST(function)                                                                     \
  cmocka_unit_test_setup_teardown(function, with_figures, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      FIGURES_TEST(a_transform_is_refused_at_the_field_that_is_wrong),
      FIGURES_TEST(limits_themselves_are_allowed),
      FIGURES_TEST(periods_a_year_can_be_said),
      FIGURES_TEST(the_unit_of_a_formula_can_be_said_and_counts_ones_in_single_units),
      FIGURES_TEST(an_aggregation_is_refused_at_the_field_that_is_wrong),
      FIGURES_TEST(a_filter_is_refused_at_the_field_that_is_wrong),
      FIGURES_TEST(each_option_alone_is_done),
      FIGURES_TEST(what_a_step_needs_begins_with_the_calendar),
      FIGURES_TEST(only_the_full_view_names_the_indicator),
      FIGURES_TEST(too_many_periods_to_fill_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
