/* SPDX-License-Identifier: MIT */
#include "server/describe.h"

#include "proto/unpack.h"

void *message_new(struct context *context, const ProtobufCMessageDescriptor *type) {
  ProtobufCMessage *message = arena_alloc(context->arena, type->sizeof_message);
  if (message == NULL)
    context_fail_memory(context);
  else
    protobuf_c_message_init(type, message);
  return message;
}

char *text_new(struct context *context, struct bytes text) {
  char *copy = arena_text(context->arena, text);
  if (copy == NULL)
    context_fail_memory(context);
  return copy;
}

bool message_unpack(struct context *context, const ProtobufCMessageDescriptor *type,
                    struct bytes packed, void *ret_message) {
  ProtobufCMessage *message = NULL;
  if (packed.size == 0) { /* as the attributes of most series */
    message = message_new(context, type);
    memcpy(ret_message, &message, sizeof message);
    return message != NULL;
  }
  enum unpack_verdict verdict = unpack_known(packed, type, context->arena, &message);
  if (verdict == UNPACK_MEMORY)
    return context_fail_memory(context);
  if (verdict != UNPACK_GOOD)
    return context_fail_store(context, STORE_CORRUPT, "a description");
  memcpy(ret_message, &message, sizeof message);
  return true;
}

bool describe_dataset(struct context *context, const struct dataset_record *record,
                      Bellwether__V1__Dataset **ret_dataset) {
  Bellwether__V1__Dataset *dataset = NULL;
  if (!message_unpack(context, &bellwether__v1__dataset__descriptor, record->description, &dataset))
    return false;
  dataset->series_count = record->series_count;
  dataset->indicator_count = record->indicator_count;
  dataset->changed_revision = record->changed_revision;
  *ret_dataset = dataset;
  return true;
}

static bool count_series(struct context *context, const struct dataset_record *dataset,
                         uint8_t dimension, struct bytes code, uint64_t *ret_count) {
  enum store_status status =
      code_series_count(context->txn, dataset->no, dimension, code, ret_count);
  return status == STORE_OK || context_fail_store(context, status, "code");
}

bool describe_indicator(struct context *context, const struct dataset_record *dataset,
                        struct bytes id, struct bytes description,
                        Bellwether__V1__Indicator **ret_indicator) {
  Bellwether__V1__Indicator *indicator = NULL;
  uint64_t count = 0;
  if (!message_unpack(context, &bellwether__v1__indicator__descriptor, description, &indicator))
    return false;
  if (dataset->indicator_dimension != STORE_NO_DIMENSION &&
      !count_series(context, dataset, dataset->indicator_dimension, id, &count))
    return false;
  indicator->id = text_new(context, id);
  indicator->dataset = text_new(context, dataset->id);
  indicator->series_count = count;
  *ret_indicator = indicator;
  return indicator->id != NULL && indicator->dataset != NULL;
}

bool describe_code(struct context *context, const struct dataset_record *dataset, uint8_t dimension,
                   struct bytes code, struct bytes description, Bellwether__V1__Code **ret_code) {
  Bellwether__V1__Code *message = NULL;
  if (!message_unpack(context, &bellwether__v1__code__descriptor, description, &message) ||
      !count_series(context, dataset, dimension, code, &message->series_count))
    return false;
  message->code = text_new(context, code);
  *ret_code = message;
  return message->code != NULL;
}

bool describe_release(struct context *context, const struct release_record *record,
                      Bellwether__V1__Release **ret_release) {
  Bellwether__V1__Release *release = NULL;
  if (!message_unpack(context, &bellwether__v1__release__descriptor, record->description, &release))
    return false;
  release->id = text_new(context, record->id);
  release->published_at_ms = record->published_ms;
  release->precision = (Bellwether__V1__TimePrecision)record->precision;
  *ret_release = release;
  return release->id != NULL;
}

bool describe_attributes(struct context *context, struct bytes packed,
                         Bellwether__V1__SeriesAttributes **ret_attributes) {
  return message_unpack(context, &bellwether__v1__series_attributes__descriptor, packed,
                        ret_attributes);
}
