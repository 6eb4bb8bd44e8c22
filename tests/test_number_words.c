/* SPDX-License-Identifier: MIT */
/* Figures as publishers write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "client/load/number_words.h"
#include "proto/number.h"

static const struct number_dialect plain = {'.', '\0'};
static const struct number_dialect english = {'.', ','};
static const struct number_dialect german = {',', '.'};
static const struct number_dialect french = {',', ' '};
static const struct number_dialect swiss = {'.', '\''};

struct reading {
  const char *text;
  double value;
  const char *mark;
};

static void check_readings(const struct reading *rows, size_t n, struct number_dialect dialect) {
  for (size_t i = 0; i < n; i++) {
    double value = 0;
    struct bytes mark = bytes_of_text("?");
    enum number_words_status status =
        number_words(bytes_of_text(rows[i].text), dialect, &value, &mark);
    if (status != NUMBER_WORDS_OK)
      fail_msg("\"%s\" %s", rows[i].text, number_words_status_text(status));
    if (memcmp(&value, &rows[i].value, sizeof value) != 0)
      fail_msg("\"%s\" read as %.17g", rows[i].text, value);
    if (!bytes_equal(mark, bytes_of_text(rows[i].mark)))
      fail_msg("\"%s\" has the mark \"%.*s\"", rows[i].text, (int)mark.size,
               (const char *)mark.data);
  }
}

struct refusal {
  const char *text;
  enum number_words_status status;
};

static void check_refusals(const struct refusal *rows, size_t n, struct number_dialect dialect) {
  for (size_t i = 0; i < n; i++) {
    double value = 42;
    struct bytes mark;
    enum number_words_status status =
        number_words(bytes_of_text(rows[i].text), dialect, &value, &mark);
    if (status != rows[i].status)
      fail_msg("\"%s\" %s (%d)", rows[i].text, number_words_status_text(status), (int)status);
    assert_true(value == 42);
  }
}

static void what_is_no_figure_is_refused_with_its_reason(void **state) {
  (void)state;
  static const struct refusal rows[] = {
      {"", NUMBER_WORDS_EMPTY},
      {" \t\u00a0\u202f", NUMBER_WORDS_EMPTY},
      {"abc", NUMBER_WORDS_SYNTAX},
      {"+", NUMBER_WORDS_SYNTAX},
      {"()", NUMBER_WORDS_SYNTAX},
      {"(", NUMBER_WORDS_SYNTAX},
      {"(12", NUMBER_WORDS_SYNTAX},
      {"(-12)", NUMBER_WORDS_SYNTAX},
      {"--12", NUMBER_WORDS_SYNTAX},
      {"+-12", NUMBER_WORDS_SYNTAX},
      {"12-", NUMBER_WORDS_SYNTAX},
      {"1.2.3", NUMBER_WORDS_SYNTAX},
      {"1 2", NUMBER_WORDS_SYNTAX},
      {"1 234", NUMBER_WORDS_SYNTAX},
      {"1e5.2", NUMBER_WORDS_SYNTAX},
      {"0x1f", NUMBER_WORDS_SYNTAX},
      {"$5", NUMBER_WORDS_SYNTAX},
      {"<5", NUMBER_WORDS_SYNTAX},
      {"r 5", NUMBER_WORDS_SYNTAX},
      {"5k", NUMBER_WORDS_SYNTAX},
      {"5 m", NUMBER_WORDS_SYNTAX},
      {"5 bn", NUMBER_WORDS_SYNTAX},
      {"5 mln", NUMBER_WORDS_SYNTAX},
      {"5 USD", NUMBER_WORDS_SYNTAX},
      {"12 kg", NUMBER_WORDS_SYNTAX},
      {"2024-01", NUMBER_WORDS_SYNTAX},
      {"1/2", NUMBER_WORDS_SYNTAX},
      {"7 123)", NUMBER_WORDS_SYNTAX},
      {"7 (12", NUMBER_WORDS_SYNTAX},
      {": 5", NUMBER_WORDS_SYNTAX},
      {"#DIV/0!", NUMBER_WORDS_SYNTAX},
      {"#REF!", NUMBER_WORDS_SYNTAX},
      {"1,23", NUMBER_WORDS_GROUPING},
      {"80,4", NUMBER_WORDS_GROUPING},
      {"1,2345", NUMBER_WORDS_GROUPING},
      {"1234,567", NUMBER_WORDS_GROUPING},
      {"12,34,567", NUMBER_WORDS_GROUPING},
      {"0,123", NUMBER_WORDS_GROUPING},
      {"1,234,56", NUMBER_WORDS_GROUPING},
      {",123", NUMBER_WORDS_GROUPING},
      {"1,,234", NUMBER_WORDS_SYNTAX},
      {"1,", NUMBER_WORDS_SYNTAX},
      {"1.234,5", NUMBER_WORDS_SYNTAX},
      {"12.5%", NUMBER_WORDS_PERCENT},
      {"12.5 %", NUMBER_WORDS_PERCENT},
      {"(12.5%)", NUMBER_WORDS_PERCENT},
      {"1\u2030", NUMBER_WORDS_PERCENT},
      {"inf", NUMBER_WORDS_INFINITE},
      {"-Infinity", NUMBER_WORDS_INFINITE},
      {"+\u221e", NUMBER_WORDS_INFINITE},
      {"1e400", NUMBER_WORDS_TOO_LARGE},
      {"(1e400)", NUMBER_WORDS_TOO_LARGE},
  };
  check_refusals(rows, count_of(rows), english);
}

static void a_figure_in_another_dialect_is_noticed(void **state) {
  (void)state;
  static const struct refusal to_german[] = {
      {"12.5", NUMBER_WORDS_GROUPING},
      {"1,187.5", NUMBER_WORDS_SYNTAX},
      {"0.123", NUMBER_WORDS_GROUPING},
  };
  static const struct refusal to_plain[] = {
      {"1,234", NUMBER_WORDS_SYNTAX},
      {"80,4", NUMBER_WORDS_SYNTAX},
  };
  static const struct refusal to_french[] = {
      {"1 23", NUMBER_WORDS_GROUPING},
      {"1 234.5", NUMBER_WORDS_SYNTAX},
      {"1  234", NUMBER_WORDS_SYNTAX},
  };
  check_refusals(to_german, count_of(to_german), german);
  check_refusals(to_plain, count_of(to_plain), plain);
  check_refusals(to_french, count_of(to_french), french);
}

static void figures_are_read_as_they_are_written(void **state) {
  (void)state;
  static const struct reading rows[] = {
      {"0", 0, ""},
      {"-0.0 ", -0.0, ""},
      {"22,672.9 ", 22672.9, ""},
      {"119,879.2 ", 119879.2, ""},
      {"      159.40", 159.4, ""},
      {"  1691.300000000", 1691.3, ""},
      {"1,234,567", 1234567, ""},
      {"-1,234", -1234, ""},
      {"+1,234.5", 1234.5, ""},
      {"+12", 12, ""},
      {"(1,234)", -1234, ""},
      {"( 12.5 )", -12.5, ""},
      {"\u22121.5", -1.5, ""},
      {"\u20131.5", -1.5, ""},
      {"1.2e13", 1.2e13, ""},
      {"1.2E+05", 1.2e5, ""},
      {"\u22121.2e-5", -1.2e-5, ""},
      {".5", 0.5, ""},
      {"-.5 r", -0.5, "r"},
      {"1234.", 1234, ""},
      {"123456789.123456789", 123456789.123456789, ""},
      {"\ufeff12\u00a0", 12, ""},
      {"64869558", 64869558, ""},
  };
  check_readings(rows, count_of(rows), english);
}

static void each_dialect_has_its_own_marks(void **state) {
  (void)state;
  static const struct reading in_german[] = {
      {"80,4", 80.4, ""},         {"1.234,5", 1234.5, ""}, {"12.345", 12345, ""},
      {"1.234.567", 1234567, ""}, {"-0,5", -0.5, ""},      {"1234,5", 1234.5, ""},
  };
  static const struct reading in_french[] = {
      {"1 234,5", 1234.5, ""},
      {"1\u00a0234,5", 1234.5, ""},
      {"1\u202f234\u202f567", 1234567, ""},
      {"12\u2009345", 12345, ""},
      {"7 1)", 7, "1)"},
      {"1 234 p", 1234, "p"},
      {"80,4", 80.4, ""},
  };
  static const struct reading in_swiss[] = {{"1'234.5", 1234.5, ""}};
  check_readings(in_german, count_of(in_german), german);
  check_readings(in_french, count_of(in_french), french);
  check_readings(in_swiss, count_of(in_swiss), swiss);
}

static void the_mark_behind_a_figure_is_handed_back(void **state) {
  (void)state;
  static const struct reading rows[] = {
      {"1234 r", 1234, "r"},    {"12.3p", 12.3, "p"},      {"45.1 e", 45.1, "e"},
      {"12.3e", 12.3, "e"},     {"1.2e13 e", 1.2e13, "e"}, {"7*", 7, "*"},
      {"7 ***", 7, "***"},      {"7 1)", 7, "1)"},         {"7 12)", 7, "12)"},
      {"7 (1)", 7, "(1)"},      {"7(p)", 7, "(p)"},        {"7 [r]", 7, "[r]"},
      {"5\u00b9", 5, "\u00b9"}, {"5 \u2020", 5, "\u2020"}, {"1,234 bep", 1234, "bep"},
      {"12 bp", 12, "bp"},      {"(1,234) R", -1234, "R"}, {"3 u\u00a0", 3, "u"},
  };
  check_readings(rows, count_of(rows), english);
}

static void a_figure_said_not_to_be_there_is_missing(void **state) {
  (void)state;
  static const char *const rows[] = {
      ".",    "..",   "...",  "\u2026", "-",   " - ", "\u2013", "\u2014", ":",
      ": ",   "NaN",  "nan",  "NA",     "N/A", "n/a", "n.a.",   "#N/A",   "#NA",
      "null", "NULL", "None", "***",    "*",   "x",   "ND",
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    double value;
    struct bytes mark;
    enum number_words_status status = number_words(bytes_of_text(rows[i]), english, &value, &mark);
    if (status != NUMBER_WORDS_MISSING || mark.size != 0)
      fail_msg("\"%s\" %s", rows[i], number_words_status_text(status));
  }
}

static void a_missing_figure_keeps_its_mark(void **state) {
  (void)state;
  double value;
  struct bytes mark;
  assert_int_equal(number_words(bytes_of_text(": c"), english, &value, &mark),
                   NUMBER_WORDS_MISSING);
  assert_true(bytes_equal(mark, bytes_of_text("c")));
}

static void a_text_at_the_limit_is_read_and_one_past_it_is_not(void **state) {
  (void)state;
  char text[NUMBER_WORDS_MAX_BYTES + 1];
  double value;
  struct bytes mark;
  memset(text, '1', sizeof text);
  memcpy(text + NUMBER_WORDS_MAX_BYTES - 2, " rr", 3);
  assert_int_equal(number_words(bytes_of(text, NUMBER_WORDS_MAX_BYTES), english, &value, &mark),
                   NUMBER_WORDS_OK);
  assert_int_equal(number_words(bytes_of(text, sizeof text), english, &value, &mark),
                   NUMBER_WORDS_TOO_LONG);
  memset(text, '1', sizeof text);
  text[0] = '.';
  text[NUMBER_WORDS_MAX_BYTES - 1] = 'r';
  assert_int_equal(number_words(bytes_of(text, NUMBER_WORDS_MAX_BYTES), english, &value, &mark),
                   NUMBER_WORDS_OK);
}

/* SplitMix64. */
static uint64_t next_random(uint64_t *seed) {
  uint64_t mixed = *seed += UINT64_C(0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
  return mixed ^ (mixed >> 31);
}

/* Writes the plain text in a dialect. */
static void write_in(struct number_dialect dialect, const char *from, char *to) {
  size_t n_whole = strcspn(from, ".");
  for (size_t i = 0; i < n_whole; i++) {
    *to++ = from[i];
    if (i + 1 < n_whole && (n_whole - i - 1) % 3 == 0 && dialect.grouping != '\0')
      *to++ = dialect.grouping;
  }
  if (from[n_whole] == '.')
    *to++ = dialect.decimal;
  strcpy(to, from + n_whole + (from[n_whole] == '.'));
}

static void a_figure_is_the_same_in_each_dialect(void **state) {
  (void)state;
  static const struct number_dialect *const dialects[] = {&plain, &english, &german, &french,
                                                          &swiss};
  uint64_t seed = 20240101;
  for (int round = 0; round < 200000; round++) {
    char number[32], text[64];
    uint64_t random = next_random(&seed);
    snprintf(number, sizeof number, "%.*f", (int)(random % 5),
             (double)(random >> (20 + random % 40)) / 100);
    double expected, value;
    struct bytes mark;
    assert_int_equal(number_parse(bytes_of_text(number), &expected), NUMBER_OK);
    for (size_t i = 0; i < count_of(dialects); i++) {
      write_in(*dialects[i], number, text);
      enum number_words_status status =
          number_words(bytes_of_text(text), *dialects[i], &value, &mark);
      if (status != NUMBER_WORDS_OK || value != expected)
        fail_msg("\"%s\" is not %s", text, number);
    }
  }
}

static void each_status_has_words(void **state) {
  (void)state;
  for (int status = NUMBER_WORDS_OK; status <= NUMBER_WORDS_TOO_LONG; status++)
    assert_true(strlen(number_words_status_text((enum number_words_status)status)) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_no_figure_is_refused_with_its_reason),
      cmocka_unit_test(a_figure_in_another_dialect_is_noticed),
      cmocka_unit_test(figures_are_read_as_they_are_written),
      cmocka_unit_test(each_dialect_has_its_own_marks),
      cmocka_unit_test(the_mark_behind_a_figure_is_handed_back),
      cmocka_unit_test(a_figure_said_not_to_be_there_is_missing),
      cmocka_unit_test(a_missing_figure_keeps_its_mark),
      cmocka_unit_test(a_text_at_the_limit_is_read_and_one_past_it_is_not),
      cmocka_unit_test(a_figure_is_the_same_in_each_dialect),
      cmocka_unit_test(each_status_has_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
