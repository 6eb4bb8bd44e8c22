/* SPDX-License-Identifier: MIT */
/* An arena: memory that is taken piece by piece and given back all at once. One thread at a time.
 */
#ifndef BELLWETHER_PROTO_ARENA_H
#define BELLWETHER_PROTO_ARENA_H

#include "proto/util.h"

struct arena;

/* An arena that gives out at most `cap_bytes` in all. NULL when there is no memory. */
struct arena *arena_new(size_t cap_bytes);
/* Takes NULL. Everything that the arena gave out is gone. */
void arena_free(struct arena *arena);
SCOPED_POINTER(struct arena, arena_free)

/* Forgets everything given out and sets a new cap, keeping one chunk for what comes next. */
void arena_reset(struct arena *arena, size_t cap_bytes);

/* `size` bytes aligned for any type, not zeroed, valid until reset or free. NULL beyond the cap or
 * when there is no memory; the arena stays usable. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same for n items of a size, NULL when the product overflows too. */
void *arena_array(struct arena *arena, size_t n, size_t item_size);
/* Zeroed. */
void *arena_zero(struct arena *arena, size_t size);
/* Copies with a NUL behind, for text. */
char *arena_text(struct arena *arena, struct bytes text);
/* Formatted text, at most 4,095 bytes of it. */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* How many bytes have been given out since the last reset. */
size_t arena_used(const struct arena *arena);

#endif
