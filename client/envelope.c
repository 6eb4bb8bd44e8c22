/* SPDX-License-Identifier: MIT */
#include "client/envelope.h"

#include <stdio.h>
#include <sys/random.h>

#include "bellwether/v1/rpc.pb-c.h"
#include "proto/envelope.h"
#include "proto/limits.h"
#include "proto/wire.h"

struct bellwether_reply {
  Bellwether__V1__Status *status; /* NULL: ok */
  uint64_t store_revision;
  uint64_t store_id;
  struct bytes response; /* of the bytes below */
  size_t size;
  uint8_t bytes[]; /* the Reply as it came */
};

static size_t entry_size(struct bytes name, struct bytes value) {
  return wire_bytes_size(name.size) + wire_bytes_size(value.size);
}

static uint8_t *put_entry(uint8_t *to, struct bytes name, struct bytes value) {
  to = wire_put_bytes_head(to, CALL_METADATA, entry_size(name, value));
  to = wire_put_bytes(to, METADATA_NAME, name);
  return wire_put_bytes(to, METADATA_VALUE, value);
}

enum bellwether_status envelope_metadata(const char *name, const char *token, uint8_t **ret_data,
                                         size_t *ret_size) {
  static const struct bytes CLIENT = {(const uint8_t *)"client", 6};
  static const struct bytes AUTHORIZATION = {(const uint8_t *)"authorization", 13};
  scoped(free) char *bearer = NULL;
  if (token != NULL && asprintf(&bearer, "Bearer %s", token) < 0)
    return BELLWETHER_NO_MEMORY;
  struct bytes who = bytes_of_text(name), right = bytes_of_text(token == NULL ? "" : bearer);
  size_t size = wire_bytes_size(entry_size(CLIENT, who));
  if (token != NULL)
    size += wire_bytes_size(entry_size(AUTHORIZATION, right));
  uint8_t *data = malloc(size);
  if (data == NULL)
    return BELLWETHER_NO_MEMORY;
  uint8_t *to = put_entry(data, CLIENT, who);
  if (token != NULL)
    put_entry(to, AUTHORIZATION, right);
  *ret_data = data;
  *ret_size = size;
  return BELLWETHER_OK;
}

static size_t bytes_field_size(size_t size) {
  return size == 0 ? 0 : wire_bytes_size(size);
}

static size_t number_field_size(uint64_t number) {
  return number == 0 ? 0 : 1 + wire_varint_size(number);
}

/* Proto3 leaves out what is empty. */
static uint8_t *put_bytes_field(uint8_t *to, uint32_t number, const void *data, size_t size) {
  return size == 0 ? to : wire_put_bytes(to, number, bytes_of(data, size));
}

static uint8_t *put_number_field(uint8_t *to, uint32_t number, uint64_t value) {
  return value == 0 ? to : wire_put_varint_field(to, number, value);
}

enum bellwether_status envelope_pack(const struct bellwether_call *call,
                                     const struct envelope_extras *extras, uint8_t **ret_data,
                                     size_t *ret_size) {
  uint8_t request_id[LIMIT_REQUEST_ID_BYTES];
  size_t id_size = call->write || call->request_id != NULL ? sizeof request_id : 0;
  if (call->request_id != NULL)
    memcpy(request_id, call->request_id, sizeof request_id);
  else if (call->write && getrandom(request_id, sizeof request_id, 0) != sizeof request_id)
    return BELLWETHER_INVALID;
  size_t method_size = strlen(call->method);
  size_t size = bytes_field_size(method_size) + bytes_field_size(call->request_size) +
                number_field_size(extras->timeout_ms) + extras->metadata.size +
                bytes_field_size(id_size) + number_field_size(call->max_reply_bytes);
  if (size > LIMIT_REQUEST_BYTES)
    return BELLWETHER_TOO_LARGE;
  uint8_t *data = malloc(extras->in_front + size + 1);
  if (data == NULL)
    return BELLWETHER_NO_MEMORY;
  uint8_t *to = put_bytes_field(data + extras->in_front, CALL_METHOD, call->method, method_size);
  to = put_bytes_field(to, CALL_REQUEST, call->request, call->request_size);
  to = put_number_field(to, CALL_TIMEOUT_MS, extras->timeout_ms);
  memcpy(to, extras->metadata.data, extras->metadata.size);
  to += extras->metadata.size;
  to = put_bytes_field(to, CALL_REQUEST_ID, request_id, id_size);
  put_number_field(to, CALL_MAX_REPLY_BYTES, call->max_reply_bytes);
  *ret_data = data;
  *ret_size = size;
  return BELLWETHER_OK;
}

static bool read_field(const struct wire_field *field, struct reply_fields *fields) {
  switch (field->number) {
  case REPLY_STATUS:
    fields->refused = true;
    fields->status = field->content;
    return field->type == WIRE_BYTES;
  case REPLY_RESPONSE:
    fields->response = field->content;
    return field->type == WIRE_BYTES;
  case REPLY_STORE_REVISION:
    fields->store_revision = field->varint;
    return field->type == WIRE_VARINT;
  case REPLY_STORE_ID:
    fields->store_id = field->varint;
    return field->type == WIRE_VARINT;
  default:
    return true;
  }
}

bool reply_fields_read(struct bytes bytes, struct reply_fields *ret_fields) {
  *ret_fields = (struct reply_fields){.refused = false};
  while (bytes.size > 0) {
    struct wire_field field;
    if (!wire_take_field(&bytes, &field) || !read_field(&field, ret_fields))
      return false;
  }
  return true;
}

struct bellwether_reply *envelope_reserve(size_t size, uint8_t **ret_place) {
  struct bellwether_reply *reply = NULL;
  if (size <= SIZE_MAX - sizeof *reply)
    reply = malloc(sizeof *reply + size);
  if (reply == NULL)
    return NULL;
  reply->status = NULL;
  reply->size = size;
  *ret_place = reply->bytes;
  return reply;
}

bool envelope_open(struct bellwether_reply *reply) {
  struct reply_fields fields;
  if (!reply_fields_read(bytes_of(reply->bytes, reply->size), &fields))
    return false;
  reply->store_revision = fields.store_revision;
  reply->store_id = fields.store_id;
  reply->response = fields.response.size > 0 ? fields.response : bytes_of(reply->bytes, 0);
  if (fields.refused)
    reply->status = bellwether__v1__status__unpack(NULL, fields.status.size, fields.status.data);
  return !fields.refused || reply->status != NULL;
}

struct bellwether_reply *envelope_unpack(struct bytes bytes) {
  uint8_t *place = NULL;
  struct bellwether_reply *reply = envelope_reserve(bytes.size, &place);
  if (reply == NULL)
    return NULL;
  if (bytes.size > 0)
    memcpy(place, bytes.data, bytes.size);
  if (envelope_open(reply))
    return reply;
  bellwether_reply_free(reply);
  return NULL;
}

bool reply_fields_refused(const struct reply_fields *fields, int code, const char *reason) {
  if (!fields->refused)
    return false;
  Bellwether__V1__Status *status =
      bellwether__v1__status__unpack(NULL, fields->status.size, fields->status.data);
  bool is = status != NULL && status->code == code;
  if (is && reason != NULL)
    is = status->n_details > 0 && strcmp(status->details[0]->reason, reason) == 0;
  if (status != NULL)
    bellwether__v1__status__free_unpacked(status, NULL);
  return is;
}

void bellwether_reply_free(struct bellwether_reply *reply) {
  if (reply == NULL)
    return;
  if (reply->status != NULL)
    bellwether__v1__status__free_unpacked(reply->status, NULL);
  free(reply);
}

const void *bellwether_reply_response(const struct bellwether_reply *reply, size_t *ret_size) {
  *ret_size = reply->response.size;
  return reply->response.data;
}

uint64_t bellwether_reply_revision(const struct bellwether_reply *reply) {
  return reply->store_revision;
}

uint64_t bellwether_reply_store_id(const struct bellwether_reply *reply) {
  return reply->store_id;
}

int bellwether_reply_code(const struct bellwether_reply *reply) {
  return reply->status == NULL ? 0 : (int)reply->status->code;
}

const char *bellwether_reply_message(const struct bellwether_reply *reply) {
  return reply->status == NULL ? "" : reply->status->message;
}

static const Bellwether__V1__ErrorDetail *first_detail(const struct bellwether_reply *reply) {
  const Bellwether__V1__Status *status = reply->status;
  return status == NULL || status->n_details == 0 ? NULL : status->details[0];
}

const char *bellwether_reply_reason(const struct bellwether_reply *reply) {
  const Bellwether__V1__ErrorDetail *detail = first_detail(reply);
  return detail == NULL ? "" : detail->reason;
}

const char *bellwether_reply_field(const struct bellwether_reply *reply) {
  const Bellwether__V1__ErrorDetail *detail = first_detail(reply);
  return detail == NULL ? "" : detail->field;
}

const char *bellwether_reply_hint(const struct bellwether_reply *reply) {
  const Bellwether__V1__ErrorDetail *detail = first_detail(reply);
  return detail == NULL ? "" : detail->hint;
}
