/* SPDX-License-Identifier: MIT */
/* Sparklines: the last figures of a series as small blocks, for tables. Each series has a scale of
 * its own, from its least figure to its greatest. */
#ifndef BELLWETHER_CLIENT_CLI_SPARK_H
#define BELLWETHER_CLIENT_CLI_SPARK_H

#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/command.h"

enum { SPARK_FIGURES = 12, SPARK_SIZE = SPARK_FIGURES * 3 + 1 };

/* Rows for the verb's own table of options. */
#define SPARK_OPTIONS                                                                              \
  {"spark", NULL, "a small chart of the last 12 figures of each series, in any table"}, {          \
    "no-spark", NULL, "no such chart, not even on a terminal"                                      \
  }

/* Whether there is to be a column of them: in tables on a terminal that shows UTF-8, else where it
 * is asked for. False after telling what is wrong. */
must_check bool spark_wanted(struct cli *cli, const struct arguments *arguments, bool *ret_wanted);

/* The blocks of n figures, at most SPARK_FIGURES, a blank for each NaN; "" where fewer than two are
 * numbers. */
void spark_draw(const double *values, size_t n, char ret_text[static SPARK_SIZE]);

/* Asks for the last figures of n series, in batches, and draws them into n texts of SPARK_SIZE, in
 * one piece of the heap, to be freed. The query says as of when and which
 * statuses. What goes wrong with one series leaves its text empty. */
must_check enum exit_code spark_ask(struct cli *cli, const char *const *keys, size_t n,
                                    Bellwether__V1__ObservationQuery *query,
                                    char (**ret_texts)[SPARK_SIZE]);

#endif
