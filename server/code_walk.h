/* SPDX-License-Identifier: MIT */
/* The codes of one dimension, or the indicators of a dataset, in order: those that were described
 * and those that series have, each once. Functions return false after context_fail. */
#ifndef BELLWETHER_SERVER_CODE_WALK_H
#define BELLWETHER_SERVER_CODE_WALK_H

#include "server/context.h"
#include "storage/catalog.h"

struct code_walk {
  struct context *context;
  const struct dataset_record *dataset;
  uint8_t dimension; /* STORE_NO_DIMENSION where indicators have none */
  bool indicators;   /* described ones are indicators, not codes */
  bool used_only;
  struct bytes after; /* behind this one; moves on by itself */
};

struct code_found {
  struct bytes code;
  struct bytes description; /* empty: never described */
};

/* *ret_there is false at the end. Borrowed from the transaction. */
bool code_walk_next(struct code_walk *walk, bool *ret_there, struct code_found *ret_found);
/* One code as the walk would find it; *ret_there is false where there is none. */
bool code_walk_get(const struct code_walk *walk, struct bytes code, bool *ret_there,
                   struct code_found *ret_found);

#endif
