/* SPDX-License-Identifier: MIT */
/* Writing statements. A release that is newer than all that state the series only appends to what
 * is known; any other is worked into the statements of each period that it touches, which are
 * rebuilt from versions and coverage. */
#include "storage/statements.h"

#include "proto/obs_status.h"
#include "storage/history.h"
#include "storage/series_record.h"
#include "storage/timeline.h"

/* One write (or removal) of one release in one series. */
struct write {
  struct store_txn *txn;
  struct arena *arena;
  struct series_head head;
  uint32_t release_no;
  int64_t published_ms;
  bool removing;       /* DeleteRelease: the release no longer states anything */
  bool newest;         /* the release is new to the series, and behind all others that state it */
  struct coverage own; /* what this write states */
  struct coverage before; /* what the release stated until now */
  bool had_coverage;
  struct coverages coverages; /* loaded unless newest */
  size_t position;            /* of the release among them */
  struct statement *scratch;
  struct period_states states;
  struct row *named; /* the statements by name, ascending */
  size_t n_named;
  size_t n_changes;
  struct row_change *changes;
  struct statement_counts counts;
};

static struct key_buffer coverage_key(uint64_t handle, uint32_t release_no) {
  struct key_buffer key = {0};
  key_u64(&key, handle);
  key_u32(&key, release_no);
  return key;
}

static enum store_status own_text(struct write *write, struct bytes *text) {
  if (text->size == 0)
    return STORE_OK;
  text->data = (const uint8_t *)arena_text(write->arena, *text);
  return text->data == NULL ? STORE_NO_MEMORY : STORE_OK;
}

static enum store_status load_before(struct write *write) {
  struct key_buffer key = coverage_key(write->head.handle, write->release_no);
  struct bytes value;
  enum store_status status = table_get(write->txn, TABLE_COVERAGE, key_of(&key), &value);
  if (status == STORE_NOT_FOUND)
    return STORE_OK;
  TRY(status);
  write->had_coverage = true;
  struct bytes copy = value;
  TRY(own_text(write, &copy));
  TRY(coverage_decode(copy, write->arena, &write->before));
  return STORE_OK;
}

static enum store_status find_order(struct write *write) {
  const struct series_head *head = &write->head;
  int order = 1;
  if (head->n_releases > 0)
    TRY(release_compare(write->txn, write->published_ms, write->release_no, head->last_published_ms,
                        head->last_release_no, &order));
  write->newest = !write->removing && !write->had_coverage && order > 0;
  return STORE_OK;
}

/* The coverage of all releases, with this one among them as it was before the write. */
static enum store_status load_coverages(struct write *write) {
  TRY(coverages_load(write->txn, write->head.handle, write->arena, &write->coverages));
  size_t n = write->coverages.n, position = 0;
  for (int order = -1; position < n; position++) {
    const struct coverage *coverage = &write->coverages.items[position];
    TRY(release_compare(write->txn, coverage->published_ms, coverage->release_no,
                        write->published_ms, write->release_no, &order));
    if (order >= 0)
      break;
  }
  write->position = position;
  write->scratch = arena_array(write->arena, n + 1, sizeof *write->scratch);
  return write->scratch == NULL ? STORE_NO_MEMORY : STORE_OK;
}

/* The periods whose versions this write may change. */
static void affected_range(const struct write *write, int64_t *ret_first, int64_t *ret_last) {
  const struct coverage *own = &write->own;
  bool all = own->replaces || write->removing;
  *ret_first = all ? INT64_MIN : own->ranges[0].first;
  *ret_last = all ? INT64_MAX : own->ranges[own->n - 1].last;
}

static enum store_status begin(struct write *write) {
  TRY(load_before(write));
  TRY(find_order(write));
  if (!write->newest)
    TRY(load_coverages(write));
  return STORE_OK;
}

/* The texts are borrowed from pages that the coming writes move. */
static enum store_status own_texts(struct write *write) {
  for (size_t i = 0; i < write->states.n; i++) {
    struct period_state *state = &write->states.items[i];
    TRY(own_text(write, &state->row.comment));
    for (size_t j = 0; j < state->versions.n; j++)
      TRY(own_text(write, &state->versions.rows[j].comment));
  }
  return STORE_OK;
}

static enum store_status load_states(struct write *write) {
  if (write->head.n_releases == 0)
    return STORE_OK;
  int64_t first, last;
  affected_range(write, &first, &last);
  TRY(period_states_load(write->txn, write->head.handle, first, last, write->arena,
                         &write->states));
  return own_texts(write);
}

static enum store_status edit_period(struct write *write, int64_t period,
                                     const struct versions *versions, const struct row *row,
                                     struct versions *ret_versions,
                                     enum timeline_effect *ret_effect) {
  struct timeline_edit edit = {.statements = write->scratch};
  TRY(coverages_statements(&write->coverages, period, versions, write->scratch, &edit.n));
  while (edit.position < edit.n && write->scratch[edit.position].coverage < write->position)
    edit.position++;
  edit.stated =
      edit.position < edit.n && write->scratch[edit.position].row.release_no == write->release_no;
  return timeline_edit(&edit, row, write->arena, ret_versions, ret_effect);
}

static bool same_versions(const struct versions *a, const struct versions *b) {
  if (a->n != b->n)
    return false;
  for (size_t i = 0; i < a->n; i++)
    if (a->rows[i].release_no != b->rows[i].release_no ||
        !version_same_content(&a->rows[i], &b->rows[i]))
      return false;
  return true;
}

static enum store_status save_history(struct write *write, int64_t period, bool was_there,
                                      const struct versions *versions) {
  bool needed = versions->n > 1;
  if (!needed && !was_there)
    return STORE_OK;
  struct key_buffer key = {0};
  key_u64(&key, write->head.handle);
  key_i64(&key, period);
  if (!needed)
    return table_delete(write->txn, TABLE_HISTORY, key_of(&key));
  struct bytes value;
  TRY(versions_encode(versions, write->arena, &value));
  return table_put(write->txn, TABLE_HISTORY, key_of(&key), value);
}

static bool same_row(const struct row *a, const struct row *b) {
  return a->release_no == b->release_no && version_same_content(a, b);
}

/* Writes a period's new versions, and notes what becomes of its row. */
static enum store_status settle(struct write *write, int64_t period,
                                const struct period_state *state, const struct versions *versions) {
  static const struct period_state NOTHING = {0};
  const struct period_state *old = state == NULL ? &NOTHING : state;
  if (same_versions(&old->versions, versions))
    return STORE_OK;
  write->counts.changed = true;
  TRY(save_history(write, period, old->in_history, versions));
  size_t known = versions_known(versions->rows, versions->n);
  bool present = known != SIZE_MAX;
  bool same =
      old->in_blocks == present && (!present || same_row(&old->row, &versions->rows[known]));
  if (same)
    return STORE_OK;
  struct row_change *change = &write->changes[write->n_changes++];
  *change = (struct row_change){.present = present, .row.period = period};
  if (present)
    change->row = versions->rows[known];
  return STORE_OK;
}

static void count(struct write *write, enum timeline_effect effect) {
  switch (effect) {
  case EFFECT_ADDED:
    write->counts.added++;
    return;
  case EFFECT_REVISED:
    write->counts.revised++;
    return;
  case EFFECT_UNCHANGED:
    write->counts.unchanged++;
    return;
  case EFFECT_WITHDRAWN:
    write->counts.withdrawn++;
    return;
  }
}

/* The newest release's statement of a period of which nothing is known. */
static void state_first(struct write *write, const struct row *row) {
  if (row->status == VERSION_WITHDRAWN)
    return;
  count(write, EFFECT_ADDED);
  write->counts.changed = true;
  write->changes[write->n_changes++] = (struct row_change){.present = true, .row = *row};
}

/* States `row` (NULL: states nothing any more) of a period. */
static enum store_status state_period(struct write *write, int64_t period,
                                      const struct period_state *state, const struct row *row) {
  static const struct versions NONE = {0};
  const struct versions *versions = state == NULL ? &NONE : &state->versions;
  struct versions after;
  enum timeline_effect effect;
  if (write->newest && state == NULL) {
    state_first(write, row);
    return STORE_OK;
  }
  if (write->newest)
    TRY(timeline_append(versions, row, write->arena, &after, &effect));
  else
    TRY(edit_period(write, period, versions, row, &after, &effect));
  bool silent = row == NULL || (row->status == VERSION_WITHDRAWN && effect == EFFECT_UNCHANGED);
  if (!silent)
    count(write, effect);
  return settle(write, period, state, &after);
}

/* What the write says of a period that it does not name: withdrawn by range or by REPLACE, or
 * nothing. False: the period is not its business. */
static bool unnamed_statement(const struct write *write, int64_t period, bool *ret_withdraws) {
  if (write->removing) {
    *ret_withdraws = false;
    return coverage_at(&write->before, period) != COVER_NOTHING;
  }
  *ret_withdraws = true;
  return coverage_at(&write->own, period) == COVER_WITHDRAWN;
}

static enum store_status state_unnamed(struct write *write, const struct period_state *state) {
  bool withdraws = false;
  if (!unnamed_statement(write, state->period, &withdraws))
    return STORE_OK;
  struct row row = {.period = state->period,
                    .release_no = write->release_no,
                    .published_ms = write->published_ms,
                    .status = VERSION_WITHDRAWN,
                    .value = obs_nan()};
  return state_period(write, state->period, state, withdraws ? &row : NULL);
}

/* Goes through the periods that are there and those that are named, side by side. */
static enum store_status state_all(struct write *write) {
  size_t i = 0, j = 0;
  while (i < write->states.n || j < write->n_named) {
    const struct period_state *state = i < write->states.n ? &write->states.items[i] : NULL;
    const struct row *named = j < write->n_named ? &write->named[j] : NULL;
    if (named == NULL || (state != NULL && state->period < named->period)) {
      TRY(state_unnamed(write, state));
      i++;
      continue;
    }
    bool met = state != NULL && state->period == named->period;
    TRY(state_period(write, named->period, met ? state : NULL, named));
    i += met ? 1 : 0;
    j++;
  }
  return STORE_OK;
}

/* The rows and the coverage that a write states by name. */
static enum store_status name_rows(struct write *write, const struct statements *statements) {
  write->named = arena_array(write->arena, statements->n, sizeof *write->named);
  if (write->named == NULL)
    return STORE_NO_MEMORY;
  bool withdraw = statements->mode == STATEMENT_WITHDRAW;
  size_t comment = 0;
  for (size_t i = 0; i < statements->n; i++) {
    struct row row = {.period = statements->periods[i],
                      .release_no = write->release_no,
                      .published_ms = write->published_ms,
                      .status = VERSION_WITHDRAWN,
                      .value = obs_nan()};
    if (!withdraw) {
      row.value = statements->values[i];
      row.status = statements->statuses == NULL ? OBS_STATUS_NORMAL : statements->statuses[i];
      if (comment < statements->n_comments && statements->comments[comment].index == i)
        row.comment = statements->comments[comment++].text;
    }
    enum coverage_kind kind = withdraw                          ? COVER_WITHDRAWN
                              : row.status == OBS_STATUS_TARGET ? COVER_TARGET
                                                                : COVER_FACT;
    struct coverage_range range = {.first = row.period, .last = row.period, .kind = kind};
    TRY(coverage_add(&write->own, range, write->arena));
    write->named[write->n_named++] = row;
  }
  if (statements->withdraw_range) {
    struct coverage_range range = {statements->range_first, statements->range_last,
                                   COVER_WITHDRAWN};
    TRY(coverage_add(&write->own, range, write->arena));
  }
  return STORE_OK;
}

static void take_latest(struct series_head *head, const struct row *row) {
  if (obs_status_is_missing((char)row->status))
    return;
  head->has_latest = true;
  head->latest_period = row->period;
  head->latest_value = row->value;
  head->latest_status = row->status;
  head->latest_release_no = row->release_no;
}

/* The span and the latest value where the head and the changes tell them: no row went, and the
 * latest value is still there, or there is a later one. Else false, and nothing is changed. */
static bool widen_span(struct write *write) {
  struct series_head *head = &write->head;
  const struct row_change *changes = write->changes;
  const struct row *latest = NULL;
  bool known = true;
  for (size_t i = 0; i < write->n_changes; i++) {
    const struct row *row = &changes[i].row;
    bool missing = obs_status_is_missing((char)row->status);
    bool early = head->has_latest && row->period < head->latest_period;
    if (!changes[i].present)
      return false;
    if (early)
      continue;
    if (!missing)
      latest = row;
    else if (head->has_latest && row->period == head->latest_period)
      known = false;
  }
  if (!known && latest == NULL)
    return false;
  if (latest != NULL)
    take_latest(head, latest);
  if (changes[0].row.period < head->first_period)
    head->first_period = changes[0].row.period;
  if (changes[write->n_changes - 1].row.period > head->last_period)
    head->last_period = changes[write->n_changes - 1].row.period;
  return true;
}

static enum store_status refresh_span(struct write *write) {
  struct series_head *head = &write->head;
  if (widen_span(write))
    return STORE_OK;
  head->has_latest = false;
  scoped(block_walk_end) struct block_walk walk = {0};
  enum store_status status = block_walk_begin(write->txn, head->handle, INT64_MIN, false, &walk);
  if (status == STORE_NOT_FOUND) {
    head->first_period = head->last_period = 0;
    return STORE_OK;
  }
  TRY(status);
  head->first_period = walk.block.first;
  block_walk_end(&walk);
  TRY(block_walk_begin(write->txn, head->handle, INT64_MAX, true, &walk));
  head->last_period = walk.block.last;
  while (status == STORE_OK && !head->has_latest) {
    struct rows rows = {.arena = write->arena};
    TRY(block_read(&walk.block, 0, walk.block.n, &rows));
    for (size_t i = rows.n; i > 0 && !head->has_latest; i--)
      take_latest(head, &rows.rows[i - 1]);
    status = block_walk_previous(&walk);
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* refresh_span of a series that had no rows: all it has are among the changes. */
static void first_span(struct write *write) {
  struct series_head *head = &write->head;
  bool any = false;
  head->has_latest = false;
  head->first_period = head->last_period = 0;
  for (size_t i = write->n_changes; i > 0; i--) {
    const struct row_change *change = &write->changes[i - 1];
    if (!change->present)
      continue;
    head->first_period = change->row.period;
    head->last_period = any ? head->last_period : change->row.period;
    any = true;
    if (!head->has_latest)
      take_latest(head, &change->row);
  }
}

static enum store_status change_rows(struct write *write) {
  if (write->n_changes == 0)
    return STORE_OK;
  int64_t delta = 0;
  for (size_t i = 0; i < write->n_changes; i++) {
    const struct period_state *state = NULL;
    if (write->states.n > 0)
      state = period_states_find(&write->states, write->changes[i].row.period);
    bool was_there = state != NULL && state->in_blocks;
    delta += (write->changes[i].present ? 1 : 0) - (was_there ? 1 : 0);
  }
  bool empty = write->head.n_observations == 0;
  TRY((empty ? blocks_write : blocks_change)(write->txn, write->head.handle, write->changes,
                                             write->n_changes, write->arena));
  write->head.n_observations += (uint64_t)delta;
  write->txn->counters.observations += (uint64_t)delta;
  if (!empty)
    return refresh_span(write);
  first_span(write);
  return STORE_OK;
}

static bool same_coverage(const struct coverage *a, const struct coverage *b) {
  if (a->replaces != b->replaces || a->n != b->n || !bytes_equal(a->source_url, b->source_url))
    return false;
  for (size_t i = 0; i < a->n; i++)
    if (a->ranges[i].first != b->ranges[i].first || a->ranges[i].last != b->ranges[i].last ||
        a->ranges[i].kind != b->ranges[i].kind)
      return false;
  return true;
}

static enum store_status save_coverage(struct write *write) {
  struct coverage merged = write->own;
  /* A full statement leaves nothing of what the release said of the series before. */
  if (write->had_coverage && !write->own.replaces)
    TRY(coverage_overlay(&write->before, &write->own, write->arena, &merged));
  else if (write->had_coverage && merged.source_url.size == 0)
    merged.source_url = write->before.source_url;
  if (write->had_coverage && same_coverage(&merged, &write->before))
    return STORE_OK;
  write->counts.changed = true;
  struct key_buffer key = coverage_key(write->head.handle, write->release_no);
  struct bytes value;
  TRY(coverage_encode(&merged, write->arena, &value));
  if (write->had_coverage)
    return table_replace(write->txn, TABLE_COVERAGE, key_of(&key), value);
  TRY(table_put(write->txn, TABLE_COVERAGE, key_of(&key), value));
  struct key_buffer release = {0};
  key_u32(&release, write->release_no);
  write->head.n_releases++;
  return set_add(write->txn, TABLE_RELEASE_SERIES, key_of(&release), write->head.handle);
}

static enum store_status finish(struct write *write) {
  if (!write->counts.changed)
    return STORE_OK;
  if (!write->removing && (write->newest || write->head.n_releases == 1)) {
    write->head.last_published_ms = write->published_ms;
    write->head.last_release_no = write->release_no;
  }
  TRY(series_touch(write->txn, &write->head));
  return series_save_head(write->txn, &write->head);
}

static enum store_status prepare(struct store_txn *txn, uint64_t handle, uint32_t release_no,
                                 struct arena *arena, struct write *write) {
  struct release_record release;
  struct series_details details;
  TRY(release_get_by_no(txn, release_no, &release));
  *write = (struct write){
      .txn = txn, .arena = arena, .release_no = release_no, .published_ms = release.published_ms};
  write->own = (struct coverage){.release_no = release_no, .published_ms = release.published_ms};
  return series_by_handle(txn, handle, &write->head, &details);
}

static enum store_status make_changes(struct write *write) {
  size_t most = write->states.n + write->n_named;
  write->changes = arena_array(write->arena, most, sizeof *write->changes);
  if (write->changes == NULL)
    return STORE_NO_MEMORY;
  TRY(state_all(write));
  return change_rows(write);
}

enum store_status statements_write(struct store_txn *txn, uint64_t handle,
                                   const struct statements *statements, struct arena *arena,
                                   struct statement_counts *ret_counts) {
  struct write write;
  TRY(prepare(txn, handle, statements->release_no, arena, &write));
  write.own.replaces = statements->mode == STATEMENT_REPLACE;
  write.own.source_url = statements->source_url;
  TRY(name_rows(&write, statements));
  if (write.own.n == 0 && !write.own.replaces) {
    *ret_counts = (struct statement_counts){0};
    return STORE_OK;
  }
  TRY(begin(&write));
  TRY(load_states(&write));
  TRY(make_changes(&write));
  TRY(save_coverage(&write));
  TRY(finish(&write));
  *ret_counts = write.counts;
  return STORE_OK;
}

/* The newest of the releases that still state the series. */
static enum store_status find_last_release(struct write *write) {
  struct coverages coverages;
  TRY(coverages_load(write->txn, write->head.handle, write->arena, &coverages));
  for (size_t i = 0; i < coverages.n; i++) {
    write->head.last_published_ms = coverages.items[i].published_ms;
    write->head.last_release_no = coverages.items[i].release_no;
  }
  return STORE_OK;
}

static enum store_status remove_from_series(struct store_txn *txn, uint64_t handle,
                                            uint32_t release_no, struct arena *arena,
                                            bool *ret_deleted) {
  struct write write;
  TRY(prepare(txn, handle, release_no, arena, &write));
  *ret_deleted = write.head.n_releases <= 1;
  if (*ret_deleted)
    return series_delete(txn, handle);
  write.removing = true;
  TRY(begin(&write));
  TRY(load_states(&write));
  TRY(make_changes(&write));
  struct key_buffer key = coverage_key(handle, release_no);
  TRY(table_delete(txn, TABLE_COVERAGE, key_of(&key)));
  TRY(find_last_release(&write));
  write.head.n_releases--;
  write.counts.changed = true;
  return finish(&write);
}

enum store_status release_delete(struct store_txn *txn, uint32_t release_no, struct arena *arena,
                                 uint64_t *ret_series_changed, uint64_t *ret_series_deleted) {
  struct key_buffer key = {0};
  key_u32(&key, release_no);
  uint64_t handle = 0, changed = 0, deleted = 0;
  for (;;) {
    enum store_status status;
    {
      scoped(cursor_close) struct cursor cursor = {0};
      TRY(cursor_open(txn, TABLE_RELEASE_SERIES, &cursor));
      status = set_next(&cursor, key_of(&key), handle + 1, &handle);
    }
    if (status == STORE_NOT_FOUND)
      break;
    TRY(status);
    bool is_deleted = false;
    arena_reset(arena, SIZE_MAX / 2);
    TRY(remove_from_series(txn, handle, release_no, arena, &is_deleted));
    deleted += is_deleted ? 1 : 0;
    changed += is_deleted ? 0 : 1;
  }
  TRY(release_forget(txn, release_no));
  *ret_series_changed = changed;
  *ret_series_deleted = deleted;
  return STORE_OK;
}
