/* SPDX-License-Identifier: MIT */
/* Ordinals, instants and the calendar; test_period_text.c has what people write. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "proto/calendar.h"
#include "proto/period.h"

/* Counts what a frequency does not have to be exact about: enough steps to be quick, odd to hit
 * all. */
static int64_t stride_of(enum frequency frequency) {
  int64_t stride = (period_max(frequency) - period_min(frequency)) / 20011;
  return stride < 1 ? 1 : stride | 1;
}

static int64_t ordinal_of(const char *text, enum frequency frequency) {
  int64_t ordinal = INT64_MIN;
  enum period_status status = period_parse_as(bytes_of_text(text), frequency, &ordinal);
  assert_int_equal(status, PERIOD_OK);
  return ordinal;
}

static void letters_and_numbers_name_the_same_frequencies(void **state) {
  (void)state;
  static const char letters[] = "ASQMWBDHN";
  for (int i = 0; i < 9; i++) {
    assert_int_equal(frequency_from_letter(letters[i]), i + 1);
    assert_int_equal(frequency_letter((enum frequency)(i + 1)), letters[i]);
    assert_true(frequency_is_valid(i + 1));
  }
  assert_int_equal(frequency_from_letter('a'), FREQUENCY_NONE);
  assert_int_equal(frequency_from_letter('\0'), FREQUENCY_NONE);
  assert_int_equal(frequency_letter(FREQUENCY_NONE), '\0');
  assert_false(frequency_is_valid(0));
  assert_false(frequency_is_valid(10));
  assert_false(frequency_is_valid(-1));
}

static void periods_a_year_are_freds(void **state) {
  (void)state;
  static const int expected[] = {0, 1, 2, 4, 12, 52, 260, 260, 0, 0};
  for (int i = 0; i < 10; i++)
    assert_int_equal(periods_a_year((enum frequency)i), expected[i]);
}

static void ordinal_zero_contains_the_epoch(void **state) {
  (void)state;
  for (enum frequency f = FREQUENCY_A; f <= FREQUENCY_N; f++) {
    assert_int_equal(period_at(f, 0), 0);
    assert_int_equal(period_at(f, -1), f == FREQUENCY_W ? 0 : -1);
    assert_true(period_first_ms(f, 0) <= 0);
    assert_true(period_last_ms(f, 0) >= 0);
  }
  assert_int_equal(period_at(FREQUENCY_A, INT64_C(1704067200000)), 54);
}

/* The counts a slow walk has reached: a new year, month, Monday or weekday starts the next period.
 */
static void every_day_lies_in_the_period_that_counting_gives(void **state) {
  (void)state;
  int64_t counted[FREQUENCY_D + 1];
  size_t n_wrong = 0;
  for (int f = FREQUENCY_A; f <= FREQUENCY_D; f++)
    counted[f] = period_min((enum frequency)f);
  int weekday = 0;
  struct civil_date date = {1, 1, 1};
  for (int64_t day = CALENDAR_DAY_MIN; day <= CALENDAR_DAY_MAX; day++) {
    for (int f = FREQUENCY_A; f <= FREQUENCY_D; f++)
      n_wrong += period_at((enum frequency)f, day * CALENDAR_DAY_MS) != counted[f];
    counted[FREQUENCY_D]++;
    weekday = (weekday + 1) % 7;
    counted[FREQUENCY_W] += weekday == 0;
    counted[FREQUENCY_B] += weekday < 5;
    if (++date.day > calendar_days_in_month(date.year, date.month)) {
      date.day = 1;
      date.month = date.month % 12 + 1;
      date.year += date.month == 1;
      counted[FREQUENCY_M]++;
      counted[FREQUENCY_Q] += date.month % 3 == 1;
      counted[FREQUENCY_S] += date.month % 6 == 1;
      counted[FREQUENCY_A] += date.month == 1;
    }
  }
  assert_int_equal(n_wrong, 0);
}

static void first_and_last_ordinals_are_those_of_the_years_1_and_9999(void **state) {
  (void)state;
  for (enum frequency f = FREQUENCY_A; f <= FREQUENCY_N; f++) {
    assert_int_equal(period_at(f, INSTANT_MIN_MS), period_min(f));
    assert_int_equal(period_at(f, INSTANT_MAX_MS), period_max(f));
    assert_int_equal(period_first_ms(f, period_min(f)), INSTANT_MIN_MS);
    int64_t beyond = f == FREQUENCY_W ? 2 * CALENDAR_DAY_MS : 0;
    assert_int_equal(period_last_ms(f, period_max(f)), INSTANT_MAX_MS + beyond);
    assert_true(period_is_valid(f, period_min(f)));
    assert_true(period_is_valid(f, period_max(f)));
    assert_false(period_is_valid(f, period_min(f) - 1));
    assert_false(period_is_valid(f, period_max(f) + 1));
  }
  assert_false(period_is_valid(FREQUENCY_NONE, 0));
  assert_false(period_is_valid((enum frequency)10, 0));
}

static void periods_follow_each_other_without_a_gap(void **state) {
  (void)state;
  for (enum frequency f = FREQUENCY_A; f <= FREQUENCY_N; f++) {
    for (int64_t p = period_min(f); p < period_max(f); p += stride_of(f)) {
      int64_t next_ms = period_first_ms(f, p + 1);
      int64_t gap_ms = next_ms - period_last_ms(f, p) - 1;
      bool is_friday = f == FREQUENCY_B && calendar_weekday(period_last_day(f, p)) == 4;
      assert_int_equal(gap_ms, is_friday ? 2 * CALENDAR_DAY_MS : 0);
      assert_int_equal(period_at(f, period_first_ms(f, p)), p);
      assert_int_equal(period_at(f, period_last_ms(f, p)), p);
      assert_int_equal(period_at(f, next_ms), p + 1);
    }
  }
}

static void a_weekend_belongs_to_its_friday(void **state) {
  (void)state;
  int64_t friday = ordinal_of("2024-03-01", FREQUENCY_B);
  int64_t saturday_ms = ordinal_of("2024-03-02", FREQUENCY_D) * CALENDAR_DAY_MS;
  assert_int_equal(period_at(FREQUENCY_B, saturday_ms), friday);
  assert_int_equal(period_at(FREQUENCY_B, saturday_ms + CALENDAR_DAY_MS), friday);
  assert_int_equal(period_at(FREQUENCY_B, saturday_ms + 2 * CALENDAR_DAY_MS), friday + 1);
}

static void days_of_a_period_are_the_calendars(void **state) {
  (void)state;
  static const struct {
    enum frequency frequency;
    const char *text;
    int days;
  } rows[] = {
      {FREQUENCY_A, "2024", 366},           {FREQUENCY_A, "1900", 365},
      {FREQUENCY_S, "2024-S1", 182},        {FREQUENCY_S, "2023-S2", 184},
      {FREQUENCY_Q, "2024-Q1", 91},         {FREQUENCY_M, "2024-02", 29},
      {FREQUENCY_W, "2024-W12", 7},         {FREQUENCY_B, "2024-03-01", 1},
      {FREQUENCY_D, "2024-03-02", 1},       {FREQUENCY_H, "2024-03-01T10", 0},
      {FREQUENCY_N, "2024-03-01T10:01", 0},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    enum frequency f = rows[i].frequency;
    assert_int_equal(period_days(f, ordinal_of(rows[i].text, f)), rows[i].days);
  }
}

static void a_week_belongs_to_the_month_and_year_of_its_thursday(void **state) {
  (void)state;
  static const struct {
    const char *week;
    enum frequency coarse;
    const char *holder;
  } rows[] = {
      {"2020-W53", FREQUENCY_A, "2020"},    {"2021-W01", FREQUENCY_A, "2021"},
      {"2024-W01", FREQUENCY_M, "2024-01"}, {"2024-W05", FREQUENCY_M, "2024-02"},
      {"2024-W09", FREQUENCY_M, "2024-02"}, {"2024-W13", FREQUENCY_Q, "2024-Q1"},
      {"2025-W01", FREQUENCY_A, "2025"},    {"2025-W01", FREQUENCY_S, "2025-S1"},
      {"2024-W26", FREQUENCY_S, "2024-S1"}, {"2024-W12", FREQUENCY_W, "2024-W12"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    int64_t found = INT64_MIN;
    enum period_status status = period_containing(
        FREQUENCY_W, ordinal_of(rows[i].week, FREQUENCY_W), rows[i].coarse, &found);
    assert_int_equal(status, PERIOD_OK);
    assert_int_equal(found, ordinal_of(rows[i].holder, rows[i].coarse));
  }
}

static void all_but_weeks_lie_in_the_period_of_their_start(void **state) {
  (void)state;
  for (enum frequency fine = FREQUENCY_A; fine <= FREQUENCY_N; fine++) {
    for (enum frequency coarse = FREQUENCY_A; coarse <= fine; coarse++) {
      if (fine == FREQUENCY_W)
        continue;
      for (int64_t p = period_min(fine); p <= period_max(fine); p += 7 * stride_of(fine)) {
        int64_t holder = INT64_MIN;
        enum period_status status = period_containing(fine, p, coarse, &holder);
        bool weekend = coarse == FREQUENCY_B && calendar_weekday(period_first_day(fine, p)) > 4;
        assert_int_equal(status, weekend ? PERIOD_WEEKEND : PERIOD_OK);
        if (!weekend)
          assert_int_equal(holder, period_at(coarse, period_first_ms(fine, p)));
      }
    }
  }
}

static void parts_are_exactly_the_periods_contained(void **state) {
  (void)state;
  for (enum frequency fine = FREQUENCY_A; fine <= FREQUENCY_N; fine++) {
    for (enum frequency coarse = FREQUENCY_A; coarse <= fine; coarse++) {
      for (int64_t p = period_min(coarse); p <= period_max(coarse); p += 7 * stride_of(coarse)) {
        int64_t first = 0, last = 0, holder = 0;
        assert_int_equal(period_parts(coarse, p, fine, &first, &last), PERIOD_OK);
        assert_true(first <= last);
        assert_int_equal(period_containing(fine, first, coarse, &holder), PERIOD_OK);
        assert_int_equal(holder, p);
        assert_int_equal(period_containing(fine, last, coarse, &holder), PERIOD_OK);
        assert_int_equal(holder, p);
        if (first > period_min(fine) &&
            period_containing(fine, first - 1, coarse, &holder) == PERIOD_OK)
          assert_int_equal(holder, p - 1);
        if (last < period_max(fine) &&
            period_containing(fine, last + 1, coarse, &holder) == PERIOD_OK)
          assert_int_equal(holder, p + 1);
      }
    }
  }
}

static void parts_are_counted_by_the_calendar(void **state) {
  (void)state;
  static const struct {
    enum frequency coarse;
    const char *text;
    enum frequency fine;
    int count;
  } rows[] = {
      {FREQUENCY_A, "2024", FREQUENCY_Q, 4},       {FREQUENCY_A, "2024", FREQUENCY_D, 366},
      {FREQUENCY_A, "2020", FREQUENCY_W, 53},      {FREQUENCY_A, "2021", FREQUENCY_W, 52},
      {FREQUENCY_A, "2024", FREQUENCY_B, 262},     {FREQUENCY_A, "2023", FREQUENCY_B, 260},
      {FREQUENCY_M, "2024-02", FREQUENCY_W, 5},    {FREQUENCY_M, "2024-03", FREQUENCY_W, 4},
      {FREQUENCY_M, "2024-02", FREQUENCY_B, 21},   {FREQUENCY_M, "2024-06", FREQUENCY_B, 20},
      {FREQUENCY_Q, "2024-Q1", FREQUENCY_M, 3},    {FREQUENCY_W, "2024-W12", FREQUENCY_B, 5},
      {FREQUENCY_W, "2024-W12", FREQUENCY_D, 7},   {FREQUENCY_W, "2024-W12", FREQUENCY_H, 168},
      {FREQUENCY_B, "2024-03-01", FREQUENCY_D, 1}, {FREQUENCY_D, "2024-03-01", FREQUENCY_N, 1440},
      {FREQUENCY_M, "2023-02", FREQUENCY_H, 672},  {FREQUENCY_H, "2024-03-01T10", FREQUENCY_N, 60},
      {FREQUENCY_W, "9999-W52", FREQUENCY_D, 5},   {FREQUENCY_A, "9999", FREQUENCY_W, 52},
      {FREQUENCY_A, "0001", FREQUENCY_W, 52},      {FREQUENCY_M, "2024-03", FREQUENCY_M, 1},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    int64_t first = 0, last = 0;
    int64_t ordinal = ordinal_of(rows[i].text, rows[i].coarse);
    assert_int_equal(period_parts(rows[i].coarse, ordinal, rows[i].fine, &first, &last), PERIOD_OK);
    assert_int_equal(last - first + 1, rows[i].count);
  }
}

static void a_finer_period_holds_no_coarser_one(void **state) {
  (void)state;
  int64_t first = 42, last = 42;
  assert_int_equal(period_containing(FREQUENCY_A, 0, FREQUENCY_M, &first), PERIOD_WRONG_FREQUENCY);
  assert_int_equal(period_containing(FREQUENCY_NONE, 0, FREQUENCY_A, &first),
                   PERIOD_WRONG_FREQUENCY);
  assert_int_equal(period_containing(FREQUENCY_M, 0, FREQUENCY_NONE, &first),
                   PERIOD_WRONG_FREQUENCY);
  assert_int_equal(period_containing(FREQUENCY_M, INT64_MAX, FREQUENCY_A, &first),
                   PERIOD_OUT_OF_RANGE);
  assert_int_equal(period_parts(FREQUENCY_D, 0, FREQUENCY_W, &first, &last),
                   PERIOD_WRONG_FREQUENCY);
  assert_int_equal(period_parts(FREQUENCY_A, INT64_MIN, FREQUENCY_M, &first, &last),
                   PERIOD_OUT_OF_RANGE);
  assert_int_equal(first, 42);
  assert_int_equal(last, 42);
}

static void an_hour_or_day_of_the_weekend_is_in_no_business_day(void **state) {
  (void)state;
  int64_t found = 42;
  int64_t saturday = ordinal_of("2024-03-02", FREQUENCY_D);
  assert_int_equal(period_containing(FREQUENCY_D, saturday, FREQUENCY_B, &found), PERIOD_WEEKEND);
  assert_int_equal(period_containing(FREQUENCY_H, saturday * 24, FREQUENCY_B, &found),
                   PERIOD_WEEKEND);
  assert_int_equal(found, 42);
  assert_int_equal(period_containing(FREQUENCY_D, saturday - 1, FREQUENCY_B, &found), PERIOD_OK);
  assert_int_equal(found, ordinal_of("2024-03-01", FREQUENCY_B));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(letters_and_numbers_name_the_same_frequencies),
      cmocka_unit_test(periods_a_year_are_freds),
      cmocka_unit_test(ordinal_zero_contains_the_epoch),
      cmocka_unit_test(every_day_lies_in_the_period_that_counting_gives),
      cmocka_unit_test(first_and_last_ordinals_are_those_of_the_years_1_and_9999),
      cmocka_unit_test(periods_follow_each_other_without_a_gap),
      cmocka_unit_test(a_weekend_belongs_to_its_friday),
      cmocka_unit_test(days_of_a_period_are_the_calendars),
      cmocka_unit_test(a_week_belongs_to_the_month_and_year_of_its_thursday),
      cmocka_unit_test(all_but_weeks_lie_in_the_period_of_their_start),
      cmocka_unit_test(parts_are_exactly_the_periods_contained),
      cmocka_unit_test(parts_are_counted_by_the_calendar),
      cmocka_unit_test(a_finer_period_holds_no_coarser_one),
      cmocka_unit_test(an_hour_or_day_of_the_weekend_is_in_no_business_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
