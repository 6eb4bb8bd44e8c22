/* SPDX-License-Identifier: MIT */
/* Series: found by key, by handle, by pattern. Both lookups give the latest observation without a
 * further read. */
#ifndef BELLWETHER_STORAGE_SERIES_H
#define BELLWETHER_STORAGE_SERIES_H

#include "proto/key.h"
#include "storage/store.h"

struct series_head {
  uint64_t handle;
  uint32_t dataset_no;
  uint8_t frequency; /* enum frequency */
  bool has_latest;   /* some current observation has a value */
  uint8_t latest_status;
  bool has_no_attributes; /* else there may be some */
  int64_t latest_period;
  double latest_value;
  uint32_t latest_release_no;
  uint32_t n_releases;
  uint64_t n_observations; /* current ones */
  int64_t first_period;    /* of the current ones; no meaning where there is none */
  int64_t last_period;
  uint64_t changed_revision;
  int64_t last_published_ms; /* of the newest release that states the series */
  uint32_t last_release_no;
};

/* What a full record has beside the head. Borrowed. */
struct series_details {
  struct bytes key;        /* DATASET/CODE.CODE */
  struct bytes attributes; /* opaque: the server's */
};

/* `key` is the whole key, DATASET/CODE.CODE. */
must_check enum store_status series_by_key(struct store_txn *txn, struct bytes key,
                                           struct series_head *ret_head);
/* STORE_DELETED when the handle's series was deleted, STORE_NOT_FOUND when there never was one. */
must_check enum store_status series_by_handle(struct store_txn *txn, uint64_t handle,
                                              struct series_head *ret_head,
                                              struct series_details *ret_details);

/* Series that will be looked up soon. Look-ups wait for memory, one after the other; these are
 * fetched into the processor's cache all at once, if they were looked up before. No effect but
 * speed. */
enum { SERIES_PREFETCH_MOST = 32 };
struct series_prefetch {
  size_t n;
  bool by_handle;
  uint64_t ids[SERIES_PREFETCH_MOST];
};

/* Begins with the first of these, at most SERIES_PREFETCH_MOST: fetches where they lie. */
void series_prefetch_keys(const struct store *store, char *const *keys, size_t n,
                          struct series_prefetch *ret_prefetch);
void series_prefetch_handles(const struct store *store, const uint64_t *handles, size_t n,
                             struct series_prefetch *ret_prefetch);
/* Fetches the records themselves, for look-ups in this snapshot; best a little later. */
void series_prefetch_records(const struct store_txn *txn, const struct series_prefetch *prefetch);

/* One condition beside the pattern: the code at `dimension` is any of these. */
struct series_condition {
  uint8_t dimension;
  size_t n_codes;
  const struct bytes *codes;
};

struct series_choice {
  struct bytes dataset;              /* empty: all datasets, and no pattern */
  const struct key_pattern *pattern; /* NULL: all series of the dataset */
  size_t n_conditions;
  const struct series_condition *conditions;
  struct bytes after_key; /* whole key; empty: from the first */
};

struct series_walk;
/* Walks the chosen series in key order. Borrows the choice until the end. An unknown dataset is
 * STORE_NOT_FOUND. Costs no more than the smallest posting list, or the part of the key order that
 * the pattern's leading codes leave, whichever is less. */
must_check enum store_status series_walk_begin(struct store_txn *txn,
                                               const struct series_choice *choice,
                                               struct series_walk **ret_walk);
/* STORE_NOT_FOUND at the end. */
must_check enum store_status series_walk_next(struct series_walk *walk,
                                              struct series_head *ret_head, struct bytes *ret_key);
void series_walk_end(struct series_walk *walk);
SCOPED_POINTER(struct series_walk, series_walk_end)

#endif
