/* SPDX-License-Identifier: MIT */
#include "proto/unpack.h"

#include <assert.h>
#include <stdio.h>

#include "proto/kind.h"
#include "proto/limits.h"
#include "proto/utf8.h"

enum {
  BLOCK_MIN_BYTES = 128,
  BLOCK_MAX_BYTES = 4096,
  ALIGNMENT = 8, /* of everything but text and bytes */
  FIELDS_MAX = 64
};

struct walk {
  struct arena *arena; /* NULL: nothing is made */
  size_t arena_bytes_max;
  size_t block_bytes;
  uint8_t *block; /* what is left of the newest one */
  size_t block_left;
  size_t messages_left;
  bool any_text;
  struct unpack_place *place; /* NULL: nobody asks */
};

/* One message on the walk. */
struct frame {
  struct walk *walk;
  const ProtobufCMessageDescriptor *type;
  uint8_t *message;  /* NULL: nothing is made */
  const uint8_t *at; /* the field that is read */
  struct bytes rest; /* behind it */
  uint64_t begun;    /* of its fields, by their index: a packed one has come */
  uint64_t roomy;    /* the array has room for all that comes */
};

/* --- Memory ----------------------------------------------------------------------------------- */

static void *take_from_arena(struct walk *walk, size_t size) {
  bool fits =
      size <= walk->arena_bytes_max && arena_used(walk->arena) <= walk->arena_bytes_max - size;
  return fits ? arena_alloc(walk->arena, size) : NULL;
}

static void *take_slowly(struct walk *walk, size_t size) {
  uint8_t *block = size > walk->block_bytes / 2 ? NULL : take_from_arena(walk, walk->block_bytes);
  if (block == NULL)
    return take_from_arena(walk, size);
  walk->block = block + size;
  walk->block_left = walk->block_bytes - size;
  return block;
}

/* Small pieces come out of blocks: an arena's own begin at multiples of 16. */
static inline void *take(struct walk *walk, size_t size, size_t align) {
  size_t skipped = (0 - (uintptr_t)walk->block) & (align - 1);
  if (size > walk->block_left || walk->block_left - size < skipped)
    return take_slowly(walk, size);
  void *place = walk->block + skipped;
  walk->block += skipped + size;
  walk->block_left -= skipped + size;
  return place;
}

/* Mostly one block is enough. */
static void begin_blocks(struct walk *walk, struct bytes packed,
                         const ProtobufCMessageDescriptor *type) {
  size_t bytes =
      packed.size > BLOCK_MAX_BYTES / 4 ? BLOCK_MAX_BYTES : type->sizeof_message + 2 * packed.size;
  walk->block_bytes = bytes < BLOCK_MIN_BYTES ? BLOCK_MIN_BYTES : bytes;
  walk->block = take_from_arena(walk, walk->block_bytes);
  walk->block_left = walk->block == NULL ? 0 : walk->block_bytes;
}

static ProtobufCMessage *new_message(struct walk *walk, const ProtobufCMessageDescriptor *type) {
  ProtobufCMessage *message = take(walk, type->sizeof_message, ALIGNMENT);
  if (message != NULL)
    protobuf_c_message_init(type, message);
  return message;
}

/* --- Where it is wrong ------------------------------------------------------------------------ */

/* Which of its message's fields of that number the one at `at` is: counted only when it is wrong.
 */
static size_t position_of(struct bytes packed, uint32_t number, const uint8_t *at) {
  size_t position = 0;
  struct wire_field field;
  while (packed.data < at && wire_take_field(&packed, &field))
    position += field.number == number;
  return position;
}

static void prepend(struct unpack_place *place, const ProtobufCFieldDescriptor *field,
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

/* --- Values ----------------------------------------------------------------------------------- */

/* A varint as the type has it, of which 32 bits are taken where it is no longer. */
static inline void put_varint(ProtobufCType type, uint64_t value, void *member) {
  if (type == PROTOBUF_C_TYPE_SINT64)
    value = (uint64_t)unzigzag(value);
  else if (type == PROTOBUF_C_TYPE_SINT32)
    value = (uint64_t)unzigzag((uint32_t)value);
  else if (type == PROTOBUF_C_TYPE_BOOL)
    value = value != 0;
  uint32_t narrow = (uint32_t)value;
  if (kind_memory(type) == sizeof value)
    memcpy(member, &value, sizeof value);
  else
    memcpy(member, &narrow, sizeof narrow);
}

static enum unpack_verdict put_text(struct walk *walk, struct bytes text, void *member) {
  if (!walk->any_text && !utf8_is_valid(text))
    return UNPACK_TEXT_INVALID;
  if (member == NULL)
    return UNPACK_GOOD;
  char *copy = take(walk, text.size + 1, 1);
  if (copy == NULL)
    return UNPACK_MEMORY;
  memcpy(copy, text.data, text.size);
  copy[text.size] = '\0';
  memcpy(member, &copy, sizeof copy);
  return UNPACK_GOOD;
}

static enum unpack_verdict put_bytes(struct walk *walk, struct bytes bytes, void *member) {
  ProtobufCBinaryData copy = {.len = bytes.size};
  if (member == NULL)
    return UNPACK_GOOD;
  if (bytes.size > 0 && (copy.data = take(walk, bytes.size, 1)) == NULL)
    return UNPACK_MEMORY;
  if (bytes.size > 0)
    memcpy(copy.data, bytes.data, bytes.size);
  memcpy(member, &copy, sizeof copy);
  return UNPACK_GOOD;
}

static enum unpack_verdict walk_message(struct walk *walk, struct bytes packed,
                                        const ProtobufCMessageDescriptor *type,
                                        ProtobufCMessage *message);

/* One that is there already is merged with. */
static enum unpack_verdict put_message(struct walk *walk, struct bytes packed,
                                       const ProtobufCMessageDescriptor *type, void *member) {
  ProtobufCMessage *message = NULL;
  if (walk->messages_left == 0)
    return UNPACK_MESSAGES_LIMIT;
  walk->messages_left--;
  if (member != NULL) {
    memcpy(&message, member, sizeof message);
    if (message == NULL && (message = new_message(walk, type)) == NULL)
      return UNPACK_MEMORY;
    memcpy(member, &message, sizeof message);
  }
  return walk_message(walk, packed, type, message);
}

/* A value that travels as its type does; `member` is NULL where nothing is made. */
static inline enum unpack_verdict put_value(struct walk *walk,
                                            const ProtobufCFieldDescriptor *field,
                                            const struct wire_field *value, void *member) {
  if (field->type == PROTOBUF_C_TYPE_STRING)
    return put_text(walk, value->content, member);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return put_message(walk, value->content, field->descriptor, member);
  if (field->type == PROTOBUF_C_TYPE_BYTES)
    return put_bytes(walk, value->content, member);
  if (member == NULL)
    return UNPACK_GOOD;
  if (value->type == WIRE_VARINT)
    put_varint(field->type, value->varint, member);
  else
    memcpy(member, value->content.data, value->content.size);
  return UNPACK_GOOD;
}

/* --- Repeated fields -------------------------------------------------------------------------- */

static size_t *size_of(const struct frame *frame, const ProtobufCFieldDescriptor *field) {
  return (size_t *)(void *)(frame->message + field->quantifier_offset);
}

static uint8_t **array_of(const struct frame *frame, const ProtobufCFieldDescriptor *field) {
  return (uint8_t **)(void *)(frame->message + field->offset);
}

/* Every varint ends with the one byte of it that is below 0x80. */
static size_t count_varints(struct bytes packed) {
  size_t n = 0;
  for (size_t i = 0; i < packed.size; i++)
    n += packed.data[i] < 0x80;
  return n;
}

static size_t count_values(const ProtobufCFieldDescriptor *field, const struct wire_field *value) {
  enum wire_type wire = kind_wire(field->type);
  if (value->type == wire)
    return 1;
  if (value->type != WIRE_BYTES)
    return 0;
  return wire == WIRE_VARINT ? count_varints(value->content)
                             : value->content.size / kind_memory(field->type);
}

/* What most texts and messages of an array look like: a byte of tag and a byte of length. */
static size_t pass_short_ones(struct bytes *rest, uint8_t tag) {
  size_t n = 0;
  const uint8_t *at = rest->data, *end = at + rest->size;
  while (end - at >= 2 && at[0] == tag && at[1] < 0x80 && at[1] <= end - at - 2) {
    at += 2 + at[1];
    n++;
  }
  *rest = bytes_of(at, (size_t)(end - at));
  return n;
}

/* How many values the message has behind this one, up to where it is malformed. */
static size_t count_to_come(const struct frame *frame, const ProtobufCFieldDescriptor *field) {
  size_t n = 0;
  struct bytes rest = frame->rest;
  struct wire_field next;
  if (rest.size > 0 && kind_wire(field->type) == WIRE_BYTES && *frame->at < 0x80)
    n += pass_short_ones(&rest, *frame->at);
  while (rest.size > 0 && wire_take_field(&rest, &next))
    if (next.number == field->id)
      n += count_values(field, &next);
  return n;
}

/* Room for n values and, unless all of a field are expected to be packed in one, for all others of
 * the message. Some values may be there: of a second packed field, or of a message that this one is
 * merged with. */
static bool make_room(struct frame *frame, const ProtobufCFieldDescriptor *field, size_t n,
                      bool packed) {
  uint64_t bit = UINT64_C(1) << (field - frame->type->fields);
  if ((frame->roomy & bit) != 0)
    return true;
  size_t stride = kind_memory(field->type), n_old = *size_of(frame, field);
  if (!packed || (frame->begun & bit) != 0) {
    n += count_to_come(frame, field);
    frame->roomy |= bit;
  }
  frame->begun |= bit;
  if (n == 0)
    return true;
  uint8_t *array = take(frame->walk, (n_old + n) * stride, ALIGNMENT);
  if (array == NULL)
    return false;
  if (n_old > 0)
    memcpy(array, *array_of(frame, field), n_old * stride);
  *array_of(frame, field) = array;
  return true;
}

static inline bool put_varints_of(ProtobufCType type, struct bytes packed, uint8_t *to) {
  uint64_t value = 0;
  for (; packed.size > 0; to += kind_memory(type)) {
    if (!wire_take_varint(&packed, &value))
      return false;
    put_varint(type, value, to);
  }
  return true;
}

/* A loop for each type, rather than a choice for each number. */
static bool put_varints(ProtobufCType type, struct bytes packed, uint8_t *to) {
  switch (type) {
  case PROTOBUF_C_TYPE_SINT32:
    return put_varints_of(PROTOBUF_C_TYPE_SINT32, packed, to);
  case PROTOBUF_C_TYPE_SINT64:
    return put_varints_of(PROTOBUF_C_TYPE_SINT64, packed, to);
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_UINT64:
    return put_varints_of(PROTOBUF_C_TYPE_UINT64, packed, to);
  case PROTOBUF_C_TYPE_BOOL:
    return put_varints_of(PROTOBUF_C_TYPE_BOOL, packed, to);
  default:
    return put_varints_of(PROTOBUF_C_TYPE_UINT32, packed, to);
  }
}

static bool are_varints(struct bytes packed) {
  uint64_t value = 0;
  while (packed.size > 0)
    if (!wire_take_varint(&packed, &value))
      return false;
  return true;
}

/* Many numbers in one field. */
static enum unpack_verdict put_packed(struct frame *frame, const ProtobufCFieldDescriptor *field,
                                      const struct wire_field *value) {
  size_t stride = kind_memory(field->type);
  struct bytes packed = value->content;
  bool varints = kind_wire(field->type) == WIRE_VARINT;
  if (!varints && packed.size % stride != 0)
    return UNPACK_MALFORMED;
  if (frame->message == NULL)
    return varints && !are_varints(packed) ? UNPACK_MALFORMED : UNPACK_GOOD;
  size_t n = count_values(field, value), *size = size_of(frame, field);
  if (!make_room(frame, field, n, true))
    return UNPACK_MEMORY;
  if (n == 0)
    return packed.size == 0 ? UNPACK_GOOD : UNPACK_MALFORMED;
  uint8_t *to = *array_of(frame, field) + *size * stride;
  *size += n;
  if (varints)
    return put_varints(field->type, packed, to) ? UNPACK_GOOD : UNPACK_MALFORMED;
  memcpy(to, packed.data, packed.size);
  return UNPACK_GOOD;
}

/* The next field of the message, if it is the same once more. */
static inline bool take_alike(struct frame *frame, struct wire_field *value) {
  const uint8_t *at = frame->rest.data;
  if (frame->rest.size == 0 || *at >= 0x80 || *at != *frame->at ||
      !wire_take_field(&frame->rest, value))
    return false;
  frame->at = at;
  return true;
}

/* A value of an array, and all that follow it. */
static enum unpack_verdict put_items(struct frame *frame, const ProtobufCFieldDescriptor *field,
                                     struct wire_field *value) {
  if (frame->message == NULL)
    return put_value(frame->walk, field, value, NULL);
  if (!make_room(frame, field, 1, false))
    return UNPACK_MEMORY;
  size_t stride = kind_memory(field->type), *size = size_of(frame, field);
  uint8_t *item = *array_of(frame, field) + *size * stride;
  enum unpack_verdict verdict = UNPACK_GOOD;
  do {
    ++*size;
    memset(item, 0, stride);
    verdict = put_value(frame->walk, field, value, item);
    item += stride;
  } while (verdict == UNPACK_GOOD && take_alike(frame, value));
  return verdict;
}

/* --- Messages --------------------------------------------------------------------------------- */

/* The member of a field that is not repeated, and a note that it is there. */
static void *member_of(const struct frame *frame, const ProtobufCFieldDescriptor *field) {
  if (frame->message == NULL)
    return NULL;
  void *member = frame->message + field->offset;
  if (field->quantifier_offset == 0)
    return member;
  uint32_t *quantifier = (uint32_t *)(void *)(frame->message + field->quantifier_offset);
  bool one_of = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
  if (one_of && *quantifier != field->id)
    memset(member, 0, kind_memory(field->type));
  *quantifier = one_of ? field->id : 1;
  return member;
}

static enum unpack_verdict read_field(struct frame *frame, const ProtobufCFieldDescriptor *field,
                                      struct wire_field *value) {
  bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
  if (value->type != kind_wire(field->type))
    return repeated && value->type == WIRE_BYTES ? put_packed(frame, field, value)
                                                 : UNPACK_MALFORMED;
  if (repeated)
    return put_items(frame, field, value);
  return put_value(frame->walk, field, value, member_of(frame, field));
}

/* Most messages number their fields 1, 2, 3. */
static inline const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *type,
                                                         uint32_t number) {
  if (number <= type->n_fields && type->fields[number - 1].id == number)
    return &type->fields[number - 1];
  return protobuf_c_message_descriptor_get_field(type, number);
}

/* Recursion ends: no message of the contract contains itself, and a test says so. */
static enum unpack_verdict walk_message(struct walk *walk, struct bytes packed,
                                        const ProtobufCMessageDescriptor *type,
                                        ProtobufCMessage *message) {
  assert(type->n_fields <= FIELDS_MAX);
  struct frame frame = {.walk = walk, .type = type, .message = (uint8_t *)message, .rest = packed};
  while (frame.rest.size > 0) {
    struct wire_field value;
    frame.at = frame.rest.data;
    if (!wire_take_field(&frame.rest, &value))
      return UNPACK_MALFORMED;
    const ProtobufCFieldDescriptor *field = find_field(type, value.number);
    if (field == NULL)
      continue;
    enum unpack_verdict verdict = read_field(&frame, field, &value);
    if (verdict == UNPACK_GOOD)
      continue;
    if (walk->place != NULL)
      prepend(walk->place, field, position_of(packed, field->id, frame.at));
    return verdict;
  }
  return UNPACK_GOOD;
}

static enum unpack_verdict unpack(struct walk *walk, struct bytes packed,
                                  const ProtobufCMessageDescriptor *type,
                                  ProtobufCMessage **ret_message) {
  begin_blocks(walk, packed, type);
  ProtobufCMessage *message = new_message(walk, type);
  if (message == NULL)
    return UNPACK_MEMORY;
  enum unpack_verdict verdict = walk_message(walk, packed, type, message);
  if (verdict == UNPACK_GOOD)
    *ret_message = message;
  return verdict;
}

enum unpack_verdict unpack_check(struct bytes packed, const ProtobufCMessageDescriptor *type,
                                 struct unpack_place *ret_place) {
  ret_place->field[0] = '\0';
  struct walk walk = {.messages_left = LIMIT_SUBMESSAGES, .place = ret_place};
  return walk_message(&walk, packed, type, NULL);
}

enum unpack_verdict unpack_checked(const struct unpack_target *target, struct bytes packed,
                                   struct unpack_place *ret_place, ProtobufCMessage **ret_message) {
  ret_place->field[0] = '\0';
  struct walk walk = {.arena = target->arena,
                      .arena_bytes_max = target->arena_bytes_max,
                      .messages_left = LIMIT_SUBMESSAGES,
                      .place = ret_place};
  enum unpack_verdict verdict = unpack(&walk, packed, target->type, ret_message);
  if (verdict != UNPACK_MEMORY)
    return verdict;
  verdict = unpack_check(packed, target->type, ret_place);
  return verdict == UNPACK_GOOD ? UNPACK_MEMORY : verdict;
}

enum unpack_verdict unpack_known(struct bytes packed, const ProtobufCMessageDescriptor *type,
                                 struct arena *arena, ProtobufCMessage **ret_message) {
  struct walk walk = {
      .arena = arena, .arena_bytes_max = SIZE_MAX, .messages_left = SIZE_MAX, .any_text = true};
  return unpack(&walk, packed, type, ret_message);
}
