/* SPDX-License-Identifier: MIT */
/* Places of records: found in the snapshot that they are of and in no other, whoever writes beside
 * them; and series looked up again, which must be what their snapshot has. */
#include "storage/places.h"

#include <pthread.h>
#include <stdatomic.h>

#include "storage/table.h"
#include "tests/store_fixture.h"

enum { N_IDS = 1 << 18 };

static const uint64_t SNAPSHOT_MOST = (UINT64_C(1) << 47) - 1;

/* A place that tells its snapshot and id; nothing lies there. */
static struct place place_like(uint64_t snapshot, uint64_t id) {
  return (struct place){.data = (const uint8_t *)(uintptr_t)(snapshot << 20 | id),
                        .sizes = (uint16_t)(snapshot * 7 + id)};
}

/* An entry for each id of the even ones, two for each of the odd: so a store grows and shrinks. */
static struct place_scope scope_of(uint64_t snapshot) {
  return places_scope(snapshot, snapshot % 2 == 0 ? N_IDS / 2 : N_IDS);
}

static void put(struct places *places, uint64_t snapshot, uint64_t id) {
  places_put(places, scope_of(snapshot), id, place_like(snapshot, id));
}

static bool has(const struct places *places, uint64_t snapshot, uint64_t id) {
  struct place place = places_find(places, scope_of(snapshot), id);
  struct place wanted = place_like(snapshot, id);
  return place.data == wanted.data && place.sizes == wanted.sizes;
}

/* Whose id it is, callers find out: another thread may have changed an entry there and back. */
static bool is_of(struct place place, uint64_t snapshot) {
  uint64_t id = (uintptr_t)place.data & ((UINT64_C(1) << 20) - 1);
  struct place wanted = place_like(snapshot, id);
  return place.data == wanted.data && place.sizes == wanted.sizes;
}

static int places_setup(void **state) {
  *state = places_new();
  return *state == NULL;
}

static int places_teardown(void **state) {
  places_free(*state);
  return 0;
}

static void a_place_is_found_in_its_snapshot_alone(void **state) {
  struct places *places = *state;
  assert_null(places_find(places, scope_of(5), 7).data);
  put(places, 5, 7);
  assert_true(has(places, 5, 7));
  assert_null(places_find(places, scope_of(4), 7).data);
  assert_null(places_find(places, scope_of(6), 7).data);
  assert_null(places_find(places, scope_of(5), 8).data);
  assert_null(places_find(places, scope_of(5), 7 + N_IDS).data);
}

static void near_ids_have_entries_of_their_own(void **state) {
  struct places *places = *state;
  for (uint64_t snapshot = 3; snapshot <= 4; snapshot++) {
    for (uint64_t id = 0; id < N_IDS; id++)
      put(places, snapshot, id + 1000);
    for (uint64_t id = 0; id < N_IDS; id++)
      assert_true(has(places, snapshot, id + 1000));
  }
}

/* In at least half as many sets, each of four entries. */
static void few_ids_lie_close_to_each_other(void **state) {
  (void)state;
  assert_int_equal(places_scope(3, 0).n_sets, 256);
  assert_int_equal(places_scope(3, 513).n_sets, 256);
  assert_int_equal(places_scope(3, 514).n_sets, 512);
  assert_int_equal(places_scope(3, 1000000).n_sets, 1 << 19);
  assert_int_equal(places_scope(3, UINT64_MAX).n_sets, 1 << 19);
}

static void far_ids_share_four_entries(void **state) {
  struct places *places = *state;
  for (uint64_t id = 0; id < 4; id++)
    put(places, 4, 8 + id * N_IDS);
  for (uint64_t id = 0; id < 4; id++)
    assert_true(has(places, 4, 8 + id * N_IDS));
  put(places, 4, 8 + 4 * N_IDS);
  assert_true(has(places, 4, 8 + 4 * N_IDS));
}

static void a_newer_snapshot_drives_out_an_older_and_never_the_other_way_round(void **state) {
  struct places *places = *state;
  put(places, 3, 8);
  put(places, 4, 8);
  assert_true(has(places, 4, 8));
  assert_null(places_find(places, scope_of(3), 8).data);
  for (uint64_t id = 0; id < 4; id++)
    put(places, 4, 8 + id * N_IDS);
  put(places, 3, 8);
  assert_null(places_find(places, scope_of(3), 8).data);
  for (uint64_t id = 0; id < 4; id++)
    assert_true(has(places, 4, 8 + id * N_IDS));
}

static void an_older_snapshot_has_what_room_is_left(void **state) {
  struct places *places = *state;
  put(places, 4, 8);
  put(places, 3, 8);
  assert_true(has(places, 3, 8));
  assert_true(has(places, 4, 8));
}

static void a_place_put_again_is_the_last_one(void **state) {
  struct places *places = *state;
  put(places, 4, 8);
  places_put(places, scope_of(4), 8, place_like(4, 9));
  assert_ptr_equal(places_find(places, scope_of(4), 8).data, place_like(4, 9).data);
}

static void what_an_entry_cannot_say_is_not_kept(void **state) {
  struct places *places = *state;
  const uint64_t snapshots[] = {0, SNAPSHOT_MOST + 1, UINT64_MAX};
  for (size_t i = 0; i < count_of(snapshots); i++) {
    places_put(places, scope_of(snapshots[i]), 8, place_like(1, 8));
    assert_null(places_find(places, scope_of(snapshots[i]), 8).data);
  }
  const uint8_t *far = (const uint8_t *)(uintptr_t)(UINT64_C(1) << 48);
  places_put(places, scope_of(1), 8, (struct place){.data = far});
  assert_null(places_find(places, scope_of(1), 8).data);
  places_put(places, scope_of(SNAPSHOT_MOST), UINT64_MAX,
             (struct place){.data = far - 1, .sizes = 0xffff});
  struct place place = places_find(places, scope_of(SNAPSHOT_MOST), UINT64_MAX);
  assert_ptr_equal(place.data, far - 1);
  assert_int_equal(place.sizes, 0xffff);
}

/* ---- threads ---- */

enum { N_THREADS = 4, N_PUTS = 100000, NEWEST_FROM = 64 };

struct crowd {
  struct places *places;
  _Atomic uint64_t seed;
  _Atomic uint64_t newest;
  _Atomic uint64_t n_found;
  _Atomic uint64_t n_wrong;
};

/* All at a few entries, each in one of the newest snapshots. */
static void *put_and_find(void *argument) {
  struct crowd *crowd = argument;
  uint64_t seed = atomic_fetch_add(&crowd->seed, 1), found = 0, wrong = 0;
  for (int i = 0; i < N_PUTS; i++) {
    if (draw(&seed, 16) == 0)
      atomic_fetch_add(&crowd->newest, 1);
    uint64_t snapshot = atomic_load(&crowd->newest) - draw(&seed, 3);
    uint64_t id = draw(&seed, 4) + draw(&seed, 2) * N_IDS;
    struct place place = places_find(crowd->places, scope_of(snapshot), id);
    found += place.data != NULL;
    wrong += place.data != NULL && !is_of(place, snapshot);
    put(crowd->places, snapshot, id);
  }
  atomic_fetch_add(&crowd->n_found, found);
  atomic_fetch_add(&crowd->n_wrong, wrong);
  return NULL;
}

static void threads_never_find_a_place_of_another_snapshot(void **state) {
  struct crowd crowd = {.places = *state, .seed = 1, .newest = NEWEST_FROM};
  pthread_t threads[N_THREADS];
  for (size_t i = 0; i < N_THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, put_and_find, &crowd), 0);
  for (size_t i = 0; i < N_THREADS; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(crowd.n_wrong, 0);
  assert_true(crowd.n_found > 0);
}

/* ---- series ---- */

enum { N_SERIES = 12 };

static const char *series_key(size_t i) {
  static _Thread_local char text[32];
  snprintf(text, sizeof text, "DS/A.C%zu", i);
  return text;
}

/* One command: each series says `value` of period 1. */
static void write_all(struct store_fixture *fixture, int value) {
  char release[16];
  snprintf(release, sizeof release, "r%d", value);
  write_begin(fixture);
  make_dataset(fixture, "DS", "FREQ.AREA");
  uint32_t release_no = make_release(fixture, release, value * 1000);
  for (size_t i = 0; i < N_SERIES; i++) {
    struct statement_counts counts;
    struct statements statements = {.mode = STATEMENT_MERGE,
                                    .release_no = release_no,
                                    .n = 1,
                                    .periods = (const int64_t[]){1},
                                    .values = (const double[]){value},
                                    .statuses = (const uint8_t[]){'A'}};
    arena_reset(fixture->arena, SIZE_MAX / 2);
    OK(statements_write(fixture->txn, make_series(fixture, series_key(i)), &statements,
                        fixture->arena, &counts));
  }
  write_commit(fixture);
}

/* Whether the series is, by key and by handle, what the transaction's revision has. */
static bool is_of_its_snapshot(struct store_txn *txn, size_t i) {
  const char *key = series_key(i);
  struct series_head heads[2];
  struct series_details details;
  uint64_t revision = store_revision(txn);
  if (series_by_key(txn, bytes_of_text(key), &heads[0]) != STORE_OK ||
      series_by_handle(txn, heads[0].handle, &heads[1], &details) != STORE_OK)
    return false;
  for (size_t k = 0; k < count_of(heads); k++)
    if (heads[k].handle != i + 1 || heads[k].changed_revision != revision ||
        heads[k].latest_value != (double)revision || heads[k].n_releases != revision)
      return false;
  return bytes_equal(details.key, bytes_of_text(key));
}

static bool knows(const struct store_txn *txn, uint64_t snapshot, uint64_t handle,
                  const char *key) {
  uint64_t seed = table_seed(TABLE_SERIES, bytes_of_text(key));
  struct place_scope scope = places_scope(snapshot, txn->counters.next_handle);
  bool by_handle = places_find(txn->store->by_handle, scope, handle).data != NULL;
  bool by_key = places_find(txn->store->by_key, scope, seed).data != NULL;
  assert_int_equal(by_handle, by_key);
  return by_handle;
}

static void a_series_looked_up_again_is_the_same(void **state) {
  struct store_fixture *fixture = *state;
  write_all(fixture, 1);
  for (int round = 0; round < 3; round++) {
    struct store_txn *txn = read_begin(fixture);
    for (size_t i = 0; i < N_SERIES; i++) {
      assert_int_equal(knows(txn, store_snapshot(txn), i + 1, series_key(i)), round > 0);
      assert_true(is_of_its_snapshot(txn, i));
    }
    read_end(fixture);
  }
}

static void each_snapshot_has_its_own_record(void **state) {
  struct store_fixture *fixture = *state;
  struct store_txn *older[4];
  for (int n = 0; n < (int)count_of(older); n++) {
    write_all(fixture, n + 1);
    OK(store_begin_read(fixture->store, &older[n]));
    assert_true(is_of_its_snapshot(older[n], 0));
  }
  for (int round = 0; round < 3; round++)
    for (size_t n = 0; n < count_of(older); n++)
      for (size_t i = 0; i < N_SERIES; i++)
        assert_true(is_of_its_snapshot(older[n], i));
  for (size_t n = 0; n < count_of(older); n++)
    store_end(older[n]);
}

static void a_deleted_series_is_found_in_older_snapshots_alone(void **state) {
  struct store_fixture *fixture = *state;
  struct store_txn *older;
  struct series_head head;
  struct series_details details;
  write_all(fixture, 1);
  OK(store_begin_read(fixture->store, &older));
  assert_true(is_of_its_snapshot(older, 0));
  write_begin(fixture);
  OK(series_delete(fixture->txn, 1));
  write_commit(fixture);
  struct store_txn *txn = read_begin(fixture);
  for (int round = 0; round < 2; round++) {
    REFUSED(series_by_handle(txn, 1, &head, &details), STORE_DELETED);
    REFUSED(series_by_key(txn, bytes_of_text(series_key(0)), &head), STORE_NOT_FOUND);
    assert_true(is_of_its_snapshot(older, 0));
  }
  store_end(older);
}

static void a_write_neither_uses_nor_leaves_places(void **state) {
  struct store_fixture *fixture = *state;
  struct series_head head;
  struct series_details details;
  bool changed;
  struct bytes key = bytes_of_text(series_key(0));
  write_all(fixture, 1);
  assert_true(is_of_its_snapshot(read_begin(fixture), 0));
  uint64_t snapshot = store_snapshot(fixture->txn);
  read_end(fixture);
  struct store_txn *txn = write_begin(fixture);
  OK(series_by_handle(txn, 1, &head, &details));
  OK(series_set_attributes(txn, 1, bytes_of_text("unit"), &changed));
  OK(series_by_handle(txn, 1, &head, &details));
  assert_true(bytes_equal(details.attributes, bytes_of_text("unit")));
  OK(series_by_key(txn, key, &head));
  assert_int_equal(head.changed_revision, 2);
  OK(series_delete(txn, 1));
  REFUSED(series_by_handle(txn, 1, &head, &details), STORE_DELETED);
  REFUSED(series_by_key(txn, key, &head), STORE_NOT_FOUND);
  for (uint64_t other = snapshot + 1; other < snapshot + 3; other++)
    assert_false(knows(txn, other, 1, series_key(0)));
  store_end(txn);
  fixture->txn = NULL;
  assert_true(is_of_its_snapshot(read_begin(fixture), 0));
}

static void attributes_of_any_size_are_found_again(void **state) {
  struct store_fixture *fixture = *state;
  static uint8_t text[1 << 15];
  static const size_t sizes[] = {0, 1, 200, 3000, sizeof text};
  memset(text, 'x', sizeof text);
  write_all(fixture, 1);
  for (size_t i = 0; i < count_of(sizes); i++) {
    struct bytes attributes = bytes_of(text, sizes[i]);
    bool changed;
    write_begin(fixture);
    OK(series_set_attributes(fixture->txn, 1, attributes, &changed));
    write_commit(fixture);
    read_begin(fixture);
    for (int round = 0; round < 2; round++) {
      struct series_head head;
      struct series_details details;
      OK(series_by_handle(fixture->txn, 1, &head, &details));
      assert_true(bytes_equal(details.attributes, attributes));
      assert_true(bytes_equal(details.key, bytes_of_text(series_key(0))));
    }
    assert_non_null(places_find(fixture->store->by_handle, fixture->txn->scope, 1).data);
    read_end(fixture);
  }
}

/* As if the ids of two were the same. */
static void another_series_at_the_place_is_not_taken_for_it(void **state) {
  struct store_fixture *fixture = *state;
  write_all(fixture, 1);
  struct store_txn *txn = read_begin(fixture);
  assert_true(is_of_its_snapshot(txn, 1) && is_of_its_snapshot(txn, 10));
  static const size_t others[] = {1, 10}; /* a key as long, and one that is longer */
  for (size_t i = 0; i < count_of(others); i++) {
    uint64_t seed = table_seed(TABLE_SERIES, bytes_of_text(series_key(0)));
    uint64_t other = table_seed(TABLE_SERIES, bytes_of_text(series_key(others[i])));
    places_put(fixture->store->by_handle, txn->scope, 1,
               places_find(fixture->store->by_handle, txn->scope, others[i] + 1));
    places_put(fixture->store->by_key, txn->scope, seed,
               places_find(fixture->store->by_key, txn->scope, other));
    assert_true(is_of_its_snapshot(txn, 0));
  }
}

/* The end of the key of a series is no key of a series. */
static void a_part_of_the_key_at_the_place_is_not_enough(void **state) {
  struct store_fixture *fixture = *state;
  struct series_head head;
  write_all(fixture, 1);
  struct store_txn *txn = read_begin(fixture);
  assert_true(is_of_its_snapshot(txn, 0));
  uint64_t seed = table_seed(TABLE_SERIES, bytes_of_text(series_key(0)));
  struct place place = places_find(fixture->store->by_key, txn->scope, seed);
  struct bytes part = bytes_of_text(series_key(0) + 1);
  places_put(fixture->store->by_key, txn->scope, table_seed(TABLE_SERIES, part), place);
  REFUSED(series_by_key(txn, part, &head), STORE_NOT_FOUND);
  /* Nor one so long that its size does not go into a place's. */
  static const uint8_t text[2 * 256 + 32] = {'D'};
  struct bytes whole = bytes_of(text, 2 * 256 + strlen(series_key(0)));
  places_put(fixture->store->by_key, txn->scope, table_seed(TABLE_SERIES, whole), place);
  REFUSED(series_by_key(txn, whole, &head), STORE_NOT_FOUND);
}

/* Whatever is fetched beforehand, known or not: nothing but time depends on it. A write transaction
 * has no places, and nothing is fetched. */
static void what_is_fetched_beforehand_is_looked_up_the_same(void **state) {
  struct store_fixture *fixture = *state;
  static char long_key[LIMIT_SERIES_KEY_BYTES + 2], empty[1], known[N_SERIES][32];
  char *keys[2 * SERIES_PREFETCH_MOST];
  uint64_t handles[count_of(keys)];
  memset(long_key, 'x', sizeof long_key - 1);
  for (size_t i = 0; i < count_of(keys); i++) {
    snprintf(known[i % N_SERIES], sizeof known[0], "%s", series_key(i % N_SERIES));
    keys[i] = known[i % N_SERIES];
    handles[i] = i;
  }
  keys[0] = long_key;
  keys[1] = empty;
  handles[0] = UINT64_MAX;
  write_all(fixture, 1);
  for (int round = 0; round < 3; round++) {
    struct store_txn *txn = round < 2 ? read_begin(fixture) : write_begin(fixture);
    for (size_t n = 0; n <= count_of(keys); n += SERIES_PREFETCH_MOST / 2) {
      struct series_prefetch prefetch;
      series_prefetch_keys(fixture->store, keys, n, &prefetch);
      series_prefetch_records(txn, &prefetch);
      series_prefetch_handles(fixture->store, handles, n, &prefetch);
      series_prefetch_records(txn, &prefetch);
    }
    for (size_t i = 0; i < N_SERIES && round < 2; i++)
      assert_true(is_of_its_snapshot(txn, i));
    read_end(fixture);
  }
}

static void a_store_opened_again_has_forgotten(void **state) {
  struct store_fixture *fixture = *state;
  write_all(fixture, 1);
  for (int round = 0; round < 2; round++) {
    struct store_txn *txn = read_begin(fixture);
    assert_false(knows(txn, store_snapshot(txn), 1, series_key(0)));
    assert_true(is_of_its_snapshot(txn, 0));
    assert_true(knows(txn, store_snapshot(txn), 1, series_key(0)));
    read_end(fixture);
    store_fixture_reopen(fixture);
  }
  write_all(fixture, 2);
  assert_true(is_of_its_snapshot(read_begin(fixture), 0));
}

struct readers {
  struct store *store;
  _Atomic bool ended;
  _Atomic uint64_t n_read;
  _Atomic uint64_t n_wrong;
};

/* Keeps one snapshot for a while beside those that come and go. */
static void *read_all(void *argument) {
  struct readers *readers = argument;
  struct store_txn *kept = NULL;
  for (int n = 0; !atomic_load(&readers->ended); n++) {
    scoped(store_end) struct store_txn *txn = NULL;
    uint64_t wrong = 0;
    if (n % 8 == 0) {
      store_end(kept);
      kept = NULL;
      wrong += store_begin_read(readers->store, &kept) != STORE_OK;
    }
    wrong += store_begin_read(readers->store, &txn) != STORE_OK;
    for (size_t i = 0; i < N_SERIES && wrong == 0; i++)
      wrong += !is_of_its_snapshot(txn, i) || !is_of_its_snapshot(kept, i);
    atomic_fetch_add(&readers->n_wrong, wrong);
    atomic_fetch_add(&readers->n_read, 1);
  }
  store_end(kept);
  return NULL;
}

static void readers_see_their_snapshot_while_another_thread_writes(void **state) {
  struct store_fixture *fixture = *state;
  write_all(fixture, 1);
  struct readers readers = {.store = fixture->store};
  pthread_t threads[N_THREADS];
  for (size_t i = 0; i < N_THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers), 0);
  for (int value = 2; value < 300 || (atomic_load(&readers.n_read) < 1000 && value < 3000); value++)
    write_all(fixture, value);
  atomic_store(&readers.ended, true);
  for (size_t i = 0; i < N_THREADS; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_int_equal(readers.n_wrong, 0);
  assert_true(readers.n_read > 0);
}

#define test_on_places(f) cmocka_unit_test_setup_teardown(f, places_setup, places_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_places(a_place_is_found_in_its_snapshot_alone),
      test_on_places(near_ids_have_entries_of_their_own),
      test_on_places(few_ids_lie_close_to_each_other),
      test_on_places(far_ids_share_four_entries),
      test_on_places(a_newer_snapshot_drives_out_an_older_and_never_the_other_way_round),
      test_on_places(an_older_snapshot_has_what_room_is_left),
      test_on_places(a_place_put_again_is_the_last_one),
      test_on_places(what_an_entry_cannot_say_is_not_kept),
      test_on_places(threads_never_find_a_place_of_another_snapshot),
      test_on_store(a_series_looked_up_again_is_the_same),
      test_on_store(each_snapshot_has_its_own_record),
      test_on_store(a_deleted_series_is_found_in_older_snapshots_alone),
      test_on_store(a_write_neither_uses_nor_leaves_places),
      test_on_store(attributes_of_any_size_are_found_again),
      test_on_store(another_series_at_the_place_is_not_taken_for_it),
      test_on_store(a_part_of_the_key_at_the_place_is_not_enough),
      test_on_store(what_is_fetched_beforehand_is_looked_up_the_same),
      test_on_store(a_store_opened_again_has_forgotten),
      test_on_store(readers_see_their_snapshot_while_another_thread_writes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
