/* SPDX-License-Identifier: MIT */
/* ListDatasets, GetDataset, ListIndicators, GetIndicator, ListCodes: descriptions. */
#include "server/code_walk.h"
#include "server/describe.h"
#include "server/find_hint.h"
#include "server/lookup.h"
#include "server/ops.h"
#include "server/page.h"

static bool fail_required(struct context *context, const char *name) {
  return check_fail(context, PATH(NULL, name), "FIELD_REQUIRED", NULL, "The field %s is required.",
                    name);
}

/* Adds a message to a list of the response. *ret_taken is false where the page is full: it then
 * ends behind `after`. */
static bool take(struct page *page, struct list *list, ProtobufCMessage *message, bool *ret_taken) {
  *ret_taken = page_takes_message(page, message);
  return !*ret_taken || list_add(list, page->context->arena, message) ||
         context_fail_memory(page->context);
}

bool op_list_datasets(struct context *context, const ProtobufCMessage *request_base,
                      ProtobufCMessage *response_base) {
  Bellwether__V1__ListDatasetsResponse *response = (void *)response_base;
  struct page page;
  struct list list = {.count = 0};
  struct dataset_record record;
  if (!page_begin(&page, context, PAGE_LIST, request_base))
    return false;

  struct page_position end = page.from;
  enum store_status status;
  bool taken = true;
  while (taken && (status = dataset_next(context->txn, end.text, &record)) == STORE_OK) {
    Bellwether__V1__Dataset *dataset = NULL;
    if (!context_in_time(context) || !describe_dataset(context, &record, &dataset) ||
        !take(&page, &list, &dataset->base, &taken) ||
        (taken && !page_unchanged(&page, record.changed_revision, "A dataset")))
      return false;
    if (taken)
      end.text = record.id;
  }
  if (taken && status != STORE_NOT_FOUND)
    return context_fail_store(context, status, "dataset");

  response->n_datasets = list.count;
  response->datasets = (Bellwether__V1__Dataset **)list.items;
  return taken || page_token_make(&page, &end, &response->next_page_token);
}

bool op_get_dataset(struct context *context, const ProtobufCMessage *request_base,
                    ProtobufCMessage *response_base) {
  const Bellwether__V1__GetDatasetRequest *request = (const void *)request_base;
  Bellwether__V1__GetDatasetResponse *response = (void *)response_base;
  struct dataset_record record;
  if (request->id[0] == '\0')
    return fail_required(context, "id");
  return check_dataset_id(context, PATH(NULL, "id"), request->id) &&
         lookup_dataset(context, PATH(NULL, "id"), bytes_of_text(request->id), &record) &&
         describe_dataset(context, &record, &response->dataset);
}

static bool has_tag(const Bellwether__V1__Indicator *indicator, const char *tag) {
  for (size_t i = 0; i < indicator->n_tags; i++)
    if (strcmp(indicator->tags[i], tag) == 0)
      return true;
  return tag[0] == '\0';
}

static struct code_walk walk_indicators(struct context *context,
                                        const struct dataset_record *dataset) {
  return (struct code_walk){.context = context,
                            .dataset = dataset,
                            .dimension = dataset->indicator_dimension,
                            .indicators = true};
}

struct indicator_list {
  struct page page;
  struct list list;
  const char *tag;
  struct page_position end;
  bool full;
};

static bool take_indicator(struct indicator_list *list, const struct dataset_record *dataset,
                           Bellwether__V1__Indicator *indicator, bool *ret_taken) {
  return take(&list->page, &list->list, &indicator->base, ret_taken) &&
         (!*ret_taken || page_unchanged(&list->page, dataset->changed_revision, "The dataset"));
}

/* The indicators of one dataset behind the place where the page ends so far. */
static bool list_indicators(struct indicator_list *list, const struct dataset_record *dataset) {
  struct context *context = list->page.context;
  struct code_walk walk = walk_indicators(context, dataset);
  walk.after = list->end.text;
  for (bool there = true; there && !list->full;) {
    struct code_found found;
    Bellwether__V1__Indicator *indicator = NULL;
    bool taken = true;
    if (!context_in_time(context) || !code_walk_next(&walk, &there, &found))
      return false;
    if (!there)
      break;
    if (!describe_indicator(context, dataset, found.code, found.description, &indicator) ||
        (has_tag(indicator, list->tag) && !take_indicator(list, dataset, indicator, &taken)))
      return false;
    list->full = !taken;
    if (taken)
      list->end.text = found.code;
  }
  return true;
}

static bool list_dataset(struct indicator_list *list, const struct dataset_record *dataset) {
  list->end.number = dataset->no;
  return list_indicators(list, dataset);
}

/* From the dataset in which the page before ended, or from the first. */
static bool list_all_datasets(struct indicator_list *list) {
  struct context *context = list->page.context;
  struct dataset_record record;
  enum store_status status = STORE_OK;
  struct bytes after = bytes_of("", 0);
  if (list->page.continued) {
    status = dataset_get_by_no(context->txn, (uint32_t)list->page.from.number, &record);
    if (status != STORE_OK)
      return page_unchanged(&list->page, UINT64_MAX, "The dataset");
    if (!list_dataset(list, &record))
      return false;
    after = record.id;
  }
  while (!list->full && (status = dataset_next(context->txn, after, &record)) == STORE_OK) {
    list->end.text = bytes_of("", 0);
    if (!list_dataset(list, &record))
      return false;
    after = record.id;
  }
  return list->full || status == STORE_NOT_FOUND || context_fail_store(context, status, "dataset");
}

bool op_list_indicators(struct context *context, const ProtobufCMessage *request_base,
                        ProtobufCMessage *response_base) {
  const Bellwether__V1__ListIndicatorsRequest *request = (const void *)request_base;
  Bellwether__V1__ListIndicatorsResponse *response = (void *)response_base;
  struct indicator_list list = {.tag = request->tag};
  struct dataset_record record = {.no = 0};
  struct bytes dataset = bytes_of_text(request->dataset);
  if (!page_begin(&list.page, context, PAGE_LIST, request_base) ||
      (dataset.size > 0 && (!check_dataset_id(context, PATH(NULL, "dataset"), request->dataset) ||
                            !lookup_dataset(context, PATH(NULL, "dataset"), dataset, &record))))
    return false;

  list.end = list.page.from;
  if (!(dataset.size > 0 ? list_dataset(&list, &record) : list_all_datasets(&list)))
    return false;

  response->n_indicators = list.list.count;
  response->indicators = (Bellwether__V1__Indicator **)list.list.items;
  return !list.full || page_token_make(&list.page, &list.end, &response->next_page_token);
}

static bool fail_no_indicator(struct context *context, const struct dataset_record *dataset,
                              struct bytes id) {
  struct failure failure = {.code = RPC_NOT_FOUND,
                            .reason = "INDICATOR_NOT_FOUND",
                            .field = "id",
                            .hint = hint_for_indicator(context, dataset->no, id)};
  return context_fail(context, failure, "%s has no indicator %s.",
                      quoted(context->arena, dataset->id), quoted(context->arena, id));
}

bool op_get_indicator(struct context *context, const ProtobufCMessage *request_base,
                      ProtobufCMessage *response_base) {
  const Bellwether__V1__GetIndicatorRequest *request = (const void *)request_base;
  Bellwether__V1__GetIndicatorResponse *response = (void *)response_base;
  struct dataset_record record;
  struct code_found found;
  bool there = false;
  if (request->dataset[0] == '\0' || request->id[0] == '\0')
    return fail_required(context, request->dataset[0] == '\0' ? "dataset" : "id");
  if (!check_dataset_id(context, PATH(NULL, "dataset"), request->dataset) ||
      !check_code_id(context, PATH(NULL, "id"), request->id, LIMIT_SERIES_KEY_BYTES) ||
      !lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(request->dataset), &record))
    return false;

  struct code_walk walk = walk_indicators(context, &record);
  if (!code_walk_get(&walk, bytes_of_text(request->id), &there, &found))
    return false;
  if (!there)
    return fail_no_indicator(context, &record, found.code);

  return describe_indicator(context, &record, found.code, found.description, &response->indicator);
}

static bool list_codes(struct page *page, struct code_walk *walk, struct list *list,
                       bool *ret_taken) {
  struct context *context = page->context;
  for (;;) {
    struct bytes after = walk->after;
    struct code_found found;
    Bellwether__V1__Code *code = NULL;
    bool there = false;
    if (!context_in_time(context) || !code_walk_next(walk, &there, &found))
      return false;
    if (!there)
      return true;
    if (!describe_code(context, walk->dataset, walk->dimension, found.code, found.description,
                       &code) ||
        !take(page, list, &code->base, ret_taken))
      return false;
    if (!*ret_taken) {
      walk->after = after;
      return true;
    }
  }
}

bool op_list_codes(struct context *context, const ProtobufCMessage *request_base,
                   ProtobufCMessage *response_base) {
  const Bellwether__V1__ListCodesRequest *request = (const void *)request_base;
  Bellwether__V1__ListCodesResponse *response = (void *)response_base;
  struct dataset_record record;
  struct page page;
  struct list list = {.count = 0};
  struct code_walk walk = {.context = context, .dataset = &record, .used_only = request->used_only};
  bool taken = true;
  if (request->dataset[0] == '\0' || request->dimension[0] == '\0')
    return fail_required(context, request->dataset[0] == '\0' ? "dataset" : "dimension");
  if (!page_begin(&page, context, PAGE_LIST, request_base) ||
      !check_dataset_id(context, PATH(NULL, "dataset"), request->dataset) ||
      !lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(request->dataset), &record) ||
      !lookup_dimension(context, PATH(NULL, "dimension"), &record, request->dimension,
                        &walk.dimension))
    return false;

  walk.after = page.from.text;
  if (!page_unchanged(&page, record.changed_revision, "The dataset") ||
      !list_codes(&page, &walk, &list, &taken))
    return false;

  response->n_codes = list.count;
  response->codes = (Bellwether__V1__Code **)list.items;
  struct page_position end = {.revision = page.from.revision, .text = walk.after};
  return taken || page_token_make(&page, &end, &response->next_page_token);
}
