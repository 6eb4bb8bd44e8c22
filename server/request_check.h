/* SPDX-License-Identifier: MIT */
/* What has to be known of a packed message before protobuf-c unpacks it: protobuf-c takes bad
 * UTF-8, cuts text at a NUL, and makes many bytes of few. Safe from any thread. */
#ifndef BELLWETHER_SERVER_REQUEST_CHECK_H
#define BELLWETHER_SERVER_REQUEST_CHECK_H

#include <protobuf-c/protobuf-c.h>

#include "proto/util.h"

enum request_verdict {
  REQUEST_GOOD = 0,
  REQUEST_MALFORMED,      /* not Protobuf, or a field of another type than the contract's */
  REQUEST_TEXT_INVALID,   /* a string is not UTF-8, or has a NUL */
  REQUEST_MESSAGES_LIMIT, /* more messages within it than LIMIT_SUBMESSAGES */
};

/* Where it is wrong: "series[3].key"; empty for the message as a whole. */
struct request_place {
  char field[256];
};

/* Walks the message as `type` describes it; unknown fields are passed over. ret_place is filled
 * unless the verdict is REQUEST_GOOD. */
must_check enum request_verdict request_check(struct bytes packed,
                                              const ProtobufCMessageDescriptor *type,
                                              struct request_place *ret_place);

#endif
