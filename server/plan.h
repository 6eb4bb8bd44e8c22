/* SPDX-License-Identifier: MIT */
/* A write of figures in two steps: everything is collected and looked at before anything is
 * written. PutObservations and CommitLoad are both this; they differ in where the statements come
 * from. New series are made in key order, so that handles follow it, and rows are written in the
 * order of handles. Functions return false after context_fail. On the writer thread. */
#ifndef BELLWETHER_SERVER_PLAN_H
#define BELLWETHER_SERVER_PLAN_H

#include "server/check.h"
#include "server/names.h"
#include "storage/catalog.h"

/* Where something stands in the request or in a load: for people, and for whoever fetches it. */
struct plan_place {
  uint32_t part; /* of a load; 0: in the request itself */
  uint32_t
      index; /* among its like in the part or in the request; PLAN_SINGLE: it is not repeated */
  uint32_t offset; /* in the part: where the packed message begins, and its size */
  uint32_t size;
};
#define PLAN_SINGLE UINT32_MAX

/* A million of these are 64 MB. */
struct plan_entry {
  const uint8_t *key;
  int64_t first; /* periods; no meaning where n_rows = 0 */
  int64_t last;
  uint64_t handle; /* 0: nothing is to be made */
  struct plan_place place;
  uint32_t n_rows;
  uint32_t dataset; /* numbers in plan.datasets and plan.releases */
  uint32_t release;
  uint8_t key_size;
  uint8_t frequency; /* as the message has it, from plan_check on the key's */
  uint8_t mode;      /* Bellwether__V1__WriteMode */
  bool has_attributes : 1;
  bool new_series : 1;
};

static inline struct bytes plan_key(const struct plan_entry *entry) {
  return bytes_of(entry->key, entry->key_size);
}

/* Where a dataset or a release was first named: "parts[2].series[17].key". */
struct plan_name {
  struct plan_place place;
  const char *field;
  const char *leaf;
};

/* A dataset or a release that the write names or describes. */
struct plan_dataset {
  const Bellwether__V1__Dataset *own; /* NULL: must be in the store */
  struct plan_name name;
  struct dataset_record record; /* from plan_check on; its number from plan_describe on */
};
struct plan_release {
  const Bellwether__V1__Release *own;
  struct plan_name name;
  struct release_record record;
  uint32_t rank; /* in the order of releases, among those of the plan */
};

/* The statements at a place, good until the next fetch; NULL after context_fail. */
typedef const Bellwether__V1__SeriesStatements *plan_fetch(void *source, struct arena *scratch,
                                                           const struct plan_place *place);

/* The writer has one plan at a time, so these bound what a load may take of the memory: the keys of
 * some ten million series; and the rows of one part, with room for what storage does with them. */
#define PLAN_BYTES LIMIT_GIB(1)
#define PLAN_SCRATCH_BYTES LIMIT_MIB(512)

struct plan {
  struct context *context;
  plan_fetch *fetch;
  void *source;
  struct arena *arena;   /* what lives as long as the plan */
  struct arena *scratch; /* what one series needs */
  struct names dataset_names;
  struct plan_dataset *datasets;
  struct names release_names;
  struct plan_release *releases;
  uint32_t default_release; /* NAMES_NONE: each names its own */
  struct plan_entry *entries;
  size_t n_entries;
  size_t entries_capacity;
};

/* All zero, in the context's arena; NULL after context_fail. */
Bellwether__V1__WriteSummary *summary_new(struct context *context);

bool plan_init(struct plan *plan, struct context *context, plan_fetch *fetch, void *source);
/* Also of a plan whose init failed, and of a zeroed one. */
void plan_fini(struct plan *plan);
static inline void plan_fini_scoped(struct plan *plan) {
  plan_fini(plan);
}

/* Borrows the message: it must outlive the plan. The last description of a dataset counts. */
bool plan_add_dataset(struct plan *plan, const struct plan_place *place,
                      const Bellwether__V1__Dataset *dataset);
/* A dataset that something other than a series names: `field` is "indicators". */
bool plan_name_dataset(struct plan *plan, const struct plan_place *place, const char *field,
                       const char *id, uint32_t *ret_dataset);
/* In full or by its id. Borrows. */
bool plan_add_release(struct plan *plan, const struct plan_place *place, const char *field,
                      const Bellwether__V1__Release *release, uint32_t *ret_release);
/* The release of statements that name none. NULL: there is none. Borrows. */
bool plan_set_release(struct plan *plan, const Bellwether__V1__Release *release);
/* Copies what it needs; the statements are fetched again when they are written. */
bool plan_add_statements(struct plan *plan, const struct plan_place *place,
                         const Bellwether__V1__SeriesStatements *statements,
                         const struct rows_span *span);

/* Everything that depends on the store and on each other. Writes nothing. */
bool plan_check(struct plan *plan);
/* The datasets and releases of the plan's own. */
bool plan_describe(struct plan *plan, Bellwether__V1__WriteSummary *summary);
/* The series and their rows. Adds to the summary. */
bool plan_write(struct plan *plan, Bellwether__V1__WriteSummary *summary);

/* The following are for the files of this module. */

/* Room for a path without memory of its own. */
struct plan_path {
  struct path steps[3];
};
/* "parts[2].series[17].key"; `leaf` may be NULL. */
const struct path *plan_path(struct plan_path *path, const struct plan_place *place,
                             const char *field, const char *leaf);

/* By key, or by handle; then by the order of releases and first period. */
void plan_sort_by_key(struct plan *plan);
void plan_sort_by_handle(struct plan *plan);
/* No period of a series is stated twice by one release. The entries are sorted by key. */
bool plan_check_duplicates(struct plan *plan);

#endif
