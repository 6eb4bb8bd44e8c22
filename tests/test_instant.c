/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "proto/calendar.h"
#include "proto/instant.h"

#define DAY_2023_06_16 INT64_C(1686873600000)

static void a_date_is_its_whole_day(void **state) {
  (void)state;
  struct instant_span span;
  enum instant_status status = instant_parse(bytes_of_text("2023-06-16"), &span);
  assert_int_equal(status, INSTANT_OK);
  assert_int_equal(span.first_ms, DAY_2023_06_16);
  assert_int_equal(span.last_ms, DAY_2023_06_16 + 86399999);
  assert_int_equal(span.precision, INSTANT_PRECISION_DAY);
}

static void a_time_is_one_instant_in_utc(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t ms_of_day;
  } rows[] = {
      {"2023-06-16T00:00:00Z", 0},
      {"2023-06-16T10:00", 36000000},
      {"2023-06-16T10:00Z", 36000000},
      {"2023-06-16T10:00:00", 36000000},
      {"2023-06-16T10:00:00Z", 36000000},
      {"2023-06-16T10:00:01.5Z", 36001500},
      {"2023-06-16T10:00:01.050", 36001050},
      {"2023-06-16T10:00:01.0009Z", 36001000},
      {"2023-06-16T23:59:59.999999999Z", 86399999},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct instant_span span;
    enum instant_status status = instant_parse(bytes_of_text(rows[i].text), &span);
    assert_int_equal(status, INSTANT_OK);
    assert_int_equal(span.first_ms, DAY_2023_06_16 + rows[i].ms_of_day);
    assert_int_equal(span.last_ms, span.first_ms);
    assert_int_equal(span.precision, INSTANT_PRECISION_MS);
  }
}

static void what_is_no_instant_is_refused_and_leaves_the_output(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum instant_status status;
  } rows[] = {
      {"", INSTANT_SYNTAX},
      {" 2023-06-16", INSTANT_SYNTAX},
      {"2023-06-16 ", INSTANT_SYNTAX},
      {"2023", INSTANT_SYNTAX},
      {"2023-06", INSTANT_SYNTAX},
      {"2023-6-16", INSTANT_SYNTAX},
      {"20230616", INSTANT_SYNTAX},
      {"2023-06-16T", INSTANT_SYNTAX},
      {"2023-06-16T10", INSTANT_SYNTAX},
      {"2023-06-16 10:00", INSTANT_SYNTAX},
      {"2023-06-16T10:00:", INSTANT_SYNTAX},
      {"2023-06-16T10:00:00.", INSTANT_SYNTAX},
      {"2023-06-16T10:00:00.Z", INSTANT_SYNTAX},
      {"2023-06-16T10:00:00.1234567890Z", INSTANT_SYNTAX},
      {"2023-06-16T10:00:00ZZ", INSTANT_SYNTAX},
      {"2023-06-16T10:00:00z", INSTANT_SYNTAX},
      {"2023-06-16Z", INSTANT_SYNTAX},
      {"-023-06-16", INSTANT_SYNTAX},
      {"2023-06-16T10:00:00+00:00", INSTANT_ZONE},
      {"2023-06-16T10:00-05:00", INSTANT_ZONE},
      {"2023-02-30", INSTANT_NOT_IN_CALENDAR},
      {"2023-13-01", INSTANT_NOT_IN_CALENDAR},
      {"0000-01-01", INSTANT_NOT_IN_CALENDAR},
      {"2023-06-16T24:00", INSTANT_NOT_IN_CALENDAR},
      {"2023-06-16T10:60", INSTANT_NOT_IN_CALENDAR},
      {"2023-06-16T10:00:60Z", INSTANT_NOT_IN_CALENDAR},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct instant_span span = {.first_ms = 42};
    enum instant_status status = instant_parse(bytes_of_text(rows[i].text), &span);
    assert_int_equal(status, rows[i].status);
    assert_int_equal(span.first_ms, 42);
    assert_true(strlen(instant_status_text(status)) > 0);
  }
}

static void a_nul_inside_or_a_shorter_length_counts(void **state) {
  (void)state;
  struct instant_span span;
  assert_int_equal(instant_parse(bytes_of("2023-06-16\0", 11), &span), INSTANT_SYNTAX);
  assert_int_equal(instant_parse(bytes_of("2023-06-1\0006", 11), &span), INSTANT_SYNTAX);
  assert_int_equal(instant_parse(bytes_of("2023-06-16 and more", 10), &span), INSTANT_OK);
  assert_int_equal(instant_parse(bytes_of(NULL, 0), &span), INSTANT_SYNTAX);
}

static void check_format(int64_t at_ms, enum instant_precision precision, const char *expected) {
  char text[INSTANT_TEXT_SIZE];
  size_t length = instant_format(at_ms, precision, text);
  assert_string_equal(text, expected);
  assert_int_equal(length, strlen(expected));
}

static void instants_print_as_they_are_read(void **state) {
  (void)state;
  check_format(DAY_2023_06_16, INSTANT_PRECISION_DAY, "2023-06-16");
  check_format(DAY_2023_06_16, INSTANT_PRECISION_MS, "2023-06-16T00:00:00Z");
  check_format(DAY_2023_06_16 + 36000050, INSTANT_PRECISION_MS, "2023-06-16T10:00:00.050Z");
  check_format(DAY_2023_06_16 + 36000050, INSTANT_PRECISION_DAY, "2023-06-16");
  check_format(-1, INSTANT_PRECISION_MS, "1969-12-31T23:59:59.999Z");
  check_format(-1, INSTANT_PRECISION_DAY, "1969-12-31");
  check_format(INSTANT_MIN_MS, INSTANT_PRECISION_MS, "0001-01-01T00:00:00Z");
  check_format(INSTANT_MAX_MS, INSTANT_PRECISION_MS, "9999-12-31T23:59:59.999Z");
}

static void beyond_the_years_nothing_prints(void **state) {
  (void)state;
  check_format(INSTANT_MIN_MS - 1, INSTANT_PRECISION_MS, "");
  check_format(INSTANT_MAX_MS + 1, INSTANT_PRECISION_DAY, "");
  check_format(INT64_MIN, INSTANT_PRECISION_MS, "");
  check_format(INT64_MAX, INSTANT_PRECISION_MS, "");
}

static void printed_instants_read_back_and_agree_with_glibc(void **state) {
  (void)state;
  for (int64_t at_ms = INSTANT_MIN_MS; at_ms <= INSTANT_MAX_MS; at_ms += INT64_C(7777777777)) {
    char text[INSTANT_TEXT_SIZE];
    struct instant_span span;
    size_t length = instant_format(at_ms, INSTANT_PRECISION_MS, text);
    assert_int_equal(instant_parse(bytes_of(text, length), &span), INSTANT_OK);
    assert_int_equal(span.first_ms, at_ms);

    struct tm utc = {.tm_year = atoi(text) - 1900,
                     .tm_mon = atoi(text + 5) - 1,
                     .tm_mday = atoi(text + 8),
                     .tm_hour = atoi(text + 11),
                     .tm_min = atoi(text + 14),
                     .tm_sec = atoi(text + 17)};
    assert_int_equal(timegm(&utc), floor_div(at_ms, 1000));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_date_is_its_whole_day),
      cmocka_unit_test(a_time_is_one_instant_in_utc),
      cmocka_unit_test(what_is_no_instant_is_refused_and_leaves_the_output),
      cmocka_unit_test(a_nul_inside_or_a_shorter_length_counts),
      cmocka_unit_test(instants_print_as_they_are_read),
      cmocka_unit_test(beyond_the_years_nothing_prints),
      cmocka_unit_test(printed_instants_read_back_and_agree_with_glibc),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
