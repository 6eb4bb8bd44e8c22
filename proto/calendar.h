/* SPDX-License-Identifier: MIT */
/* The proleptic Gregorian calendar: civil dates, days since 1970-01-01, ISO weeks. UTC only, floor
 * division everywhere, no clock, no time zone. Safe from any thread. */
#ifndef BELLWETHER_PROTO_CALENDAR_H
#define BELLWETHER_PROTO_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_YEAR_MIN 1
#define CALENDAR_YEAR_MAX 9999
#define CALENDAR_DAY_MIN INT64_C(-719162) /* 0001-01-01, a Monday */
#define CALENDAR_DAY_MAX INT64_C(2932896) /* 9999-12-31, a Friday */
#define CALENDAR_DAY_MS INT64_C(86400000)

struct civil_date {
  int year;
  int month; /* 1-12 */
  int day;   /* 1-31 */
};

/* Division that rounds towards minus infinity, and its remainder (0 to divisor - 1). Divisor > 0.
 */
static inline int64_t floor_div(int64_t number, int64_t divisor) {
  return number / divisor - (number % divisor < 0);
}

static inline int64_t floor_mod(int64_t number, int64_t divisor) {
  int64_t rest = number % divisor;
  return rest < 0 ? rest + divisor : rest;
}

bool calendar_is_leap_year(int64_t year);

/* 28 to 31. Month 1-12. */
int calendar_days_in_month(int64_t year, int month);

/* Whether the date exists and its year is one of ours. */
bool calendar_date_is_valid(struct civil_date date);

/* Days since 1970-01-01 of a date; month 1-12, the year and the day may lie beyond their ranges. */
int64_t calendar_days_from_civil(int64_t year, int month, int64_t day);

/* The date of a day; the year is right for days within the years -9999 to 19999. */
struct civil_date calendar_civil_from_days(int64_t days);

/* 0 is Monday, 6 is Sunday. */
static inline int calendar_weekday(int64_t days) {
  return (int)floor_mod(days + 3, 7);
}

/* 52 or 53. */
int calendar_iso_weeks_in_year(int64_t year);

#endif
