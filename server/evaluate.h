/* SPDX-License-Identifier: MIT */
/* A query that asks for more than rows as they are stored, evaluated for one series in this order:
 * as of, scale, a range as wide as the steps need, aggregate, transform, cut to the range, insert
 * missing and carry forward, filter, first and last n, align. Functions return false after
 * context_fail. */
#ifndef BELLWETHER_SERVER_EVALUATE_H
#define BELLWETHER_SERVER_EVALUATE_H

#include "server/align.h"
#include "server/describe.h"
#include "server/query.h"

/* The series, and what its values mean. */
struct source {
  const struct found *found;
  Bellwether__V1__IndicatorKind kind;
  const Bellwether__V1__Unit *unit; /* or NULL */
  const struct query_step *step;    /* whose other series it is; NULL: it is what was asked for */
};
struct source source_of(const struct found *found, const struct series_words *words);

/* All rows, and what they are. */
struct evaluated {
  struct frame frame;
  Bellwether__V1__Unit *unit; /* or NULL */
  char *formula;              /* "" where nothing was done */
  struct list warnings;       /* char * */
};

/* `aligned` has the periods of the answer, or is NULL. */
bool evaluate(struct query *query, struct describer *describer, const struct source *source,
              const struct period_set *aligned, struct evaluated *ret_evaluated);

#endif
