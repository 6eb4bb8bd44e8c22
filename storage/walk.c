/* SPDX-License-Identifier: MIT */
/* Walking the series that a pattern chooses, in key order: either along the key order, or over the
 * smallest posting list where that is short. */
#include <assert.h>

#include "storage/catalog.h"
#include "storage/table.h"

enum {
  /* Up to so many candidates are collected and sorted; else the key order is walked. */
  CANDIDATES_MAX = 4096,
};

struct candidate {
  uint64_t handle;
  struct bytes key; /* borrowed from the transaction */
};

struct series_walk {
  struct store_txn *txn;
  const struct series_choice *choice;
  struct key_buffer prefix;
  struct key_buffer start; /* where the walk begins in key order */
  bool started;
  struct cursor cursor;
  bool by_candidates;
  size_t n_candidates;
  size_t next_candidate;
  struct candidate *candidates;
};

static bool condition_holds(const struct series_condition *condition, const struct key *key) {
  if (condition->dimension >= key->n_codes)
    return false;
  for (size_t i = 0; i < condition->n_codes; i++)
    if (bytes_equal(condition->codes[i], key->codes[condition->dimension]))
      return true;
  return false;
}

static bool is_chosen(const struct series_choice *choice, struct bytes text) {
  if (choice->n_conditions == 0 && (choice->pattern == NULL || choice->pattern->all))
    return true;
  struct key key;
  if (key_parse(text, &key, NULL) != KEY_OK)
    return false;
  if (choice->pattern != NULL && !choice->pattern->all &&
      !key_pattern_matches(choice->pattern, key.codes, key.n_codes))
    return false;
  for (size_t i = 0; i < choice->n_conditions; i++)
    if (!condition_holds(&choice->conditions[i], &key))
      return false;
  return true;
}

/* One position's codes: of the pattern, or of a condition. */
struct codes {
  uint8_t dimension;
  struct bytes joined; /* by '+': a pattern's */
  size_t n;            /* else these */
  const struct bytes *list;
};

static bool next_code(struct codes *codes, struct bytes *ret_code) {
  if (codes->list == NULL)
    return key_next_code(&codes->joined, ret_code);
  if (codes->n == 0)
    return false;
  *ret_code = *codes->list++;
  codes->n--;
  return true;
}

static struct key_buffer posting_key(uint32_t dataset_no, uint8_t dimension, struct bytes code) {
  struct key_buffer key = {0};
  key_u32(&key, dataset_no);
  key_u8(&key, dimension);
  key_bytes(&key, code);
  return key;
}

static enum store_status count_codes(struct store_txn *txn, uint32_t dataset_no, struct codes codes,
                                     uint64_t *ret_count) {
  struct bytes code;
  uint64_t total = 0;
  while (next_code(&codes, &code)) {
    uint64_t count = 0;
    TRY(code_series_count(txn, dataset_no, codes.dimension, code, &count));
    total += count;
  }
  *ret_count = total;
  return STORE_OK;
}

/* The position with the fewest series; false where no position narrows the choice. */
static enum store_status find_smallest(struct series_walk *walk, uint32_t dataset_no,
                                       struct codes *ret_codes, uint64_t *ret_count) {
  const struct series_choice *choice = walk->choice;
  size_t n_positions =
      choice->pattern != NULL && !choice->pattern->all ? choice->pattern->n_codes : 0;
  uint64_t least = UINT64_MAX;
  for (size_t i = 0; i < n_positions + choice->n_conditions; i++) {
    struct codes codes = {.dimension = (uint8_t)i};
    if (i < n_positions) {
      codes.joined = choice->pattern->codes[i];
      if (codes.joined.size == 0 || (codes.joined.size == 1 && codes.joined.data[0] == '*'))
        continue;
    } else {
      const struct series_condition *condition = &choice->conditions[i - n_positions];
      codes = (struct codes){
          .dimension = condition->dimension, .n = condition->n_codes, .list = condition->codes};
    }
    uint64_t count = 0;
    TRY(count_codes(walk->txn, dataset_no, codes, &count));
    if (count < least) {
      least = count;
      *ret_codes = codes;
    }
  }
  *ret_count = least;
  return STORE_OK;
}

static enum store_status consider(struct series_walk *walk, uint64_t handle) {
  struct series_head head;
  struct series_details details;
  TRY(series_by_handle(walk->txn, handle, &head, &details));
  if (!is_chosen(walk->choice, details.key))
    return STORE_OK;
  if (walk->choice->after_key.size > 0 && bytes_compare(details.key, walk->choice->after_key) <= 0)
    return STORE_OK;
  walk->candidates[walk->n_candidates++] = (struct candidate){.handle = handle, .key = details.key};
  return STORE_OK;
}

static int by_key(const void *a, const void *b) {
  return bytes_compare(((const struct candidate *)a)->key, ((const struct candidate *)b)->key);
}

static void drop_repeated(struct series_walk *walk) {
  size_t kept = 0;
  for (size_t i = 0; i < walk->n_candidates; i++)
    if (kept == 0 || walk->candidates[i].handle != walk->candidates[kept - 1].handle)
      walk->candidates[kept++] = walk->candidates[i];
  walk->n_candidates = kept;
}

static enum store_status collect(struct series_walk *walk, uint32_t dataset_no, struct codes codes,
                                 uint64_t count) {
  walk->by_candidates = true;
  walk->candidates = calloc(count + 1, sizeof *walk->candidates);
  if (walk->candidates == NULL)
    return STORE_NO_MEMORY;
  TRY(cursor_open(walk->txn, TABLE_POSTINGS, &walk->cursor));
  struct bytes code;
  while (next_code(&codes, &code)) {
    struct key_buffer key = posting_key(dataset_no, codes.dimension, code);
    KEY_OR_RETURN(key);
    uint64_t handle = 0;
    enum store_status status = set_next(&walk->cursor, key_of(&key), 0, &handle);
    while (status == STORE_OK && walk->n_candidates < count) {
      TRY(consider(walk, handle));
      status = set_next(&walk->cursor, key_of(&key), handle + 1, &handle);
    }
    if (status != STORE_OK && status != STORE_NOT_FOUND)
      return status;
  }
  if (walk->n_candidates > 0)
    qsort(walk->candidates, walk->n_candidates, sizeof *walk->candidates, by_key);
  drop_repeated(walk);
  return STORE_OK;
}

/* Leading codes that stand alone narrow the part of the key order to walk. */
static void extend_prefix(struct series_walk *walk) {
  const struct key_pattern *pattern = walk->choice->pattern;
  if (pattern == NULL || pattern->all)
    return;
  for (size_t i = 0; i < pattern->n_codes; i++) {
    struct bytes code = pattern->codes[i];
    bool open = code.size == 0 || memchr(code.data, '*', code.size) != NULL ||
                memchr(code.data, '+', code.size) != NULL;
    if (open)
      return;
    key_bytes(&walk->prefix, code);
    if (i + 1 < pattern->n_codes)
      key_u8(&walk->prefix, '.');
  }
}

static enum store_status prepare(struct series_walk *walk) {
  const struct series_choice *choice = walk->choice;
  if (choice->dataset.size > 0) {
    struct dataset_record dataset;
    TRY(dataset_get(walk->txn, choice->dataset, &dataset));
    key_bytes(&walk->prefix, choice->dataset);
    key_u8(&walk->prefix, '/');
    extend_prefix(walk);
    struct codes codes = {0};
    uint64_t count = UINT64_MAX;
    TRY(find_smallest(walk, dataset.no, &codes, &count));
    if (count <= CANDIDATES_MAX)
      return collect(walk, dataset.no, codes, count);
  }
  if (choice->after_key.size > 0 && bytes_compare(choice->after_key, key_of(&walk->prefix)) >= 0) {
    key_bytes(&walk->start, choice->after_key);
    key_u8(&walk->start, 0);
  } else {
    walk->start = walk->prefix;
  }
  KEY_OR_RETURN(walk->start);
  return cursor_open(walk->txn, TABLE_SERIES, &walk->cursor);
}

enum store_status series_walk_begin(struct store_txn *txn, const struct series_choice *choice,
                                    struct series_walk **ret_walk) {
  assert(choice->dataset.size > 0 || choice->pattern == NULL);
  scoped(series_walk_end) struct series_walk *walk = calloc(1, sizeof *walk);
  if (walk == NULL)
    return STORE_NO_MEMORY;
  walk->txn = txn;
  walk->choice = choice;
  TRY(prepare(walk));
  *ret_walk = walk;
  walk = NULL;
  return STORE_OK;
}

static enum store_status next_candidate(struct series_walk *walk, struct series_head *ret_head,
                                        struct bytes *ret_key) {
  if (walk->next_candidate == walk->n_candidates)
    return STORE_NOT_FOUND;
  const struct candidate *candidate = &walk->candidates[walk->next_candidate++];
  *ret_key = candidate->key;
  return series_by_key(walk->txn, candidate->key, ret_head);
}

enum store_status series_walk_next(struct series_walk *walk, struct series_head *ret_head,
                                   struct bytes *ret_key) {
  if (walk->by_candidates)
    return next_candidate(walk, ret_head, ret_key);
  for (;;) {
    enum store_status status = walk->started ? cursor_next(&walk->cursor)
                                             : cursor_seek(&walk->cursor, key_of(&walk->start));
    walk->started = true;
    TRY(status);
    if (!cursor_within(&walk->cursor, key_of(&walk->prefix)))
      return STORE_NOT_FOUND;
    if (!is_chosen(walk->choice, walk->cursor.key))
      continue;
    *ret_key = walk->cursor.key;
    return head_get(walk->cursor.value, ret_head) > 0 ? STORE_OK : STORE_CORRUPT;
  }
}

void series_walk_end(struct series_walk *walk) {
  if (walk == NULL)
    return;
  cursor_close(&walk->cursor);
  free(walk->candidates);
  free(walk);
}
