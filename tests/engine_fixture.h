/* SPDX-License-Identifier: MIT */
/* An engine on a temporary store, called as a client calls it: bytes in, bytes out. Replies live
 * until the fixture closes. One thread at a time. */
#ifndef BELLWETHER_TESTS_ENGINE_FIXTURE_H
#define BELLWETHER_TESTS_ENGINE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "server/context.h"
#include "server/engine.h"

struct kept_reply;

struct engine_fixture {
  char path[64];
  struct engine *engine;
  uint8_t request_id[16]; /* of the next write; counts up by itself */
  struct kept_reply *replies;
  uint32_t max_reply_bytes; /* of the next calls; 0: the server's limit */
  uint64_t revision;        /* of the last reply */
  size_t reply_bytes;       /* of the last reply, packed */
  const char *hint;         /* of the last reply, if it failed; else NULL */
};

/* For cmocka: *state is a struct engine_fixture. */
int engine_fixture_setup(void **state);
int engine_fixture_teardown(void **state);
/* Closes the engine and opens it again on the same store. */
void engine_fixture_reopen(struct engine_fixture *fixture);

/* `method` is "Ingest/PutDataset". */
const Bellwether__V1__Reply *engine_fixture_call(struct engine_fixture *fixture, const char *method,
                                                 const ProtobufCMessage *request);

/* The unpacked response; anything but OK fails the test at the caller's line. */
const void *call_ok_at(struct engine_fixture *fixture, const char *method,
                       const ProtobufCMessage *request, const char *file, int line);
#define call_ok(fixture, method, request)                                                          \
  call_ok_at((fixture), (method), &(request)->base, __FILE__, __LINE__)

/* The call fails with this code and reason, at this field (NULL: whichever). */
void call_fails_at(struct engine_fixture *fixture, const char *method,
                   const ProtobufCMessage *request, int code, const char *reason, const char *field,
                   const char *file, int line);
#define call_fails(fixture, method, request, code, reason, field)                                  \
  call_fails_at((fixture), (method), &(request)->base, (code), (reason), (field), __FILE__,        \
                __LINE__)

#endif
