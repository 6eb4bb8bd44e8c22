/* SPDX-License-Identifier: MIT */
/* Sorting outside of memory, against a plain sort of the same rows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "client/files/spool.h"

enum { ROW_BYTES = sizeof(struct spool_row), MIB = 1 << 20 };

/* Numbers that look like chance and are the same in each run. */
static uint32_t next_random(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*state >> 33);
}

static int by_place(const void *a, const void *b) {
  const struct spool_row *left = a, *right = b;
  if (left->release != right->release)
    return left->release < right->release ? -1 : 1;
  if (left->series != right->series)
    return left->series < right->series ? -1 : 1;
  if (left->period != right->period)
    return left->period < right->period ? -1 : 1;
  return (left->line > right->line) - (left->line < right->line); /* the order of adding */
}

static bool is_same(const struct spool_row *a, const struct spool_row *b) {
  return a->period == b->period && memcmp(&a->value, &b->value, sizeof a->value) == 0 &&
         a->comment == b->comment && a->url == b->url && a->release == b->release &&
         a->series == b->series && a->line == b->line && a->file == b->file &&
         a->status == b->status;
}

static void add_all(struct spool *spool, const struct spool_row *rows, size_t n) {
  for (size_t i = 0; i < n; i++) {
    bool added = spool_mark(spool) && spool_add(spool, &rows[i]);
    assert_true(added);
  }
}

static void expect_rows(struct spool *spool, const struct spool_row *rows, size_t n,
                        const char *file, int line) {
  struct spool_row row;
  bool failed = false;
  size_t at = 0;
  for (; spool_next(spool, &row, &failed); at++)
    if (at >= n || !is_same(&row, &rows[at]))
      _fail(file, line);
  _assert_int_equal(failed, false, file, line);
  _assert_int_equal(at, n, file, line);
}
#define expect_rows(spool, rows, n) expect_rows(spool, rows, n, __FILE__, __LINE__)

static struct spool_row *random_rows(size_t n, uint32_t n_releases, uint32_t n_series) {
  uint64_t state = n;
  struct spool_row *rows = calloc(n, sizeof *rows);
  assert_non_null(rows);
  for (size_t i = 0; i < n; i++)
    rows[i] = (struct spool_row){.period = (int64_t)(next_random(&state) % 100) - 50,
                                 .value = next_random(&state),
                                 .release = next_random(&state) % n_releases,
                                 .series = next_random(&state) % n_series,
                                 .line = (uint32_t)i,
                                 .file = (uint16_t)next_random(&state),
                                 .status = 'A'};
  return rows;
}

/* In memory for `capacity` rows. */
static void check_sorting(size_t n, size_t capacity, uint32_t n_releases, uint32_t n_series) {
  scoped(spool_free) struct spool *spool = spool_new(capacity * ROW_BYTES);
  scoped(free) struct spool_row *rows = random_rows(n, n_releases, n_series);
  assert_non_null(spool);
  add_all(spool, rows, n);
  assert_int_equal(spool_count(spool), n);
  qsort(rows, n, sizeof *rows, by_place);
  for (int reading = 0; reading < 2; reading++) {
    bool sorted = spool_sort(spool);
    assert_true(sorted);
    expect_rows(spool, rows, n);
  }
}

static void rows_come_back_in_the_order_of_a_plain_sort(void **state) {
  (void)state;
  static const struct {
    size_t n, capacity;
    uint32_t n_releases, n_series;
  } table[] = {
      {1, 1, 1, 1},
      {1000, 100000, 3, 5},
      {5000, 7, 3, 5},
      {5000, 1, 2, 2},
      {5000, 5000, 70000, 70000},
      {5001, 5000, 1, 1},
      {20000, 64, 100, 100000},
      {4096, 64, 1, 1},
  };
  for (size_t i = 0; i < count_of(table); i++)
    check_sorting(table[i].n, table[i].capacity, table[i].n_releases, table[i].n_series);
}

static void rows_in_order_stay_so_over_many_runs(void **state) {
  (void)state;
  scoped(spool_free) struct spool *spool = spool_new(3 * ROW_BYTES);
  scoped(free) struct spool_row *rows = random_rows(1000, 2, 2);
  qsort(rows, 1000, sizeof *rows, by_place);
  add_all(spool, rows, 1000);
  bool sorted = spool_sort(spool);
  assert_true(sorted);
  expect_rows(spool, rows, 1000);
}

/* Those before it are written in several pieces, while there is room in memory. */
static void a_row_that_comes_too_late_behind_many_in_order_takes_its_place(void **state) {
  (void)state;
  enum { N = 20000 };
  scoped(free) struct spool_row *rows = random_rows(N, 3, 200);
  qsort(rows, N, sizeof *rows, by_place);
  for (uint32_t i = 0; i < N; i++)
    rows[i].line = i;
  rows[N - 1] = (struct spool_row){.release = 1, .series = 7, .line = N, .status = 'A'};
  scoped(spool_free) struct spool *spool = spool_new(N * ROW_BYTES);
  add_all(spool, rows, N);
  qsort(rows, N, sizeof *rows, by_place);
  bool sorted = spool_sort(spool);
  assert_true(sorted);
  expect_rows(spool, rows, N);
}

static void nothing_is_sorted_into_nothing(void **state) {
  (void)state;
  scoped(spool_free) struct spool *spool = spool_new(0);
  bool sorted = spool_sort(spool);
  assert_true(sorted);
  expect_rows(spool, NULL, 0);
  assert_int_equal(spool_count(spool), 0);
}

static void every_field_keeps_its_extremes(void **state) {
  (void)state;
  struct spool_row rows[] = {
      {.period = INT64_MIN, .value = -INFINITY, .status = 'A', .line = 0},
      {.period = INT64_MAX, .value = 5e-324, .status = '-', .line = UINT32_MAX},
      {.period = INT64_MIN, .series = UINT32_MAX, .value = -0.0, .status = 'A'},
      {.release = UINT32_MAX,
       .series = UINT32_MAX,
       .period = INT64_MAX,
       .value = nan(""),
       .comment = UINT64_MAX,
       .url = UINT64_MAX,
       .line = UINT32_MAX,
       .file = UINT16_MAX,
       .status = (char)0xff},
  };
  for (size_t capacity = 1; capacity <= 8; capacity++) {
    scoped(spool_free) struct spool *spool = spool_new(capacity * ROW_BYTES);
    for (size_t i = count_of(rows); i-- > 0;)
      add_all(spool, &rows[i], 1);
    bool sorted = spool_sort(spool);
    assert_true(sorted);
    expect_rows(spool, rows, count_of(rows));
  }
}

static void rows_since_the_mark_are_forgotten_wherever_the_buffer_was_written(void **state) {
  (void)state;
  scoped(free) struct spool_row *rows = random_rows(600, 4, 4);
  for (size_t capacity = 1; capacity <= 9; capacity++) {
    scoped(spool_free) struct spool *spool = spool_new(capacity * ROW_BYTES);
    scoped(free) struct spool_row *kept = calloc(600, sizeof *kept);
    size_t n = 0;
    for (size_t at = 0; at + 5 <= 600; at += 5) {
      bool marked = spool_mark(spool);
      assert_true(marked);
      for (size_t i = at; i < at + 5; i++) {
        bool added = spool_add(spool, &rows[i]);
        assert_true(added);
      }
      if (at % 3 == 0) {
        spool_return_to_mark(spool);
        continue;
      }
      memcpy(kept + n, rows + at, 5 * sizeof *kept);
      n += 5;
    }
    assert_int_equal(spool_count(spool), n);
    qsort(kept, n, sizeof *kept, by_place);
    bool sorted = spool_sort(spool);
    assert_true(sorted);
    expect_rows(spool, kept, n);
  }
}

static void a_spool_that_was_sorted_takes_more_rows(void **state) {
  (void)state;
  scoped(free) struct spool_row *rows = random_rows(500, 3, 3);
  scoped(spool_free) struct spool *spool = spool_new(16 * ROW_BYTES);
  add_all(spool, rows, 300);
  bool sorted = spool_sort(spool);
  assert_true(sorted);
  add_all(spool, rows + 300, 200);
  sorted = spool_sort(spool);
  assert_true(sorted);
  qsort(rows, 500, sizeof *rows, by_place);
  expect_rows(spool, rows, 500);
}

/* --- Text ------------------------------------------------------------------------------------- */

static void expect_text(struct spool *spool, uint64_t number, struct bytes expected) {
  struct bytes text;
  bool read = spool_text(spool, number, &text);
  assert_true(read);
  assert_true(bytes_equal(text, expected));
}

static void texts_come_back_in_any_order(void **state) {
  (void)state;
  uint64_t numbers[200], seed = 1;
  char words[200][32];
  scoped(spool_free) struct spool *spool = spool_new(ROW_BYTES);
  for (size_t i = 0; i < count_of(numbers); i++) {
    snprintf(words[i], sizeof words[i], "remark %u", next_random(&seed));
    bool added = spool_add_text(spool, bytes_of_text(words[i]), &numbers[i]);
    assert_true(added);
    assert_int_not_equal(numbers[i], 0);
  }
  for (int i = 0; i < 1000; i++) {
    size_t at = next_random(&seed) % count_of(numbers);
    expect_text(spool, numbers[at], bytes_of_text(words[at]));
  }
}

static void a_text_that_comes_again_at_once_is_kept_once(void **state) {
  (void)state;
  uint64_t first = 0, second = 0, other = 0, third = 0;
  scoped(spool_free) struct spool *spool = spool_new(ROW_BYTES);
  bool added = spool_add_text(spool, bytes_of_text("a"), &first) &&
               spool_add_text(spool, bytes_of_text("a"), &second) &&
               spool_add_text(spool, bytes_of_text("b"), &other) &&
               spool_add_text(spool, bytes_of_text("a"), &third);
  assert_true(added);
  assert_int_equal(first, second);
  assert_int_not_equal(first, other);
  expect_text(spool, third, bytes_of_text("a"));
  expect_text(spool, first, bytes_of_text("a"));
}

static void large_and_empty_texts_and_those_with_nul_bytes_are_kept(void **state) {
  (void)state;
  uint64_t large = 0, empty = 0, odd = 0, behind = 0;
  scoped(free) uint8_t *data = malloc(MIB);
  scoped(spool_free) struct spool *spool = spool_new(ROW_BYTES);
  memset(data, 'x', MIB);
  bool added = spool_add_text(spool, bytes_of(data, MIB), &large) &&
               spool_add_text(spool, bytes_of("", 0), &empty) &&
               spool_add_text(spool, bytes_of("a\0b", 3), &odd);
  assert_true(added);
  expect_text(spool, large, bytes_of(data, MIB));
  expect_text(spool, empty, bytes_of("", 0));
  expect_text(spool, odd, bytes_of("a\0b", 3));
  added = spool_add_text(spool, bytes_of_text("later"), &behind);
  assert_true(added);
  expect_text(spool, large, bytes_of(data, MIB));
  expect_text(spool, behind, bytes_of_text("later"));
}

/* --- Failures --------------------------------------------------------------------------------- */

static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  int code = setrlimit(RLIMIT_FSIZE, &limit);
  assert_int_equal(code, 0);
}

static void a_full_disk_is_told_and_rows_before_it_are_still_there(void **state) {
  (void)state;
  scoped(free) struct spool_row *rows = random_rows(1000, 3, 3);
  scoped(spool_free) struct spool *spool = spool_new(8 * ROW_BYTES);
  size_t n = 0;
  signal(SIGXFSZ, SIG_IGN);
  limit_files(100 * ROW_BYTES);
  while (n < 1000 && spool_mark(spool) && spool_add(spool, &rows[n]))
    n++;
  int error = errno;
  limit_files(RLIM_INFINITY);
  assert_int_equal(error, EFBIG);
  assert_in_range(n, 100 * ROW_BYTES / 32, 100 * ROW_BYTES / 9 + 8); /* a row takes 9 to 32 */
  bool sorted = spool_sort(spool);
  assert_true(sorted);
  qsort(rows, n, sizeof *rows, by_place);
  expect_rows(spool, rows, n);
}

static void a_full_disk_is_told_for_texts(void **state) {
  (void)state;
  uint64_t number = 0, last = 0;
  struct bytes text;
  char word[64] = "";
  bool added = true;
  scoped(spool_free) struct spool *spool = spool_new(ROW_BYTES);
  signal(SIGXFSZ, SIG_IGN);
  limit_files(1000);
  for (int i = 0; i < 100000 && added; i++) {
    snprintf(word, sizeof word, "remark %d", i);
    last = number;
    added = spool_add_text(spool, bytes_of_text(word), &number);
  }
  bool read = !added ? false : spool_text(spool, last, &text);
  limit_files(RLIM_INFINITY);
  assert_false(added && read);
}

static void a_folder_that_is_none_is_told(void **state) {
  (void)state;
  uint64_t number;
  struct spool_row row = {.status = 'A'};
  scoped(spool_free) struct spool *spool = spool_new(ROW_BYTES);
  setenv("TMPDIR", "/dev/full", 1);
  errno = 0;
  bool added = spool_add_text(spool, bytes_of_text("a"), &number);
  assert_false(added);
  assert_int_equal(errno, ENOTDIR);
  bool in_memory = spool_mark(spool) && spool_add(spool, &row);
  bool written = spool_mark(spool);
  unsetenv("TMPDIR");
  assert_true(in_memory);
  assert_false(written);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_come_back_in_the_order_of_a_plain_sort),
      cmocka_unit_test(rows_in_order_stay_so_over_many_runs),
      cmocka_unit_test(a_row_that_comes_too_late_behind_many_in_order_takes_its_place),
      cmocka_unit_test(nothing_is_sorted_into_nothing),
      cmocka_unit_test(every_field_keeps_its_extremes),
      cmocka_unit_test(rows_since_the_mark_are_forgotten_wherever_the_buffer_was_written),
      cmocka_unit_test(a_spool_that_was_sorted_takes_more_rows),
      cmocka_unit_test(texts_come_back_in_any_order),
      cmocka_unit_test(a_text_that_comes_again_at_once_is_kept_once),
      cmocka_unit_test(large_and_empty_texts_and_those_with_nul_bytes_are_kept),
      cmocka_unit_test(a_full_disk_is_told_and_rows_before_it_are_still_there),
      cmocka_unit_test(a_full_disk_is_told_for_texts),
      cmocka_unit_test(a_folder_that_is_none_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
