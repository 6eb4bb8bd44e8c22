/* SPDX-License-Identifier: MIT */
/* Search: the terms of a query, what passes them all, and in which order. docs/search.md has the
 * rules and the figures. The work of one query is bounded by the limits below; what lies beyond
 * them is not found by it. Functions return false after context_fail. */
#ifndef BELLWETHER_SERVER_SEARCH_H
#define BELLWETHER_SERVER_SEARCH_H

#include "bellwether/v1/catalog.pb-c.h"
#include "server/check.h"
#include "server/context.h"
#include "server/words.h"

enum {
  SEARCH_HITS = 10000,      /* the best ones, which can be paged through */
  SEARCH_LISTS = 8192,      /* codes and indicators whose series are looked at, of all words */
  SEARCH_HANDLES = 1 << 22, /* series looked at, of all words together */
  SEARCH_WINDOW = 1 << 19,  /* series that are scored at a time: 4 MB */
  SEARCH_TERMS = LIMIT_SEARCH_WORDS + LIMIT_TAGS + 2,
};

/* What a result must have: words of the query, and filters. */
struct search_term {
  struct bytes text;
  bool filter; /* the word itself, and it counts nothing */
};

struct search {
  struct context *context;
  uint32_t dataset_no; /* 0: all */
  bool include_series;
  size_t n_words; /* terms that are no filters */
  size_t n_terms; /* filters first: they cost least and leave least */
  struct search_term terms[SEARCH_TERMS];
  size_t n_wholes; /* whole ids that the query may have in it */
  struct bytes wholes[LIMIT_SEARCH_WORDS];
};

/* Reads and checks the request. Stays where the arena is. */
bool search_begin(struct search *search, struct context *context,
                  const Bellwether__V1__SearchRequest *request);

struct search_hit {
  float score;
  uint8_t kind; /* enum subject_kind */
  uint64_t number;
};
/* The best hits so far. Zeroed it is empty. */
struct search_hits {
  struct search_hit *hits;
  size_t n;
  uint64_t total;
  bool full; /* some were dropped already: `least` is the score of the last one kept */
  float least;
};
bool search_hits_add(struct search_hits *hits, struct context *context, struct search_hit hit);
/* Moves the `k` least of `n` items to the front, in no order. Items have at most 64 bytes. */
void search_select(void *items, size_t n, size_t item_size, size_t k,
                   int (*compare)(const void *a, const void *b));
/* Puts those from `first` on, `n` of them, in their order: by score; ties by dataset, indicators
 * before series, and id or key. */
bool search_hits_sort(struct search_hits *hits, struct context *context, size_t first, size_t n);
void search_hits_fini(struct search_hits *hits);
static inline void search_hits_fini_scoped(struct search_hits *hits) {
  search_hits_fini(hits);
}

bool search_indicators(const struct search *search, struct search_hits *hits);
bool search_series(const struct search *search, struct search_hits *hits);

/* How much a posting counts, in tenths: the best of its fields, less where the word only begins so.
 * By the bits of enum word_field: names before ids, tags, definitions. 0: a filter's mark. */
static inline uint8_t search_strength(uint16_t weight, bool exact) {
  static const uint8_t STRENGTHS[2][16] = {
      {0, 18, 24, 24, 12, 18, 24, 24, 6, 18, 24, 24, 12, 18, 24, 24},
      {0, 30, 40, 40, 20, 30, 40, 40, 10, 30, 40, 40, 20, 30, 40, 40}};
  return STRENGTHS[exact][weight & 15];
}
/* How many indicators and codes there are. */
uint64_t search_subjects(const struct search *search);
/* How much a term counts that `found` of `all` have: more where it is rare. */
float search_rarity(uint64_t found, uint64_t all);
/* What a whole id adds. */
float search_whole_bonus(uint64_t all);

enum { SEARCH_STRENGTH_UNIT = 10 };
static const float SEARCH_ALL_IN_NAME = 1.5F;
static const float SEARCH_SHORT_NAME = 0.25F; /* divided by the number of the name's words */
static const float SEARCH_SERIES = 0.9F;      /* an indicator comes before its series */

#endif
