/* SPDX-License-Identifier: MIT */
#include "proto/calendar.h"

#define DAYS_IN_400_YEARS 146097
#define DAYS_FROM_MARCH_0000_TO_1970 719468

bool calendar_is_leap_year(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int calendar_days_in_month(int64_t year, int month) {
  static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && calendar_is_leap_year(year) ? 29 : days[month - 1];
}

bool calendar_date_is_valid(struct civil_date date) {
  return date.year >= CALENDAR_YEAR_MIN && date.year <= CALENDAR_YEAR_MAX && date.month >= 1 &&
         date.month <= 12 && date.day >= 1 &&
         date.day <= calendar_days_in_month(date.year, date.month);
}

/* Years are counted from March, so that the leap day is the last of its year and months before it
 * never move; (153 * m + 2) / 5 is the number of days before the m-th month from March. */
int64_t calendar_days_from_civil(int64_t year, int month, int64_t day) {
  int64_t march_year = month <= 2 ? year - 1 : year;
  int64_t era = floor_div(march_year, 400);
  int64_t year_of_era = march_year - era * 400;
  int64_t month_from_march = (month + 9) % 12;
  int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * DAYS_IN_400_YEARS + day_of_era - DAYS_FROM_MARCH_0000_TO_1970;
}

struct civil_date calendar_civil_from_days(int64_t days) {
  int64_t since_march_0000 = days + DAYS_FROM_MARCH_0000_TO_1970;
  int64_t era = floor_div(since_march_0000, DAYS_IN_400_YEARS);
  int64_t day_of_era = since_march_0000 - era * DAYS_IN_400_YEARS;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month_from_march = (5 * day_of_year + 2) / 153;
  int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return (struct civil_date){
      .year = (int)(year_of_era + era * 400 + (month <= 2)),
      .month = (int)month,
      .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
  };
}

/* A year has 53 ISO weeks if it begins on a Thursday, or on a Wednesday before a leap day. */
int calendar_iso_weeks_in_year(int64_t year) {
  int first = calendar_weekday(calendar_days_from_civil(year, 1, 1));
  return first == 3 || (first == 2 && calendar_is_leap_year(year)) ? 53 : 52;
}
