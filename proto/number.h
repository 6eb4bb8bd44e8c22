/* SPDX-License-Identifier: MIT */
/* Doubles and decimal text. Independent of LC_NUMERIC; safe from any thread. */
#ifndef BELLWETHER_PROTO_NUMBER_H
#define BELLWETHER_PROTO_NUMBER_H

#include "proto/util.h"

#define NUMBER_TEXT_SIZE 40         /* Sign, 17 digits, point, zeros, exponent, final NUL. */
#define NUMBER_SHIFT_MAX 10000      /* Either way; unit multipliers are below 100. */
#define NUMBER_PARSE_MAX_BYTES 1024 /* The longest exact double has 767 significant digits. */

enum number_status {
  NUMBER_OK = 0,
  NUMBER_SYNTAX,    /* not [+-] digits [.digits] [e [+-] digits]; `.5` is one, `5.` is none */
  NUMBER_TOO_LARGE, /* beyond the greatest double */
  NUMBER_TOO_LONG,  /* more than NUMBER_PARSE_MAX_BYTES */
};

/* A double in decimal: digits[0].digits[1..] * 10^exponent, shortest, no trailing zeros; zero is
 * "0". */
struct number_decimal {
  bool negative;
  int n_digits; /* 1 to 17 */
  int exponent;
  char digits[20]; /* ASCII, not terminated */
};

/* The shortest decimal that reads back to the same double, the nearest among those. Finite only. */
struct number_decimal number_decimal_of(double value);

/* Writes the shortest text that reads back to the same double, with a final NUL; returns the
 * length. Plain notation from 1e-6 to below 1e21, else `1.5e+21`, as JavaScript does; but -0 is
 * `-0`. Not finite: `NaN`, `Infinity`, `-Infinity`, which number_parse refuses. */
size_t number_format(double value, char ret_text[static NUMBER_TEXT_SIZE]);

/* The same for value * 10^exponent10, shifting the decimal exponent of its text: no digit changes,
 * and nothing over- or underflows. |exponent10| <= NUMBER_SHIFT_MAX. */
size_t number_format_shifted(double value, int exponent10, char ret_text[static NUMBER_TEXT_SIZE]);

/* value * 10^exponent10 by the same shift: 1.89 by 12 is exactly what `1890000000000` reads as. NaN
 * stays as it is; too large a result is an infinity, for the caller to refuse. */
double number_shift(double value, int exponent10);

/* Reads a decimal of the whole text, rounded correctly; no blanks, no hexadecimals, no inf or nan.
 * Too small a number is zero. */
must_check enum number_status number_parse(struct bytes text, double *ret_value);

/* For people, to follow the quoted text: "is not a number". Never NULL. */
const char *number_status_text(enum number_status status);

#endif
