/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/display.h"
#include "proto/util.h"

static void width_counts_what_a_terminal_shows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t width;
  } rows[] = {
      {"", 0},          {"abc", 3}, {"中国", 4},     {"中a国", 5}, {"e\xcc\x81", 1},
      {"\xc3\xa9t", 2}, {"▁█", 2},  {"\xff\xfe", 2}, {"ﾊ", 1},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(display_width(rows[i].text), rows[i].width);
}

static void what_fits_are_whole_characters(void **state) {
  (void)state;
  assert_int_equal(display_fit("abc", 2), 2);
  assert_int_equal(display_fit("abc", 9), 3);
  assert_int_equal(display_fit("中国", 3), strlen("中"));
  assert_int_equal(display_fit("中国", 1), 0);
  assert_int_equal(display_fit("e\xcc\x81x", 1), 3);
}

static void nothing_harmful_is_left(void **state) {
  (void)state;
  static const struct {
    const char *text, *harmless;
  } rows[] = {
      {"plain text", "plain text"},
      {"a\tb\nc\rd", "a b c d"},
      {"\033[31mred\033]0;title\007", "?[31mred?]0;title?"},
      {"\x7f\x08", "??"},
      {"a\xc2\x9b"
       "31mb\xc2\x90",
       "a?31mb?"},
      {"abc\xe2\x80\xae"
       "cba\xe2\x81\xa6",
       "abc?cba?"},
      {"line\xe2\x80\xa8separator", "line?separator"},
      {"\x9b"
       "31m \xc3",
       "?31m ?"},
      {"中国\xc2\xa0\xc3\xa9", "中国\xc2\xa0\xc3\xa9"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    char *text = strdup(rows[i].text);
    display_make_harmless(text);
    assert_string_equal(text, rows[i].harmless);
    free(text);
  }
  display_make_harmless(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(width_counts_what_a_terminal_shows),
      cmocka_unit_test(what_fits_are_whole_characters),
      cmocka_unit_test(nothing_harmful_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
