/* SPDX-License-Identifier: MIT */
/* Postings in blocks: u8 kind, word, u8 0, u64 first number -> varint step, u16 weight, again and
 * again; the first step is 0. A block has no posting of the next one's range. */
#include "storage/index_batch.h"

enum {
  BLOCK_BYTES = 1800, /* two of them, with their keys, fill a page of LMDB */
  POSTING_BYTES_MAX = 12,
};

struct posting {
  uint64_t number;
  uint16_t weight;
};

/* The block that changes go to, and where the next one begins. */
struct word_place {
  bool found;
  uint64_t first;
  uint64_t end;
  struct bytes value; /* borrowed until something is written */
};

static struct key_buffer block_key(struct bytes prefix, uint64_t first) {
  struct key_buffer key = {0};
  key_bytes(&key, prefix);
  key_u8(&key, 0);
  key_u64(&key, first);
  return key;
}

/* Whether the cursor stands on a block of the word; then which. */
static bool on_block(const struct cursor *cursor, struct bytes prefix, uint64_t *ret_first) {
  if (cursor->key.size != prefix.size + 9 || !cursor_within(cursor, prefix) ||
      cursor->key.data[prefix.size] != 0)
    return false;
  *ret_first = key_get_u64(cursor->key.data + prefix.size + 1);
  return true;
}

static enum store_status missing_is_fine(enum store_status status) {
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* The block with the greatest first number that is not above `number`; else the word's first. */
static enum store_status find_place(struct cursor *cursor, struct bytes prefix, uint64_t number,
                                    struct word_place *ret_place) {
  struct word_place place = {.end = UINT64_MAX};
  struct key_buffer key = block_key(prefix, number);
  KEY_OR_RETURN(key);
  enum store_status status = cursor_seek(cursor, key_of(&key));
  TRY(missing_is_fine(status));
  if (status != STORE_OK || !on_block(cursor, prefix, &place.first) || place.first > number) {
    status = status == STORE_OK ? cursor_previous(cursor) : cursor_last(cursor);
    TRY(missing_is_fine(status));
    if (status != STORE_OK || !on_block(cursor, prefix, &place.first)) {
      status = cursor_seek(cursor, key_of(&key));
      TRY(missing_is_fine(status));
    }
  }
  place.found = status == STORE_OK && on_block(cursor, prefix, &place.first);
  if (place.found) {
    place.value = cursor->value;
    status = cursor_next(cursor);
    TRY(missing_is_fine(status));
    if (status != STORE_OK || !on_block(cursor, prefix, &place.end))
      place.end = UINT64_MAX;
  }
  *ret_place = place;
  return STORE_OK;
}

static enum store_status decode(const struct word_place *place, struct posting *postings,
                                size_t *ret_n) {
  struct index_run run = {.at = place->value.data,
                          .end = place->value.data + place->value.size,
                          .number = place->first};
  size_t n = 0;
  while (index_run_next(&run, &postings[n].number, &postings[n].weight))
    n++;
  *ret_n = n;
  return run.broken ? STORE_CORRUPT : STORE_OK;
}

/* Postings as changed. `merged` has room for all of both. */
static size_t merge(const struct posting *old, size_t n_old, const struct index_change *changes,
                    size_t n_changes, struct posting *merged) {
  size_t n = 0, i = 0;
  for (size_t j = 0; j < n_changes; j++) {
    while (i < n_old && old[i].number < changes[j].number)
      merged[n++] = old[i++];
    if (i < n_old && old[i].number == changes[j].number)
      i++;
    if (!changes[j].removed)
      merged[n++] = (struct posting){changes[j].number, changes[j].weight};
  }
  while (i < n_old)
    merged[n++] = old[i++];
  return n;
}

/* As many postings as fit into `bytes_max`, at least one. */
static enum store_status put_block(struct store_txn *txn, struct bytes prefix,
                                   const struct posting *postings, size_t n, size_t bytes_max,
                                   size_t *ret_taken) {
  uint8_t value[BLOCK_BYTES + POSTING_BYTES_MAX];
  size_t size = 0, taken = 0;
  uint64_t before = postings[0].number;
  for (; taken < n; taken++) {
    uint64_t step = postings[taken].number - before;
    if (taken > 0 && size + varint_size(step) + 2 > bytes_max)
      break;
    size += varint_put(value + size, step);
    put_u16(value + size, postings[taken].weight);
    size += 2;
    before = postings[taken].number;
  }
  struct key_buffer key = block_key(prefix, postings[0].number);
  KEY_OR_RETURN(key);
  *ret_taken = taken;
  return table_put(txn, TABLE_WORDS, key_of(&key), bytes_of(value, size));
}

static size_t encoded_bytes(const struct posting *postings, size_t n) {
  size_t size = 0;
  for (size_t i = 0; i < n; i++)
    size += varint_size(i == 0 ? 0 : postings[i].number - postings[i - 1].number) + 2;
  return size;
}

/* Blocks in the middle are split evenly, so that what comes between finds room; those at the end
 * are filled, since numbers come ascending. */
static enum store_status put_all(struct store_txn *txn, struct bytes prefix,
                                 const struct posting *postings, size_t n, bool at_end) {
  size_t bytes_max = BLOCK_BYTES;
  size_t size = encoded_bytes(postings, n);
  if (!at_end && size > BLOCK_BYTES)
    bytes_max = size / ((size + BLOCK_BYTES - 1) / BLOCK_BYTES) + POSTING_BYTES_MAX;
  bytes_max = bytes_max > BLOCK_BYTES ? BLOCK_BYTES : bytes_max;
  while (n > 0) {
    size_t taken = 0;
    TRY(put_block(txn, prefix, postings, n, bytes_max, &taken));
    postings += taken;
    n -= taken;
  }
  return STORE_OK;
}

static enum store_status rewrite(struct store_txn *txn, struct bytes prefix,
                                 const struct word_place *place, const struct index_change *changes,
                                 size_t n_changes) {
  size_t n_old = 0, old_max = place->found ? place->value.size / 3 + 1 : 0;
  scoped(free) struct posting *old = reallocarray(NULL, 2 * old_max + n_changes + 1, sizeof *old);
  if (old == NULL)
    return STORE_NO_MEMORY;
  struct posting *merged = old + old_max;
  if (place->found)
    TRY(decode(place, old, &n_old));
  size_t n = merge(old, n_old, changes, n_changes, merged);
  if (place->found && (n == 0 || merged[0].number != place->first)) {
    struct key_buffer key = block_key(prefix, place->first);
    KEY_OR_RETURN(key);
    TRY(table_delete(txn, TABLE_WORDS, key_of(&key)));
  }
  return put_all(txn, prefix, merged, n, place->end == UINT64_MAX);
}

enum store_status index_blocks_merge(struct store_txn *txn, struct bytes prefix,
                                     const struct index_change *changes, size_t n_changes) {
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_WORDS, &cursor));
  for (size_t begin = 0, end = 0; begin < n_changes; begin = end) {
    struct word_place place;
    TRY(find_place(&cursor, prefix, changes[begin].number, &place));
    while (end < n_changes && changes[end].number < place.end)
      end++;
    TRY(rewrite(txn, prefix, &place, &changes[begin], end - begin));
  }
  return STORE_OK;
}
