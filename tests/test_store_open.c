/* SPDX-License-Identifier: MIT */
/* Opening a store: new, again, beside another process, and where it cannot be. */
#include "tests/store_fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "storage/table.h"
#include "tests/child.h"

static enum store_status try_open(const char *path, bool read_only, struct store **ret_store,
                                  struct store_error *error) {
  struct store_options options = {
      .path = path, .read_only = read_only, .map_bytes = 1 << 26, .no_sync = true};
  return store_open(&options, ret_store, error);
}

/* Opening is refused with this status and a sentence that names the path. */
static void assert_refused(const char *path, bool read_only, enum store_status status,
                           const char *words) {
  struct store *store = NULL;
  struct store_error error;
  assert_int_equal(try_open(path, read_only, &store, &error), status);
  assert_null(store);
  if (strstr(error.text, path) == NULL || strstr(error.text, words) == NULL)
    fail_msg("\"%s\" lacks \"%s\"", error.text, words);
}

/* ---- new and again ---- */

static void a_store_keeps_its_id_and_another_has_another(void **state) {
  struct store_fixture *fixture = *state;
  struct folder folder = folder_make();
  struct store *other = NULL;
  struct store_error error;
  uint64_t id = store_id(fixture->store);
  assert_true(id > 0 && id < UINT64_C(1) << 53);
  store_fixture_reopen(fixture);
  assert_true(store_id(fixture->store) == id);
  OK(try_open(folder.path, false, &other, &error));
  assert_true(store_id(other) != id);
  store_close(other);
  folder_remove(&folder);
}

static void a_store_that_is_opened_again_has_all_it_had(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1.5 2=2P(why)");
  store_fixture_reopen(fixture);
  assert_string_equal(known(fixture, NULL), "1=1.5@r1 2=2P(why)@r1");
  struct store_counts counts;
  struct store_txn *txn = read_begin(fixture);
  OK(store_count(txn, &counts));
  assert_int_equal(counts.series, 1);
  assert_int_equal(counts.observations, 2);
  assert_int_equal(counts.format, STORE_FORMAT);
  assert_int_equal(store_revision(txn), 1);
}

static void a_command_that_changes_nothing_takes_no_revision(void **state) {
  struct store_fixture *fixture = *state;
  write_begin(fixture);
  assert_int_equal(store_revision(fixture->txn), 1);
  assert_false(write_commit(fixture));
  assert_int_equal(store_revision(read_begin(fixture)), 0);
}

/* ---- what is no store of ours ---- */

/* All bytes of the data file. */
struct image {
  size_t size;
  uint8_t *data;
};

static struct image read_image(const char *folder) {
  char path[128];
  struct stat stat_buffer;
  struct image image = {0};
  snprintf(path, sizeof path, "%s/data.mdb", folder);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fstat(fileno(file), &stat_buffer), 0);
  image.data = malloc((size_t)stat_buffer.st_size);
  image.size = fread(image.data, 1, (size_t)stat_buffer.st_size, file);
  fclose(file);
  return image;
}

static void assert_same_image(const char *folder, struct image *image) {
  struct image now = read_image(folder);
  assert_int_equal(now.size, image->size);
  assert_memory_equal(now.data, image->data, now.size);
  free(now.data);
  free(image->data);
}

static void set_format(struct store_fixture *fixture, uint32_t format) {
  uint8_t value[4];
  put_u32(value, format);
  write_begin(fixture);
  OK(table_put(fixture->txn, TABLE_META, bytes_of_text("format"), bytes_of(value, 4)));
  write_commit(fixture);
}

static void an_unknown_format_is_refused_and_the_store_left_alone(void **state) {
  struct store_fixture *fixture = *state;
  const char *path = fixture->folder.path;
  set_format(fixture, STORE_FORMAT + 1);
  store_fixture_close(fixture);
  struct image image = read_image(path);
  assert_refused(path, false, STORE_FORMAT_UNKNOWN, "format");
  assert_refused(path, true, STORE_FORMAT_UNKNOWN, "format");
  assert_same_image(path, &image);
}

static void a_later_format_without_one_of_our_tables_is_not_given_it(void **state) {
  struct store_fixture *fixture = *state;
  const char *path = fixture->folder.path;
  set_format(fixture, STORE_FORMAT + 1);
  struct store_txn *txn = write_begin(fixture);
  assert_int_equal(mdb_drop(txn->mdb, txn->store->tables[TABLE_CODES], 1), 0);
  write_commit(fixture);
  store_fixture_close(fixture);
  struct image image = read_image(path);
  assert_refused(path, false, STORE_FORMAT_UNKNOWN, "format");
  assert_refused(path, true, STORE_FORMAT_UNKNOWN, "format");
  assert_same_image(path, &image);
}

static void make_foreign(const char *path) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_val k = {3, (void *)(uintptr_t) "key"}, v = {5, (void *)(uintptr_t) "value"};
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_open(env, path, 0, 0600), 0);
  assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
  assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
  assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
  assert_int_equal(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

static void another_programs_data_is_refused_and_left_alone(void **state) {
  (void)state;
  struct folder folder = folder_make();
  make_foreign(folder.path);
  struct image image = read_image(folder.path);
  assert_refused(folder.path, false, STORE_FORMAT_UNKNOWN, "not a Bellwether store");
  assert_refused(folder.path, true, STORE_FORMAT_UNKNOWN, "not a Bellwether store");
  assert_same_image(folder.path, &image);
  folder_remove(&folder);
}

static void garbage_in_place_of_the_data_is_refused(void **state) {
  (void)state;
  struct folder folder = folder_make();
  char path[128];
  snprintf(path, sizeof path, "%s/data.mdb", folder.path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  for (int i = 0; i < 20000; i++)
    fputc(i * 7 % 251, file);
  fclose(file);
  assert_refused(folder.path, false, STORE_CORRUPT, "cannot open");
  assert_refused(folder.path, true, STORE_CORRUPT, "cannot open");
  folder_remove(&folder);
}

/* ---- places where no store can be ---- */

static void reading_a_store_that_is_not_there_makes_none(void **state) {
  (void)state;
  struct folder folder = folder_make();
  char path[96];
  struct stat stat_buffer;
  snprintf(path, sizeof path, "%s/absent", folder.path);
  assert_refused(path, true, STORE_NOT_FOUND, "No such file");
  assert_int_equal(stat(path, &stat_buffer), -1);
  assert_refused(folder.path, true, STORE_NOT_FOUND, "No such file");
  folder_remove(&folder);
}

static void a_folder_in_no_folder_and_a_file_are_refused(void **state) {
  (void)state;
  struct folder folder = folder_make();
  char path[96];
  snprintf(path, sizeof path, "%s/a/b", folder.path);
  assert_refused(path, false, STORE_IO, "cannot make the folder");
  snprintf(path, sizeof path, "%s/file", folder.path);
  close(open(path, O_CREAT | O_WRONLY, 0600));
  assert_refused(path, false, STORE_IO, "Not a directory");
  folder_remove(&folder);
}

static int open_as_nobody(int socket, void *data) {
  (void)socket;
  struct store *store = NULL;
  struct store_error error;
  if (setgid(65534) != 0 || setuid(65534) != 0)
    return 100;
  return (int)try_open(data, true, &store, &error);
}

static void whoever_may_not_read_the_folder_is_told_so(void **state) {
  struct store_fixture *fixture = *state;
  if (getuid() != 0)
    skip();
  struct child child = child_start(open_as_nobody, fixture->folder.path);
  assert_int_equal(child_end(&child), STORE_READ_ONLY);
}

static unsigned mode_of(const char *folder, const char *name) {
  char path[128];
  struct stat stat_buffer;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(stat(path, &stat_buffer), 0);
  return stat_buffer.st_mode & 07777;
}

static void a_new_store_is_its_groups_whatever_the_umask(void **state) {
  (void)state;
  struct folder folder = folder_make();
  struct store *store = NULL;
  struct store_error error;
  char path[96];
  snprintf(path, sizeof path, "%s/new", folder.path);
  mode_t old = umask(077);
  enum store_status status = try_open(path, false, &store, &error);
  umask(old);
  OK(status);
  assert_int_equal(mode_of(path, "."), 02770);
  assert_int_equal(mode_of(path, "lock.mdb"), 0660);
  assert_int_equal(mode_of(path, "data.mdb"), 0660);
  assert_int_equal(mode_of(path, "writer.lock"), 0660);
  store_close(store);
  folder_remove(&folder);
}

/* ---- other processes ---- */

static int hold_store(int socket, void *data) {
  struct store *store = NULL;
  struct store_error error;
  if (try_open(data, false, &store, &error) != STORE_OK || !child_tell(socket))
    return 1;
  (void)child_await(socket);
  store_close(store);
  return 0;
}

static void a_second_writer_is_refused_and_told_who_holds_the_store(void **state) {
  struct store_fixture *fixture = *state;
  char holder[32];
  store_fixture_close(fixture);
  struct child child = child_start(hold_store, fixture->folder.path);
  assert_true(child_await(child.socket));
  snprintf(holder, sizeof holder, "%ld test_store_open", (long)child.pid);
  assert_refused(fixture->folder.path, false, STORE_LOCKED, holder);
  assert_int_equal(child_end(&child), 0);
  store_fixture_open(fixture);
}

static void a_second_open_for_writing_in_the_process_is_refused(void **state) {
  struct store_fixture *fixture = *state;
  assert_refused(fixture->folder.path, false, STORE_LOCKED, "another process writes");
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  assert_string_equal(known(fixture, NULL), "1=1@r1");
}

static void a_killed_writers_lock_is_free(void **state) {
  struct store_fixture *fixture = *state;
  store_fixture_close(fixture);
  struct child child = child_start(hold_store, fixture->folder.path);
  assert_true(child_await(child.socket));
  assert_int_equal(child_kill(&child), 128 + SIGKILL);
  store_fixture_open(fixture);
}

static bool sees_revision(struct store *store, uint64_t revision) {
  struct store_txn *txn;
  if (store_begin_read(store, &txn) != STORE_OK)
    return false;
  bool seen = store_revision(txn) == revision;
  store_end(txn);
  return seen;
}

/* Reads at revision 1, then waits for the parent's second write. */
static int read_beside_writer(int socket, void *data) {
  struct store *store = NULL;
  struct store_error error;
  struct store_txn *snapshot, *writing;
  if (try_open(data, true, &store, &error) != STORE_OK)
    return 1;
  if (store_begin_read(store, &snapshot) != STORE_OK || store_revision(snapshot) != 1)
    return 2;
  if (!child_tell(socket) || !child_await(socket))
    return 3;
  struct series_head head;
  if (series_by_key(snapshot, bytes_of_text(SAID_KEY), &head) != STORE_OK ||
      head.latest_value != 1 || !sees_revision(store, 2))
    return 4;
  store_end(snapshot);
  if (store_begin_write(store, &writing) != STORE_READ_ONLY || !store_is_read_only(store))
    return 5;
  store_close(store);
  return 0;
}

static void a_reader_beside_the_writer_sees_snapshots(void **state) {
  struct store_fixture *fixture = *state;
  say(fixture, "r1", 1000, STATEMENT_MERGE, "1=1");
  struct child child = child_start(read_beside_writer, fixture->folder.path);
  assert_true(child_await(child.socket));
  say(fixture, "r2", 2000, STATEMENT_MERGE, "1=2");
  assert_true(child_tell(child.socket));
  assert_int_equal(child_end(&child), 0);
}

/* ---- address space ---- */

static int open_in_little_space(int socket, void *data) {
  (void)socket;
  struct rlimit limit = {(rlim_t)2 << 30, (rlim_t)2 << 30};
  struct store *store = NULL;
  struct store_error error;
  struct store_txn *txn;
  struct store_counts counts;
  if (setrlimit(RLIMIT_AS, &limit) != 0)
    return 1;
  if (store_open(&(struct store_options){.path = data, .no_sync = true}, &store, &error) != 0)
    return 2;
  if (store_begin_read(store, &txn) != STORE_OK || store_count(txn, &counts) != STORE_OK)
    return 3;
  return counts.map_bytes >= 1 << 28 && counts.map_bytes <= (uint64_t)1 << 31 ? 0 : 4;
}

static void a_store_takes_the_address_space_that_it_gets(void **state) {
  struct store_fixture *fixture = *state;
#if defined(__SANITIZE_ADDRESS__)
  skip();
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  skip();
#endif
#endif
  store_fixture_close(fixture);
  struct child child = child_start(open_in_little_space, fixture->folder.path);
  assert_int_equal(child_end(&child), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      test_on_store(a_store_keeps_its_id_and_another_has_another),
      test_on_store(a_store_that_is_opened_again_has_all_it_had),
      test_on_store(a_command_that_changes_nothing_takes_no_revision),
      test_on_store(an_unknown_format_is_refused_and_the_store_left_alone),
      test_on_store(a_later_format_without_one_of_our_tables_is_not_given_it),
      cmocka_unit_test(another_programs_data_is_refused_and_left_alone),
      cmocka_unit_test(garbage_in_place_of_the_data_is_refused),
      cmocka_unit_test(reading_a_store_that_is_not_there_makes_none),
      cmocka_unit_test(a_folder_in_no_folder_and_a_file_are_refused),
      test_on_store(whoever_may_not_read_the_folder_is_told_so),
      cmocka_unit_test(a_new_store_is_its_groups_whatever_the_umask),
      test_on_store(a_second_writer_is_refused_and_told_who_holds_the_store),
      test_on_store(a_second_open_for_writing_in_the_process_is_refused),
      test_on_store(a_killed_writers_lock_is_free),
      test_on_store(a_reader_beside_the_writer_sees_snapshots),
      test_on_store(a_store_takes_the_address_space_that_it_gets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
