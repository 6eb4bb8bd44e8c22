/* SPDX-License-Identifier: MIT */
/* The few things that every layer needs: borrowed bytes, scoped clean-up, attributes. Header only.
 */
#ifndef BELLWETHER_PROTO_UTIL_H
#define BELLWETHER_PROTO_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A borrowed run of bytes; may be unaligned, is never NUL-terminated by contract. */
struct bytes {
  const uint8_t *data;
  size_t size;
};

static inline struct bytes bytes_of(const void *data, size_t size) {
  return (struct bytes){.data = data, .size = size};
}

static inline struct bytes bytes_of_text(const char *text) {
  return bytes_of(text, strlen(text));
}

static inline bool bytes_equal(struct bytes a, struct bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* memcmp order, a prefix before what it begins. */
static inline int bytes_compare(struct bytes a, struct bytes b) {
  size_t shorter = a.size < b.size ? a.size : b.size;
  int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
  if (order != 0)
    return order;
  return (a.size > b.size) - (a.size < b.size);
}

/* `scoped(thing_free) struct thing *x = NULL;` calls `thing_free_scoped(&x)` when x leaves its
 * scope. SCOPED_POINTER makes that function for a destructor that takes NULL. */
#define scoped(destructor) __attribute__((cleanup(destructor##_scoped)))
#define SCOPED_POINTER(type, destructor)                                                           \
  static inline void destructor##_scoped(type **pointer) {                                         \
    if (*pointer != NULL)                                                                          \
      destructor(*pointer);                                                                        \
  }

static inline void free_scoped(void *pointer) {
  free(*(void **)pointer);
}

#define must_check __attribute__((warn_unused_result))
#define count_of(array) (sizeof(array) / sizeof((array)[0]))

#endif
