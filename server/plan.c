/* SPDX-License-Identifier: MIT */
#include "server/plan.h"

#include "server/apply.h"

enum { FIRST_ENTRIES = 64 };

Bellwether__V1__WriteSummary *summary_new(struct context *context) {
  Bellwether__V1__WriteSummary *summary = arena_alloc(context->arena, sizeof *summary);
  if (summary == NULL)
    context_fail_memory(context);
  else
    bellwether__v1__write_summary__init(summary);
  return summary;
}

bool plan_init(struct plan *plan, struct context *context, plan_fetch *fetch, void *source) {
  *plan = (struct plan){
      .context = context,
      .fetch = fetch,
      .source = source,
      .arena = arena_new(PLAN_BYTES),
      .scratch = arena_new(PLAN_SCRATCH_BYTES),
      .default_release = NAMES_NONE,
  };
  return (plan->arena != NULL && plan->scratch != NULL) || context_fail_memory(context);
}

void plan_fini(struct plan *plan) {
  names_fini(&plan->dataset_names);
  names_fini(&plan->release_names);
  free(plan->datasets);
  free(plan->releases);
  free(plan->entries);
  arena_free(plan->scratch);
  arena_free(plan->arena);
  *plan = (struct plan){.context = NULL};
}

const struct path *plan_path(struct plan_path *path, const struct plan_place *place,
                             const char *field, const char *leaf) {
  struct path *steps = path->steps;
  size_t index = place->index == PLAN_SINGLE ? PATH_NO_INDEX : place->index;
  steps[0] = (struct path){NULL, "parts", place->part};
  steps[1] = (struct path){place->part == 0 ? NULL : &steps[0], field, index};
  steps[2] = (struct path){&steps[1], leaf, PATH_NO_INDEX};
  return leaf == NULL ? &steps[1] : &steps[2];
}

/* The number of a name, and room for what belongs to it in `table`, zeroed where it is new. */
static bool number_of(struct plan *plan, struct names *names, struct bytes text, void **table,
                      size_t item_size, uint32_t *ret_number) {
  bool is_new = false;
  uint32_t number = names_find(names, text);
  if (number != NAMES_NONE) {
    *ret_number = number;
    return true;
  }
  const char *copy = arena_text(plan->arena, text);
  if (copy == NULL || !names_add(names, bytes_of(copy, text.size), &number, &is_new))
    return context_fail_memory(plan->context);
  void *grown = reallocarray(*table, names->capacity, item_size);
  if (grown == NULL)
    return context_fail_memory(plan->context);
  *table = grown;
  memset((uint8_t *)grown + number * item_size, 0, item_size);
  *ret_number = number;
  return true;
}

static bool name_dataset(struct plan *plan, const struct plan_name *name, struct bytes id,
                         uint32_t *ret_dataset) {
  void *table = plan->datasets;
  uint32_t before = plan->dataset_names.count;
  bool ok = number_of(plan, &plan->dataset_names, id, &table, sizeof *plan->datasets, ret_dataset);
  plan->datasets = table;
  if (ok && plan->dataset_names.count > before)
    plan->datasets[*ret_dataset].name = *name;
  return ok;
}

static bool name_release(struct plan *plan, const struct plan_name *name, struct bytes id,
                         uint32_t *ret_release) {
  void *table = plan->releases;
  uint32_t before = plan->release_names.count;
  bool ok = number_of(plan, &plan->release_names, id, &table, sizeof *plan->releases, ret_release);
  plan->releases = table;
  if (ok && plan->release_names.count > before)
    plan->releases[*ret_release].name = *name;
  return ok;
}

bool plan_name_dataset(struct plan *plan, const struct plan_place *place, const char *field,
                       const char *id, uint32_t *ret_dataset) {
  struct plan_name name = {*place, field, "dataset"};
  return name_dataset(plan, &name, bytes_of_text(id), ret_dataset);
}

bool plan_add_dataset(struct plan *plan, const struct plan_place *place,
                      const Bellwether__V1__Dataset *dataset) {
  struct plan_name name = {*place, "datasets", "id"};
  uint32_t number = 0;
  if (!name_dataset(plan, &name, bytes_of_text(dataset->id), &number))
    return false;
  plan->datasets[number].own = dataset;
  plan->datasets[number].name = name;
  return true;
}

/* One load cannot say two times of publication. */
static bool same_publication(struct plan *plan, const struct plan_name *name,
                             const Bellwether__V1__Release *a, const Bellwether__V1__Release *b) {
  struct release_record first, second;
  struct plan_path path;
  if (!pack_release(plan->context, plan->scratch, a, &first) ||
      !pack_release(plan->context, plan->scratch, b, &second))
    return false;
  if (first.published_ms == second.published_ms && first.precision == second.precision)
    return true;
  struct failure failure = {
      .code = RPC_FAILED_PRECONDITION,
      .reason = "RELEASE_IMMUTABLE",
      .field = path_text(plan->context->arena,
                         plan_path(&path, &name->place, name->field, "published_at_ms")),
  };
  return context_fail(plan->context, failure, "The release %s has two times of publication.",
                      quoted(plan->context->arena, first.id));
}

bool plan_add_release(struct plan *plan, const struct plan_place *place, const char *field,
                      const Bellwether__V1__Release *release, uint32_t *ret_release) {
  struct plan_name name = {*place, field, "id"};
  if (!name_release(plan, &name, bytes_of_text(release->id), ret_release))
    return false;
  struct plan_release *item = &plan->releases[*ret_release];
  if (release_is_reference(release))
    return true;
  if (item->own != NULL && !same_publication(plan, &name, item->own, release))
    return false;
  item->own = release;
  item->name = name;
  return true;
}

bool plan_set_release(struct plan *plan, const Bellwether__V1__Release *release) {
  static const struct plan_place in_the_request = {.index = PLAN_SINGLE};
  return release == NULL ||
         plan_add_release(plan, &in_the_request, "release", release, &plan->default_release);
}

static bool add_entry(struct plan *plan, const struct plan_entry *entry) {
  if (plan->n_entries == plan->entries_capacity) {
    size_t capacity = plan->entries_capacity == 0 ? FIRST_ENTRIES : plan->entries_capacity * 2;
    void *grown = reallocarray(plan->entries, capacity, sizeof *plan->entries);
    if (grown == NULL)
      return context_fail_memory(plan->context);
    plan->entries = grown;
    plan->entries_capacity = capacity;
  }
  plan->entries[plan->n_entries++] = *entry;
  return true;
}

static bool find_release(struct plan *plan, const struct plan_place *place, const char *id,
                         uint32_t *ret_release) {
  struct plan_name name = {*place, "series", "release"};
  struct plan_path path;
  if (id[0] != '\0')
    return name_release(plan, &name, bytes_of_text(id), ret_release);
  if (plan->default_release == NAMES_NONE)
    return check_fail(plan->context, plan_path(&path, place, "series", "release"), "FIELD_REQUIRED",
                      "name it here, or for the whole request",
                      "These statements belong to no release.");
  *ret_release = plan->default_release;
  return true;
}

bool plan_add_statements(struct plan *plan, const struct plan_place *place,
                         const Bellwether__V1__SeriesStatements *statements,
                         const struct rows_span *span) {
  struct plan_name name = {*place, "series", "key"};
  struct plan_path path;
  struct key key;
  struct bytes text = bytes_of_text(statements->key);
  if (!check_key(plan->context, plan_path(&path, place, "series", "key"), statements->key, &key))
    return false;
  struct plan_entry entry = {
      .key = (const uint8_t *)arena_text(plan->arena, text),
      .key_size = (uint8_t)text.size,
      .place = *place,
      .first = span->first,
      .last = span->last,
      .n_rows = (uint32_t)span->n,
      .mode = (uint8_t)statements->mode,
      .has_attributes = statements->attributes != NULL,
  };
  if (entry.key == NULL)
    return context_fail_memory(plan->context);
  if (statements->observations != NULL)
    entry.frequency = (uint8_t)statements->observations->frequency;
  return name_dataset(plan, &name, key.dataset, &entry.dataset) &&
         find_release(plan, place, statements->release, &entry.release) && add_entry(plan, &entry);
}
