/* SPDX-License-Identifier: MIT */
/* Walking all that is known of a series, period by period: the versions of each, whether they lie
 * in history or are the single one of a block. Private to storage/. */
#ifndef BELLWETHER_STORAGE_HISTORY_H
#define BELLWETHER_STORAGE_HISTORY_H

#include "storage/blocks.h"
#include "storage/coverage.h"

/* History records of a series in a range, in order. */
struct history_walk {
  struct store_txn *txn;
  struct arena *arena;
  struct cursor cursor;
  struct key_buffer prefix;
  int64_t last;
  bool ended;
  int64_t period;
  struct versions versions;
};
/* The walk must be zero; close it with history_walk_end, also on failure. */
must_check enum store_status history_walk_begin(struct store_txn *txn, uint64_t handle,
                                                int64_t first, int64_t last, struct arena *arena,
                                                struct history_walk *walk);
must_check enum store_status history_walk_next(struct history_walk *walk);
void history_walk_end(struct history_walk *walk);
static inline void history_walk_end_scoped(struct history_walk *walk) {
  history_walk_end(walk);
}

/* One period: its versions, which are a single one (pointing to the row) where history has none. */
struct period_state {
  int64_t period;
  bool in_history;
  bool in_blocks;
  struct row row; /* the current one, where in_blocks */
  struct versions versions;
};

struct period_states {
  size_t n;
  struct period_state *items;
};
/* All periods of the range that have a row or a history record, ascending. */
must_check enum store_status period_states_load(struct store_txn *txn, uint64_t handle,
                                                int64_t first, int64_t last, struct arena *arena,
                                                struct period_states *ret_states);
/* The state of a period, or NULL. */
struct period_state *period_states_find(const struct period_states *states, int64_t period);

#endif
