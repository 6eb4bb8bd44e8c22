/* SPDX-License-Identifier: MIT */
/* A run of a spool: rows in order, packed into a temporary file. A row says what differs from the
 * one before it, which of a published table is little more than its figure: 9 bytes of 56. What the
 * file holds is for this process alone. */
#ifndef BELLWETHER_CLIENT_FILES_SPOOL_RUN_H
#define BELLWETHER_CLIENT_FILES_SPOOL_RUN_H

#include <sys/types.h>

#include "client/files/spool.h"

struct spool_run {
  off_t at;
  size_t size;
  uint64_t n_rows;
  struct spool_row last; /* all zeros where there are none */
};

/* Behind the run's rows; what is in the file behind it is written over. False: errno says why, and
 * the run is as it was. */
must_check bool spool_run_append(struct spool_run *run, int file, const struct spool_row *rows,
                                 size_t n);

struct spool_run_reader {
  int file;
  off_t at;           /* of what is to be read into the buffer next ... */
  size_t left;        /* ... of so many bytes */
  uint64_t rows_left; /* behind this one */
  uint8_t *buffer;
  size_t capacity, next, end;
  struct spool_row row;
};

/* To the first row; the run has one. Takes a buffer of about so many bytes. False: errno says why.
 */
must_check bool spool_run_read(const struct spool_run *run, int file, size_t buffer_bytes,
                               struct spool_run_reader *ret_reader);
/* To the next row. False at the end, or with *ret_failed where the file cannot be read. */
bool spool_run_next(struct spool_run_reader *reader, bool *ret_failed);
void spool_run_close(struct spool_run_reader *reader);

#endif
