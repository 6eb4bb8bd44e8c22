/* SPDX-License-Identifier: MIT */
/* What changed at which revision, deletions too; and the replies that are kept for resent writes.
 */
#include "tests/store_fixture.h"

#include "storage/table.h"

/* ---- changes ---- */

static const char *kind_text(enum change_kind kind) {
  return kind == CHANGE_INSERTED ? "+" : kind == CHANGE_UPDATED ? "*" : "-";
}

static const char *subject_text(enum change_subject subject) {
  static const char *const texts[] = {"?", "dataset", "indicators", "codes", "series", "release"};
  return texts[subject];
}

/* All changes after a revision as "1+dataset:DS 1+series:DS/A.CHN". */
static const char *changes_after(struct store_fixture *fixture, uint64_t revision) {
  static char text[2048];
  struct change_record change = {.revision = revision};
  uint64_t mark = 0;
  enum store_status status;
  struct store_txn *txn = read_begin(fixture);
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_non_null(out);
  while ((status = change_next(txn, change.revision, mark, &change, &mark)) == STORE_OK)
    fprintf(out, "%lu%s%s:%.*s ", (unsigned long)change.revision, kind_text(change.kind),
            subject_text(change.subject), (int)change.name.size, (const char *)change.name.data);
  REFUSED(status, STORE_NOT_FOUND);
  fputc('\0', out);
  fclose(out);
  read_end(fixture);
  return text;
}

static void nothing_has_changed_in_a_new_store(void **state) {
  assert_string_equal(changes_after(*state, 0), "");
}

static void changes_follow_by_revision(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r1", 1000, STATEMENT_MERGE, "2=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2");
  assert_string_equal(changes_after(fixture, 0),
                      "1+dataset:DS 1+series:DS/A.CHN 1+release:r1 2*series:DS/A.CHN "
                      "3*series:DS/A.CHN 3+release:r2 ");
  assert_string_equal(changes_after(fixture, 2), "3*series:DS/A.CHN 3+release:r2 ");
  assert_string_equal(changes_after(fixture, 3), "");
}

static void a_revision_from_beyond_the_last_one_has_no_changes(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  assert_string_equal(changes_after(fixture, 99), "");
  assert_string_equal(changes_after(fixture, UINT64_MAX - 1), "");
  assert_string_equal(changes_after(fixture, UINT64_MAX), "");
}

static void a_place_behind_the_last_mark_of_a_revision_goes_on_to_the_next(void **state) {
  struct store_fixture *fixture = *state;
  struct change_record change;
  uint64_t mark;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=2");
  read_begin(fixture);
  OK(change_next(fixture->txn, 1, UINT64_MAX, &change, &mark));
  assert_int_equal(change.revision, 2);
}

static void a_deleted_series_keeps_its_name_in_all_its_changes(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  uint64_t handle = said_handle(fixture);
  write_begin(fixture);
  OK(series_delete(fixture->txn, handle));
  write_commit(fixture);
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  assert_string_equal(changes_after(fixture, 0),
                      "1+dataset:DS 1+series:DS/A.CHN 1+release:r1 2-series:DS/A.CHN "
                      "3+series:DS/A.CHN ");
}

static void a_deleted_release_keeps_its_name_and_tells_what_it_took_along(void **state) {
  struct store_fixture *fixture = *state;
  struct release_record release;
  uint64_t changed, deleted;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2");
  write_begin(fixture);
  OK(release_get(fixture->txn, bytes_of_text("r2"), &release));
  OK(release_delete(fixture->txn, release.no, fixture->arena, &changed, &deleted));
  write_commit(fixture);
  assert_string_equal(changes_after(fixture, 1), "2*series:DS/A.CHN 2+release:r2 "
                                                 "3*series:DS/A.CHN 3-release:r2 ");
}

static void a_series_made_and_deleted_by_one_command_is_told_as_both(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  OK(series_delete(fixture->txn, make_series(fixture, "DS/A.CHN")));
  write_commit(fixture);
  assert_string_equal(changes_after(fixture, 0),
                      "1+dataset:DS 1+series:DS/A.CHN 1-series:DS/A.CHN ");
}

static void a_subject_is_told_once_a_command(void **state) {
  struct store_fixture *fixture = *state;
  enum put_result result;
  char id[16];
  write_begin(fixture);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.AREA");
  for (int i = 0; i < 20; i++) {
    snprintf(id, sizeof id, "I%d", i);
    OK(indicator_put(fixture->txn, no, bytes_of_text(id), bytes_of_text(""), &result));
    OK(code_put(fixture->txn, no, 1, bytes_of_text(id), bytes_of_text(""), &result));
  }
  write_commit(fixture);
  assert_string_equal(changes_after(fixture, 0), "1+dataset:DS 1*indicators:DS 1*codes:DS ");
}

static void a_write_that_changes_nothing_is_not_told(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  assert_string_equal(changes_after(fixture, 1), "");
}

/* One command at a time of the clock, or (0) without one. */
static void change_at(struct store_fixture *fixture, int64_t at_ms) {
  static int n = 0;
  enum put_result result;
  char id[16];
  snprintf(id, sizeof id, "I%d", n++);
  write_begin(fixture);
  store_command_at(fixture->txn, at_ms);
  uint32_t no = make_dataset(fixture, "DS", "FREQ.AREA");
  OK(indicator_put(fixture->txn, no, bytes_of_text(id), bytes_of_text(""), &result));
  write_commit(fixture);
}

/* "1@0 2@500": the revisions of changes and their times. */
static const char *times_text(struct store_fixture *fixture) {
  static char text[512];
  struct change_record change = {.revision = 0};
  uint64_t mark = 0, last = 0;
  size_t size = 0;
  text[0] = '\0';
  read_begin(fixture);
  while (change_next(fixture->txn, change.revision, mark, &change, &mark) == STORE_OK) {
    if (change.revision != last)
      size += (size_t)snprintf(text + size, sizeof text - size, "%lu@%ld ",
                               (unsigned long)change.revision, (long)change.at_ms);
    last = change.revision;
  }
  read_end(fixture);
  return text;
}

static uint64_t last_before(struct store_fixture *fixture, int64_t at_ms) {
  uint64_t revision = UINT64_MAX;
  read_begin(fixture);
  OK(change_last_before(fixture->txn, at_ms, &revision));
  read_end(fixture);
  return revision;
}

static void revisions_have_times_that_never_run_backwards(void **state) {
  struct store_fixture *fixture = *state;
  assert_int_equal(last_before(fixture, 1000), 0);
  change_at(fixture, 0);
  change_at(fixture, 0);
  assert_string_equal(times_text(fixture), "1@0 2@0 ");
  assert_int_equal(last_before(fixture, 1), 2);
  change_at(fixture, 500);
  change_at(fixture, 700);
  change_at(fixture, 600);
  change_at(fixture, 0);
  change_at(fixture, 701);
  assert_string_equal(times_text(fixture), "1@0 2@0 3@500 4@700 5@700 6@700 7@701 ");
  static const struct {
    int64_t at_ms;
    uint64_t revision;
  } rows[] = {{-1, 0},  {0, 0},   {1, 2},   {500, 2},      {501, 3},
              {700, 3}, {701, 6}, {702, 7}, {INT64_MAX, 7}};
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(last_before(fixture, rows[i].at_ms), rows[i].revision);
}

static void the_time_of_the_last_change_outlives_the_process(void **state) {
  struct store_fixture *fixture = *state;
  change_at(fixture, 700);
  store_fixture_reopen(fixture);
  change_at(fixture, 600);
  assert_string_equal(times_text(fixture), "1@700 2@700 ");
}

/* ---- replies ---- */

enum { KEEP_MS = 1000 };

static void request_id_of(int number, uint8_t id[16]) {
  memset(id, 0, 16);
  put_u32(id + 12, (uint32_t)number);
}

/* One command that keeps the reply "reply N" of request N. */
static void keep_reply(struct store_fixture *fixture, int number, int64_t at_ms) {
  uint8_t id[16];
  char reply[32];
  request_id_of(number, id);
  snprintf(reply, sizeof reply, "reply %d", number);
  write_begin(fixture);
  OK(store_reply_put(fixture->txn, id, (uint64_t)number, bytes_of_text(reply), at_ms, KEEP_MS));
  assert_false(write_commit(fixture));
}

static bool has_reply(struct store_fixture *fixture, int number) {
  uint8_t id[16];
  char text[32];
  uint64_t hash = 0;
  struct bytes reply;
  request_id_of(number, id);
  snprintf(text, sizeof text, "reply %d", number);
  struct store_txn *txn = read_begin(fixture);
  enum store_status status = store_reply_get(txn, id, &hash, &reply);
  if (status == STORE_OK) {
    assert_int_equal(hash, number);
    assert_true(bytes_equal(reply, bytes_of_text(text)));
  }
  read_end(fixture);
  assert_true(status == STORE_OK || status == STORE_NOT_FOUND);
  return status == STORE_OK;
}

/* So many that old ones are dropped on the way: that is not done with each. */
static void keep_some(struct store_fixture *fixture, int64_t at_ms) {
  static int number = 1000;
  for (int i = 0; i < 16; i++)
    keep_reply(fixture, number++, at_ms);
}

static void a_reply_is_kept_and_is_no_change(void **state) {
  struct store_fixture *fixture = *state;
  keep_reply(fixture, 1, 5000);
  store_fixture_reopen(fixture);
  assert_true(has_reply(fixture, 1));
  assert_false(has_reply(fixture, 2));
  assert_int_equal(store_revision(read_begin(fixture)), 0);
}

static void a_reply_is_dropped_when_its_time_is_over_and_not_before(void **state) {
  struct store_fixture *fixture = *state;
  keep_reply(fixture, 1, 5000);
  keep_reply(fixture, 2, 5000 + KEEP_MS);
  keep_some(fixture, 5000 + KEEP_MS);
  assert_true(has_reply(fixture, 1));
  keep_some(fixture, 5001 + KEEP_MS);
  assert_false(has_reply(fixture, 1));
  assert_true(has_reply(fixture, 2));
}

static void old_replies_go_faster_than_new_ones_come(void **state) {
  struct store_fixture *fixture = *state;
  for (int i = 0; i < 40; i++)
    keep_reply(fixture, i, 5000 + i);
  for (int i = 100; i < 110; i++)
    keep_reply(fixture, i, 9000);
  for (int i = 0; i < 40; i++)
    assert_false(has_reply(fixture, i));
  for (int i = 100; i < 110; i++)
    assert_true(has_reply(fixture, i));
}

static uint64_t n_replies(struct store_fixture *fixture) {
  uint64_t n = 0, n_times = 0;
  struct store_txn *txn = read_begin(fixture);
  OK(table_count(txn, TABLE_REPLIES, &n));
  OK(table_count(txn, TABLE_REPLY_TIMES, &n_times));
  read_end(fixture);
  assert_int_equal(n, n_times);
  return n;
}

static void replies_of_a_day_go_some_at_a_time_and_all_in_the_end(void **state) {
  struct store_fixture *fixture = *state;
  for (int i = 0; i < 300; i++)
    keep_reply(fixture, i, 5000);
  uint64_t n_before = n_replies(fixture);
  for (int i = 2000; i < 2100; i++) {
    keep_reply(fixture, i, 9000);
    uint64_t n = n_replies(fixture);
    assert_true(n + 64 > n_before);
    n_before = n;
  }
  for (int i = 0; i < 300; i++)
    assert_false(has_reply(fixture, i));
}

static void a_reply_put_again_is_kept_from_then_on(void **state) {
  struct store_fixture *fixture = *state;
  keep_reply(fixture, 1, 5000);
  keep_reply(fixture, 1, 5900);
  keep_some(fixture, 6500);
  assert_true(has_reply(fixture, 1));
  keep_some(fixture, 7000);
  assert_false(has_reply(fixture, 1));
}

static void a_clock_that_goes_back_loses_no_reply(void **state) {
  struct store_fixture *fixture = *state;
  keep_reply(fixture, 1, 5000);
  keep_reply(fixture, 2, -5000);
  keep_some(fixture, 0);
  assert_true(has_reply(fixture, 1));
  assert_false(has_reply(fixture, 2));
}

static void an_empty_reply_and_the_longest_are_kept(void **state) {
  struct store_fixture *fixture = *state;
  uint8_t id[16];
  struct bytes reply;
  uint64_t hash;
  uint8_t *longest = calloc(1, (1 << 20) + 1);
  request_id_of(1, id);
  write_begin(fixture);
  OK(store_reply_put(fixture->txn, id, 7, bytes_of(NULL, 0), 1, KEEP_MS));
  OK(store_reply_get(fixture->txn, id, &hash, &reply));
  assert_int_equal(reply.size, 0);
  OK(store_reply_put(fixture->txn, id, 7, bytes_of(longest, 1 << 20), 1, KEEP_MS));
  OK(store_reply_get(fixture->txn, id, &hash, &reply));
  assert_int_equal(reply.size, 1 << 20);
  REFUSED(store_reply_put(fixture->txn, id, 7, bytes_of(longest, (1 << 20) + 1), 1, KEEP_MS),
          STORE_LIMIT);
  free(longest);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(nothing_has_changed_in_a_new_store),
      test_on_store(changes_follow_by_revision),
      test_on_store(a_revision_from_beyond_the_last_one_has_no_changes),
      test_on_store(a_place_behind_the_last_mark_of_a_revision_goes_on_to_the_next),
      test_on_store(a_deleted_series_keeps_its_name_in_all_its_changes),
      test_on_store(a_deleted_release_keeps_its_name_and_tells_what_it_took_along),
      test_on_store(a_series_made_and_deleted_by_one_command_is_told_as_both),
      test_on_store(a_subject_is_told_once_a_command),
      test_on_store(a_write_that_changes_nothing_is_not_told),
      test_on_store(revisions_have_times_that_never_run_backwards),
      test_on_store(the_time_of_the_last_change_outlives_the_process),
      test_on_store(a_reply_is_kept_and_is_no_change),
      test_on_store(a_reply_is_dropped_when_its_time_is_over_and_not_before),
      test_on_store(old_replies_go_faster_than_new_ones_come),
      test_on_store(replies_of_a_day_go_some_at_a_time_and_all_in_the_end),
      test_on_store(a_reply_put_again_is_kept_from_then_on),
      test_on_store(a_clock_that_goes_back_loses_no_reply),
      test_on_store(an_empty_reply_and_the_longest_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
