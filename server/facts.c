/* SPDX-License-Identifier: MIT */
#include "server/facts.h"

/* FULL_BYTES and what one record becomes stay within the arena's first chunk, of 32 KiB. */
enum { FULL_BYTES = 24 * 1024, RECORD_BYTES = 1024 };

void facts_fini(struct facts *facts) {
  arena_free(facts->arena);
  *facts = (struct facts){0};
}

void facts_begin(struct facts *facts, uint64_t snapshot) {
  if (facts->arena == NULL)
    facts->arena = arena_new(SIZE_MAX);
  bool full = facts->arena == NULL || arena_used(facts->arena) > FULL_BYTES;
  if (facts->snapshot == snapshot && !full)
    return;
  facts->snapshot = snapshot;
  facts->cache = (struct cache){0};
  facts->dataset = NULL;
  if (facts->arena != NULL)
    arena_reset(facts->arena, SIZE_MAX);
}

bool facts_have_room(const struct facts *facts, size_t bytes) {
  return facts->arena != NULL && bytes <= RECORD_BYTES && arena_used(facts->arena) <= FULL_BYTES;
}
