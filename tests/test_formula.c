/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "server/formula.h"
#include "tests/frames.h"

static struct formula formula;

static enum formula_status parse(const char *text, size_t *ret_offset) {
  return formula_parse(bytes_of_text(text), &formula, ret_offset);
}

static void a_formula_has_the_usual_precedence(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double expected; /* x = 12, y = 3 */
    bool uses_y;
  } ROWS[] = {
      {"x", 12, false},        {" y ", 3, true},           {"x - y", 9, true},
      {"x / y", 4, true},      {"x - y - 2", 7, true},     {"x - (y - 2)", 11, true},
      {"x / y / 2", 2, true},  {"x / (y / 2)", 8, true},   {"x / 2 * 3", 18, false},
      {"2 + x * y", 38, true}, {"(2 + x) * y", 42, true},  {"x * y + 2", 38, true},
      {"-x + y", -9, true},    {"-x * -y", 36, true},      {"x - -y", 15, true},
      {"--x", 12, false},      {"+x", 12, false},          {"x*.5", 6, false},
      {"1.25*x", 15, false},   {"(x-y)/y*100", 300, true}, {"1", 1, false},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    assert_int_equal(parse(ROWS[i].text, NULL), FORMULA_OK);
    assert_int_equal(formula.uses_y, ROWS[i].uses_y);
    VALUE_EXPECT(formula_value(&formula, 12, 3), ROWS[i].expected);
  }
}

static void division_by_zero_is_not_finite(void **state) {
  (void)state;
  assert_int_equal(parse("x / y", NULL), FORMULA_OK);
  assert_true(isinf(formula_value(&formula, 1, 0)));
  assert_true(isnan(formula_value(&formula, 0, 0)));
}

static void what_is_no_formula_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum formula_status status;
    size_t offset;
  } ROWS[] = {
      {"", FORMULA_EMPTY, 0},
      {"  ", FORMULA_EMPTY, 2},
      {"x +", FORMULA_VALUE_EXPECTED, 3},
      {"x + * y", FORMULA_VALUE_EXPECTED, 4},
      {"()", FORMULA_VALUE_EXPECTED, 1},
      {"x + z", FORMULA_BAD_CHARACTER, 4},
      {"x y", FORMULA_BAD_CHARACTER, 2},
      {"x ^ 2", FORMULA_BAD_CHARACTER, 2},
      {"2x", FORMULA_BAD_CHARACTER, 1},
      {"x + 1.2.3", FORMULA_BAD_NUMBER, 4},
      {"x * .", FORMULA_BAD_NUMBER, 4},
      {"x + (y", FORMULA_BRACKETS, 4},
      {"((x) + 1", FORMULA_BRACKETS, 0},
      {"x + y)", FORMULA_BRACKETS, 5},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    size_t offset = SIZE_MAX;
    assert_int_equal(parse(ROWS[i].text, &offset), ROWS[i].status);
    assert_int_equal(offset, ROWS[i].offset);
    assert_int_equal(parse(ROWS[i].text, NULL), ROWS[i].status);
  }
}

static void a_byte_of_zero_does_not_end_a_formula(void **state) {
  (void)state;
  assert_int_equal(formula_parse(bytes_of("x\0x", 3), &formula, NULL), FORMULA_BAD_CHARACTER);
  assert_int_not_equal(formula_parse(bytes_of("\0", 1), &formula, NULL), FORMULA_OK);
}

static void brackets_and_signs_are_64_deep_at_most(void **state) {
  (void)state;
  char text[256];
  for (int depth = 63; depth <= 64; depth++) {
    snprintf(text, sizeof text, "%.*sx%.*s", depth,
             "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((", depth,
             "))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))");
    assert_int_equal(parse(text, NULL), depth == 63 ? FORMULA_OK : FORMULA_BRACKETS);
  }
  /* Beside each other they are as many as there is room for. */
  assert_int_equal(parse("(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)"
                         "+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)+(x)",
                         NULL),
                   FORMULA_OK);
  VALUE_EXPECT(formula_value(&formula, 1, 0), 36);
}

static void a_formula_has_256_bytes_at_most(void **state) {
  (void)state;
  char text[LIMIT_FORMULA_BYTES + 1];
  memset(text, ' ', sizeof text);
  text[0] = 'x';
  assert_int_equal(formula_parse(bytes_of(text, sizeof text - 1), &formula, NULL), FORMULA_OK);
  assert_int_equal(formula_parse(bytes_of(text, sizeof text), &formula, NULL), FORMULA_TOO_LONG);
}

static void a_failure_leaves_the_formula_as_it_was(void **state) {
  (void)state;
  size_t offset = 77;
  assert_int_equal(parse("x + y", &offset), FORMULA_OK);
  assert_int_equal(offset, 77);
  assert_int_equal(parse("x * (", &offset), FORMULA_VALUE_EXPECTED);
  VALUE_EXPECT(formula_value(&formula, 1, 2), 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_formula_has_the_usual_precedence),
      cmocka_unit_test(division_by_zero_is_not_finite),
      cmocka_unit_test(what_is_no_formula_is_refused_with_its_place),
      cmocka_unit_test(a_byte_of_zero_does_not_end_a_formula),
      cmocka_unit_test(brackets_and_signs_are_64_deep_at_most),
      cmocka_unit_test(a_formula_has_256_bytes_at_most),
      cmocka_unit_test(a_failure_leaves_the_formula_as_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
