/* SPDX-License-Identifier: MIT */
/* The rows of one series: columns that fit each other, periods that ascend, values that are what
 * their statuses say. */
#include "server/check.h"

#include <math.h>

#include "proto/obs_status.h"

typedef Bellwether__V1__ObservationColumns columns_message;
typedef Bellwether__V1__SeriesStatements statements_message;

static const columns_message no_columns = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;

static const columns_message *columns_of(const statements_message *statements) {
  return statements->observations == NULL ? &no_columns : statements->observations;
}

static bool is_delete(const statements_message *statements) {
  return statements->mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
}

static size_t count_rows(const statements_message *statements) {
  size_t n_values = columns_of(statements)->n_values;
  return n_values == 0 && is_delete(statements) ? statements->withdrawn_count : n_values;
}

static bool fail_count(struct context *context, const struct path *path, size_t is, size_t wanted) {
  return check_fail(context, path, "COLUMNS_INCONSISTENT", NULL,
                    "There are %zu entries in %s where %zu belong.", is, path->name, wanted);
}

static bool check_withdrawn_count(struct context *context, const struct path *path,
                                  const statements_message *statements, size_t n) {
  size_t count = statements->withdrawn_count;
  if (count == 0 || (is_delete(statements) && count == n))
    return true;
  return check_fail(context, PATH(path, "withdrawn_count"), "COLUMNS_INCONSISTENT", NULL,
                    "The withdrawn_count belongs to the mode DELETE without values.");
}

/* The lengths of the columns, before anything looks into them. */
static bool check_lengths(struct context *context, const struct path *path,
                          const statements_message *statements, size_t n) {
  const columns_message *columns = columns_of(statements);
  const struct path *rows = PATH(path, "observations");
  if (!check_withdrawn_count(context, path, statements, n) ||
      !check_count(context,
                   columns->n_values == n ? PATH(rows, "values") : PATH(path, "withdrawn_count"), n,
                   LIMIT_OBSERVATIONS_PER_REQUEST))
    return false;
  if (columns->n_period_steps != 0 && columns->n_period_steps + 1 != n)
    return fail_count(context, PATH(rows, "period_steps"), columns->n_period_steps,
                      n == 0 ? 0 : n - 1);
  if (columns->statuses.len != 0 && columns->statuses.len != n)
    return fail_count(context, PATH(rows, "statuses"), columns->statuses.len, n);
  if (columns->n_comments != 0 && is_delete(statements))
    return fail_count(context, PATH(rows, "comments"), columns->n_comments, 0);
  return true;
}

static bool fail_period(struct context *context, const struct path *rows, size_t row) {
  const struct path *path =
      row == 0 ? PATH(rows, "first_period") : PATH_AT(rows, "period_steps", row - 1);
  return check_fail(context, path, "PERIOD_INVALID", NULL,
                    "The period of row %zu is not within the years 0001 to 9999.", row);
}

static int64_t step_of(const columns_message *columns, size_t row) {
  return columns->n_period_steps == 0 ? 1 : columns->period_steps[row - 1];
}

static bool check_steps(struct context *context, const struct path *rows,
                        const columns_message *columns) {
  for (size_t i = 0; i < columns->n_period_steps; i++) {
    if (columns->period_steps[i] < 1)
      return check_fail(context, PATH_AT(rows, "period_steps", i), "COLUMNS_INCONSISTENT",
                        "sort the rows by period", "Periods ascend: the step %d is not at least 1.",
                        (int)columns->period_steps[i]);
  }
  return true;
}

/* Fails at the first row outside. Steps are at least 1 and n is within its limit, so that nothing
 * overflows once the first period is within the range. */
static bool check_range(struct context *context, const struct path *rows,
                        const columns_message *columns, size_t n, enum frequency frequency) {
  int64_t period = columns->first_period;
  for (size_t row = 0; row < n; row++) {
    period += row == 0 ? 0 : step_of(columns, row);
    if (period < period_min(frequency) || period > period_max(frequency))
      return fail_period(context, rows, row);
  }
  return true;
}

static int64_t last_period(const columns_message *columns, size_t n) {
  int64_t last = columns->first_period;
  if (columns->n_period_steps == 0)
    return last + (int64_t)n - 1;
  for (size_t i = 0; i < columns->n_period_steps; i++)
    last += columns->period_steps[i];
  return last;
}

struct rows_span statements_span(const Bellwether__V1__SeriesStatements *statements) {
  const columns_message *columns = columns_of(statements);
  struct rows_span span = {.n = count_rows(statements)};
  if (span.n > 0) {
    span.first = columns->first_period;
    span.last = last_period(columns, span.n);
  }
  return span;
}

static bool is_within(const struct rows_span *span, enum frequency frequency) {
  return span->first >= period_min(frequency) && span->last <= period_max(frequency);
}

/* Without a frequency the minutes' calendar bounds every other one. */
static bool check_periods(struct context *context, const struct path *rows,
                          const statements_message *statements, struct rows_span *ret_span) {
  const columns_message *columns = columns_of(statements);
  size_t n = count_rows(statements);
  int number = (int)columns->frequency;
  if (number != FREQUENCY_NONE && !frequency_is_valid(number))
    return check_fail(context, PATH(rows, "frequency"), "FIELD_INVALID", NULL,
                      "%d is not a frequency.", number);
  enum frequency frequency = number == FREQUENCY_NONE ? FREQUENCY_N : (enum frequency)number;
  *ret_span = (struct rows_span){.n = n};
  if (n == 0)
    return true;
  if (!check_steps(context, rows, columns))
    return false;
  if (columns->first_period < period_min(frequency) ||
      columns->first_period > period_max(frequency))
    return fail_period(context, rows, 0);
  *ret_span = statements_span(statements);
  return is_within(ret_span, frequency) || check_range(context, rows, columns, n, frequency);
}

static bool fail_value(struct context *context, const struct path *rows, size_t row,
                       enum obs_fault fault) {
  const char *text = obs_fault_text(fault);
  if (fault == OBS_FAULT_INFINITE)
    return check_fail(context, PATH_AT(rows, "values", row), "VALUE_INVALID", NULL,
                      "The value of row %zu %s.", row, text);
  const char *hint = fault == OBS_FAULT_VALUE_MISSING ? "O stands for a missing value" : NULL;
  return check_fail(context, PATH_AT(rows, "statuses", row), "STATUS_INVALID", hint,
                    "The observation of row %zu %s.", row, text);
}

/* A missing value needs no status where there are none at all: it is O then. */
static bool check_values(struct context *context, const struct path *rows,
                         const columns_message *columns) {
  bool have_statuses = columns->statuses.len != 0;
  for (size_t i = 0; i < columns->n_values; i++) {
    double value = columns->values[i];
    char status = isnan(value) ? OBS_STATUS_MISSING : OBS_STATUS_NORMAL;
    if (have_statuses)
      status = (char)columns->statuses.data[i];
    if (status == OBS_STATUS_NORMAL && isfinite(value)) /* as nearly all are */
      continue;
    enum obs_fault fault = obs_check(value, status);
    if (fault != OBS_FAULT_NONE)
      return fail_value(context, rows, i, fault);
  }
  return true;
}

static bool check_comments(struct context *context, const struct path *rows,
                           const columns_message *columns) {
  for (size_t i = 0; i < columns->n_comments; i++) {
    const Bellwether__V1__Comment *comment = columns->comments[i];
    const struct path *path = PATH_AT(rows, "comments", i);
    if (comment->index >= columns->n_values)
      return check_fail(context, PATH(path, "index"), "COLUMNS_INCONSISTENT", NULL,
                        "The comment is on row %u of %zu.", (unsigned)comment->index,
                        columns->n_values);
    if (i > 0 && comment->index <= columns->comments[i - 1]->index)
      return check_fail(context, PATH(path, "index"), "COLUMNS_INCONSISTENT", NULL,
                        "Comments ascend by index, at most one a row.");
    if (!check_text(context, PATH(path, "text"), comment->text, LIMIT_COMMENT_BYTES))
      return false;
  }
  return true;
}

static bool check_beside_rows(struct context *context, const struct path *path,
                              const statements_message *statements) {
  struct key key;
  int mode = (int)statements->mode;
  if (!check_key(context, PATH(path, "key"), statements->key, &key) ||
      !check_text(context, PATH(path, "source_url"), statements->source_url, LIMIT_URL_BYTES))
    return false;
  if (mode < 0 || mode > (int)BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE)
    return check_fail(context, PATH(path, "mode"), "FIELD_INVALID", NULL, "%d is not a mode.",
                      mode);
  if (statements->release[0] != '\0' &&
      !check_release_id(context, PATH(path, "release"), statements->release))
    return false;
  return statements->attributes == NULL ||
         check_attributes(context, PATH(path, "attributes"), statements->attributes);
}

bool check_statements(struct context *context, const struct path *path,
                      const Bellwether__V1__SeriesStatements *statements,
                      struct rows_span *ret_span) {
  const columns_message *columns = columns_of(statements);
  const struct path *rows = PATH(path, "observations");
  size_t n = count_rows(statements);
  if (!check_beside_rows(context, path, statements) ||
      !check_lengths(context, path, statements, n) ||
      !check_periods(context, rows, statements, ret_span))
    return false;
  if (is_delete(statements))
    return true;
  return check_values(context, rows, columns) && check_comments(context, rows, columns);
}

bool check_calendar(struct context *context, const struct path *path,
                    const Bellwether__V1__SeriesStatements *statements, enum frequency frequency) {
  return check_range(context, PATH(path, "observations"), columns_of(statements),
                     count_rows(statements), frequency);
}
