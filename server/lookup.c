/* SPDX-License-Identifier: MIT */
#include "server/lookup.h"

#include "proto/suggest.h"

enum { DATASETS_COMPARED = 10000 };

bool store_ok(struct context *context, enum store_status status, const char *kind,
              struct bytes name) {
  if (status == STORE_OK)
    return true;
  const char *what = arena_format(context->arena, "%s %s", kind, quoted(context->arena, name));
  return context_fail_store(context, status, what == NULL ? kind : what);
}

static bool fail_not_found(struct context *context, const struct path *path, const char *reason,
                           const char *hint, const char *kind, struct bytes name) {
  struct failure failure = {
      .code = RPC_NOT_FOUND,
      .reason = reason,
      .field = path == NULL ? NULL : path_text(context->arena, path),
      .hint = hint,
  };
  return context_fail(context, failure, "There is no %s %s.", kind, quoted(context->arena, name));
}

/* "did you mean CBEC?", or where to look. */
static const char *suggest_dataset(struct context *context, struct bytes id) {
  struct dataset_record record = {.no = 0};
  char nearest[LIMIT_DATASET_ID_BYTES + 1] = "";
  size_t limit = suggest_limit(id.size);
  struct bytes after = bytes_of("", 0);
  for (size_t i = 0; i < DATASETS_COMPARED; i++) {
    if (dataset_next(context->txn, after, &record) != STORE_OK)
      break;
    after = record.id;
    size_t distance = suggest_distance(id, record.id, limit);
    if (distance > limit || record.id.size > LIMIT_DATASET_ID_BYTES)
      continue;
    memcpy(nearest, record.id.data, record.id.size);
    nearest[record.id.size] = '\0';
    if (distance == 0)
      break;
    limit = distance - 1;
  }
  if (nearest[0] == '\0')
    return "ListDatasets has those that there are";
  return arena_format(context->arena, "did you mean %s?", nearest);
}

bool lookup_dataset(struct context *context, const struct path *path, struct bytes id,
                    struct dataset_record *ret_record) {
  enum store_status status = dataset_get(context->txn, id, ret_record);
  if (status != STORE_NOT_FOUND)
    return store_ok(context, status, "dataset", id);
  return fail_not_found(context, path, "DATASET_NOT_FOUND", suggest_dataset(context, id), "dataset",
                        id);
}

bool lookup_release(struct context *context, const struct path *path, struct bytes id,
                    struct release_record *ret_record) {
  enum store_status status = release_get(context->txn, id, ret_record);
  if (status != STORE_NOT_FOUND)
    return store_ok(context, status, "release", id);
  return fail_not_found(context, path, "RELEASE_NOT_FOUND", "describe it in full, or PutRelease it",
                        "release", id);
}

/* STORE_NO_DIMENSION where there is none. */
static uint8_t find_dimension(const struct dataset_record *record, struct bytes id) {
  struct bytes rest = record->dimension_ids;
  for (uint8_t i = 0; i < record->n_dimensions; i++) {
    const uint8_t *dot = rest.size == 0 ? NULL : memchr(rest.data, '.', rest.size);
    size_t size = dot == NULL ? rest.size : (size_t)(dot - rest.data);
    if (bytes_equal(bytes_of(rest.data, size), id))
      return i;
    if (dot == NULL)
      break;
    rest = bytes_of(dot + 1, rest.size - size - 1);
  }
  return STORE_NO_DIMENSION;
}

static const char *list_dimensions(struct context *context, const struct dataset_record *record) {
  return arena_format(context->arena, "the dimensions are %.*s", (int)record->dimension_ids.size,
                      (const char *)record->dimension_ids.data);
}

bool lookup_dimension(struct context *context, const struct path *path,
                      const struct dataset_record *record, const char *id, uint8_t *ret_dimension) {
  uint8_t dimension = find_dimension(record, bytes_of_text(id));
  if (dimension == STORE_NO_DIMENSION)
    return check_fail(context, path, "FIELD_INVALID", list_dimensions(context, record),
                      "%s has no dimension %s.", quoted(context->arena, record->id), id);
  *ret_dimension = dimension;
  return true;
}

bool has_indicators(struct context *context, const struct path *path,
                    const struct dataset_record *record) {
  if (record->indicator_dimension != STORE_NO_DIMENSION)
    return true;
  return check_fail(context, path, "FIELD_INVALID", "give one of its dimensions the role INDICATOR",
                    "No dimension of %s has the role INDICATOR.",
                    quoted(context->arena, record->id));
}
