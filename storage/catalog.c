/* SPDX-License-Identifier: MIT */
#include "storage/catalog.h"

#include "storage/table.h"

/* datasets: u32 no, u8 n_dimensions, u8 frequency, u8 indicator, u16 size of ids, ids, description.
 * dataset_nos: u64 series, u64 indicators, u64 changed revision, id. */
enum { DATASET_FIXED = 9, NUMBERS_FIXED = 24, DATASET_VALUE_MAX = 1 << 20 };

static struct bytes number_key(struct key_buffer *key, uint32_t no) {
  *key = (struct key_buffer){0};
  key_u32(key, no);
  return key_of(key);
}

static enum store_status load_numbers(struct store_txn *txn, uint32_t no,
                                      struct dataset_record *record, struct bytes *ret_id) {
  struct key_buffer key;
  struct bytes value;
  enum store_status status = table_get(txn, TABLE_DATASET_NOS, number_key(&key, no), &value);
  if (status != STORE_OK)
    return status;
  if (value.size < NUMBERS_FIXED)
    return STORE_CORRUPT;
  record->series_count = get_u64(value.data);
  record->indicator_count = get_u64(value.data + 8);
  record->changed_revision = get_u64(value.data + 16);
  *ret_id = bytes_of(value.data + NUMBERS_FIXED, value.size - NUMBERS_FIXED);
  return STORE_OK;
}

static enum store_status save_numbers(struct store_txn *txn, const struct dataset_record *record,
                                      struct bytes id) {
  uint8_t value[NUMBERS_FIXED + LIMIT_DATASET_ID_BYTES];
  if (id.size > LIMIT_DATASET_ID_BYTES)
    return STORE_LIMIT;
  put_u64(value, record->series_count);
  put_u64(value + 8, record->indicator_count);
  put_u64(value + 16, record->changed_revision);
  memcpy(value + NUMBERS_FIXED, id.data, id.size);
  struct key_buffer key;
  return table_put(txn, TABLE_DATASET_NOS, number_key(&key, record->no),
                   bytes_of(value, NUMBERS_FIXED + id.size));
}

static enum store_status decode_dataset(struct store_txn *txn, struct bytes id, struct bytes value,
                                        struct dataset_record *ret_record) {
  struct reader reader = {value.data, value.size, false};
  struct dataset_record record = {.id = id, .no = read_u32(&reader)};
  record.n_dimensions = read_u8(&reader);
  record.frequency_dimension = read_u8(&reader);
  record.indicator_dimension = read_u8(&reader);
  struct bytes size = read_bytes(&reader, 2);
  if (reader.broken)
    return STORE_CORRUPT;
  record.dimension_ids = read_bytes(&reader, get_u16(size.data));
  if (reader.broken || record.n_dimensions > STORE_DIMENSIONS_MAX)
    return STORE_CORRUPT;
  record.description = bytes_of(reader.data, reader.left);
  struct bytes same_id;
  TRY(load_numbers(txn, record.no, &record, &same_id));
  *ret_record = record;
  return STORE_OK;
}

enum store_status dataset_get(struct store_txn *txn, struct bytes id,
                              struct dataset_record *ret_record) {
  struct bytes value;
  TRY(table_get(txn, TABLE_DATASETS, id, &value));
  return decode_dataset(txn, id, value, ret_record);
}

enum store_status dataset_get_by_no(struct store_txn *txn, uint32_t no,
                                    struct dataset_record *ret_record) {
  struct dataset_record ignored;
  struct bytes id;
  TRY(load_numbers(txn, no, &ignored, &id));
  return dataset_get(txn, id, ret_record);
}

/* The first record of the table whose key is greater than prefix + after, within the prefix. */
static enum store_status next_of(struct store_txn *txn, enum table table, struct key_buffer *key,
                                 struct bytes after, struct bytes *ret_key,
                                 struct bytes *ret_value) {
  struct bytes prefix = key_of(key);
  key_bytes(key, after);
  if (after.size > 0)
    key_u8(key, 0);
  KEY_OR_RETURN(*key);
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, table, &cursor));
  TRY(cursor_seek(&cursor, key_of(key)));
  if (!cursor_within(&cursor, prefix))
    return STORE_NOT_FOUND;
  *ret_key = bytes_of(cursor.key.data + prefix.size, cursor.key.size - prefix.size);
  *ret_value = cursor.value;
  return STORE_OK;
}

enum store_status dataset_next(struct store_txn *txn, struct bytes after_id,
                               struct dataset_record *ret_record) {
  struct key_buffer key = {0};
  struct bytes id, value;
  TRY(next_of(txn, TABLE_DATASETS, &key, after_id, &id, &value));
  return decode_dataset(txn, id, value, ret_record);
}

static bool same_dimensions(const struct dataset_record *a, const struct dataset_record *b) {
  return a->n_dimensions == b->n_dimensions && a->frequency_dimension == b->frequency_dimension &&
         a->indicator_dimension == b->indicator_dimension &&
         bytes_equal(a->dimension_ids, b->dimension_ids);
}

static enum store_status save_dataset(struct store_txn *txn, const struct dataset_record *record) {
  size_t size = DATASET_FIXED + record->dimension_ids.size + record->description.size;
  if (record->dimension_ids.size > UINT16_MAX || size > DATASET_VALUE_MAX)
    return STORE_LIMIT;
  scoped(free) uint8_t *value = malloc(size);
  if (value == NULL)
    return STORE_NO_MEMORY;
  put_u32(value, record->no);
  value[4] = record->n_dimensions;
  value[5] = record->frequency_dimension;
  value[6] = record->indicator_dimension;
  put_u16(value + 7, (uint16_t)record->dimension_ids.size);
  memcpy(value + DATASET_FIXED, record->dimension_ids.data, record->dimension_ids.size);
  if (record->description.size > 0)
    memcpy(value + DATASET_FIXED + record->dimension_ids.size, record->description.data,
           record->description.size);
  return table_put(txn, TABLE_DATASETS, record->id, bytes_of(value, size));
}

enum store_status dataset_put(struct store_txn *txn, const struct dataset_record *record,
                              enum put_result *ret_result) {
  struct dataset_record old = {0}, new = *record;
  enum store_status status = dataset_get(txn, record->id, &old);
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return status;
  bool is_new = status == STORE_NOT_FOUND;
  bool same_shape = !is_new && same_dimensions(&old, record);
  if (same_shape && bytes_equal(old.description, record->description)) {
    *ret_result = PUT_SAME;
    return STORE_OK;
  }
  if (!is_new && !same_shape) {
    /* Series that this very command has made count, too. */
    TRY(dataset_deltas_flush(txn));
    TRY(dataset_get(txn, record->id, &old));
    if (old.series_count > 0)
      return STORE_IMMUTABLE;
  }
  new.no = is_new ? txn->counters.next_dataset++ : old.no;
  if (is_new) {
    new.series_count = new.indicator_count = 0;
    TRY(save_numbers(txn, &new, record->id));
  }
  TRY(save_dataset(txn, &new));
  TRY(dataset_touch(txn, new.no, 0, 0));
  TRY(change_note(txn, is_new ? CHANGE_INSERTED : CHANGE_UPDATED, CHANGE_DATASET, new.no));
  *ret_result = is_new ? PUT_NEW : PUT_CHANGED;
  return STORE_OK;
}

static enum store_status flush_one(struct store_txn *txn, const struct dataset_delta *delta) {
  struct dataset_record numbers = {.no = delta->no};
  struct bytes borrowed;
  TRY(load_numbers(txn, delta->no, &numbers, &borrowed));
  uint8_t id[LIMIT_DATASET_ID_BYTES];
  if (borrowed.size > sizeof id)
    return STORE_CORRUPT;
  memcpy(id, borrowed.data, borrowed.size);
  numbers.series_count += (uint64_t)delta->series;
  numbers.indicator_count += (uint64_t)delta->indicators;
  numbers.changed_revision = store_revision(txn);
  return save_numbers(txn, &numbers, bytes_of(id, borrowed.size));
}

enum store_status dataset_deltas_flush(struct store_txn *txn) {
  for (size_t i = 0; i < txn->n_deltas; i++)
    TRY(flush_one(txn, &txn->deltas[i]));
  txn->n_deltas = 0;
  return STORE_OK;
}

enum store_status dataset_touch(struct store_txn *txn, uint32_t no, int64_t series,
                                int64_t indicators) {
  txn->changed = true;
  size_t i = 0;
  while (i < txn->n_deltas && txn->deltas[i].no != no)
    i++;
  if (i == count_of(txn->deltas)) {
    TRY(dataset_deltas_flush(txn));
    i = 0;
  }
  if (i == txn->n_deltas)
    txn->deltas[txn->n_deltas++] = (struct dataset_delta){.no = no};
  txn->deltas[i].series += series;
  txn->deltas[i].indicators += indicators;
  return STORE_OK;
}

/* Puts a description under a key, if it is another one than is there. */
static enum store_status put_description(struct store_txn *txn, enum table table,
                                         const struct key_buffer *key, struct bytes description,
                                         enum put_result *ret_result) {
  KEY_OR_RETURN(*key);
  struct bytes old;
  enum store_status status = table_get(txn, table, key_of(key), &old);
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return status;
  if (status == STORE_OK && bytes_equal(old, description)) {
    *ret_result = PUT_SAME;
    return STORE_OK;
  }
  *ret_result = status == STORE_OK ? PUT_CHANGED : PUT_NEW;
  return table_put(txn, table, key_of(key), description);
}

static struct key_buffer indicator_key(uint32_t dataset_no, struct bytes id) {
  struct key_buffer key = {0};
  key_u32(&key, dataset_no);
  key_bytes(&key, id);
  return key;
}

enum store_status indicator_get(struct store_txn *txn, uint32_t dataset_no, struct bytes id,
                                struct bytes *ret_description) {
  struct key_buffer key = indicator_key(dataset_no, id);
  return key.overflow ? STORE_NOT_FOUND
                      : table_get(txn, TABLE_INDICATORS, key_of(&key), ret_description);
}

enum store_status indicator_next(struct store_txn *txn, uint32_t dataset_no, struct bytes after_id,
                                 struct bytes *ret_id, struct bytes *ret_description) {
  struct key_buffer key = indicator_key(dataset_no, bytes_of(NULL, 0));
  return next_of(txn, TABLE_INDICATORS, &key, after_id, ret_id, ret_description);
}

enum store_status indicator_put(struct store_txn *txn, uint32_t dataset_no, struct bytes id,
                                struct bytes description, enum put_result *ret_result) {
  struct key_buffer key = indicator_key(dataset_no, id);
  enum put_result result;
  TRY(put_description(txn, TABLE_INDICATORS, &key, description, &result));
  if (result != PUT_SAME) {
    TRY(dataset_touch(txn, dataset_no, 0, result == PUT_NEW ? 1 : 0));
    TRY(change_note(txn, CHANGE_UPDATED, CHANGE_INDICATORS, dataset_no));
  }
  *ret_result = result;
  return STORE_OK;
}

static struct key_buffer code_key(uint32_t dataset_no, uint8_t dimension, struct bytes code) {
  struct key_buffer key = {0};
  key_u32(&key, dataset_no);
  key_u8(&key, dimension);
  key_bytes(&key, code);
  return key;
}

enum store_status code_get(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                           struct bytes code, struct bytes *ret_description) {
  struct key_buffer key = code_key(dataset_no, dimension, code);
  return key.overflow ? STORE_NOT_FOUND
                      : table_get(txn, TABLE_CODES, key_of(&key), ret_description);
}

enum store_status code_next(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                            struct bytes after_code, struct bytes *ret_code,
                            struct bytes *ret_description) {
  struct key_buffer key = code_key(dataset_no, dimension, bytes_of(NULL, 0));
  return next_of(txn, TABLE_CODES, &key, after_code, ret_code, ret_description);
}

enum store_status code_put(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                           struct bytes code, struct bytes description,
                           enum put_result *ret_result) {
  struct key_buffer key = code_key(dataset_no, dimension, code);
  enum put_result result;
  TRY(put_description(txn, TABLE_CODES, &key, description, &result));
  if (result != PUT_SAME) {
    TRY(dataset_touch(txn, dataset_no, 0, 0));
    TRY(change_note(txn, CHANGE_UPDATED, CHANGE_CODES, dataset_no));
  }
  *ret_result = result;
  return STORE_OK;
}

enum store_status code_used_next(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                                 struct bytes after_code, struct bytes *ret_code,
                                 uint64_t *ret_series_count) {
  struct key_buffer key = code_key(dataset_no, dimension, bytes_of(NULL, 0));
  struct bytes first_handle;
  TRY(next_of(txn, TABLE_POSTINGS, &key, after_code, ret_code, &first_handle));
  return code_series_count(txn, dataset_no, dimension, *ret_code, ret_series_count);
}

enum store_status code_series_count(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                                    struct bytes code, uint64_t *ret_series_count) {
  struct key_buffer key = code_key(dataset_no, dimension, code);
  KEY_OR_RETURN(key);
  return set_count(txn, TABLE_POSTINGS, key_of(&key), ret_series_count);
}
