/* SPDX-License-Identifier: MIT */
/* Building the columns of an answer: whole runs of a block by copying, or row by row. Columns stay
 * in their short form (NULL) until something asks for the long one. Private to storage/. */
#ifndef BELLWETHER_STORAGE_BUILDER_H
#define BELLWETHER_STORAGE_BUILDER_H

#include "storage/block.h"
#include "storage/observations.h"

struct builder {
  struct arena *arena;
  unsigned columns; /* enum read_columns: what is asked */
  size_t capacity;
  size_t release_capacity;
  size_t comment_capacity;
  bool borrows; /* the values, if there are any, are those of the only block so far */
  struct columns result;
};

/* Room for `n_rows` at first; it grows as it must. */
must_check enum store_status builder_begin(struct builder *builder, struct arena *arena,
                                           unsigned columns, size_t n_rows);
must_check enum store_status builder_add_row(struct builder *builder, const struct row *row);
must_check enum store_status builder_add_block(struct builder *builder, const struct block *block,
                                               size_t from, size_t to);
/* Keeps only the last n rows. */
void builder_keep_last(struct builder *builder, size_t n);

#endif
