/* SPDX-License-Identifier: MIT */
/* PutDataset, PutIndicators, PutCodes, PutRelease: descriptions. */
#include "server/apply.h"
#include "server/lookup.h"
#include "server/names.h"
#include "server/ops.h"

static bool fail_required(struct context *context, const char *name) {
  return check_fail(context, PATH(NULL, name), "FIELD_REQUIRED", NULL, "The field %s is required.",
                    name);
}

bool op_put_dataset_check(struct context *context, const ProtobufCMessage *request_message,
                          ProtobufCMessage *response_message) {
  const Bellwether__V1__PutDatasetRequest *request = (const void *)request_message;
  (void)response_message;
  if (request->dataset == NULL)
    return fail_required(context, "dataset");
  return check_dataset(context, PATH(NULL, "dataset"), request->dataset);
}

/* What was asked for, with what only the store knows. */
static Bellwether__V1__Dataset *dataset_as_stored(struct context *context,
                                                  const Bellwether__V1__Dataset *dataset) {
  struct dataset_record record;
  struct bytes id = bytes_of_text(dataset->id);
  if (!store_ok(context, dataset_get(context->txn, id, &record), "dataset", id))
    return NULL;
  Bellwether__V1__Dataset *copy = arena_alloc(context->arena, sizeof *copy);
  if (copy == NULL) {
    context_fail_memory(context);
    return NULL;
  }
  *copy = *dataset;
  copy->series_count = record.series_count;
  copy->indicator_count = record.indicator_count;
  copy->changed_revision = record.changed_revision;
  return copy;
}

bool op_put_dataset(struct context *context, const ProtobufCMessage *request_message,
                    ProtobufCMessage *response_message) {
  const Bellwether__V1__PutDatasetRequest *request = (const void *)request_message;
  Bellwether__V1__PutDatasetResponse *response = (void *)response_message;
  struct dataset_record record;
  enum put_result result = PUT_SAME;
  if (!pack_dataset(context, context->arena, request->dataset, &record) ||
      !dataset_may_change(context, PATH(NULL, "dataset"), &record))
    return false;

  if (!store_ok(context, dataset_put(context->txn, &record, &result), "dataset", record.id))
    return false;

  response->dataset = dataset_as_stored(context, request->dataset);
  response->changed = result != PUT_SAME;
  /* The record itself is told of its change at the end of the command. */
  if (response->dataset != NULL && response->changed)
    response->dataset->changed_revision = store_revision(context->txn);
  return response->dataset != NULL;
}

/* In one request an id has one description. */
static bool check_once(struct context *context, const struct path *path, struct names *names,
                       const char *id) {
  uint32_t number = 0;
  bool is_new = false;
  if (!names_add(names, bytes_of_text(id), &number, &is_new))
    return context_fail_memory(context);
  return is_new || check_fail(context, path, "FIELD_INVALID", NULL, "%s is there twice.", id);
}

static void count_put(enum put_result result, uint32_t *new_count, uint32_t *changed_count,
                      uint32_t *unchanged_count) {
  *new_count += result == PUT_NEW;
  *changed_count += result == PUT_CHANGED;
  *unchanged_count += result == PUT_SAME;
}

bool op_put_indicators_check(struct context *context, const ProtobufCMessage *request_message,
                             ProtobufCMessage *response_message) {
  const Bellwether__V1__PutIndicatorsRequest *request = (const void *)request_message;
  scoped(names_fini) struct names names = {.count = 0};
  (void)response_message;
  if (!check_dataset_id(context, PATH(NULL, "dataset"), request->dataset) ||
      !check_count(context, PATH(NULL, "indicators"), request->n_indicators,
                   LIMIT_CODES_PER_REQUEST))
    return false;
  for (size_t i = 0; i < request->n_indicators; i++) {
    const struct path *path = PATH_AT(NULL, "indicators", i);
    if (!check_indicator(context, path, request->indicators[i]) ||
        !check_once(context, PATH(path, "id"), &names, request->indicators[i]->id))
      return false;
  }
  return true;
}

bool op_put_indicators(struct context *context, const ProtobufCMessage *request_message,
                       ProtobufCMessage *response_message) {
  const Bellwether__V1__PutIndicatorsRequest *request = (const void *)request_message;
  Bellwether__V1__PutIndicatorsResponse *response = (void *)response_message;
  scoped(arena_free) struct arena *scratch = arena_new(LIMIT_ARENA_BYTES);
  struct dataset_record record;
  uint32_t dataset_no = 0;
  if (scratch == NULL)
    return context_fail_memory(context);
  if (!lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(request->dataset), &record) ||
      !has_indicators(context, PATH(NULL, "dataset"), &record))
    return false;

  dataset_no = record.no;
  for (size_t i = 0; i < request->n_indicators; i++) {
    enum put_result result = PUT_SAME;
    arena_reset(scratch, LIMIT_ARENA_BYTES);
    if (!apply_indicator(context, scratch, dataset_no, request->indicators[i], &result))
      return false;
    count_put(result, &response->new_count, &response->changed_count, &response->unchanged_count);
  }
  return true;
}

bool op_put_codes_check(struct context *context, const ProtobufCMessage *request_message,
                        ProtobufCMessage *response_message) {
  const Bellwether__V1__PutCodesRequest *request = (const void *)request_message;
  scoped(names_fini) struct names names = {.count = 0};
  Bellwether__V1__CodeList list = BELLWETHER__V1__CODE_LIST__INIT;
  (void)response_message;
  list.dataset = request->dataset;
  list.dimension = request->dimension;
  list.n_codes = request->n_codes;
  list.codes = request->codes;
  if (!check_code_list(context, NULL, &list))
    return false;
  for (size_t i = 0; i < request->n_codes; i++) {
    const struct path *path = PATH_AT(NULL, "codes", i);
    if (!check_once(context, PATH(path, "code"), &names, request->codes[i]->code))
      return false;
  }
  return true;
}

bool op_put_codes(struct context *context, const ProtobufCMessage *request_message,
                  ProtobufCMessage *response_message) {
  const Bellwether__V1__PutCodesRequest *request = (const void *)request_message;
  Bellwether__V1__PutCodesResponse *response = (void *)response_message;
  scoped(arena_free) struct arena *scratch = arena_new(LIMIT_ARENA_BYTES);
  struct dataset_record record;
  uint8_t dimension = 0;
  if (scratch == NULL)
    return context_fail_memory(context);
  if (!lookup_dataset(context, PATH(NULL, "dataset"), bytes_of_text(request->dataset), &record) ||
      !lookup_dimension(context, PATH(NULL, "dimension"), &record, request->dimension, &dimension))
    return false;

  uint32_t dataset_no = record.no;
  for (size_t i = 0; i < request->n_codes; i++) {
    enum put_result result = PUT_SAME;
    arena_reset(scratch, LIMIT_ARENA_BYTES);
    if (!apply_code(context, scratch, dataset_no, dimension, request->codes[i], &result))
      return false;
    count_put(result, &response->new_count, &response->changed_count, &response->unchanged_count);
  }
  return true;
}

bool op_put_release_check(struct context *context, const ProtobufCMessage *request_message,
                          ProtobufCMessage *response_message) {
  const Bellwether__V1__PutReleaseRequest *request = (const void *)request_message;
  (void)response_message;
  if (request->release == NULL)
    return fail_required(context, "release");
  return check_release(context, PATH(NULL, "release"), request->release);
}

bool op_put_release(struct context *context, const ProtobufCMessage *request_message,
                    ProtobufCMessage *response_message) {
  const Bellwether__V1__PutReleaseRequest *request = (const void *)request_message;
  Bellwether__V1__PutReleaseResponse *response = (void *)response_message;
  struct release_record record;
  enum put_result result = PUT_SAME;
  uint32_t no = 0;
  if (!pack_release(context, context->arena, request->release, &record) ||
      !release_may_change(context, PATH(NULL, "release"), &record))
    return false;

  if (!store_ok(context, release_put(context->txn, &record, &no, &result), "release", record.id))
    return false;

  Bellwether__V1__Release *release = arena_alloc(context->arena, sizeof *release);
  if (release == NULL)
    return context_fail_memory(context);
  *release = *request->release;
  release->precision = (Bellwether__V1__TimePrecision)record.precision;
  response->release = release;
  response->changed = result != PUT_SAME;
  return true;
}
