/* SPDX-License-Identifier: MIT */
/* The versions of one period after a statement has come, gone or been replaced. Pure functions: the
 * rules of knowledge stand here and in storage/versions.h, and nowhere else. Private to storage/.
 */
#ifndef BELLWETHER_STORAGE_TIMELINE_H
#define BELLWETHER_STORAGE_TIMELINE_H

#include "storage/coverage.h"

/* What a write did to one period. */
enum timeline_effect { EFFECT_ADDED, EFFECT_REVISED, EFFECT_UNCHANGED, EFFECT_WITHDRAWN };

/* The versions without those that only restate. Takes statements in the order of releases. */
must_check enum store_status timeline_compress(const struct statement *statements, size_t n,
                                               struct arena *arena, struct versions *ret_versions);

/* The newest release states something: the versions with it behind the others, or as they are when
 * it restates. */
must_check enum store_status timeline_append(const struct versions *versions, const struct row *row,
                                             struct arena *arena, struct versions *ret_versions,
                                             enum timeline_effect *ret_effect);

/* Any release states something, or (row NULL) no longer does. `statements` are all there are and
 * have room for one more; `position` is where the release stands or belongs among them. */
struct timeline_edit {
  struct statement *statements;
  size_t n;
  size_t position;
  bool stated; /* statements[position] is of that release */
};
must_check enum store_status timeline_edit(struct timeline_edit *edit, const struct row *row,
                                           struct arena *arena, struct versions *ret_versions,
                                           enum timeline_effect *ret_effect);

#endif
