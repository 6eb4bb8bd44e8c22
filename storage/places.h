/* SPDX-License-Identifier: MIT */
/* Where records of a snapshot lie in the map, so that who asks again need not descend the tree and
 * work out the checksum once more. A table of a fixed size that forgets: what is not in it is
 * looked up as ever. Private to storage/; any thread, without locks.
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

/* Takes address space; memory only as places are put, 4 MiB at most. NULL: no memory. */
struct places *places_new(void);
/* Takes NULL. */
void places_free(struct places *places);

/* The place that was put with the id in the snapshot, or, as ids are not kept whole, another of the
 * same snapshot: the caller compares what lies there with what it seeks. */
struct place places_find(const struct places *places, uint64_t snapshot, uint64_t id);
/* Near ids do not drive out each other. Where others are at the same entry, nothing happens. */
void places_put(struct places *places, uint64_t snapshot, uint64_t id, struct place place);

#endif
