/* SPDX-License-Identifier: MIT */
/* jansson has numbers as int64 and double, without the sign of `-0`. So that none is rounded before
 * a field's type is known, other numbers are put in quotes behind a mark before it reads. */
#include "client/cli/json_text.h"
#include "proto/scan.h"

#define MARK "\xef\xbf\xbf" /* U+FFFF, which no text has */
#define MARK_SIZE (sizeof MARK - 1)
#define SAFE_DIGITS 18 /* Any integer of so many fits an int64. */

static bool take_digits(struct scan *scan) {
  if (!scan_is_digit(scan))
    return false;
  while (scan_is_digit(scan))
    scan->at++;
  return true;
}

/* A number of RFC 8259, which has no `01`, `+1` and `1.`; *ret_whole where it has digits alone. */
static bool take_number(struct scan *scan, bool *ret_whole) {
  *ret_whole = false;
  (void)scan_char(scan, '-');
  if (!scan_char(scan, '0') && !take_digits(scan))
    return false;
  *ret_whole = scan_at_end(scan);
  if (scan_char(scan, '.') && !take_digits(scan))
    return false;
  if (!scan_char(scan, 'e') && !scan_char(scan, 'E'))
    return scan_at_end(scan);
  if (!scan_char(scan, '+'))
    (void)scan_char(scan, '-');
  return take_digits(scan) && scan_at_end(scan);
}

static bool needs_mark(struct bytes number) {
  bool whole;
  struct scan scan = scan_of(number);
  if (!take_number(&scan, &whole))
    return false;
  return !whole || number.size > SAFE_DIGITS || bytes_equal(number, bytes_of_text("-0"));
}

static size_t text_size(struct bytes json) {
  size_t size = 1;
  while (size < json.size && json.data[size] != '"')
    size += json.data[size] == '\\' ? 2 : 1;
  return size < json.size ? size + 1 : json.size;
}

static size_t number_size(struct bytes json) {
  size_t size = 0;
  while (size < json.size && json.data[size] != '\0' &&
         strchr("0123456789+-.eE", json.data[size]) != NULL)
    size++;
  return size;
}

static size_t put(char *to, size_t used, const void *data, size_t size) {
  if (to != NULL)
    memcpy(to + used, data, size);
  return used + size;
}

/* Returns the size, and writes where `to` is not NULL. */
static size_t mark_numbers(struct bytes json, char *to) {
  size_t used = 0;
  while (json.size > 0) {
    uint8_t first = json.data[0];
    bool number = first == '-' || (first >= '0' && first <= '9');
    size_t size = number ? number_size(json) : first == '"' ? text_size(json) : 1;
    bool marked = number && needs_mark(bytes_of(json.data, size));
    if (marked)
      used = put(to, used, "\"" MARK, MARK_SIZE + 1);
    used = put(to, used, json.data, size);
    if (marked)
      used = put(to, used, "\"", 1);
    json = bytes_of(json.data + size, json.size - size);
  }
  return used;
}

json_t *json_text_read(struct bytes text, json_error_t *ret_error) {
  size_t size = mark_numbers(text, NULL);
  scoped(free) char *marked = malloc(size + 1);
  if (marked == NULL) {
    *ret_error = (json_error_t){.line = 1, .column = 1, .text = "out of memory"};
    return NULL;
  }
  mark_numbers(text, marked);
  return json_loadb(marked, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, ret_error);
}

bool json_text_is_number(const json_t *json) {
  return json_is_string(json) && json_string_length(json) > MARK_SIZE &&
         memcmp(json_string_value(json), MARK, MARK_SIZE) == 0;
}

struct bytes json_text_of_number(const json_t *json) {
  if (!json_is_string(json))
    return bytes_of("", 0);
  size_t skipped = json_text_is_number(json) ? MARK_SIZE : 0;
  return bytes_of(json_string_value(json) + skipped, json_string_length(json) - skipped);
}
