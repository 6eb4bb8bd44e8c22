/* SPDX-License-Identifier: MIT */
/* Finding what a request names: series by key, handle or pattern, and releases, with a NOT_FOUND
 * that helps. Functions return false after context_fail. */
#ifndef BELLWETHER_SERVER_FIND_H
#define BELLWETHER_SERVER_FIND_H

#include "proto/cache.h"
#include "server/check.h"
#include "storage/catalog.h"
#include "storage/series.h"

/* Helping costs time, so that a batch of wrong keys gets only so many hints. */
enum { FIND_HINTS = 16 };

struct finder {
  struct context *context;
  unsigned hints_given;
  uint32_t described_no; /* the dataset of the revision; 0: none was asked for */
  uint64_t described_revision;
};

/* A series. Borrowed from the transaction and, where it was found by its key, from the request. */
struct found {
  struct series_head head;
  struct series_details details; /* good after find_details; the key always */
  bool detailed;
};

bool find_by_key(struct finder *finder, const struct path *path, struct bytes text,
                 struct found *ret_found);
bool find_by_handle(struct finder *finder, const struct path *path, uint64_t handle,
                    struct found *ret_found);
bool find_series(struct finder *finder, const struct path *path,
                 const Bellwether__V1__SeriesRef *ref, struct found *ret_found);
/* Reads the attributes too, unless they are there. */
bool find_details(struct finder *finder, struct found *found);

/* A pattern that was understood. Stays where it is: the choice points into it. */
struct chosen {
  struct dataset_record dataset; /* no = 0: all datasets */
  struct key_pattern pattern;
  struct series_choice choice;
};

/* The empty text is every series of the store. Filters may be none. */
bool find_pattern(struct finder *finder, const struct path *path, struct bytes text,
                  struct chosen *ret_chosen);
bool find_filters(struct finder *finder, Bellwether__V1__DimensionFilter *const *filters,
                  size_t n_filters, struct chosen *chosen);
/* For a list that nothing matches: what may have been meant, or "". NULL after context_fail. */
char *find_hint(struct finder *finder, const struct chosen *chosen);
/* NOT_FOUND, NO_MATCH, with what may have been meant. Always false. */
bool find_fail_no_match(struct finder *finder, const struct path *path, struct bytes text,
                        const struct chosen *chosen);

bool find_release(struct finder *finder, const struct path *path, struct bytes id,
                  struct release_record *ret_record);

/* Makes what failed the status of one item of a batch. False where the whole call has failed: no
 * time, no memory. */
bool item_failed(struct context *context, struct list *errors, size_t index);

#endif
