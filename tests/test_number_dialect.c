/* SPDX-License-Identifier: MIT */
/* Which marks a file has between the digits of its figures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/load/number_dialect.h"

static void the_cells_tell_the_dialect(void **state) {
  (void)state;
  static const struct {
    const char *cells[5]; /* up to a NULL */
    char delimiter;
    char decimal;
    char grouping;
    enum number_dialect_doubt doubt;
  } rows[] = {
      {{NULL}, ',', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"", "n.a.", "Germany", "-"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"1", "12345"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"80,4", "101,2"}, ';', ',', '.', NUMBER_DIALECT_CERTAIN},
      {{"80,4", "12.345"}, ';', ',', '.', NUMBER_DIALECT_CERTAIN},
      {{"1,187.5"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"1,187.5", "12,345"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"1.187,5"}, ';', ',', '.', NUMBER_DIALECT_CERTAIN},
      {{"1,234,567"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"1.234.567"}, ',', ',', '.', NUMBER_DIALECT_CERTAIN},
      {{"0,123"}, ',', ',', '.', NUMBER_DIALECT_CERTAIN},
      {{"1234,567"}, ',', ',', '.', NUMBER_DIALECT_CERTAIN},
      {{".5", "-12.25"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"22,672.9 ", "-0.0 "}, ',', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"1 234,5"}, ';', ',', ' ', NUMBER_DIALECT_CERTAIN},
      {{"1\u00a0234", "80,4 p"}, '\t', ',', ' ', NUMBER_DIALECT_CERTAIN},
      {{"1\u202f234.5"}, ';', '.', ' ', NUMBER_DIALECT_CERTAIN},
      {{"1'234.5"}, ';', '.', '\'', NUMBER_DIALECT_CERTAIN},
      {{"7 1)", "8 12)"}, ',', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"(1,234.5)", "\u22120,2"}, ',', '.', ',', NUMBER_DIALECT_MIXED},
      {{"1.2.2024", "2024-01-02", "1,2,3"}, ';', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"24.378"}, ',', '.', ',', NUMBER_DIALECT_CERTAIN},
      {{"24.378"}, ';', '.', ',', NUMBER_DIALECT_UNDECIDED},
      {{"12,345"}, ';', ',', '.', NUMBER_DIALECT_UNDECIDED},
      {{"12,345"}, ',', '.', ',', NUMBER_DIALECT_UNDECIDED},
      {{"12,345", "24.378"}, ';', '.', ',', NUMBER_DIALECT_UNDECIDED},
      {{"80,4", "1.5", "2.5"}, ';', '.', ',', NUMBER_DIALECT_MIXED},
      {{"80,4", "80,5", "2.5"}, ';', ',', '.', NUMBER_DIALECT_MIXED},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct number_dialect_guess guess = {0};
    enum number_dialect_doubt doubt;
    for (size_t j = 0; j < count_of(rows[i].cells) && rows[i].cells[j] != NULL; j++)
      number_dialect_guess_add(&guess, bytes_of_text(rows[i].cells[j]));
    struct number_dialect dialect = number_dialect_guess_result(&guess, rows[i].delimiter, &doubt);
    if (dialect.decimal != rows[i].decimal || dialect.grouping != rows[i].grouping ||
        doubt != rows[i].doubt)
      fail_msg("row %zu: decimal \"%c\", grouping \"%c\", doubt %d", i, dialect.decimal,
               dialect.grouping, (int)doubt);
  }
}

static void a_certain_dialect_reads_each_cell_that_told_it(void **state) {
  (void)state;
  static const char *const cells[] = {"80,4", "1.187,5", "12.345", "-0,25", "7"};
  struct number_dialect_guess guess = {0};
  enum number_dialect_doubt doubt;
  for (size_t i = 0; i < count_of(cells); i++)
    number_dialect_guess_add(&guess, bytes_of_text(cells[i]));
  struct number_dialect dialect = number_dialect_guess_result(&guess, ';', &doubt);
  for (size_t i = 0; i < count_of(cells); i++) {
    double value;
    struct bytes mark;
    assert_int_equal(number_words(bytes_of_text(cells[i]), dialect, &value, &mark),
                     NUMBER_WORDS_OK);
  }
}

static void each_doubt_has_words(void **state) {
  (void)state;
  for (int doubt = NUMBER_DIALECT_CERTAIN; doubt <= NUMBER_DIALECT_MIXED; doubt++)
    assert_true(strlen(number_dialect_doubt_text((enum number_dialect_doubt)doubt)) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_cells_tell_the_dialect),
      cmocka_unit_test(a_certain_dialect_reads_each_cell_that_told_it),
      cmocka_unit_test(each_doubt_has_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
