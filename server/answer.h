/* SPDX-License-Identifier: MIT */
/* The answer for one series: what it is, and its rows, as far as the page has room. What
 * GetObservations does once, and BatchGetObservations for each. */
#ifndef BELLWETHER_SERVER_ANSWER_H
#define BELLWETHER_SERVER_ANSWER_H

#include "server/evaluate.h"
#include "server/page.h"

/* Where within its rows a page goes on with a series. Zeroed: at its first. */
struct answer_place {
  bool within;
  int64_t ordinal; /* not before this period */
  uint64_t left;   /* so many rows; 0: all there are */
};

struct answerer {
  struct finder *finder;
  struct describer *describer;
  struct page *page;
  const struct period_set *aligned; /* NULL: each series has its own periods */
};

/* *ret_message is NULL where the page had no room, else the page has counted it; it `continues`
 * where the page ended within it, and then *ret_place is where. False after context_fail. */
bool answer_series(struct answerer *answerer, struct query *query, struct found *found,
                   const struct answer_place *place,
                   Bellwether__V1__SeriesObservations **ret_message,
                   struct answer_place *ret_place);

#endif
