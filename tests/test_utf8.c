/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/utf8.h"

/* Encodes without asking whether it may. */
static size_t encode(uint32_t point, uint8_t *ret_bytes) {
  if (point < 0x80) {
    ret_bytes[0] = (uint8_t)point;
    return 1;
  }
  size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const uint8_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = size - 1; i > 0; i--, point >>= 6)
    ret_bytes[i] = (uint8_t)(0x80 | (point & 0x3f));
  ret_bytes[0] = (uint8_t)(marks[size] | point);
  return size;
}

static void every_character_but_nul_and_surrogates_is_valid(void **state) {
  (void)state;
  size_t n_wrong = 0;
  for (uint32_t point = 0; point <= 0x13ffff; point++) {
    uint8_t text[4];
    size_t size = encode(point, text);
    bool is_character = point != 0 && (point < 0xd800 || point > 0xdfff) && point <= 0x10ffff;
    n_wrong += utf8_is_valid(bytes_of(text, size)) != is_character;
    for (size_t cut = 1; cut < size; cut++)
      n_wrong += utf8_is_valid(bytes_of(text, cut));
  }
  assert_int_equal(n_wrong, 0);
}

static void one_wrong_byte_is_found_anywhere(void **state) {
  (void)state;
  static const uint8_t wrong[] = {0, 0x80, 0xc3, 0xff};
  for (size_t size = 1; size < 32; size++)
    for (size_t at = 0; at < size; at++)
      for (size_t i = 0; i < count_of(wrong); i++) {
        uint8_t text[32];
        memset(text, 'a', sizeof text);
        assert_true(utf8_is_valid(bytes_of(text, size)));
        text[at] = wrong[i];
        assert_false(utf8_is_valid(bytes_of(text, size)));
      }
}

static void texts_of_several_characters_are_read_to_the_end(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t size;
    bool is_valid;
  } rows[] = {
      {"", 0, true},
      {"plain", 5, true},
      {"r\xc3\xa9vis\xc3\xa9", 8, true},
      {"\xe8\xb7\xa8\xe5\xa2\x83", 6, true},
      {"\xf0\x9f\x90\x91", 4, true},
      {"a\0b", 3, false},
      {"end\xc3", 4, false},
      {"\xe8\xb7", 2, false},
      {"\xc3(", 2, false},
      {"\x80", 1, false},
      {"\xff", 1, false},
      {"\xfe\xff", 2, false},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(utf8_is_valid(bytes_of(rows[i].text, rows[i].size)), rows[i].is_valid);
  assert_true(utf8_is_valid(bytes_of(NULL, 0)));
}

static void overlong_forms_are_invalid(void **state) {
  (void)state;
  static const char *const rows[] = {"\xc0\x80",         "\xc1\xbf",         "\xe0\x80\xaf",
                                     "\xe0\x9f\xbf",     "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf",
                                     "\xf8\x88\x80\x80", "\xf5\x80\x80\x80", "\xf4\x90\x80\x80",
                                     "\xed\xa0\x80"};
  for (size_t i = 0; i < count_of(rows); i++)
    assert_false(utf8_is_valid(bytes_of_text(rows[i])));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_character_but_nul_and_surrogates_is_valid),
      cmocka_unit_test(one_wrong_byte_is_found_anywhere),
      cmocka_unit_test(texts_of_several_characters_are_read_to_the_end),
      cmocka_unit_test(overlong_forms_are_invalid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
