/* SPDX-License-Identifier: MIT */
/* Unpacking messages into protobuf-c's structs, in an arena and in one walk. protobuf-c takes notes
 * of every field first and reads them afterwards; it takes bad UTF-8, cuts text at a NUL, and makes
 * many bytes of few. What is accepted is the same, and so are the structs, but that unknown fields
 * are not kept, and that messages which occur twice are merged in oneofs too. Required fields,
 * which proto3 has not, are not looked for. Safe from any thread. */
#ifndef BELLWETHER_PROTO_UNPACK_H
#define BELLWETHER_PROTO_UNPACK_H

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"

enum unpack_verdict {
  UNPACK_GOOD = 0,
  UNPACK_MALFORMED,      /* not Protobuf, or a field of another type than the contract's */
  UNPACK_TEXT_INVALID,   /* a string is not UTF-8, or has a NUL */
  UNPACK_MESSAGES_LIMIT, /* more messages within it than LIMIT_SUBMESSAGES */
  UNPACK_MEMORY,         /* the arena is full, or has given out what it may */
};

/* Where it is wrong: "series[3].key"; empty for the message as a whole. */
struct unpack_place {
  char field[256];
};

struct unpack_target {
  const ProtobufCMessageDescriptor *type;
  struct arena *arena;
  size_t arena_bytes_max; /* what arena_used may come to */
};

/* A message from outside. The message is in the arena, and borrows nothing. ret_place is filled
 * unless the verdict is UNPACK_GOOD or UNPACK_MEMORY, which is only said of a message that is good
 * otherwise. */
must_check enum unpack_verdict unpack_checked(const struct unpack_target *target,
                                              struct bytes packed, struct unpack_place *ret_place,
                                              ProtobufCMessage **ret_message);
/* What unpack_checked would say if there were memory enough, without making the message. */
must_check enum unpack_verdict unpack_check(struct bytes packed,
                                            const ProtobufCMessageDescriptor *type,
                                            struct unpack_place *ret_place);
/* A message that was checked before or that a server has answered: as much as the arena holds, and
 * with any text in it. UNPACK_GOOD, UNPACK_MALFORMED or UNPACK_MEMORY. */
must_check enum unpack_verdict unpack_known(struct bytes packed,
                                            const ProtobufCMessageDescriptor *type,
                                            struct arena *arena, ProtobufCMessage **ret_message);

#endif
