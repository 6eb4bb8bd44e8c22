/* SPDX-License-Identifier: MIT */
/* What single releases said of each period, whatever is known now. */
#include "storage/builder.h"
#include "storage/history.h"

/* The statement of a period that is asked for, or NULL. Withdrawing is not stating. */
static enum store_status choose(struct store_txn *txn, const struct stated_query *query,
                                const struct statement *statements, size_t n,
                                const struct row **ret_row) {
  size_t n_stated = 0;
  *ret_row = NULL;
  for (size_t i = 0; i < n; i++) {
    const struct row *row = &statements[i].row;
    bool included = false;
    if (row->status == VERSION_WITHDRAWN)
      continue;
    TRY(as_of_includes(txn, &query->as_of, row->published_ms, row->release_no, &included));
    if (!included)
      return STORE_OK;
    n_stated++;
    bool is_nth = query->nth_release == 0 || query->nth_release == n_stated;
    bool is_release = query->release_no == 0 || query->release_no == row->release_no;
    if (is_nth && is_release) {
      *ret_row = row;
      return STORE_OK;
    }
  }
  return STORE_OK;
}

enum store_status stated_read(struct store_txn *txn, const struct series_head *head,
                              const struct stated_query *query, struct arena *arena,
                              struct columns *ret_columns) {
  struct coverages coverages;
  struct period_states states;
  struct builder builder;
  TRY(coverages_load(txn, head->handle, arena, &coverages));
  TRY(period_states_load(txn, head->handle, query->first, query->last, arena, &states));
  struct statement *statements = arena_array(arena, coverages.n + 1, sizeof *statements);
  if (statements == NULL)
    return STORE_NO_MEMORY;
  TRY(builder_begin(&builder, arena, READ_STATUSES | READ_RELEASES | READ_COMMENTS, states.n));
  for (size_t i = 0; i < states.n; i++) {
    const struct row *row = NULL;
    size_t n = 0;
    TRY(coverages_statements(&coverages, states.items[i].period, &states.items[i].versions,
                             statements, &n));
    TRY(choose(txn, query, statements, n, &row));
    if (row != NULL)
      TRY(builder_add_row(&builder, row));
  }
  *ret_columns = builder.result;
  return STORE_OK;
}
