/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>

#include "client/cli/base64.h"
#include "client/cli/json_text.h"
#include "client/cli/message_field.h"
#include "client/cli/message_reading.h"
#include "client/cli/whole.h"
#include "proto/number.h"
#include "proto/suggest.h"
#include "proto/kind.h"

static bool read_text(struct reading *reading, const struct place *place, const json_t *json,
                      void *ret_value) {
  if (!json_is_string(json) || json_text_is_number(json))
    return reading_fail(reading, place, "is not text");
  char *text =
      arena_text(reading->arena, bytes_of(json_string_value(json), json_string_length(json)));
  if (text == NULL)
    return reading_fail(reading, place, "out of memory");
  *(char **)ret_value = text;
  return true;
}

static bool read_bytes(struct reading *reading, const struct place *place, const json_t *json,
                       ProtobufCBinaryData *ret_data) {
  if (!json_is_string(json))
    return reading_fail(reading, place, "is not base64 text");
  struct bytes text = bytes_of(json_string_value(json), json_string_length(json));
  uint8_t *data = arena_alloc(reading->arena, BASE64_BYTES_MOST(text.size) + 1);
  if (data == NULL)
    return reading_fail(reading, place, "out of memory");
  if (!base64_read(text, data, &ret_data->len))
    return reading_fail(reading, place, "is not base64 text");
  ret_data->data = data;
  return true;
}

static bool read_bool(struct reading *reading, const struct place *place, const json_t *json,
                      void *ret_value) {
  if (!json_is_boolean(json))
    return reading_fail(reading, place, "is not true or false");
  *(protobuf_c_boolean *)ret_value = json_is_true(json);
  return true;
}

static bool special_double(struct bytes text, double *ret_value) {
  static const struct {
    const char *name;
    double value;
  } NAMES[] = {
      {"NaN", (double)NAN}, {"Infinity", (double)INFINITY}, {"-Infinity", -(double)INFINITY}};
  for (size_t i = 0; i < count_of(NAMES); i++) {
    if (!bytes_equal(text, bytes_of_text(NAMES[i].name)))
      continue;
    *ret_value = NAMES[i].value;
    return true;
  }
  return false;
}

static bool read_double(struct reading *reading, const struct place *place, const json_t *json,
                        double *ret_value) {
  if (json_is_number(json)) {
    *ret_value = json_number_value(json);
    return true;
  }
  struct bytes text = json_text_of_number(json);
  if (special_double(text, ret_value))
    return true;
  enum number_status status = number_parse(text, ret_value);
  return status == NUMBER_OK || reading_fail(reading, place, "%s", number_status_text(status));
}

static bool read_float(struct reading *reading, const struct place *place, const json_t *json,
                       float *ret_value) {
  double wide = 0;
  if (!read_double(reading, place, json, &wide))
    return false;
  float value = (float)wide;
  if (isinf(value) && !isinf(wide))
    return reading_fail(reading, place, "%s", number_status_text(NUMBER_TOO_LARGE));
  *ret_value = value;
  return true;
}

static bool whole_of(const json_t *json, struct whole *ret_whole) {
  char text[NUMBER_TEXT_SIZE];
  if (json_is_integer(json)) {
    json_int_t number = json_integer_value(json);
    ret_whole->negative = number < 0;
    ret_whole->magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    return true;
  }
  if (json_is_real(json))
    return whole_parse(bytes_of(text, number_format(json_real_value(json), text)), ret_whole);
  return whole_parse(json_text_of_number(json), ret_whole);
}

/* The numbers of a type: from -below to above. */
struct bounds {
  uint64_t below;
  uint64_t above;
};

static const struct bounds INT32 = {UINT64_C(1) << 31, INT32_MAX};

static struct bounds bounds_of(ProtobufCType type) {
  switch (type) {
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return (struct bounds){UINT64_C(1) << 63, INT64_MAX};
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return (struct bounds){0, UINT64_MAX};
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    return (struct bounds){0, UINT32_MAX};
  default:
    return INT32;
  }
}

static bool is_within(struct bounds bounds, struct whole whole) {
  return whole.magnitude <= (whole.negative ? bounds.below : bounds.above);
}

/* Two's complement of the number, as both signed and unsigned fields keep it. */
static uint64_t bits_of(struct whole whole) {
  return whole.negative ? 0 - whole.magnitude : whole.magnitude;
}

static bool read_integer(struct reading *reading, const struct place *place, const json_t *json,
                         const ProtobufCFieldDescriptor *field, void *ret_value) {
  struct whole whole;
  struct bounds bounds = bounds_of(field->type);
  if (!whole_of(json, &whole) || !is_within(bounds, whole))
    return reading_fail(reading, place, "is not a whole number from %s%llu to %llu",
                        bounds.below > 0 ? "-" : "", (unsigned long long)bounds.below,
                        (unsigned long long)bounds.above);
  uint64_t wide = bits_of(whole);
  uint32_t narrow = (uint32_t)wide;
  if (kind_memory(field->type) == sizeof wide)
    memcpy(ret_value, &wide, sizeof wide);
  else
    memcpy(ret_value, &narrow, sizeof narrow);
  return true;
}

static const ProtobufCEnumValue *enum_value_ending(const ProtobufCEnumDescriptor *descriptor,
                                                   const char *name) {
  for (unsigned i = 0; i < descriptor->n_values; i++) {
    size_t size = strlen(descriptor->values[i].name), tail = strlen(name);
    if (tail == 0 || tail >= size)
      continue;
    const char *end = descriptor->values[i].name + (size - tail);
    if (end[-1] == '_' && strcmp(end, name) == 0)
      return &descriptor->values[i];
  }
  return NULL;
}

static bool fail_enum(struct reading *reading, const struct place *place,
                      const ProtobufCEnumDescriptor *descriptor, const char *name) {
  const char *nearest = NULL;
  size_t limit = suggest_limit(strlen(name)), least = limit + 1;
  const ProtobufCEnumValue *ending = enum_value_ending(descriptor, name);
  if (ending != NULL)
    nearest = ending->name;
  for (unsigned i = 0; ending == NULL && i < descriptor->n_values; i++) {
    const char *known = descriptor->values[i].name;
    size_t distance = suggest_distance(bytes_of_text(name), bytes_of_text(known), least);
    if (distance >= least)
      continue;
    least = distance;
    nearest = known;
  }
  if (nearest != NULL)
    return reading_fail(reading, place, "\"%s\" is no %s; did you mean %s?", name,
                        descriptor->short_name, nearest);
  return reading_fail(reading, place, "\"%s\" is no %s; one is %s", name, descriptor->short_name,
                      descriptor->values[descriptor->n_values - 1].name);
}

static bool read_enum(struct reading *reading, const struct place *place, const json_t *json,
                      const ProtobufCEnumDescriptor *descriptor, int32_t *ret_value) {
  if (!json_is_string(json) || json_text_is_number(json)) {
    struct whole whole;
    if (!whole_of(json, &whole) || !is_within(INT32, whole))
      return reading_fail(reading, place, "is not the name of a %s", descriptor->short_name);
    *ret_value = (int32_t)bits_of(whole);
    return true;
  }
  const char *name = json_string_value(json);
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(descriptor, name);
  if (value == NULL && !reading->strict)
    value = enum_value_ending(descriptor, name);
  if (value == NULL)
    return fail_enum(reading, place, descriptor, name);
  *ret_value = value->value;
  return true;
}

bool reading_scalar(struct reading *reading, const struct place *place, const json_t *json,
                    const ProtobufCFieldDescriptor *field, void *ret_value) {
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    return read_text(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_BYTES:
    return read_bytes(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_BOOL:
    return read_bool(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_DOUBLE:
    return read_double(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_FLOAT:
    return read_float(reading, place, json, ret_value);
  case PROTOBUF_C_TYPE_ENUM:
    return read_enum(reading, place, json, field->descriptor, ret_value);
  default:
    return read_integer(reading, place, json, field, ret_value);
  }
}
