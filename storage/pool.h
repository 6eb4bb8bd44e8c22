/* SPDX-License-Identifier: MIT */
/* Reading transactions, kept reset between uses: renewing one costs no lock on the reader table.
 * Private to storage/; any thread. */
#ifndef BELLWETHER_STORAGE_POOL_H
#define BELLWETHER_STORAGE_POOL_H

#include "storage/store.h"

struct read_pool;

/* NULL: no memory. */
struct read_pool *read_pool_new(void);
/* Takes NULL. Ends the pooled transactions; all taken ones must have been given back. */
void read_pool_free(struct read_pool *pool);

must_check enum store_status read_pool_take(struct store *store, struct store_txn **ret_txn);
void read_pool_give(struct store_txn *txn);

#endif
