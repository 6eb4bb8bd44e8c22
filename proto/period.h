/* SPDX-License-Identifier: MIT */
/* Frequencies and periods: ordinal, text, instants and calendar of each. A period's ordinal is the
 * number of whole periods since the one that contains 1970-01-01T00:00Z. Years 0001-9999, UTC only.
 * Functions that take an ordinal and return no status want one that period_is_valid accepts (they
 * assert it): ordinals from outside are checked first. Safe from any thread. */
#ifndef BELLWETHER_PROTO_PERIOD_H
#define BELLWETHER_PROTO_PERIOD_H

#include "proto/instant.h"
#include "proto/util.h"

#define PERIOD_TEXT_SIZE 24 /* `2024-03-01T10:00` and the final NUL fit with room to spare. */

/* From coarse to fine; the numbers are the wire's and the store's. */
enum frequency {
  FREQUENCY_NONE = 0,
  FREQUENCY_A = 1, /* year */
  FREQUENCY_S = 2, /* half-year */
  FREQUENCY_Q = 3,
  FREQUENCY_M = 4,
  FREQUENCY_W = 5, /* ISO week */
  FREQUENCY_B = 6, /* Monday to Friday */
  FREQUENCY_D = 7,
  FREQUENCY_H = 8,
  FREQUENCY_N = 9, /* minute */
};

enum period_status {
  PERIOD_OK = 0,
  PERIOD_SYNTAX,          /* no text of a period */
  PERIOD_NOT_IN_CALENDAR, /* 2024-13, 2024-02-30, 2024-W53 */
  PERIOD_OUT_OF_RANGE,    /* before 0001 or after 9999 */
  PERIOD_WRONG_FREQUENCY, /* a period, but of another frequency than the one wanted */
  PERIOD_WEEKEND,         /* a Saturday or Sunday where a business day is wanted */
  PERIOD_REVERSED,        /* a range that ends before it starts */
};

/* A bound in time, both ends inclusive: the whole period that the caller named. */
struct period_bound {
  int64_t first_ms;
  int64_t last_ms;
};

/* The letter `A S Q M W B D H N`; FREQUENCY_NONE for any other. */
enum frequency frequency_from_letter(char letter);
char frequency_letter(enum frequency frequency); /* '\0' for FREQUENCY_NONE */
bool frequency_is_valid(int number);             /* 1 to 9 */

/* 1, 2, 4, 12, 52, 260, 260 for A S Q M W B D (FRED's); 0 for H and N, which have none. */
int periods_a_year(enum frequency frequency);

/* The first and last ordinal of the years 0001-9999 (of weeks: of the ISO years). */
int64_t period_min(enum frequency frequency);
int64_t period_max(enum frequency frequency);
bool period_is_valid(enum frequency frequency, int64_t ordinal); /* false for FREQUENCY_NONE */

/* Reads `2024`, `2024-A1`, `2024-S1`, `2024-Q1`, `2024-03`, `2024-M03`, `2024-W12`, each letter
 * with or without its dash; `2024-03-01` is D, `2024-03-01T10` is H, `2024-03-01T10:00` is N, the
 * last two with `:00` for seconds and Z if so wished. */
must_check enum period_status period_parse(struct bytes text, enum frequency *ret_frequency,
                                           int64_t *ret_ordinal);

/* The same as data of a known frequency: a date may be B (PERIOD_WEEKEND where it is none), a time
 * at minute 00 may be H; else PERIOD_WRONG_FREQUENCY. */
must_check enum period_status period_parse_as(struct bytes text, enum frequency wanted,
                                              int64_t *ret_ordinal);

/* Writes `2024`, `2024-S1`, `2024-Q1`, `2024-03`, `2024-W12`, `2024-03-01` (B, D) or
 * `2024-03-01T10:00` (H, N) and a final NUL; returns the length. 0 and "" for an invalid ordinal.
 */
size_t period_format(enum frequency frequency, int64_t ordinal,
                     char ret_text[static PERIOD_TEXT_SIZE]);

/* First and last day (since 1970-01-01) and millisecond of a period, inclusive. */
int64_t period_first_day(enum frequency frequency, int64_t ordinal);
int64_t period_last_day(enum frequency frequency, int64_t ordinal);
int64_t period_first_ms(enum frequency frequency, int64_t ordinal);
int64_t period_last_ms(enum frequency frequency, int64_t ordinal);

/* Calendar days of a period; 0 for H and N. */
int period_days(enum frequency frequency, int64_t ordinal);

/* The period that contains an instant (which must be valid); of B at a weekend the Friday before.
 */
int64_t period_at(enum frequency frequency, int64_t at_ms);

/* The period of `coarse` that holds the period of `fine`: a week belongs to the month, quarter,
 * half-year and year of its Thursday. The same frequency gives the same ordinal.
 * PERIOD_WRONG_FREQUENCY where coarse is the finer of the two, PERIOD_WEEKEND for a weekend's day
 * or hour in B. */
must_check enum period_status period_containing(enum frequency fine, int64_t ordinal,
                                                enum frequency coarse, int64_t *ret_ordinal);

/* The periods of `fine` that period_containing puts into a period of `coarse`: a run without gaps.
 * Their number is last - first + 1. PERIOD_WRONG_FREQUENCY as above. */
must_check enum period_status period_parts(enum frequency coarse, int64_t ordinal,
                                           enum frequency fine, int64_t *ret_first,
                                           int64_t *ret_last);

/* The bound that a text names, which may be of any frequency. `series` is the frequency that it
 * will bound, or FREQUENCY_NONE: for an H series `T10:00` is the hour, as its own labels say it. */
must_check enum period_status period_bound_parse(struct bytes text, enum frequency series,
                                                 struct period_bound *ret_bound);
must_check enum period_status period_bound_of(enum frequency frequency, int64_t ordinal,
                                              struct period_bound *ret_bound);

/* The ordinals p with start(from) <= start(p) and end(p) <= end(to); NULL is an open end. No such
 * period: PERIOD_OK with first > last. PERIOD_REVERSED where `to` ends before `from` starts. */
must_check enum period_status period_range_for(enum frequency frequency,
                                               const struct period_bound *from,
                                               const struct period_bound *to, int64_t *ret_first,
                                               int64_t *ret_last);

/* For people, to follow the quoted text: "is not a period ...". Never NULL. */
const char *period_status_text(enum period_status status);

#endif
