/* SPDX-License-Identifier: MIT */
#include "server/apply.h"

#include "server/lookup.h"
#include "server/put_words.h"

/* What a newer client says beyond the contract was not unpacked, and so is not stored. */
static bool pack(struct context *context, struct arena *arena, const ProtobufCMessage *message,
                 struct bytes *ret_bytes) {
  size_t size = protobuf_c_message_get_packed_size(message);
  uint8_t *data = arena_alloc(arena, size);
  if (data == NULL)
    return context_fail_memory(context);
  protobuf_c_message_pack(message, data);
  *ret_bytes = bytes_of(data, size);
  return true;
}

/* "FREQ.REF_AREA.INDICATOR", and where the roles are. */
static bool describe_dimensions(struct context *context, struct arena *arena,
                                const Bellwether__V1__Dataset *dataset,
                                struct dataset_record *record) {
  size_t size = 0;
  for (size_t i = 0; i < dataset->n_dimensions; i++)
    size += strlen(dataset->dimensions[i]->id) + 1;
  uint8_t *text = arena_alloc(arena, size);
  if (text == NULL)
    return context_fail_memory(context);
  uint8_t *at = text;
  for (uint8_t i = 0; i < dataset->n_dimensions; i++) {
    const Bellwether__V1__Dimension *dimension = dataset->dimensions[i];
    size_t id_size = strlen(dimension->id);
    memcpy(at, dimension->id, id_size);
    at[id_size] = '.';
    at += id_size + 1;
    if (dimension->role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY)
      record->frequency_dimension = i;
    if (dimension->role == BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR)
      record->indicator_dimension = i;
  }
  record->n_dimensions = (uint8_t)dataset->n_dimensions;
  record->dimension_ids = bytes_of(text, size - 1);
  return true;
}

bool pack_dataset(struct context *context, struct arena *arena,
                  const Bellwether__V1__Dataset *dataset, struct dataset_record *ret_record) {
  Bellwether__V1__Dataset copy = *dataset;
  copy.series_count = 0;
  copy.indicator_count = 0;
  copy.changed_revision = 0;
  *ret_record = (struct dataset_record){
      .id = bytes_of_text(dataset->id),
      .frequency_dimension = STORE_NO_DIMENSION,
      .indicator_dimension = STORE_NO_DIMENSION,
  };
  return describe_dimensions(context, arena, dataset, ret_record) &&
         pack(context, arena, &copy.base, &ret_record->description);
}

bool pack_release(struct context *context, struct arena *arena,
                  const Bellwether__V1__Release *release, struct release_record *ret_record) {
  Bellwether__V1__Release copy = *release;
  if (copy.precision == BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_UNSPECIFIED)
    copy.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_DAY;
  *ret_record = (struct release_record){
      .id = bytes_of_text(release->id),
      .published_ms = release->published_at_ms,
      .precision = (uint8_t)copy.precision,
  };
  return pack(context, arena, &copy.base, &ret_record->description);
}

bool apply_dataset(struct context *context, struct arena *arena,
                   const Bellwether__V1__Dataset *dataset, enum put_result *ret_result) {
  struct dataset_record record;
  return pack_dataset(context, arena, dataset, &record) &&
         store_ok(context, dataset_put(context->txn, &record, ret_result), "dataset", record.id);
}

bool apply_release(struct context *context, struct arena *arena,
                   const Bellwether__V1__Release *release, uint32_t *ret_no,
                   enum put_result *ret_result) {
  struct release_record record;
  return pack_release(context, arena, release, &record) &&
         store_ok(context, release_put(context->txn, &record, ret_no, ret_result), "release",
                  record.id);
}

bool apply_indicator(struct context *context, struct arena *arena, uint32_t dataset_no,
                     const Bellwether__V1__Indicator *indicator, enum put_result *ret_result) {
  Bellwether__V1__Indicator copy = *indicator;
  struct bytes id = bytes_of_text(indicator->id);
  struct bytes description;
  copy.dataset = (char *)protobuf_c_empty_string;
  copy.series_count = 0;
  return pack(context, arena, &copy.base, &description) &&
         store_ok(context, indicator_put(context->txn, dataset_no, id, description, ret_result),
                  "indicator", id) &&
         (*ret_result == PUT_SAME || put_indicator_words(context, arena, dataset_no, &copy));
}

/* The dataset is asked for anew: its dimensions may have been put by the same command. */
static bool index_code(struct context *context, struct arena *arena, uint32_t dataset_no,
                       uint8_t dimension, const Bellwether__V1__Code *code) {
  struct dataset_record dataset;
  return store_ok(context, dataset_get_by_no(context->txn, dataset_no, &dataset), "code",
                  bytes_of_text(code->code)) &&
         put_code_words(context, arena, &dataset, dimension, code);
}

bool apply_code(struct context *context, struct arena *arena, uint32_t dataset_no,
                uint8_t dimension, const Bellwether__V1__Code *code, enum put_result *ret_result) {
  Bellwether__V1__Code copy = *code;
  struct bytes id = bytes_of_text(code->code);
  struct bytes description;
  copy.series_count = 0;
  return pack(context, arena, &copy.base, &description) &&
         store_ok(context,
                  code_put(context->txn, dataset_no, dimension, id, description, ret_result),
                  "code", id) &&
         (*ret_result == PUT_SAME || index_code(context, arena, dataset_no, dimension, &copy));
}

bool apply_attributes(struct context *context, struct arena *arena, uint64_t handle,
                      const Bellwether__V1__SeriesAttributes *attributes, bool *ret_changed) {
  Bellwether__V1__SeriesAttributes copy = *attributes;
  struct bytes packed;
  return pack(context, arena, &copy.base, &packed) &&
         store_ok(context, series_set_attributes(context->txn, handle, packed, ret_changed),
                  "series", bytes_of_text("attributes")) &&
         (!*ret_changed || put_series_words(context, arena, handle, &copy));
}

bool dataset_may_change(struct context *context, const struct path *path,
                        const struct dataset_record *record) {
  struct dataset_record stored;
  enum store_status status = dataset_get(context->txn, record->id, &stored);
  if (status == STORE_NOT_FOUND)
    return true;
  if (status != STORE_OK)
    return store_ok(context, status, "dataset", record->id);
  if (stored.series_count == 0 || (bytes_equal(stored.dimension_ids, record->dimension_ids) &&
                                   stored.frequency_dimension == record->frequency_dimension &&
                                   stored.indicator_dimension == record->indicator_dimension))
    return true;
  struct failure failure = {
      .code = RPC_FAILED_PRECONDITION,
      .reason = "DATASET_HAS_SERIES",
      .field = path_text(context->arena, PATH(path, "dimensions")),
      .hint = "delete its series first, or put a dataset under another id",
  };
  return context_fail(context, failure, "The dimensions of %s cannot change while it has series.",
                      quoted(context->arena, record->id));
}

bool release_may_change(struct context *context, const struct path *path,
                        const struct release_record *record) {
  struct release_record stored;
  enum store_status status = release_get(context->txn, record->id, &stored);
  if (status == STORE_NOT_FOUND)
    return true;
  if (status != STORE_OK)
    return store_ok(context, status, "release", record->id);
  if (stored.published_ms == record->published_ms && stored.precision == record->precision)
    return true;
  char published[INSTANT_TEXT_SIZE];
  instant_format(stored.published_ms, INSTANT_PRECISION_MS, published);
  struct failure failure = {
      .code = RPC_FAILED_PRECONDITION,
      .reason = "RELEASE_IMMUTABLE",
      .field = path_text(context->arena, PATH(path, "published_at_ms")),
      .hint = "DeleteRelease removes it with all that it stated",
  };
  return context_fail(context, failure, "The release %s is published at %s, which cannot change.",
                      quoted(context->arena, record->id), published);
}
