/* SPDX-License-Identifier: MIT */
/* The one thread that writes. It takes all commands that wait into one transaction and one sync,
 * and answers each after that; one that fails does not fail the others. Any thread may submit. */
#ifndef BELLWETHER_SERVER_WRITER_H
#define BELLWETHER_SERVER_WRITER_H

#include "server/call.h"

struct writer;

/* Writes to engine->store. NULL when there is no memory or no thread. */
struct writer *writer_new(struct engine *engine);
/* Takes NULL. Applies and answers all that was submitted, then ends the thread. */
void writer_free(struct writer *writer);

/* Takes the call, which is answered on the writer's thread. False, with the call left to the
 * caller, where LIMIT_WRITER_COMMANDS or LIMIT_WRITER_BYTES wait already. */
must_check bool writer_submit(struct writer *writer, struct call *call);
/* How many commands wait, the ones being applied not counted. */
size_t writer_queue_length(struct writer *writer);

/* For tests: while held, submitted commands wait, and make one group when it is let go. */
void writer_hold(struct writer *writer, bool hold);

#endif
