/* SPDX-License-Identifier: MIT */
/* The ceiling of the store: bare LMDB with nothing on it, in this process, on one thread, in one
 * read transaction. --ask load makes the environment in the folder --at; handles and keys get
 * records of 16 bytes by integer and by string, --batch of them before the clock is read; range
 * copies the last
 * --rows values out of blocks as large as ours; commit writes a record into each of --batch tables
 * a transaction, synced. */
#include <endian.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/peer.h"

enum {
  HEADER_BYTES = 14,
  CHECKSUM_BYTES = 8,
  BLOCK_ROWS = 1018, /* as many as fit into one of ours */
  BLOCK_BYTES_MOST = HEADER_BYTES + 8 * BLOCK_ROWS + CHECKSUM_BYTES
};
static const size_t MAP_BYTES = (size_t)1 << 30;

/* Sorts as series and period do: periods here are not negative. */
struct block_key {
  uint64_t series;
  uint64_t period;
};

static MDB_env *env;
enum { TABLES_MOST = 16 };

static MDB_dbi handles, keys, blocks, written[TABLES_MOST];

static void must(int code) {
  peer_must(code == 0, mdb_strerror(code));
}

static void open_environment(const struct peer *peer) {
  MDB_txn *txn = NULL;
  must(mdb_env_create(&env));
  must(mdb_env_set_mapsize(env, MAP_BYTES));
  must(mdb_env_set_maxdbs(env, 3 + TABLES_MOST));
  must(mdb_env_open(env, peer->at, MDB_NOTLS | MDB_NORDAHEAD, 0600));
  must(mdb_txn_begin(env, NULL, 0, &txn));
  must(mdb_dbi_open(txn, "handles", MDB_CREATE | MDB_INTEGERKEY, &handles));
  must(mdb_dbi_open(txn, "keys", MDB_CREATE, &keys));
  must(mdb_dbi_open(txn, "blocks", MDB_CREATE, &blocks));
  for (uint32_t i = 0; i < TABLES_MOST; i++) {
    char name[16];
    snprintf(name, sizeof name, "written%u", i);
    must(mdb_dbi_open(txn, name, MDB_CREATE | MDB_INTEGERKEY, &written[i]));
  }
  must(mdb_txn_commit(txn));
}

/* ---- loading ---- */

static struct block_key block_key(const struct peer_series *series, size_t row) {
  return (struct block_key){htobe64(series->number), htobe64((uint64_t)series->first_period + row)};
}

static void load_blocks(MDB_txn *txn, const struct peer_series *series) {
  uint8_t block[BLOCK_BYTES_MOST] = {0};
  for (size_t i = 0; i < series->n; i += BLOCK_ROWS) {
    size_t n = series->n - i < BLOCK_ROWS ? series->n - i : BLOCK_ROWS;
    struct block_key number = block_key(series, i);
    MDB_val key = {sizeof number, &number};
    MDB_val value = {HEADER_BYTES + 8 * n + CHECKSUM_BYTES, block};
    memcpy(block + HEADER_BYTES, series->values + i, 8 * n);
    must(mdb_put(txn, blocks, &key, &value, 0));
  }
}

static void load(const struct peer *peer) {
  MDB_txn *txn = NULL;
  must(mdb_txn_begin(env, NULL, 0, &txn));
  for (size_t i = 0; i < peer->n_series; i++) {
    const struct peer_series *series = &peer->series[i];
    struct peer_record record = peer_observation(series, series->n - 1);
    size_t number = series->number;
    MDB_val handle = {sizeof number, &number};
    MDB_val key = {series->key_size, (char *)series->key};
    MDB_val value = {sizeof record, &record};
    must(mdb_put(txn, handles, &handle, &value, 0));
    must(mdb_put(txn, keys, &key, &value, 0));
    load_blocks(txn, series);
  }
  must(mdb_txn_commit(txn));
}

/* ---- questions ---- */

static void get(MDB_txn *txn, const struct peer_series *series, bool by_handle) {
  size_t handle = series->number;
  struct peer_record record;
  MDB_val key = {series->key_size, (char *)series->key}, value;
  if (by_handle)
    key = (MDB_val){sizeof handle, &handle};
  must(mdb_get(txn, by_handle ? handles : keys, &key, &value));
  memcpy(&record, value.mv_data, sizeof record);
  peer_check(series, series->n - 1, record.period, record.value);
}

static void get_batches(struct peer_lane *lane) {
  const struct peer *peer = lane->peer;
  bool by_handle = peer_asks(peer, "handles");
  MDB_txn *txn = NULL;
  must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
  peer_ready(lane);
  for (uint64_t at_ns = peer_now_ns(); at_ns < lane->until_ns; at_ns = peer_now_ns()) {
    for (uint32_t i = 0; i < peer->batch; i++)
      get(txn, peer_draw(lane), by_handle);
    peer_count(lane, at_ns, peer->batch, peer->batch);
  }
  mdb_txn_abort(txn);
}

/* Copies the values from row `from` to the last; the series' blocks begin every BLOCK_ROWS rows. */
static void copy_range(MDB_cursor *cursor, const struct peer_series *series, size_t from,
                       double *values) {
  size_t block = from / BLOCK_ROWS * BLOCK_ROWS, n = 0;
  struct block_key number = block_key(series, block);
  MDB_val key = {sizeof number, &number}, value;
  must(mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE));
  for (size_t skip = from - block;; skip = 0) {
    size_t n_values = (value.mv_size - HEADER_BYTES - CHECKSUM_BYTES) / 8 - skip;
    memcpy(values + n, (uint8_t *)value.mv_data + HEADER_BYTES + 8 * skip, 8 * n_values);
    n += n_values;
    if (n >= series->n - from)
      return;
    must(mdb_cursor_get(cursor, &key, &value, MDB_NEXT));
  }
}

static void copy_ranges(struct peer_lane *lane) {
  const struct peer *peer = lane->peer;
  double *values = malloc((peer->rows + BLOCK_ROWS) * sizeof *values);
  MDB_txn *txn = NULL;
  MDB_cursor *cursor = NULL;
  peer_must(values != NULL, "out of memory");
  must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
  must(mdb_cursor_open(txn, blocks, &cursor));
  peer_ready(lane);
  for (uint64_t at_ns = peer_now_ns(); at_ns < lane->until_ns; at_ns = peer_now_ns()) {
    const struct peer_series *series = peer_draw(lane);
    size_t from = series->n - peer->rows;
    copy_range(cursor, series, from, values);
    peer_must(memcmp(values, series->values + from, 8 * peer->rows) == 0, "other values");
    peer_count(lane, at_ns, 1, peer->rows);
  }
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  free(values);
}

static void commit_records(struct peer_lane *lane) {
  uint32_t n = lane->peer->batch;
  peer_must(n <= TABLES_MOST, "--batch: too many tables");
  peer_ready(lane);
  uint64_t number = peer_now_ns();
  for (uint64_t at_ns = number; at_ns < lane->until_ns; at_ns = peer_now_ns(), number++) {
    MDB_txn *txn = NULL;
    struct peer_record record = {(int64_t)number, (double)number / 7};
    must(mdb_txn_begin(env, NULL, 0, &txn));
    for (uint32_t i = 0; i < n; i++) {
      MDB_val key = {sizeof number, &number}, value = {sizeof record, &record};
      must(mdb_put(txn, written[i], &key, &value, 0));
    }
    must(mdb_txn_commit(txn));
    peer_count(lane, at_ns, 1, 1);
  }
}

int main(int argc, char **argv) {
  struct peer peer;
  peer_open(&peer, argc, argv);
  peer_must(peer.at != NULL, "--at is needed");
  open_environment(&peer);
  if (peer_asks(&peer, "load")) {
    load(&peer);
    return 0;
  }
  if (peer_asks(&peer, "commit"))
    return peer_run(&peer, commit_records);
  return peer_run(&peer, peer_asks(&peer, "range") ? copy_ranges : get_batches);
}
