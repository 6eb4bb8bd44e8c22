/* SPDX-License-Identifier: MIT */
/* Calls that travel together: what the server makes of them. Which ones the client puts into one
 * message is the matter of test_gathering.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "proto/limits.h"
#include "server/auth.h"
#include "server/engine_state.h"
#include "tests/messages.h"
#include "tests/serve.h"

enum { MANY = 300, SHORT_MS = 30 };

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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
