/* SPDX-License-Identifier: MIT */
/* Instants: milliseconds since 1970-01-01T00:00:00Z as int64, and the text that people write for
 * them, RFC 3339 in UTC. Reads no clock. Safe from any thread. */
#ifndef BELLWETHER_PROTO_INSTANT_H
#define BELLWETHER_PROTO_INSTANT_H

#include "proto/util.h"

#define INSTANT_MIN_MS INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define INSTANT_MAX_MS INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define INSTANT_TEXT_SIZE 32                    /* With the final NUL. */

enum instant_precision {
  INSTANT_PRECISION_MS = 0,
  INSTANT_PRECISION_DAY = 1,
};

enum instant_status {
  INSTANT_OK = 0,
  INSTANT_SYNTAX,          /* not `2023-06-16` nor `2023-06-16T10:00[:00[.123]][Z]` */
  INSTANT_NOT_IN_CALENDAR, /* 2023-02-30, 25:00, the year 0000 */
  INSTANT_ZONE,            /* a zone other than Z */
};

/* What a text stands for: a date is its whole day, a time is one instant (first = last). */
struct instant_span {
  int64_t first_ms;
  int64_t last_ms; /* inclusive: 23:59:59.999 of a date. `as_of` takes this one. */
  enum instant_precision precision;
};

static inline bool instant_is_valid(int64_t at_ms) {
  return at_ms >= INSTANT_MIN_MS && at_ms <= INSTANT_MAX_MS;
}

/* Reads a date or a time in UTC; seconds, one to nine digits of fraction and Z may be left out.
 * What is finer than a millisecond is cut off, which is right for "at or before". */
must_check enum instant_status instant_parse(struct bytes text, struct instant_span *ret_span);

/* Writes `2023-06-16` or `2023-06-16T10:00:00Z` (`.123` before the Z where it is not zero) with a
 * final NUL; returns the length. Beyond the years 0001-9999 it writes nothing and returns 0. */
size_t instant_format(int64_t at_ms, enum instant_precision precision,
                      char ret_text[static INSTANT_TEXT_SIZE]);

/* A sentence's end for people: "is not a date ...". Never NULL. */
const char *instant_status_text(enum instant_status status);

#endif
