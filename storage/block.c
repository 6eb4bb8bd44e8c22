/* SPDX-License-Identifier: MIT */
#include "storage/block.h"

#include <assert.h>

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

/* The ordinals of the header; false: they make no sense. */
static bool set_span(struct block *block, uint64_t gap, uint64_t span) {
  block->previous_last = gap == 0 ? BLOCK_NO_PREVIOUS : block->first - (int64_t)gap;
  return gap <= INT32_MAX && span + 1 >= block->n && span <= INT64_MAX &&
         !__builtin_add_overflow(block->first, (int64_t)span, &block->last);
}

bool block_open(int64_t first, struct bytes value, struct block *ret_block) {
  struct reader reader = {value.data, value.size, false};
  struct block block = {.first = first, .flags = read_u8(&reader)};
  uint64_t n = read_varint(&reader);
  uint64_t gap = read_varint(&reader);
  block.max_published_ms = unzigzag(read_varint(&reader));
  if (n == 0 || n > BLOCK_ROWS_MAX)
    return false;
  block.n = (size_t)n;
  bool consecutive = (block.flags & BLOCK_CONSECUTIVE) != 0;
  uint64_t span = consecutive ? n - 1 : read_varint(&reader);
  uint64_t steps_size = consecutive ? 0 : read_varint(&reader);
  block.values = read_bytes(&reader, block.n * 8).data;
  block.steps = read_bytes(&reader, steps_size);
  if ((block.flags & BLOCK_ALL_NORMAL) == 0)
    block.statuses = read_bytes(&reader, block.n).data;
  block.rest = bytes_of(reader.data, reader.left);
  if (reader.broken || !set_span(&block, gap, span))
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
  uint64_t published_ms = (uint64_t)block->max_published_ms;
  for (size_t i = 0; i < n; i++) {
    uint64_t no = read_varint(reader);
    published_ms += (uint64_t)unzigzag(read_varint(reader));
    if (no > UINT32_MAX)
      return false;
    if (ret_releases != NULL)
      ret_releases[i] =
          (struct block_release){.no = (uint32_t)no, .published_ms = (int64_t)published_ms};
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
  int64_t published_ms; /* of the last release that came by */
  int64_t max_published_ms;
  size_t n_releases;
  size_t dictionary; /* without the distance of the first release from the greatest */
  size_t indexes;
  size_t comments;
  size_t n_comments;
  uint32_t releases[BLOCK_ROWS_MAX];
};

static void measure_begin(struct measure *measure) {
  measure->n = measure->steps = measure->n_releases = measure->dictionary = 0;
  measure->indexes = measure->comments = measure->n_comments = 0;
  measure->consecutive = measure->all_normal = true;
  measure->max_published_ms = INT64_MIN;
}

static size_t find_release(const struct measure *measure, uint32_t no) {
  size_t i = measure->n_releases;
  while (i > 0 && measure->releases[i - 1] != no)
    i--;
  return i > 0 ? i - 1 : measure->n_releases;
}

/* Wraps around, as far as unzigzag and adding up turn it back. */
static uint64_t distance(int64_t published_ms, int64_t from_ms) {
  return zigzag((int64_t)((uint64_t)published_ms - (uint64_t)from_ms));
}

static void measure_release(struct measure *measure, const struct row *row) {
  size_t index = find_release(measure, row->release_no);
  measure->indexes += varint_size(index);
  if (index < measure->n_releases)
    return;
  if (index > 0)
    measure->dictionary += varint_size(distance(row->published_ms, measure->published_ms));
  measure->dictionary += varint_size(row->release_no);
  measure->releases[measure->n_releases++] = row->release_no;
  measure->published_ms = row->published_ms;
  if (row->published_ms > measure->max_published_ms)
    measure->max_published_ms = row->published_ms;
}

static void measure_add(struct measure *measure, const struct row *rows, size_t i) {
  if (i > 0) {
    uint64_t step = (uint64_t)(rows[i].period - rows[i - 1].period);
    measure->steps += varint_size(step);
    measure->consecutive = measure->consecutive && step == 1;
  }
  measure->all_normal = measure->all_normal && rows[i].status == OBS_STATUS_NORMAL;
  measure_release(measure, &rows[i]);
  if (rows[i].comment.size > 0) {
    size_t size = rows[i].comment.size;
    measure->comments += varint_size(i) + varint_size(size) + size;
    measure->n_comments++;
  }
  measure->n++;
}

/* What numbers take at most that are not known yet, or may change. */
enum { FLAGS_BYTES = 1, N_BYTES = 2, GAP_BYTES = 5, PUBLISHED_BYTES = 10, SPAN_BYTES = 10 };

static size_t measured(const struct measure *measure) {
  bool one = measure->n_releases == 1;
  size_t size = FLAGS_BYTES + N_BYTES + GAP_BYTES + 8 * measure->n;
  size += one ? varint_size(zigzag(measure->max_published_ms)) + 1 : 2 * PUBLISHED_BYTES;
  size += varint_size(measure->n_releases) + measure->dictionary;
  size += measure->consecutive ? 0 : SPAN_BYTES + varint_size(measure->steps) + measure->steps;
  size += measure->all_normal ? 0 : measure->n;
  size += one ? 0 : measure->indexes;
  size += measure->n_comments == 0 ? 0 : varint_size(measure->n_comments) + measure->comments;
  return size;
}

/* The greatest numbers of rows that make a block of a kind; 0 where none does. */
struct fitting {
  size_t small;
  size_t page;
  size_t page_bytes; /* that these take */
  size_t two_pages;
  size_t two_pages_bytes;
};

static struct fitting find_fitting(const struct row *rows, size_t n) {
  struct measure measure;
  struct fitting fitting = {0};
  measure_begin(&measure);
  for (size_t i = 0; i < n && i < BLOCK_ROWS_MAX; i++) {
    measure_add(&measure, rows, i);
    size_t size = measured(&measure);
    if (size > BLOCK_TWO_PAGES_BYTES)
      break;
    fitting.two_pages = i + 1;
    fitting.two_pages_bytes = size;
    if (size > BLOCK_PAGE_BYTES)
      continue;
    fitting.page = i + 1;
    fitting.page_bytes = size;
    if (size <= BLOCK_SMALL_BYTES)
      fitting.small = i + 1;
  }
  return fitting;
}

/* Into how many equal blocks the rest of a series is cut, which is too large for less than a page
 * of its own and too small to fill it. Blocks of a size share pages, as many as go into one. */
static size_t best_pieces(size_t bytes) {
  enum { MORE_BYTES = 48, PAGE_ROOM = 4080, PIECES_MAX = 4, SCALE = 5040 };
  size_t best = 2, least = SIZE_MAX;
  for (size_t pieces = 2; pieces <= PIECES_MAX; pieces++) {
    size_t a_page = PAGE_ROOM / (bytes / pieces + MORE_BYTES);
    size_t pages = pieces * SCALE / a_page;
    if (pages < least) {
      least = pages;
      best = pieces;
    }
  }
  return best;
}

size_t block_choose(const struct row *rows, size_t n, size_t *pieces) {
  struct fitting fitting = find_fitting(rows, n);
  if (fitting.two_pages_bytes >= BLOCK_TWO_PAGES_LEAST)
    return fitting.two_pages;
  if (fitting.page_bytes >= BLOCK_PAGE_LEAST || fitting.small == 0)
    return fitting.page > 0 ? fitting.page : 1;
  if (pieces != NULL && *pieces == 0 && fitting.page == n && fitting.small < n)
    *pieces = best_pieces(fitting.page_bytes);
  if (pieces == NULL || *pieces == 0)
    /* Too small for a page of its own, and what follows does not fit: half a page wastes less. */
    return fitting.small;
  size_t piece = (n + *pieces - 1) / *pieces;
  *pieces -= 1;
  return piece < fitting.small ? piece : fitting.small;
}

/* In the order in which the rows came by. */
static uint8_t *encode_dictionary(uint8_t *place, const struct row *rows, size_t n,
                                  const struct measure *measure) {
  place += varint_put(place, measure->n_releases);
  int64_t from_ms = measure->max_published_ms;
  for (size_t i = 0, known = 0; i < n && known < measure->n_releases; i++) {
    if (rows[i].release_no != measure->releases[known])
      continue;
    place += varint_put(place, rows[i].release_no);
    place += varint_put(place, distance(rows[i].published_ms, from_ms));
    from_ms = rows[i].published_ms;
    known++;
  }
  for (size_t i = 0; i < n && measure->n_releases > 1; i++)
    place += varint_put(place, find_release(measure, rows[i].release_no));
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

static uint64_t gap_from(int64_t previous_last, int64_t first) {
  assert(previous_last == BLOCK_NO_PREVIOUS ||
         (previous_last < first && first - previous_last <= INT32_MAX));
  return previous_last == BLOCK_NO_PREVIOUS ? 0 : (uint64_t)(first - previous_last);
}

static uint8_t *encode_header(uint8_t *place, const struct row *rows, int64_t previous_last,
                              const struct measure *measure) {
  int64_t first = rows[0].period, last = rows[measure->n - 1].period;
  *place++ = (uint8_t)((measure->consecutive ? BLOCK_CONSECUTIVE : 0) |
                       (measure->all_normal ? BLOCK_ALL_NORMAL : 0) |
                       (measure->n_comments > 0 ? BLOCK_HAS_COMMENTS : 0));
  place += varint_put(place, measure->n);
  place += varint_put(place, gap_from(previous_last, first));
  place += varint_put(place, zigzag(measure->max_published_ms));
  if (measure->consecutive)
    return place;
  place += varint_put(place, (uint64_t)last - (uint64_t)first);
  return place + varint_put(place, measure->steps);
}

enum store_status block_encode(const struct row *rows, size_t n, int64_t previous_last,
                               struct arena *arena, struct bytes *ret_value) {
  if (n == 0 || n > BLOCK_ROWS_MAX)
    return STORE_LIMIT;
  struct measure measure;
  measure_begin(&measure);
  for (size_t i = 0; i < n; i++)
    measure_add(&measure, rows, i);
  uint8_t *value = arena_alloc(arena, measured(&measure));
  if (value == NULL)
    return STORE_NO_MEMORY;
  uint8_t *place = encode_header(value, rows, previous_last, &measure);
  for (size_t i = 0; i < n; i++)
    put_f64(place + 8 * i, rows[i].value);
  place += 8 * n;
  for (size_t i = 1; i < n && !measure.consecutive; i++)
    place += varint_put(place, (uint64_t)(rows[i].period - rows[i - 1].period));
  for (size_t i = 0; i < n && !measure.all_normal; i++)
    *place++ = rows[i].status;
  place = encode_dictionary(place, rows, n, &measure);
  if (measure.n_comments > 0)
    place = encode_comments(place, rows, n, measure.n_comments);
  *ret_value = bytes_of(value, (size_t)(place - value));
  return STORE_OK;
}

enum store_status block_relink(int64_t first, struct bytes value, int64_t previous_last,
                               struct arena *arena, struct bytes *ret_value) {
  struct reader reader = {value.data, value.size, false};
  uint8_t flags = read_u8(&reader);
  uint64_t n = read_varint(&reader);
  (void)read_varint(&reader);
  if (reader.broken)
    return STORE_CORRUPT;
  uint8_t *copy = arena_alloc(arena, value.size + GAP_BYTES);
  if (copy == NULL)
    return STORE_NO_MEMORY;
  uint8_t *place = copy;
  *place++ = flags;
  place += varint_put(place, n);
  place += varint_put(place, gap_from(previous_last, first));
  memcpy(place, reader.data, reader.left);
  *ret_value = bytes_of(copy, (size_t)(place - copy) + reader.left);
  return STORE_OK;
}
