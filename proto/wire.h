/* SPDX-License-Identifier: MIT */
/* Protobuf's wire format, field by field, without copying: for the envelope, and for what has to be
 * known of a message before it is unpacked. https://protobuf.dev/programming-guides/encoding/ */
#ifndef BELLWETHER_PROTO_WIRE_H
#define BELLWETHER_PROTO_WIRE_H

#include "proto/util.h"

enum wire_type { WIRE_VARINT = 0, WIRE_64_BIT = 1, WIRE_BYTES = 2, WIRE_32_BIT = 5 };

struct wire_field {
  uint32_t number;
  enum wire_type type;
  uint64_t varint;      /* of WIRE_VARINT */
  struct bytes content; /* of WIRE_BYTES: borrowed from the message */
};

/* A number off the front; false where it does not end within ten bytes. */
must_check bool wire_take_long_varint(struct bytes *rest, uint64_t *ret_value);
static inline bool wire_take_varint(struct bytes *rest, uint64_t *ret_value) {
  if (rest->size == 0 || rest->data[0] >= 0x80)
    return wire_take_long_varint(rest, ret_value);
  *ret_value = rest->data[0];
  *rest = bytes_of(rest->data + 1, rest->size - 1);
  return true;
}

/* Takes one field off the front. False at the first byte that is not Protobuf (groups are not: the
 * contract has none), with `rest` as it was. Tags and lengths have at most five bytes, as for all
 * implementations of Google's. Most fields have a byte of each, or of a tag and a number. */
must_check bool wire_take_long_field(struct bytes *rest, struct wire_field *ret_field);
static inline bool wire_take_field(struct bytes *rest, struct wire_field *ret_field) {
  const uint8_t *at = rest->data;
  if (rest->size < 2 || at[0] >= 0x80 || at[0] < 8 || at[1] >= 0x80)
    return wire_take_long_field(rest, ret_field);
  struct wire_field field = {.number = at[0] >> 3, .type = (enum wire_type)(at[0] & 7)};
  size_t size = 2;
  if (field.type == WIRE_VARINT)
    field.varint = at[1];
  else if (field.type == WIRE_BYTES && at[1] <= rest->size - 2)
    field.content = bytes_of(at + 2, at[1]);
  else
    return wire_take_long_field(rest, ret_field);
  size += field.content.size;
  *rest = bytes_of(at + size, rest->size - size);
  *ret_field = field;
  return true;
}

/* How sint32 and sint64 make small negative numbers short. */
static inline uint64_t zigzag(int64_t number) {
  return ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
}
static inline int64_t unzigzag(uint64_t number) {
  return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

/* The bytes that wire_put_varint writes: one for every seven bits, for 1 bit to 64. */
static inline size_t wire_varint_size(uint64_t value) {
  unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
  return (bits * 9 + 64) / 64;
}
/* The size of a field with a number below 16: its tag, its length and the content. */
size_t wire_bytes_size(size_t content_size);

/* Each writes at `to` and returns the place behind. Numbers are below 16. */
uint8_t *wire_put_varint(uint8_t *to, uint64_t value);
uint8_t *wire_put_varint_field(uint8_t *to, uint32_t number, uint64_t value);
/* Tag and length; the caller writes the content. */
uint8_t *wire_put_bytes_head(uint8_t *to, uint32_t number, size_t content_size);
uint8_t *wire_put_bytes(uint8_t *to, uint32_t number, struct bytes content);

#endif
