/* SPDX-License-Identifier: MIT */
/* What one request has looked up already, by any bytes as the key; and lists that grow. Both live
 * in an arena and are forgotten with it. One thread at a time. */
#ifndef BELLWETHER_PROTO_CACHE_H
#define BELLWETHER_PROTO_CACHE_H

#include "proto/arena.h"

struct cache_slot;

/* Zeroed it is empty. */
struct cache {
  struct cache_slot *slots; /* a power of two of them */
  size_t n_slots;
  size_t count;
};

/* NULL where the key is not there. */
void *cache_get(const struct cache *cache, struct bytes key);
/* The key is copied and must be new; the value is borrowed and not NULL. False when the arena is
 * full. */
must_check bool cache_put(struct cache *cache, struct arena *arena, struct bytes key, void *value);

/* Pointers in the order in which they came: a repeated field of a message in the making. Zeroed it
 * is empty. */
struct list {
  void **items;
  size_t count;
  size_t capacity;
};

/* False when the arena is full. */
must_check bool list_add(struct list *list, struct arena *arena, void *item);

#endif
