/* SPDX-License-Identifier: MIT */
#include "server/query.h"

#include "proto/instant.h"

bool query_view(struct context *context, const struct path *path, Bellwether__V1__View message,
                Bellwether__V1__View *ret_view) {
  if ((int)message < BELLWETHER__V1__VIEW__VIEW_UNSPECIFIED ||
      message > BELLWETHER__V1__VIEW__VIEW_FULL)
    return check_fail(context, path, "FIELD_INVALID", "1 is VALUES, 2 STATUS, 3 FULL",
                      "%d is no View.", (int)message);
  *ret_view = message == BELLWETHER__V1__VIEW__VIEW_UNSPECIFIED ? BELLWETHER__V1__VIEW__VIEW_STATUS
                                                                : message;
  return true;
}

bool query_scale(struct context *context, const struct path *path, Bellwether__V1__Scale message,
                 bool *ret_in_units) {
  if ((int)message < BELLWETHER__V1__SCALE__SCALE_UNSPECIFIED ||
      message > BELLWETHER__V1__SCALE__SCALE_UNITS)
    return check_fail(context, path, "FIELD_INVALID", "1 is AS_STORED, 2 UNITS", "%d is no Scale.",
                      (int)message);
  *ret_in_units = message == BELLWETHER__V1__SCALE__SCALE_UNITS;
  return true;
}

static bool as_of_date(struct context *context, const struct path *path, const char *text,
                       struct as_of *ret_as_of) {
  struct instant_span span;
  enum instant_status status = instant_parse(bytes_of_text(text), &span);
  if (status != INSTANT_OK)
    return check_fail(context, path, "FIELD_INVALID",
                      "write 2023-06-16 for the end of that day (UTC), or 2023-06-16T10:00:00Z",
                      "\"%s\" %s.", quoted(context->arena, bytes_of_text(text)),
                      instant_status_text(status));
  *ret_as_of = (struct as_of){.bounded = true, .published_ms = span.last_ms};
  return true;
}

static bool as_of_release(struct finder *finder, const struct path *path, const char *id,
                          struct as_of *ret_as_of) {
  struct release_record record;
  if (!find_release(finder, path, bytes_of_text(id), &record))
    return false;
  *ret_as_of =
      (struct as_of){.bounded = true, .published_ms = record.published_ms, .release_id = record.id};
  return true;
}

bool query_as_of(struct finder *finder, const struct path *path,
                 const Bellwether__V1__AsOf *message, struct as_of *ret_as_of) {
  *ret_as_of = (struct as_of){.bounded = false};
  if (message == NULL)
    return true;
  if (message->point_case == BELLWETHER__V1__AS_OF__POINT_DATE)
    return as_of_date(finder->context, PATH(path, "date"), message->date, ret_as_of);
  if (message->point_case == BELLWETHER__V1__AS_OF__POINT_RELEASE)
    return as_of_release(finder, PATH(path, "release"), message->release, ret_as_of);
  if (message->point_case != BELLWETHER__V1__AS_OF__POINT_TIME_MS)
    return check_fail(finder->context, path, "FIELD_REQUIRED",
                      "give time_ms, date or release, or leave as_of out",
                      "The field %s does not say as of when.", path->name);
  *ret_as_of = (struct as_of){.bounded = true, .published_ms = message->time_ms};
  return true;
}

static unsigned columns_of(Bellwether__V1__View view) {
  if (view == BELLWETHER__V1__VIEW__VIEW_FULL)
    return READ_STATUSES | READ_RELEASES | READ_COMMENTS;
  return view == BELLWETHER__V1__VIEW__VIEW_VALUES ? READ_VALUES : READ_STATUSES;
}

static bool read_bound(struct query *query, const char *name,
                       const Bellwether__V1__PeriodBound *message, enum frequency frequency,
                       struct period_bound *bound, const struct period_bound **ret_bound) {
  bool given = false;
  *ret_bound = NULL;
  if (message == NULL)
    return true;
  if (!check_bound(query->finder->context, PATH(query->path, name), message, frequency, bound,
                   &given))
    return false;
  *ret_bound = given ? bound : NULL;
  return true;
}

static bool fail_reversed(struct query *query) {
  return check_fail(query->finder->context, PATH(query->path, "from"), "RANGE_REVERSED",
                    "swap from and to", "The range ends before it starts.");
}

static bool find_range(struct query *query, enum frequency frequency,
                       struct query_range *ret_range) {
  struct period_bound from, to;
  const struct period_bound *has_from = NULL, *has_to = NULL;
  struct query_range range = {.known = true, .first = INT64_MIN, .last = INT64_MAX};
  if (!read_bound(query, "from", query->from, frequency, &from, &has_from) ||
      !read_bound(query, "to", query->to, frequency, &to, &has_to))
    return false;
  if (has_from != NULL && has_to != NULL && to.last_ms < from.first_ms)
    return fail_reversed(query);
  if (frequency != FREQUENCY_NONE && query->aggregation.asked)
    frequency = query->aggregation.frequency;
  if (frequency != FREQUENCY_NONE &&
      period_range_for(frequency, has_from, has_to, &range.first, &range.last) != PERIOD_OK)
    return fail_reversed(query);
  *ret_range = range;
  return true;
}

bool query_range(struct query *query, enum frequency frequency, int64_t *ret_first,
                 int64_t *ret_last) {
  struct query_range *range = &query->ranges[frequency];
  if (!range->known && !find_range(query, frequency, range))
    return false;
  *ret_first = range->first;
  *ret_last = range->last;
  return true;
}

static bool find_described(struct finder *finder, uint32_t dataset_no) {
  if (finder->described_no == dataset_no)
    return true;
  enum store_status status =
      described_revision(finder->context->txn, dataset_no, &finder->described_revision);
  finder->described_no = dataset_no;
  return status == STORE_OK || context_fail_store(finder->context, status, "meta");
}

static bool add_changes(const struct query *query, const struct series_head *head,
                        uint64_t *revision) {
  if (!find_described(query->finder, head->dataset_no))
    return false;
  uint64_t described = query->finder->described_revision;
  uint64_t changed = head->changed_revision > described ? head->changed_revision : described;
  *revision = changed > *revision ? changed : *revision;
  return true;
}

bool query_changed_revision(const struct query *query, const struct series_head *head,
                            uint64_t *ret_revision) {
  uint64_t revision = 0;
  if (!add_changes(query, head, &revision))
    return false;
  for (size_t i = 0; i < query->n_steps; i++)
    if (query->steps[i].has_other && !add_changes(query, &query->steps[i].other.head, &revision))
      return false;
  *ret_revision = revision;
  return true;
}

static bool read_message(struct query *query, const Bellwether__V1__ObservationQuery *message) {
  struct context *context = query->finder->context;
  const struct path *path = query->path;
  query->from = message->from;
  query->to = message->to;
  query->first_n = message->first_n;
  query->last_n = message->last_n;
  query->labels = message->period_labels;
  return query_view(context, PATH(path, "view"), message->view, &query->view) &&
         query_scale(context, PATH(path, "scale"), message->scale, &query->in_units) &&
         query_as_of(query->finder, PATH(path, "as_of"), message->as_of, &query->as_of) &&
         find_range(query, FREQUENCY_NONE, &query->ranges[FREQUENCY_NONE]) &&
         query_options(query, message);
}

bool query_init(struct query *query, struct finder *finder, const struct path *path,
                const Bellwether__V1__ObservationQuery *message) {
  *query = (struct query){.finder = finder,
                          .path = path,
                          .view = BELLWETHER__V1__VIEW__VIEW_STATUS,
                          .plain = true,
                          .filter = {.statuses = ""}};
  if (message != NULL && !read_message(query, message))
    return false;
  query->columns = columns_of(query->view);
  return true;
}
