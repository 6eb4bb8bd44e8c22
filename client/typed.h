/* SPDX-License-Identifier: MIT */
/* Calls for programs without Protobuf: what they have in common. Private to client/. */
#ifndef BELLWETHER_CLIENT_TYPED_H
#define BELLWETHER_CLIENT_TYPED_H

#include <protobuf-c/protobuf-c.h>

#include "client/bellwether.h"
#include "proto/arena.h"

struct typed_call {
  const char *method;
  const ProtobufCMessage *request;
  const ProtobufCMessageDescriptor *response;
};

/* Calls and waits. With BELLWETHER_OK the response is in the arena; BELLWETHER_REFUSED hands out
 * the reply that says why. */
must_check enum bellwether_status typed_call(struct bellwether_client *client,
                                             const struct typed_call *call, struct arena *arena,
                                             ProtobufCMessage **ret_response,
                                             struct bellwether_reply **ret_reply);

/* protobuf-c's text fields are not const, yet packing does not write through them. */
static inline char *typed_text(const char *text) {
  return (char *)(uintptr_t)text;
}

SCOPED_POINTER(struct bellwether_reply, bellwether_reply_free)

#endif
