/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/frames.h"

#include <math.h>

void frame_set(struct small_frame *ret, enum frequency frequency, const struct cell *cells,
               size_t n) {
  assert_true(n <= FRAME_ROWS_MAX);
  *ret = (struct small_frame){.frame = {.frequency = frequency, .n = n, .rows = ret->rows}};
  for (size_t i = 0; i < n; i++)
    ret->rows[i] = (struct frame_row){.period = cells[i].period,
                                      .value = cells[i].value,
                                      .status = (uint8_t)cells[i].status,
                                      .release_no = (uint32_t)i + 1};
}

void value_expect(double value, double expected, const char *file, int line) {
  bool equal =
      isnan(expected) ? isnan(value) : fabs(value - expected) <= 1e-12 * fmax(1, fabs(expected));
  if (!equal)
    print_error("%s:%d: got %.17g, expected %.17g\n", file, line, value, expected);
  _assert_true(equal, "equal", file, line);
}

void frame_expect(const struct frame *frame, const struct cell *cells, size_t n, const char *file,
                  int line) {
  _assert_int_equal(frame->n, n, file, line);
  for (size_t i = 0; i < n; i++) {
    _assert_int_equal((uint64_t)frame->rows[i].period, (uint64_t)cells[i].period, file, line);
    value_expect(frame->rows[i].value, cells[i].value, file, line);
    _assert_int_equal(frame->rows[i].status, (uint8_t)cells[i].status, file, line);
  }
}
