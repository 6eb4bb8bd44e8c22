/* SPDX-License-Identifier: MIT */
#include "server/aggregate.h"

#include <math.h>

#include "proto/obs_status.h"
#include "server/sum.h"
#include "server/transform.h"

/* Day 0, 1970-01-01, was a Thursday. */
static bool is_weekend(int64_t day) {
  int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 0: Monday */
  return weekday >= 5;
}

bool aggregate_has_no_weekends(const struct frame *frame) {
  if (frame->frequency != FREQUENCY_D)
    return false;
  for (size_t i = 0; i < frame->n; i++)
    if (is_weekend(frame->rows[i].period))
      return false;
  return true;
}

static uint32_t bucket_size(const struct frame *coarse, int64_t bucket) {
  int64_t first = 0, last = -1;
  if (period_parts(coarse->frequency, bucket, coarse->fine, &first, &last) != PERIOD_OK)
    return 0;
  if (!coarse->weekdays)
    return (uint32_t)(last - first + 1);
  uint32_t n = 0;
  for (int64_t day = first; day <= last; day++)
    n += !is_weekend(day);
  return n;
}

/* Takes one value more into a bucket whose count says how many it has. */
static void take(struct frame_row *bucket, const struct frame_row *row,
                 enum aggregate_method method, struct sum *sum) {
  bool first = bucket->count++ == 0;
  bucket->release_no = row->release_no;
  bucket->status = first ? row->status : transform_status(row->status, bucket->status);
  switch (method) {
  case AGGREGATE_AVERAGE:
  case AGGREGATE_SUM:
    if (first)
      *sum = sum_of(row->value);
    else
      sum_add(sum, row->value);
    bucket->value = sum_value(*sum);
    return;
  case AGGREGATE_FIRST:
    bucket->value = first ? row->value : bucket->value;
    return;
  case AGGREGATE_LAST:
    bucket->value = row->value;
    return;
  case AGGREGATE_MIN:
    bucket->value = first || row->value < bucket->value ? row->value : bucket->value;
    return;
  case AGGREGATE_MAX:
    bucket->value = first || row->value > bucket->value ? row->value : bucket->value;
    return;
  }
}

static void finish(struct frame_row *bucket, enum aggregate_method method) {
  if (bucket->count > 0 && method == AGGREGATE_AVERAGE)
    bucket->value /= bucket->count;
  if (bucket->count == 0 || !isfinite(bucket->value))
    frame_row_miss(bucket);
}

/* Drops buckets with too few values, and counts those that stay without all. */
static size_t drop_thin(struct frame *frame, double min_coverage) {
  static const double ROUNDING = 1e-9;
  size_t kept = 0, incomplete = 0;
  for (size_t i = 0; i < frame->n; i++) {
    const struct frame_row *row = &frame->rows[i];
    if ((double)row->count + ROUNDING < min_coverage * (double)row->size)
      continue;
    incomplete += row->count < row->size;
    frame->rows[kept++] = *row;
  }
  frame->n = kept;
  return incomplete;
}

bool aggregate_apply(struct arena *arena, const struct aggregate *aggregate,
                     const struct frame *fine, struct frame *ret_coarse, size_t *ret_incomplete) {
  struct frame coarse = {.frequency = aggregate->frequency,
                         .aggregated = true,
                         .fine = fine->frequency,
                         .weekdays = aggregate->weekdays};
  coarse.rows = arena_array(arena, fine->n + 1, sizeof *coarse.rows);
  if (coarse.rows == NULL)
    return false;
  struct sum sum = {0};
  for (size_t i = 0; i < fine->n; i++) {
    const struct frame_row *row = &fine->rows[i];
    int64_t period = 0;
    /* A weekend's day is in no business day. */
    if (period_containing(fine->frequency, row->period, aggregate->frequency, &period) != PERIOD_OK)
      continue;
    struct frame_row *bucket = coarse.n == 0 ? NULL : &coarse.rows[coarse.n - 1];
    if (bucket == NULL || bucket->period != period) {
      bucket = &coarse.rows[coarse.n++];
      *bucket = (struct frame_row){.period = period, .size = bucket_size(&coarse, period)};
    }
    if (!isnan(row->value))
      take(bucket, row, aggregate->method, &sum);
  }
  for (size_t i = 0; i < coarse.n; i++)
    finish(&coarse.rows[i], aggregate->method);
  *ret_incomplete = drop_thin(&coarse, aggregate->min_coverage);
  *ret_coarse = coarse;
  return true;
}

void aggregate_complete(struct frame *coarse) {
  for (size_t i = 0; coarse->aggregated && i < coarse->n; i++)
    if (coarse->rows[i].size == 0)
      coarse->rows[i].size = bucket_size(coarse, coarse->rows[i].period);
}

const char *aggregate_words(enum aggregate_method method) {
  switch (method) {
  case AGGREGATE_AVERAGE:
    return "average";
  case AGGREGATE_SUM:
    return "sum";
  case AGGREGATE_FIRST:
    return "first value";
  case AGGREGATE_LAST:
    return "last value";
  case AGGREGATE_MIN:
    return "minimum";
  case AGGREGATE_MAX:
    return "maximum";
  }
  return "?";
}
