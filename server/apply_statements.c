/* SPDX-License-Identifier: MIT */
/* Rows of the wire as storage takes them: ordinals in place of steps, one NaN, statuses where a
 * missing value needs one. */
#include "server/apply.h"

#include <math.h>

#include "proto/obs_status.h"

typedef Bellwether__V1__ObservationColumns columns_message;

static enum statement_mode mode_of(Bellwether__V1__WriteMode mode) {
  if (mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE)
    return STATEMENT_WITHDRAW;
  if (mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE)
    return STATEMENT_REPLACE;
  return STATEMENT_MERGE;
}

static int64_t *periods_of(struct arena *arena, const columns_message *columns, size_t n) {
  int64_t *periods = arena_array(arena, n, sizeof *periods);
  if (periods == NULL || n == 0)
    return periods;
  periods[0] = columns->first_period;
  for (size_t i = 1; i < n; i++)
    periods[i] = periods[i - 1] + (columns->n_period_steps == 0 ? 1 : columns->period_steps[i - 1]);
  return periods;
}

/* The values with the one NaN; tells how many are missing. */
static double *values_of(struct arena *arena, const columns_message *columns, size_t *ret_missing) {
  double *values = arena_array(arena, columns->n_values, sizeof *values);
  if (values == NULL)
    return NULL;
  *ret_missing = 0;
  for (size_t i = 0; i < columns->n_values; i++) {
    values[i] = obs_canonical(columns->values[i]);
    *ret_missing += isnan(values[i]) != 0;
  }
  return values;
}

/* A for a number and O for a missing value, where no statuses were given. */
static uint8_t *default_statuses(struct arena *arena, const double *values, size_t n) {
  uint8_t *statuses = arena_alloc(arena, n);
  if (statuses == NULL)
    return NULL;
  for (size_t i = 0; i < n; i++)
    statuses[i] = isnan(values[i]) ? OBS_STATUS_MISSING : OBS_STATUS_NORMAL;
  return statuses;
}

static struct row_comment *comments_of(struct arena *arena, const columns_message *columns,
                                       size_t *ret_n) {
  struct row_comment *comments = arena_array(arena, columns->n_comments, sizeof *comments);
  *ret_n = 0;
  for (size_t i = 0; comments != NULL && i < columns->n_comments; i++) {
    struct bytes text = bytes_of_text(columns->comments[i]->text);
    if (text.size > 0)
      comments[(*ret_n)++] =
          (struct row_comment){.index = columns->comments[i]->index, .text = text};
  }
  return comments;
}

/* What only rows with a content have. */
static bool fill_contents(struct context *context, struct arena *arena,
                          const columns_message *columns, struct statements *statements) {
  size_t n_missing = 0;
  double *values = values_of(arena, columns, &n_missing);
  if (values == NULL)
    return context_fail_memory(context);
  statements->values = values;
  if (columns->statuses.len != 0)
    statements->statuses = columns->statuses.data;
  else if (n_missing > 0 &&
           (statements->statuses = default_statuses(arena, values, columns->n_values)) == NULL)
    return context_fail_memory(context);
  statements->comments = comments_of(arena, columns, &statements->n_comments);
  return statements->comments != NULL || context_fail_memory(context);
}

bool statements_of(struct context *context, struct arena *arena,
                   const Bellwether__V1__SeriesStatements *message,
                   struct statements *ret_statements) {
  static const columns_message no_columns = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;
  const columns_message *columns =
      message->observations == NULL ? &no_columns : message->observations;
  struct statements statements = {
      .mode = mode_of(message->mode),
      .n = columns->n_values,
      .source_url = bytes_of_text(message->source_url),
  };
  if (statements.mode == STATEMENT_WITHDRAW && columns->n_values == 0)
    statements.n = message->withdrawn_count;
  statements.periods = periods_of(arena, columns, statements.n);
  if (statements.periods == NULL)
    return context_fail_memory(context);
  if (statements.mode != STATEMENT_WITHDRAW && !fill_contents(context, arena, columns, &statements))
    return false;
  *ret_statements = statements;
  return true;
}
