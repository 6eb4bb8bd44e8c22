/* SPDX-License-Identifier: MIT */
/* What is done to the values of a series: FRED's transformations ("units" of its API,
 * https://fred.stlouisfed.org/docs/api/fred/series_observations.html#units) and some more. With
 * p = periods a year; t - n is by ordinal, never by row:
 *
 *   chg x(t) - x(t-1)               ch1 x(t) - x(t-p)
 *   pch 100 (x(t) / x(t-1) - 1)     pc1 100 (x(t) / x(t-p) - 1)
 *   pca 100 ((x(t) / x(t-1))^p - 1) cch 100 (ln x(t) - ln x(t-1))     cca p cch      log ln x(t)
 *
 * A result has no value (NaN, status O) where an input is missing or not there, and where the
 * formula needs a positive one that is not; only the latter is counted. The status of a result is
 * the first of T F B E I U P V that an input has, else the row's own; a break after t - n and up to
 * t counts as one. Pure functions. */
#ifndef BELLWETHER_SERVER_TRANSFORM_H
#define BELLWETHER_SERVER_TRANSFORM_H

#include "server/formula.h"
#include "server/frame.h"

enum transform_function {
  TRANSFORM_CHANGE = 1,
  TRANSFORM_CHANGE_FROM_YEAR_AGO,
  TRANSFORM_PERCENT_CHANGE,
  TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO,
  TRANSFORM_COMPOUNDED_ANNUAL_RATE,
  TRANSFORM_CONTINUOUSLY_COMPOUNDED,
  TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL,
  TRANSFORM_LOG,
  TRANSFORM_INDEX,
  TRANSFORM_CUMULATIVE,
  TRANSFORM_MOVING_AVERAGE,
  TRANSFORM_SHARE,
  TRANSFORM_FORMULA,
};

struct transform {
  enum transform_function function;
  int periods_a_year; /* of the functions that have p */
  int64_t window;     /* of MOVING_AVERAGE, at least 1 */
  int64_t base_first; /* of INDEX: the mean of this range is 100 */
  int64_t base_last;
  int64_t range_first; /* of CUMULATIVE: the sum begins here, and ends there */
  int64_t range_last;
  const struct frame *other;     /* of SHARE and FORMULA: y, of the same frequency */
  const struct formula *formula; /* of FORMULA */
};

/* Whether a function's formula has p. */
bool transform_is_annual(enum transform_function function);
/* How many periods before t the result at t needs. */
int64_t transform_reach(const struct transform *transform);
/* Replaces the values and statuses of the rows; CUMULATIVE drops those before its beginning.
 * Returns how many results have no value because the formula needs a positive (FORMULA: finite)
 * one. */
size_t transform_apply(const struct transform *transform, struct frame *frame);
/* Of INDEX: how many values the base range has; without one there is no index. */
size_t transform_base_count(const struct transform *transform, const struct frame *frame);

/* "percent change from a year ago". Never NULL. */
const char *transform_words(enum transform_function function);
/* The status of a result of two inputs, neither of which is missing: see above. */
uint8_t transform_status(uint8_t own, uint8_t other);

#endif
