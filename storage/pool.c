/* SPDX-License-Identifier: MIT */
#include "storage/pool.h"

#include <pthread.h>

#include "storage/table.h"

enum { POOLED_MAX = 256 };

struct read_pool {
  pthread_mutex_t mutex;
  size_t n;
  struct store_txn *txns[POOLED_MAX];
};

struct read_pool *read_pool_new(void) {
  struct read_pool *pool = calloc(1, sizeof *pool);
  if (pool != NULL)
    pthread_mutex_init(&pool->mutex, NULL);
  return pool;
}

static void txn_free(struct store_txn *txn) {
  mdb_txn_abort(txn->mdb);
  free(txn);
}

void read_pool_free(struct read_pool *pool) {
  if (pool == NULL)
    return;
  for (size_t i = 0; i < pool->n; i++)
    txn_free(pool->txns[i]);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}

static struct store_txn *pop(struct read_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  struct store_txn *txn = pool->n > 0 ? pool->txns[--pool->n] : NULL;
  pthread_mutex_unlock(&pool->mutex);
  return txn;
}

enum store_status read_pool_take(struct store *store, struct store_txn **ret_txn) {
  struct store_txn *txn = pop(store->pool);
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
  struct read_pool *pool = txn->store->pool;
  mdb_txn_reset(txn->mdb);
  pthread_mutex_lock(&pool->mutex);
  bool kept = pool->n < POOLED_MAX;
  if (kept)
    pool->txns[pool->n++] = txn;
  pthread_mutex_unlock(&pool->mutex);
  if (!kept)
    txn_free(txn);
}
