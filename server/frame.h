/* SPDX-License-Identifier: MIT */
/* Rows of one series while a query works on them: what storage read, taken apart so that rows can
 * be changed, added and dropped, and put together again as columns. All lives in an arena; false
 * means that it is full. One thread at a time. */
#ifndef BELLWETHER_SERVER_FRAME_H
#define BELLWETHER_SERVER_FRAME_H

#include "proto/arena.h"
#include "proto/period.h"
#include "server/sum.h"
#include "storage/observations.h"

struct frame_row {
  int64_t period;
  double value; /* NaN where and only where the status is one of a missing value */
  struct bytes comment;
  uint32_t release_no; /* of the figure, or of the last one that went into it; 0: of none */
  uint32_t count;      /* after aggregation: so many observations went in ... */
  uint32_t size;       /* ... of so many that the calendar has */
  uint8_t status;
  uint8_t ahead_status; /* used by a moving average while it works, as is the next */
  struct sum ahead;
};

struct frame {
  enum frequency frequency;
  bool aggregated;     /* counts and sizes mean something */
  enum frequency fine; /* what the buckets are made of ... */
  bool weekdays;       /* ... and that of days only Monday to Friday count */
  size_t n;
  struct frame_row *rows; /* periods strictly ascending */
};

must_check bool frame_of_columns(struct arena *arena, enum frequency frequency,
                                 const struct columns *columns, struct frame *ret_frame);

/* What is asked of the columns: enum read_columns, as in a range_query. Counts and sizes come
 * apart; they are NULL unless the frame is aggregated. */
struct frame_columns {
  struct columns columns;
  uint32_t *counts;
  uint32_t *sizes;
};
/* Whether the steps between its periods are such that columns can say them. */
bool frame_fits_columns(const struct frame *frame);
must_check bool frame_to_columns(struct arena *arena, const struct frame *frame, unsigned asked,
                                 struct frame_columns *ret_columns);

/* The place of the first row that is not before the period; n where there is none. */
size_t frame_find(const struct frame *frame, int64_t period);
/* Keeps only rows from first to last, inclusive. */
void frame_cut(struct frame *frame, int64_t first, int64_t last);
/* Keeps only the first, and of these the last, so many rows; 0 keeps all. */
void frame_keep(struct frame *frame, size_t first_n, size_t last_n);

/* Gives a row no value, for want of an input. */
void frame_row_miss(struct frame_row *row);

#endif
