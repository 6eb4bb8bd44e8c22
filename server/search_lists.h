/* SPDX-License-Identifier: MIT */
/* Where the series of a term are: those of its codes and indicators, list by list. (Those that have
 * it in their own words are in the index itself.) */
#ifndef BELLWETHER_SERVER_SEARCH_LISTS_H
#define BELLWETHER_SERVER_SEARCH_LISTS_H

#include "server/search.h"

/* The series of one code. Borrowed from the transaction. */
struct search_list {
  uint32_t dataset_no;
  uint8_t dimension;
  uint8_t strength;
  uint8_t fields;
  struct bytes code;
};

struct search_lists {
  struct bytes text;
  bool exact;
  size_t n_codes; /* of the lists, these come first; the others are of indicators */
  size_t n_lists;
  struct search_list *lists; /* in the context's arena */
  uint64_t found;            /* codes, indicators, and about so many series of their own words */
  uint64_t found_series;     /* of them */
};

/* Which indicators have any series: a byte for each, in the context's arena. */
bool search_used_indicators(const struct search *search, uint8_t **ret_used);
/* The lists with the greatest strength: of a word its share of SEARCH_LISTS, of a filter all. */
bool search_lists_of(const struct search *search, const uint8_t *used, struct bytes text,
                     bool exact, struct search_lists *ret_lists);

#endif
