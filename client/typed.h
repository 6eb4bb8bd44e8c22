/* SPDX-License-Identifier: MIT */
/* Calls for programs without Protobuf: what they have in common. Private to client/. */
#ifndef BELLWETHER_CLIENT_TYPED_H
#define BELLWETHER_CLIENT_TYPED_H

#include <protobuf-c/protobuf-c.h>

#include "client/bellwether.h"
#include "proto/util.h"

struct typed_call {
  const char *method;
  const ProtobufCMessage *request;
  const ProtobufCMessageDescriptor *response;
};

/* Calls and waits. With BELLWETHER_OK the response is the caller's to free; BELLWETHER_REFUSED
 * hands out the reply that says why. */
must_check enum bellwether_status typed_call(struct bellwether_client *client,
                                             const struct typed_call *call,
                                             ProtobufCMessage **ret_response,
                                             struct bellwether_reply **ret_reply);

/* protobuf-c's text fields are not const, yet packing does not write through them. */
static inline char *typed_text(const char *text) {
  return (char *)(uintptr_t)text;
}

static inline void free_response(ProtobufCMessage *response) {
  protobuf_c_message_free_unpacked(response, NULL);
}
SCOPED_POINTER(ProtobufCMessage, free_response)
SCOPED_POINTER(struct bellwether_reply, bellwether_reply_free)

#endif
