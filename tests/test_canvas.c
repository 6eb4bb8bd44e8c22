/* SPDX-License-Identifier: MIT */
/* Dots and lines on a screen of cells. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "client/plot/canvas.h"

static const struct pen PEN = {.line = 3, .letter = '*'};

/* The rows of a canvas, each with a final newline. */
static void expect(const struct canvas *canvas, size_t columns, size_t rows, const char *expected) {
  char text[200] = "";
  for (size_t row = 0; row < rows; row++) {
    for (size_t column = 0; column < columns; column++) {
      char cell[CANVAS_CELL_SIZE];
      canvas_cell(canvas, column, row, cell);
      strcat(text, cell);
    }
    strcat(text, "\n");
  }
  assert_string_equal(text, expected);
}

static void a_cell_has_eight_dots_and_in_ascii_one_letter(void **state) {
  (void)state;
  scoped(canvas_free) struct canvas *braille = canvas_new(2, 3, false);
  scoped(canvas_free) struct canvas *ascii = canvas_new(2, 3, true);
  assert_int_equal(canvas_width(braille), 4);
  assert_int_equal(canvas_height(braille), 12);
  assert_int_equal(canvas_width(ascii), 2);
  assert_int_equal(canvas_height(ascii), 3);
}

static void each_dot_is_the_bit_of_unicodes_braille(void **state) {
  static const char *const DOTS[2][4] = {{"⠁", "⠂", "⠄", "⡀"}, {"⠈", "⠐", "⠠", "⢀"}};
  (void)state;
  for (int64_t x = 0; x < 2; x++)
    for (int64_t y = 0; y < 4; y++) {
      char cell[CANVAS_CELL_SIZE];
      scoped(canvas_free) struct canvas *canvas = canvas_new(1, 1, false);
      canvas_dot(canvas, x, y, &PEN);
      assert_int_equal(canvas_cell(canvas, 0, 0, cell), PEN.line);
      assert_string_equal(cell, DOTS[x][y]);
    }
}

static void a_cell_without_dots_is_blank_and_no_lines(void **state) {
  char cell[CANVAS_CELL_SIZE];
  (void)state;
  scoped(canvas_free) struct canvas *canvas = canvas_new(1, 1, false);
  assert_int_equal(canvas_cell(canvas, 0, 0, cell), CANVAS_NO_LINE);
  assert_string_equal(cell, " ");
}

static void what_lies_outside_is_passed_over(void **state) {
  static const int64_t OUTSIDE[][2] = {{-1, 0}, {0, -1}, {4, 0}, {0, 8}, {INT64_MAX, INT64_MIN}};
  (void)state;
  scoped(canvas_free) struct canvas *canvas = canvas_new(2, 2, false);
  for (size_t i = 0; i < count_of(OUTSIDE); i++) {
    canvas_dot(canvas, OUTSIDE[i][0], OUTSIDE[i][1], &PEN);
    canvas_mark(canvas, OUTSIDE[i][0], OUTSIDE[i][1], "X", 0);
    assert_true(canvas_is_marked(canvas, OUTSIDE[i][0], OUTSIDE[i][1]));
  }
  expect(canvas, 2, 2, "  \n  \n");
}

static void lines_go_from_end_to_end_in_every_direction(void **state) {
  static const struct {
    int64_t from[2], to[2];
    const char *expected;
  } ROWS[] = {
      {{0, 0}, {3, 0}, "****\n    \n    \n"}, {{3, 2}, {0, 2}, "    \n    \n****\n"},
      {{1, 0}, {1, 2}, " *  \n *  \n *  \n"}, {{1, 2}, {1, 0}, " *  \n *  \n *  \n"},
      {{0, 0}, {2, 2}, "*   \n *  \n  * \n"}, {{2, 0}, {0, 2}, "  * \n *  \n*   \n"},
      {{2, 1}, {2, 1}, "    \n  * \n    \n"},
  };
  (void)state;
  for (size_t i = 0; i < count_of(ROWS); i++) {
    scoped(canvas_free) struct canvas *canvas = canvas_new(4, 3, true);
    canvas_line(canvas, ROWS[i].from, ROWS[i].to, &PEN);
    expect(canvas, 4, 3, ROWS[i].expected);
  }
}

static void a_dashed_line_has_a_dot_in_three(void **state) {
  struct pen pen = {.letter = '*', .dashed = true};
  (void)state;
  scoped(canvas_free) struct canvas *canvas = canvas_new(8, 1, true);
  canvas_line(canvas, (int64_t[]){0, 0}, (int64_t[]){7, 0}, &pen);
  expect(canvas, 8, 1, "*  *  * \n");
}

static void a_cell_is_of_the_line_that_drew_there_last_and_keeps_all_dots(void **state) {
  char cell[CANVAS_CELL_SIZE];
  struct pen other = {.line = 5, .letter = 'o'};
  (void)state;
  scoped(canvas_free) struct canvas *canvas = canvas_new(1, 1, false);
  canvas_dot(canvas, 0, 0, &PEN);
  canvas_dot(canvas, 1, 0, &other);
  assert_int_equal(canvas_cell(canvas, 0, 0, cell), other.line);
  assert_string_equal(cell, "⠉");
}

static void a_mark_stands_in_place_of_the_dots(void **state) {
  (void)state;
  scoped(canvas_free) struct canvas *canvas = canvas_new(2, 1, false);
  canvas_line(canvas, (int64_t[]){0, 0}, (int64_t[]){3, 0}, &PEN);
  assert_false(canvas_is_marked(canvas, 2, 3));
  canvas_mark(canvas, 2, 3, "◇", 1);
  assert_true(canvas_is_marked(canvas, 3, 0));
  canvas_dot(canvas, 2, 2, &PEN);
  expect(canvas, 2, 1, "⠉◇\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cell_has_eight_dots_and_in_ascii_one_letter),
      cmocka_unit_test(each_dot_is_the_bit_of_unicodes_braille),
      cmocka_unit_test(a_cell_without_dots_is_blank_and_no_lines),
      cmocka_unit_test(what_lies_outside_is_passed_over),
      cmocka_unit_test(lines_go_from_end_to_end_in_every_direction),
      cmocka_unit_test(a_dashed_line_has_a_dot_in_three),
      cmocka_unit_test(a_cell_is_of_the_line_that_drew_there_last_and_keeps_all_dots),
      cmocka_unit_test(a_mark_stands_in_place_of_the_dots),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
