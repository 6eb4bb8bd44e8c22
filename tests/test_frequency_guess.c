/* SPDX-License-Identifier: MIT */
/* Which frequency the dates of a column are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/load/frequency_guess.h"
#include "proto/calendar.h"

static int64_t day_of(const char *text) {
  int64_t day = 0;
  assert_int_equal(period_parse_as(bytes_of_text(text), FREQUENCY_D, &day), PERIOD_OK);
  return day;
}

#define DATES_MAX 12

static void each_column_has_its_frequency(void **state) {
  (void)state;
  static const struct {
    const char *name;
    const char *dates[DATES_MAX]; /* up to a NULL */
    enum frequency frequency;
    bool is_sure;
    enum frequency_label label;
  } rows[] = {
      {"nothing", {NULL}, FREQUENCY_NONE, false, FREQUENCY_LABEL_WITHIN},
      {"one date", {"2024-01-01"}, FREQUENCY_D, false, FREQUENCY_LABEL_START},
      {"one date again and again",
       {"2024-01-01", "2024-01-01"},
       FREQUENCY_D,
       false,
       FREQUENCY_LABEL_START},
      {"two days", {"2024-01-31", "2024-02-01"}, FREQUENCY_D, false, FREQUENCY_LABEL_START},
      {"two months", {"2024-01-01", "2024-02-01"}, FREQUENCY_M, false, FREQUENCY_LABEL_START},
      {"two weeks over a month's end",
       {"2024-01-29", "2024-02-05"},
       FREQUENCY_W,
       false,
       FREQUENCY_LABEL_START},
      {"months",
       {"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_START},
      {"months, the newest first",
       {"2024-04-01", "2024-03-01", "2024-02-01", "2024-01-01"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_START},
      {"months on the 15th",
       {"1987-05-15", "1987-06-15", "1987-07-15", "1987-08-15"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"months by their last days",
       {"2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_END},
      {"months by their first business days",
       {"2026-02-02", "2026-03-02", "2026-04-01", "2026-05-04"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"months, many left out",
       {"2020-01-01", "2020-06-01", "2021-02-01", "2023-12-01"},
       FREQUENCY_M,
       false,
       FREQUENCY_LABEL_START},
      {"months of two countries",
       {"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-01-01", "2024-02-01",
        "2024-03-01"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_START},
      {"months with a row for each country",
       {"2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01", "2024-03-01", "2024-04-01"},
       FREQUENCY_M,
       true,
       FREQUENCY_LABEL_START},
      {"quarters",
       {"1964-07-01", "1964-10-01", "1965-01-01", "1965-04-01"},
       FREQUENCY_Q,
       true,
       FREQUENCY_LABEL_START},
      {"quarters by their last months",
       {"2024-03-01", "2024-06-01", "2024-09-01", "2024-12-01"},
       FREQUENCY_Q,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"quarters by their last days",
       {"2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"},
       FREQUENCY_Q,
       true,
       FREQUENCY_LABEL_END},
      {"quarters, one left out",
       {"2024-01-01", "2024-04-01", "2024-10-01", "2025-01-01"},
       FREQUENCY_Q,
       true,
       FREQUENCY_LABEL_START},
      {"half-years",
       {"2023-01-01", "2023-07-01", "2024-01-01", "2024-07-01"},
       FREQUENCY_S,
       true,
       FREQUENCY_LABEL_START},
      {"years in June",
       {"1987-06-30", "1988-06-30", "1989-06-30", "1990-06-30"},
       FREQUENCY_A,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"years by their last days",
       {"1987-12-31", "1988-12-31", "1989-12-31", "1990-12-31"},
       FREQUENCY_A,
       true,
       FREQUENCY_LABEL_END},
      {"a census",
       {"1980-01-01", "1990-01-01", "2000-01-01", "2010-01-01"},
       FREQUENCY_A,
       false,
       FREQUENCY_LABEL_START},
      {"weeks on Fridays",
       {"1986-01-03", "1986-01-10", "1986-01-17", "1986-01-24"},
       FREQUENCY_W,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"weeks on Sundays",
       {"2024-01-07", "2024-01-14", "2024-01-21", "2024-01-28"},
       FREQUENCY_W,
       true,
       FREQUENCY_LABEL_END},
      {"weeks, one left out",
       {"2024-01-05", "2024-01-12", "2024-01-26", "2024-02-02"},
       FREQUENCY_W,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"weeks, one moved by a holiday",
       {"2024-03-15", "2024-03-22", "2024-03-28", "2024-04-05", "2024-04-12", "2024-04-19"},
       FREQUENCY_W,
       true,
       FREQUENCY_LABEL_WITHIN},
      {"business days",
       {"2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08", "2024-03-11"},
       FREQUENCY_B,
       true,
       FREQUENCY_LABEL_START},
      {"business days with a holiday, the newest first",
       {"2024-04-03", "2024-04-02", "2024-03-28", "2024-03-27", "2024-03-26"},
       FREQUENCY_B,
       true,
       FREQUENCY_LABEL_START},
      {"days without a weekend yet",
       {"2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"},
       FREQUENCY_D,
       true,
       FREQUENCY_LABEL_START},
      {"days",
       {"2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11"},
       FREQUENCY_D,
       true,
       FREQUENCY_LABEL_START},
      {"twice a month",
       {"2024-01-01", "2024-01-15", "2024-02-01", "2024-02-15", "2024-03-01"},
       FREQUENCY_D,
       false,
       FREQUENCY_LABEL_START},
      {"meetings",
       {"2023-02-01", "2023-03-22", "2023-05-03", "2023-06-14", "2023-07-26"},
       FREQUENCY_W,
       false,
       FREQUENCY_LABEL_WITHIN},
      {"meetings on any day",
       {"2023-02-01", "2023-03-23", "2023-05-03", "2023-06-14", "2023-08-25", "2023-12-30"},
       FREQUENCY_D,
       false,
       FREQUENCY_LABEL_START},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct frequency_guess guess = {0};
    for (size_t j = 0; j < DATES_MAX && rows[i].dates[j] != NULL; j++)
      frequency_guess_add(&guess, day_of(rows[i].dates[j]));
    struct frequency_guessed guessed = frequency_guess_result(&guess);
    if (guessed.frequency != rows[i].frequency || guessed.is_sure != rows[i].is_sure ||
        guessed.label != rows[i].label)
      fail_msg("%s: %d, sure %d, label %d", rows[i].name, (int)guessed.frequency, guessed.is_sure,
               (int)guessed.label);
  }
}

/* SplitMix64. */
static uint64_t next_random(uint64_t *seed) {
  uint64_t mixed = *seed += UINT64_C(0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
  return mixed ^ (mixed >> 31);
}

/* The periods of a frequency by their first or last days, up or down, some left out. */
static struct frequency_guessed guess_of_periods(enum frequency frequency, uint64_t random) {
  struct frequency_guess guess = {0};
  int64_t first = period_at(frequency, (int64_t)(random % 40000) * CALENDAR_DAY_MS);
  bool is_last = (random >> 20) & 1, is_down = (random >> 21) & 1;
  uint64_t seed = random;
  for (int i = 0; i < 40; i++) {
    int64_t ordinal = first + (is_down ? -i : i);
    if (i > 0 && next_random(&seed) % 8 == 0)
      continue;
    frequency_guess_add(&guess, is_last ? period_last_day(frequency, ordinal)
                                        : period_first_day(frequency, ordinal));
  }
  return frequency_guess_result(&guess);
}

static void periods_by_their_ends_are_guessed_right(void **state) {
  (void)state;
  uint64_t seed = 1947;
  for (int round = 0; round < 20000; round++) {
    uint64_t random = next_random(&seed);
    enum frequency frequency = (enum frequency)(1 + round % 7);
    struct frequency_guessed guessed = guess_of_periods(frequency, random);
    if (guessed.frequency != frequency || !guessed.is_sure)
      fail_msg("%c guessed as %c, sure %d", frequency_letter(frequency),
               frequency_letter(guessed.frequency), guessed.is_sure);
    if (frequency <= FREQUENCY_W)
      assert_int_equal(guessed.label,
                       (random >> 20) & 1 ? FREQUENCY_LABEL_END : FREQUENCY_LABEL_START);
  }
}

static void dates_of_one_direction_have_periods_of_their_own(void **state) {
  (void)state;
  uint64_t seed = 65;
  for (int round = 0; round < 20000; round++) {
    struct frequency_guess guess = {0};
    int64_t days[12];
    uint64_t spread = 1 + next_random(&seed) % 60;
    days[0] = (int64_t)(next_random(&seed) % 30000);
    for (size_t i = 1; i < count_of(days); i++)
      days[i] = days[i - 1] + 1 + (int64_t)(next_random(&seed) % spread);
    for (size_t i = 0; i < count_of(days); i++)
      frequency_guess_add(&guess, days[i]);
    enum frequency frequency = frequency_guess_result(&guess).frequency;
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < count_of(days); i++) {
      int64_t ordinal;
      assert_int_equal(frequency_guess_period(frequency, days[i], &ordinal), PERIOD_OK);
      assert_true(ordinal > before);
      before = ordinal;
    }
  }
}

static void a_day_is_mapped_into_its_period(void **state) {
  (void)state;
  static const struct {
    enum frequency frequency;
    const char *date;
    const char *period;
  } rows[] = {
      {FREQUENCY_A, "1987-06-30", "1987"},       {FREQUENCY_S, "2024-07-01", "2024-S2"},
      {FREQUENCY_Q, "1964-07-01", "1964-Q3"},    {FREQUENCY_M, "2026-05-04", "2026-05"},
      {FREQUENCY_W, "1986-01-03", "1986-W01"},   {FREQUENCY_W, "2024-12-31", "2025-W01"},
      {FREQUENCY_B, "2024-03-01", "2024-03-01"}, {FREQUENCY_D, "2024-03-02", "2024-03-02"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    int64_t ordinal;
    char text[PERIOD_TEXT_SIZE];
    assert_int_equal(frequency_guess_period(rows[i].frequency, day_of(rows[i].date), &ordinal),
                     PERIOD_OK);
    period_format(rows[i].frequency, ordinal, text);
    assert_string_equal(text, rows[i].period);
  }
}

static void a_day_without_a_period_is_refused(void **state) {
  (void)state;
  int64_t ordinal = 4242;
  assert_int_equal(frequency_guess_period(FREQUENCY_B, day_of("2024-03-02"), &ordinal),
                   PERIOD_WEEKEND);
  assert_int_equal(frequency_guess_period(FREQUENCY_D, CALENDAR_DAY_MAX + 1, &ordinal),
                   PERIOD_OUT_OF_RANGE);
  assert_int_equal(frequency_guess_period(FREQUENCY_M, INT64_MIN, &ordinal), PERIOD_OUT_OF_RANGE);
  assert_int_equal(frequency_guess_period(FREQUENCY_NONE, 0, &ordinal), PERIOD_WRONG_FREQUENCY);
  assert_int_equal(frequency_guess_period(FREQUENCY_H, 0, &ordinal), PERIOD_WRONG_FREQUENCY);
  assert_int_equal(ordinal, 4242);
}

static void the_ends_of_the_calendar_are_guessed_too(void **state) {
  (void)state;
  struct frequency_guess guess = {0};
  for (int64_t day = CALENDAR_DAY_MAX - 400; day <= CALENDAR_DAY_MAX; day++)
    frequency_guess_add(&guess, day);
  for (int64_t day = CALENDAR_DAY_MIN; day <= CALENDAR_DAY_MIN + 400; day++)
    frequency_guess_add(&guess, day);
  struct frequency_guessed guessed = frequency_guess_result(&guess);
  assert_int_equal(guessed.frequency, FREQUENCY_D);
  assert_true(guessed.is_sure);
  for (enum frequency f = FREQUENCY_A; f <= FREQUENCY_D; f++) {
    int64_t ordinal;
    assert_int_equal(frequency_guess_period(f, CALENDAR_DAY_MIN, &ordinal), PERIOD_OK);
    assert_true(period_is_valid(f, ordinal));
    assert_int_equal(frequency_guess_period(f, CALENDAR_DAY_MAX, &ordinal), PERIOD_OK);
    assert_true(period_is_valid(f, ordinal));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_column_has_its_frequency),
      cmocka_unit_test(periods_by_their_ends_are_guessed_right),
      cmocka_unit_test(dates_of_one_direction_have_periods_of_their_own),
      cmocka_unit_test(a_day_is_mapped_into_its_period),
      cmocka_unit_test(a_day_without_a_period_is_refused),
      cmocka_unit_test(the_ends_of_the_calendar_are_guessed_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
