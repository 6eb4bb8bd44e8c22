/* SPDX-License-Identifier: MIT */
/* CommitLoad: a staged load as one command. Its parts are walked three times: to index them, to
 * check the descriptions against the store, and to write; only the index stays in memory. */
#include "server/apply.h"
#include "server/engine_state.h"
#include "server/load.h"
#include "server/load_memory.h"
#include "server/lookup.h"
#include "server/ops.h"

typedef Bellwether__V1__CommitLoadRequest commit_request;
typedef Bellwether__V1__CommitLoadResponse commit_response;

/* An indicator or a code list of the load: unpacked only when it is looked at. */
struct description {
  struct plan_place place;
  enum load_field field;
  uint32_t dataset; /* number in the plan */
};

struct commit {
  struct context *context;
  struct load *load;
  struct plan plan;
  struct description *descriptions;
  size_t n_descriptions;
  size_t capacity;
};

static void commit_fini_scoped(struct commit *commit) {
  plan_fini(&commit->plan);
  load_close(commit->load);
  free(commit->descriptions);
}

bool op_commit_load_check(struct context *context, const ProtobufCMessage *request_message,
                          ProtobufCMessage *response_message) {
  const commit_request *request = (const void *)request_message;
  (void)response_message;
  if (!check_load_id(context, PATH(NULL, "load_id"), request->load_id))
    return false;
  if (request->part_count < 1 || request->part_count > LIMIT_PARTS_PER_LOAD)
    return check_fail(context, PATH(NULL, "part_count"), "FIELD_INVALID", NULL,
                      "The number %u of parts is not from 1 to %d.", (unsigned)request->part_count,
                      LIMIT_PARTS_PER_LOAD);
  return true;
}

static const Bellwether__V1__SeriesStatements *fetch_from_load(void *source, struct arena *scratch,
                                                               const struct plan_place *place) {
  struct commit *commit = source;
  struct bytes packed;
  if (!load_at(commit->load, place, &packed))
    return NULL;
  return load_unpack(commit->context, scratch, LOAD_SERIES, packed);
}

static bool add_description(struct commit *commit, enum load_field field,
                            const struct plan_place *place, const char *dataset) {
  if (commit->n_descriptions == commit->capacity) {
    size_t capacity = commit->capacity == 0 ? 64 : commit->capacity * 2;
    void *grown = reallocarray(commit->descriptions, capacity, sizeof *commit->descriptions);
    if (grown == NULL)
      return context_fail_memory(commit->context);
    commit->descriptions = grown;
    commit->capacity = capacity;
  }
  struct description *description = &commit->descriptions[commit->n_descriptions++];
  *description = (struct description){.place = *place, .field = field};
  return plan_name_dataset(&commit->plan, place, load_field_name(field), dataset,
                           &description->dataset);
}

static bool add_statements(struct commit *commit, const struct plan_place *place,
                           const Bellwether__V1__SeriesStatements *statements) {
  struct path part = {NULL, "parts", place->part};
  struct rows_span span;
  if (commit->plan.n_entries == LIMIT_STATEMENTS_PER_LOAD)
    return check_count(commit->context, &part, LIMIT_STATEMENTS_PER_LOAD + (size_t)1,
                       LIMIT_STATEMENTS_PER_LOAD);
  return check_statements(commit->context, PATH_AT(&part, "series", place->index), statements,
                          &span) &&
         plan_add_statements(&commit->plan, place, statements, &span);
}

/* Datasets and releases are kept, since all the others refer to them. */
static bool index_visited(void *arg, enum load_field field, const struct plan_place *place,
                          struct bytes packed) {
  struct commit *commit = arg;
  uint32_t number = 0;
  bool keep = field == LOAD_DATASETS || field == LOAD_RELEASES;
  arena_reset(commit->plan.scratch, PLAN_SCRATCH_BYTES);
  const void *message =
      load_unpack(commit->context, keep ? commit->plan.arena : commit->plan.scratch, field, packed);
  if (message == NULL)
    return false;
  switch (field) {
  case LOAD_DATASETS:
    return plan_add_dataset(&commit->plan, place, message);
  case LOAD_INDICATORS:
    return add_description(commit, field, place,
                           ((const Bellwether__V1__Indicator *)message)->dataset);
  case LOAD_CODE_LISTS:
    return add_description(commit, field, place,
                           ((const Bellwether__V1__CodeList *)message)->dataset);
  case LOAD_RELEASES:
    return plan_add_release(&commit->plan, place, "releases", message, &number);
  case LOAD_SERIES:
    return add_statements(commit, place, message);
  }
  return true;
}

static const void *fetch_description(struct commit *commit, const struct description *description) {
  struct bytes packed;
  arena_reset(commit->plan.scratch, PLAN_SCRATCH_BYTES);
  if (!load_at(commit->load, &description->place, &packed))
    return NULL;
  return load_unpack(commit->context, commit->plan.scratch, description->field, packed);
}

static bool check_description(struct commit *commit, const struct description *description) {
  const struct dataset_record *record = &commit->plan.datasets[description->dataset].record;
  const Bellwether__V1__CodeList *list = NULL;
  struct plan_path room;
  const struct path *path =
      plan_path(&room, &description->place, load_field_name(description->field), NULL);
  uint8_t dimension = 0;
  if (description->field == LOAD_INDICATORS)
    return has_indicators(commit->context, PATH(path, "dataset"), record);
  list = fetch_description(commit, description);
  return list != NULL && lookup_dimension(commit->context, PATH(path, "dimension"), record,
                                          list->dimension, &dimension);
}

static bool write_codes(struct commit *commit, const struct dataset_record *record,
                        const Bellwether__V1__CodeList *list, bool *changed) {
  uint8_t dimension = 0;
  if (!lookup_dimension(commit->context, NULL, record, list->dimension, &dimension))
    return false;
  for (size_t i = 0; i < list->n_codes; i++) {
    enum put_result result = PUT_SAME;
    if (!apply_code(commit->context, commit->plan.scratch, record->no, dimension, list->codes[i],
                    &result))
      return false;
    *changed = *changed || result != PUT_SAME;
  }
  return true;
}

static bool write_description(struct commit *commit, const struct description *description,
                              bool *changed) {
  const struct dataset_record *record = &commit->plan.datasets[description->dataset].record;
  enum put_result result = PUT_SAME;
  const void *message = fetch_description(commit, description);
  if (message == NULL)
    return false;
  if (description->field == LOAD_CODE_LISTS)
    return write_codes(commit, record, message, changed);
  if (!apply_indicator(commit->context, commit->plan.scratch, record->no, message, &result))
    return false;
  *changed = *changed || result != PUT_SAME;
  return true;
}

/* The release that the load was begun with. */
static bool set_release(struct commit *commit, const char *load_id) {
  const Bellwether__V1__BeginLoadRequest *begun = NULL;
  struct bytes head;
  enum staging_status status =
      staging_head(commit->context->engine->staging, load_id, commit->plan.arena, &head);
  if (status != STAGING_OK)
    return load_fail(commit->context, status, load_id);
  begun = load_unpack_as(commit->context, commit->plan.arena,
                         &bellwether__v1__begin_load_request__descriptor, head);
  return begun != NULL && plan_set_release(&commit->plan, begun->release);
}

/* All of 1 to part_count are staged; others beside them do not matter. */
static bool check_parts(struct context *context, const commit_request *request) {
  uint32_t *numbers = NULL;
  size_t n = 0;
  enum staging_status status =
      staging_parts(context->engine->staging, request->load_id, context->arena, &numbers, &n);
  if (status != STAGING_OK)
    return load_fail(context, status, request->load_id);
  for (uint32_t i = 0; i < request->part_count; i++) {
    if (i < n && numbers[i] == i + 1)
      continue;
    struct failure failure = {RPC_FAILED_PRECONDITION, "LOAD_INCOMPLETE", "part_count",
                              "BeginLoad tells which parts are staged"};
    return context_fail(context, failure, "Part %u of %u of the load %s is not staged.",
                        (unsigned)(i + 1), (unsigned)request->part_count, request->load_id);
  }
  return true;
}

static bool check_all(struct commit *commit, const char *load_id) {
  if (!set_release(commit, load_id) || !load_walk(commit->load, index_visited, commit) ||
      !plan_check(&commit->plan))
    return false;
  for (size_t i = 0; i < commit->n_descriptions; i++) {
    if (!check_description(commit, &commit->descriptions[i]))
      return false;
  }
  return true;
}

static bool write_all(struct commit *commit, Bellwether__V1__WriteSummary *summary) {
  bool changed = false;
  if (!plan_describe(&commit->plan, summary))
    return false;
  for (size_t i = 0; i < commit->n_descriptions; i++) {
    if (!write_description(commit, &commit->descriptions[i], &changed))
      return false;
  }
  summary->changed = summary->changed || changed;
  return plan_write(&commit->plan, summary);
}

/* Once the commit is on the disk the parts are of no use any more. */
static void remove_parts(struct context *context) {
  enum staging_status ignored = staging_remove(context->engine->staging, context->when_kept_arg);
  (void)ignored;
}

static bool commit_parts(struct context *context, const commit_request *request,
                         commit_response *response) {
  scoped(commit_fini) struct commit commit = {.context = context};
  if (!check_parts(context, request) ||
      !load_open(context, request->load_id, request->part_count, &commit.load) ||
      !plan_init(&commit.plan, context, fetch_from_load, &commit) ||
      !check_all(&commit, request->load_id))
    return false;
  response->summary = summary_new(context);
  return response->summary != NULL && write_all(&commit, response->summary);
}

bool op_commit_load(struct context *context, const ProtobufCMessage *request_message,
                    ProtobufCMessage *response_message) {
  const commit_request *request = (const void *)request_message;
  commit_response *response = (void *)response_message;
  bool committed = false;
  if (!load_recall(context, request->load_id, response, &committed))
    return false;
  if (!committed && !commit_parts(context, request, response))
    return false;

  context->discard = request->validate_only && !committed;
  if (request->validate_only)
    return true;
  context->when_kept = remove_parts;
  context->when_kept_arg = request->load_id;
  return committed || load_remember(context, request->load_id, response);
}
