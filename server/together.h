/* SPDX-License-Identifier: MIT */
/* Calls/Together (rpc.proto): several calls in one message. Private to server/. */
#ifndef BELLWETHER_SERVER_TOGETHER_H
#define BELLWETHER_SERVER_TOGETHER_H

#include "server/call.h"

/* Takes a call of Together whose envelope is read. Each call within goes through the engine as one
 * that came alone would: a quick one is answered on this thread, in turn, others where they belong.
 * The whole is answered once all are, on the thread that answers the last of them. */
void together_run(struct call *call);

#endif
