/* SPDX-License-Identifier: MIT */
/* How many calls of each connection are under way. One thread at a time. */
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

#endif
