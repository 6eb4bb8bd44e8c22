/* SPDX-License-Identifier: MIT */
/* proto/unpack.h beside protobuf-c. */
#ifndef BELLWETHER_TESTS_UNPACK_PEER_H
#define BELLWETHER_TESTS_UNPACK_PEER_H

#include <protobuf-c/protobuf-c.h>

#include "proto/util.h"

/* Whether two messages of a type have the same in them. */
bool same_messages(const ProtobufCMessage *a, const ProtobufCMessage *b);

/* Asserts that any bytes are taken or refused as by protobuf-c, and that the messages are the same.
 * Not where protobuf-c is at odds with Protobuf: it takes tags of 33 bits and more, and a field
 * zero; it loses numbers of messages that are merged, refuses to merge those without their oneof,
 * and merges none in a oneof; it takes anything for a bool, and one for true by bits beyond the
 * 64th. */
void unpack_beside_protobuf_c(struct bytes packed, const ProtobufCMessageDescriptor *type);

#endif
