/* SPDX-License-Identifier: MIT */
/* The time of day beside a date: `2005-04-01 02:00:00`, `1/31/1959 12:00:00 AM`. Private to
 * period_words.c. Safe from any thread. */
#ifndef BELLWETHER_CLIENT_LOAD_PERIOD_TIME_H
#define BELLWETHER_CLIENT_LOAD_PERIOD_TIME_H

#include "proto/util.h"

struct period_time {
  int minute; /* of the day, as it is written */
  int zone;   /* minutes ahead of UTC, where it is said */
};

/* Cuts a time off the end of the text, with the blank or the T (behind a digit) before it. Leaves
 * both as they are where there is none. */
void period_time_strip(struct bytes *text, struct period_time *ret_time);

#endif
