/* SPDX-License-Identifier: MIT */
/* The methods that this client was built with. Safe from any thread. */
#ifndef BELLWETHER_CLIENT_CLI_METHODS_H
#define BELLWETHER_CLIENT_CLI_METHODS_H

#include <protobuf-c/protobuf-c.h>

#include "proto/util.h"

enum { METHOD_PATH_SIZE = 128 };

struct method_choice {
  const ProtobufCMessageDescriptor *request;
  const ProtobufCMessageDescriptor *response;
  bool writes;
  char path[METHOD_PATH_SIZE]; /* "Observations/GetLatest" */
};

enum method_found { METHOD_FOUND, METHOD_UNKNOWN, METHOD_AMBIGUOUS };

/* By "GetLatest", "Observations/GetLatest", "/bellwether.v1.Observations/GetLatest" or
 * "bellwether.v1.Observations.GetLatest". For a method that is not known ret_method->path is one
 * that may have been meant, or empty; for an ambiguous name the first of those that have it. */
must_check enum method_found method_choose(const char *name, struct method_choice *ret_method);

#endif
