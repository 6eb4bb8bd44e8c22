/* SPDX-License-Identifier: MIT */
#include "server/evaluate.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "proto/limits.h"
#include "proto/number.h"
#include "server/rows.h"

enum { WORDS_BYTES = 512 };

/* One series on its way. */
struct evaluation {
  struct query *query;
  struct describer *describer;
  const struct source *source;
  struct context *context;
  enum frequency frequency; /* of the result */
  int64_t first;            /* the range of the result */
  int64_t last;
  int64_t need_first; /* what has to be read for it */
  int64_t need_last;
  struct frame frame;
  Bellwether__V1__Unit unit;
  size_t words_size;
  char words[WORDS_BYTES];
  struct list warnings;
};

struct source source_of(const struct found *found, const struct series_words *words) {
  return (struct source){.found = found,
                         .kind = words->indicator == NULL
                                     ? BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_UNSPECIFIED
                                     : words->indicator->kind,
                         .unit = series_words_unit(words)};
}

static const char *key_of_source(const struct evaluation *evaluation, const struct source *source) {
  return quoted(evaluation->context->arena, source->found->details.key);
}

static bool warn(struct evaluation *evaluation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool warn(struct evaluation *evaluation, const char *format, ...) {
  struct arena *arena = evaluation->context->arena;
  char text[WORDS_BYTES];
  va_list values;
  va_start(values, format);
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  char *warning = arena_text(arena, bytes_of_text(text));
  return (warning != NULL && list_add(&evaluation->warnings, arena, warning)) ||
         context_fail_memory(evaluation->context);
}

/* One step more in the words that say what was done. */
static void say(struct evaluation *evaluation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(struct evaluation *evaluation, const char *format, ...) {
  size_t used = evaluation->words_size, left = sizeof evaluation->words - used;
  va_list values;
  if (used > 0 && left > 7)
    used += (size_t)snprintf(evaluation->words + used, left, ", then ");
  va_start(values, format);
  int n = vsnprintf(evaluation->words + used, sizeof evaluation->words - used, format, values);
  va_end(values);
  used += n > 0 ? (size_t)n : 0;
  evaluation->words_size = used < sizeof evaluation->words ? used : sizeof evaluation->words - 1;
}

/* --- The range ------------------------------------------------------------------------------- */

/* Moves an ordinal to the past, as far as the calendar goes; an open end stays open. */
static int64_t earlier(enum frequency frequency, int64_t ordinal, int64_t by) {
  if (ordinal == INT64_MIN)
    return ordinal;
  int64_t least = period_min(frequency);
  return ordinal - by < least ? least : ordinal - by;
}

/* The period that a base names. Its text was checked with the query. */
static bool base_period(const struct evaluation *evaluation,
                        const Bellwether__V1__PeriodBound *message, enum frequency *ret_frequency,
                        int64_t *ret_ordinal) {
  struct bytes text;
  if (message->bound_case == BELLWETHER__V1__PERIOD_BOUND__BOUND_PERIOD) {
    *ret_frequency = (enum frequency)message->period->frequency;
    *ret_ordinal = message->period->ordinal;
    return true;
  }
  text = bytes_of_text(message->text);
  *ret_frequency = evaluation->frequency;
  return period_parse_as(text, evaluation->frequency, ret_ordinal) == PERIOD_OK ||
         period_parse(text, ret_frequency, ret_ordinal) == PERIOD_OK;
}

/* The base of a finer series is all that aggregation would put into the base period. */
static bool find_base(struct evaluation *evaluation, struct query_step *step,
                      const struct path *path) {
  struct transform *transform = &step->transform;
  enum frequency frequency;
  int64_t ordinal = 0;
  bool found = base_period(evaluation, step->message->base_period, &frequency, &ordinal) &&
               period_parts(frequency, ordinal, evaluation->frequency, &transform->base_first,
                            &transform->base_last) == PERIOD_OK;
  return found || check_fail(evaluation->context, PATH(path, "base_period"), "PERIOD_INVALID",
                             "a base period is at least as long as a period of the series",
                             "The base period holds no whole period of frequency %c.",
                             frequency_letter(evaluation->frequency));
}

static bool find_periods_a_year(struct evaluation *evaluation, struct query_step *step,
                                const struct path *path) {
  int own = periods_a_year(evaluation->frequency);
  if (step->message->has_periods_a_year_case != 0 || !transform_is_annual(step->transform.function))
    return true;
  step->transform.periods_a_year = own;
  return own > 0 || check_fail(evaluation->context, PATH(path, "periods_a_year"), "FIELD_REQUIRED",
                               "say how many periods a year has",
                               "A series of frequency %c has no number of periods a year.",
                               frequency_letter(evaluation->frequency));
}

/* What the steps need of this frequency, and how far it makes the reading reach. */
static bool prepare_steps(struct evaluation *evaluation) {
  struct query *query = evaluation->query;
  int64_t reach = query->carry_forward;
  for (size_t i = 0; i < query->n_steps; i++) {
    struct query_step *step = &query->steps[i];
    const struct path *path = PATH_AT(query->path, "transforms", i);
    step->transform.range_first = evaluation->first;
    if (!find_periods_a_year(evaluation, step, path) ||
        (step->transform.function == TRANSFORM_INDEX && !find_base(evaluation, step, path)))
      return false;
    reach += transform_reach(&step->transform);
  }
  evaluation->need_first = evaluation->first;
  evaluation->need_last = evaluation->last;
  for (size_t i = 0; i < query->n_steps; i++) {
    const struct transform *transform = &query->steps[i].transform;
    if (transform->function != TRANSFORM_INDEX)
      continue;
    if (transform->base_first < evaluation->need_first)
      evaluation->need_first = transform->base_first;
    if (transform->base_last > evaluation->need_last)
      evaluation->need_last = transform->base_last;
  }
  evaluation->need_first = earlier(evaluation->frequency, evaluation->need_first, reach);
  return true;
}

static bool prepare(struct evaluation *evaluation) {
  struct query *query = evaluation->query;
  enum frequency own = (enum frequency)evaluation->source->found->head.frequency;
  evaluation->frequency = query->aggregation.asked ? query->aggregation.frequency : own;
  if (!query_range(query, own, &evaluation->first, &evaluation->last))
    return false;
  if (query->from == NULL)
    evaluation->first = INT64_MIN;
  if (query->to == NULL)
    evaluation->last = INT64_MAX;
  return prepare_steps(evaluation);
}

/* --- Reading --------------------------------------------------------------------------------- */

static bool read_columns(struct evaluation *evaluation, const struct source *source, int64_t first,
                         int64_t last, struct columns *ret_columns) {
  const struct query *query = evaluation->query;
  struct context *context = evaluation->context;
  const struct series_head *head = &source->found->head;
  enum store_status status;
  if (query->only_release == 0 && query->nth_release == 0) {
    struct range_query range = {.first = first,
                                .last = last,
                                .columns = query->columns | READ_STATUSES,
                                .as_of = query->as_of};
    status = observations_read(context->txn, head, &range, context->arena, ret_columns);
  } else {
    struct stated_query stated = {.first = first,
                                  .last = last,
                                  .as_of = query->as_of,
                                  .release_no = query->only_release,
                                  .nth_release = query->nth_release};
    status = stated_read(context->txn, head, &stated, context->arena, ret_columns);
  }
  return status == STORE_OK || context_fail_store(context, status, "series");
}

/* The ordinals of the series' own frequency that the needed ones are made of. */
static bool own_range(const struct evaluation *evaluation, enum frequency own, int64_t *ret_first,
                      int64_t *ret_last) {
  int64_t ignored;
  *ret_first = evaluation->need_first;
  *ret_last = evaluation->need_last;
  if (own == evaluation->frequency)
    return true;
  return (*ret_first == INT64_MIN ||
          period_parts(evaluation->frequency, *ret_first, own, ret_first, &ignored) == PERIOD_OK) &&
         (*ret_last == INT64_MAX ||
          period_parts(evaluation->frequency, *ret_last, own, &ignored, ret_last) == PERIOD_OK);
}

/* Where what is wrong with a source stands in the request: its step, or the aggregation. */
static const struct path *path_of_source(const struct evaluation *evaluation,
                                         const struct source *source, const char *name,
                                         struct path room[2]) {
  room[0] = (struct path){evaluation->query->path, "aggregation", PATH_NO_INDEX};
  room[1] = (struct path){&room[0], name, PATH_NO_INDEX};
  if (source->step == NULL)
    return &room[1];
  room[0] = (struct path){evaluation->query->path, "transforms",
                          (size_t)(source->step - evaluation->query->steps)};
  room[1] = (struct path){&room[0], "other", PATH_NO_INDEX};
  return &room[1];
}

static bool fail_finer(struct evaluation *evaluation, const struct source *source) {
  struct path room[2];
  return check_fail(evaluation->context, path_of_source(evaluation, source, "frequency", room),
                    "AGGREGATION_INVALID", "only a lower frequency can be made of a higher one",
                    "%s has frequency %c, which does not give frequency %c.",
                    key_of_source(evaluation, source),
                    frequency_letter((enum frequency)source->found->head.frequency),
                    frequency_letter(evaluation->frequency));
}

static enum aggregate_method default_method(Bellwether__V1__IndicatorKind kind) {
  static const enum aggregate_method METHODS[] = {
      [BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_FLOW] = AGGREGATE_SUM,
      [BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_STOCK] = AGGREGATE_LAST,
      [BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_RATE] = AGGREGATE_AVERAGE,
      [BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_INDEX] = AGGREGATE_AVERAGE};
  return (size_t)kind < count_of(METHODS) ? METHODS[kind] : (enum aggregate_method)0;
}

static bool choose_method(struct evaluation *evaluation, const struct source *source,
                          enum aggregate_method *ret_method) {
  const struct query_aggregation *asked = &evaluation->query->aggregation;
  struct path room[2];
  const struct path *path = path_of_source(evaluation, source, "method", room);
  bool rate = source->kind == BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_RATE ||
              source->kind == BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_INDEX;
  *ret_method = asked->method != 0 ? asked->method : default_method(source->kind);
  if (*ret_method == 0)
    return check_fail(evaluation->context, path, "AGGREGATION_INVALID",
                      "name a method: average, sum, first, last, min or max",
                      "Nothing tells whether %s is a flow, a stock, a rate or an index.",
                      key_of_source(evaluation, source));
  if (*ret_method != AGGREGATE_SUM || !rate)
    return true;
  if (!asked->insist)
    return check_fail(evaluation->context, path, "AGGREGATION_INVALID",
                      "take the average, or insist on the sum",
                      "%s is a rate or an index, of which a sum means nothing.",
                      key_of_source(evaluation, source));
  return warn(evaluation, "a sum of %s, which is a rate or an index, means nothing by itself",
              key_of_source(evaluation, source));
}

/* Whether a daily series has weekdays only: a matter of all of it, not of the range. */
static bool find_calendar(struct evaluation *evaluation, const struct source *source,
                          const struct frame *fine, bool *ret_weekdays) {
  struct columns columns;
  struct frame whole;
  *ret_weekdays = aggregate_has_no_weekends(fine);
  if (!*ret_weekdays || (evaluation->need_first == INT64_MIN && evaluation->need_last == INT64_MAX))
    return true;
  if (!read_columns(evaluation, source, INT64_MIN, INT64_MAX, &columns))
    return false;
  if (!frame_of_columns(evaluation->context->arena, fine->frequency, &columns, &whole))
    return context_fail_memory(evaluation->context);
  *ret_weekdays = aggregate_has_no_weekends(&whole);
  return true;
}

static bool aggregate(struct evaluation *evaluation, const struct source *source,
                      struct frame *frame, bool main) {
  static const char *const NAMES[] = {"",     "year",         "half-year", "quarter", "month",
                                      "week", "business day", "day",       "hour",    "minute"};
  struct aggregate aggregate = {.frequency = evaluation->frequency,
                                .min_coverage = evaluation->query->aggregation.min_coverage};
  struct frame fine = *frame;
  size_t incomplete = 0;
  if (!choose_method(evaluation, source, &aggregate.method) ||
      !find_calendar(evaluation, source, &fine, &aggregate.weekdays))
    return false;
  if (!aggregate_apply(evaluation->context->arena, &aggregate, &fine, frame, &incomplete))
    return context_fail_memory(evaluation->context);
  if (!main)
    return incomplete == 0 || warn(evaluation, "%zu of %zu buckets of %s lack observations",
                                   incomplete, frame->n, key_of_source(evaluation, source));
  say(evaluation, "%s by %s", aggregate_words(aggregate.method), NAMES[evaluation->frequency]);
  return incomplete == 0 ||
         warn(evaluation, "%zu of %zu buckets lack observations: see their counts", incomplete,
              frame->n);
}

/* Rows of a series, scaled and of the result's frequency. */
static bool read_source(struct evaluation *evaluation, const struct source *source, bool main,
                        struct frame *ret_frame) {
  struct context *context = evaluation->context;
  enum frequency own = (enum frequency)source->found->head.frequency;
  struct columns columns;
  int64_t first, last;
  if (own < evaluation->frequency || !own_range(evaluation, own, &first, &last))
    return fail_finer(evaluation, source);
  if (!read_columns(evaluation, source, first, last, &columns))
    return false;
  if (!frame_of_columns(context->arena, own, &columns, ret_frame))
    return context_fail_memory(context);
  int multiplier =
      evaluation->query->in_units && source->unit != NULL ? source->unit->unit_mult : 0;
  for (size_t i = 0; multiplier != 0 && i < ret_frame->n; i++)
    ret_frame->rows[i].value = number_shift(ret_frame->rows[i].value, multiplier);
  return own == evaluation->frequency || aggregate(evaluation, source, ret_frame, main);
}

/* --- Transforms ------------------------------------------------------------------------------ */

static void set_unit(struct evaluation *evaluation, const char *unit) {
  evaluation->unit = (Bellwether__V1__Unit)BELLWETHER__V1__UNIT__INIT;
  evaluation->unit.unit = (char *)(uintptr_t)unit;
}

/* The unit of a result; the table is in docs/queries.md. */
static void change_unit(struct evaluation *evaluation, const struct query_step *step) {
  switch (step->transform.function) {
  case TRANSFORM_CHANGE:
  case TRANSFORM_CHANGE_FROM_YEAR_AGO:
    if (strcmp(evaluation->unit.unit, "PT") == 0)
      evaluation->unit.unit = (char *)(uintptr_t) "PP";
    return;
  case TRANSFORM_PERCENT_CHANGE:
  case TRANSFORM_PERCENT_CHANGE_FROM_YEAR_AGO:
  case TRANSFORM_COMPOUNDED_ANNUAL_RATE:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED:
  case TRANSFORM_CONTINUOUSLY_COMPOUNDED_ANNUAL:
  case TRANSFORM_SHARE:
    set_unit(evaluation, "PT");
    return;
  case TRANSFORM_LOG:
    set_unit(evaluation, "LN");
    return;
  case TRANSFORM_INDEX:
    set_unit(evaluation, "IX");
    return;
  case TRANSFORM_FORMULA:
    if (step->message->formula_unit != NULL)
      evaluation->unit = *step->message->formula_unit;
    if (evaluation->query->in_units)
      evaluation->unit.unit_mult = 0;
    return;
  case TRANSFORM_CUMULATIVE:
  case TRANSFORM_MOVING_AVERAGE:
    return;
  }
}

static void say_base(struct evaluation *evaluation, const struct transform *transform) {
  char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE];
  period_format(evaluation->frequency, transform->base_first, first);
  period_format(evaluation->frequency, transform->base_last, last);
  if (transform->base_first == transform->base_last)
    say(evaluation, "index, %s = 100", first);
  else
    say(evaluation, "index, mean of %s to %s = 100", first, last);
}

static void say_step(struct evaluation *evaluation, const struct query_step *step) {
  const char *other =
      step->has_other ? quoted(evaluation->context->arena, step->other.details.key) : NULL;
  const char *words = transform_words(step->transform.function);
  if (step->transform.function == TRANSFORM_INDEX)
    say_base(evaluation, &step->transform);
  else if (step->transform.function == TRANSFORM_MOVING_AVERAGE)
    say(evaluation, "%s of %lld periods", words, (long long)step->transform.window);
  else if (step->transform.function == TRANSFORM_SHARE)
    say(evaluation, "%s of %s", words, other);
  else if (step->transform.function == TRANSFORM_FORMULA)
    say(evaluation, "%s%s%s", step->message->formula,
        other == NULL ? "" : ", y = ", other == NULL ? "" : other);
  else if (transform_is_annual(step->transform.function) &&
           step->message->has_periods_a_year_case != 0)
    say(evaluation, "%s of %u periods", words, step->message->periods_a_year);
  else
    say(evaluation, "%s", words);
}

/* x and y of a share count in the same multiples of the unit. */
static bool match_units(struct evaluation *evaluation, const struct query_step *step,
                        const struct source *other, struct frame *frame) {
  static const Bellwether__V1__Unit NONE = BELLWETHER__V1__UNIT__INIT;
  const Bellwether__V1__Unit *y = other->unit == NULL ? &NONE : other->unit;
  const Bellwether__V1__Unit *x = &evaluation->unit;
  int shift = evaluation->query->in_units ? 0 : y->unit_mult - x->unit_mult;
  if (strcmp(x->unit, y->unit) != 0 &&
      !warn(evaluation, "x is in %s, y is in %s", x->unit[0] == '\0' ? "an unknown unit" : x->unit,
            y->unit[0] == '\0' ? "an unknown unit" : y->unit))
    return false;
  if (step->transform.function == TRANSFORM_FORMULA)
    return shift == 0 || warn(evaluation, "x is in 10^%d units, y in 10^%d: ask for single units",
                              x->unit_mult, y->unit_mult);
  for (size_t i = 0; shift != 0 && i < frame->n; i++)
    frame->rows[i].value = number_shift(frame->rows[i].value, shift);
  return true;
}

static bool read_other(struct evaluation *evaluation, struct query_step *step) {
  struct context *context = evaluation->context;
  struct series_words words;
  struct frame *frame = arena_zero(context->arena, sizeof *frame);
  if (frame == NULL)
    return context_fail_memory(context);
  if (!describer_series(evaluation->describer, &step->other.head, &step->other.details, &words))
    return false;
  struct source other = source_of(&step->other, &words);
  other.step = step;
  if (!read_source(evaluation, &other, false, frame) ||
      !match_units(evaluation, step, &other, frame))
    return false;
  step->transform.other = frame;
  return true;
}

static bool warn_undefined(struct evaluation *evaluation, const struct query_step *step, size_t n) {
  if (n == 0)
    return true;
  bool any = step->transform.function == TRANSFORM_FORMULA ||
             step->transform.function == TRANSFORM_CHANGE ||
             step->transform.function == TRANSFORM_CUMULATIVE;
  return warn(evaluation, "%s: %zu result%s no value, since %s",
              transform_words(step->transform.function), n, n == 1 ? " has" : "s have",
              any ? "it would be infinite or undefined" : "the formula needs a positive input");
}

/* Without a base there is no result; with a part of it there is one to be careful with. */
static bool warn_base(struct evaluation *evaluation, const struct query_step *step) {
  const struct transform *transform = &step->transform;
  size_t n = transform_base_count(transform, &evaluation->frame);
  long long size = transform->base_last - transform->base_first + 1;
  if ((long long)n == size)
    return true;
  return n == 0 ? warn(evaluation, "there is no value in the base period, so the index has none")
                : warn(evaluation, "the base period has %zu of %lld values", n, size);
}

static bool transform(struct evaluation *evaluation) {
  struct query *query = evaluation->query;
  for (size_t i = 0; i < query->n_steps; i++) {
    struct query_step *step = &query->steps[i];
    if ((step->has_other && !read_other(evaluation, step)) ||
        (step->transform.function == TRANSFORM_INDEX && !warn_base(evaluation, step)))
      return false;
    size_t undefined = transform_apply(&step->transform, &evaluation->frame);
    say_step(evaluation, step);
    change_unit(evaluation, step);
    if (!warn_undefined(evaluation, step, undefined))
      return false;
  }
  return true;
}

/* --- What is left of it ---------------------------------------------------------------------- */

static bool fill(struct evaluation *evaluation) {
  const struct query *query = evaluation->query;
  struct fill fill = {.insert_missing = query->insert_missing,
                      .carry_forward = query->carry_forward,
                      .first = evaluation->first,
                      .last = evaluation->last};
  if (!fill.insert_missing && fill.carry_forward == 0) {
    frame_cut(&evaluation->frame, evaluation->first, evaluation->last);
    return true;
  }
  frame_cut(&evaluation->frame, INT64_MIN, evaluation->last);
  uint64_t rows = fill_rows_max(&fill, &evaluation->frame);
  if (rows > LIMIT_WINDOW_PERIODS) {
    struct failure failure = {.code = RPC_RESOURCE_EXHAUSTED,
                              .reason = "TOO_MANY_ITEMS",
                              .field =
                                  path_text(evaluation->context->arena, PATH(query->path, "fill")),
                              .hint = "narrow the range with from and to"};
    return context_fail(evaluation->context, failure,
                        "The range has %llu periods to fill, and at most %d are allowed.",
                        (unsigned long long)rows, LIMIT_WINDOW_PERIODS);
  }
  return fill_apply(evaluation->context->arena, &fill, &evaluation->frame) ||
         context_fail_memory(evaluation->context);
}

static bool check_finite(struct evaluation *evaluation) {
  for (size_t i = 0; i < evaluation->frame.n; i++)
    if (!value_is_finite(evaluation->context, evaluation->query->path,
                         evaluation->frame.rows[i].value))
      return false;
  return true;
}

static bool finish(struct evaluation *evaluation, const struct period_set *aligned,
                   struct evaluated *ret_evaluated) {
  const struct query *query = evaluation->query;
  struct context *context = evaluation->context;
  filter_apply(&query->filter, &evaluation->frame);
  frame_keep(&evaluation->frame, query->first_n, query->last_n);
  if (aligned != NULL && !align_apply(context->arena, aligned, &evaluation->frame))
    return context_fail_memory(context);
  aggregate_complete(&evaluation->frame);
  ret_evaluated->frame = evaluation->frame;
  ret_evaluated->warnings = evaluation->warnings;
  ret_evaluated->formula = text_new(context, bytes_of(evaluation->words, evaluation->words_size));
  ret_evaluated->unit = message_new(context, &bellwether__v1__unit__descriptor);
  if (ret_evaluated->unit == NULL || ret_evaluated->formula == NULL)
    return false;
  *ret_evaluated->unit = evaluation->unit;
  return true;
}

bool evaluate(struct query *query, struct describer *describer, const struct source *source,
              const struct period_set *aligned, struct evaluated *ret_evaluated) {
  struct evaluation evaluation = {
      .query = query, .describer = describer, .source = source, .context = query->finder->context};
  set_unit(&evaluation, "");
  if (source->unit != NULL)
    evaluation.unit = *source->unit;
  if (!prepare(&evaluation) || !read_source(&evaluation, source, true, &evaluation.frame))
    return false;
  if (query->in_units && source->unit != NULL) {
    Bellwether__V1__Unit *unit = NULL;
    if (!check_finite(&evaluation) || !unit_to_units(evaluation.context, source->unit, &unit))
      return false;
    evaluation.unit = *unit;
  }
  return transform(&evaluation) && fill(&evaluation) && finish(&evaluation, aligned, ret_evaluated);
}
