/* SPDX-License-Identifier: MIT */
/* Periods that have no observation, and rows that are not wanted. Pure functions. */
#ifndef BELLWETHER_SERVER_FILL_H
#define BELLWETHER_SERVER_FILL_H

#include "server/frame.h"

struct fill {
  bool insert_missing;    /* every period of the range without a row gets one without a value */
  uint32_t carry_forward; /* the last known value stands for so many periods behind it at most */
  int64_t first;          /* the range; INT64_MIN and INT64_MAX are open and end with the rows */
  int64_t last;
};

/* How many rows it may come to. */
uint64_t fill_rows_max(const struct fill *fill, const struct frame *frame);
/* Rows before the range serve to carry forward into it, and are dropped. A carried value has status
 * I (imputed) and the release of the figure; "data cannot exist" (M) stays. False: the arena is
 * full. */
must_check bool fill_apply(struct arena *arena, const struct fill *fill, struct frame *frame);

struct row_filter {
  const char *statuses; /* empty: all */
  bool drop_missing;
  bool has_min;
  bool has_max;
  double min;
  double max;
};
/* A bound drops missing values too. */
void filter_apply(const struct row_filter *filter, struct frame *frame);

#endif
