/* SPDX-License-Identifier: MIT */
/* A cursor over borrowed text for the small grammars of this folder. Private to proto/; header
 * only. */
#ifndef BELLWETHER_PROTO_SCAN_H
#define BELLWETHER_PROTO_SCAN_H

#include "proto/util.h"

struct scan {
  const uint8_t *at;
  const uint8_t *end;
};

static inline struct scan scan_of(struct bytes text) {
  return (struct scan){.at = text.data, .end = text.size == 0 ? text.data : text.data + text.size};
}

static inline bool scan_at_end(const struct scan *scan) {
  return scan->at == scan->end;
}

static inline bool scan_is(const struct scan *scan, char wanted) {
  return scan->at != scan->end && *scan->at == (uint8_t)wanted;
}

/* Takes the character if it comes next. */
static inline bool scan_char(struct scan *scan, char wanted) {
  if (!scan_is(scan, wanted))
    return false;
  scan->at++;
  return true;
}

static inline bool scan_is_digit(const struct scan *scan) {
  return scan->at != scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* Takes exactly n digits, or nothing. */
static inline bool scan_digits(struct scan *scan, int n, int *ret_number) {
  if (scan->end - scan->at < n)
    return false;
  int number = 0;
  for (int i = 0; i < n; i++) {
    if (scan->at[i] < '0' || scan->at[i] > '9')
      return false;
    number = number * 10 + (scan->at[i] - '0');
  }
  scan->at += n;
  *ret_number = number;
  return true;
}

#endif
