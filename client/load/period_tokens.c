/* SPDX-License-Identifier: MIT */
#include "client/load/period_tokens.h"

#include "client/load/cell.h"

#define DIGITS_MAX 8 /* 20240131 */

static const char *const month_names[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};

static const struct {
  const char *word;
  char kind; /* '\0': says nothing, as in `13th April` */
} words[] = {
    {"q", 'q'}, {"qtr", 'q'},  {"quarter", 'q'}, {"h", 'h'},   {"s", 'h'},   {"half", 'h'},
    {"w", 'w'}, {"week", 'w'}, {"m", 'm'},       {"a", 'a'},   {"fy", 'f'},  {"fiscal", 'f'},
    {"d", 'd'}, {"sept", 'N'}, {"st", '\0'},     {"nd", '\0'}, {"rd", '\0'}, {"th", '\0'},
};

/* Signs of Chinese, Japanese and Korean files; the longer before what it begins with. */
static const struct {
  const char *sign;
  char kind;
  int number;
} signs[] = {
    {"季度", 'q', 0}, {"四半期", 'q', 0}, {"분기", 'q', 0}, {"第", '\0', 0}, {"年", 'Y', 0},
    {"月", 'G', 0},   {"日", 'R', 0},     {"년", 'Y', 0},   {"월", 'G', 0},  {"일", 'R', 0},
    {"一", '1', 1},   {"二", '1', 2},     {"三", '1', 3},   {"四", '1', 4},
};

static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

static bool is_letter(uint8_t byte) {
  return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool add(struct period_tokens *tokens, char kind, int number) {
  if (tokens->n == PERIOD_TOKENS_MAX)
    return false;
  tokens->kinds[tokens->n] = kind;
  tokens->numbers[tokens->n++] = number;
  return true;
}

static size_t run_of(struct bytes text, bool (*belongs)(uint8_t)) {
  size_t n = 0;
  while (n < text.size && belongs(text.data[n]))
    n++;
  return n;
}

static bool add_number(struct period_tokens *tokens, struct bytes digits) {
  if (digits.size > DIGITS_MAX)
    return false;
  int number = 0;
  for (size_t i = 0; i < digits.size; i++)
    number = number * 10 + (digits.data[i] - '0');
  return add(tokens, (char)('0' + digits.size), number);
}

/* 1 to 12 for the whole name or its first three letters; 0 for no month. */
static int month_of(struct bytes word) {
  for (int i = 0; i < 12; i++) {
    char letters[4] = {month_names[i][0], month_names[i][1], month_names[i][2]};
    if (cell_is_word(word, month_names[i]) || cell_is_word(word, letters))
      return i + 1;
  }
  return 0;
}

static bool add_word(struct period_tokens *tokens, struct bytes word) {
  int month = month_of(word);
  if (month != 0)
    return add(tokens, 'N', month);
  for (size_t i = 0; i < count_of(words); i++) {
    if (cell_is_word(word, words[i].word))
      return words[i].kind == '\0' || add(tokens, words[i].kind, 9);
  }
  return false;
}

static bool is_punctuation(char kind) {
  return kind != '\0' && strchr("-/.:,'YGR", kind) != NULL;
}

/* A blank counts between words and numbers, not beside a comma, a stroke or a sign. */
static bool add_blank(struct period_tokens *tokens) {
  char before = tokens->n == 0 ? '\0' : tokens->kinds[tokens->n - 1];
  return before == ' ' || is_punctuation(before) || add(tokens, ' ', 0);
}

static bool add_punctuation(struct period_tokens *tokens, char kind) {
  if (tokens->n > 0 && tokens->kinds[tokens->n - 1] == ' ')
    tokens->n--;
  return add(tokens, kind, 0);
}

static bool add_sign_kind(struct period_tokens *tokens, size_t i) {
  if (is_punctuation(signs[i].kind))
    return add_punctuation(tokens, signs[i].kind);
  return add(tokens, signs[i].kind, signs[i].number);
}

/* Returns the bytes of the sign that the text begins with, 0 for none. */
static size_t add_sign(struct period_tokens *tokens, struct bytes text) {
  for (size_t i = 0; i < count_of(signs); i++) {
    if (cell_begins(text, signs[i].sign)) {
      bool fits = signs[i].kind == '\0' || add_sign_kind(tokens, i);
      return fits ? strlen(signs[i].sign) : 0;
    }
  }
  return 0;
}

/* Takes one token off the text. */
static bool take(struct period_tokens *tokens, struct bytes *text) {
  uint8_t first = text->data[0];
  size_t n = cell_blank_bytes(*text);
  bool is_known = false;
  if (n != 0) {
    is_known = add_blank(tokens);
  } else if (is_digit(first)) {
    n = run_of(*text, is_digit);
    is_known = add_number(tokens, bytes_of(text->data, n));
  } else if (is_letter(first)) {
    n = run_of(*text, is_letter);
    is_known = add_word(tokens, bytes_of(text->data, n));
  } else if (first < 0x80 && first != '\0' && strchr("-/.:,'", first) != NULL) {
    n = 1;
    is_known = add_punctuation(tokens, (char)first);
  } else {
    n = add_sign(tokens, *text);
    is_known = n != 0;
  }
  *text = cell_skip(*text, n);
  return is_known;
}

bool period_tokens_of(struct bytes text, struct period_tokens *ret) {
  struct period_tokens tokens = {.n = 0};
  while (text.size > 0) {
    if (!take(&tokens, &text))
      return false;
  }
  tokens.kinds[tokens.n] = '\0';
  *ret = tokens;
  return true;
}
