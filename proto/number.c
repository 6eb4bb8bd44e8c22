/* SPDX-License-Identifier: MIT */
#include "proto/number.h"

#include <assert.h>
#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "proto/scan.h"

#define EXACT_INTEGER_MAX (UINT64_C(1) << 53) /* Every integer up to it is a double. */
#define SAFE_DIGITS_END 1e15  /* Below it a decimal survives the way through double. */
#define DIGITS_OF_SAFE 15     /* DBL_DIG */
#define DIGITS_OF_ANY 17      /* DBL_DECIMAL_DIG */
#define EXPONENT_FAR 100000   /* Where all is zero or infinite. */
#define PLAIN_EXPONENT_END 21 /* JavaScript's bounds of plain notation. */
#define PLAIN_EXPONENT_MIN (-6)

/* The powers of ten that are doubles. */
static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#define POWER_MAX ((int)count_of(powers_of_ten) - 1)

/* libc converts by the rules of a locale; this one has the point. It lives as long as the process.
 */
static locale_t plain_locale;
static pthread_once_t plain_locale_once = PTHREAD_ONCE_INIT;

static void make_plain_locale(void) {
  plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  assert(plain_locale != (locale_t)0);
}

static double convert_text(const char *text) {
  pthread_once(&plain_locale_once, make_plain_locale);
  return strtod_l(text, NULL, plain_locale);
}

/* integer * 10^exponent where both are doubles, so that one operation rounds, and rounds correctly.
 */
static bool convert_exact(uint64_t integer, int exponent, double *ret_value) {
  if (integer > EXACT_INTEGER_MAX || exponent > POWER_MAX || exponent < -POWER_MAX)
    return false;
  double value = (double)integer;
  *ret_value = exponent < 0 ? value / powers_of_ten[-exponent] : value * powers_of_ten[exponent];
  return true;
}

#if defined __x86_64__ && LDBL_MANT_DIG == 64
/* The same in the processor's numbers of 64 bits, which hold every integer and 10^27. Rounded
 * twice, it is as if rounded once, unless the first rounding came to within a unit of the middle
 * between two doubles. */
static bool convert_wide(uint64_t integer, int exponent, double *ret_value) {
  static const long double POWERS[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                       1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                       1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                       1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
  const int most = (int)count_of(POWERS) - 1;
  const uint64_t below_double = (1U << (LDBL_MANT_DIG - DBL_MANT_DIG)) - 1;
  if (exponent > most || exponent < -most)
    return false;
  long double wide = (long double)integer;
  wide = exponent < 0 ? wide / POWERS[-exponent] : wide * POWERS[exponent];
  uint64_t mantissa;
  memcpy(&mantissa, &wide, sizeof mantissa);
  uint64_t rest = mantissa & below_double, middle = (below_double + 1) / 2;
  if (rest + 1 >= middle && rest <= middle + 1)
    return false;
  *ret_value = (double)wide;
  return true;
}
#else
static bool convert_wide(uint64_t integer, int exponent, double *ret_value) {
  (void)integer;
  (void)exponent;
  (void)ret_value;
  return false;
}
#endif

static bool convert(uint64_t integer, int exponent, double *ret_value) {
  return convert_exact(integer, exponent, ret_value) || convert_wide(integer, exponent, ret_value);
}

/* The nearest double of a decimal; its exponent may be any. */
static double value_of_decimal(const struct number_decimal *decimal) {
  uint64_t integer = 0;
  for (int i = 0; i < decimal->n_digits; i++)
    integer = integer * 10 + (uint64_t)(decimal->digits[i] - '0');
  int exponent = decimal->exponent - (decimal->n_digits - 1);
  double value = 0;
  if (integer != 0 && !convert(integer, exponent, &value)) {
    char text[NUMBER_TEXT_SIZE];
    snprintf(text, sizeof text, "%.*se%d", decimal->n_digits, decimal->digits, exponent);
    value = convert_text(text);
  }
  return decimal->negative ? -value : value;
}

static void strip_zeros(struct number_decimal *decimal) {
  while (decimal->n_digits > 1 && decimal->digits[decimal->n_digits - 1] == '0')
    decimal->n_digits--;
}

/* integer / 10^scale, integer > 0. */
static struct number_decimal decimal_of_integer(uint64_t integer, int scale) {
  struct number_decimal decimal = {.n_digits = 0};
  char reversed[20];
  while (integer != 0) {
    reversed[decimal.n_digits++] = (char)('0' + integer % 10);
    integer /= 10;
  }
  for (int i = 0; i < decimal.n_digits; i++)
    decimal.digits[i] = reversed[decimal.n_digits - 1 - i];
  decimal.exponent = decimal.n_digits - 1 - scale;
  strip_zeros(&decimal);
  return decimal;
}

/* Published figures have few decimals: the least scale at which the value is a quotient of an
 * integer below 10^15 and a power of ten is its shortest decimal, since two decimals of 15 digits
 * are never one double. */
static bool decimal_by_scaling(double value, struct number_decimal *ret_decimal) {
  for (int scale = 0; scale <= POWER_MAX; scale++) {
    double scaled = value * powers_of_ten[scale];
    if (scaled >= SAFE_DIGITS_END)
      return false;
    double integer = nearbyint(scaled);
    if (integer > 0 && integer / powers_of_ten[scale] == value) {
      *ret_decimal = decimal_of_integer((uint64_t)integer, scale);
      return true;
    }
  }
  return false;
}

/* Rounded to n digits by libc, whose point may be any bytes of the locale. */
static struct number_decimal decimal_by_printing(double value, int n_digits) {
  char text[64];
  struct number_decimal decimal = {.n_digits = 0};
  snprintf(text, sizeof text, "%.*e", n_digits - 1, value);
  char *at = text;
  for (; *at != 'e'; at++) {
    if (*at >= '0' && *at <= '9')
      decimal.digits[decimal.n_digits++] = *at;
  }
  decimal.exponent = (int)strtol(at + 1, NULL, 10);
  strip_zeros(&decimal);
  return decimal;
}

/* The next greater decimal of n digits. */
static struct number_decimal decimal_above(struct number_decimal decimal, int n_digits) {
  while (decimal.n_digits < n_digits)
    decimal.digits[decimal.n_digits++] = '0';
  int at = n_digits - 1;
  while (at >= 0 && decimal.digits[at] == '9')
    decimal.digits[at--] = '0';
  if (at >= 0) {
    decimal.digits[at]++;
  } else {
    decimal.digits[0] = '1';
    decimal.exponent++;
  }
  strip_zeros(&decimal);
  return decimal;
}

/* Above a power of two doubles lie twice as far apart as below it, so that a decimal above it may
 * read back where the nearest one, which is below, does not. */
static bool is_power_of_two(double value) {
  int exponent;
  return frexp(value, &exponent) == 0.5;
}

static struct number_decimal decimal_by_trying(double value) {
  int least = value < DBL_MIN ? 1 : DIGITS_OF_SAFE;
  for (int n_digits = least; n_digits < DIGITS_OF_ANY; n_digits++) {
    struct number_decimal decimal = decimal_by_printing(value, n_digits);
    if (value_of_decimal(&decimal) == value)
      return decimal;
    if (is_power_of_two(value)) {
      decimal = decimal_above(decimal, n_digits);
      if (value_of_decimal(&decimal) == value)
        return decimal;
    }
  }
  return decimal_by_printing(value, DIGITS_OF_ANY);
}

struct number_decimal number_decimal_of(double value) {
  assert(isfinite(value));
  struct number_decimal decimal = {.n_digits = 1, .digits = "0"};
  double magnitude = fabs(value);
  if (magnitude != 0 && !decimal_by_scaling(magnitude, &decimal))
    decimal = decimal_by_trying(magnitude);
  decimal.negative = signbit(value);
  return decimal;
}

static char *put_char(char *at, char character) {
  *at = character;
  return at + 1;
}

static char *put_digits(char *at, const char *digits, int n_digits) {
  memcpy(at, digits, (size_t)n_digits);
  return at + n_digits;
}

static char *put_zeros(char *at, int n) {
  memset(at, '0', (size_t)n);
  return at + n;
}

/* `1.5e+21`, `1e-7`. */
static char *put_scientific(char *at, const struct number_decimal *decimal) {
  at = put_char(at, decimal->digits[0]);
  if (decimal->n_digits > 1)
    at = put_digits(put_char(at, '.'), decimal->digits + 1, decimal->n_digits - 1);
  int exponent = decimal->exponent;
  at = put_char(put_char(at, 'e'), exponent < 0 ? '-' : '+');
  return at + snprintf(at, 12, "%d", exponent < 0 ? -exponent : exponent);
}

/* `2100000000000`, `1.89`, `0.00001`. */
static char *put_plain(char *at, const struct number_decimal *decimal) {
  int before_point = decimal->exponent + 1;
  if (before_point <= 0) {
    at = put_zeros(put_digits(at, "0.", 2), -before_point);
    return put_digits(at, decimal->digits, decimal->n_digits);
  }
  if (before_point >= decimal->n_digits) {
    at = put_digits(at, decimal->digits, decimal->n_digits);
    return put_zeros(at, before_point - decimal->n_digits);
  }
  at = put_char(put_digits(at, decimal->digits, before_point), '.');
  return put_digits(at, decimal->digits + before_point, decimal->n_digits - before_point);
}

static size_t format_decimal(const struct number_decimal *decimal, char *ret_text) {
  char *at = ret_text;
  if (decimal->negative)
    at = put_char(at, '-');
  bool is_plain = decimal->exponent >= PLAIN_EXPONENT_MIN && decimal->exponent < PLAIN_EXPONENT_END;
  at = is_plain ? put_plain(at, decimal) : put_scientific(at, decimal);
  *at = '\0';
  return (size_t)(at - ret_text);
}

static size_t format_special(double value, char *ret_text) {
  const char *text = isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  memcpy(ret_text, text, strlen(text) + 1);
  return strlen(text);
}

static bool is_zero(const struct number_decimal *decimal) {
  return decimal->digits[0] == '0';
}

size_t number_format_shifted(double value, int exponent10, char ret_text[static NUMBER_TEXT_SIZE]) {
  assert(exponent10 >= -NUMBER_SHIFT_MAX && exponent10 <= NUMBER_SHIFT_MAX);
  if (!isfinite(value))
    return format_special(value, ret_text);
  struct number_decimal decimal = number_decimal_of(value);
  if (!is_zero(&decimal))
    decimal.exponent += exponent10;
  return format_decimal(&decimal, ret_text);
}

size_t number_format(double value, char ret_text[static NUMBER_TEXT_SIZE]) {
  return number_format_shifted(value, 0, ret_text);
}

double number_shift(double value, int exponent10) {
  assert(exponent10 >= -NUMBER_SHIFT_MAX && exponent10 <= NUMBER_SHIFT_MAX);
  if (!isfinite(value) || exponent10 == 0)
    return value;
  struct number_decimal decimal = number_decimal_of(value);
  decimal.exponent += exponent10;
  return value_of_decimal(&decimal);
}

/* What the text of a number says, if it is short enough to be held exactly. */
struct scanned_number {
  bool negative;
  bool is_exact; /* integer * 10^exponent is all of it */
  uint64_t integer;
  int exponent;
};

/* Eight digits at once, the first in the lowest byte: pairs, fours and all are joined side by side.
 * False: they are not all digits. */
static bool read_eight(const uint8_t *at, uint64_t *ret_number) {
  const uint64_t each = UINT64_C(0x0101010101010101);
  uint64_t eight;
  memcpy(&eight, at, sizeof eight);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
  eight = __builtin_bswap64(eight);
#endif
  eight ^= '0' * each;
  /* A digit is 0 to 9 now: it has no bit of the upper half, also when 6 is added. */
  if (((eight | (eight + 6 * each)) & 0xf0 * each) != 0)
    return false;
  eight = (eight * 10 + (eight >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
  eight = (eight * 100 + (eight >> 16)) & UINT64_C(0x0000ffff0000ffff);
  *ret_number = (eight * 10000 + (eight >> 32)) & UINT64_C(0xffffffff);
  return true;
}

/* Takes digits, adding them to the integer while it can hold them; returns how many there were. */
static int scan_run(struct scan *scan, struct scanned_number *number) {
  const uint64_t room_for_eight = UINT64_C(100000000000);
  const uint8_t *at = scan->at, *end = scan->end;
  uint64_t integer = number->integer, eight;
  while (end - at >= 8 && integer < room_for_eight && read_eight(at, &eight)) {
    integer = integer * 100000000 + eight;
    at += 8;
  }
  for (unsigned digit; at != end && (digit = *at - (unsigned)'0') <= 9; at++) {
    if (integer > (UINT64_MAX - 9) / 10)
      number->is_exact = false;
    else
      integer = integer * 10 + digit;
  }
  int n_digits = (int)(at - scan->at);
  number->integer = integer;
  scan->at = at;
  return n_digits;
}

/* `e5`, `E+05`, `e-5`: adds it to the exponent. */
static bool scan_exponent(struct scan *scan, struct scanned_number *number) {
  if (!scan_char(scan, 'e') && !scan_char(scan, 'E'))
    return true;
  bool negative = scan_char(scan, '-');
  if (!negative)
    (void)scan_char(scan, '+');
  if (!scan_is_digit(scan))
    return false;
  int exponent = 0;
  for (; scan_is_digit(scan); scan->at++) {
    if (exponent < EXPONENT_FAR)
      exponent = exponent * 10 + (*scan->at - '0');
  }
  number->exponent += negative ? -exponent : exponent;
  return true;
}

static bool scan_number(struct scan *scan, struct scanned_number *ret_number) {
  struct scanned_number number = {.is_exact = true};
  number.negative = scan_char(scan, '-');
  if (!number.negative)
    (void)scan_char(scan, '+');
  int n_whole = scan_run(scan, &number);
  if (scan_char(scan, '.')) {
    int n_decimals = scan_run(scan, &number);
    number.exponent = -n_decimals;
    if (n_decimals == 0)
      return false;
  } else if (n_whole == 0) {
    return false;
  }
  if (!scan_exponent(scan, &number) || !scan_at_end(scan))
    return false;
  *ret_number = number;
  return true;
}

enum number_status number_parse(struct bytes text, double *ret_value) {
  struct scanned_number number;
  double value = 0;
  if (text.size > NUMBER_PARSE_MAX_BYTES)
    return NUMBER_TOO_LONG;
  struct scan scan = scan_of(text);
  if (!scan_number(&scan, &number))
    return NUMBER_SYNTAX;
  if (number.is_exact && convert(number.integer, number.exponent, &value)) {
    *ret_value = number.negative ? -value : value;
    return NUMBER_OK;
  }
  char copy[NUMBER_PARSE_MAX_BYTES + 1];
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  value = convert_text(copy);
  if (!isfinite(value))
    return NUMBER_TOO_LARGE;
  *ret_value = value;
  return NUMBER_OK;
}

const char *number_status_text(enum number_status status) {
  switch (status) {
  case NUMBER_OK:
    return "is a number";
  case NUMBER_SYNTAX:
    return "is not a number";
  case NUMBER_TOO_LARGE:
    return "is too large a number";
  case NUMBER_TOO_LONG:
    return "is too long for a number";
  }
  return "is not a number";
}
