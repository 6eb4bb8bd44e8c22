/* SPDX-License-Identifier: MIT */
/* Asks for what a plot shows: all series in one BatchGetObservations, and with `vintages` each
 * earlier release's view as an item of its own. */
#ifndef BELLWETHER_CLIENT_PLOT_ASK_H
#define BELLWETHER_CLIENT_PLOT_ASK_H

#include "bellwether/v1/observations.pb-c.h"
#include "client/plot/plot.h"

struct plot_question {
  struct cli *cli;
  const struct arguments *arguments; /* its words are the keys */
  Bellwether__V1__ObservationQuery *query;
  bool vintages; /* of the only series */
};

/* Fills and measures the plot, whose arena is set. What goes wrong has been told. */
must_check enum exit_code plot_ask(const struct plot_question *question, struct plot *plot);

#endif
