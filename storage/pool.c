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

enum store_status read_pool_take(struct store *store, struct store_txn **ret_txn) {
  struct store_txn *txn = spares_take(&store->pool->txns);
  if (txn != NULL) {
    int code = mdb_txn_renew(txn->mdb);
    if (code == 0) {
      *ret_txn = txn;
      return STORE_OK;
    }
    txn_free(txn);
  }
  txn = calloc(1, sizeof *txn);
  if (txn == NULL)
    return STORE_NO_MEMORY;
  txn->store = store;
  int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn->mdb);
  if (code != 0) {
    free(txn);
    return store_status_of(code);
  }
  *ret_txn = txn;
  return STORE_OK;
}

void read_pool_give(struct store_txn *txn) {
  mdb_txn_reset(txn->mdb);
  if (!spares_give(&txn->store->pool->txns, txn))
    txn_free(txn);
}
