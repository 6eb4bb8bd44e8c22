/* SPDX-License-Identifier: MIT */
#include "client/load/frequency_guess.h"

#include <assert.h>

#include "proto/calendar.h"

#define LONG_STEP_DAYS 26      /* Longer than three weeks and a holiday, shorter than February. */
#define MONTH_STEP_DAYS_MAX 38 /* From a first business day to a last one is more, and rare. */
#define SURE_STEPS 3
#define BUSINESS_STEP_MAX 5 /* Over Easter, from Thursday to Tuesday. */
#define SATURDAY 5

static int64_t greatest_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static int64_t month_of(struct civil_date date) {
  return (int64_t)date.year * 12 + date.month - 1;
}

/* The ISO week; 1970-01-01 was a Thursday. */
static int64_t week_of(int64_t day) {
  return floor_div(day + 3, 7);
}

static int64_t at_most(int64_t number, int64_t greatest) {
  return number < greatest ? number : greatest;
}

/* A step from one day to a later one. */
static void add_step(struct frequency_steps *steps, int64_t from, int64_t to) {
  int64_t days = to - from;
  int64_t months =
      month_of(calendar_civil_from_days(to)) - month_of(calendar_civil_from_days(from));
  steps->n++;
  steps->by_days[at_most(days, FREQUENCY_STEP_DAYS_MAX)]++;
  steps->by_months[at_most(months, FREQUENCY_STEP_MONTHS_MAX)]++;
  steps->days_divisor = greatest_divisor(steps->days_divisor, days);
  steps->months_divisor = greatest_divisor(steps->months_divisor, months);
  steps->n_long += days >= LONG_STEP_DAYS;
  steps->n_of_a_month += days >= LONG_STEP_DAYS && days <= MONTH_STEP_DAYS_MAX;
  steps->n_in_one_week += week_of(from) == week_of(to);
  steps->n_over_weekends += days <= BUSINESS_STEP_MAX && week_of(from) != week_of(to);
}

static void add_date(struct frequency_guess *guess, int64_t day) {
  struct civil_date date = calendar_civil_from_days(day);
  if (guess->n_dates == 0)
    guess->first_number = date.day;
  guess->n_dates++;
  guess->n_weekend += calendar_weekday(day) >= SATURDAY;
  guess->n_first_of_month += date.day == 1;
  guess->n_last_of_month += date.day == calendar_days_in_month(date.year, date.month);
  guess->n_on_first_number += date.day == guess->first_number;
  guess->months |= 1u << (date.month - 1);
  guess->weekdays |= 1u << calendar_weekday(day);
  guess->previous_day = day;
}

void frequency_guess_add(struct frequency_guess *guess, int64_t day) {
  assert(day >= CALENDAR_DAY_MIN && day <= CALENDAR_DAY_MAX);
  if (guess->n_dates > 0 && day == guess->previous_day)
    return;
  if (guess->n_dates > 0 && day > guess->previous_day)
    add_step(&guess->up, guess->previous_day, day);
  else if (guess->n_dates > 0)
    add_step(&guess->down, day, guess->previous_day);
  add_date(guess, day);
}

static bool are_most(int64_t part, const struct frequency_steps *steps) {
  return part * 2 > steps->n;
}

static int64_t days_between(const struct frequency_steps *steps, int least, int greatest) {
  int64_t n = 0;
  for (int days = least; days <= greatest; days++)
    n += steps->by_days[days];
  return n;
}

static struct frequency_guessed guessed(enum frequency frequency,
                                        const struct frequency_steps *steps, int64_t n_usual) {
  return (struct frequency_guessed){.frequency = frequency,
                                    .is_sure = steps->n >= SURE_STEPS && are_most(n_usual, steps)};
}

/* Whether the dates stand where months are dated, however many of them are left out. */
static bool is_dated_by_month(const struct frequency_guess *guess) {
  return guess->n_on_first_number == guess->n_dates || guess->n_last_of_month == guess->n_dates;
}

/* Months and longer: all dates in months of their own. */
static bool guess_by_months(const struct frequency_guess *guess,
                            const struct frequency_steps *steps, struct frequency_guessed *ret) {
  static const struct {
    enum frequency frequency;
    int months;
  } rows[] = {{FREQUENCY_A, 12}, {FREQUENCY_S, 6}, {FREQUENCY_Q, 3}, {FREQUENCY_M, 1}};
  if (steps->by_months[0] > 0 || !are_most(steps->n_long, steps))
    return false;
  size_t i = 0;
  while (steps->months_divisor % rows[i].months != 0)
    i++;
  bool is_month = rows[i].frequency == FREQUENCY_M;
  int64_t n_usual = is_month ? steps->n_of_a_month : steps->by_months[rows[i].months];
  if (is_month && !are_most(n_usual, steps) && !is_dated_by_month(guess))
    return false;
  *ret = guessed(rows[i].frequency, steps, n_usual);
  return true;
}

/* Weeks, also where a holiday moves a date by a day or two. */
static bool guess_by_weeks(const struct frequency_steps *steps, struct frequency_guessed *ret) {
  bool moves = steps->n_in_one_week == 0 && are_most(days_between(steps, 5, 9), steps);
  if (steps->days_divisor % 7 != 0 && !moves)
    return false;
  *ret = guessed(FREQUENCY_W, steps, steps->by_days[7]);
  return true;
}

static struct frequency_guessed guess_by_days(const struct frequency_guess *guess,
                                              const struct frequency_steps *steps) {
  int64_t n_usual = days_between(steps, 1, BUSINESS_STEP_MAX);
  if (guess->n_weekend == 0 && steps->n_over_weekends > 0 && are_most(n_usual, steps))
    return guessed(FREQUENCY_B, steps, n_usual);
  return guessed(FREQUENCY_D, steps, steps->by_days[1]);
}

/* The months in which a period of so many months may start, bit 0 January. */
static unsigned starting_months(int months) {
  unsigned starts = 0;
  for (int month = 0; month < 12; month += months)
    starts |= 1u << month;
  return starts;
}

static enum frequency_label label_by_months(const struct frequency_guess *guess, int months) {
  unsigned starts = starting_months(months);
  unsigned ends = starts << (months - 1);
  if (guess->n_first_of_month == guess->n_dates && (guess->months & ~starts) == 0)
    return FREQUENCY_LABEL_START;
  if (guess->n_last_of_month == guess->n_dates && (guess->months & ~ends) == 0)
    return FREQUENCY_LABEL_END;
  return FREQUENCY_LABEL_WITHIN;
}

static enum frequency_label label_of(const struct frequency_guess *guess,
                                     enum frequency frequency) {
  if (frequency == FREQUENCY_NONE)
    return FREQUENCY_LABEL_WITHIN;
  if (frequency <= FREQUENCY_M)
    return label_by_months(guess, 12 / periods_a_year(frequency));
  if (frequency > FREQUENCY_W || guess->weekdays == 1u << 0)
    return FREQUENCY_LABEL_START;
  return guess->weekdays == 1u << 6 ? FREQUENCY_LABEL_END : FREQUENCY_LABEL_WITHIN;
}

struct frequency_guessed frequency_guess_result(const struct frequency_guess *guess) {
  const struct frequency_steps *steps = guess->up.n >= guess->down.n ? &guess->up : &guess->down;
  struct frequency_guessed result = {.frequency = FREQUENCY_NONE};
  if (guess->n_dates > 0 && steps->n == 0)
    result.frequency = FREQUENCY_D;
  else if (guess->n_dates > 0 && !guess_by_months(guess, steps, &result) &&
           !guess_by_weeks(steps, &result))
    result = guess_by_days(guess, steps);
  result.label = label_of(guess, result.frequency);
  return result;
}

enum period_status frequency_guess_period(enum frequency frequency, int64_t day,
                                          int64_t *ret_ordinal) {
  if (day < CALENDAR_DAY_MIN || day > CALENDAR_DAY_MAX)
    return PERIOD_OUT_OF_RANGE;
  if (frequency == FREQUENCY_NONE)
    return PERIOD_WRONG_FREQUENCY;
  return period_containing(FREQUENCY_D, day, frequency, ret_ordinal);
}
