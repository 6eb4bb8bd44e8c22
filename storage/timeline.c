/* SPDX-License-Identifier: MIT */
#include "storage/timeline.h"

#include "proto/obs_status.h"
#include "storage/table.h"

enum store_status timeline_compress(const struct statement *statements, size_t n,
                                    struct arena *arena, struct versions *ret_versions) {
  struct versions versions = {.rows = arena_array(arena, n, sizeof *versions.rows)};
  if (versions.rows == NULL)
    return STORE_NO_MEMORY;
  for (size_t i = 0; i < n; i++)
    if (!versions_is_restated(versions.rows, versions.n, &statements[i].row))
      versions.rows[versions.n++] = statements[i].row;
  *ret_versions = versions;
  return STORE_OK;
}

static bool is_withdrawal(const struct row *row) {
  return row->status == VERSION_WITHDRAWN;
}

static enum timeline_effect effect_of(const struct row *row, bool had_content) {
  if (is_withdrawal(row))
    return EFFECT_WITHDRAWN;
  return had_content ? EFFECT_REVISED : EFFECT_ADDED;
}

enum store_status timeline_append(const struct versions *versions, const struct row *row,
                                  struct arena *arena, struct versions *ret_versions,
                                  enum timeline_effect *ret_effect) {
  if (versions_is_restated(versions->rows, versions->n, row)) {
    *ret_versions = *versions;
    *ret_effect = EFFECT_UNCHANGED;
    return STORE_OK;
  }
  struct versions longer = {.n = versions->n + 1,
                            .rows = arena_array(arena, versions->n + 1, sizeof *longer.rows)};
  if (longer.rows == NULL)
    return STORE_NO_MEMORY;
  if (versions->n > 0)
    memcpy(longer.rows, versions->rows, versions->n * sizeof *longer.rows);
  longer.rows[versions->n] = *row;
  bool had_content = versions->n > 0 && !is_withdrawal(&versions->rows[versions->n - 1]);
  *ret_versions = longer;
  *ret_effect = effect_of(row, had_content);
  return STORE_OK;
}

/* What the statement means beside what its release said before, or else beside what others had said
 * until then. */
static enum timeline_effect edit_effect(const struct timeline_edit *edit, const struct row *row) {
  const struct statement *before =
      edit->position > 0 ? &edit->statements[edit->position - 1] : NULL;
  const struct statement *own = edit->stated ? &edit->statements[edit->position] : NULL;
  if (own != NULL && version_same_content(&own->row, row))
    return EFFECT_UNCHANGED;
  bool nothing_before = before == NULL || is_withdrawal(&before->row);
  if (own == NULL && is_withdrawal(row))
    return nothing_before ? EFFECT_UNCHANGED : EFFECT_WITHDRAWN;
  if (own == NULL && before != NULL && version_same_content(&before->row, row))
    return EFFECT_UNCHANGED;
  bool had_content = !nothing_before || (own != NULL && !is_withdrawal(&own->row));
  return effect_of(row, had_content);
}

enum store_status timeline_edit(struct timeline_edit *edit, const struct row *row,
                                struct arena *arena, struct versions *ret_versions,
                                enum timeline_effect *ret_effect) {
  struct statement *at = &edit->statements[edit->position];
  size_t behind = edit->n - edit->position;
  enum timeline_effect effect = row == NULL ? EFFECT_UNCHANGED : edit_effect(edit, row);
  if (edit->stated && row == NULL) {
    memmove(at, at + 1, (behind - 1) * sizeof *at);
    edit->n--;
  } else if (!edit->stated && row != NULL) {
    memmove(at + 1, at, behind * sizeof *at);
    edit->n++;
  }
  if (row != NULL)
    *at = (struct statement){.row = *row};
  *ret_effect = effect;
  return timeline_compress(edit->statements, edit->n, arena, ret_versions);
}
