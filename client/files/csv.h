/* SPDX-License-Identifier: MIT */
/* CSV, record by record, with the line in which each begins (libcsv does the quoting). */
#ifndef BELLWETHER_CLIENT_FILES_CSV_H
#define BELLWETHER_CLIENT_FILES_CSV_H

#include <stdio.h>

#include "proto/util.h"

struct csv_dialect {
  char delimiter;
  bool quotes; /* false: a quote is a letter like others, as in tables that tabs divide */
};

/* What divides the cells of a table of which this is the beginning: a comma, semicolon, tab or bar,
 * whichever divides most lines alike. */
struct csv_dialect csv_guess_dialect(const char *head, size_t size);

/* Borrowed while it is read. Empty lines are no records. */
struct csv_record {
  size_t line; /* from 1 */
  size_t n_cells;
  const struct bytes *cells;
  struct bytes text; /* as it stands in the file, with its line ends */
};

/* False ends the reading. */
typedef bool csv_reader(void *arg, const struct csv_record *record);

enum csv_status {
  CSV_READ = 0,
  CSV_ENDED,     /* by the reader */
  CSV_QUOTES,    /* a quote where none may be, or one that is not closed */
  CSV_TOO_LARGE, /* a record beyond 1 MiB */
  CSV_NOT_READ,  /* the system's error is in errno */
};

/* Reads from the file's present place to its end. A byte order mark is passed over. *ret_line is
 * the line of the record that is wrong. */
must_check enum csv_status csv_read(FILE *file, const struct csv_dialect *dialect, csv_reader *read,
                                    void *arg, size_t *ret_line);
/* For people: "has a quote that is not closed". */
const char *csv_status_text(enum csv_status status);

#endif
