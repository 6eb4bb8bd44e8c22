/* SPDX-License-Identifier: MIT */
/* The options of a query that make it more than a range: what can be said of them without a
 * series. */
#include <math.h>

#include "proto/limits.h"
#include "proto/obs_status.h"
#include "server/query.h"

typedef Bellwether__V1__ObservationQuery query_message;
typedef Bellwether__V1__Transform transform_message;

static bool read_window(struct query *query, const struct path *path, struct query_step *step) {
  uint32_t window = step->message->window;
  if (window < 1 || window > LIMIT_WINDOW)
    return check_fail(query->finder->context, PATH(path, "window"), "FIELD_INVALID", NULL,
                      "A window of %u periods is not from 1 to %d.", window, LIMIT_WINDOW);
  step->transform.window = window;
  return true;
}

static bool read_formula(struct query *query, const struct path *path, struct query_step *step) {
  struct context *context = query->finder->context;
  struct bytes text = bytes_of_text(step->message->formula);
  struct formula *formula = arena_zero(context->arena, sizeof *formula);
  size_t offset = 0;
  if (formula == NULL)
    return context_fail_memory(context);
  enum formula_status status = formula_parse(text, formula, &offset);
  if (status != FORMULA_OK)
    return check_fail(context, PATH(path, "formula"), "FORMULA_INVALID",
                      "write it like (x - y) / y * 100", "\"%s\" %s, at byte %zu.",
                      quoted(context->arena, text), formula_status_text(status), offset + 1);
  if (formula->uses_y && step->message->other == NULL)
    return check_fail(context, PATH(path, "other"), "FIELD_REQUIRED", "name the series that y is",
                      "The formula has a y, and there is no other series.");
  step->transform.formula = formula;
  return true;
}

static bool read_other(struct query *query, const struct path *path, struct query_step *step) {
  if (step->message->other == NULL && step->transform.function == TRANSFORM_FORMULA)
    return true;
  step->has_other = true;
  return find_series(query->finder, PATH(path, "other"), step->message->other, &step->other) &&
         find_details(query->finder, &step->other);
}

static bool check_base(struct query *query, const struct path *path,
                       const struct query_step *step) {
  struct period_bound bound;
  bool given = false;
  const struct path *field = PATH(path, "base_period");
  if (!check_bound(query->finder->context, field, step->message->base_period, FREQUENCY_NONE,
                   &bound, &given))
    return false;
  return given || check_fail(query->finder->context, field, "FIELD_REQUIRED",
                             "name the period that is 100", "The index has no base period.");
}

static bool read_step(struct query *query, const struct path *path, struct query_step *step) {
  const transform_message *message = step->message;
  int function = (int)message->function;
  if (function < TRANSFORM_CHANGE || function > TRANSFORM_FORMULA)
    return check_fail(query->finder->context, PATH(path, "function"), "FIELD_INVALID", NULL,
                      "%d is no TransformFunction.", function);
  step->transform.function = (enum transform_function)function;
  if (message->has_periods_a_year_case != 0) {
    if (message->periods_a_year < 1 || message->periods_a_year > LIMIT_PERIODS_A_YEAR)
      return check_fail(query->finder->context, PATH(path, "periods_a_year"), "FIELD_INVALID", NULL,
                        "%u periods a year are not from 1 to %d.", message->periods_a_year,
                        LIMIT_PERIODS_A_YEAR);
    step->transform.periods_a_year = (int)message->periods_a_year;
  }
  switch (step->transform.function) {
  case TRANSFORM_MOVING_AVERAGE:
    return read_window(query, path, step);
  case TRANSFORM_INDEX:
    return check_base(query, path, step);
  case TRANSFORM_FORMULA:
    return read_formula(query, path, step) &&
           check_unit(query->finder->context, PATH(path, "formula_unit"), message->formula_unit) &&
           read_other(query, path, step);
  case TRANSFORM_SHARE:
    return read_other(query, path, step);
  case TRANSFORM_CHANGE:
  case TRANSFORM_CHANGE_FROM_YEAR_AGO:
  case TRANSFORM_PERCENT_CHANGE:
  case TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO:
  case TRANSFORM_COMPOUNDED_ANNUAL_RATE:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL:
  case TRANSFORM_LOG:
  case TRANSFORM_CUMULATIVE:
    return true;
  }
  return true;
}

static bool read_steps(struct query *query, const query_message *message) {
  struct context *context = query->finder->context;
  if (!check_count(context, PATH(query->path, "transforms"), message->n_transforms,
                   LIMIT_TRANSFORMS))
    return false;
  query->steps = arena_zero(context->arena, (message->n_transforms + 1) * sizeof *query->steps);
  if (query->steps == NULL)
    return context_fail_memory(context);
  query->n_steps = message->n_transforms;
  for (size_t i = 0; i < query->n_steps; i++) {
    query->steps[i].message = message->transforms[i];
    if (!read_step(query, PATH_AT(query->path, "transforms", i), &query->steps[i]))
      return false;
  }
  return true;
}

static bool read_aggregation(struct query *query, const Bellwether__V1__Aggregation *message) {
  struct context *context = query->finder->context;
  const struct path *path = PATH(query->path, "aggregation");
  if (message == NULL)
    return true;
  if (!frequency_is_valid((int)message->frequency))
    return check_fail(context, PATH(path, "frequency"), "FIELD_INVALID",
                      "1 is annual, 3 quarterly, 4 monthly", "%d is no Frequency.",
                      (int)message->frequency);
  if ((int)message->method < 0 || (int)message->method > AGGREGATE_MAX)
    return check_fail(context, PATH(path, "method"), "FIELD_INVALID", NULL,
                      "%d is no AggregationMethod.", (int)message->method);
  if (!(message->min_coverage >= 0 && message->min_coverage <= 1))
    return check_fail(context, PATH(path, "min_coverage"), "FIELD_INVALID",
                      "1 is complete buckets only", "The coverage is not from 0 to 1.");
  query->aggregation = (struct query_aggregation){.asked = true,
                                                  .insist = message->insist,
                                                  .frequency = (enum frequency)message->frequency,
                                                  .method = (enum aggregate_method)message->method,
                                                  .min_coverage = message->min_coverage};
  return true;
}

static bool read_filter(struct query *query, const Bellwether__V1__RowFilter *message) {
  struct context *context = query->finder->context;
  const struct path *path = PATH(query->path, "filter");
  query->filter = (struct row_filter){.statuses = ""};
  if (message == NULL)
    return true;
  for (const char *status = message->statuses; *status != '\0'; status++)
    if (!obs_status_is_valid(*status))
      return check_fail(context, PATH(path, "statuses"), "STATUS_INVALID",
                        "letters of CL_OBS_STATUS or T, one behind the other: \"AEP\"",
                        "\"%s\" has something that is no status.",
                        quoted(context->arena, bytes_of_text(message->statuses)));
  query->filter = (struct row_filter){.statuses = message->statuses,
                                      .drop_missing = message->drop_missing,
                                      .has_min = message->has_min_case != 0,
                                      .has_max = message->has_max_case != 0};
  query->filter.min = query->filter.has_min ? message->min_value : 0;
  query->filter.max = query->filter.has_max ? message->max_value : 0;
  if (isnan(query->filter.min) || isnan(query->filter.max))
    return check_fail(context, PATH(path, isnan(query->filter.min) ? "min_value" : "max_value"),
                      "VALUE_INVALID", NULL, "NaN is no bound.");
  return true;
}

static bool read_release(struct query *query, const query_message *message) {
  struct release_record record;
  query->nth_release = message->nth_release;
  if (message->only_release[0] == '\0')
    return true;
  if (!find_release(query->finder, PATH(query->path, "only_release"),
                    bytes_of_text(message->only_release), &record))
    return false;
  query->only_release = record.no;
  return true;
}

bool query_options(struct query *query, const query_message *message) {
  if (message->fill != NULL) {
    query->insert_missing = message->fill->insert_missing;
    query->carry_forward = message->fill->carry_forward;
  }
  if (!read_release(query, message) || !read_aggregation(query, message->aggregation) ||
      !read_steps(query, message) || !read_filter(query, message->filter))
    return false;
  bool filtered = query->filter.statuses[0] != '\0' || query->filter.drop_missing ||
                  query->filter.has_min || query->filter.has_max;
  query->plain = query->only_release == 0 && query->nth_release == 0 && query->n_steps == 0 &&
                 !query->aggregation.asked && !query->insert_missing && query->carry_forward == 0 &&
                 !filtered;
  return true;
}
