/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>

#include "proto/arena.h"

static void pieces_are_apart_and_aligned(void **state) {
  (void)state;
  scoped(arena_free) struct arena *arena = arena_new(1 << 20);
  uint8_t *last = NULL;
  for (size_t size = 0; size < 300; size++) {
    uint8_t *piece = arena_alloc(arena, size);
    assert_non_null(piece);
    assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
    memset(piece, (int)size, size);
    if (last != NULL && size > 1)
      assert_int_equal(last[size - 2], (uint8_t)(size - 1));
    last = piece;
  }
}

static void beyond_the_cap_there_is_nothing_and_the_rest_stays_usable(void **state) {
  (void)state;
  scoped(arena_free) struct arena *arena = arena_new(1024);
  assert_null(arena_alloc(arena, 1025));
  assert_non_null(arena_alloc(arena, 1000));
  assert_null(arena_alloc(arena, 100));
  assert_non_null(arena_alloc(arena, 16));
  assert_null(arena_alloc(arena, 1));
}

static void sizes_that_overflow_are_refused(void **state) {
  (void)state;
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  assert_null(arena_alloc(arena, SIZE_MAX));
  assert_null(arena_array(arena, SIZE_MAX / 2, 3));
}

static void a_reset_gives_all_back_and_sets_the_cap(void **state) {
  (void)state;
  scoped(arena_free) struct arena *arena = arena_new(1 << 20);
  assert_non_null(arena_alloc(arena, 1 << 19));
  assert_int_equal(arena_used(arena), 1 << 19);
  arena_reset(arena, 64);
  assert_int_equal(arena_used(arena), 0);
  assert_non_null(arena_alloc(arena, 64));
  assert_null(arena_alloc(arena, 1));
}

static void texts_are_copied_with_an_end(void **state) {
  (void)state;
  scoped(arena_free) struct arena *arena = arena_new(4096);
  assert_string_equal(arena_text(arena, bytes_of("abcdef", 3)), "abc");
  assert_string_equal(arena_text(arena, bytes_of(NULL, 0)), "");
  assert_string_equal(arena_format(arena, "%s=%d", "n", 7), "n=7");
  const uint8_t *zeros = arena_zero(arena, 64);
  for (size_t i = 0; i < 64; i++)
    assert_int_equal(zeros[i], 0);
}

/* Sizes count as they are rounded up, whatever chunks they come from. */
static void the_cap_holds_for_all_chunks_together(void **state) {
  (void)state;
  enum { CAP = 500003, PIECES = 4000 };
  scoped(arena_free) struct arena *arena = arena_new(0);
  for (unsigned round = 0, seed = 1; round < 20; round++) {
    size_t used = 0;
    arena_reset(arena, CAP + round);
    for (int i = 0; i < PIECES; i++) {
      seed = seed * 1664525 + 1013904223;
      size_t size = (seed >> 16) % (i % 100 == 99 ? 40000 : 200), taken = (size + 15) / 16 * 16;
      assert_int_equal(arena_alloc(arena, size) != NULL, used + taken <= CAP + round);
      used += used + taken <= CAP + round ? taken : 0;
      assert_int_equal(arena_used(arena), used);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pieces_are_apart_and_aligned),
      cmocka_unit_test(beyond_the_cap_there_is_nothing_and_the_rest_stays_usable),
      cmocka_unit_test(sizes_that_overflow_are_refused),
      cmocka_unit_test(a_reset_gives_all_back_and_sets_the_cap),
      cmocka_unit_test(the_cap_holds_for_all_chunks_together),
      cmocka_unit_test(texts_are_copied_with_an_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
