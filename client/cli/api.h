/* SPDX-License-Identifier: MIT */
/* The contract as a server tells it: a packed google.protobuf.FileDescriptorSet, its services,
 * methods, messages and enums by name, their comments, and each in the syntax of .proto files. */
#ifndef BELLWETHER_CLIENT_CLI_API_H
#define BELLWETHER_CLIENT_CLI_API_H

#include <stdio.h>

#include "client/cli/command.h"
#include "proto/arena.h"
#include "proto/descriptor.pb-c.h"

enum api_kind { API_SERVICE, API_METHOD, API_MESSAGE, API_ENUM };

/* Eight levels of messages within messages and what they hold; deeper ones are left out. */
enum { API_PATH_SIZE = 2 * 9 };

/* A place in a file as its comments are found by: field numbers and indexes from the file down. */
struct api_path {
  const Descriptor__File *file;
  size_t n_steps;
  int32_t steps[API_PATH_SIZE];
};

struct api_item {
  enum api_kind kind;
  const char *name; /* "bellwether.v1.Observations.GetLatest" */
  struct api_path path;
  const Descriptor__Service *service; /* of a method, the service that has it */
  const Descriptor__Method *method;
  const Descriptor__Type *message;
  const Descriptor__Enum *enumeration;
};

struct api {
  struct arena *arena;
  size_t n_items;
  size_t capacity;
  struct api_item *items; /* in the order of the files; a service before its methods */
};

enum api_found { API_FOUND, API_UNKNOWN, API_AMBIGUOUS };

/* Copies what it needs into the arena. NULL: no such set, or no memory. */
must_check struct api *api_read(struct arena *arena, struct bytes set);

/* By the whole name or its end: "GetLatest", "Observations/GetLatest", "Status". What is unknown
 * has in *ret_item one that may have been meant, or NULL; what is ambiguous the first that has the
 * name. */
must_check enum api_found api_find(const struct api *api, const char *name,
                                   const struct api_item **ret_item);

/* The comment in front of a place: lines without their slashes, each with its line end. Never NULL.
 */
const char *api_comment(const struct api_path *path);
/* The comment behind it on its line. */
const char *api_comment_behind(const struct api_path *path);
/* The first sentence of a comment, on one line, cut to the size. */
void api_first_sentence(const char *comment, char *ret_text, size_t size);

/* The place one step further: a member's field number and its index. */
struct api_path api_path_to(const struct api_path *path, int32_t number, size_t index);
/* The messages within a message, unpacked into the arena; NULL for one that is no message. */
const Descriptor__Type *api_inner_type(const struct api *api, const Descriptor__Type *message,
                                       size_t index);

/* A name of the same package without it: "GetLatestRequest" for ".bellwether.v1.GetLatestRequest".
 */
const char *api_short_name(const struct api_path *path, const char *type_name);
/* The message of a type's name, with the dot before it or without, or NULL. */
const struct api_item *api_find_message(const struct api *api, const char *type_name);

/* "string", or the name of a message or enum as api_short_name has it. */
const char *api_field_type(const Descriptor__Field *field, const struct api_path *path);
/* "repeated", "optional" or "". */
const char *api_field_label(const Descriptor__Field *field);
/* The index of the oneof that has the field, or -1. */
int32_t api_field_oneof(const Descriptor__Field *field);

/* The item in the syntax of .proto files with its comments; a method within its service. */
void api_print(FILE *out, const struct api *api, const struct api_item *item);
/* The same for programs: a row for each message, field, enum, value, service and method of it. */
must_check enum exit_code api_print_rows(struct cli *cli, const struct api *api,
                                         const struct api_item *item);

#endif
