/* SPDX-License-Identifier: MIT */
/* What the store knows beside the figures: datasets, indicators, codes, releases, changes. The
 * descriptions are opaque bytes to storage/: the server packs and unpacks them. `next` functions
 * walk in order: they find the first after a given place (an empty one: the very first),
 * STORE_NOT_FOUND at the end. Borrowed bytes are good until the transaction ends, or writes. */
#ifndef BELLWETHER_STORAGE_CATALOG_H
#define BELLWETHER_STORAGE_CATALOG_H

#include "storage/store.h"

enum { STORE_DIMENSIONS_MAX = 32, STORE_NO_DIMENSION = 255 };

struct dataset_record {
  uint32_t no; /* never used again; given by the store */
  struct bytes id;
  uint8_t n_dimensions;
  uint8_t frequency_dimension;
  uint8_t indicator_dimension; /* STORE_NO_DIMENSION where there is none */
  struct bytes dimension_ids;  /* the ids in order, joined by dots: what must not change */
  struct bytes description;
  uint64_t series_count; /* given by the store, as are the following */
  uint64_t indicator_count;
  uint64_t changed_revision;
};

enum put_result { PUT_SAME, PUT_NEW, PUT_CHANGED };

must_check enum store_status dataset_get(struct store_txn *txn, struct bytes id,
                                         struct dataset_record *ret_record);
must_check enum store_status dataset_get_by_no(struct store_txn *txn, uint32_t no,
                                               struct dataset_record *ret_record);
must_check enum store_status dataset_next(struct store_txn *txn, struct bytes after_id,
                                          struct dataset_record *ret_record);
/* STORE_IMMUTABLE when other dimensions (ids or roles) are given for a dataset that has series. */
must_check enum store_status dataset_put(struct store_txn *txn, const struct dataset_record *record,
                                         enum put_result *ret_result);

must_check enum store_status indicator_get(struct store_txn *txn, uint32_t dataset_no,
                                           struct bytes id, struct bytes *ret_description);
must_check enum store_status indicator_next(struct store_txn *txn, uint32_t dataset_no,
                                            struct bytes after_id, struct bytes *ret_id,
                                            struct bytes *ret_description);
must_check enum store_status indicator_put(struct store_txn *txn, uint32_t dataset_no,
                                           struct bytes id, struct bytes description,
                                           enum put_result *ret_result);

/* Described codes of one dimension (its position in the dataset). */
must_check enum store_status code_get(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                                      struct bytes code, struct bytes *ret_description);
must_check enum store_status code_next(struct store_txn *txn, uint32_t dataset_no,
                                       uint8_t dimension, struct bytes after_code,
                                       struct bytes *ret_code, struct bytes *ret_description);
must_check enum store_status code_put(struct store_txn *txn, uint32_t dataset_no, uint8_t dimension,
                                      struct bytes code, struct bytes description,
                                      enum put_result *ret_result);
/* Codes that series have, described or not, with how many series. */
must_check enum store_status code_used_next(struct store_txn *txn, uint32_t dataset_no,
                                            uint8_t dimension, struct bytes after_code,
                                            struct bytes *ret_code, uint64_t *ret_series_count);
/* 0 where no series has the code. */
must_check enum store_status code_series_count(struct store_txn *txn, uint32_t dataset_no,
                                               uint8_t dimension, struct bytes code,
                                               uint64_t *ret_series_count);

struct release_record {
  uint32_t no; /* never used again; given by the store */
  struct bytes id;
  int64_t published_ms;
  uint8_t precision; /* TimePrecision of the contract */
  struct bytes description;
};

must_check enum store_status release_get(struct store_txn *txn, struct bytes id,
                                         struct release_record *ret_record);
must_check enum store_status release_get_by_no(struct store_txn *txn, uint32_t no,
                                               struct release_record *ret_record);
/* In the order of releases: (published_ms, id bytewise). INT64_MIN and an empty id begin. */
must_check enum store_status release_next(struct store_txn *txn, int64_t after_ms,
                                          struct bytes after_id, struct release_record *ret_record);
/* STORE_IMMUTABLE when the release is there with another published_ms or precision. */
must_check enum store_status release_put(struct store_txn *txn, const struct release_record *record,
                                         uint32_t *ret_no, enum put_result *ret_result);
must_check enum store_status release_series_count(struct store_txn *txn, uint32_t no,
                                                  uint64_t *ret_series_count);
/* Whether any series of the dataset is stated by the release. */
must_check enum store_status release_states_dataset(struct store_txn *txn, uint32_t no,
                                                    uint32_t dataset_no, bool *ret_states);

enum change_kind { CHANGE_INSERTED = 1, CHANGE_UPDATED, CHANGE_DELETED };
enum change_subject {
  CHANGE_DATASET = 1,
  CHANGE_INDICATORS,
  CHANGE_CODES,
  CHANGE_SERIES,
  CHANGE_RELEASE
};

struct change_record {
  uint64_t revision;
  enum change_kind kind;
  enum change_subject subject;
  uint64_t number;     /* a dataset's or release's no, or a series' handle */
  uint32_t dataset_no; /* 0 for a release */
  struct bytes name;   /* the dataset's id, series' key or release's id, also after deletion */
  int64_t at_ms;       /* when, by the server's clock; 0 where nobody told */
};

/* The place of a change is its revision and its mark within it. Mark 0 stands behind all of the
 * revision: (0, 0) begins, (r, 0) is what changed after r. */
must_check enum store_status change_next(struct store_txn *txn, uint64_t after_revision,
                                         uint64_t after_mark, struct change_record *ret_change,
                                         uint64_t *ret_mark);
/* The last revision that changed how the dataset's figures are described: its indicators, its
 * codes, or any release that was there before. 0 where none is known. */
must_check enum store_status described_revision(struct store_txn *txn, uint32_t dataset_no,
                                                uint64_t *ret_revision);
/* The last revision that is older than a time; 0 where none is. */
must_check enum store_status change_last_before(struct store_txn *txn, int64_t at_ms,
                                                uint64_t *ret_revision);

#endif
