/* SPDX-License-Identifier: MIT */
#include "server/search_lists.h"

/* A code or an indicator under a term. */
struct source {
  uint8_t strength; /* 0: it is not under it */
  uint8_t fields;
};

struct gathering {
  const struct search *search;
  enum subject_kind kind;
  uint64_t bound;
  const uint8_t *used; /* NULL: all are */
  struct source *sources;
  struct search_lists *lists;
  size_t lists_max;             /* a filter misses none */
  size_t counts[UINT8_MAX + 1]; /* of sources, by strength */
};

static void take(struct gathering *gathering, uint64_t number, uint16_t weight, bool exact) {
  if (number >= gathering->bound)
    return;
  /* A filter has no strength of its own, but passes. */
  uint8_t strength = search_strength(weight, exact);
  struct source *source = &gathering->sources[number];
  strength = strength == 0 ? 1 : strength;
  source->strength = strength > source->strength ? strength : source->strength;
  source->fields |= (uint8_t)weight;
}

static bool walk(struct gathering *gathering, struct bytes text, bool exact) {
  struct context *context = gathering->search->context;
  scoped(index_walk_end) struct index_walk *index_walk = NULL;
  struct index_run run;
  enum store_status status =
      index_walk_begin(context->txn, gathering->kind, text, exact, &index_walk);
  while (status == STORE_OK && (status = index_walk_next(index_walk, &run)) == STORE_OK) {
    uint64_t number;
    uint16_t weight;
    while (index_run_next(&run, &number, &weight))
      take(gathering, number, weight, run.exact);
    if (run.broken)
      status = STORE_CORRUPT;
  }
  return status == STORE_NOT_FOUND || context_fail_store(context, status, "index");
}

/* The least strength of which there is room for some, and how many of it. */
static uint8_t find_least(struct gathering *gathering, size_t *ret_of_least) {
  size_t room = gathering->lists_max - gathering->lists->n_lists;
  unsigned strength = UINT8_MAX;
  for (; strength > 1 && gathering->counts[strength] < room; strength--)
    room -= gathering->counts[strength];
  *ret_of_least = room;
  return (uint8_t)strength;
}

static bool add_list(struct gathering *gathering, uint64_t number) {
  struct context *context = gathering->search->context;
  struct search_lists *lists = gathering->lists;
  const struct source *source = &gathering->sources[number];
  struct subject subject;
  enum store_status status = index_subject(context->txn, gathering->kind, number, &subject);
  if (status != STORE_OK)
    return context_fail_store(context, status, "index");
  uint32_t wanted = gathering->search->dataset_no;
  if (wanted != 0 && wanted != subject.dataset_no)
    return true;
  lists->lists[lists->n_lists++] = (struct search_list){
      subject.dataset_no, subject.dimension, source->strength, source->fields, subject.code};
  return true;
}

/* Room for all that are there, as far as they may be. */
static bool make_room(struct gathering *gathering) {
  struct search_lists *lists = gathering->lists;
  size_t n = gathering->bound - gathering->counts[0] + lists->n_lists;
  n = n < gathering->lists_max ? n : gathering->lists_max;
  struct search_list *grown =
      arena_array(gathering->search->context->arena, n, sizeof *lists->lists);
  if (grown == NULL)
    return context_fail_memory(gathering->search->context);
  if (lists->n_lists > 0)
    memcpy(grown, lists->lists, lists->n_lists * sizeof *grown);
  lists->lists = grown;
  return true;
}

/* Counts what was found, and what of it has series. */
static void count_sources(struct gathering *gathering) {
  for (uint64_t i = 0; i < gathering->bound; i++) {
    struct source *source = &gathering->sources[i];
    gathering->lists->found += source->strength > 0;
    if (gathering->used != NULL && gathering->used[i] == 0)
      source->strength = 0;
    gathering->counts[source->strength]++;
  }
}

static bool add_lists(struct gathering *gathering) {
  struct search_lists *lists = gathering->lists;
  size_t of_least = 0;
  count_sources(gathering);
  if (!make_room(gathering))
    return false;
  uint8_t least = find_least(gathering, &of_least);
  for (uint64_t i = 0; i < gathering->bound && lists->n_lists < gathering->lists_max; i++) {
    uint8_t strength = gathering->sources[i].strength;
    if (strength < least || strength == 0 || (strength == least && of_least == 0))
      continue;
    of_least -= strength == least;
    if (!add_list(gathering, i))
      return false;
  }
  return true;
}

static bool gather(const struct search *search, enum subject_kind kind, const uint8_t *used,
                   struct search_lists *lists) {
  size_t share = SEARCH_LISTS / (search->n_words == 0 ? 1 : search->n_words);
  struct gathering gathering = {.search = search,
                                .kind = kind,
                                .bound = index_bound(search->context->txn, kind),
                                .used = used,
                                .lists = lists,
                                .lists_max = lists->exact ? SIZE_MAX : share};
  scoped(free) struct source *sources = calloc(gathering.bound, sizeof *sources);
  gathering.sources = sources;
  if (sources == NULL)
    return context_fail_memory(search->context);
  return walk(&gathering, lists->text, lists->exact) && add_lists(&gathering);
}

/* About so many postings: a step of one byte and a weight is the least that one takes. */
static bool count_series(struct context *context, struct search_lists *lists) {
  enum { POSTING_BYTES = 3 };
  scoped(index_walk_end) struct index_walk *index_walk = NULL;
  struct index_run run;
  enum store_status status =
      index_walk_begin(context->txn, SUBJECT_SERIES, lists->text, lists->exact, &index_walk);
  while (status == STORE_OK && (status = index_walk_next(index_walk, &run)) == STORE_OK)
    lists->found_series += (uint64_t)(run.end - run.at) / POSTING_BYTES;
  return status == STORE_NOT_FOUND || context_fail_store(context, status, "index");
}

bool search_used_indicators(const struct search *search, uint8_t **ret_used) {
  struct context *context = search->context;
  static const char MARK[] = {INDEX_FREQUENCY};
  uint64_t bound = index_bound(context->txn, SUBJECT_INDICATOR);
  uint8_t *used = arena_zero(context->arena, bound);
  scoped(index_walk_end) struct index_walk *index_walk = NULL;
  struct index_run run;
  if (used == NULL)
    return context_fail_memory(context);
  enum store_status status = index_walk_begin(context->txn, SUBJECT_INDICATOR,
                                              bytes_of(MARK, sizeof MARK), false, &index_walk);
  while (status == STORE_OK && (status = index_walk_next(index_walk, &run)) == STORE_OK) {
    uint64_t number;
    uint16_t weight;
    while (index_run_next(&run, &number, &weight) && number < bound)
      used[number] = 1;
  }
  *ret_used = used;
  return status == STORE_NOT_FOUND || context_fail_store(context, status, "index");
}

bool search_lists_of(const struct search *search, const uint8_t *used, struct bytes text,
                     bool exact, struct search_lists *ret_lists) {
  struct search_lists lists = {.text = text, .exact = exact};
  if (!gather(search, SUBJECT_CODE, NULL, &lists))
    return false;
  lists.n_codes = lists.n_lists;
  /* The codes of the frequency have all series of it, and of the dataset; an indicator under the
   * same word has others, too. */
  bool codes_only = exact && (text.data[0] == INDEX_FREQUENCY || text.data[0] == WORD_DATASET);
  *ret_lists = lists;
  if (codes_only)
    return true;
  if (!gather(search, SUBJECT_INDICATOR, used, &lists) || !count_series(search->context, &lists))
    return false;
  lists.found += lists.found_series;
  *ret_lists = lists;
  return true;
}
