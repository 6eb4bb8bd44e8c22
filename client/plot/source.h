/* SPDX-License-Identifier: MIT */
/* Whom a plot comes from: publishers and dates of the releases shown, and which earlier releases
 * stand behind a line. */
#ifndef BELLWETHER_CLIENT_PLOT_SOURCE_H
#define BELLWETHER_CLIENT_PLOT_SOURCE_H

#include "bellwether/v1/observations.pb-c.h"
#include "client/plot/plot.h"

enum { PLOT_PUBLISHERS_MAX = 3 };

struct plot_source {
  const char *publishers[PLOT_PUBLISHERS_MAX];
  size_t n_publishers; /* of these */
  bool more;
  int64_t first_ms, last_ms; /* when the releases were published */
  bool any;
};

void plot_source_add(struct plot_source *source, struct arena *arena,
                     const Bellwether__V1__ReleaseEntry *release);
/* "Source: GACC, MOFCOM; published 2021-01-14 to 2025-11-25"; "" where no release is known. NULL:
 * no memory. */
const char *plot_source_text(const struct plot_source *source, struct arena *arena);

/* The releases of a series but the last, and those that are drawn. */
struct plot_earlier {
  struct arena *arena;
  const char **releases;
  int64_t *published_ms;
  size_t n;
  size_t capacity;
  const char *chosen[PLOT_OLDER_MAX];
  size_t n_chosen;
};

/* Asks ListVintages. What goes wrong has been told. */
must_check enum exit_code plot_earlier_ask(struct cli *cli, char *key,
                                           struct plot_earlier *earlier);
/* At most PLOT_OLDER_MAX, evenly: the first always. Returns what the legend says. NULL: no memory.
 */
const char *plot_earlier_choose(struct plot_earlier *earlier);

#endif
