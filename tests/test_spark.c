/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "client/cli/spark.h"

static void expect(const char *expected, size_t n, const double *values) {
  char text[SPARK_SIZE];
  spark_draw(values, n, text);
  assert_string_equal(text, expected);
}

/* EXPECT("▁█", 1, 2) */
#define EXPECT(expected, ...)                                                                      \
  expect(expected, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

static void the_least_is_lowest_and_the_greatest_highest(void **state) {
  (void)state;
  EXPECT("▁█", 1, 2);
  EXPECT("█▁", 2, 1);
  EXPECT("▁▂▃▄▅▆▇█", 0, 1, 2, 3, 4, 5, 6, 7);
  EXPECT("▁█▅", -1.7e308, 1.7e308, 0);
}

static void equal_figures_are_in_the_middle(void **state) {
  (void)state;
  EXPECT("▄▄▄", 5, 5, 5);
}

static void missing_figures_are_gaps(void **state) {
  (void)state;
  EXPECT("▁ █", 1, (double)NAN, 2);
}

static void fewer_than_two_figures_are_no_chart(void **state) {
  (void)state;
  expect("", 0, NULL);
  EXPECT("", 5);
  EXPECT("", (double)NAN, 5, (double)NAN);
}

static void only_so_many_figures_are_drawn(void **state) {
  (void)state;
  double values[SPARK_FIGURES + 5];
  char text[SPARK_SIZE];
  for (size_t i = 0; i < count_of(values); i++)
    values[i] = (double)i;
  spark_draw(values, count_of(values), text);
  assert_int_equal(strlen(text), SPARK_SIZE - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_least_is_lowest_and_the_greatest_highest),
      cmocka_unit_test(equal_figures_are_in_the_middle),
      cmocka_unit_test(missing_figures_are_gaps),
      cmocka_unit_test(fewer_than_two_figures_are_no_chart),
      cmocka_unit_test(only_so_many_figures_are_drawn),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
