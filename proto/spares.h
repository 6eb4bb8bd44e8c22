/* SPDX-License-Identifier: MIT */
/* Things that are dear to make and are kept to be used again, by the thread that gave them back if
 * it can be: what it has last used is still in its processor's cache. Any thread, without locks.
 * Zeroed it is empty. */
#ifndef BELLWETHER_PROTO_SPARES_H
#define BELLWETHER_PROTO_SPARES_H

#include <stdalign.h>
#include <stdatomic.h>

#include "proto/util.h"

enum { SPARES_MOST = 64, SPARES_LINE_BYTES = 64 };

/* Each place on a line of its own, for neighbours belong to other threads. */
struct spares {
  struct {
    alignas(SPARES_LINE_BYTES) _Atomic(void *) thing;
  } places[SPARES_MOST];
};

/* NULL where none is to be had: then make a new one. */
void *spares_take(struct spares *spares);
/* False where there are enough: the thing stays with the caller. `thing` is not NULL. */
must_check bool spares_give(struct spares *spares, void *thing);

#endif
