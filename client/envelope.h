/* SPDX-License-Identifier: MIT */
/* Call and Reply as bytes. Private to client/. */
#ifndef BELLWETHER_CLIENT_ENVELOPE_H
#define BELLWETHER_CLIENT_ENVELOPE_H

#include "client/bellwether.h"
#include "proto/util.h"

/* The metadata that all calls of a client have, packed into memory that the caller frees: its name,
 * and its token if there is one. */
must_check enum bellwether_status envelope_metadata(const char *name, const char *token,
                                                    uint8_t **ret_data, size_t *ret_size);

struct envelope_extras {
  struct bytes metadata; /* of envelope_metadata */
  uint32_t timeout_ms;
  size_t in_front; /* bytes in front of the packed call, for the caller, that do not count */
};

/* Packs a call into memory that the caller frees. A write without a request id gets a random one.
 */
must_check enum bellwether_status envelope_pack(const struct bellwether_call *call,
                                                const struct envelope_extras *extras,
                                                uint8_t **ret_data, size_t *ret_size);
/* The fields of a Reply as they lie in its bytes. */
struct reply_fields {
  bool refused; /* there is a status */
  struct bytes status;
  struct bytes response;
  uint64_t store_revision;
  uint64_t store_id;
};
/* False where the bytes are no Reply. */
must_check bool reply_fields_read(struct bytes reply, struct reply_fields *ret_fields);
/* Whether it is refused with this code of gRPC's and, unless NULL, this reason. */
bool reply_fields_refused(const struct reply_fields *fields, int code, const char *reason);
/* NULL where the bytes are no Reply, and where there is no memory for a copy. */
struct bellwether_reply *envelope_unpack(struct bytes reply);
/* The same without copying: a reply, the place where its bytes are to be written (borrowed from
 * it), and what makes it readable once they are. NULL: no memory. False: the bytes are no Reply. */
struct bellwether_reply *envelope_reserve(size_t size, uint8_t **ret_place);
must_check bool envelope_open(struct bellwether_reply *reply);

#endif
