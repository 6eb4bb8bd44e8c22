/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/plot/plot.h"

enum { DAY_MS = 86400000 };

/* A plot of one line with these values, a period each; NaN where the publisher says missing. */
static struct plot plot_of(enum frequency frequency, struct plot_point *points,
                           const double *values, size_t n) {
  struct plot plot = {.n_lines = 1};
  for (size_t i = 0; i < n; i++)
    points[i] = (struct plot_point){.period = (int64_t)i,
                                    .at_ms = (int64_t)i * DAY_MS,
                                    .value = values[i],
                                    .status = isnan(values[i]) ? 'O' : 'A'};
  plot.lines[0] = (struct plot_line){.frequency = frequency, .points = points, .n_points = n};
  return plot;
}

static size_t count_joints(const struct plot_line *line) {
  size_t n = 0;
  for (size_t i = 0; i < line->n_points; i++)
    n += plot_is_joined(line, i);
  return n;
}

static void a_day_without_a_figure_does_not_break_a_line(void **state) {
  (void)state;
  static const double VALUES[] = {1, 2, NAN, 3, NAN, NAN, 4};
  static const enum frequency DAILY[] = {FREQUENCY_B, FREQUENCY_D, FREQUENCY_H, FREQUENCY_N};
  for (size_t i = 0; i < count_of(DAILY); i++) {
    struct plot_point points[count_of(VALUES)];
    struct plot plot = plot_of(DAILY[i], points, VALUES, count_of(VALUES));
    assert_true(plot_measure(&plot));
    assert_int_equal(plot.lines[0].n_points, 4);
    assert_int_equal(count_joints(&plot.lines[0]), 3);
    assert_true(plot.lo == 1 && plot.hi == 4);
  }
}

static void many_days_without_a_figure_do(void **state) {
  (void)state;
  static const double VALUES[] = {1, 2, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 3, 4};
  struct plot_point points[count_of(VALUES)];
  struct plot plot = plot_of(FREQUENCY_D, points, VALUES, count_of(VALUES));
  assert_true(plot_measure(&plot));
  assert_int_equal(count_joints(&plot.lines[0]), 2);
}

static void a_missing_year_breaks_a_line_and_may_leave_a_figure_alone(void **state) {
  (void)state;
  static const double VALUES[] = {1, NAN, 2, 3};
  struct plot_point points[count_of(VALUES)];
  struct plot plot = plot_of(FREQUENCY_A, points, VALUES, count_of(VALUES));
  assert_true(plot_measure(&plot));
  assert_int_equal(count_joints(&plot.lines[0]), 1);
  assert_true(plot_is_alone(&plot.lines[0], 0));
  assert_false(plot_is_alone(&plot.lines[0], 1));
  assert_false(plot_is_alone(&plot.lines[0], 2));
}

static void no_line_leads_to_a_target(void **state) {
  (void)state;
  static const double VALUES[] = {1, 2, 3};
  struct plot_point points[count_of(VALUES)];
  struct plot plot = plot_of(FREQUENCY_A, points, VALUES, count_of(VALUES));
  points[2].status = 'T';
  assert_true(plot_measure(&plot));
  assert_true(plot.has_target);
  assert_int_equal(count_joints(&plot.lines[0]), 1);
  assert_true(plot_is_alone(&plot.lines[0], 2));
}

static void nothing_can_be_drawn_where_all_is_missing(void **state) {
  (void)state;
  static const double VALUES[] = {NAN, NAN};
  struct plot_point points[count_of(VALUES)];
  struct plot days = plot_of(FREQUENCY_D, points, VALUES, count_of(VALUES));
  assert_false(plot_measure(&days));
  struct plot years = plot_of(FREQUENCY_A, points, VALUES, count_of(VALUES));
  assert_false(plot_measure(&years));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_day_without_a_figure_does_not_break_a_line),
      cmocka_unit_test(many_days_without_a_figure_do),
      cmocka_unit_test(a_missing_year_breaks_a_line_and_may_leave_a_figure_alone),
      cmocka_unit_test(no_line_leads_to_a_target),
      cmocka_unit_test(nothing_can_be_drawn_where_all_is_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
