/* SPDX-License-Identifier: MIT */
/* Coverage: which periods of a series a release states, also where it only restates what was known.
 * A release that arrives late between two others needs it. The grammar of a record:
 *
 *   u8 flags (1: REPLACES: every period not stated is withdrawn as of the release)
 *   varint number of ranges, each: u8 kind, zigzag varint first (the second and later ones: varint
 *   distance from the last of the range before), varint last - first
 *   the source address of the series in that release, to the end
 *
 * Ranges ascend and do not overlap; within one every ordinal is stated.
 * Private to storage/. */
#ifndef BELLWETHER_STORAGE_COVERAGE_H
#define BELLWETHER_STORAGE_COVERAGE_H

#include "storage/versions.h"

/* What was stated: a figure, a target (T), or that there is none. */
enum coverage_kind { COVER_FACT, COVER_TARGET, COVER_WITHDRAWN, COVER_NOTHING };

struct coverage_range {
  int64_t first;
  int64_t last;
  enum coverage_kind kind;
};

struct coverage {
  uint32_t release_no;
  int64_t published_ms;
  bool replaces;
  size_t n;
  size_t capacity;
  struct coverage_range *ranges;
  struct bytes source_url;
};

/* Appends a range behind the others, joining it with the last where they touch. */
must_check enum store_status coverage_add(struct coverage *coverage, struct coverage_range range,
                                          struct arena *arena);
/* What the release says of a period; with REPLACES, COVER_WITHDRAWN for all it does not name. */
enum coverage_kind coverage_at(const struct coverage *coverage, int64_t period);
/* The ranges of `over` take the place of what `under` has there. */
must_check enum store_status coverage_overlay(const struct coverage *under,
                                              const struct coverage *over, struct arena *arena,
                                              struct coverage *ret_coverage);

must_check enum store_status coverage_encode(const struct coverage *coverage, struct arena *arena,
                                             struct bytes *ret_value);
/* The address is borrowed from the value. */
must_check enum store_status coverage_decode(struct bytes value, struct arena *arena,
                                             struct coverage *ret_coverage);

/* All coverage of one series, in the order of releases. */
struct coverages {
  size_t n;
  struct coverage *items;
};
must_check enum store_status coverages_load(struct store_txn *txn, uint64_t handle,
                                            struct arena *arena, struct coverages *ret_coverages);

/* One statement, with whether it restates what stood before it. */
struct statement {
  struct row row; /* status VERSION_WITHDRAWN: a withdrawal */
  bool restated;
  bool named;      /* false: withdrawn by REPLACES only */
  size_t coverage; /* its release's place among the coverages */
};
/* All statements of a period in the order of releases: the versions, and what coverage says was
 * stated again. `ret_statements` has room for coverages->n. */
must_check enum store_status coverages_statements(const struct coverages *coverages, int64_t period,
                                                  const struct versions *versions,
                                                  struct statement *ret_statements, size_t *ret_n);

#endif
