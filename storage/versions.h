/* SPDX-License-Identifier: MIT */
/* The versions of one observation: what was stated of it, release by release, without what only
 * restates. Pure functions. The grammar of a history record:
 *
 *   u32 n, then n times 24 bytes: i64 published_ms, u32 release, u16 size of the comment,
 *   u8 status ('-' withdrawn), u8 0, f64 value; then the comments one behind the other
 *
 * Versions are in the order of releases. Targets (T) run beside the other statements: a T never
 * displaces them, any of them displaces a T, a withdrawal ends both.
 * Private to storage/. */
#ifndef BELLWETHER_STORAGE_VERSIONS_H
#define BELLWETHER_STORAGE_VERSIONS_H

#include "storage/observations.h"
#include "storage/rows.h"

enum { VERSION_WITHDRAWN = '-' };

/* A version is a row; a withdrawn one has status VERSION_WITHDRAWN, the canonical NaN, no comment.
 * All of a list are of one period. */
struct versions {
  size_t n;
  struct row *rows;
};

must_check enum store_status versions_encode(const struct versions *versions, struct arena *arena,
                                             struct bytes *ret_value);
/* Comments are borrowed from the value. */
must_check enum store_status versions_decode(int64_t period, struct bytes value,
                                             struct arena *arena, struct versions *ret_versions);

/* Whether two contents are the same: value bits, status, comment. */
bool version_same_content(const struct row *a, const struct row *b);

/* Whether a statement behind the first n versions says nothing new: it equals the last one of its
 * track since the last withdrawal; a withdrawal: nothing is there to withdraw. */
bool versions_is_restated(const struct row *versions, size_t n, const struct row *statement);

/* The version that is known with the first n: its index, or SIZE_MAX where there is no
 * observation. */
size_t versions_known(const struct row *versions, size_t n);

/* When something that was stated, itself or again, with the first `behind` versions was displaced
 * by a later one; 0 where it still stands. */
int64_t versions_known_until(const struct versions *versions, const struct row *stated,
                             size_t behind);

/* Whether a release is at or before the point. Looks the id up only where the times are equal. */
must_check enum store_status as_of_includes(struct store_txn *txn, const struct as_of *as_of,
                                            int64_t published_ms, uint32_t release_no,
                                            bool *ret_includes);
/* How many of the versions the point includes. */
must_check enum store_status versions_included(struct store_txn *txn,
                                               const struct versions *versions,
                                               const struct as_of *as_of, size_t *ret_n);

#endif
