/* SPDX-License-Identifier: MIT */
/* Files as a load reads them: encodings, packed files, pipes, reading again. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/files/source.h"

enum { TEXT_BYTES = 1 << 20 };

static char path[] = "/tmp/bellwether-source-XXXXXX";

static int make_path(void **state) {
  (void)state;
  int file = mkstemp(path);
  return file < 0 ? -1 : close(file);
}

static int remove_path(void **state) {
  (void)state;
  return unlink(path);
}

static void write_bytes(const void *data, size_t size) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

static struct source *open_path(const char *encoding) {
  struct source *source = NULL;
  enum source_status status = source_open(path, encoding, &source);
  assert_int_equal(status, SOURCE_OK);
  return source;
}

/* The text of the present member; its size where the stream did not fail, else SIZE_MAX. */
static size_t read_member(struct source *source, char *text) {
  FILE *stream = NULL;
  enum source_status status = source_stream(source, &stream);
  assert_int_equal(status, SOURCE_OK);
  size_t size = fread(text, 1, TEXT_BYTES - 1, stream);
  text[size] = '\0';
  return ferror(stream) ? SIZE_MAX : size;
}

static void expect_text(const char *encoding, const void *data, size_t size, const char *expected) {
  scoped(free) char *text = malloc(TEXT_BYTES);
  write_bytes(data, size);
  scoped(source_close) struct source *source = open_path(encoding);
  enum source_status status = source_next(source);
  assert_int_equal(status, SOURCE_OK);
  for (int i = 0; i < 2; i++) {
    size_t n = read_member(source, text);
    assert_int_equal(n, strlen(expected));
    assert_string_equal(text, expected);
  }
  status = source_next(source);
  assert_int_equal(status, SOURCE_END);
}

static void text_comes_as_utf8_and_twice(void **state) {
  (void)state;
  expect_text(NULL, "a,b\r\n", 5, "a,b\r\n");
  expect_text(NULL, "", 0, "");
  expect_text(NULL,
              "\xef\xbb\xbf"
              "a",
              4, "a");
  expect_text("UTF-8",
              "\xef\xbb\xbf"
              "a",
              4, "a");
  expect_text(NULL,
              "\xff\xfe"
              "a\0\xe9\0",
              6, "a\xc3\xa9");
  expect_text(NULL,
              "\xfe\xff"
              "\0a\0\xe9",
              6, "a\xc3\xa9");
  expect_text("utf-16le", "a\0", 2, "a");
  expect_text("latin1", "\xe9", 1, "\xc3\xa9");
  expect_text("cp932", "\x93\xfa\x96\x7b", 4, "\xe6\x97\xa5\xe6\x9c\xac");
  expect_text("gb18030", "\xd6\xd0", 2, "\xe4\xb8\xad");
}

/* Characters of three bytes fall on every place of the chunks that are read. */
static void characters_are_not_cut_between_chunks(void **state) {
  (void)state;
  enum { N = 100000 };
  scoped(free) char *data = malloc(2 * N + 1), *text = malloc(TEXT_BYTES);
  for (size_t shift = 0; shift < 2; shift++) {
    memset(data, 'x', shift);
    for (size_t i = 0; i < N; i++)
      memcpy(data + shift + 2 * i, "\x93\xfa", 2);
    write_bytes(data, shift + 2 * N);
    scoped(source_close) struct source *source = open_path("cp932");
    assert_int_equal(source_next(source), SOURCE_OK);
    assert_int_equal(read_member(source, text), shift + 3 * N);
    assert_memory_equal(text + shift + 3 * (N - 1), "\xe6\x97\xa5", 3);
  }
}

static void bytes_that_are_no_text_are_told_with_their_place(void **state) {
  (void)state;
  scoped(free) char *text = malloc(TEXT_BYTES);
  write_bytes("ab\xff", 3);
  scoped(source_close) struct source *source = open_path("ascii");
  assert_int_equal(source_next(source), SOURCE_OK);
  assert_int_equal(read_member(source, text), SIZE_MAX);
  assert_int_equal(source_state(source), SOURCE_ENCODING);
  assert_non_null(strstr(source_problem(source), "byte 0xff at offset 2 is not text in ascii"));
}

static void what_cannot_be_opened_says_why(void **state) {
  (void)state;
  static const struct {
    const char *path, *encoding, *words;
    enum source_status status;
  } table[] = {
      {"/nowhere/x.csv", NULL, "cannot be read: No such file or directory", SOURCE_IO},
      {"/tmp", NULL, "cannot be read: Is a directory", SOURCE_IO},
      {"/dev/null", "klingon", "there is no encoding klingon", SOURCE_ENCODING},
  };
  for (size_t i = 0; i < count_of(table); i++) {
    scoped(source_close) struct source *source = NULL;
    enum source_status status = source_open(table[i].path, table[i].encoding, &source);
    assert_int_equal(status, table[i].status);
    assert_non_null(strstr(source_problem(source), table[i].words));
  }
}

/* --- Archives --------------------------------------------------------------------------------- */

static void add_member(struct archive *archive, const char *name, const char *text) {
  struct archive_entry *entry = archive_entry_new();
  archive_entry_set_pathname(entry, name);
  archive_entry_set_filetype(entry, name[strlen(name) - 1] == '/' ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, (la_int64_t)strlen(text));
  assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
  assert_int_equal(archive_write_data(archive, text, strlen(text)), strlen(text));
  archive_entry_free(entry);
}

static void write_zip(void) {
  struct archive *archive = archive_write_new();
  archive_write_set_format_zip(archive);
  assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
  add_member(archive, "d/", "");
  add_member(archive, "d/a.csv", "first");
  add_member(archive, "__MACOSX/d/a.csv", "noise");
  add_member(archive, "b\x1b.csv", "second");
  archive_write_close(archive);
  archive_write_free(archive);
}

static void expect_member(struct source *source, const char *name, const char *expected) {
  scoped(free) char *text = malloc(TEXT_BYTES);
  assert_int_equal(source_next(source), SOURCE_OK);
  assert_string_equal(source_name(source) + strlen(path), name);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(read_member(source, text), strlen(expected));
    assert_string_equal(text, expected);
  }
}

static void members_come_in_order_and_again_after_a_rewind(void **state) {
  (void)state;
  write_zip();
  scoped(source_close) struct source *source = open_path(NULL);
  for (int i = 0; i < 2; i++) {
    expect_member(source, "/d/a.csv", "first");
    assert_true(source_is_archive(source));
    expect_member(source, "/b?.csv", "second");
    assert_int_equal(source_next(source), SOURCE_END);
    source_rewind(source);
  }
}

static void the_same_bytes_have_the_same_hash_packed_or_not(void **state) {
  (void)state;
  uint64_t packed[2], plain[2];
  scoped(free) char *text = malloc(TEXT_BYTES);
  write_zip();
  scoped(source_close) struct source *zip = open_path(NULL);
  assert_int_equal(source_next(zip), SOURCE_OK);
  read_member(zip, text);
  assert_true(source_hash(zip, packed));
  write_bytes("first", 5);
  scoped(source_close) struct source *file = open_path(NULL);
  assert_int_equal(source_next(file), SOURCE_OK);
  read_member(file, text);
  assert_true(source_hash(file, plain));
  assert_memory_equal(packed, plain, sizeof plain);
  assert_int_equal(source_bytes_read(file), 5);
  assert_int_equal(source_bytes_in_all(file), 5);
}

static void a_damaged_archive_is_told(void **state) {
  (void)state;
  scoped(free) char *text = malloc(TEXT_BYTES);
  write_bytes("\x1f\x8b\x08\0\0\0\0\0\0\3\x2b\x4e", 12);
  scoped(source_close) struct source *source = open_path(NULL);
  if (source_next(source) == SOURCE_OK)
    assert_int_equal(read_member(source, text), SIZE_MAX);
  assert_int_equal(source_state(source), SOURCE_ARCHIVE);
  assert_non_null(strstr(source_problem(source), "cannot be unpacked"));
}

/* --- Pipes ------------------------------------------------------------------------------------ */

static void a_pipe_is_read_as_often_as_a_file(void **state) {
  (void)state;
  int ends[2];
  char name[32];
  scoped(free) char *text = malloc(TEXT_BYTES);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "a,b\n", 4), 4);
  close(ends[1]);
  snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
  scoped(source_close) struct source *source = NULL;
  assert_int_equal(source_open(name, NULL, &source), SOURCE_OK);
  close(ends[0]);
  assert_true(source_is_copy(source));
  for (int i = 0; i < 2; i++) {
    assert_int_equal(source_next(source), SOURCE_OK);
    assert_int_equal(read_member(source, text), 4);
    assert_string_equal(text, "a,b\n");
    source_rewind(source);
  }
}

static void nobody_waits_for_a_pipe_after_an_interruption(void **state) {
  (void)state;
  int ends[2];
  char name[32];
  assert_int_equal(pipe(ends), 0);
  snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
  scoped(source_close) struct source *source = NULL;
  source_interrupted = 1;
  enum source_status status = source_open(name, NULL, &source);
  source_interrupted = 0;
  assert_int_equal(status, SOURCE_IO);
  close(ends[0]);
  close(ends[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_comes_as_utf8_and_twice),
      cmocka_unit_test(characters_are_not_cut_between_chunks),
      cmocka_unit_test(bytes_that_are_no_text_are_told_with_their_place),
      cmocka_unit_test(what_cannot_be_opened_says_why),
      cmocka_unit_test(members_come_in_order_and_again_after_a_rewind),
      cmocka_unit_test(the_same_bytes_have_the_same_hash_packed_or_not),
      cmocka_unit_test(a_damaged_archive_is_told),
      cmocka_unit_test(a_pipe_is_read_as_often_as_a_file),
      cmocka_unit_test(nobody_waits_for_a_pipe_after_an_interruption),
  };
  return cmocka_run_group_tests(tests, make_path, remove_path);
}
