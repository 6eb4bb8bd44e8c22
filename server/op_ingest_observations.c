/* SPDX-License-Identifier: MIT */
/* PutObservations and DeleteObservations: the figures of some series as of one release. */
#include "server/apply.h"
#include "server/find.h"
#include "server/lookup.h"
#include "server/ops.h"
#include "server/plan.h"

typedef Bellwether__V1__PutObservationsRequest put_request;
typedef Bellwether__V1__DeleteObservationsRequest delete_request;

bool op_put_observations_check(struct context *context, const ProtobufCMessage *request_message,
                               ProtobufCMessage *response_message) {
  const put_request *request = (const void *)request_message;
  size_t n_rows = 0;
  (void)response_message;
  if (request->release != NULL &&
      !check_release_or_id(context, PATH(NULL, "release"), request->release))
    return false;
  if (!check_count(context, PATH(NULL, "series"), request->n_series, LIMIT_BATCH_ITEMS))
    return false;
  for (size_t i = 0; i < request->n_series; i++) {
    struct rows_span span;
    const struct path *path = PATH_AT(NULL, "series", i);
    if (!check_statements(context, path, request->series[i], &span))
      return false;
    n_rows += span.n;
    if (!check_count(context, PATH(path, "observations"), n_rows, LIMIT_OBSERVATIONS_PER_REQUEST))
      return false;
  }
  return request->release != NULL || request->n_series > 0 ||
         check_fail(context, PATH(NULL, "release"), "FIELD_REQUIRED", NULL,
                    "The field release is required.");
}

static const Bellwether__V1__SeriesStatements *
fetch_from_request(void *source, struct arena *scratch, const struct plan_place *place) {
  const put_request *request = source;
  (void)scratch;
  return request->series[place->index];
}

static bool plan_request(struct plan *plan, const put_request *request) {
  if (!plan_set_release(plan, request->release))
    return false;
  for (size_t i = 0; i < request->n_series; i++) {
    struct plan_place place = {.index = (uint32_t)i};
    struct rows_span span = statements_span(request->series[i]);
    if (!plan_add_statements(plan, &place, request->series[i], &span))
      return false;
  }
  return plan_check(plan);
}

bool op_put_observations(struct context *context, const ProtobufCMessage *request_message,
                         ProtobufCMessage *response_message) {
  put_request *request = (void *)(uintptr_t)request_message;
  Bellwether__V1__PutObservationsResponse *response = (void *)response_message;
  scoped(plan_fini) struct plan plan = {.context = NULL};
  if (!plan_init(&plan, context, fetch_from_request, request) || !plan_request(&plan, request))
    return false;

  Bellwether__V1__WriteSummary *summary = summary_new(context);
  if (summary == NULL || !plan_describe(&plan, summary) || !plan_write(&plan, summary))
    return false;

  context->discard = request->validate_only;
  response->summary = summary;
  return true;
}

struct bounds {
  struct period_bound from, to;
  bool has_from, has_to;
};

static bool check_bounds(struct context *context, const delete_request *request,
                         enum frequency series, struct bounds *ret_bounds) {
  return check_bound(context, PATH(NULL, "from"), request->from, series, &ret_bounds->from,
                     &ret_bounds->has_from) &&
         check_bound(context, PATH(NULL, "to"), request->to, series, &ret_bounds->to,
                     &ret_bounds->has_to);
}

bool op_delete_observations_check(struct context *context, const ProtobufCMessage *request_message,
                                  ProtobufCMessage *response_message) {
  const delete_request *request = (const void *)request_message;
  struct bounds bounds;
  (void)response_message;
  if (request->release == NULL)
    return check_fail(context, PATH(NULL, "release"), "FIELD_REQUIRED", NULL,
                      "The field release is required.");
  return check_release_or_id(context, PATH(NULL, "release"), request->release) &&
         check_series_ref(context, PATH(NULL, "series"), request->series) &&
         check_bounds(context, request, FREQUENCY_NONE, &bounds);
}

static bool range_of(struct context *context, const delete_request *request,
                     enum frequency frequency, struct statements *statements) {
  struct bounds bounds;
  if (!check_bounds(context, request, frequency, &bounds))
    return false;
  enum period_status status = period_range_for(frequency, bounds.has_from ? &bounds.from : NULL,
                                               bounds.has_to ? &bounds.to : NULL,
                                               &statements->range_first, &statements->range_last);
  if (status == PERIOD_REVERSED)
    return check_fail(context, PATH(NULL, "to"), "RANGE_REVERSED", "swap from and to",
                      "The range ends before it starts.");
  return status == PERIOD_OK || check_fail(context, PATH(NULL, "from"), "PERIOD_INVALID", NULL,
                                           "The range %s.", period_status_text(status));
}

/* The release's number; it is made where it is given in full. */
static bool make_release(struct context *context, const Bellwether__V1__Release *release,
                         Bellwether__V1__WriteSummary *summary, uint32_t *ret_no) {
  struct release_record record;
  enum put_result result = PUT_SAME;
  if (release_is_reference(release)) {
    bool found =
        lookup_release(context, PATH(NULL, "release.id"), bytes_of_text(release->id), &record);
    *ret_no = record.no;
    return found;
  }
  if (!pack_release(context, context->arena, release, &record) ||
      !release_may_change(context, PATH(NULL, "release"), &record) ||
      !store_ok(context, release_put(context->txn, &record, ret_no, &result), "release", record.id))
    return false;
  summary->releases_new = result == PUT_NEW;
  summary->changed = result != PUT_SAME;
  return true;
}

static bool withdraw(struct context *context, uint64_t handle, const struct statements *statements,
                     Bellwether__V1__WriteSummary *summary) {
  scoped(arena_free) struct arena *scratch = arena_new(PLAN_SCRATCH_BYTES);
  struct statement_counts counts = {.added = 0};
  if (scratch == NULL)
    return context_fail_memory(context);
  if (!store_ok(context, statements_write(context->txn, handle, statements, scratch, &counts),
                "series", bytes_of_text("of the request")))
    return false;
  summary->observations_withdrawn = counts.withdrawn;
  summary->observations_unchanged = counts.unchanged;
  summary->series_changed = counts.changed;
  summary->series_unchanged = !counts.changed;
  summary->changed = summary->changed || counts.changed;
  return true;
}

bool op_delete_observations(struct context *context, const ProtobufCMessage *request_message,
                            ProtobufCMessage *response_message) {
  const delete_request *request = (const void *)request_message;
  Bellwether__V1__DeleteObservationsResponse *response = (void *)response_message;
  struct statements statements = {.mode = STATEMENT_WITHDRAW, .withdraw_range = true};
  struct finder finder = {.context = context};
  struct found found;
  if (!find_series(&finder, PATH(NULL, "series"), request->series, &found) ||
      !range_of(context, request, (enum frequency)found.head.frequency, &statements))
    return false;

  response->summary = summary_new(context);
  if (response->summary == NULL ||
      !make_release(context, request->release, response->summary, &statements.release_no))
    return false;
  if (statements.range_first > statements.range_last)
    return true;
  return withdraw(context, found.head.handle, &statements, response->summary);
}
