/* SPDX-License-Identifier: MIT */
#include "client/typed.h"

enum bellwether_status typed_call(struct bellwether_client *client, const struct typed_call *call,
                                  ProtobufCMessage **ret_response,
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
  const uint8_t *response = bellwether_reply_response(reply, &size);
  *ret_response = protobuf_c_message_unpack(call->response, NULL, size, response);
  return *ret_response == NULL ? BELLWETHER_INVALID : BELLWETHER_OK;
}
