/* SPDX-License-Identifier: MIT */
/* What an ObservationQuery asks, understood once for all series that it is asked of. An option that
 * this server does not have is refused, never passed over. Functions return false after
 * context_fail. */
#ifndef BELLWETHER_SERVER_QUERY_H
#define BELLWETHER_SERVER_QUERY_H

#include "bellwether/v1/observations.pb-c.h"
#include "proto/period.h"
#include "server/find.h"
#include "storage/observations.h"

/* The ordinals of a range; first > last: none. */
struct query_range {
  bool known;
  int64_t first;
  int64_t last;
};

struct query {
  struct finder *finder;
  const struct path *path;                 /* where in the request it stands; outlives the query */
  const Bellwether__V1__PeriodBound *from; /* NULL: open */
  const Bellwether__V1__PeriodBound *to;
  struct as_of as_of;
  size_t first_n; /* 0: all */
  size_t last_n;
  Bellwether__V1__View view; /* never UNSPECIFIED */
  bool in_units;             /* the multiplier is applied */
  bool labels;
  unsigned columns;                           /* enum read_columns, as the view wants them */
  struct query_range ranges[FREQUENCY_N + 1]; /* by frequency, as they become known */
};

/* A NULL message asks for everything. */
bool query_init(struct query *query, struct finder *finder, const struct path *path,
                const Bellwether__V1__ObservationQuery *message);
/* The ordinals that the bounds leave of a series of this frequency. */
bool query_range(struct query *query, enum frequency frequency, int64_t *ret_first,
                 int64_t *ret_last);

/* The parts, for requests that have them outside an ObservationQuery. */
bool query_as_of(struct finder *finder, const struct path *path,
                 const Bellwether__V1__AsOf *message, struct as_of *ret_as_of);
bool query_view(struct context *context, const struct path *path, Bellwether__V1__View message,
                Bellwether__V1__View *ret_view);
bool query_scale(struct context *context, const struct path *path, Bellwether__V1__Scale message,
                 bool *ret_in_units);
/* UNIMPLEMENTED, OPTION_NOT_YET. Always false. */
bool query_fail_option(struct context *context, const struct path *path);

#endif
