/* SPDX-License-Identifier: MIT */
#include "server/find.h"

#include <inttypes.h>
#include <stdio.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "proto/suggest.h"
#include "server/describe.h"
#include "server/find_hint.h"
#include "server/lookup.h"

static bool fail_not_found(struct finder *finder, const struct path *path, const char *reason,
                           const char *hint, const char *message) {
  struct failure failure = {.code = RPC_NOT_FOUND,
                            .reason = reason,
                            .field = path_text(finder->context->arena, path),
                            .hint = hint};
  return context_fail(finder->context, failure, "%s", message);
}

static bool fail_count(struct finder *finder, const struct path *path, const char *reason,
                       const struct dataset_record *dataset, size_t n_codes) {
  return check_fail(
      finder->context, path, reason,
      arena_format(finder->context->arena, "the dimensions are %.*s",
                   (int)dataset->dimension_ids.size, (const char *)dataset->dimension_ids.data),
      "%zu code%s given, but %.*s has %u dimensions.", n_codes, n_codes == 1 ? " is" : "s are",
      (int)dataset->id.size, (const char *)dataset->id.data, (unsigned)dataset->n_dimensions);
}

/* Why there is no series of this key. */
static bool fail_key(struct finder *finder, const struct path *path, struct bytes text) {
  struct context *context = finder->context;
  struct dataset_record dataset;
  struct key key;
  char *copy = arena_text(context->arena, text);
  if (copy == NULL)
    return context_fail_memory(context);
  if (!check_key(context, path, copy, &key) ||
      !lookup_dataset(context, path, key.dataset, &dataset))
    return false;
  if (key.n_codes != dataset.n_dimensions)
    return fail_count(finder, path, "KEY_INVALID", &dataset, key.n_codes);
  const char *hint = NULL;
  if (finder->hints_given++ < FIND_HINTS)
    hint = hint_for_key(context, &dataset, &key);
  const char *message =
      arena_format(context->arena, "There is no series %s.", quoted(context->arena, text));
  return fail_not_found(finder, path, "SERIES_NOT_FOUND", hint, message == NULL ? "" : message);
}

bool find_by_key(struct finder *finder, const struct path *path, struct bytes text,
                 struct found *ret_found) {
  if (text.size == 0 || text.size > LIMIT_SERIES_KEY_BYTES)
    return fail_key(finder, path, text);
  enum store_status status = series_by_key(finder->context->txn, text, &ret_found->head);
  if (status == STORE_NOT_FOUND)
    return fail_key(finder, path, text);
  if (status != STORE_OK)
    return store_ok(finder->context, status, "series", text);
  ret_found->details.key = text;
  ret_found->detailed = false;
  return true;
}

static bool fail_handle(struct finder *finder, const struct path *path, uint64_t handle,
                        enum store_status status) {
  char message[80];
  if (status == STORE_DELETED) {
    snprintf(message, sizeof message, "The series with the handle %" PRIu64 " was deleted.",
             handle);
    return fail_not_found(finder, path, "SERIES_DELETED", "resolve its key again", message);
  }
  snprintf(message, sizeof message, "There is no series with the handle %" PRIu64 ".", handle);
  if (status == STORE_NOT_FOUND)
    return fail_not_found(finder, path, "SERIES_NOT_FOUND",
                          "handles are good within one store_id: resolve the key again", message);
  return context_fail_store(finder->context, status, "series");
}

bool find_by_handle(struct finder *finder, const struct path *path, uint64_t handle,
                    struct found *ret_found) {
  enum store_status status =
      series_by_handle(finder->context->txn, handle, &ret_found->head, &ret_found->details);
  ret_found->detailed = true;
  return status == STORE_OK || fail_handle(finder, path, handle, status);
}

/* A series that was found by its key has that already. */
bool find_details(struct finder *finder, struct found *found) {
  if (!found->detailed && found->head.has_no_attributes) {
    found->details.attributes = bytes_of("", 0);
    found->detailed = true;
  }
  return found->detailed || find_by_handle(finder, NULL, found->head.handle, found);
}

bool find_series(struct finder *finder, const struct path *path,
                 const Bellwether__V1__SeriesRef *ref, struct found *ret_found) {
  if (ref == NULL || ref->ref_case == BELLWETHER__V1__SERIES_REF__REF__NOT_SET)
    return check_fail(finder->context, path, "FIELD_REQUIRED", "give a key or a handle",
                      "The field %s is required.", path->name);
  if (ref->ref_case == BELLWETHER__V1__SERIES_REF__REF_HANDLE)
    return find_by_handle(finder, PATH(path, "handle"), ref->handle, ret_found);
  return find_by_key(finder, PATH(path, "key"), bytes_of_text(ref->key), ret_found);
}

bool find_pattern(struct finder *finder, const struct path *path, struct bytes text,
                  struct chosen *ret_chosen) {
  struct context *context = finder->context;
  *ret_chosen = (struct chosen){.dataset = {.no = 0}};
  if (text.size == 0)
    return true;
  if (!check_pattern(context, path, text, &ret_chosen->pattern) ||
      !lookup_dataset(context, path, ret_chosen->pattern.dataset, &ret_chosen->dataset))
    return false;
  if (!ret_chosen->pattern.all && ret_chosen->pattern.n_codes != ret_chosen->dataset.n_dimensions)
    return fail_count(finder, path, "PATTERN_INVALID", &ret_chosen->dataset,
                      ret_chosen->pattern.n_codes);
  ret_chosen->choice =
      (struct series_choice){.dataset = ret_chosen->dataset.id, .pattern = &ret_chosen->pattern};
  return true;
}

static bool make_condition(struct finder *finder, const struct path *path,
                           const Bellwether__V1__DimensionFilter *filter,
                           const struct dataset_record *dataset,
                           struct series_condition *condition) {
  struct context *context = finder->context;
  uint8_t dimension;
  if (!lookup_dimension(context, PATH(path, "dimension"), dataset, filter->dimension, &dimension))
    return false;
  if (filter->n_codes == 0)
    return check_fail(context, PATH(path, "codes"), "FIELD_REQUIRED", NULL,
                      "A filter needs at least one code.");
  struct bytes *codes = arena_array(context->arena, filter->n_codes, sizeof *codes);
  if (codes == NULL)
    return context_fail_memory(context);
  for (size_t i = 0; i < filter->n_codes; i++) {
    if (!check_code_id(context, PATH_AT(path, "codes", i), filter->codes[i],
                       LIMIT_SERIES_KEY_BYTES))
      return false;
    codes[i] = bytes_of_text(filter->codes[i]);
  }
  *condition =
      (struct series_condition){.dimension = dimension, .n_codes = filter->n_codes, .codes = codes};
  return true;
}

static bool check_filters(struct finder *finder, Bellwether__V1__DimensionFilter *const *filters,
                          size_t n_filters, const struct chosen *chosen) {
  size_t n_codes = 0;
  for (size_t i = 0; i < n_filters; i++)
    n_codes += filters[i]->n_codes;
  if (n_filters > 0 && chosen->dataset.no == 0)
    return check_fail(finder->context, PATH(NULL, "pattern"), "FIELD_REQUIRED",
                      "name the dataset in the pattern",
                      "Filters choose by the dimensions of a dataset.");
  return check_count(finder->context, PATH(NULL, "filters"), n_filters, LIMIT_DIMENSIONS) &&
         check_count(finder->context, PATH(NULL, "filters"), n_codes, LIMIT_PATTERN_CODES);
}

bool find_filters(struct finder *finder, Bellwether__V1__DimensionFilter *const *filters,
                  size_t n_filters, struct chosen *chosen) {
  if (!check_filters(finder, filters, n_filters, chosen))
    return false;
  if (n_filters == 0)
    return true;
  struct series_condition *conditions =
      arena_array(finder->context->arena, n_filters, sizeof *conditions);
  if (conditions == NULL)
    return context_fail_memory(finder->context);
  for (size_t i = 0; i < n_filters; i++)
    if (!make_condition(finder, PATH_AT(NULL, "filters", i), filters[i], &chosen->dataset,
                        &conditions[i]))
      return false;
  chosen->choice.n_conditions = n_filters;
  chosen->choice.conditions = conditions;
  return true;
}

char *find_hint(struct finder *finder, const struct chosen *chosen) {
  struct context *context = finder->context;
  const char *hint = NULL;
  if (chosen->dataset.no != 0)
    hint = hint_for_pattern(context, &chosen->dataset, &chosen->pattern);
  for (size_t i = 0; i < chosen->choice.n_conditions && hint == NULL; i++)
    hint = hint_for_condition(context, &chosen->dataset, &chosen->choice.conditions[i]);
  return text_new(context, bytes_of_text(hint == NULL ? "" : hint));
}

bool find_fail_no_match(struct finder *finder, const struct path *path, struct bytes text,
                        const struct chosen *chosen) {
  struct context *context = finder->context;
  const char *hint = NULL;
  if (finder->hints_given++ < FIND_HINTS)
    hint = hint_for_pattern(context, &chosen->dataset, &chosen->pattern);
  const char *message =
      arena_format(context->arena, "No series matches %s.", quoted(context->arena, text));
  return fail_not_found(finder, path, "NO_MATCH", hint, message == NULL ? "" : message);
}

bool find_release(struct finder *finder, const struct path *path, struct bytes id,
                  struct release_record *ret_record) {
  struct context *context = finder->context;
  enum store_status status = STORE_NOT_FOUND;
  if (id.size > 0 && id.size <= LIMIT_RELEASE_ID_BYTES)
    status = release_get(context->txn, id, ret_record);
  if (status != STORE_NOT_FOUND)
    return store_ok(context, status, "release", id);
  const char *hint = NULL;
  if (finder->hints_given++ < FIND_HINTS)
    hint = hint_for_release(context, id);
  const char *message =
      arena_format(context->arena, "There is no release %s.", quoted(context->arena, id));
  return fail_not_found(finder, path, "RELEASE_NOT_FOUND", hint, message == NULL ? "" : message);
}

bool item_failed(struct context *context, struct list *errors, size_t index) {
  Bellwether__V1__Status *status = context->failure;
  if (status->code == RPC_RESOURCE_EXHAUSTED || status->code == RPC_DEADLINE_EXCEEDED)
    return false;
  Bellwether__V1__ItemError *error = arena_alloc(context->arena, sizeof *error);
  if (error == NULL || !list_add(errors, context->arena, error))
    return context_fail_memory(context);
  bellwether__v1__item_error__init(error);
  error->index = (uint32_t)index;
  error->status = status;
  context->failure = NULL;
  return true;
}
