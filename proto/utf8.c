/* SPDX-License-Identifier: MIT */
#include "proto/utf8.h"

static bool is_continuation(uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

/* The length of the character at the front of a text that is not empty; 0 where it is none. The
 * bounds of the second byte keep out overlong forms, surrogates and what lies beyond U+10FFFF (RFC
 * 3629, 4). */
static size_t character_size(const uint8_t *at, size_t size) {
  uint8_t first = at[0];
  if (first < 0x80)
    return first != 0;
  if (first < 0xc2 || first > 0xf4 || size < 2 || !is_continuation(at[1]))
    return 0;
  if (first < 0xe0)
    return 2;
  if (size < 3 || !is_continuation(at[2]))
    return 0;
  if (first < 0xf0)
    return (first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ? 0 : 3;
  if (size < 4 || !is_continuation(at[3]))
    return 0;
  return (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f) ? 0 : 4;
}

/* Whether each of eight bytes is ASCII and not NUL: none has its upper bit, and each plus 127 does.
 */
static bool is_plain(const uint8_t *at) {
  const uint64_t upper = UINT64_C(0x8080808080808080);
  uint64_t eight;
  memcpy(&eight, at, sizeof eight);
  return ((eight | ~(eight + ~upper)) & upper) == 0;
}

bool utf8_is_valid(struct bytes text) {
  for (size_t at = 0; at < text.size;) {
    if (text.size - at >= 8 && is_plain(text.data + at)) {
      at += 8;
      /* What is left of most texts has been looked at in part. */
      if (text.size - at < 8 && is_plain(text.data + text.size - 8))
        return true;
      continue;
    }
    size_t size = character_size(text.data + at, text.size - at);
    if (size == 0)
      return false;
    at += size;
  }
  return true;
}
