/* SPDX-License-Identifier: MIT */
/* What is known of loads that were committed. It is kept in the store with the commit itself, so
 * that no crash can come between, for as long as replies of writes are. */
#ifndef BELLWETHER_SERVER_LOAD_MEMORY_H
#define BELLWETHER_SERVER_LOAD_MEMORY_H

#include "bellwether/v1/ingest.pb-c.h"
#include "server/context.h"

/* Both return false after context_fail. */
bool load_is_committed(struct context *context, const char *load_id, bool *ret_committed);
/* The answer that the commit got, in the arena. */
bool load_recall(struct context *context, const char *load_id,
                 Bellwether__V1__CommitLoadResponse *response, bool *ret_committed);
/* On the writer thread, in the command that commits. */
bool load_remember(struct context *context, const char *load_id,
                   const Bellwether__V1__CommitLoadResponse *response);

/* Removes what is left of loads that were committed, or that nobody has come back to for
 * LIMIT_LOAD_AGE_MS: when the engine opens, and when too many are open. */
void loads_clean(struct engine *engine, int64_t now_ms);

#endif
