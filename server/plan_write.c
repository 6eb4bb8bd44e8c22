/* SPDX-License-Identifier: MIT */
/* A plan that was found good, written. */
#include "server/plan.h"

#include "server/apply.h"
#include "server/lookup.h"
#include "server/put_words.h"

bool plan_describe(struct plan *plan, Bellwether__V1__WriteSummary *summary) {
  enum put_result result = PUT_SAME;
  for (uint32_t i = 0; i < plan->dataset_names.count; i++) {
    struct plan_dataset *dataset = &plan->datasets[i];
    if (dataset->own == NULL)
      continue;
    struct dataset_record stored;
    if (!store_ok(plan->context, dataset_put(plan->context->txn, &dataset->record, &result),
                  "dataset", dataset->record.id) ||
        !store_ok(plan->context, dataset_get(plan->context->txn, dataset->record.id, &stored),
                  "dataset", dataset->record.id))
      return false;
    dataset->record.no = stored.no;
    summary->changed = summary->changed || result != PUT_SAME;
  }
  for (uint32_t i = 0; i < plan->release_names.count; i++) {
    struct plan_release *release = &plan->releases[i];
    if (release->own == NULL)
      continue;
    if (!store_ok(plan->context,
                  release_put(plan->context->txn, &release->record, &release->record.no, &result),
                  "release", release->record.id))
      return false;
    summary->releases_new += result == PUT_NEW;
    summary->changed = summary->changed || result != PUT_SAME;
  }
  return true;
}

/* Nothing is said of any period. */
static bool is_empty(const struct plan_entry *entry) {
  return entry->n_rows == 0 && entry->mode != BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE;
}

static size_t end_of_key(const struct plan *plan, size_t begin) {
  size_t end = begin + 1;
  while (end < plan->n_entries &&
         bytes_equal(plan_key(&plan->entries[begin]), plan_key(&plan->entries[end])))
    end++;
  return end;
}

static size_t end_of_handle(const struct plan *plan, size_t begin) {
  size_t end = begin + 1;
  while (end < plan->n_entries && plan->entries[begin].handle == plan->entries[end].handle)
    end++;
  return end;
}

/* The series of some entries; handle 0 where it is not there and nothing is stated of it. */
static bool find_or_make(struct plan *plan, size_t begin, size_t end, uint64_t *ret_handle,
                         bool *ret_new) {
  const struct plan_entry *entry = &plan->entries[begin];
  struct series_head head = {.handle = 0};
  struct key key;
  bool all_empty = true;
  for (size_t i = begin; i < end; i++)
    all_empty = all_empty && is_empty(&plan->entries[i]);
  enum store_status status = STORE_OK;
  *ret_new = false;
  if (all_empty) {
    status = series_by_key(plan->context->txn, plan_key(entry), &head);
    if (status == STORE_NOT_FOUND)
      status = STORE_OK;
  } else if (key_parse(plan_key(entry), &key, NULL) == KEY_OK) {
    status = series_make(plan->context->txn, &plan->datasets[entry->dataset].record, &key,
                         entry->frequency, &head, ret_new);
  }
  *ret_handle = head.handle;
  return store_ok(plan->context, status, "series", plan_key(entry));
}

/* Words of the codes of a series that is new. */
static bool index_new(struct plan *plan, struct words_known *known,
                      const struct plan_entry *entry) {
  struct key key;
  arena_reset(plan->scratch, PLAN_SCRATCH_BYTES);
  return key_parse(plan_key(entry), &key, NULL) != KEY_OK ||
         put_new_series_words(plan->context, known, plan->scratch,
                              &plan->datasets[entry->dataset].record, &key, entry->frequency);
}

static bool make_series(struct plan *plan) {
  struct words_known known = {.arena = plan->arena};
  for (size_t begin = 0, end = 0; begin < plan->n_entries; begin = end) {
    uint64_t handle = 0;
    bool is_new = false;
    end = end_of_key(plan, begin);
    if (!find_or_make(plan, begin, end, &handle, &is_new) ||
        (is_new && !index_new(plan, &known, &plan->entries[begin])))
      return false;
    for (size_t i = begin; i < end; i++) {
      plan->entries[i].handle = handle;
      plan->entries[i].new_series = is_new;
    }
  }
  return true;
}

static void count_statements(Bellwether__V1__WriteSummary *summary,
                             const struct statement_counts *counts) {
  summary->observations_added += counts->added;
  summary->observations_revised += counts->revised;
  summary->observations_unchanged += counts->unchanged;
  summary->observations_withdrawn += counts->withdrawn;
}

/* The rows, and the attributes where these are the last of the series. */
static bool write_entry(struct plan *plan, const struct plan_entry *entry, bool set_attributes,
                        Bellwether__V1__WriteSummary *summary, bool *changed) {
  struct statements statements;
  struct statement_counts counts = {.added = 0};
  bool attributes_changed = false;
  arena_reset(plan->scratch, PLAN_SCRATCH_BYTES);
  const Bellwether__V1__SeriesStatements *message =
      plan->fetch(plan->source, plan->scratch, &entry->place);
  if (message == NULL)
    return false;
  if (!is_empty(entry)) {
    if (!statements_of(plan->context, plan->scratch, message, &statements))
      return false;
    statements.release_no = plan->releases[entry->release].record.no;
    if (!store_ok(plan->context,
                  statements_write(plan->context->txn, entry->handle, &statements, plan->scratch,
                                   &counts),
                  "series", plan_key(entry)))
      return false;
    count_statements(summary, &counts);
  }
  if (set_attributes && !apply_attributes(plan->context, plan->scratch, entry->handle,
                                          message->attributes, &attributes_changed))
    return false;
  *changed = *changed || counts.changed || attributes_changed;
  return true;
}

/* The place of the attributes that count: the last ones of the request. */
static const struct plan_entry *last_attributes(const struct plan *plan, size_t begin, size_t end) {
  const struct plan_entry *last = NULL;
  for (size_t i = begin; i < end; i++) {
    const struct plan_entry *entry = &plan->entries[i];
    if (entry->has_attributes &&
        (last == NULL || entry->place.part > last->place.part ||
         (entry->place.part == last->place.part && entry->place.index > last->place.index)))
      last = entry;
  }
  return last;
}

static bool write_series(struct plan *plan, size_t begin, size_t end,
                         Bellwether__V1__WriteSummary *summary) {
  const struct plan_entry *first = &plan->entries[begin];
  const struct plan_entry *attributes = last_attributes(plan, begin, end);
  bool changed = first->new_series;
  if (first->handle == 0)
    return true;
  for (size_t i = begin; i < end; i++) {
    const struct plan_entry *entry = &plan->entries[i];
    if (!write_entry(plan, entry, entry == attributes, summary, &changed))
      return false;
  }
  summary->series_new += first->new_series;
  summary->series_changed += changed && !first->new_series;
  summary->series_unchanged += !changed;
  summary->changed = summary->changed || changed;
  return true;
}

bool plan_write(struct plan *plan, Bellwether__V1__WriteSummary *summary) {
  if (!make_series(plan))
    return false;
  plan_sort_by_handle(plan);
  for (size_t begin = 0, end = 0; begin < plan->n_entries; begin = end) {
    end = end_of_handle(plan, begin);
    if (!write_series(plan, begin, end, summary))
      return false;
  }
  return true;
}
