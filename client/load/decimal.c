/* SPDX-License-Identifier: MIT */
#include "client/load/decimal.h"

#include "proto/number.h"

static struct number_dialect with_decimal(struct number_dialect dialect, char decimal) {
  dialect.decimal = decimal;
  if (dialect.grouping == decimal)
    dialect.grouping = decimal == ',' ? '.' : ',';
  return dialect;
}

struct number_dialect decimal_chosen(const struct load *load, struct number_dialect dialect) {
  const char *decimal = argument(load->arguments, "decimal");
  return decimal == NULL ? dialect : with_decimal(dialect, decimal[0]);
}

bool decimal_note(struct table *table, struct bytes text) {
  struct number_dialect_guess *marks = &table->marks;
  if (marks->n_decimal_point > 0 || marks->n_decimal_comma > 0)
    return true;
  int64_t n_either = marks->n_either_point + marks->n_either_comma;
  number_dialect_guess_add(marks, text);
  if (table->either != NULL || marks->n_either_point + marks->n_either_comma == n_either)
    return true;
  table->either = load_text(table->load, text);
  return table->either != NULL;
}

static bool read_as(const struct table *table, struct number_dialect dialect,
                    char ret_text[static NUMBER_TEXT_SIZE]) {
  struct bytes mark;
  double value;
  if (number_words(bytes_of_text(table->either), dialect, &value, &mark) != NUMBER_WORDS_OK)
    return false;
  number_format(value, ret_text);
  return true;
}

void decimal_tell(const struct table *table) {
  const struct load_file *file = table->load->files.items[table->file_number];
  struct number_dialect taken = table->layout.numbers;
  char other = taken.decimal == ',' ? '.' : ',';
  char here[NUMBER_TEXT_SIZE], there[NUMBER_TEXT_SIZE];
  enum number_dialect_doubt doubt;
  (void)number_dialect_guess_result(&table->marks, file->dialect.delimiter, &doubt);
  if (doubt != NUMBER_DIALECT_UNDECIDED || argument_given(table->load->arguments, "decimal"))
    return;
  if (read_as(table, taken, here) && read_as(table, with_decimal(taken, other), there))
    fprintf(table->load->cli->err, "%s: \"%s\" is read as %s; --decimal %c reads it as %s\n",
            table->file, table->either, here, other, there);
}
