/* SPDX-License-Identifier: MIT */
/* Rows for missing periods, values that are carried on, and filters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "server/fill.h"
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

/* No more rows than were foretold. */
static void apply(const struct fill *fill) {
  uint64_t most = fill_rows_max(fill, FRAME);
  bool bounded = FRAME->n > 0 || (fill->first != INT64_MIN && fill->last != INT64_MAX);
  assert_true(fill_apply(arena, fill, FRAME));
  assert_true(!bounded || FRAME->n <= most);
}

static void missing_periods_of_the_range_get_rows(void **state) {
  (void)state;
  struct fill fill = {.insert_missing = true, .first = 1, .last = 6};
  FRAME_SET(&small, FREQUENCY_Q, {2, 20, 'A'}, {5, 50, 'P'});
  apply(&fill);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, 20, 'A'}, {3, NONE, 'O'}, {4, NONE, 'O'}, {5, 50, 'P'},
               {6, NONE, 'O'});
}

static void open_ends_are_where_the_rows_are(void **state) {
  (void)state;
  struct fill fill = {.insert_missing = true, .first = INT64_MIN, .last = INT64_MAX};
  FRAME_SET(&small, FREQUENCY_Q, {2, 20, 'A'}, {4, 40, 'A'});
  apply(&fill);
  FRAME_EXPECT(FRAME, {2, 20, 'A'}, {3, NONE, 'O'}, {4, 40, 'A'});
  FRAME_SET(&small, FREQUENCY_Q, {2, 20, 'A'});
  fill.first = 1;
  apply(&fill);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, 20, 'A'});
}

static void a_range_without_rows_is_filled_if_it_is_closed(void **state) {
  (void)state;
  struct fill fill = {.insert_missing = true, .first = 1, .last = 2};
  FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'});
  FRAME->n = 0;
  apply(&fill);
  FRAME_EXPECT(FRAME, {1, NONE, 'O'}, {2, NONE, 'O'});
  static const struct fill OPEN[] = {
      {.insert_missing = true, .first = 1, .last = INT64_MAX},
      {.insert_missing = true, .first = INT64_MIN, .last = 1},
      {.insert_missing = true, .first = 2, .last = 1},
  };
  for (size_t i = 0; i < count_of(OPEN); i++) {
    FRAME->n = 0;
    assert_int_equal(fill_rows_max(&OPEN[i], FRAME), 0);
    apply(&OPEN[i]);
    FRAME_EXPECT_EMPTY(FRAME);
  }
}

static void a_value_is_carried_so_far_and_no_farther(void **state) {
  (void)state;
  struct fill fill = {.carry_forward = 2, .first = 1, .last = 12};
  FRAME_SET(&small, FREQUENCY_Q, {2, 20, 'P'}, {7, 70, 'A'}, {8, NONE, 'L'}, {11, NONE, 'L'});
  apply(&fill);
  FRAME_EXPECT(FRAME, {2, 20, 'P'}, {3, 20, 'I'}, {4, 20, 'I'}, {7, 70, 'A'}, {8, 70, 'I'},
               {9, 70, 'I'}, {11, NONE, 'L'});
  assert_int_equal(FRAME->rows[1].release_no, 1);
  assert_int_equal(FRAME->rows[5].release_no, 2);
}

static void a_carried_value_has_no_comment_and_the_counts_of_its_own_bucket(void **state) {
  (void)state;
  struct fill fill = {.carry_forward = 2, .first = 1, .last = 3};
  FRAME_SET(&small, FREQUENCY_Q, {1, 10, 'A'}, {2, NONE, 'O'});
  FRAME->rows[0].comment = bytes_of_text("of the published figure");
  FRAME->rows[0].count = 5;
  FRAME->rows[0].size = 6;
  FRAME->rows[1].size = 7;
  apply(&fill);
  FRAME_EXPECT(FRAME, {1, 10, 'A'}, {2, 10, 'I'}, {3, 10, 'I'});
  assert_int_equal(FRAME->rows[0].comment.size, 23);
  assert_int_equal(FRAME->rows[1].comment.size, 0);
  assert_int_equal(FRAME->rows[1].count, 0);
  assert_int_equal(FRAME->rows[1].size, 7);
  assert_int_equal(FRAME->rows[2].count, 0);
  assert_int_equal(FRAME->rows[2].size, 0);
}

static void data_that_cannot_exist_is_not_replaced_but_passed_over(void **state) {
  (void)state;
  struct fill fill = {.carry_forward = 3, .first = 1, .last = 3};
  FRAME_SET(&small, FREQUENCY_Q, {1, 10, 'A'}, {2, NONE, 'M'});
  apply(&fill);
  FRAME_EXPECT(FRAME, {1, 10, 'A'}, {2, NONE, 'M'}, {3, 10, 'I'});
}

static void a_value_from_before_the_range_is_carried_into_it(void **state) {
  (void)state;
  struct fill fill = {.carry_forward = 3, .first = 4, .last = 9};
  FRAME_SET(&small, FREQUENCY_Q, {2, 20, 'A'}, {3, NONE, 'O'}, {8, 80, 'A'});
  apply(&fill);
  FRAME_EXPECT(FRAME, {4, 20, 'I'}, {5, 20, 'I'}, {8, 80, 'A'}, {9, 80, 'I'});
  fill.insert_missing = true;
  FRAME_SET(&small, FREQUENCY_Q, {2, 20, 'A'}, {3, NONE, 'O'}, {8, 80, 'A'});
  apply(&fill);
  FRAME_EXPECT(FRAME, {4, 20, 'I'}, {5, 20, 'I'}, {6, NONE, 'O'}, {7, NONE, 'O'}, {8, 80, 'A'},
               {9, 80, 'I'});
}

static void what_there_is_at_most_does_not_overflow(void **state) {
  (void)state;
  struct fill fill = {.insert_missing = true, .first = INT64_MIN + 1, .last = INT64_MAX - 1};
  FRAME_SET(&small, FREQUENCY_Q, {1, 10, 'A'});
  assert_true(fill_rows_max(&fill, FRAME) >= UINT64_MAX - 2);
  fill = (struct fill){.carry_forward = UINT32_MAX, .first = 1, .last = 5};
  assert_int_equal(fill_rows_max(&fill, FRAME), 6);
  fill.carry_forward = 2;
  fill.last = 1000;
  assert_int_equal(fill_rows_max(&fill, FRAME), 3);
}

static void a_filter_keeps_what_is_within_its_bounds(void **state) {
  (void)state;
  static const struct {
    struct row_filter filter;
    const char *periods;
  } ROWS[] = {
      {{.statuses = ""}, "12345"},
      {{.statuses = "A"}, "14"},
      {{.statuses = "PL"}, "23"},
      {{.statuses = "", .drop_missing = true}, "1245"},
      {{.statuses = "", .has_min = true, .min = 2}, "245"},
      {{.statuses = "", .has_max = true, .max = 2}, "12"},
      {{.statuses = "", .has_max = true, .max = 3}, "124"},
      {{.statuses = "", .has_min = true, .min = 2, .has_max = true, .max = 3}, "24"},
      {{.statuses = "AL", .has_min = true, .min = -100}, "14"},
      {{.statuses = "L", .drop_missing = true}, ""},
  };
  for (size_t i = 0; i < count_of(ROWS); i++) {
    FRAME_SET(&small, FREQUENCY_Q, {1, 1, 'A'}, {2, 2, 'P'}, {3, NONE, 'L'}, {4, 3, 'A'},
              {5, 4, 'E'});
    filter_apply(&ROWS[i].filter, FRAME);
    assert_int_equal(FRAME->n, strlen(ROWS[i].periods));
    for (size_t j = 0; j < FRAME->n; j++)
      assert_int_equal(FRAME->rows[j].period, ROWS[i].periods[j] - '0');
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(missing_periods_of_the_range_get_rows),
      cmocka_unit_test(open_ends_are_where_the_rows_are),
      cmocka_unit_test(a_range_without_rows_is_filled_if_it_is_closed),
      cmocka_unit_test(a_value_is_carried_so_far_and_no_farther),
      cmocka_unit_test(a_carried_value_has_no_comment_and_the_counts_of_its_own_bucket),
      cmocka_unit_test(data_that_cannot_exist_is_not_replaced_but_passed_over),
      cmocka_unit_test(a_value_from_before_the_range_is_carried_into_it),
      cmocka_unit_test(what_there_is_at_most_does_not_overflow),
      cmocka_unit_test(a_filter_keeps_what_is_within_its_bounds),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
