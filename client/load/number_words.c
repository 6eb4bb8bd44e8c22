/* SPDX-License-Identifier: MIT */
#include "client/load/number_words.h"

#include "client/load/cell.h"
#include "proto/number.h"

/* Whole cells, in lower case, that say that there is no figure. */
static const char *const missing_words[] = {
    ".",      "..", "...", "\u2026", "-",   "--",   "---",  "\u2013", "\u2014",
    "\u2212", ":",  "nan", "na",     "n/a", "n.a.", "n.a",  "#n/a",   "#na",
    "(na)",   "nd", "*",   "**",     "***", "null", "none", "x",
};

static const char *const infinite_words[] = {"inf", "infinity", "\u221e"};

static const char *const minus_signs[] = {"-", "\u2212", "\u2013", "\uff0d"};

/* What may stand behind a figure besides letters and numbered notes. */
static const char *const note_signs[] = {"*",      "#",      "!",      "\u2020", "\u2021", "\u00a7",
                                         "\u00b9", "\u00b2", "\u00b3", "\u2070", "\u2074", "\u2075",
                                         "\u2076", "\u2077", "\u2078", "\u2079"};

/* Eurostat's and SDMX's flags are of these letters; k, m and t would be thousands and more. */
static const char flag_letters[] = "abcdefghijlnopqrsuvwxyz";

/* Flags by their letters, units by their sense. */
static const char *const units[] = {"bn", "eur", "usd", "pp", "ppb", "bps", "in", "lb", "oz"};

static bool is_one_of(struct bytes text, const char *const *list, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (cell_is_word(text, list[i]))
      return true;
  }
  return false;
}

static bool is_digit_at(struct bytes text, size_t i) {
  return i < text.size && text.data[i] >= '0' && text.data[i] <= '9';
}

static size_t count_digits(struct bytes text) {
  size_t n = 0;
  while (is_digit_at(text, n))
    n++;
  return n;
}

/* The figure on its way to the plain text that number.h reads. */
struct figure {
  struct bytes rest; /* of the cell */
  struct number_dialect dialect;
  size_t n_bytes;
  char plain[NUMBER_WORDS_MAX_BYTES + 3]; /* a sign and a zero may come before the point */
};

static void put(struct figure *figure, char character) {
  figure->plain[figure->n_bytes++] = character;
}

static void take_digits(struct figure *figure, size_t n) {
  memcpy(figure->plain + figure->n_bytes, figure->rest.data, n);
  figure->n_bytes += n;
  figure->rest = cell_skip(figure->rest, n);
}

static bool take_minus(struct bytes *text) {
  for (size_t i = 0; i < count_of(minus_signs); i++) {
    if (cell_begins(*text, minus_signs[i])) {
      *text = cell_skip(*text, strlen(minus_signs[i]));
      return true;
    }
  }
  return false;
}

/* The bytes of the grouping mark if it comes next and a digit follows. */
static size_t grouping_bytes(const struct figure *figure) {
  size_t n = 0;
  if (figure->dialect.grouping == ' ')
    n = cell_blank_bytes(figure->rest);
  else if (figure->rest.size > 0 && figure->dialect.grouping != '\0')
    n = figure->rest.data[0] == (uint8_t)figure->dialect.grouping ? 1 : 0;
  return n != 0 && is_digit_at(figure->rest, n) ? n : 0;
}

/* `7 1)`: among blanks, what looks like a group may be a note's number. */
static bool is_note(struct bytes rest, size_t n_digits) {
  return n_digits <= 2 && n_digits < rest.size && rest.data[n_digits] == ')';
}

/* The digits before the decimal mark, in groups of three or in none. */
static enum number_words_status take_whole(struct figure *figure) {
  size_t n_first = count_digits(figure->rest);
  bool starts_with_zero = n_first > 0 && figure->rest.data[0] == '0';
  take_digits(figure, n_first);
  if (n_first == 0)
    put(figure, '0');
  for (size_t n; (n = grouping_bytes(figure)) != 0;) {
    struct bytes behind = cell_skip(figure->rest, n);
    size_t n_digits = count_digits(behind);
    if (figure->dialect.grouping == ' ' && is_note(behind, n_digits))
      break;
    if (n_first == 0 || n_first > 3 || starts_with_zero || n_digits != 3)
      return NUMBER_WORDS_GROUPING;
    figure->rest = behind;
    take_digits(figure, 3);
  }
  return NUMBER_WORDS_OK;
}

/* `.5`, and the point alone of `1234.`, which number.h would not take. */
static bool take_decimals(struct figure *figure, bool has_whole) {
  if (figure->rest.size == 0 || figure->rest.data[0] != (uint8_t)figure->dialect.decimal)
    return has_whole;
  struct bytes behind = cell_skip(figure->rest, 1);
  size_t n = count_digits(behind);
  figure->rest = behind;
  if (n == 0)
    return has_whole;
  put(figure, '.');
  take_digits(figure, n);
  return true;
}

/* `e13`, `E+05`; an e without digits is a mark. */
static void take_exponent(struct figure *figure) {
  struct bytes rest = figure->rest;
  if (rest.size == 0 || cell_lower(rest.data[0]) != 'e')
    return;
  size_t n_sign = rest.size > 1 && (rest.data[1] == '-' || rest.data[1] == '+') ? 1 : 0;
  size_t n_digits = count_digits(cell_skip(rest, 1 + n_sign));
  if (n_digits > 0)
    take_digits(figure, 1 + n_sign + n_digits);
}

static enum number_words_status take_figure(struct figure *figure) {
  bool has_whole = is_digit_at(figure->rest, 0);
  enum number_words_status status = take_whole(figure);
  if (status != NUMBER_WORDS_OK)
    return status;
  if (!take_decimals(figure, has_whole))
    return NUMBER_WORDS_SYNTAX;
  take_exponent(figure);
  return NUMBER_WORDS_OK;
}

/* `1)`, `12)`, `(1)`, `(p)`, `[r]`. */
static bool is_numbered_note(struct bytes mark) {
  uint8_t first = mark.data[0], last = mark.data[mark.size - 1];
  if (first == '(' && last != ')')
    return false;
  if (first == '[' && last != ']')
    return false;
  if (first != '[' && last != ')')
    return false;
  size_t n_open = first == '(' || first == '[' ? 1 : 0;
  if (mark.size < n_open + 2 || mark.size > n_open + 3)
    return false;
  for (size_t i = n_open; i < mark.size - 1; i++) {
    char lower = cell_lower(mark.data[i]);
    if (!is_digit_at(mark, i) && (lower < 'a' || lower > 'z'))
      return false;
  }
  return true;
}

static bool is_of_note_signs(struct bytes mark) {
  while (mark.size > 0) {
    size_t n = 0;
    for (size_t i = 0; n == 0 && i < count_of(note_signs); i++)
      n = cell_begins(mark, note_signs[i]) ? strlen(note_signs[i]) : 0;
    if (n == 0)
      return false;
    mark = cell_skip(mark, n);
  }
  return true;
}

/* One to three letters, none twice. */
static bool is_of_flags(struct bytes mark) {
  if (mark.size > 3 || is_one_of(mark, units, count_of(units)))
    return false;
  for (size_t i = 0; i < mark.size; i++) {
    char lower = cell_lower(mark.data[i]);
    if (lower == '\0' || strchr(flag_letters, lower) == NULL)
      return false;
    for (size_t j = 0; j < i; j++) {
      if (cell_lower(mark.data[j]) == lower)
        return false;
    }
  }
  return true;
}

/* What stands behind the figure. */
static enum number_words_status check_mark(struct bytes mark) {
  if (mark.size == 0)
    return NUMBER_WORDS_OK;
  if (mark.data[0] == '%' || cell_begins(mark, "\u2030"))
    return NUMBER_WORDS_PERCENT;
  if (mark.size > NUMBER_MARK_MAX_BYTES)
    return NUMBER_WORDS_SYNTAX;
  bool is_known = is_of_flags(mark) || is_numbered_note(mark) || is_of_note_signs(mark);
  return is_known ? NUMBER_WORDS_OK : NUMBER_WORDS_SYNTAX;
}

static enum number_words_status status_of_number(enum number_status status) {
  switch (status) {
  case NUMBER_OK:
    return NUMBER_WORDS_OK;
  case NUMBER_SYNTAX:
    return NUMBER_WORDS_SYNTAX;
  case NUMBER_TOO_LARGE:
    return NUMBER_WORDS_TOO_LARGE;
  case NUMBER_TOO_LONG:
    return NUMBER_WORDS_TOO_LONG;
  }
  return NUMBER_WORDS_SYNTAX;
}

static bool take_byte(struct bytes *text, char wanted) {
  if (text->size == 0 || text->data[0] != (uint8_t)wanted)
    return false;
  *text = cell_skip(*text, 1);
  return true;
}

/* A figure with a sign or in an accountant's parentheses, and what follows it. */
static enum number_words_status read_figure(struct bytes text, struct number_dialect dialect,
                                            double *ret_value, struct bytes *ret_mark) {
  struct figure figure = {.dialect = dialect};
  double value;
  bool has_parentheses = take_byte(&text, '(');
  if (has_parentheses)
    text = cell_trim(text);
  bool is_minus = has_parentheses || take_minus(&text);
  if (!is_minus)
    (void)take_byte(&text, '+');
  figure.rest = text;
  enum number_words_status status = take_figure(&figure);
  if (status != NUMBER_WORDS_OK)
    return status;
  text = cell_trim(figure.rest);
  if (has_parentheses && !take_byte(&text, ')'))
    return text.size > 0 && text.data[0] == '%' ? NUMBER_WORDS_PERCENT : NUMBER_WORDS_SYNTAX;
  struct bytes mark = cell_trim(text);
  status = check_mark(mark);
  if (status == NUMBER_WORDS_OK)
    status = status_of_number(number_parse(bytes_of(figure.plain, figure.n_bytes), &value));
  if (status != NUMBER_WORDS_OK)
    return status;
  *ret_value = is_minus ? -value : value;
  *ret_mark = mark;
  return NUMBER_WORDS_OK;
}

/* `n.a.`, `-`, and Eurostat's `: c`. */
static bool is_missing(struct bytes text, struct bytes *ret_mark) {
  struct bytes mark = bytes_of(text.data + text.size, 0);
  if (text.data[0] == ':') {
    mark = cell_trim(cell_skip(text, 1));
    if (mark.size > 0 && !is_of_flags(mark))
      return false;
  } else if (!is_one_of(text, missing_words, count_of(missing_words))) {
    return false;
  }
  *ret_mark = mark;
  return true;
}

static bool is_infinite(struct bytes text) {
  if (!take_minus(&text))
    (void)take_byte(&text, '+');
  return is_one_of(text, infinite_words, count_of(infinite_words));
}

enum number_words_status number_words(struct bytes text, struct number_dialect dialect,
                                      double *ret_value, struct bytes *ret_mark) {
  text = cell_trim(text);
  if (text.size == 0)
    return NUMBER_WORDS_EMPTY;
  if (dialect.decimal == '.' && number_parse(text, ret_value) == NUMBER_OK) {
    *ret_mark = bytes_of(text.data + text.size, 0);
    return NUMBER_WORDS_OK;
  }
  if (text.size > NUMBER_WORDS_MAX_BYTES)
    return NUMBER_WORDS_TOO_LONG;
  if (is_digit_at(text, 0))
    return read_figure(text, dialect, ret_value, ret_mark);
  if (is_missing(text, ret_mark))
    return NUMBER_WORDS_MISSING;
  if (is_infinite(text))
    return NUMBER_WORDS_INFINITE;
  return read_figure(text, dialect, ret_value, ret_mark);
}

const char *number_words_status_text(enum number_words_status status) {
  switch (status) {
  case NUMBER_WORDS_OK:
    return "is a number";
  case NUMBER_WORDS_EMPTY:
    return "is empty";
  case NUMBER_WORDS_MISSING:
    return "says that there is no figure";
  case NUMBER_WORDS_SYNTAX:
    return "is not a number";
  case NUMBER_WORDS_GROUPING:
    return "does not part its digits into thousands: perhaps that mark is the decimal mark";
  case NUMBER_WORDS_PERCENT:
    return "has a percent sign: write the number alone, and % as the unit of the series";
  case NUMBER_WORDS_INFINITE:
    return "is infinite, and no figure";
  case NUMBER_WORDS_TOO_LARGE:
    return "is too large a number";
  case NUMBER_WORDS_TOO_LONG:
    return "is too long for a number";
  }
  return "is not a number";
}
