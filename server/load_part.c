/* SPDX-License-Identifier: MIT */
/* What is inside a packed LoadPart. */
#include "server/load.h"

#include <stdio.h>

#include "proto/unpack.h"
#include "proto/wire.h"

/* Read from the generated descriptor, so that the names are the contract's. */
static const ProtobufCFieldDescriptor *describe(enum load_field field) {
  return protobuf_c_message_descriptor_get_field(&bellwether__v1__load_part__descriptor, field);
}

const char *load_field_name(enum load_field field) {
  return describe(field)->name;
}

const ProtobufCMessageDescriptor *load_field_type(enum load_field field) {
  return describe(field)->descriptor;
}

static bool fail_undecodable(struct context *context, const struct path *path) {
  return check_fail(context, path, "REQUEST_UNDECODABLE", NULL,
                    "The bytes are not a packed bellwether.v1.LoadPart.");
}

bool load_check_packed(struct context *context, const struct path *path, enum load_field field,
                       struct bytes packed) {
  struct unpack_place place;
  enum unpack_verdict verdict = unpack_check(packed, load_field_type(field), &place);
  const struct path *at = place.field[0] == '\0' ? path : PATH(path, place.field);
  switch (verdict) {
  case UNPACK_GOOD:
    return true;
  case UNPACK_MALFORMED:
    return fail_undecodable(context, at);
  case UNPACK_TEXT_INVALID:
    return check_fail(context, at, "TEXT_NOT_UTF8", NULL, "Text is not UTF-8 without NUL.");
  case UNPACK_MESSAGES_LIMIT:
    return check_count(context, at, SIZE_MAX, LIMIT_SUBMESSAGES);
  case UNPACK_MEMORY:
    break;
  }
  return fail_undecodable(context, at);
}

/* What was checked when it arrived can only fail for want of memory. */
const void *load_unpack_as(struct context *context, struct arena *arena,
                           const ProtobufCMessageDescriptor *type, struct bytes packed) {
  ProtobufCMessage *message = NULL;
  if (unpack_known(packed, type, arena, &message) != UNPACK_GOOD)
    context_fail_memory(context);
  return message;
}

const void *load_unpack(struct context *context, struct arena *arena, enum load_field field,
                        struct bytes packed) {
  return load_unpack_as(context, arena, load_field_type(field), packed);
}

bool load_walk_part(struct context *context, const struct path *part, uint32_t number,
                    struct bytes content, load_visit *visit, void *arg) {
  uint32_t counts[LOAD_FIELDS_END] = {0};
  struct bytes rest = content;
  while (rest.size > 0) {
    struct wire_field field;
    if (!wire_take_field(&rest, &field))
      return fail_undecodable(context, part);
    if (field.number >= LOAD_FIELDS_END)
      continue;
    if (field.type != WIRE_BYTES)
      return fail_undecodable(context, part);
    struct plan_place place = {
        .part = number,
        .index = counts[field.number]++,
        .offset = (uint32_t)(field.content.data - content.data),
        .size = (uint32_t)field.content.size,
    };
    if (!visit(arg, (enum load_field)field.number, &place, field.content))
      return false;
  }
  return true;
}
