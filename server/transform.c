/* SPDX-License-Identifier: MIT */
#include "server/transform.h"

#include <math.h>

#include "proto/obs_status.h"

bool transform_is_annual(enum transform_function function) {
  return function == TRANSFORM_CHANGE_FROM_YEAR_AGO ||
         function == TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO ||
         function == TRANSFORM_COMPOUNDED_ANNUAL_RATE ||
         function == TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL;
}

int64_t transform_reach(const struct transform *transform) {
  switch (transform->function) {
  case TRANSFORM_CHANGE:
  case TRANSFORM_PERCENT_CHANGE:
  case TRANSFORM_COMPOUNDED_ANNUAL_RATE:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL:
    return 1;
  case TRANSFORM_CHANGE_FROM_YEAR_AGO:
  case TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO:
    return transform->periods_a_year;
  case TRANSFORM_MOVING_AVERAGE:
    return transform->window - 1;
  case TRANSFORM_LOG:
  case TRANSFORM_INDEX:
  case TRANSFORM_CUMULATIVE:
  case TRANSFORM_SHARE:
  case TRANSFORM_FORMULA:
    return 0;
  }
  return 0;
}

/* The place of a status in the order T F B E I U P V; behind them all others. */
static size_t rank(uint8_t status) {
  static const char ORDER[] = "TFBEIUPV";
  const char *found = memchr(ORDER, status, sizeof ORDER - 1);
  return found == NULL ? sizeof ORDER : (size_t)(found - ORDER);
}

uint8_t transform_status(uint8_t own, uint8_t other) {
  return rank(other) < rank(own) ? other : own;
}

/* A result, or (not finite) that there is none. Whether it was undefined. */
static bool put(struct frame_row *row, double value, uint8_t status) {
  if (isfinite(value)) {
    row->value = value;
    row->status = status;
    return false;
  }
  frame_row_miss(row);
  return true;
}

/* NaN where the formula needs a positive value that is not. */
static double of_two(const struct transform *transform, double now, double then) {
  double p = transform->periods_a_year;
  switch (transform->function) {
  case TRANSFORM_CHANGE:
  case TRANSFORM_CHANGE_FROM_YEAR_AGO:
    return now - then;
  case TRANSFORM_PERCENT_CHANGE:
  case TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO:
    return then > 0 ? 100 * (now / then - 1) : (double)NAN;
  case TRANSFORM_COMPOUNDED_ANNUAL_RATE:
    return then > 0 && now >= 0 ? 100 * (pow(now / then, p) - 1) : (double)NAN;
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED:
    return then > 0 && now > 0 ? 100 * (log(now) - log(then)) : (double)NAN;
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL:
    return then > 0 && now > 0 ? 100 * p * (log(now) - log(then)) : (double)NAN;
  case TRANSFORM_LOG:
  case TRANSFORM_INDEX:
  case TRANSFORM_CUMULATIVE:
  case TRANSFORM_MOVING_AVERAGE:
  case TRANSFORM_SHARE:
  case TRANSFORM_FORMULA:
    break;
  }
  return (double)NAN;
}

/* From the last row to the first, so that a row's inputs are still as they were. */
static size_t apply_lag(const struct transform *transform, struct frame *frame) {
  int64_t lag = transform_reach(transform);
  size_t undefined = 0, then = frame->n, behind_break = frame->n;
  for (size_t i = frame->n; i-- > 0;) {
    struct frame_row *row = &frame->rows[i];
    /* Row behind_break - 1 is the last break up to this row. */
    behind_break = behind_break > i + 1 ? i + 1 : behind_break;
    while (behind_break > 0 && frame->rows[behind_break - 1].status != OBS_STATUS_BREAK)
      behind_break--;
    while (then > 0 && frame->rows[then - 1].period >= row->period - lag)
      then--;
    bool there = then < i && frame->rows[then].period == row->period - lag;
    if (!there || isnan(row->value) || isnan(frame->rows[then].value)) {
      frame_row_miss(row);
      continue;
    }
    uint8_t status = transform_status(row->status, frame->rows[then].status);
    if (behind_break > then + 1)
      status = transform_status(status, OBS_STATUS_BREAK);
    undefined += put(row, of_two(transform, row->value, frame->rows[then].value), status);
  }
  return undefined;
}

static size_t apply_log(struct frame *frame) {
  size_t undefined = 0;
  for (size_t i = 0; i < frame->n; i++) {
    struct frame_row *row = &frame->rows[i];
    if (isnan(row->value))
      frame_row_miss(row);
    else
      undefined += put(row, row->value > 0 ? log(row->value) : (double)NAN, row->status);
  }
  return undefined;
}

/* The sum and the number of values in the base range. */
static size_t sum_base(const struct transform *transform, const struct frame *frame,
                       double *ret_sum, uint8_t *ret_status) {
  size_t n = 0;
  struct sum sum = {0};
  *ret_status = OBS_STATUS_NORMAL;
  for (size_t i = frame_find(frame, transform->base_first);
       i < frame->n && frame->rows[i].period <= transform->base_last; i++) {
    if (isnan(frame->rows[i].value))
      continue;
    sum_add(&sum, frame->rows[i].value);
    *ret_status = transform_status(*ret_status, frame->rows[i].status);
    n++;
  }
  *ret_sum = sum_value(sum);
  return n;
}

size_t transform_base_count(const struct transform *transform, const struct frame *frame) {
  double sum;
  uint8_t status;
  return sum_base(transform, frame, &sum, &status);
}

static size_t apply_index(const struct transform *transform, struct frame *frame) {
  double sum;
  uint8_t status;
  size_t undefined = 0, n = sum_base(transform, frame, &sum, &status);
  double base = n == 0 ? (double)NAN : sum / (double)n;
  for (size_t i = 0; i < frame->n; i++) {
    struct frame_row *row = &frame->rows[i];
    if (isnan(row->value) || n == 0)
      frame_row_miss(row);
    else
      undefined += put(row, base > 0 ? 100 * (row->value / base) : (double)NAN,
                       transform_status(row->status, status));
  }
  return undefined;
}

/* A period that is missing is an input of all sums behind it. */
static size_t apply_cumulative(const struct transform *transform, struct frame *frame) {
  struct sum sum = {0};
  uint8_t status = OBS_STATUS_NORMAL;
  size_t undefined = 0;
  frame_cut(frame, transform->range_first, INT64_MAX);
  bool whole = true;
  for (size_t i = 0; i < frame->n; i++) {
    struct frame_row *row = &frame->rows[i];
    whole = whole && !isnan(row->value) && (i == 0 || row->period == row[-1].period + 1);
    if (!whole) {
      frame_row_miss(row);
      continue;
    }
    sum_add(&sum, row->value);
    status = i == 0 ? row->status : transform_status(row->status, status);
    undefined += put(row, sum_value(sum), status);
  }
  return undefined;
}

/* The sums from each row to the end of its block of `window` rows. A window reaches from within one
 * block into the next, so that its sum is one of these and one from the beginning of a block: two
 * additions a row however long the window is, and nothing is ever subtracted, which would carry
 * the rounding of all that left it. */
static void sum_ahead(struct frame *frame, size_t window) {
  for (size_t i = frame->n; i-- > 0;) {
    struct frame_row *row = &frame->rows[i];
    bool alone = i + 1 == frame->n || (i + 1) % window == 0;
    row->ahead = alone ? (struct sum){0} : row[1].ahead;
    sum_add(&row->ahead, row->value);
    row->ahead_status = alone ? row->status : transform_status(row->status, row[1].ahead_status);
  }
}

static size_t apply_average(const struct transform *transform, struct frame *frame) {
  size_t undefined = 0, window = (size_t)transform->window;
  struct sum sum = {0}; /* from the beginning of the block to the row */
  uint8_t status = OBS_STATUS_NORMAL;
  sum_ahead(frame, window);
  for (size_t i = 0; i < frame->n; i++) {
    struct frame_row *row = &frame->rows[i];
    bool begins = i % window == 0, whole_block = (i + 1) % window == 0;
    if (begins)
      sum = (struct sum){0};
    sum_add(&sum, row->value);
    status = begins ? row->status : transform_status(row->status, status);
    const struct frame_row *first = i + 1 >= window ? &row[1 - (ptrdiff_t)window] : NULL;
    bool whole = first != NULL && first->period == row->period - transform->window + 1;
    double all = whole ? (whole_block ? sum_value(sum) : sum_join(first->ahead, sum)) : (double)NAN;
    uint8_t shown = transform_status(row->status, status);
    if (isnan(all))
      frame_row_miss(row);
    else
      undefined += put(row, all / (double)window,
                       whole_block ? shown : transform_status(shown, first->ahead_status));
  }
  return undefined;
}

static size_t apply_other(const struct transform *transform, struct frame *frame) {
  const struct frame *other = transform->other;
  size_t undefined = 0, j = 0;
  bool needs_other = transform->function == TRANSFORM_SHARE || transform->formula->uses_y;
  for (size_t i = 0; i < frame->n; i++) {
    struct frame_row *row = &frame->rows[i];
    while (needs_other && j < other->n && other->rows[j].period < row->period)
      j++;
    bool there = needs_other && j < other->n && other->rows[j].period == row->period;
    double y = there ? other->rows[j].value : (double)NAN;
    if (isnan(row->value) || (needs_other && isnan(y))) {
      frame_row_miss(row);
      continue;
    }
    double value = transform->function == TRANSFORM_FORMULA
                       ? formula_value(transform->formula, row->value, y)
                   : y > 0 ? 100 * (row->value / y)
                           : (double)NAN;
    undefined +=
        put(row, value, there ? transform_status(row->status, other->rows[j].status) : row->status);
  }
  return undefined;
}

size_t transform_apply(const struct transform *transform, struct frame *frame) {
  for (size_t i = 0; i < frame->n; i++)
    frame->rows[i].comment = bytes_of(NULL, 0);
  switch (transform->function) {
  case TRANSFORM_CHANGE:
  case TRANSFORM_CHANGE_FROM_YEAR_AGO:
  case TRANSFORM_PERCENT_CHANGE:
  case TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO:
  case TRANSFORM_COMPOUNDED_ANNUAL_RATE:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL:
    return apply_lag(transform, frame);
  case TRANSFORM_LOG:
    return apply_log(frame);
  case TRANSFORM_INDEX:
    return apply_index(transform, frame);
  case TRANSFORM_CUMULATIVE:
    return apply_cumulative(transform, frame);
  case TRANSFORM_MOVING_AVERAGE:
    return apply_average(transform, frame);
  case TRANSFORM_SHARE:
  case TRANSFORM_FORMULA:
    return apply_other(transform, frame);
  }
  return 0;
}

const char *transform_words(enum transform_function function) {
  switch (function) {
  case TRANSFORM_CHANGE:
    return "change";
  case TRANSFORM_CHANGE_FROM_YEAR_AGO:
    return "change from a year ago";
  case TRANSFORM_PERCENT_CHANGE:
    return "percent change";
  case TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO:
    return "percent change from a year ago";
  case TRANSFORM_COMPOUNDED_ANNUAL_RATE:
    return "compounded annual rate of change";
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED:
    return "continuously compounded rate of change";
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL:
    return "continuously compounded annual rate of change";
  case TRANSFORM_LOG:
    return "natural logarithm";
  case TRANSFORM_INDEX:
    return "index";
  case TRANSFORM_CUMULATIVE:
    return "cumulative sum";
  case TRANSFORM_MOVING_AVERAGE:
    return "moving average";
  case TRANSFORM_SHARE:
    return "share";
  case TRANSFORM_FORMULA:
    return "formula";
  }
  return "?";
}
