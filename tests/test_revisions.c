/* SPDX-License-Identifier: MIT */
/* What was stated of a series, release by release: the revision triangle, vintages, addresses. */
#include "tests/store_fixture.h"

#include <math.h>

#include "proto/obs_status.h"

static struct series_head head_of(struct store_fixture *fixture) {
  struct series_head head;
  OK(series_by_key(fixture->txn, bytes_of_text(SAID_KEY), &head));
  return head;
}

static const char *release_id(struct store_txn *txn, uint32_t no) {
  static char id[64];
  struct release_record release;
  OK(release_get_by_no(txn, no, &release));
  snprintf(id, sizeof id, "%.*s", (int)release.id.size, (const char *)release.id.data);
  return id;
}

static void print_revision(FILE *out, struct store_txn *txn, const struct revision_row *row) {
  fprintf(out, "%lld=", (long long)row->period);
  if (row->withdrawn)
    fputc('-', out);
  else if (!isnan(row->value))
    fprintf(out, "%g", row->value);
  if (!row->withdrawn && row->status != OBS_STATUS_NORMAL)
    fputc(row->status, out);
  if (row->comment.size > 0)
    fprintf(out, "(%.*s)", (int)row->comment.size, (const char *)row->comment.data);
  fprintf(out, "@%s%s", release_id(txn, row->release_no), row->unchanged ? "!" : "");
  if (row->known_until_ms != 0)
    fprintf(out, "<%lld", (long long)row->known_until_ms);
  fputc(' ', out);
}

/* "1=1@r1<2000 1=2P@r2 1=2P@r3! ": until when it was known, `!` where it restates. */
static const char *revisions(struct store_fixture *fixture, const struct revision_query *query) {
  static char text[4096];
  struct revision_rows rows;
  struct store_txn *txn = read_begin(fixture);
  struct series_head head = head_of(fixture);
  OK(revisions_read(txn, &head, query, fixture->arena, &rows));
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_non_null(out);
  for (size_t i = 0; i < rows.n; i++)
    print_revision(out, txn, &rows.rows[i]);
  fputc('\0', out);
  fclose(out);
  read_end(fixture);
  return text;
}

static struct revision_query all(void) {
  return (struct revision_query){.first = INT64_MIN, .last = INT64_MAX, .after_period = INT64_MIN};
}

static struct revision_query all_with_unchanged(void) {
  struct revision_query query = all();
  query.include_unchanged = true;
  return query;
}

/* ---- revisions ---- */

static void each_version_tells_until_when_it_was_known(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query query = all();
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=5");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2P(why)");
  say(fixture, "r3", 3000, STATEMENT_WITHDRAW, "1");
  assert_string_equal(revisions(fixture, &query), "1=1@r1<2000 1=2P(why)@r2<3000 1=-@r3 2=5@r1 ");
}

static void targets_and_facts_are_told_side_by_side(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query query = all();
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=9T");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=8T");
  say(fixture, "r3", 3000, STATEMENT_MERGE, "1=1");
  say(fixture, "r4", 4000, STATEMENT_MERGE, "1=7T");
  assert_string_equal(revisions(fixture, &query), "1=9T@r1<2000 1=8T@r2<3000 1=1@r3 1=7T@r4 ");
}

static void restatements_are_told_when_they_are_asked_for(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query query = all(), full = all_with_unchanged();
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=1");
  say(fixture, "r3", 3000, STATEMENT_MERGE, "1=2");
  say(fixture, "r4", 4000, STATEMENT_MERGE, "1=2");
  assert_string_equal(revisions(fixture, &query), "1=1@r1<3000 1=2@r3 ");
  assert_string_equal(revisions(fixture, &full), "1=1@r1<3000 1=1@r2!<3000 1=2@r3 1=2@r4! ");
}

static void a_replacement_tells_what_it_withdrew(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query query = all(), full = all_with_unchanged();
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2");
  say(fixture, "r2", 2000, STATEMENT_REPLACE, "2=2 3=3");
  assert_string_equal(revisions(fixture, &query), "1=1@r1<2000 1=-@r2 2=2@r1 3=3@r2 ");
  assert_string_equal(revisions(fixture, &full), "1=1@r1<2000 1=-@r2 2=2@r1 2=2@r2! 3=3@r2 ");
}

static void what_a_replacement_does_not_name_is_not_told_again(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query full = all_with_unchanged();
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2");
  say(fixture, "r2", 2000, STATEMENT_REPLACE, "2=2");
  say(fixture, "r3", 3000, STATEMENT_REPLACE, "2=2");
  assert_string_equal(revisions(fixture, &full), "1=1@r1<2000 1=-@r2 2=2@r1 2=2@r2! 2=2@r3! ");
}

static void a_range_and_a_point_cut_rows_but_not_until_when_they_were_known(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query query = all();
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=1 3=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2 2=2 3=2");
  query.first = 2;
  query.last = 2;
  assert_string_equal(revisions(fixture, &query), "2=1@r1<2000 2=2@r2 ");
  query.as_of = as_of_ms(1500);
  assert_string_equal(revisions(fixture, &query), "2=1@r1<2000 ");
  query.as_of = as_of_release(2000, "r1");
  assert_string_equal(revisions(fixture, &query), "2=1@r1<2000 ");
  query.as_of = as_of_release(2000, "r2");
  assert_string_equal(revisions(fixture, &query), "2=1@r1<2000 2=2@r2 ");
}

static void make_triangle(struct store_fixture *fixture) {
  uint64_t seed = 2;
  char id[16], text[256];
  for (int release = 0; release < 12; release++) {
    size_t size = 0;
    for (int period = -3; period < 6; period++)
      if (draw(&seed, 3) > 0)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%d=%u%s", size > 0 ? " " : "",
                                 period, draw(&seed, 3), draw(&seed, 5) == 0 ? "T" : "");
    snprintf(id, sizeof id, "%c%d", 'a' + (int)draw(&seed, 26), release);
    say(fixture, id, 1000 + draw(&seed, 5), release % 4 == 3 ? STATEMENT_REPLACE : STATEMENT_MERGE,
        text);
  }
}

/* Reads page by page; the text of all pages. */
static const char *in_pages(struct store_fixture *fixture, struct revision_query query) {
  static char text[8192];
  size_t size = 0;
  bool more = true;
  text[0] = '\0';
  while (more) {
    size += (size_t)snprintf(text + size, sizeof text - size, "%s", revisions(fixture, &query));
    struct revision_rows rows;
    read_begin(fixture);
    struct series_head head = head_of(fixture);
    OK(revisions_read(fixture->txn, &head, &query, fixture->arena, &rows));
    read_end(fixture);
    more = rows.more;
    assert_true(rows.n <= query.max_rows);
    if (rows.n > 0) {
      query.after_period = rows.rows[rows.n - 1].period;
      query.after_release = rows.rows[rows.n - 1].release_no;
    }
  }
  return text;
}

static void pages_of_any_size_give_all_rows_once(void **state) {
  struct store_fixture *fixture = *state;
  make_triangle(fixture);
  for (int unchanged = 0; unchanged < 2; unchanged++) {
    struct revision_query query = all();
    query.include_unchanged = unchanged == 1;
    char *whole = strdup(revisions(fixture, &query));
    assert_true(strlen(whole) > 500);
    for (query.max_rows = 1; query.max_rows < 120; query.max_rows += 7)
      assert_string_equal(in_pages(fixture, query), whole);
    free(whole);
  }
}

/* ---- vintages ---- */

static struct vintage_rows vintages(struct store_fixture *fixture) {
  struct vintage_rows rows;
  read_begin(fixture);
  struct series_head head = head_of(fixture);
  OK(vintages_read(fixture->txn, &head, fixture->arena, &rows));
  return rows;
}

static void a_vintage_counts_what_it_adds_revises_and_restates(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1 2=2 3=3");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "2=2 3=4 5=5");
  say(fixture, "r3", 3000, STATEMENT_WITHDRAW, "1 2");
  struct vintage_rows rows = vintages(fixture);
  assert_int_equal(rows.n, 3);
  assert_int_equal(rows.rows[0].n_new, 3);
  assert_int_equal(rows.rows[1].n_stated, 3);
  assert_int_equal(rows.rows[1].n_new, 1);
  assert_int_equal(rows.rows[1].n_revised, 1);
  assert_int_equal(rows.rows[1].n_unchanged, 1);
  assert_int_equal(rows.rows[1].first_period, 2);
  assert_int_equal(rows.rows[1].last_period, 5);
  assert_int_equal(rows.rows[2].n_withdrawn, 2);
  assert_int_equal(rows.rows[2].n_stated, 0);
}

static void what_comes_back_after_a_withdrawal_is_a_revision(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r2", 2000, STATEMENT_WITHDRAW, "1");
  say(fixture, "r3", 3000, STATEMENT_MERGE, "1=1");
  struct vintage_rows rows = vintages(fixture);
  assert_int_equal(rows.n, 3);
  assert_int_equal(rows.rows[2].n_new, 0);
  assert_int_equal(rows.rows[2].n_revised, 1);
}

static void vintages_follow_in_the_order_of_releases(void **state) {
  struct store_fixture *fixture = *state;
  static const char *const sorted[] = {"b", "a", "c"};
  say(fixture, "c", 2000, STATEMENT_MERGE, "1=1");
  say(fixture, "b", 1000, STATEMENT_MERGE, "1=2");
  say(fixture, "a", 2000, STATEMENT_REPLACE, "1=1");
  struct vintage_rows rows = vintages(fixture);
  assert_int_equal(rows.n, 3);
  for (size_t i = 0; i < rows.n; i++) {
    assert_string_equal(release_id(fixture->txn, rows.rows[i].release_no), sorted[i]);
    assert_int_equal(rows.rows[i].replaces, i == 1);
  }
  assert_int_equal(rows.rows[1].n_revised, 1);
  assert_int_equal(rows.rows[2].n_unchanged, 1);
}

static void every_statement_of_a_vintage_is_new_revised_or_unchanged(void **state) {
  struct store_fixture *fixture = *state;
  make_triangle(fixture);
  struct vintage_rows rows = vintages(fixture);
  assert_int_equal(rows.n, 12);
  for (size_t i = 0; i < rows.n; i++) {
    const struct vintage_row *row = &rows.rows[i];
    assert_int_equal(row->n_stated, row->n_new + row->n_revised + row->n_unchanged);
  }
}

static void a_series_that_nothing_states_has_no_vintage_and_no_revision(void **state) {
  struct store_fixture *fixture = *state;
  struct revision_query query = all_with_unchanged();
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  make_series(fixture, SAID_KEY);
  write_commit(fixture);
  assert_int_equal(vintages(fixture).n, 0);
  read_end(fixture);
  assert_string_equal(revisions(fixture, &query), "");
}

/* ---- addresses ---- */

static void say_where(struct store_fixture *fixture, const char *release, enum statement_mode mode,
                      const char *url) {
  static const int64_t period = 1;
  static const double value = 1;
  struct statements statements = {
      .mode = mode, .n = 1, .periods = &period, .values = &value, .source_url = bytes_of_text(url)};
  struct statement_counts counts;
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  statements.release_no = make_release(fixture, release, 1000);
  uint64_t handle = make_series(fixture, SAID_KEY);
  OK(statements_write(fixture->txn, handle, &statements, fixture->arena, &counts));
  write_commit(fixture);
}

static void assert_url(struct store_fixture *fixture, const char *release, const char *url) {
  struct release_record record;
  struct bytes found;
  struct store_txn *txn = read_begin(fixture);
  OK(release_get(txn, bytes_of_text(release), &record));
  OK(series_source_url(txn, head_of(fixture).handle, record.no, &found));
  assert_true(bytes_equal(found, bytes_of_text(url)));
  read_end(fixture);
}

static void an_address_is_of_one_series_in_one_release(void **state) {
  struct store_fixture *fixture = *state;
  say_where(fixture, "r1", STATEMENT_MERGE, "https://one");
  say_where(fixture, "r2", STATEMENT_MERGE, "");
  say_where(fixture, "r3", STATEMENT_MERGE, "https://three");
  assert_url(fixture, "r1", "https://one");
  assert_url(fixture, "r2", "");
  assert_url(fixture, "r3", "https://three");
  say_where(fixture, "r1", STATEMENT_MERGE, "");
  assert_url(fixture, "r1", "https://one");
  say_where(fixture, "r1", STATEMENT_REPLACE, "");
  assert_url(fixture, "r1", "https://one");
  say_where(fixture, "r1", STATEMENT_MERGE, "https://uno");
  assert_url(fixture, "r1", "https://uno");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(each_version_tells_until_when_it_was_known),
      test_on_store(targets_and_facts_are_told_side_by_side),
      test_on_store(restatements_are_told_when_they_are_asked_for),
      test_on_store(a_replacement_tells_what_it_withdrew),
      test_on_store(what_a_replacement_does_not_name_is_not_told_again),
      test_on_store(a_range_and_a_point_cut_rows_but_not_until_when_they_were_known),
      test_on_store(pages_of_any_size_give_all_rows_once),
      test_on_store(a_vintage_counts_what_it_adds_revises_and_restates),
      test_on_store(what_comes_back_after_a_withdrawal_is_a_revision),
      test_on_store(vintages_follow_in_the_order_of_releases),
      test_on_store(every_statement_of_a_vintage_is_new_revised_or_unchanged),
      test_on_store(a_series_that_nothing_states_has_no_vintage_and_no_revision),
      test_on_store(an_address_is_of_one_series_in_one_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
