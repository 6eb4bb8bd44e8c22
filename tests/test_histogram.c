/* SPDX-License-Identifier: MIT */
/* Percentiles of latencies, against the sorted numbers themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "client/cli/histogram.h"

static struct histogram all, other;

static void forget(void) {
  all = other = (struct histogram){0};
}

/* At least the number itself, at most 1/64 more. */
static void expect_percentile(double share, uint64_t wanted) {
  uint64_t is = histogram_percentile(&all, share);
  assert_true(is >= wanted && is <= wanted + wanted / 64 + 1);
}

static void percentiles_are_within_a_64th_of_every_size(void **state) {
  (void)state;
  for (unsigned log = 0; log < 62; log++) {
    for (unsigned part = 0; part < 7; part++) {
      uint64_t ns = (UINT64_C(1) << log) + (UINT64_C(1) << log) / 7 * part;
      forget();
      histogram_add(&all, ns);
      histogram_add(&all, UINT64_MAX / 2); /* else the greatest would bound it */
      expect_percentile(0.49, ns);
    }
  }
}

static void percentiles_of_many_are_those_of_a_sorted_list(void **state) {
  (void)state;
  enum { N = 10000 };
  forget();
  for (uint64_t i = 0; i < N; i++) /* 7 and 10,000 have no common factor: each number once */
    histogram_add(i % 2 == 0 ? &all : &other, 50000 + i * 7 % N);
  histogram_merge(&all, &other);
  assert_int_equal(all.n, N);
  expect_percentile(0, 50000);
  expect_percentile(0.5, 55000);
  expect_percentile(0.999, 59990);
  assert_int_equal(histogram_percentile(&all, 1), 59999);
}

static void nothing_has_no_latency(void **state) {
  (void)state;
  forget();
  assert_int_equal(histogram_percentile(&all, 0.5), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(percentiles_are_within_a_64th_of_every_size),
      cmocka_unit_test(percentiles_of_many_are_those_of_a_sorted_list),
      cmocka_unit_test(nothing_has_no_latency),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
