/* SPDX-License-Identifier: MIT */
#include "storage/layout.h"

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

uint32_t key_get_u32(const uint8_t *data) {
  return __builtin_bswap32(get_u32(data));
}

uint64_t key_get_u64(const uint8_t *data) {
  return __builtin_bswap64(get_u64(data));
}

int64_t key_get_i64(const uint8_t *data) {
  return (int64_t)(key_get_u64(data) ^ (UINT64_C(1) << 63));
}

size_t varint_size(uint64_t number) {
  size_t size = 1;
  for (; number >= 0x80; number >>= 7)
    size++;
  return size;
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
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = read_u8(reader);
    number |= (uint64_t)(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0)
      return number;
  }
  reader->broken = true;
  return 0;
}

/* Offsets of the head's fields; 12 bytes at the end are spare. The byte at 15 came late: 0 in a
 * head that was written before it, whose series may have attributes or not. */
void head_put(uint8_t data[HEAD_BYTES], const struct series_head *head) {
  memset(data, 0, HEAD_BYTES);
  put_u64(data + 0, head->handle);
  put_u32(data + 8, head->dataset_no);
  data[12] = head->frequency;
  data[13] = head->has_latest;
  data[14] = head->latest_status;
  data[15] = head->has_no_attributes;
  put_i64(data + 16, head->latest_period);
  put_f64(data + 24, head->latest_value);
  put_u32(data + 32, head->latest_release_no);
  put_u32(data + 36, head->n_releases);
  put_u64(data + 40, head->n_observations);
  put_i64(data + 48, head->first_period);
  put_i64(data + 56, head->last_period);
  put_u64(data + 64, head->changed_revision);
  put_i64(data + 72, head->last_published_ms);
  put_u32(data + 80, head->last_release_no);
}

bool head_get(struct bytes value, struct series_head *ret_head) {
  if (value.size < HEAD_BYTES)
    return false;
  const uint8_t *data = value.data;
  *ret_head = (struct series_head){
      .handle = get_u64(data + 0),
      .dataset_no = get_u32(data + 8),
      .frequency = data[12],
      .has_latest = data[13] != 0,
      .latest_status = data[14],
      .has_no_attributes = data[15] != 0,
      .latest_period = get_i64(data + 16),
      .latest_value = get_f64(data + 24),
      .latest_release_no = get_u32(data + 32),
      .n_releases = get_u32(data + 36),
      .n_observations = get_u64(data + 40),
      .first_period = get_i64(data + 48),
      .last_period = get_i64(data + 56),
      .changed_revision = get_u64(data + 64),
      .last_published_ms = get_i64(data + 72),
      .last_release_no = get_u32(data + 80),
  };
  return true;
}
