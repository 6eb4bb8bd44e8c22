/* SPDX-License-Identifier: MIT */
/* GetLatest: the latest observation of many series in columns. A key or a handle costs one look-up
 * and no memory of its own. */
#include "proto/number.h"
#include "proto/obs_status.h"
#include "server/latest.h"
#include "server/ops.h"

typedef Bellwether__V1__GetLatestRequest request_message;
typedef Bellwether__V1__GetLatestResponse response_message;

enum { POSITIONS_A_LOOK = 1024 };

static bool add_failed(struct latest_columns *columns, size_t item, struct bytes key) {
  struct latest_row row = {.item = item, .key = key};
  return item_failed(columns->finder->context, &columns->errors, item) && latest_add(columns, &row);
}

static bool fail_no_value(struct latest_columns *columns, const struct path *path,
                          struct bytes name) {
  struct context *context = columns->finder->context;
  struct failure failure = {
      .code = RPC_NOT_FOUND, .reason = "NO_VALUE", .field = path_text(context->arena, path)};
  return context_fail(context, failure, "%s has no value%s.", quoted(context->arena, name),
                      columns->as_of.bounded ? " as of then" : "");
}

/* The series' latest, or false after context_fail; STORE_NOT_FOUND is left to the caller. */
static bool read_latest(struct latest_columns *columns, const struct series_head *head,
                        struct latest *ret_latest, bool *ret_there) {
  struct context *context = columns->finder->context;
  enum store_status status =
      observations_latest(context->txn, head, &columns->as_of, columns->actual_only, ret_latest);
  *ret_there = status == STORE_OK;
  return status == STORE_OK || status == STORE_NOT_FOUND ||
         context_fail_store(context, status, "series");
}

/* A row that cannot be shown, say for want of a double so large, keeps its position. Its item has
 * one error: that of the first such row. */
static bool add_row(struct latest_columns *columns, struct latest_row *row, bool *reported) {
  if (latest_add(columns, row))
    return true;
  if (!item_failed(columns->finder->context, &columns->errors, row->item))
    return false;
  columns->errors.count -= *reported;
  *reported = true;
  row->found = NULL;
  return latest_add(columns, row);
}

static bool add_found(struct latest_columns *columns, const struct path *path, size_t item,
                      struct found *found) {
  struct latest_row row = {.item = item, .found = found, .key = found->details.key};
  bool there = false;
  bool reported = false;
  if (!read_latest(columns, &found->head, &row.latest, &there) ||
      (!there && !fail_no_value(columns, path, found->details.key)))
    return add_failed(columns, item, found->details.key);
  return add_row(columns, &row, &reported);
}

static bool add_handle(struct latest_columns *columns, size_t index, uint64_t handle) {
  const struct path *path = PATH_AT(NULL, "handles", index);
  struct found found;
  size_t item = columns->n_keys + index;
  if (!find_by_handle(columns->finder, path, handle, &found))
    return add_failed(columns, item, bytes_of("", 0));
  return add_found(columns, path, item, &found);
}

/* What became of a pattern. */
struct matches {
  size_t n;
  size_t n_values;
  bool reported; /* the item has its error */
};

static bool add_matches(struct latest_columns *columns, struct series_walk *walk, size_t item,
                        struct matches *matches) {
  struct context *context = columns->finder->context;
  struct found found = {.detailed = false};
  enum store_status status;
  while ((status = series_walk_next(walk, &found.head, &found.details.key)) == STORE_OK) {
    struct latest_row row = {.item = item, .found = &found, .key = found.details.key};
    bool there = false;
    found.detailed = false;
    if (!read_latest(columns, &found.head, &row.latest, &there))
      return false;
    row.found = there ? &found : NULL;
    if (!add_row(columns, &row, &matches->reported))
      return false;
    matches->n++;
    matches->n_values += there;
  }
  return status == STORE_NOT_FOUND || context_fail_store(context, status, "series");
}

/* A match without a value keeps its position; the pattern fails where that is true of all. */
static bool add_pattern(struct latest_columns *columns, const struct path *path, size_t item,
                        struct bytes text) {
  scoped(series_walk_end) struct series_walk *walk = NULL;
  struct context *context = columns->finder->context;
  struct chosen chosen;
  struct matches matches = {.n = 0};
  if (!find_pattern(columns->finder, path, text, &chosen))
    return add_failed(columns, item, text);
  enum store_status status = series_walk_begin(context->txn, &chosen.choice, &walk);
  if (status != STORE_OK)
    return context_fail_store(context, status, "dataset");
  if (!add_matches(columns, walk, item, &matches))
    return false;
  if (matches.n == 0) {
    find_fail_no_match(columns->finder, path, text, &chosen);
    return add_failed(columns, item, text);
  }
  if (matches.n_values > 0)
    return true;
  fail_no_value(columns, path, text);
  return item_failed(context, &columns->errors, item);
}

/* The empty text would be every series of the store: here it is a key that was forgotten. */
static bool asks_for_many(struct bytes text) {
  return text.size > 0 && key_is_pattern(text);
}

static bool add_key(struct latest_columns *columns, size_t item, const char *key) {
  const struct path *path = PATH_AT(NULL, "keys", item);
  struct bytes text = bytes_of_text(key);
  struct found found;
  if (columns->with_items && asks_for_many(text))
    return add_pattern(columns, path, item, text);
  if (!find_by_key(columns->finder, path, text, &found))
    return add_failed(columns, item, text);
  return add_found(columns, path, item, &found);
}

static bool any_pattern(const request_message *request) {
  for (size_t i = 0; i < request->n_keys; i++)
    if (asks_for_many(bytes_of_text(request->keys[i])))
      return true;
  return false;
}

static bool check(struct latest_columns *columns, const request_message *request) {
  struct context *context = columns->finder->context;
  return check_count(context, PATH(NULL, request->n_handles > 0 ? "handles" : "keys"),
                     request->n_keys + request->n_handles, LIMIT_BATCH_ITEMS) &&
         query_view(context, PATH(NULL, "view"), request->view, &columns->view) &&
         query_scale(context, PATH(NULL, "scale"), request->scale, &columns->in_units) &&
         query_as_of(columns->finder, PATH(NULL, "as_of"), request->as_of, &columns->as_of);
}

/* From position i on: keys, and behind them handles. */
static void prefetch(struct context *context, const struct store *store,
                     const request_message *request, size_t i) {
  size_t n_keys = request->n_keys;
  if (i < n_keys)
    series_prefetch_keys(store, &request->keys[i], n_keys - i, context->prefetch);
  else
    series_prefetch_handles(store, &request->handles[i - n_keys], n_keys + request->n_handles - i,
                            context->prefetch);
}

void op_get_latest_prefetch(struct context *context, const struct store *store,
                            const ProtobufCMessage *request_base) {
  const request_message *request = (const request_message *)request_base;
  if (request->n_keys + request->n_handles > 0)
    context->prefetch = arena_alloc(context->arena, sizeof *context->prefetch);
  if (context->prefetch != NULL)
    prefetch(context, store, request, 0);
}

static bool add_item(struct latest_columns *columns, const request_message *request, size_t item) {
  return item < request->n_keys ? add_key(columns, item, request->keys[item])
                                : add_handle(columns, item - request->n_keys,
                                             request->handles[item - request->n_keys]);
}

static bool add_items(struct latest_columns *columns, const request_message *request) {
  struct context *context = columns->finder->context;
  for (size_t i = 0; i < request->n_keys + request->n_handles; i++) {
    if (i > 0 && i % POSITIONS_A_LOOK == 0 && !context_in_time(context))
      return false;
    if (i > 0 && i % SERIES_PREFETCH_MOST == 0 && context->prefetch != NULL) {
      prefetch(context, store_of(context->txn), request, i);
      series_prefetch_records(context->txn, context->prefetch);
    }
    if (!add_item(columns, request, i))
      return false;
  }
  return true;
}

bool op_get_latest(struct context *context, const ProtobufCMessage *request_base,
                   ProtobufCMessage *response_base) {
  const request_message *request = (const request_message *)request_base;
  struct finder finder = {.context = context};
  struct describer describer = {.context = context};
  struct latest_columns columns = {.finder = &finder, .describer = &describer};
  if (context->prefetch != NULL)
    series_prefetch_records(context->txn, context->prefetch);
  if (!check(&columns, request))
    return false;
  columns.n_keys = request->n_keys;
  columns.actual_only = request->actual_only;
  columns.with_labels = request->period_labels;
  columns.with_items = any_pattern(request);

  if (!latest_begin(&columns, request->n_keys + request->n_handles))
    return false;
  if (!add_items(&columns, request))
    return false;
  latest_end(&columns, (response_message *)response_base);
  return true;
}
