/* SPDX-License-Identifier: MIT */
/* The columns of an answer: the same whether rows come one by one or in whole blocks, with as few
 * columns as can tell it. */
#include "tests/store_fixture.h"

#include "proto/obs_status.h"
#include "storage/builder.h"

enum { ROWS_MAX = 400, BLOCKS_MAX = 8 };

static struct arena *arena;

static int make_arena(void **state) {
  (void)state;
  arena = arena_new(SIZE_MAX / 2);
  return arena == NULL ? -1 : 0;
}

static int drop_arena(void **state) {
  (void)state;
  arena_free(arena);
  return 0;
}

/* A chunk of memory that is full of rubbish, so that a column that nobody filled is seen. */
static void soil_arena(void) {
  arena_reset(arena, SIZE_MAX / 2);
  void *dirt = arena_alloc(arena, 20000);
  assert_non_null(dirt);
  memset(dirt, 0x5a, 20000);
  arena_reset(arena, SIZE_MAX / 2);
}

/* ---- rows, and what the columns of them must be ---- */

static void fill(struct row *rows, size_t n, uint64_t *seed) {
  uint32_t gap = draw(seed, 4) * 10, odd = draw(seed, 3) * 10, releases = 1 + draw(seed, 3);
  int64_t period = (int64_t)draw(seed, 100) - 50;
  for (size_t i = 0; i < n; i++) {
    rows[i] = (struct row){.period = period,
                           .value = draw(seed, 100),
                           .status = odd > 0 && draw(seed, odd) == 0 ? 'P' : 'A',
                           .release_no = 1 + draw(seed, releases)};
    if (odd > 0 && draw(seed, odd) == 0)
      rows[i].comment = bytes_of_text("why");
    period += 1 + (gap > 0 && draw(seed, gap) == 0 ? 1 + draw(seed, 9) : 0);
  }
}

static void assert_periods(const struct columns *columns, const struct row *rows) {
  bool consecutive = rows[columns->n - 1].period - rows[0].period == (int64_t)columns->n - 1;
  assert_true(columns->first_period == rows[0].period);
  assert_true(columns->last_period == rows[columns->n - 1].period);
  if (consecutive)
    return;
  assert_non_null(columns->steps);
  for (size_t i = 1; i < columns->n; i++)
    assert_int_equal(columns->steps[i - 1], rows[i].period - rows[i - 1].period);
}

static void assert_contents(const struct columns *columns, unsigned asked, const struct row *rows) {
  size_t comment = 0;
  for (size_t i = 0; i < columns->n; i++) {
    assert_memory_equal((const uint8_t *)columns->values + 8 * i, &rows[i].value, 8);
    if ((asked & READ_STATUSES) != 0)
      assert_int_equal(columns->statuses == NULL ? 'A' : columns->statuses[i], rows[i].status);
    if ((asked & READ_RELEASES) != 0) {
      uint32_t index = columns->release_indexes == NULL ? 0 : columns->release_indexes[i];
      assert_int_equal(columns->releases[index], rows[i].release_no);
    }
    if ((asked & READ_COMMENTS) != 0 && rows[i].comment.size > 0) {
      assert_int_equal(columns->comments[comment].index, i);
      assert_true(bytes_equal(columns->comments[comment++].text, rows[i].comment));
    }
  }
  assert_int_equal(columns->n_comments, comment);
}

static void assert_columns(const struct columns *columns, unsigned asked, const struct row *rows,
                           size_t n) {
  assert_int_equal(columns->n, n);
  if (n == 0)
    return;
  assert_periods(columns, rows);
  assert_contents(columns, asked, rows);
  if ((asked & READ_STATUSES) == 0)
    assert_null(columns->statuses);
  if ((asked & READ_RELEASES) == 0)
    assert_int_equal(columns->n_releases, 0);
}

/* ---- the two ways to build them ---- */

static void add_as_blocks(struct builder *builder, const struct row *rows, size_t n,
                          uint64_t *seed) {
  for (size_t i = 0; i < n;) {
    size_t taken = 1 + draw(seed, (uint32_t)(n - i));
    struct bytes value;
    struct block block;
    /* Rows around the slice, so that it begins and ends within its block. */
    size_t before = draw(seed, (uint32_t)i + 1), behind = draw(seed, (uint32_t)(n - i - taken) + 1);
    OK(block_encode(rows + i - before, before + taken + behind, BLOCK_NO_PREVIOUS, arena, &value));
    assert_true(block_open(rows[i - before].period, value, &block));
    OK(builder_add_block(builder, &block, before, before + taken));
    i += taken;
  }
}

static void whole_blocks_give_the_columns_of_their_rows(void **state) {
  (void)state;
  static struct row rows[ROWS_MAX];
  uint64_t seed = 5;
  for (int round = 0; round < 600; round++) {
    size_t n = 1 + draw(&seed, ROWS_MAX);
    unsigned asked = draw(&seed, 2 * READ_BORROWED);
    struct builder builder;
    fill(rows, n, &seed);
    soil_arena();
    OK(builder_begin(&builder, arena, asked, draw(&seed, 50)));
    add_as_blocks(&builder, rows, n, &seed);
    assert_columns(&builder.result, asked, rows, n);
  }
}

static void rows_one_by_one_give_the_same_columns(void **state) {
  (void)state;
  static struct row rows[ROWS_MAX];
  uint64_t seed = 6;
  for (int round = 0; round < 300; round++) {
    size_t n = 1 + draw(&seed, ROWS_MAX);
    unsigned asked = draw(&seed, 2 * READ_BORROWED);
    struct builder builder;
    fill(rows, n, &seed);
    soil_arena();
    OK(builder_begin(&builder, arena, asked, draw(&seed, 50)));
    for (size_t i = 0; i < n; i++)
      OK(builder_add_row(&builder, &rows[i]));
    assert_columns(&builder.result, asked, rows, n);
  }
}

static void the_last_rows_alone_are_what_they_were_among_all(void **state) {
  (void)state;
  static struct row rows[ROWS_MAX];
  uint64_t seed = 7;
  for (int round = 0; round < 300; round++) {
    size_t n = 1 + draw(&seed, ROWS_MAX), kept = draw(&seed, (uint32_t)n + 20);
    unsigned asked = draw(&seed, 2 * READ_BORROWED);
    struct builder builder;
    fill(rows, n, &seed);
    soil_arena();
    OK(builder_begin(&builder, arena, asked, n));
    add_as_blocks(&builder, rows, n, &seed);
    builder_keep_last(&builder, kept);
    assert_int_equal(builder.result.more, kept < n);
    kept = kept < n ? kept : n;
    assert_columns(&builder.result, asked, rows + n - kept, kept);
  }
}

static void plain_rows_have_no_column_but_their_values(void **state) {
  (void)state;
  struct builder builder;
  OK(builder_begin(&builder, arena, READ_STATUSES | READ_RELEASES | READ_COMMENTS, 0));
  for (int64_t period = -3; period < 30; period++)
    OK(builder_add_row(&builder, &(struct row){.period = period, .status = 'A', .release_no = 4}));
  assert_null(builder.result.steps);
  assert_null(builder.result.statuses);
  assert_null(builder.result.release_indexes);
  assert_int_equal(builder.result.n_releases, 1);
  assert_int_equal(builder.result.releases[0], 4);
}

/* Of one block they are where they were, and of two somewhere else, unless nobody may borrow. */
static void values_of_one_block_are_borrowed(void **state) {
  (void)state;
  static struct row rows[ROWS_MAX];
  uint64_t seed = 8;
  struct bytes value;
  struct block block;
  struct builder owning, borrowing;
  do
    fill(rows, 100, &seed);
  while (rows[99].period != rows[0].period + 99);
  OK(block_encode(rows, 100, BLOCK_NO_PREVIOUS, arena, &value));
  assert_true(block_open(rows[0].period, value, &block));
  OK(builder_begin(&owning, arena, READ_STATUSES, 90));
  OK(builder_begin(&borrowing, arena, READ_STATUSES | READ_BORROWED, 90));
  OK(builder_add_block(&owning, &block, 10, 50));
  OK(builder_add_block(&borrowing, &block, 10, 50));
  assert_ptr_not_equal(owning.result.values, block.values + 80);
  assert_ptr_equal(borrowing.result.values, block.values + 80);
  OK(builder_add_block(&borrowing, &block, 50, 100));
  assert_ptr_not_equal(borrowing.result.values, block.values + 80);
  assert_columns(&borrowing.result, READ_STATUSES, rows + 10, 90);
}

static void rows_that_do_not_ascend_are_damage(void **state) {
  (void)state;
  struct row row = {.period = 5, .status = 'A', .release_no = 4};
  struct builder builder;
  OK(builder_begin(&builder, arena, READ_STATUSES, 0));
  OK(builder_add_row(&builder, &row));
  REFUSED(builder_add_row(&builder, &row), STORE_CORRUPT);
  row.period = 4;
  REFUSED(builder_add_row(&builder, &row), STORE_CORRUPT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_blocks_give_the_columns_of_their_rows),
      cmocka_unit_test(rows_one_by_one_give_the_same_columns),
      cmocka_unit_test(the_last_rows_alone_are_what_they_were_among_all),
      cmocka_unit_test(plain_rows_have_no_column_but_their_values),
      cmocka_unit_test(values_of_one_block_are_borrowed),
      cmocka_unit_test(rows_that_do_not_ascend_are_damage),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
