/* SPDX-License-Identifier: MIT */
/* BeginLoad, PutPart, AbortLoad: parts on the disk, the store untouched. */
#include <stdio.h>

#include "server/engine_state.h"
#include "server/load.h"
#include "server/load_memory.h"
#include "server/ops.h"

typedef Bellwether__V1__BeginLoadRequest begin_request;

static bool pack_head(struct context *context, const begin_request *request,
                      struct bytes *ret_head) {
  size_t size = protobuf_c_message_get_packed_size(&request->base);
  uint8_t *data = arena_alloc(context->arena, size);
  if (data == NULL)
    return context_fail_memory(context);
  protobuf_c_message_pack(&request->base, data);
  *ret_head = bytes_of(data, size);
  return true;
}

/* The load that is there was begun with the same release. */
static bool is_same_load(struct context *context, const begin_request *request, struct bytes head) {
  struct bytes staged;
  enum staging_status status =
      staging_head(context->engine->staging, request->load_id, context->arena, &staged);
  if (status != STAGING_OK)
    return load_fail(context, status, request->load_id);
  if (bytes_equal(staged, head))
    return true;
  return check_fail(context, PATH(NULL, "release"), "FIELD_INVALID",
                    "abort the load, or choose another load_id",
                    "The load %s was begun with another release.", request->load_id);
}

static bool begin_staging(struct context *context, const begin_request *request,
                          Bellwether__V1__BeginLoadResponse *response) {
  struct staging *staging = context->engine->staging;
  struct bytes head;
  if (!pack_head(context, request, &head))
    return false;
  enum staging_status status = staging_begin(staging, request->load_id, head);
  if (status == STAGING_TOO_MANY) {
    loads_clean(context->engine, context->received_at_ms);
    status = staging_begin(staging, request->load_id, head);
  }
  if (status != STAGING_OK)
    return load_fail(context, status, request->load_id);
  if (!is_same_load(context, request, head))
    return false;
  status = staging_parts(staging, request->load_id, context->arena, &response->part_numbers,
                         &response->n_part_numbers);
  return status == STAGING_OK || load_fail(context, status, request->load_id);
}

bool op_begin_load(struct context *context, const ProtobufCMessage *request_message,
                   ProtobufCMessage *response_message) {
  const begin_request *request = (const void *)request_message;
  Bellwether__V1__BeginLoadResponse *response = (void *)response_message;
  bool committed = false;
  if (!check_load_id(context, PATH(NULL, "load_id"), request->load_id))
    return false;
  if (request->release != NULL &&
      !check_release_or_id(context, PATH(NULL, "release"), request->release))
    return false;

  if (!load_is_committed(context, request->load_id, &committed))
    return false;
  response->committed = committed;
  return committed || begin_staging(context, request, response);
}

/* One part as it arrives: everything of it that can be known without the store. */
struct part_check {
  struct context *context;
  struct arena *scratch;
  const struct path *part;
};

static bool check_message(struct context *context, const struct path *path, enum load_field field,
                          const void *message) {
  struct rows_span span;
  const Bellwether__V1__Indicator *indicator = message;
  switch (field) {
  case LOAD_DATASETS:
    return check_dataset(context, path, message);
  case LOAD_INDICATORS:
    return check_dataset_id(context, PATH(path, "dataset"), indicator->dataset) &&
           check_indicator(context, path, indicator);
  case LOAD_CODE_LISTS:
    return check_code_list(context, path, message);
  case LOAD_RELEASES:
    return check_release(context, path, message);
  case LOAD_SERIES:
    return check_statements(context, path, message, &span);
  }
  return true;
}

static bool check_visited(void *arg, enum load_field field, const struct plan_place *place,
                          struct bytes packed) {
  struct part_check *check = arg;
  const struct path *path = PATH_AT(check->part, load_field_name(field), place->index);
  if (!load_check_packed(check->context, path, field, packed))
    return false;
  arena_reset(check->scratch, PLAN_SCRATCH_BYTES);
  const void *message = load_unpack(check->context, check->scratch, field, packed);
  return message != NULL && check_message(check->context, path, field, message);
}

static bool check_part(struct context *context, const Bellwether__V1__PutPartRequest *request) {
  scoped(arena_free) struct arena *scratch = arena_new(PLAN_SCRATCH_BYTES);
  struct part_check check = {context, scratch, PATH(NULL, "part")};
  if (scratch == NULL)
    return context_fail_memory(context);
  return load_walk_part(context, check.part, request->part_number,
                        bytes_of(request->part.data, request->part.len), check_visited, &check);
}

static bool fail_part_size(struct context *context, size_t size) {
  struct failure failure = {.code = RPC_RESOURCE_EXHAUSTED,
                            .reason = "REQUEST_TOO_LARGE",
                            .field = "part",
                            .hint = "send more and smaller parts"};
  return context_fail(context, failure, "The part has %zu bytes, and at most %zu are allowed.",
                      size, LIMIT_PART_BYTES);
}

bool op_put_part(struct context *context, const ProtobufCMessage *request_message,
                 ProtobufCMessage *response_message) {
  const Bellwether__V1__PutPartRequest *request = (const void *)request_message;
  (void)response_message;
  if (!check_load_id(context, PATH(NULL, "load_id"), request->load_id))
    return false;
  if (request->part_number < 1 || request->part_number > LIMIT_PARTS_PER_LOAD)
    return check_fail(context, PATH(NULL, "part_number"), "FIELD_INVALID", NULL,
                      "The number %u of the part is not from 1 to %d.",
                      (unsigned)request->part_number, LIMIT_PARTS_PER_LOAD);
  if (request->part.len > LIMIT_PART_BYTES)
    return fail_part_size(context, request->part.len);
  if (!check_part(context, request))
    return false;

  enum staging_status status =
      staging_put_part(context->engine->staging, request->load_id, request->part_number,
                       bytes_of(request->part.data, request->part.len));
  return status == STAGING_OK || load_fail(context, status, request->load_id);
}

bool op_abort_load(struct context *context, const ProtobufCMessage *request_message,
                   ProtobufCMessage *response_message) {
  const Bellwether__V1__AbortLoadRequest *request = (const void *)request_message;
  (void)response_message;
  if (!check_load_id(context, PATH(NULL, "load_id"), request->load_id))
    return false;

  enum staging_status status = staging_remove(context->engine->staging, request->load_id);
  return status == STAGING_OK || load_fail(context, status, request->load_id);
}
