/* SPDX-License-Identifier: MIT */
/* Transforms, by figures that can be worked out by hand; the table is in docs/queries.md. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>

#include "server/transform.h"
#include "tests/frames.h"

#define NONE ((double)NAN)

static struct small_frame small;
static struct frame *const FRAME = &small.frame;

static size_t apply(enum transform_function function) {
  struct transform transform = {
      .function = function, .periods_a_year = 4, .range_first = INT64_MIN, .window = 2};
  return transform_apply(&transform, FRAME);
}

static void each_function_of_two_values_is_freds(void **state) {
  (void)state;
  static const struct {
    enum transform_function function;
    double expected; /* of 8 a year ago, 10 a quarter ago, 12 now */
  } ROWS[] = {
      {TRANSFORM_CHANGE, 2},
      {TRANSFORM_CHANGE_FROM_YEAR_AGO, 4},
      {TRANSFORM_PERCENT_CHANGE, 20},
      {TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO, 50},
      {TRANSFORM_COMPOUNDED_ANNUAL_RATE, 107.36}, /* 1.2^4 = 2.0736 */
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED, 18.232155679395459},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL, 72.928622717581837},
      {TRANSFORM_LOG, 2.4849066497880004},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    FRAME_SET(&small, FREQUENCY_Q, {1, 8, 'A'}, {4, 10, 'A'}, {5, 12, 'A'});
    assert_int_equal(apply(ROWS[i].function), 0);
    VALUE_EXPECT(FRAME->rows[2].value, ROWS[i].expected);
    assert_int_equal(FRAME->rows[2].status, 'A');
  }
}

static void a_result_that_needs_a_positive_input_is_none_and_counted(void **state) {
  (void)state;
  static const struct {
    enum transform_function function;
    double then, now;
    bool defined;
  } ROWS[] = {
      {TRANSFORM_CHANGE, -1, 0, true},
      {TRANSFORM_PERCENT_CHANGE, 0, 1, false},
      {TRANSFORM_PERCENT_CHANGE, -2, 1, false},
      {TRANSFORM_PERCENT_CHANGE, 2, -1, true},
      {TRANSFORM_COMPOUNDED_ANNUAL_RATE, 2, 0, true},
      {TRANSFORM_COMPOUNDED_ANNUAL_RATE, 2, -1, false},
      {TRANSFORM_COMPOUNDED_ANNUAL_RATE, 0, 1, false},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED, 2, 0, false},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED, 0, 2, false},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL, 2, 0, false},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL, 0, 2, false},
      {TRANSFORM_LOG, 1, 0, false},
      {TRANSFORM_LOG, 1, -1, false},
      {TRANSFORM_CHANGE, -DBL_MAX, DBL_MAX, false},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    FRAME_SET(&small, FREQUENCY_Q, {1, ROWS[i].then, 'A'}, {2, ROWS[i].now, 'A'});
    assert_int_equal(apply(ROWS[i].function), !ROWS[i].defined);
    assert_int_equal(isnan(FRAME->rows[1].value) == 0, ROWS[i].defined);
    assert_int_equal(FRAME->rows[1].status, ROWS[i].defined ? 'A' : 'O');
  }
}

static void t_minus_n_is_a_matter_of_the_calendar(void **state) {
  (void)state;
  FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {2, NONE, 'L'}, {3, 3, 'A'}, {5, 7, 'A'},
            {6, 9, 'A'});
  assert_int_equal(apply(TRANSFORM_CHANGE), 0);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, NONE, 'O'}, {3, NONE, 'O'}, {5, NONE, 'O'}, {6, 2, 'A'});
  FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {4, 2, 'A'}, {5, 4, 'A'}, {7, 6, 'A'}, {9, 8, 'A'});
  assert_int_equal(apply(TRANSFORM_CHANGE_FROM_YEAR_AGO), 0);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {4, NONE, 'O'}, {5, 3, 'A'}, {7, NONE, 'O'}, {9, 4, 'A'});
}

static void a_result_has_the_first_status_of_the_order_among_its_inputs(void **state) {
  (void)state;
  static const char ORDER[] = "TFBEIUPV";
  for (size_t i = 0; ORDER[i] != '\0'; i++) {
    assert_int_equal(transform_status('A', (uint8_t)ORDER[i]), ORDER[i]);
    assert_int_equal(transform_status((uint8_t)ORDER[i], 'A'), ORDER[i]);
    for (size_t j = i; ORDER[j] != '\0'; j++) {
      assert_int_equal(transform_status((uint8_t)ORDER[i], (uint8_t)ORDER[j]), ORDER[i]);
      assert_int_equal(transform_status((uint8_t)ORDER[j], (uint8_t)ORDER[i]), ORDER[i]);
    }
  }
  assert_int_equal(transform_status('D', 'S'), 'D');
}

static void a_break_between_two_values_counts_as_one_of_them_does(void **state) {
  (void)state;
  FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {3, 2, 'B'}, {5, 3, 'P'}, {7, 4, 'A'}, {9, 5, 'A'},
            {11, 6, 'F'});
  assert_int_equal(apply(TRANSFORM_CHANGE_FROM_YEAR_AGO), 0);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {3, NONE, 'O'}, {5, 2, 'B'}, {7, 2, 'B'}, {9, 2, 'P'},
               {11, 2, 'F'});
}

static void an_index_is_100_in_the_mean_of_its_base(void **state) {
  (void)state;
  struct transform transform = {.function = TRANSFORM_INDEX, .base_first = 2, .base_last = 4};
  FRAME_SET(&small, FREQUENCY_Q, {1, 3, 'A'}, {2, 4, 'P'}, {3, NONE, 'O'}, {4, 8, 'A'},
            {5, 60, 'E'});
  assert_int_equal(transform_base_count(&transform, FRAME), 2);
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {1, 50, 'P'}, {2, 200 / 3.0, 'P'}, {3, NONE, 'O'}, {4, 400 / 3.0, 'P'},
               {5, 1000, 'E'});
}

static void without_a_positive_base_there_is_no_index(void **state) {
  (void)state;
  struct transform transform = {.function = TRANSFORM_INDEX, .base_first = 2, .base_last = 2};
  FRAME_SET(&small, FREQUENCY_Q, {1, 3, 'A'}, {3, 4, 'A'});
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {3, NONE, 'O'});
  for (int base = -1; base <= 0; base++) {
    FRAME_SET(&small, FREQUENCY_Q, {1, NONE, 'O'}, {2, base, 'A'}, {3, 4, 'A'});
    assert_int_equal(transform_apply(&transform, FRAME), 2);
    FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, NONE, 'O'}, {3, NONE, 'O'});
  }
}

static void a_sum_begins_with_the_range_and_ends_at_the_first_gap(void **state) {
  (void)state;
  struct transform transform = {.function = TRANSFORM_CUMULATIVE, .range_first = 2};
  FRAME_SET(&small, FREQUENCY_Q, {1, 9, 'F'}, {2, 1, 'A'}, {3, 2, 'P'}, {4, 3, 'A'}, {6, 4, 'A'},
            {7, 5, 'A'});
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {2, 1, 'A'}, {3, 3, 'P'}, {4, 6, 'P'}, {6, NONE, 'O'}, {7, NONE, 'O'});
  FRAME_SET(&small, FREQUENCY_Q, {2, 1, 'D'}, {3, NONE, 'O'}, {4, 3, 'A'});
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {2, 1, 'D'}, {3, NONE, 'O'}, {4, NONE, 'O'});
}

static void a_moving_average_needs_all_of_its_window(void **state) {
  (void)state;
  struct transform transform = {.function = TRANSFORM_MOVING_AVERAGE, .window = 3};
  FRAME_SET(&small, FREQUENCY_M, {1, 1, 'P'}, {2, 2, 'A'}, {3, 6, 'A'}, {4, 7, 'A'}, {6, 8, 'A'},
            {7, 9, 'A'}, {8, NONE, 'O'}, {9, 1, 'A'});
  assert_int_equal(transform_reach(&transform), 2);
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, NONE, 'O'}, {3, 3, 'P'}, {4, 5, 'A'}, {6, NONE, 'O'},
               {7, NONE, 'O'}, {8, NONE, 'O'}, {9, NONE, 'O'});
  transform.window = 1;
  FRAME_SET(&small, FREQUENCY_M, {1, 5, 'P'}, {3, 7, 'A'});
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {1, 5, 'P'}, {3, 7, 'A'});
}

static void a_share_is_of_the_same_period_and_of_something_positive(void **state) {
  (void)state;
  struct small_frame other;
  struct transform transform = {.function = TRANSFORM_SHARE, .other = &other.frame};
  FRAME_SET(&small, FREQUENCY_A, {1, 1, 'A'}, {3, 3, 'A'}, {4, 4, 'A'}, {5, NONE, 'L'}, {6, 6, 'A'},
            {7, 7, 'A'}, {8, 8, 'A'});
  FRAME_SET(&other, FREQUENCY_A, {2, 8, 'A'}, {3, 12, 'E'}, {4, 0, 'A'}, {5, 5, 'A'}, {6, -6, 'A'},
            {7, NONE, 'O'});
  assert_int_equal(transform_apply(&transform, FRAME), 2);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {3, 25, 'E'}, {4, NONE, 'O'}, {5, NONE, 'O'}, {6, NONE, 'O'},
               {7, NONE, 'O'}, {8, NONE, 'O'});
}

static void a_formula_takes_y_only_where_it_has_one(void **state) {
  (void)state;
  struct small_frame other;
  struct formula formula;
  struct transform transform = {
      .function = TRANSFORM_FORMULA, .other = &other.frame, .formula = &formula};
  assert_int_equal(formula_parse(bytes_of_text("x / y"), &formula, NULL), FORMULA_OK);
  FRAME_SET(&small, FREQUENCY_A, {1, 6, 'A'}, {2, 6, 'A'}, {3, 6, 'A'}, {4, 6, 'P'});
  FRAME_SET(&other, FREQUENCY_A, {1, -3, 'F'}, {2, 0, 'A'}, {4, 2, 'A'});
  assert_int_equal(transform_apply(&transform, FRAME), 1);
  FRAME_EXPECT(FRAME, {1, -2, 'F'}, {2, NONE, 'O'}, {3, NONE, 'O'}, {4, 3, 'P'});
  transform.other = NULL;
  assert_int_equal(formula_parse(bytes_of_text("2 * x"), &formula, NULL), FORMULA_OK);
  FRAME_SET(&small, FREQUENCY_A, {1, 6, 'P'}, {2, NONE, 'O'});
  assert_int_equal(transform_apply(&transform, FRAME), 0);
  FRAME_EXPECT(FRAME, {1, 12, 'P'}, {2, NONE, 'O'});
}

static void comments_do_not_come_along(void **state) {
  (void)state;
  FRAME_SET(&small, FREQUENCY_A, {1, 6, 'A'});
  FRAME->rows[0].comment = bytes_of_text("of the published figure");
  assert_int_equal(apply(TRANSFORM_LOG), 0);
  assert_int_equal(FRAME->rows[0].comment.size, 0);
}

static void the_reach_is_what_lies_before_t(void **state) {
  (void)state;
  static const struct {
    enum transform_function function;
    int64_t reach;
    bool annual;
  } ROWS[] = {
      {TRANSFORM_CHANGE, 1, false},
      {TRANSFORM_CHANGE_FROM_YEAR_AGO, 12, true},
      {TRANSFORM_PERCENT_CHANGE, 1, false},
      {TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO, 12, true},
      {TRANSFORM_COMPOUNDED_ANNUAL_RATE, 1, true},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED, 1, false},
      {TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL, 1, true},
      {TRANSFORM_LOG, 0, false},
      {TRANSFORM_INDEX, 0, false},
      {TRANSFORM_CUMULATIVE, 0, false},
      {TRANSFORM_MOVING_AVERAGE, 4, false},
      {TRANSFORM_SHARE, 0, false},
      {TRANSFORM_FORMULA, 0, false},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    struct transform transform = {.function = ROWS[i].function, .periods_a_year = 12, .window = 5};
    assert_int_equal(transform_reach(&transform), ROWS[i].reach);
    assert_int_equal(transform_is_annual(ROWS[i].function), ROWS[i].annual);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_function_of_two_values_is_freds),
      cmocka_unit_test(a_result_that_needs_a_positive_input_is_none_and_counted),
      cmocka_unit_test(t_minus_n_is_a_matter_of_the_calendar),
      cmocka_unit_test(a_result_has_the_first_status_of_the_order_among_its_inputs),
      cmocka_unit_test(a_break_between_two_values_counts_as_one_of_them_does),
      cmocka_unit_test(an_index_is_100_in_the_mean_of_its_base),
      cmocka_unit_test(without_a_positive_base_there_is_no_index),
      cmocka_unit_test(a_sum_begins_with_the_range_and_ends_at_the_first_gap),
      cmocka_unit_test(a_moving_average_needs_all_of_its_window),
      cmocka_unit_test(a_share_is_of_the_same_period_and_of_something_positive),
      cmocka_unit_test(a_formula_takes_y_only_where_it_has_one),
      cmocka_unit_test(comments_do_not_come_along),
      cmocka_unit_test(the_reach_is_what_lies_before_t),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
