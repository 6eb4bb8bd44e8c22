/* SPDX-License-Identifier: MIT */
/* Checksums that are worked out once a snapshot, and damage that is found all the same. */
#include "storage/proven.h"

#include "storage/table.h"
#include "tests/store_fixture.h"

static void a_value_is_proven_in_its_snapshot_alone(void **state) {
  (void)state;
  static const uint8_t values[2];
  struct proven *proven = proven_new();
  assert_non_null(proven);
  assert_false(proven_has(proven, 7, &values[0]));
  proven_put(proven, 7, &values[0]);
  assert_true(proven_has(proven, 7, &values[0]));
  assert_false(proven_has(proven, 8, &values[0]));
  assert_false(proven_has(proven, 6, &values[0]));
  assert_false(proven_has(proven, 7, &values[1]));
  proven_free(proven);
  proven_free(NULL);
}

static void many_values_are_remembered_and_others_forgotten(void **state) {
  (void)state;
  enum { N = 100000, RECENT = 1000 };
  static const uint8_t values[N];
  struct proven *proven = proven_new();
  size_t n = 0, n_recent = 0;
  for (size_t i = 0; i < N; i++)
    proven_put(proven, 1, &values[i]);
  for (size_t i = 0; i < N; i++)
    n += proven_has(proven, 1, &values[i]);
  for (size_t i = N - RECENT; i < N; i++)
    n_recent += proven_has(proven, 1, &values[i]);
  assert_true(n <= 16384);
  assert_true(n_recent > RECENT * 9 / 10);
  proven_free(proven);
}

enum { LONG_BYTES = 4000 };

static void put_long(struct store_fixture *fixture, const char *key, uint8_t byte) {
  uint8_t value[LONG_BYTES];
  memset(value, byte, sizeof value);
  write_begin(fixture);
  OK(table_put(fixture->txn, TABLE_META, bytes_of_text(key), bytes_of(value, sizeof value)));
  write_commit(fixture);
}

static bool is_proven(struct store_txn *txn, const char *key) {
  struct bytes value;
  OK(table_get(txn, TABLE_META, bytes_of_text(key), &value));
  assert_int_equal(value.size, LONG_BYTES);
  return proven_has(txn->store->proven, mdb_txn_id(txn->mdb), value.data);
}

static void reading_a_long_value_proves_it_until_the_next_write(void **state) {
  struct store_fixture *fixture = *state;
  put_long(fixture, "long", 1);
  assert_true(is_proven(read_begin(fixture), "long"));
  read_end(fixture);
  put_long(fixture, "other", 2);
  struct store_txn *txn = read_begin(fixture);
  struct bytes value;
  OK(table_get(txn, TABLE_META, bytes_of_text("long"), &value));
  assert_int_equal(value.data[0], 1);
  assert_true(is_proven(txn, "long"));
  read_end(fixture);
}

static void a_write_transaction_proves_nothing(void **state) {
  struct store_fixture *fixture = *state;
  put_long(fixture, "long", 1);
  write_begin(fixture);
  assert_false(is_proven(fixture->txn, "long"));
  write_commit(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_value_is_proven_in_its_snapshot_alone),
      cmocka_unit_test(many_values_are_remembered_and_others_forgotten),
      cmocka_unit_test_setup_teardown(reading_a_long_value_proves_it_until_the_next_write,
                                      store_fixture_setup, store_fixture_teardown),
      cmocka_unit_test_setup_teardown(a_write_transaction_proves_nothing, store_fixture_setup,
                                      store_fixture_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
