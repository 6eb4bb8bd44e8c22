/* SPDX-License-Identifier: MIT */
/* Coverage: which periods a release states; its bytes, its lookups, one write over another. */
#include "tests/store_fixture.h"

#include "storage/coverage.h"

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

/* "FFT-..": fact, fact, target, withdrawn, nothing; the first is period 0. */
static struct coverage coverage_of(const char *text) {
  static const char letters[] = "FT-";
  struct coverage coverage = {0};
  for (int64_t period = 0; text[period] != '\0'; period++) {
    const char *letter = strchr(letters, text[period]);
    if (letter == NULL)
      continue;
    struct coverage_range range = {period, period, (enum coverage_kind)(letter - letters)};
    OK(coverage_add(&coverage, range, arena));
  }
  return coverage;
}

static const char *text_of(const struct coverage *coverage, int64_t n) {
  static char text[256];
  static const char letters[] = "FT-.";
  for (int64_t period = 0; period < n; period++)
    text[period] = letters[coverage_at(coverage, period)];
  text[n] = '\0';
  return text;
}

static void assert_same(const struct coverage *a, const struct coverage *b) {
  assert_int_equal(a->replaces, b->replaces);
  assert_int_equal(a->n, b->n);
  assert_true(bytes_equal(a->source_url, b->source_url));
  for (size_t i = 0; i < a->n; i++) {
    assert_true(a->ranges[i].first == b->ranges[i].first);
    assert_true(a->ranges[i].last == b->ranges[i].last);
    assert_int_equal(a->ranges[i].kind, b->ranges[i].kind);
  }
}

static void neighbouring_periods_of_a_kind_join(void **state) {
  (void)state;
  assert_int_equal(coverage_of("FFFF").n, 1);
  assert_int_equal(coverage_of("FFTTFF").n, 3);
  assert_int_equal(coverage_of("FF.FF").n, 2);
  struct coverage open = {0};
  OK(coverage_add(&open, (struct coverage_range){5, INT64_MAX, COVER_FACT}, arena));
  assert_int_equal(open.n, 1);
}

static void a_period_is_what_its_range_says(void **state) {
  (void)state;
  struct coverage coverage = coverage_of("F.T-..FF");
  assert_string_equal(text_of(&coverage, 10), "F.T-..FF..");
  assert_int_equal(coverage_at(&coverage, -1), COVER_NOTHING);
  coverage.replaces = true;
  assert_string_equal(text_of(&coverage, 10), "F-T---FF--");
  assert_int_equal(coverage_at(&coverage, INT64_MIN), COVER_WITHDRAWN);
}

static void a_record_is_flags_ranges_and_the_address(void **state) {
  (void)state;
  static const uint8_t golden[] = {1, 2, 0, 3, 4, 2, 11, 0xac, 2, 'u', 'r', 'l'};
  struct coverage coverage = {.replaces = true, .source_url = bytes_of_text("url")};
  struct bytes value;
  OK(coverage_add(&coverage, (struct coverage_range){-2, 2, COVER_FACT}, arena));
  OK(coverage_add(&coverage, (struct coverage_range){13, 313, COVER_WITHDRAWN}, arena));
  OK(coverage_encode(&coverage, arena, &value));
  assert_int_equal(value.size, sizeof golden);
  assert_memory_equal(value.data, golden, sizeof golden);
}

static void the_widest_ranges_read_back(void **state) {
  (void)state;
  struct coverage coverage = {0}, read;
  struct bytes value;
  OK(coverage_add(&coverage, (struct coverage_range){INT64_MIN, -1, COVER_WITHDRAWN}, arena));
  OK(coverage_add(&coverage, (struct coverage_range){0, INT64_MAX, COVER_TARGET}, arena));
  OK(coverage_encode(&coverage, arena, &value));
  OK(coverage_decode(value, arena, &read));
  assert_same(&read, &coverage);
}

static const char *random_text(uint64_t *seed, size_t n) {
  static char text[2][128];
  static int which;
  which = 1 - which;
  for (size_t i = 0; i < n; i++)
    text[which][i] = "FT-...."[draw(seed, 7)];
  text[which][n] = '\0';
  return text[which];
}

static void random_records_read_back_and_cut_ones_never_beyond_their_end(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int round = 0; round < 300; round++) {
    arena_reset(arena, SIZE_MAX / 2);
    struct coverage coverage = coverage_of(random_text(&seed, 1 + draw(&seed, 100))), read;
    coverage.replaces = draw(&seed, 2) == 0;
    struct bytes value;
    OK(coverage_encode(&coverage, arena, &value));
    OK(coverage_decode(value, arena, &read));
    assert_same(&read, &coverage);
    for (size_t size = 0; size < value.size; size++) {
      scoped(free) uint8_t *copy = malloc(size + 1);
      memcpy(copy, value.data, size);
      REFUSED(coverage_decode(bytes_of(copy, size), arena, &read), STORE_CORRUPT);
    }
  }
}

static void garbage_is_never_read_beyond_its_end(void **state) {
  (void)state;
  uint64_t seed = 2;
  for (int round = 0; round < 20000; round++) {
    arena_reset(arena, SIZE_MAX / 2);
    size_t size = draw(&seed, 40);
    scoped(free) uint8_t *bytes = malloc(size + 1);
    struct coverage read;
    for (size_t i = 0; i < size; i++)
      bytes[i] = (uint8_t)(draw(&seed, 2) == 0 ? draw(&seed, 256) : draw(&seed, 4));
    enum store_status status = coverage_decode(bytes_of(bytes, size), arena, &read);
    assert_true(status == STORE_OK || status == STORE_CORRUPT);
    for (size_t i = 1; status == STORE_OK && i < read.n; i++)
      assert_true(read.ranges[i].first > read.ranges[i - 1].last);
  }
}

static void one_write_lies_over_another(void **state) {
  (void)state;
  static const struct {
    const char *under;
    const char *over;
    const char *both;
  } rows[] = {
      {"FFFFF", "..T..", "FFTFF"},
      {"..F..", "TT.TT", "TTFTT"},
      {"FF", "....TT", "FF..TT"},
      {"....FF", "TT", "TT..FF"},
      {"FFFF", "----", "----"},
      {"", "FF", "FF"},
      {"FF", "", "FF"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct coverage under = coverage_of(rows[i].under), over = coverage_of(rows[i].over), both;
    OK(coverage_overlay(&under, &over, arena, &both));
    assert_string_equal(text_of(&both, (int64_t)strlen(rows[i].both)), rows[i].both);
  }
}

static void random_writes_lie_over_each_other_period_by_period(void **state) {
  (void)state;
  uint64_t seed = 3;
  for (int round = 0; round < 1000; round++) {
    arena_reset(arena, SIZE_MAX / 2);
    struct coverage under = coverage_of(random_text(&seed, 60));
    struct coverage over = coverage_of(random_text(&seed, 60)), both;
    under.replaces = draw(&seed, 4) == 0;
    OK(coverage_overlay(&under, &over, arena, &both));
    for (int64_t period = 0; period < 62; period++) {
      enum coverage_kind kind = coverage_at(&over, period);
      if (kind == COVER_NOTHING)
        kind = coverage_at(&under, period);
      assert_int_equal(coverage_at(&both, period), kind);
    }
  }
}

static void a_write_without_an_address_keeps_the_one_before(void **state) {
  (void)state;
  struct coverage under = coverage_of("F"), over = coverage_of(".F"), both;
  under.source_url = bytes_of_text("old");
  OK(coverage_overlay(&under, &over, arena, &both));
  assert_true(bytes_equal(both.source_url, bytes_of_text("old")));
  over.source_url = bytes_of_text("new");
  OK(coverage_overlay(&under, &over, arena, &both));
  assert_true(bytes_equal(both.source_url, bytes_of_text("new")));
}

static void open_ranges_lie_over_others(void **state) {
  (void)state;
  struct coverage under = coverage_of("FFFF"), over = {0}, both;
  OK(coverage_add(&over, (struct coverage_range){2, INT64_MAX, COVER_WITHDRAWN}, arena));
  OK(coverage_overlay(&under, &over, arena, &both));
  assert_string_equal(text_of(&both, 6), "FF----");
  over = (struct coverage){0};
  OK(coverage_add(&over, (struct coverage_range){INT64_MIN, 1, COVER_WITHDRAWN}, arena));
  OK(coverage_overlay(&under, &over, arena, &both));
  assert_string_equal(text_of(&both, 6), "--FF..");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(neighbouring_periods_of_a_kind_join),
      cmocka_unit_test(a_period_is_what_its_range_says),
      cmocka_unit_test(a_record_is_flags_ranges_and_the_address),
      cmocka_unit_test(the_widest_ranges_read_back),
      cmocka_unit_test(random_records_read_back_and_cut_ones_never_beyond_their_end),
      cmocka_unit_test(garbage_is_never_read_beyond_its_end),
      cmocka_unit_test(one_write_lies_over_another),
      cmocka_unit_test(random_writes_lie_over_each_other_period_by_period),
      cmocka_unit_test(a_write_without_an_address_keeps_the_one_before),
      cmocka_unit_test(open_ranges_lie_over_others),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
