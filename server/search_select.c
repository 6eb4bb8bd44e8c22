/* SPDX-License-Identifier: MIT */
/* Quickselect: the best of many without sorting them all. */
#include "server/search.h"

struct items {
  uint8_t *data;
  size_t size; /* of one */
  int (*compare)(const void *a, const void *b);
};

static uint8_t *at(const struct items *items, size_t index) {
  return items->data + index * items->size;
}

static void swap(const struct items *items, size_t a, size_t b) {
  uint8_t kept[64];
  memcpy(kept, at(items, a), items->size);
  memcpy(at(items, a), at(items, b), items->size);
  memcpy(at(items, b), kept, items->size);
}

static bool is_less(const struct items *items, size_t a, size_t b) {
  return items->compare(at(items, a), at(items, b)) < 0;
}

/* Puts the median of three in front, drawn from places that no order of items is bad for, and that
 * are the same for the same items. */
static void choose_pivot(const struct items *items, size_t begin, size_t end) {
  size_t n = end - begin, drawn = n * 2654435761U;
  size_t a = begin + drawn % n, b = begin + (drawn >> 7) % n, c = begin + (drawn >> 14) % n;
  size_t middle = is_less(items, a, b) ? (is_less(items, b, c)   ? b
                                          : is_less(items, a, c) ? c
                                                                 : a)
                                       : (is_less(items, a, c)   ? a
                                          : is_less(items, b, c) ? c
                                                                 : b);
  swap(items, begin, middle);
}

/* Items before the place that is returned are not greater than it, those behind it not less. */
static size_t partition(const struct items *items, size_t begin, size_t end) {
  choose_pivot(items, begin, end);
  size_t i = begin, j = end;
  for (;;) {
    do
      i++;
    while (i < end && is_less(items, i, begin));
    do
      j--;
    while (is_less(items, begin, j));
    if (i >= j)
      break;
    swap(items, i, j);
  }
  swap(items, begin, j);
  return j;
}

void search_select(void *data, size_t n, size_t item_size, size_t k,
                   int (*compare)(const void *a, const void *b)) {
  struct items items = {data, item_size, compare};
  size_t begin = 0, end = n;
  while (k < n && end - begin > 1) {
    size_t middle = partition(&items, begin, end);
    if (middle == k)
      return;
    if (middle < k)
      begin = middle + 1;
    else
      end = middle;
  }
}
