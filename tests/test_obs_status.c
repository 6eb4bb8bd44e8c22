/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "proto/obs_status.h"

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

static void exactly_the_letters_of_the_list_are_valid(void **state) {
  (void)state;
  size_t n_valid = 0;
  for (int byte = -128; byte < 128; byte++) {
    char status = (char)byte;
    bool listed = byte != 0 && strchr(OBS_STATUS_ALL, status) != NULL;
    assert_int_equal(obs_status_is_valid(status), listed);
    assert_int_equal(obs_status_name(status) != NULL, listed);
    n_valid += listed;
  }
  assert_int_equal(n_valid, 21);
  assert_false(obs_status_is_valid('C'));
  assert_false(obs_status_is_valid('R'));
  assert_false(obs_status_is_valid('X'));
}

static void names_are_the_code_lists(void **state) {
  (void)state;
  assert_string_equal(obs_status_name('A'), "Normal value");
  assert_string_equal(obs_status_name('F'), "Forecast value");
  assert_string_equal(obs_status_name('O'), "Missing value");
  assert_string_equal(obs_status_name('W'), "Includes data from another category");
  assert_string_equal(obs_status_name('T'), "Target");
}

static void a_value_is_missing_if_and_only_if_its_status_says_so(void **state) {
  (void)state;
  for (const char *status = OBS_STATUS_ALL; *status != '\0'; status++) {
    bool missing = strchr("HLMOQ", *status) != NULL;
    assert_int_equal(obs_status_is_missing(*status), missing);
    assert_int_equal(obs_check(1.5, *status), missing ? OBS_FAULT_VALUE_PRESENT : OBS_FAULT_NONE);
    assert_int_equal(obs_check(-0.0, *status), missing ? OBS_FAULT_VALUE_PRESENT : OBS_FAULT_NONE);
    assert_int_equal(obs_check(obs_nan(), *status),
                     missing ? OBS_FAULT_NONE : OBS_FAULT_VALUE_MISSING);
    assert_int_equal(obs_check(-obs_nan(), *status),
                     missing ? OBS_FAULT_NONE : OBS_FAULT_VALUE_MISSING);
    assert_int_equal(obs_check(HUGE_VAL, *status), OBS_FAULT_INFINITE);
    assert_int_equal(obs_check(-HUGE_VAL, *status), OBS_FAULT_INFINITE);
  }
  assert_int_equal(obs_check(1.5, 'a'), OBS_FAULT_UNKNOWN_STATUS);
  assert_int_equal(obs_check(HUGE_VAL, '\0'), OBS_FAULT_UNKNOWN_STATUS);
}

static void each_fault_has_words(void **state) {
  (void)state;
  assert_string_equal(obs_fault_text(OBS_FAULT_NONE), "");
  for (int fault = OBS_FAULT_UNKNOWN_STATUS; fault <= OBS_FAULT_VALUE_PRESENT; fault++)
    assert_true(strlen(obs_fault_text((enum obs_fault)fault)) > 0);
}

static void any_nan_becomes_the_one_that_is_stored(void **state) {
  (void)state;
  static const uint64_t nans[] = {OBS_NAN_BITS,
                                  UINT64_C(0xfff8000000000000),
                                  UINT64_C(0x7ff8000000000001),
                                  UINT64_C(0x7ff0000000000001),
                                  UINT64_C(0xffffffffffffffff),
                                  UINT64_C(0x7ff00000000007a2)};
  for (size_t i = 0; i < count_of(nans); i++)
    assert_true(bits_of(obs_canonical(double_of(nans[i]))) == OBS_NAN_BITS);
  assert_true(bits_of(obs_nan()) == OBS_NAN_BITS);
}

static void numbers_keep_their_bits(void **state) {
  (void)state;
  static const double numbers[] = {0.0, -0.0, 1.89e12, -1.5, 5e-324, HUGE_VAL};
  for (size_t i = 0; i < count_of(numbers); i++)
    assert_true(bits_of(obs_canonical(numbers[i])) == bits_of(numbers[i]));
}

static void foreign_codes_are_mapped_by_a_stated_rule_or_refused(void **state) {
  (void)state;
  static const struct {
    const char *publisher;
    const char *code;
    bool value_is_missing;
    char status; /* '\0': refused */
  } rows[] = {
      {"", "A", false, 'A'},         {"", "F", false, 'F'},        {"", "T", false, 'T'},
      {"", "", false, 'A'},          {"", "", true, 'O'},          {"", "A", true, 'O'},
      {"", "E", true, 'O'},          {"", "H", true, 'H'},         {"", "M", true, 'M'},
      {"", "M", false, '\0'},        {"", "_U", false, 'A'},       {"", "_U", true, 'O'},
      {"", "_Z", true, 'M'},         {"", "_Z", false, '\0'},      {"", "_M", true, 'M'},
      {"", "_O", false, 'A'},        {"", "_O", true, 'O'},        {"", "R", false, '\0'},
      {"", "X", false, '\0'},        {"", "a", false, '\0'},       {"", "AB", false, '\0'},
      {"", "C", true, '\0'},         {"BIS", "R", false, 'A'},     {"BIS", "R", true, 'O'},
      {"BIS", "X", false, '\0'},     {"BIS", "E", false, 'E'},     {"FAO", "X", false, 'A'},
      {"FAO", "T", false, 'U'},      {"FAO", "R", false, '\0'},    {"FAO", "I", false, 'I'},
      {"EUROSTAT", "p", false, 'P'}, {"EUROSTAT", "c", true, 'Q'}, {"EUROSTAT", "c", false, '\0'},
      {"EUROSTAT", "r", false, 'A'}, {"EUROSTAT", "", false, 'A'}, {"EUROSTAT", "bp", false, '\0'},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    char status = '?';
    const char *rule = NULL;
    bool mapped =
        obs_status_from_foreign(bytes_of_text(rows[i].publisher), bytes_of_text(rows[i].code),
                                rows[i].value_is_missing, &status, &rule);
    assert_int_equal(mapped, rows[i].status != '\0');
    assert_int_equal(status, mapped ? rows[i].status : '?');
    assert_int_equal(rule != NULL, mapped);
    if (mapped)
      assert_int_equal(obs_check(rows[i].value_is_missing ? obs_nan() : 1, status), OBS_FAULT_NONE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exactly_the_letters_of_the_list_are_valid),
      cmocka_unit_test(names_are_the_code_lists),
      cmocka_unit_test(a_value_is_missing_if_and_only_if_its_status_says_so),
      cmocka_unit_test(each_fault_has_words),
      cmocka_unit_test(any_nan_becomes_the_one_that_is_stored),
      cmocka_unit_test(numbers_keep_their_bits),
      cmocka_unit_test(foreign_codes_are_mapped_by_a_stated_rule_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
