/* SPDX-License-Identifier: MIT */
#include "client/load/number_dialect.h"

#include "client/load/cell.h"

/* The marks between the digits of a figure. */
struct marks {
  int n_points;
  int n_commas;
  int n_blanks;
  int n_apostrophes;
  int n_first; /* digits before the first point or comma, blanks and apostrophes left out */
  int n_last;  /* digits behind the last one */
  char last;   /* the last point or comma */
  bool ends_with_group; /* the last mark is a blank or an apostrophe */
  bool has_zero;        /* the figure begins with 0 */
  bool are_thousands;   /* every run between two marks has three digits */
};

static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

/* The bytes that may stand before a figure: a sign, an accountant's parenthesis. */
static struct bytes skip_sign(struct bytes text) {
  static const char *const signs[] = {"(", "-", "+", "\u2212", "\u2013"};
  for (size_t i = 0; i < count_of(signs); i++) {
    if (cell_begins(text, signs[i]))
      text = cell_skip(text, strlen(signs[i]));
  }
  return text;
}

/* Counts a mark that has a digit behind it. */
static void count_mark(struct marks *marks, struct bytes mark, bool is_blank, int n_run) {
  char first = (char)mark.data[0];
  if (marks->n_points + marks->n_commas + marks->n_blanks + marks->n_apostrophes > 0)
    marks->are_thousands &= n_run == 3;
  marks->n_blanks += is_blank;
  marks->n_apostrophes += first == '\'';
  marks->ends_with_group = is_blank || first == '\'';
  if (first != '.' && first != ',')
    return;
  if (marks->n_points + marks->n_commas == 0)
    marks->n_first = marks->n_last;
  marks->n_points += first == '.';
  marks->n_commas += first == ',';
  marks->n_last = 0;
  marks->last = first;
}

/* The bytes of a mark between two digits. */
static size_t mark_bytes(struct bytes text, bool *ret_is_blank) {
  size_t n = cell_blank_bytes(text);
  *ret_is_blank = n != 0;
  if (n == 0 && text.size > 0)
    n = text.data[0] == '.' || text.data[0] == ',' || text.data[0] == '\'' ? 1 : 0;
  return n != 0 && n < text.size && is_digit(text.data[n]) ? n : 0;
}

/* Reads up to what is neither a digit nor a mark before one: `1,234.5 p`. */
static struct marks marks_of(struct bytes text) {
  struct marks marks = {.are_thousands = true, .has_zero = text.size > 0 && text.data[0] == '0'};
  int n_run = 0;
  while (text.size > 0) {
    bool is_blank = false;
    size_t n = 1;
    if (is_digit(text.data[0])) {
      n_run++;
      marks.n_last++;
    } else if ((n = mark_bytes(text, &is_blank)) != 0) {
      count_mark(&marks, text, is_blank, n_run);
      n_run = 0;
    } else {
      break;
    }
    text = cell_skip(text, n);
  }
  if (marks.ends_with_group)
    marks.are_thousands &= n_run == 3;
  return marks;
}

/* Whether the one point or comma of the figure can be no thousands' mark. */
static bool is_decimal(const struct marks *marks) {
  bool is_grouped = marks->n_blanks + marks->n_apostrophes > 0;
  return marks->n_last != 3 || marks->n_first > 3 || marks->n_first == 0 || marks->has_zero ||
         is_grouped;
}

static void add_decisive(struct number_dialect_guess *guess, bool comma_is_decimal) {
  if (comma_is_decimal)
    guess->n_decimal_comma++;
  else
    guess->n_decimal_point++;
}

/* A figure with points and commas: the last is the decimal mark, which comes once. One with several
 * of a kind groups by them, and the decimal mark is the other. */
static void add_marks(struct number_dialect_guess *guess, const struct marks *marks) {
  int n_points = marks->n_points, n_commas = marks->n_commas;
  guess->n_grouping_blank += marks->n_blanks > 0 && marks->are_thousands;
  guess->n_grouping_apostrophe += marks->n_apostrophes > 0 && marks->are_thousands;
  if (n_points > 0 && n_commas > 0) {
    if ((marks->last == ',' ? n_commas : n_points) == 1)
      add_decisive(guess, marks->last == ',');
  } else if (n_points + n_commas > 1) {
    if (marks->are_thousands && marks->n_last == 3)
      add_decisive(guess, n_points > 0);
  } else if (n_points + n_commas == 1) {
    if (is_decimal(marks))
      add_decisive(guess, n_commas > 0);
    else if (n_commas > 0)
      guess->n_either_comma++;
    else
      guess->n_either_point++;
  }
}

void number_dialect_guess_add(struct number_dialect_guess *guess, struct bytes text) {
  text = skip_sign(cell_trim(text));
  if (text.size == 0 || text.size > NUMBER_WORDS_MAX_BYTES)
    return;
  if (!is_digit(text.data[0]) && (text.size < 2 || !is_digit(text.data[1])))
    return;
  struct marks marks = marks_of(text);
  add_marks(guess, &marks);
}

/* What is known of a file whose cells leave it open. */
static bool comma_is_decimal(const struct number_dialect_guess *guess, char delimiter) {
  if (guess->n_decimal_comma != guess->n_decimal_point)
    return guess->n_decimal_comma > guess->n_decimal_point;
  if (guess->n_either_comma > 0 && guess->n_either_point > 0)
    return false;
  if (guess->n_either_comma > 0)
    return delimiter == ';' || guess->n_grouping_blank > 0;
  return false;
}

/* Points before three digits are decimals, unless the file could have commas for those. */
static enum number_dialect_doubt doubt_of(const struct number_dialect_guess *guess,
                                          char delimiter) {
  if (guess->n_decimal_comma > 0 && guess->n_decimal_point > 0)
    return NUMBER_DIALECT_MIXED;
  if (guess->n_decimal_comma > 0 || guess->n_decimal_point > 0)
    return NUMBER_DIALECT_CERTAIN;
  bool is_open = guess->n_either_comma > 0 || (guess->n_either_point > 0 && delimiter == ';');
  return is_open ? NUMBER_DIALECT_UNDECIDED : NUMBER_DIALECT_CERTAIN;
}

struct number_dialect number_dialect_guess_result(const struct number_dialect_guess *guess,
                                                  char delimiter,
                                                  enum number_dialect_doubt *ret_doubt) {
  struct number_dialect dialect = NUMBER_DIALECT_DEFAULT;
  if (comma_is_decimal(guess, delimiter))
    dialect = (struct number_dialect){.decimal = ',', .grouping = '.'};
  int64_t n_either = dialect.decimal == ',' ? guess->n_either_point : guess->n_either_comma;
  if (guess->n_grouping_blank > n_either)
    dialect.grouping = ' ';
  else if (guess->n_grouping_apostrophe > n_either)
    dialect.grouping = '\'';
  *ret_doubt = doubt_of(guess, delimiter);
  return dialect;
}

const char *number_dialect_doubt_text(enum number_dialect_doubt doubt) {
  switch (doubt) {
  case NUMBER_DIALECT_CERTAIN:
    return "have one reading";
  case NUMBER_DIALECT_UNDECIDED:
    return "have marks that may be of thousands or of decimals: say which, or see that they are "
           "right";
  case NUMBER_DIALECT_MIXED:
    return "have both decimal points and decimal commas: some cells will be refused";
  }
  return "have an unknown reading";
}
