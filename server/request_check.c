/* SPDX-License-Identifier: MIT */
#include "server/request_check.h"

#include <stdio.h>

#include "proto/limits.h"
#include "proto/utf8.h"
#include "proto/wire.h"

struct walk {
  size_t n_messages;
  struct request_place *place;
};

/* Which of its message's fields of that number the one at `at` is: counted only when it is wrong.
 */
static size_t position_of(struct bytes packed, uint32_t number, const uint8_t *at) {
  size_t position = 0;
  struct wire_field field;
  while (packed.data < at && wire_take_field(&packed, &field))
    position += field.number == number;
  return position;
}

static void prepend(struct request_place *place, const ProtobufCFieldDescriptor *field,
                    size_t position) {
  char inner[sizeof place->field];
  memcpy(inner, place->field, sizeof inner);
  const char *dot = inner[0] == '\0' ? "" : ".";
  char index[24] = "";
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    snprintf(index, sizeof index, "[%zu]", position);
  int size =
      snprintf(place->field, sizeof place->field, "%s%s%s%s", field->name, index, dot, inner);
  if (size < 0)
    place->field[0] = '\0';
}

static bool is_varint_type(ProtobufCType type) {
  switch (type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_BOOL:
  case PROTOBUF_C_TYPE_ENUM:
    return true;
  case PROTOBUF_C_TYPE_SFIXED32:
  case PROTOBUF_C_TYPE_FIXED32:
  case PROTOBUF_C_TYPE_FLOAT:
  case PROTOBUF_C_TYPE_SFIXED64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_DOUBLE:
  case PROTOBUF_C_TYPE_STRING:
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_MESSAGE:
    return false;
  }
  return false;
}

static bool is_bytes_type(ProtobufCType type) {
  return type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_BYTES ||
         type == PROTOBUF_C_TYPE_MESSAGE;
}

static bool is_64_bit_type(ProtobufCType type) {
  return type == PROTOBUF_C_TYPE_DOUBLE || type == PROTOBUF_C_TYPE_FIXED64 ||
         type == PROTOBUF_C_TYPE_SFIXED64;
}

/* Whether a field may travel so; repeated numbers may be packed or not, whatever is declared. */
static bool type_fits(const ProtobufCFieldDescriptor *descriptor, enum wire_type type) {
  switch (type) {
  case WIRE_VARINT:
    return is_varint_type(descriptor->type);
  case WIRE_64_BIT:
    return is_64_bit_type(descriptor->type);
  case WIRE_BYTES:
    return is_bytes_type(descriptor->type) || descriptor->label == PROTOBUF_C_LABEL_REPEATED;
  case WIRE_32_BIT:
    return !is_varint_type(descriptor->type) && !is_bytes_type(descriptor->type) &&
           !is_64_bit_type(descriptor->type);
  }
  return false;
}

static enum request_verdict walk_message(struct walk *walk, struct bytes packed,
                                         const ProtobufCMessageDescriptor *type);

static enum request_verdict walk_field(struct walk *walk, const struct wire_field *field,
                                       const ProtobufCFieldDescriptor *descriptor) {
  if (!type_fits(descriptor, field->type))
    return REQUEST_MALFORMED;
  if (descriptor->type == PROTOBUF_C_TYPE_STRING)
    return utf8_is_valid(field->content) ? REQUEST_GOOD : REQUEST_TEXT_INVALID;
  if (descriptor->type != PROTOBUF_C_TYPE_MESSAGE)
    return REQUEST_GOOD;
  if (++walk->n_messages > LIMIT_SUBMESSAGES)
    return REQUEST_MESSAGES_LIMIT;
  return walk_message(walk, field->content, descriptor->descriptor);
}

/* Recursion ends: no message of the contract contains itself, and a test says so. */
static enum request_verdict walk_message(struct walk *walk, struct bytes packed,
                                         const ProtobufCMessageDescriptor *type) {
  struct bytes rest = packed;
  while (rest.size > 0) {
    const uint8_t *at = rest.data;
    struct wire_field field;
    if (!wire_take_field(&rest, &field))
      return REQUEST_MALFORMED;
    const ProtobufCFieldDescriptor *descriptor =
        protobuf_c_message_descriptor_get_field(type, field.number);
    if (descriptor == NULL)
      continue;
    enum request_verdict verdict = walk_field(walk, &field, descriptor);
    if (verdict != REQUEST_GOOD) {
      prepend(walk->place, descriptor, position_of(packed, field.number, at));
      return verdict;
    }
  }
  return REQUEST_GOOD;
}

enum request_verdict request_check(struct bytes packed, const ProtobufCMessageDescriptor *type,
                                   struct request_place *ret_place) {
  ret_place->field[0] = '\0';
  struct walk walk = {.place = ret_place};
  return walk_message(&walk, packed, type);
}
