/* SPDX-License-Identifier: MIT */
/* Reading the index of words, and the series of a code in runs. */
#include "storage/index.h"
#include "storage/table.h"

enum { BLOCK_KEY_TAIL = 9, SUBJECT_FIXED = 5 };

uint64_t index_revision(const struct store_txn *txn) {
  return txn->counters.index_revision;
}

uint64_t index_bound(const struct store_txn *txn, enum subject_kind kind) {
  return kind == SUBJECT_SERIES ? txn->counters.next_handle : txn->counters.subjects[kind - 1] + 1;
}

enum store_status index_subject(struct store_txn *txn, enum subject_kind kind, uint64_t number,
                                struct subject *ret_subject) {
  struct key_buffer key = {0};
  struct bytes value;
  key_u8(&key, (uint8_t)kind);
  key_u64(&key, number);
  TRY(table_get(txn, TABLE_SUBJECTS, key_of(&key), &value));
  if (value.size < SUBJECT_FIXED)
    return STORE_CORRUPT;
  *ret_subject = (struct subject){
      .kind = kind,
      .number = number,
      .dataset_no = get_u32(value.data),
      .dimension = value.data[4],
      .code = bytes_of(value.data + SUBJECT_FIXED, value.size - SUBJECT_FIXED),
  };
  return STORE_OK;
}

struct index_walk {
  struct cursor cursor;
  struct key_buffer prefix; /* u8 kind, word; and the 0 behind it where it is the whole word */
  size_t word_end;          /* in a key: where the word itself ends */
  bool started;
};

enum store_status index_walk_begin(struct store_txn *txn, enum subject_kind kind, struct bytes text,
                                   bool exact, struct index_walk **ret_walk) {
  scoped(index_walk_end) struct index_walk *walk = calloc(1, sizeof *walk);
  if (walk == NULL)
    return STORE_NO_MEMORY;
  key_u8(&walk->prefix, (uint8_t)kind);
  key_bytes(&walk->prefix, text);
  walk->word_end = walk->prefix.size;
  if (exact)
    key_u8(&walk->prefix, 0);
  KEY_OR_RETURN(walk->prefix);
  TRY(cursor_open(txn, TABLE_WORDS, &walk->cursor));
  *ret_walk = walk;
  walk = NULL;
  return STORE_OK;
}

enum store_status index_walk_next(struct index_walk *walk, struct index_run *ret_run) {
  struct cursor *cursor = &walk->cursor;
  TRY(walk->started ? cursor_next(cursor) : cursor_seek(cursor, key_of(&walk->prefix)));
  walk->started = true;
  if (!cursor_within(cursor, key_of(&walk->prefix)))
    return STORE_NOT_FOUND;
  if (cursor->key.size < walk->word_end + BLOCK_KEY_TAIL)
    return STORE_CORRUPT;
  *ret_run = (struct index_run){
      .at = cursor->value.data,
      .end = cursor->value.data + cursor->value.size,
      .number = key_get_u64(cursor->key.data + cursor->key.size - 8),
      .exact = cursor->key.size == walk->word_end + BLOCK_KEY_TAIL &&
               cursor->key.data[walk->word_end] == 0,
  };
  return STORE_OK;
}

void index_walk_end(struct index_walk *walk) {
  if (walk == NULL)
    return;
  cursor_close(&walk->cursor);
  free(walk);
}

struct handle_walk {
  struct cursor cursor;
};

enum store_status handle_walk_begin(struct store_txn *txn, struct handle_walk **ret_walk) {
  scoped(handle_walk_end) struct handle_walk *walk = calloc(1, sizeof *walk);
  if (walk == NULL)
    return STORE_NO_MEMORY;
  TRY(cursor_open(txn, TABLE_POSTINGS, &walk->cursor));
  *ret_walk = walk;
  walk = NULL;
  return STORE_OK;
}

enum store_status handle_walk_seek(struct handle_walk *walk, uint32_t dataset_no, uint8_t dimension,
                                   struct bytes code, uint64_t from, struct bytes *ret_run) {
  struct key_buffer key = {0};
  uint64_t first = 0;
  key_u32(&key, dataset_no);
  key_u8(&key, dimension);
  key_bytes(&key, code);
  KEY_OR_RETURN(key);
  TRY(set_next(&walk->cursor, key_of(&key), from, &first));
  return set_run(&walk->cursor, false, ret_run);
}

enum store_status handle_walk_next(struct handle_walk *walk, struct bytes *ret_run) {
  return set_run(&walk->cursor, true, ret_run);
}

void handle_walk_end(struct handle_walk *walk) {
  if (walk == NULL)
    return;
  cursor_close(&walk->cursor);
  free(walk);
}
