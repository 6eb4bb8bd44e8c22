/* SPDX-License-Identifier: MIT */
#include "server/find_hint.h"

#include "proto/suggest.h"

enum { NAMES_COMPARED = 5000, KEYS_TRIED = 64 };

/* The nearest of the names that were offered. */
struct nearest {
  struct bytes wanted;
  struct bytes name;
  size_t limit; /* of the distance to be nearer */
};

static struct nearest nearest_to(struct bytes wanted) {
  return (struct nearest){.wanted = wanted, .limit = suggest_limit(wanted.size)};
}

/* False once nothing can be nearer. */
static bool offer(struct nearest *nearest, struct bytes name) {
  size_t distance = suggest_distance(nearest->wanted, name, nearest->limit);
  if (distance > nearest->limit)
    return true;
  nearest->name = name;
  if (distance == 0)
    return false;
  nearest->limit = distance - 1;
  return true;
}

static const char *did_you_mean(struct context *context, struct bytes name) {
  if (name.size == 0)
    return NULL;
  return arena_format(context->arena, "did you mean %.*s?", (int)name.size,
                      (const char *)name.data);
}

static struct bytes nearest_code(struct context *context, uint32_t dataset_no, uint8_t dimension,
                                 struct bytes code) {
  struct nearest nearest = nearest_to(code);
  struct bytes used = bytes_of("", 0);
  uint64_t count;
  for (size_t i = 0; i < NAMES_COMPARED; i++) {
    if (code_used_next(context->txn, dataset_no, dimension, used, &used, &count) != STORE_OK ||
        !offer(&nearest, used))
      break;
  }
  return nearest.name;
}

static bool is_used(struct context *context, uint32_t dataset_no, uint8_t dimension,
                    struct bytes code) {
  uint64_t count = 0;
  return code_series_count(context->txn, dataset_no, dimension, code, &count) == STORE_OK &&
         count > 0;
}

/* A key put together again. */
struct whole_key {
  size_t size;
  uint8_t data[LIMIT_SERIES_KEY_BYTES];
};

static bool append(struct whole_key *whole, char separator, struct bytes text) {
  if (whole->size + text.size + 1 > sizeof whole->data)
    return false;
  if (separator != '\0')
    whole->data[whole->size++] = (uint8_t)separator;
  if (text.size > 0)
    memcpy(whole->data + whole->size, text.data, text.size);
  whole->size += text.size;
  return true;
}

static bool exists(struct context *context, const struct key *key, struct whole_key *ret_whole) {
  struct series_head head;
  struct whole_key whole = {.size = 0};
  bool fits = append(&whole, '\0', key->dataset);
  for (size_t i = 0; i < key->n_codes && fits; i++)
    fits = append(&whole, i == 0 ? '/' : '.', key->codes[i]);
  if (!fits || series_by_key(context->txn, bytes_of(whole.data, whole.size), &head) != STORE_OK)
    return false;
  *ret_whole = whole;
  return true;
}

/* Puts the nearest code in use wherever no series has the key's. */
static bool mend_unused(struct context *context, uint32_t dataset_no, struct key *key,
                        bool *ret_mended) {
  *ret_mended = false;
  for (uint8_t i = 0; i < key->n_codes; i++) {
    if (is_used(context, dataset_no, i, key->codes[i]))
      continue;
    struct bytes code = nearest_code(context, dataset_no, i, key->codes[i]);
    if (code.size == 0)
      return false;
    key->codes[i] = code;
    *ret_mended = true;
  }
  return true;
}

/* The nearest existing key that has another code at this place; ret_limit shrinks. */
static void try_place(struct context *context, uint32_t dataset_no, struct key key, uint8_t place,
                      size_t *limit, struct whole_key *best) {
  struct bytes wanted = key.codes[place], used = bytes_of("", 0);
  uint64_t count;
  size_t n_tried = 0;
  for (size_t i = 0; i < NAMES_COMPARED && n_tried<KEYS_TRIED && * limit> 0; i++) {
    if (code_used_next(context->txn, dataset_no, place, used, &used, &count) != STORE_OK)
      return;
    size_t distance = suggest_distance(wanted, used, *limit);
    if (distance > *limit || bytes_equal(wanted, used))
      continue;
    key.codes[place] = used;
    n_tried++;
    if (exists(context, &key, best))
      *limit = distance == 0 ? 0 : distance - 1;
  }
}

static const char *unknown_code(struct context *context, const struct dataset_record *dataset,
                                const struct key *key) {
  for (uint8_t i = 0; i < key->n_codes; i++)
    if (!is_used(context, dataset->no, i, key->codes[i]))
      return arena_format(context->arena,
                          "no series has the code %.*s in that place; ListSeries has all series",
                          (int)key->codes[i].size, (const char *)key->codes[i].data);
  return "ListSeries has all series";
}

static const char *near_key(struct context *context, const struct dataset_record *dataset,
                            const struct key *key) {
  struct key mended = *key;
  struct whole_key best = {.size = 0};
  bool was_unused = false;
  if (!mend_unused(context, dataset->no, &mended, &was_unused))
    return NULL;
  if (was_unused && exists(context, &mended, &best))
    return did_you_mean(context, bytes_of(best.data, best.size));
  size_t limit = 4;
  for (uint8_t i = 0; i < mended.n_codes && limit > 0; i++) {
    size_t here = suggest_limit(mended.codes[i].size);
    size_t before = here < limit ? here : limit, left = before;
    try_place(context, dataset->no, mended, i, &left, &best);
    if (left < before)
      limit = left;
  }
  return did_you_mean(context, bytes_of(best.data, best.size));
}

const char *hint_for_key(struct context *context, const struct dataset_record *dataset,
                         const struct key *key) {
  const char *near = near_key(context, dataset, key);
  return near != NULL ? near : unknown_code(context, dataset, key);
}

/* NULL where a series has it. */
static const char *hint_for_code(struct context *context, uint32_t dataset_no, uint8_t dimension,
                                 struct bytes code) {
  if (is_used(context, dataset_no, dimension, code))
    return NULL;
  struct bytes near = nearest_code(context, dataset_no, dimension, code);
  if (near.size > 0)
    return arena_format(context->arena, "no series has the code %.*s: did you mean %.*s?",
                        (int)code.size, (const char *)code.data, (int)near.size,
                        (const char *)near.data);
  return arena_format(context->arena, "no series has the code %.*s", (int)code.size,
                      (const char *)code.data);
}

const char *hint_for_pattern(struct context *context, const struct dataset_record *dataset,
                             const struct key_pattern *pattern) {
  size_t n_looked = 0;
  const char *hint = NULL;
  for (uint8_t i = 0; i < pattern->n_codes && hint == NULL; i++) {
    struct bytes rest = pattern->codes[i], code;
    while (hint == NULL && n_looked++ < KEYS_TRIED && key_next_code(&rest, &code))
      if (!bytes_equal(code, bytes_of_text("*")))
        hint = hint_for_code(context, dataset->no, i, code);
  }
  return hint;
}

const char *hint_for_condition(struct context *context, const struct dataset_record *dataset,
                               const struct series_condition *condition) {
  const char *hint = NULL;
  for (size_t i = 0; i < condition->n_codes && i < KEYS_TRIED && hint == NULL; i++)
    hint = hint_for_code(context, dataset->no, condition->dimension, condition->codes[i]);
  return hint;
}

const char *hint_for_release(struct context *context, struct bytes id) {
  struct nearest nearest = nearest_to(id);
  struct release_record record = {.published_ms = INT64_MIN, .id = bytes_of("", 0)};
  for (size_t i = 0; i < NAMES_COMPARED; i++) {
    if (release_next(context->txn, record.published_ms, record.id, &record) != STORE_OK ||
        !offer(&nearest, record.id))
      break;
  }
  const char *hint = did_you_mean(context, nearest.name);
  return hint != NULL ? hint : "ListReleases has those that there are";
}

const char *hint_for_indicator(struct context *context, uint32_t dataset_no, struct bytes id) {
  struct nearest nearest = nearest_to(id);
  struct bytes near = bytes_of("", 0), description;
  for (size_t i = 0; i < NAMES_COMPARED; i++) {
    if (indicator_next(context->txn, dataset_no, near, &near, &description) != STORE_OK ||
        !offer(&nearest, near))
      break;
  }
  return did_you_mean(context, nearest.name);
}
