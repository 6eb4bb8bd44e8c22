/* SPDX-License-Identifier: MIT */
#include "storage/builder.h"

#include "proto/obs_status.h"
#include "storage/table.h"

/* A copy of the column with more room; NULL stays NULL. False: no memory. */
static bool widen(struct arena *arena, void **column, size_t n, size_t capacity, size_t item) {
  if (*column == NULL)
    return true;
  void *wider = arena_array(arena, capacity, item);
  if (wider == NULL)
    return false;
  memcpy(wider, *column, n * item);
  *column = wider;
  return true;
}

/* Values that are a block's own become the builder's, with room for what comes. */
static enum store_status own_values(struct builder *builder) {
  if (!builder->borrows)
    return STORE_OK;
  double *values = arena_array(builder->arena, builder->capacity, sizeof *values);
  if (values == NULL)
    return STORE_NO_MEMORY;
  if (builder->result.n > 0)
    memcpy(values, (const void *)builder->result.values, builder->result.n * sizeof *values);
  builder->result.values = values;
  builder->borrows = false;
  return STORE_OK;
}

static enum store_status reserve(struct builder *builder, size_t n) {
  struct columns *result = &builder->result;
  if (builder->capacity - result->n >= n)
    return own_values(builder);
  size_t capacity = builder->capacity * 2;
  if (capacity < result->n + n)
    capacity = result->n + n;
  TRY(own_values(builder));
  struct arena *arena = builder->arena;
  bool done =
      widen(arena, (void **)&result->values, result->n, capacity, sizeof(double)) &&
      widen(arena, (void **)&result->steps, result->n, capacity, sizeof(int32_t)) &&
      widen(arena, (void **)&result->statuses, result->n, capacity, 1) &&
      widen(arena, (void **)&result->release_indexes, result->n, capacity, sizeof(uint32_t));
  builder->capacity = capacity;
  return done ? STORE_OK : STORE_NO_MEMORY;
}

enum store_status builder_begin(struct builder *builder, struct arena *arena, unsigned columns,
                                size_t n_rows) {
  *builder =
      (struct builder){.arena = arena, .columns = columns, .capacity = n_rows + 1, .borrows = true};
  return (columns & READ_BORROWED) != 0 ? STORE_OK : own_values(builder);
}

/* steps[i] is the distance of row i + 1 from row i. All `n` rows so far are consecutive; of a block
 * that is being added they are more than those that are counted. */
static enum store_status need_steps(struct builder *builder, size_t n) {
  struct columns *result = &builder->result;
  if (result->steps != NULL)
    return STORE_OK;
  result->steps = arena_array(builder->arena, builder->capacity, sizeof(int32_t));
  if (result->steps == NULL)
    return STORE_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    result->steps[i] = 1;
  return STORE_OK;
}

/* Appends a period behind the others; the row itself is counted later. */
static enum store_status add_period(struct builder *builder, size_t at, int64_t period) {
  struct columns *result = &builder->result;
  if (at == 0) {
    result->first_period = result->last_period = period;
    return STORE_OK;
  }
  int64_t step = period - result->last_period;
  if (step < 1)
    return STORE_CORRUPT;
  if (step > INT32_MAX)
    return STORE_FAR_APART;
  if (step > 1)
    TRY(need_steps(builder, at));
  if (result->steps != NULL)
    result->steps[at - 1] = (int32_t)step;
  result->last_period = period;
  return STORE_OK;
}

static enum store_status need_statuses(struct builder *builder) {
  struct columns *result = &builder->result;
  if (result->statuses != NULL)
    return STORE_OK;
  result->statuses = arena_alloc(builder->arena, builder->capacity);
  if (result->statuses == NULL)
    return STORE_NO_MEMORY;
  memset(result->statuses, OBS_STATUS_NORMAL, result->n);
  return STORE_OK;
}

static enum store_status add_status(struct builder *builder, uint8_t status) {
  if (status != OBS_STATUS_NORMAL)
    TRY(need_statuses(builder));
  if (builder->result.statuses != NULL)
    builder->result.statuses[builder->result.n] = status;
  return STORE_OK;
}

static enum store_status dictionary_index(struct builder *builder, uint32_t no,
                                          uint32_t *ret_index) {
  struct columns *result = &builder->result;
  for (size_t i = result->n_releases; i > 0; i--) {
    if (result->releases[i - 1] == no) {
      *ret_index = (uint32_t)(i - 1);
      return STORE_OK;
    }
  }
  if (result->n_releases == builder->release_capacity) {
    size_t capacity = builder->release_capacity == 0 ? 4 : builder->release_capacity * 2;
    uint32_t *wider = arena_array(builder->arena, capacity, sizeof *wider);
    if (wider == NULL)
      return STORE_NO_MEMORY;
    if (result->n_releases > 0)
      memcpy(wider, result->releases, result->n_releases * sizeof *wider);
    result->releases = wider;
    builder->release_capacity = capacity;
  }
  *ret_index = (uint32_t)result->n_releases;
  result->releases[result->n_releases++] = no;
  return STORE_OK;
}

static enum store_status add_release(struct builder *builder, uint32_t no) {
  struct columns *result = &builder->result;
  uint32_t index = 0;
  TRY(dictionary_index(builder, no, &index));
  if (index > 0 && result->release_indexes == NULL) {
    result->release_indexes = arena_array(builder->arena, builder->capacity, sizeof(uint32_t));
    if (result->release_indexes == NULL)
      return STORE_NO_MEMORY;
    memset(result->release_indexes, 0, result->n * sizeof(uint32_t));
  }
  if (result->release_indexes != NULL)
    result->release_indexes[result->n] = index;
  return STORE_OK;
}

static enum store_status add_comment(struct builder *builder, struct bytes text) {
  struct columns *result = &builder->result;
  if (text.size == 0)
    return STORE_OK;
  if (result->n_comments == builder->comment_capacity) {
    size_t capacity = builder->comment_capacity == 0 ? 4 : builder->comment_capacity * 2;
    struct row_comment *wider = arena_array(builder->arena, capacity, sizeof *wider);
    if (wider == NULL)
      return STORE_NO_MEMORY;
    if (result->n_comments > 0)
      memcpy(wider, result->comments, result->n_comments * sizeof *wider);
    result->comments = wider;
    builder->comment_capacity = capacity;
  }
  result->comments[result->n_comments++] =
      (struct row_comment){.index = (uint32_t)result->n, .text = text};
  return STORE_OK;
}

enum store_status builder_add_row(struct builder *builder, const struct row *row) {
  TRY(reserve(builder, 1));
  struct columns *result = &builder->result;
  TRY(add_period(builder, result->n, row->period));
  result->values[result->n] = row->value;
  if ((builder->columns & READ_STATUSES) != 0)
    TRY(add_status(builder, row->status));
  if ((builder->columns & READ_RELEASES) != 0)
    TRY(add_release(builder, row->release_no));
  if ((builder->columns & READ_COMMENTS) != 0)
    TRY(add_comment(builder, row->comment));
  result->n++;
  return STORE_OK;
}

/* The columns that need more than copying. */
static enum store_status add_rows_of_block(struct builder *builder, const struct block *block,
                                           size_t from, size_t to) {
  struct rows rows = {.arena = builder->arena};
  TRY(block_read(block, from, to, &rows));
  for (size_t i = 0; i < rows.n; i++)
    TRY(builder_add_row(builder, &rows.rows[i]));
  return STORE_OK;
}

static enum store_status add_periods_of_block(struct builder *builder, const struct block *block,
                                              size_t from, size_t to) {
  struct columns *result = &builder->result;
  bool consecutive = (block->flags & BLOCK_CONSECUTIVE) != 0;
  int64_t *periods = NULL;
  if (!consecutive) {
    periods = arena_array(builder->arena, block->n, sizeof *periods);
    if (periods == NULL)
      return STORE_NO_MEMORY;
    if (!block_periods(block, periods))
      return STORE_CORRUPT;
  }
  int64_t first = consecutive ? block->first + (int64_t)from : periods[from];
  TRY(add_period(builder, result->n, first));
  if (consecutive && result->steps == NULL) {
    result->last_period = first + (int64_t)(to - from) - 1;
    return STORE_OK;
  }
  for (size_t i = from + 1; i < to; i++)
    TRY(add_period(builder, result->n + (i - from),
                   consecutive ? block->first + (int64_t)i : periods[i]));
  return STORE_OK;
}

enum store_status builder_add_block(struct builder *builder, const struct block *block, size_t from,
                                    size_t to) {
  if (from >= to)
    return STORE_OK;
  if ((builder->columns & (READ_RELEASES | READ_COMMENTS)) != 0)
    return add_rows_of_block(builder, block, from, to);
  size_t n = to - from;
  struct columns *result = &builder->result;
  bool borrows = builder->borrows && result->n == 0 && n <= builder->capacity;
  if (!borrows)
    TRY(reserve(builder, n));
  TRY(add_periods_of_block(builder, block, from, to));
  const uint8_t *values = block->values + 8 * from;
  if (borrows)
    result->values = (double *)(uintptr_t)values;
  else
    memcpy(result->values + result->n, values, 8 * n);
  if ((builder->columns & READ_STATUSES) != 0) {
    if (block->statuses != NULL)
      TRY(need_statuses(builder));
    if (result->statuses != NULL && block->statuses != NULL)
      memcpy(result->statuses + result->n, block->statuses + from, n);
    else if (result->statuses != NULL)
      memset(result->statuses + result->n, OBS_STATUS_NORMAL, n);
  }
  result->n += n;
  return STORE_OK;
}

static void shift_comments(struct columns *result, size_t dropped) {
  size_t kept = 0;
  for (size_t i = 0; i < result->n_comments; i++) {
    if (result->comments[i].index < dropped)
      continue;
    result->comments[kept] = result->comments[i];
    result->comments[kept++].index -= (uint32_t)dropped;
  }
  result->n_comments = kept;
}

void builder_keep_last(struct builder *builder, size_t n) {
  struct columns *result = &builder->result;
  if (n >= result->n)
    return;
  size_t dropped = result->n - n;
  for (size_t i = 0; i < dropped; i++)
    result->first_period += result->steps == NULL ? 1 : result->steps[i];
  result->values += dropped;
  result->steps = result->steps == NULL ? NULL : result->steps + dropped;
  result->statuses = result->statuses == NULL ? NULL : result->statuses + dropped;
  result->release_indexes =
      result->release_indexes == NULL ? NULL : result->release_indexes + dropped;
  shift_comments(result, dropped);
  builder->capacity -= dropped;
  result->n = n;
  result->more = true;
}
