/* SPDX-License-Identifier: MIT */
/* ListSeries, GetSeries, BatchGetSeries, ResolveKeys: what series there are. */
#include "server/describe.h"
#include "server/find.h"
#include "server/ops.h"
#include "server/page.h"
#include "server/query.h"

enum { ITEMS_A_LOOK = 1024 };

static bool add_series(struct page *page, struct describer *describer, struct found *found,
                       Bellwether__V1__View view, struct list *list, bool *ret_taken) {
  struct finder finder = {.context = page->context};
  Bellwether__V1__Series *series = NULL;
  if (!context_in_time(page->context) ||
      (view != BELLWETHER__V1__VIEW__VIEW_VALUES && !find_details(&finder, found)) ||
      !describe_series(describer, &found->head, &found->details, view, &series))
    return false;
  *ret_taken = page_takes_message(page, &series->base);
  if (!*ret_taken)
    return true;
  return page_unchanged(page, found->head.changed_revision, "A series") &&
         (list_add(list, page->context->arena, series) || context_fail_memory(page->context));
}

static bool list_series(struct page *page, struct series_walk *walk, Bellwether__V1__View view,
                        struct list *list, struct page_position *end, bool *ret_taken) {
  struct describer describer = {.context = page->context};
  struct found found;
  enum store_status status = STORE_OK;
  while (*ret_taken) {
    found.detailed = false;
    status = series_walk_next(walk, &found.head, &found.details.key);
    if (status != STORE_OK)
      break;
    struct bytes key = found.details.key;
    if (!add_series(page, &describer, &found, view, list, ret_taken))
      return false;
    if (*ret_taken)
      end->text = key;
  }
  return status == STORE_OK || status == STORE_NOT_FOUND ||
         context_fail_store(page->context, status, "series");
}

bool op_list_series(struct context *context, const ProtobufCMessage *request_base,
                    ProtobufCMessage *response_base) {
  const Bellwether__V1__ListSeriesRequest *request = (const void *)request_base;
  Bellwether__V1__ListSeriesResponse *response = (void *)response_base;
  scoped(series_walk_end) struct series_walk *walk = NULL;
  struct finder finder = {.context = context};
  struct list list = {.count = 0};
  struct chosen chosen;
  struct page page;
  Bellwether__V1__View view;
  bool taken = true;
  if (!page_begin(&page, context, PAGE_LIST, request_base) ||
      !query_view(context, PATH(NULL, "view"), request->view, &view) ||
      !find_pattern(&finder, PATH(NULL, "pattern"), bytes_of_text(request->pattern), &chosen) ||
      !find_filters(&finder, request->filters, request->n_filters, &chosen))
    return false;

  struct page_position end = page.from;
  chosen.choice.after_key = page.from.text;
  enum store_status status = series_walk_begin(context->txn, &chosen.choice, &walk);
  if (status != STORE_OK)
    return context_fail_store(context, status, "dataset");
  if (!list_series(&page, walk, view, &list, &end, &taken))
    return false;

  response->n_series = list.count;
  response->series = (Bellwether__V1__Series **)list.items;
  if (taken && list.count == 0 && !page.continued)
    response->hint = find_hint(&finder, &chosen);
  return response->hint != NULL &&
         (taken || page_token_make(&page, &end, &response->next_page_token));
}

bool op_get_series(struct context *context, const ProtobufCMessage *request_base,
                   ProtobufCMessage *response_base) {
  const Bellwether__V1__GetSeriesRequest *request = (const void *)request_base;
  Bellwether__V1__GetSeriesResponse *response = (void *)response_base;
  struct finder finder = {.context = context};
  struct describer describer = {.context = context};
  struct found found;
  return find_series(&finder, PATH(NULL, "series"), request->series, &found) &&
         find_details(&finder, &found) &&
         describe_series(&describer, &found.head, &found.details, BELLWETHER__V1__VIEW__VIEW_FULL,
                         &response->series);
}

bool op_batch_get_series(struct context *context, const ProtobufCMessage *request_base,
                         ProtobufCMessage *response_base) {
  const Bellwether__V1__BatchGetSeriesRequest *request = (const void *)request_base;
  Bellwether__V1__BatchGetSeriesResponse *response = (void *)response_base;
  struct finder finder = {.context = context};
  struct describer describer = {.context = context};
  struct list list = {.count = 0}, errors = {.count = 0};
  Bellwether__V1__View view;
  if (!check_count(context, PATH(NULL, "series"), request->n_series, LIMIT_BATCH_ITEMS) ||
      !query_view(context, PATH(NULL, "view"), request->view, &view))
    return false;

  for (size_t i = 0; i < request->n_series; i++) {
    struct found found;
    Bellwether__V1__Series *series = NULL;
    bool there = find_series(&finder, PATH_AT(NULL, "series", i), request->series[i], &found) &&
                 find_details(&finder, &found) &&
                 describe_series(&describer, &found.head, &found.details, view, &series);
    if (!there) {
      if (!item_failed(context, &errors, i))
        return false;
      series = message_new(context, &bellwether__v1__series__descriptor);
    }
    if (series == NULL || !context_in_time(context))
      return false;
    if (!list_add(&list, context->arena, series))
      return context_fail_memory(context);
  }

  response->n_series = list.count;
  response->series = (Bellwether__V1__Series **)list.items;
  response->n_errors = errors.count;
  response->errors = (Bellwether__V1__ItemError **)errors.items;
  return true;
}

bool op_resolve_keys(struct context *context, const ProtobufCMessage *request_base,
                     ProtobufCMessage *response_base) {
  const Bellwether__V1__ResolveKeysRequest *request = (const void *)request_base;
  Bellwether__V1__ResolveKeysResponse *response = (void *)response_base;
  struct finder finder = {.context = context};
  struct list errors = {.count = 0};
  if (!check_count(context, PATH(NULL, "keys"), request->n_keys, LIMIT_BATCH_ITEMS))
    return false;
  uint64_t *handles = arena_array(context->arena, request->n_keys, sizeof *handles);
  if (handles == NULL && request->n_keys > 0)
    return context_fail_memory(context);

  for (size_t i = 0; i < request->n_keys; i++) {
    struct found found = {.head = {.handle = 0}};
    if (i % ITEMS_A_LOOK == 0 && !context_in_time(context))
      return false;
    bool there =
        find_by_key(&finder, PATH_AT(NULL, "keys", i), bytes_of_text(request->keys[i]), &found);
    if (!there && !item_failed(context, &errors, i))
      return false;
    handles[i] = there ? found.head.handle : 0;
  }

  response->n_handles = request->n_keys;
  response->handles = handles;
  response->n_errors = errors.count;
  response->errors = (Bellwether__V1__ItemError **)errors.items;
  return true;
}
