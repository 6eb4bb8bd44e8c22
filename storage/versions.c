/* SPDX-License-Identifier: MIT */
#include "storage/versions.h"

#include "proto/obs_status.h"
#include "storage/table.h"

enum { VERSION_BYTES = 24 };

enum store_status versions_encode(const struct versions *versions, struct arena *arena,
                                  struct bytes *ret_value) {
  size_t size = 4 + versions->n * VERSION_BYTES;
  for (size_t i = 0; i < versions->n; i++)
    size += versions->rows[i].comment.size;
  uint8_t *value = arena_alloc(arena, size);
  if (value == NULL)
    return STORE_NO_MEMORY;
  put_u32(value, (uint32_t)versions->n);
  uint8_t *place = value + 4, *comments = place + versions->n * VERSION_BYTES;
  for (size_t i = 0; i < versions->n; i++, place += VERSION_BYTES) {
    const struct row *row = &versions->rows[i];
    if (row->comment.size > UINT16_MAX)
      return STORE_LIMIT;
    put_i64(place, row->published_ms);
    put_u32(place + 8, row->release_no);
    put_u16(place + 12, (uint16_t)row->comment.size);
    place[14] = row->status;
    place[15] = 0;
    put_f64(place + 16, row->value);
    if (row->comment.size > 0)
      memcpy(comments, row->comment.data, row->comment.size);
    comments += row->comment.size;
  }
  *ret_value = bytes_of(value, size);
  return STORE_OK;
}

enum store_status versions_decode(int64_t period, struct bytes value, struct arena *arena,
                                  struct versions *ret_versions) {
  struct reader reader = {value.data, value.size, false};
  size_t n = read_u32(&reader);
  struct bytes fixed = read_bytes(&reader, n * VERSION_BYTES);
  if (reader.broken || n == 0)
    return STORE_CORRUPT;
  struct row *rows = arena_array(arena, n, sizeof *rows);
  if (rows == NULL)
    return STORE_NO_MEMORY;
  for (size_t i = 0; i < n; i++) {
    const uint8_t *place = fixed.data + i * VERSION_BYTES;
    rows[i] = (struct row){
        .period = period,
        .published_ms = get_i64(place),
        .release_no = get_u32(place + 8),
        .status = place[14],
        .value = get_f64(place + 16),
        .comment = read_bytes(&reader, get_u16(place + 12)),
    };
  }
  if (reader.broken)
    return STORE_CORRUPT;
  *ret_versions = (struct versions){.n = n, .rows = rows};
  return STORE_OK;
}

bool version_same_content(const struct row *a, const struct row *b) {
  return a->status == b->status && memcmp(&a->value, &b->value, sizeof a->value) == 0 &&
         bytes_equal(a->comment, b->comment);
}

static bool is_target(const struct row *row) {
  return row->status == OBS_STATUS_TARGET;
}

bool versions_is_restated(const struct row *versions, size_t n, const struct row *statement) {
  if (statement->status == VERSION_WITHDRAWN)
    return n == 0 || versions[n - 1].status == VERSION_WITHDRAWN;
  for (size_t i = n; i > 0; i--) {
    const struct row *version = &versions[i - 1];
    if (version->status == VERSION_WITHDRAWN)
      return false;
    if (is_target(version) == is_target(statement))
      return version_same_content(version, statement);
  }
  return false;
}

size_t versions_known(const struct row *versions, size_t n) {
  size_t target = SIZE_MAX;
  for (size_t i = n; i > 0; i--) {
    const struct row *version = &versions[i - 1];
    if (version->status == VERSION_WITHDRAWN)
      return target;
    if (!is_target(version))
      return i - 1;
    if (target == SIZE_MAX)
      target = i - 1;
  }
  return target;
}

int64_t versions_known_until(const struct versions *versions, const struct row *stated,
                             size_t behind) {
  bool hides_targets = !is_target(stated) && stated->status != VERSION_WITHDRAWN;
  for (size_t i = behind; i < versions->n; i++)
    if (!hides_targets || !is_target(&versions->rows[i]))
      return versions->rows[i].published_ms;
  return 0;
}

enum store_status as_of_includes(struct store_txn *txn, const struct as_of *as_of,
                                 int64_t published_ms, uint32_t release_no, bool *ret_includes) {
  bool tie = as_of->bounded && published_ms == as_of->published_ms && as_of->release_id.size > 0;
  if (!tie) {
    *ret_includes = !as_of->bounded || published_ms <= as_of->published_ms;
    return STORE_OK;
  }
  struct release_record release;
  TRY(release_get_by_no(txn, release_no, &release));
  *ret_includes = bytes_compare(release.id, as_of->release_id) <= 0;
  return STORE_OK;
}

enum store_status versions_included(struct store_txn *txn, const struct versions *versions,
                                    const struct as_of *as_of, size_t *ret_n) {
  size_t n = versions->n;
  for (bool included = false; n > 0; n--) {
    const struct row *version = &versions->rows[n - 1];
    TRY(as_of_includes(txn, as_of, version->published_ms, version->release_no, &included));
    if (included)
      break;
  }
  *ret_n = n;
  return STORE_OK;
}
