/* SPDX-License-Identifier: MIT */
/* How many calls of each connection are under way, and which connections are to be closed. One
 * thread at a time. */
#ifndef BELLWETHER_SERVER_IN_FLIGHT_H
#define BELLWETHER_SERVER_IN_FLIGHT_H

#include "proto/util.h"

struct in_flight;

/* NULL when there is no memory. */
struct in_flight *in_flight_new(void);
/* Takes NULL. */
void in_flight_free(struct in_flight *in_flight);

/* Counts one more; returns how many there are now. 0 when there is no memory: not counted. */
size_t in_flight_add(struct in_flight *in_flight, uint32_t connection);
/* Counts one less of a connection that was counted. */
void in_flight_remove(struct in_flight *in_flight, uint32_t connection);

/* A connection with calls under way is to be closed, as soon as it is quiet: its calls are done and
 * no other comes in. False where it is known already. */
bool in_flight_doom(struct in_flight *in_flight, uint32_t connection);
/* Whether a call that came in just now is of such a connection; it is not counted. */
bool in_flight_is_doomed(struct in_flight *in_flight, uint32_t connection);
/* Forgets up to `most` connections that have been quiet since the last time, and fills them in.
 * *ret_left tells whether others are to be closed. */
size_t in_flight_take_quiet(struct in_flight *in_flight, uint32_t *ret_connections, size_t most,
                            bool *ret_left);

#endif
