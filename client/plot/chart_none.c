/* SPDX-License-Identifier: MIT */
/* In place of the charts, where cairo was not there to build with. */
#include "client/plot/chart.h"

enum exit_code chart_write(struct cli *cli, const struct chart *chart, const struct plot *plot) {
  (void)plot;
  complain(cli,
           "%s: this build has no charts (it was made without cairo); without -o the plot is "
           "drawn in the terminal",
           chart->path);
  return EXIT_CODE_REFUSED;
}
