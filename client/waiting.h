/* SPDX-License-Identifier: MIT */
/* Exchanges that wait for their turn, first come, first served. Knows no locks and no clock.
 * Private to client/. */
#ifndef BELLWETHER_CLIENT_WAITING_H
#define BELLWETHER_CLIENT_WAITING_H

#include "client/backend.h"

struct waiting {
  struct exchange *first;
  struct exchange **end; /* where the next one is linked in */
};

void waiting_init(struct waiting *waiting);
void waiting_push(struct waiting *waiting, struct exchange *exchange);
/* NULL where none waits. */
struct exchange *waiting_pop(struct waiting *waiting);
/* Those whose deadline is not after now_ms, linked by `next` in their order; with INT64_MAX all. */
struct exchange *waiting_take_late(struct waiting *waiting, int64_t now_ms);
/* INT64_MAX where none waits. */
int64_t waiting_earliest_ms(const struct waiting *waiting);

#endif
