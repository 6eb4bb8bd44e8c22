/* SPDX-License-Identifier: MIT */
/* Rows of one series from storage's columns to the wire's: the columns are the same arrays, cut
 * where the page ends. Functions return false after context_fail. */
#ifndef BELLWETHER_SERVER_ROWS_H
#define BELLWETHER_SERVER_ROWS_H

#include "proto/period.h"
#include "server/check.h"
#include "server/describe.h"
#include "storage/observations.h"

struct rows_format {
  enum frequency frequency;
  uint64_t handle; /* whose addresses in the releases count */
  bool labels;
  bool full;        /* with releases and comments */
  uint32_t *counts; /* of the buckets, and what they could have; NULL: the rows are none */
  uint32_t *sizes;
};

/* What a page has room for; the bytes become fewer. */
struct rows_room {
  size_t rows;
  size_t bytes;
  bool at_least_one; /* the first row is taken whatever its size */
};

/* Takes as many rows as there is room for, from the first on. Columns of the message borrow those
 * of storage. */
bool rows_fill(struct describer *describer, const struct rows_format *format,
               const struct columns *columns, struct rows_room *room,
               Bellwether__V1__ObservationColumns **ret_message);
/* The period of the last row; there is one. */
int64_t rows_last_period(const Bellwether__V1__ObservationColumns *message);
/* Drops rows from the front: only the last `n_kept` stay. */
void rows_keep_last(struct columns *columns, size_t n_kept);

/* Values times 10^multiplier, in place; fails where one is beyond a double. `query` is where the
 * scale stands; NULL: in the request itself. */
bool values_to_units(struct context *context, const struct path *query, int multiplier,
                     double *values, size_t n);
/* The same of one that was shifted already. */
bool value_is_finite(struct context *context, const struct path *query, double value);
/* The unit of such values: the same with a multiplier of 0. */
bool unit_to_units(struct context *context, const Bellwether__V1__Unit *unit,
                   Bellwether__V1__Unit **ret_unit);

#endif
