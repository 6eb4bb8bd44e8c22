/* SPDX-License-Identifier: MIT */
/* What calls have looked up in the catalogue, kept for the next call that reads the same snapshot.
 * Each `struct call` has its own, so nobody waits; and since the call that ended last is the first
 * to be used again, few of them hold anything. Private to server/. */
#ifndef BELLWETHER_SERVER_FACTS_H
#define BELLWETHER_SERVER_FACTS_H

#include "proto/cache.h"

struct dataset_record;

/* Zeroed it is empty. */
struct facts {
  uint64_t snapshot; /* store_snapshot */
  struct arena *arena;
  struct cache cache;
  const struct dataset_record *dataset; /* of those in the cache the last, which most calls ask for
                                           again; NULL: none */
};

/* Frees what it holds. */
void facts_fini(struct facts *facts);

/* Before a call looks at its snapshot: forgets what was of another, or has become too much. What
 * is in the cache, and the room of the arena, then stay until the next call begins. */
void facts_begin(struct facts *facts, uint64_t snapshot);

/* Whether there is room for a record of so many bytes, whatever it becomes unpacked. */
bool facts_have_room(const struct facts *facts, size_t bytes);

#endif
