/* SPDX-License-Identifier: MIT */
/* ListChanges: what was inserted, updated and deleted after a revision or since a time. */
#include "server/describe.h"
#include "server/lookup.h"
#include "server/ops.h"
#include "server/page.h"

typedef Bellwether__V1__ListChangesRequest request_message;
typedef Bellwether__V1__ListChangesResponse response_message;
typedef Bellwether__V1__Change change_message;

static bool make_change(struct context *context, const struct change_record *record,
                        change_message **ret_change) {
  change_message *change = message_new(context, &bellwether__v1__change__descriptor);
  if (change == NULL)
    return false;
  change->revision = record->revision;
  change->kind = (Bellwether__V1__ChangeKind)record->kind;
  change->subject = (Bellwether__V1__ChangeSubject)record->subject;
  change->name = text_new(context, record->name);
  change->at_ms = record->at_ms;
  change->handle = record->subject == CHANGE_SERIES ? record->number : 0;
  *ret_change = change;
  return change->name != NULL;
}

/* Behind the place (number, item): a revision and a mark within it. 0 for the dataset: of all. */
static bool list_changes(struct page *page, uint32_t dataset_no, struct list *list,
                         struct page_position *place, bool *ret_taken) {
  struct context *context = page->context;
  struct change_record record;
  enum store_status status;
  uint64_t mark;
  while ((status = change_next(context->txn, place->number, place->item, &record, &mark)) ==
         STORE_OK) {
    change_message *change = NULL;
    bool wanted = dataset_no == 0 || record.dataset_no == dataset_no;
    if (!context_in_time(context) || (wanted && !make_change(context, &record, &change)))
      return false;
    *ret_taken = !wanted || page_takes_message(page, &change->base);
    if (!*ret_taken)
      return true;
    if (wanted && !list_add(list, context->arena, change))
      return context_fail_memory(context);
    place->number = record.revision;
    place->item = mark;
  }
  return status == STORE_NOT_FOUND || context_fail_store(context, status, "changes");
}

/* The revision behind which the answer begins. */
static bool begin(struct context *context, const request_message *request, uint64_t *ret_revision) {
  uint64_t before = 0;
  if (request->from_ms != 0) {
    enum store_status status = change_last_before(context->txn, request->from_ms, &before);
    if (status != STORE_OK)
      return context_fail_store(context, status, "changes");
  }
  *ret_revision = before > request->since_revision ? before : request->since_revision;
  return true;
}

bool op_list_changes(struct context *context, const ProtobufCMessage *request_base,
                     ProtobufCMessage *response_base) {
  const request_message *request = (const request_message *)request_base;
  response_message *response = (response_message *)response_base;
  struct dataset_record dataset = {.no = 0};
  struct list list = {.count = 0};
  struct page page;
  bool taken = true;
  if (!page_begin(&page, context, PAGE_LIST, request_base) ||
      (request->dataset[0] != '\0' &&
       (!check_dataset_id(context, PATH(NULL, "dataset"), request->dataset) ||
        !lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(request->dataset),
                        &dataset))))
    return false;

  struct page_position place = page.from;
  if (!page.continued && !begin(context, request, &place.number))
    return false;
  if (!list_changes(&page, dataset.no, &list, &place, &taken))
    return false;

  response->n_changes = list.count;
  response->changes = (change_message **)list.items;
  return taken || page_token_make(&page, &place, &response->next_page_token);
}
