/* SPDX-License-Identifier: MIT */
#include "storage/series.h"

#include <assert.h>

#include "storage/index_batch.h"
#include "storage/places.h"
#include "storage/series_record.h"
#include "storage/statements.h"
#include "storage/table.h"

/* No system has smaller pages, and LMDB's are the system's. */
enum { ATTRIBUTES_MAX = 1 << 15, PAGE_BYTES_LEAST = 4096 };
static_assert(LIMIT_SERIES_KEY_BYTES <= UINT8_MAX, "handles have the size of the key in a byte");

static struct key_buffer handle_key(uint64_t handle) {
  struct key_buffer key = {0};
  key_u64(&key, handle);
  return key;
}

/* Places of records are remembered with the sizes of key and head. */
static uint16_t place_sizes(size_t key_size, size_t head_size) {
  return (uint16_t)(head_size << 8 | key_size);
}

/* Whether the key lies right before the value, in the same page of the same snapshot. So it does in
 * LMDB; were it otherwise, such records would not be remembered. */
static bool lies_behind_key(struct bytes value, struct bytes key) {
  uintptr_t end = (uintptr_t)value.data;
  return key.size <= end % PAGE_BYTES_LEAST &&
         memcmp(value.data - key.size, key.data, key.size) == 0;
}

static bool recall_by_key(const struct store_txn *txn, uint64_t seed, struct bytes key,
                          struct series_head *ret_head) {
  if (txn->writes || key.size > LIMIT_SERIES_KEY_BYTES)
    return false;
  struct place place = places_find(txn->store->by_key, txn->scope, seed);
  size_t head_size = place.sizes >> 8;
  if (place.data == NULL || place.sizes != place_sizes(key.size, head_size) ||
      memcmp(place.data - key.size, key.data, key.size) != 0)
    return false;
  return head_get(bytes_of(place.data, head_size), ret_head) > 0;
}

static void remember_by_key(const struct store_txn *txn, uint64_t seed, struct bytes key,
                            struct bytes value, size_t head_size) {
  if (txn->writes || key.size > LIMIT_SERIES_KEY_BYTES || !lies_behind_key(value, key))
    return;
  struct place place = {.data = value.data, .sizes = place_sizes(key.size, head_size)};
  places_put(txn->store->by_key, txn->scope, seed, place);
}

enum store_status series_by_key(struct store_txn *txn, struct bytes key,
                                struct series_head *ret_head) {
  struct bytes value;
  uint64_t seed = table_seed(TABLE_SERIES, key);
  if (recall_by_key(txn, seed, key, ret_head))
    return STORE_OK;
  TRY(table_get_seeded(txn, TABLE_SERIES, key, seed, &value));
  size_t head_size = head_get(value, ret_head);
  if (head_size == 0)
    return STORE_CORRUPT;
  remember_by_key(txn, seed, key, value, head_size);
  return STORE_OK;
}

static size_t prefetch_count(size_t n) {
  return n < SERIES_PREFETCH_MOST ? n : SERIES_PREFETCH_MOST;
}

/* For one that is wrong, something else is fetched. */
static struct place_scope newest_scope(const struct store *store) {
  return (struct place_scope){.n_sets =
                                  atomic_load_explicit(&store->place_sets, memory_order_relaxed)};
}

void series_prefetch_keys(const struct store *store, char *const *keys, size_t n,
                          struct series_prefetch *ret_prefetch) {
  struct place_scope scope = newest_scope(store);
  ret_prefetch->n = prefetch_count(n);
  ret_prefetch->by_handle = false;
  for (size_t i = 0; i < ret_prefetch->n; i++) {
    struct bytes key = bytes_of_text(keys[i]);
    bool is_key = key.size <= LIMIT_SERIES_KEY_BYTES;
    ret_prefetch->ids[i] = is_key ? table_seed(TABLE_SERIES, key) : 0;
    places_prefetch(store->by_key, scope, ret_prefetch->ids[i]);
  }
}

void series_prefetch_handles(const struct store *store, const uint64_t *handles, size_t n,
                             struct series_prefetch *ret_prefetch) {
  struct place_scope scope = newest_scope(store);
  ret_prefetch->n = prefetch_count(n);
  ret_prefetch->by_handle = true;
  for (size_t i = 0; i < ret_prefetch->n; i++) {
    ret_prefetch->ids[i] = handles[i];
    places_prefetch(store->by_handle, scope, handles[i]);
  }
}

/* What is read of a record: the head, and the key, which lies in front of it or behind it. */
void series_prefetch_records(const struct store_txn *txn, const struct series_prefetch *prefetch) {
  const struct places *places = prefetch->by_handle ? txn->store->by_handle : txn->store->by_key;
  for (size_t i = 0; i < prefetch->n && !txn->writes; i++) {
    struct place place = places_find(places, txn->scope, prefetch->ids[i]);
    if (place.data == NULL)
      continue;
    __builtin_prefetch(place.data - (prefetch->by_handle ? 0 : place.sizes & UINT8_MAX));
    __builtin_prefetch(place.data + HEAD_NARROW_BYTES);
  }
}

static enum store_status missing_handle(struct store_txn *txn, uint64_t handle) {
  struct key_buffer name = {0};
  struct bytes ignored;
  key_u8(&name, CHANGE_SERIES);
  key_u64(&name, handle);
  enum store_status status = table_get(txn, TABLE_NAMES, key_of(&name), &ignored);
  return status == STORE_OK ? STORE_DELETED : status;
}

/* The value in the transaction's snapshot; false: look it up. */
static bool recall_by_handle(const struct store_txn *txn, uint64_t handle,
                             struct bytes *ret_value) {
  if (txn->writes)
    return false;
  struct place place = places_find(txn->store->by_handle, txn->scope, handle);
  if (place.data == NULL || head_handle(place.data) != handle)
    return false;
  *ret_value = bytes_of(place.data, place.sizes);
  return true;
}

static void remember_by_handle(const struct store_txn *txn, uint64_t handle, struct bytes value) {
  if (txn->writes || value.size > UINT16_MAX || head_handle(value.data) != handle)
    return;
  struct place place = {.data = value.data, .sizes = (uint16_t)value.size};
  places_put(txn->store->by_handle, txn->scope, handle, place);
}

static enum store_status read_record(struct bytes value, struct series_head *ret_head,
                                     struct series_details *ret_details) {
  size_t head_size = head_get(value, ret_head);
  if (head_size == 0 || value.size == head_size)
    return STORE_CORRUPT;
  size_t key_size = value.data[head_size];
  struct bytes rest = bytes_of(value.data + head_size + 1, value.size - head_size - 1);
  if (key_size > rest.size)
    return STORE_CORRUPT;
  ret_details->key = bytes_of(rest.data, key_size);
  ret_details->attributes = bytes_of(rest.data + key_size, rest.size - key_size);
  return STORE_OK;
}

enum store_status series_by_handle(struct store_txn *txn, uint64_t handle,
                                   struct series_head *ret_head,
                                   struct series_details *ret_details) {
  struct bytes value;
  if (recall_by_handle(txn, handle, &value))
    return read_record(value, ret_head, ret_details);
  enum store_status status = table_get_by_handle(txn, handle, &value);
  if (status == STORE_NOT_FOUND)
    return missing_handle(txn, handle);
  TRY(status);
  TRY(read_record(value, ret_head, ret_details));
  remember_by_handle(txn, handle, value);
  return STORE_OK;
}

/* Writes the head into both records; the key may be borrowed from the transaction, as the
 * attributes. */
static enum store_status save(struct store_txn *txn, const struct series_head *head,
                              struct bytes key, struct bytes attributes, bool is_new) {
  uint8_t key_copy[LIMIT_SERIES_KEY_BYTES];
  if (key.size > sizeof key_copy || attributes.size > ATTRIBUTES_MAX)
    return STORE_LIMIT;
  scoped(free) uint8_t *value = malloc(HEAD_WIDE_BYTES + 1 + key.size + attributes.size);
  if (value == NULL)
    return STORE_NO_MEMORY;
  struct series_head written = *head;
  written.has_no_attributes = attributes.size == 0;
  size_t head_size = head_put(value, &written);
  uint8_t *place = value + head_size;
  *place++ = (uint8_t)key.size;
  memcpy(place, key.data, key.size);
  memcpy(key_copy, key.data, key.size);
  place += key.size;
  if (attributes.size > 0)
    memcpy(place, attributes.data, attributes.size);
  place += attributes.size;
  struct key_buffer handle = handle_key(head->handle);
  TRY((is_new ? table_put : table_replace)(txn, TABLE_HANDLES, key_of(&handle),
                                           bytes_of(value, (size_t)(place - value))));
  return table_put(txn, TABLE_SERIES, bytes_of(key_copy, key.size), bytes_of(value, head_size));
}

enum store_status series_save_head(struct store_txn *txn, const struct series_head *head) {
  struct series_head old;
  struct series_details details;
  TRY(series_by_handle(txn, head->handle, &old, &details));
  return save(txn, head, details.key, details.attributes, false);
}

enum store_status series_touch(struct store_txn *txn, struct series_head *head) {
  if (head->changed_revision == store_revision(txn))
    return STORE_OK;
  head->changed_revision = store_revision(txn);
  TRY(dataset_touch(txn, head->dataset_no, 0, 0));
  return change_note(txn, CHANGE_UPDATED, CHANGE_SERIES, head->handle);
}

static struct key_buffer posting_key(uint32_t dataset_no, uint8_t dimension, struct bytes code) {
  struct key_buffer key = {0};
  key_u32(&key, dataset_no);
  key_u8(&key, dimension);
  key_bytes(&key, code);
  return key;
}

static enum store_status post(struct store_txn *txn, uint32_t dataset_no, const struct key *key,
                              uint64_t handle, bool present) {
  for (size_t i = 0; i < key->n_codes; i++) {
    struct key_buffer posting = posting_key(dataset_no, (uint8_t)i, key->codes[i]);
    KEY_OR_RETURN(posting);
    TRY(present ? set_add(txn, TABLE_POSTINGS, key_of(&posting), handle)
                : set_remove(txn, TABLE_POSTINGS, key_of(&posting), handle));
  }
  return STORE_OK;
}

enum store_status series_make(struct store_txn *txn, const struct dataset_record *dataset,
                              const struct key *key, uint8_t frequency,
                              struct series_head *ret_head, bool *ret_new) {
  struct key_buffer text = {0};
  key_bytes(&text, key->dataset);
  key_u8(&text, '/');
  key_bytes(&text, key->rest);
  if (text.overflow || text.size > LIMIT_SERIES_KEY_BYTES)
    return STORE_LIMIT;
  enum store_status status = series_by_key(txn, key_of(&text), ret_head);
  if (status != STORE_NOT_FOUND) {
    *ret_new = false;
    return status;
  }
  struct series_head head = {
      .handle = txn->counters.next_handle++,
      .dataset_no = dataset->no,
      .frequency = frequency,
      .changed_revision = store_revision(txn),
      .last_published_ms = INT64_MIN,
  };
  TRY(save(txn, &head, key_of(&text), bytes_of(NULL, 0), true));
  TRY(post(txn, dataset->no, key, head.handle, true));
  TRY(dataset_touch(txn, dataset->no, 1, 0));
  txn->counters.index_revision = store_revision(txn);
  TRY(change_note(txn, CHANGE_INSERTED, CHANGE_SERIES, head.handle));
  *ret_head = head;
  *ret_new = true;
  return STORE_OK;
}

enum store_status series_set_attributes(struct store_txn *txn, uint64_t handle,
                                        struct bytes attributes, bool *ret_changed) {
  struct series_head head;
  struct series_details details;
  TRY(series_by_handle(txn, handle, &head, &details));
  if (bytes_equal(details.attributes, attributes)) {
    *ret_changed = false;
    return STORE_OK;
  }
  TRY(series_touch(txn, &head));
  /* series_touch has written: what was borrowed is stale. */
  struct series_head ignored;
  TRY(series_by_handle(txn, handle, &ignored, &details));
  TRY(save(txn, &head, details.key, attributes, false));
  *ret_changed = true;
  return STORE_OK;
}

/* All records of the table whose keys begin with the handle. */
static enum store_status delete_all(struct store_txn *txn, enum table table, uint64_t handle) {
  struct key_buffer prefix = handle_key(handle);
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, table, &cursor));
  enum store_status status = cursor_seek(&cursor, key_of(&prefix));
  while (status == STORE_OK && cursor_within(&cursor, key_of(&prefix))) {
    TRY(cursor_delete(&cursor));
    status = cursor_seek(&cursor, key_of(&prefix));
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

static enum store_status leave_releases(struct store_txn *txn, uint64_t handle) {
  struct key_buffer prefix = handle_key(handle);
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_COVERAGE, &cursor));
  enum store_status status = cursor_seek(&cursor, key_of(&prefix));
  while (status == STORE_OK && cursor_within(&cursor, key_of(&prefix))) {
    struct key_buffer release = {0};
    key_bytes(&release, bytes_of(cursor.key.data + 8, 4));
    TRY(set_remove(txn, TABLE_RELEASE_SERIES, key_of(&release), handle));
    status = cursor_next(&cursor);
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

enum store_status series_delete(struct store_txn *txn, uint64_t handle) {
  struct series_head head;
  struct series_details details;
  TRY(series_by_handle(txn, handle, &head, &details));
  uint8_t key_copy[LIMIT_SERIES_KEY_BYTES];
  struct bytes text = bytes_of(key_copy, details.key.size);
  memcpy(key_copy, details.key.data, details.key.size);
  struct key key;
  if (key_parse(text, &key, NULL) != KEY_OK)
    return STORE_CORRUPT;
  TRY(leave_releases(txn, handle));
  TRY(delete_all(txn, TABLE_BLOCKS, handle));
  TRY(delete_all(txn, TABLE_HISTORY, handle));
  TRY(delete_all(txn, TABLE_COVERAGE, handle));
  TRY(post(txn, head.dataset_no, &key, handle, false));
  struct key_buffer by_handle = handle_key(handle);
  TRY(table_delete(txn, TABLE_HANDLES, key_of(&by_handle)));
  TRY(table_delete(txn, TABLE_SERIES, text));
  TRY(index_series_deleted(txn, head.dataset_no, &key, handle, head.frequency));
  txn->counters.observations -= head.n_observations;
  TRY(name_keep(txn, CHANGE_SERIES, handle, head.dataset_no, text));
  TRY(dataset_touch(txn, head.dataset_no, -1, 0));
  return change_note(txn, CHANGE_DELETED, CHANGE_SERIES, handle);
}
