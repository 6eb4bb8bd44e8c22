/* SPDX-License-Identifier: MIT */
/* Rows in memory, as blocks are made of them and read into: one array a column, in an arena.
 * Private to storage/. */
#ifndef BELLWETHER_STORAGE_ROWS_H
#define BELLWETHER_STORAGE_ROWS_H

#include "proto/arena.h"
#include "storage/store.h"

/* What is said of a period, and by which release first. */
struct row {
  int64_t period;
  double value;
  int64_t published_ms;
  uint32_t release_no;
  uint8_t status;
  struct bytes comment; /* empty: none */
};

struct rows {
  struct arena *arena;
  size_t n;
  size_t capacity;
  struct row *rows;
};

/* Makes room for n more. */
must_check enum store_status rows_reserve(struct rows *rows, size_t n);
must_check enum store_status rows_add(struct rows *rows, const struct row *row);

#endif
