/* SPDX-License-Identifier: MIT */
/* The text of one cell of a file: what counts as blank in it. Header only; safe from any thread. */
#ifndef BELLWETHER_CLIENT_LOAD_CELL_H
#define BELLWETHER_CLIENT_LOAD_CELL_H

#include "proto/util.h"

/* Whether the text begins with these bytes. */
static inline bool cell_begins(struct bytes text, const char *with) {
  size_t size = strlen(with);
  return text.size >= size && memcmp(text.data, with, size) == 0;
}

static inline bool cell_ends(struct bytes text, const char *with) {
  size_t size = strlen(with);
  return text.size >= size && memcmp(text.data + text.size - size, with, size) == 0;
}

static inline struct bytes cell_skip(struct bytes text, size_t n_bytes) {
  return bytes_of(text.data + n_bytes, text.size - n_bytes);
}

/* The blanks beyond ASCII that publishers put between or around figures: no-break, thin, narrow
 * no-break and ideographic space, and the byte order mark. */
static inline const char *cell_wide_blank(size_t i) {
  static const char *const blanks[] = {"\u00a0", "\u2009", "\u202f", "\u3000", "\ufeff"};
  return i < count_of(blanks) ? blanks[i] : NULL;
}

static inline bool cell_byte_is_blank(uint8_t byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* The bytes of the blank that the text begins with; 0 where it begins with none. */
static inline size_t cell_blank_bytes(struct bytes text) {
  if (text.size == 0)
    return 0;
  if (text.data[0] < 0x80)
    return cell_byte_is_blank(text.data[0]) ? 1 : 0;
  for (size_t i = 0; cell_wide_blank(i) != NULL; i++) {
    if (cell_begins(text, cell_wide_blank(i)))
      return strlen(cell_wide_blank(i));
  }
  return 0;
}

static inline size_t cell_blank_bytes_at_end(struct bytes text) {
  if (text.size == 0)
    return 0;
  uint8_t last = text.data[text.size - 1];
  if (last < 0x80)
    return cell_byte_is_blank(last) ? 1 : 0;
  for (size_t i = 0; cell_wide_blank(i) != NULL; i++) {
    if (cell_ends(text, cell_wide_blank(i)))
      return strlen(cell_wide_blank(i));
  }
  return 0;
}

/* The text without the blanks around it. */
static inline struct bytes cell_trim(struct bytes text) {
  for (size_t n; (n = cell_blank_bytes(text)) != 0;)
    text = cell_skip(text, n);
  for (size_t n; (n = cell_blank_bytes_at_end(text)) != 0;)
    text.size -= n;
  return text;
}

/* The next byte, in lower case if it is an ASCII letter. */
static inline char cell_lower(uint8_t byte) {
  return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/* Whether it is this word, in whatever case; the word is in lower case. */
static inline bool cell_is_word(struct bytes text, const char *word) {
  if (text.size != strlen(word))
    return false;
  for (size_t i = 0; i < text.size; i++) {
    if (cell_lower(text.data[i]) != word[i])
      return false;
  }
  return true;
}

#endif
