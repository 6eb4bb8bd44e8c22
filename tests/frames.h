/* SPDX-License-Identifier: MIT */
/* Frames for the tests of the pure functions over them, and what they are expected to become. */
#ifndef BELLWETHER_TESTS_FRAMES_H
#define BELLWETHER_TESTS_FRAMES_H

#include "server/frame.h"

/* A value of NaN is that there is none. */
struct cell {
  int64_t period;
  double value;
  char status;
};

enum { FRAME_ROWS_MAX = 32 };

/* Its rows can be written to. */
struct small_frame {
  struct frame frame;
  struct frame_row rows[FRAME_ROWS_MAX];
};

/* Rows that come from release 1, 2, 3 and so on. `ret` must not move afterwards. */
void frame_set(struct small_frame *ret, enum frequency frequency, const struct cell *cells,
               size_t n);
#define FRAME_SET(ret, frequency, ...)                                                             \
  frame_set(ret, frequency, (const struct cell[]){__VA_ARGS__},                                    \
            sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell))

/* The same periods and statuses, and values that are equal but for rounding. */
void frame_expect(const struct frame *frame, const struct cell *cells, size_t n, const char *file,
                  int line);
#define FRAME_EXPECT(frame, ...)                                                                   \
  frame_expect(frame, (const struct cell[]){__VA_ARGS__},                                          \
               sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell), __FILE__,         \
               __LINE__)
#define FRAME_EXPECT_EMPTY(frame) frame_expect(frame, NULL, 0, __FILE__, __LINE__)

/* Values that are equal but for rounding, or both none. */
void value_expect(double value, double expected, const char *file, int line);
#define VALUE_EXPECT(value, expected) value_expect(value, expected, __FILE__, __LINE__)

#endif
