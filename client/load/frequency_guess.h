/* SPDX-License-Identifier: MIT */
/* Which frequency the dates of a column are: `2024-01-01`, `2024-02-01` are months. Takes the dates
 * one after the other, up or down, also block after block as long files have them (one country
 * after the other, or a date repeated for each), and keeps counters only. */
#ifndef BELLWETHER_CLIENT_LOAD_FREQUENCY_GUESS_H
#define BELLWETHER_CLIENT_LOAD_FREQUENCY_GUESS_H

#include "proto/period.h"

#define FREQUENCY_STEP_DAYS_MAX 10   /* Longer steps of days are told apart by their months. */
#define FREQUENCY_STEP_MONTHS_MAX 13 /* Longer ones count as this. */

/* The steps in one direction, both taken as forward. */
struct frequency_steps {
  int64_t n;
  int64_t by_days[FREQUENCY_STEP_DAYS_MAX + 1];     /* the last: that many or more */
  int64_t by_months[FREQUENCY_STEP_MONTHS_MAX + 1]; /* [0]: within a calendar month */
  int64_t days_divisor;                             /* the greatest that all steps have */
  int64_t months_divisor;
  int64_t n_long;          /* of 26 days and more */
  int64_t n_of_a_month;    /* of 26 to 38 days */
  int64_t n_in_one_week;   /* both days in the same ISO week */
  int64_t n_over_weekends; /* into another week, of five days at most */
};

struct frequency_guess {
  int64_t n_dates; /* neighbours that differ */
  int64_t previous_day;
  int64_t n_weekend;
  int64_t n_first_of_month;
  int64_t n_last_of_month;
  int64_t n_on_first_number; /* the same day of the month as the first date */
  int first_number;          /* 1 to 31 */
  unsigned months;           /* bit 0 is January */
  unsigned weekdays;         /* bit 0 is Monday */
  struct frequency_steps up;
  struct frequency_steps down;
};

/* Where in its period the dates stand. */
enum frequency_label {
  FREQUENCY_LABEL_WITHIN = 0, /* the 15th, or the last month's first day of a quarter */
  FREQUENCY_LABEL_START,
  FREQUENCY_LABEL_END,
};

struct frequency_guessed {
  enum frequency frequency; /* A S Q M W B or D; FREQUENCY_NONE before the first date */
  enum frequency_label label;
  bool is_sure; /* three steps at least, and most of them of the period's length */
};

/* All zeros is an empty guess. The day must be of the years 0001-9999. */
void frequency_guess_add(struct frequency_guess *guess, int64_t day);

/* What the dates so far look like. Every date of the column has its own period of the frequency,
 * as far as each block of them goes only up or only down. */
struct frequency_guessed frequency_guess_result(const struct frequency_guess *guess);

/* The period that contains a day: for W its ISO week. PERIOD_WEEKEND for B at a weekend,
 * PERIOD_OUT_OF_RANGE beyond the years, PERIOD_WRONG_FREQUENCY for H, N and FREQUENCY_NONE. */
must_check enum period_status frequency_guess_period(enum frequency frequency, int64_t day,
                                                     int64_t *ret_ordinal);

#endif
