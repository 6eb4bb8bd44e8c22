/* SPDX-License-Identifier: MIT */
/* What a handler gets, and how it fails. A handler is three paragraphs: validate, call storage,
 * fill the response. It does not pack, log, or know sockets. */
#ifndef BELLWETHER_SERVER_CONTEXT_H
#define BELLWETHER_SERVER_CONTEXT_H

#include <protobuf-c/protobuf-c.h>

#include "bellwether/v1/rpc.pb-c.h"
#include "proto/arena.h"
#include "storage/store.h"

struct engine;
struct facts;

/* gRPC's canonical codes, https://grpc.io/docs/guides/status-codes/. */
enum rpc_code {
  RPC_OK = 0,
  RPC_CANCELLED = 1,
  RPC_UNKNOWN = 2,
  RPC_INVALID_ARGUMENT = 3,
  RPC_DEADLINE_EXCEEDED = 4,
  RPC_NOT_FOUND = 5,
  RPC_ALREADY_EXISTS = 6,
  RPC_PERMISSION_DENIED = 7,
  RPC_RESOURCE_EXHAUSTED = 8,
  RPC_FAILED_PRECONDITION = 9,
  RPC_ABORTED = 10,
  RPC_OUT_OF_RANGE = 11,
  RPC_UNIMPLEMENTED = 12,
  RPC_INTERNAL = 13,
  RPC_UNAVAILABLE = 14,
  RPC_DATA_LOSS = 15,
  RPC_UNAUTHENTICATED = 16,
};

struct context {
  struct engine *engine;
  struct arena *arena;   /* lives until the reply is packed; requests and responses are in it */
  struct store_txn *txn; /* a snapshot; in a method of kind METHOD_WRITE the writer's transaction */
  struct series_prefetch *prefetch; /* NULL: nothing is fetched beforehand */
  struct facts *facts;              /* of the snapshot; NULL in a method of kind METHOD_WRITE */
  int64_t deadline_ms;              /* CLOCK_MONOTONIC */
  size_t reply_bytes_max;           /* of the packed Reply: the caller's limit or the server's */
  struct bytes request;             /* the packed request as it came */
  struct bytes request_id;          /* 16 bytes, or empty */
  int64_t received_at_ms;           /* wall clock, of what writes: apply reads no clock */
  bool discard; /* set by a write handler with validate_only: drop what it wrote */
  bool spoilt;  /* set by context_fail_store: the write transaction cannot go on */
  /* Set by a write handler, or NULL: called when what it wrote is on disk, before the reply. */
  void (*when_kept)(struct context *context);
  const void *when_kept_arg;
  Bellwether__V1__Status *failure; /* set by context_fail */
};

/* Begins to fetch what the handler of this request will look up: context->prefetch. */
typedef void method_prefetcher(struct context *context, const struct store *store,
                               const ProtobufCMessage *request);
/* `request` is unpacked and `response` initialised (all defaults), both in the arena. Returns false
 * after context_fail. */
typedef bool method_handler(struct context *context, const ProtobufCMessage *request,
                            ProtobufCMessage *response);

/* What went wrong. Texts are borrowed until the reply is packed: literals or from the arena. */
struct failure {
  enum rpc_code code;
  const char *reason; /* UPPER_SNAKE, from rpc.proto's list */
  const char *field;  /* the path in the request, or NULL */
  const char *hint;   /* or NULL */
};

/* Sets context->failure; the format makes the message, one sentence. Always false. */
bool context_fail(struct context *context, struct failure failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same without a context, for the items of a batch. NULL when the arena is at its cap. */
Bellwether__V1__Status *status_make(struct arena *arena, struct failure failure, const char *format,
                                    ...) __attribute__((format(printf, 3, 4)));
/* Translates what storage said: the one place where its alphabet becomes the wire's. `what` names
 * the thing for a person, its kind first: "series CBEC/A.CHN.TRADE._T", "dataset CBEC",
 * "release X", "indicator X", "code X", "load X"; the kind decides which of the NOT_FOUND reasons
 * is given. Always false. */
bool context_fail_store(struct context *context, enum store_status status, const char *what);
/* For want of memory: RESOURCE_EXHAUSTED, ARENA_FULL. Always false. */
bool context_fail_memory(struct context *context);

/* True while there is time; else fails with DEADLINE_EXCEEDED. Long loops ask now and then. */
bool context_in_time(struct context *context);

#endif
