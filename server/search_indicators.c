/* SPDX-License-Identifier: MIT */
/* Indicators that pass all terms, scored: one cell an indicator, one walk a term. */
#include "server/search.h"

struct cell {
  float score;
  uint8_t stamp;    /* so many terms have passed */
  uint8_t strength; /* of the term at hand: its best */
  uint8_t fields;   /* of the term at hand */
  uint8_t common;   /* fields that every word was in */
  uint8_t n_name_words;
};

struct finding {
  const struct search *search;
  struct cell *cells;
  uint64_t bound;
};

static void take(struct cell *cell, uint8_t stamp, uint8_t strength, uint16_t weight) {
  if (cell->stamp == stamp) {
    cell->stamp++;
    cell->strength = strength;
    cell->fields = (uint8_t)weight;
    cell->n_name_words = (uint8_t)(weight >> 8);
  } else if (cell->stamp == stamp + 1) {
    cell->strength = strength > cell->strength ? strength : cell->strength;
    cell->fields |= (uint8_t)weight;
  }
}

/* Marks what is under the term with the stamp behind `stamp`; counts its postings. */
static enum store_status walk_term(struct finding *finding, const struct search_term *term,
                                   uint8_t stamp, uint64_t *ret_found) {
  struct store_txn *txn = finding->search->context->txn;
  scoped(index_walk_end) struct index_walk *walk = NULL;
  enum store_status status =
      index_walk_begin(txn, SUBJECT_INDICATOR, term->text, term->filter, &walk);
  if (status != STORE_OK)
    return status;
  struct index_run run;
  while ((status = index_walk_next(walk, &run)) == STORE_OK) {
    uint64_t number;
    uint16_t weight;
    while (index_run_next(&run, &number, &weight) && number < finding->bound) {
      take(&finding->cells[number], stamp, search_strength(weight, run.exact), weight);
      ++*ret_found;
    }
    if (run.broken)
      return STORE_CORRUPT;
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* Adds the term to the scores of what has passed it; how many these are. */
static uint64_t count_in(struct finding *finding, const struct search_term *term, uint8_t stamp,
                         uint64_t found) {
  float rarity = search_rarity(found, search_subjects(finding->search)) / SEARCH_STRENGTH_UNIT;
  uint64_t passed = 0;
  for (uint64_t i = 0; i < finding->bound; i++) {
    struct cell *cell = &finding->cells[i];
    if (cell->stamp != stamp + 1)
      continue;
    passed++;
    if (term->filter)
      continue;
    cell->score += rarity * cell->strength;
    cell->common &= cell->fields;
  }
  return passed;
}

static enum store_status add_wholes(struct finding *finding) {
  const struct search *search = finding->search;
  for (size_t i = 0; i < search->n_wholes; i++) {
    scoped(index_walk_end) struct index_walk *walk = NULL;
    struct index_run run;
    enum store_status status =
        index_walk_begin(search->context->txn, SUBJECT_INDICATOR, search->wholes[i], true, &walk);
    while (status == STORE_OK && (status = index_walk_next(walk, &run)) == STORE_OK) {
      uint64_t number;
      uint16_t weight;
      while (index_run_next(&run, &number, &weight) && number < finding->bound)
        finding->cells[number].score += search_whole_bonus(search_subjects(search));
    }
    if (status != STORE_NOT_FOUND)
      return status;
  }
  return STORE_OK;
}

static bool collect(const struct finding *finding, struct search_hits *hits) {
  const struct search *search = finding->search;
  for (uint64_t i = 0; i < finding->bound; i++) {
    const struct cell *cell = &finding->cells[i];
    if (cell->stamp != search->n_terms)
      continue;
    float score = cell->score;
    if ((cell->common & WORD_NAME) != 0)
      score *= SEARCH_ALL_IN_NAME;
    if (cell->n_name_words > 0)
      score *= 1.0F + SEARCH_SHORT_NAME / cell->n_name_words;
    struct search_hit hit = {.score = score, .kind = SUBJECT_INDICATOR, .number = i};
    if (!search_hits_add(hits, search->context, hit))
      return false;
  }
  return true;
}

bool search_indicators(const struct search *search, struct search_hits *hits) {
  struct context *context = search->context;
  struct finding finding = {.search = search,
                            .bound = index_bound(context->txn, SUBJECT_INDICATOR)};
  scoped(free) struct cell *cells = calloc(finding.bound, sizeof *cells);
  if (cells == NULL)
    return context_fail_memory(context);
  for (uint64_t i = 0; i < finding.bound; i++)
    cells[i].common = UINT8_MAX;
  finding.cells = cells;
  enum store_status status = STORE_OK;
  for (size_t i = 0; i < search->n_terms && status == STORE_OK; i++) {
    uint64_t found = 0;
    if (!context_in_time(context))
      return false;
    status = walk_term(&finding, &search->terms[i], (uint8_t)i, &found);
    if (status == STORE_OK && count_in(&finding, &search->terms[i], (uint8_t)i, found) == 0)
      return true;
  }
  if (status == STORE_OK)
    status = add_wholes(&finding);
  return status == STORE_OK ? collect(&finding, hits)
                            : context_fail_store(context, status, "index");
}
