/* SPDX-License-Identifier: MIT */
/* Series of many blocks under random loads, in and out of the order of releases, against a table of
 * all statements: current reads, reads as of any point, first and last rows, the latest. */
#include "tests/store_fixture.h"

#include <math.h>

#include "proto/obs_status.h"

enum {
  N_PERIODS = 24000,
  FIRST = -9000, /* the ordinal of cell 0 */
  N_RELEASES = 24,
  QUERIES_A_LOAD = 12,
  WITHDRAWN = '-',
};

/* ---- the table of statements ---- */

struct cell {
  double value;
  char status; /* 0: not stated */
  bool comment;
};

struct world {
  uint64_t seed;
  bool loaded[N_RELEASES];   /* in the order of releases, whichever comes first */
  bool replaces[N_RELEASES]; /* every period not stated is withdrawn */
  struct cell said[N_RELEASES][N_PERIODS];
};

static struct world WORLD;

/* Release i is published at 1000 * (i / 2): each time has two, which the id tells apart. */
static int64_t published_ms(int release) {
  return 1000 * (int64_t)(release / 2);
}

static const char *release_id(int release) {
  static char ids[N_RELEASES][16];
  snprintf(ids[release], sizeof ids[release], "r%02d", release);
  return ids[release];
}

static bool same_cell(const struct cell *a, const struct cell *b) {
  return a->status == b->status && a->comment == b->comment && memcmp(&a->value, &b->value, 8) == 0;
}

struct known {
  struct cell cell; /* status 0: nothing is known */
  int release;
};

/* What is known of a cell after the first n releases. */
static struct known replay(int cell, int n) {
  struct known fact = {0}, target = {0};
  for (int i = 0; i < n; i++) {
    struct cell said = WORLD.said[i][cell];
    if (!WORLD.loaded[i] || (said.status == 0 && !WORLD.replaces[i]))
      continue;
    if (said.status == 0 || said.status == WITHDRAWN) {
      fact = target = (struct known){0};
      continue;
    }
    struct known *track = said.status == OBS_STATUS_TARGET ? &target : &fact;
    if (!same_cell(&track->cell, &said))
      *track = (struct known){said, i};
  }
  return fact.cell.status != 0 ? fact : target;
}

/* ---- loads ---- */

struct load {
  int release;
  enum statement_mode mode;
  bool range;
  int first; /* cells [first, last] are looked at, one in `every` is stated */
  int last;
  uint32_t every;
};

static struct cell random_cell(void) {
  static const char statuses[] = "AAAAAAAAAAAAAAAAAAAAPPETFO";
  struct cell cell = {.value = draw(&WORLD.seed, 5),
                      .status = statuses[draw(&WORLD.seed, sizeof statuses - 1)],
                      .comment = draw(&WORLD.seed, 60) == 0};
  if (cell.status == OBS_STATUS_MISSING)
    cell.value = obs_nan();
  return cell;
}

static struct load random_load(int number) {
  static const int widths[] = {1, 30, 800, 6000};
  struct load load = {.release = (int)draw(&WORLD.seed, N_RELEASES),
                      .mode = STATEMENT_MERGE,
                      .every = 1 + draw(&WORLD.seed, 3)};
  int width = 1 + (int)draw(&WORLD.seed, (uint32_t)widths[draw(&WORLD.seed, 4)]);
  load.first = (int)draw(&WORLD.seed, N_PERIODS - 7000);
  load.last = load.first + width;
  uint32_t kind = draw(&WORLD.seed, 12);
  if (number == 0) { /* a long series to begin with, neither end of it at the table's */
    load = (struct load){.release = 5, .first = 6000, .last = 18000, .every = 1};
  } else if (kind == 0) {
    load.mode = STATEMENT_REPLACE;
    load.first = 3000;
    load.last = 20000;
  } else if (kind < 4) {
    load.mode = STATEMENT_WITHDRAW;
    load.range = kind < 3;
  }
  return load;
}

static int64_t PERIODS[N_PERIODS];
static double VALUES[N_PERIODS];
static uint8_t STATUSES[N_PERIODS];
static struct row_comment COMMENTS[N_PERIODS];

/* Fills the columns and the table with the same statements. */
static struct statements state_cells(const struct load *load) {
  struct statements statements = {.mode = load->mode,
                                  .periods = PERIODS,
                                  .values = VALUES,
                                  .statuses = STATUSES,
                                  .comments = COMMENTS};
  for (int i = load->first; i <= load->last; i++) {
    if (draw(&WORLD.seed, load->every) != 0)
      continue;
    struct cell cell = random_cell();
    if (load->mode == STATEMENT_WITHDRAW)
      cell = (struct cell){.status = WITHDRAWN};
    WORLD.said[load->release][i] = cell;
    PERIODS[statements.n] = FIRST + i;
    VALUES[statements.n] = cell.value;
    STATUSES[statements.n] = (uint8_t)cell.status;
    if (cell.comment)
      COMMENTS[statements.n_comments++] =
          (struct row_comment){.index = (uint32_t)statements.n, .text = bytes_of_text("why")};
    statements.n++;
  }
  return statements;
}

static struct statements state_range(const struct load *load) {
  for (int i = load->first; i <= load->last; i++)
    WORLD.said[load->release][i] = (struct cell){.status = WITHDRAWN};
  return (struct statements){.mode = STATEMENT_WITHDRAW,
                             .withdraw_range = true,
                             .range_first = FIRST + load->first,
                             .range_last = FIRST + load->last};
}

static struct statements note(const struct load *load) {
  int release = load->release;
  if (load->mode == STATEMENT_REPLACE) {
    WORLD.replaces[release] = true;
    memset(WORLD.said[release], 0, sizeof WORLD.said[release]);
  }
  struct statements statements = load->range ? state_range(load) : state_cells(load);
  bool any = statements.n > 0 || load->range || load->mode == STATEMENT_REPLACE;
  WORLD.loaded[release] = WORLD.loaded[release] || any;
  return statements;
}

static void apply(struct store_fixture *fixture, const struct load *load) {
  struct statements statements = note(load);
  struct statement_counts counts;
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  statements.release_no =
      make_release(fixture, release_id(load->release), published_ms(load->release));
  uint64_t handle = make_series(fixture, SAID_KEY);
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(statements_write(fixture->txn, handle, &statements, fixture->arena, &counts));
  write_commit(fixture);
}

/* ---- questions ---- */

struct question {
  int n; /* as of the first so many releases; N_RELEASES + 1: no bound */
  struct range_query query;
};

static void bound(struct question *question, uint32_t kind) {
  int n = (int)draw(&WORLD.seed, N_RELEASES + 2);
  question->n = n;
  if (n > N_RELEASES)
    return;
  question->query.as_of =
      n == 0 ? as_of_ms(-1) : as_of_release(published_ms(n - 1), release_id(n - 1));
  if (kind % 2 == 0 && n % 2 == 0) /* both releases of a time: the id need not be said */
    question->query.as_of.release_id = bytes_of("", 0);
}

static struct question random_question(void) {
  struct question question = {.query = {.first = INT64_MIN,
                                        .last = INT64_MAX,
                                        .columns = draw(&WORLD.seed, 2 * READ_BORROWED)}};
  uint32_t kind = draw(&WORLD.seed, 6);
  if (kind > 0)
    question.query.first = FIRST - 10 + (int)draw(&WORLD.seed, N_PERIODS);
  if (kind > 2)
    question.query.last = question.query.first + (int)draw(&WORLD.seed, kind > 4 ? 4 : 9000);
  if (draw(&WORLD.seed, 2) == 0) {
    question.query.max_rows = 1 + draw(&WORLD.seed, draw(&WORLD.seed, 2) == 0 ? 3 : 3000);
    question.query.from_the_end = draw(&WORLD.seed, 2) == 0;
  }
  bound(&question, kind);
  return question;
}

/* The rows that answer a question. */
struct answer {
  size_t n;
  bool more;
  int cells[N_PERIODS];
  struct known rows[N_PERIODS];
};

static void answer_it(const struct question *question, struct answer *answer) {
  const struct range_query *query = &question->query;
  answer->n = 0;
  answer->more = false;
  for (int i = 0; i < N_PERIODS; i++) {
    if (FIRST + i < query->first || FIRST + i > query->last)
      continue;
    struct known known = replay(i, question->n > N_RELEASES ? N_RELEASES : question->n);
    if (known.cell.status == 0)
      continue;
    answer->cells[answer->n] = i;
    answer->rows[answer->n++] = known;
  }
  if (query->max_rows == 0 || answer->n <= query->max_rows)
    return;
  size_t dropped = query->from_the_end ? answer->n - query->max_rows : 0;
  answer->n = query->max_rows;
  answer->more = true;
  memmove(answer->cells, answer->cells + dropped, answer->n * sizeof *answer->cells);
  memmove(answer->rows, answer->rows + dropped, answer->n * sizeof *answer->rows);
}

static void compare_row(struct store_txn *txn, const struct columns *columns, unsigned asked,
                        size_t i, const struct known *known) {
  assert_memory_equal((const uint8_t *)columns->values + 8 * i, &known->cell.value, 8);
  if ((asked & READ_STATUSES) != 0)
    assert_int_equal(columns->statuses == NULL ? 'A' : columns->statuses[i], known->cell.status);
  if ((asked & READ_RELEASES) == 0)
    return;
  struct release_record release;
  uint32_t index = columns->release_indexes == NULL ? 0 : columns->release_indexes[i];
  OK(release_get_by_no(txn, columns->releases[index], &release));
  assert_true(bytes_equal(release.id, bytes_of_text(release_id(known->release))));
}

static void compare(struct store_txn *txn, const struct columns *columns,
                    const struct question *question, const struct answer *answer) {
  unsigned asked = question->query.columns;
  int64_t period = columns->first_period;
  size_t n_comments = 0;
  if (columns->n != answer->n || columns->more != answer->more)
    fail_msg("as of %d, [%lld, %lld], %zu rows from the %s: %zu rows, should be %zu", question->n,
             (long long)question->query.first, (long long)question->query.last,
             question->query.max_rows, question->query.from_the_end ? "end" : "beginning",
             columns->n, answer->n);
  for (size_t i = 0; i < columns->n; i++) {
    assert_int_equal(period, FIRST + answer->cells[i]);
    compare_row(txn, columns, asked, i, &answer->rows[i]);
    if ((asked & READ_COMMENTS) != 0 && answer->rows[i].cell.comment)
      assert_int_equal(columns->comments[n_comments++].index, i);
    if (i + 1 < columns->n)
      period += columns->steps == NULL ? 1 : columns->steps[i];
  }
  assert_int_equal(columns->n_comments, n_comments);
  if (columns->n > 0)
    assert_int_equal(columns->last_period, period);
}

static void compare_latest(struct store_txn *txn, const struct series_head *head,
                           const struct question *question, const struct answer *all) {
  for (int actual_only = 0; actual_only < 2; actual_only++) {
    struct latest latest;
    size_t i = all->n;
    for (; i > 0; i--) {
      char status = all->rows[i - 1].cell.status;
      bool forecast = status == OBS_STATUS_TARGET || status == OBS_STATUS_FORECAST;
      if (!isnan(all->rows[i - 1].cell.value) && !(actual_only == 1 && forecast))
        break;
    }
    enum store_status status =
        observations_latest(txn, head, &question->query.as_of, actual_only == 1, &latest);
    REFUSED(status, i == 0 ? STORE_NOT_FOUND : STORE_OK);
    if (i == 0)
      continue;
    assert_int_equal(latest.period, FIRST + all->cells[i - 1]);
    assert_true(latest.value == all->rows[i - 1].cell.value);
    assert_int_equal(latest.status, all->rows[i - 1].cell.status);
  }
}

static void ask(struct store_txn *txn, struct store_fixture *fixture, struct question *question) {
  static struct answer answer;
  struct series_head head;
  struct columns columns;
  OK(series_by_key(txn, bytes_of_text(SAID_KEY), &head));
  arena_reset(fixture->arena, SIZE_MAX / 2);
  answer_it(question, &answer);
  OK(observations_read(txn, &head, &question->query, fixture->arena, &columns));
  compare(txn, &columns, question, &answer);
  question->query =
      (struct range_query){.first = INT64_MIN, .last = INT64_MAX, .as_of = question->query.as_of};
  answer_it(question, &answer);
  compare_latest(txn, &head, question, &answer);
  if (question->n >= N_RELEASES)
    assert_int_equal(head.n_observations, answer.n);
}

static void ask_often(struct store_fixture *fixture) {
  struct store_txn *txn = read_begin(fixture);
  for (int i = 0; i < QUERIES_A_LOAD; i++) {
    struct question question = random_question();
    ask(txn, fixture, &question);
  }
  read_end(fixture);
}

static void forget(struct store_fixture *fixture, int release) {
  struct release_record record;
  uint64_t changed, deleted;
  write_begin(fixture);
  OK(release_get(fixture->txn, bytes_of_text(release_id(release)), &record));
  OK(release_delete(fixture->txn, record.no, fixture->arena, &changed, &deleted));
  write_commit(fixture);
  WORLD.loaded[release] = WORLD.replaces[release] = false;
  memset(WORLD.said[release], 0, sizeof WORLD.said[release]);
}

static bool is_there(struct store_fixture *fixture) {
  struct series_head head;
  enum store_status status = series_by_key(read_begin(fixture), bytes_of_text(SAID_KEY), &head);
  read_end(fixture);
  return status == STORE_OK;
}

static void begin_world(uint64_t seed) {
  memset(&WORLD, 0, sizeof WORLD);
  WORLD.seed = seed;
}

static void load_and_ask(struct store_fixture *fixture) {
  for (int i = 0; i < 30; i++) {
    struct load load = random_load(i);
    apply(fixture, &load);
    ask_often(fixture);
  }
}

static void long_series_answer_as_the_table_of_statements_does(void **state) {
  struct store_fixture *fixture = *state;
  begin_world(1);
  load_and_ask(fixture);
  store_fixture_reopen(fixture);
  ask_often(fixture);
}

static void releases_that_go_one_by_one_leave_what_the_others_state(void **state) {
  struct store_fixture *fixture = *state;
  begin_world(2);
  load_and_ask(fixture);
  for (int release = 0; release < N_RELEASES; release++) {
    int next = release * 7 % N_RELEASES; /* in no order */
    if (WORLD.loaded[next])
      forget(fixture, next);
    if (is_there(fixture))
      ask_often(fixture);
  }
  assert_false(is_there(fixture));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(long_series_answer_as_the_table_of_statements_does),
      test_on_store(releases_that_go_one_by_one_leave_what_the_others_state),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
