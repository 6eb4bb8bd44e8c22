/* SPDX-License-Identifier: MIT */
#include "server/fill.h"

#include <math.h>

#include "proto/obs_status.h"

enum { STATUS_IMPUTED = 'I' };

/* Rows in the making. */
struct filling {
  const struct fill *fill;
  struct frame_row *rows;
  size_t n;
  struct frame_row known; /* the last one with a value; release_no and value count */
  bool has_known;
};

/* Where insertion begins and ends: at open ends with the rows. */
static int64_t begin_of(const struct fill *fill, const struct frame *frame) {
  return fill->first != INT64_MIN || frame->n == 0 ? fill->first : frame->rows[0].period;
}

static int64_t end_of(const struct fill *fill, const struct frame *frame) {
  return fill->last != INT64_MAX || frame->n == 0 ? fill->last : frame->rows[frame->n - 1].period;
}

uint64_t fill_rows_max(const struct fill *fill, const struct frame *frame) {
  int64_t begin = begin_of(fill, frame), end = end_of(fill, frame);
  if (begin == INT64_MIN || end == INT64_MAX)
    return 0;
  uint64_t span = end < begin ? 0 : (uint64_t)end - (uint64_t)begin + 1;
  if (fill->insert_missing)
    return span + frame->n;
  uint64_t carried = (uint64_t)frame->n * ((uint64_t)fill->carry_forward + 1);
  return carried < span + frame->n ? carried : span + frame->n;
}

static bool may_carry(const struct filling *filling, int64_t period) {
  return filling->has_known && period - filling->known.period <= filling->fill->carry_forward;
}

static struct frame_row carried(const struct filling *filling, int64_t period) {
  struct frame_row row = filling->known;
  row.period = period;
  row.status = STATUS_IMPUTED;
  row.comment = bytes_of(NULL, 0);
  row.count = row.size = 0;
  return row;
}

static struct frame_row missing(int64_t period) {
  struct frame_row row = {.period = period};
  frame_row_miss(&row);
  return row;
}

/* The periods of the range from `from` to `to` have no row. */
static void fill_gap(struct filling *filling, int64_t from, int64_t to) {
  const struct fill *fill = filling->fill;
  for (int64_t period = from; period <= to; period++) {
    if (may_carry(filling, period))
      filling->rows[filling->n++] = carried(filling, period);
    else if (fill->insert_missing)
      filling->rows[filling->n++] = missing(period);
    else
      return;
  }
}

static void take_row(struct filling *filling, const struct frame_row *row) {
  bool fillable = isnan(row->value) && row->status != OBS_STATUS_CANNOT_EXIST;
  bool wanted = row->period >= filling->fill->first && row->period <= filling->fill->last;
  struct frame_row taken = *row;
  if (fillable && may_carry(filling, row->period)) {
    taken = carried(filling, row->period);
    taken.count = row->count;
    taken.size = row->size;
  }
  if (wanted)
    filling->rows[filling->n++] = taken;
  if (!isnan(row->value)) {
    filling->known = *row;
    filling->has_known = true;
  }
}

bool fill_apply(struct arena *arena, const struct fill *fill, struct frame *frame) {
  struct filling filling = {.fill = fill};
  int64_t begin = begin_of(fill, frame), end = end_of(fill, frame);
  if (begin == INT64_MIN || end == INT64_MAX)
    return true;
  filling.rows = arena_array(arena, fill_rows_max(fill, frame) + 1, sizeof *filling.rows);
  if (filling.rows == NULL)
    return false;
  int64_t next = begin;
  for (size_t i = 0; i < frame->n; i++) {
    const struct frame_row *row = &frame->rows[i];
    if (row->period > next)
      fill_gap(&filling, next, row->period - 1 < end ? row->period - 1 : end);
    take_row(&filling, row);
    next = row->period + 1 > begin ? row->period + 1 : begin;
  }
  if (next <= end)
    fill_gap(&filling, next, end);
  frame->rows = filling.rows;
  frame->n = filling.n;
  return true;
}

static bool passes(const struct row_filter *filter, const struct frame_row *row) {
  if (filter->statuses[0] != '\0' && strchr(filter->statuses, row->status) == NULL)
    return false;
  if (isnan(row->value))
    return !filter->drop_missing && !filter->has_min && !filter->has_max;
  return !(filter->has_min && row->value < filter->min) &&
         !(filter->has_max && row->value > filter->max);
}

void filter_apply(const struct row_filter *filter, struct frame *frame) {
  size_t kept = 0;
  for (size_t i = 0; i < frame->n; i++)
    if (passes(filter, &frame->rows[i]))
      frame->rows[kept++] = frame->rows[i];
  frame->n = kept;
}
