/* SPDX-License-Identifier: MIT */
#include "storage/layout.h"

#include <assert.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "values are stored little-endian and read by memcpy"
#endif

void key_bytes(struct key_buffer *key, struct bytes bytes) {
  if (bytes.size > sizeof key->data - key->size) {
    key->overflow = true;
    return;
  }
  if (bytes.size > 0)
    memcpy(key->data + key->size, bytes.data, bytes.size);
  key->size += bytes.size;
}

void key_u8(struct key_buffer *key, uint8_t number) {
  key_bytes(key, bytes_of(&number, 1));
}

void key_u32(struct key_buffer *key, uint32_t number) {
  uint32_t big = __builtin_bswap32(number);
  key_bytes(key, bytes_of(&big, sizeof big));
}

void key_u64(struct key_buffer *key, uint64_t number) {
  uint64_t big = __builtin_bswap64(number);
  key_bytes(key, bytes_of(&big, sizeof big));
}

void key_i64(struct key_buffer *key, int64_t number) {
  key_u64(key, (uint64_t)number ^ (UINT64_C(1) << 63));
}

void key_put_u64(uint8_t *data, uint64_t number) {
  put_u64(data, __builtin_bswap64(number));
}

void key_put_i64(uint8_t *data, int64_t number) {
  key_put_u64(data, (uint64_t)number ^ (UINT64_C(1) << 63));
}

uint32_t key_get_u32(const uint8_t *data) {
  return __builtin_bswap32(get_u32(data));
}

uint64_t key_get_u64(const uint8_t *data) {
  return __builtin_bswap64(get_u64(data));
}

int64_t key_get_i64(const uint8_t *data) {
  return (int64_t)(key_get_u64(data) ^ (UINT64_C(1) << 63));
}

size_t varint_put(uint8_t *data, uint64_t number) {
  size_t size = 0;
  for (; number >= 0x80; number >>= 7)
    data[size++] = (uint8_t)(number | 0x80);
  data[size++] = (uint8_t)number;
  return size;
}

struct bytes read_bytes(struct reader *reader, size_t size) {
  if (reader->broken || size > reader->left) {
    reader->broken = true;
    return bytes_of(NULL, 0);
  }
  struct bytes taken = bytes_of(reader->data, size);
  reader->data += size;
  reader->left -= size;
  return taken;
}

uint8_t read_u8(struct reader *reader) {
  struct bytes taken = read_bytes(reader, 1);
  return taken.size == 0 ? 0 : taken.data[0];
}

uint32_t read_u32(struct reader *reader) {
  struct bytes taken = read_bytes(reader, 4);
  return taken.size == 0 ? 0 : get_u32(taken.data);
}

uint64_t read_u64(struct reader *reader) {
  struct bytes taken = read_bytes(reader, 8);
  return taken.size == 0 ? 0 : get_u64(taken.data);
}

int64_t read_i64(struct reader *reader) {
  return (int64_t)read_u64(reader);
}

double read_f64(struct reader *reader) {
  struct bytes taken = read_bytes(reader, 8);
  return taken.size == 0 ? 0 : get_f64(taken.data);
}

uint64_t read_varint(struct reader *reader) {
  enum { VARINT_BYTES_MOST = 10 };
  uint64_t number = 0;
  size_t left = reader->broken ? 0 : reader->left;
  for (unsigned i = 0; i < left && i < VARINT_BYTES_MOST; i++) {
    uint8_t byte = reader->data[i];
    number |= (uint64_t)(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) {
      reader->data += i + 1;
      reader->left -= i + 1;
      return number;
    }
  }
  reader->broken = true;
  return 0;
}

static const int64_t I48_MIN = -(INT64_C(1) << 47), I48_MAX = (INT64_C(1) << 47) - 1;

static bool fits_i32(int64_t number) {
  return number == (int32_t)number;
}

/* Compared as unsigned, so that differences that overflow do not fit either. */
static bool is_narrow(const struct series_head *head) {
  uint64_t span = (uint64_t)head->last_period - (uint64_t)head->first_period;
  uint64_t behind = (uint64_t)head->last_period - (uint64_t)head->latest_period;
  bool published_fits = head->last_published_ms == INT64_MIN ||
                        (head->last_published_ms > I48_MIN && head->last_published_ms <= I48_MAX);
  return head->handle <= UINT32_MAX && head->dataset_no <= UINT16_MAX &&
         head->n_releases <= UINT16_MAX && head->n_observations <= UINT32_MAX &&
         head->changed_revision <= UINT32_MAX && fits_i32(head->last_period) &&
         span <= UINT32_MAX && (!head->has_latest || behind <= UINT16_MAX) && published_fits;
}

static size_t put_narrow(uint8_t *data, const struct series_head *head) {
  int64_t published_ms = head->last_published_ms;
  put_u16(data + 2, (uint16_t)head->dataset_no);
  put_u32(data + 4, (uint32_t)head->handle);
  put_u32(data + 16, (uint32_t)head->last_period);
  put_u32(data + 20, (uint32_t)(head->last_period - head->first_period));
  put_u16(data + 26, (uint16_t)head->n_releases);
  put_u32(data + 28, (uint32_t)head->n_observations);
  put_u32(data + 32, (uint32_t)head->changed_revision);
  put_u32(data + 40, head->last_release_no);
  put_i48(data + 44, published_ms == INT64_MIN ? I48_MIN : published_ms);
  if (head->has_latest) {
    put_u16(data + 24, (uint16_t)(head->last_period - head->latest_period));
    put_u32(data + 36, head->latest_release_no);
  }
  return HEAD_NARROW_BYTES;
}

static size_t put_wide(uint8_t *data, const struct series_head *head) {
  data[0] |= HEAD_WIDE;
  put_u32(data + 4, head->dataset_no);
  put_u64(data + 16, head->handle);
  put_i64(data + 24, head->last_period);
  put_i64(data + 32, head->first_period);
  put_u64(data + 48, head->n_observations);
  put_u64(data + 56, head->changed_revision);
  put_i64(data + 64, head->last_published_ms);
  put_u32(data + 76, head->last_release_no);
  put_u32(data + 80, head->n_releases);
  if (head->has_latest) {
    put_i64(data + 40, head->latest_period);
    put_u32(data + 72, head->latest_release_no);
  }
  return HEAD_WIDE_BYTES;
}

size_t head_put(uint8_t data[HEAD_WIDE_BYTES], const struct series_head *head) {
  assert(head->frequency <= HEAD_FREQUENCY);
  memset(data, 0, HEAD_WIDE_BYTES);
  data[0] = (uint8_t)(head->frequency | (head->has_latest ? HEAD_HAS_LATEST : 0) |
                      (head->has_no_attributes ? HEAD_NO_ATTRIBUTES : 0));
  if (head->has_latest) {
    data[1] = head->latest_status;
    put_f64(data + 8, head->latest_value);
  }
  return is_narrow(head) ? put_narrow(data, head) : put_wide(data, head);
}

static void get_wide(const uint8_t *data, struct series_head *head) {
  head->dataset_no = get_u32(data + 4);
  head->handle = get_u64(data + 16);
  head->last_period = get_i64(data + 24);
  head->first_period = get_i64(data + 32);
  head->latest_period = get_i64(data + 40);
  head->n_observations = get_u64(data + 48);
  head->changed_revision = get_u64(data + 56);
  head->last_published_ms = get_i64(data + 64);
  head->latest_release_no = get_u32(data + 72);
  head->last_release_no = get_u32(data + 76);
  head->n_releases = get_u32(data + 80);
}

static void get_narrow(const uint8_t *data, struct series_head *head) {
  int64_t published_ms = get_i48(data + 44);
  head->dataset_no = get_u16(data + 2);
  head->handle = get_u32(data + 4);
  head->last_period = (int32_t)get_u32(data + 16);
  head->first_period = head->last_period - (int64_t)get_u32(data + 20);
  head->latest_period = head->has_latest ? head->last_period - get_u16(data + 24) : 0;
  head->n_releases = get_u16(data + 26);
  head->n_observations = get_u32(data + 28);
  head->changed_revision = get_u32(data + 32);
  head->latest_release_no = get_u32(data + 36);
  head->last_release_no = get_u32(data + 40);
  head->last_published_ms = published_ms == I48_MIN ? INT64_MIN : published_ms;
}

size_t head_get(struct bytes value, struct series_head *ret_head) {
  const uint8_t *data = value.data;
  if (value.size < HEAD_NARROW_BYTES)
    return 0;
  bool is_wide = (data[0] & HEAD_WIDE) != 0;
  if (is_wide && value.size < HEAD_WIDE_BYTES)
    return 0;
  ret_head->frequency = data[0] & HEAD_FREQUENCY;
  ret_head->has_latest = (data[0] & HEAD_HAS_LATEST) != 0;
  ret_head->has_no_attributes = (data[0] & HEAD_NO_ATTRIBUTES) != 0;
  ret_head->latest_status = data[1];
  ret_head->latest_value = get_f64(data + 8);
  if (is_wide)
    get_wide(data, ret_head);
  else
    get_narrow(data, ret_head);
  return is_wide ? HEAD_WIDE_BYTES : HEAD_NARROW_BYTES;
}
