/* SPDX-License-Identifier: MIT */
/* Reading figures: columns of a range, current or as of a point; revisions; vintages. All results
 * are taken from the caller's arena, except text, which is borrowed from the transaction. */
#ifndef BELLWETHER_STORAGE_OBSERVATIONS_H
#define BELLWETHER_STORAGE_OBSERVATIONS_H

#include "proto/arena.h"
#include "storage/series.h"

/* A point in the order of releases. Zero: no bound. */
struct as_of {
  bool bounded;
  int64_t published_ms;    /* releases published up to and including this */
  struct bytes release_id; /* not empty: of those published just then, up to this id bytewise */
};

/* READ_BORROWED: values may be borrowed from the transaction, and then are not to be written to,
 * and may lie at any address: they are taken by memcpy. */
enum read_columns {
  READ_VALUES = 0,
  READ_STATUSES = 1,
  READ_RELEASES = 2,
  READ_COMMENTS = 4,
  READ_BORROWED = 8
};

struct range_query {
  int64_t first; /* ordinals, inclusive; INT64_MIN and INT64_MAX are open ends */
  int64_t last;
  size_t max_rows;   /* 0: all */
  bool from_the_end; /* max_rows counts from the last; rows still ascend */
  unsigned columns;  /* enum read_columns */
  struct as_of as_of;
};

struct row_comment {
  uint32_t index;
  struct bytes text;
};

/* n rows, ascending. Laid out as the wire wants them: a NULL column is its short form. */
struct columns {
  size_t n;
  int64_t first_period;
  int64_t last_period;
  double *values;
  int32_t *steps;            /* n - 1, or NULL: all 1 */
  uint8_t *statuses;         /* n, or NULL: all A, or not asked */
  size_t n_releases;         /* 0: not asked, or no rows */
  uint32_t *releases;        /* numbers */
  uint32_t *release_indexes; /* n, or NULL: all releases[0] */
  size_t n_comments;
  struct row_comment *comments;
  bool more; /* rows of the range are left because of max_rows */
};

must_check enum store_status observations_read(struct store_txn *txn,
                                               const struct series_head *head,
                                               const struct range_query *query, struct arena *arena,
                                               struct columns *ret_columns);

/* What single releases said, though others may have said otherwise since. All columns. */
struct stated_query {
  int64_t first; /* as in a range_query */
  int64_t last;
  struct as_of as_of;   /* later releases count as not there */
  uint32_t release_no;  /* only what this release stated; 0: any */
  uint32_t nth_release; /* only what the n-th release that stated the period said; 0: any */
};
must_check enum store_status stated_read(struct store_txn *txn, const struct series_head *head,
                                         const struct stated_query *query, struct arena *arena,
                                         struct columns *ret_columns);

/* The greatest period with a value in that view; actual_only passes over status F and T. Without
 * a bound and actual_only it is the head's own. STORE_NOT_FOUND where there is none. */
struct latest {
  int64_t period;
  double value;
  uint8_t status;
  uint32_t release_no;
};
must_check enum store_status observations_latest(struct store_txn *txn,
                                                 const struct series_head *head,
                                                 const struct as_of *as_of, bool actual_only,
                                                 struct latest *ret_latest);

/* What one release said of one period. */
struct revision_row {
  int64_t period;
  uint32_t release_no;
  bool withdrawn; /* then value is NaN and status '-' */
  bool unchanged; /* it restates the content before it */
  uint8_t status;
  double value;
  struct bytes comment;
  int64_t known_until_ms; /* 0: still so. The time of the next version, T apart from the others */
};

struct revision_query {
  int64_t first;
  int64_t last;
  struct as_of as_of;
  bool include_unchanged;
  int64_t after_period;   /* paging: only rows after this place; INT64_MIN begins */
  uint32_t after_release; /* the release number of the last row seen of after_period */
  size_t max_rows;        /* 0: all */
};

struct revision_rows {
  size_t n;
  struct revision_row *rows; /* by period, then in the order of releases */
  bool more;
};
must_check enum store_status revisions_read(struct store_txn *txn, const struct series_head *head,
                                            const struct revision_query *query, struct arena *arena,
                                            struct revision_rows *ret_rows);

/* What one release states of the series. */
struct period_range {
  int64_t first;
  int64_t last;
};

struct vintage_row {
  uint32_t release_no;
  bool replaces; /* all other periods are withdrawn as of it */
  uint64_t n_stated;
  uint64_t n_withdrawn; /* observations that were there before it and are not behind it */
  uint64_t n_new;
  uint64_t n_revised;
  uint64_t n_unchanged;
  int64_t first_period; /* of what it states or withdraws; no meaning where there is none */
  int64_t last_period;
  struct bytes source_url;
  /* By name or by range, whether or not there was anything; none where it replaces. Ascending. */
  size_t n_withdrawn_ranges;
  struct period_range *withdrawn_ranges;
};

struct vintage_rows {
  size_t n;
  struct vintage_row *rows; /* in the order of releases */
};
must_check enum store_status vintages_read(struct store_txn *txn, const struct series_head *head,
                                           struct arena *arena, struct vintage_rows *ret_rows);

/* Where the series can be read in that release if it has an address of its own; else empty. */
must_check enum store_status series_source_url(struct store_txn *txn, uint64_t handle,
                                               uint32_t release_no, struct bytes *ret_url);

#endif
