/* SPDX-License-Identifier: MIT */
#include "storage/history.h"

static enum store_status take(struct history_walk *walk, enum store_status status) {
  walk->ended = true;
  status = cursor_keep(&walk->cursor, status, key_of(&walk->prefix));
  if (status == STORE_NOT_FOUND)
    return STORE_OK;
  TRY(status);
  if (walk->cursor.key.size != 16)
    return STORE_CORRUPT;
  walk->period = key_get_i64(walk->cursor.key.data + 8);
  if (walk->period > walk->last)
    return STORE_OK;
  walk->ended = false;
  return versions_decode(walk->period, walk->cursor.value, walk->arena, &walk->versions);
}

enum store_status history_walk_begin(struct store_txn *txn, uint64_t handle, int64_t first,
                                     int64_t last, struct arena *arena, struct history_walk *walk) {
  *walk = (struct history_walk){.txn = txn, .arena = arena, .last = last};
  key_u64(&walk->prefix, handle);
  struct key_buffer key = walk->prefix;
  key_i64(&key, first);
  TRY(cursor_open(txn, TABLE_HISTORY, &walk->cursor));
  return take(walk, cursor_seek(&walk->cursor, key_of(&key)));
}

enum store_status history_walk_next(struct history_walk *walk) {
  return take(walk, cursor_next(&walk->cursor));
}

void history_walk_end(struct history_walk *walk) {
  cursor_close(&walk->cursor);
}

/* States under construction. */
struct gathering {
  struct arena *arena;
  size_t capacity;
  struct period_states states;
};

static enum store_status add(struct gathering *gathering, const struct period_state *state) {
  struct period_states *states = &gathering->states;
  if (states->n == gathering->capacity) {
    size_t capacity = gathering->capacity == 0 ? 64 : gathering->capacity * 2;
    struct period_state *wider = arena_array(gathering->arena, capacity, sizeof *wider);
    if (wider == NULL)
      return STORE_NO_MEMORY;
    if (states->n > 0)
      memcpy(wider, states->items, states->n * sizeof *wider);
    states->items = wider;
    gathering->capacity = capacity;
  }
  states->items[states->n++] = *state;
  return STORE_OK;
}

static enum store_status add_history(struct gathering *gathering, struct history_walk *walk,
                                     const struct row *row) {
  struct period_state state = {
      .period = walk->period, .in_history = true, .versions = walk->versions};
  if (row != NULL) {
    state.in_blocks = true;
    state.row = *row;
  }
  TRY(add(gathering, &state));
  return history_walk_next(walk);
}

static enum store_status add_rows(struct gathering *gathering, struct history_walk *walk,
                                  const struct rows *rows) {
  for (size_t i = 0; i < rows->n; i++) {
    struct row *row = &rows->rows[i];
    while (!walk->ended && walk->period < row->period)
      TRY(add_history(gathering, walk, NULL));
    if (!walk->ended && walk->period == row->period) {
      TRY(add_history(gathering, walk, row));
      continue;
    }
    struct period_state state = {
        .period = row->period, .in_blocks = true, .row = *row, .versions = {.n = 1, .rows = row}};
    TRY(add(gathering, &state));
  }
  while (!walk->ended)
    TRY(add_history(gathering, walk, NULL));
  return STORE_OK;
}

enum store_status period_states_load(struct store_txn *txn, uint64_t handle, int64_t first,
                                     int64_t last, struct arena *arena,
                                     struct period_states *ret_states) {
  struct rows rows = {.arena = arena};
  TRY(blocks_read(txn, handle, first, last, &rows));
  struct gathering gathering = {.arena = arena};
  scoped(history_walk_end) struct history_walk walk = {0};
  TRY(history_walk_begin(txn, handle, first, last, arena, &walk));
  TRY(add_rows(&gathering, &walk, &rows));
  *ret_states = gathering.states;
  return STORE_OK;
}

struct period_state *period_states_find(const struct period_states *states, int64_t period) {
  size_t low = 0, high = states->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (states->items[middle].period < period)
      low = middle + 1;
    else
      high = middle;
  }
  return low < states->n && states->items[low].period == period ? &states->items[low] : NULL;
}
