/* SPDX-License-Identifier: MIT */
/* The words of a period's text, each by a character for its kind, so that the forms that are known
 * are a table of short patterns. Private to period_words.c. Safe from any thread. */
#ifndef BELLWETHER_CLIENT_LOAD_PERIOD_TOKENS_H
#define BELLWETHER_CLIENT_LOAD_PERIOD_TOKENS_H

#include "proto/util.h"

#define PERIOD_TOKENS_MAX 10 /* `2024年第1季度` has 5, `January 13, 2026` too. */

/* Kinds: a number is its count of digits ('1' to '9'), `N` a month's name (the number tells which),
 * `q h w m a d` the words for a quarter, half, week, month, year, day, `f` a fiscal year, `Y G R`
 * the signs for year, month and day, and `- / . : , '` and ' ' themselves. */
struct period_tokens {
  int n;
  char kinds[PERIOD_TOKENS_MAX + 1]; /* ends with a NUL */
  int numbers[PERIOD_TOKENS_MAX];
};

/* False where something in it is of no kind, or there are too many of them. */
must_check bool period_tokens_of(struct bytes text, struct period_tokens *ret);

#endif
