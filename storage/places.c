/* SPDX-License-Identifier: MIT */
#include "storage/places.h"

#include <assert.h>
#include <stdatomic.h>
#include <sys/mman.h>

/* A set is a line of the processor's cache. */
enum { WAYS = 4, SETS_LEAST = 1 << 8, SETS = 1 << 19 };

/* An entry is two words, of which a thread may read the one before and the other after another
 * thread has written both. Why no mixture is ever taken for a place of the wrong snapshot:
 *
 * - Who writes takes the entry by setting IS_TAKEN, and lets go of it with the new tag: one writer
 *   at a time, and none replaces a newer snapshot by an older. So snapshots in the tags of an
 *   entry only grow.
 * - Who reads wants its own tag, not taken, both before and after it reads the place. A place from
 *   a writer of another snapshot would lie between two tags of the reader's snapshot, hence be of a
 *   snapshot that is neither less nor greater. (The place is stored with release and loaded with
 *   acquire, so that who sees it sees IS_TAKEN or something later.)
 *
 * What remains is a place of the same snapshot with another id, which the caller finds out. */
struct entry {
  _Atomic uint64_t tag;   /* u16 part of the id, u47 snapshot, u1 IS_TAKEN; 0: never used */
  _Atomic uint64_t place; /* u16 sizes, u48 address */
};

struct places {
  struct entry sets[SETS][WAYS];
};

static const uint64_t IS_TAKEN = 1;
static const uint64_t SNAPSHOT_END = UINT64_C(1) << 47;
static const uint64_t ADDRESS_END = UINT64_C(1) << 48;

static_assert(sizeof(struct places) == 32 << 20, "as the header says");

struct places *places_new(void) {
  /* Not calloc, which may clear memory that was used before, and so take all of it at once. */
  void *memory =
      mmap(NULL, sizeof(struct places), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void places_free(struct places *places) {
  if (places != NULL)
    (void)munmap(places, sizeof *places);
}

/* For up to a million ids at least twice as many entries, for ids may be hashes, which share sets
 * by chance: of such at most 4 in 100 then find their set full. */
struct place_scope places_scope(uint64_t snapshot, uint64_t n_ids) {
  struct place_scope scope = {.snapshot = snapshot, .n_sets = SETS_LEAST};
  while (scope.n_sets < SETS && scope.n_sets < n_ids / 2)
    scope.n_sets *= 2;
  return scope;
}

/* What the position in the table does not tell of the id: two bits and those above the sets'. */
static uint64_t tag_of(struct place_scope scope, uint64_t id) {
  uint64_t part = id % WAYS | id / (WAYS * scope.n_sets) * WAYS;
  return part << 48 | scope.snapshot << 1;
}

static size_t set_of(struct place_scope scope, uint64_t id) {
  return id / WAYS & (scope.n_sets - 1);
}

static uint64_t snapshot_of(uint64_t tag) {
  return tag >> 1 & (SNAPSHOT_END - 1);
}

static uint64_t pack(struct place place) {
  return (uint64_t)place.sizes << 48 | (uintptr_t)place.data;
}

static struct place unpack(uint64_t place) {
  return (struct place){.data = (const uint8_t *)(uintptr_t)(place & (ADDRESS_END - 1)),
                        .sizes = (uint16_t)(place >> 48)};
}

static bool can_be_tagged(uint64_t snapshot) {
  return snapshot > 0 && snapshot < SNAPSHOT_END;
}

/* An id lies in its own entry of the set, or behind it if those before it were taken for the same
 * snapshot or a newer. As snapshots only grow, the first entry of an older one ends the search. */
struct place places_find(const struct places *places, struct place_scope scope, uint64_t id) {
  const struct entry *set = places->sets[set_of(scope, id)];
  const uint64_t tag = tag_of(scope, id);
  for (uint64_t i = 0; i < WAYS && can_be_tagged(scope.snapshot); i++) {
    const struct entry *entry = &set[(id ^ i) % WAYS];
    uint64_t found = atomic_load_explicit(&entry->tag, memory_order_acquire);
    if (found == tag) {
      uint64_t place = atomic_load_explicit(&entry->place, memory_order_acquire);
      if (atomic_load_explicit(&entry->tag, memory_order_relaxed) == tag)
        return unpack(place);
    } else if (snapshot_of(found) < scope.snapshot) {
      break;
    }
  }
  return (struct place){.data = NULL};
}

/* Of the same tag or an older snapshot; else the id's own. */
static struct entry *choose(struct entry *set, struct place_scope scope, uint64_t id) {
  for (uint64_t i = 0; i < WAYS; i++) {
    struct entry *entry = &set[(id ^ i) % WAYS];
    uint64_t tag = atomic_load_explicit(&entry->tag, memory_order_relaxed);
    if (tag == tag_of(scope, id) || snapshot_of(tag) < scope.snapshot)
      return entry;
  }
  return &set[id % WAYS];
}

void places_put(struct places *places, struct place_scope scope, uint64_t id, struct place place) {
  if (!can_be_tagged(scope.snapshot) || (uintptr_t)place.data >= ADDRESS_END)
    return;
  struct entry *entry = choose(places->sets[set_of(scope, id)], scope, id);
  uint64_t tag = tag_of(scope, id);
  uint64_t old = atomic_load_explicit(&entry->tag, memory_order_relaxed);
  if ((old & IS_TAKEN) != 0 || snapshot_of(old) > scope.snapshot ||
      !atomic_compare_exchange_strong_explicit(&entry->tag, &old, tag | IS_TAKEN,
                                               memory_order_acquire, memory_order_relaxed))
    return;
  atomic_store_explicit(&entry->place, pack(place), memory_order_release);
  atomic_store_explicit(&entry->tag, tag, memory_order_release);
}

void places_prefetch(const struct places *places, struct place_scope scope, uint64_t id) {
  __builtin_prefetch(places->sets[set_of(scope, id)]);
}
