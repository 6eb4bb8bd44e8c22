/* SPDX-License-Identifier: MIT */
/* The options of `get` that make an ObservationQuery, and the short names that people type. */
#ifndef BELLWETHER_CLIENT_CLI_QUERY_H
#define BELLWETHER_CLIENT_CLI_QUERY_H

#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/command.h"
#include "proto/arena.h"

/* Rows for the verb's own table of options. */
#define QUERY_OPTIONS                                                                              \
  {"from", "PERIOD", "the first period: 2018, 2018-Q1, 2018-03, 2018-W12, 2018-03-01"},            \
      {"to", "PERIOD", "the last period; 2024 on a monthly series ends with 2024-12"},             \
      {"first", "N", "only the first N observations of the range; 0: all"},                        \
      {"last", "N", "only the last N; 0: all"},                                                    \
      {"as-of", "DATE|RELEASE",                                                                    \
       "as it was known at the end of that day (UTC), or with that release"},                      \
      {"nth-release", "N", "what the N-th release that stated each period said; 1: the first"},    \
      {"only-release", "RELEASE", "only what that release itself states"},                         \
      {"transform", "TRANSFORM[,TRANSFORM...]", "see below"},                                      \
      {"yoy", NULL, "short for --transform pc1: percent change from a year ago"},                  \
      {"frequency", "A|S|Q|M|W", "to a lower frequency: year to week"},                            \
      {"method", "avg|sum|first|last|min|max",                                                     \
       "of a lower frequency; by default the indicator's"},                                        \
      {"min-coverage", "SHARE", "only buckets with that share of their observations; 1: all"},     \
      {"insist", NULL, "sum a rate or an index although it means nothing"},                        \
      {"units", NULL, "in single units: 2.63 trillion is 2630000000000"},                          \
      {"fill", NULL, "a row for every period of the range, empty where nothing is known"},         \
      {"carry", "N", "the last known value stands for up to N periods behind it"},                 \
      {"status", "LETTERS", "only observations with one of these: AEP"},                           \
      {"no-missing", NULL, "only observations with a value"},                                      \
      {"min", "VALUE", "only values of at least that"}, {                                          \
    "max", "VALUE", "only values of at most that"                                                  \
  }

extern const char QUERY_DETAILS[];

/* Reads the options into a query of the arena. NULL after telling what is wrong. */
Bellwether__V1__ObservationQuery *query_read(struct cli *cli, const struct arguments *arguments,
                                             struct arena *arena);
/* The same query with the transforms of a text ("yoy", "ma=3") in place of its own. */
Bellwether__V1__ObservationQuery *
query_with_transforms(struct cli *cli, const Bellwether__V1__ObservationQuery *query,
                      const char *transforms, struct arena *arena);

/* The i-th name of a transform, as it is typed: "yoy", "index=". NULL behind the last. */
const char *query_transform(size_t i, char *text, size_t size);

#endif
