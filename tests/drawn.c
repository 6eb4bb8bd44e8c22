/* SPDX-License-Identifier: MIT */
#include "tests/drawn.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/kind.h"

enum { REPEATED_MOST = 5, TEXT_MOST = 200 };

static uint64_t seed = 1;

uint64_t draw(uint64_t n) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (seed >> 33) % n;
}

/* Numbers of all lengths, zero among them. */
static uint64_t draw_number(void) {
  uint64_t bits = draw(65);
  uint64_t number = (draw(UINT32_MAX) << 32) ^ draw(UINT32_MAX) ^ (draw(4) << 62);
  return bits == 0 ? 0 : number >> (64 - bits);
}

static char *draw_text(struct arena *arena, size_t *ret_size) {
  size_t size = draw(3) == 0 ? 0 : draw(TEXT_MOST);
  char *text = arena_zero(arena, size + 1);
  assert_non_null(text);
  memset(text, 'a' + (int)draw(26), size);
  *ret_size = size;
  return text;
}

static void draw_value(struct arena *arena, const ProtobufCFieldDescriptor *field, void *member) {
  uint64_t number = draw_number();
  size_t size = 0;
  switch (field->type) {
  case PROTOBUF_C_TYPE_MESSAGE:
    *(ProtobufCMessage **)member = draw_message(arena, field->descriptor);
    break;
  case PROTOBUF_C_TYPE_STRING:
    *(char **)member = draw_text(arena, &size);
    break;
  case PROTOBUF_C_TYPE_BYTES: {
    ProtobufCBinaryData *data = member;
    data->data = (uint8_t *)draw_text(arena, &data->len);
    break;
  }
  case PROTOBUF_C_TYPE_BOOL:
    *(protobuf_c_boolean *)member = (protobuf_c_boolean)draw(2);
    break;
  case PROTOBUF_C_TYPE_DOUBLE: {
    double value = draw(3) == 0 ? 0 : (double)number / 7;
    memcpy(member, &value, sizeof value);
    break;
  }
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_SFIXED64:
    memcpy(member, &number, 8);
    break;
  default:
    memcpy(member, &number, 4);
  }
}

static void draw_array(struct arena *arena, const ProtobufCFieldDescriptor *field,
                       uint8_t *message) {
  size_t n = draw(REPEATED_MOST);
  size_t stride = kind_memory(field->type);
  uint8_t *values = arena_zero(arena, n * stride + 1);
  assert_non_null(values);
  for (size_t i = 0; i < n; i++)
    draw_value(arena, field, values + i * stride);
  *(size_t *)(void *)(message + field->quantifier_offset) = n;
  *(void **)(void *)(message + field->offset) = values;
}

ProtobufCMessage *draw_message(struct arena *arena, const ProtobufCMessageDescriptor *type) {
  ProtobufCMessage *message = arena_zero(arena, type->sizeof_message);
  assert_non_null(message);
  protobuf_c_message_init(type, message);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    uint8_t *place = (uint8_t *)message;
    if (field->label != PROTOBUF_C_LABEL_REQUIRED && draw(3) == 0)
      continue;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      draw_array(arena, field, place);
      continue;
    }
    bool one_of = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (one_of && *(uint32_t *)(void *)(place + field->quantifier_offset) != 0)
      continue;
    if (one_of)
      *(uint32_t *)(void *)(place + field->quantifier_offset) = field->id;
    draw_value(arena, field, place + field->offset);
  }
  return message;
}
