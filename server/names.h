/* SPDX-License-Identifier: MIT */
/* Names numbered from 0 in the order in which they come. One thread at a time. */
#ifndef BELLWETHER_SERVER_NAMES_H
#define BELLWETHER_SERVER_NAMES_H

#include "proto/util.h"

#define NAMES_NONE UINT32_MAX

/* Zeroed it is empty. */
struct names {
  struct bytes *texts; /* count of them, borrowed */
  uint32_t count;
  uint32_t capacity;
  uint32_t *slots; /* number + 1; 0 is free. n_slots is a power of two. */
  uint32_t n_slots;
};

/* NAMES_NONE where the text has not come. */
uint32_t names_find(const struct names *names, struct bytes text);
/* The number of the text, which is borrowed until names_fini if it is new. False when there is no
 * memory. */
must_check bool names_add(struct names *names, struct bytes text, uint32_t *ret_number,
                          bool *ret_new);
void names_fini(struct names *names);
static inline void names_fini_scoped(struct names *names) {
  names_fini(names);
}

#endif
