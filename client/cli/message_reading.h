/* SPDX-License-Identifier: MIT */
/* What message_json.c and its scalars share: not for others. */
#ifndef BELLWETHER_CLIENT_CLI_MESSAGE_READING_H
#define BELLWETHER_CLIENT_CLI_MESSAGE_READING_H

#include "client/cli/message_json.h"

/* A position in the JSON, back to the whole. */
struct place {
  const struct place *outer;
  const char *name; /* NULL: an item of a list */
  size_t index;
};

struct reading {
  struct arena *arena;
  struct message_json_error *error;
  bool strict; /* the mapping and nothing else */
};

/* Sets the error. Always false. */
bool reading_fail(struct reading *reading, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One value that is no message, into the field's own type. */
must_check bool reading_scalar(struct reading *reading, const struct place *place,
                               const json_t *json, const ProtobufCFieldDescriptor *field,
                               void *ret_value);

#endif
