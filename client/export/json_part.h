/* SPDX-License-Identifier: MIT */
/* A LoadPart as JSON, item by item: an item a line, lists that stay empty left out. Failures are
 * the stream's, for ferror. */
#ifndef BELLWETHER_CLIENT_EXPORT_JSON_PART_H
#define BELLWETHER_CLIENT_EXPORT_JSON_PART_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdio.h>

#include "proto/util.h"

struct json_part {
  FILE *out;
  const char *list; /* that is open, or NULL */
  bool any_list;
};

/* The lines to come belong to the list `name`. */
void json_part_list(struct json_part *part, const char *name);
/* A line of the list; false where there is no memory. */
must_check bool json_part_add(struct json_part *part, const ProtobufCMessage *message);
/* The same of a value, which it takes. NULL: there was no memory to make it. */
must_check bool json_part_add_json(struct json_part *part, json_t *json);
/* A list within the list: its codes follow, each a line. */
void json_part_begin_codes(struct json_part *part, const char *dataset, const char *dimension);
must_check bool json_part_add_code(struct json_part *part, const ProtobufCMessage *code,
                                   bool first);
void json_part_end_codes(struct json_part *part);
/* Closes what is open, the object last. */
void json_part_end(struct json_part *part);

#endif
