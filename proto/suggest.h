/* SPDX-License-Identifier: MIT */
/* "Did you mean": how far two names are apart. Safe from any thread. */
#ifndef BELLWETHER_PROTO_SUGGEST_H
#define BELLWETHER_PROTO_SUGGEST_H

#include "proto/util.h"

/* Longer names are never near each other: the rows of the computation live on the stack. */
#define SUGGEST_MAX_BYTES 255

/* The number of insertions, deletions, replacements and swaps of neighbours that turn a into b,
 * ASCII case aside (Damerau-Levenshtein, no part edited twice). limit + 1 as soon as it is more
 * than limit. */
size_t suggest_distance(struct bytes a, struct bytes b, size_t limit);

/* The distance up to which a name of this size is worth suggesting: a third of it, 1 to 4. */
size_t suggest_limit(size_t name_size);

#endif
