/* SPDX-License-Identifier: MIT */
/* Calls: their outcomes, deadlines, order, and the client's end. Which server answers is the matter
 * of test_failover.c. */
#include "client/bellwether.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "proto/limits.h"
#include "server/auth.h"
#include "tests/asking.h"
#include "tests/messages.h"
#include "tests/wire.h"

enum { SHORT_MS = 30, URL_BYTES = 128 };

/* --- Opening ---------------------------------------------------------------------------------- */

static void bad_addresses_are_told_when_a_client_is_opened(void **state) {
  (void)state;
  static const char *const bad[] = {
      "",
      "localhost",
      "tcp:7411",
      "tcp://",
      "tcp://host",
      "tcp://host:",
      "tcp://host:http",
      "tcp://host:0",
      "tcp://host:65536",
      "tcp://host:1/path",
      "http://host:80",
      "ipc://",
      "tcp://a:1,",
      "tcp://a:1,,tcp://b:1",
      "tcp://a:1,nonsense",
      "lmdb:/tmp",
      "lmdb:/tmp,tcp://a:1",
      "tcp://a:1,lmdb:/tmp",
      ("i://1,i://2,i://3,i://4,i://5,i://6,i://7,i://8,i://9,i://10,i://11,i://12,i://13,i://14,"
       "i://15,i://16,i://17"),
  };
  for (size_t i = 0; i < count_of(bad); i++) {
    struct bellwether_options options = {.servers = bad[i]};
    struct bellwether_client *client = NULL;
    char text[256] = "";
    enum bellwether_status status = bellwether_open(&options, &client, text, sizeof text);
    if (status != BELLWETHER_INVALID || text[0] == '\0' || client != NULL)
      fail_msg("'%s': %s, '%s'", bad[i], bellwether_status_text(status), text);
  }
}

static void good_addresses_are_taken_whether_anyone_is_there_or_not(void **state) {
  (void)state;
  static const char *const good[] = {
      "tcp://127.0.0.1:7411", "tcp://[::1]:7411",           "ipc:///tmp/no-such-socket",
      "ws://localhost/",      "ws://localhost:8080/a/path", "tcp://a.example:1, tcp://b.example:2",
      "inproc://x:y",
  };
  for (size_t i = 0; i < count_of(good); i++)
    bellwether_close(client_of(good[i]));
  bellwether_close(NULL);
}

static void what_is_wrong_need_not_be_asked_for(void **state) {
  (void)state;
  struct bellwether_options options = {.servers = "nowhere"};
  struct bellwether_client *client = NULL;
  char text[4] = "...";
  assert_int_equal(bellwether_open(&options, &client, NULL, 0), BELLWETHER_INVALID);
  assert_int_equal(bellwether_open(&options, &client, text, sizeof text), BELLWETHER_INVALID);
  assert_int_equal(strlen(text), sizeof text - 1);
}

/* --- Answers ---------------------------------------------------------------------------------- */

static void every_transport_carries_calls(void **state) {
  (void)state;
  static const char *const urls[] = {"inproc://test-client", "ipc", "tcp://127.0.0.1:0",
                                     "ws://127.0.0.1:0/"};
  for (size_t i = 0; i < count_of(urls); i++) {
    struct wire wire;
    wire_open(&wire, urls[i], NULL);
    struct bellwether_client *client = client_of(wire_url(&wire));
    assert_int_equal(check_health(client), BELLWETHER_OK);
    bellwether_close(client);
    wire_close(&wire);
  }
}

static void a_refused_call_hands_out_why(void **state) {
  (void)state;
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  struct bellwether_client *client = client_of(wire_url(&wire));
  Bellwether__V1__SeriesRef series = BELLWETHER__V1__SERIES_REF__INIT;
  Bellwether__V1__GetObservationsRequest request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  series.key = TEXT("TRADE/A.CHN.NONE");
  request.series = &series;
  struct bellwether_reply *reply = NULL;
  enum bellwether_status status = call_with(client, "/bellwether.v1.Observations/GetObservations",
                                            &request.base, false, &reply);
  assert_int_equal(status, BELLWETHER_REFUSED);
  assert_int_equal(bellwether_reply_code(reply), 5);
  assert_string_equal(bellwether_reply_reason(reply), "SERIES_NOT_FOUND");
  assert_string_equal(bellwether_reply_field(reply), "series.key");
  assert_true(strlen(bellwether_reply_message(reply)) > 0);
  assert_true(bellwether_reply_store_id(reply) != 0);
  bellwether_reply_free(reply);
  bellwether_close(client);
  wire_close(&wire);
}

static void a_write_carries_a_request_id_and_a_repeated_one_is_applied_once(void **state) {
  (void)state;
  static const uint8_t id[16] = "a request's id.";
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  struct bellwether_client *client = client_of(wire_url(&wire));
  struct dataset_message dataset;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&dataset, "MORE");
  request.dataset = &dataset.dataset;
  uint8_t packed[512];
  struct bellwether_call call = {.method = "/bellwether.v1.Ingest/PutDataset",
                                 .request = packed,
                                 .request_size =
                                     bellwether__v1__put_dataset_request__pack(&request, packed),
                                 .write = true,
                                 .request_id = id};
  uint64_t revisions[2] = {0};
  for (int i = 0; i < 2; i++) {
    scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
    assert_int_equal(bellwether_call(client, &call, &reply), BELLWETHER_OK);
    revisions[i] = bellwether_reply_revision(reply);
  }
  assert_int_equal(revisions[0], revisions[1]);
  call.request_id = NULL;
  struct bellwether_reply *reply = NULL;
  assert_int_equal(bellwether_call(client, &call, &reply), BELLWETHER_OK);
  bellwether_reply_free(reply);
  bellwether_close(client);
  wire_close(&wire);
}

static void a_token_opens_what_is_closed_without_it(void **state) {
  (void)state;
  struct wire wire;
  struct folder folder = folder_make();
  char path[128], hash[2 * AUTH_HASH_BYTES + 1];
  snprintf(path, sizeof path, "%s/tokens", folder.path);
  auth_hash_text(bytes_of_text("secret"), hash);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "reader %s us\n", hash);
  fclose(file);
  struct engine_options options = {.token_file = path};
  wire_open(&wire, "ipc", &options);
  static const struct bellwether_call call = {.method = "/bellwether.v1.Catalog/ListDatasets"};
  static const char *const tokens[] = {NULL, "wrong", "secret"};
  static const int codes[] = {16, 16, 0};
  for (size_t i = 0; i < count_of(tokens); i++) {
    struct bellwether_options with = {.servers = wire_url(&wire), .token = tokens[i]};
    scoped(bellwether_close) struct bellwether_client *client = client_with(&with);
    scoped(bellwether_reply_free) struct bellwether_reply *reply = NULL;
    (void)bellwether_call(client, &call, &reply);
    assert_non_null(reply);
    assert_int_equal(bellwether_reply_code(reply), codes[i]);
  }
  wire_close(&wire);
  folder_remove(&folder);
}

static void an_answer_that_is_no_reply_is_invalid(void **state) {
  (void)state;
  static const struct bytes replies[] = {{(const uint8_t *)"garbage", 7}, {NULL, 0}};
  struct peer *peer = peer_open("inproc://garbage", replies, count_of(replies));
  struct bellwether_client *client = client_of("inproc://garbage");
  assert_int_equal(check_health(client), BELLWETHER_INVALID);
  assert_int_equal(check_health(client), BELLWETHER_OK);
  bellwether_close(client);
  peer_close(peer);
}

/* --- Limits ----------------------------------------------------------------------------------- */

static void a_request_that_no_server_takes_is_not_sent(void **state) {
  (void)state;
  struct peer *peer = peer_open("inproc://large", NULL, 0);
  struct bellwether_client *client = client_of("inproc://large");
  struct outcomes *outcomes = outcomes_new();
  scoped(free) uint8_t *request = calloc(1, LIMIT_REQUEST_BYTES);
  struct bellwether_call large = health_check;
  struct bellwether_reply *reply = (struct bellwether_reply *)request;
  large.request = request;
  large.request_size = LIMIT_REQUEST_BYTES;
  assert_int_equal(bellwether_call(client, &large, &reply), BELLWETHER_TOO_LARGE);
  assert_null(reply);
  assert_int_equal(bellwether_submit(client, &large, outcomes_add, outcomes), BELLWETHER_TOO_LARGE);
  assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes), BELLWETHER_OK);
  assert_true(peer_call(peer, 0).size < LIMIT_KIB(1));
  bellwether_close(client);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_CLOSED), 1);
  outcomes_free(outcomes);
  peer_close(peer);
}

static void a_call_ends_at_its_deadline(void **state) {
  (void)state;
  struct peer *peer = peer_open("inproc://silent", NULL, 0);
  struct bellwether_client *client = client_of("inproc://silent");
  struct bellwether_call call = health_check;
  struct bellwether_reply *reply = NULL;
  call.timeout_ms = SHORT_MS;
  assert_int_equal(bellwether_call(client, &call, &reply), BELLWETHER_TIMEOUT);
  assert_null(reply);
  bellwether_close(client);
  struct bellwether_options options = {.servers = "inproc://silent", .timeout_ms = SHORT_MS};
  client = client_with(&options);
  assert_int_equal(check_health(client), BELLWETHER_TIMEOUT);
  bellwether_close(client);
  peer_close(peer);
}

static void a_call_that_waits_for_its_turn_ends_at_its_deadline_too(void **state) {
  (void)state;
  struct peer *peer = peer_open("inproc://turns", NULL, 0);
  struct bellwether_options options = {
      .servers = "inproc://turns", .timeout_ms = 60000, .in_flight = 1};
  struct bellwether_client *client = client_with(&options);
  struct outcomes *outcomes = outcomes_new();
  struct bellwether_call call = health_check;
  assert_int_equal(bellwether_submit(client, &call, outcomes_add, outcomes), BELLWETHER_OK);
  for (uint32_t i = 0; i < 5; i++) {
    call.timeout_ms = SHORT_MS + 10 - 10 * (i % 2);
    assert_int_equal(bellwether_submit(client, &call, outcomes_add, outcomes), BELLWETHER_OK);
  }
  outcomes_wait(outcomes, 5);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_TIMEOUT), 5);
  bellwether_close(client);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_CLOSED), 1);
  outcomes_free(outcomes);
  peer_close(peer);
}

static void calls_beyond_those_in_flight_have_their_turn(void **state) {
  (void)state;
  enum { CALLS = 500 };
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  struct bellwether_options options = {.servers = wire_url(&wire), .in_flight = 3};
  struct bellwether_client *client = client_with(&options);
  struct outcomes *outcomes = outcomes_new();
  for (int i = 0; i < CALLS; i++)
    assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes),
                     BELLWETHER_OK);
  outcomes_wait(outcomes, CALLS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK), CALLS);
  bellwether_close(client);
  outcomes_free(outcomes);
  wire_close(&wire);
}

/* --- Threads and callbacks -------------------------------------------------------------------- */

enum { THREADS = 8, CALLS_OF_A_THREAD = 1000 };

struct crowd {
  struct bellwether_client *client;
  struct outcomes *outcomes;
};

static void *submit_many(void *arg) {
  struct crowd *crowd = arg;
  for (int i = 0; i < CALLS_OF_A_THREAD; i++) {
    enum bellwether_status status =
        bellwether_submit(crowd->client, &health_check, outcomes_add, crowd->outcomes);
    if (status != BELLWETHER_OK)
      outcomes_add(crowd->outcomes, status, NULL);
    if (i % 100 == 0)
      outcomes_add(crowd->outcomes, check_health(crowd->client), NULL);
  }
  return NULL;
}

static void many_threads_share_a_client(void **state) {
  (void)state;
  enum { ALL = THREADS * (CALLS_OF_A_THREAD + CALLS_OF_A_THREAD / 100) };
  struct wire wire;
  wire_open(&wire, "tcp://127.0.0.1:0", NULL);
  struct crowd crowd = {client_of(wire_url(&wire)), outcomes_new()};
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &crowd), 0);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  outcomes_wait(crowd.outcomes, ALL);
  assert_int_equal(outcomes_count(crowd.outcomes, BELLWETHER_OK), ALL);
  bellwether_close(crowd.client);
  outcomes_free(crowd.outcomes);
  wire_close(&wire);
}

/* Callbacks that each make the next call. */
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

/* How often this process' thread of nng's timers has gone to sleep. */
static long sleeps_of_timers(void) {
  glob_t paths;
  long sleeps = -1;
  assert_int_equal(glob("/proc/self/task/*/status", 0, NULL, &paths), 0);
  for (size_t i = 0; i < paths.gl_pathc && sleeps < 0; i++) {
    char line[128];
    bool is_timer = false;
    FILE *status = fopen(paths.gl_pathv[i], "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
      is_timer |= strcmp(line, "Name:\tnng:timer\n") == 0;
      if (is_timer)
        (void)sscanf(line, "voluntary_ctxt_switches: %ld", &sleeps);
    }
    if (status != NULL)
      fclose(status);
  }
  globfree(&paths);
  return sleeps;
}

static void assert_calls_let_timers_sleep(struct bellwether_client *client) {
  enum { CALLS = 200 };
  for (int i = 0; i < 3; i++)
    assert_int_equal(check_health(client), BELLWETHER_OK);
  long before = sleeps_of_timers();
  for (int i = 0; i < CALLS; i++)
    assert_int_equal(check_health(client), BELLWETHER_OK);
  assert_true(before >= 0);
  assert_in_range(sleeps_of_timers() - before, 0, CALLS / 4);
}

/* Also behind a connection that was lost, and where the first call of all was not answered. */
static void a_call_wakes_no_thread_of_timers(void **state) {
  (void)state;
  struct wire wire;
  char url[URL_BYTES];
  wire_open(&wire, "ipc", NULL);
  snprintf(url, sizeof url, "%s", wire_url(&wire));
  struct bellwether_client *client = client_of(url);
  assert_calls_let_timers_sleep(client);
  wire_hang_up(&wire);
  wire_listen(&wire, url);
  assert_calls_let_timers_sleep(client);
  bellwether_close(client);
  wire_hang_up(&wire);
  client = client_of(url);
  assert_int_equal(check_health(client), BELLWETHER_UNREACHABLE);
  wire_listen(&wire, url);
  assert_calls_let_timers_sleep(client);
  bellwether_close(client);
  wire_close(&wire);
}

static void a_callback_may_call_on(void **state) {
  (void)state;
  enum { CALLS = 2000 };
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  struct bellwether_options options = {.servers = wire_url(&wire), .in_flight = 2};
  struct chain chain = {client_with(&options), outcomes_new(), CALLS};
  for (int i = 0; i < 4; i++)
    assert_int_equal(bellwether_submit(chain.client, &health_check, call_on, &chain),
                     BELLWETHER_OK);
  outcomes_wait(chain.outcomes, CALLS + 4);
  assert_int_equal(outcomes_count(chain.outcomes, BELLWETHER_OK), CALLS + 4);
  bellwether_close(chain.client);
  outcomes_free(chain.outcomes);
  wire_close(&wire);
}

/* --- The end ---------------------------------------------------------------------------------- */

static void closing_ends_each_call_once_whether_it_was_sent_or_waited(void **state) {
  (void)state;
  enum { CALLS = 300 };
  struct peer *peer = peer_open("inproc://closing", NULL, 0);
  struct bellwether_client *client = client_of("inproc://closing");
  struct outcomes *outcomes = outcomes_new();
  for (int i = 0; i < CALLS; i++)
    assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes),
                     BELLWETHER_OK);
  peer_wait(peer, 256);
  bellwether_close(client);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_CLOSED), CALLS);
  outcomes_free(outcomes);
  peer_close(peer);
}

static void calls_that_a_callback_makes_while_the_client_closes_are_refused(void **state) {
  (void)state;
  struct peer *peer = peer_open("inproc://refused", NULL, 0);
  struct chain chain = {client_of("inproc://refused"), outcomes_new(), 1000};
  assert_int_equal(bellwether_submit(chain.client, &health_check, call_on, &chain), BELLWETHER_OK);
  peer_wait(peer, 1);
  bellwether_close(chain.client);
  assert_int_equal(outcomes_count(chain.outcomes, BELLWETHER_CLOSED), 2);
  outcomes_free(chain.outcomes);
  peer_close(peer);
}

static void a_client_closes_at_any_moment(void **state) {
  (void)state;
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  close_at_any_moment(wire_url(&wire), &health_check);
  wire_close(&wire);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_addresses_are_told_when_a_client_is_opened),
      cmocka_unit_test(good_addresses_are_taken_whether_anyone_is_there_or_not),
      cmocka_unit_test(what_is_wrong_need_not_be_asked_for),
      cmocka_unit_test(every_transport_carries_calls),
      cmocka_unit_test(a_refused_call_hands_out_why),
      cmocka_unit_test(a_write_carries_a_request_id_and_a_repeated_one_is_applied_once),
      cmocka_unit_test(a_token_opens_what_is_closed_without_it),
      cmocka_unit_test(an_answer_that_is_no_reply_is_invalid),
      cmocka_unit_test(a_request_that_no_server_takes_is_not_sent),
      cmocka_unit_test(a_call_ends_at_its_deadline),
      cmocka_unit_test(a_call_that_waits_for_its_turn_ends_at_its_deadline_too),
      cmocka_unit_test(calls_beyond_those_in_flight_have_their_turn),
      cmocka_unit_test(many_threads_share_a_client),
      cmocka_unit_test(a_call_wakes_no_thread_of_timers),
      cmocka_unit_test(a_callback_may_call_on),
      cmocka_unit_test(closing_ends_each_call_once_whether_it_was_sent_or_waited),
      cmocka_unit_test(calls_that_a_callback_makes_while_the_client_closes_are_refused),
      cmocka_unit_test(a_client_closes_at_any_moment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
