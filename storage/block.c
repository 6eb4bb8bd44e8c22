/* SPDX-License-Identifier: MIT */
#include "storage/block.h"

#include "proto/obs_status.h"
#include "storage/layout.h"

enum store_status rows_reserve(struct rows *rows, size_t n) {
  if (rows->capacity - rows->n >= n)
    return STORE_OK;
  size_t capacity = rows->capacity * 2 > rows->n + n ? rows->capacity * 2 : rows->n + n;
  struct row *grown = arena_array(rows->arena, capacity, sizeof *grown);
  if (grown == NULL)
    return STORE_NO_MEMORY;
  if (rows->n > 0)
    memcpy(grown, rows->rows, rows->n * sizeof *grown);
  rows->rows = grown;
  rows->capacity = capacity;
  return STORE_OK;
}

enum store_status rows_add(struct rows *rows, const struct row *row) {
  enum store_status status = rows_reserve(rows, 1);
  if (status == STORE_OK)
    rows->rows[rows->n++] = *row;
  return status;
}

bool block_open(int64_t first, struct bytes value, struct block *ret_block) {
  if (value.size < BLOCK_HEADER_BYTES)
    return false;
  struct reader reader = {value.data + BLOCK_HEADER_BYTES, value.size - BLOCK_HEADER_BYTES, false};
  struct block block = {
      .n = get_u16(value.data),
      .flags = get_u16(value.data + 2),
      .first = first,
      .last = get_i64(value.data + 8),
      .previous_last = get_i64(value.data + 16),
      .max_published_ms = get_i64(value.data + 24),
  };
  block.values = read_bytes(&reader, block.n * 8).data;
  block.steps = read_bytes(&reader, get_u32(value.data + 4));
  if ((block.flags & BLOCK_ALL_NORMAL) == 0)
    block.statuses = read_bytes(&reader, block.n).data;
  block.rest = bytes_of(reader.data, reader.left);
  bool span_fits = block.last >= first && (uint64_t)(block.last - first) + 1 >= block.n;
  if (reader.broken || block.n == 0 || !span_fits)
    return false;
  *ret_block = block;
  return true;
}

bool block_periods(const struct block *block, int64_t *ret_periods) {
  ret_periods[0] = block->first;
  struct reader reader = {block->steps.data, block->steps.size, false};
  bool consecutive = (block->flags & BLOCK_CONSECUTIVE) != 0;
  for (size_t i = 1; i < block->n; i++) {
    uint64_t step = consecutive ? 1 : read_varint(&reader);
    if (step == 0 || step > INT32_MAX)
      return false;
    ret_periods[i] = ret_periods[i - 1] + (int64_t)step;
  }
  return !reader.broken && ret_periods[block->n - 1] == block->last;
}

/* Where the part behind the release dictionary begins. */
static bool read_dictionary(const struct block *block, struct reader *reader,
                            struct block_release *ret_releases, size_t *ret_n) {
  *reader = (struct reader){block->rest.data, block->rest.size, false};
  uint64_t n = read_varint(reader);
  if (n == 0 || n > block->n)
    return false;
  for (size_t i = 0; i < n; i++) {
    struct block_release release = {.no = read_u32(reader), .published_ms = read_i64(reader)};
    if (ret_releases != NULL)
      ret_releases[i] = release;
  }
  *ret_n = (size_t)n;
  return !reader->broken;
}

static bool read_indexes(const struct block *block, struct reader *reader, size_t n_releases,
                         uint32_t *ret_indexes) {
  for (size_t i = 0; i < block->n; i++) {
    uint64_t index = n_releases == 1 ? 0 : read_varint(reader);
    if (index >= n_releases)
      return false;
    if (ret_indexes != NULL)
      ret_indexes[i] = (uint32_t)index;
  }
  return !reader->broken;
}

bool block_releases(const struct block *block, struct block_release *ret_releases,
                    size_t *ret_n_releases, uint32_t *ret_indexes) {
  struct reader reader;
  return read_dictionary(block, &reader, ret_releases, ret_n_releases) &&
         read_indexes(block, &reader, *ret_n_releases, ret_indexes);
}

bool block_comments(const struct block *block, struct bytes *ret_comments) {
  for (size_t i = 0; i < block->n; i++)
    ret_comments[i] = bytes_of(NULL, 0);
  if ((block->flags & BLOCK_HAS_COMMENTS) == 0)
    return true;
  struct reader reader;
  size_t n_releases = 0;
  if (!read_dictionary(block, &reader, NULL, &n_releases) ||
      !read_indexes(block, &reader, n_releases, NULL))
    return false;
  uint64_t n = read_varint(&reader);
  for (uint64_t i = 0; i < n && !reader.broken; i++) {
    uint64_t index = read_varint(&reader);
    uint64_t size = read_varint(&reader);
    if (index >= block->n)
      return false;
    ret_comments[index] = read_bytes(&reader, size);
  }
  return !reader.broken;
}

enum store_status block_read(const struct block *block, size_t from, size_t to, struct rows *rows) {
  struct arena *arena = rows->arena;
  int64_t *periods = arena_array(arena, block->n, sizeof *periods);
  uint32_t *indexes = arena_array(arena, block->n, sizeof *indexes);
  struct block_release *releases = arena_array(arena, block->n, sizeof *releases);
  struct bytes *comments = arena_array(arena, block->n, sizeof *comments);
  if (periods == NULL || indexes == NULL || releases == NULL || comments == NULL)
    return STORE_NO_MEMORY;
  size_t n_releases = 0;
  if (!block_periods(block, periods) || !block_comments(block, comments) ||
      !block_releases(block, releases, &n_releases, indexes))
    return STORE_CORRUPT;
  enum store_status status = rows_reserve(rows, to - from);
  for (size_t i = from; i < to && status == STORE_OK; i++)
    rows->rows[rows->n++] = (struct row){
        .period = periods[i],
        .value = get_f64(block->values + 8 * i),
        .status = block->statuses == NULL ? OBS_STATUS_NORMAL : block->statuses[i],
        .release_no = releases[indexes[i]].no,
        .published_ms = releases[indexes[i]].published_ms,
        .comment = comments[i],
    };
  return status;
}

/* Sizes while rows are added one by one. */
struct measure {
  size_t n;
  size_t steps;
  bool consecutive;
  bool all_normal;
  size_t n_releases;
  size_t indexes;
  size_t comments;
  size_t n_comments;
  uint32_t releases[BLOCK_ROWS_MAX];
};

static size_t find_release(struct measure *measure, uint32_t no) {
  for (size_t i = measure->n_releases; i > 0; i--)
    if (measure->releases[i - 1] == no)
      return i - 1;
  measure->releases[measure->n_releases] = no;
  return measure->n_releases++;
}

static void measure_add(struct measure *measure, const struct row *rows, size_t i) {
  if (i > 0) {
    uint64_t step = (uint64_t)(rows[i].period - rows[i - 1].period);
    measure->steps += varint_size(step);
    measure->consecutive = measure->consecutive && step == 1;
  }
  measure->all_normal = measure->all_normal && rows[i].status == OBS_STATUS_NORMAL;
  measure->indexes += varint_size(find_release(measure, rows[i].release_no));
  if (rows[i].comment.size > 0) {
    size_t size = rows[i].comment.size;
    measure->comments += varint_size(i) + varint_size(size) + size;
    measure->n_comments++;
  }
  measure->n++;
}

static size_t measured(const struct measure *measure) {
  size_t size = BLOCK_HEADER_BYTES + 8 * measure->n;
  size += measure->consecutive ? 0 : measure->steps;
  size += measure->all_normal ? 0 : measure->n;
  size += varint_size(measure->n_releases) + 12 * measure->n_releases;
  size += measure->n_releases < 2 ? 0 : measure->indexes;
  size += measure->n_comments == 0 ? 0 : varint_size(measure->n_comments) + measure->comments;
  return size;
}

size_t block_choose(const struct row *rows, size_t n) {
  struct measure measure = {.consecutive = true, .all_normal = true};
  size_t small = 0, fitting = 0, size = 0;
  for (size_t i = 0; i < n && i < BLOCK_ROWS_MAX; i++) {
    measure_add(&measure, rows, i);
    size_t longer = measured(&measure);
    if (longer > BLOCK_LARGE_BYTES)
      break;
    size = longer;
    fitting = i + 1;
    if (size <= BLOCK_SMALL_BYTES)
      small = i + 1;
  }
  if (fitting == 0)
    return 1;
  if (size >= BLOCK_LARGE_LEAST || small == fitting || small == 0)
    return fitting;
  /* Too small for a page of its own, and what follows does not fit: half a page wastes less. */
  if (fitting < n)
    return small;
  /* The rest of a series, too small for pages of its own: two halves share pages better. */
  return (n + 1) / 2 < small ? (n + 1) / 2 : small;
}

static uint8_t *encode_dictionary(uint8_t *place, const struct row *rows, size_t n,
                                  struct measure *measure, int64_t *ret_max_published_ms) {
  int64_t max_published_ms = INT64_MIN;
  place += varint_put(place, measure->n_releases);
  size_t known = 0;
  for (size_t i = 0; i < n && known < measure->n_releases; i++) {
    if (rows[i].release_no != measure->releases[known])
      continue;
    put_u32(place, rows[i].release_no);
    put_i64(place + 4, rows[i].published_ms);
    place += 12;
    known++;
    if (rows[i].published_ms > max_published_ms)
      max_published_ms = rows[i].published_ms;
  }
  for (size_t i = 0; i < n && measure->n_releases > 1; i++)
    place += varint_put(place, find_release(measure, rows[i].release_no));
  *ret_max_published_ms = max_published_ms;
  return place;
}

static uint8_t *encode_comments(uint8_t *place, const struct row *rows, size_t n,
                                size_t n_comments) {
  place += varint_put(place, n_comments);
  for (size_t i = 0; i < n; i++) {
    if (rows[i].comment.size == 0)
      continue;
    place += varint_put(place, i);
    place += varint_put(place, rows[i].comment.size);
    memcpy(place, rows[i].comment.data, rows[i].comment.size);
    place += rows[i].comment.size;
  }
  return place;
}

enum store_status block_encode(const struct row *rows, size_t n, int64_t previous_last,
                               struct arena *arena, struct bytes *ret_value) {
  if (n == 0 || n > BLOCK_ROWS_MAX)
    return STORE_LIMIT;
  struct measure measure = {.consecutive = true, .all_normal = true};
  for (size_t i = 0; i < n; i++)
    measure_add(&measure, rows, i);
  uint8_t *value = arena_alloc(arena, measured(&measure));
  if (value == NULL)
    return STORE_NO_MEMORY;
  uint8_t *place = value + BLOCK_HEADER_BYTES;
  for (size_t i = 0; i < n; i++)
    put_f64(place + 8 * i, rows[i].value);
  place += 8 * n;
  uint8_t *steps = place;
  for (size_t i = 1; i < n && !measure.consecutive; i++)
    place += varint_put(place, (uint64_t)(rows[i].period - rows[i - 1].period));
  size_t steps_size = (size_t)(place - steps);
  for (size_t i = 0; i < n && !measure.all_normal; i++)
    *place++ = rows[i].status;
  int64_t max_published_ms = 0;
  place = encode_dictionary(place, rows, n, &measure, &max_published_ms);
  if (measure.n_comments > 0)
    place = encode_comments(place, rows, n, measure.n_comments);
  unsigned flags = (measure.consecutive ? BLOCK_CONSECUTIVE : 0U) |
                   (measure.all_normal ? BLOCK_ALL_NORMAL : 0U) |
                   (measure.n_comments > 0 ? BLOCK_HAS_COMMENTS : 0U);
  put_u16(value, (uint16_t)n);
  put_u16(value + 2, (uint16_t)flags);
  put_u32(value + 4, (uint32_t)steps_size);
  put_i64(value + 8, rows[n - 1].period);
  put_i64(value + 16, previous_last);
  put_i64(value + 24, max_published_ms);
  *ret_value = bytes_of(value, (size_t)(place - value));
  return STORE_OK;
}

enum store_status block_relink(struct bytes value, int64_t previous_last, struct arena *arena,
                               struct bytes *ret_value) {
  uint8_t *copy = arena_alloc(arena, value.size);
  if (copy == NULL)
    return STORE_NO_MEMORY;
  memcpy(copy, value.data, value.size);
  put_i64(copy + 16, previous_last);
  *ret_value = bytes_of(copy, value.size);
  return STORE_OK;
}
