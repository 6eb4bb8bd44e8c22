/* SPDX-License-Identifier: MIT */
/* ListReleases and ListVintages: what was published, and what of it states a series. */
#include "server/describe.h"
#include "server/find.h"
#include "server/lookup.h"
#include "server/ops.h"
#include "server/page.h"
#include "storage/observations.h"

typedef Bellwether__V1__ListReleasesRequest releases_request;
typedef Bellwether__V1__ListReleasesResponse releases_response;

struct release_list {
  struct page page;
  const releases_request *request;
  uint32_t dataset_no; /* 0: of any */
  struct list list;
  struct page_position end; /* ordinal and text: behind this one in the order of releases */
  bool full;
};

static bool is_wanted(struct release_list *list, const struct release_record *record,
                      const Bellwether__V1__Release *release, bool *ret_wanted) {
  struct context *context = list->page.context;
  const char *publisher = list->request->publisher;
  *ret_wanted = publisher[0] == '\0' || strcmp(publisher, release->publisher) == 0;
  if (!*ret_wanted || list->dataset_no == 0)
    return true;
  return store_ok(context,
                  release_states_dataset(context->txn, record->no, list->dataset_no, ret_wanted),
                  "release", record->id);
}

static bool add_release(struct release_list *list, const struct release_record *record) {
  struct context *context = list->page.context;
  Bellwether__V1__ReleaseSummary *summary =
      message_new(context, &bellwether__v1__release_summary__descriptor);
  bool wanted = false;
  if (summary == NULL || !describe_release(context, record, &summary->release) ||
      !is_wanted(list, record, summary->release, &wanted))
    return false;
  if (wanted) {
    if (!store_ok(context, release_series_count(context->txn, record->no, &summary->series_count),
                  "release", record->id))
      return false;
    list->full = !page_takes_message(&list->page, &summary->base);
    if (!list->full && !list_add(&list->list, context->arena, summary))
      return context_fail_memory(context);
  }
  if (!list->full) {
    list->end.ordinal = record->published_ms;
    list->end.text = record->id;
  }
  return true;
}

static bool list_releases(struct release_list *list) {
  struct context *context = list->page.context;
  int64_t to_ms = list->request->to_ms;
  struct release_record record;
  while (!list->full) {
    enum store_status status =
        release_next(context->txn, list->end.ordinal, list->end.text, &record);
    if (status == STORE_NOT_FOUND ||
        (status == STORE_OK && to_ms != 0 && record.published_ms > to_ms))
      return true;
    if (status != STORE_OK)
      return context_fail_store(context, status, "release");
    if (!context_in_time(context) || !add_release(list, &record))
      return false;
  }
  return true;
}

static bool check_releases(struct release_list *list, struct context *context) {
  const releases_request *request = list->request;
  struct dataset_record dataset;
  if (!page_begin(&list->page, context, PAGE_LIST, &request->base))
    return false;
  if (request->from_ms != 0 && request->to_ms != 0 && request->to_ms < request->from_ms)
    return check_fail(context, PATH(NULL, "from_ms"), "RANGE_REVERSED", "swap from_ms and to_ms",
                      "The range ends before it starts.");
  if (request->dataset[0] == '\0')
    return true;
  if (!check_dataset_id(context, PATH(NULL, "dataset"), request->dataset) ||
      !lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(request->dataset), &dataset))
    return false;
  list->dataset_no = dataset.no;
  return true;
}

bool op_list_releases(struct context *context, const ProtobufCMessage *request_base,
                      ProtobufCMessage *response_base) {
  releases_response *response = (releases_response *)response_base;
  struct release_list list = {.request = (const releases_request *)request_base};
  if (!check_releases(&list, context))
    return false;

  list.end = list.page.from;
  if (!list.page.continued)
    list.end.ordinal = list.request->from_ms == 0 ? INT64_MIN : list.request->from_ms;
  if (!list_releases(&list))
    return false;

  response->n_releases = list.list.count;
  response->releases = (Bellwether__V1__ReleaseSummary **)list.list.items;
  return !list.full || page_token_make(&list.page, &list.end, &response->next_page_token);
}

static bool add_withdrawn(struct context *context, const struct vintage_row *row,
                          Bellwether__V1__Vintage *vintage) {
  size_t n = row->n_withdrawn_ranges;
  vintage->withdrawn = arena_array(context->arena, n, sizeof *vintage->withdrawn);
  if (vintage->withdrawn == NULL)
    return context_fail_memory(context);
  for (size_t i = 0; i < n; i++) {
    Bellwether__V1__PeriodRange *range =
        message_new(context, &bellwether__v1__period_range__descriptor);
    if (range == NULL)
      return false;
    range->first = row->withdrawn_ranges[i].first;
    range->last = row->withdrawn_ranges[i].last;
    vintage->withdrawn[vintage->n_withdrawn++] = range;
  }
  return true;
}

static bool make_vintage(struct describer *describer, uint64_t handle,
                         const struct vintage_row *row, Bellwether__V1__Vintage **ret_vintage) {
  Bellwether__V1__Vintage *vintage =
      message_new(describer->context, &bellwether__v1__vintage__descriptor);
  if (vintage == NULL)
    return false;
  vintage->stated_count = row->n_stated;
  vintage->withdrawn_count = row->n_withdrawn;
  bool any = row->n_stated + row->n_withdrawn > 0;
  vintage->first_period = any ? row->first_period : 0;
  vintage->last_period = any ? row->last_period : 0;
  vintage->new_count = row->n_new;
  vintage->revised_count = row->n_revised;
  vintage->unchanged_count = row->n_unchanged;
  vintage->replaces = row->replaces;
  *ret_vintage = vintage;
  return add_withdrawn(describer->context, row, vintage) &&
         describer_release(describer, row->release_no, handle, true, &vintage->release);
}

static bool list_vintages(struct page *page, const struct found *found, struct list *list,
                          struct page_position *end, bool *ret_taken) {
  struct context *context = page->context;
  struct describer describer = {.context = context};
  struct vintage_rows rows;
  enum store_status status = vintages_read(context->txn, &found->head, context->arena, &rows);
  if (status != STORE_OK)
    return context_fail_store(context, status, "series");
  for (; end->item < rows.n; end->item++) {
    Bellwether__V1__Vintage *vintage = NULL;
    if (!make_vintage(&describer, found->head.handle, &rows.rows[end->item], &vintage))
      return false;
    *ret_taken = page_takes_message(page, &vintage->base);
    if (!*ret_taken)
      return true;
    if (!list_add(list, context->arena, vintage))
      return context_fail_memory(context);
  }
  return true;
}

bool op_list_vintages(struct context *context, const ProtobufCMessage *request_base,
                      ProtobufCMessage *response_base) {
  const Bellwether__V1__ListVintagesRequest *request = (const void *)request_base;
  Bellwether__V1__ListVintagesResponse *response = (void *)response_base;
  struct finder finder = {.context = context};
  struct list list = {.count = 0};
  struct found found;
  struct page page;
  bool taken = true;
  if (!page_begin(&page, context, PAGE_LIST, request_base) ||
      !find_series(&finder, PATH(NULL, "series"), request->series, &found) ||
      !find_details(&finder, &found) ||
      !page_unchanged(&page, found.head.changed_revision, "The series"))
    return false;

  struct page_position end = page.from;
  if (!list_vintages(&page, &found, &list, &end, &taken))
    return false;

  response->key = text_new(context, found.details.key);
  response->handle = found.head.handle;
  response->frequency = (Bellwether__V1__Frequency)found.head.frequency;
  response->n_vintages = list.count;
  response->vintages = (Bellwether__V1__Vintage **)list.items;
  return response->key != NULL &&
         (taken || page_token_make(&page, &end, &response->next_page_token));
}
