/* SPDX-License-Identifier: MIT */
/* The field numbers of Call, Reply and Together (rpc.proto), for both sides read and write the
 * envelope by hand: it is around every message. Header only. */
#ifndef BELLWETHER_PROTO_ENVELOPE_H
#define BELLWETHER_PROTO_ENVELOPE_H

enum call_field {
  CALL_METHOD = 1,
  CALL_REQUEST = 2,
  CALL_TIMEOUT_MS = 3,
  CALL_METADATA = 4,
  CALL_REQUEST_ID = 5,
  CALL_MAX_REPLY_BYTES = 6,
};

enum metadata_field { METADATA_NAME = 1, METADATA_VALUE = 2 };

enum reply_field {
  REPLY_STATUS = 1,
  REPLY_RESPONSE = 2,
  REPLY_METADATA = 3,
  REPLY_STORE_REVISION = 4,
  REPLY_STORE_ID = 5,
};

enum { TOGETHER_CALLS = 1, TOGETHER_REPLIES = 1 };

#endif
