/* SPDX-License-Identifier: MIT */
/* To a lower frequency, over calendar periods: a bucket is a period of the coarse frequency with
 * the periods of the fine one that period_parts puts into it (a week belongs to the period of its
 * Thursday). Missing values are passed over; a bucket with rows of which none has a value has none
 * either. The status of a bucket is the first of T F B E I U P V among the values that went in,
 * else that of the last. Pure functions. */
#ifndef BELLWETHER_SERVER_AGGREGATE_H
#define BELLWETHER_SERVER_AGGREGATE_H

#include "server/frame.h"

enum aggregate_method {
  AGGREGATE_AVERAGE = 1,
  AGGREGATE_SUM,
  AGGREGATE_FIRST, /* the first value there is */
  AGGREGATE_LAST,
  AGGREGATE_MIN,
  AGGREGATE_MAX,
};

struct aggregate {
  enum frequency frequency; /* coarser than the frame's */
  enum aggregate_method method;
  double min_coverage; /* buckets with a smaller share of what the calendar has are dropped */
  bool weekdays;       /* of days: the series' calendar has no weekends */
};

/* False: the arena is full. *ret_incomplete: buckets that stay although not all of their periods
 * have a value.*/
must_check bool aggregate_apply(struct arena *arena, const struct aggregate *aggregate,
                                const struct frame *fine, struct frame *ret_coarse,
                                size_t *ret_incomplete);

/* Whether a frame of days has none on a weekend. */
bool aggregate_has_no_weekends(const struct frame *frame);
/* Tells rows that were added to an aggregated frame how many observations the calendar has in
 * them. */
void aggregate_complete(struct frame *coarse);

/* "sum". Never NULL. */
const char *aggregate_words(enum aggregate_method method);

#endif
