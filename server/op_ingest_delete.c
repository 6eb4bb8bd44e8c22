/* SPDX-License-Identifier: MIT */
/* DeleteSeries and DeleteRelease: gone at every as-of. */
#include "server/find.h"
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
    if (!check_pattern(context, PATH_AT(NULL, "keys", i), bytes_of_text(request->keys[i]),
                       &pattern))
      return false;
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

static bool collect_pattern(struct finder *finder, const struct path *path, struct bytes text,
                            struct handles *handles) {
  struct context *context = finder->context;
  struct chosen chosen;
  scoped(series_walk_end) struct series_walk *walk = NULL;
  size_t before = handles->n;
  if (!find_pattern(finder, path, text, &chosen))
    return false;
  enum store_status status = series_walk_begin(context->txn, &chosen.choice, &walk);
  if (status != STORE_OK)
    return store_ok(context, status, "dataset", chosen.pattern.dataset);
  if (!collect_walk(context, walk, handles))
    return false;
  return handles->n > before || find_fail_no_match(finder, path, text, &chosen);
}

static bool collect(struct finder *finder, const struct path *path, struct bytes text,
                    struct handles *handles) {
  struct found found;
  if (key_is_pattern(text))
    return collect_pattern(finder, path, text, handles);
  return find_by_key(finder, path, text, &found) &&
         add_handle(finder->context, handles, found.head.handle);
}

bool op_delete_series(struct context *context, const ProtobufCMessage *request_message,
                      ProtobufCMessage *response_message) {
  const Bellwether__V1__DeleteSeriesRequest *request = (const void *)request_message;
  Bellwether__V1__DeleteSeriesResponse *response = (void *)response_message;
  scoped(handles_fini) struct handles handles = {.n = 0};
  struct finder finder = {.context = context};
  for (size_t i = 0; i < request->n_keys; i++) {
    struct bytes text = bytes_of_text(request->keys[i]);
    if (!collect(&finder, PATH_AT(NULL, "keys", i), text, &handles))
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
  struct finder finder = {.context = context};
  struct release_record record;
  response->summary = summary_new(context);
  if (scratch == NULL || response->summary == NULL)
    return context_fail_memory(context);
  if (!find_release(&finder, PATH(NULL, "release"), id, &record))
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
