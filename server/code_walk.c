/* SPDX-License-Identifier: MIT */
#include "server/code_walk.h"

static enum store_status next_described(const struct code_walk *walk, struct code_found *found) {
  struct store_txn *txn = walk->context->txn;
  if (walk->indicators)
    return indicator_next(txn, walk->dataset->no, walk->after, &found->code, &found->description);
  return code_next(txn, walk->dataset->no, walk->dimension, walk->after, &found->code,
                   &found->description);
}

static enum store_status next_used(const struct code_walk *walk, struct bytes *code) {
  uint64_t series_count;
  if (walk->dimension == STORE_NO_DIMENSION)
    return STORE_NOT_FOUND;
  return code_used_next(walk->context->txn, walk->dataset->no, walk->dimension, walk->after, code,
                        &series_count);
}

static enum store_status get_described(const struct code_walk *walk, struct bytes code,
                                       struct bytes *description) {
  struct store_txn *txn = walk->context->txn;
  *description = bytes_of("", 0);
  if (walk->indicators)
    return indicator_get(txn, walk->dataset->no, code, description);
  return code_get(txn, walk->dataset->no, walk->dimension, code, description);
}

static bool may_go_on(const struct code_walk *walk, enum store_status status) {
  return status == STORE_OK || status == STORE_NOT_FOUND ||
         context_fail_store(walk->context, status, walk->indicators ? "indicator" : "code");
}

/* Whichever comes first; where both are the same code it is described. */
static bool next_of_both(struct code_walk *walk, bool *ret_there, struct code_found *ret_found) {
  struct code_found found = {.code = bytes_of("", 0)};
  struct bytes used = bytes_of("", 0);
  enum store_status described = next_described(walk, &found), by_series = next_used(walk, &used);
  if (!may_go_on(walk, described) || !may_go_on(walk, by_series))
    return false;
  *ret_there = described == STORE_OK || by_series == STORE_OK;
  bool used_first =
      by_series == STORE_OK && (described != STORE_OK || bytes_compare(used, found.code) < 0);
  *ret_found =
      used_first ? (struct code_found){.code = used, .description = bytes_of("", 0)} : found;
  walk->after = ret_found->code;
  return true;
}

bool code_walk_next(struct code_walk *walk, bool *ret_there, struct code_found *ret_found) {
  if (!walk->used_only)
    return next_of_both(walk, ret_there, ret_found);
  enum store_status status = next_used(walk, &ret_found->code);
  *ret_there = status == STORE_OK;
  if (!*ret_there)
    return may_go_on(walk, status);
  walk->after = ret_found->code;
  return may_go_on(walk, get_described(walk, ret_found->code, &ret_found->description));
}

bool code_walk_get(const struct code_walk *walk, struct bytes code, bool *ret_there,
                   struct code_found *ret_found) {
  uint64_t n_series = 0;
  ret_found->code = code;
  enum store_status status = get_described(walk, code, &ret_found->description);
  *ret_there = status == STORE_OK;
  if (status != STORE_NOT_FOUND || walk->dimension == STORE_NO_DIMENSION)
    return may_go_on(walk, status);
  status =
      code_series_count(walk->context->txn, walk->dataset->no, walk->dimension, code, &n_series);
  *ret_there = n_series > 0;
  return may_go_on(walk, status);
}
