/* SPDX-License-Identifier: MIT */
#include "server/frame.h"

#include "proto/cache.h"
#include "proto/obs_status.h"

bool frame_of_columns(struct arena *arena, enum frequency frequency, const struct columns *columns,
                      struct frame *ret_frame) {
  struct frame frame = {.frequency = frequency, .n = columns->n};
  frame.rows = arena_array(arena, columns->n + 1, sizeof *frame.rows);
  if (frame.rows == NULL)
    return false;
  int64_t period = columns->first_period;
  for (size_t i = 0; i < columns->n; i++) {
    size_t release = columns->release_indexes == NULL ? 0 : columns->release_indexes[i];
    frame.rows[i] = (struct frame_row){
        .period = period,
        .value = columns->values[i],
        .status = columns->statuses == NULL ? OBS_STATUS_NORMAL : columns->statuses[i],
        .release_no = columns->n_releases == 0 ? 0 : columns->releases[release]};
    period += columns->steps == NULL || i + 1 == columns->n ? 1 : columns->steps[i];
  }
  for (size_t i = 0; i < columns->n_comments; i++)
    frame.rows[columns->comments[i].index].comment = columns->comments[i].text;
  *ret_frame = frame;
  return true;
}

/* The columns that every answer has. */
static bool plain_columns(struct arena *arena, const struct frame *frame, bool statuses,
                          struct columns *columns) {
  bool consecutive = true, normal = true;
  columns->n = frame->n;
  columns->values = arena_array(arena, frame->n + 1, sizeof *columns->values);
  columns->steps = arena_array(arena, frame->n + 1, sizeof *columns->steps);
  columns->statuses = arena_alloc(arena, frame->n + 1);
  if (columns->values == NULL || columns->steps == NULL || columns->statuses == NULL)
    return false;
  for (size_t i = 0; i < frame->n; i++) {
    const struct frame_row *row = &frame->rows[i];
    columns->values[i] = row->value;
    columns->statuses[i] = row->status;
    normal = normal && row->status == OBS_STATUS_NORMAL;
    if (i > 0)
      columns->steps[i - 1] = (int32_t)(row->period - row[-1].period);
    consecutive = consecutive && (i == 0 || row->period == row[-1].period + 1);
  }
  if (frame->n > 0) {
    columns->first_period = frame->rows[0].period;
    columns->last_period = frame->rows[frame->n - 1].period;
  }
  if (consecutive)
    columns->steps = NULL;
  if (normal || !statuses)
    columns->statuses = NULL;
  return true;
}

/* A dictionary of release numbers; 0, of rows that come from none, is one of them. */
static bool release_columns(struct arena *arena, const struct frame *frame,
                            struct columns *columns) {
  struct cache places = {0};
  columns->releases = arena_array(arena, frame->n + 1, sizeof *columns->releases);
  columns->release_indexes = arena_array(arena, frame->n + 1, sizeof *columns->release_indexes);
  if (columns->releases == NULL || columns->release_indexes == NULL)
    return false;
  for (size_t i = 0; i < frame->n; i++) {
    const uint32_t *no = &frame->rows[i].release_no;
    const uint32_t *place = cache_get(&places, bytes_of(no, sizeof *no));
    if (place == NULL) {
      place = &columns->releases[columns->n_releases];
      columns->releases[columns->n_releases++] = *no;
      if (!cache_put(&places, arena, bytes_of(no, sizeof *no), (void *)(uintptr_t)place))
        return false;
    }
    columns->release_indexes[i] = (uint32_t)(place - columns->releases);
  }
  if (columns->n_releases < 2)
    columns->release_indexes = NULL;
  return true;
}

static bool comment_columns(struct arena *arena, const struct frame *frame,
                            struct columns *columns) {
  columns->comments = arena_array(arena, frame->n + 1, sizeof *columns->comments);
  for (size_t i = 0; columns->comments != NULL && i < frame->n; i++)
    if (frame->rows[i].comment.size > 0)
      columns->comments[columns->n_comments++] =
          (struct row_comment){.index = (uint32_t)i, .text = frame->rows[i].comment};
  return columns->comments != NULL;
}

static bool bucket_columns(struct arena *arena, const struct frame *frame,
                           struct frame_columns *columns) {
  columns->counts = arena_array(arena, frame->n + 1, sizeof *columns->counts);
  columns->sizes = arena_array(arena, frame->n + 1, sizeof *columns->sizes);
  if (columns->counts == NULL || columns->sizes == NULL)
    return false;
  for (size_t i = 0; i < frame->n; i++) {
    columns->counts[i] = frame->rows[i].count;
    columns->sizes[i] = frame->rows[i].size;
  }
  return true;
}

bool frame_fits_columns(const struct frame *frame) {
  for (size_t i = 1; i < frame->n; i++)
    if (frame->rows[i].period - frame->rows[i - 1].period > INT32_MAX)
      return false;
  return true;
}

bool frame_to_columns(struct arena *arena, const struct frame *frame, unsigned asked,
                      struct frame_columns *ret_columns) {
  struct frame_columns made = {.counts = NULL};
  if (!plain_columns(arena, frame, (asked & READ_STATUSES) != 0, &made.columns) ||
      ((asked & READ_RELEASES) != 0 && !release_columns(arena, frame, &made.columns)) ||
      ((asked & READ_COMMENTS) != 0 && !comment_columns(arena, frame, &made.columns)) ||
      (frame->aggregated && !bucket_columns(arena, frame, &made)))
    return false;
  *ret_columns = made;
  return true;
}

size_t frame_find(const struct frame *frame, int64_t period) {
  size_t low = 0, high = frame->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (frame->rows[middle].period < period)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void frame_cut(struct frame *frame, int64_t first, int64_t last) {
  size_t from = frame_find(frame, first);
  size_t to = last == INT64_MAX ? frame->n : frame_find(frame, last + 1);
  frame->rows += from;
  frame->n = to > from ? to - from : 0;
}

void frame_keep(struct frame *frame, size_t first_n, size_t last_n) {
  if (first_n > 0 && frame->n > first_n)
    frame->n = first_n;
  if (last_n > 0 && frame->n > last_n) {
    frame->rows += frame->n - last_n;
    frame->n = last_n;
  }
}

void frame_row_miss(struct frame_row *row) {
  row->value = obs_nan();
  row->status = OBS_STATUS_MISSING;
}
