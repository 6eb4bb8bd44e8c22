/* SPDX-License-Identifier: MIT */
#include "proto/wire.h"

enum { VARINT_MAX_BYTES = 10, NARROW_MAX_BYTES = 5 };

static bool take_varint(struct bytes *rest, size_t bytes_max, uint64_t *ret_value) {
  const uint8_t *data = rest->data;
  size_t n = rest->size < bytes_max ? rest->size : bytes_max;
  uint64_t value = 0;
  for (size_t i = 0; i < n; i++) {
    value |= (uint64_t)(data[i] & 0x7F) << (7 * i);
    if (data[i] < 0x80) {
      *rest = bytes_of(data + i + 1, rest->size - i - 1);
      *ret_value = value;
      return true;
    }
  }
  return false;
}

bool wire_take_long_varint(struct bytes *rest, uint64_t *ret_value) {
  return take_varint(rest, VARINT_MAX_BYTES, ret_value);
}

/* Of tags and lengths. */
static inline bool take_narrow(struct bytes *rest, uint64_t *ret_value) {
  return rest->size > 0 && rest->data[0] < 0x80 ? wire_take_varint(rest, ret_value)
                                                : take_varint(rest, NARROW_MAX_BYTES, ret_value);
}

static bool take(struct bytes *rest, uint64_t size, struct bytes *ret_taken) {
  if (size > rest->size)
    return false;
  *ret_taken = bytes_of(rest->data, (size_t)size);
  *rest = bytes_of(rest->data + size, rest->size - (size_t)size);
  return true;
}

static inline bool take_content(struct bytes *rest, struct wire_field *field) {
  uint64_t size = 0;
  switch (field->type) {
  case WIRE_VARINT:
    return wire_take_varint(rest, &field->varint);
  case WIRE_64_BIT:
    return take(rest, 8, &field->content);
  case WIRE_32_BIT:
    return take(rest, 4, &field->content);
  case WIRE_BYTES:
    return take_narrow(rest, &size) && take(rest, size, &field->content);
  }
  return false;
}

bool wire_take_long_field(struct bytes *rest, struct wire_field *ret_field) {
  struct bytes left = *rest;
  uint64_t tag = 0;
  if (!take_narrow(&left, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
    return false;
  struct wire_field field = {.number = (uint32_t)(tag >> 3), .type = (enum wire_type)(tag & 7)};
  if (!take_content(&left, &field))
    return false;
  *rest = left;
  *ret_field = field;
  return true;
}

size_t wire_bytes_size(size_t content_size) {
  return 1 + wire_varint_size(content_size) + content_size;
}

uint8_t *wire_put_varint(uint8_t *to, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    *to++ = (uint8_t)(value | 0x80);
  *to++ = (uint8_t)value;
  return to;
}

uint8_t *wire_put_varint_field(uint8_t *to, uint32_t number, uint64_t value) {
  *to++ = (uint8_t)(number << 3 | WIRE_VARINT);
  return wire_put_varint(to, value);
}

uint8_t *wire_put_bytes_head(uint8_t *to, uint32_t number, size_t content_size) {
  *to++ = (uint8_t)(number << 3 | WIRE_BYTES);
  return wire_put_varint(to, content_size);
}

uint8_t *wire_put_bytes(uint8_t *to, uint32_t number, struct bytes content) {
  to = wire_put_bytes_head(to, number, content.size);
  if (content.size > 0)
    memcpy(to, content.data, content.size);
  return to + content.size;
}
