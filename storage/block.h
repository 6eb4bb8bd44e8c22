/* SPDX-License-Identifier: MIT */
/* Blocks: the observations of a series in runs, in columns. Pure functions on bytes. The grammar:
 *
 *   u8 flags, varint n
 *   varint distance of the first ordinal from the last of the block before; 0 in the first block
 *   zigzag varint greatest published_ms of the releases below
 *   varint last ordinal - first, varint size of the steps               unless CONSECUTIVE
 *   f64 values[n]                            as in the packed field on the wire
 *   varint steps[n - 1]                      unless CONSECUTIVE
 *   u8 statuses[n]                           unless ALL_NORMAL
 *   varint number of releases, each varint no, varint greatest published_ms - its published_ms
 *   varint release indexes[n]                if there is more than one
 *   varint number of comments, each varint index, varint size, text     if HAS_COMMENTS
 *
 * The first ordinal is in the key. LMDB puts values of up to 2,014 bytes on pages with others, and
 * gives a larger one pages of its own, of which it takes 4,096 bytes each less 16 in all. So a
 * block is encoded to at most BLOCK_SMALL_BYTES, or it nearly fills one page or two; only a row
 * with a long comment makes another size. 10,000 plain values are nine blocks of 1,018 on two
 * pages, one of 506, and three small ones: 8.1 bytes a value. Private to storage/. */
#ifndef BELLWETHER_STORAGE_BLOCK_H
#define BELLWETHER_STORAGE_BLOCK_H

#include "storage/rows.h"

/* Without the checksum, which comes on top. */
enum {
  BLOCK_SMALL_BYTES = 2004,
  BLOCK_PAGE_LEAST = 3492,
  BLOCK_PAGE_BYTES = 4072,
  BLOCK_TWO_PAGES_LEAST = 7588,
  BLOCK_TWO_PAGES_BYTES = 8168
};
enum { BLOCK_ROWS_MAX = 1024 };
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

/* How many of the n rows make the next block. `pieces` is 0 at first and then what the call before
 * left there: how many equal blocks the rest is to be cut into, where that has been decided. NULL:
 * the rest is not cut, since it grows, and a block of half a page is filled before the next. */
size_t block_choose(const struct row *rows, size_t n, size_t *pieces);
/* Encodes the rows (ascending) into memory of the arena. `previous_last` is less than the first
 * ordinal, by at most INT32_MAX. STORE_LIMIT: too many rows or too long comments. */
must_check enum store_status block_encode(const struct row *rows, size_t n, int64_t previous_last,
                                          struct arena *arena, struct bytes *ret_value);

/* The value of a block that begins at `first`, with another previous_last. */
must_check enum store_status block_relink(int64_t first, struct bytes value, int64_t previous_last,
                                          struct arena *arena, struct bytes *ret_value);

#endif
