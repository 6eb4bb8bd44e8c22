/* SPDX-License-Identifier: MIT */
#include "storage/coverage.h"

#include "proto/obs_status.h"
#include "storage/table.h"

enum { REPLACES = 1, RANGE_BYTES_MAX = 21 };

enum store_status coverage_add(struct coverage *coverage, struct coverage_range range,
                               struct arena *arena) {
  struct coverage_range *last = coverage->n > 0 ? &coverage->ranges[coverage->n - 1] : NULL;
  if (last != NULL && last->kind == range.kind && last->last != INT64_MAX &&
      last->last + 1 == range.first) {
    last->last = range.last;
    return STORE_OK;
  }
  if (coverage->n == coverage->capacity) {
    size_t capacity = coverage->capacity == 0 ? 4 : coverage->capacity * 2;
    struct coverage_range *grown = arena_array(arena, capacity, sizeof *grown);
    if (grown == NULL)
      return STORE_NO_MEMORY;
    if (coverage->n > 0)
      memcpy(grown, coverage->ranges, coverage->n * sizeof *grown);
    coverage->ranges = grown;
    coverage->capacity = capacity;
  }
  coverage->ranges[coverage->n++] = range;
  return STORE_OK;
}

enum coverage_kind coverage_at(const struct coverage *coverage, int64_t period) {
  size_t low = 0, high = coverage->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (coverage->ranges[middle].last < period)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < coverage->n && coverage->ranges[low].first <= period)
    return coverage->ranges[low].kind;
  return coverage->replaces ? COVER_WITHDRAWN : COVER_NOTHING;
}

/* Adds what `under` has between two ordinals. */
static enum store_status add_clipped(const struct coverage *under, size_t *at, int64_t from,
                                     int64_t to, struct arena *arena, struct coverage *result) {
  while (*at < under->n && under->ranges[*at].first <= to) {
    struct coverage_range range = under->ranges[*at];
    if (range.first < from)
      range.first = from;
    bool reaches_on = range.last > to;
    if (reaches_on)
      range.last = to;
    if (range.first <= range.last)
      TRY(coverage_add(result, range, arena));
    if (reaches_on)
      break;
    ++*at;
  }
  return STORE_OK;
}

enum store_status coverage_overlay(const struct coverage *under, const struct coverage *over,
                                   struct arena *arena, struct coverage *ret_coverage) {
  struct coverage result = {
      .release_no = over->release_no,
      .published_ms = over->published_ms,
      .replaces = under->replaces || over->replaces,
      .source_url = over->source_url.size > 0 ? over->source_url : under->source_url,
  };
  size_t at = 0;
  int64_t from = INT64_MIN;
  for (size_t i = 0; i < over->n; i++) {
    const struct coverage_range *range = &over->ranges[i];
    if (range->first > INT64_MIN)
      TRY(add_clipped(under, &at, from, range->first - 1, arena, &result));
    TRY(coverage_add(&result, *range, arena));
    if (range->last == INT64_MAX)
      break;
    from = range->last + 1;
  }
  if (over->n == 0 || over->ranges[over->n - 1].last < INT64_MAX)
    TRY(add_clipped(under, &at, from, INT64_MAX, arena, &result));
  *ret_coverage = result;
  return STORE_OK;
}

enum store_status coverage_encode(const struct coverage *coverage, struct arena *arena,
                                  struct bytes *ret_value) {
  uint8_t *value =
      arena_alloc(arena, 11 + coverage->n * RANGE_BYTES_MAX + coverage->source_url.size);
  if (value == NULL)
    return STORE_NO_MEMORY;
  uint8_t *place = value;
  *place++ = coverage->replaces ? REPLACES : 0;
  place += varint_put(place, coverage->n);
  for (size_t i = 0; i < coverage->n; i++) {
    const struct coverage_range *range = &coverage->ranges[i];
    *place++ = (uint8_t)range->kind;
    uint64_t first = i == 0 ? zigzag(range->first)
                            : (uint64_t)range->first - (uint64_t)coverage->ranges[i - 1].last;
    place += varint_put(place, first);
    place += varint_put(place, (uint64_t)range->last - (uint64_t)range->first);
  }
  if (coverage->source_url.size > 0)
    memcpy(place, coverage->source_url.data, coverage->source_url.size);
  place += coverage->source_url.size;
  *ret_value = bytes_of(value, (size_t)(place - value));
  return STORE_OK;
}

enum store_status coverage_decode(struct bytes value, struct arena *arena,
                                  struct coverage *ret_coverage) {
  struct reader reader = {value.data, value.size, false};
  struct coverage coverage = {.replaces = (read_u8(&reader) & REPLACES) != 0};
  uint64_t n = read_varint(&reader);
  if (reader.broken || n > reader.left)
    return STORE_CORRUPT;
  coverage.ranges = arena_array(arena, n, sizeof *coverage.ranges);
  if (coverage.ranges == NULL)
    return STORE_NO_MEMORY;
  coverage.n = coverage.capacity = n;
  for (size_t i = 0; i < n; i++) {
    struct coverage_range *range = &coverage.ranges[i];
    uint8_t kind = read_u8(&reader);
    uint64_t first = read_varint(&reader);
    range->first =
        i == 0 ? unzigzag(first) : (int64_t)((uint64_t)coverage.ranges[i - 1].last + first);
    range->last = (int64_t)((uint64_t)range->first + read_varint(&reader));
    range->kind = (enum coverage_kind)kind;
    bool ascends = i == 0 || range->first > coverage.ranges[i - 1].last;
    if (kind > COVER_WITHDRAWN || range->last < range->first || !ascends)
      return STORE_CORRUPT;
  }
  if (reader.broken)
    return STORE_CORRUPT;
  coverage.source_url = bytes_of(reader.data, reader.left);
  *ret_coverage = coverage;
  return STORE_OK;
}

/* Insertion, since records come by release number, which is nearly the order of releases. */
static enum store_status insert(struct store_txn *txn, struct coverages *coverages,
                                const struct coverage *coverage) {
  size_t i = coverages->n;
  for (; i > 0; i--) {
    const struct coverage *before = &coverages->items[i - 1];
    int order = 0;
    TRY(release_compare(txn, before->published_ms, before->release_no, coverage->published_ms,
                        coverage->release_no, &order));
    if (order < 0)
      break;
    coverages->items[i] = *before;
  }
  coverages->items[i] = *coverage;
  coverages->n++;
  return STORE_OK;
}

enum store_status coverages_load(struct store_txn *txn, uint64_t handle, struct arena *arena,
                                 struct coverages *ret_coverages) {
  struct series_head head;
  struct series_details details;
  TRY(series_by_handle(txn, handle, &head, &details));
  struct coverages coverages = {
      .items = arena_array(arena, (size_t)head.n_releases + 1, sizeof *coverages.items)};
  if (coverages.items == NULL)
    return STORE_NO_MEMORY;
  struct key_buffer prefix = {0};
  key_u64(&prefix, handle);
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_COVERAGE, &cursor));
  enum store_status status = cursor_seek(&cursor, key_of(&prefix));
  while ((status = cursor_keep(&cursor, status, key_of(&prefix))) == STORE_OK) {
    if (cursor.key.size != 12 || coverages.n > head.n_releases)
      return STORE_CORRUPT;
    struct coverage coverage;
    struct release_record release;
    TRY(coverage_decode(cursor.value, arena, &coverage));
    coverage.release_no = key_get_u32(cursor.key.data + 8);
    TRY(release_get_by_no(txn, coverage.release_no, &release));
    coverage.published_ms = release.published_ms;
    TRY(insert(txn, &coverages, &coverage));
    status = cursor_next(&cursor);
  }
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return status;
  *ret_coverages = coverages;
  return STORE_OK;
}

/* What a release that made no version of its own said again: the last of its track. */
static const struct row *restated_row(const struct versions *versions, size_t n_before,
                                      enum coverage_kind kind) {
  for (size_t i = n_before; i > 0; i--) {
    const struct row *version = &versions->rows[i - 1];
    bool target = version->status == OBS_STATUS_TARGET;
    if (version->status == VERSION_WITHDRAWN)
      return NULL;
    if (target == (kind == COVER_TARGET))
      return version;
  }
  return NULL;
}

static const struct row WITHDRAWN_ROW = {.status = VERSION_WITHDRAWN};

static bool is_named(const struct coverage *coverage, int64_t period) {
  struct coverage without = *coverage;
  without.replaces = false;
  return coverage_at(&without, period) != COVER_NOTHING;
}

enum store_status coverages_statements(const struct coverages *coverages, int64_t period,
                                       const struct versions *versions,
                                       struct statement *ret_statements, size_t *ret_n) {
  size_t n = 0, version = 0;
  for (size_t i = 0; i < coverages->n; i++) {
    const struct coverage *coverage = &coverages->items[i];
    enum coverage_kind kind = coverage_at(coverage, period);
    if (kind == COVER_NOTHING)
      continue;
    bool own = version < versions->n && versions->rows[version].release_no == coverage->release_no;
    const struct row *row = own                       ? &versions->rows[version++]
                            : kind == COVER_WITHDRAWN ? &WITHDRAWN_ROW
                                                      : restated_row(versions, version, kind);
    if (row == NULL)
      return STORE_CORRUPT;
    struct statement *statement = &ret_statements[n++];
    *statement = (struct statement){
        .row = *row, .restated = !own, .named = is_named(coverage, period), .coverage = i};
    statement->row.period = period;
    statement->row.release_no = coverage->release_no;
    statement->row.published_ms = coverage->published_ms;
    if (kind == COVER_WITHDRAWN)
      statement->row.value = obs_nan();
  }
  if (version != versions->n)
    return STORE_CORRUPT;
  *ret_n = n;
  return STORE_OK;
}
