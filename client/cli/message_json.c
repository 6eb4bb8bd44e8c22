/* SPDX-License-Identifier: MIT */
#include "client/cli/message_json.h"

#include <stdarg.h>
#include <stdio.h>

#include "client/cli/message_field.h"
#include "client/cli/message_reading.h"
#include "proto/instant.h"
#include "proto/suggest.h"
#include "proto/kind.h"

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

bool reading_fail(struct reading *reading, const struct place *place, const char *format, ...) {
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
    reading_fail(reading, place, "out of memory");
  return memory;
}

static ProtobufCMessage *read_message(struct reading *reading, const struct place *place,
                                      const json_t *json,
                                      const ProtobufCMessageDescriptor *descriptor);

static bool read_value(struct reading *reading, const struct place *place, const json_t *json,
                       const ProtobufCFieldDescriptor *field, void *ret_value) {
  if (field->type != PROTOBUF_C_TYPE_MESSAGE)
    return reading_scalar(reading, place, json, field, ret_value);
  *(ProtobufCMessage **)ret_value = read_message(reading, place, json, field->descriptor);
  return *(ProtobufCMessage **)ret_value != NULL;
}

static bool read_list(struct reading *reading, const struct place *place, const json_t *json,
                      const ProtobufCFieldDescriptor *field, uint8_t *message) {
  if (!json_is_array(json))
    return reading_fail(reading, place, "is not a list: [...]");
  size_t n = json_array_size(json), size = kind_memory(field->type);
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

/* What messages call a field: people write files with the names of the .proto files. */
static const char *name_for(const struct reading *reading, const ProtobufCFieldDescriptor *field,
                            char name[static FIELD_NAME_SIZE]) {
  if (!reading->strict)
    return field->name;
  field_json_name(field, name);
  return name;
}

static bool choose_member(struct reading *reading, const struct place *place,
                          const ProtobufCFieldDescriptor *field, ProtobufCMessage *message) {
  uint8_t *at = (uint8_t *)message + field->quantifier_offset;
  uint32_t chosen;
  char name[FIELD_NAME_SIZE];
  memcpy(&chosen, at, sizeof chosen);
  if (chosen != 0) {
    const ProtobufCFieldDescriptor *other =
        protobuf_c_message_descriptor_get_field(message->descriptor, chosen);
    return reading_fail(reading, place, "excludes \"%s\": only one of them can be given",
                        name_for(reading, other, name));
  }
  memcpy(at, &field->id, sizeof field->id);
  return true;
}

static bool read_field(struct reading *reading, const struct place *place, const json_t *json,
                       const ProtobufCFieldDescriptor *field, ProtobufCMessage *message) {
  uint8_t *to = (uint8_t *)message;
  if (field->label == PROTOBUF_C_LABEL_REPEATED)
    return read_list(reading, place, json, field, to);
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
      !choose_member(reading, place, field, message))
    return false;
  return read_value(reading, place, json, field, to + field->offset);
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
    return reading_fail(reading, place,
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
  bool file = !reading->strict && strcmp(descriptor->short_name, "LoadPart") == 0;
  const char *kind = file ? "description" : descriptor->short_name, *nearest = NULL;
  char names[2][FIELD_NAME_SIZE];
  size_t least = 3;
  for (unsigned i = 0; i < descriptor->n_fields; i++) {
    const char *known = name_for(reading, &descriptor->fields[i], names[0]);
    size_t distance = suggest_distance(bytes_of_text(name), bytes_of_text(known), least);
    if (distance >= least)
      continue;
    least = distance;
    nearest = strcpy(names[1], known);
  }
  if (nearest == NULL)
    return reading_fail(reading, place, "is not known in a %s", kind);
  return reading_fail(reading, place, "is not known in a %s; did you mean \"%s\"?", kind, nearest);
}

/* Two names of one field are as bad as one name twice, which the JSON reader refuses. */
static bool is_given_twice(const json_t *json, const ProtobufCFieldDescriptor *field) {
  char name[FIELD_NAME_SIZE];
  field_json_name(field, name);
  return strcmp(field->name, name) != 0 && json_object_get(json, field->name) != NULL &&
         json_object_get(json, name) != NULL;
}

static bool read_member(struct reading *reading, const struct place *place, const json_t *json,
                        ProtobufCMessage *message) {
  const ProtobufCFieldDescriptor *field = field_named(message->descriptor, place->name);
  const ProtobufCFieldDescriptor *instant =
      field != NULL || reading->strict ? NULL : instant_named(message->descriptor, place->name);
  const json_t *value = json_object_get(json, place->name);
  if (field != NULL && is_given_twice(json, field))
    return reading_fail(reading, place, "is given twice, under both of its names");
  if (json_is_null(value) && (field != NULL || instant != NULL))
    return true;
  if (field != NULL)
    return read_field(reading, place, value, field, message);
  if (instant != NULL)
    return read_instant(reading, place, value, instant, message);
  return fail_name(reading, place, message->descriptor, place->name);
}

static ProtobufCMessage *read_message(struct reading *reading, const struct place *place,
                                      const json_t *json,
                                      const ProtobufCMessageDescriptor *descriptor) {
  if (!json_is_object(json)) {
    reading_fail(reading, place, "is not an object: {...}");
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
    if (!read_member(reading, &inner, json, message))
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

ProtobufCMessage *message_from_json_strict(struct arena *arena, const json_t *json,
                                           const ProtobufCMessageDescriptor *descriptor,
                                           struct message_json_error *ret_error) {
  struct reading reading = {.arena = arena, .error = ret_error, .strict = true};
  return read_message(&reading, NULL, json, descriptor);
}
