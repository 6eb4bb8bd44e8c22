/* SPDX-License-Identifier: MIT */
/* What a plan needs of the store, before anything is written. */
#include "server/plan.h"

#include "server/apply.h"
#include "server/lookup.h"

/* A record that outlives the next write: the dimensions are all that is needed of it. */
static bool keep_dataset(struct plan *plan, struct dataset_record *record) {
  const char *dimension_ids = arena_text(plan->arena, record->dimension_ids);
  const char *id = arena_text(plan->arena, record->id);
  if (dimension_ids == NULL || id == NULL)
    return context_fail_memory(plan->context);
  record->dimension_ids = bytes_of(dimension_ids, record->dimension_ids.size);
  record->id = bytes_of(id, record->id.size);
  record->description = bytes_of("", 0);
  return true;
}

static bool check_dataset_of_plan(struct plan *plan, uint32_t number) {
  struct plan_dataset *dataset = &plan->datasets[number];
  struct plan_path room;
  const struct path *path =
      plan_path(&room, &dataset->name.place, dataset->name.field, dataset->name.leaf);
  if (dataset->own == NULL)
    return lookup_dataset(plan->context, path, plan->dataset_names.texts[number],
                          &dataset->record) &&
           keep_dataset(plan, &dataset->record);
  return pack_dataset(plan->context, plan->arena, dataset->own, &dataset->record) &&
         dataset_may_change(plan->context, path->parent, &dataset->record);
}

static bool check_release_of_plan(struct plan *plan, uint32_t number) {
  struct plan_release *release = &plan->releases[number];
  struct plan_path room;
  const struct path *path =
      plan_path(&room, &release->name.place, release->name.field, release->name.leaf);
  struct bytes id = plan->release_names.texts[number];
  if (release->own == NULL) {
    bool found = lookup_release(plan->context, path, id, &release->record);
    release->record.id = id;
    release->record.description = bytes_of("", 0);
    return found;
  }
  return pack_release(plan->context, plan->arena, release->own, &release->record) &&
         release_may_change(plan->context, path->parent, &release->record);
}

static int compare_releases(const void *a, const void *b) {
  const struct release_record *first = &(*(struct plan_release *const *)a)->record;
  const struct release_record *second = &(*(struct plan_release *const *)b)->record;
  if (first->published_ms != second->published_ms)
    return first->published_ms < second->published_ms ? -1 : 1;
  return bytes_compare(first->id, second->id);
}

static bool rank_releases(struct plan *plan) {
  size_t n = plan->release_names.count;
  struct plan_release **order = arena_array(plan->arena, n, sizeof *order);
  if (order == NULL)
    return context_fail_memory(plan->context);
  for (size_t i = 0; i < n; i++)
    order[i] = &plan->releases[i];
  if (n > 0)
    qsort(order, n, sizeof *order, compare_releases);
  for (size_t i = 0; i < n; i++)
    order[i]->rank = (uint32_t)i;
  return true;
}

static bool fail_key(struct plan *plan, const struct plan_entry *entry, const char *hint,
                     const char *what) {
  struct plan_path path;
  return check_fail(plan->context, plan_path(&path, &entry->place, "series", "key"), "KEY_INVALID",
                    hint, "\"%s\" %s.", quoted(plan->context->arena, plan_key(entry)), what);
}

static bool fail_dimensions(struct plan *plan, const struct plan_entry *entry,
                            const struct dataset_record *record) {
  const char *hint =
      arena_format(plan->context->arena, "the dimensions are %.*s", (int)record->dimension_ids.size,
                   (const char *)record->dimension_ids.data);
  return fail_key(plan, entry, hint, "has not one code for each dimension of the dataset");
}

/* The number of codes, and the frequency that one of them is. */
static bool check_codes(struct plan *plan, struct plan_entry *entry) {
  const struct dataset_record *record = &plan->datasets[entry->dataset].record;
  struct plan_path path;
  struct key key;
  if (key_parse(plan_key(entry), &key, NULL) != KEY_OK || key.n_codes != record->n_dimensions)
    return fail_dimensions(plan, entry, record);
  struct bytes code = key.codes[record->frequency_dimension];
  enum frequency frequency =
      code.size == 1 ? frequency_from_letter((char)code.data[0]) : FREQUENCY_NONE;
  if (frequency == FREQUENCY_NONE)
    return fail_key(plan, entry, "the code is one of A S Q M W B D H N",
                    "has a code of its FREQUENCY dimension that is no frequency");
  if (entry->frequency != FREQUENCY_NONE && entry->frequency != frequency)
    return check_fail(
        plan->context, PATH(plan_path(&path, &entry->place, "series", "observations"), "frequency"),
        "FIELD_INVALID", "leave it out: the key has it", "The frequency is not the one of %s.",
        quoted(plan->context->arena, plan_key(entry)));
  entry->frequency = (uint8_t)frequency;
  return true;
}

/* Only a series that is wrong is fetched, to tell the row. */
static bool check_entry(struct plan *plan, struct plan_entry *entry) {
  struct plan_path path;
  if (!check_codes(plan, entry))
    return false;
  enum frequency frequency = (enum frequency)entry->frequency;
  if (entry->n_rows == 0 ||
      (period_is_valid(frequency, entry->first) && period_is_valid(frequency, entry->last)))
    return true;
  arena_reset(plan->scratch, PLAN_SCRATCH_BYTES);
  const Bellwether__V1__SeriesStatements *statements =
      plan->fetch(plan->source, plan->scratch, &entry->place);
  return statements != NULL &&
         check_calendar(plan->context, plan_path(&path, &entry->place, "series", NULL), statements,
                        frequency);
}

bool plan_check(struct plan *plan) {
  for (uint32_t i = 0; i < plan->dataset_names.count; i++) {
    if (!check_dataset_of_plan(plan, i))
      return false;
  }
  for (uint32_t i = 0; i < plan->release_names.count; i++) {
    if (!check_release_of_plan(plan, i))
      return false;
  }
  for (size_t i = 0; i < plan->n_entries; i++) {
    if (!check_entry(plan, &plan->entries[i]))
      return false;
  }
  if (!rank_releases(plan))
    return false;
  plan_sort_by_key(plan);
  return plan_check_duplicates(plan);
}
