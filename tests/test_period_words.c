/* SPDX-License-Identifier: MIT */
/* Periods as publishers write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "client/load/period_words.h"
#include "proto/calendar.h"

static const struct period_words_options of_2026 = {.latest_year = 2026};

/* `Q 2024-Q1`, or `date 2024-01-31`. */
static void write_words(const struct period_words *words, char ret_text[static 64]) {
  char period[PERIOD_TEXT_SIZE];
  bool is_date = words->frequency == FREQUENCY_NONE;
  period_format(is_date ? FREQUENCY_D : words->frequency, is_date ? words->day : words->ordinal,
                period);
  if (is_date)
    snprintf(ret_text, 64, "date %s", period);
  else
    snprintf(ret_text, 64, "%c %s", frequency_letter(words->frequency), period);
}

struct reading {
  const char *text;
  const char *expected;
};

static void check_readings(const struct reading *rows, size_t n,
                           const struct period_words_options *options) {
  for (size_t i = 0; i < n; i++) {
    struct period_words words;
    char written[64];
    enum period_words_status status = period_words(bytes_of_text(rows[i].text), options, &words);
    if (status != PERIOD_WORDS_OK)
      fail_msg("\"%s\" %s", rows[i].text, period_words_status_text(status));
    write_words(&words, written);
    if (strcmp(written, rows[i].expected) != 0)
      fail_msg("\"%s\" read as %s, not %s", rows[i].text, written, rows[i].expected);
  }
}

static void what_is_no_period_is_refused_with_its_reason(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum period_words_status status;
  } rows[] = {
      {"", PERIOD_WORDS_EMPTY},
      {" \t\u00a0 ", PERIOD_WORDS_EMPTY},
      {"x", PERIOD_WORDS_SYNTAX},
      {"-", PERIOD_WORDS_SYNTAX},
      {"Date", PERIOD_WORDS_SYNTAX},
      {"Transform:", PERIOD_WORDS_SYNTAX},
      {"1", PERIOD_WORDS_SYNTAX},
      {"12", PERIOD_WORDS_SYNTAX},
      {"365", PERIOD_WORDS_SYNTAX},
      {"1234567", PERIOD_WORDS_SYNTAX},
      {"123456789", PERIOD_WORDS_SYNTAX},
      {"2024-", PERIOD_WORDS_SYNTAX},
      {"-2024", PERIOD_WORDS_SYNTAX},
      {"2024-Q", PERIOD_WORDS_SYNTAX},
      {"2024Q1x", PERIOD_WORDS_SYNTAX},
      {"2024-01/31", PERIOD_WORDS_SYNTAX},
      {"1/2-2024", PERIOD_WORDS_SYNTAX},
      {"Jan", PERIOD_WORDS_SYNTAX},
      {"Janu 2001", PERIOD_WORDS_SYNTAX},
      {"Januar 2001", PERIOD_WORDS_SYNTAX},
      {"01-Jan", PERIOD_WORDS_SYNTAX},
      {"2024 [YR2023]", PERIOD_WORDS_SYNTAX},
      {"[YR2024]", PERIOD_WORDS_SYNTAX},
      {"2024]", PERIOD_WORDS_SYNTAX},
      {"2024-Q1 10:00", PERIOD_WORDS_SYNTAX},
      {"2024-03-01 25:00", PERIOD_WORDS_SYNTAX},
      {"2024-03-01 10:60", PERIOD_WORDS_SYNTAX},
      {"2024-03-01 13:00 PM", PERIOD_WORDS_SYNTAX},
      {"2024年3", PERIOD_WORDS_SYNTAX},
      {"平成26年", PERIOD_WORDS_SYNTAX},
      {"1994/ 2- 4.", PERIOD_WORDS_SYNTAX},
      {"4- 6.", PERIOD_WORDS_SYNTAX},
      {"012024", PERIOD_WORDS_SYNTAX},
      {"01022024", PERIOD_WORDS_SYNTAX},
      {"999999", PERIOD_WORDS_SYNTAX},
      {"2024-13", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024-00", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024M13", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024:13", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"202413", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"Q5 2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"Q0 2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024H3", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024-W53", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2023-D366", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2023-D000", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2023-D1", PERIOD_WORDS_SYNTAX},
      {"2024-02-30", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"20230229", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2/30/2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"13/13/2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"31.4.2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"4.31.2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"30 February 2024", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024年13月", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"2024年第5季度", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"0000", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"FY2023", PERIOD_WORDS_FISCAL},
      {"fy 2023", PERIOD_WORDS_FISCAL},
      {"FY23", PERIOD_WORDS_FISCAL},
      {"2023FY", PERIOD_WORDS_FISCAL},
      {"Fiscal 2023", PERIOD_WORDS_FISCAL},
      {"1999/2000", PERIOD_WORDS_TWO_YEARS},
      {"1999-2000", PERIOD_WORDS_TWO_YEARS},
      {"1999/00", PERIOD_WORDS_TWO_YEARS},
      {"2023/24", PERIOD_WORDS_TWO_YEARS},
      {"2023-24", PERIOD_WORDS_TWO_YEARS},
      {"29221", PERIOD_WORDS_SERIAL},
      {"45292.0", PERIOD_WORDS_SERIAL},
      {"2023.1", PERIOD_WORDS_AMBIGUOUS},
      {"1947:1", PERIOD_WORDS_AMBIGUOUS},
      {"1947-4", PERIOD_WORDS_AMBIGUOUS},
      {"01-02-03", PERIOD_WORDS_AMBIGUOUS},
      {"24/01/12", PERIOD_WORDS_AMBIGUOUS},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words = {.ordinal = 4242};
    enum period_words_status status = period_words(bytes_of_text(rows[i].text), &of_2026, &words);
    if (status != rows[i].status)
      fail_msg("\"%s\" %s (%d)", rows[i].text, period_words_status_text(status), (int)status);
    assert_int_equal(words.ordinal, 4242);
  }
}

static void each_form_is_a_period_of_its_frequency(void **state) {
  (void)state;
  static const struct reading rows[] = {
      {"2024", "A 2024"},
      {" 2024\u00a0", "A 2024"},
      {"2024-A1", "A 2024"},
      {"2024.0", "A 2024"},
      {"2024年", "A 2024"},
      {"2024 年", "A 2024"},
      {"YR2013", "A 2013"},
      {"2013 [YR2013]", "A 2013"},
      {"1960 [YR1960]", "A 1960"},
      {"2024-S1", "S 2024-S1"},
      {"2024H1", "S 2024-S1"},
      {"2024-H2", "S 2024-S2"},
      {"H1 2024", "S 2024-S1"},
      {"S2-2024", "S 2024-S2"},
      {"1H2024", "S 2024-S1"},
      {"1H24", "S 2024-S1"},
      {"2024-Q1", "Q 2024-Q1"},
      {"1947:Q1", "Q 1947-Q1"},
      {"1947Q1", "Q 1947-Q1"},
      {"1947q4", "Q 1947-Q4"},
      {"1947-Q04", "Q 1947-Q4"},
      {"1947 Q1", "Q 1947-Q1"},
      {"1947/Q1", "Q 1947-Q1"},
      {"Q1 1947", "Q 1947-Q1"},
      {"Q1-1947", "Q 1947-Q1"},
      {"Q1/1947", "Q 1947-Q1"},
      {"Q1, 1947", "Q 1947-Q1"},
      {"1Q2024", "Q 2024-Q1"},
      {"1Q24", "Q 2024-Q1"},
      {"65Q4", "Q 1965-Q4"},
      {"24Q1", "Q 2024-Q1"},
      {"1st quarter 2024", "Q 2024-Q1"},
      {"Quarter 3, 2024", "Q 2024-Q3"},
      {"2013Q1 [YR2013Q1]", "Q 2013-Q1"},
      {"2024年第1季度", "Q 2024-Q1"},
      {"2024年第一季度", "Q 2024-Q1"},
      {"2024年3季度", "Q 2024-Q3"},
      {"1994/ 1- 3.", "Q 1994-Q1"},
      {"1994/10-12.", "Q 1994-Q4"},
      {"1947:01", "M 1947-01"},
      {"2024M03", "M 2024-03"},
      {"2024M3", "M 2024-03"},
      {"2001.01", "M 2001-01"},
      {"2001.10", "M 2001-10"},
      {"2001/01", "M 2001-01"},
      {"2024-03", "M 2024-03"},
      {"2024/5", "M 2024-05"},
      {"2011/12", "M 2011-12"},
      {"202403", "M 2024-03"},
      {"January 2001", "M 2001-01"},
      {"january, 2001", "M 2001-01"},
      {"Jan 2001", "M 2001-01"},
      {"JAN2001", "M 2001-01"},
      {"Jan. 2001", "M 2001-01"},
      {"Sept 2001", "M 2001-09"},
      {"Jan-01", "M 2001-01"},
      {"Dec-59", "M 1959-12"},
      {"Jan 26", "M 2026-01"},
      {"Jan 27", "M 1927-01"},
      {"2001-Jan", "M 2001-01"},
      {"2001 May", "M 2001-05"},
      {"2024年3月", "M 2024-03"},
      {"2024年03月", "M 2024-03"},
      {"2024 年 3 月", "M 2024-03"},
      {"2024-W12", "W 2024-W12"},
      {"2014-D001", "date 2014-01-01"},
      {"2023-D365", "date 2023-12-31"},
      {"2024-D366", "date 2024-12-31"},
      {"W12 2024", "W 2024-W12"},
      {"2024W5", "W 2024-W05"},
      {"week 12, 2024", "W 2024-W12"},
      {"2024-03-01T10", "H 2024-03-01T10:00"},
      {"2024-03-01T10:07Z", "N 2024-03-01T10:07"},
  };
  check_readings(rows, count_of(rows), &of_2026);
}

static void a_date_leaves_its_frequency_to_the_file(void **state) {
  (void)state;
  static const struct reading rows[] = {
      {"2024-03-01", "date 2024-03-01"},
      {"2024/3/1", "date 2024-03-01"},
      {"2024.03.01", "date 2024-03-01"},
      {"20240131", "date 2024-01-31"},
      {"1/1/1959", "date 1959-01-01"},
      {"01/01/1959", "date 1959-01-01"},
      {"1/1/59", "date 1959-01-01"},
      {"12/1/23", "date 2023-12-01"},
      {"2/1/2024", "date 2024-02-01"},
      {"13/1/2024", "date 2024-01-13"},
      {"13/1/59", "date 1959-01-13"},
      {"1.2.2024", "date 2024-02-01"},
      {"01.02.24", "date 2024-02-01"},
      {"02-Jan-2001", "date 2001-01-02"},
      {"02-JAN-01", "date 2001-01-02"},
      {"02Jan2001", "date 2001-01-02"},
      {"13 April 2026", "date 2026-04-13"},
      {"13th April, 2026", "date 2026-04-13"},
      {"13. April 2026", "date 2026-04-13"},
      {"April 13, 2026", "date 2026-04-13"},
      {"Apr 13 2026", "date 2026-04-13"},
      {"2026-Apr-13", "date 2026-04-13"},
      {"2024年3月5日", "date 2024-03-05"},
      {"2005-04-01 02:00:00", "date 2005-04-01"},
      {"2005-04-01T02:00:30", "date 2005-04-01"},
      {"2005-04-01T02:00:00+02:00", "date 2005-04-01"},
      {"2005-04-01 02:00:00.000 UTC", "date 2005-04-01"},
      {"1/31/1959 12:00:00 AM", "date 1959-01-31"},
      {"1/31/59 0:00", "date 1959-01-31"},
  };
  check_readings(rows, count_of(rows), &of_2026);
}

static void the_options_say_which_number_is_the_day(void **state) {
  (void)state;
  static const struct period_words_options day_first = {.day_first = true, .latest_year = 2026};
  static const struct reading rows[] = {
      {"2/1/2024", "date 2024-01-02"}, {"02-01-2024", "date 2024-01-02"},
      {"13/1/24", "date 2024-01-13"},  {"24/01/12", "date 2012-01-24"},
      {"1.2.2024", "date 2024-02-01"},
  };
  struct period_words words;
  check_readings(rows, count_of(rows), &day_first);
  assert_int_equal(period_words(bytes_of_text("1/31/2024"), &day_first, &words),
                   PERIOD_WORDS_NOT_IN_CALENDAR);
}

static void the_options_say_that_single_digits_are_months(void **state) {
  (void)state;
  static const struct period_words_options months = {.single_digit_months = true};
  static const struct reading rows[] = {{"2024/3", "M 2024-03"}, {"1947:1", "M 1947-01"}};
  struct period_words words;
  check_readings(rows, count_of(rows), &months);
  assert_int_equal(period_words(bytes_of_text("2023.1"), &months, &words), PERIOD_WORDS_AMBIGUOUS);
}

static void two_digits_are_the_latest_year_that_is_sensible(void **state) {
  (void)state;
  static const struct {
    int latest_year;
    const char *text;
    int year;
  } rows[] = {
      {2026, "1/1/26", 2026}, {2026, "1/1/27", 1927}, {1999, "1/1/00", 1900},
      {1999, "1/1/99", 1999}, {2000, "1/1/00", 2000}, {0, "1/1/68", 2068},
      {0, "1/1/69", 1969},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words;
    struct period_words_options options = {.latest_year = rows[i].latest_year};
    assert_int_equal(period_words(bytes_of_text(rows[i].text), &options, &words), PERIOD_WORDS_OK);
    assert_int_equal(calendar_civil_from_days(words.day).year, rows[i].year);
  }
}

static void a_date_tells_whether_its_order_was_certain(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum period_words_order order;
  } rows[] = {
      {"1/2/2024", PERIOD_ORDER_EITHER},     {"1/31/2024", PERIOD_ORDER_MONTH_FIRST},
      {"31/1/2024", PERIOD_ORDER_DAY_FIRST}, {"1.2.2024", PERIOD_ORDER_NONE},
      {"2024-01-02", PERIOD_ORDER_NONE},     {"2 Jan 2024", PERIOD_ORDER_NONE},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words;
    assert_int_equal(period_words(bytes_of_text(rows[i].text), NULL, &words), PERIOD_WORDS_OK);
    assert_int_equal(words.order, rows[i].order);
  }
}

static void a_time_is_dropped_but_for_its_minute(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int minute;
  } rows[] = {
      {"2005-04-01 02:00:00", 120}, {"2005-04-01", 0},         {"1/31/1959 12:30 AM", 30},
      {"1/31/1959 1:00 PM", 780},   {"2005-04-01T10:07", 607}, {"2005-04-01T10", 600},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words;
    assert_int_equal(period_words(bytes_of_text(rows[i].text), NULL, &words), PERIOD_WORDS_OK);
    assert_int_equal(words.minute, rows[i].minute);
  }
}

static void two_columns_are_joined_to_one_period(void **state) {
  (void)state;
  static const struct {
    const char *year;
    const char *part;
    const char *expected;
    bool is_summary;
  } rows[] = {
      {"1997", "M01", "M 1997-01", false},    {" 1997 ", "M12 ", "M 1997-12", false},
      {"1997", "M13", "A 1997", true},        {"1997", "Q01", "Q 1997-Q1", false},
      {"1997", "Q4", "Q 1997-Q4", false},     {"1997", "Q05", "A 1997", true},
      {"1997", "S01", "S 1997-S1", false},    {"1997", "S02", "S 1997-S2", false},
      {"1997", "S03", "A 1997", true},        {"1997", "A01", "A 1997", false},
      {"1997", "March", "M 1997-03", false},  {"1997", "W05", "W 1997-W05", false},
      {"1994/", "4- 6.", "Q 1994-Q2", false}, {"1994", "7-12", "S 1994-S2", false},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words;
    char written[64];
    assert_int_equal(period_words_join(bytes_of_text(rows[i].year), bytes_of_text(rows[i].part),
                                       FREQUENCY_NONE, &words),
                     PERIOD_WORDS_OK);
    write_words(&words, written);
    assert_string_equal(written, rows[i].expected);
    assert_int_equal(words.is_summary, rows[i].is_summary);
  }
}

static void two_columns_that_are_no_period_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *year;
    const char *part;
    enum period_words_status status;
  } rows[] = {
      {"", "M01", PERIOD_WORDS_EMPTY},
      {"1997", " ", PERIOD_WORDS_EMPTY},
      {"97", "M01", PERIOD_WORDS_SYNTAX},
      {"1997-01", "M01", PERIOD_WORDS_SYNTAX},
      {"1997", "1", PERIOD_WORDS_SYNTAX},
      {"1997", "M1x", PERIOD_WORDS_SYNTAX},
      {"1997", "2-4", PERIOD_WORDS_SYNTAX},
      {"1997", "M00", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"1997", "M14", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"1997", "Q06", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"1997", "S04", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"1997", "A02", PERIOD_WORDS_NOT_IN_CALENDAR},
      {"1997", "W53", PERIOD_WORDS_NOT_IN_CALENDAR},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words = {.ordinal = 4242};
    assert_int_equal(period_words_join(bytes_of_text(rows[i].year), bytes_of_text(rows[i].part),
                                       FREQUENCY_NONE, &words),
                     rows[i].status);
    assert_int_equal(words.ordinal, 4242);
  }
}

static void a_period_tells_its_first_day(void **state) {
  (void)state;
  struct period_words words;
  assert_int_equal(period_words(bytes_of_text("Q2 2024"), NULL, &words), PERIOD_WORDS_OK);
  assert_int_equal(words.day, calendar_days_from_civil(2024, 4, 1));
}

static void each_day_reads_back_from_each_of_its_forms(void **state) {
  (void)state;
  static const char *const names[] = {"Jan",  "February", "mar",  "APRIL", "May",      "Jun",
                                      "July", "Aug",      "Sept", "Oct",   "November", "Dec"};
  for (int64_t day = -40000; day <= 40000; day += 7) {
    struct civil_date date = calendar_civil_from_days(day);
    int y = date.year, m = date.month, d = date.day;
    char texts[8][64];
    snprintf(texts[0], 64, "%04d-%02d-%02d", y, m, d);
    snprintf(texts[1], 64, "%04d%02d%02d", y, m, d);
    snprintf(texts[2], 64, "%d/%d/%d", m, d, y);
    snprintf(texts[3], 64, "%d.%d.%d", d, m, y);
    snprintf(texts[4], 64, "%d %s %d", d, names[m - 1], y);
    snprintf(texts[5], 64, "%s %d, %d", names[m - 1], d, y);
    snprintf(texts[6], 64, "%d年%d月%d日", y, m, d);
    snprintf(texts[7], 64, "%d-%s-%d 11:59 pm", d, names[m - 1], y);
    for (size_t i = 0; i < count_of(texts); i++) {
      struct period_words words;
      enum period_words_status status = period_words(bytes_of_text(texts[i]), NULL, &words);
      if (status != PERIOD_WORDS_OK || words.frequency != FREQUENCY_NONE || words.day != day)
        fail_msg("\"%s\" is another day", texts[i]);
    }
  }
}

static void each_status_has_words(void **state) {
  (void)state;
  for (int status = PERIOD_WORDS_OK; status <= PERIOD_WORDS_AMBIGUOUS; status++)
    assert_true(strlen(period_words_status_text((enum period_words_status)status)) > 0);
}

static void a_number_counts_the_parts_that_its_heading_names(void **state) {
  (void)state;
  static const struct {
    const char *part;
    enum frequency numbers;
    enum period_words_status status;
    const char *period;
  } rows[] = {
      {"1", FREQUENCY_M, PERIOD_WORDS_OK, "2024-01"},
      {"12", FREQUENCY_M, PERIOD_WORDS_OK, "2024-12"},
      {"4", FREQUENCY_Q, PERIOD_WORDS_OK, "2024-Q4"},
      {"09", FREQUENCY_W, PERIOD_WORDS_OK, "2024-W09"},
      {"5", FREQUENCY_Q, PERIOD_WORDS_OK, "2024"}, /* as Q05 */
      {"14", FREQUENCY_M, PERIOD_WORDS_NOT_IN_CALENDAR, ""},
      {"0", FREQUENCY_M, PERIOD_WORDS_NOT_IN_CALENDAR, ""},
      {"1", FREQUENCY_NONE, PERIOD_WORDS_SYNTAX, ""},
      {"Jan", FREQUENCY_Q, PERIOD_WORDS_OK, "2024-01"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct period_words words;
    char text[PERIOD_TEXT_SIZE];
    enum period_words_status status = period_words_join(
        bytes_of_text("2024"), bytes_of_text(rows[i].part), rows[i].numbers, &words);
    assert_int_equal(status, rows[i].status);
    if (status != PERIOD_WORDS_OK)
      continue;
    period_format(words.frequency, words.ordinal, text);
    assert_string_equal(text, rows[i].period);
  }
}

static void what_may_be_two_years_is_told_from_months(void **state) {
  (void)state;
  static const char *const years[] = {"2008-09", "2008/09", "1999-00", "2012-13", "2009-10"};
  static const char *const others[] = {"2008-10", "2008-M09", "2008", "2008-9", "2008-Q1", ""};
  for (size_t i = 0; i < count_of(years); i++)
    assert_true(period_words_may_be_years(bytes_of_text(years[i])));
  for (size_t i = 0; i < count_of(others); i++)
    assert_false(period_words_may_be_years(bytes_of_text(others[i])));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_number_counts_the_parts_that_its_heading_names),
      cmocka_unit_test(what_may_be_two_years_is_told_from_months),
      cmocka_unit_test(what_is_no_period_is_refused_with_its_reason),
      cmocka_unit_test(each_form_is_a_period_of_its_frequency),
      cmocka_unit_test(a_date_leaves_its_frequency_to_the_file),
      cmocka_unit_test(the_options_say_which_number_is_the_day),
      cmocka_unit_test(the_options_say_that_single_digits_are_months),
      cmocka_unit_test(two_digits_are_the_latest_year_that_is_sensible),
      cmocka_unit_test(a_date_tells_whether_its_order_was_certain),
      cmocka_unit_test(a_time_is_dropped_but_for_its_minute),
      cmocka_unit_test(two_columns_are_joined_to_one_period),
      cmocka_unit_test(two_columns_that_are_no_period_are_refused),
      cmocka_unit_test(a_period_tells_its_first_day),
      cmocka_unit_test(each_day_reads_back_from_each_of_its_forms),
      cmocka_unit_test(each_status_has_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
