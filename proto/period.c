/* SPDX-License-Identifier: MIT */
#include "proto/period.h"

#include <assert.h>

#include "proto/calendar.h"

#define HOURS_A_DAY 24
#define MINUTES_A_DAY 1440
#define MINUTES_AN_HOUR 60
#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)

/* What distinguishes the frequencies, by their number; first and last are those of 0001-9999. */
static const struct {
  char letter;
  int months; /* in a period; 0 where days decide */
  int a_year;
  int64_t first;
  int64_t last;
} frequencies[] = {
    [FREQUENCY_A] = {'A', 12, 1, -1969, 8029},
    [FREQUENCY_S] = {'S', 6, 2, -3938, 16059},
    [FREQUENCY_Q] = {'Q', 3, 4, -7876, 32119},
    [FREQUENCY_M] = {'M', 1, 12, -23628, 96359},
    [FREQUENCY_W] = {'W', 0, 52, -102737, 418985},
    [FREQUENCY_B] = {'B', 0, 260, -513688, 2094926},
    [FREQUENCY_D] = {'D', 0, 260, CALENDAR_DAY_MIN, CALENDAR_DAY_MAX},
    [FREQUENCY_H] = {'H', 0, 0, CALENDAR_DAY_MIN *HOURS_A_DAY,
                     (CALENDAR_DAY_MAX + 1) * HOURS_A_DAY - 1},
    [FREQUENCY_N] = {'N', 0, 0, CALENDAR_DAY_MIN *MINUTES_A_DAY,
                     (CALENDAR_DAY_MAX + 1) * MINUTES_A_DAY - 1},
};

bool frequency_is_valid(int number) {
  return number >= FREQUENCY_A && number <= FREQUENCY_N;
}

enum frequency frequency_from_letter(char letter) {
  for (int i = FREQUENCY_A; i <= FREQUENCY_N; i++) {
    if (frequencies[i].letter == letter)
      return (enum frequency)i;
  }
  return FREQUENCY_NONE;
}

char frequency_letter(enum frequency frequency) {
  return frequency_is_valid((int)frequency) ? frequencies[frequency].letter : '\0';
}

int periods_a_year(enum frequency frequency) {
  return frequency_is_valid((int)frequency) ? frequencies[frequency].a_year : 0;
}

int64_t period_min(enum frequency frequency) {
  assert(frequency_is_valid((int)frequency));
  return frequencies[frequency].first;
}

int64_t period_max(enum frequency frequency) {
  assert(frequency_is_valid((int)frequency));
  return frequencies[frequency].last;
}

bool period_is_valid(enum frequency frequency, int64_t ordinal) {
  return frequency_is_valid((int)frequency) && ordinal >= frequencies[frequency].first &&
         ordinal <= frequencies[frequency].last;
}

/* The functions from here to the public ones do not mind an ordinal or a day just beyond 0001-9999.
 */

static int64_t first_day_of_month(int64_t months_since_1970) {
  return calendar_days_from_civil(1970 + floor_div(months_since_1970, 12),
                                  (int)floor_mod(months_since_1970, 12) + 1, 1);
}

static int64_t month_of_day(int64_t day) {
  struct civil_date date = calendar_civil_from_days(day);
  return ((int64_t)date.year - 1970) * 12 + date.month - 1;
}

/* Weekends count as their Friday. */
static int64_t business_day_of(int64_t day) {
  int weekday = calendar_weekday(day);
  return 5 * floor_div(day + 3, 7) + (weekday < 4 ? weekday : 4) - 3;
}

static int64_t first_day(enum frequency frequency, int64_t ordinal) {
  switch (frequency) {
  case FREQUENCY_A:
  case FREQUENCY_S:
  case FREQUENCY_Q:
  case FREQUENCY_M:
    return first_day_of_month(ordinal * frequencies[frequency].months);
  case FREQUENCY_W:
    return ordinal * 7 - 3;
  case FREQUENCY_B:
    return floor_div(ordinal + 3, 5) * 7 + floor_mod(ordinal + 3, 5) - 3;
  case FREQUENCY_D:
    return ordinal;
  case FREQUENCY_H:
    return floor_div(ordinal, HOURS_A_DAY);
  case FREQUENCY_N:
    return floor_div(ordinal, MINUTES_A_DAY);
  case FREQUENCY_NONE:
    break;
  }
  assert(frequency_is_valid((int)frequency));
  return 0;
}

static int64_t last_day(enum frequency frequency, int64_t ordinal) {
  if (frequency == FREQUENCY_W)
    return first_day(frequency, ordinal) + 6;
  if (frequencies[frequency].months != 0)
    return first_day(frequency, ordinal + 1) - 1;
  return first_day(frequency, ordinal);
}

static int64_t first_ms(enum frequency frequency, int64_t ordinal) {
  if (frequency == FREQUENCY_H)
    return ordinal * HOUR_MS;
  if (frequency == FREQUENCY_N)
    return ordinal * MINUTE_MS;
  return first_day(frequency, ordinal) * CALENDAR_DAY_MS;
}

static int64_t last_ms(enum frequency frequency, int64_t ordinal) {
  if (frequency == FREQUENCY_H || frequency == FREQUENCY_N)
    return first_ms(frequency, ordinal + 1) - 1;
  return (last_day(frequency, ordinal) + 1) * CALENDAR_DAY_MS - 1;
}

static int64_t ordinal_at(enum frequency frequency, int64_t at_ms) {
  int64_t day = floor_div(at_ms, CALENDAR_DAY_MS);
  switch (frequency) {
  case FREQUENCY_A:
  case FREQUENCY_S:
  case FREQUENCY_Q:
  case FREQUENCY_M:
    return floor_div(month_of_day(day), frequencies[frequency].months);
  case FREQUENCY_W:
    return floor_div(day + 3, 7);
  case FREQUENCY_B:
    return business_day_of(day);
  case FREQUENCY_D:
    return day;
  case FREQUENCY_H:
    return floor_div(at_ms, HOUR_MS);
  case FREQUENCY_N:
    return floor_div(at_ms, MINUTE_MS);
  case FREQUENCY_NONE:
    break;
  }
  assert(frequency_is_valid((int)frequency));
  return 0;
}

int64_t period_first_day(enum frequency frequency, int64_t ordinal) {
  assert(period_is_valid(frequency, ordinal));
  return first_day(frequency, ordinal);
}

int64_t period_last_day(enum frequency frequency, int64_t ordinal) {
  assert(period_is_valid(frequency, ordinal));
  return last_day(frequency, ordinal);
}

int64_t period_first_ms(enum frequency frequency, int64_t ordinal) {
  assert(period_is_valid(frequency, ordinal));
  return first_ms(frequency, ordinal);
}

int64_t period_last_ms(enum frequency frequency, int64_t ordinal) {
  assert(period_is_valid(frequency, ordinal));
  return last_ms(frequency, ordinal);
}

int period_days(enum frequency frequency, int64_t ordinal) {
  assert(period_is_valid(frequency, ordinal));
  if (frequency >= FREQUENCY_H)
    return 0;
  return (int)(last_day(frequency, ordinal) - first_day(frequency, ordinal) + 1);
}

int64_t period_at(enum frequency frequency, int64_t at_ms) {
  assert(instant_is_valid(at_ms));
  return ordinal_at(frequency, at_ms);
}

static bool frequencies_nest(enum frequency coarse, enum frequency fine) {
  return frequency_is_valid((int)coarse) && frequency_is_valid((int)fine) && coarse <= fine;
}

enum period_status period_containing(enum frequency fine, int64_t ordinal, enum frequency coarse,
                                     int64_t *ret_ordinal) {
  if (!frequencies_nest(coarse, fine))
    return PERIOD_WRONG_FREQUENCY;
  if (!period_is_valid(fine, ordinal))
    return PERIOD_OUT_OF_RANGE;
  if (fine == coarse) {
    *ret_ordinal = ordinal;
    return PERIOD_OK;
  }
  int64_t at_ms = first_ms(fine, ordinal);
  if (fine == FREQUENCY_W)
    at_ms += 3 * CALENDAR_DAY_MS;
  if (coarse == FREQUENCY_B && calendar_weekday(floor_div(at_ms, CALENDAR_DAY_MS)) > 4)
    return PERIOD_WEEKEND;
  *ret_ordinal = ordinal_at(coarse, at_ms);
  return PERIOD_OK;
}

/* The weeks whose Thursdays lie in the days: the Thursday of week w is day 7 * w. */
static void weeks_of_days(int64_t from_day, int64_t to_day, int64_t *ret_first, int64_t *ret_last) {
  *ret_first = -floor_div(-from_day, 7);
  *ret_last = floor_div(to_day, 7);
}

/* The business days among the days. */
static void business_days_of_days(int64_t from_day, int64_t to_day, int64_t *ret_first,
                                  int64_t *ret_last) {
  *ret_first = business_day_of(from_day) + (calendar_weekday(from_day) > 4);
  *ret_last = business_day_of(to_day);
}

enum period_status period_parts(enum frequency coarse, int64_t ordinal, enum frequency fine,
                                int64_t *ret_first, int64_t *ret_last) {
  if (!frequencies_nest(coarse, fine))
    return PERIOD_WRONG_FREQUENCY;
  if (!period_is_valid(coarse, ordinal))
    return PERIOD_OUT_OF_RANGE;
  int64_t first = ordinal_at(fine, first_ms(coarse, ordinal));
  int64_t last = ordinal_at(fine, last_ms(coarse, ordinal));
  if (fine == FREQUENCY_W && coarse != FREQUENCY_W)
    weeks_of_days(first_day(coarse, ordinal), last_day(coarse, ordinal), &first, &last);
  else if (fine == FREQUENCY_B)
    business_days_of_days(first_day(coarse, ordinal), last_day(coarse, ordinal), &first, &last);
  *ret_first = first;
  /* 9999-W52 ends in the year 10000, of which no days are ours. */
  *ret_last = last < period_max(fine) ? last : period_max(fine);
  return PERIOD_OK;
}

enum period_status period_bound_of(enum frequency frequency, int64_t ordinal,
                                   struct period_bound *ret_bound) {
  if (!frequency_is_valid((int)frequency))
    return PERIOD_WRONG_FREQUENCY;
  if (!period_is_valid(frequency, ordinal))
    return PERIOD_OUT_OF_RANGE;
  *ret_bound = (struct period_bound){
      .first_ms = first_ms(frequency, ordinal),
      .last_ms = last_ms(frequency, ordinal),
  };
  return PERIOD_OK;
}

/* The first period that starts at or after an instant. */
static int64_t first_from(enum frequency frequency, int64_t from_ms) {
  if (from_ms <= INSTANT_MIN_MS)
    return period_min(frequency);
  if (from_ms > INSTANT_MAX_MS)
    return period_max(frequency) + 1;
  int64_t ordinal = ordinal_at(frequency, from_ms);
  return first_ms(frequency, ordinal) < from_ms ? ordinal + 1 : ordinal;
}

/* The last period that ends at or before an instant. */
static int64_t last_to(enum frequency frequency, int64_t to_ms) {
  if (to_ms < INSTANT_MIN_MS)
    return period_min(frequency) - 1;
  if (to_ms > INSTANT_MAX_MS)
    return period_max(frequency);
  int64_t ordinal = ordinal_at(frequency, to_ms);
  return last_ms(frequency, ordinal) > to_ms ? ordinal - 1 : ordinal;
}

enum period_status period_range_for(enum frequency frequency, const struct period_bound *from,
                                    const struct period_bound *to, int64_t *ret_first,
                                    int64_t *ret_last) {
  if (!frequency_is_valid((int)frequency))
    return PERIOD_WRONG_FREQUENCY;
  if (from != NULL && to != NULL && to->last_ms < from->first_ms)
    return PERIOD_REVERSED;
  *ret_first = from == NULL ? period_min(frequency) : first_from(frequency, from->first_ms);
  *ret_last = to == NULL ? period_max(frequency) : last_to(frequency, to->last_ms);
  return PERIOD_OK;
}
