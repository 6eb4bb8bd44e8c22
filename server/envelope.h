/* SPDX-License-Identifier: MIT */
/* The envelope of rpc.proto: a Call taken apart without copying it, a Reply written in place. Knows
 * no method. Safe from any thread. */
#ifndef BELLWETHER_SERVER_ENVELOPE_H
#define BELLWETHER_SERVER_ENVELOPE_H

#include "proto/util.h"
#include "server/pack.h"

/* All borrowed from the packed Call. */
struct envelope {
  struct bytes method;
  struct bytes request;
  struct bytes request_id;
  struct bytes authorization; /* metadata, empty where it is not given */
  struct bytes client;
  struct bytes trace_id;
  uint32_t timeout_ms;
  uint32_t max_reply_bytes;
  uint32_t n_metadata;
};

enum envelope_verdict {
  ENVELOPE_GOOD = 0,
  ENVELOPE_UNDECODABLE,
  ENVELOPE_TEXT_INVALID,     /* not UTF-8, or with a NUL */
  ENVELOPE_METADATA_LIMIT,   /* more than LIMIT_METADATA_ENTRIES */
  ENVELOPE_METADATA_INVALID, /* a name or value beyond its limit */
};

/* Fills what it can also where the Call is bad, so that the reply can carry the trace id. ret_field
 * names the field that is wrong: a literal, or NULL. */
must_check enum envelope_verdict envelope_read(struct bytes packed, struct envelope *ret_envelope,
                                               const char **ret_field);

/* What goes into a Reply. Either a status, or a response, or what a write's reply was kept as. */
struct reply_parts {
  const struct packed *status;   /* NULL: OK */
  const struct packed *response; /* NULL: none */
  struct bytes kept; /* packed fields 2, 4 and 5 of an earlier reply, in place of the three below */
  uint64_t store_revision;
  uint64_t store_id;
  struct bytes trace_id; /* empty: no metadata */
};

/* The size of the packed Reply. */
size_t reply_size(const struct reply_parts *parts);
/* Writes exactly reply_size bytes. */
void reply_write(const struct reply_parts *parts, uint8_t *to);

#endif
