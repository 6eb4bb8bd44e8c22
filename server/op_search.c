/* SPDX-License-Identifier: MIT */
/* Search: ranked search over the words of indicators and series. */
#include "server/describe.h"
#include "server/ops.h"
#include "server/page.h"
#include "server/search.h"

typedef Bellwether__V1__SearchRequest request_message;
typedef Bellwether__V1__SearchResponse response_message;
typedef Bellwether__V1__SearchResult result_message;

static bool make_indicator(struct describer *describer, uint64_t number, result_message *result) {
  struct context *context = describer->context;
  const struct dataset_record *dataset = NULL;
  const Bellwether__V1__Indicator *indicator = NULL;
  struct subject subject;
  enum store_status status = index_subject(context->txn, SUBJECT_INDICATOR, number, &subject);
  if (status != STORE_OK)
    return context_fail_store(context, status, "index");
  if (!describer_dataset(describer, subject.dataset_no, &dataset) ||
      !describer_indicator(describer, dataset, subject.code, &indicator))
    return false;
  result->result_case = BELLWETHER__V1__SEARCH_RESULT__RESULT_INDICATOR;
  result->indicator = (Bellwether__V1__Indicator *)(uintptr_t)indicator;
  result->dataset = text_new(context, dataset->id);
  return result->dataset != NULL;
}

static bool make_series(struct describer *describer, uint64_t handle, result_message *result) {
  struct context *context = describer->context;
  const struct dataset_record *dataset = NULL;
  struct series_head head;
  struct series_details details;
  enum store_status status = series_by_handle(context->txn, handle, &head, &details);
  if (status != STORE_OK)
    return context_fail_store(context, status, "series");
  result->result_case = BELLWETHER__V1__SEARCH_RESULT__RESULT_SERIES;
  if (!describe_series(describer, &head, &details, BELLWETHER__V1__VIEW__VIEW_FULL,
                       &result->series) ||
      !describer_dataset(describer, head.dataset_no, &dataset))
    return false;
  result->dataset = text_new(context, dataset->id);
  return result->dataset != NULL;
}

static bool list_results(struct page *page, const struct search_hits *hits, size_t *at,
                         struct list *list) {
  struct context *context = page->context;
  struct describer describer = {.context = context};
  for (; *at < hits->n; ++*at) {
    const struct search_hit *hit = &hits->hits[*at];
    result_message *result = message_new(context, &bellwether__v1__search_result__descriptor);
    if (result == NULL || !context_in_time(context))
      return false;
    result->score = (double)hit->score;
    if (!(hit->kind == SUBJECT_SERIES ? make_series(&describer, hit->number, result)
                                      : make_indicator(&describer, hit->number, result)))
      return false;
    if (!page_takes_message(page, &result->base))
      return true;
    if (!list_add(list, context->arena, result))
      return context_fail_memory(context);
  }
  return true;
}

bool op_search(struct context *context, const ProtobufCMessage *request_base,
               ProtobufCMessage *response_base) {
  const request_message *request = (const void *)request_base;
  response_message *response = (void *)response_base;
  scoped(search_hits_fini) struct search_hits hits = {.hits = NULL};
  struct search search;
  struct list list = {.count = 0};
  struct page page;
  if (!page_begin(&page, context, PAGE_RANKED, request_base) ||
      !search_begin(&search, context, request) ||
      !page_unchanged(&page, index_revision(context->txn), "What is searched"))
    return false;

  size_t at = (size_t)page.from.item;
  if (!search_indicators(&search, &hits) ||
      (search.include_series && !search_series(&search, &hits)) ||
      !search_hits_sort(&hits, context, at, page.rows_left) ||
      !list_results(&page, &hits, &at, &list))
    return false;

  response->total = hits.total;
  response->n_results = list.count;
  response->results = (result_message **)list.items;
  struct page_position end = {.revision = page.from.revision, .item = at};
  return at >= hits.n || page_token_make(&page, &end, &response->next_page_token);
}
