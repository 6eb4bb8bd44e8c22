/* SPDX-License-Identifier: MIT */
#include "client/cli/summary.h"

#include <inttypes.h>

#include "client/cli/output.h"

static const struct column COLUMNS[] = {
    {"series_new", CELL_NUMBER},
    {"series_changed", CELL_NUMBER},
    {"series_unchanged", CELL_NUMBER},
    {"series_deleted", CELL_NUMBER},
    {"observations_added", CELL_NUMBER},
    {"observations_revised", CELL_NUMBER},
    {"observations_unchanged", CELL_NUMBER},
    {"observations_withdrawn", CELL_NUMBER},
    {"releases_new", CELL_NUMBER},
    {"changed", CELL_TEXT},
};

static void print_row(struct cli *cli, const Bellwether__V1__WriteSummary *summary) {
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  if (output == NULL)
    return;
  output_integer(output, (int64_t)summary->series_new);
  output_integer(output, (int64_t)summary->series_changed);
  output_integer(output, (int64_t)summary->series_unchanged);
  output_integer(output, (int64_t)summary->series_deleted);
  output_integer(output, (int64_t)summary->observations_added);
  output_integer(output, (int64_t)summary->observations_revised);
  output_integer(output, (int64_t)summary->observations_unchanged);
  output_integer(output, (int64_t)summary->observations_withdrawn);
  output_integer(output, (int64_t)summary->releases_new);
  output_text(output, summary->changed ? "true" : "false");
  output_end(output);
}

void summary_print(struct cli *cli, const Bellwether__V1__WriteSummary *summary, bool only_tried) {
  if (cli->format != FORMAT_TABLE) {
    print_row(cli, summary);
    return;
  }
  fprintf(cli->out,
          "series: %" PRIu64 " new, %" PRIu64 " updated, %" PRIu64 " unchanged, %" PRIu64
          " deleted\n",
          summary->series_new, summary->series_changed, summary->series_unchanged,
          summary->series_deleted);
  fprintf(cli->out,
          "observations: %" PRIu64 " added, %" PRIu64 " revised, %" PRIu64 " unchanged, %" PRIu64
          " withdrawn\n",
          summary->observations_added, summary->observations_revised,
          summary->observations_unchanged, summary->observations_withdrawn);
  fprintf(cli->out, "releases: %" PRIu64 " new\n", summary->releases_new);
  if (only_tried)
    fputs("tried only: the store is as it was\n", cli->out);
  else if (!summary->changed && summary->series_unchanged == 0)
    fputs("nothing changed\n", cli->out);
  else if (!summary->changed)
    fputs("nothing changed: all of it was in the store already\n", cli->out);
}
