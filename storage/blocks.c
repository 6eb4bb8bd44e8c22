/* SPDX-License-Identifier: MIT */
#include "storage/blocks.h"

/* The handle, then the first period. */
struct block_key {
  uint8_t data[16];
};

static struct block_key block_key(uint64_t handle, int64_t first) {
  struct block_key key;
  key_put_u64(key.data, handle);
  key_put_i64(key.data + 8, first);
  return key;
}

static struct bytes bytes_of_key(const struct block_key *key) {
  return bytes_of(key->data, sizeof key->data);
}

/* Opens the block that a step of the cursor led to. */
static enum store_status open_here(struct block_walk *walk, enum store_status step) {
  TRY(cursor_keep(&walk->cursor, step, bytes_of(walk->prefix, sizeof walk->prefix)));
  if (walk->cursor.key.size != sizeof(struct block_key))
    return STORE_CORRUPT;
  int64_t first = key_get_i64(walk->cursor.key.data + 8);
  return block_open(first, walk->cursor.value, &walk->block) ? STORE_OK : STORE_CORRUPT;
}

/* From the first record at or after the key to the last one of the series before it, if any. */
static enum store_status step_back(struct block_walk *walk, enum store_status placed) {
  if (placed == STORE_OK)
    return open_here(walk, cursor_previous(&walk->cursor));
  return placed == STORE_NOT_FOUND ? open_here(walk, cursor_last(&walk->cursor)) : placed;
}

/* On the block that begins at or before the period; else on the first behind it. */
static enum store_status find(struct block_walk *walk, uint64_t handle, int64_t period) {
  struct block_key key = block_key(handle, period);
  enum store_status placed = cursor_place(&walk->cursor, bytes_of_key(&key));
  if (bytes_equal(walk->cursor.key, bytes_of_key(&key)))
    return open_here(walk, cursor_here(&walk->cursor));
  enum store_status status = step_back(walk, placed);
  if (status != STORE_NOT_FOUND)
    return status;
  return open_here(walk, cursor_seek(&walk->cursor, bytes_of_key(&key)));
}

enum store_status block_walk_begin(struct store_txn *txn, uint64_t handle, int64_t period,
                                   bool at_or_before, struct block_walk *ret_walk) {
  struct block_walk walk = {0};
  key_put_u64(walk.prefix, handle);
  TRY(cursor_open(txn, TABLE_BLOCKS, &walk.cursor));
  enum store_status status = find(&walk, handle, period);
  if (status == STORE_OK && !at_or_before && walk.block.last < period)
    status = block_walk_next(&walk);
  if (status != STORE_OK) {
    block_walk_end(&walk);
    return status;
  }
  *ret_walk = walk;
  return STORE_OK;
}

enum store_status block_walk_next(struct block_walk *walk) {
  int64_t last = walk->block.last;
  TRY(open_here(walk, cursor_next(&walk->cursor)));
  return walk->block.previous_last == last ? STORE_OK : STORE_CORRUPT;
}

enum store_status block_walk_previous(struct block_walk *walk) {
  int64_t previous_last = walk->block.previous_last;
  if (previous_last == BLOCK_NO_PREVIOUS)
    return STORE_NOT_FOUND;
  enum store_status status = open_here(walk, cursor_previous(&walk->cursor));
  if (status == STORE_NOT_FOUND)
    return STORE_CORRUPT;
  TRY(status);
  return walk->block.last == previous_last ? STORE_OK : STORE_CORRUPT;
}

void block_walk_end(struct block_walk *walk) {
  cursor_close(&walk->cursor);
}

static enum store_status slice_by_steps(const struct block *block, int64_t first, int64_t last,
                                        struct arena *arena, size_t *ret_from, size_t *ret_to) {
  int64_t *periods = arena_array(arena, block->n, sizeof *periods);
  if (periods == NULL)
    return STORE_NO_MEMORY;
  if (!block_periods(block, periods))
    return STORE_CORRUPT;
  size_t from = 0, to = block->n;
  while (from < to && periods[from] < first)
    from++;
  while (to > from && periods[to - 1] > last)
    to--;
  *ret_from = from;
  *ret_to = to;
  return STORE_OK;
}

enum store_status block_slice(const struct block *block, int64_t first, int64_t last,
                              struct arena *arena, size_t *ret_from, size_t *ret_to) {
  *ret_from = 0;
  *ret_to = block->n;
  if (first > last || first > block->last || last < block->first) {
    *ret_to = 0;
    return STORE_OK;
  }
  if (first <= block->first && last >= block->last)
    return STORE_OK;
  if ((block->flags & BLOCK_CONSECUTIVE) == 0)
    return slice_by_steps(block, first, last, arena, ret_from, ret_to);
  if (block->last - block->first + 1 != (int64_t)block->n)
    return STORE_CORRUPT;
  if (first > block->first)
    *ret_from = (size_t)(first - block->first);
  if (last < block->last)
    *ret_to = (size_t)(last - block->first + 1);
  return STORE_OK;
}

enum store_status blocks_read(struct store_txn *txn, uint64_t handle, int64_t first, int64_t last,
                              struct rows *rows) {
  scoped(block_walk_end) struct block_walk walk = {0};
  enum store_status status = block_walk_begin(txn, handle, first, false, &walk);
  while (status == STORE_OK && walk.block.first <= last) {
    size_t from = 0, to = 0;
    TRY(block_slice(&walk.block, first, last, rows->arena, &from, &to));
    TRY(block_read(&walk.block, from, to, rows));
    status = walk.block.last >= last ? STORE_NOT_FOUND : block_walk_next(&walk);
  }
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

/* The blocks that changes in [low, high] touch: decoded, with what stands around them. */
struct window {
  struct rows rows;
  size_t n_blocks;
  int64_t *firsts;
  int64_t previous_last; /* of the block before the window */
  int64_t old_last;
};

/* Texts in rows are borrowed from the map, which the coming writes move. */
static enum store_status own_comments(struct rows *rows) {
  for (size_t i = 0; i < rows->n; i++) {
    struct bytes *comment = &rows->rows[i].comment;
    if (comment->size == 0)
      continue;
    char *copy = arena_text(rows->arena, *comment);
    if (copy == NULL)
      return STORE_NO_MEMORY;
    comment->data = (const uint8_t *)copy;
  }
  return STORE_OK;
}

static enum store_status add_block(struct window *window, const struct block *block,
                                   size_t *capacity) {
  if (window->n_blocks == *capacity) {
    size_t larger = *capacity == 0 ? 16 : *capacity * 2;
    int64_t *firsts = arena_array(window->rows.arena, larger, sizeof *firsts);
    if (firsts == NULL)
      return STORE_NO_MEMORY;
    if (window->n_blocks > 0)
      memcpy(firsts, window->firsts, window->n_blocks * sizeof *firsts);
    window->firsts = firsts;
    *capacity = larger;
  }
  window->firsts[window->n_blocks++] = block->first;
  window->old_last = block->last;
  return block_read(block, 0, block->n, &window->rows);
}

static enum store_status load_window(struct store_txn *txn, uint64_t handle, int64_t low,
                                     int64_t high, struct window *window) {
  scoped(block_walk_end) struct block_walk walk = {0};
  size_t capacity = 0;
  window->previous_last = window->old_last = BLOCK_NO_PREVIOUS;
  enum store_status status = block_walk_begin(txn, handle, low, true, &walk);
  if (status == STORE_OK)
    window->previous_last = walk.block.previous_last;
  while (status == STORE_OK && (walk.block.first <= high || window->n_blocks == 0)) {
    TRY(add_block(window, &walk.block, &capacity));
    status = block_walk_next(&walk);
  }
  /* A small block behind is taken along, or splitting would leave more and more of them. */
  if (status == STORE_OK && walk.cursor.value.size <= BLOCK_SMALL_BYTES)
    TRY(add_block(window, &walk.block, &capacity));
  if (status != STORE_OK && status != STORE_NOT_FOUND)
    return status;
  return own_comments(&window->rows);
}

static enum store_status merge(const struct rows *old, const struct row_change *changes, size_t n,
                               struct rows *merged) {
  TRY(rows_reserve(merged, old->n + n));
  size_t i = 0, j = 0;
  while (i < old->n || j < n) {
    bool take_old = j == n || (i < old->n && old->rows[i].period < changes[j].row.period);
    if (take_old) {
      TRY(rows_add(merged, &old->rows[i++]));
      continue;
    }
    if (i < old->n && old->rows[i].period == changes[j].row.period)
      i++;
    if (changes[j].present)
      TRY(rows_add(merged, &changes[j].row));
    j++;
  }
  return STORE_OK;
}

/* Tells the block behind the window which row is now before it. */
static enum store_status relink_follower(struct store_txn *txn, uint64_t handle, int64_t high,
                                         int64_t last, struct arena *arena) {
  struct block_key key = block_key(handle, high);
  uint8_t behind[sizeof key.data + 1] = {0};
  struct bytes value;
  memcpy(behind, key.data, sizeof key.data);
  {
    scoped(block_walk_end) struct block_walk walk = {0};
    TRY(cursor_open(txn, TABLE_BLOCKS, &walk.cursor));
    key_put_u64(walk.prefix, handle);
    enum store_status status =
        open_here(&walk, cursor_seek(&walk.cursor, bytes_of(behind, sizeof behind)));
    if (status == STORE_NOT_FOUND || (status == STORE_OK && walk.block.previous_last == last))
      return STORE_OK;
    TRY(status);
    if (last != BLOCK_NO_PREVIOUS && walk.block.first - last > INT32_MAX)
      return STORE_FAR_APART;
    TRY(block_relink(walk.block.first, walk.cursor.value, last, arena, &value));
    key = block_key(handle, walk.block.first);
  }
  return table_put(txn, TABLE_BLOCKS, bytes_of_key(&key), value);
}

/* Rows that are more than fit on two pages lie in blocks of just these behind a rest, which comes
 * first: the newest, which are asked for most, are so in few blocks. */
static size_t rows_of_rest(const struct rows *rows) {
  size_t pieces = 0;
  return rows->n % block_choose(rows->rows, rows->n, &pieces);
}

static bool are_far_apart(const struct rows *rows, int64_t previous_last) {
  int64_t before = previous_last;
  for (size_t i = 0; i < rows->n; i++) {
    if (before != BLOCK_NO_PREVIOUS && rows->rows[i].period - before > INT32_MAX)
      return true;
    before = rows->rows[i].period;
  }
  return false;
}

/* `grows`: a few rows have come behind those that were there. */
static enum store_status write_rows(struct store_txn *txn, uint64_t handle, const struct rows *rows,
                                    bool grows, int64_t previous_last, struct arena *arena,
                                    int64_t *ret_last) {
  int64_t last = previous_last;
  if (are_far_apart(rows, previous_last))
    return STORE_FAR_APART;
  size_t rest = grows || rows->n <= BLOCK_ROWS_MAX ? 0 : rows_of_rest(rows);
  for (size_t i = 0, pieces = 0; i < rows->n;) {
    size_t end = i < rest ? rest : rows->n;
    size_t n = block_choose(rows->rows + i, end - i, grows ? NULL : &pieces);
    struct bytes value;
    TRY(block_encode(rows->rows + i, n, last, arena, &value));
    struct block_key key = block_key(handle, rows->rows[i].period);
    TRY(table_put(txn, TABLE_BLOCKS, bytes_of_key(&key), value));
    last = rows->rows[i + n - 1].period;
    i += n;
  }
  *ret_last = last;
  return STORE_OK;
}

enum store_status blocks_write(struct store_txn *txn, uint64_t handle,
                               const struct row_change *changes, size_t n, struct arena *arena) {
  struct rows rows = {.arena = arena};
  int64_t last = BLOCK_NO_PREVIOUS;
  TRY(rows_reserve(&rows, n));
  for (size_t i = 0; i < n; i++)
    if (changes[i].present)
      rows.rows[rows.n++] = changes[i].row;
  return write_rows(txn, handle, &rows, false, BLOCK_NO_PREVIOUS, arena, &last);
}

enum store_status blocks_change(struct store_txn *txn, uint64_t handle,
                                const struct row_change *changes, size_t n, struct arena *arena) {
  if (n == 0)
    return STORE_OK;
  int64_t low = changes[0].row.period, high = changes[n - 1].row.period;
  struct window window = {.rows = {.arena = arena}};
  TRY(load_window(txn, handle, low, high, &window));
  struct rows merged = {.arena = arena};
  TRY(merge(&window.rows, changes, n, &merged));
  /* A first block that keeps its key is written over: to take it out before would join pages. */
  bool stays = window.n_blocks > 0 && merged.n > 0 && merged.rows[0].period == window.firsts[0];
  for (size_t i = stays ? 1 : 0; i < window.n_blocks; i++) {
    struct block_key key = block_key(handle, window.firsts[i]);
    TRY(table_delete(txn, TABLE_BLOCKS, bytes_of_key(&key)));
  }
  int64_t last = BLOCK_NO_PREVIOUS;
  bool grows = window.n_blocks > 0 && low > window.old_last && n < merged.n / 2;
  TRY(write_rows(txn, handle, &merged, grows, window.previous_last, arena, &last));
  int64_t behind = window.old_last > high ? window.old_last : high;
  return relink_follower(txn, handle, behind, last, arena);
}
