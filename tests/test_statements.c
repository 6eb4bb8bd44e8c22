/* SPDX-License-Identifier: MIT */
/* The rules of knowledge on random histories, against a brute-force replay of all statements that
 * shares no code with the store. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "proto/obs_status.h"
#include "storage/observations.h"
#include "storage/statements.h"

enum { N_PERIODS = 9, N_RELEASES = 6, N_LOADS_MAX = 14, FIRST_PERIOD = -4, W = '-' };

/* ---- the store under test ---- */

struct fixture {
  char path[64];
  struct store *store;
  struct arena *arena;
};

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw) {
  (void)stat, (void)type, (void)ftw;
  return remove(path);
}

static void open_store(struct fixture *fixture) {
  struct store_error error;
  enum store_status status = store_open(
      &(struct store_options){.path = fixture->path, .map_bytes = 1 << 28, .no_sync = true},
      &fixture->store, &error);
  if (status != STORE_OK)
    fail_msg("%s", error.text);
}

static void make_fixture(struct fixture *fixture) {
  snprintf(fixture->path, sizeof fixture->path, "/tmp/bellwether-test-XXXXXX");
  assert_non_null(mkdtemp(fixture->path));
  open_store(fixture);
  fixture->arena = arena_new(SIZE_MAX / 2);
}

static void drop_fixture(struct fixture *fixture) {
  store_close(fixture->store);
  arena_free(fixture->arena);
  nftw(fixture->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#define OK(call) assert_int_equal(call, STORE_OK)

/* ---- one load, as the test knows it ---- */

struct cell {
  char status; /* 0: not stated; W: withdrawn */
  double value;
  char comment;
};

struct load {
  int release;
  enum statement_mode mode;
  bool range; /* WITHDRAW of everything between the first and the last stated cell */
  struct cell cells[N_PERIODS];
};

struct world {
  unsigned seed;
  int64_t published[N_RELEASES]; /* with ties */
  char ids[N_RELEASES][4];       /* their bytewise order differs from their numbers' */
  int n_loads;
  struct load loads[N_LOADS_MAX];
};

static unsigned draw(struct world *world, unsigned below) {
  world->seed = world->seed * 1103515245U + 12345U;
  return (world->seed >> 16) % below;
}

static void make_load(struct world *world, struct load *load, int release) {
  *load = (struct load){.release = release};
  unsigned kind = draw(world, 10);
  load->mode = kind < 6 ? STATEMENT_MERGE : kind < 8 ? STATEMENT_REPLACE : STATEMENT_WITHDRAW;
  load->range = load->mode == STATEMENT_WITHDRAW && draw(world, 2) == 0;
  static const char STATUSES[] = "AAAAPTTFO";
  for (int i = 0; i < N_PERIODS; i++) {
    if (draw(world, 10) < 4)
      continue;
    char status = STATUSES[draw(world, sizeof STATUSES - 1)];
    load->cells[i] = (struct cell){.status = status, .value = draw(world, 3) + 0.5};
    if (status == 'O')
      load->cells[i].value = obs_nan();
    if (draw(world, 8) == 0)
      load->cells[i].comment = (char)('a' + draw(world, 2));
    if (load->mode == STATEMENT_WITHDRAW)
      load->cells[i] = (struct cell){.status = W};
  }
}

/* One load a release, so that loads may come in any order. */
static void make_world(struct world *world, unsigned seed) {
  *world = (struct world){.seed = seed * 2654435761U + 1, .n_loads = N_RELEASES};
  for (int i = 0; i < N_RELEASES; i++) {
    world->published[i] = 1000 + (int64_t)draw(world, 4);
    snprintf(world->ids[i], sizeof world->ids[i], "%c%d", 'a' + (int)draw(world, 3), i);
    make_load(world, &world->loads[i], i);
  }
}

/* ---- the brute-force replay ---- */

struct truth {
  bool loaded[N_RELEASES];
  bool replaces[N_RELEASES];
  struct cell said[N_RELEASES][N_PERIODS];
};

static void tell(struct truth *truth, const struct load *load) {
  int first = N_PERIODS, last = -1;
  bool any = load->mode == STATEMENT_REPLACE;
  for (int i = 0; i < N_PERIODS; i++) {
    if (load->cells[i].status == 0)
      continue;
    any = true;
    first = i < first ? i : first;
    last = i;
  }
  if (!any)
    return;
  truth->loaded[load->release] = true;
  struct cell *said = truth->said[load->release];
  if (load->mode == STATEMENT_REPLACE) {
    truth->replaces[load->release] = true;
    memset(said, 0, sizeof truth->said[0]);
  }
  for (int i = 0; i < N_PERIODS; i++) {
    if (load->cells[i].status != 0)
      said[i] = load->cells[i];
    if (load->range && i >= first && i <= last)
      said[i] = (struct cell){.status = W};
  }
}

static int order_of(const struct world *world, int a, int b) {
  if (world->published[a] != world->published[b])
    return world->published[a] < world->published[b] ? -1 : 1;
  return strcmp(world->ids[a], world->ids[b]);
}

/* Release numbers in the order of releases. */
static void sort_releases(const struct world *world, int *sorted) {
  for (int i = 0; i < N_RELEASES; i++) {
    int j = i;
    for (; j > 0 && order_of(world, sorted[j - 1], i) > 0; j--)
      sorted[j] = sorted[j - 1];
    sorted[j] = i;
  }
}

static bool same_cell(struct cell a, struct cell b) {
  return a.status == b.status && a.comment == b.comment && memcmp(&a.value, &b.value, 8) == 0;
}

struct known {
  bool there;
  struct cell cell;
  int release; /* that first stated the present run of equal content */
};

/* What is known of a period after the first `n` releases in order. */
static struct known replay(const struct world *world, const struct truth *truth, int period,
                           const int *sorted, int n) {
  (void)world;
  struct known fact = {0}, target = {0};
  for (int i = 0; i < n; i++) {
    int release = sorted[i];
    if (!truth->loaded[release])
      continue;
    struct cell cell = truth->said[release][period];
    if (cell.status == 0 && truth->replaces[release])
      cell.status = W;
    if (cell.status == 0)
      continue;
    if (cell.status == W) {
      fact = target = (struct known){0};
      continue;
    }
    struct known *track = cell.status == 'T' ? &target : &fact;
    if (!track->there || !same_cell(track->cell, cell))
      *track = (struct known){true, cell, release};
  }
  return fact.there ? fact : target;
}

/* ---- applying to the store, and comparing ---- */

static uint32_t put_release(struct store_txn *txn, const struct world *world, int release) {
  enum put_result result;
  uint32_t no = 0;
  struct release_record record = {.id = bytes_of_text(world->ids[release]),
                                  .published_ms = world->published[release],
                                  .precision = 1,
                                  .description = bytes_of("", 0)};
  OK(release_put(txn, &record, &no, &result));
  return no;
}

static uint64_t make_series(struct store_txn *txn) {
  struct dataset_record dataset = {.id = bytes_of_text("DS"),
                                   .n_dimensions = 2,
                                   .indicator_dimension = STORE_NO_DIMENSION,
                                   .dimension_ids = bytes_of_text("FREQ.AREA"),
                                   .description = bytes_of("", 0)};
  enum put_result result;
  OK(dataset_put(txn, &dataset, &result));
  OK(dataset_get(txn, dataset.id, &dataset));
  struct key key;
  assert_int_equal(key_parse(bytes_of_text("DS/A.CHN"), &key, NULL), KEY_OK);
  struct series_head head;
  bool is_new;
  OK(series_make(txn, &dataset, &key, 1, &head, &is_new));
  return head.handle;
}

/* Applies a load as one command; whether it changed anything. */
static bool apply(struct fixture *fixture, const struct world *world, const struct load *load) {
  int64_t periods[N_PERIODS];
  double values[N_PERIODS];
  uint8_t statuses[N_PERIODS];
  struct row_comment comments[N_PERIODS];
  struct statements statements = {.mode = load->mode,
                                  .periods = periods,
                                  .values = values,
                                  .statuses = statuses,
                                  .comments = comments};
  for (int i = 0; i < N_PERIODS; i++) {
    if (load->cells[i].status == 0)
      continue;
    periods[statements.n] = FIRST_PERIOD + i;
    values[statements.n] = load->cells[i].value;
    statuses[statements.n] = (uint8_t)load->cells[i].status;
    if (load->cells[i].comment != 0)
      comments[statements.n_comments++] = (struct row_comment){
          .index = (uint32_t)statements.n, .text = bytes_of(&load->cells[i].comment, 1)};
    statements.n++;
  }
  if (statements.n == 0 && load->mode != STATEMENT_REPLACE)
    return false;
  if (load->range) {
    statements.withdraw_range = true;
    statements.range_first = periods[0];
    statements.range_last = periods[statements.n - 1];
    statements.n = 0;
  }
  struct store_txn *txn;
  struct statement_counts counts;
  bool changed;
  OK(store_begin_write(fixture->store, &txn));
  store_begin_command(txn);
  statements.release_no = put_release(txn, world, load->release);
  arena_reset(fixture->arena, SIZE_MAX / 2);
  OK(statements_write(txn, make_series(txn), &statements, fixture->arena, &counts));
  OK(store_end_command(txn, &changed));
  OK(store_commit(txn));
  return changed;
}

static void forget(struct fixture *fixture, const struct world *world, int release) {
  struct store_txn *txn;
  struct release_record record;
  uint64_t changed_count, deleted_count;
  bool changed;
  OK(store_begin_write(fixture->store, &txn));
  store_begin_command(txn);
  enum store_status status = release_get(txn, bytes_of_text(world->ids[release]), &record);
  if (status == STORE_OK)
    OK(release_delete(txn, record.no, fixture->arena, &changed_count, &deleted_count));
  OK(store_end_command(txn, &changed));
  OK(store_commit(txn));
}

static void compare_row(const struct columns *columns, size_t row, const struct known *known,
                        struct store_txn *txn, const struct world *world, unsigned seed) {
  uint8_t status = columns->statuses == NULL ? 'A' : columns->statuses[row];
  size_t index = columns->release_indexes == NULL ? 0 : columns->release_indexes[row];
  struct release_record release;
  OK(release_get_by_no(txn, columns->releases[index], &release));
  char comment = 0;
  for (size_t i = 0; i < columns->n_comments; i++)
    if (columns->comments[i].index == row)
      comment = (char)columns->comments[i].text.data[0];
  struct cell cell = {.status = (char)status, .value = columns->values[row], .comment = comment};
  if (!same_cell(cell, known->cell) ||
      !bytes_equal(release.id, bytes_of_text(world->ids[known->release])))
    fail_msg("seed %u: row %zu is %c %g of %.*s, should be %c %g of %s", seed, row, cell.status,
             cell.value, (int)release.id.size, (const char *)release.id.data, known->cell.status,
             known->cell.value, world->ids[known->release]);
}

/* The series read as of the first n releases in order, against the replay. */
static void compare_as_of(struct fixture *fixture, struct store_txn *txn, const struct world *world,
                          const struct truth *truth, const int *sorted, int n, unsigned seed) {
  struct series_head head;
  enum store_status status = series_by_key(txn, bytes_of_text("DS/A.CHN"), &head);
  struct columns columns = {0};
  arena_reset(fixture->arena, SIZE_MAX / 2);
  if (status == STORE_OK) {
    struct range_query query = {.first = INT64_MIN,
                                .last = INT64_MAX,
                                .columns = READ_STATUSES | READ_RELEASES | READ_COMMENTS};
    if (n < N_RELEASES)
      query.as_of =
          (struct as_of){.bounded = true,
                         .published_ms = n == 0 ? 0 : world->published[sorted[n - 1]],
                         .release_id = bytes_of_text(n == 0 ? "" : world->ids[sorted[n - 1]])};
    OK(observations_read(txn, &head, &query, fixture->arena, &columns));
  } else {
    assert_int_equal(status, STORE_NOT_FOUND);
  }
  size_t row = 0;
  int64_t period = columns.first_period, last_period = 0, latest_period = 0;
  struct known latest = {0};
  for (int i = 0; i < N_PERIODS; i++) {
    struct known known = replay(world, truth, i, sorted, n);
    bool there = row < columns.n && period == FIRST_PERIOD + i;
    if (there != known.there)
      fail_msg("seed %u: as of %d: period %d is %s", seed, n, i, there ? "there" : "not there");
    if (!there)
      continue;
    compare_row(&columns, row, &known, txn, world, seed);
    last_period = period;
    if (!isnan(known.cell.value)) {
      latest = known;
      latest_period = period;
    }
    if (row + 1 < columns.n)
      period += columns.steps == NULL ? 1 : columns.steps[row];
    row++;
  }
  assert_int_equal(row, columns.n);
  if (status != STORE_OK || n < N_RELEASES)
    return;
  assert_int_equal(head.n_observations, columns.n);
  assert_int_equal(head.has_latest, latest.there);
  if (columns.n > 0)
    assert_true(head.first_period == columns.first_period && head.last_period == last_period);
  if (latest.there)
    assert_true(head.latest_value == latest.cell.value &&
                head.latest_status == latest.cell.status && head.latest_period == latest_period);
}

static void compare_all(struct fixture *fixture, const struct world *world,
                        const struct truth *truth, unsigned seed) {
  int sorted[N_RELEASES];
  sort_releases(world, sorted);
  struct store_txn *txn;
  OK(store_begin_read(fixture->store, &txn));
  for (int n = 0; n <= N_RELEASES; n++)
    compare_as_of(fixture, txn, world, truth, sorted, n, seed);
  store_end(txn);
}

/* Empties the store between worlds without opening a new one. */
static void forget_all(struct fixture *fixture, const struct world *world) {
  for (int i = 0; i < N_RELEASES; i++)
    forget(fixture, world, i);
}

static void shuffle(struct world *world) {
  for (int i = world->n_loads - 1; i > 0; i--) {
    int j = (int)draw(world, (unsigned)i + 1);
    struct load swapped = world->loads[i];
    world->loads[i] = world->loads[j];
    world->loads[j] = swapped;
  }
}

static void any_order_of_loads_gives_the_answers_of_the_replay(void **state) {
  (void)state;
  struct fixture fixture;
  make_fixture(&fixture);
  for (unsigned seed = 1; seed <= 600; seed++) {
    struct world world;
    make_world(&world, seed);
    for (int order = 0; order < 3; order++) {
      struct truth truth = {0};
      shuffle(&world);
      for (int i = 0; i < world.n_loads; i++) {
        apply(&fixture, &world, &world.loads[i]);
        tell(&truth, &world.loads[i]);
      }
      compare_all(&fixture, &world, &truth, seed);
      forget_all(&fixture, &world);
    }
  }
  drop_fixture(&fixture);
}

static void corrections_within_a_release_replace_what_it_said(void **state) {
  (void)state;
  struct fixture fixture;
  make_fixture(&fixture);
  for (unsigned seed = 1; seed <= 400; seed++) {
    struct world world;
    struct truth truth = {0};
    make_world(&world, seed + 5000);
    for (int i = 0; i < N_LOADS_MAX; i++) {
      struct load load;
      make_load(&world, &load, (int)draw(&world, N_RELEASES));
      apply(&fixture, &world, &load);
      tell(&truth, &load);
      compare_all(&fixture, &world, &truth, seed);
    }
    forget_all(&fixture, &world);
  }
  drop_fixture(&fixture);
}

static void loading_twice_changes_nothing(void **state) {
  (void)state;
  struct fixture fixture;
  make_fixture(&fixture);
  for (unsigned seed = 1; seed <= 200; seed++) {
    struct world world;
    make_world(&world, seed + 9000);
    for (int i = 0; i < world.n_loads; i++)
      apply(&fixture, &world, &world.loads[i]);
    for (int i = 0; i < world.n_loads; i++)
      if (apply(&fixture, &world, &world.loads[i]))
        fail_msg("seed %u: load %d changed something the second time", seed, i);
    forget_all(&fixture, &world);
  }
  drop_fixture(&fixture);
}

static void a_deleted_release_was_never_loaded(void **state) {
  (void)state;
  struct fixture fixture;
  make_fixture(&fixture);
  for (unsigned seed = 1; seed <= 300; seed++) {
    struct world world;
    struct truth truth = {0};
    make_world(&world, seed + 20000);
    int gone = (int)draw(&world, N_RELEASES);
    for (int i = 0; i < world.n_loads; i++) {
      apply(&fixture, &world, &world.loads[i]);
      if (world.loads[i].release != gone)
        tell(&truth, &world.loads[i]);
    }
    forget(&fixture, &world, gone);
    compare_all(&fixture, &world, &truth, seed);
    forget_all(&fixture, &world);
  }
  drop_fixture(&fixture);
}

static void an_emptied_store_counts_nothing(void **state) {
  (void)state;
  struct fixture fixture;
  struct world world;
  make_fixture(&fixture);
  make_world(&world, 77);
  for (int i = 0; i < world.n_loads; i++)
    apply(&fixture, &world, &world.loads[i]);
  forget_all(&fixture, &world);
  store_close(fixture.store);
  open_store(&fixture);
  struct store_txn *txn;
  struct store_counts counts;
  OK(store_begin_read(fixture.store, &txn));
  OK(store_count(txn, &counts));
  assert_int_equal(counts.series, 0);
  assert_int_equal(counts.observations, 0);
  assert_int_equal(counts.releases, 0);
  store_end(txn);
  drop_fixture(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_order_of_loads_gives_the_answers_of_the_replay),
      cmocka_unit_test(corrections_within_a_release_replace_what_it_said),
      cmocka_unit_test(loading_twice_changes_nothing),
      cmocka_unit_test(a_deleted_release_was_never_loaded),
      cmocka_unit_test(an_emptied_store_counts_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
