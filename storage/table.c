/* SPDX-License-Identifier: MIT */
#include "storage/table.h"

#include <assert.h>
#include <errno.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "storage/proven.h"

#ifdef __x86_64__
/* Of <xxh_x86dispatch.h>, which cannot be had beside the inline functions. */
XXH64_hash_t XXH3_64bits_withSeed_dispatch(const void *input, size_t size, XXH64_hash_t seed);
#endif

enum store_status store_status_of(int code) {
  switch (code) {
  case MDB_SUCCESS:
    return STORE_OK;
  case MDB_NOTFOUND:
    return STORE_NOT_FOUND;
  case MDB_MAP_FULL:
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return STORE_FULL;
  case MDB_TXN_FULL:
    return STORE_TRANSACTION_FULL;
  case MDB_READERS_FULL:
    return STORE_READERS_FULL;
  case MDB_PAGE_NOTFOUND:
  case MDB_CORRUPTED:
  case MDB_INVALID:
  case MDB_PANIC:
    return STORE_CORRUPT;
  case MDB_VERSION_MISMATCH:
    return STORE_FORMAT_UNKNOWN;
  case MDB_BAD_VALSIZE:
    return STORE_LIMIT;
  case ENOMEM:
    return STORE_NO_MEMORY;
  case EACCES:
  case EROFS:
    return STORE_READ_ONLY;
  default:
    return STORE_IO;
  }
}

/* Short inputs are quickest inline; for long ones the library chooses the widest vectors that the
 * processor has. */
static uint64_t hash(struct bytes bytes, uint64_t seed) {
#ifdef __x86_64__
  if (bytes.size > XXH3_MIDSIZE_MAX)
    return XXH3_64bits_withSeed_dispatch(bytes.data, bytes.size, seed);
#endif
  return XXH3_64bits_withSeed(bytes.data, bytes.size, seed);
}

uint64_t table_seed(enum table table, struct bytes key) {
  return XXH3_64bits_withSeed(key.data, key.size, (uint64_t)table);
}

static uint64_t checksum(enum table table, struct bytes key, struct bytes value) {
  return hash(value, table_seed(table, key));
}

static MDB_val val_of(struct bytes bytes) {
  /* LMDB's MDB_val is not const, yet neither keys nor values are written through it. */
  return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

/* LMDB's key. The look-up by handle is the one that counts most, so its table has LMDB's own keys,
 * integers of the machine, which are compared at once; `number` is their memory. */
static MDB_val key_val(enum table table, struct bytes key, uint64_t *number) {
  if (table != TABLE_HANDLES || key.size != sizeof *number)
    return val_of(key);
  *number = key_get_u64(key.data);
  return (MDB_val){.mv_size = sizeof *number, .mv_data = number};
}

static struct bytes bytes_of_val(MDB_val val) {
  return bytes_of(val.mv_data, val.mv_size);
}

static bool is_set(enum table table) {
  return table == TABLE_RELEASE_SERIES || table == TABLE_POSTINGS || table == TABLE_CHANGES;
}

/* Takes the checksum off, if it is right. */
static enum store_status checked_seeded(uint64_t seed, MDB_val val, struct bytes *ret_value) {
  if (val.mv_size < CHECKSUM_BYTES)
    return STORE_CORRUPT;
  struct bytes value = bytes_of(val.mv_data, val.mv_size - CHECKSUM_BYTES);
  if (get_u64(value.data + value.size) != hash(value, seed))
    return STORE_CORRUPT;
  *ret_value = value;
  return STORE_OK;
}

/* Of a long value, once a snapshot. */
static enum store_status checked_once(const struct store_txn *txn, enum table table,
                                      struct bytes key, MDB_val val, struct bytes *ret_value) {
  struct proven *proven = txn->store->proven;
  bool proves = !txn->writes && val.mv_size >= PROVEN_BYTES_LEAST;
  if (proves && proven_has(proven, mdb_txn_id(txn->mdb), val.mv_data)) {
    *ret_value = bytes_of(val.mv_data, val.mv_size - CHECKSUM_BYTES);
    return STORE_OK;
  }
  TRY(checked_seeded(table_seed(table, key), val, ret_value));
  if (proves)
    proven_put(proven, mdb_txn_id(txn->mdb), val.mv_data);
  return STORE_OK;
}

/* Members of sets have none. */
static enum store_status checked(const struct store_txn *txn, enum table table, struct bytes key,
                                 MDB_val val, struct bytes *ret_value) {
  if (!is_set(table))
    return checked_once(txn, table, key, val, ret_value);
  *ret_value = bytes_of_val(val);
  return val.mv_size == 8 ? STORE_OK : STORE_CORRUPT;
}

enum store_status table_get(struct store_txn *txn, enum table table, struct bytes key,
                            struct bytes *ret_value) {
  if (key.size == 0 || key.size > STORE_KEY_MAX)
    return STORE_NOT_FOUND;
  uint64_t number;
  MDB_val k = key_val(table, key, &number), v;
  int code = mdb_get(txn->mdb, txn->store->tables[table], &k, &v);
  if (code != 0)
    return store_status_of(code);
  return checked(txn, table, bytes_of_val(k), v, ret_value);
}

enum store_status table_get_by_handle(struct store_txn *txn, uint64_t handle,
                                      struct bytes *ret_value) {
  MDB_val k = {.mv_size = sizeof handle, .mv_data = &handle}, v;
  int code = mdb_get(txn->mdb, txn->store->tables[TABLE_HANDLES], &k, &v);
  if (code != 0)
    return store_status_of(code);
  return checked_seeded(table_seed(TABLE_HANDLES, bytes_of_val(k)), v, ret_value);
}

enum store_status table_get_seeded(struct store_txn *txn, enum table table, struct bytes key,
                                   uint64_t seed, struct bytes *ret_value) {
  if (key.size == 0 || key.size > STORE_KEY_MAX)
    return STORE_NOT_FOUND;
  MDB_val k = val_of(key), v;
  int code = mdb_get(txn->mdb, txn->store->tables[table], &k, &v);
  return code == 0 ? checked_seeded(seed, v, ret_value) : store_status_of(code);
}

/* Tables that grow at their end when new series are loaded. LMDB splits a full page before its last
 * record, unless it is told that the new one comes behind all: then the page stays full. */
static bool grows_at_its_end(enum table table) {
  return table == TABLE_HANDLES || table == TABLE_BLOCKS || table == TABLE_COVERAGE;
}

static enum store_status put(struct store_txn *txn, enum table table, struct bytes key,
                             struct bytes value, bool may_append) {
  assert(txn->writes && txn->in_command);
  if (key.size == 0 || key.size > STORE_KEY_MAX)
    return STORE_LIMIT;
  txn->wrote = true;
  uint64_t number;
  MDB_val k = key_val(table, key, &number), v = {.mv_size = value.size + CHECKSUM_BYTES};
  uint64_t sum = checksum(table, bytes_of_val(k), value);
  MDB_dbi dbi = txn->store->tables[table];
  int code = MDB_KEYEXIST;
  if (may_append)
    code = mdb_put(txn->mdb, dbi, &k, &v, MDB_RESERVE | MDB_APPEND);
  if (code == MDB_KEYEXIST) /* it does not come behind all */
    code = mdb_put(txn->mdb, dbi, &k, &v, MDB_RESERVE);
  if (code != 0)
    return store_status_of(code);
  if (value.size > 0)
    memcpy(v.mv_data, value.data, value.size);
  put_u64((uint8_t *)v.mv_data + value.size, sum);
  return STORE_OK;
}

enum store_status table_put(struct store_txn *txn, enum table table, struct bytes key,
                            struct bytes value) {
  return put(txn, table, key, value, grows_at_its_end(table));
}

enum store_status table_replace(struct store_txn *txn, enum table table, struct bytes key,
                                struct bytes value) {
  return put(txn, table, key, value, false);
}

enum store_status table_delete(struct store_txn *txn, enum table table, struct bytes key) {
  assert(txn->writes && txn->in_command);
  txn->wrote = true;
  uint64_t number;
  MDB_val k = key_val(table, key, &number);
  int code = mdb_del(txn->mdb, txn->store->tables[table], &k, NULL);
  return code == MDB_NOTFOUND ? STORE_OK : store_status_of(code);
}

enum store_status table_count(struct store_txn *txn, enum table table, uint64_t *ret_count) {
  MDB_stat stat;
  int code = mdb_stat(txn->mdb, txn->store->tables[table], &stat);
  if (code != 0)
    return store_status_of(code);
  *ret_count = stat.ms_entries;
  return STORE_OK;
}

enum store_status cursor_open(struct store_txn *txn, enum table table, struct cursor *ret_cursor) {
  struct cursor cursor = {.txn = txn, .table = table};
  int code = mdb_cursor_open(txn->mdb, txn->store->tables[table], &cursor.mdb);
  if (code != 0)
    return store_status_of(code);
  *ret_cursor = cursor;
  return STORE_OK;
}

void cursor_close(struct cursor *cursor) {
  if (cursor->mdb != NULL)
    mdb_cursor_close(cursor->mdb);
  cursor->mdb = NULL;
}

/* To another record, whose value is not looked at yet. */
static enum store_status place(struct cursor *cursor, MDB_val k, MDB_cursor_op op, MDB_val *ret_v) {
  cursor->key = bytes_of(NULL, 0);
  int code = mdb_cursor_get(cursor->mdb, &k, ret_v, op);
  if (code == 0)
    cursor->key = bytes_of_val(k);
  return store_status_of(code);
}

static enum store_status move(struct cursor *cursor, MDB_val k, MDB_cursor_op op) {
  MDB_val v;
  TRY(place(cursor, k, op, &v));
  return checked(cursor->txn, cursor->table, cursor->key, v, &cursor->value);
}

enum store_status cursor_seek(struct cursor *cursor, struct bytes key) {
  if (key.size > STORE_KEY_MAX)
    return STORE_LIMIT;
  if (key.size == 0)
    return move(cursor, (MDB_val){0}, MDB_FIRST);
  uint64_t number;
  return move(cursor, key_val(cursor->table, key, &number), MDB_SET_RANGE);
}

enum store_status cursor_place(struct cursor *cursor, struct bytes key) {
  MDB_val ignored;
  if (key.size > STORE_KEY_MAX)
    return STORE_LIMIT;
  return place(cursor, val_of(key), MDB_SET_RANGE, &ignored);
}

enum store_status cursor_here(struct cursor *cursor) {
  return move(cursor, (MDB_val){0}, MDB_GET_CURRENT);
}

enum store_status cursor_next(struct cursor *cursor) {
  return move(cursor, (MDB_val){0}, MDB_NEXT);
}

enum store_status cursor_previous(struct cursor *cursor) {
  return move(cursor, (MDB_val){0}, MDB_PREV);
}

enum store_status cursor_last(struct cursor *cursor) {
  return move(cursor, (MDB_val){0}, MDB_LAST);
}

enum store_status cursor_delete(struct cursor *cursor) {
  assert(cursor->txn->writes && cursor->txn->in_command);
  cursor->txn->wrote = true;
  return store_status_of(mdb_cursor_del(cursor->mdb, 0));
}

bool cursor_within(const struct cursor *cursor, struct bytes prefix) {
  return cursor->key.size >= prefix.size && memcmp(cursor->key.data, prefix.data, prefix.size) == 0;
}

enum store_status cursor_keep(const struct cursor *cursor, enum store_status step,
                              struct bytes prefix) {
  bool stands = cursor->key.size > 0;
  return stands && !cursor_within(cursor, prefix) ? STORE_NOT_FOUND : step;
}

static uint64_t big_endian(uint64_t number) {
  return __builtin_bswap64(number);
}

static enum store_status add(struct store_txn *txn, enum table table, struct bytes key,
                             uint64_t number, bool may_append) {
  assert(txn->writes && txn->in_command && is_set(table));
  txn->wrote = true;
  uint64_t big = big_endian(number);
  MDB_val k = val_of(key), v = {.mv_size = sizeof big, .mv_data = &big};
  MDB_dbi dbi = txn->store->tables[table];
  int code = MDB_KEYEXIST;
  if (may_append)
    code = mdb_put(txn->mdb, dbi, &k, &v, MDB_APPENDDUP); /* keeps pages full, as above */
  if (code == MDB_KEYEXIST)
    code = mdb_put(txn->mdb, dbi, &k, &v, MDB_NODUPDATA);
  return code == MDB_KEYEXIST ? STORE_OK : store_status_of(code);
}

enum store_status set_add(struct store_txn *txn, enum table table, struct bytes key,
                          uint64_t number) {
  return add(txn, table, key, number, true);
}

enum store_status set_add_first(struct store_txn *txn, enum table table, struct bytes key,
                                uint64_t number) {
  return add(txn, table, key, number, false);
}

enum store_status set_remove(struct store_txn *txn, enum table table, struct bytes key,
                             uint64_t number) {
  assert(txn->writes && txn->in_command && is_set(table));
  txn->wrote = true;
  uint64_t big = big_endian(number);
  MDB_val k = val_of(key), v = {.mv_size = sizeof big, .mv_data = &big};
  int code = mdb_del(txn->mdb, txn->store->tables[table], &k, &v);
  return code == MDB_NOTFOUND ? STORE_OK : store_status_of(code);
}

enum store_status set_remove_all(struct store_txn *txn, enum table table, struct bytes key) {
  return table_delete(txn, table, key);
}

enum store_status set_count(struct store_txn *txn, enum table table, struct bytes key,
                            uint64_t *ret_count) {
  scoped(cursor_close) struct cursor cursor = {0};
  enum store_status status = cursor_open(txn, table, &cursor);
  if (status != STORE_OK)
    return status;
  MDB_val k = val_of(key), v;
  int code = mdb_cursor_get(cursor.mdb, &k, &v, MDB_SET);
  if (code == MDB_NOTFOUND) {
    *ret_count = 0;
    return STORE_OK;
  }
  size_t count = 0;
  if (code == 0)
    code = mdb_cursor_count(cursor.mdb, &count);
  if (code != 0)
    return store_status_of(code);
  *ret_count = count;
  return STORE_OK;
}

enum store_status set_next(struct cursor *cursor, struct bytes key, uint64_t from,
                           uint64_t *ret_number) {
  uint64_t big = big_endian(from);
  MDB_val k = val_of(key), v = {.mv_size = sizeof big, .mv_data = &big};
  int code = mdb_cursor_get(cursor->mdb, &k, &v, MDB_GET_BOTH_RANGE);
  if (code != 0)
    return store_status_of(code);
  if (v.mv_size != sizeof big)
    return STORE_CORRUPT;
  cursor->key = key;
  cursor->value = bytes_of_val(v);
  *ret_number = set_number(cursor);
  return STORE_OK;
}

/* LMDB gives a page's worth at once, from the page's first on; a set of one number has no page, and
 * then the value stays as set_next left it. */
enum store_status set_run(struct cursor *cursor, bool next, struct bytes *ret_run) {
  MDB_val k, v = val_of(cursor->value);
  int code = mdb_cursor_get(cursor->mdb, &k, &v, next ? MDB_NEXT_MULTIPLE : MDB_GET_MULTIPLE);
  if (code != 0)
    return store_status_of(code);
  if (v.mv_size % sizeof(uint64_t) != 0)
    return STORE_CORRUPT;
  *ret_run = bytes_of_val(v);
  return STORE_OK;
}

uint64_t set_number(const struct cursor *cursor) {
  return key_get_u64(cursor->value.data);
}
