/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "client/files/progress.h"

/* A terminal of some width whose clock is set by hand. */
struct bench {
  struct progress progress;
  int64_t now_ms;
  char *text;
  size_t size;
};

static int64_t now_of(void *clock) {
  return *(int64_t *)clock;
}

static void bench_begin(struct bench *bench, size_t width, bool utf8) {
  *bench = (struct bench){.now_ms = 1000};
  bench->progress = (struct progress){.out = open_memstream(&bench->text, &bench->size),
                                      .utf8 = utf8,
                                      .width = width,
                                      .now_ms = now_of,
                                      .clock = &bench->now_ms};
  assert_non_null(bench->progress.out);
  progress_begin(&bench->progress);
}

static void bench_end(struct bench *bench) {
  fclose(bench->progress.out);
  free(bench->text);
}

static void show_at(struct bench *bench, int64_t ms) {
  bench->now_ms = 1000 + ms;
  progress_show(&bench->progress, "figures.csv", 25000000, 100000000, 12345);
}

static void nothing_is_shown_in_the_first_half_second(void **state) {
  (void)state;
  struct bench bench;
  bench_begin(&bench, 100, false);
  show_at(&bench, 499);
  progress_erase(&bench.progress);
  fflush(bench.progress.out);
  assert_int_equal(bench.size, 0);
  bench_end(&bench);
}

static void a_line_tells_how_far_it_is_and_is_erased(void **state) {
  (void)state;
  struct bench bench;
  bench_begin(&bench, 100, false);
  show_at(&bench, 10000);
  assert_string_equal(bench.text,
                      "\r\033[Kfigures.csv [#######.......................] 25 %  12345 rows  "
                      "2.5 MB/s  0:30 left");
  size_t size = bench.size;
  show_at(&bench, 10099);
  fflush(bench.progress.out);
  assert_int_equal(bench.size, size);
  progress_erase(&bench.progress);
  assert_string_equal(bench.text + size, "\r\033[K");
  bench_end(&bench);
}

static void a_line_is_never_as_wide_as_the_terminal(void **state) {
  (void)state;
  for (size_t width = 2; width < 120; width++) {
    struct bench bench;
    size_t columns = 0;
    bench_begin(&bench, width, true);
    bench.now_ms += 1000;
    progress_show(&bench.progress, "a/very/long/name/of/\xe4\xb8\xad\xe5\x9b\xbd/figures.csv",
                  UINT64_C(5000000000), UINT64_C(9000000000), 123456789);
    for (const char *p = bench.text + strlen("\r\033[K"); *p != '\0'; p++)
      columns += ((unsigned char)*p & 0xc0) != 0x80;
    assert_in_range(columns, 0, width - 1);
    bench_end(&bench);
  }
}

static void a_size_that_nobody_knows_has_no_bar(void **state) {
  (void)state;
  struct bench bench;
  bench_begin(&bench, 100, true);
  bench.now_ms += 2000;
  progress_show(&bench.progress, "standard input", 4000000, 0, 7);
  assert_string_equal(bench.text, "\r\033[Kstandard input  7 rows  2.0 MB/s");
  bench_end(&bench);
}

static void a_file_is_no_terminal(void **state) {
  (void)state;
  struct progress progress;
  FILE *file = tmpfile();
  assert_non_null(file);
  progress_init(&progress, file, true);
  progress_begin(&progress);
  progress_show(&progress, "x", 1, 2, 3);
  progress_erase(&progress);
  assert_int_equal(ftell(file), 0);
  fclose(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_shown_in_the_first_half_second),
      cmocka_unit_test(a_line_tells_how_far_it_is_and_is_erased),
      cmocka_unit_test(a_line_is_never_as_wide_as_the_terminal),
      cmocka_unit_test(a_size_that_nobody_knows_has_no_bar),
      cmocka_unit_test(a_file_is_no_terminal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
