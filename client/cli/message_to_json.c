/* SPDX-License-Identifier: MIT */
#include "client/cli/message_to_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "client/cli/base64.h"
#include "client/cli/message_field.h"
#include "proto/number.h"
#include "proto/utf8.h"
#include "proto/kind.h"

static json_t *convert(const ProtobufCMessage *message, bool whole);

static size_t character_size(struct bytes text) {
  for (size_t size = 1; size <= 4 && size <= text.size; size++)
    if (utf8_is_valid(bytes_of(text.data, size)))
      return size;
  return 0;
}

static json_t *json_of_bad_text(struct bytes text) {
  static const char REPLACEMENT[] = "\xef\xbf\xbd";
  char *repaired = malloc(text.size * 3 + 1), *to = repaired;
  while (repaired != NULL && text.size > 0) {
    size_t size = character_size(text), taken = size > 0 ? size : 1;
    memcpy(to, size > 0 ? (const char *)text.data : REPLACEMENT, size > 0 ? size : 3);
    to += size > 0 ? size : 3;
    text = bytes_of(text.data + taken, text.size - taken);
  }
  json_t *json = repaired == NULL ? NULL : json_stringn_nocheck(repaired, (size_t)(to - repaired));
  free(repaired);
  return json;
}

static json_t *json_of_text(const char *text) {
  struct bytes bytes = bytes_of_text(text == NULL ? "" : text);
  if (!utf8_is_valid(bytes))
    return json_of_bad_text(bytes);
  return json_stringn_nocheck((const char *)bytes.data, bytes.size);
}

static json_t *json_of_bytes(const ProtobufCBinaryData *data) {
  size_t size = BASE64_TEXT_SIZE(data->len);
  scoped(free) char *text = malloc(size + 1);
  if (text == NULL)
    return NULL;
  base64_write(bytes_of(data->data, data->len), text);
  return json_stringn_nocheck(text, size);
}

static json_t *json_of_double(double value) {
  char text[NUMBER_TEXT_SIZE];
  if (isfinite(value))
    return json_real(value);
  size_t size = number_format(value, text);
  return json_stringn_nocheck(text, size);
}

/* The double whose shortest text is the float's. */
static json_t *json_of_float(float value) {
  char text[32];
  double wide = value;
  for (int n_digits = 1; isfinite(value) && n_digits <= 9; n_digits++) {
    snprintf(text, sizeof text, "%.*e", n_digits - 1, (double)value);
    if (number_parse(bytes_of_text(text), &wide) == NUMBER_OK && (float)wide == value)
      break;
  }
  return json_of_double(wide);
}

static json_t *json_of_integer(const ProtobufCFieldDescriptor *field, const void *value) {
  char text[24];
  int64_t number = 0;
  uint32_t small = 0;
  switch (field->type) {
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    memcpy(&number, value, sizeof number);
    snprintf(text, sizeof text, "%" PRIu64, (uint64_t)number);
    return json_string_nocheck(text);
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    memcpy(&number, value, sizeof number);
    snprintf(text, sizeof text, "%" PRId64, number);
    return json_string_nocheck(text);
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    memcpy(&small, value, sizeof small);
    return json_integer((json_int_t)small);
  default:
    memcpy(&small, value, sizeof small);
    return json_integer((int32_t)small);
  }
}

static json_t *json_of_enum(const ProtobufCEnumDescriptor *descriptor, const void *value) {
  int32_t number;
  memcpy(&number, value, sizeof number);
  const ProtobufCEnumValue *named = protobuf_c_enum_descriptor_get_value(descriptor, number);
  return named != NULL ? json_string_nocheck(named->name) : json_integer(number);
}

static json_t *json_of_value(const ProtobufCFieldDescriptor *field, const void *value, bool whole) {
  switch (field->type) {
  case PROTOBUF_C_TYPE_MESSAGE:
    return convert(*(ProtobufCMessage *const *)value, whole);
  case PROTOBUF_C_TYPE_STRING:
    return json_of_text(*(char *const *)value);
  case PROTOBUF_C_TYPE_BYTES:
    return json_of_bytes(value);
  case PROTOBUF_C_TYPE_BOOL:
    return json_boolean(*(const protobuf_c_boolean *)value);
  case PROTOBUF_C_TYPE_DOUBLE:
    return json_of_double(*(const double *)value);
  case PROTOBUF_C_TYPE_FLOAT:
    return json_of_float(*(const float *)value);
  case PROTOBUF_C_TYPE_ENUM:
    return json_of_enum(field->descriptor, value);
  default:
    return json_of_integer(field, value);
  }
}

static json_t *json_of_list(const ProtobufCFieldDescriptor *field, const uint8_t *message,
                            bool whole) {
  size_t n, size = kind_memory(field->type);
  const uint8_t *items;
  memcpy(&n, message + field->quantifier_offset, sizeof n);
  memcpy(&items, message + field->offset, sizeof items);
  json_t *list = json_array();
  for (size_t i = 0; list != NULL && i < n; i++) {
    if (json_array_append_new(list, json_of_value(field, items + i * size, whole)) == 0)
      continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

static bool is_default(const ProtobufCFieldDescriptor *field, const uint8_t *value) {
  static const uint8_t ZERO[8] = {0};
  const ProtobufCBinaryData *data = (const void *)value;
  const char *text;
  switch (field->type) {
  case PROTOBUF_C_TYPE_BYTES:
    return data->len == 0;
  case PROTOBUF_C_TYPE_STRING:
    memcpy(&text, value, sizeof text);
    return text == NULL || text[0] == '\0';
  default:
    return memcmp(value, ZERO, kind_memory(field->type)) == 0;
  }
}

/* Whether the mapping shows the field. */
static bool is_shown(const ProtobufCFieldDescriptor *field, const uint8_t *message, bool whole) {
  if (field->label == PROTOBUF_C_LABEL_REPEATED) {
    size_t n;
    memcpy(&n, message + field->quantifier_offset, sizeof n);
    return whole || n > 0;
  }
  if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
    uint32_t chosen;
    memcpy(&chosen, message + field->quantifier_offset, sizeof chosen);
    return chosen == field->id;
  }
  bool absent = is_default(field, message + field->offset);
  return !absent || (whole && field->type != PROTOBUF_C_TYPE_MESSAGE);
}

static json_t *convert(const ProtobufCMessage *message, bool whole) {
  char name[FIELD_NAME_SIZE];
  const uint8_t *from = (const uint8_t *)message;
  json_t *object = json_object();
  for (unsigned i = 0; object != NULL && i < message->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
    if (!is_shown(field, from, whole))
      continue;
    field_json_name(field, name);
    json_t *value = field->label == PROTOBUF_C_LABEL_REPEATED
                        ? json_of_list(field, from, whole)
                        : json_of_value(field, from + field->offset, whole);
    if (json_object_set_new_nocheck(object, name, value) == 0)
      continue;
    json_decref(object);
    object = NULL;
  }
  return object;
}

json_t *message_to_json(const ProtobufCMessage *message) {
  return convert(message, false);
}

json_t *message_to_json_whole(const ProtobufCMessage *message) {
  return convert(message, true);
}
