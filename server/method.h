/* SPDX-License-Identifier: MIT */
/* The table of methods: what the dispatcher has to know of each before its handler runs. */
#ifndef BELLWETHER_SERVER_METHOD_H
#define BELLWETHER_SERVER_METHOD_H

#include "server/context.h"

enum method_kind {
  METHOD_FAST,     /* on the receiving thread */
  METHOD_HEAVY,    /* in the pool */
  METHOD_STAGING,  /* in the pool; writes files beside the store, not the store */
  METHOD_TOGETHER, /* calls within a call: it has no handler */
  METHOD_WRITE,    /* handler runs on the writer thread, in its transaction; needs a request id */
};

enum access_role { ACCESS_NONE, ACCESS_READER, ACCESS_WRITER, ACCESS_ADMIN };

struct method {
  const char *path; /* "/bellwether.v1.Catalog/GetSeries" */
  size_t path_size;
  const ProtobufCMessageDescriptor *request;
  const ProtobufCMessageDescriptor *response;
  enum method_kind kind;
  enum access_role access;
  bool without_store;          /* answered without a snapshot: Health, Reflection */
  method_handler *check;       /* METHOD_WRITE: what can be checked without the store, on the
                                  receiving side, with response NULL; NULL: nothing */
  method_prefetcher *prefetch; /* while its snapshot is opened; NULL: nothing to fetch */
  method_handler *handle;      /* NULL: UNIMPLEMENTED, METHOD_NOT_YET */
};

/* The row of a path. NULL where there is none. */
const struct method *method_find(const struct method *methods, size_t count, struct bytes path);
/* The path that was perhaps meant, or NULL. */
const char *method_suggest(const struct method *methods, size_t count, struct bytes path);
/* All of them, in the order of the contract. */
const struct method *method_all(size_t *ret_count);

#endif
