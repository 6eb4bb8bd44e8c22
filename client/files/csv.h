/* SPDX-License-Identifier: MIT */
/* Separated values, record by record, with the line in which each begins (libcsv does the quoting
 * of what is more than plain). */
#ifndef BELLWETHER_CLIENT_FILES_CSV_H
#define BELLWETHER_CLIENT_FILES_CSV_H

#include <stdio.h>

#include "proto/util.h"

/* What a guess looks at, and the largest record: more is an open quote rather than figures. */
enum { CSV_HEAD_BYTES = 64 << 10, CSV_RECORD_MAX_BYTES = 1 << 20 };

struct csv_dialect {
  char delimiter; /* one of , ; | and tab */
  bool quotes;    /* RFC 4180; else " is a letter like any other */
};

/* Borrowed while it is read. Empty lines are no records. Spaces and tabs around a cell are not part
 * of it, those within its quotes are. */
struct csv_record {
  size_t line; /* from 1; LF, CRLF and CR end a line */
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
  CSV_TOO_LARGE, /* a record beyond CSV_RECORD_MAX_BYTES */
  CSV_NOT_READ,  /* the system's error is in errno */
};

/* Reads from the file's present place to its end. A byte order mark is passed over. *ret_line is
 * the line of the record that is wrong. */
must_check enum csv_status csv_read(FILE *file, struct csv_dialect dialect, csv_reader *read,
                                    void *arg, size_t *ret_line);
/* For people: "has a quote that is not closed". */
const char *csv_status_text(enum csv_status status);

/* The dialect in which most records of a file's beginning have the same number of cells; the comma
 * where nothing speaks for another one. A comma within a number is no delimiter. */
struct csv_dialect csv_guess_dialect(const char *head, size_t size);

#endif
