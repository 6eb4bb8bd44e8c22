/* SPDX-License-Identifier: MIT */
/* The blocks of one series in the table: finding, walking, replacing. Private to storage/. */
#ifndef BELLWETHER_STORAGE_BLOCKS_H
#define BELLWETHER_STORAGE_BLOCKS_H

#include "storage/block.h"
#include "storage/table.h"

/* Walks the blocks of a series. Each step checks that the block before is the one that this block
 * names: a block that has got lost is found by its neighbour. */
struct block_walk {
  struct cursor cursor;
  uint8_t prefix[8]; /* of the keys of the series */
  struct block block;
};

/* On the block that holds `period`, or the first one behind it; with `at_or_before`, on the last
 * block that begins at or before it, if there is one, else the first. STORE_NOT_FOUND: none. */
must_check enum store_status block_walk_begin(struct store_txn *txn, uint64_t handle,
                                              int64_t period, bool at_or_before,
                                              struct block_walk *ret_walk);
must_check enum store_status block_walk_next(struct block_walk *walk);
must_check enum store_status block_walk_previous(struct block_walk *walk);
void block_walk_end(struct block_walk *walk);
static inline void block_walk_end_scoped(struct block_walk *walk) {
  block_walk_end(walk);
}

/* The rows [ret_from, ret_to) of a block whose periods lie in [first, last]. */
must_check enum store_status block_slice(const struct block *block, int64_t first, int64_t last,
                                         struct arena *arena, size_t *ret_from, size_t *ret_to);

/* Appends the rows of [first, last]. */
must_check enum store_status blocks_read(struct store_txn *txn, uint64_t handle, int64_t first,
                                         int64_t last, struct rows *rows);

/* One period's new row, or that there is none any more. */
struct row_change {
  bool present;
  struct row row; /* its period counts in both cases */
};
/* Applies changes, ascending by period, and re-encodes the blocks that they touch. */
must_check enum store_status blocks_change(struct store_txn *txn, uint64_t handle,
                                           const struct row_change *changes, size_t n,
                                           struct arena *arena);
/* The same for a series that has no rows: nothing is looked for. */
must_check enum store_status blocks_write(struct store_txn *txn, uint64_t handle,
                                          const struct row_change *changes, size_t n,
                                          struct arena *arena);

#endif
