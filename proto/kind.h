/* SPDX-License-Identifier: MIT */
/* How many bytes a value of protobuf-c's types takes in a message of C or in an array, and what it
 * is on the wire. Header only. */
#ifndef BELLWETHER_PROTO_KIND_H
#define BELLWETHER_PROTO_KIND_H

#include <protobuf-c/protobuf-c.h>

#include "proto/wire.h"

static const struct kind {
  uint8_t memory;
  uint8_t wire;
} KINDS[] = {
    [PROTOBUF_C_TYPE_INT32] = {4, WIRE_VARINT},
    [PROTOBUF_C_TYPE_SINT32] = {4, WIRE_VARINT},
    [PROTOBUF_C_TYPE_SFIXED32] = {4, WIRE_32_BIT},
    [PROTOBUF_C_TYPE_INT64] = {8, WIRE_VARINT},
    [PROTOBUF_C_TYPE_SINT64] = {8, WIRE_VARINT},
    [PROTOBUF_C_TYPE_SFIXED64] = {8, WIRE_64_BIT},
    [PROTOBUF_C_TYPE_UINT32] = {4, WIRE_VARINT},
    [PROTOBUF_C_TYPE_FIXED32] = {4, WIRE_32_BIT},
    [PROTOBUF_C_TYPE_UINT64] = {8, WIRE_VARINT},
    [PROTOBUF_C_TYPE_FIXED64] = {8, WIRE_64_BIT},
    [PROTOBUF_C_TYPE_FLOAT] = {4, WIRE_32_BIT},
    [PROTOBUF_C_TYPE_DOUBLE] = {8, WIRE_64_BIT},
    [PROTOBUF_C_TYPE_BOOL] = {sizeof(protobuf_c_boolean), WIRE_VARINT},
    [PROTOBUF_C_TYPE_ENUM] = {4, WIRE_VARINT},
    [PROTOBUF_C_TYPE_STRING] = {sizeof(char *), WIRE_BYTES},
    [PROTOBUF_C_TYPE_BYTES] = {sizeof(ProtobufCBinaryData), WIRE_BYTES},
    [PROTOBUF_C_TYPE_MESSAGE] = {sizeof(void *), WIRE_BYTES},
};

static inline size_t kind_memory(ProtobufCType type) {
  return KINDS[type].memory;
}

static inline enum wire_type kind_wire(ProtobufCType type) {
  return (enum wire_type)KINDS[type].wire;
}

#endif
