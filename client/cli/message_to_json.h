/* SPDX-License-Identifier: MIT */
/* A message of the contract to JSON, by proto3's JSON mapping, led by the message's descriptor:
 * names in lowerCamelCase, 64-bit integers as text, enums by name (a number where it has none),
 * bytes in base64, "NaN" and "Infinity" as text. Safe from any thread. */
#ifndef BELLWETHER_CLIENT_CLI_MESSAGE_TO_JSON_H
#define BELLWETHER_CLIENT_CLI_MESSAGE_TO_JSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "proto/util.h"

/* A new object, fields in the order of their numbers; what is at its default is left out. Text that
 * is not UTF-8 has U+FFFD for what is wrong. NULL: no memory. */
must_check json_t *message_to_json(const ProtobufCMessage *message);
/* The same with what is at its default, except absent messages and members of a oneof. */
must_check json_t *message_to_json_whole(const ProtobufCMessage *message);

#endif
