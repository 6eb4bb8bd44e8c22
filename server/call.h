/* SPDX-License-Identifier: MIT */
/* One call on its way through the engine: from the bytes that came to the reply's last byte. It is
 * in the hands of one thread at a time. Private to server/. */
#ifndef BELLWETHER_SERVER_CALL_H
#define BELLWETHER_SERVER_CALL_H

#include "server/engine.h"
#include "server/envelope.h"
#include "server/facts.h"
#include "server/method.h"
#include "server/pool.h"

struct call {
  struct job job;    /* its place in the pool's queue */
  struct call *next; /* in the writer's queue */
  struct engine *engine;
  struct reply_sink *sink;
  struct arena *arena;
  struct facts facts;
  struct bytes packed; /* the Call as it came */
  struct envelope envelope;
  const struct method *method; /* NULL until it is found */
  ProtobufCMessage *request;   /* in the arena, as is all that follows */
  ProtobufCMessage *response;
  struct context context;
  uint64_t request_hash;        /* of method and request: what a request id stands for */
  const struct packed *replies; /* of the calls of Together, in place of a response */
  struct bytes kept_reply;      /* packed response, revision and store id, of a write */
  uint64_t revision;            /* that the answer was read from */
  int64_t received_ms;          /* CLOCK_MONOTONIC */
  bool late;                    /* taken on after engine_drain */
  bool within;                  /* it came in a call of Together */
  bool failed;                  /* the reply has a status */
};

/* A new response with all defaults, in the arena. False after context_fail_memory. */
must_check bool call_new_response(struct call *call);
/* Packs the reply into the sink: the response where `answered`, else context->failure. */
void call_pack(struct call *call, bool answered);
/* Says that the reply is there, and gives the call back. */
void call_finish(struct call *call);
/* Both. */
void call_answer(struct call *call, bool answered);
/* Packs the response of a write with its revision as kept_reply, in the arena. False after
 * context_fail: it does not fit. */
bool call_keep_reply(struct call *call, uint64_t revision);

#endif
