/* SPDX-License-Identifier: MIT */
#include "proto/spares.h"

/* Where this thread begins to look: threads are numbered as they come. */
static size_t own_place(void) {
  static atomic_size_t n_threads;
  static _Thread_local size_t own; /* from 1 on */
  if (own == 0)
    own = 1 + atomic_fetch_add_explicit(&n_threads, 1, memory_order_relaxed);
  return own;
}

void *spares_take(struct spares *spares) {
  size_t own = own_place();
  for (size_t i = 0; i < SPARES_MOST; i++) {
    _Atomic(void *) *place = &spares->places[(own + i) % SPARES_MOST].thing;
    if (atomic_load_explicit(place, memory_order_relaxed) == NULL)
      continue;
    void *thing = atomic_exchange_explicit(place, NULL, memory_order_acquire);
    if (thing != NULL)
      return thing;
  }
  return NULL;
}

bool spares_give(struct spares *spares, void *thing) {
  size_t own = own_place();
  for (size_t i = 0; i < SPARES_MOST; i++) {
    _Atomic(void *) *place = &spares->places[(own + i) % SPARES_MOST].thing;
    void *none = NULL;
    if (atomic_load_explicit(place, memory_order_relaxed) == NULL &&
        atomic_compare_exchange_strong_explicit(place, &none, thing, memory_order_release,
                                                memory_order_relaxed))
      return true;
  }
  return false;
}
