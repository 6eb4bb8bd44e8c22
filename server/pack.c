/* SPDX-License-Identifier: MIT */
#include "server/pack.h"

#include "proto/kind.h"
#include "proto/wire.h"

/* Shorter columns and texts are copied twice, which takes less than to keep a piece of them. */
enum { BORROWED_BYTES_LEAST = 1024 };
enum { CHUNK_BYTES = 16 * 1024, VARINT_BYTES_MAX = 10 };

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

/* A message on its way into pieces. What is written lies from `at` to `end`, and then in pieces. */
struct writer {
  struct arena *arena;
  struct packed *packed;
  uint8_t *floor; /* the first byte of the chunk that is being filled */
  uint8_t *at;
  uint8_t *end;
  bool failed; /* there was no memory: nothing more is written */
};

static size_t written(const struct writer *writer) {
  return writer->packed->size + (size_t)(writer->end - writer->at);
}

static void add_piece(struct writer *writer, const void *data, size_t size) {
  struct packed *packed = writer->packed;
  struct packed_piece *piece = &packed->last;
  if (packed->pieces != NULL)
    piece = arena_alloc(writer->arena, sizeof *piece);
  writer->failed |= piece == NULL;
  if (piece == NULL)
    return;
  *piece = (struct packed_piece){.data = data, .size = size, .next = packed->pieces};
  packed->pieces = piece;
  packed->size += size;
}

/* What is written so far becomes a piece. */
static void cut(struct writer *writer) {
  if (writer->at < writer->end)
    add_piece(writer, writer->at, (size_t)(writer->end - writer->at));
  writer->end = writer->at;
}

/* Goes on in another chunk. */
static void widen(struct writer *writer) {
  cut(writer);
  uint8_t *chunk = writer->failed ? NULL : arena_alloc(writer->arena, CHUNK_BYTES);
  writer->failed |= chunk == NULL;
  if (chunk == NULL)
    return;
  writer->floor = chunk;
  writer->at = writer->end = chunk + CHUNK_BYTES;
}

/* Whether there is room for so many bytes, which are few. */
static inline bool has_room(struct writer *writer, size_t size) {
  if ((size_t)(writer->at - writer->floor) < size)
    widen(writer);
  return !writer->failed;
}

/* There is room. */
static inline void put_varint_there(struct writer *writer, uint64_t value) {
  if (value >= 0x80) {
    writer->at -= wire_varint_size(value);
    wire_put_varint(writer->at, value);
  } else {
    *--writer->at = (uint8_t)value;
  }
}

static inline void put_varint(struct writer *writer, uint64_t value) {
  if (has_room(writer, VARINT_BYTES_MAX))
    put_varint_there(writer, value);
}

/* A number and what stands in front of it. */
static inline void put_two(struct writer *writer, uint64_t number, uint64_t in_front) {
  if (!has_room(writer, 2 * VARINT_BYTES_MAX))
    return;
  put_varint_there(writer, number);
  put_varint_there(writer, in_front);
}

static void put_bytes(struct writer *writer, const void *data, size_t size) {
  if (size == 0 || !has_room(writer, size < BORROWED_BYTES_LEAST ? size : 0))
    return;
  if (size < BORROWED_BYTES_LEAST) {
    writer->at -= size;
    memcpy(writer->at, data, size);
    return;
  }
  cut(writer);
  add_piece(writer, data, size);
}

static void put_fields(struct writer *writer, const ProtobufCMessage *message);

static uint64_t tag_of(const ProtobufCFieldDescriptor *field, enum wire_type wire_type) {
  return (uint64_t)field->id << 3 | wire_type;
}

static size_t tag_size(const ProtobufCFieldDescriptor *field) {
  return wire_varint_size((uint64_t)field->id << 3);
}

static bool is_packed(const ProtobufCFieldDescriptor *field) {
  return (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0;
}

/* What is not zero in the first bytes is no default, nor is text that is not empty. */
static inline bool is_default(ProtobufCType type, const void *member) {
  uint32_t narrow;
  uint64_t wide;
  if (kind_memory(type) == sizeof narrow) {
    memcpy(&narrow, member, sizeof narrow);
    return narrow == 0;
  }
  if (sizeof(size_t) < sizeof wide && type == PROTOBUF_C_TYPE_BYTES)
    return ((const ProtobufCBinaryData *)member)->len == 0;
  memcpy(&wide, member, sizeof wide);
  return wide == 0 || (type == PROTOBUF_C_TYPE_STRING && *(const char *)pointer_at(member) == '\0');
}
_Static_assert(offsetof(ProtobufCBinaryData, len) == 0, "the size of bytes comes first");

/* Of fields that have a way of their own to say so: those of a oneof, and of proto2. */
static bool says_it_is_there(const ProtobufCFieldDescriptor *field, const void *member,
                             const void *quantifier) {
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

static inline bool is_there(const ProtobufCFieldDescriptor *field, const void *member,
                            const void *quantifier) {
  if (field->label == PROTOBUF_C_LABEL_NONE && field->flags == 0)
    return !is_default(field->type, member);
  return says_it_is_there(field, member, quantifier);
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

/* A value and its tag. */
static inline void put_value(struct writer *writer, const ProtobufCFieldDescriptor *field,
                             const void *member) {
  enum wire_type wire_type = kind_wire(field->type);
  uint64_t tag = tag_of(field, wire_type);
  if (wire_type == WIRE_VARINT) {
    put_two(writer, varint_of(field->type, member), tag);
    return;
  }
  if (wire_type != WIRE_BYTES) {
    put_bytes(writer, member, wire_type == WIRE_64_BIT ? 8 : 4);
    put_varint(writer, tag);
    return;
  }
  size_t behind = written(writer);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    const ProtobufCMessage *message = pointer_at(member);
    if (message != NULL)
      put_fields(writer, message);
  } else {
    struct bytes content = content_of(field->type, member);
    put_bytes(writer, content.data, content.size);
  }
  put_two(writer, written(writer) - behind, tag);
}

static void put_packed(struct writer *writer, const ProtobufCFieldDescriptor *field,
                       const struct array *array) {
  size_t behind = written(writer);
  if (array->wire_type == WIRE_64_BIT || array->wire_type == WIRE_32_BIT)
    put_bytes(writer, array->values, array->n * array->stride);
  else
    for (size_t i = array->n; i > 0; i--)
      put_varint(writer, varint_of(array->type, array->values + (i - 1) * array->stride));
  put_two(writer, written(writer) - behind, tag_of(field, WIRE_BYTES));
}

static void put_array(struct writer *writer, const ProtobufCFieldDescriptor *field,
                      const struct array *array) {
  if (is_packed(field)) {
    put_packed(writer, field, array);
    return;
  }
  for (size_t i = array->n; i > 0; i--)
    put_value(writer, field, array->values + (i - 1) * array->stride);
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

static void put_fields(struct writer *writer, const ProtobufCMessage *message) {
  const ProtobufCMessageDescriptor *descriptor = message->descriptor;
  for (unsigned i = descriptor->n_fields; i > 0; i--) {
    const ProtobufCFieldDescriptor *field = &descriptor->fields[i - 1];
    const void *member = (const uint8_t *)message + field->offset;
    const void *quantifier = (const uint8_t *)message + field->quantifier_offset;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      if (*(const size_t *)quantifier == 0)
        continue;
      struct array array = array_of(field, member, quantifier);
      put_array(writer, field, &array);
    } else if (is_there(field, member, quantifier)) {
      put_value(writer, field, member);
    }
  }
}

bool pack(const ProtobufCMessage *message, struct arena *arena, struct packed *ret_packed) {
  ret_packed->size = 0;
  ret_packed->pieces = NULL;
  uint8_t *end = ret_packed->room + sizeof ret_packed->room;
  struct writer writer = {
      .arena = arena, .packed = ret_packed, .floor = ret_packed->room, .at = end, .end = end};
  put_fields(&writer, message);
  cut(&writer);
  return !writer.failed;
}

uint8_t *packed_write(const struct packed *packed, uint8_t *to) {
  for (const struct packed_piece *piece = packed->pieces; piece != NULL; piece = piece->next) {
    memcpy(to, piece->data, piece->size);
    to += piece->size;
  }
  return to;
}
