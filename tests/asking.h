/* SPDX-License-Identifier: MIT */
/* Calls through a client, and waiting for their outcomes. */
#ifndef BELLWETHER_TESTS_ASKING_H
#define BELLWETHER_TESTS_ASKING_H

#include <protobuf-c/protobuf-c.h>

#include "client/bellwether.h"
#include "proto/util.h"

SCOPED_POINTER(struct bellwether_client, bellwether_close)
SCOPED_POINTER(struct bellwether_reply, bellwether_reply_free)
SCOPED_POINTER(struct bellwether_series, bellwether_series_free)

/* A client of these servers, with a deadline that only a hanging test meets. */
struct bellwether_client *client_of(const char *servers);
struct bellwether_client *client_with(const struct bellwether_options *options);

extern const struct bellwether_call health_check;

/* Whether the server answers. */
enum bellwether_status check_health(struct bellwether_client *client);

/* Calls with a message; `write` as of struct bellwether_call. */
enum bellwether_status call_with(struct bellwether_client *client, const char *method,
                                 const ProtobufCMessage *message, bool write,
                                 struct bellwether_reply **ret_reply);

/* Counts outcomes. Any thread. */
struct outcomes;
struct outcomes *outcomes_new(void);
void outcomes_free(struct outcomes *outcomes);
/* The callback; arg is the outcomes. */
void outcomes_add(void *arg, enum bellwether_status status, struct bellwether_reply *reply);
/* Waits until there are so many. */
void outcomes_wait(struct outcomes *outcomes, size_t n);
size_t outcomes_count(struct outcomes *outcomes, enum bellwether_status status);

/* Clients close while more or fewer of their calls, many times this one, are answered: each call
 * is, or is told that its client closed. */
void close_at_any_moment(const char *servers, const struct bellwether_call *call);

#endif
