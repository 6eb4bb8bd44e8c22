/* SPDX-License-Identifier: MIT */
#include "proto/instant.h"

#include <stdio.h>

#include "proto/calendar.h"
#include "proto/scan.h"

struct clock_time {
  int hour;
  int minute;
  int second;
  int ms;
};

/* `2023-06-16`, whether the day exists or not. */
static bool scan_date(struct scan *scan, struct civil_date *ret_date) {
  return scan_digits(scan, 4, &ret_date->year) && scan_char(scan, '-') &&
         scan_digits(scan, 2, &ret_date->month) && scan_char(scan, '-') &&
         scan_digits(scan, 2, &ret_date->day);
}

/* One to nine digits, of which three count. */
static bool scan_fraction(struct scan *scan, int *ret_ms) {
  int n_digits = 0;
  int ms = 0;
  for (; scan_is_digit(scan) && n_digits < 9; n_digits++, scan->at++) {
    if (n_digits < 3)
      ms = ms * 10 + (*scan->at - '0');
  }
  for (int i = n_digits; i < 3; i++)
    ms *= 10;
  *ret_ms = ms;
  return n_digits > 0;
}

/* `10:00`, `10:00:00`, `10:00:00.123`. */
static bool scan_time(struct scan *scan, struct clock_time *ret_time) {
  if (!scan_digits(scan, 2, &ret_time->hour) || !scan_char(scan, ':') ||
      !scan_digits(scan, 2, &ret_time->minute))
    return false;
  if (!scan_char(scan, ':'))
    return true;
  if (!scan_digits(scan, 2, &ret_time->second))
    return false;
  return !scan_char(scan, '.') || scan_fraction(scan, &ret_time->ms);
}

static bool time_is_valid(struct clock_time time) {
  return time.hour <= 23 && time.minute <= 59 && time.second <= 59;
}

static int64_t time_ms(struct clock_time time) {
  return ((int64_t)(time.hour * 60 + time.minute) * 60 + time.second) * 1000 + time.ms;
}

enum instant_status instant_parse(struct bytes text, struct instant_span *ret_span) {
  struct scan scan = scan_of(text);
  struct civil_date date = {0};
  struct clock_time time = {0};
  if (!scan_date(&scan, &date))
    return INSTANT_SYNTAX;
  bool is_day = scan_at_end(&scan);
  if (!is_day) {
    if (!scan_char(&scan, 'T') || !scan_time(&scan, &time))
      return INSTANT_SYNTAX;
    if (!scan_char(&scan, 'Z') && (scan_is(&scan, '+') || scan_is(&scan, '-')))
      return INSTANT_ZONE;
    if (!scan_at_end(&scan))
      return INSTANT_SYNTAX;
  }
  if (!calendar_date_is_valid(date) || !time_is_valid(time))
    return INSTANT_NOT_IN_CALENDAR;

  int64_t day_ms = calendar_days_from_civil(date.year, date.month, date.day) * CALENDAR_DAY_MS;
  int64_t first_ms = day_ms + time_ms(time);
  *ret_span = (struct instant_span){
      .first_ms = first_ms,
      .last_ms = is_day ? first_ms + CALENDAR_DAY_MS - 1 : first_ms,
      .precision = is_day ? INSTANT_PRECISION_DAY : INSTANT_PRECISION_MS,
  };
  return INSTANT_OK;
}

size_t instant_format(int64_t at_ms, enum instant_precision precision,
                      char ret_text[static INSTANT_TEXT_SIZE]) {
  if (!instant_is_valid(at_ms)) {
    ret_text[0] = '\0';
    return 0;
  }
  struct civil_date date = calendar_civil_from_days(floor_div(at_ms, CALENDAR_DAY_MS));
  int rest_ms = (int)floor_mod(at_ms, CALENDAR_DAY_MS);
  int length =
      snprintf(ret_text, INSTANT_TEXT_SIZE, "%04d-%02d-%02d", date.year, date.month, date.day);
  if (precision == INSTANT_PRECISION_DAY)
    return (size_t)length;
  length += snprintf(ret_text + length, INSTANT_TEXT_SIZE - (size_t)length, "T%02d:%02d:%02d",
                     rest_ms / 3600000, rest_ms / 60000 % 60, rest_ms / 1000 % 60);
  if (rest_ms % 1000 != 0)
    length +=
        snprintf(ret_text + length, INSTANT_TEXT_SIZE - (size_t)length, ".%03d", rest_ms % 1000);
  ret_text[length++] = 'Z';
  ret_text[length] = '\0';
  return (size_t)length;
}

const char *instant_status_text(enum instant_status status) {
  switch (status) {
  case INSTANT_OK:
    return "is a date or a time";
  case INSTANT_SYNTAX:
    return "is not a date (2023-06-16) or a time in UTC (2023-06-16T10:00:00Z)";
  case INSTANT_NOT_IN_CALENDAR:
    return "is no day or time of the calendar";
  case INSTANT_ZONE:
    return "has a time zone; times are in UTC and end in Z";
  }
  return "is not a time";
}
