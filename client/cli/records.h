/* SPDX-License-Identifier: MIT */
/* Rows for programs, cell by cell: CSV (also SDMX-CSV), TSV, JSON, JSON lines. Nothing is done for
 * FORMAT_TABLE. */
#ifndef BELLWETHER_CLIENT_CLI_RECORDS_H
#define BELLWETHER_CLIENT_CLI_RECORDS_H

#include "client/cli/output.h"

struct record_cell {
  const char *name; /* of its column */
  const char *text;
  bool quoted; /* JSON text; else a number, or null where the text is empty */
  bool first;
  bool last;
  size_t row; /* from 0 */
};

/* What stands before the rows. */
void records_begin(FILE *out, enum format format, const struct column *columns, size_t n_columns);
void records_cell(FILE *out, enum format format, const struct record_cell *cell);
/* What stands behind so many rows. */
void records_end(FILE *out, enum format format, size_t n_rows);

#endif
