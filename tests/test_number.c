/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <inttypes.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "proto/number.h"

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* SplitMix64. */
static uint64_t next_random(uint64_t *seed) {
  uint64_t mixed = *seed += UINT64_C(0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
  return mixed ^ (mixed >> 31);
}

static void check_text(double value, const char *expected) {
  char text[NUMBER_TEXT_SIZE];
  size_t length = number_format(value, text);
  assert_string_equal(text, expected);
  assert_int_equal(length, strlen(expected));
}

static void check_reads_back(double value) {
  char text[NUMBER_TEXT_SIZE];
  double read = 0;
  size_t length = number_format(value, text);
  assert_true(length < NUMBER_TEXT_SIZE);
  enum number_status status = number_parse(bytes_of(text, length), &read);
  if (status != NUMBER_OK || bits_of(read) != bits_of(value) || strtod(text, NULL) != value)
    fail_msg("%a printed as %s", value, text);
}

/* No decimal of one digit less, below or above, reads back: libc says so. */
static void check_is_shortest(double value) {
  char text[64];
  struct number_decimal decimal = number_decimal_of(value);
  if (decimal.n_digits == 1)
    return;
  int64_t digits = 0;
  for (int i = 0; i < decimal.n_digits - 1; i++)
    digits = digits * 10 + (decimal.digits[i] - '0');
  for (int64_t up = 0; up <= 1; up++) {
    snprintf(text, sizeof text, "%s%llde%d", decimal.negative ? "-" : "", (long long)(digits + up),
             decimal.exponent - (decimal.n_digits - 2));
    if (strtod(text, NULL) == value)
      fail_msg("%a has the shorter %s", value, text);
  }
}

static void numbers_print_as_javascript_prints_them(void **state) {
  (void)state;
  static const struct {
    double value;
    const char *text;
  } rows[] = {
      {0, "0"},
      {1, "1"},
      {-1, "-1"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {2.1e12, "2100000000000"},
      {1.89e12, "1890000000000"},
      {123456789.125, "123456789.125"},
      {-15.5, "-15.5"},
      {100, "100"},
      {1e15, "1000000000000000"},
      {123456789012345680.0, "123456789012345680"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {1.5e21, "1.5e+21"},
      {-1.2345e300, "-1.2345e+300"},
      {1e-5, "0.00001"},
      {1e-6, "0.000001"},
      {1.5e-6, "0.0000015"},
      {1e-7, "1e-7"},
      {1.5e-7, "1.5e-7"},
      {9007199254740991.0, "9007199254740991"},
      {9007199254740992.0, "9007199254740992"},
      {9007199254740994.0, "9007199254740994"},
      {5e-324, "5e-324"},
      {DBL_MIN, "2.2250738585072014e-308"},
      {DBL_MAX, "1.7976931348623157e+308"},
      {4.35, "4.35"},
      {0.000001234567, "0.000001234567"},
      {999999999999999.9, "999999999999999.9"},
      {5.684341886080802e-14, "5.684341886080802e-14"},
      {9.5367431640625e-7, "9.5367431640625e-7"},
      {1.7976931348623157e-300, "1.7976931348623157e-300"},
      {-2.5e-5, "-0.000025"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    check_text(rows[i].value, rows[i].text);
    check_reads_back(rows[i].value);
  }
}

static void a_negative_zero_keeps_its_sign(void **state) {
  (void)state;
  check_text(-0.0, "-0");
  check_reads_back(-0.0);
}

static void what_is_no_number_has_names_that_do_not_parse(void **state) {
  (void)state;
  double value = 42;
  check_text(NAN, "NaN");
  check_text(HUGE_VAL, "Infinity");
  check_text(-HUGE_VAL, "-Infinity");
  assert_int_equal(number_parse(bytes_of_text("NaN"), &value), NUMBER_SYNTAX);
  assert_int_equal(number_parse(bytes_of_text("-Infinity"), &value), NUMBER_SYNTAX);
}

static void random_bits_read_back_and_have_no_shorter_text(void **state) {
  (void)state;
  uint64_t seed = 7411;
  for (int round = 0; round < 100000; round++) {
    double value = double_of(next_random(&seed));
    if (!isfinite(value))
      continue;
    check_reads_back(value);
    check_is_shortest(value);
  }
}

static void every_power_of_two_is_shortest(void **state) {
  (void)state;
  for (int exponent = -1074; exponent <= 1023; exponent++) {
    double value = ldexp(1, exponent);
    check_reads_back(value);
    check_is_shortest(value);
    check_reads_back(nextafter(value, 0));
    check_is_shortest(nextafter(value, 0) == 0 ? value : nextafter(value, 0));
    check_reads_back(nextafter(value, HUGE_VAL) < HUGE_VAL ? nextafter(value, HUGE_VAL) : value);
  }
}

static void subnormal_numbers_are_shortest(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (uint64_t i = 1; i < 3000; i++) {
    double value = double_of(i < 1000 ? i : next_random(&seed) >> (12 + i % 40));
    if (value == 0)
      continue;
    check_reads_back(value);
    check_is_shortest(value);
  }
}

static void figures_of_few_decimals_print_as_they_were_written(void **state) {
  (void)state;
  uint64_t seed = 42;
  for (int round = 0; round < 100000; round++) {
    char written[64];
    char text[NUMBER_TEXT_SIZE];
    double value = 0;
    uint64_t integer = next_random(&seed) % UINT64_C(10000000000000);
    unsigned decimals = (unsigned)(next_random(&seed) % 90 + 10);
    snprintf(written, sizeof written, "%llu.%02u", (unsigned long long)integer, decimals);
    if (written[strlen(written) - 1] == '0')
      written[strlen(written) - 1] = '\0';
    assert_int_equal(number_parse(bytes_of_text(written), &value), NUMBER_OK);
    number_format(value, text);
    assert_string_equal(text, written);
  }
}

static void decimals_parse_to_the_nearest_double(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double value;
  } rows[] = {
      {"0", 0},
      {"-0", -0.0},
      {"+5", 5},
      {"007", 7},
      {".5", 0.5},
      {"-.5", -0.5},
      {"1.50", 1.5},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"1e-3", 0.001},
      {"2.1e12", 2.1e12},
      {"123456789012345678", 123456789012345678.0},
      {"9007199254740993", 9007199254740992.0},
      {"9007199254740993.0000000000000000001", 9007199254740994.0},
      {"18446744073709551616", 18446744073709551616.0},
      {"0.1e-400", 0},
      {"1e-400", 0},
      {"0e999999999999", 0},
      {"1e0000000000000000000005", 100000},
      {"4.9e-324", 5e-324},
      {"2.4703282292062327e-324", 0},
      {"2.4703282292062328e-324", 5e-324},
      {"1.7976931348623157e308", DBL_MAX},
      {"0.000000000000000000000000000000000000000000000000000001e54", 1},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    double value = 42;
    assert_int_equal(number_parse(bytes_of_text(rows[i].text), &value), NUMBER_OK);
    assert_true(bits_of(value) == bits_of(rows[i].value));
  }
}

static void what_is_no_decimal_is_refused_and_leaves_the_output(void **state) {
  (void)state;
  static const char *const rows[] = {
      "",     " 1",    "1 ",   "1\n",   "-",     "+",   ".",    "-.",       "1.",    "1.e3",
      "e3",   "1e",    "1e+",  "1e-",   "1e1.5", "--1", "+-1",  "1-",       "1.2.3", "1,5",
      "1 5",  "1'000", "0x10", "0x1p3", "inf",   "nan", "INF",  "1d5",      "1f",    "\xd9\xa1",
      "#N/A", "1_0",   "1e5 ", "\t1",   "1e",    "- 1", "1e 5", "infinity",
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    double value = 42;
    enum number_status status = number_parse(bytes_of_text(rows[i]), &value);
    if (status != NUMBER_SYNTAX)
      fail_msg("`%s` was taken", rows[i]);
    assert_true(value == 42);
  }
}

static void a_nul_inside_or_a_shorter_length_counts(void **state) {
  (void)state;
  double value = 42;
  assert_int_equal(number_parse(bytes_of("1\0", 2), &value), NUMBER_SYNTAX);
  assert_int_equal(number_parse(bytes_of("1\0002", 3), &value), NUMBER_SYNTAX);
  assert_int_equal(number_parse(bytes_of(NULL, 0), &value), NUMBER_SYNTAX);
  assert_int_equal(number_parse(bytes_of("123456", 3), &value), NUMBER_OK);
  assert_true(value == 123);
}

static void too_large_and_too_long_have_statuses_of_their_own(void **state) {
  (void)state;
  char digits[NUMBER_PARSE_MAX_BYTES + 1];
  double value = 42;
  assert_int_equal(number_parse(bytes_of_text("1e309"), &value), NUMBER_TOO_LARGE);
  assert_int_equal(number_parse(bytes_of_text("-1e99999999999"), &value), NUMBER_TOO_LARGE);
  memset(digits, '0', sizeof digits);
  digits[NUMBER_PARSE_MAX_BYTES - 1] = '7';
  assert_int_equal(number_parse(bytes_of(digits, sizeof digits), &value), NUMBER_TOO_LONG);
  assert_true(value == 42);
  assert_int_equal(number_parse(bytes_of(digits, NUMBER_PARSE_MAX_BYTES), &value), NUMBER_OK);
  assert_true(value == 7);
  for (int status = NUMBER_OK; status <= NUMBER_TOO_LONG; status++)
    assert_true(strlen(number_status_text((enum number_status)status)) > 0);
}

static void random_decimals_parse_as_libc_parses_them(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (int round = 0; round < 100000; round++) {
    char text[96];
    double value = 0;
    int n_digits = (int)(next_random(&seed) % 25) + 1;
    int exponent = (int)(next_random(&seed) % 680) - 340;
    char digits[32];
    for (int i = 0; i < n_digits; i++)
      digits[i] = (char)('0' + next_random(&seed) % 10);
    snprintf(text, sizeof text, "%c.%.*se%d", digits[0], n_digits, digits, exponent);
    double expected = strtod(text, NULL);
    enum number_status status = number_parse(bytes_of_text(text), &value);
    if (!isfinite(expected)) {
      assert_int_equal(status, NUMBER_TOO_LARGE);
      continue;
    }
    assert_int_equal(status, NUMBER_OK);
    assert_true(bits_of(value) == bits_of(expected));
  }
}

/* Figures of full precision, as programs print them, and decimals in the middle between two doubles
 * or beside it, which are rounded twice at a risk. */
static void decimals_of_17_to_19_digits_parse_as_libc_parses_them(void **state) {
  (void)state;
  uint64_t seed = 11;
  for (int round = 0; round < 300000; round++) {
    char text[96];
    double value = 0;
    uint64_t integer = next_random(&seed) >> (next_random(&seed) % 10);
    int exponent = (int)(next_random(&seed) % 60) - 30;
    if (round % 3 == 0) /* 53 bits, then 1000 0000 000, then perhaps one more or less */
      integer =
          (((integer | UINT64_C(1) << 63) & ~UINT64_C(0x7ff)) | 0x400) + next_random(&seed) % 3 - 1;
    snprintf(text, sizeof text, "%" PRIu64 "e%d", integer, round % 5 == 0 ? 0 : exponent);
    assert_int_equal(number_parse(bytes_of_text(text), &value), NUMBER_OK);
    if (bits_of(value) != bits_of(strtod(text, NULL)))
      fail_msg("%s", text);
  }
}

static void a_multiplier_shifts_the_decimal_point(void **state) {
  (void)state;
  static const struct {
    double value;
    int exponent10;
    double shifted;
    const char *text;
  } rows[] = {
      {1.89, 12, 1.89e12, "1890000000000"},
      {2.1, 12, 2.1e12, "2100000000000"},
      {4.35, 2, 435, "435"},
      {1.1, 1, 11, "11"},
      {0.57, 2, 57, "57"},
      {1890000000000, -12, 1.89, "1.89"},
      {35, -2, 0.35, "0.35"},
      {-7, -9, -7e-9, "-7e-9"},
      {0, 12, 0, "0"},
      {123.456, 0, 123.456, "123.456"},
      {1, 21, 1e21, "1e+21"},
      {1, 400, HUGE_VAL, "1e+400"},
      {1, -400, 0, "1e-400"},
      {DBL_MAX, -10000, 0, "1.7976931348623157e-9692"},
      {1.7976931348623157, 308, DBL_MAX, "1.7976931348623157e+308"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    char text[NUMBER_TEXT_SIZE];
    double shifted = number_shift(rows[i].value, rows[i].exponent10);
    assert_true(bits_of(shifted) == bits_of(rows[i].shifted));
    size_t length = number_format_shifted(rows[i].value, rows[i].exponent10, text);
    assert_string_equal(text, rows[i].text);
    assert_int_equal(length, strlen(rows[i].text));
  }
  assert_true(isnan(number_shift(NAN, 6)));
  assert_true(number_shift(-HUGE_VAL, 6) == -HUGE_VAL);
  assert_true(bits_of(number_shift(-0.0, 6)) == bits_of(-0.0));
}

static void a_shifted_number_reads_as_its_shifted_text(void **state) {
  (void)state;
  uint64_t seed = 12;
  for (int round = 0; round < 50000; round++) {
    char text[NUMBER_TEXT_SIZE];
    double value = double_of(next_random(&seed));
    int exponent10 = (int)(next_random(&seed) % 61) - 30;
    if (!isfinite(value))
      continue;
    number_format_shifted(value, exponent10, text);
    assert_true(bits_of(number_shift(value, exponent10)) == bits_of(strtod(text, NULL)));
  }
}

/* A locale with a decimal comma may not be installed; the checks hold in any. */
static void the_locale_changes_nothing(void **state) {
  (void)state;
  static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "fa_IR.UTF-8", "C.UTF-8"};
  for (size_t i = 0; i < count_of(locales); i++) {
    double value = 0;
    (void)setlocale(LC_ALL, locales[i]);
    check_text(1.0 / 3, "0.3333333333333333");
    check_text(1.25e-300, "1.25e-300");
    assert_int_equal(number_parse(bytes_of_text("0.3333333333333333333"), &value), NUMBER_OK);
    assert_true(value == 1.0 / 3);
    assert_int_equal(number_parse(bytes_of_text("0,5"), &value), NUMBER_SYNTAX);
  }
  (void)setlocale(LC_ALL, "C");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_print_as_javascript_prints_them),
      cmocka_unit_test(a_negative_zero_keeps_its_sign),
      cmocka_unit_test(what_is_no_number_has_names_that_do_not_parse),
      cmocka_unit_test(random_bits_read_back_and_have_no_shorter_text),
      cmocka_unit_test(every_power_of_two_is_shortest),
      cmocka_unit_test(subnormal_numbers_are_shortest),
      cmocka_unit_test(figures_of_few_decimals_print_as_they_were_written),
      cmocka_unit_test(decimals_parse_to_the_nearest_double),
      cmocka_unit_test(what_is_no_decimal_is_refused_and_leaves_the_output),
      cmocka_unit_test(a_nul_inside_or_a_shorter_length_counts),
      cmocka_unit_test(too_large_and_too_long_have_statuses_of_their_own),
      cmocka_unit_test(random_decimals_parse_as_libc_parses_them),
      cmocka_unit_test(decimals_of_17_to_19_digits_parse_as_libc_parses_them),
      cmocka_unit_test(a_multiplier_shifts_the_decimal_point),
      cmocka_unit_test(a_shifted_number_reads_as_its_shifted_text),
      cmocka_unit_test(the_locale_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
