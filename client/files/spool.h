/* SPDX-License-Identifier: MIT */
/* The rows of a load, however many: so many in memory, the others in temporary files; read back in
 * the order of release, series and period. One thread. */
#ifndef BELLWETHER_CLIENT_FILES_SPOOL_H
#define BELLWETHER_CLIENT_FILES_SPOOL_H

#include "proto/util.h"

/* A figure that a file states. Numbers stand for what the load keeps in its own tables. */
struct spool_row {
  int64_t period;
  double value;
  uint64_t comment; /* of spool_add_text; 0: none */
  uint64_t url;     /* the same */
  uint32_t release;
  uint32_t series;
  uint32_t line;
  uint16_t file;
  char status;
};

struct spool;
/* NULL: no memory. Takes about so much memory for rows. */
struct spool *spool_new(size_t memory_bytes);
void spool_free(struct spool *spool);
SCOPED_POINTER(struct spool, spool_free)

/* False: errno says why (ENOMEM, ENOSPC ...). */
must_check bool spool_add(struct spool *spool, const struct spool_row *row);
/* Forgets the rows that were added since the mark: those of a record that turns out to be wrong.
 * A mark holds until the next spool_mark, which writes to a file where memory is full. */
must_check bool spool_mark(struct spool *spool);
void spool_return_to_mark(struct spool *spool);
/* Text apart, in a file: *ret_text is its number, never 0. The text given last is not kept twice.
 */
must_check bool spool_add_text(struct spool *spool, struct bytes text, uint64_t *ret_text);
uint64_t spool_count(const struct spool *spool);

/* Ends the adding, and begins the reading from the first row; may be called again to read again. */
must_check bool spool_sort(struct spool *spool);
/* *ret_row in the order of (release, series, period), among equals in the order of adding. False
 * at the end, or with *ret_failed where a file cannot be read. */
bool spool_next(struct spool *spool, struct spool_row *ret_row, bool *ret_failed);
/* Borrowed until the next call. */
must_check bool spool_text(struct spool *spool, uint64_t text, struct bytes *ret_text);

#endif
