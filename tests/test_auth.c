/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/auth.h"
#include "tests/serve.h"

/* BLAKE2b-256 of "open sesame", by Python's hashlib. */
#define OPEN_SESAME "928db2d7bd4e793d9cc22938b5a960aaf601d4409c2bafb096d95046f61f65ad"

static void the_hash_is_blake2b(void **state) {
  (void)state;
  char hash[2 * AUTH_HASH_BYTES + 1];
  auth_hash_text(bytes_of_text("open sesame"), hash);
  assert_string_equal(hash, OPEN_SESAME);
}

static char *token_file(const struct folder *folder, const char *text) {
  static char path[96];
  snprintf(path, sizeof path, "%s/tokens", folder->path);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  return path;
}

static void lines_that_are_none_are_named(void **state) {
  (void)state;
  static const struct {
    const char *text;
    const char *complaint;
  } rows[] = {
      {"", "has no token"},
      {"# only a comment\n\n", "has no token"},
      {"reader 00\n", ":1: "},
      {"# first\nking " OPEN_SESAME " x\n", ":2: "},
      {"reader zz" OPEN_SESAME " x\n", ":1: "},
  };
  struct folder folder = folder_make();
  char text[256];
  for (size_t i = 0; i < count_of(rows); i++) {
    assert_null(auth_load(token_file(&folder, rows[i].text), text, sizeof text));
    assert_non_null(strstr(text, rows[i].complaint));
  }
  assert_null(auth_load("/nowhere/tokens", text, sizeof text));
  assert_non_null(strstr(text, "/nowhere/tokens"));
  folder_remove(&folder);
}

static const char *reason_with(struct engine *engine, const char *method, const char *value) {
  static char reason[64];
  struct question question = {.method = method, .id = 1};
  if (value != NULL) {
    question.metadata[0] = "authorization";
    question.metadata[1] = value;
  }
  scoped(answer_free) struct answer *answer = ask(engine, &question);
  snprintf(reason, sizeof reason, "%s", reason_of(answer_wait(answer)));
  return reason;
}

static void a_token_opens_what_its_role_may_do(void **state) {
  (void)state;
  struct folder folder = folder_make();
  struct served served;
  const struct engine_options options = {
      .token_file = token_file(&folder, "# who\nreader " OPEN_SESAME " analyst\n")};
  served_open(&served, &options);
  struct engine *engine = served.engine;
  assert_string_equal(reason_with(engine, "Health/Check", NULL), "OK");
  assert_string_equal(reason_with(engine, "Admin/GetStatus", NULL), "TOKEN_REQUIRED");
  assert_string_equal(reason_with(engine, "Admin/GetStatus", "Basic x"), "TOKEN_REQUIRED");
  assert_string_equal(reason_with(engine, "Admin/GetStatus", "Bearer x"), "TOKEN_INVALID");
  assert_string_equal(reason_with(engine, "Admin/GetStatus", "Bearer open sesame"), "OK");
  assert_string_equal(reason_with(engine, "Ingest/PutDataset", "Bearer open sesame"),
                      "ROLE_MISSING");
  assert_string_equal(reason_with(engine, "Admin/Verify", "Bearer open sesame"), "ROLE_MISSING");
  served_close(&served);
  folder_remove(&folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_hash_is_blake2b),
      cmocka_unit_test(lines_that_are_none_are_named),
      cmocka_unit_test(a_token_opens_what_its_role_may_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
