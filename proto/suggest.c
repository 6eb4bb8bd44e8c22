/* SPDX-License-Identifier: MIT */
#include "proto/suggest.h"

struct suggest_row {
  uint16_t cells[SUGGEST_MAX_BYTES + 1];
};

static uint8_t fold_case(uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

static uint16_t least(uint16_t a, uint16_t b) {
  return a < b ? a : b;
}

/* Fills the row after `last` and `before_last` for the (i + 1)th byte of a; returns its least cell.
 */
static uint16_t fill_row(struct bytes a, struct bytes b, size_t i,
                         const struct suggest_row *before_last, const struct suggest_row *last,
                         struct suggest_row *ret_row) {
  ret_row->cells[0] = (uint16_t)(i + 1);
  uint16_t row_least = ret_row->cells[0];
  uint8_t from = fold_case(a.data[i]);
  for (size_t j = 0; j < b.size; j++) {
    uint8_t to = fold_case(b.data[j]);
    uint16_t cell = (uint16_t)(last->cells[j] + (from != to));
    cell = least(cell, (uint16_t)(last->cells[j + 1] + 1));
    cell = least(cell, (uint16_t)(ret_row->cells[j] + 1));
    if (i > 0 && j > 0 && from == fold_case(b.data[j - 1]) && to == fold_case(a.data[i - 1]))
      cell = least(cell, (uint16_t)(before_last->cells[j - 1] + 1));
    ret_row->cells[j + 1] = cell;
    row_least = least(row_least, cell);
  }
  return row_least;
}

size_t suggest_distance(struct bytes a, struct bytes b, size_t limit) {
  size_t difference = a.size > b.size ? a.size - b.size : b.size - a.size;
  if (difference > limit || a.size > SUGGEST_MAX_BYTES || b.size > SUGGEST_MAX_BYTES)
    return limit + 1;
  struct suggest_row rows[3];
  for (size_t j = 0; j <= b.size; j++)
    rows[0].cells[j] = (uint16_t)j;
  for (size_t i = 0; i < a.size; i++) {
    /* No row's least cell is below that of the row before, so that the rest can be skipped. */
    uint16_t row_least = fill_row(a, b, i, &rows[(i + 2) % 3], &rows[i % 3], &rows[(i + 1) % 3]);
    if (row_least > limit)
      return limit + 1;
  }
  size_t distance = rows[a.size % 3].cells[b.size];
  return distance > limit ? limit + 1 : distance;
}

size_t suggest_limit(size_t name_size) {
  size_t third = name_size / 3;
  return third < 1 ? 1 : third > 4 ? 4 : third;
}
