/* SPDX-License-Identifier: MIT */
#include "client/envelope.h"

#include <stdio.h>
#include <sys/random.h>

#include "bellwether/v1/rpc.pb-c.h"
#include "proto/limits.h"

struct bellwether_reply {
  Bellwether__V1__Reply *reply;
};

static char *mutable_text(const char *text) {
  /* protobuf-c's text fields are not const, yet packing does not write through them. */
  return (char *)(uintptr_t)text;
}

enum bellwether_status envelope_pack(const struct bellwether_call *call,
                                     const struct envelope_extras *extras, uint8_t **ret_data,
                                     size_t *ret_size) {
  Bellwether__V1__Call message = BELLWETHER__V1__CALL__INIT;
  Bellwether__V1__Metadata name = BELLWETHER__V1__METADATA__INIT, token = name;
  Bellwether__V1__Metadata *metadata[] = {&name, &token};
  uint8_t request_id[LIMIT_REQUEST_ID_BYTES];
  scoped(free) char *bearer = NULL;
  if (call->request_id != NULL)
    memcpy(request_id, call->request_id, sizeof request_id);
  else if (call->write && getrandom(request_id, sizeof request_id, 0) != sizeof request_id)
    return BELLWETHER_INVALID;
  if (extras->token != NULL && asprintf(&bearer, "Bearer %s", extras->token) < 0)
    return BELLWETHER_NO_MEMORY;
  name.name = mutable_text("client");
  name.value = mutable_text(extras->name);
  token.name = mutable_text("authorization");
  token.value = bearer;
  message.method = mutable_text(call->method);
  message.request.data = (uint8_t *)(uintptr_t)call->request;
  message.request.len = call->request_size;
  message.timeout_ms = extras->timeout_ms;
  message.max_reply_bytes = call->max_reply_bytes;
  message.metadata = metadata;
  message.n_metadata = extras->token == NULL ? 1 : 2;
  if (call->write || call->request_id != NULL)
    message.request_id = (ProtobufCBinaryData){.len = sizeof request_id, .data = request_id};
  size_t size = bellwether__v1__call__get_packed_size(&message);
  if (size > LIMIT_REQUEST_BYTES)
    return BELLWETHER_TOO_LARGE;
  uint8_t *data = malloc(size + 1);
  if (data == NULL)
    return BELLWETHER_NO_MEMORY;
  bellwether__v1__call__pack(&message, data);
  *ret_data = data;
  *ret_size = size;
  return BELLWETHER_OK;
}

struct bellwether_reply *envelope_unpack(struct bytes bytes) {
  struct bellwether_reply *reply = calloc(1, sizeof *reply);
  if (reply == NULL)
    return NULL;
  reply->reply = bellwether__v1__reply__unpack(NULL, bytes.size, bytes.data);
  if (reply->reply != NULL)
    return reply;
  free(reply);
  return NULL;
}

void bellwether_reply_free(struct bellwether_reply *reply) {
  if (reply == NULL)
    return;
  bellwether__v1__reply__free_unpacked(reply->reply, NULL);
  free(reply);
}

const void *bellwether_reply_response(const struct bellwether_reply *reply, size_t *ret_size) {
  *ret_size = reply->reply->response.len;
  return reply->reply->response.data;
}

uint64_t bellwether_reply_revision(const struct bellwether_reply *reply) {
  return reply->reply->store_revision;
}

uint64_t bellwether_reply_store_id(const struct bellwether_reply *reply) {
  return reply->reply->store_id;
}

int bellwether_reply_code(const struct bellwether_reply *reply) {
  return reply->reply->status == NULL ? 0 : (int)reply->reply->status->code;
}

const char *bellwether_reply_message(const struct bellwether_reply *reply) {
  return reply->reply->status == NULL ? "" : reply->reply->status->message;
}

static const Bellwether__V1__ErrorDetail *first_detail(const struct bellwether_reply *reply) {
  const Bellwether__V1__Status *status = reply->reply->status;
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
