/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/key.h"

#define UNTOUCHED 9999

static void check_bytes(struct bytes found, const char *expected, const char *file, int line) {
  if (!bytes_equal(found, bytes_of_text(expected))) {
    print_error("found `%.*s`, expected `%s`\n", (int)found.size, (const char *)found.data,
                expected);
    _fail(file, line);
  }
}
#define assert_bytes(found, expected) check_bytes(found, expected, __FILE__, __LINE__)

/* A text of `size` bytes that begins and goes on as told. */
static struct bytes long_text(char *buffer, const char *start, char filler, size_t size) {
  memset(buffer, filler, size);
  memcpy(buffer, start, strlen(start));
  return bytes_of(buffer, size);
}

static void a_key_is_parsed_into_its_parts(void **state) {
  (void)state;
  struct key key;
  size_t offset = UNTOUCHED;
  enum key_status status = key_parse(bytes_of_text("CBEC/A.CHN.TRADE._T"), &key, &offset);
  assert_int_equal(status, KEY_OK);
  assert_int_equal(offset, UNTOUCHED);
  assert_bytes(key.dataset, "CBEC");
  assert_bytes(key.rest, "A.CHN.TRADE._T");
  assert_int_equal(key.n_codes, 4);
  assert_bytes(key.codes[0], "A");
  assert_bytes(key.codes[1], "CHN");
  assert_bytes(key.codes[2], "TRADE");
  assert_bytes(key.codes[3], "_T");
}

static void a_bad_key_says_what_and_where(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum key_status status;
    size_t offset;
  } rows[] = {
      {"", KEY_EMPTY, 0},
      {"/A.CHN", KEY_EMPTY, 0},
      {"CBEC", KEY_NO_SLASH, 4},
      {"CBEC/", KEY_EMPTY_CODE, 5},
      {"CBEC/A..T", KEY_EMPTY_CODE, 7},
      {"CBEC/.A", KEY_EMPTY_CODE, 5},
      {"CBEC/A.", KEY_EMPTY_CODE, 7},
      {"CBEC/A.*", KEY_WILDCARD, 7},
      {"CBEC/A.CHN+USA", KEY_WILDCARD, 10},
      {"cbec/A", KEY_BAD_CHARACTER, 0},
      {"CB$C/A", KEY_BAD_CHARACTER, 2},
      {" CBEC/A", KEY_BAD_CHARACTER, 0},
      {"CBEC/A.CHN ", KEY_BAD_CHARACTER, 10},
      {"CBEC/A/B", KEY_BAD_CHARACTER, 6},
      {"CBEC/A.\xc3\xa9", KEY_BAD_CHARACTER, 7},
      {"CBEC/A.B\n", KEY_BAD_CHARACTER, 8},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct key key = {.n_codes = UNTOUCHED};
    size_t offset = UNTOUCHED;
    enum key_status status = key_parse(bytes_of_text(rows[i].text), &key, &offset);
    assert_int_equal(status, rows[i].status);
    assert_int_equal(offset, rows[i].offset);
    assert_int_equal(key.n_codes, UNTOUCHED);
    assert_int_equal(key_parse(bytes_of_text(rows[i].text), &key, NULL), rows[i].status);
  }
}

static void each_status_has_words(void **state) {
  (void)state;
  for (int status = KEY_OK; status <= KEY_TOO_MANY_CODES; status++)
    assert_true(strlen(key_status_text((enum key_status)status)) > 0);
}

static void a_nul_is_a_bad_character(void **state) {
  (void)state;
  struct key key;
  size_t offset = UNTOUCHED;
  assert_int_equal(key_parse(bytes_of("CBEC/A\0", 7), &key, &offset), KEY_BAD_CHARACTER);
  assert_int_equal(offset, 6);
  assert_int_equal(key_parse(bytes_of(NULL, 0), &key, &offset), KEY_EMPTY);
}

static void keys_end_at_255_bytes(void **state) {
  (void)state;
  char buffer[LIMIT_SERIES_KEY_BYTES + 1];
  struct key key;
  size_t offset = UNTOUCHED;
  struct bytes at_limit = long_text(buffer, "CBEC/", 'A', LIMIT_SERIES_KEY_BYTES);
  assert_int_equal(key_parse(at_limit, &key, &offset), KEY_OK);
  assert_int_equal(key.codes[0].size, LIMIT_SERIES_KEY_BYTES - 5);
  struct bytes past_limit = long_text(buffer, "CBEC/", 'A', LIMIT_SERIES_KEY_BYTES + 1);
  assert_int_equal(key_parse(past_limit, &key, &offset), KEY_TOO_LONG);
  assert_int_equal(offset, LIMIT_SERIES_KEY_BYTES);
}

/* `X/A.A.A` with so many codes. */
static struct bytes key_of_codes(char *buffer, size_t n_codes) {
  struct bytes text = long_text(buffer, "X/", 'A', 2 + 2 * n_codes - 1);
  for (size_t i = 3; i < text.size; i += 2)
    buffer[i] = '.';
  return text;
}

static void keys_end_at_32_codes(void **state) {
  (void)state;
  char buffer[128];
  struct key key;
  struct key_pattern pattern;
  size_t offset = UNTOUCHED;
  struct bytes at_limit = key_of_codes(buffer, KEY_MAX_DIMENSIONS);
  assert_int_equal(key_parse(at_limit, &key, &offset), KEY_OK);
  assert_int_equal(key.n_codes, KEY_MAX_DIMENSIONS);
  assert_int_equal(key_pattern_parse(at_limit, &pattern, &offset), KEY_OK);
  struct bytes past_limit = key_of_codes(buffer, KEY_MAX_DIMENSIONS + 1);
  assert_int_equal(key_parse(past_limit, &key, &offset), KEY_TOO_MANY_CODES);
  assert_int_equal(offset, 2 + 2 * KEY_MAX_DIMENSIONS);
  assert_int_equal(key_pattern_parse(past_limit, &pattern, &offset), KEY_TOO_MANY_CODES);
}

static void each_name_has_its_own_alphabet(void **state) {
  (void)state;
  for (int byte = 0; byte < 256; byte++) {
    uint8_t text = (uint8_t)byte;
    bool upper = (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
    bool lower = byte >= 'a' && byte <= 'z';
    bool common = byte != 0 && strchr("_@-", byte) != NULL;
    bool dataset = upper || common;
    bool code = dataset || lower || byte == '$';
    bool release = code || (byte != 0 && strchr(".:+~", byte) != NULL);
    struct bytes name = bytes_of(&text, 1);
    assert_int_equal(key_check_dataset_id(name, NULL) == KEY_OK, dataset);
    assert_int_equal(key_check_code(name, NULL) == KEY_OK, code);
    assert_int_equal(key_check_release_id(name, NULL) == KEY_OK, release);
  }
}

static void names_are_refused_one_past_their_limit(void **state) {
  (void)state;
  char buffer[300];
  size_t offset = UNTOUCHED;
  struct bytes text = long_text(buffer, "", 'A', 300);
  assert_int_equal(key_check_dataset_id(bytes_of(text.data, 64), &offset), KEY_OK);
  assert_int_equal(key_check_dataset_id(bytes_of(text.data, 65), &offset), KEY_TOO_LONG);
  assert_int_equal(offset, 64);
  assert_int_equal(key_check_release_id(bytes_of(text.data, 128), &offset), KEY_OK);
  assert_int_equal(key_check_release_id(bytes_of(text.data, 129), &offset), KEY_TOO_LONG);
  assert_int_equal(offset, 128);
  assert_int_equal(key_check_code(bytes_of(text.data, 255), &offset), KEY_OK);
  assert_int_equal(key_check_code(bytes_of(text.data, 256), &offset), KEY_TOO_LONG);
  assert_int_equal(key_check_dataset_id(bytes_of(text.data, 0), &offset), KEY_EMPTY);
  assert_int_equal(key_check_code(bytes_of(text.data, 0), &offset), KEY_EMPTY);
  assert_int_equal(key_check_release_id(bytes_of(text.data, 0), &offset), KEY_EMPTY);
}

static void a_pattern_is_parsed_into_positions(void **state) {
  (void)state;
  struct key_pattern pattern;
  enum key_status status = key_pattern_parse(bytes_of_text("CBEC/A.CHN+USA..*"), &pattern, NULL);
  assert_int_equal(status, KEY_OK);
  assert_false(pattern.all);
  assert_bytes(pattern.dataset, "CBEC");
  assert_int_equal(pattern.n_codes, 4);
  assert_bytes(pattern.codes[0], "A");
  assert_bytes(pattern.codes[1], "CHN+USA");
  assert_bytes(pattern.codes[2], "");
  assert_bytes(pattern.codes[3], "");

  struct bytes rest = pattern.codes[1];
  struct bytes code;
  assert_true(key_next_code(&rest, &code));
  assert_bytes(code, "CHN");
  assert_true(key_next_code(&rest, &code));
  assert_bytes(code, "USA");
  assert_false(key_next_code(&rest, &code));
}

static void a_dataset_alone_is_every_series(void **state) {
  (void)state;
  static const char *const rows[] = {"CBEC", "CBEC/", "CBEC/*", "CBEC/all"};
  struct bytes codes[] = {bytes_of_text("A"), bytes_of_text("CHN")};
  for (size_t i = 0; i < count_of(rows); i++) {
    struct key_pattern pattern;
    assert_int_equal(key_pattern_parse(bytes_of_text(rows[i]), &pattern, NULL), KEY_OK);
    assert_true(pattern.all);
    assert_int_equal(pattern.n_codes, 0);
    assert_bytes(pattern.dataset, "CBEC");
    assert_true(key_pattern_matches(&pattern, codes, 2));
    assert_true(key_pattern_matches(&pattern, codes, 1));
    assert_true(key_is_pattern(bytes_of_text(rows[i])));
  }
}

static void a_bad_pattern_says_what_and_where(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum key_status status;
    size_t offset;
  } rows[] = {
      {"", KEY_EMPTY, 0},
      {"/", KEY_EMPTY, 0},
      {"*/A", KEY_BAD_CHARACTER, 0},
      {"CBEC/A+", KEY_EMPTY_CODE, 7},
      {"CBEC/+A", KEY_EMPTY_CODE, 5},
      {"CBEC/+", KEY_EMPTY_CODE, 5},
      {"CBEC/A++B", KEY_EMPTY_CODE, 7},
      {"CBEC/A*", KEY_WILDCARD, 6},
      {"CBEC/**", KEY_WILDCARD, 5},
      {"CBEC/A+*", KEY_WILDCARD, 7},
      {"CBEC/A.B C", KEY_BAD_CHARACTER, 8},
      {"CBEC/A/B", KEY_BAD_CHARACTER, 6},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct key_pattern pattern = {.n_codes = UNTOUCHED};
    size_t offset = UNTOUCHED;
    enum key_status status = key_pattern_parse(bytes_of_text(rows[i].text), &pattern, &offset);
    assert_int_equal(status, rows[i].status);
    assert_int_equal(offset, rows[i].offset);
    assert_int_equal(pattern.n_codes, UNTOUCHED);
  }
}

static void patterns_have_limits_of_bytes_and_of_codes(void **state) {
  (void)state;
  static char buffer[LIMIT_KEY_PATTERN_BYTES + 1];
  struct key_pattern pattern;
  size_t offset = UNTOUCHED;
  struct bytes past_limit = long_text(buffer, "X/", 'A', sizeof buffer);
  assert_int_equal(key_pattern_parse(past_limit, &pattern, &offset), KEY_TOO_LONG);
  assert_int_equal(offset, LIMIT_KEY_PATTERN_BYTES);

  struct bytes codes = long_text(buffer, "X/", 'A', 2 + 2 * LIMIT_PATTERN_CODES - 1);
  for (size_t i = 3; i < codes.size; i += 2)
    buffer[i] = '+';
  assert_int_equal(key_pattern_parse(codes, &pattern, &offset), KEY_OK);
  memcpy(buffer + codes.size, "+A", 2);
  codes.size += 2;
  assert_int_equal(key_pattern_parse(codes, &pattern, &offset), KEY_TOO_MANY_CODES);
  assert_int_equal(offset, 2 + 2 * LIMIT_PATTERN_CODES);
}

static void a_pattern_matches_what_its_positions_say(void **state) {
  (void)state;
  static const struct {
    const char *pattern;
    const char *key;
    bool matches;
  } rows[] = {
      {"CBEC/A.CHN.T", "CBEC/A.CHN.T", true},
      {"CBEC/A.CHN.T", "CBEC/A.CHN.TT", false},
      {"CBEC/A.CHN+USA.", "CBEC/A.USA.T", true},
      {"CBEC/A.CHN+USA.", "CBEC/A.US.T", false},
      {"CBEC/A.CHN+USA.", "CBEC/A.CHNUSA.T", false},
      {"CBEC/..", "CBEC/A.CHN.T", true},
      {"CBEC/.", "CBEC/A.CHN.T", false},
      {"CBEC/...", "CBEC/A.CHN.T", false},
      {"CBEC/*.*.T", "CBEC/A.CHN.T", true},
      {"CBEC/*.*.U", "CBEC/A.CHN.T", false},
      {"CBEC/a..", "CBEC/A.CHN.T", false},
      {"CBEC/M+Q+A..", "CBEC/A.CHN.T", true},
      {"CBEC/all..", "CBEC/A.CHN.T", false},
      {"CBEC/A+B", "CBEC/B", true},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct key_pattern pattern;
    struct key key;
    assert_int_equal(key_parse(bytes_of_text(rows[i].key), &key, NULL), KEY_OK);
    assert_int_equal(key_pattern_parse(bytes_of_text(rows[i].pattern), &pattern, NULL), KEY_OK);
    assert_int_equal(key_pattern_matches(&pattern, key.codes, key.n_codes), rows[i].matches);
  }
}

static void only_texts_that_may_match_several_are_patterns(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_pattern;
  } rows[] = {
      {"CBEC/A.CHN", false}, {"CBEC/A", false},  {"CBEC/allA", false},
      {"CBEC/A.all", false}, {"CBEC/A.", true},  {"CBEC/.A", true},
      {"CBEC/A..B", true},   {"CBEC/A.*", true}, {"CBEC/A+B", true},
      {"CBEC/all", true},    {"CBEC", true},     {"", true},
      {"CBEC/.", true},      {"CBEC/ A", false}, {"CBEC/A.CHN.TRADE._T", false},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(key_is_pattern(bytes_of_text(rows[i].text)), rows[i].is_pattern);
}

static void what_asks_for_many_is_found_anywhere_in_a_key(void **state) {
  (void)state;
  static const char *const signs[] = {"*", "+", ".."};
  for (size_t size = 3; size < 40; size++) {
    char text[48] = "D/";
    memset(text + 2, 'A', size);
    assert_false(key_is_pattern(bytes_of(text, size + 2)));
    for (size_t i = 0; i < count_of(signs); i++)
      for (size_t at = 0; at + strlen(signs[i]) <= size; at++) {
        memset(text + 2, 'A', size);
        memcpy(text + 2 + at, signs[i], strlen(signs[i]));
        assert_true(key_is_pattern(bytes_of(text, size + 2)));
      }
  }
}

static void single_dots_are_in_any_key(void **state) {
  (void)state;
  static const char text[] = "D/A.B.C.D.E.F.G.H.AA.BB.CC.DD.EE.FF.AAA.BBB.CCC.DDD.A*";
  for (size_t size = 3; size < sizeof text - 1; size++) {
    bool ends_so = text[size - 1] == '.' || text[size - 1] == '*';
    assert_int_equal(key_is_pattern(bytes_of(text, size)), ends_so);
  }
}

static void what_parses_as_a_key_is_no_pattern_and_matches_itself(void **state) {
  (void)state;
  static const char alphabet[] = "A/.+*a-";
  uint32_t seed = 1;
  for (int round = 0; round < 200000; round++) {
    char text[8];
    size_t size = (seed = seed * 1664525u + 1013904223u) >> 29;
    for (size_t i = 0; i < size; i++)
      text[i] = alphabet[((seed = seed * 1664525u + 1013904223u) >> 16) % (sizeof alphabet - 1)];
    struct key key;
    struct key_pattern pattern;
    bool is_key = key_parse(bytes_of(text, size), &key, NULL) == KEY_OK;
    bool parses = key_pattern_parse(bytes_of(text, size), &pattern, NULL) == KEY_OK;
    assert_true(parses || !is_key);
    if (parses)
      assert_int_equal(key_is_pattern(bytes_of(text, size)), !is_key);
    if (is_key)
      assert_true(key_pattern_matches(&pattern, key.codes, key.n_codes));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_key_is_parsed_into_its_parts),
      cmocka_unit_test(a_bad_key_says_what_and_where),
      cmocka_unit_test(each_status_has_words),
      cmocka_unit_test(a_nul_is_a_bad_character),
      cmocka_unit_test(keys_end_at_255_bytes),
      cmocka_unit_test(keys_end_at_32_codes),
      cmocka_unit_test(each_name_has_its_own_alphabet),
      cmocka_unit_test(names_are_refused_one_past_their_limit),
      cmocka_unit_test(a_pattern_is_parsed_into_positions),
      cmocka_unit_test(a_dataset_alone_is_every_series),
      cmocka_unit_test(a_bad_pattern_says_what_and_where),
      cmocka_unit_test(patterns_have_limits_of_bytes_and_of_codes),
      cmocka_unit_test(a_pattern_matches_what_its_positions_say),
      cmocka_unit_test(only_texts_that_may_match_several_are_patterns),
      cmocka_unit_test(what_asks_for_many_is_found_anywhere_in_a_key),
      cmocka_unit_test(single_dots_are_in_any_key),
      cmocka_unit_test(what_parses_as_a_key_is_no_pattern_and_matches_itself),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
