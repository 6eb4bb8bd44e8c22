/* SPDX-License-Identifier: MIT */
/* From bytes to a handler: takes a Call apart, checks what the row of its method demands, and runs
 * the handler where the row says: here, in the pool, or on the writer's thread. */
#ifndef BELLWETHER_SERVER_DISPATCH_H
#define BELLWETHER_SERVER_DISPATCH_H

#include "server/call.h"

/* Takes the call, which has its engine, sink, arena, bytes and time of receipt. It is answered
 * exactly once, maybe before this returns. */
void dispatch_call(struct call *call);
/* The same for one that came in a call of Together. */
void dispatch_within(struct call *call);
/* Takes the call and answers that its client has too many in flight. */
void dispatch_refuse(struct call *call);

#endif
