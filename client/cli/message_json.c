/* SPDX-License-Identifier: MIT */
#include "client/cli/message_json.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "client/cli/message_field.h"
#include "proto/instant.h"
#include "proto/number.h"
#include "proto/suggest.h"

/* A position in the JSON, back to the whole. */
struct place {
  const struct place *outer;
  const char *name; /* NULL: an item of a list */
  size_t index;
};

struct reading {
  struct arena *arena;
  struct message_json_error *error;
};

static size_t print_place(const struct place *place, char *text, size_t size) {
  if (place == NULL)
    return 0;
  size_t used = print_place(place->outer, text, size);
  if (used >= size)
    return used;
  int n = place->name == NULL
              ? snprintf(text + used, size - used, "[%zu]", place->index)
              : snprintf(text + used, size - used, "%s%s", used > 0 ? "." : "", place->name);
  return used + (size_t)n;
}

/* Always false. */
static bool fail(struct reading *reading, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool fail(struct reading *reading, const struct place *place, const char *format, ...) {
  va_list values;
  reading->error->path[0] = '\0';
  print_place(place, reading->error->path, sizeof reading->error->path);
  va_start(values, format);
  vsnprintf(reading->error->problem, sizeof reading->error->problem, format, values);
  va_end(values);
  return false;
}

static void *get(struct reading *reading, const struct place *place, size_t n, size_t size) {
  void *memory = n == 0 || size <= SIZE_MAX / n ? arena_zero(reading->arena, n * size) : NULL;
  if (memory == NULL)
    fail(reading, place, "out of memory");
  return memory;
}

static bool read_text(struct reading *reading, const struct place *place, const json_t *json,
                      void *ret_value) {
  if (!json_is_string(json))
    return fail(reading, place, "is not text");
  char *text =
      arena_text(reading->arena, bytes_of(json_string_value(json), json_string_length(json)));
  if (text == NULL)
    return fail(reading, place, "out of memory");
  *(char **)ret_value = text;
  return true;
}

static bool read_bool(struct reading *reading, const struct place *place, const json_t *json,
                      void *ret_value) {
  if (!json_is_boolean(json))
    return fail(reading, place, "is not true or false");
  *(protobuf_c_boolean *)ret_value = json_is_true(json);
  return true;
}

static bool read_double(struct reading *reading, const struct place *place, const json_t *json,
                        double *ret_value) {
  if (json_is_number(json))
    *ret_value = json_number_value(json);
  else if (json_is_string(json) && strcmp(json_string_value(json), "NaN") == 0)
    *ret_value = (double)NAN;
  else if (!json_is_string(json) ||
           number_parse(bytes_of_text(json_string_value(json)), ret_value) != NUMBER_OK)
    return fail(reading, place, "is not a number");
  return true;
}

/* Whole numbers from least to most; as text, too, since many languages' JSON has only doubles. */
static bool read_whole(struct reading *reading, const struct place *place, const json_t *json,
                       int64_t least, int64_t most, int64_t *ret_number) {
  long long number = 0;
  char *end = NULL;
  bool whole = json_is_integer(json);
  if (whole)
    number = json_integer_value(json);
  if (json_is_string(json) && json_string_length(json) > 0) {
    errno = 0;
    number = strtoll(json_string_value(json), &end, 10);
    whole = *end == '\0' && errno == 0;
  }
  if (!whole || number < least || number > most)
    return fail(reading, place, "is not a whole number from %lld to %lld", (long long)least,
                (long long)most);
  *ret_number = number;
  return true;
}

static const ProtobufCEnumValue *enum_value_named(const ProtobufCEnumDescriptor *descriptor,
                                                  const char *name) {
  const ProtobufCEnumValue *whole = protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
  for (unsigned i = 0; whole == NULL && i < descriptor->n_values; i++) {
    size_t size = strlen(descriptor->values[i].name), tail = strlen(name);
    const char *end = descriptor->values[i].name + (size - tail);
    if (size > tail && tail > 0 && end[-1] == '_' && strcmp(end, name) == 0)
      return &descriptor->values[i];
  }
  return whole;
}

static bool read_enum(struct reading *reading, const struct place *place, const json_t *json,
                      const ProtobufCEnumDescriptor *descriptor, int *ret_value) {
  if (!json_is_string(json)) {
    int64_t number = 0;
    if (!read_whole(reading, place, json, 0, INT32_MAX, &number))
      return fail(reading, place, "is not the name of a %s", descriptor->short_name);
    *ret_value = (int)number;
    return true;
  }
  const ProtobufCEnumValue *value = enum_value_named(descriptor, json_string_value(json));
  if (value == NULL)
    return fail(reading, place, "\"%s\" is no %s; one is %s", json_string_value(json),
                descriptor->short_name, descriptor->values[descriptor->n_values - 1].name);
  *ret_value = value->value;
  return true;
}

static bool read_number(struct reading *reading, const struct place *place, const json_t *json,
                        const ProtobufCFieldDescriptor *field, void *ret_value) {
  int64_t number = 0;
  switch (field->type) {
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return read_whole(reading, place, json, INT64_MIN, INT64_MAX, ret_value);
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return read_whole(reading, place, json, 0, INT64_MAX, ret_value);
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    if (!read_whole(reading, place, json, 0, UINT32_MAX, &number))
      return false;
    *(uint32_t *)ret_value = (uint32_t)number;
    return true;
  default:
    if (!read_whole(reading, place, json, INT32_MIN, INT32_MAX, &number))
      return false;
    *(int32_t *)ret_value = (int32_t)number;
    return true;
  }
}

static ProtobufCMessage *read_message(struct reading *reading, const struct place *place,
                                      const json_t *json,
                                      const ProtobufCMessageDescriptor *descriptor);

static bool read_value(struct reading *reading, const struct place *place, const json_t *json,
                       const ProtobufCFieldDescriptor *field, void *ret_value) {
  switch (field->type) {
  case PROTOBUF_C_TYPE_MESSAGE:
    *(ProtobufCMessage **)ret_value = read_message(reading, place, json, field->descriptor);
    return *(ProtobufCMessage **)ret_value != NULL;
  case PROTOBUF_C_TYPE_STRING:
    return read_text(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_BOOL:
    return read_bool(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_DOUBLE:
    return read_double(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_ENUM:
    return read_enum(reading, place, json, field->descriptor, ret_value);
  case PROTOBUF_C_TYPE_BYTES:
  case PROTOBUF_C_TYPE_FLOAT:
    return fail(reading, place, "cannot be given here");
  default:
    return read_number(reading, place, json, field, ret_value);
  }
}

static bool read_list(struct reading *reading, const struct place *place, const json_t *json,
                      const ProtobufCFieldDescriptor *field, uint8_t *message) {
  if (!json_is_array(json))
    return fail(reading, place, "is not a list: [...]");
  size_t n = json_array_size(json), size = field_value_size(field);
  uint8_t *items = get(reading, place, n, size);
  if (items == NULL)
    return false;
  for (size_t i = 0; i < n; i++) {
    struct place item = {.outer = place, .index = i};
    if (!read_value(reading, &item, json_array_get(json, i), field, items + i * size))
      return false;
  }
  memcpy(message + field->offset, &items, sizeof items);
  memcpy(message + field->quantifier_offset, &n, sizeof n);
  return true;
}

static bool read_field(struct reading *reading, const struct place *place, const json_t *json,
                       const ProtobufCFieldDescriptor *field, uint8_t *message) {
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return read_list(reading, place, json, field, message);
  if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
    memcpy(message + field->quantifier_offset, &field->id, sizeof field->id);
  return read_value(reading, place, json, field, message + field->offset);
}

/* The instant NAME_at_ms that NAME stands for, or NULL. */
static const ProtobufCFieldDescriptor *instant_named(const ProtobufCMessageDescriptor *descriptor,
                                                     const char *name) {
  char whole[64];
  snprintf(whole, sizeof whole, "%s_at_ms", name);
  return field_named(descriptor, whole);
}

static bool read_instant(struct reading *reading, const struct place *place, const json_t *json,
                         const ProtobufCFieldDescriptor *field, ProtobufCMessage *message) {
  struct instant_span span;
  if (!json_is_string(json) ||
      instant_parse(bytes_of_text(json_string_value(json)), &span) != INSTANT_OK)
    return fail(reading, place,
                "is not a date or a time: \"2025-06-30\" or "
                "\"2025-01-13T07:00:00Z\"");
  memcpy((uint8_t *)message + field->offset, &span.first_ms, sizeof span.first_ms);
  const ProtobufCFieldDescriptor *precision = field_named(message->descriptor, "precision");
  if (precision != NULL) { /* TimePrecision: DAY is 1, INSTANT 2 */
    int kind = span.precision == INSTANT_PRECISION_DAY ? 1 : 2;
    memcpy((uint8_t *)message + precision->offset, &kind, sizeof kind);
  }
  return true;
}

static bool fail_name(struct reading *reading, const struct place *place,
                      const ProtobufCMessageDescriptor *descriptor, const char *name) {
  bool whole = strcmp(descriptor->short_name, "LoadPart") == 0;
  const char *kind = whole ? "description" : descriptor->short_name;
  for (unsigned i = 0; i < descriptor->n_fields; i++)
    if (suggest_distance(bytes_of_text(name), bytes_of_text(descriptor->fields[i].name), 3) < 3)
      return fail(reading, place, "is not known in a %s; did you mean \"%s\"?", kind,
                  descriptor->fields[i].name);
  return fail(reading, place, "is not known in a %s", kind);
}

static ProtobufCMessage *read_message(struct reading *reading, const struct place *place,
                                      const json_t *json,
                                      const ProtobufCMessageDescriptor *descriptor) {
  if (!json_is_object(json)) {
    fail(reading, place, "is not an object: {...}");
    return NULL;
  }
  ProtobufCMessage *message = get(reading, place, 1, descriptor->sizeof_message);
  if (message == NULL)
    return NULL;
  protobuf_c_message_init(descriptor, message);
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)json, name, value) {
    struct place inner = {.outer = place, .name = name};
    const ProtobufCFieldDescriptor *field = field_named(descriptor, name);
    const ProtobufCFieldDescriptor *instant =
        field == NULL ? instant_named(descriptor, name) : NULL;
    if (json_is_null(value) && (field != NULL || instant != NULL))
      continue;
    bool read = field != NULL     ? read_field(reading, &inner, value, field, (uint8_t *)message)
                : instant != NULL ? read_instant(reading, &inner, value, instant, message)
                                  : fail_name(reading, &inner, descriptor, name);
    if (!read)
      return NULL;
  }
  return message;
}

ProtobufCMessage *message_from_json(struct arena *arena, const json_t *json,
                                    const ProtobufCMessageDescriptor *descriptor,
                                    struct message_json_error *ret_error) {
  struct reading reading = {.arena = arena, .error = ret_error};
  return read_message(&reading, NULL, json, descriptor);
}
