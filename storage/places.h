/* SPDX-License-Identifier: MIT */
/* Where records of a snapshot lie in the map, so that who asks again need not descend the tree and
 * work out the checksum once more. A table that forgets: what is not in it is looked up as ever.
 * Private to storage/; any thread, without locks.
 *
 * A place belongs to one snapshot (mdb_txn_id), and must be used only by read transactions of just
 * that one. To those it is good: LMDB never writes into pages that the newest commit or a reader
 * can see, so all the pages of a snapshot stay what they were from its commit until its last reader
 * ends; and the map stays where it is as long as the store is open. */
#ifndef BELLWETHER_STORAGE_PLACES_H
#define BELLWETHER_STORAGE_PLACES_H

#include "proto/util.h"

struct places;

struct place {
  const uint8_t *data; /* NULL: not known */
  uint16_t sizes;      /* what who put it needs to read it */
};

/* A snapshot, and how much of the table its places are spread over. */
struct place_scope {
  uint64_t snapshot;
  uint64_t n_sets;
};

/* `n_ids` is how many ids there may be: the same number whenever the snapshot is named. Few lie
 * close to each other, so that they take little memory and of the processor's cache. */
struct place_scope places_scope(uint64_t snapshot, uint64_t n_ids);

/* Takes address space; memory only as places are put: 16 KiB, or 64 bytes an id, and never more
 * than 32 MiB. NULL: no memory. */
struct places *places_new(void);
/* Takes NULL. */
void places_free(struct places *places);

/* The place that was put with the id in the snapshot, or, as ids are not kept whole, another of the
 * same snapshot: the caller compares what lies there with what it seeks. */
struct place places_find(const struct places *places, struct place_scope scope, uint64_t id);
/* Near ids do not drive out each other. Where others are at the same entry, nothing happens. */
void places_put(struct places *places, struct place_scope scope, uint64_t id, struct place place);
/* Has the processor fetch what places_find will read, and returns at once. */
void places_prefetch(const struct places *places, struct place_scope scope, uint64_t id);

#endif
