/* SPDX-License-Identifier: MIT */
/* Where an axis has its marks, and what stands at them. Pure functions: the caller says how wide a
 * text is. */
#ifndef BELLWETHER_CLIENT_PLOT_TICKS_H
#define BELLWETHER_CLIENT_PLOT_TICKS_H

#include "proto/period.h"

/* Marks on round numbers: (first + i * step) * 10^exponent, step 1, 2 or 5. They are whole numbers
 * until they are shown, so that no label says 0.30000000000000004. */
struct value_ticks {
  int64_t first;
  int step;
  int exponent;
  size_t n;
  double lo, hi; /* the ends of the axis; no value lies outside */
  int shift;     /* labels are in 10^shift: the unit says so */
};

enum { TICK_TEXT_SIZE = 48 };

/* At most `most` (3 or more) steps over lo to hi, which are finite, lo <= hi. `zero`: the axis
 * includes it. Values that are all the same get an axis around them. */
struct value_ticks value_ticks_make(double lo, double hi, size_t most, bool zero);
double value_tick_at(const struct value_ticks *ticks, size_t i);
/* "1,200", "-0.5"; all with as many decimals as the step needs. */
void value_tick_text(const struct value_ticks *ticks, size_t i, char ret_text[TICK_TEXT_SIZE]);
/* 0 at the lower end, 1 at the upper one. */
double value_ticks_place(const struct value_ticks *ticks, double value);
/* Whether a line's axis should begin at zero: where the values are not far from it. */
bool value_ticks_near_zero(double lo, double hi);
/* Puts commas between thousands. */
void ticks_group(const char *digits, char *ret_text, size_t size);

/* The axis of time, in the caller's measure (columns, pixels). */
struct time_axis {
  int64_t first_ms, last_ms; /* first < last */
  enum frequency finest;     /* of the series: no finer marks than that ... */
  enum frequency coarsest;   /* ... and a mark of a period that has a point is at its middle */
  double left, right;        /* where first_ms and last_ms are */
  double least, most;        /* labels stay between these */
  double gap;                /* at least so much between two labels */
  double (*measure)(void *arg, const char *text);
  void *arg;
};

struct time_tick {
  double at;
  double label; /* where the label begins */
  char text[TICK_TEXT_SIZE];
};

enum { TIME_TICKS_MAX = 40 };

/* The finest marks whose labels do not touch. Returns how many: at least one. */
size_t time_ticks_make(const struct time_axis *axis, struct time_tick ret_ticks[TIME_TICKS_MAX]);
double time_axis_place(const struct time_axis *axis, int64_t at_ms);

#endif
