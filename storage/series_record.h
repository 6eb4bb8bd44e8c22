/* SPDX-License-Identifier: MIT */
/* Writing the two records of a series, and its entries in the indexes. Private to storage/. */
#ifndef BELLWETHER_STORAGE_SERIES_RECORD_H
#define BELLWETHER_STORAGE_SERIES_RECORD_H

#include "storage/catalog.h"
#include "storage/series.h"

/* Writes the head into both records, with the key and attributes that are there. */
must_check enum store_status series_save_head(struct store_txn *txn,
                                              const struct series_head *head);
/* Notes that this command changed the series: once, and not where it made it. */
must_check enum store_status series_touch(struct store_txn *txn, struct series_head *head);

#endif
