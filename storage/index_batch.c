/* SPDX-License-Identifier: MIT */
#include "storage/index_batch.h"

#include "proto/arena.h"
#include "proto/cache.h"

enum {
  CHANGES_MAX = 1 << 20, /* 16 MB of changes, and as much again while they grow */
  FIRST_CHANGES = 4,
};
#define BATCH_BYTES ((size_t)1 << 30)

/* The changes of one word. */
struct group {
  struct bytes prefix; /* u8 kind, word */
  size_t n;
  size_t capacity;
  struct index_change *changes;
};

struct index_batch {
  struct arena *arena;
  struct cache groups_by_prefix;
  struct list groups;
  uint32_t n_changes;
};

static struct index_batch *batch_new(void) {
  struct index_batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL)
    return NULL;
  batch->arena = arena_new(BATCH_BYTES);
  if (batch->arena == NULL) {
    free(batch);
    return NULL;
  }
  return batch;
}

void index_batch_free(struct index_batch *batch) {
  if (batch == NULL)
    return;
  arena_free(batch->arena);
  free(batch);
}

static struct group *group_new(struct index_batch *batch, struct bytes prefix) {
  struct group *group = arena_zero(batch->arena, sizeof *group);
  const char *copy = arena_text(batch->arena, prefix);
  if (group == NULL || copy == NULL)
    return NULL;
  group->prefix = bytes_of(copy, prefix.size);
  if (!cache_put(&batch->groups_by_prefix, batch->arena, group->prefix, group) ||
      !list_add(&batch->groups, batch->arena, group))
    return NULL;
  return group;
}

static bool group_add(struct index_batch *batch, struct group *group, struct index_change change) {
  if (group->n == group->capacity) {
    size_t capacity = group->capacity == 0 ? FIRST_CHANGES : 2 * group->capacity;
    struct index_change *grown = arena_array(batch->arena, capacity, sizeof *grown);
    if (grown == NULL)
      return false;
    if (group->n > 0)
      memcpy(grown, group->changes, group->n * sizeof *grown);
    group->changes = grown;
    group->capacity = capacity;
  }
  change.place = batch->n_changes++;
  group->changes[group->n++] = change;
  return true;
}

static enum store_status add(struct store_txn *txn, enum subject_kind kind, struct bytes word,
                             struct index_change change) {
  struct key_buffer prefix = {0};
  key_u8(&prefix, (uint8_t)kind);
  key_bytes(&prefix, word);
  if (word.size == 0 || word.size > INDEX_WORD_BYTES)
    return STORE_LIMIT;
  if (txn->batch == NULL && (txn->batch = batch_new()) == NULL)
    return STORE_NO_MEMORY;
  struct group *group = cache_get(&txn->batch->groups_by_prefix, key_of(&prefix));
  if (group == NULL && (group = group_new(txn->batch, key_of(&prefix))) == NULL)
    return STORE_NO_MEMORY;
  if (!group_add(txn->batch, group, change))
    return STORE_NO_MEMORY;
  txn->wrote = true;
  return txn->batch->n_changes < CHANGES_MAX ? STORE_OK : index_batch_flush(txn);
}

enum store_status index_batch_put(struct store_txn *txn, enum subject_kind kind, struct bytes word,
                                  uint64_t number, uint16_t weight) {
  return add(txn, kind, word, (struct index_change){.number = number, .weight = weight});
}

enum store_status index_batch_remove(struct store_txn *txn, enum subject_kind kind,
                                     struct bytes word, uint64_t number) {
  return add(txn, kind, word, (struct index_change){.number = number, .removed = true});
}

static int by_prefix(const void *a, const void *b) {
  const struct group *const *first = a, *const *second = b;
  return bytes_compare((*first)->prefix, (*second)->prefix);
}

static int by_number(const void *a, const void *b) {
  const struct index_change *first = a, *second = b;
  if (first->number != second->number)
    return first->number < second->number ? -1 : 1;
  return (first->place > second->place) - (first->place < second->place);
}

/* Ascending by number, and of each number the last change alone. */
static void put_in_order(struct group *group) {
  bool ascending = true;
  for (size_t i = 1; i < group->n; i++)
    ascending = ascending && group->changes[i - 1].number < group->changes[i].number;
  if (ascending)
    return;
  qsort(group->changes, group->n, sizeof *group->changes, by_number);
  size_t kept = 0;
  for (size_t i = 0; i < group->n; i++)
    if (i + 1 == group->n || group->changes[i].number != group->changes[i + 1].number)
      group->changes[kept++] = group->changes[i];
  group->n = kept;
}

enum store_status index_batch_flush(struct store_txn *txn) {
  struct index_batch *batch = txn->batch;
  if (batch == NULL)
    return STORE_OK;
  enum store_status status = STORE_OK;
  if (batch->groups.count > 0)
    qsort(batch->groups.items, batch->groups.count, sizeof *batch->groups.items, by_prefix);
  for (size_t i = 0; i < batch->groups.count && status == STORE_OK; i++) {
    struct group *group = batch->groups.items[i];
    put_in_order(group);
    status = index_blocks_merge(txn, group->prefix, group->changes, group->n);
  }
  index_batch_free(batch);
  txn->batch = NULL;
  return status;
}
