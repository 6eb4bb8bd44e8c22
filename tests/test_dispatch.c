/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/health.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/reflection.pb-c.h"
#include "proto/limits.h"
#include "server/engine_state.h"
#include "tests/serve.h"

/* Methods that do what the real ones do not: linger, fail without a reason, answer with much. */
static bool linger(struct context *context, const ProtobufCMessage *request,
                   ProtobufCMessage *response) {
  (void)request;
  (void)response;
  while (context_in_time(context))
    continue;
  return false;
}

static bool linger_and_answer(struct context *context, const ProtobufCMessage *request,
                              ProtobufCMessage *response) {
  linger(context, request, response);
  context->failure = NULL;
  return true;
}

static bool say_nothing(struct context *context, const ProtobufCMessage *request,
                        ProtobufCMessage *response) {
  (void)context;
  (void)request;
  (void)response;
  return false;
}

enum { MUCH_BYTES = 100000 };

static bool answer_much(struct context *context, const ProtobufCMessage *request,
                        ProtobufCMessage *response) {
  (void)request;
  Bellwether__V1__GetSchemaResponse *answer = (void *)response;
  answer->file_descriptor_set.data = arena_zero(context->arena, MUCH_BYTES);
  answer->file_descriptor_set.len = MUCH_BYTES;
  return answer->file_descriptor_set.data != NULL || context_fail_memory(context);
}

static bool use_all_memory(struct context *context, const ProtobufCMessage *request,
                           ProtobufCMessage *response) {
  (void)request;
  (void)response;
  while (arena_alloc(context->arena, 16) != NULL)
    continue;
  return context_fail(context, (struct failure){.code = RPC_INTERNAL, .reason = "UNSEEN"},
                      "there is no room for this");
}

#define PATH_OF(name) .path = "/test/" name, .path_size = sizeof("/test/" name) - 1
#define WITH_SCHEMA                                                                                \
  .request = &bellwether__v1__search_request__descriptor,                                          \
  .response = &bellwether__v1__get_schema_response__descriptor, .access = ACCESS_READER

static const struct method odd_methods[] = {
    {PATH_OF("Linger"), WITH_SCHEMA, .kind = METHOD_FAST, .handle = linger},
    {PATH_OF("LingerHeavily"), WITH_SCHEMA, .kind = METHOD_HEAVY, .handle = linger},
    {PATH_OF("LingerAndAnswer"), WITH_SCHEMA, .kind = METHOD_FAST, .handle = linger_and_answer},
    {PATH_OF("SayNothing"), WITH_SCHEMA, .kind = METHOD_FAST, .handle = say_nothing},
    {PATH_OF("AnswerMuch"), WITH_SCHEMA, .kind = METHOD_FAST, .handle = answer_much},
    {PATH_OF("UseAllMemory"), WITH_SCHEMA, .kind = METHOD_FAST, .handle = use_all_memory},
};

static int open_engine(void **state) {
  static struct served served;
  served_open(&served, NULL);
  *state = &served;
  return 0;
}

static int open_odd_engine(void **state) {
  open_engine(state);
  struct served *served = *state;
  served->engine->methods = odd_methods;
  served->engine->n_methods = count_of(odd_methods);
  return 0;
}

static int close_engine(void **state) {
  served_close(*state);
  return 0;
}

/* What the caller can do something about comes with what to do. */
static bool is_the_callers(int code) {
  return code == RPC_INVALID_ARGUMENT || code == RPC_RESOURCE_EXHAUSTED ||
         code == RPC_DEADLINE_EXCEEDED || code == RPC_NOT_FOUND || code == RPC_UNAVAILABLE;
}

static void assert_fails(struct served *served, const struct question *question, int code,
                         const char *reason, const char *field) {
  scoped(answer_free) struct answer *answer = ask(served->engine, question);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_non_null(reply);
  assert_string_equal(reason_of(reply), reason);
  assert_int_equal(reply->status->code, code);
  assert_string_equal(reply->status->details[0]->domain, "bellwether");
  assert_string_equal(reply->status->details[0]->field, field);
  if (is_the_callers(code))
    assert_string_not_equal(reply->status->details[0]->hint, "");
  assert_int_equal(reply->response.len, 0);
  assert_true(reply->store_id != 0);
}

static void a_call_is_answered_with_the_state_of_the_store(void **state) {
  struct served *served = *state;
  const struct question question = {.method = "Health/Check"};
  scoped(answer_free) struct answer *answer = ask(served->engine, &question);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_null(reply->status);
  assert_int_equal(reply->store_id, store_id(served->engine->store));
  Bellwether__V1__CheckResponse *check =
      bellwether__v1__check_response__unpack(NULL, reply->response.len, reply->response.data);
  assert_int_equal(check->status, BELLWETHER__V1__SERVING_STATUS__SERVING_STATUS_SERVING);
  bellwether__v1__check_response__free_unpacked(check, NULL);
}

static void bytes_that_are_no_call_are_undecodable(void **state) {
  struct served *served = *state;
  static const struct {
    const char *bytes;
    size_t size;
    const char *reason;
  } rows[] = {
      {"hello", 5, "CALL_UNDECODABLE"},
      {"\x0a", 1, "CALL_UNDECODABLE"},             /* a tag without its length */
      {"\x0a\x05/x", 4, "CALL_UNDECODABLE"},       /* shorter than it says */
      {"\x08\x01", 2, "CALL_UNDECODABLE"},         /* the method as a number */
      {"\x1a\x01x", 3, "CALL_UNDECODABLE"},        /* the timeout as text */
      {"\x22\x02\x08\x01", 4, "CALL_UNDECODABLE"}, /* metadata of another type */
      {"\x0b\x0c", 2, "CALL_UNDECODABLE"},         /* a group */
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "CALL_UNDECODABLE"},
      {"\x00\x01", 2, "CALL_UNDECODABLE"}, /* field 0 */
      {"\x0a\x02\xc3\x28", 4, "TEXT_NOT_UTF8"},
      {"\x0a\x03/\x00x", 5, "TEXT_NOT_UTF8"},
      {"\x22\x05\x0a\x01n\x12\x00\x22\x00", 9, "FIELD_INVALID"}, /* metadata without a name */
      {"", 0, "METHOD_UNKNOWN"},
      {"\x7a\x02xy", 4, "METHOD_UNKNOWN"}, /* an unknown field is none of our business */
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct bytes call = bytes_of(rows[i].bytes, rows[i].size);
    scoped(answer_free) struct answer *answer = answer_begin(served->engine, call);
    const Bellwether__V1__Reply *reply = answer_wait(answer);
    assert_string_equal(reason_of(reply), rows[i].reason);
    assert_string_not_equal(reply->status->details[0]->hint, "");
  }
}

static void an_unknown_method_is_unimplemented_and_a_near_one_suggested(void **state) {
  struct served *served = *state;
  static const struct {
    const char *method;
    const char *hint;
  } rows[] = {
      {"Catalog/GetSerie", "did you mean /bellwether.v1.Catalog/GetSeries?"},
      {"catalog/getseries", "did you mean /bellwether.v1.Catalog/GetSeries?"},
      {"Weather/Forecast", "ask /bellwether.v1.Reflection/GetSchema for what there is"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    const struct question question = {.method = rows[i].method};
    scoped(answer_free) struct answer *answer = ask(served->engine, &question);
    const Bellwether__V1__Reply *reply = answer_wait(answer);
    assert_string_equal(reason_of(reply), "METHOD_UNKNOWN");
    assert_int_equal(reply->status->code, RPC_UNIMPLEMENTED);
    assert_string_equal(reply->status->details[0]->hint, rows[i].hint);
  }
}

static void a_methods_path_has_at_most_128_bytes(void **state) {
  struct served *served = *state;
  char path[LIMIT_METHOD_BYTES + 2];
  memset(path, '/', sizeof path);
  path[LIMIT_METHOD_BYTES + 1] = '\0';
  assert_fails(served, &(struct question){.method = path}, RPC_UNIMPLEMENTED, "METHOD_UNKNOWN",
               "method");
}

static void a_method_of_later_work_says_so(void **state) {
  assert_fails(*state, &(struct question){.method = "Admin/Backup"}, RPC_UNIMPLEMENTED,
               "METHOD_NOT_YET", "method");
}

static void an_undecodable_request_is_told_from_an_undecodable_call(void **state) {
  assert_fails(*state,
               &(struct question){.method = "Health/Check", .request = bytes_of_text("\x0a\x09x")},
               RPC_INVALID_ARGUMENT, "REQUEST_UNDECODABLE", "request");
  assert_fails(*state,
               &(struct question){.method = "Health/Check", .request = bytes_of_text("\x08\x01")},
               RPC_INVALID_ARGUMENT, "REQUEST_UNDECODABLE", "service");
}

static void text_that_protobuf_c_would_cut_is_refused_with_its_field(void **state) {
  assert_fails(
      *state, &(struct question){.method = "Health/Check", .request = bytes_of("\x0a\x02\x00x", 4)},
      RPC_INVALID_ARGUMENT, "TEXT_NOT_UTF8", "service");
}

static void unknown_fields_are_ignored(void **state) {
  struct served *served = *state;
  const struct question question = {.method = "Health/Check",
                                    .request = bytes_of("\xf2\x3f\x02\xff\x00", 5)};
  scoped(answer_free) struct answer *answer = ask(served->engine, &question);
  assert_string_equal(reason_of(answer_wait(answer)), "OK");
}

static void a_call_beyond_the_limit_is_too_large(void **state) {
  struct served *served = *state;
  for (size_t beyond = 0; beyond < 2; beyond++) {
    struct question question = {.method = "Health/Check"};
    struct bytes head = question_pack(&question);
    size_t room = LIMIT_REQUEST_BYTES + beyond - head.size;
    uint8_t *call = calloc(1, LIMIT_REQUEST_BYTES + beyond);
    memcpy(call, head.data, head.size);
    /* An unknown field of bytes that fills the rest: tag 7, a length of four bytes. */
    uint8_t *field = call + head.size;
    size_t size = room - 5;
    memcpy(field,
           (uint8_t[]){0x3a, (uint8_t)(size | 0x80), (uint8_t)(size >> 7 | 0x80),
                       (uint8_t)(size >> 14 | 0x80), (uint8_t)(size >> 21)},
           5);
    scoped(answer_free) struct answer *answer =
        answer_begin(served->engine, bytes_of(call, LIMIT_REQUEST_BYTES + beyond));
    assert_string_equal(reason_of(answer_wait(answer)), beyond ? "REQUEST_TOO_LARGE" : "OK");
    free(call);
    free((uint8_t *)head.data);
  }
}

static void empty_messages_beyond_the_arena_are_refused(void **state) {
  enum { N = 300000 };
  uint8_t *request = malloc(2 * N);
  for (size_t i = 0; i < N; i++)
    memcpy(request + 2 * i, "\x12\x00", 2);
  assert_fails(*state,
               &(struct question){.method = "Ingest/PutObservations",
                                  .request = bytes_of(request, 2 * N),
                                  .id = 1},
               RPC_RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", "request");
  free(request);
}

static void a_write_needs_sixteen_bytes_of_request_id(void **state) {
  assert_fails(*state, &(struct question){.method = "Ingest/PutDataset"}, RPC_INVALID_ARGUMENT,
               "REQUEST_ID_REQUIRED", "request_id");
}

static void a_read_only_store_refuses_writes(void **state) {
  struct served *served = *state;
  struct engine *reader = NULL;
  char text[256];
  const struct engine_options options = {
      .path = served->folder.path, .read_only = true, .map_bytes = UINT64_C(64) << 20};
  engine_close(served->engine);
  assert_int_equal(engine_open(&options, &reader, text, sizeof text), ENGINE_OK);
  served->engine = reader;
  assert_fails(served, &(struct question){.method = "Ingest/PutDataset", .id = 1},
               RPC_FAILED_PRECONDITION, "STORE_READ_ONLY", "");
}

static void a_second_writer_is_told_that_the_store_is_locked(void **state) {
  struct served *served = *state;
  struct engine *second = NULL;
  char text[256] = "";
  const struct engine_options options = {.path = served->folder.path,
                                         .map_bytes = UINT64_C(64) << 20};
  assert_int_equal(engine_open(&options, &second, text, sizeof text), ENGINE_LOCKED);
  assert_non_null(strstr(text, "another process"));
}

static void the_trace_id_comes_back(void **state) {
  struct served *served = *state;
  const struct question question = {.method = "Weather/Forecast",
                                    .metadata = {"trace-id", "abc-1", "client", "test/1"}};
  scoped(answer_free) struct answer *answer = ask(served->engine, &question);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_int_equal(reply->n_metadata, 1);
  assert_string_equal(reply->metadata[0]->name, "trace-id");
  assert_string_equal(reply->metadata[0]->value, "abc-1");
}

static void metadata_has_limits(void **state) {
  char name[LIMIT_METADATA_KEY_BYTES + 2];
  memset(name, 'n', sizeof name);
  name[LIMIT_METADATA_KEY_BYTES + 1] = '\0';
  assert_fails(*state, &(struct question){.method = "Health/Check", .metadata = {name, "v"}},
               RPC_INVALID_ARGUMENT, "FIELD_INVALID", "metadata");
}

static void more_entries_of_metadata_than_32_are_refused(void **state) {
  struct served *served = *state;
  static const uint8_t entry[] = {0x22, 0x03, 0x0a, 0x01, 'n'};
  uint8_t call[33 * sizeof entry];
  for (size_t i = 0; i < 33; i++)
    memcpy(call + i * sizeof entry, entry, sizeof entry);
  scoped(answer_free) struct answer *within =
      answer_begin(served->engine, bytes_of(call, 32 * sizeof entry));
  scoped(answer_free) struct answer *beyond =
      answer_begin(served->engine, bytes_of(call, 33 * sizeof entry));
  assert_string_equal(reason_of(answer_wait(within)), "METHOD_UNKNOWN");
  assert_string_equal(reason_of(answer_wait(beyond)), "FIELD_INVALID");
}

static void a_deadline_that_passes_is_told(void **state) {
  static const char *const methods[] = {"/test/Linger", "/test/LingerHeavily",
                                        "/test/LingerAndAnswer"};
  for (size_t i = 0; i < count_of(methods); i++)
    assert_fails(*state, &(struct question){.method = methods[i], .timeout_ms = 1},
                 RPC_DEADLINE_EXCEEDED, "DEADLINE_PASSED", "timeout_ms");
}

static void a_reply_beyond_the_callers_limit_is_refused(void **state) {
  struct served *served = *state;
  struct question question = {.method = "/test/AnswerMuch", .max_reply_bytes = 10};
  assert_fails(served, &question, RPC_RESOURCE_EXHAUSTED, "REPLY_TOO_LARGE", "max_reply_bytes");
  question.max_reply_bytes = 0;
  scoped(answer_free) struct answer *whole = ask(served->engine, &question);
  assert_string_equal(reason_of(answer_wait(whole)), "OK");
  question.max_reply_bytes = (uint32_t)answer_bytes(whole).size;
  scoped(answer_free) struct answer *exactly = ask(served->engine, &question);
  assert_string_equal(reason_of(answer_wait(exactly)), "OK");
  question.max_reply_bytes--;
  assert_fails(served, &question, RPC_RESOURCE_EXHAUSTED, "REPLY_TOO_LARGE", "max_reply_bytes");
}

static void an_error_fits_the_smallest_limit_too(void **state) {
  struct served *served = *state;
  char trace[LIMIT_METADATA_BYTES + 1];
  memset(trace, 't', sizeof trace);
  trace[LIMIT_METADATA_BYTES] = '\0';
  const struct question question = {
      .method = "/test/Nothing", .max_reply_bytes = 1, .metadata = {"trace-id", trace}};
  scoped(answer_free) struct answer *answer = ask(served->engine, &question);
  assert_string_equal(reason_of(answer_wait(answer)), "METHOD_UNKNOWN");
  assert_in_range(answer_bytes(answer).size, 1, LIMIT_REPLY_MIN_BYTES);
}

static void a_handler_that_gives_no_reason_is_our_fault(void **state) {
  assert_fails(*state, &(struct question){.method = "/test/SayNothing"}, RPC_INTERNAL, "NO_REASON",
               "");
}

static void without_memory_there_is_still_an_answer(void **state) {
  assert_fails(*state, &(struct question){.method = "/test/UseAllMemory"}, RPC_RESOURCE_EXHAUSTED,
               "ARENA_FULL", "");
}

static void a_draining_engine_answers_only_what_needs_no_store(void **state) {
  struct served *served = *state;
  engine_drain(served->engine);
  assert_fails(served, &(struct question){.method = "Admin/GetStatus"}, RPC_UNAVAILABLE,
               "SHUTTING_DOWN", "");
  const struct question question = {.method = "Health/Check"};
  scoped(answer_free) struct answer *answer = ask(served->engine, &question);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_string_equal(reason_of(reply), "OK");
  assert_memory_equal(reply->response.data, "\x08\x02", 2); /* NOT_SERVING */
}

static void health_of_a_service_that_is_not_there_is_not_found(void **state) {
  Bellwether__V1__CheckRequest request = BELLWETHER__V1__CHECK_REQUEST__INIT;
  request.service = (char *)"bellwether.v1.Catalog";
  struct served *served = *state;
  const struct question known = {.method = "Health/Check", .message = &request.base};
  scoped(answer_free) struct answer *answer = ask(served->engine, &known);
  assert_string_equal(reason_of(answer_wait(answer)), "OK");
  request.service = (char *)"bellwether.v1.Cat";
  assert_fails(served, &known, RPC_NOT_FOUND, "SERVICE_NOT_FOUND", "service");
}

#define ON_ENGINE(test) cmocka_unit_test_setup_teardown(test, open_engine, close_engine)
#define ON_ODD_ENGINE(test) cmocka_unit_test_setup_teardown(test, open_odd_engine, close_engine)

int main(void) {
  const struct CMUnitTest tests[] = {
      ON_ENGINE(a_call_is_answered_with_the_state_of_the_store),
      ON_ENGINE(bytes_that_are_no_call_are_undecodable),
      ON_ENGINE(an_unknown_method_is_unimplemented_and_a_near_one_suggested),
      ON_ENGINE(a_methods_path_has_at_most_128_bytes),
      ON_ENGINE(a_method_of_later_work_says_so),
      ON_ENGINE(an_undecodable_request_is_told_from_an_undecodable_call),
      ON_ENGINE(text_that_protobuf_c_would_cut_is_refused_with_its_field),
      ON_ENGINE(unknown_fields_are_ignored),
      ON_ENGINE(a_call_beyond_the_limit_is_too_large),
      ON_ENGINE(empty_messages_beyond_the_arena_are_refused),
      ON_ENGINE(a_write_needs_sixteen_bytes_of_request_id),
      ON_ENGINE(a_read_only_store_refuses_writes),
      ON_ENGINE(a_second_writer_is_told_that_the_store_is_locked),
      ON_ENGINE(the_trace_id_comes_back),
      ON_ENGINE(metadata_has_limits),
      ON_ENGINE(more_entries_of_metadata_than_32_are_refused),
      ON_ODD_ENGINE(a_deadline_that_passes_is_told),
      ON_ODD_ENGINE(a_reply_beyond_the_callers_limit_is_refused),
      ON_ODD_ENGINE(an_error_fits_the_smallest_limit_too),
      ON_ODD_ENGINE(a_handler_that_gives_no_reason_is_our_fault),
      ON_ODD_ENGINE(without_memory_there_is_still_an_answer),
      ON_ENGINE(a_draining_engine_answers_only_what_needs_no_store),
      ON_ENGINE(health_of_a_service_that_is_not_there_is_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
