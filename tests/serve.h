/* SPDX-License-Identifier: MIT */
/* An engine on a store of its own, and questions to it: what the tests of server/ stand on. */
#ifndef BELLWETHER_TESTS_SERVE_H
#define BELLWETHER_TESTS_SERVE_H

#include "bellwether/v1/rpc.pb-c.h"
#include "server/engine.h"
#include "tests/folder.h"

struct served {
  struct folder folder;
  struct engine *engine;
};

/* A writable store in a temporary folder. `options` may be NULL; its path is ignored. */
void served_open(struct served *served, const struct engine_options *options);
void served_close(struct served *served);

/* A question. Everything but the method may be left out. */
struct question {
  const char *method; /* "Health/Check" is short for the whole path */
  const ProtobufCMessage *message;
  struct bytes request; /* in place of message */
  uint8_t id;           /* makes a request_id of 16 such bytes; 0: none */
  uint32_t timeout_ms;
  uint32_t max_reply_bytes;
  const char *metadata[5]; /* name, value, name, value, NULL */
};

/* The packed Call; to be freed. */
struct bytes question_pack(const struct question *question);

/* An answer that is under way or there. */
struct answer;
/* Sends a Call, which is copied. */
struct answer *answer_begin(struct engine *engine, struct bytes call);
/* Waits for the reply; borrowed from the answer. NULL where there is none. */
const Bellwether__V1__Reply *answer_wait(struct answer *answer);
/* The packed reply, after answer_wait. */
struct bytes answer_bytes(const struct answer *answer);
/* Waits, and takes NULL. */
void answer_free(struct answer *answer);
SCOPED_POINTER(struct answer, answer_free)

/* All of it: pack, send, wait. */
struct answer *ask(struct engine *engine, const struct question *question);
/* The first detail's reason of a reply; "OK" where there is no status. */
const char *reason_of(const Bellwether__V1__Reply *reply);

#endif
