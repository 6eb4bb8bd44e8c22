/* SPDX-License-Identifier: MIT */
/* The marks of a plot's axes, of values and of time. */
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/plot/ticks.h"

/* All labels of an axis, with a blank between two. */
static const char *values_text(const struct value_ticks *ticks) {
  static char all[1000];
  all[0] = '\0';
  for (size_t i = 0; i < ticks->n; i++) {
    char text[TICK_TEXT_SIZE];
    value_tick_text(ticks, i, text);
    snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i == 0 ? "" : " ", text);
  }
  return all;
}

static void values_have_round_marks_with_as_many_decimals_as_they_need(void **state) {
  static const struct {
    double lo, hi;
    bool zero;
    const char *labels;
    int shift;
  } ROWS[] = {
      {0, 10, false, "0 2 4 6 8 10", 0},
      {0, 0.3, false, "0.00 0.05 0.10 0.15 0.20 0.25 0.30", 0},
      {1.06, 2.71, true, "0.0 0.5 1.0 1.5 2.0 2.5 3.0", 0},
      {-3, 3, false, "-3 -2 -1 0 1 2 3", 0},
      {100, 104, false, "100 101 102 103 104", 0},
      {-2469, 2469, false, "-3,000 -2,000 -1,000 0 1,000 2,000 3,000", 0},
      {0, 5e6, false, "0 1 2 3 4 5", 6},
      {0, 999999, false, "0.0 0.2 0.4 0.6 0.8 1.0", 6},
      {1e-12, 5e-12, true, "0 1 2 3 4 5", -12},
      {7, 7, false, "2 4 6 8 10 12", 0},
      {0, 0, false, "0.0 0.2 0.4 0.6 0.8 1.0", 0},
  };
  (void)state;
  for (size_t i = 0; i < count_of(ROWS); i++) {
    struct value_ticks ticks = value_ticks_make(ROWS[i].lo, ROWS[i].hi, 6, ROWS[i].zero);
    assert_string_equal(values_text(&ticks), ROWS[i].labels);
    assert_int_equal(ticks.shift, ROWS[i].shift);
  }
}

static void every_value_lies_on_the_axis_whatever_its_size(void **state) {
  static const double VALUES[] = {-DBL_MAX, -1e300, -1e6, -7,  -DBL_MIN, 0,
                                  1e-310,   1e-12,  3,    1e6, 1e300,    DBL_MAX};
  (void)state;
  for (size_t i = 0; i < count_of(VALUES); i++)
    for (size_t j = i; j < count_of(VALUES); j++)
      for (size_t most = 3; most < 9; most++) {
        struct value_ticks ticks = value_ticks_make(VALUES[i], VALUES[j], most, false);
        double lo = value_ticks_place(&ticks, VALUES[i]);
        double hi = value_ticks_place(&ticks, VALUES[j]);
        assert_true(-1e-12 < lo && lo <= hi && hi < 1 + 1e-12);
        assert_true(ticks.n >= 1 && ticks.n <= most + 1);
      }
}

static void an_axis_begins_at_zero_where_the_values_are_near(void **state) {
  (void)state;
  assert_true(value_ticks_near_zero(0, 1));
  assert_true(value_ticks_near_zero(40, 100));
  assert_false(value_ticks_near_zero(41, 100));
  assert_true(value_ticks_near_zero(-100, -40));
  assert_false(value_ticks_near_zero(-100, -41));
  assert_false(value_ticks_near_zero(-1, 1));
}

static void thousands_are_grouped(void **state) {
  static const char *const ROWS[][2] = {{"1", "1"},
                                        {"999", "999"},
                                        {"1000", "1,000"},
                                        {"-999", "-999"},
                                        {"-1000", "-1,000"},
                                        {"1234567.891", "1,234,567.891"},
                                        {"0.12345", "0.12345"}};
  (void)state;
  for (size_t i = 0; i < count_of(ROWS); i++) {
    char text[TICK_TEXT_SIZE];
    ticks_group(ROWS[i][0], text, sizeof text);
    assert_string_equal(text, ROWS[i][1]);
  }
}

static double measure(void *arg, const char *text) {
  (void)arg;
  return (double)strlen(text);
}

/* An axis of so many columns from the middle of one period to that of another. */
static struct time_axis axis_of(enum frequency frequency, const char *first, const char *last,
                                double columns) {
  int64_t ends[2];
  const char *texts[] = {first, last};
  for (size_t i = 0; i < 2; i++) {
    int64_t period;
    assert_int_equal(period_parse_as(bytes_of_text(texts[i]), frequency, &period), PERIOD_OK);
    int64_t first_ms = period_first_ms(frequency, period);
    ends[i] = first_ms + (period_last_ms(frequency, period) - first_ms + 1) / 2;
  }
  return (struct time_axis){.first_ms = ends[0],
                            .last_ms = ends[1],
                            .finest = frequency,
                            .coarsest = frequency,
                            .right = columns,
                            .most = columns,
                            .gap = 2,
                            .measure = measure};
}

static const char *times_text(const struct time_axis *axis) {
  static char all[1000];
  struct time_tick ticks[TIME_TICKS_MAX];
  size_t n = time_ticks_make(axis, ticks);
  all[0] = '\0';
  for (size_t i = 0; i < n; i++)
    snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i == 0 ? "" : "|", ticks[i].text);
  return all;
}

static void times_have_the_finest_marks_that_fit_and_the_year_where_it_changes(void **state) {
  static const struct {
    enum frequency frequency;
    const char *first, *last;
    double columns;
    const char *labels;
  } ROWS[] = {
      {FREQUENCY_A, "2018", "2024", 70, "2018|2019|2020|2021|2022|2023|2024"},
      {FREQUENCY_A, "1990", "2024", 60, "1990|1995|2000|2005|2010|2015|2020"},
      {FREQUENCY_A, "1990", "2024", 12, "2000|2020"},
      {FREQUENCY_Q, "2023-Q1", "2024-Q2", 70, "Q1 2023|Q2|Q3|Q4|Q1 2024|Q2"},
      {FREQUENCY_M, "2023-11", "2024-02", 70, "Nov 2023|Dec|Jan 2024|Feb"},
      {FREQUENCY_D, "2024-02-27", "2024-03-01", 70, "27 Feb 2024|28 Feb|29 Feb|1 Mar"},
      {FREQUENCY_A, "0001", "9999", 70, "1000|2000|3000|4000|5000|6000|7000|8000|9000"},
  };
  (void)state;
  for (size_t i = 0; i < count_of(ROWS); i++) {
    struct time_axis axis =
        axis_of(ROWS[i].frequency, ROWS[i].first, ROWS[i].last, ROWS[i].columns);
    assert_string_equal(times_text(&axis), ROWS[i].labels);
  }
}

static void labels_never_touch_and_stay_on_the_axis(void **state) {
  (void)state;
  for (double columns = 8; columns < 200; columns++) {
    struct time_axis axis = axis_of(FREQUENCY_M, "1999-07", "2024-03", columns);
    struct time_tick ticks[TIME_TICKS_MAX];
    size_t n = time_ticks_make(&axis, ticks);
    assert_in_range(n, 1, TIME_TICKS_MAX);
    for (size_t i = 0; i < n; i++) {
      double end = ticks[i].label + (double)strlen(ticks[i].text);
      assert_true(ticks[i].label >= 0 && end <= columns);
      assert_true(i + 1 == n || end + axis.gap <= ticks[i + 1].label);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_have_round_marks_with_as_many_decimals_as_they_need),
      cmocka_unit_test(every_value_lies_on_the_axis_whatever_its_size),
      cmocka_unit_test(an_axis_begins_at_zero_where_the_values_are_near),
      cmocka_unit_test(thousands_are_grouped),
      cmocka_unit_test(times_have_the_finest_marks_that_fit_and_the_year_where_it_changes),
      cmocka_unit_test(labels_never_touch_and_stay_on_the_axis),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
