/* SPDX-License-Identifier: MIT */
/* Packing messages of protobuf-c, which does the same, but moves what it has written once for every
 * message around it: a reply with a thousand figures three times. Here the last byte is written
 * first, so that a length is known when its turn comes. The bytes are the same, but for a double of
 * -0.0, which protobuf-c takes for a default and drops. Fields that are unknown are not packed. */
#ifndef BELLWETHER_SERVER_PACK_H
#define BELLWETHER_SERVER_PACK_H

#include <protobuf-c/protobuf-c.h>

#include "proto/util.h"

/* The bytes that pack_before writes. */
size_t pack_size(const ProtobufCMessage *message);
/* Writes them so that they end at `end`, and returns their beginning. */
uint8_t *pack_before(const ProtobufCMessage *message, uint8_t *end);

#endif
