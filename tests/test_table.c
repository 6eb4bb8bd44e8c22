/* SPDX-License-Identifier: MIT */
/* Records in tables: the keys of each kind as they stand on disks, their order, their checksums. */
#include "tests/store_fixture.h"

#include <errno.h>

#include "storage/index.h"
#include "storage/table.h"

static const char *const TABLE_NAMES_TEXT[TABLE_COUNT] = {
    "meta",     "datasets",    "dataset_nos",   "indicators",     "codes",
    "releases", "release_ids", "release_order", "series",         "handles",
    "blocks",   "history",     "coverage",      "release_series", "postings",
    "changes",  "names",       "replies",       "reply_times"};

static bool is_set(size_t table) {
  return table == TABLE_RELEASE_SERIES || table == TABLE_POSTINGS || table == TABLE_CHANGES;
}

/* A little of everything, so that each table has a record. */
static void tell_a_story(struct store_fixture *fixture) {
  static const uint8_t request_id[16] = "request id here";
  enum put_result result;
  struct store_txn *txn = write_begin(fixture);
  uint32_t dataset = make_dataset(fixture, "DS", "FREQ.AREA");
  OK(indicator_put(txn, dataset, bytes_of_text("GDP"), bytes_of_text("d"), &result));
  OK(code_put(txn, dataset, 1, bytes_of_text("CHN"), bytes_of_text("China"), &result));
  struct subject gdp = {
      .kind = SUBJECT_INDICATOR, .dataset_no = dataset, .code = bytes_of_text("GDP")};
  struct index_word word = {bytes_of_text("gdp"), 3};
  OK(index_set(txn, &gdp, &word, 1));
  make_series(fixture, "DS/A.USA");
  OK(store_reply_put(txn, request_id, 1, bytes_of_text("r"), -5, 1000));
  write_commit(fixture);
  say(fixture, "r1", -1000, STATEMENT_MERGE, "-2=1 3=2");
  say(fixture, "r2", 1000, STATEMENT_MERGE, "-2=1.5");
  write_begin(fixture);
  OK(series_delete(fixture->txn, 1));
  write_commit(fixture);
}

/* A zero is `_`, what is not printed is in hex. */
static void print_bytes(FILE *out, struct bytes bytes) {
  for (size_t i = 0; i < bytes.size; i++) {
    int byte = bytes.data[i];
    if (byte == 0)
      fputc('_', out);
    else
      fprintf(out, byte > ' ' && byte < 0x7f ? "%c" : "\\%02x", byte);
  }
}

static void print_table(FILE *out, struct store_txn *txn, enum table table) {
  scoped(cursor_close) struct cursor cursor = {0};
  OK(cursor_open(txn, table, &cursor));
  enum store_status status = cursor_seek(&cursor, bytes_of(NULL, 0));
  for (; status == STORE_OK; status = cursor_next(&cursor)) {
    fprintf(out, "%s ", TABLE_NAMES_TEXT[table]);
    print_bytes(out, cursor.key);
    if (is_set(table)) {
      fputs(" -> ", out);
      print_bytes(out, cursor.value);
    }
    fputc('\n', out);
  }
  REFUSED(status, STORE_NOT_FOUND);
}

static void assert_tables(struct store_fixture *fixture, enum table from, enum table to,
                          const char *golden) {
  char *text = NULL;
  size_t size = 0;
  struct store_txn *txn = read_begin(fixture);
  FILE *out = open_memstream(&text, &size);
  for (unsigned table = from; table <= to; table++)
    print_table(out, txn, (enum table)table);
  fclose(out);
  assert_string_equal(text, golden);
  free(text);
}

static void the_keys_of_every_table_are_the_bytes_of_format_3(void **state) {
  static const char golden[] = "meta counters\n"
                               "meta described___\\01\n"
                               "meta format\n"
                               "meta store_id\n"
                               "datasets DS\n"
                               "dataset_nos ___\\01\n"
                               "indicators ___\\01GDP\n"
                               "codes ___\\01\\01CHN\n"
                               "releases ___\\01\n"
                               "releases ___\\02\n"
                               "release_ids r1\n"
                               "release_ids r2\n"
                               "release_order \\7f\\ff\\ff\\ff\\ff\\ff\\fc\\18r1\n"
                               "release_order \\80_____\\03\\e8r2\n"
                               "series DS/A.CHN\n"
                               "handles \\02_______\n"
                               "blocks _______\\02\\7f\\ff\\ff\\ff\\ff\\ff\\ff\\fe\n"
                               "history _______\\02\\7f\\ff\\ff\\ff\\ff\\ff\\ff\\fe\n"
                               "coverage _______\\02___\\01\n"
                               "coverage _______\\02___\\02\n"
                               "release_series ___\\01 -> _______\\02\n"
                               "release_series ___\\02 -> _______\\02\n"
                               "postings ___\\01_A -> _______\\02\n"
                               "postings ___\\01\\01CHN -> _______\\02\n";
  tell_a_story(*state);
  assert_tables(*state, TABLE_META, TABLE_POSTINGS, golden);
}

/* A change has 3 bits of subject, 2 of kind, 53 of number: see the second and third byte. */
static void the_keys_of_the_logs_are_the_bytes_of_format_3(void **state) {
  static const char golden[] =
      "changes _______\\01 -> _\\a0_____\\01\n"    /* dataset made */
      "changes _______\\01 -> \\01@_____\\01\n"    /* indicators */
      "changes _______\\01 -> \\01\\c0_____\\01\n" /* codes */
      "changes _______\\01 -> \\02\\20_____\\01\n" /* series made */
      "changes _______\\02 -> \\02\\20_____\\02\n" /* series made */
      "changes _______\\02 -> \\02\\a0_____\\01\n" /* release made */
      "changes _______\\03 -> \\02@_____\\02\n"    /* series revised */
      "changes _______\\03 -> \\02\\a0_____\\02\n" /* release made */
      "changes _______\\04 -> \\02`_____\\01\n"    /* series deleted */
      "names \\04_______\\01\n"
      "replies request\\20id\\20here_\n"
      "reply_times \\7f\\ff\\ff\\ff\\ff\\ff\\ff\\fbrequest\\20id\\20here_\n";
  tell_a_story(*state);
  assert_tables(*state, TABLE_CHANGES, TABLE_REPLY_TIMES, golden);
}

/* ---- raw records, as a disk would give them ---- */

static struct bytes raw_first(struct store_txn *txn, enum table table, struct bytes *ret_value) {
  MDB_cursor *cursor;
  MDB_val k, v;
  assert_int_equal(mdb_cursor_open(txn->mdb, txn->store->tables[table], &cursor), 0);
  assert_int_equal(mdb_cursor_get(cursor, &k, &v, MDB_FIRST), 0);
  mdb_cursor_close(cursor);
  *ret_value = bytes_of(v.mv_data, v.mv_size);
  return bytes_of(k.mv_data, k.mv_size);
}

static void raw_put(struct store_txn *txn, enum table table, struct bytes key, struct bytes value) {
  MDB_val k = {key.size, (void *)(uintptr_t)key.data};
  MDB_val v = {value.size, (void *)(uintptr_t)value.data};
  assert_int_equal(mdb_put(txn->mdb, txn->store->tables[table], &k, &v, 0), 0);
}

/* Copies of the first record of a table. */
struct record {
  uint8_t key[STORE_KEY_MAX];
  size_t key_size;
  uint8_t value[512];
  size_t value_size;
};

static struct record first_record(struct store_txn *txn, enum table table) {
  struct record record;
  struct bytes value, key = raw_first(txn, table, &value);
  assert_true(value.size <= sizeof record.value);
  record.key_size = key.size;
  record.value_size = value.size;
  memcpy(record.key, key.data, key.size);
  memcpy(record.value, value.data, value.size);
  return record;
}

/* The key as table_get wants it: that of a handle stands the other way round. */
static struct key_buffer asked_key(enum table table, struct bytes stored) {
  struct key_buffer key = {0};
  key_bytes(&key, stored);
  for (size_t i = 0; table == TABLE_HANDLES && i < stored.size; i++)
    key.data[i] = stored.data[stored.size - 1 - i];
  return key;
}

static void flip_each_bit(struct store_txn *txn, enum table table) {
  struct record record = first_record(txn, table);
  struct bytes key = bytes_of(record.key, record.key_size), ignored;
  struct key_buffer asked = asked_key(table, key);
  for (size_t bit = 0; bit < 8 * record.value_size; bit++) {
    record.value[bit / 8] ^= (uint8_t)(1 << bit % 8);
    raw_put(txn, table, key, bytes_of(record.value, record.value_size));
    REFUSED(table_get(txn, table, key_of(&asked), &ignored), STORE_CORRUPT);
    record.value[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
  raw_put(txn, table, key, bytes_of(record.value, record.value_size));
  OK(table_get(txn, table, key_of(&asked), &ignored));
}

static void a_flipped_bit_is_found_in_a_record_of_any_table(void **state) {
  struct store_fixture *fixture = *state;
  tell_a_story(fixture);
  struct store_txn *txn = write_begin(fixture);
  for (size_t table = 0; table < TABLE_COUNT; table++)
    if (!is_set(table))
      flip_each_bit(txn, (enum table)table);
}

static void a_cut_record_is_found(void **state) {
  struct store_fixture *fixture = *state;
  struct bytes ignored;
  tell_a_story(fixture);
  struct store_txn *txn = write_begin(fixture);
  struct record record = first_record(txn, TABLE_BLOCKS);
  struct bytes key = bytes_of(record.key, record.key_size);
  for (size_t size = 0; size < record.value_size; size++) {
    raw_put(txn, TABLE_BLOCKS, key, bytes_of(record.value, size));
    REFUSED(table_get(txn, TABLE_BLOCKS, key, &ignored), STORE_CORRUPT);
  }
}

static void a_record_under_the_wrong_key_or_in_the_wrong_table_is_found(void **state) {
  struct store_fixture *fixture = *state;
  struct bytes ignored;
  tell_a_story(fixture);
  struct store_txn *txn = write_begin(fixture);
  struct record record = first_record(txn, TABLE_BLOCKS);
  struct bytes key = bytes_of(record.key, record.key_size);
  struct bytes value = bytes_of(record.value, record.value_size);
  raw_put(txn, TABLE_HISTORY, key, value);
  REFUSED(table_get(txn, TABLE_HISTORY, key, &ignored), STORE_CORRUPT);
  record.key[0] ^= 1;
  raw_put(txn, TABLE_BLOCKS, key, value);
  REFUSED(table_get(txn, TABLE_BLOCKS, key, &ignored), STORE_CORRUPT);
}

static void the_checksum_stands_behind_the_value(void **state) {
  struct store_fixture *fixture = *state;
  static const uint8_t golden[] = {3, 0, 0, 0, 0x48, 0x94, 0xca, 0x83, 0xf5, 0x66, 0xe4, 0x16};
  MDB_val k = {6, (void *)(uintptr_t) "format"}, v;
  struct store_txn *txn = read_begin(fixture);
  assert_int_equal(mdb_get(txn->mdb, txn->store->tables[TABLE_META], &k, &v), 0);
  assert_int_equal(v.mv_size, sizeof golden);
  assert_memory_equal(v.mv_data, golden, sizeof golden);
}

/* ---- cursors and sets ---- */

enum { MANY = 3000 };

/* Numbers 1 to MANY, shuffled by a step that has no divisor with MANY. */
static void add_many(struct store_txn *txn, struct bytes key, uint64_t first, uint64_t step) {
  for (uint64_t i = 0; i < MANY; i++)
    OK(set_add(txn, TABLE_POSTINGS, key, (first + i * step) % MANY + 1));
}

static void assert_has_many(struct store_txn *txn, struct bytes key) {
  scoped(cursor_close) struct cursor cursor = {0};
  uint64_t count = 0, number = 0;
  OK(set_count(txn, TABLE_POSTINGS, key, &count));
  assert_int_equal(count, MANY);
  OK(cursor_open(txn, TABLE_POSTINGS, &cursor));
  for (uint64_t i = 1; i <= MANY; i++) {
    OK(set_next(&cursor, key, number + 1, &number));
    assert_int_equal(number, i);
  }
  REFUSED(set_next(&cursor, key, number + 1, &number), STORE_NOT_FOUND);
}

static void a_set_is_the_same_in_whatever_order_and_however_often_it_was_filled(void **state) {
  struct store_fixture *fixture = *state;
  static const struct {
    uint64_t first, step;
  } orders[] = {{0, 1}, {MANY - 1, MANY - 1}, {17, 1999}};
  struct store_txn *txn = write_begin(fixture);
  for (uint8_t i = 0; i < count_of(orders); i++) {
    struct bytes key = bytes_of(&i, 1);
    add_many(txn, key, orders[i].first, orders[i].step);
    assert_has_many(txn, key);
    add_many(txn, key, 5, 7);
    assert_has_many(txn, key);
  }
  write_commit(fixture);
  txn = read_begin(fixture);
  for (uint8_t i = 0; i < count_of(orders); i++)
    assert_has_many(txn, bytes_of(&i, 1));
}

static void records_keep_their_order_in_whatever_order_they_were_put(void **state) {
  struct store_fixture *fixture = *state;
  struct store_txn *txn = write_begin(fixture);
  for (uint64_t i = 0; i < MANY; i++) {
    struct key_buffer key = {0};
    key_u64(&key, i * (i % 2 == 0 ? 1 : 1999) % MANY + 1);
    OK(table_put(txn, TABLE_COVERAGE, key_of(&key), key_of(&key)));
  }
  scoped(cursor_close) struct cursor cursor = {0};
  OK(cursor_open(txn, TABLE_COVERAGE, &cursor));
  uint64_t before = 0;
  enum store_status status = cursor_seek(&cursor, bytes_of(NULL, 0));
  for (; status == STORE_OK; status = cursor_next(&cursor)) {
    uint64_t number = key_get_u64(cursor.key.data);
    assert_true(number > before && bytes_equal(cursor.key, cursor.value));
    before = number;
  }
  assert_int_equal(status, STORE_NOT_FOUND);
  assert_true(before > MANY / 2);
}

static void put_periods(struct store_txn *txn, const int64_t *periods, size_t n) {
  for (size_t i = 0; i < n; i++) {
    struct key_buffer key = {0};
    key_u64(&key, 5);
    key_i64(&key, periods[i]);
    OK(table_put(txn, TABLE_BLOCKS, key_of(&key), bytes_of(&periods[i], sizeof periods[i])));
  }
}

static void a_cursor_walks_negative_periods_before_positive_ones(void **state) {
  struct store_fixture *fixture = *state;
  static const int64_t periods[] = {3, -1, 0, -300, 1000};
  static const int64_t sorted[] = {-300, -1, 0, 3, 1000};
  struct store_txn *txn = write_begin(fixture);
  put_periods(txn, periods, count_of(periods));
  scoped(cursor_close) struct cursor cursor = {0};
  OK(cursor_open(txn, TABLE_BLOCKS, &cursor));
  enum store_status status = cursor_seek(&cursor, bytes_of(NULL, 0));
  for (size_t i = 0; i < count_of(sorted); i++, status = cursor_next(&cursor)) {
    OK(status);
    assert_true(get_i64(cursor.value.data) == sorted[i]);
  }
  REFUSED(status, STORE_NOT_FOUND);
  OK(cursor_last(&cursor));
  OK(cursor_previous(&cursor));
  assert_true(get_i64(cursor.value.data) == 3);
}

static void a_cursor_goes_on_behind_what_it_deleted(void **state) {
  struct store_fixture *fixture = *state;
  static const int64_t periods[] = {1, 2, 3};
  struct store_txn *txn = write_begin(fixture);
  put_periods(txn, periods, count_of(periods));
  scoped(cursor_close) struct cursor cursor = {0};
  OK(cursor_open(txn, TABLE_BLOCKS, &cursor));
  OK(cursor_seek(&cursor, bytes_of(NULL, 0)));
  OK(cursor_delete(&cursor));
  OK(cursor_next(&cursor));
  assert_true(get_i64(cursor.value.data) == 2);
}

static void a_set_gives_its_numbers_ascending_and_each_once(void **state) {
  struct store_fixture *fixture = *state;
  static const uint64_t added[] = {300, 1, UINT64_MAX, 2, 300};
  struct bytes key = bytes_of_text("k");
  struct store_txn *txn = write_begin(fixture);
  uint64_t number = 0, count = 0;
  for (size_t i = 0; i < count_of(added); i++)
    OK(set_add(txn, TABLE_POSTINGS, key, added[i]));
  scoped(cursor_close) struct cursor cursor = {0};
  OK(cursor_open(txn, TABLE_POSTINGS, &cursor));
  OK(set_next(&cursor, key, 3, &number));
  assert_int_equal(number, 300);
  OK(set_next(&cursor, key, 301, &number));
  assert_true(number == UINT64_MAX);
  OK(set_count(txn, TABLE_POSTINGS, key, &count));
  assert_int_equal(count, 4);
}

static void a_set_of_one_or_none_is_a_set(void **state) {
  struct store_fixture *fixture = *state;
  struct bytes key = bytes_of_text("k"), other = bytes_of_text("l");
  struct store_txn *txn = write_begin(fixture);
  uint64_t number = 0, count = 7;
  OK(set_add(txn, TABLE_POSTINGS, key, 9));
  {
    scoped(cursor_close) struct cursor cursor = {0};
    OK(cursor_open(txn, TABLE_POSTINGS, &cursor));
    OK(set_next(&cursor, key, 9, &number));
    REFUSED(set_next(&cursor, key, 10, &number), STORE_NOT_FOUND);
    REFUSED(set_next(&cursor, other, 0, &number), STORE_NOT_FOUND);
  }
  OK(set_remove(txn, TABLE_POSTINGS, key, 8));
  OK(set_remove(txn, TABLE_POSTINGS, key, 9));
  OK(set_count(txn, TABLE_POSTINGS, key, &count));
  assert_int_equal(count, 0);
}

static void keys_that_lmdb_does_not_take_are_refused(void **state) {
  struct store_fixture *fixture = *state;
  static const uint8_t text[STORE_KEY_MAX + 1] = {1};
  struct bytes value = bytes_of_text("v"), ignored;
  struct store_txn *txn = write_begin(fixture);
  REFUSED(table_put(txn, TABLE_SERIES, bytes_of(text, 0), value), STORE_LIMIT);
  REFUSED(table_put(txn, TABLE_SERIES, bytes_of(text, sizeof text), value), STORE_LIMIT);
  OK(table_put(txn, TABLE_SERIES, bytes_of(text, STORE_KEY_MAX), value));
  OK(table_get(txn, TABLE_SERIES, bytes_of(text, STORE_KEY_MAX), &ignored));
  REFUSED(table_get(txn, TABLE_SERIES, bytes_of(text, sizeof text), &ignored), STORE_NOT_FOUND);
  REFUSED(table_get(txn, TABLE_SERIES, bytes_of(text, 0), &ignored), STORE_NOT_FOUND);
}

static void foreign_codes_are_told_apart_as_far_as_one_can_act_on_them(void **state) {
  (void)state;
  static const struct {
    int code;
    enum store_status status;
  } rows[] = {
      {0, STORE_OK},
      {MDB_NOTFOUND, STORE_NOT_FOUND},
      {MDB_MAP_FULL, STORE_FULL},
      {ENOSPC, STORE_FULL},
      {EDQUOT, STORE_FULL},
      {EFBIG, STORE_FULL},
      {MDB_TXN_FULL, STORE_TRANSACTION_FULL},
      {MDB_READERS_FULL, STORE_READERS_FULL},
      {MDB_CORRUPTED, STORE_CORRUPT},
      {MDB_PAGE_NOTFOUND, STORE_CORRUPT},
      {MDB_INVALID, STORE_CORRUPT},
      {MDB_PANIC, STORE_CORRUPT},
      {MDB_VERSION_MISMATCH, STORE_FORMAT_UNKNOWN},
      {MDB_BAD_VALSIZE, STORE_LIMIT},
      {ENOMEM, STORE_NO_MEMORY},
      {EACCES, STORE_READ_ONLY},
      {EROFS, STORE_READ_ONLY},
      {EIO, STORE_IO},
      {-1, STORE_IO},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    assert_int_equal(store_status_of(rows[i].code), rows[i].status);
    assert_string_not_equal(store_status_text(rows[i].status), "unknown");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_set_is_the_same_in_whatever_order_and_however_often_it_was_filled),
      test_on_store(records_keep_their_order_in_whatever_order_they_were_put),
      test_on_store(the_keys_of_every_table_are_the_bytes_of_format_3),
      test_on_store(the_keys_of_the_logs_are_the_bytes_of_format_3),
      test_on_store(a_flipped_bit_is_found_in_a_record_of_any_table),
      test_on_store(a_cut_record_is_found),
      test_on_store(a_record_under_the_wrong_key_or_in_the_wrong_table_is_found),
      test_on_store(the_checksum_stands_behind_the_value),
      test_on_store(a_cursor_walks_negative_periods_before_positive_ones),
      test_on_store(a_cursor_goes_on_behind_what_it_deleted),
      test_on_store(a_set_gives_its_numbers_ascending_and_each_once),
      test_on_store(a_set_of_one_or_none_is_a_set),
      test_on_store(keys_that_lmdb_does_not_take_are_refused),
      cmocka_unit_test(foreign_codes_are_told_apart_as_far_as_one_can_act_on_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
