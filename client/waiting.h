/* SPDX-License-Identifier: MIT */
/* Exchanges that wait for their turn, first come, first served. Knows no locks and no clock.
 * Private to client/. */
#ifndef BELLWETHER_CLIENT_WAITING_H
#define BELLWETHER_CLIENT_WAITING_H

#include "client/backend.h"

struct waiting {
  struct exchange *first;
  struct exchange **end; /* where the next one is linked in */
  size_t n;
};

void waiting_init(struct waiting *waiting);
void waiting_push(struct waiting *waiting, struct exchange *exchange);
/* NULL where none waits. */
struct exchange *waiting_pop(struct waiting *waiting);
/* Moves those whose deadline is not after now_ms behind what is in `late`, in their order; with
 * INT64_MAX all. */
void waiting_take_late(struct waiting *waiting, int64_t now_ms, struct waiting *late);
/* Moves the first ones behind what is in `taken`: at most so many, and at most so many bytes of
 * calls, but always one where there is one. */
void waiting_take_first(struct waiting *waiting, size_t most, size_t bytes_most,
                        struct waiting *taken);
/* INT64_MAX where none waits. */
int64_t waiting_earliest_ms(const struct waiting *waiting);

#endif
