/* SPDX-License-Identifier: MIT */
#include "tests/unpack_peer.h"

#include <assert.h>

#include "proto/kind.h"
#include "proto/unpack.h"
#include "proto/utf8.h"

static bool same_values(const ProtobufCFieldDescriptor *field, const void *a, const void *b) {
  if (field->type == PROTOBUF_C_TYPE_STRING)
    return strcmp(*(char *const *)a, *(char *const *)b) == 0;
  if (field->type == PROTOBUF_C_TYPE_BYTES) {
    const ProtobufCBinaryData *left = a, *right = b;
    return bytes_equal(bytes_of(left->data, left->len), bytes_of(right->data, right->len));
  }
  if (field->type != PROTOBUF_C_TYPE_MESSAGE)
    return memcmp(a, b, kind_memory(field->type)) == 0;
  const ProtobufCMessage *left = *(ProtobufCMessage *const *)a;
  const ProtobufCMessage *right = *(ProtobufCMessage *const *)b;
  return left == NULL || right == NULL ? left == right : same_messages(left, right);
}

static bool same_arrays(const ProtobufCFieldDescriptor *field, const uint8_t *a, const uint8_t *b) {
  size_t n = *(const size_t *)(const void *)(a + field->quantifier_offset);
  const uint8_t *left = *(uint8_t *const *)(const void *)(a + field->offset);
  const uint8_t *right = *(uint8_t *const *)(const void *)(b + field->offset);
  if (n != *(const size_t *)(const void *)(b + field->quantifier_offset))
    return false;
  for (size_t i = 0; i < n; i++)
    if (!same_values(field, left + i * kind_memory(field->type),
                     right + i * kind_memory(field->type)))
      return false;
  return true;
}

static bool same_fields(const ProtobufCFieldDescriptor *field, const uint8_t *a, const uint8_t *b) {
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return same_arrays(field, a, b);
  if (field->quantifier_offset != 0) {
    uint32_t left = *(const uint32_t *)(const void *)(a + field->quantifier_offset);
    uint32_t right = *(const uint32_t *)(const void *)(b + field->quantifier_offset);
    bool one_of = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (left != right || (one_of && left != field->id))
      return left == right;
  }
  return same_values(field, a + field->offset, b + field->offset);
}

bool same_messages(const ProtobufCMessage *a, const ProtobufCMessage *b) {
  if (a->descriptor != b->descriptor)
    return false;
  for (unsigned i = 0; i < a->descriptor->n_fields; i++)
    if (!same_fields(&a->descriptor->fields[i], (const uint8_t *)a, (const uint8_t *)b))
      return false;
  return true;
}

/* What is known of bytes without unpacking them. */
struct facts {
  bool malformed; /* not Protobuf, or a bool that is none: protobuf-c sees all other types */
  bool bad_text;
  bool merges; /* a message occurs twice that may occur once */
  bool odd;    /* a varint of more than 64 bits */
};

static void look(struct bytes packed, const ProtobufCMessageDescriptor *type, struct facts *facts) {
  uint64_t seen = 0;
  while (packed.size > 0 && !facts->malformed) {
    const uint8_t *at = packed.data;
    struct wire_field value;
    if (!wire_take_field(&packed, &value)) {
      facts->malformed = true;
      return;
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(type, value.number);
    if (field == NULL)
      continue;
    facts->malformed |= field->type == PROTOBUF_C_TYPE_BOOL && value.type != WIRE_VARINT;
    facts->odd |= value.type == WIRE_VARINT && packed.data - at > 10 && packed.data[-1] > 1;
    if (value.type != WIRE_BYTES)
      continue;
    if (field->type == PROTOBUF_C_TYPE_STRING)
      facts->bad_text |= !utf8_is_valid(value.content);
    if (field->type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    uint64_t bit = UINT64_C(1) << (field - type->fields);
    facts->merges |= field->label != PROTOBUF_C_LABEL_REPEATED && (seen & bit) != 0;
    seen |= bit;
    look(value.content, field->descriptor, facts);
  }
}

static void check_message(struct bytes packed, const ProtobufCMessageDescriptor *type,
                          const ProtobufCMessage *theirs, bool comparable) {
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  ProtobufCMessage *ours = NULL;
  assert(arena != NULL);
  enum unpack_verdict verdict = unpack_known(packed, type, arena, &ours);
  assert(verdict == UNPACK_GOOD || verdict == UNPACK_MALFORMED);
  if (comparable)
    assert((theirs != NULL) == (verdict == UNPACK_GOOD));
  if (comparable && theirs != NULL)
    assert(same_messages(ours, theirs));
}

/* Checked with memory enough and with too little, and checked only. */
static enum unpack_verdict check(struct bytes packed, const ProtobufCMessageDescriptor *type) {
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  struct unpack_place place, same;
  ProtobufCMessage *message = NULL;
  assert(arena != NULL);
  enum unpack_verdict verdict = unpack_check(packed, type, &place);
  struct unpack_target target = {.type = type, .arena = arena, .arena_bytes_max = SIZE_MAX};
  assert(unpack_checked(&target, packed, &same, &message) == verdict);
  assert(strcmp(place.field, same.field) == 0 && (message != NULL) == (verdict == UNPACK_GOOD));
  target.arena_bytes_max = arena_used(arena) + packed.size / 2;
  enum unpack_verdict tight = unpack_checked(&target, packed, &same, &message);
  assert(tight == verdict || (verdict == UNPACK_GOOD && tight == UNPACK_MEMORY));
  return verdict;
}

void unpack_beside_protobuf_c(struct bytes packed, const ProtobufCMessageDescriptor *type) {
  struct facts facts = {0};
  look(packed, type, &facts);
  ProtobufCMessage *theirs = protobuf_c_message_unpack(type, NULL, packed.size, packed.data);
  enum unpack_verdict verdict = check(packed, type);
  bool comparable = !facts.malformed && !facts.merges && !facts.odd;
  if (facts.malformed)
    assert(verdict != UNPACK_GOOD);
  else if (facts.bad_text)
    assert(verdict == UNPACK_TEXT_INVALID || verdict == UNPACK_MALFORMED);
  else if (comparable)
    assert((theirs != NULL) == (verdict == UNPACK_GOOD));
  check_message(packed, type, theirs, comparable);
  if (theirs != NULL)
    protobuf_c_message_free_unpacked(theirs, NULL);
}
