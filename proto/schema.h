/* SPDX-License-Identifier: MIT */
/* The whole contract as a packed google.protobuf.FileDescriptorSet, built in by meson. */
#ifndef BELLWETHER_PROTO_SCHEMA_H
#define BELLWETHER_PROTO_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t contract_schema[];
extern const size_t contract_schema_size;

#endif
