/* SPDX-License-Identifier: MIT */
#include "client/plot/ticks.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "proto/number.h"

/* Differences below this share of the values are not to be seen, nor to be written as labels. */
#define FLAT 1e-12
/* Below this the distance between two marks is no double of full precision. */
#define LEAST 1e-290
/* No greater step of ours is a double. */
#define GREATEST_STEP 1e308

static double is_finite(double value) {
  return fmin(fmax(value, -DBL_MAX), DBL_MAX);
}

static double size_of(double lo, double hi) {
  return fmax(fabs(lo), fabs(hi));
}

static void widen_flat(double *lo, double *hi) {
  double size = size_of(*lo, *hi);
  if (size < LEAST) {
    *lo = 0;
    *hi = 1;
  } else if (*hi / 2 - *lo / 2 <= size * FLAT) {
    double middle = *lo / 2 + *hi / 2;
    *lo = is_finite(middle - size / 2);
    *hi = is_finite(middle + size / 2);
  }
}

/* Power of ten of the labels: none up to 999,999 and down to a thousandth. */
static int shift_for(double size) {
  int magnitude = size == 0 ? 0 : (int)floor(log10(size) + 1e-9);
  if (magnitude >= 6 || magnitude < -3)
    return (int)floor(magnitude / 3.0) * 3;
  return 0;
}

static double tick_at(int64_t number, int exponent) {
  return number_shift((double)number, exponent);
}

/* The marks with one step; false where that takes more steps than there is room for. */
static bool try_step(struct value_ticks *ticks, size_t most) {
  double step = tick_at(ticks->step, ticks->exponent);
  if (step == 0 || !isfinite(step))
    return false;
  double first = floor(ticks->lo / step + 1e-9), last = ceil(ticks->hi / step - 1e-9);
  if (last <= first)
    last = first + 1;
  if (!(last - first <= (double)most) && step < GREATEST_STEP)
    return false;
  ticks->first = (int64_t)first * ticks->step;
  ticks->n = (size_t)(last - first) + 1;
  return true;
}

/* A mark beyond the greatest double is none. */
static void cut_infinite(struct value_ticks *ticks) {
  if (!isfinite(value_tick_at(ticks, 0))) {
    ticks->first += ticks->step;
    ticks->n--;
  }
  if (!isfinite(value_tick_at(ticks, ticks->n - 1)))
    ticks->n--;
}

struct value_ticks value_ticks_make(double lo, double hi, size_t most, bool zero) {
  static const int STEPS[] = {1, 2, 5};
  struct value_ticks ticks = {.n = 0};
  if (zero) {
    lo = fmin(lo, 0);
    hi = fmax(hi, 0);
  }
  widen_flat(&lo, &hi);
  ticks.lo = lo;
  ticks.hi = hi;
  ticks.exponent = (int)floor(log10((hi / 2 - lo / 2) / (double)most)) - 1;
  for (size_t i = 0;; i = (i + 1) % count_of(STEPS)) {
    ticks.step = STEPS[i];
    if (try_step(&ticks, most))
      break;
    ticks.exponent += i + 1 == count_of(STEPS);
  }
  cut_infinite(&ticks);
  ticks.lo = fmin(lo, value_tick_at(&ticks, 0));
  ticks.hi = fmax(hi, value_tick_at(&ticks, ticks.n - 1));
  ticks.shift = shift_for(size_of(ticks.lo, ticks.hi));
  return ticks;
}

static int64_t number_of(const struct value_ticks *ticks, size_t i) {
  return ticks->first + (int64_t)i * ticks->step;
}

double value_tick_at(const struct value_ticks *ticks, size_t i) {
  return tick_at(number_of(ticks, i), ticks->exponent);
}

double value_ticks_place(const struct value_ticks *ticks, double value) {
  if (size_of(ticks->lo, ticks->hi) < 1e300)
    return (value - ticks->lo) / (ticks->hi - ticks->lo);
  return (value / 2 - ticks->lo / 2) / (ticks->hi / 2 - ticks->lo / 2);
}

bool value_ticks_near_zero(double lo, double hi) {
  return (lo >= 0 && lo <= hi * 0.4) || (hi <= 0 && hi >= lo * 0.4);
}

void ticks_group(const char *digits, char *ret_text, size_t size) {
  size_t whole = strcspn(digits, "."), out = 0;
  for (size_t i = 0; digits[i] != '\0' && out + 2 < size; i++) {
    size_t left = whole - i;
    if (i > 0 && i < whole && left % 3 == 0 && digits[i - 1] != '-')
      ret_text[out++] = ',';
    ret_text[out++] = digits[i];
  }
  ret_text[out] = '\0';
}

void value_tick_text(const struct value_ticks *ticks, size_t i, char ret_text[TICK_TEXT_SIZE]) {
  int64_t number = number_of(ticks, i);
  int power = ticks->exponent - ticks->shift;
  int decimals = power < 0 ? -power : 0;
  char digits[NUMBER_TEXT_SIZE];
  snprintf(digits, sizeof digits, "%.*f", decimals, number_shift((double)number, power));
  ticks_group(digits, ret_text, TICK_TEXT_SIZE);
}
