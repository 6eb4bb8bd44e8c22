/* SPDX-License-Identifier: MIT */
/* Observations as SDMX-CSV 2.0 (sdmx-twg/sdmx-csv, the field guide of the data message): a row an
 * observation, its dimensions in columns of their own. Observations of several datasets have the
 * columns of all, those of the first dataset first; what a dataset does not have is empty. */
#ifndef BELLWETHER_CLIENT_CLI_SDMX_H
#define BELLWETHER_CLIENT_CLI_SDMX_H

#include "client/cli/figures.h"

struct sdmx;

/* Asks for the dimensions of the datasets that the keys or patterns name; one that the server does
 * not have is left for the question itself to tell. Anything but EXIT_CODE_OK has been told. */
must_check enum exit_code sdmx_begin(struct cli *cli, const char *const *keys, size_t n_keys,
                                     struct sdmx **ret_sdmx);
void sdmx_row(struct sdmx *sdmx, const struct figure *figure);
/* As output_close. Takes NULL. */
enum exit_code sdmx_close(struct sdmx *sdmx, enum exit_code code);

#endif
