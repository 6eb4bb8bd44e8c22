/* SPDX-License-Identifier: MIT */
/* The text of periods: the half of period.h that reads and writes. */
#include "proto/period.h"

#include "proto/calendar.h"
#include "proto/scan.h"

/* A period as its text has it, before anyone asked whether it exists. */
struct period_fields {
  enum frequency frequency;
  int year;
  int part; /* the number behind A, S, Q, M or W */
  int month;
  int day;
  int hour;
  int minute;
};

/* `S1`, `Q4`, `M03`, `W12` and the end. */
static enum period_status scan_lettered(struct scan *scan, struct period_fields *ret_fields) {
  enum frequency frequency = frequency_from_letter((char)*scan->at++);
  if (frequency == FREQUENCY_NONE || frequency > FREQUENCY_W)
    return PERIOD_SYNTAX;
  int n_digits = frequency >= FREQUENCY_M ? 2 : 1;
  if (!scan_digits(scan, n_digits, &ret_fields->part) || !scan_at_end(scan))
    return PERIOD_SYNTAX;
  ret_fields->frequency = frequency;
  return PERIOD_OK;
}

/* What follows the T: `10`, `10:00`, `10:00:00`, each with or without Z, and the end. */
static enum period_status scan_time(struct scan *scan, struct period_fields *ret_fields) {
  int second = 0;
  ret_fields->frequency = FREQUENCY_H;
  if (!scan_digits(scan, 2, &ret_fields->hour))
    return PERIOD_SYNTAX;
  if (scan_char(scan, ':')) {
    ret_fields->frequency = FREQUENCY_N;
    if (!scan_digits(scan, 2, &ret_fields->minute))
      return PERIOD_SYNTAX;
    if (scan_char(scan, ':') && (!scan_digits(scan, 2, &second) || second != 0))
      return PERIOD_SYNTAX;
  }
  (void)scan_char(scan, 'Z');
  return scan_at_end(scan) ? PERIOD_OK : PERIOD_SYNTAX;
}

/* What follows the year and a dash where a digit comes next: `03`, `03-01`, `03-01T10:00`. */
static enum period_status scan_numbered(struct scan *scan, struct period_fields *ret_fields) {
  if (!scan_digits(scan, 2, &ret_fields->month))
    return PERIOD_SYNTAX;
  if (scan_at_end(scan)) {
    ret_fields->frequency = FREQUENCY_M;
    ret_fields->part = ret_fields->month;
    return PERIOD_OK;
  }
  if (!scan_char(scan, '-') || !scan_digits(scan, 2, &ret_fields->day))
    return PERIOD_SYNTAX;
  ret_fields->frequency = FREQUENCY_D;
  if (scan_at_end(scan))
    return PERIOD_OK;
  return scan_char(scan, 'T') ? scan_time(scan, ret_fields) : PERIOD_SYNTAX;
}

static enum period_status scan_period(struct bytes text, struct period_fields *ret_fields) {
  struct scan scan = scan_of(text);
  if (!scan_digits(&scan, 4, &ret_fields->year))
    return PERIOD_SYNTAX;
  if (scan_at_end(&scan)) {
    ret_fields->frequency = FREQUENCY_A;
    ret_fields->part = 1;
    return PERIOD_OK;
  }
  bool has_dash = scan_char(&scan, '-');
  if (scan_at_end(&scan))
    return PERIOD_SYNTAX;
  if (scan_is_digit(&scan))
    return has_dash ? scan_numbered(&scan, ret_fields) : PERIOD_SYNTAX;
  return scan_lettered(&scan, ret_fields);
}

static int parts_of_year(enum frequency frequency, int year) {
  return frequency == FREQUENCY_W ? calendar_iso_weeks_in_year(year) : periods_a_year(frequency);
}

/* Week 1 is the week of 4 January. */
static int64_t ordinal_of_part(const struct period_fields *fields) {
  if (fields->frequency == FREQUENCY_W) {
    int64_t fourth = calendar_days_from_civil(fields->year, 1, 4);
    return floor_div(fourth + 3, 7) + fields->part - 1;
  }
  return (int64_t)(fields->year - 1970) * periods_a_year(fields->frequency) + fields->part - 1;
}

static enum period_status resolve_date(const struct period_fields *fields, int64_t *ret_ordinal) {
  struct civil_date date = {fields->year, fields->month, fields->day};
  if (!calendar_date_is_valid(date) || fields->hour > 23 || fields->minute > 59)
    return PERIOD_NOT_IN_CALENDAR;
  int64_t ordinal = calendar_days_from_civil(date.year, date.month, date.day);
  if (fields->frequency >= FREQUENCY_H)
    ordinal = ordinal * 24 + fields->hour;
  if (fields->frequency == FREQUENCY_N)
    ordinal = ordinal * 60 + fields->minute;
  *ret_ordinal = ordinal;
  return PERIOD_OK;
}

static enum period_status resolve(const struct period_fields *fields, int64_t *ret_ordinal) {
  if (fields->year < CALENDAR_YEAR_MIN)
    return PERIOD_OUT_OF_RANGE;
  if (fields->frequency >= FREQUENCY_D)
    return resolve_date(fields, ret_ordinal);
  if (fields->part < 1 || fields->part > parts_of_year(fields->frequency, fields->year))
    return PERIOD_NOT_IN_CALENDAR;
  *ret_ordinal = ordinal_of_part(fields);
  return PERIOD_OK;
}

enum period_status period_parse(struct bytes text, enum frequency *ret_frequency,
                                int64_t *ret_ordinal) {
  struct period_fields fields = {0};
  int64_t ordinal = 0;
  enum period_status status = scan_period(text, &fields);
  if (status == PERIOD_OK)
    status = resolve(&fields, &ordinal);
  if (status != PERIOD_OK)
    return status;
  *ret_frequency = fields.frequency;
  *ret_ordinal = ordinal;
  return PERIOD_OK;
}

/* A minute at :00 is how an hour is written too. */
static bool is_hour(enum frequency frequency, int64_t ordinal) {
  return frequency == FREQUENCY_N && floor_mod(ordinal, 60) == 0;
}

enum period_status period_parse_as(struct bytes text, enum frequency wanted, int64_t *ret_ordinal) {
  enum frequency frequency = FREQUENCY_NONE;
  int64_t ordinal = 0;
  enum period_status status = period_parse(text, &frequency, &ordinal);
  if (status != PERIOD_OK)
    return status;
  if (frequency == FREQUENCY_D && wanted == FREQUENCY_B) {
    if (calendar_weekday(ordinal) > 4)
      return PERIOD_WEEKEND;
    ordinal = period_at(FREQUENCY_B, ordinal * CALENDAR_DAY_MS);
  } else if (wanted == FREQUENCY_H && is_hour(frequency, ordinal)) {
    ordinal = floor_div(ordinal, 60);
  } else if (frequency != wanted) {
    return PERIOD_WRONG_FREQUENCY;
  }
  *ret_ordinal = ordinal;
  return PERIOD_OK;
}

enum period_status period_bound_parse(struct bytes text, enum frequency series,
                                      struct period_bound *ret_bound) {
  enum frequency frequency = FREQUENCY_NONE;
  int64_t ordinal = 0;
  enum period_status status = period_parse(text, &frequency, &ordinal);
  if (status != PERIOD_OK)
    return status;
  if (series == FREQUENCY_H && is_hour(frequency, ordinal))
    return period_bound_of(FREQUENCY_H, floor_div(ordinal, 60), ret_bound);
  return period_bound_of(frequency, ordinal, ret_bound);
}

static char *put_number(char *at, int64_t number, int n_digits) {
  for (int i = n_digits - 1; i >= 0; i--, number /= 10)
    at[i] = (char)('0' + number % 10);
  return at + n_digits;
}

static char *put_char(char *at, char character) {
  *at = character;
  return at + 1;
}

/* `2024-03-01`. */
static char *put_date(char *at, int64_t day) {
  struct civil_date date = calendar_civil_from_days(day);
  at = put_char(put_number(at, date.year, 4), '-');
  at = put_char(put_number(at, date.month, 2), '-');
  return put_number(at, date.day, 2);
}

/* `T10:00`. */
static char *put_time(char *at, int64_t minutes) {
  at = put_number(put_char(at, 'T'), minutes / 60, 2);
  return put_number(put_char(at, ':'), minutes % 60, 2);
}

/* `2024-W12`; the year is that of the week's Thursday, which is day 7 * ordinal. */
static char *put_week(char *at, int64_t ordinal) {
  int64_t thursday = ordinal * 7;
  int year = calendar_civil_from_days(thursday).year;
  int64_t week = (thursday - calendar_days_from_civil(year, 1, 1)) / 7 + 1;
  at = put_char(put_number(at, year, 4), '-');
  return put_number(put_char(at, 'W'), week, 2);
}

/* `2024-S1`, `2024-Q1`, `2024-03`. */
static char *put_part(char *at, enum frequency frequency, int64_t ordinal) {
  int parts = periods_a_year(frequency);
  at = put_number(at, 1970 + floor_div(ordinal, parts), 4);
  int64_t part = floor_mod(ordinal, parts) + 1;
  at = put_char(at, '-');
  if (frequency == FREQUENCY_M)
    return put_number(at, part, 2);
  return put_number(put_char(at, frequency_letter(frequency)), part, 1);
}

static char *put_period(char *at, enum frequency frequency, int64_t ordinal) {
  switch (frequency) {
  case FREQUENCY_A:
    return put_number(at, 1970 + ordinal, 4);
  case FREQUENCY_S:
  case FREQUENCY_Q:
  case FREQUENCY_M:
    return put_part(at, frequency, ordinal);
  case FREQUENCY_W:
    return put_week(at, ordinal);
  case FREQUENCY_B:
  case FREQUENCY_D:
    return put_date(at, period_first_day(frequency, ordinal));
  case FREQUENCY_H:
    return put_time(put_date(at, floor_div(ordinal, 24)), floor_mod(ordinal, 24) * 60);
  case FREQUENCY_N:
    return put_time(put_date(at, floor_div(ordinal, 1440)), floor_mod(ordinal, 1440));
  case FREQUENCY_NONE:
    break;
  }
  return at;
}

size_t period_format(enum frequency frequency, int64_t ordinal,
                     char ret_text[static PERIOD_TEXT_SIZE]) {
  char *end = ret_text;
  if (period_is_valid(frequency, ordinal))
    end = put_period(ret_text, frequency, ordinal);
  *end = '\0';
  return (size_t)(end - ret_text);
}

const char *period_status_text(enum period_status status) {
  switch (status) {
  case PERIOD_OK:
    return "is a period";
  case PERIOD_SYNTAX:
    return "is not a period (2024, 2024-S1, 2024-Q1, 2024-03, 2024-W12, 2024-03-01, "
           "2024-03-01T10:00)";
  case PERIOD_NOT_IN_CALENDAR:
    return "is no period of the calendar";
  case PERIOD_OUT_OF_RANGE:
    return "is outside the years 0001 to 9999";
  case PERIOD_WRONG_FREQUENCY:
    return "is not a period of this frequency";
  case PERIOD_WEEKEND:
    return "is a weekend, not a business day";
  case PERIOD_REVERSED:
    return "ends before it starts";
  }
  return "is not a period";
}
