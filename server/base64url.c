/* SPDX-License-Identifier: MIT */
#include "server/page.h"

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_encode(struct bytes data, char *ret_text) {
  uint32_t bits = 0;
  unsigned n_bits = 0;
  for (size_t i = 0; i < data.size; i++) {
    bits = bits << 8 | data.data[i];
    n_bits += 8;
    for (; n_bits >= 6; n_bits -= 6)
      *ret_text++ = LETTERS[bits >> (n_bits - 6) & 63];
  }
  if (n_bits > 0)
    *ret_text++ = LETTERS[bits << (6 - n_bits) & 63];
  *ret_text = '\0';
}

static int letter_value(uint8_t letter) {
  if (letter >= 'A' && letter <= 'Z')
    return letter - 'A';
  if (letter >= 'a' && letter <= 'z')
    return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9')
    return letter - '0' + 52;
  if (letter == '-')
    return 62;
  return letter == '_' ? 63 : -1;
}

bool base64url_decode(struct bytes text, uint8_t *ret_data, size_t *ret_size) {
  uint32_t bits = 0;
  unsigned n_bits = 0;
  size_t size = 0;
  for (size_t i = 0; i < text.size; i++) {
    int value = letter_value(text.data[i]);
    if (value < 0)
      return false;
    bits = bits << 6 | (uint32_t)value;
    n_bits += 6;
    if (n_bits < 8)
      continue;
    n_bits -= 8;
    ret_data[size++] = (uint8_t)(bits >> n_bits);
  }
  *ret_size = size;
  return n_bits < 6 && (bits & ((1U << n_bits) - 1)) == 0;
}
