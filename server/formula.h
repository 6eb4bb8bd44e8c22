/* SPDX-License-Identifier: MIT */
/* Formulas over two series, "(x - y) / y * 100": + - * / ( ) with the usual precedence, a sign
 * before a factor, and decimal numbers. Pure functions. */
#ifndef BELLWETHER_SERVER_FORMULA_H
#define BELLWETHER_SERVER_FORMULA_H

#include "proto/limits.h"
#include "proto/util.h"

enum formula_operation {
  FORMULA_NUMBER,
  FORMULA_X,
  FORMULA_Y,
  FORMULA_ADD,
  FORMULA_SUBTRACT,
  FORMULA_MULTIPLY,
  FORMULA_DIVIDE,
  FORMULA_NEGATE,
};

struct formula_step {
  enum formula_operation operation;
  double number;
};

/* In reverse Polish notation. */
struct formula {
  bool uses_y;
  size_t n;
  struct formula_step steps[LIMIT_FORMULA_BYTES];
};

enum formula_status {
  FORMULA_OK = 0,
  FORMULA_EMPTY,
  FORMULA_TOO_LONG,
  FORMULA_BAD_CHARACTER,  /* none of x, y, digits, + - * / ( ) and blanks */
  FORMULA_BAD_NUMBER,     /* 1.2.3, or beyond a double */
  FORMULA_VALUE_EXPECTED, /* an operator, a closing bracket or the end where a value is meant */
  FORMULA_BRACKETS,       /* one that is not closed or not opened, or more than 64 deep */
};

/* ret_offset, if not NULL, is set on failure: the byte at which the text stops being right. */
must_check enum formula_status formula_parse(struct bytes text, struct formula *ret_formula,
                                             size_t *ret_offset);
/* Division by zero gives what IEEE 754 says; the caller looks at whether the result is finite. */
double formula_value(const struct formula *formula, double x, double y);
/* For people, to follow the quoted text. Never NULL. */
const char *formula_status_text(enum formula_status status);

#endif
