/* SPDX-License-Identifier: MIT */
#include "server/pack.h"

#include "proto/kind.h"

/* What a number is on the wire. Negative ones of 32 bits are written with 64, as everywhere. */
static uint64_t varint_of(ProtobufCType type, const void *member) {
  int32_t narrow = 0;
  uint64_t wide = 0;
  switch (type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_ENUM:
    memcpy(&narrow, member, sizeof narrow);
    return (uint64_t)(int64_t)narrow;
  case PROTOBUF_C_TYPE_SINT32:
    memcpy(&narrow, member, sizeof narrow);
    return (uint32_t)zigzag(narrow);
  case PROTOBUF_C_TYPE_UINT32:
    memcpy(&narrow, member, sizeof narrow);
    return (uint32_t)narrow;
  case PROTOBUF_C_TYPE_BOOL:
    memcpy(&narrow, member, sizeof(protobuf_c_boolean));
    return narrow != 0;
  case PROTOBUF_C_TYPE_SINT64:
    memcpy(&wide, member, sizeof wide);
    return zigzag((int64_t)wide);
  default:
    memcpy(&wide, member, sizeof wide);
    return wide;
  }
}

static const void *pointer_at(const void *member) {
  const void *pointer;
  memcpy(&pointer, member, sizeof pointer);
  return pointer;
}

static struct bytes content_of(ProtobufCType type, const void *member) {
  if (type == PROTOBUF_C_TYPE_STRING) {
    const char *text = pointer_at(member);
    return text == NULL ? bytes_of(NULL, 0) : bytes_of_text(text);
  }
  const ProtobufCBinaryData *data = member;
  return bytes_of(data->data, data->len);
}

static size_t value_size(ProtobufCType type, const void *member) {
  switch (kind_wire(type)) {
  case WIRE_32_BIT:
    return 4;
  case WIRE_64_BIT:
    return 8;
  case WIRE_VARINT:
    return wire_varint_size(varint_of(type, member));
  case WIRE_BYTES:
    break;
  }
  const ProtobufCMessage *message = type == PROTOBUF_C_TYPE_MESSAGE ? pointer_at(member) : NULL;
  size_t size = type != PROTOBUF_C_TYPE_MESSAGE ? content_of(type, member).size
                : message == NULL               ? 0
                                                : pack_size(message);
  return wire_varint_size(size) + size;
}

static uint8_t *put_varint(uint8_t *end, uint64_t value) {
  if (value < 0x80) {
    *--end = (uint8_t)value;
    return end;
  }
  uint8_t *begin = end - wire_varint_size(value);
  wire_put_varint(begin, value);
  return begin;
}

static uint8_t *put_bytes(uint8_t *end, const void *data, size_t size) {
  if (size > 0)
    memcpy(end - size, data, size);
  return end - size;
}

static uint8_t *put_value(ProtobufCType type, const void *member, uint8_t *end) {
  enum wire_type wire_type = kind_wire(type);
  if (wire_type == WIRE_VARINT)
    return put_varint(end, varint_of(type, member));
  if (wire_type != WIRE_BYTES)
    return put_bytes(end, member, wire_type == WIRE_64_BIT ? 8 : 4);
  uint8_t *begin = end;
  if (type == PROTOBUF_C_TYPE_MESSAGE) {
    const ProtobufCMessage *message = pointer_at(member);
    if (message != NULL)
      begin = pack_before(message, end);
  } else {
    struct bytes content = content_of(type, member);
    begin = put_bytes(end, content.data, content.size);
  }
  return put_varint(begin, (size_t)(end - begin));
}

static uint64_t tag_of(const ProtobufCFieldDescriptor *field, enum wire_type wire_type) {
  return (uint64_t)field->id << 3 | wire_type;
}

static size_t tag_size(const ProtobufCFieldDescriptor *field) {
  return wire_varint_size((uint64_t)field->id << 3);
}

static bool is_packed(const ProtobufCFieldDescriptor *field) {
  return (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
}

static bool is_default(ProtobufCType type, const void *member) {
  if (type == PROTOBUF_C_TYPE_STRING) {
    const char *text = pointer_at(member);
    return text == NULL || *text == '\0';
  }
  if (type == PROTOBUF_C_TYPE_BYTES)
    return ((const ProtobufCBinaryData *)member)->len == 0;
  uint64_t bits = 0;
  memcpy(&bits, member, kind_memory(type) == 4 ? 4 : 8);
  return bits == 0;
}

static bool is_there(const ProtobufCFieldDescriptor *field, const void *member,
                     const void *quantifier) {
  if (field->label == PROTOBUF_C_LABEL_NONE && field->flags == 0)
    return !is_default(field->type, member);
  bool by_pointer = field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
  bool pointed =
      by_pointer && pointer_at(member) != NULL && pointer_at(member) != field->default_value;
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
    return *(const uint32_t *)quantifier == field->id && (!by_pointer || pointed);
  if (field->label == PROTOBUF_C_LABEL_NONE)
    return !is_default(field->type, member);
  if (field->label == PROTOBUF_C_LABEL_REQUIRED)
    return true;
  return by_pointer ? pointed : *(const protobuf_c_boolean *)quantifier != 0;
}

/* A repeated field that is not empty: its values lie side by side. */
struct array {
  ProtobufCType type;
  enum wire_type wire_type;
  size_t n;
  size_t stride;
  const uint8_t *values;
};

static struct array array_of(const ProtobufCFieldDescriptor *field, const void *member,
                             const void *quantifier) {
  return (struct array){.type = field->type,
                        .wire_type = kind_wire(field->type),
                        .n = *(const size_t *)quantifier,
                        .stride = kind_memory(field->type),
                        .values = pointer_at(member)};
}

static size_t values_size(const struct array *array) {
  if (array->wire_type == WIRE_64_BIT || array->wire_type == WIRE_32_BIT)
    return array->n * array->stride;
  size_t size = 0;
  for (size_t i = 0; i < array->n; i++)
    size += value_size(array->type, array->values + i * array->stride);
  return size;
}

static size_t array_size(const ProtobufCFieldDescriptor *field, const struct array *array) {
  size_t size = values_size(array);
  if (!is_packed(field))
    return size + array->n * tag_size(field);
  return tag_size(field) + wire_varint_size(size) + size;
}

static uint8_t *put_packed(const ProtobufCFieldDescriptor *field, const struct array *array,
                           uint8_t *end) {
  uint8_t *begin = end;
  if (array->wire_type == WIRE_64_BIT || array->wire_type == WIRE_32_BIT)
    begin = put_bytes(end, array->values, array->n * array->stride);
  else
    for (size_t i = array->n; i > 0; i--)
      begin = put_varint(begin, varint_of(array->type, array->values + (i - 1) * array->stride));
  begin = put_varint(begin, (size_t)(end - begin));
  return put_varint(begin, tag_of(field, WIRE_BYTES));
}

static uint8_t *put_array(const ProtobufCFieldDescriptor *field, const struct array *array,
                          uint8_t *end) {
  if (is_packed(field))
    return put_packed(field, array, end);
  for (size_t i = array->n; i > 0; i--) {
    end = put_value(array->type, array->values + (i - 1) * array->stride, end);
    end = put_varint(end, tag_of(field, array->wire_type));
  }
  return end;
}

size_t pack_size(const ProtobufCMessage *message) {
  const ProtobufCMessageDescriptor *descriptor = message->descriptor;
  size_t size = 0;
  for (unsigned i = 0; i < descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
    const void *member = (const uint8_t *)message + field->offset;
    const void *quantifier = (const uint8_t *)message + field->quantifier_offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      if (*(const size_t *)quantifier == 0)
        continue;
      struct array array = array_of(field, member, quantifier);
      size += array_size(field, &array);
    } else if (is_there(field, member, quantifier)) {
      size += tag_size(field) + value_size(field->type, member);
    }
  }
  return size;
}

uint8_t *pack_before(const ProtobufCMessage *message, uint8_t *end) {
  const ProtobufCMessageDescriptor *descriptor = message->descriptor;
  for (unsigned i = descriptor->n_fields; i > 0; i--) {
    const ProtobufCFieldDescriptor *field = &descriptor->fields[i - 1];
    const void *member = (const uint8_t *)message + field->offset;
    const void *quantifier = (const uint8_t *)message + field->quantifier_offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      if (*(const size_t *)quantifier == 0)
        continue;
      struct array array = array_of(field, member, quantifier);
      end = put_array(field, &array, end);
    } else if (is_there(field, member, quantifier)) {
      end = put_value(field->type, member, end);
      end = put_varint(end, tag_of(field, kind_wire(field->type)));
    }
  }
  return end;
}
