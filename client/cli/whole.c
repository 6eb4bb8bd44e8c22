/* SPDX-License-Identifier: MIT */
#include "client/cli/whole.h"

#include "proto/scan.h"

enum { FAR_EXPONENT = 1000000000 }; /* Beyond it zeros and points in front cannot make up for it. */

/* magnitude * 10^exponent; zeros at the end are in the exponent. */
struct decimal {
  uint64_t magnitude;
  int64_t exponent;
  bool too_large;
};

static void times_ten(struct decimal *decimal, unsigned digit) {
  if (decimal->magnitude > (UINT64_MAX - digit) / 10)
    decimal->too_large = true;
  else
    decimal->magnitude = decimal->magnitude * 10 + digit;
}

static void add_digit(struct decimal *decimal, unsigned digit) {
  if (digit == 0) {
    decimal->exponent++;
    return;
  }
  for (; decimal->exponent > 0 && decimal->magnitude > 0 && !decimal->too_large;
       decimal->exponent--)
    times_ten(decimal, 0);
  decimal->exponent = 0;
  times_ten(decimal, digit);
}

/* False where there is none. */
static bool take_digits(struct scan *scan, struct decimal *decimal, int64_t *ret_count) {
  int64_t count = 0;
  for (; scan_is_digit(scan); scan->at++, count++)
    add_digit(decimal, (unsigned)(*scan->at - '0'));
  *ret_count = count;
  return count > 0;
}

static bool scan_power(struct scan *scan, int64_t *ret_power) {
  int64_t power = 0;
  if (!scan_char(scan, 'e') && !scan_char(scan, 'E'))
    return true;
  bool negative = scan_char(scan, '-');
  if (!negative)
    (void)scan_char(scan, '+');
  if (!scan_is_digit(scan))
    return false;
  for (; scan_is_digit(scan); scan->at++)
    if (power < FAR_EXPONENT)
      power = power * 10 + (*scan->at - '0');
  *ret_power = negative ? -power : power;
  return true;
}

bool whole_parse(struct bytes text, struct whole *ret_whole) {
  struct scan scan = scan_of(text);
  struct decimal decimal = {.magnitude = 0};
  int64_t n_whole, n_decimals = 0, power = 0;
  bool negative = scan_char(&scan, '-');
  if (!take_digits(&scan, &decimal, &n_whole))
    return false;
  if (scan_char(&scan, '.') && !take_digits(&scan, &decimal, &n_decimals))
    return false;
  if (!scan_power(&scan, &power) || !scan_at_end(&scan))
    return false;
  int64_t exponent = decimal.exponent - n_decimals + power;
  if (decimal.magnitude == 0 && !decimal.too_large)
    exponent = 0;
  if (exponent < 0)
    return false;
  for (; exponent > 0 && !decimal.too_large; exponent--)
    times_ten(&decimal, 0);
  if (decimal.too_large)
    return false;
  *ret_whole =
      (struct whole){.negative = negative && decimal.magnitude > 0, .magnitude = decimal.magnitude};
  return true;
}
