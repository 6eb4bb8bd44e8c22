/* SPDX-License-Identifier: MIT */
/* What a command does to the postings, gathered by word and written at its end: a block of postings
 * is then rewritten once a command, and not once a word of each thing that was loaded. Private to
 * storage/. */
#ifndef BELLWETHER_STORAGE_INDEX_BATCH_H
#define BELLWETHER_STORAGE_INDEX_BATCH_H

#include "storage/index.h"
#include "storage/table.h"

struct index_batch;

/* The last word on a (kind, word, number) counts. Copies. Writes what was gathered when it has
 * become much. */
must_check enum store_status index_batch_put(struct store_txn *txn, enum subject_kind kind,
                                             struct bytes word, uint64_t number, uint16_t weight);
must_check enum store_status index_batch_remove(struct store_txn *txn, enum subject_kind kind,
                                                struct bytes word, uint64_t number);
must_check enum store_status index_batch_flush(struct store_txn *txn);
/* Takes NULL. */
void index_batch_free(struct index_batch *batch);

/* One change of a word's postings. */
struct index_change {
  uint64_t number;
  uint32_t place; /* in the order in which they came */
  uint16_t weight;
  bool removed;
};
/* Merges changes, ascending by number and each number once, into the blocks of a word. `prefix` is
 * the kind and the word. */
must_check enum store_status index_blocks_merge(struct store_txn *txn, struct bytes prefix,
                                                const struct index_change *changes,
                                                size_t n_changes);

/* A series is gone: what no other series has is gone with it. `key` is its own, and it is out of
 * the postings of codes already. */
must_check enum store_status index_series_deleted(struct store_txn *txn, uint32_t dataset_no,
                                                  const struct key *key, uint64_t handle,
                                                  uint8_t frequency);

#endif
