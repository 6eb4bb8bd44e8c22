/* SPDX-License-Identifier: MIT */
/* Ticks of time: calendar units from fine to coarse; the first whose labels have room is taken. */
#include <stdio.h>

#include "client/plot/ticks.h"
#include "proto/calendar.h"

#define HAS(letter) (1U << FREQUENCY_##letter)

/* A kind of marks: every `step` periods of `unit`. */
struct spacing {
  enum frequency unit;
  int step;
  unsigned of; /* the finest frequencies of series that want it */
};

static const struct spacing SPACINGS[] = {
    {FREQUENCY_N, 1, HAS(N)},
    {FREQUENCY_N, 5, HAS(N)},
    {FREQUENCY_N, 15, HAS(N)},
    {FREQUENCY_N, 30, HAS(N)},
    {FREQUENCY_H, 1, HAS(N) | HAS(H)},
    {FREQUENCY_H, 3, HAS(N) | HAS(H)},
    {FREQUENCY_H, 6, HAS(N) | HAS(H)},
    {FREQUENCY_H, 12, HAS(N) | HAS(H)},
    {FREQUENCY_D, 1, HAS(N) | HAS(H) | HAS(D) | HAS(B)},
    {FREQUENCY_D, 7, HAS(N) | HAS(H) | HAS(D) | HAS(B)},
    {FREQUENCY_D, 14, HAS(N) | HAS(H) | HAS(D) | HAS(B)},
    {FREQUENCY_W, 1, HAS(W)},
    {FREQUENCY_W, 2, HAS(W)},
    {FREQUENCY_W, 4, HAS(W)},
    {FREQUENCY_M, 1, HAS(N) | HAS(H) | HAS(D) | HAS(B) | HAS(W) | HAS(M)},
    {FREQUENCY_M, 2, HAS(M)},
    {FREQUENCY_Q, 1, HAS(Q)},
    {FREQUENCY_M, 3, HAS(N) | HAS(H) | HAS(D) | HAS(B) | HAS(W) | HAS(M)},
    {FREQUENCY_S, 1, HAS(S)},
    {FREQUENCY_Q, 2, HAS(Q)},
    {FREQUENCY_M, 6, HAS(N) | HAS(H) | HAS(D) | HAS(B) | HAS(W) | HAS(M)},
    {FREQUENCY_A, 1, ~0U},
    {FREQUENCY_A, 2, ~0U},
    {FREQUENCY_A, 5, ~0U},
    {FREQUENCY_A, 10, ~0U},
    {FREQUENCY_A, 20, ~0U},
    {FREQUENCY_A, 50, ~0U},
    {FREQUENCY_A, 100, ~0U},
    {FREQUENCY_A, 200, ~0U},
    {FREQUENCY_A, 500, ~0U},
    {FREQUENCY_A, 1000, ~0U},
    {FREQUENCY_A, 2000, ~0U},
    {FREQUENCY_A, 5000, ~0U},
};

double time_axis_place(const struct time_axis *axis, int64_t at_ms) {
  double share = (double)(at_ms - axis->first_ms) / (double)(axis->last_ms - axis->first_ms);
  return axis->left + share * (axis->right - axis->left);
}

static int64_t middle_of(enum frequency frequency, int64_t period) {
  int64_t first = period_first_ms(frequency, period), last = period_last_ms(frequency, period);
  return first + (last - first + 1) / 2;
}

/* A mark of a period that has a point stands under the point, another where the period begins. */
static int64_t instant_of(const struct time_axis *axis, enum frequency unit, int64_t period) {
  bool has_point = unit == axis->finest || unit == axis->coarsest ||
                   (unit == FREQUENCY_D && axis->finest == FREQUENCY_B);
  return has_point ? middle_of(unit, period) : period_first_ms(unit, period);
}

/* Years that end in 0, Mondays, full hours. */
static int64_t offset_of(enum frequency unit) {
  return unit == FREQUENCY_A ? 1970 : unit == FREQUENCY_D ? 3 : 0;
}

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* What stands at a mark without the year. */
static void short_text(enum frequency unit, int64_t period, char *text, size_t size) {
  struct civil_date date = calendar_civil_from_days(period_first_day(unit, period));
  int64_t ms = floor_mod(period_first_ms(unit, period), CALENDAR_DAY_MS);
  int minute = (int)(ms / 60000);
  switch (unit) {
  case FREQUENCY_S:
    snprintf(text, size, "S%d", (date.month + 5) / 6);
    return;
  case FREQUENCY_Q:
    snprintf(text, size, "Q%d", (date.month + 2) / 3);
    return;
  case FREQUENCY_M:
    snprintf(text, size, "%s", MONTHS[date.month - 1]);
    return;
  case FREQUENCY_B:
  case FREQUENCY_D:
    snprintf(text, size, "%d %s", date.day, MONTHS[date.month - 1]);
    return;
  case FREQUENCY_H:
  case FREQUENCY_N:
    snprintf(text, size, "%02d:%02d", minute / 60, minute % 60);
    return;
  case FREQUENCY_NONE:
  case FREQUENCY_A:
  case FREQUENCY_W:
    snprintf(text, size, "%d", date.year);
    return;
  }
}

/* The unit that a short label leaves out: it is told where it changes. */
static enum frequency left_out(enum frequency unit) {
  return unit == FREQUENCY_H || unit == FREQUENCY_N ? FREQUENCY_D : FREQUENCY_A;
}

static void label(enum frequency unit, int64_t period, bool whole, char text[TICK_TEXT_SIZE]) {
  char brief[20];
  struct civil_date date = calendar_civil_from_days(period_first_day(unit, period));
  short_text(unit, period, brief, sizeof brief);
  if (unit == FREQUENCY_W)
    period_format(unit, period, text);
  else if (!whole || unit == FREQUENCY_A)
    snprintf(text, TICK_TEXT_SIZE, "%s", brief);
  else if (left_out(unit) == FREQUENCY_D)
    snprintf(text, TICK_TEXT_SIZE, "%d %s %s", date.day, MONTHS[date.month - 1], brief);
  else
    snprintf(text, TICK_TEXT_SIZE, "%s %d", brief, date.year);
}

static void place_label(const struct time_axis *axis, struct time_tick *tick) {
  double width = axis->measure(axis->arg, tick->text);
  tick->label = tick->at - width / 2;
  if (tick->label + width > axis->most)
    tick->label = axis->most - width;
  if (tick->label < axis->least)
    tick->label = axis->least;
}

static bool is_free(const struct time_axis *axis, const struct time_tick *before,
                    const struct time_tick *tick) {
  return tick->label - before->label >= axis->measure(axis->arg, before->text) + axis->gap;
}

/* Marks from one period on. 0 where two labels touch, or nothing lies on the axis. */
static size_t mark(const struct time_axis *axis, const struct spacing *spacing, int64_t first,
                   int64_t last, struct time_tick *ticks) {
  size_t n = 0;
  int64_t epoch = 0;
  for (int64_t period = first; period <= last; period += spacing->step) {
    int64_t at_ms = period_is_valid(spacing->unit, period) ? instant_of(axis, spacing->unit, period)
                                                           : axis->last_ms + 1;
    if (at_ms < axis->first_ms || at_ms > axis->last_ms)
      continue;
    if (n == TIME_TICKS_MAX)
      return 0;
    struct time_tick *tick = &ticks[n];
    int64_t now = period_at(left_out(spacing->unit), period_first_ms(spacing->unit, period));
    tick->at = time_axis_place(axis, at_ms);
    label(spacing->unit, period, n == 0 || now != epoch, tick->text);
    place_label(axis, tick);
    if (n > 0 && !is_free(axis, tick - 1, tick))
      return 0;
    epoch = now;
    n++;
  }
  return n;
}

static size_t try_spacing(const struct time_axis *axis, const struct spacing *spacing,
                          struct time_tick *ticks) {
  int64_t first = period_at(spacing->unit, axis->first_ms);
  int64_t last = period_at(spacing->unit, axis->last_ms);
  if ((last - first) / spacing->step > TIME_TICKS_MAX + 1)
    return 0;
  first -= floor_mod(first + offset_of(spacing->unit), spacing->step);
  return mark(axis, spacing, first, last, ticks);
}

/* Where no mark fits: the first period by name. */
static size_t mark_first(const struct time_axis *axis, struct time_tick *tick) {
  char text[PERIOD_TEXT_SIZE];
  period_format(axis->finest, period_at(axis->finest, axis->first_ms), text);
  snprintf(tick->text, sizeof tick->text, "%s", text);
  tick->at = axis->left;
  place_label(axis, tick);
  return 1;
}

size_t time_ticks_make(const struct time_axis *axis, struct time_tick ret_ticks[TIME_TICKS_MAX]) {
  for (size_t i = 0; i < count_of(SPACINGS); i++) {
    if ((SPACINGS[i].of & (1U << axis->finest)) == 0)
      continue;
    size_t n = try_spacing(axis, &SPACINGS[i], ret_ticks);
    if (n > 0)
      return n;
  }
  return mark_first(axis, ret_ticks);
}
