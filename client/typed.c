/* SPDX-License-Identifier: MIT */
#include "client/typed.h"

#include "proto/unpack.h"

static enum bellwether_status unpack(const struct bellwether_reply *reply,
                                     const ProtobufCMessageDescriptor *type, struct arena *arena,
                                     ProtobufCMessage **ret_response) {
  size_t size = 0;
  const uint8_t *response = bellwether_reply_response(reply, &size);
  switch (unpack_known(bytes_of(response, size), type, arena, ret_response)) {
  case UNPACK_GOOD:
    return BELLWETHER_OK;
  case UNPACK_MEMORY:
    return BELLWETHER_NO_MEMORY;
  case UNPACK_MALFORMED:
  case UNPACK_TEXT_INVALID:
  case UNPACK_MESSAGES_LIMIT:
    return BELLWETHER_INVALID;
  }
  return BELLWETHER_INVALID;
}

enum bellwether_status typed_call(struct bellwether_client *client, const struct typed_call *call,
                                  struct arena *arena, ProtobufCMessage **ret_response,
                                  struct bellwether_reply **ret_reply) {
  size_t size = protobuf_c_message_get_packed_size(call->request);
  scoped(free) uint8_t *packed = malloc(size + 1);
  if (packed == NULL)
    return BELLWETHER_NO_MEMORY;
  protobuf_c_message_pack(call->request, packed);
  struct bellwether_call packed_call = {
      .method = call->method, .request = packed, .request_size = size};
  scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
  enum bellwether_status status = bellwether_call(client, &packed_call, &reply);
  if (status == BELLWETHER_REFUSED) {
    *ret_reply = reply;
    reply = NULL;
  }
  if (status != BELLWETHER_OK)
    return status;
  return unpack(reply, call->response, arena, ret_response);
}
