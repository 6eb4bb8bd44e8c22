/* SPDX-License-Identifier: MIT */
/* The columns of GetLatest while they grow. Functions return false after context_fail. */
#ifndef BELLWETHER_SERVER_LATEST_H
#define BELLWETHER_SERVER_LATEST_H

#include "server/describe.h"
#include "server/query.h"

struct latest_columns {
  struct finder *finder;
  struct describer *describer;
  Bellwether__V1__View view;
  bool in_units;
  bool actual_only;
  bool with_labels;
  bool with_items; /* a pattern was asked: positions are no items */
  struct as_of as_of;
  size_t n_keys;

  struct list errors;
  size_t n;
  size_t capacity;
  size_t bytes; /* what the response has at least */
  bool any_not_normal;
  int64_t *periods;
  double *values;
  uint8_t *frequencies;
  uint8_t *statuses;
  uint32_t *items;
  char **keys; /* NULL: not asked, as are the following */
  char **labels;
  uint32_t *release_indexes;
  uint32_t *unit_indexes;
  struct list releases;
  struct list units;
  struct cache places; /* of entries and units in their dictionaries */
};

/* One position. */
struct latest_row {
  size_t item;
  struct bytes key;
  struct found *found; /* NULL: there is nothing to show */
  struct latest latest;
};

/* Room for so many positions at first. */
bool latest_begin(struct latest_columns *columns, size_t capacity);
/* RESOURCE_EXHAUSTED where the columns are more than a reply can hold. */
bool latest_add(struct latest_columns *columns, const struct latest_row *row);
void latest_end(const struct latest_columns *columns, Bellwether__V1__GetLatestResponse *response);

#endif
