/* SPDX-License-Identifier: MIT */
/* The fields of a message as proto3's JSON mapping sees them. Safe from any thread. */
#ifndef BELLWETHER_CLIENT_CLI_MESSAGE_FIELD_H
#define BELLWETHER_CLIENT_CLI_MESSAGE_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "proto/util.h"

enum { FIELD_NAME_SIZE = 128 }; /* Longer names are cut; the contract's are below 40 bytes. */

/* "unitMult" for unit_mult, as protoc makes it. */
void field_json_name(const ProtobufCFieldDescriptor *field, char ret_name[static FIELD_NAME_SIZE]);

/* The field with this name of the .proto file or of JSON, or NULL. */
const ProtobufCFieldDescriptor *field_named(const ProtobufCMessageDescriptor *descriptor,
                                            const char *name);

#endif
