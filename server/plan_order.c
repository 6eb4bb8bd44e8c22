/* SPDX-License-Identifier: MIT */
/* The order of a plan's entries, and what must not stand in it twice. */
#include "server/plan.h"

/* One row of entries that overlap. */
struct stated_period {
  int64_t period;
  const struct plan_entry *entry;
};

static int compare_numbers(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static int compare_places(const struct plan_place *a, const struct plan_place *b) {
  int order = compare_numbers(a->part, b->part);
  return order != 0 ? order : compare_numbers(a->index, b->index);
}

/* Within a series. The place makes the order total, so that a replay is the same. */
static int compare_within(const struct plan_entry *a, const struct plan_entry *b,
                          const struct plan *plan) {
  int order = compare_numbers(plan->releases[a->release].rank, plan->releases[b->release].rank);
  if (order == 0)
    order = compare_numbers(a->first, b->first);
  return order != 0 ? order : compare_places(&a->place, &b->place);
}

static int compare_by_key(const void *a, const void *b, void *plan) {
  const struct plan_entry *first = a, *second = b;
  int order = bytes_compare(plan_key(first), plan_key(second));
  return order != 0 ? order : compare_within(first, second, plan);
}

static int compare_by_handle(const void *a, const void *b, void *plan) {
  const struct plan_entry *first = a, *second = b;
  if (first->handle != second->handle)
    return first->handle < second->handle ? -1 : 1;
  return compare_within(first, second, plan);
}

void plan_sort_by_key(struct plan *plan) {
  if (plan->n_entries > 1)
    qsort_r(plan->entries, plan->n_entries, sizeof *plan->entries, compare_by_key, plan);
}

void plan_sort_by_handle(struct plan *plan) {
  if (plan->n_entries > 1)
    qsort_r(plan->entries, plan->n_entries, sizeof *plan->entries, compare_by_handle, plan);
}

static bool same_statement(const struct plan_entry *a, const struct plan_entry *b) {
  return a->release == b->release && bytes_equal(plan_key(a), plan_key(b));
}

/* The entries from `begin` that are of one series and one release. */
static size_t end_of_run(const struct plan *plan, size_t begin) {
  size_t end = begin + 1;
  while (end < plan->n_entries && same_statement(&plan->entries[begin], &plan->entries[end]))
    end++;
  return end;
}

static bool fail_duplicate(struct plan *plan, const struct plan_entry *entry, const char *period) {
  struct plan_path path;
  const struct path *rows = plan_path(&path, &entry->place, "series", NULL);
  return check_fail(plan->context, rows, "DUPLICATE_PERIOD",
                    "state each period of a series once in a release",
                    "%s is stated twice for %s by the same release.",
                    quoted(plan->context->arena, plan_key(entry)), period);
}

static bool fail_replace(struct plan *plan, const struct plan_entry *entry) {
  struct plan_path path;
  const struct path *mode = plan_path(&path, &entry->place, "series", "mode");
  return check_fail(plan->context, mode, "DUPLICATE_PERIOD",
                    "send a series that is replaced in one piece",
                    "%s is replaced, and stated elsewhere by the same release.",
                    quoted(plan->context->arena, plan_key(entry)));
}

static int64_t step_of(const Bellwether__V1__ObservationColumns *columns, size_t row) {
  if (row == 0)
    return 0;
  return columns->n_period_steps == 0 ? 1 : columns->period_steps[row - 1];
}

static bool add_periods(struct plan *plan, const struct plan_entry *entry,
                        struct stated_period *periods) {
  arena_reset(plan->scratch, PLAN_SCRATCH_BYTES);
  const Bellwether__V1__SeriesStatements *statements =
      plan->fetch(plan->source, plan->scratch, &entry->place);
  if (statements == NULL)
    return false;
  int64_t period = entry->first;
  for (size_t row = 0; row < entry->n_rows; row++) {
    period += step_of(statements->observations, row);
    periods[row] = (struct stated_period){.period = period, .entry = entry};
  }
  return true;
}

static int compare_periods(const void *a, const void *b) {
  const struct stated_period *first = a, *second = b;
  int order = compare_numbers(first->period, second->period);
  return order != 0 ? order : compare_places(&first->entry->place, &second->entry->place);
}

static bool check_no_twins(struct plan *plan, struct stated_period *periods, size_t n) {
  char text[PERIOD_TEXT_SIZE];
  if (n > 0)
    qsort(periods, n, sizeof *periods, compare_periods);
  for (size_t i = 1; i < n; i++) {
    if (periods[i].period != periods[i - 1].period)
      continue;
    const struct plan_entry *entry = periods[i].entry;
    period_format((enum frequency)entry->frequency, periods[i].period, text);
    return fail_duplicate(plan, entry, text);
  }
  return true;
}

/* Entries whose ranges interleave, row by row. */
static bool check_rows_of_run(struct plan *plan, size_t begin, size_t end) {
  size_t n_rows = 0;
  for (size_t i = begin; i < end; i++)
    n_rows += plan->entries[i].n_rows;
  scoped(free) struct stated_period *periods = calloc(n_rows + 1, sizeof *periods);
  if (periods == NULL)
    return context_fail_memory(plan->context);
  size_t n = 0;
  for (size_t i = begin; i < end; i++) {
    if (plan->entries[i].n_rows == 0)
      continue;
    if (!add_periods(plan, &plan->entries[i], periods + n))
      return false;
    n += plan->entries[i].n_rows;
  }
  return check_no_twins(plan, periods, n);
}

static bool check_run(struct plan *plan, size_t begin, size_t end) {
  bool overlaps = false;
  bool any = false;
  int64_t last = 0;
  for (size_t i = begin; i < end; i++) {
    const struct plan_entry *entry = &plan->entries[i];
    if (entry->mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE)
      return fail_replace(plan, entry);
    if (entry->n_rows == 0)
      continue;
    overlaps = overlaps || (any && entry->first <= last);
    last = any && last > entry->last ? last : entry->last;
    any = true;
  }
  return !overlaps || check_rows_of_run(plan, begin, end);
}

bool plan_check_duplicates(struct plan *plan) {
  for (size_t begin = 0, end = 0; begin < plan->n_entries; begin = end) {
    end = end_of_run(plan, begin);
    if (end - begin > 1 && !check_run(plan, begin, end))
      return false;
  }
  return true;
}
