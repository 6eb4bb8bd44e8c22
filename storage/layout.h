/* SPDX-License-Identifier: MIT */
/* The grammar of the store: its tables, keys and records. What is written here is on disks.
 *
 * Format 3 (no version with 1 or 2 was released). The rule for changing it: a new field goes behind
 * the last one of its record and readers treat its absence as zero; anything else is a new format
 * number, and a store of a format that this code does not know is not opened.
 *
 * Integers in keys are big-endian, signed ones with the sign bit flipped, so that bytes sort as
 * meaning sorts; but of `handles` they are LMDB's own (MDB_INTEGERKEY), since look-ups by handle
 * are a quarter quicker so. Integers and doubles in values are little-endian. Except in the
 * DUPFIXED tables, the value of every record ends in 8 bytes of checksum: XXH3-64 of the value,
 * seeded with XXH3-64 of the key, seeded with the table's number.
 *
 *   table           key                              value
 *   meta            name                             format | store_id | counters
 *                   "described", u32 dataset         u64 revision; dataset 0: of releases
 *   datasets        dataset id                       dataset: no, dimensions, description
 *   dataset_nos     u32 no                           numbers of the dataset, and its id
 *   indicators      u32 dataset, id                  description
 *   codes           u32 dataset, u8 dimension, code  description
 *   releases        u32 no                           release: time, precision, id, description
 *   release_ids     release id                       u32 no
 *   release_order   i64 published_ms, id             u32 no
 *   series          DATASET/KEY                      head
 *   handles         u64 handle, of the machine       head, u8 size of the key, key, attributes
 *   blocks          u64 handle, i64 first ordinal    block (storage/block.h)
 *   history         u64 handle, i64 ordinal          versions (storage/versions.h)
 *   coverage        u64 handle, u32 release          coverage (storage/coverage.h)
 *   release_series  u32 release                      u64 handle ...            DUPFIXED
 *   postings        u32 dataset, u8 dimension, code  u64 handle ...            DUPFIXED
 *   changes         u64 revision                     u64 change ...            DUPFIXED
 *   names           u8 subject, u64 number           u32 dataset, name of what was deleted
 *   replies         request id                       time, request hash, reply
 *   reply_times     i64 at_ms, request id            (empty)
 *   words           u8 kind, word, u8 0, u64 first   postings (storage/index_blocks.c)
 *   subjects        u8 kind, u64 number              u32 dataset, u8 dimension, code
 *   subject_nos     u8 kind, u32 dataset,            u64 number
 *                   u8 dimension, code
 *   subject_words   u8 kind, u64 number              u8 size, word, u16 weight ...
 *
 * The index of words (storage/index.h): kind 1 is an indicator (dimension 0), 2 a code, both with
 * numbers of their own; 3 a series, whose number is its handle.
 *
 * The least number of a revision's changes is its time, ms since 1970; stores from before there
 * were such have none.
 */
#ifndef BELLWETHER_STORAGE_LAYOUT_H
#define BELLWETHER_STORAGE_LAYOUT_H

#include "proto/util.h"
#include "proto/wire.h"
#include "storage/series.h"

enum { STORE_FORMAT = 3, CHECKSUM_BYTES = 8, STORE_KEY_MAX = 511 };

enum table {
  TABLE_META,
  TABLE_DATASETS,
  TABLE_DATASET_NOS,
  TABLE_INDICATORS,
  TABLE_CODES,
  TABLE_RELEASES,
  TABLE_RELEASE_IDS,
  TABLE_RELEASE_ORDER,
  TABLE_SERIES,
  TABLE_HANDLES,
  TABLE_BLOCKS,
  TABLE_HISTORY,
  TABLE_COVERAGE,
  TABLE_RELEASE_SERIES,
  TABLE_POSTINGS,
  TABLE_CHANGES,
  TABLE_NAMES,
  TABLE_REPLIES,
  TABLE_REPLY_TIMES,
  TABLE_WORDS,
  TABLE_SUBJECTS,
  TABLE_SUBJECT_NOS,
  TABLE_SUBJECT_WORDS,
  TABLE_COUNT
};

/* A key under construction. Text too long for it sets `overflow`. */
struct key_buffer {
  size_t size;
  bool overflow;
  uint8_t data[STORE_KEY_MAX];
};

void key_u8(struct key_buffer *key, uint8_t number);
void key_u32(struct key_buffer *key, uint32_t number);
void key_u64(struct key_buffer *key, uint64_t number);
void key_i64(struct key_buffer *key, int64_t number);
void key_bytes(struct key_buffer *key, struct bytes bytes);

/* The same 8 bytes, where a key has a place of its own. */
void key_put_u64(uint8_t *data, uint64_t number);
void key_put_i64(uint8_t *data, int64_t number);

static inline struct bytes key_of(const struct key_buffer *key) {
  return bytes_of(key->data, key->size);
}

/* Reading keys; the caller has checked the size. */
uint32_t key_get_u32(const uint8_t *data);
uint64_t key_get_u64(const uint8_t *data);
int64_t key_get_i64(const uint8_t *data);

/* Little-endian, unaligned. */
static inline void put_u16(uint8_t *data, uint16_t number) {
  memcpy(data, &number, sizeof number);
}
static inline void put_u32(uint8_t *data, uint32_t number) {
  memcpy(data, &number, sizeof number);
}
static inline void put_u64(uint8_t *data, uint64_t number) {
  memcpy(data, &number, sizeof number);
}
static inline void put_i64(uint8_t *data, int64_t number) {
  memcpy(data, &number, sizeof number);
}
static inline void put_f64(uint8_t *data, double number) {
  memcpy(data, &number, sizeof number);
}
/* The lower 48 bits. */
static inline void put_i48(uint8_t *data, int64_t number) {
  memcpy(data, &number, 6);
}
static inline uint16_t get_u16(const uint8_t *data) {
  uint16_t number;
  memcpy(&number, data, sizeof number);
  return number;
}
static inline uint32_t get_u32(const uint8_t *data) {
  uint32_t number;
  memcpy(&number, data, sizeof number);
  return number;
}
static inline uint64_t get_u64(const uint8_t *data) {
  uint64_t number;
  memcpy(&number, data, sizeof number);
  return number;
}
static inline int64_t get_i64(const uint8_t *data) {
  int64_t number;
  memcpy(&number, data, sizeof number);
  return number;
}
static inline int64_t get_i48(const uint8_t *data) {
  uint64_t number = 0;
  memcpy(&number, data, 6);
  return (int64_t)(number << 16) >> 16;
}
static inline double get_f64(const uint8_t *data) {
  double number;
  memcpy(&number, data, sizeof number);
  return number;
}

/* Varints as in Protobuf. A writer needs up to 10 bytes. */
static inline size_t varint_size(uint64_t number) {
  size_t size = 1;
  for (; number >= 0x80; number >>= 7)
    size++;
  return size;
}
size_t varint_put(uint8_t *data, uint64_t number);

/* A reader over a value that may be damaged: past the end it gives zeros and sets `broken`. */
struct reader {
  const uint8_t *data;
  size_t left;
  bool broken;
};
struct bytes read_bytes(struct reader *reader, size_t size);
uint8_t read_u8(struct reader *reader);
uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);
int64_t read_i64(struct reader *reader);
double read_f64(struct reader *reader);
uint64_t read_varint(struct reader *reader);

/* The head of a series as both its records begin with it, in one of two shapes. Most are narrow:
 *
 *    0  u8 frequency | HEAD_HAS_LATEST | HEAD_NO_ATTRIBUTES
 *    1  u8 status of the latest value, or 0
 *    2  u16 dataset                         28  u32 number of observations
 *    4  u32 handle                          32  u32 revision of the last change
 *    8  f64 latest value                    36  u32 release of the latest value
 *   16  i32 last ordinal                    40  u32 newest release that states the series
 *   20  u32 last ordinal - first            44  i48 its published_ms, the least of them: INT64_MIN
 *   24  u16 last ordinal - latest
 *   26  u16 number of releases
 *
 * A wide one has numbers that do not fit there:
 *
 *    0  u8 frequency | HEAD_WIDE | ...      40  i64 latest ordinal
 *    1  u8 status of the latest value       48  u64 number of observations
 *    2  u16 0                               56  u64 revision of the last change
 *    4  u32 dataset                         64  i64 published_ms of the newest release
 *    8  f64 latest value                    72  u32 release of the latest value
 *   16  u64 handle                          76  u32 newest release that states the series
 *   24  i64 last ordinal                    80  u32 number of releases
 *   32  i64 first ordinal
 *
 * What is of the latest value is 0 where there is none. */
enum { HEAD_NARROW_BYTES = 50, HEAD_WIDE_BYTES = 84 };
enum { HEAD_FREQUENCY = 0x0f, HEAD_HAS_LATEST = 0x10, HEAD_NO_ATTRIBUTES = 0x20, HEAD_WIDE = 0x80 };
/* Returns the size. */
size_t head_put(uint8_t data[HEAD_WIDE_BYTES], const struct series_head *head);
/* Returns the size of the head that the value begins with; 0: there is none. */
size_t head_get(struct bytes value, struct series_head *ret_head);
/* Alone, of a value that head_get has read. */
static inline uint64_t head_handle(const uint8_t *data) {
  return (data[0] & HEAD_WIDE) != 0 ? get_u64(data + 16) : get_u32(data + 4);
}

#endif
