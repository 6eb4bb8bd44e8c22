/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "proto/calendar.h"
#include "proto/util.h"

/* glibc's idea of a day, which was written by others. */
static struct tm glibc_day(int64_t day) {
  time_t seconds = (time_t)(day * 86400);
  struct tm broken_down;
  memset(&broken_down, 0, sizeof broken_down);
  assert_non_null(gmtime_r(&seconds, &broken_down));
  return broken_down;
}

static void every_day_of_10000_years_has_the_date_that_counting_gives(void **state) {
  (void)state;
  struct civil_date counted = {1, 1, 1};
  size_t n_wrong = 0;
  for (int64_t day = CALENDAR_DAY_MIN; day <= CALENDAR_DAY_MAX; day++) {
    struct civil_date date = calendar_civil_from_days(day);
    n_wrong += date.year != counted.year || date.month != counted.month || date.day != counted.day;
    n_wrong += calendar_days_from_civil(date.year, date.month, date.day) != day;
    n_wrong += calendar_weekday(day) != (int)((day - CALENDAR_DAY_MIN) % 7);
    if (++counted.day > calendar_days_in_month(counted.year, counted.month)) {
      counted.day = 1;
      if (++counted.month > 12) {
        counted.month = 1;
        counted.year++;
      }
    }
  }
  assert_int_equal(n_wrong, 0);
  assert_int_equal(counted.year, 10000);
}

static void dates_agree_with_glibc(void **state) {
  (void)state;
  for (int64_t day = CALENDAR_DAY_MIN; day <= CALENDAR_DAY_MAX; day += 13) {
    struct tm expected = glibc_day(day);
    struct civil_date date = calendar_civil_from_days(day);
    assert_int_equal(date.year, expected.tm_year + 1900);
    assert_int_equal(date.month, expected.tm_mon + 1);
    assert_int_equal(date.day, expected.tm_mday);
    assert_int_equal((calendar_weekday(day) + 1) % 7, expected.tm_wday);
  }
}

static void a_year_has_the_iso_weeks_that_28_december_is_in(void **state) {
  (void)state;
  for (int year = CALENDAR_YEAR_MIN; year <= CALENDAR_YEAR_MAX; year++) {
    struct tm december = glibc_day(calendar_days_from_civil(year, 12, 28));
    char week[8];
    assert_int_equal(strftime(week, sizeof week, "%V", &december), 2);
    assert_int_equal(calendar_iso_weeks_in_year(year), (week[0] - '0') * 10 + week[1] - '0');
  }
}

static void leap_years_follow_the_gregorian_rule(void **state) {
  (void)state;
  assert_true(calendar_is_leap_year(2024));
  assert_true(calendar_is_leap_year(2000));
  assert_true(calendar_is_leap_year(4));
  assert_false(calendar_is_leap_year(1900));
  assert_false(calendar_is_leap_year(2023));
}

static void dates_that_do_not_exist_are_invalid(void **state) {
  (void)state;
  static const struct {
    struct civil_date date;
    bool exists;
  } rows[] = {
      {{2024, 2, 29}, true},  {{2023, 2, 29}, false}, {{1900, 2, 29}, false}, {{2024, 0, 1}, false},
      {{2024, 13, 1}, false}, {{2024, 4, 31}, false}, {{2024, 4, 0}, false},  {{0, 1, 1}, false},
      {{1, 1, 1}, true},      {{9999, 12, 31}, true}, {{10000, 1, 1}, false},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(calendar_date_is_valid(rows[i].date), rows[i].exists);
}

static void division_rounds_towards_minus_infinity(void **state) {
  (void)state;
  assert_int_equal(floor_div(7, 7), 1);
  assert_int_equal(floor_div(-1, 7), -1);
  assert_int_equal(floor_div(-7, 7), -1);
  assert_int_equal(floor_div(-8, 7), -2);
  assert_int_equal(floor_mod(-1, 7), 6);
  assert_int_equal(floor_mod(-7, 7), 0);
  assert_int_equal(floor_mod(8, 7), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_day_of_10000_years_has_the_date_that_counting_gives),
      cmocka_unit_test(dates_agree_with_glibc),
      cmocka_unit_test(a_year_has_the_iso_weeks_that_28_december_is_in),
      cmocka_unit_test(leap_years_follow_the_gregorian_rule),
      cmocka_unit_test(dates_that_do_not_exist_are_invalid),
      cmocka_unit_test(division_rounds_towards_minus_infinity),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
