/* SPDX-License-Identifier: MIT */
/* Buckets of a lower frequency, by figures that can be worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "server/aggregate.h"
#include "tests/frames.h"

#define NONE ((double)NAN)

static struct arena *arena;
static struct small_frame small;
static struct frame coarse;

static int make_arena(void **state) {
  (void)state;
  arena = arena_new(SIZE_MAX / 2);
  return arena == NULL ? -1 : 0;
}

static int drop_arena(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

static int64_t period_of(enum frequency frequency, const char *text) {
  int64_t ordinal = 0;
  assert_int_equal(period_parse_as(bytes_of_text(text), frequency, &ordinal), PERIOD_OK);
  return ordinal;
}

static size_t apply(const struct aggregate *aggregate) {
  size_t incomplete = SIZE_MAX;
  assert_true(aggregate_apply(arena, aggregate, &small.frame, &coarse, &incomplete));
  return incomplete;
}

static void each_method_takes_of_the_values_what_it_says(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  static const struct {
    enum aggregate_method method;
    double expected; /* of 5, -, 2 and 8 */
  } ROWS[] = {
      {AGGREGATE_AVERAGE, 5}, {AGGREGATE_SUM, 15}, {AGGREGATE_FIRST, 5},
      {AGGREGATE_LAST, 8},    {AGGREGATE_MIN, 2},  {AGGREGATE_MAX, 8},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    struct aggregate aggregate = {.frequency = FREQUENCY_A, .method = ROWS[i].method};
    FRAME_SET(&small, FREQUENCY_Q, {q, 5, 'A'}, {q + 1, NONE, 'O'}, {q + 2, 2, 'A'},
              {q + 3, 8, 'A'});
    assert_int_equal(apply(&aggregate), 1);
    FRAME_EXPECT(&coarse, {year, ROWS[i].expected, 'A'});
    assert_int_equal(coarse.rows[0].count, 3);
    assert_int_equal(coarse.rows[0].size, 4);
  }
}

static void the_first_and_the_last_value_pass_over_missing_ones(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  struct aggregate aggregate = {.frequency = FREQUENCY_A, .method = AGGREGATE_FIRST};
  FRAME_SET(&small, FREQUENCY_Q, {q, NONE, 'O'}, {q + 1, 3, 'A'}, {q + 2, 4, 'A'},
            {q + 3, NONE, 'L'});
  assert_int_equal(apply(&aggregate), 1);
  FRAME_EXPECT(&coarse, {year, 3, 'A'});
  aggregate.method = AGGREGATE_LAST;
  assert_int_equal(apply(&aggregate), 1);
  FRAME_EXPECT(&coarse, {year, 4, 'A'});
}

static void a_bucket_of_rows_without_a_value_has_none(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  struct aggregate aggregate = {.frequency = FREQUENCY_A, .method = AGGREGATE_SUM};
  FRAME_SET(&small, FREQUENCY_Q, {q + 3, NONE, 'L'}, {q + 8, 1, 'A'});
  assert_int_equal(apply(&aggregate), 2);
  FRAME_EXPECT(&coarse, {year, NONE, 'O'}, {year + 2, 1, 'A'});
  assert_int_equal(coarse.rows[0].count, 0);
}

static void a_sum_beyond_a_double_is_no_value(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  struct aggregate aggregate = {.frequency = FREQUENCY_A, .method = AGGREGATE_SUM};
  FRAME_SET(&small, FREQUENCY_Q, {q, DBL_MAX, 'A'}, {q + 1, DBL_MAX, 'A'});
  assert_int_equal(apply(&aggregate), 1);
  FRAME_EXPECT(&coarse, {year, NONE, 'O'});
}

static void a_bucket_has_the_first_status_of_the_order_else_that_of_the_last(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  struct aggregate aggregate = {.frequency = FREQUENCY_A, .method = AGGREGATE_LAST};
  FRAME_SET(&small, FREQUENCY_Q, {q, 1, 'P'}, {q + 1, 2, 'E'}, {q + 3, 3, 'A'}, {q + 4, 4, 'A'},
            {q + 5, 5, 'D'}, {q + 6, NONE, 'L'});
  assert_int_equal(apply(&aggregate), 2);
  FRAME_EXPECT(&coarse, {year, 3, 'E'}, {year + 1, 5, 'D'});
  assert_int_equal(coarse.rows[0].release_no, 3);
  assert_int_equal(coarse.rows[1].release_no, 5);
}

static void a_week_belongs_to_the_month_of_its_thursday(void **state) {
  (void)state;
  /* 28 December to 3 January: its Thursday is the 31st. */
  int64_t week = period_of(FREQUENCY_W, "2020-W53"), month = period_of(FREQUENCY_M, "2020-12");
  struct aggregate aggregate = {.frequency = FREQUENCY_M, .method = AGGREGATE_SUM};
  FRAME_SET(&small, FREQUENCY_W, {week, 1, 'A'}, {week + 1, 2, 'A'});
  assert_int_equal(apply(&aggregate), 2);
  FRAME_EXPECT(&coarse, {month, 1, 'A'}, {month + 1, 2, 'A'});
  assert_int_equal(coarse.rows[0].size, 5);
  assert_int_equal(coarse.rows[1].size, 4);
}

static void a_bucket_of_days_counts_weekdays_where_the_series_has_no_others(void **state) {
  (void)state;
  int64_t friday = period_of(FREQUENCY_D, "2024-03-01"), month = period_of(FREQUENCY_M, "2024-03");
  struct aggregate aggregate = {.frequency = FREQUENCY_M, .method = AGGREGATE_SUM};
  FRAME_SET(&small, FREQUENCY_D, {friday, 1, 'A'}, {friday + 3, 2, 'A'});
  assert_true(aggregate_has_no_weekends(&small.frame));
  assert_int_equal(apply(&aggregate), 1);
  assert_int_equal(coarse.rows[0].size, 31);
  aggregate.weekdays = true;
  assert_int_equal(apply(&aggregate), 1);
  FRAME_EXPECT(&coarse, {month, 3, 'A'});
  assert_int_equal(coarse.rows[0].size, 21);
}

static void saturday_and_sunday_are_the_weekend(void **state) {
  (void)state;
  /* Also before 1970, where remainders are negative. */
  static const char *const MONDAYS[] = {"2024-03-04", "1969-12-29", "1901-01-07"};
  for (size_t i = 0; i < count_of(MONDAYS); i++)
    for (int64_t day = 0; day < 7; day++) {
      FRAME_SET(&small, FREQUENCY_D, {period_of(FREQUENCY_D, MONDAYS[i]) + day, 1, 'A'});
      assert_int_equal(aggregate_has_no_weekends(&small.frame), day < 5);
    }
  FRAME_SET(&small, FREQUENCY_B, {0, 1, 'A'});
  assert_false(aggregate_has_no_weekends(&small.frame));
}

static void a_thin_bucket_is_dropped_and_one_just_thick_enough_is_not(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  static const struct {
    double min_coverage;
    size_t n;
    size_t incomplete;
  } ROWS[] = {{0, 3, 2}, {0.25, 2, 1}, {0.5, 2, 1}, {0.51, 1, 0}, {1, 1, 0}};
  FRAME_SET(&small, FREQUENCY_Q, {q, 1, 'A'}, {q + 1, 2, 'A'}, {q + 2, 3, 'A'}, {q + 3, 4, 'A'},
            {q + 4, 5, 'A'}, {q + 5, 6, 'A'}, {q + 8, NONE, 'O'});
  for (size_t i = 0; i < count_of(ROWS); i++) {
    struct aggregate aggregate = {
        .frequency = FREQUENCY_A, .method = AGGREGATE_SUM, .min_coverage = ROWS[i].min_coverage};
    assert_int_equal(apply(&aggregate), ROWS[i].incomplete);
    assert_int_equal(coarse.n, ROWS[i].n);
    assert_int_equal(coarse.rows[0].period, year);
  }
}

static void the_coverage_is_not_lost_by_rounding(void **state) {
  (void)state;
  int64_t day = period_of(FREQUENCY_D, "2024-04-01");
  FRAME_SET(&small, FREQUENCY_D, {day, 1, 'A'});
  for (size_t n = 1; n <= 30; n++) {
    struct aggregate aggregate = {.frequency = FREQUENCY_M,
                                  .method = AGGREGATE_SUM,
                                  .min_coverage = nextafter((double)n / 30, 1)};
    small.rows[n - 1] =
        (struct frame_row){.period = day + (int64_t)n - 1, .value = 1, .status = 'A'};
    small.frame.n = n;
    assert_int_equal(apply(&aggregate), n < 30);
    assert_int_equal(coarse.n, 1);
  }
}

static void a_row_that_was_added_has_0_of_what_the_calendar_has(void **state) {
  (void)state;
  int64_t year = period_of(FREQUENCY_A, "2022");
  FRAME_SET(&small, FREQUENCY_A, {year, NONE, 'O'}, {year + 1, 1, 'A'});
  small.frame.fine = FREQUENCY_Q;
  small.rows[1].count = 2;
  small.rows[1].size = 3;
  aggregate_complete(&small.frame);
  assert_int_equal(small.rows[0].size, 0);
  small.frame.aggregated = true;
  aggregate_complete(&small.frame);
  assert_int_equal(small.rows[0].count, 0);
  assert_int_equal(small.rows[0].size, 4);
  assert_int_equal(small.rows[1].size, 3);
}

static void cents_that_cancel_come_to_zero(void **state) {
  (void)state;
  int64_t q = period_of(FREQUENCY_Q, "2022-Q1"), year = period_of(FREQUENCY_A, "2022");
  struct aggregate aggregate = {.frequency = FREQUENCY_A, .method = AGGREGATE_SUM};
  FRAME_SET(&small, FREQUENCY_Q, {q, 1e16, 'A'}, {q + 1, 0.5, 'A'}, {q + 2, 0.25, 'A'},
            {q + 3, -1e16, 'A'});
  apply(&aggregate);
  FRAME_EXPECT(&coarse, {year, 0.75, 'A'});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_method_takes_of_the_values_what_it_says),
      cmocka_unit_test(the_first_and_the_last_value_pass_over_missing_ones),
      cmocka_unit_test(a_bucket_of_rows_without_a_value_has_none),
      cmocka_unit_test(a_sum_beyond_a_double_is_no_value),
      cmocka_unit_test(a_bucket_has_the_first_status_of_the_order_else_that_of_the_last),
      cmocka_unit_test(a_week_belongs_to_the_month_of_its_thursday),
      cmocka_unit_test(a_bucket_of_days_counts_weekdays_where_the_series_has_no_others),
      cmocka_unit_test(saturday_and_sunday_are_the_weekend),
      cmocka_unit_test(a_thin_bucket_is_dropped_and_one_just_thick_enough_is_not),
      cmocka_unit_test(the_coverage_is_not_lost_by_rounding),
      cmocka_unit_test(a_row_that_was_added_has_0_of_what_the_calendar_has),
      cmocka_unit_test(cents_that_cancel_come_to_zero),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
