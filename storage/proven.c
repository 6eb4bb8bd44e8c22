/* SPDX-License-Identifier: MIT */
#include "storage/proven.h"

#include <stdatomic.h>

enum { BITS = 14 };

struct proven {
  _Atomic uint64_t marks[1 << BITS]; /* 0: none */
};

struct proven *proven_new(void) {
  return calloc(1, sizeof(struct proven));
}

void proven_free(struct proven *proven) {
  free(proven);
}

/* Each step can be undone, so for one snapshot no two addresses have the same (SplitMix64's last
 * steps). */
static uint64_t mark_of(uint64_t snapshot, const void *value) {
  uint64_t mark = (uintptr_t)value + snapshot * UINT64_C(0x9E3779B97F4A7C15);
  mark = (mark ^ mark >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  mark = (mark ^ mark >> 27) * UINT64_C(0x94D049BB133111EB);
  return mark ^ mark >> 31;
}

bool proven_has(const struct proven *proven, uint64_t snapshot, const void *value) {
  uint64_t mark = mark_of(snapshot, value);
  const _Atomic uint64_t *place = &proven->marks[mark >> (64 - BITS)];
  return mark != 0 && atomic_load_explicit(place, memory_order_relaxed) == mark;
}

void proven_put(struct proven *proven, uint64_t snapshot, const void *value) {
  uint64_t mark = mark_of(snapshot, value);
  atomic_store_explicit(&proven->marks[mark >> (64 - BITS)], mark, memory_order_relaxed);
}
