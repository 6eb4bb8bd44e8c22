/* SPDX-License-Identifier: MIT */
/* Blocks: the observations of a series in runs, in columns. Pure functions on bytes. The grammar:
 *
 *   u16 n, u16 flags, u32 size of the steps
 *   i64 last ordinal, i64 last ordinal of the block before (NO_PREVIOUS in the first)
 *   i64 the greatest published_ms of the releases below
 *   f64 values[n]                            as in the packed field on the wire
 *   varint steps[n - 1]                      unless CONSECUTIVE
 *   u8 statuses[n]                           unless ALL_NORMAL
 *   varint number of releases, each u32 no, i64 published_ms
 *   varint release indexes[n]                if there is more than one
 *   varint number of comments, each varint index, varint size, text     if HAS_COMMENTS
 *
 * The first ordinal is in the key. LMDB puts two values of up to 1,900 bytes on a page and gives a
 * larger one pages of its own, so a block is encoded to at most BLOCK_SMALL_BYTES or to between
 * BLOCK_LARGE_LEAST and BLOCK_LARGE_BYTES; only a row with a long comment makes a larger one.
 * Private to storage/. */
#ifndef BELLWETHER_STORAGE_BLOCK_H
#define BELLWETHER_STORAGE_BLOCK_H

#include "storage/rows.h"

/* Without the checksum, which comes on top. */
enum { BLOCK_SMALL_BYTES = 1892, BLOCK_LARGE_LEAST = 3492, BLOCK_LARGE_BYTES = 4056 };
enum { BLOCK_HEADER_BYTES = 32, BLOCK_ROWS_MAX = 512 };
#define BLOCK_NO_PREVIOUS INT64_MIN

enum block_flags { BLOCK_CONSECUTIVE = 1, BLOCK_ALL_NORMAL = 2, BLOCK_HAS_COMMENTS = 4 };

/* A block as it lies in its value; nothing decoded but the header. */
struct block {
  size_t n;
  unsigned flags;
  int64_t first;
  int64_t last;
  int64_t previous_last;
  int64_t max_published_ms;
  const uint8_t *values; /* 8 n bytes, may be unaligned */
  struct bytes steps;
  const uint8_t *statuses; /* n, or NULL: all normal */
  struct bytes rest;       /* releases and what follows */
};

/* False: the value is damaged. */
must_check bool block_open(int64_t first, struct bytes value, struct block *ret_block);

/* The ordinals of all rows. False: damaged. */
must_check bool block_periods(const struct block *block, int64_t *ret_periods);

struct block_release {
  uint32_t no;
  int64_t published_ms;
};
/* The releases; `ret_indexes` (n of them) is filled with zeros where there is only one.
 * `ret_releases` has room for n. False: damaged. */
must_check bool block_releases(const struct block *block, struct block_release *ret_releases,
                               size_t *ret_n_releases, uint32_t *ret_indexes);

/* The comments by row; rows without one get an empty text. False: damaged. */
must_check bool block_comments(const struct block *block, struct bytes *ret_comments);

/* Appends rows[from..to) of the block. */
must_check enum store_status block_read(const struct block *block, size_t from, size_t to,
                                        struct rows *rows);

/* How many of the n rows make the next block. */
size_t block_choose(const struct row *rows, size_t n);
/* Encodes the rows (ascending) into memory of the arena. STORE_LIMIT: too many rows or too long
 * comments. */
must_check enum store_status block_encode(const struct row *rows, size_t n, int64_t previous_last,
                                          struct arena *arena, struct bytes *ret_value);

/* The value with another previous_last. */
must_check enum store_status block_relink(struct bytes value, int64_t previous_last,
                                          struct arena *arena, struct bytes *ret_value);

#endif
