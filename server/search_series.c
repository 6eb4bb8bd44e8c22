/* SPDX-License-Identifier: MIT */
/* Series that pass all terms, scored: one cell a series, a window of handles at a time, and in it
 * one walk a term through the series of its codes. */
#include "server/search_lists.h"

struct cell {
  float score;
  uint8_t stamp;    /* so many terms have passed */
  uint8_t strength; /* of the term at hand: its best */
  uint8_t fields;   /* of the term at hand */
  uint8_t common;   /* fields that every word was in */
};

struct finding {
  const struct search *search;
  struct search_lists terms[SEARCH_TERMS];
  struct search_lists wholes[LIMIT_SEARCH_WORDS];
  struct dataset_record dataset; /* the last one asked for */
  struct handle_walk *walk;
  struct cell *cells;
  uint64_t first; /* handles of the window */
  uint64_t end;
  uint64_t handles_left;
};

static inline void take(struct finding *finding, uint64_t handle, uint8_t stamp, uint8_t strength,
                        uint8_t fields) {
  if (handle < finding->first || handle >= finding->end)
    return;
  struct cell *cell = &finding->cells[handle - finding->first];
  if (cell->stamp == stamp) {
    cell->stamp++;
    cell->strength = strength;
    cell->fields = fields;
  } else if (cell->stamp == stamp + 1) {
    cell->strength = strength > cell->strength ? strength : cell->strength;
    cell->fields |= fields;
  }
}

/* Handles of a run, big-endian; false where the window ends within it. */
static bool take_run(struct finding *finding, struct bytes run, uint8_t stamp,
                     const struct search_list *list) {
  uint64_t handle = 0;
  for (size_t at = 0; at + sizeof handle <= run.size; at += sizeof handle) {
    memcpy(&handle, run.data + at, sizeof handle);
    handle = __builtin_bswap64(handle);
    take(finding, handle, stamp, list->strength, list->fields);
  }
  uint64_t n = run.size / sizeof handle;
  finding->handles_left -= n < finding->handles_left ? n : finding->handles_left;
  return handle < finding->end && finding->handles_left > 0;
}

/* An indicator's dimension is its dataset's. */
static enum store_status find_dimension(struct finding *finding, const struct search_list *list,
                                        bool is_indicator, uint8_t *ret_dimension) {
  enum store_status status = STORE_OK;
  if (is_indicator && finding->dataset.no != list->dataset_no)
    status = dataset_get_by_no(finding->search->context->txn, list->dataset_no, &finding->dataset);
  *ret_dimension = is_indicator ? finding->dataset.indicator_dimension : list->dimension;
  return status;
}

static enum store_status take_list(struct finding *finding, const struct search_list *list,
                                   bool is_indicator, uint8_t stamp) {
  uint8_t dimension = 0;
  struct bytes run;
  enum store_status status = find_dimension(finding, list, is_indicator, &dimension);
  if (status != STORE_OK || dimension == STORE_NO_DIMENSION)
    return status;
  status = handle_walk_seek(finding->walk, list->dataset_no, dimension, list->code, finding->first,
                            &run);
  while (status == STORE_OK && take_run(finding, run, stamp, list))
    status = handle_walk_next(finding->walk, &run);
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* Series that have the term in their own words. */
static enum store_status take_own(struct finding *finding, const struct search_lists *lists,
                                  uint8_t stamp) {
  scoped(index_walk_end) struct index_walk *walk = NULL;
  struct index_run run;
  enum store_status status = index_walk_begin(finding->search->context->txn, SUBJECT_SERIES,
                                              lists->text, lists->exact, &walk);
  while (status == STORE_OK && (status = index_walk_next(walk, &run)) == STORE_OK) {
    uint64_t handle;
    uint16_t weight;
    if (run.number >= finding->end)
      continue;
    while (index_run_next(&run, &handle, &weight))
      take(finding, handle, stamp, search_strength(weight, run.exact), (uint8_t)weight);
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

static enum store_status take_term(struct finding *finding, const struct search_lists *lists,
                                   uint8_t stamp) {
  enum store_status status = lists->found_series == 0 ? STORE_OK : take_own(finding, lists, stamp);
  for (size_t i = 0; i < lists->n_lists && finding->handles_left > 0 && status == STORE_OK; i++)
    status = take_list(finding, &lists->lists[i], i >= lists->n_codes, stamp);
  return status;
}

/* Adds the term to the scores of what has passed it; how many these are. */
static uint64_t count_in(struct finding *finding, size_t term, uint8_t stamp) {
  bool filter = finding->search->terms[term].filter;
  const struct search_lists *lists = &finding->terms[term];
  float rarity =
      search_rarity(lists->found, search_subjects(finding->search) + lists->found_series) /
      SEARCH_STRENGTH_UNIT;
  uint64_t passed = 0;
  for (uint64_t i = 0; i < finding->end - finding->first; i++) {
    struct cell *cell = &finding->cells[i];
    if (cell->stamp != stamp + 1)
      continue;
    passed++;
    if (filter)
      continue;
    cell->score += rarity * cell->strength;
    cell->common &= cell->fields;
  }
  return passed;
}

/* A series of which the id is the query's has passed all terms; it is stamped once more. */
static enum store_status add_wholes(struct finding *finding) {
  uint8_t stamp = (uint8_t)finding->search->n_terms;
  for (size_t i = 0; i < finding->search->n_wholes; i++) {
    enum store_status status = take_term(finding, &finding->wholes[i], stamp);
    if (status != STORE_OK)
      return status;
  }
  return STORE_OK;
}

static bool collect(const struct finding *finding, struct search_hits *hits) {
  const struct search *search = finding->search;
  for (uint64_t i = 0; i < finding->end - finding->first; i++) {
    const struct cell *cell = &finding->cells[i];
    if (cell->stamp < search->n_terms)
      continue;
    float score = cell->score;
    if (cell->stamp > search->n_terms)
      score += search_whole_bonus(search_subjects(finding->search));
    if ((cell->common & WORD_NAME) != 0)
      score *= SEARCH_ALL_IN_NAME;
    struct search_hit hit = {
        .score = score * SEARCH_SERIES, .kind = SUBJECT_SERIES, .number = finding->first + i};
    if (!search_hits_add(hits, search->context, hit))
      return false;
  }
  return true;
}

static bool search_window(struct finding *finding, struct search_hits *hits) {
  struct context *context = finding->search->context;
  enum store_status status = STORE_OK;
  memset(finding->cells, 0, (finding->end - finding->first) * sizeof *finding->cells);
  for (uint64_t i = 0; i < finding->end - finding->first; i++)
    finding->cells[i].common = UINT8_MAX;
  for (size_t i = 0; i < finding->search->n_terms && status == STORE_OK; i++) {
    if (!context_in_time(context))
      return false;
    status = take_term(finding, &finding->terms[i], (uint8_t)i);
    if (status == STORE_OK && count_in(finding, i, (uint8_t)i) == 0)
      return true;
  }
  if (status == STORE_OK)
    status = add_wholes(finding);
  return status == STORE_OK ? collect(finding, hits) : context_fail_store(context, status, "index");
}

/* What there is under the terms; *ret_any is false where one of them has nothing. */
static bool find_lists(struct finding *finding, bool *ret_any) {
  const struct search *search = finding->search;
  uint8_t *used = NULL;
  if (!search_used_indicators(search, &used))
    return false;
  *ret_any = true;
  for (size_t i = 0; i < search->n_terms && *ret_any; i++) {
    const struct search_term *term = &search->terms[i];
    if (!context_in_time(search->context) ||
        !search_lists_of(search, used, term->text, term->filter, &finding->terms[i]))
      return false;
    *ret_any = finding->terms[i].n_lists + finding->terms[i].found_series > 0;
  }
  for (size_t i = 0; i < search->n_wholes && *ret_any; i++)
    if (!search_lists_of(search, used, search->wholes[i], true, &finding->wholes[i]))
      return false;
  return true;
}

static bool search_windows(struct finding *finding, struct search_hits *hits) {
  struct context *context = finding->search->context;
  uint64_t bound = index_bound(context->txn, SUBJECT_SERIES);
  uint64_t width = bound < SEARCH_WINDOW ? bound : SEARCH_WINDOW;
  scoped(handle_walk_end) struct handle_walk *walk = NULL;
  scoped(free) struct cell *cells = malloc(width * sizeof *cells);
  if (cells == NULL)
    return context_fail_memory(context);
  enum store_status status = handle_walk_begin(context->txn, &walk);
  if (status != STORE_OK)
    return context_fail_store(context, status, "index");
  finding->walk = walk;
  finding->cells = cells;
  finding->handles_left = SEARCH_HANDLES;
  for (finding->first = 0; finding->first < bound; finding->first = finding->end) {
    finding->end = bound - finding->first < width ? bound : finding->first + width;
    if (!search_window(finding, hits))
      return false;
  }
  return true;
}

bool search_series(const struct search *search, struct search_hits *hits) {
  struct finding *finding = arena_zero(search->context->arena, sizeof *finding);
  bool any = false;
  if (finding == NULL)
    return context_fail_memory(search->context);
  finding->search = search;
  return find_lists(finding, &any) && (!any || search_windows(finding, hits));
}
