/* SPDX-License-Identifier: MIT */
/* The periods that series share, and frames themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "server/align.h"
#include "tests/frames.h"

#define NONE ((double)NAN)

static struct arena *arena;
static struct small_frame small;
static struct frame *const FRAME = &small.frame;

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

static void add(struct period_set *set) {
  assert_true(period_set_add(arena, set, FRAME));
}

static void expect_periods(const struct period_set *set, const char *periods) {
  assert_int_equal(set->n, strlen(periods));
  for (size_t i = 0; i < set->n; i++)
    assert_int_equal(set->periods[i], periods[i] - '0');
}

static void a_union_has_the_periods_of_any_and_an_intersection_those_of_all(void **state) {
  (void)state;
  static const struct {
    enum align_rule rule;
    const char *after_two, *after_three;
  } ROWS[] = {{ALIGN_UNION, "123568", "1235678"}, {ALIGN_INTERSECTION, "35", "5"}};
  for (size_t i = 0; i < count_of(ROWS); i++) {
    struct period_set set = {.rule = ROWS[i].rule};
    FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {3, 1, 'A'}, {5, 1, 'A'}, {6, 1, 'A'});
    add(&set);
    expect_periods(&set, "1356");
    assert_int_equal(set.frequency, FREQUENCY_Q);
    FRAME_SET(&small, FREQUENCY_Q, {2, 1, 'A'}, {3, 1, 'A'}, {5, 1, 'A'}, {8, 1, 'A'});
    add(&set);
    expect_periods(&set, ROWS[i].after_two);
    FRAME_SET(&small, FREQUENCY_Q, {5, 1, 'A'}, {6, 1, 'A'}, {7, 1, 'A'});
    add(&set);
    expect_periods(&set, ROWS[i].after_three);
  }
}

static void what_shares_nothing_with_one_series_shares_nothing_with_all(void **state) {
  (void)state;
  struct period_set set = {.rule = ALIGN_INTERSECTION};
  FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'});
  add(&set);
  FRAME_SET(&small, FREQUENCY_Q, {2, 1, 'A'});
  add(&set);
  expect_periods(&set, "");
  add(&set);
  expect_periods(&set, "");
}

static void a_series_without_rows_empties_an_intersection_though_it_is_the_first(void **state) {
  (void)state;
  struct period_set set = {.rule = ALIGN_INTERSECTION};
  FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'});
  FRAME->n = 0;
  add(&set);
  FRAME->n = 1;
  add(&set);
  expect_periods(&set, "");
}

static void rows_are_dropped_and_added_until_the_periods_fit(void **state) {
  (void)state;
  int64_t periods[] = {1, 2, 4, 6};
  struct period_set set = {
      .rule = ALIGN_UNION, .frequency = FREQUENCY_Q, .n = count_of(periods), .periods = periods};
  FRAME_SET(&small, FREQUENCY_Q, {0, 5, 'A'}, {2, 20, 'P'}, {3, 30, 'A'}, {4, NONE, 'L'});
  assert_true(align_apply(arena, &set, FRAME));
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, 20, 'P'}, {4, NONE, 'L'}, {6, NONE, 'O'});
  assert_int_equal(FRAME->rows[1].release_no, 2);
  assert_int_equal(FRAME->rows[3].release_no, 0);
}

static void a_frame_is_cut_inclusively(void **state) {
  (void)state;
  static const struct {
    int64_t first, last;
    size_t n;
    int64_t from;
  } ROWS[] = {{INT64_MIN, INT64_MAX, 4, 1},
              {3, 5, 2, 3},
              {2, 4, 1, 3},
              {1, 1, 1, 1},
              {8, 9, 0, 0},
              {5, 3, 0, 0},
              {7, INT64_MAX, 1, 7},
              {2, 2, 0, 0}};
  for (size_t i = 0; i < count_of(ROWS); i++) {
    FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {3, 1, 'A'}, {5, 1, 'A'}, {7, 1, 'A'});
    frame_cut(FRAME, ROWS[i].first, ROWS[i].last);
    assert_int_equal(FRAME->n, ROWS[i].n);
    assert_true(ROWS[i].n == 0 || FRAME->rows[0].period == ROWS[i].from);
  }
}

static void the_last_n_are_those_of_the_first_n(void **state) {
  (void)state;
  static const struct {
    size_t first_n, last_n;
    size_t n;
    int64_t from;
  } ROWS[] = {{0, 0, 4, 1}, {2, 0, 2, 1}, {0, 3, 3, 3}, {3, 1, 1, 5}, {9, 9, 4, 1}, {4, 4, 4, 1}};
  for (size_t i = 0; i < count_of(ROWS); i++) {
    FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {3, 1, 'A'}, {5, 1, 'A'}, {7, 1, 'A'});
    frame_keep(FRAME, ROWS[i].first_n, ROWS[i].last_n);
    assert_int_equal(FRAME->n, ROWS[i].n);
    assert_int_equal(FRAME->rows[0].period, ROWS[i].from);
  }
}

static void columns_have_their_short_forms(void **state) {
  (void)state;
  struct frame_columns made;
  unsigned asked = READ_STATUSES | READ_RELEASES | READ_COMMENTS;
  FRAME_SET(&small, FREQUENCY_Q, {4, 1, 'A'}, {5, 2, 'A'});
  FRAME->rows[1].release_no = 1;
  assert_true(frame_to_columns(arena, FRAME, asked, &made));
  assert_int_equal(made.columns.n, 2);
  assert_int_equal(made.columns.first_period, 4);
  assert_int_equal(made.columns.last_period, 5);
  assert_null(made.columns.steps);
  assert_null(made.columns.statuses);
  assert_null(made.columns.release_indexes);
  assert_null(made.counts);
  assert_int_equal(made.columns.n_releases, 1);
}

static void a_frame_of_columns_gives_the_same_columns_again(void **state) {
  (void)state;
  struct frame_columns made;
  struct frame again;
  unsigned asked = READ_STATUSES | READ_RELEASES | READ_COMMENTS;
  FRAME_SET(&small, FREQUENCY_Q, {4, 1, 'A'}, {5, 2, 'P'}, {9, NONE, 'O'});
  FRAME->rows[2].release_no = FRAME->rows[0].release_no;
  FRAME->rows[1].comment = bytes_of_text("doubtful");
  assert_true(frame_to_columns(arena, FRAME, asked, &made));
  assert_int_equal(made.columns.n_releases, 2);
  assert_true(frame_of_columns(arena, FREQUENCY_Q, &made.columns, &again));
  FRAME_EXPECT(&again, {4, 1, 'A'}, {5, 2, 'P'}, {9, NONE, 'O'});
  for (size_t i = 0; i < again.n; i++) {
    assert_int_equal(again.rows[i].release_no, FRAME->rows[i].release_no);
    assert_int_equal(again.rows[i].comment.size, FRAME->rows[i].comment.size);
  }
}

static void rows_that_are_too_far_apart_are_no_columns(void **state) {
  (void)state;
  FRAME_SET(&small, FREQUENCY_N, {1, 1, 'A'}, {(int64_t)INT32_MAX + 1, 2, 'A'});
  assert_true(frame_fits_columns(FRAME));
  FRAME->rows[0].period = 0;
  assert_false(frame_fits_columns(FRAME));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_union_has_the_periods_of_any_and_an_intersection_those_of_all),
      cmocka_unit_test(what_shares_nothing_with_one_series_shares_nothing_with_all),
      cmocka_unit_test(a_series_without_rows_empties_an_intersection_though_it_is_the_first),
      cmocka_unit_test(rows_are_dropped_and_added_until_the_periods_fit),
      cmocka_unit_test(a_frame_is_cut_inclusively),
      cmocka_unit_test(the_last_n_are_those_of_the_first_n),
      cmocka_unit_test(columns_have_their_short_forms),
      cmocka_unit_test(a_frame_of_columns_gives_the_same_columns_again),
      cmocka_unit_test(rows_that_are_too_far_apart_are_no_columns),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
