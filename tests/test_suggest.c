/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>

#include "proto/suggest.h"

static size_t distance(const char *a, const char *b, size_t limit) {
  return suggest_distance(bytes_of_text(a), bytes_of_text(b), limit);
}

static void edits_are_counted(void **state) {
  (void)state;
  static const struct {
    const char *a;
    const char *b;
    size_t distance;
  } rows[] = {
      {"", "", 0},           {"CHN", "CHN", 0},
      {"CHN", "chn", 0},     {"", "abc", 3},
      {"CHN", "CHM", 1},     {"CHN", "CH", 1},
      {"CHN", "CHNA", 1},    {"CHN", "HCN", 1},
      {"TRADE", "TARDE", 1}, {"kitten", "sitting", 3},
      {"ca", "abc", 3},      {"EXPORTS", "IMPORTS", 2},
      {"a_b", "a-b", 1},     {"abcdef", "badcfe", 3},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    assert_int_equal(distance(rows[i].a, rows[i].b, 10), rows[i].distance);
    assert_int_equal(distance(rows[i].b, rows[i].a, 10), rows[i].distance);
  }
}

static void beyond_the_limit_it_is_one_more_than_the_limit(void **state) {
  (void)state;
  assert_int_equal(distance("kitten", "sitting", 3), 3);
  assert_int_equal(distance("kitten", "sitting", 2), 3);
  assert_int_equal(distance("kitten", "sitting", 0), 1);
  assert_int_equal(distance("CHN", "CHN", 0), 0);
  assert_int_equal(distance("", "abc", 2), 3);
}

static void names_too_long_are_never_near(void **state) {
  (void)state;
  char name[SUGGEST_MAX_BYTES + 1];
  memset(name, 'a', sizeof name);
  struct bytes at_limit = bytes_of(name, SUGGEST_MAX_BYTES);
  struct bytes past_limit = bytes_of(name, SUGGEST_MAX_BYTES + 1);
  assert_int_equal(suggest_distance(at_limit, at_limit, 3), 0);
  assert_int_equal(suggest_distance(past_limit, past_limit, 3), 4);
}

/* The definition itself, without tables: exponential, so only for short names. */
static size_t by_definition(const char *a, size_t n, const char *b, size_t m) {
  if (n == 0 || m == 0)
    return n + m;
  bool differ = tolower(a[n - 1]) != tolower(b[m - 1]);
  size_t best = by_definition(a, n - 1, b, m - 1) + differ;
  size_t deleted = by_definition(a, n - 1, b, m) + 1;
  size_t inserted = by_definition(a, n, b, m - 1) + 1;
  best = deleted < best ? deleted : best;
  best = inserted < best ? inserted : best;
  if (n > 1 && m > 1 && tolower(a[n - 1]) == tolower(b[m - 2]) &&
      tolower(a[n - 2]) == tolower(b[m - 1])) {
    size_t swapped = by_definition(a, n - 2, b, m - 2) + 1;
    best = swapped < best ? swapped : best;
  }
  return best;
}

static void random_short_names_agree_with_the_definition(void **state) {
  (void)state;
  uint32_t seed = 7411;
  for (int round = 0; round < 3000; round++) {
    char names[2][8];
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
      sizes[i] = (seed = seed * 1664525u + 1013904223u) >> 24 & 5;
      for (size_t j = 0; j < sizes[i]; j++)
        names[i][j] = "abAc"[(seed = seed * 1664525u + 1013904223u) >> 28 & 3];
    }
    size_t limit = (size_t)round % 6;
    size_t expected = by_definition(names[0], sizes[0], names[1], sizes[1]);
    size_t found =
        suggest_distance(bytes_of(names[0], sizes[0]), bytes_of(names[1], sizes[1]), limit);
    assert_int_equal(found, expected > limit ? limit + 1 : expected);
  }
}

static void short_names_allow_one_edit_and_long_ones_four(void **state) {
  (void)state;
  assert_int_equal(suggest_limit(0), 1);
  assert_int_equal(suggest_limit(3), 1);
  assert_int_equal(suggest_limit(8), 2);
  assert_int_equal(suggest_limit(200), 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(edits_are_counted),
      cmocka_unit_test(beyond_the_limit_it_is_one_more_than_the_limit),
      cmocka_unit_test(names_too_long_are_never_near),
      cmocka_unit_test(random_short_names_agree_with_the_definition),
      cmocka_unit_test(short_names_allow_one_edit_and_long_ones_four),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
