/* SPDX-License-Identifier: MIT */
/* Fuzzes what reads text: keys, patterns, periods, instants, numbers, and the cells of publishers.
 * What is accepted must come back the same when it is written and read again. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "client/load/frequency_guess.h"
#include "client/load/number_dialect.h"
#include "client/load/period_words.h"
#include "proto/calendar.h"
#include "proto/instant.h"
#include "proto/key.h"
#include "proto/number.h"
#include "proto/period.h"
#include "proto/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void number(struct bytes text) {
  double value = 0, again = 0;
  char written[NUMBER_TEXT_SIZE];
  if (number_parse(text, &value) != NUMBER_OK)
    return;
  size_t length = number_format(value, written);
  assert(number_parse(bytes_of(written, length), &again) == NUMBER_OK);
  assert(memcmp(&value, &again, sizeof value) == 0);
}

static void period(struct bytes text) {
  enum frequency frequency;
  int64_t ordinal, again;
  char written[PERIOD_TEXT_SIZE];
  if (period_parse(text, &frequency, &ordinal) != PERIOD_OK)
    return;
  size_t length = period_format(frequency, ordinal, written);
  assert(period_parse_as(bytes_of(written, length), frequency, &again) == PERIOD_OK);
  assert(again == ordinal);
}

static void period_of_cell(struct bytes text) {
  struct period_words words, again;
  char written[PERIOD_TEXT_SIZE];
  if (period_words(text, NULL, &words) != PERIOD_WORDS_OK)
    return;
  bool is_date = words.frequency == FREQUENCY_NONE;
  size_t length = period_format(is_date ? FREQUENCY_D : words.frequency,
                                is_date ? words.day : words.ordinal, written);
  assert(period_words(bytes_of(written, length), NULL, &again) == PERIOD_WORDS_OK);
  assert(again.day == words.day);
  if (words.frequency == FREQUENCY_H) /* whose text is that of a minute */
    assert(again.frequency == FREQUENCY_N && again.minute == words.minute);
  else
    assert(again.frequency == words.frequency && again.ordinal == words.ordinal);
  assert(words.minute >= 0 && words.minute < 1440);
}

static void period_of_two_cells(struct bytes text) {
  struct period_words words;
  size_t half = text.size / 2;
  struct bytes part = bytes_of(text.data + half, text.size - half);
  if (period_words_join(bytes_of(text.data, half), part, FREQUENCY_M, &words) == PERIOD_WORDS_OK)
    assert(period_is_valid(words.frequency, words.ordinal));
}

static void number_of_cell(struct bytes text) {
  static const struct number_dialect dialects[] = {
      {'.', ','}, {',', '.'}, {',', ' '}, {'.', '\''}, {'.', '\0'}};
  struct number_dialect_guess guess = {0};
  enum number_dialect_doubt doubt;
  number_dialect_guess_add(&guess, text);
  (void)number_dialect_guess_result(&guess, ';', &doubt);
  for (size_t i = 0; i < count_of(dialects); i++) {
    double value = 0;
    struct bytes mark = {0};
    if (number_words(text, dialects[i], &value, &mark) == NUMBER_WORDS_OK)
      assert(isfinite(value) && mark.data >= text.data &&
             mark.data + mark.size <= text.data + text.size);
  }
}

/* Three bytes a date, in any order. */
static void frequency_of_dates(struct bytes data) {
  struct frequency_guess guess = {0};
  for (size_t i = 0; i + 3 <= data.size; i += 3) {
    int64_t number = data.data[i] | data.data[i + 1] << 8 | data.data[i + 2] << 16;
    frequency_guess_add(&guess, CALENDAR_DAY_MIN + number % (CALENDAR_DAY_MAX - CALENDAR_DAY_MIN));
  }
  enum frequency frequency = frequency_guess_result(&guess).frequency;
  assert(data.size < 3 ? frequency == FREQUENCY_NONE : frequency <= FREQUENCY_D);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct bytes text = bytes_of(data, size);
  struct key key;
  struct key_pattern pattern;
  struct instant_span span;
  if (key_parse(text, &key, NULL) == KEY_OK)
    assert(key_pattern_parse(text, &pattern, NULL) == KEY_OK &&
           key_pattern_matches(&pattern, key.codes, key.n_codes));
  if (instant_parse(text, &span) == INSTANT_OK)
    assert(span.first_ms <= span.last_ms);
  number(text);
  period(text);
  period_of_cell(text);
  period_of_two_cells(text);
  number_of_cell(text);
  frequency_of_dates(text);
  (void)utf8_is_valid(text);
  return 0;
}
