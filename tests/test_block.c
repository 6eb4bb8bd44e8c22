/* SPDX-License-Identifier: MIT */
/* Blocks: their golden bytes, round trips of random columns, their sizes, damaged ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "bellwether/v1/types.pb-c.h"
#include "proto/obs_status.h"
#include "storage/block.h"

#define OK(call) assert_int_equal((call), STORE_OK)

static struct arena *arena;
static uint64_t seed = 1;

static uint32_t draw(uint32_t below) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(seed >> 33) % below;
}

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

static struct bytes encoded(const struct row *rows, size_t n) {
  struct bytes value;
  OK(block_encode(rows, n, BLOCK_NO_PREVIOUS, arena, &value));
  return value;
}

/* ---- golden bytes ---- */

static void assert_hex(struct bytes bytes, const char *golden) {
  char text[3 * 256 + 1] = "";
  assert_true(bytes.size <= 256);
  for (size_t i = 0; i < bytes.size; i++)
    snprintf(text + 3 * i, 4, "%02x ", bytes.data[i]);
  assert_string_equal(text, golden);
}

static void a_plain_block_is_a_header_its_values_and_one_release(void **state) {
  (void)state;
  static const struct row rows[] = {
      {.period = -1, .value = 1.5, .status = 'A', .release_no = 7, .published_ms = 1000},
      {.period = 0, .value = -2, .status = 'A', .release_no = 7, .published_ms = 1000},
  };
  assert_hex(encoded(rows, 2), "03 02 00 d0 0f " /* flags, n, no block before, published */
                               "00 00 00 00 00 00 f8 3f 00 00 00 00 00 00 00 c0 " /* values */
                               "01 07 00 ");                                      /* release */
}

static void a_full_block_has_steps_statuses_releases_and_comments(void **state) {
  (void)state;
  struct row rows[] = {
      {.period = 10, .value = 1, .status = 'A', .release_no = 7, .published_ms = 2000},
      {.period = 11, .value = 2, .status = 'P', .release_no = 9, .published_ms = 1000},
      {.period = 311, .value = obs_nan(), .status = 'O', .release_no = 7, .published_ms = 2000},
  };
  rows[1].comment = bytes_of_text("why");
  assert_hex(encoded(rows, 3),
             "04 03 00 a0 1f ad 02 03 " /* ... distance of the last, steps' size */
             "00 00 00 00 00 00 f0 3f 00 00 00 00 00 00 00 40 "
             "00 00 00 00 00 00 f8 7f "
             "01 ac 02 "            /* steps */
             "41 50 4f "            /* statuses */
             "02 07 00 09 cf 0f "   /* releases */
             "00 01 00 "            /* indexes */
             "01 01 03 77 68 79 "); /* comments */
}

/* ---- round trips ---- */

static const char STATUSES[] = "APEBF";

/* How lively the columns of a random block are. */
struct shape {
  uint32_t gap;      /* one step in so many is longer; 0: none */
  uint32_t odd;      /* one status in so many is not A */
  uint32_t releases; /* so many, at most */
  uint32_t comment;  /* one row in so many has a comment ... */
  uint32_t text;     /* ... of up to so many bytes */
};

static struct shape random_shape(void) {
  static const uint32_t every[] = {0, 1, 2, 5, 50};
  static const uint32_t releases[] = {1, 1, 2, 5, 200, 500};
  static const uint32_t texts[] = {3, 40, 900};
  return (struct shape){.gap = every[draw(5)],
                        .odd = every[draw(5)],
                        .releases = releases[draw(6)],
                        .comment = every[draw(5)] * 10,
                        .text = texts[draw(3)]};
}

static bool once_in(uint32_t n) {
  return n > 0 && draw(n) == 0;
}

static void fill(struct row *rows, size_t n, const struct shape *shape) {
  static uint8_t text[1024];
  static const uint32_t longest[] = {3, 200, 70000, INT32_MAX - 1};
  memset(text, 'x', sizeof text);
  int64_t period = (int64_t)draw(100000) - 50000;
  for (size_t i = 0; i < n; i++) {
    uint32_t release = draw(shape->releases);
    rows[i] = (struct row){.period = period,
                           .value = draw(1000) / 8.0 - 50,
                           .status = 'A',
                           .release_no = 1 + release,
                           .published_ms = (int64_t)release * 77 - 1000};
    if (once_in(shape->odd))
      rows[i].status = (uint8_t)STATUSES[draw(5)];
    if (once_in(shape->odd * 4)) {
      rows[i].status = OBS_STATUS_MISSING;
      rows[i].value = obs_nan();
    }
    if (once_in(shape->comment))
      rows[i].comment = bytes_of(text, 1 + draw(shape->text));
    period += once_in(shape->gap) ? 2 + draw(longest[draw(4)]) : 1;
  }
}

static void assert_same_row(const struct row *a, const struct row *b) {
  assert_true(a->period == b->period);
  assert_memory_equal(&a->value, &b->value, sizeof a->value);
  assert_int_equal(a->status, b->status);
  assert_int_equal(a->release_no, b->release_no);
  assert_true(a->published_ms == b->published_ms);
  assert_true(bytes_equal(a->comment, b->comment));
}

/* In memory of just its size, so that a sanitizer sees the first byte beyond. */
static uint8_t *exact_copy(struct bytes value) {
  uint8_t *copy = malloc(value.size > 0 ? value.size : 1);
  assert_non_null(copy);
  memcpy(copy, value.data, value.size);
  return copy;
}

static void random_columns_read_back_as_they_were(void **state) {
  (void)state;
  static struct row rows[BLOCK_ROWS_MAX];
  for (int round = 0; round < 400; round++) {
    arena_reset(arena, SIZE_MAX / 2);
    size_t n = 1 + draw(BLOCK_ROWS_MAX);
    struct shape shape = random_shape();
    fill(rows, n, &shape);
    struct bytes value = encoded(rows, n);
    scoped(free) uint8_t *copy = exact_copy(value);
    struct block block;
    assert_true(block_open(rows[0].period, bytes_of(copy, value.size), &block));
    size_t from = draw((uint32_t)n), to = from + draw((uint32_t)(n - from) + 1);
    struct rows read = {.arena = arena};
    OK(block_read(&block, from, to, &read));
    assert_int_equal(read.n, to - from);
    for (size_t i = from; i < to; i++)
      assert_same_row(&read.rows[i - from], &rows[i]);
  }
}

static void the_header_tells_the_greatest_publication_and_both_ends(void **state) {
  (void)state;
  static struct row rows[60];
  struct shape shape = {.gap = 3, .releases = 20};
  struct block block;
  struct bytes value;
  fill(rows, 60, &shape);
  int64_t greatest = INT64_MIN;
  for (size_t i = 0; i < 60; i++)
    greatest = rows[i].published_ms > greatest ? rows[i].published_ms : greatest;
  int64_t first = rows[0].period;
  OK(block_encode(rows, 60, first - 77, arena, &value));
  assert_true(block_open(first, value, &block));
  assert_true(block.max_published_ms == greatest);
  assert_true(block.previous_last == first - 77 && block.last == rows[59].period);
  static const int64_t distances[] = {1, 128, INT32_MAX};
  for (size_t i = 0; i < 3; i++) {
    OK(block_relink(first, value, first - distances[i], arena, &value));
    assert_true(block_open(first, value, &block));
    assert_true(block.previous_last == first - distances[i] && block.last == rows[59].period);
  }
  OK(block_relink(first, value, BLOCK_NO_PREVIOUS, arena, &value));
  assert_true(block_open(first, value, &block));
  assert_true(block.previous_last == BLOCK_NO_PREVIOUS && block.max_published_ms == greatest);
}

static void the_values_are_the_bytes_of_the_packed_field(void **state) {
  (void)state;
  static struct row rows[300];
  static double values[300];
  static uint8_t packed[300 * 8 + 16];
  struct shape shape = {.odd = 3, .releases = 1};
  fill(rows, 300, &shape);
  for (size_t i = 0; i < 300; i++)
    values[i] = rows[i].value;
  Bellwether__V1__ObservationColumns message = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;
  message.n_values = 300;
  message.values = values;
  size_t size = bellwether__v1__observation_columns__pack(&message, packed);
  struct block block;
  assert_true(block_open(rows[0].period, encoded(rows, 300), &block));
  assert_memory_equal(packed + size - 2400, block.values, 2400);
}

/* ---- sizes ---- */

static bool has_long_comment(const struct row *rows, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (rows[i].comment.size > 500)
      return true;
  return false;
}

/* A header may take less than was reckoned with. */
static bool has_a_good_size(size_t size) {
  enum { SLACK = 40 };
  return size <= BLOCK_SMALL_BYTES ||
         (size >= BLOCK_PAGE_LEAST - SLACK && size <= BLOCK_PAGE_BYTES) ||
         (size >= BLOCK_TWO_PAGES_LEAST - SLACK && size <= BLOCK_TWO_PAGES_BYTES);
}

static void every_block_shares_a_page_or_fills_one_or_two(void **state) {
  (void)state;
  static struct row rows[3000];
  for (int round = 0; round < 300; round++) {
    struct shape shape = random_shape();
    size_t n = 1 + draw(3000);
    fill(rows, n, &shape);
    for (size_t i = 0, pieces = 0; i < n;) {
      arena_reset(arena, SIZE_MAX / 2);
      size_t taken = block_choose(rows + i, n - i, &pieces);
      size_t size = encoded(rows + i, taken).size;
      assert_true(taken >= 1 && taken <= n - i);
      if (!has_a_good_size(size) && !has_long_comment(rows + i, taken))
        fail_msg("round %d: %zu of %zu rows make %zu bytes", round, taken, n - i, size);
      i += taken;
    }
  }
}

/* A quiet stretch that would be a third of a block, and then a row that is odd in every way. */
static void a_lively_row_behind_a_quiet_stretch_keeps_blocks_to_size(void **state) {
  (void)state;
  static struct row rows[800];
  struct shape quiet = {.releases = 1}, lively = {.gap = 1, .odd = 1, .releases = 400};
  for (size_t n_quiet = 200; n_quiet < 500; n_quiet++) {
    arena_reset(arena, SIZE_MAX / 2);
    fill(rows, n_quiet, &quiet);
    fill(rows + n_quiet, 800 - n_quiet, &lively);
    for (size_t i = n_quiet; i < 800; i++)
      rows[i].period += 200000;
    size_t pieces = 0;
    size_t size = encoded(rows, block_choose(rows, 800, &pieces)).size;
    if (!has_a_good_size(size))
      fail_msg("%zu quiet rows: a block of %zu bytes", n_quiet, size);
  }
}

static void a_long_plain_series_has_blocks_of_two_pages_and_shares_pages_at_its_end(void **state) {
  (void)state;
  static struct row rows[BLOCK_ROWS_MAX];
  static const size_t taken[][5] = {
      /* rows that there are, of the next block, pieces before and after it; of one that grows */
      {1024, 1018, 0, 0, 1018}, {838, 506, 0, 0, 506}, {506, 506, 0, 0, 506},
      {332, 111, 0, 2, 248},    {221, 111, 2, 1, 221}, {110, 110, 1, 0, 110},
      {240, 240, 0, 0, 240},    {300, 150, 0, 1, 248}, {60, 60, 0, 0, 60},
  };
  struct shape shape = {.releases = 1};
  fill(rows, BLOCK_ROWS_MAX, &shape);
  for (size_t i = 0; i < BLOCK_ROWS_MAX; i++)
    rows[i].published_ms = INT64_C(1738281600000);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    size_t pieces = taken[i][2];
    assert_int_equal(block_choose(rows, taken[i][0], &pieces), taken[i][1]);
    assert_int_equal(pieces, taken[i][3]);
    assert_int_equal(block_choose(rows, taken[i][0], NULL), taken[i][4]);
  }
}

static void a_row_whose_comment_fills_more_than_a_page_stands_alone(void **state) {
  (void)state;
  static uint8_t text[4096];
  struct row rows[3] = {{.period = 1, .status = 'A', .release_no = 1},
                        {.period = 2, .status = 'A', .release_no = 1},
                        {.period = 3, .status = 'A', .release_no = 1}};
  rows[0].comment = bytes_of(text, sizeof text);
  size_t pieces = 0;
  assert_int_equal(block_choose(rows, 3, &pieces), 1);
  struct block block;
  struct rows read = {.arena = arena};
  assert_true(block_open(1, encoded(rows, 1), &block));
  OK(block_read(&block, 0, 1, &read));
  assert_int_equal(read.rows[0].comment.size, sizeof text);
}

static void no_rows_and_too_many_rows_are_refused(void **state) {
  (void)state;
  static struct row rows[BLOCK_ROWS_MAX + 1];
  struct shape shape = {.releases = 1};
  struct bytes value;
  fill(rows, BLOCK_ROWS_MAX + 1, &shape);
  int64_t before = rows[0].period - 1;
  assert_int_equal(block_encode(rows, 0, before, arena, &value), STORE_LIMIT);
  assert_int_equal(block_encode(rows, BLOCK_ROWS_MAX + 1, before, arena, &value), STORE_LIMIT);
  OK(block_encode(rows, BLOCK_ROWS_MAX, before, arena, &value));
}

/* ---- damage ---- */

/* Opens and reads all there is to read; whether that went well. The bytes need not make sense, but
 * nothing beyond them is touched, which a sanitizer checks. */
static bool survives(int64_t first, struct bytes value) {
  scoped(free) uint8_t *copy = exact_copy(value);
  struct block block;
  if (!block_open(first, bytes_of(copy, value.size), &block))
    return false;
  struct rows rows = {.arena = arena};
  return block_read(&block, 0, block.n, &rows) == STORE_OK;
}

static void a_cut_block_is_refused(void **state) {
  (void)state;
  static struct row rows[40];
  struct shape shape = {.gap = 3, .odd = 3, .releases = 3, .comment = 2, .text = 20};
  fill(rows, 40, &shape);
  rows[39].comment = bytes_of_text("the last bytes");
  struct bytes value = encoded(rows, 40);
  assert_true(survives(rows[0].period, value));
  uint8_t *copy = exact_copy(value);
  for (size_t size = 0; size < value.size; size++) {
    arena_reset(arena, SIZE_MAX / 2);
    assert_false(survives(rows[0].period, bytes_of(copy, size)));
  }
  free(copy);
}

static void garbage_is_never_read_beyond_its_end(void **state) {
  (void)state;
  uint8_t bytes[200];
  for (int round = 0; round < 20000; round++) {
    arena_reset(arena, SIZE_MAX / 2);
    size_t size = draw(sizeof bytes + 1);
    for (size_t i = 0; i < size; i++)
      bytes[i] = (uint8_t)(draw(3) == 0 ? draw(256) : draw(4));
    (void)survives(draw(100), bytes_of(bytes, size));
  }
}

static void flipped_bits_are_never_read_beyond_the_end(void **state) {
  (void)state;
  static struct row rows[30];
  struct shape shape = {.gap = 3, .odd = 3, .releases = 3, .comment = 2, .text = 20};
  fill(rows, 30, &shape);
  struct bytes value = encoded(rows, 30);
  scoped(free) uint8_t *copy = exact_copy(value);
  for (size_t bit = 0; bit < 8 * value.size; bit++) {
    arena_reset(arena, SIZE_MAX / 2);
    copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
    (void)survives(rows[0].period, bytes_of(copy, value.size));
    copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
}

static void a_block_that_claims_more_rows_than_its_span_has_is_refused(void **state) {
  (void)state;
  struct row rows[] = {{.period = 10, .status = 'A', .release_no = 1},
                       {.period = 12, .status = 'A', .release_no = 1}};
  struct bytes value = encoded(rows, 2);
  uint8_t *copy = exact_copy(value);
  /* flags, n, distance of the block before, published, span */
  assert_int_equal(copy[4], 2);
  assert_true(survives(10, bytes_of(copy, value.size)));
  copy[4] = 0;
  assert_false(survives(10, bytes_of(copy, value.size)));
  copy[4] = 3;
  assert_false(survives(10, bytes_of(copy, value.size)));
  free(copy);
}

static void a_block_that_ends_behind_all_ordinals_is_refused(void **state) {
  (void)state;
  struct row rows[] = {{.period = 1, .status = 'A', .release_no = 1},
                       {.period = 2, .status = 'A', .release_no = 1}};
  struct bytes value = encoded(rows, 2);
  assert_true(survives(INT64_MAX - 1, value));
  assert_false(survives(INT64_MAX, value));
}

/* The block of a_full_block_has_steps..., whose index of a release or comment is changed. */
static bool survives_with(size_t from_the_end, uint8_t byte) {
  struct row rows[] = {
      {.period = 10, .status = 'A', .release_no = 7},
      {.period = 11, .status = 'A', .release_no = 9},
      {.period = 12, .status = 'A', .release_no = 7},
  };
  rows[2].comment = bytes_of_text("why");
  struct bytes value = encoded(rows, 3);
  scoped(free) uint8_t *copy = exact_copy(value);
  copy[value.size - from_the_end] = byte;
  return survives(10, bytes_of(copy, value.size));
}

static void an_index_beyond_the_releases_or_the_rows_is_refused(void **state) {
  (void)state;
  /* ... indexes 0 1 0, one comment: index 2, size 3, "why" */
  assert_true(survives_with(9, 0));
  assert_true(survives_with(8, 1));
  assert_false(survives_with(8, 2));
  assert_true(survives_with(5, 0));
  assert_false(survives_with(5, 3));
  assert_false(survives_with(4, 4));
  assert_false(survives_with(6, 2));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plain_block_is_a_header_its_values_and_one_release),
      cmocka_unit_test(a_full_block_has_steps_statuses_releases_and_comments),
      cmocka_unit_test(random_columns_read_back_as_they_were),
      cmocka_unit_test(the_header_tells_the_greatest_publication_and_both_ends),
      cmocka_unit_test(the_values_are_the_bytes_of_the_packed_field),
      cmocka_unit_test(every_block_shares_a_page_or_fills_one_or_two),
      cmocka_unit_test(a_lively_row_behind_a_quiet_stretch_keeps_blocks_to_size),
      cmocka_unit_test(a_long_plain_series_has_blocks_of_two_pages_and_shares_pages_at_its_end),
      cmocka_unit_test(a_row_whose_comment_fills_more_than_a_page_stands_alone),
      cmocka_unit_test(no_rows_and_too_many_rows_are_refused),
      cmocka_unit_test(a_cut_block_is_refused),
      cmocka_unit_test(garbage_is_never_read_beyond_its_end),
      cmocka_unit_test(flipped_bits_are_never_read_beyond_the_end),
      cmocka_unit_test(a_block_that_claims_more_rows_than_its_span_has_is_refused),
      cmocka_unit_test(a_block_that_ends_behind_all_ordinals_is_refused),
      cmocka_unit_test(an_index_beyond_the_releases_or_the_rows_is_refused),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
