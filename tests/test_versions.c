/* SPDX-License-Identifier: MIT */
/* The versions of one period and what becomes of them: small cases of the rules of knowledge. */
#include "tests/store_fixture.h"

#include "proto/obs_status.h"
#include "storage/timeline.h"

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

/* ---- versions in words ---- */

/* Row i of "A1 P2 T3 -" is of release i + 1, published at 1000 * (i + 1). "." stands for nothing.
 */
static struct versions versions_of(const char *text) {
  struct versions versions = {.rows = arena_array(arena, 32, sizeof *versions.rows)};
  uint32_t release = 0;
  for (const char *at = text; *at != '\0'; at++) {
    if (*at == ' ')
      continue;
    release++;
    if (*at == '.')
      continue;
    struct row row = {.period = 5,
                      .release_no = release,
                      .published_ms = 1000 * (int64_t)release,
                      .status = (uint8_t)*at,
                      .value = obs_nan()};
    if (*at != VERSION_WITHDRAWN)
      row.value = *++at - '0';
    versions.rows[versions.n++] = row;
  }
  return versions;
}

/* "A1@1 T3@3". */
static const char *text_of(const struct versions *versions) {
  static char text[256];
  size_t size = 0;
  text[0] = '\0';
  for (size_t i = 0; i < versions->n; i++) {
    const struct row *row = &versions->rows[i];
    char value = row->status == VERSION_WITHDRAWN ? ' ' : (char)('0' + (int)row->value);
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%c%c@%u", i == 0 ? "" : " ",
                             row->status, value, row->release_no);
  }
  return text;
}

/* ---- records ---- */

static void a_record_has_fixed_places_and_comments_behind_them(void **state) {
  (void)state;
  static const uint8_t golden[] = {
      2,   0, 0, 0, /* n */
      232, 3, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 2,   0, 'P', 0, 0, 0, 0, 0, 0,   0,   248, 63,  208, 7,
      0,   0, 0, 0, 0, 0, 9, 0, 0, 0, 1, 0, '-', 0, 0,   0, 0, 0, 0, 0, 248, 127, 'a', 'b', 'c',
  };
  struct row rows[2] = {
      {.published_ms = 1000, .release_no = 7, .status = 'P', .value = 1.5},
      {.published_ms = 2000, .release_no = 9, .status = VERSION_WITHDRAWN, .value = obs_nan()}};
  struct bytes value;
  rows[0].comment = bytes_of_text("ab");
  rows[1].comment = bytes_of_text("c");
  OK(versions_encode(&(struct versions){2, rows}, arena, &value));
  assert_int_equal(value.size, sizeof golden);
  assert_memory_equal(value.data, golden, sizeof golden);
}

static void a_record_reads_back(void **state) {
  (void)state;
  struct versions versions = versions_of("A1 P2 - T3 O4"), read;
  struct bytes value;
  versions.rows[1].comment = bytes_of_text("why");
  OK(versions_encode(&versions, arena, &value));
  OK(versions_decode(5, value, arena, &read));
  assert_int_equal(read.n, versions.n);
  for (size_t i = 0; i < read.n; i++) {
    assert_true(version_same_content(&read.rows[i], &versions.rows[i]));
    assert_int_equal(read.rows[i].release_no, versions.rows[i].release_no);
    assert_int_equal(read.rows[i].published_ms, versions.rows[i].published_ms);
    assert_int_equal(read.rows[i].period, 5);
  }
}

static void a_cut_record_is_refused(void **state) {
  (void)state;
  struct versions versions = versions_of("A1 P2 -"), read;
  struct bytes value;
  versions.rows[2].comment = bytes_of_text("why");
  OK(versions_encode(&versions, arena, &value));
  for (size_t size = 0; size < value.size; size++) {
    scoped(free) uint8_t *copy = malloc(size + 1);
    memcpy(copy, value.data, size);
    REFUSED(versions_decode(5, bytes_of(copy, size), arena, &read), STORE_CORRUPT);
  }
}

static void a_record_that_claims_too_many_versions_is_refused(void **state) {
  (void)state;
  static const uint8_t none[4] = {0}, many[4] = {255, 255, 255, 255};
  struct versions read;
  REFUSED(versions_decode(5, bytes_of(none, 4), arena, &read), STORE_CORRUPT);
  REFUSED(versions_decode(5, bytes_of(many, 4), arena, &read), STORE_CORRUPT);
}

/* ---- what is known, and until when ---- */

static void the_known_version_is_the_last_fact_or_else_the_last_target(void **state) {
  (void)state;
  static const struct {
    const char *versions;
    size_t known;
  } rows[] = {
      {"A1", 0},
      {"A1 P2", 1},
      {"A1 T2", 0},
      {"T1 A2", 1},
      {"T1 T2", 1},
      {"A1 -", SIZE_MAX},
      {"A1 - T2", 2},
      {"T1 - ", SIZE_MAX},
      {"A1 - T2 A3", 3},
      {"A1 - T2 T3", 3},
      {"O1", 0},
      {"A1 T2 - A3 T4", 3},
      {"T1 A2 T3 - ", SIZE_MAX},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct versions versions = versions_of(rows[i].versions);
    assert_true(versions_known(versions.rows, versions.n) == rows[i].known);
  }
  assert_true(versions_known(NULL, 0) == SIZE_MAX);
}

static void a_version_is_known_until_the_next_that_displaces_it(void **state) {
  (void)state;
  static const struct {
    const char *versions;
    size_t index;
    int64_t until;
  } rows[] = {
      {"A1", 0, 0},         {"A1 A2 A3", 0, 2000}, {"A1 A2 A3", 1, 3000}, {"A1 A2 A3", 2, 0},
      {"A1 T2", 0, 0},      {"A1 T2 A3", 0, 3000}, {"T1 A2", 0, 2000},    {"T1 T2", 0, 2000},
      {"A1 T2 -", 0, 3000}, {"A1 T2 -", 1, 3000},  {"A1 - A2", 1, 3000},  {"A1 T2 A3", 1, 3000},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct versions versions = versions_of(rows[i].versions);
    const struct row *stated = &versions.rows[rows[i].index];
    if (versions_known_until(&versions, stated, rows[i].index + 1) != rows[i].until)
      fail_msg("%s, %zu", rows[i].versions, rows[i].index);
  }
}

static void a_statement_restates_the_last_of_its_track(void **state) {
  (void)state;
  static const struct {
    const char *versions; /* the last one is what is stated */
    bool restated;
  } rows[] = {
      {"A1 A1", true},    {"A1 P1", false},   {"A1 A2", false}, {"A1 A2 A1", false},
      {"A1 T2 A1", true}, {"T1 A2 T1", true}, {"A1 T1", false}, {"A1 - A1", false},
      {"A1 - -", true},   {"-", true},        {"A1 -", false},  {"T1 - T1", false},
      {"O1 O1", true},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct versions versions = versions_of(rows[i].versions);
    size_t n = versions.n - 1;
    if (versions_is_restated(versions.rows, n, &versions.rows[n]) != rows[i].restated)
      fail_msg("%s", rows[i].versions);
  }
}

static void contents_are_the_same_to_the_bit(void **state) {
  (void)state;
  struct row zero = {.status = 'A'}, other = zero;
  assert_true(version_same_content(&zero, &other));
  other.value = -0.0;
  assert_false(version_same_content(&zero, &other));
  other = zero;
  other.comment = bytes_of_text("a");
  assert_false(version_same_content(&zero, &other));
  other = zero;
  other.release_no = 9;
  assert_true(version_same_content(&zero, &other));
}

/* ---- timelines ---- */

static void a_newest_statement_is_appended_unless_it_restates(void **state) {
  (void)state;
  static const struct {
    const char *before;
    const char *row; /* its dots put it behind the others */
    const char *after;
    enum timeline_effect effect;
  } rows[] = {
      {"", "A1", "A1@1", EFFECT_ADDED},
      {"A1", ". A2", "A1@1 A2@2", EFFECT_REVISED},
      {"A1", ". A1", "A1@1", EFFECT_UNCHANGED},
      {"A1", ". -", "A1@1 - @2", EFFECT_WITHDRAWN},
      {"A1 -", ". . A1", "A1@1 - @2 A1@3", EFFECT_ADDED},
      {"", "-", "", EFFECT_UNCHANGED},
      {"A1", ". T2", "A1@1 T2@2", EFFECT_REVISED},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct versions before = versions_of(rows[i].before), row = versions_of(rows[i].row), after;
    enum timeline_effect effect;
    OK(timeline_append(&before, &row.rows[0], arena, &after, &effect));
    assert_string_equal(text_of(&after), rows[i].after);
    assert_int_equal(effect, rows[i].effect);
  }
}

/* Puts a row of release `at` (1 is the first; NULL takes it out) among statements. */
static void edit(const char *before, uint32_t at, const char *row_text, const char *after_text) {
  struct versions before_rows = versions_of(before), row, after;
  struct timeline_edit edit = {.statements = arena_array(arena, 33, sizeof *edit.statements)};
  enum timeline_effect effect;
  for (; edit.n < before_rows.n; edit.n++)
    edit.statements[edit.n] = (struct statement){.row = before_rows.rows[edit.n]};
  while (edit.position < edit.n && edit.statements[edit.position].row.release_no < at)
    edit.position++;
  edit.stated = edit.position < edit.n && edit.statements[edit.position].row.release_no == at;
  if (row_text != NULL) {
    row = versions_of(row_text);
    row.rows[0].release_no = at;
  }
  OK(timeline_edit(&edit, row_text == NULL ? NULL : &row.rows[0], arena, &after, &effect));
  assert_string_equal(text_of(&after), after_text);
}

static void a_late_statement_takes_its_place_in_the_order(void **state) {
  (void)state;
  edit(". A1", 1, "A2", "A2@1 A1@2");
  edit(". A1", 1, "A1", "A1@1");
  edit("A1 . A1", 2, "A2", "A1@1 A2@2 A1@3");
  edit("A1 . A2", 2, "A1", "A1@1 A2@3");
  edit("A1 . A2", 2, "-", "A1@1 - @2 A2@3");
  edit("A1 . T2", 2, "A3", "A1@1 A3@2 T2@3");
}

static void a_statement_that_goes_uncovers_what_it_hid(void **state) {
  (void)state;
  edit("A1 A2 A1", 2, NULL, "A1@1");
  edit("A1 A2", 1, NULL, "A2@2");
  edit("A1 - A1", 2, NULL, "A1@1");
  edit("A1", 1, NULL, "");
  edit("A1 A1 A2", 1, NULL, "A1@2 A2@3");
}

static void a_corrected_statement_replaces_what_its_release_said(void **state) {
  (void)state;
  edit("A1 A2 A3", 2, "A3", "A1@1 A3@2");
  edit("A1 A2 A3", 2, "-", "A1@1 - @2 A3@3");
  edit("A1 A2", 2, "T2", "A1@1 T2@2");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_record_has_fixed_places_and_comments_behind_them),
      cmocka_unit_test(a_record_reads_back),
      cmocka_unit_test(a_cut_record_is_refused),
      cmocka_unit_test(a_record_that_claims_too_many_versions_is_refused),
      cmocka_unit_test(the_known_version_is_the_last_fact_or_else_the_last_target),
      cmocka_unit_test(a_version_is_known_until_the_next_that_displaces_it),
      cmocka_unit_test(a_statement_restates_the_last_of_its_track),
      cmocka_unit_test(contents_are_the_same_to_the_bit),
      cmocka_unit_test(a_newest_statement_is_appended_unless_it_restates),
      cmocka_unit_test(a_late_statement_takes_its_place_in_the_order),
      cmocka_unit_test(a_statement_that_goes_uncovers_what_it_hid),
      cmocka_unit_test(a_corrected_statement_replaces_what_its_release_said),
  };
  return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
