/* SPDX-License-Identifier: MIT */
/* How a program's allocator is set. Header only. */
#ifndef BELLWETHER_PROTO_MEMORY_H
#define BELLWETHER_PROTO_MEMORY_H

#include <malloc.h>

/* What is large goes back to the system when it is freed. glibc by itself raises its threshold to
 * 32 MiB with what is freed, and then keeps some of it for ever; yet gives small pieces back at
 * once, which costs a call each. To be called before any thread begins. */
static inline void memory_return_large(void) {
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
}

#endif
