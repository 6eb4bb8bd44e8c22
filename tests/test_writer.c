/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "proto/limits.h"
#include "server/clock.h"
#include "server/engine_state.h"
#include "server/ops.h"
#include "server/writer.h"
#include "tests/messages.h"
#include "tests/serve.h"

static bool fail_here(struct context *context) {
  return context_fail(context, (struct failure){.code = RPC_FAILED_PRECONDITION, .reason = "ODD"},
                      "this command fails");
}

static bool fail_first(struct context *context, const ProtobufCMessage *request,
                       ProtobufCMessage *response) {
  (void)request;
  (void)response;
  return fail_here(context);
}

static bool write_then_fail(struct context *context, const ProtobufCMessage *request,
                            ProtobufCMessage *response) {
  return op_put_dataset(context, request, response) && fail_here(context);
}

static bool write_then_fill_the_store(struct context *context, const ProtobufCMessage *request,
                                      ProtobufCMessage *response) {
  return op_put_dataset(context, request, response) &&
         context_fail_store(context, STORE_FULL, "the store");
}

static bool write_and_discard(struct context *context, const ProtobufCMessage *request,
                              ProtobufCMessage *response) {
  context->discard = true;
  return op_put_dataset(context, request, response);
}

#define WRITE_ROW(name, handler)                                                                   \
  {                                                                                                \
    .path = "/test/" name, .path_size = sizeof("/test/" name) - 1,                                 \
    .request = &bellwether__v1__put_dataset_request__descriptor,                                   \
    .response = &bellwether__v1__put_dataset_response__descriptor, .kind = METHOD_WRITE,           \
    .access = ACCESS_WRITER, .handle = handler                                                     \
  }

static const struct method methods[] = {
    WRITE_ROW("Put", op_put_dataset),
    WRITE_ROW("FailFirst", fail_first),
    WRITE_ROW("WriteThenFail", write_then_fail),
    WRITE_ROW("WriteThenFill", write_then_fill_the_store),
    WRITE_ROW("WriteAndDiscard", write_and_discard),
};

static int open_store(void **state) {
  static struct served served;
  served_open(&served, NULL);
  served.engine->methods = methods;
  served.engine->n_methods = count_of(methods);
  *state = &served;
  return 0;
}

static int close_store(void **state) {
  served_close(*state);
  return 0;
}

static struct answer *put(struct engine *engine, const char *method, const char *dataset,
                          uint8_t id, uint32_t timeout_ms) {
  struct dataset_message message;
  dataset_message_init(&message, dataset);
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  request.dataset = &message.dataset;
  const struct question question = {
      .method = method, .message = &request.base, .id = id, .timeout_ms = timeout_ms};
  struct bytes call = question_pack(&question);
  struct answer *answer = answer_begin(engine, call);
  free((uint8_t *)call.data);
  return answer;
}

static uint64_t n_datasets(struct engine *engine) {
  struct store_txn *txn = NULL;
  struct store_counts counts;
  assert_int_equal(store_begin_read(engine->store, &txn), STORE_OK);
  assert_int_equal(store_count(txn, &counts), STORE_OK);
  store_end(txn);
  return counts.datasets;
}

/* All commands in one group; waits for their answers. */
static void run_group(struct engine *engine, const char *const *group, size_t n,
                      struct answer **ret_answers) {
  writer_hold(engine->writer, true);
  for (size_t i = 0; i < n; i++) {
    char dataset[8] = {'D', (char)('0' + i), '\0'};
    ret_answers[i] = put(engine, group[i], dataset, (uint8_t)(i + 1), 0);
  }
  assert_int_equal(writer_queue_length(engine->writer), n);
  writer_hold(engine->writer, false);
  for (size_t i = 0; i < n; i++)
    (void)answer_wait(ret_answers[i]);
}

static void waiting_commands_are_applied_together_each_with_its_revision(void **state) {
  struct served *served = *state;
  static const char *const group[] = {"/test/Put", "/test/Put", "/test/Put", "/test/Put"};
  struct answer *answers[count_of(group)];
  run_group(served->engine, group, count_of(group), answers);
  for (size_t i = 0; i < count_of(group); i++) {
    assert_string_equal(reason_of(answer_wait(answers[i])), "OK");
    assert_int_equal(answer_wait(answers[i])->store_revision, i + 1);
    answer_free(answers[i]);
  }
  assert_int_equal(n_datasets(served->engine), count_of(group));
}

static void one_bad_command_does_not_fail_its_group(void **state) {
  static const struct {
    const char *method;
    const char *reason;
  } rows[] = {
      {"/test/FailFirst", "ODD"},
      {"/test/WriteThenFail", "ODD"},
      {"/test/WriteThenFill", "STORE_FULL"},
      {"/test/WriteAndDiscard", "OK"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    open_store(state);
    struct served *served = *state;
    const char *const group[] = {"/test/Put", rows[i].method, "/test/Put", rows[i].method,
                                 "/test/Put"};
    struct answer *answers[count_of(group)];
    run_group(served->engine, group, count_of(group), answers);
    for (size_t j = 0; j < count_of(group); j++) {
      assert_string_equal(reason_of(answer_wait(answers[j])), j % 2 == 0 ? "OK" : rows[i].reason);
      answer_free(answers[j]);
    }
    assert_int_equal(n_datasets(served->engine), 3);
    close_store(state);
  }
}

static void a_discarded_command_answers_and_keeps_nothing(void **state) {
  struct served *served = *state;
  scoped(answer_free) struct answer *answer =
      put(served->engine, "/test/WriteAndDiscard", "D", 1, 0);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_string_equal(reason_of(reply), "OK");
  assert_true(reply->response.len > 0);
  assert_int_equal(reply->store_revision, 0);
  assert_int_equal(n_datasets(served->engine), 0);
}

static void assert_same_bytes(struct answer *first, struct answer *second) {
  (void)answer_wait(first);
  (void)answer_wait(second);
  struct bytes a = answer_bytes(first);
  struct bytes b = answer_bytes(second);
  assert_int_equal(a.size, b.size);
  assert_memory_equal(a.data, b.data, a.size);
}

static void a_resent_write_answers_as_the_first_did(void **state) {
  struct served *served = *state;
  struct engine *engine = served->engine;
  scoped(answer_free) struct answer *first = put(engine, "/test/Put", "D", 1, 0);
  (void)answer_wait(first);
  scoped(answer_free) struct answer *other = put(engine, "/test/Put", "E", 2, 0);
  (void)answer_wait(other);
  scoped(answer_free) struct answer *again = put(engine, "/test/Put", "D", 1, 0);
  assert_same_bytes(first, again);
  assert_int_equal(answer_wait(again)->store_revision, 1);
  assert_int_equal(engine->revision, 2);
}

static void a_resent_write_answers_as_the_first_did_in_the_same_group_too(void **state) {
  struct served *served = *state;
  writer_hold(served->engine->writer, true);
  scoped(answer_free) struct answer *first = put(served->engine, "/test/Put", "D", 1, 0);
  scoped(answer_free) struct answer *again = put(served->engine, "/test/Put", "D", 1, 0);
  writer_hold(served->engine->writer, false);
  assert_same_bytes(first, again);
  assert_string_equal(reason_of(answer_wait(again)), "OK");
}

static void a_resent_write_answers_as_the_first_did_after_a_restart(void **state) {
  struct served *served = *state;
  char text[256];
  const struct engine_options options = {.path = served->folder.path,
                                         .map_bytes = UINT64_C(64) << 20};
  scoped(answer_free) struct answer *first = put(served->engine, "/test/Put", "D", 1, 0);
  (void)answer_wait(first);
  engine_close(served->engine);
  assert_int_equal(engine_open(&options, &served->engine, text, sizeof text), ENGINE_OK);
  served->engine->methods = methods;
  served->engine->n_methods = count_of(methods);
  scoped(answer_free) struct answer *again = put(served->engine, "/test/Put", "D", 1, 0);
  assert_same_bytes(first, again);
}

static void a_request_id_with_another_request_is_refused(void **state) {
  struct served *served = *state;
  scoped(answer_free) struct answer *first = put(served->engine, "/test/Put", "D", 1, 0);
  assert_string_equal(reason_of(answer_wait(first)), "OK");
  scoped(answer_free) struct answer *other = put(served->engine, "/test/Put", "E", 1, 0);
  assert_string_equal(reason_of(answer_wait(other)), "REQUEST_ID_REUSED");
  scoped(answer_free) struct answer *method = put(served->engine, "/test/FailFirst", "D", 1, 0);
  assert_string_equal(reason_of(answer_wait(method)), "REQUEST_ID_REUSED");
  assert_int_equal(n_datasets(served->engine), 1);
}

static void a_failed_write_may_be_tried_again_with_its_id(void **state) {
  struct served *served = *state;
  scoped(answer_free) struct answer *failed = put(served->engine, "/test/WriteThenFail", "D", 1, 0);
  assert_string_equal(reason_of(answer_wait(failed)), "ODD");
  scoped(answer_free) struct answer *better = put(served->engine, "/test/Put", "D", 1, 0);
  assert_string_equal(reason_of(answer_wait(better)), "OK");
}

static void a_deadline_that_passes_in_the_queue_leaves_the_store_alone(void **state) {
  struct served *served = *state;
  writer_hold(served->engine->writer, true);
  scoped(answer_free) struct answer *late = put(served->engine, "/test/Put", "D", 1, 1);
  scoped(answer_free) struct answer *good = put(served->engine, "/test/Put", "E", 2, 0);
  for (int64_t end = clock_monotonic_ms() + 2; clock_monotonic_ms() < end;)
    continue;
  writer_hold(served->engine->writer, false);
  assert_string_equal(reason_of(answer_wait(late)), "DEADLINE_PASSED");
  assert_string_equal(reason_of(answer_wait(good)), "OK");
  assert_int_equal(n_datasets(served->engine), 1);
}

static void a_full_queue_refuses_at_once(void **state) {
  struct served *served = *state;
  struct answer **answers = calloc(LIMIT_WRITER_COMMANDS, sizeof *answers);
  writer_hold(served->engine->writer, true);
  for (size_t i = 0; i < LIMIT_WRITER_COMMANDS; i++)
    answers[i] = put(served->engine, "/test/FailFirst", "D", 1, 30000);
  scoped(answer_free) struct answer *refused = put(served->engine, "/test/Put", "D", 2, 0);
  assert_string_equal(reason_of(answer_wait(refused)), "QUEUE_FULL");
  writer_hold(served->engine->writer, false);
  for (size_t i = 0; i < LIMIT_WRITER_COMMANDS; i++) {
    assert_string_equal(reason_of(answer_wait(answers[i])), "ODD");
    answer_free(answers[i]);
  }
  free(answers);
}

#define ON_STORE(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void) {
  const struct CMUnitTest tests[] = {
      ON_STORE(waiting_commands_are_applied_together_each_with_its_revision),
      cmocka_unit_test(one_bad_command_does_not_fail_its_group),
      ON_STORE(a_discarded_command_answers_and_keeps_nothing),
      ON_STORE(a_resent_write_answers_as_the_first_did),
      ON_STORE(a_resent_write_answers_as_the_first_did_in_the_same_group_too),
      ON_STORE(a_resent_write_answers_as_the_first_did_after_a_restart),
      ON_STORE(a_request_id_with_another_request_is_refused),
      ON_STORE(a_failed_write_may_be_tried_again_with_its_id),
      ON_STORE(a_deadline_that_passes_in_the_queue_leaves_the_store_alone),
      ON_STORE(a_full_queue_refuses_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
