/* SPDX-License-Identifier: MIT */
#include "client/plot/plot.h"

#include <math.h>

#include "proto/obs_status.h"

static void include_point(struct plot *plot, const struct plot_point *point, bool first) {
  if (first) {
    plot->lo = plot->hi = point->value;
    plot->first_ms = plot->last_ms = point->at_ms;
  }
  plot->lo = fmin(plot->lo, point->value);
  plot->hi = fmax(plot->hi, point->value);
  if (point->at_ms < plot->first_ms)
    plot->first_ms = point->at_ms;
  if (point->at_ms > plot->last_ms)
    plot->last_ms = point->at_ms;
}

static size_t include_line(struct plot *plot, const struct plot_line *line, size_t n) {
  for (size_t i = 0; i < line->n_points; i++) {
    const struct plot_point *point = &line->points[i];
    if (!plot_has_value(point))
      continue;
    include_point(plot, point, n == 0);
    plot->has_forecast |= point->status == OBS_STATUS_FORECAST;
    plot->has_target |= point->status == OBS_STATUS_TARGET;
    n++;
  }
  return n;
}

/* Bars stand on zero: where all values are far from it they would all look the same. */
static bool is_for_bars(const struct plot *plot, size_t n_values) {
  if (plot->n_lines != 1 || plot->n_older > 0 || plot->lines[0].n_points > PLOT_BARS_MAX)
    return false;
  double least = fmin(fabs(plot->lo), fabs(plot->hi)), most = fmax(fabs(plot->lo), fabs(plot->hi));
  bool same_sign = (plot->lo > 0) == (plot->hi > 0);
  return n_values < 3 || !same_sign || plot->lo == plot->hi || least < most * 0.8;
}

/* How many periods may lie between two points of a line. */
static int64_t longest_step(enum frequency frequency) {
  switch (frequency) {
  case FREQUENCY_B:
  case FREQUENCY_D:
    return 10;
  case FREQUENCY_H:
    return 80;
  case FREQUENCY_N:
    return 80 * 60;
  case FREQUENCY_NONE:
  case FREQUENCY_A:
  case FREQUENCY_S:
  case FREQUENCY_Q:
  case FREQUENCY_M:
  case FREQUENCY_W:
    return 1;
  }
  return 1;
}

/* Markets close: a day without a figure is no hole, whether the publisher leaves it out or calls it
 * missing. */
static void drop_missing_days(struct plot_line *line) {
  size_t kept = 0;
  if (longest_step(line->frequency) == 1)
    return;
  for (size_t i = 0; i < line->n_points; i++)
    if (plot_has_value(&line->points[i]))
      line->points[kept++] = line->points[i];
  line->n_points = kept;
}

bool plot_measure(struct plot *plot) {
  size_t n = 0;
  for (size_t i = 0; i < plot->n_lines; i++) {
    enum frequency frequency = plot->lines[i].frequency;
    drop_missing_days(&plot->lines[i]);
    n = include_line(plot, &plot->lines[i], n);
    if (plot->finest == FREQUENCY_NONE || frequency > plot->finest)
      plot->finest = frequency;
    if (plot->coarsest == FREQUENCY_NONE || frequency < plot->coarsest)
      plot->coarsest = frequency;
  }
  size_t n_shown = n;
  for (size_t i = 0; i < plot->n_older; i++) {
    drop_missing_days(&plot->older[i]);
    n = include_line(plot, &plot->older[i], n);
  }
  plot->bars = is_for_bars(plot, n_shown);
  return n > 0;
}

bool plot_is_joined(const struct plot_line *line, size_t point) {
  if (point == 0 || point >= line->n_points)
    return false;
  const struct plot_point *before = &line->points[point - 1], *here = &line->points[point];
  return plot_has_value(before) && plot_has_value(here) && before->status != OBS_STATUS_TARGET &&
         here->status != OBS_STATUS_TARGET &&
         here->period - before->period <= longest_step(line->frequency);
}

bool plot_is_alone(const struct plot_line *line, size_t point) {
  return plot_has_value(&line->points[point]) && !plot_is_joined(line, point) &&
         !plot_is_joined(line, point + 1);
}

const char *plot_status_note(char status) {
  return status == OBS_STATUS_TARGET ? "target" : status == OBS_STATUS_FORECAST ? "forecast" : "";
}
