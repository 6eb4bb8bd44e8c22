/* SPDX-License-Identifier: MIT */
/* JSON to a message of the contract, by proto3's JSON mapping, led by the message's descriptor.
 *
 * Names may be those of the .proto file or their lowerCamelCase; numbers may be text, of any
 * notation that JSON has; an enum's value may be a number; bytes are base64 of either alphabet;
 * null is absent. Numbers are exact where the JSON was read by json_text_read. A name that is not
 * known, a field under two names and two members of a oneof are refused. */
#ifndef BELLWETHER_CLIENT_CLI_MESSAGE_JSON_H
#define BELLWETHER_CLIENT_CLI_MESSAGE_JSON_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "proto/arena.h"

enum { MESSAGE_JSON_PATH_SIZE = 256, MESSAGE_JSON_PROBLEM_SIZE = 256 };

/* What is wrong, and where: "datasets[0].dimensions[1].role". */
struct message_json_error {
  char path[MESSAGE_JSON_PATH_SIZE];
  char problem[MESSAGE_JSON_PROBLEM_SIZE];
};

/* A message of the descriptor, in the arena with all that it holds; copies what it needs of the
 * JSON. NULL with *ret_error set.
 * For files that people write, with more than the mapping: an enum's value may leave its prefix out
 * ("FREQUENCY" for DIMENSION_ROLE_FREQUENCY), and an instant NAME_at_ms may be given as NAME:
 * "2025-06-30" or "2025-01-13T07:00:00Z"; a `precision` beside it that is not given follows from
 * what was given. */
must_check ProtobufCMessage *message_from_json(struct arena *arena, const json_t *json,
                                               const ProtobufCMessageDescriptor *descriptor,
                                               struct message_json_error *ret_error);
/* The same with the mapping alone. */
must_check ProtobufCMessage *message_from_json_strict(struct arena *arena, const json_t *json,
                                                      const ProtobufCMessageDescriptor *descriptor,
                                                      struct message_json_error *ret_error);

#endif
