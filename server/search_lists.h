/* SPDX-License-Identifier: MIT */
/* Where the series of a term are: those of its codes and indicators, list by list, and those that
 * have it in their own words. */
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

struct search_own {
  uint64_t handle;
  uint8_t strength;
  uint8_t fields;
};

/* The lists with the greatest strength, at most SEARCH_LISTS of them; and so many own words as a
 * window has series. In the context's arena. */
struct search_lists {
  size_t n_codes; /* of the lists, these come first; the others are of indicators */
  size_t n_lists;
  struct search_list *lists;
  size_t n_own;
  struct search_own *own;
  uint64_t found; /* subjects, own ones among them */
};
bool search_lists_of(const struct search *search, struct bytes text, bool exact,
                     struct search_lists *ret_lists);

#endif
