/* SPDX-License-Identifier: MIT */
/* What a plot shows, before anything is drawn: lines of points, and the words around them. The
 * terminal and the chart draw the same struct. All texts and points live in the arena. */
#ifndef BELLWETHER_CLIENT_PLOT_H
#define BELLWETHER_CLIENT_PLOT_H

#include "client/cli/command.h"
#include "proto/arena.h"
#include "proto/period.h"

enum {
  PLOT_LINES_MAX = 8,  /* more cannot be told apart */
  PLOT_OLDER_MAX = 12, /* earlier releases behind a line: more are a smear */
  PLOT_BARS_MAX = 12,  /* so few points of one series are bars */
};

struct plot_point {
  int64_t period;
  int64_t at_ms; /* the middle of the period */
  double value;  /* NaN where missing */
  char status;
};

struct plot_line {
  const char *key;
  const char *title;
  const char *label; /* what tells it from the other lines */
  const char *formula;
  const char *unit;
  int unit_mult;
  enum frequency frequency;
  struct plot_point *points;
  size_t n_points;
  size_t capacity;
};

struct plot {
  struct arena *arena;
  struct plot_line lines[PLOT_LINES_MAX];
  size_t n_lines;
  struct plot_line older[PLOT_OLDER_MAX]; /* the line as it was known with earlier releases */
  size_t n_older;
  const char *title;
  const char *formula; /* "percent change from a year ago"; "" */
  const char *source;  /* "Source: GACC, 2025-11-25" */
  const char *older_text;
  int64_t last_release_ms; /* of what is shown; 0 where nothing has a release */
  bool has_forecast;       /* with a value */
  bool has_target;
  bool bars;
  double lo, hi; /* of all values */
  int64_t first_ms, last_ms;
  enum frequency finest, coarsest;
};

/* Finds the ranges, decides on bars, and passes over days and hours without a figure. False where
 * there is no value at all. */
must_check bool plot_measure(struct plot *plot);
/* Whether a line is drawn from the point before to this one: both have a value, neither is a
 * target, and no period is missing between them; of days and hours, not more than ten days. */
bool plot_is_joined(const struct plot_line *line, size_t point);
/* A point with a value that no line leads to or from. */
bool plot_is_alone(const struct plot_line *line, size_t point);
static inline bool plot_has_value(const struct plot_point *point) {
  return point->value == point->value;
}

/* Title, labels and formula of the lines. False: no memory. */
must_check bool plot_name(struct plot *plot);
/* The unit of the lines with the multiplier and another power of ten, in words. */
void plot_unit(const struct plot *plot, int shift, char *ret_text, size_t size);
/* A figure beside its mark: value * 10^-shift, rounded to what an eye can tell. */
void plot_figure_text(double value, int shift, char *ret_text, size_t size);
/* "target", "forecast", "": what a reader must know beside the figure. */
const char *plot_status_note(char status);

#endif
