/* SPDX-License-Identifier: MIT */
#include "server/align.h"

/* The periods of both, or of either, into `merged`; how many. */
static size_t merge(const struct period_set *set, const struct frame *frame, int64_t *merged) {
  size_t i = 0, j = 0, n = 0;
  while (i < set->n || j < frame->n) {
    bool ours = j == frame->n || (i < set->n && set->periods[i] < frame->rows[j].period);
    bool theirs = i == set->n || (j < frame->n && frame->rows[j].period < set->periods[i]);
    int64_t period = theirs ? frame->rows[j].period : set->periods[i];
    if (set->rule == ALIGN_UNION || (!ours && !theirs))
      merged[n++] = period;
    i += theirs ? 0 : 1;
    j += ours ? 0 : 1;
  }
  return n;
}

bool period_set_add(struct arena *arena, struct period_set *set, const struct frame *frame) {
  bool first = set->frequency == FREQUENCY_NONE;
  int64_t *merged = arena_array(arena, set->n + frame->n + 1, sizeof *merged);
  if (merged == NULL)
    return false;
  set->frequency = frame->frequency;
  if (first)
    for (size_t i = 0; i < frame->n; i++)
      merged[i] = frame->rows[i].period;
  set->n = first ? frame->n : merge(set, frame, merged);
  set->periods = merged;
  return true;
}

bool align_apply(struct arena *arena, const struct period_set *set, struct frame *frame) {
  struct frame_row *rows = arena_array(arena, set->n + 1, sizeof *rows);
  if (rows == NULL)
    return false;
  for (size_t i = 0, j = 0; i < set->n; i++) {
    while (j < frame->n && frame->rows[j].period < set->periods[i])
      j++;
    if (j < frame->n && frame->rows[j].period == set->periods[i]) {
      rows[i] = frame->rows[j];
      continue;
    }
    rows[i] = (struct frame_row){.period = set->periods[i]};
    frame_row_miss(&rows[i]);
  }
  frame->rows = rows;
  frame->n = set->n;
  return true;
}
