/* SPDX-License-Identifier: MIT */
#include "proto/key.h"

#include <assert.h>

enum character_class {
  CLASS_DATASET = 1,
  CLASS_CODE = 2,
  CLASS_RELEASE = 4,
};

enum {
  CLASSES_UPPER = CLASS_DATASET | CLASS_CODE | CLASS_RELEASE,
  CLASSES_LOWER = CLASS_CODE | CLASS_RELEASE,
};

/* Which grammars have a byte. */
static const uint8_t CLASSES[256] = {
    ['0'] = CLASSES_UPPER, ['1'] = CLASSES_UPPER, ['2'] = CLASSES_UPPER, ['3'] = CLASSES_UPPER,
    ['4'] = CLASSES_UPPER, ['5'] = CLASSES_UPPER, ['6'] = CLASSES_UPPER, ['7'] = CLASSES_UPPER,
    ['8'] = CLASSES_UPPER, ['9'] = CLASSES_UPPER, ['A'] = CLASSES_UPPER, ['B'] = CLASSES_UPPER,
    ['C'] = CLASSES_UPPER, ['D'] = CLASSES_UPPER, ['E'] = CLASSES_UPPER, ['F'] = CLASSES_UPPER,
    ['G'] = CLASSES_UPPER, ['H'] = CLASSES_UPPER, ['I'] = CLASSES_UPPER, ['J'] = CLASSES_UPPER,
    ['K'] = CLASSES_UPPER, ['L'] = CLASSES_UPPER, ['M'] = CLASSES_UPPER, ['N'] = CLASSES_UPPER,
    ['O'] = CLASSES_UPPER, ['P'] = CLASSES_UPPER, ['Q'] = CLASSES_UPPER, ['R'] = CLASSES_UPPER,
    ['S'] = CLASSES_UPPER, ['T'] = CLASSES_UPPER, ['U'] = CLASSES_UPPER, ['V'] = CLASSES_UPPER,
    ['W'] = CLASSES_UPPER, ['X'] = CLASSES_UPPER, ['Y'] = CLASSES_UPPER, ['Z'] = CLASSES_UPPER,
    ['_'] = CLASSES_UPPER, ['@'] = CLASSES_UPPER, ['-'] = CLASSES_UPPER, ['a'] = CLASSES_LOWER,
    ['b'] = CLASSES_LOWER, ['c'] = CLASSES_LOWER, ['d'] = CLASSES_LOWER, ['e'] = CLASSES_LOWER,
    ['f'] = CLASSES_LOWER, ['g'] = CLASSES_LOWER, ['h'] = CLASSES_LOWER, ['i'] = CLASSES_LOWER,
    ['j'] = CLASSES_LOWER, ['k'] = CLASSES_LOWER, ['l'] = CLASSES_LOWER, ['m'] = CLASSES_LOWER,
    ['n'] = CLASSES_LOWER, ['o'] = CLASSES_LOWER, ['p'] = CLASSES_LOWER, ['q'] = CLASSES_LOWER,
    ['r'] = CLASSES_LOWER, ['s'] = CLASSES_LOWER, ['t'] = CLASSES_LOWER, ['u'] = CLASSES_LOWER,
    ['v'] = CLASSES_LOWER, ['w'] = CLASSES_LOWER, ['x'] = CLASSES_LOWER, ['y'] = CLASSES_LOWER,
    ['z'] = CLASSES_LOWER, ['$'] = CLASSES_LOWER, ['.'] = CLASS_RELEASE, [':'] = CLASS_RELEASE,
    ['+'] = CLASS_RELEASE, ['~'] = CLASS_RELEASE,
};

static unsigned classes_of(uint8_t byte) {
  return CLASSES[byte];
}

static enum key_status fail(enum key_status status, size_t offset, size_t *ret_offset) {
  if (ret_offset != NULL)
    *ret_offset = offset;
  return status;
}

/* One word of one grammar; offsets count from `base`, where the word begins in its text. */
static enum key_status check_word(struct bytes word, enum character_class class, size_t max_bytes,
                                  size_t base, size_t *ret_offset) {
  if (word.size == 0)
    return fail(KEY_EMPTY, base, ret_offset);
  for (size_t i = 0; i < word.size; i++) {
    if (i == max_bytes)
      return fail(KEY_TOO_LONG, base + i, ret_offset);
    if ((classes_of(word.data[i]) & class) == 0)
      return fail(KEY_BAD_CHARACTER, base + i, ret_offset);
  }
  return KEY_OK;
}

enum key_status key_check_dataset_id(struct bytes text, size_t *ret_offset) {
  return check_word(text, CLASS_DATASET, LIMIT_DATASET_ID_BYTES, 0, ret_offset);
}

enum key_status key_check_code(struct bytes text, size_t *ret_offset) {
  return check_word(text, CLASS_CODE, LIMIT_SERIES_KEY_BYTES, 0, ret_offset);
}

enum key_status key_check_release_id(struct bytes text, size_t *ret_offset) {
  return check_word(text, CLASS_RELEASE, LIMIT_RELEASE_ID_BYTES, 0, ret_offset);
}

static struct bytes slice(struct bytes text, size_t from, size_t to) {
  return bytes_of(text.data + from, to - from);
}

/* The place of the next such byte at or after `from`, or the end. */
static size_t find(struct bytes text, size_t from, char wanted) {
  const void *at = from < text.size ? memchr(text.data + from, wanted, text.size - from) : NULL;
  return at == NULL ? text.size : (size_t)((const uint8_t *)at - text.data);
}

/* A code where one series is meant: a wildcard there has an error of its own. */
static enum key_status check_code_of_key(struct bytes code, size_t base, size_t *ret_offset) {
  if (code.size == 0)
    return fail(KEY_EMPTY_CODE, base, ret_offset);
  for (size_t i = 0; i < code.size; i++) {
    if (code.data[i] == '*' || code.data[i] == '+')
      return fail(KEY_WILDCARD, base + i, ret_offset);
    if ((classes_of(code.data[i]) & CLASS_CODE) == 0)
      return fail(KEY_BAD_CHARACTER, base + i, ret_offset);
  }
  return KEY_OK;
}

/* One position of a pattern: nothing, `*`, or codes joined by `+`. Adds to the number of codes. */
static enum key_status check_position(struct bytes position, size_t base, size_t *n_codes,
                                      size_t *ret_offset) {
  if (position.size == 0 || (position.size == 1 && position.data[0] == '*'))
    return KEY_OK;
  for (size_t at = 0;;) {
    size_t end = find(position, at, '+');
    enum key_status status = check_code_of_key(slice(position, at, end), base + at, ret_offset);
    if (status != KEY_OK)
      return status;
    if (++*n_codes > LIMIT_PATTERN_CODES)
      return fail(KEY_TOO_MANY_CODES, base + at, ret_offset);
    if (end == position.size)
      return KEY_OK;
    at = end + 1;
  }
}

/* The dataset in front of the slash, or of the end. */
static enum key_status split_dataset(struct bytes text, struct bytes *ret_dataset,
                                     size_t *ret_offset) {
  size_t slash = find(text, 0, '/');
  struct bytes dataset = bytes_of(text.data, slash);
  enum key_status status = key_check_dataset_id(dataset, ret_offset);
  if (status == KEY_OK)
    *ret_dataset = dataset;
  return status;
}

/* A key that is right, in one pass; what is wrong with another, the caller finds out. */
static bool parse_right(struct bytes text, struct key *ret_key) {
  struct bytes codes[KEY_MAX_DIMENSIONS];
  size_t slash = 0, n_codes = 0;
  while (slash < text.size && (CLASSES[text.data[slash]] & CLASS_DATASET) != 0)
    slash++;
  if (slash == 0 || slash > LIMIT_DATASET_ID_BYTES || slash == text.size ||
      text.size > LIMIT_SERIES_KEY_BYTES || text.data[slash] != '/')
    return false;
  for (size_t at = slash + 1, begin = at; at <= text.size; at++) {
    if (at < text.size && (CLASSES[text.data[at]] & CLASS_CODE) != 0)
      continue;
    if (at == begin || (at < text.size && text.data[at] != '.') || n_codes == KEY_MAX_DIMENSIONS)
      return false;
    codes[n_codes++] = slice(text, begin, at);
    begin = at + 1;
  }
  ret_key->dataset = slice(text, 0, slash);
  ret_key->rest = slice(text, slash + 1, text.size);
  ret_key->n_codes = n_codes;
  memcpy(ret_key->codes, codes, n_codes * sizeof codes[0]);
  return true;
}

enum key_status key_parse(struct bytes text, struct key *ret_key, size_t *ret_offset) {
  struct key key;
  if (parse_right(text, ret_key))
    return KEY_OK;
  key.n_codes = 0;
  if (text.size > LIMIT_SERIES_KEY_BYTES)
    return fail(KEY_TOO_LONG, LIMIT_SERIES_KEY_BYTES, ret_offset);
  enum key_status status = split_dataset(text, &key.dataset, ret_offset);
  if (status != KEY_OK)
    return status;
  if (key.dataset.size == text.size)
    return fail(KEY_NO_SLASH, text.size, ret_offset);
  key.rest = slice(text, key.dataset.size + 1, text.size);

  for (size_t at = key.dataset.size + 1;;) {
    size_t end = find(text, at, '.');
    struct bytes code = slice(text, at, end);
    if (key.n_codes == KEY_MAX_DIMENSIONS)
      return fail(KEY_TOO_MANY_CODES, at, ret_offset);
    status = check_code_of_key(code, at, ret_offset);
    if (status != KEY_OK)
      return status;
    key.codes[key.n_codes++] = code;
    if (end == text.size)
      break;
    at = end + 1;
  }
  *ret_key = key;
  return KEY_OK;
}

/* What stands for every series of the dataset behind its slash. */
static bool rest_is_all(struct bytes rest) {
  return rest.size == 0 || bytes_equal(rest, bytes_of_text("*")) ||
         bytes_equal(rest, bytes_of_text("all"));
}

enum key_status key_pattern_parse(struct bytes text, struct key_pattern *ret_pattern,
                                  size_t *ret_offset) {
  struct key_pattern pattern = {.n_codes = 0};
  if (text.size > LIMIT_KEY_PATTERN_BYTES)
    return fail(KEY_TOO_LONG, LIMIT_KEY_PATTERN_BYTES, ret_offset);
  enum key_status status = split_dataset(text, &pattern.dataset, ret_offset);
  if (status != KEY_OK)
    return status;
  size_t start = pattern.dataset.size < text.size ? pattern.dataset.size + 1 : text.size;
  pattern.all = rest_is_all(slice(text, start, text.size));

  size_t n_alternatives = 0;
  for (size_t at = start; !pattern.all;) {
    size_t end = find(text, at, '.');
    struct bytes position = slice(text, at, end);
    if (pattern.n_codes == KEY_MAX_DIMENSIONS)
      return fail(KEY_TOO_MANY_CODES, at, ret_offset);
    status = check_position(position, at, &n_alternatives, ret_offset);
    if (status != KEY_OK)
      return status;
    bool matches_all = position.size == 1 && position.data[0] == '*';
    pattern.codes[pattern.n_codes++] = matches_all ? slice(text, at, at) : position;
    if (end == text.size)
      break;
    at = end + 1;
  }
  *ret_pattern = pattern;
  return KEY_OK;
}

static bool bytes_ask_for_many(struct bytes rest) {
  for (size_t i = 0; i < rest.size; i++) {
    uint8_t byte = rest.data[i];
    bool is_empty = byte == '.' && i + 1 < rest.size && rest.data[i + 1] == '.';
    if (byte == '*' || byte == '+' || is_empty)
      return true;
  }
  return false;
}

/* The upper bit of each of eight bytes that is as wanted. */
static uint64_t equal_bytes(uint64_t eight, uint8_t wanted) {
  const uint64_t lower = UINT64_C(0x7f7f7f7f7f7f7f7f);
  uint64_t other = eight ^ UINT64_C(0x0101010101010101) * wanted;
  return ~(((other & lower) + lower) | other | lower);
}

/* The same of eight bytes at once: each key of a batch comes by here. */
static bool eight_ask_for_many(const uint8_t *at) {
  uint64_t eight;
  memcpy(&eight, at, sizeof eight);
  static_assert(('*' | 1) == '+', "both are found in one go");
  uint64_t dots = equal_bytes(eight, '.');
  return (equal_bytes(eight | UINT64_C(0x0101010101010101), '+') | (dots & dots >> 8)) != 0;
}

/* Whether there is a `*`, a `+` or an empty code between dots. */
static bool asks_for_many(struct bytes rest) {
  if (rest.size < 8)
    return bytes_ask_for_many(rest);
  size_t last = rest.size - 8;
  for (size_t at = 0; at < last; at += 7) /* not 8: two dots are seen together */
    if (eight_ask_for_many(rest.data + at))
      return true;
  return eight_ask_for_many(rest.data + last);
}

bool key_is_pattern(struct bytes text) {
  size_t slash = find(text, 0, '/');
  if (slash == text.size)
    return true;
  struct bytes rest = slice(text, slash + 1, text.size);
  if (rest_is_all(rest) || rest.data[0] == '.' || rest.data[rest.size - 1] == '.')
    return true;
  return asks_for_many(rest);
}

bool key_next_code(struct bytes *rest, struct bytes *ret_code) {
  if (rest->size == 0)
    return false;
  size_t end = find(*rest, 0, '+');
  *ret_code = slice(*rest, 0, end);
  *rest = slice(*rest, end < rest->size ? end + 1 : end, rest->size);
  return true;
}

static bool position_matches(struct bytes position, struct bytes code) {
  struct bytes alternative;
  if (position.size == 0)
    return true;
  while (key_next_code(&position, &alternative)) {
    if (bytes_equal(alternative, code))
      return true;
  }
  return false;
}

bool key_pattern_matches(const struct key_pattern *pattern, const struct bytes *codes,
                         size_t n_codes) {
  if (pattern->all)
    return true;
  if (pattern->n_codes != n_codes)
    return false;
  for (size_t i = 0; i < n_codes; i++) {
    if (!position_matches(pattern->codes[i], codes[i]))
      return false;
  }
  return true;
}

const char *key_status_text(enum key_status status) {
  switch (status) {
  case KEY_OK:
    return "is well-formed";
  case KEY_EMPTY:
    return "is empty or names no dataset";
  case KEY_TOO_LONG:
    return "is too long";
  case KEY_BAD_CHARACTER:
    return "has a character that names cannot have";
  case KEY_NO_SLASH:
    return "names a dataset but no series (DATASET/CODE.CODE)";
  case KEY_EMPTY_CODE:
    return "has an empty code";
  case KEY_WILDCARD:
    return "has a * or + where a code is wanted";
  case KEY_TOO_MANY_CODES:
    return "has more codes than are allowed";
  }
  return "is not a key";
}
