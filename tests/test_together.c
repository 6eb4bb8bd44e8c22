/* SPDX-License-Identifier: MIT */
/* Calls that travel together: what the server makes of them, and which ones the client puts into
 * one message. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>

#include "bellwether/v1/observations.pb-c.h"
#include "proto/limits.h"
#include "server/auth.h"
#include "server/engine_state.h"
#include "tests/asking.h"
#include "tests/messages.h"
#include "tests/wire.h"

enum { MANY = 300, SHORT_MS = 30 };

/* --- The server ------------------------------------------------------------------------------- */

/* A packed TogetherRequest, which protobuf-c's packing of calls already packed is too. */
struct bundle {
  uint8_t bytes[MANY * 64];
  size_t size;
};

static void bundle_add_bytes(struct bundle *bundle, struct bytes call) {
  assert_true(call.size < 0x4000 && bundle->size + call.size + 3 <= sizeof bundle->bytes);
  uint8_t *to = bundle->bytes + bundle->size;
  *to++ = 1 << 3 | 2;
  *to++ = (uint8_t)(call.size | 0x80);
  *to++ = (uint8_t)(call.size >> 7);
  if (call.size > 0)
    memcpy(to, call.data, call.size);
  bundle->size += call.size + 3;
}

static void bundle_add(struct bundle *bundle, const struct question *question) {
  struct bytes call = question_pack(question);
  bundle_add_bytes(bundle, call);
  free((uint8_t *)call.data);
}

static struct question question_of(const struct bundle *bundle) {
  return (struct question){.method = "Calls/Together",
                           .request = bytes_of(bundle->bytes, bundle->size)};
}

/* The replies within an answer; to be freed. */
static Bellwether__V1__TogetherResponse *replies_of(struct answer *answer) {
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_string_equal(reason_of(reply), "OK");
  Bellwether__V1__TogetherResponse *response =
      bellwether__v1__together_response__unpack(NULL, reply->response.len, reply->response.data);
  assert_non_null(response);
  return response;
}

static void assert_reasons(struct engine *engine, const struct question *question,
                           const char *const *reasons, size_t n) {
  scoped(answer_free) struct answer *answer = ask(engine, question);
  Bellwether__V1__TogetherResponse *response = replies_of(answer);
  assert_int_equal(response->n_replies, n);
  for (size_t i = 0; i < n; i++)
    assert_string_equal(reason_of(response->replies[i]), reasons[i]);
  bellwether__v1__together_response__free_unpacked(response, NULL);
}

static int open_engine(void **state) {
  static struct served served;
  served_open(&served, NULL);
  *state = &served;
  return 0;
}

static int close_engine(void **state) {
  served_close(*state);
  return 0;
}

static const struct question CHECK = {.method = "Health/Check"};

static void each_call_is_answered_in_its_place_wherever_it_runs(void **state) {
  struct served *served = *state;
  static const char *const reasons[] = {
      "OK", "METHOD_UNKNOWN", "CALL_UNDECODABLE", "OK", "OK", "OK", "REQUEST_ID_REQUIRED", "OK"};
  struct dataset_message dataset;
  Bellwether__V1__PutDatasetRequest put = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&dataset, "TRADE");
  put.dataset = &dataset.dataset;
  struct bundle bundle = {.size = 0};
  bundle_add(&bundle, &CHECK);
  bundle_add(&bundle, &(struct question){.method = "Health/Chekk"});
  bundle_add_bytes(&bundle, bytes_of_text("\xff\xff"));
  bundle_add(&bundle, &(struct question){.method = "Catalog/ListDatasets"});
  bundle_add(&bundle,
             &(struct question){.method = "Ingest/PutDataset", .message = &put.base, .id = 7});
  bundle_add(&bundle, &(struct question){.method = "Admin/GetStatus"});
  bundle_add(&bundle, &(struct question){.method = "Ingest/PutDataset", .message = &put.base});
  bundle_add(&bundle, &CHECK);
  struct question question = question_of(&bundle);
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
}

static void no_calls_have_no_replies(void **state) {
  struct served *served = *state;
  struct bundle none = {.size = 0};
  struct question question = question_of(&none);
  assert_reasons(served->engine, &question, NULL, 0);
}

static void unknown_fields_beside_the_calls_are_ignored(void **state) {
  struct served *served = *state;
  static const char *const reasons[] = {"OK"};
  struct bundle bundle = {.bytes = {2 << 3, 42}, .size = 2};
  bundle_add(&bundle, &CHECK);
  struct question question = question_of(&bundle);
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
}

static void assert_whole_fails(struct engine *engine, const struct question *question,
                               const char *reason) {
  scoped(answer_free) struct answer *answer = ask(engine, question);
  assert_string_equal(reason_of(answer_wait(answer)), reason);
}

static void what_holds_no_calls_is_undecodable(void **state) {
  struct served *served = *state;
  static const struct bytes bad[] = {{(const uint8_t *)"\x08\x01", 2},
                                     {(const uint8_t *)"\x0a\x05"
                                                       "abc",
                                      5},
                                     {(const uint8_t *)"\x0a", 1},
                                     {(const uint8_t *)"\x0b", 1}};
  for (size_t i = 0; i < count_of(bad); i++)
    assert_whole_fails(served->engine,
                       &(struct question){.method = "Calls/Together", .request = bad[i]},
                       "REQUEST_UNDECODABLE");
}

static void calls_within_hold_no_further_ones(void **state) {
  struct served *served = *state;
  static const char *const reasons[] = {"FIELD_INVALID", "OK"};
  struct bundle inner = {.size = 0}, outer = {.size = 0};
  bundle_add(&inner, &CHECK);
  struct question question = question_of(&inner);
  bundle_add(&outer, &question);
  bundle_add(&outer, &CHECK);
  question = question_of(&outer);
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
}

static void at_most_256_travel_together(void **state) {
  struct served *served = *state;
  struct bundle bundle = {.size = 0};
  const char *reasons[LIMIT_CALLS_TOGETHER];
  for (size_t i = 0; i < LIMIT_CALLS_TOGETHER; i++) {
    reasons[i] = "OK";
    bundle_add(&bundle, &CHECK);
  }
  struct question question = question_of(&bundle);
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
  bundle_add(&bundle, &CHECK);
  question = question_of(&bundle);
  assert_whole_fails(served->engine, &question, "TOO_MANY_ITEMS");
}

static void a_reply_for_which_there_is_no_room_is_to_be_asked_for_alone(void **state) {
  struct served *served = *state;
  static const char *const reasons[] = {"OK", "REPLY_TOO_LARGE_TOGETHER", "OK",
                                        "REPLY_TOO_LARGE_TOGETHER", "OK"};
  struct bundle bundle = {.size = 0};
  for (size_t i = 0; i < count_of(reasons); i++)
    bundle_add(&bundle,
               &(struct question){.method = i % 2 == 0 ? "Health/Check" : "Reflection/GetSchema"});
  struct question question = question_of(&bundle);
  question.max_reply_bytes = 8192;
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
  question.max_reply_bytes = 512;
  assert_whole_fails(served->engine, &question, "REPLY_TOO_LARGE");
}

/* Replies wait for the last of their message, and many messages may have many that wait. */
static void replies_that_wait_take_no_more_memory_than_they_may(void **state) {
  struct served *served = *state;
  static const char *const refused[] = {"REPLY_TOO_LARGE_TOGETHER"}, *const fine[] = {"OK"};
  atomic_size_t *bytes = &served->engine->together_bytes;
  struct bundle bundle = {.size = 0};
  bundle_add(&bundle, &CHECK);
  struct question question = question_of(&bundle);
  atomic_store(bytes, LIMIT_TOGETHER_BYTES);
  assert_reasons(served->engine, &question, refused, 1);
  assert_int_equal(atomic_load(bytes), LIMIT_TOGETHER_BYTES);
  atomic_store(bytes, LIMIT_TOGETHER_BYTES - 100);
  assert_reasons(served->engine, &question, fine, 1);
  assert_int_equal(atomic_load(bytes), LIMIT_TOGETHER_BYTES - 100);
}

static atomic_int n_lingered;

static bool linger(struct context *context, const ProtobufCMessage *request,
                   ProtobufCMessage *response) {
  (void)request;
  (void)response;
  n_lingered++;
  while (context_in_time(context))
    continue;
  return false;
}

static const struct method *row_of(const struct engine *engine, const char *path) {
  return method_find(engine->methods, engine->n_methods, bytes_of_text(path));
}

static void a_calls_time_runs_while_those_before_it_are_answered(void **state) {
  struct served *served = *state;
  static const char *const reasons[] = {"DEADLINE_PASSED", "DEADLINE_PASSED", "OK"};
  struct method rows[] = {*row_of(served->engine, "/bellwether.v1.Calls/Together"),
                          *row_of(served->engine, "/bellwether.v1.Health/Check"),
                          *row_of(served->engine, "/bellwether.v1.Admin/GetStatus")};
  rows[2].handle = linger;
  served->engine->methods = rows;
  served->engine->n_methods = count_of(rows);
  struct bundle bundle = {.size = 0};
  for (size_t i = 0; i < 2; i++)
    bundle_add(&bundle, &(struct question){.method = "Admin/GetStatus", .timeout_ms = SHORT_MS});
  bundle_add(&bundle, &CHECK);
  struct question question = question_of(&bundle);
  n_lingered = 0;
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
  assert_int_equal(n_lingered, 1);
}

static void trace_ids_of_the_whole_and_of_each_come_back(void **state) {
  struct served *served = *state;
  struct bundle bundle = {.size = 0};
  bundle_add(&bundle,
             &(struct question){.method = "Health/Check", .metadata = {"trace-id", "one"}});
  struct question question = question_of(&bundle);
  question.metadata[0] = "trace-id";
  question.metadata[1] = "all";
  scoped(answer_free) struct answer *answer = ask(served->engine, &question);
  Bellwether__V1__TogetherResponse *response = replies_of(answer);
  assert_string_equal(answer_wait(answer)->metadata[0]->value, "all");
  assert_string_equal(response->replies[0]->metadata[0]->value, "one");
  bellwether__v1__together_response__free_unpacked(response, NULL);
}

static void a_server_that_stops_tells_each_call(void **state) {
  struct served *served = *state;
  static const char *const reasons[] = {"OK", "SHUTTING_DOWN"};
  struct bundle bundle = {.size = 0};
  bundle_add(&bundle, &CHECK);
  bundle_add(&bundle, &(struct question){.method = "Admin/GetStatus"});
  struct question question = question_of(&bundle);
  engine_drain(served->engine);
  assert_reasons(served->engine, &question, reasons, count_of(reasons));
}

static void each_call_needs_its_own_token(void **state) {
  (void)state;
  static const char *const reasons[] = {"TOKEN_REQUIRED", "OK", "TOKEN_INVALID"};
  struct folder folder = folder_make();
  char path[128], hash[2 * AUTH_HASH_BYTES + 1];
  snprintf(path, sizeof path, "%s/tokens", folder.path);
  auth_hash_text(bytes_of_text("secret"), hash);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "reader %s us\n", hash);
  fclose(file);
  struct served served;
  served_open(&served, &(struct engine_options){.token_file = path});
  struct bundle bundle = {.size = 0};
  struct question status = {.method = "Admin/GetStatus"};
  bundle_add(&bundle, &status);
  status.metadata[0] = "authorization";
  status.metadata[1] = "Bearer secret";
  bundle_add(&bundle, &status);
  status.metadata[1] = "Bearer other";
  bundle_add(&bundle, &status);
  struct question question = question_of(&bundle);
  question.metadata[0] = "authorization"; /* That of the whole opens nothing. */
  question.metadata[1] = "Bearer secret";
  assert_reasons(served.engine, &question, reasons, count_of(reasons));
  served_close(&served);
  folder_remove(&folder);
}

/* --- The client ------------------------------------------------------------------------------- */

static const struct bellwether_call latest = {
    .method = "/bellwether.v1.Observations/GetLatest", .request = "\x0a\x01K", .request_size = 3};

/* A first call, whose callback makes others while its own message is still under way. So the first
 * of these takes the second slot of the quick ones, and the rest gathers. */
struct burst {
  struct bellwether_client *client;
  struct outcomes *outcomes;
  const struct bellwether_call *calls;
  size_t n;
};

static void go_on(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct burst *burst = arg;
  for (size_t i = 0; i < burst->n; i++)
    if (bellwether_submit(burst->client, &burst->calls[i], outcomes_add, burst->outcomes) !=
        BELLWETHER_OK)
      abort();
  outcomes_add(burst->outcomes, status, reply);
}

static void burst_begin(struct burst *burst, const char *url, bool alone) {
  struct bellwether_options options = {.servers = url, .timeout_ms = 60000, .alone = alone};
  burst->client = client_with(&options);
  burst->outcomes = outcomes_new();
  assert_int_equal(bellwether_submit(burst->client, &latest, go_on, burst), BELLWETHER_OK);
}

static void burst_end(struct burst *burst) {
  bellwether_close(burst->client);
  outcomes_free(burst->outcomes);
}

/* How many calls a message holds; 0: it is one by itself. */
static size_t count_within(struct bytes message) {
  size_t n = 0;
  Bellwether__V1__Call *call = bellwether__v1__call__unpack(NULL, message.size, message.data);
  assert_non_null(call);
  if (strcmp(call->method, "/bellwether.v1.Calls/Together") == 0) {
    Bellwether__V1__TogetherRequest *request =
        bellwether__v1__together_request__unpack(NULL, call->request.len, call->request.data);
    assert_non_null(request);
    n = request->n_calls;
    for (size_t i = 0; i < n; i++)
      assert_string_equal(request->calls[i]->method, latest.method);
    bellwether__v1__together_request__free_unpacked(request, NULL);
  }
  bellwether__v1__call__free_unpacked(call, NULL);
  return n;
}

static const struct bytes EMPTY = {(const uint8_t *)"", 0};

static void quick_calls_that_wait_travel_in_one_message(void **state) {
  (void)state;
  const struct bellwether_call calls[] = {latest, latest, latest, latest};
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://together", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, "inproc://together", false);
  assert_int_equal(count_within(peer_call(peer, 0)), 0);
  assert_int_equal(count_within(peer_call(peer, 1)), 0);
  assert_int_equal(count_within(peer_call(peer, 2)), 3);
  bellwether_close(burst.client);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_OK), 1);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_CLOSED), 4);
  outcomes_free(burst.outcomes);
  peer_close(peer);
}

static void calls_that_gather_do_not_wait_for_slow_answers(void **state) {
  (void)state;
  const struct bellwether_call calls[] = {latest, latest, latest, latest};
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://slow", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, "inproc://slow", false);
  peer_wait(peer, 3);
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(bellwether_submit(burst.client, &latest, outcomes_add, burst.outcomes),
                     BELLWETHER_OK);
    peer_wait(peer, 4 + i);
  }
  burst_end(&burst);
  peer_close(peer);
}

static void all_calls_that_gather_are_told_that_nobody_is_there(void **state) {
  (void)state;
  enum { CALLS = 500 };
  struct bellwether_client *client = client_of("ipc:///tmp/bellwether-nobody-is-here");
  struct outcomes *outcomes = outcomes_new();
  for (size_t i = 0; i < CALLS; i++)
    assert_int_equal(bellwether_submit(client, &latest, outcomes_add, outcomes), BELLWETHER_OK);
  outcomes_wait(outcomes, CALLS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_UNREACHABLE), CALLS);
  bellwether_close(client);
  outcomes_free(outcomes);
}

static void no_other_calls_wait_for_company(void **state) {
  (void)state;
  static const uint8_t id[16] = "a request's id.";
  static const uint8_t large[600];
  struct bellwether_call calls[] = {latest, latest, latest, latest, latest};
  calls[0].method = health_check.method;
  calls[1].write = true;
  calls[2].request_id = id;
  calls[3].request = large;
  calls[3].request_size = sizeof large;
  calls[4].method = "/bellwether.v1.Catalog/ListSeries";
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://alone", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, "inproc://alone", false);
  for (size_t i = 0; i <= count_of(calls); i++)
    assert_int_equal(count_within(peer_call(peer, i)), 0);
  burst_end(&burst);
  peer_close(peer);
}

static void a_client_may_send_each_call_alone(void **state) {
  (void)state;
  const struct bellwether_call calls[] = {latest, latest, latest, latest};
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://each-alone", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, "inproc://each-alone", true);
  for (size_t i = 0; i <= count_of(calls); i++)
    assert_int_equal(count_within(peer_call(peer, i)), 0);
  burst_end(&burst);
  peer_close(peer);
}

/* A Reply to a message of several calls, or a refusal. */
struct scripted {
  uint8_t bytes[512];
  uint8_t within[512];
};

static struct bytes refusal(struct scripted *scripted, int code, const char *reason) {
  Bellwether__V1__Reply reply = BELLWETHER__V1__REPLY__INIT;
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  Bellwether__V1__ErrorDetail detail = BELLWETHER__V1__ERROR_DETAIL__INIT, *details = &detail;
  detail.reason = (char *)reason;
  status.code = code;
  status.n_details = 1;
  status.details = &details;
  reply.status = &status;
  return bytes_of(scripted->bytes, bellwether__v1__reply__pack(&reply, scripted->bytes));
}

/* With n replies, of which the refused one, unless n, is too large together. */
static struct bytes several(struct scripted *scripted, size_t n, size_t refused) {
  Bellwether__V1__TogetherResponse response = BELLWETHER__V1__TOGETHER_RESPONSE__INIT;
  Bellwether__V1__Reply whole = BELLWETHER__V1__REPLY__INIT, replies[8], *list[8];
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  Bellwether__V1__ErrorDetail detail = BELLWETHER__V1__ERROR_DETAIL__INIT, *details = &detail;
  detail.reason = TEXT("REPLY_TOO_LARGE_TOGETHER");
  status.code = 8;
  status.n_details = 1;
  status.details = &details;
  for (size_t i = 0; i < n; i++) {
    bellwether__v1__reply__init(&replies[i]);
    if (i == refused)
      replies[i].status = &status;
    list[i] = &replies[i];
  }
  response.n_replies = n;
  response.replies = list;
  whole.response.data = scripted->within;
  whole.response.len = bellwether__v1__together_response__pack(&response, scripted->within);
  return bytes_of(scripted->bytes, bellwether__v1__reply__pack(&whole, scripted->bytes));
}

/* Five calls against these replies of a peer, and what becomes of those that are answered. The peer
 * is silent to the second message, or its answer might come before all five are made. */
static void assert_outcomes(const char *url, const struct bytes *replies, size_t n_replies,
                            size_t n_ok, size_t n_bad, enum bellwether_status bad) {
  const struct bellwether_call calls[] = {latest, latest, latest, latest, latest};
  struct peer *peer = peer_open(url, replies, n_replies);
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, url, false);
  outcomes_wait(burst.outcomes, n_ok + n_bad);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_OK), n_ok);
  assert_int_equal(outcomes_count(burst.outcomes, bad), n_bad);
  burst_end(&burst);
  peer_close(peer);
}

static void an_answer_too_large_together_is_asked_for_alone(void **state) {
  (void)state;
  struct scripted script;
  struct bytes replies[] = {EMPTY, PEER_SILENT, several(&script, 4, 2), EMPTY};
  assert_outcomes("inproc://large-together", replies, count_of(replies), 5, 0, BELLWETHER_INVALID);
}

static void an_older_server_is_asked_one_by_one_from_then_on(void **state) {
  (void)state;
  struct scripted script;
  const struct bellwether_call calls[] = {latest, latest, latest, latest, latest};
  struct bytes replies[] = {EMPTY, PEER_SILENT, refusal(&script, 12, "METHOD_UNKNOWN"),
                            EMPTY, EMPTY,       EMPTY,
                            EMPTY, EMPTY};
  struct peer *peer = peer_open("inproc://older", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, "inproc://older", false);
  outcomes_wait(burst.outcomes, 5);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_OK), 5);
  assert_int_equal(bellwether_submit(burst.client, &latest, go_on, &burst), BELLWETHER_OK);
  outcomes_wait(burst.outcomes, 6);
  for (size_t i = 0; i < 7 + 1 + count_of(calls); i++)
    assert_int_equal(count_within(peer_call(peer, i)), i == 2 ? 4 : 0);
  burst_end(&burst);
  peer_close(peer);
}

static void a_refusal_of_the_whole_is_told_to_each(void **state) {
  (void)state;
  struct scripted script;
  struct bytes replies[] = {EMPTY, PEER_SILENT, refusal(&script, 8, "TOO_MANY_IN_FLIGHT")};
  assert_outcomes("inproc://whole-refused", replies, count_of(replies), 1, 4, BELLWETHER_REFUSED);
}

static void replies_that_are_missing_or_garbage_are_invalid(void **state) {
  (void)state;
  struct scripted script;
  struct bytes replies[] = {EMPTY, PEER_SILENT, several(&script, 3, 3)};
  assert_outcomes("inproc://missing", replies, count_of(replies), 4, 1, BELLWETHER_INVALID);
  replies[2] = bytes_of_text("garbage");
  assert_outcomes("inproc://garbage", replies, count_of(replies), 1, 4, BELLWETHER_INVALID);
  replies[2] = EMPTY;
  assert_outcomes("inproc://nothing", replies, count_of(replies), 1, 4, BELLWETHER_INVALID);
}

static void each_call_of_a_message_keeps_its_deadline(void **state) {
  (void)state;
  struct bellwether_call calls[] = {latest, latest, latest, latest};
  calls[2].timeout_ms = SHORT_MS;
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://deadlines", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls)};
  burst_begin(&burst, "inproc://deadlines", false);
  assert_int_equal(count_within(peer_call(peer, 2)), 3);
  outcomes_wait(burst.outcomes, 2);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_TIMEOUT), 1);
  bellwether_close(burst.client);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_CLOSED), 3);
  outcomes_free(burst.outcomes);
  peer_close(peer);
}

/* Lanes that ask for the latest figure of a series of their own again and again. */
enum { LANES = 48, ROUNDS = 100 };

struct lane {
  struct bellwether_client *client;
  struct outcomes *outcomes;
  uint8_t request[64];
  size_t request_size;
  double expected;
  atomic_int left;
  atomic_int n_wrong;
};

static void lane_ask(struct lane *lane);

static void lane_answered(void *arg, enum bellwether_status status,
                          struct bellwether_reply *reply) {
  struct lane *lane = arg;
  size_t size = 0;
  if (status == BELLWETHER_OK) {
    const uint8_t *packed = bellwether_reply_response(reply, &size);
    Bellwether__V1__GetLatestResponse *response =
        bellwether__v1__get_latest_response__unpack(NULL, size, packed);
    if (response == NULL || response->n_values != 1 || response->values[0] != lane->expected)
      lane->n_wrong++;
    bellwether__v1__get_latest_response__free_unpacked(response, NULL);
  }
  if (--lane->left > 0)
    lane_ask(lane);
  outcomes_add(lane->outcomes, status, reply);
}

static void lane_ask(struct lane *lane) {
  struct bellwether_call call = latest;
  call.request = lane->request;
  call.request_size = lane->request_size;
  if (bellwether_submit(lane->client, &call, lane_answered, lane) != BELLWETHER_OK)
    abort();
}

static void many_lanes_each_get_their_own_answers(void **state) {
  (void)state;
  static struct lane lanes[LANES];
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  struct bellwether_client *client = client_of(wire_url(&wire));
  struct outcomes *outcomes = outcomes_new();
  for (int i = 0; i < LANES; i++) {
    char key[32];
    Bellwether__V1__GetLatestRequest request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
    char *keys[] = {key};
    snprintf(key, sizeof key, "TRADE/A.CHN.S%d", i);
    request.n_keys = 1;
    request.keys = keys;
    lanes[i] = (struct lane){.client = client, .outcomes = outcomes, .expected = i + 0.5};
    lanes[i].left = ROUNDS;
    lanes[i].request_size = bellwether__v1__get_latest_request__pack(&request, lanes[i].request);
    wire_state(&wire, key, 50, 1, &lanes[i].expected);
  }
  for (int i = 0; i < LANES; i++)
    lane_ask(&lanes[i]);
  outcomes_wait(outcomes, (size_t)LANES * ROUNDS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK), LANES * ROUNDS);
  for (int i = 0; i < LANES; i++)
    assert_int_equal(lanes[i].n_wrong, 0);
  bellwether_close(client);
  outcomes_free(outcomes);
  wire_close(&wire);
}

static void a_client_closes_at_any_moment(void **state) {
  (void)state;
  enum { TIMES = 50, CALLS = 40 };
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  for (int i = 0; i < TIMES; i++) {
    struct bellwether_client *client = client_of(wire_url(&wire));
    struct outcomes *outcomes = outcomes_new();
    for (int k = 0; k < CALLS; k++)
      assert_int_equal(bellwether_submit(client, &latest, outcomes_add, outcomes), BELLWETHER_OK);
    outcomes_wait(outcomes, (size_t)(i % CALLS));
    bellwether_close(client);
    outcomes_wait(outcomes, CALLS);
    outcomes_free(outcomes);
  }
  wire_close(&wire);
}

#define WITH_ENGINE(test) cmocka_unit_test_setup_teardown(test, open_engine, close_engine)

int main(void) {
  const struct CMUnitTest tests[] = {
      WITH_ENGINE(each_call_is_answered_in_its_place_wherever_it_runs),
      WITH_ENGINE(no_calls_have_no_replies),
      WITH_ENGINE(unknown_fields_beside_the_calls_are_ignored),
      WITH_ENGINE(what_holds_no_calls_is_undecodable),
      WITH_ENGINE(calls_within_hold_no_further_ones),
      WITH_ENGINE(at_most_256_travel_together),
      WITH_ENGINE(a_reply_for_which_there_is_no_room_is_to_be_asked_for_alone),
      WITH_ENGINE(replies_that_wait_take_no_more_memory_than_they_may),
      WITH_ENGINE(a_calls_time_runs_while_those_before_it_are_answered),
      WITH_ENGINE(trace_ids_of_the_whole_and_of_each_come_back),
      WITH_ENGINE(a_server_that_stops_tells_each_call),
      cmocka_unit_test(each_call_needs_its_own_token),
      cmocka_unit_test(quick_calls_that_wait_travel_in_one_message),
      cmocka_unit_test(calls_that_gather_do_not_wait_for_slow_answers),
      cmocka_unit_test(all_calls_that_gather_are_told_that_nobody_is_there),
      cmocka_unit_test(no_other_calls_wait_for_company),
      cmocka_unit_test(a_client_may_send_each_call_alone),
      cmocka_unit_test(an_answer_too_large_together_is_asked_for_alone),
      cmocka_unit_test(an_older_server_is_asked_one_by_one_from_then_on),
      cmocka_unit_test(a_refusal_of_the_whole_is_told_to_each),
      cmocka_unit_test(replies_that_are_missing_or_garbage_are_invalid),
      cmocka_unit_test(each_call_of_a_message_keeps_its_deadline),
      cmocka_unit_test(many_lanes_each_get_their_own_answers),
      cmocka_unit_test(a_client_closes_at_any_moment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
