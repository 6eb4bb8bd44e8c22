/* SPDX-License-Identifier: MIT */
/* Packing messages of protobuf-c, which does the same, but goes through a message once for its size
 * and once more to write it, and moves what it has written once for every message around it: a
 * reply with a thousand figures three times. Here the last byte is written first, so that a length
 * is known when its turn comes, and nobody has to know the size before. The bytes are the same, but
 * for a double of -0.0, which protobuf-c takes for a default and drops. Fields that are unknown are
 * not packed. */
#ifndef BELLWETHER_SERVER_PACK_H
#define BELLWETHER_SERVER_PACK_H

#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"

enum { PACKED_ROOM_BYTES = 2048 };

struct packed_piece {
  const uint8_t *data;
  size_t size;
  const struct packed_piece *next;
};

/* A packed message in pieces. Long columns and texts are still where the message has them; the
 * rest is in the arena, or here where it is not more than fits: so it is not to be moved. */
struct packed {
  size_t size;
  const struct packed_piece *pieces;
  struct packed_piece last;
  uint8_t room[PACKED_ROOM_BYTES];
};

/* False: there is no memory in the arena. It is not asked for any by a message of less than 1 KiB.
 */
must_check bool pack(const ProtobufCMessage *message, struct arena *arena,
                     struct packed *ret_packed);
/* Writes all pieces one behind the other, and returns the place behind them. */
uint8_t *packed_write(const struct packed *packed, uint8_t *to);

/* The size alone. */
size_t pack_size(const ProtobufCMessage *message);

#endif
