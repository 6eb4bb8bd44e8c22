/* SPDX-License-Identifier: MIT */
/* What an ObservationQuery asks, understood once for all series that it is asked of. Functions
 * return false after context_fail. */
#ifndef BELLWETHER_SERVER_QUERY_H
#define BELLWETHER_SERVER_QUERY_H

#include "bellwether/v1/observations.pb-c.h"
#include "proto/period.h"
#include "server/aggregate.h"
#include "server/fill.h"
#include "server/find.h"
#include "server/transform.h"

/* The ordinals of a range; first > last: none. */
struct query_range {
  bool known;
  int64_t first;
  int64_t last;
};

/* One transform, as far as it is known without a series. */
struct query_step {
  const Bellwether__V1__Transform *message;
  struct transform transform; /* the rest is filled in for each series */
  struct found other;         /* of SHARE and FORMULA, where it has one */
  bool has_other;
};

struct query_aggregation {
  bool asked;
  bool insist;
  enum frequency frequency;
  enum aggregate_method method; /* 0: by the indicator's kind */
  double min_coverage;
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
  unsigned columns;      /* enum read_columns, as the view wants them */
  bool plain;            /* nothing of the following: storage alone answers */
  uint32_t only_release; /* its number; 0: of any */
  uint32_t nth_release;
  size_t n_steps;
  struct query_step *steps;
  struct query_aggregation aggregation;
  uint32_t carry_forward;
  bool insert_missing;
  struct row_filter filter;
  struct query_range ranges[FREQUENCY_N + 1]; /* by frequency, as they become known */
};

/* A NULL message asks for everything. */
bool query_init(struct query *query, struct finder *finder, const struct path *path,
                const Bellwether__V1__ObservationQuery *message);
/* The options beyond the plain ones. */
bool query_options(struct query *query, const Bellwether__V1__ObservationQuery *message);
/* The ordinals that the bounds leave of a series of this frequency; where it is aggregated, of its
 * buckets. */
bool query_range(struct query *query, enum frequency frequency, int64_t *ret_first,
                 int64_t *ret_last);

/* The last revision that changed the answer for such a series: the series itself, or one that a
 * transform needs, or their descriptions (unit, kind, names). Looks into the store. */
bool query_changed_revision(const struct query *query, const struct series_head *head,
                            uint64_t *ret_revision);

/* The parts, for requests that have them outside an ObservationQuery. */
bool query_as_of(struct finder *finder, const struct path *path,
                 const Bellwether__V1__AsOf *message, struct as_of *ret_as_of);
bool query_view(struct context *context, const struct path *path, Bellwether__V1__View message,
                Bellwether__V1__View *ret_view);
bool query_scale(struct context *context, const struct path *path, Bellwether__V1__Scale message,
                 bool *ret_in_units);
#endif
