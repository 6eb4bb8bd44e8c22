/* SPDX-License-Identifier: MIT */
/* BatchGetObservations: many series by keys, handles and patterns, in pages. */
#include <xxhash.h>

#include "server/answer.h"
#include "server/ops.h"

typedef Bellwether__V1__BatchGetObservationsRequest request_message;
typedef Bellwether__V1__BatchGetObservationsResponse response_message;
typedef Bellwether__V1__BatchItem item_message;

struct batch {
  struct context *context;
  const request_message *request;
  response_message *response;
  struct finder finder;
  struct describer describer;
  struct page page;
  struct list series;
  struct list errors;
  struct query shared; /* of items without their own */
  struct query own;    /* of the present item, if it has one */
  struct path shared_path;
  struct path item_path;
  struct path own_path;
  bool gathering; /* the periods that aligned series share; nothing goes on the page */
  struct period_set aligned;
  uint64_t aligned_hash; /* of the periods; 0: not aligned */
  size_t item;
  bool reported;          /* the item has its error */
  struct bytes after_key; /* the last match of the item's pattern that is done with */
  bool full;              /* the page ends at `end` */
  struct page_position end;
};

static bool is_aligned(const struct batch *batch) {
  return batch->aligned.rule != ALIGN_NONE;
}

/* The page ends before what comes after `after_key`, or (a place within) inside the series `key`.
 */
static void end_page(struct batch *batch, struct bytes key, const struct answer_place *place) {
  batch->full = true;
  batch->end =
      (struct page_position){.revision = batch->page.from.revision,
                             .item = batch->item,
                             .text = place->within ? key : batch->after_key,
                             .within = place->within,
                             .ordinal = place->ordinal,
                             .number = is_aligned(batch) ? batch->aligned_hash : place->left};
}

/* An error takes room on the page as a series does. An item has one: of a pattern's matches the
 * first that failed tells for all. */
static bool add_error(struct batch *batch) {
  if (!item_failed(batch->context, &batch->errors, batch->item))
    return false;
  if (batch->gathering || batch->reported) {
    batch->errors.count--;
    return true;
  }
  batch->reported = true;
  const ProtobufCMessage *error = batch->errors.items[batch->errors.count - 1];
  if (page_takes_message(&batch->page, error))
    return true;
  batch->errors.count--;
  end_page(batch, batch->after_key, &(struct answer_place){.within = false});
  return true;
}

static bool fail_frequencies(struct batch *batch, enum frequency other) {
  return check_fail(batch->context, PATH(NULL, "alignment"), "ALIGNMENT_INVALID",
                    "aggregate them to one frequency, or ask for them apart",
                    "Series of the frequencies %c and %c share no periods.",
                    frequency_letter(batch->aligned.frequency), frequency_letter(other));
}

/* Takes a series' periods into account for the alignment. */
static bool gather_series(struct batch *batch, struct query *query, struct found *found,
                          bool *ret_failed) {
  struct series_words words;
  struct evaluated evaluated;
  if (!find_details(&batch->finder, found) ||
      !describer_series(&batch->describer, &found->head, &found->details, &words))
    return false;
  struct source source = source_of(found, &words);
  *ret_failed = !evaluate(query, &batch->describer, &source, NULL, &evaluated);
  if (*ret_failed)
    return true;
  if (batch->aligned.frequency != FREQUENCY_NONE &&
      batch->aligned.frequency != evaluated.frame.frequency)
    return fail_frequencies(batch, evaluated.frame.frequency);
  return period_set_add(batch->context->arena, &batch->aligned, &evaluated.frame) ||
         context_fail_memory(batch->context);
}

/* What is on one page and the ones before it must be of one state, series by series. */
static bool is_unchanged(struct batch *batch, const struct query *query,
                         const struct found *found) {
  uint64_t revision = 0;
  return !batch->page.continued || (query_changed_revision(query, &found->head, &revision) &&
                                    page_unchanged(&batch->page, revision, "A series"));
}

/* Whether the caller has it already. */
static bool is_known(struct batch *batch, const struct query *query, const struct found *found,
                     bool *ret_known) {
  uint64_t revision = UINT64_MAX;
  if (batch->request->if_changed_since > 0 &&
      !query_changed_revision(query, &found->head, &revision))
    return false;
  *ret_known = revision <= batch->request->if_changed_since;
  return true;
}

/* A series that the page has no room for is looked at when its page comes. */
static bool add_series(struct batch *batch, struct query *query, struct found *found,
                       struct answer_place place, bool *ret_failed) {
  Bellwether__V1__SeriesObservations *message = NULL;
  struct answer_place next = {.within = false};
  struct answerer answerer = {.finder = &batch->finder,
                              .describer = &batch->describer,
                              .page = &batch->page,
                              .aligned = is_aligned(batch) ? &batch->aligned : NULL};
  *ret_failed = false;
  if (batch->gathering)
    return gather_series(batch, query, found, ret_failed);
  if (place.within && !is_unchanged(batch, query, found))
    return false;
  bool known = false;
  if (!place.within && !is_known(batch, query, found, &known))
    return false;
  if (known) {
    batch->response->not_modified_count++;
    return true;
  }
  if (!answer_series(&answerer, query, found, &place, &message, &next)) {
    *ret_failed = true;
    return true;
  }
  if (message == NULL || message->continues)
    end_page(batch, found->details.key, message == NULL ? &place : &next);
  if (message == NULL)
    return true;
  if (!is_unchanged(batch, query, found))
    return false;
  message->item_index = (uint32_t)batch->item;
  return list_add(&batch->series, batch->context->arena, message) ||
         context_fail_memory(batch->context);
}

/* A series that the item names itself, or the one in which the page before ended. */
static bool add_found(struct batch *batch, struct query *query, struct found *found,
                      struct answer_place place) {
  bool failed = false;
  return add_series(batch, query, found, place, &failed) && (!failed || add_error(batch));
}

static bool add_key(struct batch *batch, struct query *query, struct bytes key) {
  struct found found;
  if (!find_by_key(&batch->finder, PATH(&batch->item_path, "key"), key, &found))
    return add_error(batch);
  return add_found(batch, query, &found, (struct answer_place){.within = false});
}

static bool add_handle(struct batch *batch, struct query *query, uint64_t handle) {
  struct found found;
  if (!find_by_handle(&batch->finder, PATH(&batch->item_path, "handle"), handle, &found))
    return add_error(batch);
  return add_found(batch, query, &found, (struct answer_place){.within = false});
}

static bool walk_matches(struct batch *batch, struct query *query, struct series_walk *walk,
                         bool *ret_any) {
  struct found found = {.detailed = false};
  enum store_status status;
  while (!batch->full && context_in_time(batch->context)) {
    bool failed = false;
    found.detailed = false;
    status = series_walk_next(walk, &found.head, &found.details.key);
    if (status == STORE_NOT_FOUND)
      return true;
    if (status != STORE_OK)
      return context_fail_store(batch->context, status, "series");
    *ret_any = true;
    if (!add_series(batch, query, &found, (struct answer_place){.within = false}, &failed))
      return false;
    if (failed && !add_error(batch))
      return false;
    if (!batch->full)
      batch->after_key = found.details.key;
  }
  return batch->full;
}

static bool add_pattern(struct batch *batch, struct query *query, struct bytes text) {
  scoped(series_walk_end) struct series_walk *walk = NULL;
  const struct path *path = PATH(&batch->item_path, "key");
  struct chosen chosen;
  bool any = batch->after_key.size > 0;
  if (!find_pattern(&batch->finder, path, text, &chosen))
    return add_error(batch);
  chosen.choice.after_key = batch->after_key;
  enum store_status status = series_walk_begin(batch->context->txn, &chosen.choice, &walk);
  if (status != STORE_OK)
    return context_fail_store(batch->context, status, "dataset");
  if (!walk_matches(batch, query, walk, &any))
    return false;
  if (any)
    return true;
  find_fail_no_match(&batch->finder, path, text, &chosen);
  return add_error(batch);
}

/* The series in which the page before ended; then the item's pattern goes on behind it. */
static bool add_rest(struct batch *batch, struct query *query) {
  const struct page_position *from = &batch->page.from;
  struct found found;
  if (!find_by_key(&batch->finder, NULL, from->text, &found)) {
    batch->context->failure = NULL;
    return page_unchanged(&batch->page, UINT64_MAX, "A series");
  }
  batch->after_key = from->text;
  return add_found(
      batch, query, &found,
      (struct answer_place){.within = true, .ordinal = from->ordinal, .left = from->number});
}

static bool choose_query(struct batch *batch, const item_message *item, struct query **ret_query) {
  *ret_query = &batch->shared;
  if (item->query == NULL)
    return true;
  batch->own_path = (struct path){&batch->item_path, "query", PATH_NO_INDEX};
  *ret_query = &batch->own;
  return query_init(&batch->own, &batch->finder, &batch->own_path, item->query);
}

static bool fail_no_item(struct batch *batch) {
  return check_fail(batch->context, &batch->item_path, "FIELD_REQUIRED", "give a key or a handle",
                    "The item names no series.");
}

static bool add_item(struct batch *batch, const item_message *item, bool within) {
  struct query *query = NULL;
  if (!choose_query(batch, item, &query) ||
      (item->item_case == BELLWETHER__V1__BATCH_ITEM__ITEM__NOT_SET && !fail_no_item(batch)))
    return add_error(batch);
  bool by_handle = item->item_case == BELLWETHER__V1__BATCH_ITEM__ITEM_HANDLE;
  bool by_pattern = !by_handle && key_is_pattern(bytes_of_text(item->key)) && item->key[0] != '\0';
  if (within && (!add_rest(batch, query) || batch->full || !by_pattern))
    return batch->context->failure == NULL;
  if (by_pattern)
    return add_pattern(batch, query, bytes_of_text(item->key));
  if (by_handle)
    return add_handle(batch, query, item->handle);
  return add_key(batch, query, bytes_of_text(item->key));
}

static bool add_items(struct batch *batch) {
  const struct page_position *from = &batch->page.from;
  for (size_t i = from->item; i < batch->request->n_items && !batch->full; i++) {
    bool resumed = batch->page.continued && i == from->item;
    batch->item = i;
    batch->reported = false;
    batch->item_path = (struct path){NULL, "items", i};
    batch->after_key = resumed && !from->within ? from->text : bytes_of("", 0);
    if (!context_in_time(batch->context) ||
        !add_item(batch, batch->request->items[i], resumed && from->within))
      return false;
  }
  return true;
}

/* All pages have the same periods, though not all series that bring them are on each. */
static bool check_aligned(struct batch *batch) {
  const struct period_set *set = &batch->aligned;
  batch->aligned_hash = XXH3_64bits(set->periods, set->n * sizeof *set->periods);
  return !batch->page.continued || batch->page.from.number == batch->aligned_hash ||
         page_unchanged(&batch->page, UINT64_MAX, "What the series share");
}

/* The periods of the answer, before any of it is made. Errors come with the answer itself. */
static bool gather_periods(struct batch *batch) {
  batch->gathering = true;
  for (size_t i = 0; is_aligned(batch) && i < batch->request->n_items; i++) {
    batch->item = i;
    batch->item_path = (struct path){NULL, "items", i};
    batch->after_key = bytes_of("", 0);
    if (!context_in_time(batch->context) || !add_item(batch, batch->request->items[i], false))
      return false;
  }
  batch->gathering = false;
  batch->finder.hints_given = 0;
  return !is_aligned(batch) || check_aligned(batch);
}

static bool choose_alignment(struct batch *batch) {
  int rule = (int)batch->request->alignment;
  if (rule < ALIGN_NONE || rule > ALIGN_INTERSECTION)
    return check_fail(batch->context, PATH(NULL, "alignment"), "FIELD_INVALID",
                      "1 is UNION, 2 INTERSECTION", "%d is no Alignment.", rule);
  batch->aligned.rule = (enum align_rule)rule;
  return true;
}

static bool check(struct batch *batch) {
  const request_message *request = batch->request;
  if (!check_count(batch->context, PATH(NULL, "items"), request->n_items, LIMIT_BATCH_ITEMS))
    return false;
  batch->shared_path = (struct path){NULL, "query", PATH_NO_INDEX};
  return page_begin(&batch->page, batch->context, PAGE_ROWS, &request->base) &&
         query_init(&batch->shared, &batch->finder, &batch->shared_path, request->query) &&
         choose_alignment(batch);
}

bool op_batch_get_observations(struct context *context, const ProtobufCMessage *request_base,
                               ProtobufCMessage *response_base) {
  struct batch batch = {.context = context,
                        .request = (const request_message *)request_base,
                        .response = (response_message *)response_base,
                        .finder = {.context = context},
                        .describer = {.context = context}};
  response_message *response = batch.response;
  if (!check(&batch))
    return false;

  if (!gather_periods(&batch) || !add_items(&batch))
    return false;

  response->n_series = batch.series.count;
  response->series = (Bellwether__V1__SeriesObservations **)batch.series.items;
  response->n_errors = batch.errors.count;
  response->errors = (Bellwether__V1__ItemError **)batch.errors.items;
  return !batch.full || page_token_make(&batch.page, &batch.end, &response->next_page_token);
}
