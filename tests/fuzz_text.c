/* SPDX-License-Identifier: MIT */
/* Fuzzes what reads text: keys, patterns, periods, instants, numbers. What is accepted must come
 * back the same when it is written and read again. */
#include <assert.h>
#include <string.h>

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
  (void)utf8_is_valid(text);
  return 0;
}
