/* SPDX-License-Identifier: MIT */
/* Writing figures. A statement is (release, series, period) -> a content or WITHDRAWN. What a query
 * sees depends on the statements alone and not on the order in which they arrived. Within a write
 * transaction, between store_begin_command and store_end_command. On failure the transaction must
 * be dropped if store_command_wrote. */
#ifndef BELLWETHER_STORAGE_STATEMENTS_H
#define BELLWETHER_STORAGE_STATEMENTS_H

#include "proto/arena.h"
#include "storage/catalog.h"
#include "storage/observations.h"

enum statement_mode { STATEMENT_MERGE, STATEMENT_REPLACE, STATEMENT_WITHDRAW };

/* What one release states of one series. Checked by the caller: periods ascending and in the
 * calendar's range, values finite or the canonical NaN as the status wants, text valid. */
struct statements {
  uint32_t release_no;
  enum statement_mode mode;
  size_t n;
  const int64_t *periods;
  const double *values;    /* not used by WITHDRAW */
  const uint8_t *statuses; /* NULL: all A; not used by WITHDRAW */
  size_t n_comments;
  const struct row_comment *comments; /* ascending by index */
  bool withdraw_range;                /* WITHDRAW: [range_first, range_last] in place of periods */
  int64_t range_first;
  int64_t range_last;
  struct bytes source_url; /* empty: as it is */
};

struct statement_counts {
  uint64_t added;
  uint64_t revised;
  uint64_t unchanged;
  uint64_t withdrawn;
  bool changed; /* anything of the series, its coverage or its url */
};

/* The series of `key`, made if it is new: `codes` are the key's parts after the dataset. */
must_check enum store_status series_make(struct store_txn *txn,
                                         const struct dataset_record *dataset,
                                         const struct key *key, uint8_t frequency,
                                         struct series_head *ret_head, bool *ret_new);

/* Sets the opaque attributes. */
must_check enum store_status series_set_attributes(struct store_txn *txn, uint64_t handle,
                                                   struct bytes attributes, bool *ret_changed);

/* `arena` is scratch: it may be reset by the caller between calls. */
must_check enum store_status statements_write(struct store_txn *txn, uint64_t handle,
                                              const struct statements *statements,
                                              struct arena *arena,
                                              struct statement_counts *ret_counts);

/* Gone at every as-of; the handle is never used again. */
must_check enum store_status series_delete(struct store_txn *txn, uint64_t handle);

/* As if it had never been loaded. Series that nothing else states are deleted. Resets the arena, to
 * no cap, again and again. */
must_check enum store_status release_delete(struct store_txn *txn, uint32_t release_no,
                                            struct arena *arena, uint64_t *ret_series_changed,
                                            uint64_t *ret_series_deleted);

#endif
