/* SPDX-License-Identifier: MIT */
/* `get --wide`: a row a period, a column a series. All is held until the end, since a later series
 * may have earlier periods. */
#ifndef BELLWETHER_CLIENT_CLI_WIDE_H
#define BELLWETHER_CLIENT_CLI_WIDE_H

#include "client/cli/figures.h"

struct wide;

/* NULL: no memory. */
struct wide *wide_begin(struct cli *cli);
/* A page of a series; one that goes on where the page before ended is the same column. `word` is
 * what was asked, with its transforms. Anything but EXIT_CODE_OK has been told: the series is of
 * another frequency than those before. */
must_check enum exit_code
wide_add(struct wide *wide, const Bellwether__V1__SeriesObservations *series, const char *word);
/* As output_close. Takes NULL. */
enum exit_code wide_close(struct wide *wide, enum exit_code code);

#endif
