/* SPDX-License-Identifier: MIT */
/* DeleteSeries and DeleteRelease: gone at every as-of. */
#include "server/lookup.h"
#include "server/ops.h"
#include "server/plan.h"
#include "storage/statements.h"

/* Series to be deleted; collected before the first is, since a walk ends where the store changes.
 */
struct handles {
  uint64_t *items;
  size_t n;
  size_t capacity;
};

static void handles_fini_scoped(struct handles *handles) {
  free(handles->items);
}

static bool add_handle(struct context *context, struct handles *handles, uint64_t handle) {
  if (handles->n == handles->capacity) {
    size_t capacity = handles->capacity == 0 ? 64 : handles->capacity * 2;
    uint64_t *grown = reallocarray(handles->items, capacity, sizeof *grown);
    if (grown == NULL)
      return context_fail_memory(context);
    handles->items = grown;
    handles->capacity = capacity;
  }
  handles->items[handles->n++] = handle;
  return true;
}

static int compare_handles(const void *a, const void *b) {
  uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
  return (first > second) - (first < second);
}

/* In order, each once: patterns may overlap. */
static void sort_handles(struct handles *handles) {
  size_t n = 0;
  if (handles->n > 1)
    qsort(handles->items, handles->n, sizeof *handles->items, compare_handles);
  for (size_t i = 0; i < handles->n; i++) {
    if (n == 0 || handles->items[n - 1] != handles->items[i])
      handles->items[n++] = handles->items[i];
  }
  handles->n = n;
}

static bool fail_pattern(struct context *context, const struct path *path, const char *text,
                         enum key_status status) {
  return check_fail(context, path, "PATTERN_INVALID", NULL, "\"%s\" %s.",
                    quoted(context->arena, bytes_of_text(text)), key_status_text(status));
}

bool op_delete_series_check(struct context *context, const ProtobufCMessage *request_message,
                            ProtobufCMessage *response_message) {
  const Bellwether__V1__DeleteSeriesRequest *request = (const void *)request_message;
  (void)response_message;
  if (request->n_keys == 0)
    return check_fail(context, PATH(NULL, "keys"), "FIELD_REQUIRED", NULL,
                      "The field keys is required.");
  if (!check_count(context, PATH(NULL, "keys"), request->n_keys, LIMIT_BATCH_ITEMS))
    return false;
  for (size_t i = 0; i < request->n_keys; i++) {
    struct key_pattern pattern;
    enum key_status status = key_pattern_parse(bytes_of_text(request->keys[i]), &pattern, NULL);
    if (status != KEY_OK)
      return fail_pattern(context, PATH_AT(NULL, "keys", i), request->keys[i], status);
  }
  return true;
}

static bool collect_walk(struct context *context, struct series_walk *walk,
                         struct handles *handles) {
  for (;;) {
    struct series_head head;
    struct bytes key;
    enum store_status status = series_walk_next(walk, &head, &key);
    if (status == STORE_NOT_FOUND)
      return true;
    if (status != STORE_OK)
      return context_fail_store(context, status, "series of a pattern");
    if (!add_handle(context, handles, head.handle))
      return false;
  }
}

static bool collect_pattern(struct context *context, const struct path *path, const char *text,
                            struct handles *handles) {
  struct key_pattern pattern;
  struct dataset_record record;
  scoped(series_walk_end) struct series_walk *walk = NULL;
  size_t before = handles->n;
  enum key_status parsed = key_pattern_parse(bytes_of_text(text), &pattern, NULL);
  if (parsed != KEY_OK)
    return fail_pattern(context, path, text, parsed);
  if (!lookup_dataset(context, path, pattern.dataset, &record))
    return false;
  if (!pattern.all && pattern.n_codes != record.n_dimensions)
    return check_fail(context, path, "PATTERN_INVALID", NULL,
                      "\"%s\" has %zu positions, and the dataset has %d dimensions.",
                      quoted(context->arena, bytes_of_text(text)), pattern.n_codes,
                      record.n_dimensions);
  struct series_choice choice = {.dataset = pattern.dataset, .pattern = &pattern};
  enum store_status status = series_walk_begin(context->txn, &choice, &walk);
  if (status != STORE_OK)
    return store_ok(context, status, "dataset", pattern.dataset);
  if (!collect_walk(context, walk, handles))
    return false;
  struct failure failure = {RPC_NOT_FOUND, "NO_MATCH", path_text(context->arena, path), NULL};
  return handles->n > before || context_fail(context, failure, "No series matches \"%s\".",
                                             quoted(context->arena, bytes_of_text(text)));
}

static bool collect(struct context *context, const struct path *path, const char *text,
                    struct handles *handles) {
  struct series_head head;
  if (key_is_pattern(bytes_of_text(text)))
    return collect_pattern(context, path, text, handles);
  return lookup_key(context, path, text, &head) && add_handle(context, handles, head.handle);
}

bool op_delete_series(struct context *context, const ProtobufCMessage *request_message,
                      ProtobufCMessage *response_message) {
  const Bellwether__V1__DeleteSeriesRequest *request = (const void *)request_message;
  Bellwether__V1__DeleteSeriesResponse *response = (void *)response_message;
  scoped(handles_fini) struct handles handles = {.n = 0};
  for (size_t i = 0; i < request->n_keys; i++) {
    if (!collect(context, PATH_AT(NULL, "keys", i), request->keys[i], &handles))
      return false;
  }

  sort_handles(&handles);
  for (size_t i = 0; i < handles.n; i++) {
    enum store_status status = series_delete(context->txn, handles.items[i]);
    if (status != STORE_OK)
      return context_fail_store(context, status, "series of the request");
  }

  context->discard = request->validate_only;
  response->summary = summary_new(context);
  if (response->summary == NULL)
    return false;
  response->summary->series_deleted = handles.n;
  response->summary->changed = handles.n > 0;
  return true;
}

bool op_delete_release_check(struct context *context, const ProtobufCMessage *request_message,
                             ProtobufCMessage *response_message) {
  const Bellwether__V1__DeleteReleaseRequest *request = (const void *)request_message;
  (void)response_message;
  return check_release_id(context, PATH(NULL, "release"), request->release);
}

bool op_delete_release(struct context *context, const ProtobufCMessage *request_message,
                       ProtobufCMessage *response_message) {
  const Bellwether__V1__DeleteReleaseRequest *request = (const void *)request_message;
  Bellwether__V1__DeleteReleaseResponse *response = (void *)response_message;
  scoped(arena_free) struct arena *scratch = arena_new(PLAN_SCRATCH_BYTES);
  struct bytes id = bytes_of_text(request->release);
  struct release_record record;
  response->summary = summary_new(context);
  if (scratch == NULL || response->summary == NULL)
    return context_fail_memory(context);
  if (!lookup_release(context, PATH(NULL, "release"), id, &record))
    return false;

  enum store_status status =
      release_delete(context->txn, record.no, scratch, &response->summary->series_changed,
                     &response->summary->series_deleted);
  if (!store_ok(context, status, "release", id))
    return false;

  context->discard = request->validate_only;
  response->summary->changed = true;
  return true;
}
