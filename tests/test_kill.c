/* SPDX-License-Identifier: MIT */
/* A writer that is killed at any moment: the store opens, holds all that was acknowledged and
 * nothing in part. */
#include "tests/store_fixture.h"

#include <time.h>

#include "storage/history.h"
#include "tests/child.h"

enum { N_SERIES = 6, N_PERIODS = 400, ROUNDS = 25 };

/* Command n states `value n` of all periods of all series, in a release of its own: so a store that
 * holds part of a command is seen. Every fifth deletes a series, which the next makes again. */
static enum store_status write_series(struct store_txn *txn, int series, int n, uint32_t release_no,
                                      struct arena *arena) {
  static int64_t periods[N_PERIODS];
  static double values[N_PERIODS];
  char text[32];
  struct key key;
  struct dataset_record dataset;
  struct series_head head;
  struct statement_counts counts;
  bool is_new;
  for (int i = 0; i < N_PERIODS; i++) {
    periods[i] = i;
    values[i] = n;
  }
  snprintf(text, sizeof text, "DS/A.S%d", series);
  if (key_parse(bytes_of_text(text), &key, NULL) != KEY_OK)
    return STORE_LIMIT;
  enum store_status status = dataset_get(txn, bytes_of_text("DS"), &dataset);
  if (status == STORE_OK)
    status = series_make(txn, &dataset, &key, 1, &head, &is_new);
  struct statements statements = {
      .release_no = release_no, .n = N_PERIODS, .periods = periods, .values = values};
  arena_reset(arena, SIZE_MAX / 2);
  return status == STORE_OK ? statements_write(txn, head.handle, &statements, arena, &counts)
                            : status;
}

static enum store_status write_all(struct store_txn *txn, int n, struct arena *arena) {
  char id[16];
  uint32_t no = 0;
  enum put_result result;
  struct series_head head;
  snprintf(id, sizeof id, "r%06d", n);
  struct release_record release = {
      .id = bytes_of_text(id), .published_ms = n, .description = bytes_of("", 0)};
  enum store_status status = release_put(txn, &release, &no, &result);
  if (status == STORE_OK && n % 5 == 0 &&
      series_by_key(txn, bytes_of_text("DS/A.S0"), &head) == STORE_OK)
    status = series_delete(txn, head.handle);
  for (int i = 0; i < N_SERIES && status == STORE_OK; i++)
    status = write_series(txn, i, n, no, arena);
  return status;
}

static enum store_status run_command(struct store *store, struct arena *arena, int *ret_n) {
  struct store_txn *txn;
  bool changed;
  enum store_status status = store_begin_write(store, &txn);
  if (status != STORE_OK)
    return status;
  store_begin_command(txn);
  int n = (int)store_revision(txn);
  struct dataset_record dataset = {.id = bytes_of_text("DS"),
                                   .n_dimensions = 2,
                                   .indicator_dimension = STORE_NO_DIMENSION,
                                   .dimension_ids = bytes_of_text("FREQ.AREA"),
                                   .description = bytes_of("", 0)};
  enum put_result result;
  status = dataset_put(txn, &dataset, &result);
  if (status == STORE_OK)
    status = write_all(txn, n, arena);
  if (status == STORE_OK)
    status = store_end_command(txn, &changed);
  if (status != STORE_OK) {
    store_end(txn);
    return status;
  }
  *ret_n = n;
  return store_commit(txn);
}

struct doomed {
  const char *path;
  int64_t life_us;
};

/* SIGKILL comes by itself after a while: at any point of opening, of a command, of its sync. */
static bool doom(int64_t life_us) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
  struct itimerspec at = {.it_value = {life_us / 1000000, life_us % 1000000 * 1000}};
  return timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
         timer_settime(timer, 0, &at, NULL) == 0;
}

/* Opens the store and writes until it is killed, saying each revision when it is on disk. */
static int write_for_ever(int socket, void *data) {
  const struct doomed *doomed = data;
  struct store *store = NULL;
  struct store_error error;
  struct store_options options = {.path = doomed->path, .map_bytes = 1 << 28};
  struct arena *arena = arena_new(SIZE_MAX / 2);
  if (arena == NULL || !doom(doomed->life_us) || store_open(&options, &store, &error) != STORE_OK)
    return 1;
  for (;;) {
    int n = 0;
    if (run_command(store, arena, &n) != STORE_OK)
      return 2;
    if (send(socket, &n, sizeof n, MSG_NOSIGNAL) != sizeof n)
      return 3;
  }
}

/* ---- what must hold afterwards ---- */

static void assert_series(struct store_txn *txn, struct arena *arena, int series, int n) {
  char key[32];
  struct series_head head;
  struct columns columns;
  struct range_query query = {.first = INT64_MIN, .last = INT64_MAX, .columns = READ_RELEASES};
  snprintf(key, sizeof key, "DS/A.S%d", series);
  OK(series_by_key(txn, bytes_of_text(key), &head));
  arena_reset(arena, SIZE_MAX / 2);
  OK(observations_read(txn, &head, &query, arena, &columns));
  assert_int_equal(columns.n, N_PERIODS);
  assert_int_equal(columns.n_releases, 1);
  for (size_t i = 0; i < columns.n; i++)
    assert_true(columns.values[i] == n);
  assert_true(head.latest_value == n);
}

/* Every older version is there, too: the series as it was some releases ago. */
static void assert_past(struct store_txn *txn, struct arena *arena, int series, int n) {
  char key[32];
  struct series_head head;
  struct columns columns;
  struct range_query query = {.first = INT64_MIN, .last = INT64_MAX, .as_of = as_of_ms(n)};
  snprintf(key, sizeof key, "DS/A.S%d", series);
  OK(series_by_key(txn, bytes_of_text(key), &head));
  arena_reset(arena, SIZE_MAX / 2);
  OK(observations_read(txn, &head, &query, arena, &columns));
  assert_int_equal(columns.n, N_PERIODS);
  assert_true(columns.values[0] == n && columns.values[N_PERIODS - 1] == n);
}

static void assert_sound(struct store_fixture *fixture, int acknowledged, int *ret_n) {
  struct store_counts counts;
  struct store_txn *txn = read_begin(fixture);
  int n = (int)store_revision(txn);
  OK(store_count(txn, &counts));
  if (n < acknowledged || n > acknowledged + 1)
    fail_msg("revision %d, acknowledged %d", n, acknowledged);
  assert_int_equal(counts.releases, n);
  assert_int_equal(counts.series, n == 0 ? 0 : N_SERIES);
  assert_int_equal(counts.observations, n == 0 ? 0 : N_SERIES * N_PERIODS);
  for (int i = 0; i < N_SERIES && n > 0; i++)
    assert_series(txn, fixture->arena, i, n);
  for (int i = 1; i < N_SERIES && n > 0; i++)
    assert_past(txn, fixture->arena, i, 1 + n / 2);
  read_end(fixture);
  *ret_n = n;
}

/* The last revision that a writer acknowledged before it was killed; `before` where it was none. */
static int last_acknowledged(struct child *child, int before) {
  int n;
  while (recv(child->socket, &n, sizeof n, MSG_WAITALL) == sizeof n)
    before = n;
  assert_int_equal(child_end(child), 128 + SIGKILL);
  return before;
}

static void a_killed_writer_leaves_all_that_it_acknowledged(void **state) {
  struct store_fixture *fixture = *state;
  uint64_t seed = (uint64_t)getpid();
  int n = 0;
  for (uint32_t round = 0; round < ROUNDS || n < 10; round++) {
    struct doomed doomed = {fixture->folder.path, 500 + draw(&seed, 60000 + 5000 * round)};
    store_fixture_close(fixture);
    struct child child = child_start(write_for_ever, &doomed);
    int acknowledged = last_acknowledged(&child, n);
    store_fixture_open(fixture);
    assert_sound(fixture, acknowledged, &n);
  }
}

static void a_writer_killed_while_it_makes_the_store_leaves_one_that_opens(void **state) {
  (void)state;
  uint64_t seed = (uint64_t)getpid();
  for (int round = 0; round < 2 * ROUNDS; round++) {
    struct store_fixture fixture = {.folder = folder_make(), .map_bytes = 1 << 28};
    struct doomed doomed = {fixture.folder.path, 100 + draw(&seed, 6000)};
    int n;
    fixture.arena = arena_new(SIZE_MAX / 2);
    struct child child = child_start(write_for_ever, &doomed);
    int acknowledged = last_acknowledged(&child, 0);
    store_fixture_open(&fixture);
    assert_sound(&fixture, acknowledged, &n);
    store_fixture_close(&fixture);
    arena_free(fixture.arena);
    folder_remove(&fixture.folder);
  }
}

/* A reader of the parent goes on while the writer dies, and sees what it left. */
static void a_reader_outlives_the_writer(void **state) {
  struct store_fixture *fixture = *state;
  struct store_error error;
  struct store_options options = {
      .path = fixture->folder.path, .map_bytes = 1 << 28, .read_only = true};
  struct doomed doomed = {fixture->folder.path, INT32_MAX};
  store_fixture_close(fixture);
  struct child child = child_start(write_for_ever, &doomed);
  int n = 0;
  assert_int_equal(recv(child.socket, &n, sizeof n, MSG_WAITALL), sizeof n);
  OK(store_open(&options, &fixture->store, &error));
  read_begin(fixture);
  read_end(fixture);
  kill(child.pid, SIGKILL);
  n = last_acknowledged(&child, n);
  assert_sound(fixture, n, &n);
  store_fixture_reopen(fixture);
  assert_sound(fixture, n, &n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_killed_writer_leaves_all_that_it_acknowledged),
      cmocka_unit_test(a_writer_killed_while_it_makes_the_store_leaves_one_that_opens),
      test_on_store(a_reader_outlives_the_writer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
