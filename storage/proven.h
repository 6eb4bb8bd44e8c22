/* SPDX-License-Identifier: MIT */
/* Which long values have had their checksum worked out in a snapshot, so that it is done once and
 * not at every read. A small table that forgets. Private to storage/; any thread, without locks.
 *
 * A value is known by a hash of its address and the snapshot. Should two ever have the same, then
 * one checksum is not worked out that might have been wrong: nothing that is right is lost by it.
 */
#ifndef BELLWETHER_STORAGE_PROVEN_H
#define BELLWETHER_STORAGE_PROVEN_H

#include "proto/util.h"

struct proven;

enum { PROVEN_BYTES_LEAST = 512 }; /* Shorter values are not worth it. */

/* Memory is taken as it is used, 128 KiB at most. NULL: no memory. */
struct proven *proven_new(void);
/* Takes NULL. */
void proven_free(struct proven *proven);

bool proven_has(const struct proven *proven, uint64_t snapshot, const void *value);
void proven_put(struct proven *proven, uint64_t snapshot, const void *value);

#endif
