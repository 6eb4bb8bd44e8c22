/* SPDX-License-Identifier: MIT */
/* CompareTargets: each target and forecast that was ever stated beside what came true. */
#include <math.h>

#include "proto/obs_status.h"
#include "server/describe.h"
#include "server/ops.h"
#include "server/page.h"
#include "server/query.h"

typedef Bellwether__V1__CompareTargetsRequest request_message;
typedef Bellwether__V1__CompareTargetsResponse response_message;
typedef Bellwether__V1__TargetComparison row_message;

struct targets {
  struct context *context;
  const request_message *request;
  struct finder finder;
  struct describer describer;
  struct page page;
  struct as_of as_of;
  const char *statuses;
  struct list rows;
  size_t item;
  bool full;
  struct page_position end;
};

/* The statements of one period, in the order of releases. */
struct period_statements {
  const struct revision_row *rows;
  size_t n;
};

static bool is_promise(const struct revision_row *row) {
  return row->status == OBS_STATUS_TARGET || row->status == OBS_STATUS_FORECAST;
}

/* The figure that is known of a period when forecasts and targets are passed over, or NULL. */
static const struct revision_row *actual_of(const struct period_statements *period) {
  const struct revision_row *actual = NULL;
  for (size_t i = 0; i < period->n; i++) {
    const struct revision_row *row = &period->rows[i];
    if (row->withdrawn)
      actual = NULL;
    else if (!is_promise(row))
      actual = isnan(row->value) ? NULL : row;
  }
  return actual;
}

static void judge(const struct revision_row *target, const struct revision_row *actual,
                  row_message *row) {
  row->verdict = BELLWETHER__V1__TARGET_VERDICT__TARGET_VERDICT_OPEN;
  row->actual = row->difference = row->difference_percent = obs_nan();
  if (actual == NULL)
    return;
  row->actual = actual->value;
  row->difference = actual->value - target->value;
  if (target->value != 0)
    row->difference_percent = 100 * (row->difference / fabs(target->value));
  row->verdict = actual->value >= target->value
                     ? BELLWETHER__V1__TARGET_VERDICT__TARGET_VERDICT_REACHED
                     : BELLWETHER__V1__TARGET_VERDICT__TARGET_VERDICT_MISSED;
}

static bool fill_side(struct targets *targets, const struct found *found,
                      const struct revision_row *side, char **ret_status,
                      Bellwether__V1__ReleaseEntry **ret_release) {
  char status[2] = {(char)side->status, '\0'};
  *ret_status = text_new(targets->context, bytes_of_text(status));
  return *ret_status != NULL && describer_release(&targets->describer, side->release_no,
                                                  found->head.handle, true, ret_release);
}

static bool make_row(struct targets *targets, const struct found *found,
                     const struct revision_row *target, const struct revision_row *actual,
                     row_message **ret_row) {
  struct context *context = targets->context;
  char label[PERIOD_TEXT_SIZE];
  row_message *row = message_new(context, &bellwether__v1__target_comparison__descriptor);
  if (row == NULL)
    return false;
  period_format((enum frequency)found->head.frequency, target->period, label);
  row->key = text_new(context, found->details.key);
  row->frequency = (Bellwether__V1__Frequency)found->head.frequency;
  row->period = target->period;
  row->period_label = text_new(context, bytes_of_text(label));
  row->target = target->value;
  judge(target, actual, row);
  *ret_row = row;
  return row->key != NULL && row->period_label != NULL &&
         fill_side(targets, found, target, &row->target_status, &row->target_release) &&
         (actual == NULL ||
          fill_side(targets, found, actual, &row->actual_status, &row->actual_release));
}

/* Where a row stands: the page before ended behind one. */
static bool is_behind(const struct targets *targets, const struct found *found, int64_t period,
                      size_t number) {
  const struct page_position *from = &targets->page.from;
  if (!targets->page.continued || targets->item > from->item)
    return true;
  int order = bytes_compare(found->details.key, from->text);
  if (order != 0 || period != from->ordinal)
    return order != 0 ? order > 0 : period > from->ordinal;
  return number > from->number;
}

static bool add_row(struct targets *targets, size_t number, row_message *row) {
  if (!page_takes_message(&targets->page, &row->base)) {
    targets->full = true;
    return true;
  }
  targets->end = (struct page_position){.revision = targets->page.from.revision,
                                        .item = targets->item,
                                        .text = bytes_of_text(row->key),
                                        .ordinal = row->period,
                                        .number = number};
  return list_add(&targets->rows, targets->context->arena, row) ||
         context_fail_memory(targets->context);
}

static bool add_period(struct targets *targets, const struct found *found,
                       Bellwether__V1__Unit *unit, const struct period_statements *period) {
  const struct revision_row *actual = actual_of(period);
  for (size_t i = 0; i < period->n && !targets->full; i++) {
    const struct revision_row *target = &period->rows[i];
    row_message *row = NULL;
    if (target->withdrawn || isnan(target->value) || !is_promise(target) ||
        strchr(targets->statuses, target->status) == NULL ||
        !is_behind(targets, found, target->period, i))
      continue;
    if (!make_row(targets, found, target, actual, &row))
      return false;
    row->unit = unit;
    if (!add_row(targets, i, row))
      return false;
  }
  return true;
}

static bool add_series(struct targets *targets, struct found *found) {
  struct context *context = targets->context;
  struct revision_query query = {
      .first = INT64_MIN, .last = INT64_MAX, .as_of = targets->as_of, .after_period = INT64_MIN};
  struct revision_rows rows;
  struct series_words words;
  if (!context_in_time(context) || !find_details(&targets->finder, found) ||
      !page_unchanged(&targets->page, found->head.changed_revision, "A series") ||
      !describer_series(&targets->describer, &found->head, &found->details, &words))
    return false;
  enum store_status status =
      revisions_read(context->txn, &found->head, &query, context->arena, &rows);
  if (status != STORE_OK)
    return context_fail_store(context, status, "series");
  for (size_t i = 0, n; i < rows.n && !targets->full; i += n) {
    for (n = 1; i + n < rows.n && rows.rows[i + n].period == rows.rows[i].period;)
      n++;
    struct period_statements period = {&rows.rows[i], n};
    if (!add_period(targets, found, series_words_unit(&words), &period))
      return false;
  }
  return true;
}

static bool add_pattern(struct targets *targets, const struct path *path, struct bytes text) {
  scoped(series_walk_end) struct series_walk *walk = NULL;
  struct chosen chosen;
  struct found found;
  bool any = false;
  if (!find_pattern(&targets->finder, path, text, &chosen))
    return false;
  enum store_status status = series_walk_begin(targets->context->txn, &chosen.choice, &walk);
  while (status == STORE_OK && !targets->full) {
    found.detailed = false;
    status = series_walk_next(walk, &found.head, &found.details.key);
    if (status != STORE_OK)
      break;
    any = true;
    if (is_behind(targets, &found, INT64_MAX, SIZE_MAX) && !add_series(targets, &found))
      return false;
  }
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return context_fail_store(targets->context, status, "series");
  return any || find_fail_no_match(&targets->finder, path, text, &chosen);
}

static bool add_item(struct targets *targets) {
  struct bytes text = bytes_of_text(targets->request->keys[targets->item]);
  const struct path *path = PATH_AT(NULL, "keys", targets->item);
  struct found found;
  if (text.size > 0 && key_is_pattern(text))
    return add_pattern(targets, path, text);
  return find_by_key(&targets->finder, path, text, &found) && add_series(targets, &found);
}

static bool check(struct targets *targets) {
  const request_message *request = targets->request;
  struct context *context = targets->context;
  if (!check_count(context, PATH(NULL, "keys"), request->n_keys, LIMIT_BATCH_ITEMS))
    return false;
  if (request->n_keys == 0)
    return check_fail(context, PATH(NULL, "keys"), "FIELD_REQUIRED",
                      "name series or patterns: CBEC is all of a dataset", "There is no key.");
  targets->statuses = request->statuses[0] == '\0' ? "TF" : request->statuses;
  if (targets->statuses[strspn(targets->statuses, "TF")] != '\0')
    return check_fail(context, PATH(NULL, "statuses"), "STATUS_INVALID",
                      "T for targets, F for forecasts, or both",
                      "\"%s\" has something other than T and F.",
                      quoted(context->arena, bytes_of_text(request->statuses)));
  return query_as_of(&targets->finder, PATH(NULL, "as_of"), request->as_of, &targets->as_of);
}

bool op_compare_targets(struct context *context, const ProtobufCMessage *request_base,
                        ProtobufCMessage *response_base) {
  response_message *response = (response_message *)response_base;
  struct targets targets = {.context = context,
                            .request = (const request_message *)request_base,
                            .finder = {.context = context},
                            .describer = {.context = context}};
  if (!page_begin(&targets.page, context, PAGE_LIST, request_base) || !check(&targets))
    return false;

  for (targets.item = (size_t)targets.page.from.item;
       targets.item < targets.request->n_keys && !targets.full; targets.item++)
    if (!add_item(&targets))
      return false;

  response->n_rows = targets.rows.count;
  response->rows = (row_message **)targets.rows.items;
  return !targets.full || page_token_make(&targets.page, &targets.end, &response->next_page_token);
}
