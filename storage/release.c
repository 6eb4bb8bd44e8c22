/* SPDX-License-Identifier: MIT */
/* Releases and their order. */
#include "storage/catalog.h"
#include "storage/table.h"

/* releases: i64 published_ms, u8 precision, u8 size of the id, id, description. */
enum { RELEASE_FIXED = 10, RELEASE_VALUE_MAX = 1 << 17 };

static struct key_buffer no_key(uint32_t no) {
  struct key_buffer key = {0};
  key_u32(&key, no);
  return key;
}

static struct key_buffer order_key(int64_t published_ms, struct bytes id) {
  struct key_buffer key = {0};
  key_i64(&key, published_ms);
  key_bytes(&key, id);
  return key;
}

enum store_status release_get_by_no(struct store_txn *txn, uint32_t no,
                                    struct release_record *ret_record) {
  struct key_buffer key = no_key(no);
  struct bytes value;
  TRY(table_get(txn, TABLE_RELEASES, key_of(&key), &value));
  struct reader reader = {value.data, value.size, false};
  struct release_record record = {.no = no, .published_ms = read_i64(&reader)};
  record.precision = read_u8(&reader);
  size_t id_size = read_u8(&reader);
  record.id = read_bytes(&reader, id_size);
  if (reader.broken)
    return STORE_CORRUPT;
  record.description = bytes_of(reader.data, reader.left);
  *ret_record = record;
  return STORE_OK;
}

enum store_status release_get(struct store_txn *txn, struct bytes id,
                              struct release_record *ret_record) {
  struct bytes value;
  TRY(table_get(txn, TABLE_RELEASE_IDS, id, &value));
  return value.size == 4 ? release_get_by_no(txn, get_u32(value.data), ret_record) : STORE_CORRUPT;
}

enum store_status release_next(struct store_txn *txn, int64_t after_ms, struct bytes after_id,
                               struct release_record *ret_record) {
  struct key_buffer key = order_key(after_ms, after_id);
  if (after_id.size > 0)
    key_u8(&key, 0);
  KEY_OR_RETURN(key);
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_RELEASE_ORDER, &cursor));
  TRY(cursor_seek(&cursor, key_of(&key)));
  return cursor.value.size == 4 ? release_get_by_no(txn, get_u32(cursor.value.data), ret_record)
                                : STORE_CORRUPT;
}

static enum store_status save(struct store_txn *txn, const struct release_record *record) {
  size_t size = RELEASE_FIXED + record->id.size + record->description.size;
  if (record->id.size == 0 || record->id.size > UINT8_MAX || size > RELEASE_VALUE_MAX)
    return STORE_LIMIT;
  scoped(free) uint8_t *value = malloc(size);
  if (value == NULL)
    return STORE_NO_MEMORY;
  put_i64(value, record->published_ms);
  value[8] = record->precision;
  value[9] = (uint8_t)record->id.size;
  memcpy(value + RELEASE_FIXED, record->id.data, record->id.size);
  if (record->description.size > 0)
    memcpy(value + RELEASE_FIXED + record->id.size, record->description.data,
           record->description.size);
  struct key_buffer key = no_key(record->no);
  return table_put(txn, TABLE_RELEASES, key_of(&key), bytes_of(value, size));
}

static enum store_status make(struct store_txn *txn, struct release_record *record) {
  record->no = txn->counters.next_release++;
  uint8_t no[4];
  put_u32(no, record->no);
  struct key_buffer order = order_key(record->published_ms, record->id);
  KEY_OR_RETURN(order);
  TRY(table_put(txn, TABLE_RELEASE_IDS, record->id, bytes_of(no, sizeof no)));
  TRY(table_put(txn, TABLE_RELEASE_ORDER, key_of(&order), bytes_of(no, sizeof no)));
  TRY(save(txn, record));
  txn->changed = true;
  return change_note(txn, CHANGE_INSERTED, CHANGE_RELEASE, record->no);
}

static enum store_status describe_anew(struct store_txn *txn, const struct release_record *record) {
  TRY(save(txn, record));
  txn->changed = true;
  return change_note(txn, CHANGE_UPDATED, CHANGE_RELEASE, record->no);
}

enum store_status release_put(struct store_txn *txn, const struct release_record *record,
                              uint32_t *ret_no, enum put_result *ret_result) {
  struct release_record old, new = *record;
  enum store_status status = release_get(txn, record->id, &old);
  enum put_result result = PUT_NEW;
  if (status == STORE_NOT_FOUND) {
    TRY(make(txn, &new));
  } else if (status != STORE_OK) {
    return status;
  } else {
    if (old.published_ms != record->published_ms || old.precision != record->precision)
      return STORE_IMMUTABLE;
    new.no = old.no;
    result = bytes_equal(old.description, record->description) ? PUT_SAME : PUT_CHANGED;
    if (result == PUT_CHANGED)
      TRY(describe_anew(txn, &new));
  }
  *ret_no = new.no;
  *ret_result = result;
  return STORE_OK;
}

enum store_status release_series_count(struct store_txn *txn, uint32_t no,
                                       uint64_t *ret_series_count) {
  struct key_buffer key = no_key(no);
  return set_count(txn, TABLE_RELEASE_SERIES, key_of(&key), ret_series_count);
}

enum store_status release_states_dataset(struct store_txn *txn, uint32_t no, uint32_t dataset_no,
                                         bool *ret_states) {
  struct key_buffer key = no_key(no);
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_RELEASE_SERIES, &cursor));
  uint64_t handle = 0;
  enum store_status status = set_next(&cursor, key_of(&key), 0, &handle);
  while (status == STORE_OK) {
    struct series_head head;
    struct series_details details;
    TRY(series_by_handle(txn, handle, &head, &details));
    if (head.dataset_no == dataset_no) {
      *ret_states = true;
      return STORE_OK;
    }
    status = set_next(&cursor, key_of(&key), handle + 1, &handle);
  }
  if (status != STORE_NOT_FOUND)
    return status;
  *ret_states = false;
  return STORE_OK;
}

enum store_status release_compare(struct store_txn *txn, int64_t a_ms, uint32_t a_no, int64_t b_ms,
                                  uint32_t b_no, int *ret_order) {
  int order = (a_ms > b_ms) - (a_ms < b_ms);
  if (order == 0 && a_no != b_no) {
    struct release_record a, b;
    TRY(release_get_by_no(txn, a_no, &a));
    TRY(release_get_by_no(txn, b_no, &b));
    order = bytes_compare(a.id, b.id);
  }
  *ret_order = order;
  return STORE_OK;
}

enum store_status release_forget(struct store_txn *txn, uint32_t no) {
  struct release_record borrowed;
  TRY(release_get_by_no(txn, no, &borrowed));
  uint8_t id_copy[UINT8_MAX];
  struct bytes id = bytes_of(id_copy, borrowed.id.size);
  memcpy(id_copy, borrowed.id.data, borrowed.id.size);
  struct key_buffer key = no_key(no), order = order_key(borrowed.published_ms, id);
  TRY(name_keep(txn, CHANGE_RELEASE, no, 0, id));
  TRY(table_delete(txn, TABLE_RELEASES, key_of(&key)));
  TRY(table_delete(txn, TABLE_RELEASE_IDS, id));
  TRY(table_delete(txn, TABLE_RELEASE_ORDER, key_of(&order)));
  TRY(set_remove_all(txn, TABLE_RELEASE_SERIES, key_of(&key)));
  txn->changed = true;
  return change_note(txn, CHANGE_DELETED, CHANGE_RELEASE, no);
}
