/* SPDX-License-Identifier: MIT */
#include "server/search_lists.h"

enum { FIRST_OWN = 256 };

/* A code or an indicator under a term. */
struct source {
  uint8_t strength; /* 0: it is not under it */
  uint8_t fields;
};

struct gathering {
  const struct search *search;
  enum subject_kind kind;
  uint64_t bound;
  struct source *sources;
  struct search_lists *lists;
  size_t lists_max; /* a filter misses none */
  size_t own_capacity;
  size_t counts[UINT8_MAX + 1]; /* of sources, by strength */
};

static bool add_own(struct gathering *gathering, uint64_t handle, uint8_t strength,
                    uint8_t fields) {
  struct search_lists *lists = gathering->lists;
  if (lists->n_own == SEARCH_WINDOW)
    return true;
  if (lists->n_own == gathering->own_capacity) {
    size_t capacity = gathering->own_capacity == 0 ? FIRST_OWN : 4 * gathering->own_capacity;
    struct search_own *grown =
        arena_array(gathering->search->context->arena, capacity, sizeof *grown);
    if (grown == NULL)
      return context_fail_memory(gathering->search->context);
    if (lists->n_own > 0)
      memcpy(grown, lists->own, lists->n_own * sizeof *grown);
    lists->own = grown;
    gathering->own_capacity = capacity;
  }
  lists->own[lists->n_own++] = (struct search_own){handle, strength, fields};
  return true;
}

static bool take(struct gathering *gathering, uint64_t number, uint16_t weight, bool exact) {
  /* A filter has no strength of its own, but passes. */
  uint8_t strength = search_strength(weight, exact);
  strength = strength == 0 ? 1 : strength;
  if (gathering->kind == SUBJECT_SERIES)
    return add_own(gathering, number, strength, (uint8_t)weight);
  if (number >= gathering->bound)
    return true;
  struct source *source = &gathering->sources[number];
  source->strength = strength > source->strength ? strength : source->strength;
  source->fields |= (uint8_t)weight;
  return true;
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
      if (!take(gathering, number, weight, run.exact))
        return false;
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

static bool add_lists(struct gathering *gathering) {
  struct search_lists *lists = gathering->lists;
  size_t of_least = 0;
  for (uint64_t i = 0; i < gathering->bound; i++)
    gathering->counts[gathering->sources[i].strength]++;
  lists->found += gathering->bound - gathering->counts[0];
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

static bool gather(const struct search *search, enum subject_kind kind, struct bytes text,
                   bool exact, struct search_lists *lists) {
  struct gathering gathering = {.search = search,
                                .kind = kind,
                                .bound = index_bound(search->context->txn, kind),
                                .lists = lists,
                                .lists_max = exact ? SIZE_MAX : SEARCH_LISTS};
  if (kind == SUBJECT_SERIES)
    return walk(&gathering, text, exact);
  scoped(free) struct source *sources = calloc(gathering.bound, sizeof *sources);
  gathering.sources = sources;
  if (sources == NULL)
    return context_fail_memory(search->context);
  return walk(&gathering, text, exact) && add_lists(&gathering);
}

bool search_lists_of(const struct search *search, struct bytes text, bool exact,
                     struct search_lists *ret_lists) {
  struct search_lists lists = {.n_lists = 0};
  if (!gather(search, SUBJECT_CODE, text, exact, &lists))
    return false;
  lists.n_codes = lists.n_lists;
  if (!gather(search, SUBJECT_INDICATOR, text, exact, &lists) ||
      !gather(search, SUBJECT_SERIES, text, exact, &lists))
    return false;
  lists.found += lists.n_own;
  *ret_lists = lists;
  return true;
}
