/* SPDX-License-Identifier: MIT */
/* A store opened in place, without a server or beside one. The server is bellwetherd in a process
 * of its own (the environment says where it is), for a process may open a store once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "client/direct.h"
#include "tests/asking.h"
#include "tests/folder.h"
#include "tests/messages.h"

extern char **environ;

enum { PATH_BYTES = 128, URL_BYTES = 160, LINE_BYTES = 1024 };

/* A folder with a store, and the addresses of both ways to it. */
struct place {
  struct folder folder;
  char store[PATH_BYTES];
  char direct[URL_BYTES];
  char url[URL_BYTES];
  pid_t server; /* 0: none */
  FILE *log;
};

static void place_open(struct place *place) {
  *place = (struct place){.folder = folder_make()};
  snprintf(place->store, sizeof place->store, "%s/store", place->folder.path);
  snprintf(place->direct, sizeof place->direct, "lmdb:%s", place->store);
  snprintf(place->url, sizeof place->url, "ipc://%s/socket", place->folder.path);
}

static void start_server(struct place *place) {
  const char *program = getenv("BELLWETHERD");
  int ends[2];
  posix_spawn_file_actions_t actions;
  if (program == NULL)
    fail_msg("BELLWETHERD is not set: run this by meson test");
  assert_int_equal(pipe(ends), 0);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  char *arguments[] = {TEXT(program),    TEXT("--db"), place->store,
                       TEXT("--listen"), place->url,   NULL};
  assert_int_equal(posix_spawn(&place->server, program, &actions, NULL, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  place->log = fdopen(ends[0], "r");
  char line[LINE_BYTES];
  do {
    if (fgets(line, sizeof line, place->log) == NULL)
      fail_msg("the server did not become ready");
  } while (strncmp(line, "ready ", 6) != 0);
}

static void stop_server(struct place *place) {
  int status = 0;
  kill(place->server, SIGTERM);
  assert_int_equal(waitpid(place->server, &status, 0), place->server);
  fclose(place->log);
  place->server = 0;
}

static void place_close(struct place *place) {
  if (place->server != 0)
    stop_server(place);
  folder_remove(&place->folder);
}

static struct bellwether_client *writer_of(const char *servers) {
  struct bellwether_options options = {.servers = servers, .writable = true};
  return client_with(&options);
}

static void write_ok(struct bellwether_client *client, const char *method,
                     const ProtobufCMessage *message) {
  scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
  enum bellwether_status status = call_with(client, method, message, true, &reply);
  if (status != BELLWETHER_OK)
    fail_msg("%s: %s", method, reply == NULL ? "" : bellwether_reply_message(reply));
}

static void write_series(struct bellwether_client *client) {
  static const double VALUES[] = {1.5, 2.5};
  struct dataset_message dataset;
  struct statements_message statements;
  Bellwether__V1__SeriesStatements *series[] = {&statements.statements};
  Bellwether__V1__Release release = release_message("R1", 86400000);
  Bellwether__V1__PutDatasetRequest put = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  dataset_message_init(&dataset, "TRADE");
  statements_message_init(&statements, "TRADE/A.CHN.X", 50, 2, VALUES);
  put.dataset = &dataset.dataset;
  request.release = &release;
  request.series = series;
  request.n_series = 1;
  write_ok(client, "/bellwether.v1.Ingest/PutDataset", &put.base);
  write_ok(client, "/bellwether.v1.Ingest/PutObservations", &request.base);
}

static double latest_of(struct bellwether_client *client, const char *key) {
  struct bellwether_latest latest = {0};
  assert_int_equal(bellwether_latest(client, &key, 1, &latest, NULL), BELLWETHER_OK);
  return latest.value;
}

static enum bellwether_status open_status(const char *servers, bool writable, char *ret_text,
                                          size_t text_size) {
  struct bellwether_options options = {.servers = servers, .writable = writable};
  struct bellwether_client *client = NULL;
  enum bellwether_status status = bellwether_open(&options, &client, ret_text, text_size);
  bellwether_close(client);
  return status;
}

/* --- Tests ------------------------------------------------------------------------------------ */

static void a_folder_without_a_store_is_told_with_its_name(void **state) {
  (void)state;
  struct place place;
  char text[512] = "";
  place_open(&place);
  assert_int_equal(open_status(place.direct, false, text, sizeof text), BELLWETHER_INVALID);
  assert_non_null(strstr(text, place.store));
  assert_int_equal(open_status("lmdb:", false, text, sizeof text), BELLWETHER_INVALID);
  assert_true(text[0] != '\0');
  place_close(&place);
}

static void a_folder_stands_alone(void **state) {
  (void)state;
  static const char *const mixed[] = {"lmdb:/tmp,tcp://127.0.0.1:1", "tcp://127.0.0.1:1,lmdb:/tmp"};
  for (size_t i = 0; i < count_of(mixed); i++) {
    char text[512] = "";
    assert_int_equal(open_status(mixed[i], false, text, sizeof text), BELLWETHER_INVALID);
    assert_non_null(strstr(text, "a folder cannot stand beside other"));
  }
}

static void a_writable_client_makes_the_store_and_reads_what_it_wrote(void **state) {
  (void)state;
  struct place place;
  place_open(&place);
  struct bellwether_client *client = writer_of(place.direct);
  write_series(client);
  assert_true(latest_of(client, "TRADE/A.CHN.X") == 2.5);
  bellwether_close(client);
  client = client_of(place.direct);
  assert_true(latest_of(client, "TRADE/A.CHN.X") == 2.5);
  bellwether_close(client);
  place_close(&place);
}

static void a_client_that_is_not_writable_refuses_writes(void **state) {
  (void)state;
  struct place place;
  place_open(&place);
  bellwether_close(writer_of(place.direct));
  struct bellwether_client *client = client_of(place.direct);
  struct dataset_message dataset;
  Bellwether__V1__PutDatasetRequest put = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&dataset, "MORE");
  put.dataset = &dataset.dataset;
  scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
  enum bellwether_status status =
      call_with(client, "/bellwether.v1.Ingest/PutDataset", &put.base, true, &reply);
  assert_int_equal(status, BELLWETHER_REFUSED);
  assert_string_equal(bellwether_reply_reason(reply), "STORE_READ_ONLY");
  bellwether_close(client);
  place_close(&place);
}

static void a_store_has_one_writer(void **state) {
  (void)state;
  struct place place;
  char text[512] = "";
  place_open(&place);
  start_server(&place);
  assert_int_equal(open_status(place.direct, true, text, sizeof text), BELLWETHER_INVALID);
  assert_non_null(strstr(text, place.store));
  assert_int_equal(open_status(place.direct, false, text, sizeof text), BELLWETHER_OK);
  stop_server(&place);
  assert_int_equal(open_status(place.direct, true, text, sizeof text), BELLWETHER_OK);
  place_close(&place);
}

static void a_reader_beside_a_server_sees_each_write_at_once(void **state) {
  (void)state;
  struct place place;
  place_open(&place);
  start_server(&place);
  struct bellwether_client *wire = client_of(place.url);
  struct bellwether_client *direct = client_of(place.direct);
  const char *key = "TRADE/A.CHN.X";
  struct bellwether_latest latest = {0};
  assert_int_equal(bellwether_latest(direct, &key, 1, &latest, NULL), BELLWETHER_OK);
  assert_int_equal(latest.code, 5);
  write_series(wire);
  assert_true(latest_of(direct, key) == 2.5);
  bellwether_close(direct);
  bellwether_close(wire);
  place_close(&place);
}

static void assert_same_answer(struct bellwether_client *a, struct bellwether_client *b,
                               const struct bellwether_call *call) {
  scoped(bellwether_reply_free) struct bellwether_reply *first = NULL;
  scoped(bellwether_reply_free) struct bellwether_reply *second = NULL;
  enum bellwether_status status = bellwether_call(a, call, &first);
  assert_int_equal(bellwether_call(b, call, &second), status);
  assert_non_null(first);
  struct bytes bytes[2];
  bytes[0].data = bellwether_reply_response(first, &bytes[0].size);
  bytes[1].data = bellwether_reply_response(second, &bytes[1].size);
  if (!bytes_equal(bytes[0], bytes[1]))
    fail_msg("%s: %zu bytes and %zu", call->method, bytes[0].size, bytes[1].size);
  assert_int_equal(bellwether_reply_code(first), bellwether_reply_code(second));
  assert_int_equal(bellwether_reply_revision(first), bellwether_reply_revision(second));
  assert_int_equal(bellwether_reply_store_id(first), bellwether_reply_store_id(second));
  assert_string_equal(bellwether_reply_message(first), bellwether_reply_message(second));
  assert_string_equal(bellwether_reply_reason(first), bellwether_reply_reason(second));
  assert_string_equal(bellwether_reply_field(first), bellwether_reply_field(second));
  assert_string_equal(bellwether_reply_hint(first), bellwether_reply_hint(second));
}

static void answers_are_those_of_a_server_byte_for_byte(void **state) {
  (void)state;
  /* A SeriesRef with the key, and one with a key that is not there. */
  static const char GOOD[] = "\x0a\x0f\x0a\x0dTRADE/A.CHN.X";
  static const char BAD[] = "\x0a\x0f\x0a\x0dTRADE/A.CHN.Y";
  static const struct {
    const char *method;
    const char *request;
    size_t size;
  } rows[] = {
      {"/bellwether.v1.Health/Check", "", 0},
      {"/bellwether.v1.Reflection/GetSchema", "", 0},
      {"/bellwether.v1.Catalog/ListDatasets", "", 0},
      {"/bellwether.v1.Catalog/GetSeries", GOOD, sizeof GOOD - 1},
      {"/bellwether.v1.Observations/GetObservations", GOOD, sizeof GOOD - 1},
      {"/bellwether.v1.Observations/GetObservations", BAD, sizeof BAD - 1},
      {"/bellwether.v1.Observations/GetObservations", "\xff", 1},
      {"/bellwether.v1.Observations/GetLatest", GOOD + 2, sizeof GOOD - 3},
      {"/bellwether.v1.Observations/ListRevisions", GOOD, sizeof GOOD - 1},
      {"/bellwether.v1.Observations/ListReleases", "", 0},
      {"/bellwether.v1.Observations/Guess", "", 0},
      {"", "", 0},
  };
  struct place place;
  place_open(&place);
  start_server(&place);
  struct bellwether_client *wire = client_of(place.url);
  write_series(wire);
  struct bellwether_client *direct = client_of(place.direct);
  for (size_t i = 0; i < count_of(rows); i++) {
    struct bellwether_call call = {
        .method = rows[i].method, .request = rows[i].request, .request_size = rows[i].size};
    assert_same_answer(wire, direct, &call);
  }
  bellwether_close(direct);
  bellwether_close(wire);
  place_close(&place);
}

/* Callbacks that each make the next call: more of them than a stack has room for. */
struct chain {
  struct bellwether_client *client;
  struct outcomes *outcomes;
  atomic_int left;
};

static void call_on(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct chain *chain = arg;
  if (atomic_fetch_sub(&chain->left, 1) > 0) {
    enum bellwether_status next = bellwether_submit(chain->client, &health_check, call_on, chain);
    if (next != BELLWETHER_OK)
      outcomes_add(chain->outcomes, next, NULL);
  }
  outcomes_add(chain->outcomes, status, reply);
}

static void callbacks_may_call_on_without_end(void **state) {
  (void)state;
  enum { CALLS = 100000 };
  struct place place;
  place_open(&place);
  bellwether_close(writer_of(place.direct));
  struct chain chain = {client_of(place.direct), outcomes_new(), CALLS};
  assert_int_equal(bellwether_submit(chain.client, &health_check, call_on, &chain), BELLWETHER_OK);
  outcomes_wait(chain.outcomes, CALLS + 1);
  assert_int_equal(outcomes_count(chain.outcomes, BELLWETHER_OK), CALLS + 1);
  bellwether_close(chain.client);
  outcomes_free(chain.outcomes);
  place_close(&place);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_folder_without_a_store_is_told_with_its_name),
      cmocka_unit_test(a_folder_stands_alone),
      cmocka_unit_test(a_writable_client_makes_the_store_and_reads_what_it_wrote),
      cmocka_unit_test(a_client_that_is_not_writable_refuses_writes),
      cmocka_unit_test(a_store_has_one_writer),
      cmocka_unit_test(a_reader_beside_a_server_sees_each_write_at_once),
      cmocka_unit_test(answers_are_those_of_a_server_byte_for_byte),
      cmocka_unit_test(callbacks_may_call_on_without_end),
  };
  bellwether_direct_enable();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
