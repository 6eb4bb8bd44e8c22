/* SPDX-License-Identifier: MIT */
/* Walking the series that a pattern and conditions choose, against a filter over all keys that
 * shares no code with the store. */
#include "tests/store_fixture.h"

enum { N_KEYS = 6000, N_DIMENSIONS = 3, KEY_SIZE = 32, PATTERN_SIZE = 256 };

/* Codes of each dimension: some begin as others do, and sort around the dot. */
static const char *const FREQUENCIES[] = {"A", "M", "Q"};
static char AREAS[60][8], ITEMS[50][8];

static const char *code_of(size_t dimension, uint32_t number) {
  return dimension == 0   ? FREQUENCIES[number % 3]
         : dimension == 1 ? AREAS[number % count_of(AREAS)]
                          : ITEMS[number % count_of(ITEMS)];
}

static void make_codes(void) {
  static const char *const endings[] = {"", "-", "$", "A", "_T"};
  for (size_t i = 0; i < count_of(AREAS); i++)
    snprintf(AREAS[i], sizeof AREAS[i], "%c%s", 'A' + (int)(i / 5), endings[i % 5]);
  for (size_t i = 0; i < count_of(ITEMS); i++)
    snprintf(ITEMS[i], sizeof ITEMS[i], "%zu", i);
}

/* ---- all keys, as the test knows them ---- */

struct truth {
  uint64_t seed;
  size_t n;
  char keys[N_KEYS][KEY_SIZE]; /* sorted, each once */
};

static int by_text(const void *a, const void *b) {
  return strcmp(a, b);
}

static void make_keys(struct truth *truth) {
  for (size_t i = 0; i < N_KEYS; i++)
    snprintf(truth->keys[i], KEY_SIZE, "DS/%s.%s.%s", code_of(0, draw(&truth->seed, 3)),
             code_of(1, draw(&truth->seed, 60)), code_of(2, draw(&truth->seed, 50)));
  qsort(truth->keys, N_KEYS, KEY_SIZE, by_text);
  for (size_t i = 0; i < N_KEYS; i++)
    if (truth->n == 0 || strcmp(truth->keys[i], truth->keys[truth->n - 1]) != 0)
      memmove(truth->keys[truth->n++], truth->keys[i], KEY_SIZE);
}

static struct truth TRUTH;

static int setup(void **state) {
  int code = store_fixture_setup(state);
  struct store_fixture *fixture = *state;
  make_codes();
  TRUTH = (struct truth){.seed = 3};
  make_keys(&TRUTH);
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA.ITEM");
  make_dataset(fixture, "DS-2", "FREQ.AREA.ITEM");
  make_dataset(fixture, "EMPTY", "FREQ.AREA.ITEM");
  for (size_t i = TRUTH.n; i > 0; i--) /* handles do not follow key order */
    make_series(fixture, TRUTH.keys[i - 1]);
  make_series(fixture, "DS-2/A.A.1");
  write_commit(fixture);
  return code;
}

/* ---- a choice, and the filter for it ---- */

struct question {
  char positions[N_DIMENSIONS][64]; /* "" or "*": all; else codes joined by '+' */
  char pattern[PATTERN_SIZE];
  size_t n_conditions;
  struct series_condition conditions[2];
  struct bytes codes[2][4];
  char after[KEY_SIZE];
};

static void ask_position(struct truth *truth, size_t dimension, char *text, size_t size) {
  uint32_t kind = draw(&truth->seed, 6);
  text[0] = '\0';
  if (kind == 0)
    snprintf(text, size, "*");
  uint32_t n = kind < 3 ? 0 : kind == 3 ? 1 : 1 + draw(&truth->seed, 5);
  for (uint32_t i = 0; i < n; i++) {
    size_t length = strlen(text);
    bool absent = draw(&truth->seed, 15) == 0;
    snprintf(text + length, size - length, "%s%s", i == 0 ? "" : "+",
             absent ? "NONE" : code_of(dimension, draw(&truth->seed, 60)));
  }
}

static void ask(struct truth *truth, struct question *question) {
  *question = (struct question){.n_conditions = draw(&truth->seed, 3)};
  for (size_t i = 0; i < N_DIMENSIONS; i++)
    ask_position(truth, i, question->positions[i], sizeof question->positions[i]);
  snprintf(question->pattern, PATTERN_SIZE, "DS/%s.%s.%s", question->positions[0],
           question->positions[1], question->positions[2]);
  for (size_t i = 0; i < question->n_conditions; i++) {
    size_t dimension = draw(&truth->seed, 3), n = 1 + draw(&truth->seed, 4);
    for (size_t j = 0; j < n; j++)
      question->codes[i][j] = bytes_of_text(code_of(dimension, draw(&truth->seed, 60)));
    question->conditions[i] = (struct series_condition){
        .dimension = (uint8_t)dimension, .n_codes = n, .codes = question->codes[i]};
  }
  uint32_t after = draw(&truth->seed, 4);
  if (after == 1)
    snprintf(question->after, KEY_SIZE, "%s", truth->keys[draw(&truth->seed, (uint32_t)truth->n)]);
  if (after == 2)
    snprintf(question->after, KEY_SIZE, "DS/%s", code_of(0, draw(&truth->seed, 3)));
}

/* Whether "A+B+C" has the code. */
static bool among(const char *joined, const char *code) {
  size_t length = strlen(code);
  if (joined[0] == '\0' || strcmp(joined, "*") == 0)
    return true;
  for (const char *at = joined; at != NULL; at = strchr(at, '+')) {
    at += *at == '+' ? 1 : 0;
    if (strncmp(at, code, length) == 0 && (at[length] == '\0' || at[length] == '+'))
      return true;
  }
  return false;
}

static bool is_chosen(const struct question *question, const char *key) {
  char codes[N_DIMENSIONS][8];
  assert_int_equal(sscanf(key, "DS/%7[^.].%7[^.].%7s", codes[0], codes[1], codes[2]), 3);
  if (strcmp(key, question->after) <= 0)
    return false;
  for (size_t i = 0; i < N_DIMENSIONS; i++)
    if (!among(question->positions[i], codes[i]))
      return false;
  for (size_t i = 0; i < question->n_conditions; i++) {
    const struct series_condition *condition = &question->conditions[i];
    bool holds = false;
    for (size_t j = 0; j < condition->n_codes; j++)
      holds = holds || bytes_equal(condition->codes[j], bytes_of_text(codes[condition->dimension]));
    if (!holds)
      return false;
  }
  return true;
}

static void compare(struct store_txn *txn, const struct truth *truth,
                    const struct question *question) {
  struct key_pattern pattern;
  struct series_walk *walk = NULL;
  assert_int_equal(key_pattern_parse(bytes_of_text(question->pattern), &pattern, NULL), KEY_OK);
  struct series_choice choice = {.dataset = bytes_of_text("DS"),
                                 .pattern = &pattern,
                                 .n_conditions = question->n_conditions,
                                 .conditions = question->conditions,
                                 .after_key = bytes_of_text(question->after)};
  struct series_head head;
  struct bytes key;
  OK(series_walk_begin(txn, &choice, &walk));
  for (size_t i = 0; i < truth->n; i++) {
    if (!is_chosen(question, truth->keys[i]))
      continue;
    enum store_status status = series_walk_next(walk, &head, &key);
    if (status != STORE_OK || !bytes_equal(key, bytes_of_text(truth->keys[i])))
      fail_msg("%s after %s: lacks %s", question->pattern, question->after, truth->keys[i]);
    assert_int_equal(head.handle, truth->n - i);
  }
  if (series_walk_next(walk, &head, &key) != STORE_NOT_FOUND)
    fail_msg("%s after %s: has %.*s", question->pattern, question->after, (int)key.size,
             (const char *)key.data);
  series_walk_end(walk);
}

static void any_choice_gives_the_keys_that_a_filter_gives(void **state) {
  struct store_txn *txn = read_begin(*state);
  for (int i = 0; i < 2000; i++) {
    struct question question;
    ask(&TRUTH, &question);
    compare(txn, &TRUTH, &question);
  }
}

/* ---- choices that the random ones do not make ---- */

static size_t count(struct store_txn *txn, const struct series_choice *choice) {
  struct series_walk *walk = NULL;
  struct series_head head;
  struct bytes key;
  size_t n = 0;
  OK(series_walk_begin(txn, choice, &walk));
  while (series_walk_next(walk, &head, &key) == STORE_OK)
    n++;
  series_walk_end(walk);
  return n;
}

static void a_whole_dataset_and_all_datasets_are_walked(void **state) {
  struct store_txn *txn = read_begin(*state);
  struct key_pattern all;
  assert_int_equal(key_pattern_parse(bytes_of_text("DS"), &all, NULL), KEY_OK);
  struct bytes ds = bytes_of_text("DS"), none = bytes_of("", 0);
  assert_int_equal(count(txn, &(struct series_choice){.dataset = ds}), TRUTH.n);
  assert_int_equal(count(txn, &(struct series_choice){.dataset = ds, .pattern = &all}), TRUTH.n);
  assert_int_equal(count(txn, &(struct series_choice){.dataset = none}), TRUTH.n + 1);
  struct series_choice empty = {.dataset = bytes_of_text("EMPTY")};
  assert_int_equal(count(txn, &empty), 0);
}

static void an_unknown_dataset_is_not_found(void **state) {
  struct store_txn *txn = read_begin(*state);
  struct series_choice choice = {.dataset = bytes_of_text("NONE")};
  struct series_walk *walk = NULL;
  REFUSED(series_walk_begin(txn, &choice, &walk), STORE_NOT_FOUND);
  assert_null(walk);
}

static void a_pattern_of_another_number_of_codes_chooses_none(void **state) {
  struct store_txn *txn = read_begin(*state);
  static const char *const texts[] = {"DS/A.", "DS/A...", "DS/A.A.1.1"};
  for (size_t i = 0; i < count_of(texts); i++) {
    struct key_pattern pattern;
    assert_int_equal(key_pattern_parse(bytes_of_text(texts[i]), &pattern, NULL), KEY_OK);
    struct series_choice choice = {.dataset = bytes_of_text("DS"), .pattern = &pattern};
    assert_int_equal(count(txn, &choice), 0);
  }
}

static void a_condition_on_no_code_or_no_dimension_chooses_none(void **state) {
  struct store_txn *txn = read_begin(*state);
  struct bytes code = bytes_of_text("A");
  struct series_condition none = {.dimension = 1, .n_codes = 0, .codes = &code};
  struct series_condition beyond = {.dimension = 9, .n_codes = 1, .codes = &code};
  struct series_choice choice = {.dataset = bytes_of_text("DS"), .n_conditions = 1};
  choice.conditions = &none;
  assert_int_equal(count(txn, &choice), 0);
  choice.conditions = &beyond;
  assert_int_equal(count(txn, &choice), 0);
}

static void conditions_hold_in_all_datasets_at_once(void **state) {
  struct store_txn *txn = read_begin(*state);
  struct bytes codes[] = {bytes_of_text("A"), bytes_of_text("1")};
  struct series_condition conditions[] = {{.dimension = 1, .n_codes = 1, .codes = &codes[0]},
                                          {.dimension = 2, .n_codes = 1, .codes = &codes[1]}};
  struct series_choice one = {
      .dataset = bytes_of_text("DS"), .n_conditions = 2, .conditions = conditions};
  struct series_choice all = one;
  all.dataset = bytes_of("", 0);
  assert_int_equal(count(txn, &all), count(txn, &one) + 1);
}

static void deleted_series_are_not_walked(void **state) {
  struct store_fixture *fixture = *state;
  size_t n_left = 0;
  write_begin(fixture);
  for (size_t i = 0; i < TRUTH.n; i += 2)
    OK(series_delete(fixture->txn, TRUTH.n - i));
  write_commit(fixture);
  struct store_txn *txn = read_begin(fixture);
  struct bytes code = bytes_of_text(code_of(1, 7));
  struct series_condition condition = {.dimension = 1, .n_codes = 1, .codes = &code};
  struct series_choice choice = {
      .dataset = bytes_of_text("DS"), .n_conditions = 1, .conditions = &condition};
  char middle[16];
  snprintf(middle, sizeof middle, ".%.7s.", code_of(1, 7));
  for (size_t i = 1; i < TRUTH.n; i += 2)
    n_left += strstr(TRUTH.keys[i], middle) != NULL;
  assert_int_equal(count(txn, &choice), n_left);
  assert_int_equal(count(txn, &(struct series_choice){.dataset = bytes_of_text("DS")}),
                   TRUTH.n / 2);
}

static int end_read(void **state) {
  read_end(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(any_choice_gives_the_keys_that_a_filter_gives, end_read),
      cmocka_unit_test_teardown(a_whole_dataset_and_all_datasets_are_walked, end_read),
      cmocka_unit_test_teardown(an_unknown_dataset_is_not_found, end_read),
      cmocka_unit_test_teardown(a_pattern_of_another_number_of_codes_chooses_none, end_read),
      cmocka_unit_test_teardown(a_condition_on_no_code_or_no_dimension_chooses_none, end_read),
      cmocka_unit_test_teardown(conditions_hold_in_all_datasets_at_once, end_read),
      cmocka_unit_test_teardown(deleted_series_are_not_walked, end_read),
  };
  return cmocka_run_group_tests(tests, setup, store_fixture_teardown);
}
