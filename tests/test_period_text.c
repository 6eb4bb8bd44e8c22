/* SPDX-License-Identifier: MIT */
/* Periods as people write them, and ranges made of them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "proto/calendar.h"
#include "proto/period.h"

#define UNTOUCHED INT64_C(4242)

static void check_text(enum frequency frequency, int64_t ordinal, const char *expected) {
  char text[PERIOD_TEXT_SIZE];
  size_t length = period_format(frequency, ordinal, text);
  assert_string_equal(text, expected);
  assert_int_equal(length, strlen(expected));
}

static void each_text_names_its_frequency_and_ordinal(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum frequency frequency;
    int64_t ordinal;
  } rows[] = {
      {"2024", FREQUENCY_A, 54},
      {"1969", FREQUENCY_A, -1},
      {"2024-A1", FREQUENCY_A, 54},
      {"2024A1", FREQUENCY_A, 54},
      {"2024-S1", FREQUENCY_S, 108},
      {"2024S2", FREQUENCY_S, 109},
      {"2024-Q1", FREQUENCY_Q, 216},
      {"2024Q1", FREQUENCY_Q, 216},
      {"1969-Q4", FREQUENCY_Q, -1},
      {"2024-03", FREQUENCY_M, 650},
      {"2024-M03", FREQUENCY_M, 650},
      {"2024M03", FREQUENCY_M, 650},
      {"2024-W12", FREQUENCY_W, 2829},
      {"2024W12", FREQUENCY_W, 2829},
      {"1970-W01", FREQUENCY_W, 0},
      {"2020-W53", FREQUENCY_W, 2661},
      {"2024-03-01", FREQUENCY_D, 19783},
      {"1969-12-31", FREQUENCY_D, -1},
      {"2024-02-29", FREQUENCY_D, 19782},
      {"2024-03-01T10", FREQUENCY_H, 474802},
      {"2024-03-01T10Z", FREQUENCY_H, 474802},
      {"2024-03-01T10:00", FREQUENCY_N, 28488120},
      {"2024-03-01T10:07:00", FREQUENCY_N, 28488127},
      {"2024-03-01T10:07Z", FREQUENCY_N, 28488127},
      {"2024-03-01T10:07:00Z", FREQUENCY_N, 28488127},
      {"1969-12-31T23:59", FREQUENCY_N, -1},
      {"0001-01-01", FREQUENCY_D, CALENDAR_DAY_MIN},
      {"9999-12-31", FREQUENCY_D, CALENDAR_DAY_MAX},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    enum frequency frequency = FREQUENCY_NONE;
    int64_t ordinal = UNTOUCHED;
    enum period_status status = period_parse(bytes_of_text(rows[i].text), &frequency, &ordinal);
    assert_int_equal(status, PERIOD_OK);
    assert_int_equal(frequency, rows[i].frequency);
    assert_int_equal(ordinal, rows[i].ordinal);
  }
}

static void what_is_no_period_is_refused_and_leaves_the_outputs(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum period_status status;
  } rows[] = {
      {"", PERIOD_SYNTAX},
      {" 2024", PERIOD_SYNTAX},
      {"2024 ", PERIOD_SYNTAX},
      {"20240", PERIOD_SYNTAX},
      {"202", PERIOD_SYNTAX},
      {"+024", PERIOD_SYNTAX},
      {"-2024", PERIOD_SYNTAX},
      {"2024-", PERIOD_SYNTAX},
      {"2024-1", PERIOD_SYNTAX},
      {"2024-3-1", PERIOD_SYNTAX},
      {"202403", PERIOD_SYNTAX},
      {"20240301", PERIOD_SYNTAX},
      {"2024-03-", PERIOD_SYNTAX},
      {"2024-03-1", PERIOD_SYNTAX},
      {"2024-03-01x", PERIOD_SYNTAX},
      {"2024-03-011", PERIOD_SYNTAX},
      {"2024-Q", PERIOD_SYNTAX},
      {"2024-Q01", PERIOD_SYNTAX},
      {"2024-q1", PERIOD_SYNTAX},
      {"2024--Q1", PERIOD_SYNTAX},
      {"2024-M3", PERIOD_SYNTAX},
      {"2024-W1", PERIOD_SYNTAX},
      {"2024-W12-1", PERIOD_SYNTAX},
      {"2024-X1", PERIOD_SYNTAX},
      {"2024-B1", PERIOD_SYNTAX},
      {"2024-D001", PERIOD_SYNTAX},
      {"2024-03-01T", PERIOD_SYNTAX},
      {"2024-03-01 10:00", PERIOD_SYNTAX},
      {"2024-03-01T1", PERIOD_SYNTAX},
      {"2024-03-01T10:", PERIOD_SYNTAX},
      {"2024-03-01T10:0", PERIOD_SYNTAX},
      {"2024-03-01T10:00:30", PERIOD_SYNTAX},
      {"2024-03-01T10:00:00.0", PERIOD_SYNTAX},
      {"2024-03-01T10:00ZZ", PERIOD_SYNTAX},
      {"2024-03-01T10:00+01:00", PERIOD_SYNTAX},
      {"2024-03-01Z", PERIOD_SYNTAX},
      {"2024-A2", PERIOD_NOT_IN_CALENDAR},
      {"2024-S0", PERIOD_NOT_IN_CALENDAR},
      {"2024-S3", PERIOD_NOT_IN_CALENDAR},
      {"2024-Q0", PERIOD_NOT_IN_CALENDAR},
      {"2024-Q5", PERIOD_NOT_IN_CALENDAR},
      {"2024-00", PERIOD_NOT_IN_CALENDAR},
      {"2024-13", PERIOD_NOT_IN_CALENDAR},
      {"2024-M13", PERIOD_NOT_IN_CALENDAR},
      {"2024-W00", PERIOD_NOT_IN_CALENDAR},
      {"2024-W53", PERIOD_NOT_IN_CALENDAR},
      {"2020-W54", PERIOD_NOT_IN_CALENDAR},
      {"2024-02-30", PERIOD_NOT_IN_CALENDAR},
      {"2023-02-29", PERIOD_NOT_IN_CALENDAR},
      {"2024-03-00", PERIOD_NOT_IN_CALENDAR},
      {"2024-03-01T24", PERIOD_NOT_IN_CALENDAR},
      {"2024-03-01T10:60", PERIOD_NOT_IN_CALENDAR},
      {"0000", PERIOD_OUT_OF_RANGE},
      {"0000-12-31", PERIOD_OUT_OF_RANGE},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    enum frequency frequency = FREQUENCY_NONE;
    int64_t ordinal = UNTOUCHED;
    enum period_status status = period_parse(bytes_of_text(rows[i].text), &frequency, &ordinal);
    assert_int_equal(status, rows[i].status);
    assert_int_equal(frequency, FREQUENCY_NONE);
    assert_int_equal(ordinal, UNTOUCHED);
  }
}

static void a_nul_inside_or_a_shorter_length_counts(void **state) {
  (void)state;
  enum frequency frequency;
  int64_t ordinal;
  assert_int_equal(period_parse(bytes_of("2024\0", 5), &frequency, &ordinal), PERIOD_SYNTAX);
  assert_int_equal(period_parse(bytes_of("2024-\0003", 7), &frequency, &ordinal), PERIOD_SYNTAX);
  assert_int_equal(period_parse(bytes_of("2024-03-01", 7), &frequency, &ordinal), PERIOD_OK);
  assert_int_equal(frequency, FREQUENCY_M);
  assert_int_equal(period_parse(bytes_of("2024", 3), &frequency, &ordinal), PERIOD_SYNTAX);
  assert_int_equal(period_parse(bytes_of(NULL, 0), &frequency, &ordinal), PERIOD_SYNTAX);
}

static void no_byte_of_a_text_can_be_replaced_unnoticed(void **state) {
  (void)state;
  static const char *const rows[] = {"2024", "2024-Q1", "2024-W12", "2024-03-01T10:00"};
  for (size_t i = 0; i < count_of(rows); i++) {
    char text[PERIOD_TEXT_SIZE];
    size_t size = strlen(rows[i]);
    for (size_t at = 0; at < size; at++) {
      memcpy(text, rows[i], size);
      for (int byte = 0; byte < 256; byte++) {
        enum frequency frequency;
        int64_t ordinal;
        text[at] = (char)byte;
        bool same_kind = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z');
        if (!same_kind && byte != (uint8_t)rows[i][at])
          assert_int_not_equal(period_parse(bytes_of(text, size), &frequency, &ordinal), PERIOD_OK);
      }
    }
  }
}

static void data_must_be_of_the_frequency_of_its_series(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum frequency wanted;
    enum period_status status;
    int64_t ordinal;
  } rows[] = {
      {"2024-03", FREQUENCY_M, PERIOD_OK, 650},
      {"2024-03-01", FREQUENCY_D, PERIOD_OK, 19783},
      {"2024-03-01", FREQUENCY_B, PERIOD_OK, 14131},
      {"2024-03-02", FREQUENCY_D, PERIOD_OK, 19784},
      {"2024-03-02", FREQUENCY_B, PERIOD_WEEKEND, UNTOUCHED},
      {"2024-03-03", FREQUENCY_B, PERIOD_WEEKEND, UNTOUCHED},
      {"2024-03-04", FREQUENCY_B, PERIOD_OK, 14132},
      {"2024-03-01T10", FREQUENCY_H, PERIOD_OK, 474802},
      {"2024-03-01T10:00", FREQUENCY_H, PERIOD_OK, 474802},
      {"1969-12-31T23:00", FREQUENCY_H, PERIOD_OK, -1},
      {"2024-03-01T10:01", FREQUENCY_H, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
      {"2024-03-01T10", FREQUENCY_N, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
      {"2024-03-01T10:00", FREQUENCY_N, PERIOD_OK, 28488120},
      {"2024-03-01", FREQUENCY_M, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
      {"2024-03", FREQUENCY_D, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
      {"2024", FREQUENCY_Q, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
      {"2024-Q1", FREQUENCY_A, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
      {"2024-13", FREQUENCY_M, PERIOD_NOT_IN_CALENDAR, UNTOUCHED},
      {"2024", FREQUENCY_NONE, PERIOD_WRONG_FREQUENCY, UNTOUCHED},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    int64_t ordinal = UNTOUCHED;
    enum period_status status =
        period_parse_as(bytes_of_text(rows[i].text), rows[i].wanted, &ordinal);
    assert_int_equal(status, rows[i].status);
    assert_int_equal(ordinal, rows[i].ordinal);
  }
}

static void periods_print_as_sdmx_writes_them(void **state) {
  (void)state;
  check_text(FREQUENCY_A, 54, "2024");
  check_text(FREQUENCY_S, 109, "2024-S2");
  check_text(FREQUENCY_Q, 216, "2024-Q1");
  check_text(FREQUENCY_Q, -1, "1969-Q4");
  check_text(FREQUENCY_M, 650, "2024-03");
  check_text(FREQUENCY_W, 2661, "2020-W53");
  check_text(FREQUENCY_W, 2662, "2021-W01");
  check_text(FREQUENCY_B, 14132, "2024-03-04");
  check_text(FREQUENCY_D, 19783, "2024-03-01");
  check_text(FREQUENCY_H, 474802, "2024-03-01T10:00");
  check_text(FREQUENCY_N, 28488127, "2024-03-01T10:07");
  check_text(FREQUENCY_N, -1, "1969-12-31T23:59");
  check_text(FREQUENCY_A, period_min(FREQUENCY_A), "0001");
  check_text(FREQUENCY_W, period_min(FREQUENCY_W), "0001-W01");
  check_text(FREQUENCY_W, period_max(FREQUENCY_W), "9999-W52");
  check_text(FREQUENCY_N, period_max(FREQUENCY_N), "9999-12-31T23:59");
}

static void an_invalid_ordinal_prints_nothing(void **state) {
  (void)state;
  for (enum frequency f = FREQUENCY_A; f <= FREQUENCY_N; f++) {
    check_text(f, period_min(f) - 1, "");
    check_text(f, period_max(f) + 1, "");
    check_text(f, INT64_MIN, "");
    check_text(f, INT64_MAX, "");
  }
  check_text(FREQUENCY_NONE, 0, "");
}

static void check_round_trip(enum frequency frequency, int64_t ordinal) {
  char text[PERIOD_TEXT_SIZE];
  int64_t read_back = UNTOUCHED;
  size_t length = period_format(frequency, ordinal, text);
  assert_int_equal(period_parse_as(bytes_of(text, length), frequency, &read_back), PERIOD_OK);
  assert_int_equal(read_back, ordinal);
}

static void what_is_printed_reads_back(void **state) {
  (void)state;
  for (enum frequency f = FREQUENCY_A; f <= FREQUENCY_N; f++) {
    int64_t stride = (period_max(f) - period_min(f)) / 50021 | 1;
    for (int64_t p = period_min(f); p <= period_max(f); p += stride)
      check_round_trip(f, p);
    for (int64_t p = 0; p < 3000; p++) {
      check_round_trip(f, p - 1500);
      check_round_trip(f, period_min(f) + p);
      check_round_trip(f, period_max(f) - p);
    }
  }
}

static void weeks_print_as_glibc_prints_them(void **state) {
  (void)state;
  for (int64_t week = period_min(FREQUENCY_W); week <= period_max(FREQUENCY_W); week++) {
    char text[PERIOD_TEXT_SIZE];
    char expected[64];
    time_t seconds = (time_t)(week * 7 * 86400);
    struct tm thursday;
    assert_non_null(gmtime_r(&seconds, &thursday));
    char number[8];
    assert_int_equal(strftime(number, sizeof number, "%V", &thursday), 2);
    snprintf(expected, sizeof expected, "%04d-W%s", thursday.tm_year + 1900, number);
    period_format(FREQUENCY_W, week, text);
    assert_string_equal(text, expected);
  }
}

/* NULL is an open end. */
static enum period_status range_of(enum frequency frequency, const char *from, const char *to,
                                   int64_t *ret_first, int64_t *ret_last) {
  struct period_bound bounds[2];
  if (from != NULL)
    assert_int_equal(period_bound_parse(bytes_of_text(from), frequency, &bounds[0]), PERIOD_OK);
  if (to != NULL)
    assert_int_equal(period_bound_parse(bytes_of_text(to), frequency, &bounds[1]), PERIOD_OK);
  return period_range_for(frequency, from == NULL ? NULL : &bounds[0],
                          to == NULL ? NULL : &bounds[1], ret_first, ret_last);
}

static void a_range_holds_the_periods_that_lie_within_its_bounds(void **state) {
  (void)state;
  static const struct {
    enum frequency frequency;
    const char *from;
    const char *to;
    const char *first; /* NULL: the range is empty */
    const char *last;
  } rows[] = {
      {FREQUENCY_M, "2018", "2024", "2018-01", "2024-12"},
      {FREQUENCY_M, "2018-02-01", "2018-03-31", "2018-02", "2018-03"},
      {FREQUENCY_M, "2018-02-02", "2018-03-30", NULL, NULL},
      {FREQUENCY_A, "2018-03", "2020", "2019", "2020"},
      {FREQUENCY_A, "2018-01-01", "2020-11", "2018", "2019"},
      {FREQUENCY_A, "2018-02", "2018-11", NULL, NULL},
      {FREQUENCY_Q, "2024-W01", "2024-W26", "2024-Q1", "2024-Q2"},
      {FREQUENCY_W, "2024-01", "2024-01", "2024-W01", "2024-W04"},
      {FREQUENCY_B, "2024-03-02", "2024-03-10", "2024-03-04", "2024-03-08"},
      {FREQUENCY_B, "2024-03-02", "2024-03-03", NULL, NULL},
      {FREQUENCY_B, "2024-03", "2024-03", "2024-03-01", "2024-03-29"},
      {FREQUENCY_B, "2024-03-01T10", "2024-03-05T10", "2024-03-04", "2024-03-04"},
      {FREQUENCY_D, "2024-02", "2024-02", "2024-02-01", "2024-02-29"},
      {FREQUENCY_H, "2024-03-01", "2024-03-01", "2024-03-01T00", "2024-03-01T23"},
      {FREQUENCY_H, "2024-03-01T10:00", "2024-03-01T12:00", "2024-03-01T10", "2024-03-01T12"},
      {FREQUENCY_H, "2024-03-01T10:01", "2024-03-01T12:59", "2024-03-01T11", "2024-03-01T12"},
      {FREQUENCY_N, "2024-03-01T10:00", "2024-03-01T10:00", "2024-03-01T10:00", "2024-03-01T10:00"},
      {FREQUENCY_N, "2024-03-01T10", "2024-03-01T10", "2024-03-01T10:00", "2024-03-01T10:59"},
      {FREQUENCY_A, NULL, "1969", "0001", "1969"},
      {FREQUENCY_A, "2024", NULL, "2024", "9999"},
      {FREQUENCY_W, NULL, "9999-12-31", "0001-W01", "9999-W51"},
      {FREQUENCY_W, NULL, "9999-W52", "0001-W01", "9999-W52"},
      {FREQUENCY_W, NULL, NULL, "0001-W01", "9999-W52"},
      {FREQUENCY_D, "0001", "9999", "0001-01-01", "9999-12-31"},
      {FREQUENCY_A, "9999-12-31", NULL, NULL, NULL},
      {FREQUENCY_A, NULL, "0001-01-01", NULL, NULL},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    int64_t first = UNTOUCHED, last = UNTOUCHED, expected = 0;
    enum frequency f = rows[i].frequency;
    assert_int_equal(range_of(f, rows[i].from, rows[i].to, &first, &last), PERIOD_OK);
    if (rows[i].first == NULL) {
      assert_true(first > last);
      continue;
    }
    assert_int_equal(period_parse_as(bytes_of_text(rows[i].first), f, &expected), PERIOD_OK);
    assert_int_equal(first, expected);
    assert_int_equal(period_parse_as(bytes_of_text(rows[i].last), f, &expected), PERIOD_OK);
    assert_int_equal(last, expected);
  }
}

static void a_range_that_ends_before_it_starts_is_refused(void **state) {
  (void)state;
  int64_t first = UNTOUCHED, last = UNTOUCHED;
  assert_int_equal(range_of(FREQUENCY_M, "2024", "2023", &first, &last), PERIOD_REVERSED);
  assert_int_equal(range_of(FREQUENCY_M, "2024-03", "2024-02", &first, &last), PERIOD_REVERSED);
  assert_int_equal(first, UNTOUCHED);
  assert_int_equal(last, UNTOUCHED);
  assert_int_equal(range_of(FREQUENCY_M, "2024-03", "2024", &first, &last), PERIOD_OK);
  assert_int_equal(range_of(FREQUENCY_NONE, NULL, NULL, &first, &last), PERIOD_WRONG_FREQUENCY);
}

static void a_range_is_what_the_rule_says_for_each_period(void **state) {
  (void)state;
  uint64_t seed = 7411;
  for (int round = 0; round < 4000; round++) {
    struct period_bound from, to;
    for (int i = 0; i < 2; i++) {
      seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
      enum frequency f = (enum frequency)(1 + (seed >> 33) % 9);
      int64_t day = (int64_t)((seed >> 40) % 800) - 400;
      int64_t ordinal = period_at(f, day * CALENDAR_DAY_MS + (int64_t)((seed >> 20) % 86400000));
      assert_int_equal(period_bound_of(f, ordinal, i == 0 ? &from : &to), PERIOD_OK);
    }
    if (to.last_ms < from.first_ms)
      continue;
    enum frequency f = (enum frequency)(1 + round % 8);
    int64_t first = 0, last = 0;
    assert_int_equal(period_range_for(f, &from, &to, &first, &last), PERIOD_OK);
    int64_t around_first = period_at(f, from.first_ms), around_last = period_at(f, to.last_ms);
    for (int64_t p = around_first - 3; p <= around_last + 3; p++) {
      bool within = from.first_ms <= period_first_ms(f, p) && period_last_ms(f, p) <= to.last_ms;
      assert_int_equal(p >= first && p <= last, within);
    }
  }
}

static void bounds_beyond_all_years_are_open_or_empty(void **state) {
  (void)state;
  struct period_bound before = {INT64_MIN, INT64_MIN + 1};
  struct period_bound after = {INT64_MAX - 1, INT64_MAX};
  int64_t first = UNTOUCHED, last = UNTOUCHED;
  assert_int_equal(period_range_for(FREQUENCY_M, &before, &after, &first, &last), PERIOD_OK);
  assert_int_equal(first, period_min(FREQUENCY_M));
  assert_int_equal(last, period_max(FREQUENCY_M));
  assert_int_equal(period_range_for(FREQUENCY_M, &after, &after, &first, &last), PERIOD_OK);
  assert_true(first > last);
  assert_int_equal(period_range_for(FREQUENCY_M, &before, &before, &first, &last), PERIOD_OK);
  assert_true(first > last);
}

static void a_bound_by_ordinal_is_checked(void **state) {
  (void)state;
  struct period_bound bound;
  assert_int_equal(period_bound_of(FREQUENCY_A, 54, &bound), PERIOD_OK);
  assert_int_equal(bound.first_ms, INT64_C(1704067200000));
  assert_int_equal(bound.last_ms, INT64_C(1735689599999));
  assert_int_equal(period_bound_of(FREQUENCY_A, 8030, &bound), PERIOD_OUT_OF_RANGE);
  assert_int_equal(period_bound_of(FREQUENCY_NONE, 0, &bound), PERIOD_WRONG_FREQUENCY);
  assert_int_equal(period_bound_parse(bytes_of_text("2024-13"), FREQUENCY_M, &bound),
                   PERIOD_NOT_IN_CALENDAR);
}

static void each_status_has_words(void **state) {
  (void)state;
  for (int status = PERIOD_OK; status <= PERIOD_REVERSED; status++)
    assert_true(strlen(period_status_text((enum period_status)status)) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_text_names_its_frequency_and_ordinal),
      cmocka_unit_test(what_is_no_period_is_refused_and_leaves_the_outputs),
      cmocka_unit_test(a_nul_inside_or_a_shorter_length_counts),
      cmocka_unit_test(no_byte_of_a_text_can_be_replaced_unnoticed),
      cmocka_unit_test(data_must_be_of_the_frequency_of_its_series),
      cmocka_unit_test(periods_print_as_sdmx_writes_them),
      cmocka_unit_test(an_invalid_ordinal_prints_nothing),
      cmocka_unit_test(what_is_printed_reads_back),
      cmocka_unit_test(weeks_print_as_glibc_prints_them),
      cmocka_unit_test(a_range_holds_the_periods_that_lie_within_its_bounds),
      cmocka_unit_test(a_range_that_ends_before_it_starts_is_refused),
      cmocka_unit_test(a_range_is_what_the_rule_says_for_each_period),
      cmocka_unit_test(bounds_beyond_all_years_are_open_or_empty),
      cmocka_unit_test(a_bound_by_ordinal_is_checked),
      cmocka_unit_test(each_status_has_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
