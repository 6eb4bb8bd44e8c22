/* SPDX-License-Identifier: MIT */
/* Reading the current figures, and the figures as of a point: blocks where nothing was revised
 * since, merged with history where something was. */
#include "storage/observations.h"

#include <math.h>

#include "proto/obs_status.h"
#include "storage/builder.h"
#include "storage/history.h"

/* Whether nothing that the series has lies behind the point, so that blocks tell all. */
static enum store_status is_current(struct store_txn *txn, const struct series_head *head,
                                    const struct as_of *as_of, bool *ret_current) {
  if (!as_of->bounded || head->n_releases == 0) {
    *ret_current = true;
    return STORE_OK;
  }
  return as_of_includes(txn, as_of, head->last_published_ms, head->last_release_no, ret_current);
}

static size_t expected_rows(const struct series_head *head, const struct range_query *query) {
  uint64_t n = head->n_observations;
  if (query->first > INT64_MIN / 4 && query->last < INT64_MAX / 4 && query->last >= query->first) {
    uint64_t span = (uint64_t)(query->last - query->first) + 1;
    n = span < n ? span : n;
  }
  if (query->max_rows > 0 && query->max_rows < n)
    n = query->max_rows;
  return (size_t)n;
}

static enum store_status read_forward(struct store_txn *txn, const struct series_head *head,
                                      const struct range_query *query, struct builder *builder) {
  scoped(block_walk_end) struct block_walk walk = {0};
  size_t left = query->max_rows == 0 ? SIZE_MAX : query->max_rows;
  enum store_status status = block_walk_begin(txn, head->handle, query->first, false, &walk);
  for (; status == STORE_OK && walk.block.first <= query->last; status = block_walk_next(&walk)) {
    size_t from = 0, to = 0;
    TRY(block_slice(&walk.block, query->first, query->last, builder->arena, &from, &to));
    builder->result.more = to - from > left;
    if (builder->result.more)
      to = from + left;
    TRY(builder_add_block(builder, &walk.block, from, to));
    left -= to - from;
    if (builder->result.more || walk.block.last >= query->last)
      return STORE_OK;
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* A part of a block that goes into an answer, and the one behind it. */
struct part {
  struct block block;
  size_t from;
  size_t to;
  const struct part *next;
};

static enum store_status add_parts(struct builder *builder, const struct part *part) {
  for (; part != NULL; part = part->next)
    TRY(builder_add_block(builder, &part->block, part->from, part->to));
  return STORE_OK;
}

/* Goes back until there are the last max_rows of the range, then adds them in their order. */
static enum store_status read_backward(struct store_txn *txn, const struct series_head *head,
                                       const struct range_query *query, struct builder *builder) {
  scoped(block_walk_end) struct block_walk walk = {0};
  struct part *first = NULL;
  size_t left = query->max_rows;
  enum store_status status = block_walk_begin(txn, head->handle, query->last, true, &walk);
  while (status == STORE_OK && walk.block.last >= query->first) {
    struct part *part = arena_alloc(builder->arena, sizeof *part);
    if (part == NULL)
      return STORE_NO_MEMORY;
    *part = (struct part){.block = walk.block, .next = first};
    TRY(block_slice(&walk.block, query->first, query->last, builder->arena, &part->from,
                    &part->to));
    size_t n = part->to - part->from;
    builder->result.more = n > left;
    if (n > left)
      part->from = part->to - left;
    left -= part->to - part->from;
    first = part;
    status = builder->result.more ? STORE_NOT_FOUND : block_walk_previous(&walk);
  }
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return status;
  return add_parts(builder, first);
}

/* Where the rows of an as-of read go; `full` once max_rows are there. */
struct as_of_reader {
  const struct range_query *query;
  struct builder *builder;
  bool full;
};

static enum store_status emit(struct as_of_reader *reader, const struct row *row) {
  size_t max_rows = reader->query->max_rows;
  if (max_rows > 0 && !reader->query->from_the_end && reader->builder->result.n == max_rows) {
    reader->full = reader->builder->result.more = true;
    return STORE_OK;
  }
  return builder_add_row(reader->builder, row);
}

static enum store_status emit_history(struct as_of_reader *reader, struct history_walk *history) {
  size_t n = 0;
  TRY(versions_included(history->txn, &history->versions, &reader->query->as_of, &n));
  size_t known = versions_known(history->versions.rows, n);
  if (known != SIZE_MAX)
    TRY(emit(reader, &history->versions.rows[known]));
  return history_walk_next(history);
}

static enum store_status emit_row(struct as_of_reader *reader, struct history_walk *history,
                                  const struct row *row) {
  while (!reader->full && !history->ended && history->period < row->period)
    TRY(emit_history(reader, history));
  if (reader->full)
    return STORE_OK;
  if (!history->ended && history->period == row->period)
    return emit_history(reader, history);
  bool included = false;
  TRY(as_of_includes(history->txn, &reader->query->as_of, row->published_ms, row->release_no,
                     &included));
  return included ? emit(reader, row) : STORE_OK;
}

static enum store_status read_as_of(struct store_txn *txn, const struct series_head *head,
                                    const struct range_query *query, struct builder *builder) {
  struct as_of_reader reader = {.query = query, .builder = builder};
  scoped(history_walk_end) struct history_walk history = {0};
  scoped(block_walk_end) struct block_walk walk = {0};
  TRY(history_walk_begin(txn, head->handle, query->first, query->last, builder->arena, &history));
  enum store_status status = block_walk_begin(txn, head->handle, query->first, false, &walk);
  for (; status == STORE_OK && !reader.full && walk.block.first <= query->last;
       status = block_walk_next(&walk)) {
    size_t from = 0, to = 0;
    struct rows rows = {.arena = builder->arena};
    TRY(block_slice(&walk.block, query->first, query->last, builder->arena, &from, &to));
    TRY(block_read(&walk.block, from, to, &rows));
    for (size_t i = 0; i < rows.n && !reader.full; i++)
      TRY(emit_row(&reader, &history, &rows.rows[i]));
  }
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return status;
  while (!reader.full && !history.ended)
    TRY(emit_history(&reader, &history));
  if (query->max_rows > 0 && query->from_the_end)
    builder_keep_last(builder, query->max_rows);
  return STORE_OK;
}

/* An open end is where the series ends: so its first block is found at once, and nobody looks for
 * one behind its last. */
static struct range_query within(const struct range_query *query, const struct series_head *head) {
  struct range_query narrowed = *query;
  if (head->n_observations == 0)
    return narrowed;
  if (narrowed.first < head->first_period)
    narrowed.first = head->first_period;
  if (narrowed.last > head->last_period)
    narrowed.last = head->last_period;
  return narrowed;
}

static enum store_status read_current(struct store_txn *txn, const struct series_head *head,
                                      const struct range_query *query, struct builder *builder) {
  struct range_query narrowed = within(query, head);
  if (query->max_rows > 0 && query->from_the_end)
    return read_backward(txn, head, &narrowed, builder);
  return read_forward(txn, head, &narrowed, builder);
}

enum store_status observations_read(struct store_txn *txn, const struct series_head *head,
                                    const struct range_query *query, struct arena *arena,
                                    struct columns *ret_columns) {
  bool current = false;
  struct builder builder;
  TRY(is_current(txn, head, &query->as_of, &current));
  TRY(builder_begin(&builder, arena, query->columns, expected_rows(head, query)));
  if (current)
    TRY(read_current(txn, head, query, &builder));
  else
    TRY(read_as_of(txn, head, query, &builder));
  *ret_columns = builder.result;
  return STORE_OK;
}

static bool counts(uint8_t status, double value, bool actual_only) {
  bool forecast = status == OBS_STATUS_FORECAST || status == OBS_STATUS_TARGET;
  return !isnan(value) && !(actual_only && forecast);
}

static enum store_status latest_of(const struct columns *columns, bool actual_only,
                                   struct latest *ret_latest) {
  int64_t period = columns->last_period;
  for (size_t i = columns->n; i > 0; i--) {
    uint8_t status = columns->statuses == NULL ? OBS_STATUS_NORMAL : columns->statuses[i - 1];
    if (counts(status, columns->values[i - 1], actual_only)) {
      size_t release = columns->release_indexes == NULL ? 0 : columns->release_indexes[i - 1];
      *ret_latest = (struct latest){.period = period,
                                    .value = columns->values[i - 1],
                                    .status = status,
                                    .release_no = columns->releases[release]};
      return STORE_OK;
    }
    if (i > 1)
      period -= columns->steps == NULL ? 1 : columns->steps[i - 2];
  }
  return STORE_NOT_FOUND;
}

enum store_status observations_latest(struct store_txn *txn, const struct series_head *head,
                                      const struct as_of *as_of, bool actual_only,
                                      struct latest *ret_latest) {
  bool current = false;
  TRY(is_current(txn, head, as_of, &current));
  if (current &&
      (!head->has_latest || counts(head->latest_status, head->latest_value, actual_only))) {
    if (!head->has_latest)
      return STORE_NOT_FOUND;
    *ret_latest = (struct latest){.period = head->latest_period,
                                  .value = head->latest_value,
                                  .status = head->latest_status,
                                  .release_no = head->latest_release_no};
    return STORE_OK;
  }
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX / 2);
  if (arena == NULL)
    return STORE_NO_MEMORY;
  struct range_query query = {.first = INT64_MIN,
                              .last = INT64_MAX,
                              .columns = READ_STATUSES | READ_RELEASES,
                              .as_of = *as_of,
                              .max_rows = 64,
                              .from_the_end = true};
  struct columns columns;
  TRY(observations_read(txn, head, &query, arena, &columns));
  enum store_status status = latest_of(&columns, actual_only, ret_latest);
  if (status != STORE_NOT_FOUND || !columns.more)
    return status;
  query.max_rows = 0;
  TRY(observations_read(txn, head, &query, arena, &columns));
  return latest_of(&columns, actual_only, ret_latest);
}
