/* SPDX-License-Identifier: MIT */
#include "client/cli/base64.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct bytes bytes, char *ret_text) {
  for (size_t i = 0; i < bytes.size; i += 3) {
    size_t left = bytes.size - i;
    uint32_t group = (uint32_t)bytes.data[i] << 16;
    if (left > 1)
      group |= (uint32_t)bytes.data[i + 1] << 8;
    if (left > 2)
      group |= bytes.data[i + 2];
    *ret_text++ = ALPHABET[group >> 18];
    *ret_text++ = ALPHABET[group >> 12 & 63];
    *ret_text++ = '=';
    *ret_text++ = '=';
    if (left > 1)
      ret_text[-2] = ALPHABET[group >> 6 & 63];
    if (left > 2)
      ret_text[-1] = ALPHABET[group & 63];
  }
}

/* 0 to 63, or -1. */
static int digit_of(uint8_t character) {
  if (character >= 'A' && character <= 'Z')
    return character - 'A';
  if (character >= 'a' && character <= 'z')
    return character - 'a' + 26;
  if (character >= '0' && character <= '9')
    return character - '0' + 52;
  if (character == '+' || character == '-')
    return 62;
  return character == '/' || character == '_' ? 63 : -1;
}

static bool strip_padding(struct bytes *text) {
  size_t n_padding = 0;
  while (n_padding < 2 && text->size > n_padding && text->data[text->size - n_padding - 1] == '=')
    n_padding++;
  if (n_padding > 0 && text->size % 4 != 0)
    return false;
  text->size -= n_padding;
  return text->size % 4 != 1;
}

bool base64_read(struct bytes text, uint8_t *ret_bytes, size_t *ret_size) {
  uint32_t bits = 0;
  unsigned n_bits = 0;
  size_t size = 0;
  if (!strip_padding(&text))
    return false;
  for (size_t i = 0; i < text.size; i++) {
    int digit = digit_of(text.data[i]);
    if (digit < 0)
      return false;
    bits = bits << 6 | (uint32_t)digit;
    n_bits += 6;
    if (n_bits < 8)
      continue;
    n_bits -= 8;
    ret_bytes[size++] = (uint8_t)(bits >> n_bits);
  }
  *ret_size = size;
  return true;
}
