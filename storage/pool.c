/* SPDX-License-Identifier: MIT */
#include "storage/pool.h"

#include "proto/spares.h"
#include "storage/table.h"

struct read_pool {
  struct spares txns;
};

struct read_pool *read_pool_new(void) {
  struct read_pool *pool = aligned_alloc(alignof(struct read_pool), sizeof *pool);
  if (pool != NULL)
    memset(pool, 0, sizeof *pool);
  return pool;
}

static void txn_free(struct store_txn *txn) {
  if (txn->mdb != NULL)
    mdb_txn_abort(txn->mdb);
  free(txn);
}

void read_pool_free(struct read_pool *pool) {
  if (pool == NULL)
    return;
  for (struct store_txn *txn; (txn = spares_take(&pool->txns)) != NULL;)
    txn_free(txn);
  free(pool);
}

/* LMDB 0.9.24 notes the number of the newest commit as the reader's, and then reads where its tree
 * begins out of the one of two pages that this commit was written to. A thread that stops between
 * the two for as long as two commits take gets the tree of the second under the number of the
 * first. That is a good snapshot, but not the one that its number says. (While the system copies
 * the second one's page, which takes nanoseconds, its number comes last: LMDB itself would then
 * read half of it.) */
static bool has_its_number(const struct store *store, const MDB_txn *mdb) {
  MDB_envinfo info;
  return mdb_env_info(store->env, &info) == 0 &&
         info.me_last_txnid < mdb_txn_id((MDB_txn *)mdb) + 2;
}

/* Until the snapshot is the one of its number. On failure the transaction is no more. */
static int settle(const struct store *store, MDB_txn *mdb) {
  int code = 0;
  while (code == 0 && !has_its_number(store, mdb)) {
    mdb_txn_reset(mdb);
    code = mdb_txn_renew(mdb);
  }
  return code;
}

static enum store_status begin(struct store *store, struct store_txn **ret_txn) {
  struct store_txn *txn = calloc(1, sizeof *txn);
  if (txn == NULL)
    return STORE_NO_MEMORY;
  txn->store = store;
  int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn->mdb);
  if (code == 0)
    code = settle(store, txn->mdb);
  if (code != 0) {
    txn_free(txn);
    return store_status_of(code);
  }
  *ret_txn = txn;
  return STORE_OK;
}

enum store_status read_pool_take(struct store *store, struct store_txn **ret_txn) {
  struct store_txn *txn = spares_take(&store->pool->txns);
  if (txn == NULL)
    return begin(store, ret_txn);
  if (mdb_txn_renew(txn->mdb) == 0 && settle(store, txn->mdb) == 0) {
    *ret_txn = txn;
    return STORE_OK;
  }
  txn_free(txn);
  return begin(store, ret_txn);
}

void read_pool_give(struct store_txn *txn) {
  mdb_txn_reset(txn->mdb);
  if (!spares_give(&txn->store->pool->txns, txn))
    txn_free(txn);
}
