/* SPDX-License-Identifier: MIT */
#include "client/cli/display.h"

#include <string.h>
#include <utf8proc.h>

/* The bytes of the character that the text begins with; a bad byte is one, with *ret_point -1. */
static size_t next_character(const char *text, utf8proc_int32_t *ret_point) {
  utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, ret_point);
  if (size > 0)
    return (size_t)size;
  *ret_point = -1;
  return 1;
}

static size_t columns_of(utf8proc_int32_t point) {
  int width = point < 0 ? 1 : utf8proc_charwidth(point);
  return width < 0 ? 0 : (size_t)width;
}

size_t display_width(const char *text) {
  size_t width = 0;
  for (utf8proc_int32_t point; *text != '\0'; width += columns_of(point))
    text += next_character(text, &point);
  return width;
}

size_t display_fit(const char *text, size_t columns) {
  size_t at = 0, width = 0;
  while (text[at] != '\0') {
    utf8proc_int32_t point;
    size_t size = next_character(text + at, &point);
    width += columns_of(point);
    if (width > columns)
      break;
    at += size;
  }
  return at;
}

/* Marks of direction would let a name show as another; see UAX #9. */
static int is_harmful(utf8proc_int32_t point) {
  return point < 0x20 || /* bad UTF-8 too */ (point >= 0x7f && point < 0xa0) || point == 0x61c ||
         point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

void display_make_harmless(char *text) {
  char *to = text;
  while (text != NULL && *text != '\0') {
    utf8proc_int32_t point;
    size_t size = next_character(text, &point);
    if (point == '\n' || point == '\t' || point == '\r') {
      *to++ = ' ';
    } else if (is_harmful(point)) {
      *to++ = '?';
    } else {
      memmove(to, text, size);
      to += size;
    }
    text += size;
  }
  if (to != NULL)
    *to = '\0';
}
