/* SPDX-License-Identifier: MIT */
#include "proto/cache.h"

#include <xxhash.h>

enum { FIRST_SLOTS = 64, FIRST_ITEMS = 16 };

struct cache_slot {
  struct bytes key;
  void *value; /* NULL: the slot is free */
};

/* The slot that holds the key, or the free one where it belongs. */
static struct cache_slot *slot_of(const struct cache *cache, struct bytes key) {
  size_t mask = cache->n_slots - 1;
  size_t at = (size_t)XXH3_64bits(key.data, key.size) & mask;
  while (cache->slots[at].value != NULL && !bytes_equal(cache->slots[at].key, key))
    at = (at + 1) & mask;
  return &cache->slots[at];
}

void *cache_get(const struct cache *cache, struct bytes key) {
  return cache->n_slots == 0 ? NULL : slot_of(cache, key)->value;
}

/* At most half of the slots are taken, so that a search ends soon. */
static bool grow(struct cache *cache, struct arena *arena) {
  struct cache wider = {.n_slots = cache->n_slots == 0 ? FIRST_SLOTS : cache->n_slots * 2};
  wider.slots = arena_zero(arena, wider.n_slots * sizeof *wider.slots);
  if (wider.slots == NULL)
    return false;
  for (size_t i = 0; i < cache->n_slots; i++)
    if (cache->slots[i].value != NULL)
      *slot_of(&wider, cache->slots[i].key) = cache->slots[i];
  wider.count = cache->count;
  *cache = wider;
  return true;
}

bool cache_put(struct cache *cache, struct arena *arena, struct bytes key, void *value) {
  if (cache->count >= cache->n_slots / 2 && !grow(cache, arena))
    return false;
  uint8_t *copy = arena_alloc(arena, key.size);
  if (copy == NULL)
    return false;
  memcpy(copy, key.data, key.size);
  struct cache_slot *slot = slot_of(cache, key);
  slot->key = bytes_of(copy, key.size);
  slot->value = value;
  cache->count++;
  return true;
}

bool list_add(struct list *list, struct arena *arena, void *item) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity == 0 ? FIRST_ITEMS : list->capacity * 2;
    void **items = arena_array(arena, capacity, sizeof *items);
    if (items == NULL)
      return false;
    if (list->count > 0)
      memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->capacity = capacity;
  }
  list->items[list->count++] = item;
  return true;
}
