/* SPDX-License-Identifier: MIT */
/* The index of words against a table of everything that was put: random puts, changes and removals,
 * few words for many subjects so that postings fill several blocks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "storage/index.h"
#include "storage/statements.h"
#include "tests/folder.h"

enum { N_WORDS = 6, N_SERIES = 4000, N_ROUNDS = 60, N_A_ROUND = 400 };

static const char *const WORDS[N_WORDS] = {"a", "ab", "abc", "b", "zz", "\xe4\xb8\xad"};

struct fixture {
  struct folder folder;
  struct store *store;
  struct store_txn *txn;
  unsigned seed;
  uint16_t truth[N_SERIES + 1][N_WORDS]; /* weight + 1; 0: not under it */
};

#define OK(call) assert_int_equal(call, STORE_OK)

static unsigned draw(struct fixture *fixture, unsigned below) {
  fixture->seed = fixture->seed * 1103515245U + 12345U;
  return (fixture->seed >> 16) % below;
}

static void make_fixture(struct fixture *fixture) {
  struct store_error error;
  fixture->folder = folder_make();
  OK(store_open(
      &(struct store_options){.path = fixture->folder.path, .map_bytes = 1 << 28, .no_sync = true},
      &fixture->store, &error));
}

static void drop_fixture(struct fixture *fixture) {
  store_close(fixture->store);
  folder_remove(&fixture->folder);
}

static void begin(struct fixture *fixture) {
  OK(store_begin_write(fixture->store, &fixture->txn));
  store_begin_command(fixture->txn);
}

/* A release, so that the command has changed something. */
static void end(struct fixture *fixture) {
  static int counter;
  char id[16];
  uint32_t no;
  enum put_result result;
  bool changed;
  snprintf(id, sizeof id, "R%d", counter++);
  struct release_record release = {.id = bytes_of_text(id), .description = bytes_of("", 0)};
  OK(release_put(fixture->txn, &release, &no, &result));
  OK(store_end_command(fixture->txn, &changed));
  OK(store_commit(fixture->txn));
}

static void put(struct fixture *fixture, uint64_t number) {
  struct subject subject = {.kind = SUBJECT_SERIES, .number = number};
  struct index_word words[N_WORDS];
  size_t n = 0;
  bool nothing = draw(fixture, 4) == 0;
  for (int i = 0; i < N_WORDS; i++) {
    fixture->truth[number][i] =
        nothing || draw(fixture, 3) == 0 ? 0 : (uint16_t)(1 + draw(fixture, 5));
    if (fixture->truth[number][i] == 0)
      continue;
    words[n++] = (struct index_word){bytes_of_text(WORDS[i]), fixture->truth[number][i] - 1};
  }
  OK(index_set(fixture->txn, &subject, words, n));
}

/* What is under a word, or under all that begin so, is what the table says. */
static void compare(struct fixture *fixture, const char *text, bool exact) {
  struct store_txn *txn;
  struct index_walk *walk;
  struct index_run run;
  uint64_t number, n_seen = 0, n_true = 0;
  uint16_t weight;
  OK(store_begin_read(fixture->store, &txn));
  OK(index_walk_begin(txn, SUBJECT_SERIES, bytes_of_text(text), exact, &walk));
  enum store_status status;
  while ((status = index_walk_next(walk, &run)) == STORE_OK) {
    uint64_t before = 0;
    while (index_run_next(&run, &number, &weight)) {
      assert_true(number > before);
      before = number;
      n_seen++;
      bool some = false;
      for (int i = 0; i < N_WORDS; i++)
        some = some || (strncmp(WORDS[i], text, strlen(text)) == 0 &&
                        (strcmp(WORDS[i], text) == 0) == run.exact &&
                        fixture->truth[number][i] == weight + 1);
      assert_true(some);
    }
    assert_false(run.broken);
  }
  assert_int_equal(status, STORE_NOT_FOUND);
  for (int number_of = 0; number_of <= N_SERIES; number_of++)
    for (int i = 0; i < N_WORDS; i++)
      n_true += fixture->truth[number_of][i] > 0 &&
                (exact ? strcmp(WORDS[i], text) == 0 : strncmp(WORDS[i], text, strlen(text)) == 0);
  assert_int_equal(n_seen, n_true);
  index_walk_end(walk);
  store_end(txn);
}

static void words_find_what_was_put_under_them_whatever_came_when(void **state) {
  static struct fixture fixture;
  (void)state;
  fixture = (struct fixture){.seed = 7};
  make_fixture(&fixture);
  for (int round = 0; round < N_ROUNDS; round++) {
    begin(&fixture);
    for (int i = 0; i < N_A_ROUND; i++) /* now ascending, now anyhow */
      put(&fixture, round % 2 == 0 ? 1 + (uint64_t)(round * 60 + i) % N_SERIES
                                   : 1 + draw(&fixture, N_SERIES));
    end(&fixture);
    if (round % 6 != 5)
      continue;
    for (int i = 0; i < N_WORDS; i++) {
      compare(&fixture, WORDS[i], true);
      compare(&fixture, WORDS[i], false);
    }
    compare(&fixture, "", false);
    compare(&fixture, "nothing", false);
  }
  begin(&fixture);
  for (uint64_t number = 1; number <= N_SERIES; number++) {
    struct subject subject = {.kind = SUBJECT_SERIES, .number = number};
    memset(fixture.truth[number], 0, sizeof fixture.truth[number]);
    OK(index_set(fixture.txn, &subject, NULL, 0));
  }
  end(&fixture);
  compare(&fixture, "", false);
  drop_fixture(&fixture);
}

static uint64_t count_under(struct fixture *fixture, enum subject_kind kind, const char *word) {
  struct store_txn *txn;
  struct index_walk *walk;
  struct index_run run;
  uint64_t number, count = 0;
  uint16_t weight;
  OK(store_begin_read(fixture->store, &txn));
  OK(index_walk_begin(txn, kind, bytes_of_text(word), true, &walk));
  while (index_walk_next(walk, &run) == STORE_OK)
    while (index_run_next(&run, &number, &weight))
      count++;
  index_walk_end(walk);
  store_end(txn);
  return count;
}

static struct dataset_record put_dataset(struct fixture *fixture) {
  struct dataset_record dataset = {.id = bytes_of_text("DS"),
                                   .n_dimensions = 2,
                                   .frequency_dimension = 0,
                                   .indicator_dimension = 1,
                                   .dimension_ids = bytes_of_text("FREQ.IND"),
                                   .description = bytes_of("", 0)};
  enum put_result result;
  OK(dataset_put(fixture->txn, &dataset, &result));
  OK(dataset_get(fixture->txn, dataset.id, &dataset));
  return dataset;
}

static uint64_t put_series(struct fixture *fixture, const struct dataset_record *dataset,
                           const char *text, uint8_t frequency) {
  struct key key;
  struct series_head head;
  bool is_new;
  struct index_word word = {bytes_of_text("gdp"), 1};
  struct subject indicator = {.kind = SUBJECT_INDICATOR, .dataset_no = dataset->no};
  assert_int_equal(key_parse(bytes_of_text(text), &key, NULL), KEY_OK);
  OK(series_make(fixture->txn, dataset, &key, frequency, &head, &is_new));
  indicator.code = key.codes[1];
  OK(index_set(fixture->txn, &indicator, &word, 1));
  OK(index_mark_frequency(fixture->txn, dataset->no, key.codes[1], frequency));
  return head.handle;
}

static void an_indicator_has_the_frequencies_of_the_series_that_are_left(void **state) {
  static struct fixture fixture;
  struct dataset_record dataset;
  (void)state;
  fixture = (struct fixture){.seed = 7};
  make_fixture(&fixture);
  begin(&fixture);
  dataset = put_dataset(&fixture);
  uint64_t annual = put_series(&fixture, &dataset, "DS/A.GDP", 1);
  uint64_t monthly = put_series(&fixture, &dataset, "DS/M.GDP", 4);
  (void)put_series(&fixture, &dataset, "DS/A.CPI", 1);
  end(&fixture);
  assert_int_equal(count_under(&fixture, SUBJECT_INDICATOR, "~A"), 2);
  assert_int_equal(count_under(&fixture, SUBJECT_INDICATOR, "~M"), 1);
  begin(&fixture);
  OK(series_delete(fixture.txn, annual));
  end(&fixture);
  assert_int_equal(count_under(&fixture, SUBJECT_INDICATOR, "~A"), 1);
  assert_int_equal(count_under(&fixture, SUBJECT_INDICATOR, "gdp"), 2);
  begin(&fixture);
  OK(series_delete(fixture.txn, monthly));
  end(&fixture);
  assert_int_equal(count_under(&fixture, SUBJECT_INDICATOR, "~M"), 0);
  assert_int_equal(count_under(&fixture, SUBJECT_INDICATOR, "gdp"), 1); /* GDP was not described */
  drop_fixture(&fixture);
}

static void what_a_dropped_command_put_is_not_found(void **state) {
  static struct fixture fixture;
  struct subject subject = {.kind = SUBJECT_SERIES, .number = 1};
  struct index_word word = {bytes_of_text("gdp"), 1};
  (void)state;
  fixture = (struct fixture){.seed = 7};
  make_fixture(&fixture);
  begin(&fixture);
  OK(index_set(fixture.txn, &subject, &word, 1));
  store_end(fixture.txn);
  begin(&fixture);
  end(&fixture);
  assert_int_equal(count_under(&fixture, SUBJECT_SERIES, "gdp"), 0);
  drop_fixture(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_find_what_was_put_under_them_whatever_came_when),
      cmocka_unit_test(an_indicator_has_the_frequencies_of_the_series_that_are_left),
      cmocka_unit_test(what_a_dropped_command_put_is_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
