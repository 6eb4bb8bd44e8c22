/* SPDX-License-Identifier: MIT */
/* Bytes in, bytes out: a call of GetLatest as it is on the wire; the contract from the server
 * itself; what the server tells of its state. */
#include "bellwether/v1/admin.pb-c.h"
#include "bellwether/v1/reflection.pb-c.h"
#include "tests/reading.h"
#include "tests/serve.h"

/* Call { method: "/bellwether.v1.Observations/GetLatest",
 *        request: { keys: "TRADE/A.CHN.X", keys: "T/A.B" } } */
static const char GOLDEN_CALL[] = "\x0a\x25/bellwether.v1.Observations/GetLatest"
                                  "\x12\x16"
                                  "\x0a\x0dTRADE/A.CHN.X"
                                  "\x0a\x05T/A.B";

/* Reply.response: { periods: [51, 0], values: [2.5, NaN], frequencies: "\1\0", statuses: "E-",
 *   errors: { index: 1, status: { code: 5, message, details: { ... } } } } */
static const char GOLDEN_RESPONSE[] =
    "\x0a\x02\x66\x00"
    "\x12\x10\x00\x00\x00\x00\x00\x00\x04\x40\x00\x00\x00\x00\x00\x00\xf8\x7f"
    "\x1a\x02\x01\x00"
    "\x22\x02"
    "E-"
    "\x2a\x6f\x08\x01\x12\x6b\x08\x05"
    "\x12\x16There is no dataset T."
    "\x1a\x4f\x0a\x11"
    "DATASET_NOT_FOUND"
    "\x12\x0a"
    "bellwether"
    "\x1a\x07keys[1]"
    "\x22\x25ListDatasets has those that there are";

static void put_one(struct engine_fixture *fixture) {
  static const double value[] = {2.5};
  static uint8_t status[] = {'E'};
  struct statements_message series;
  put_dataset(fixture, "TRADE");
  statements_message_init(&series, "TRADE/A.CHN.X", 51, 1, value);
  series.columns.statuses = (ProtobufCBinaryData){.len = 1, .data = status};
  put_statements(fixture, "R1", 1, &series);
}

/* A Reply is the response, the revision and the store's id, in the order of their fields. */
static void the_latest_is_a_call_and_a_reply_of_these_bytes(void **state) {
  struct engine_fixture *fixture = *state;
  put_one(fixture);
  struct bytes call = bytes_of(GOLDEN_CALL, sizeof GOLDEN_CALL - 1);
  scoped(answer_free) struct answer *answer = answer_begin(fixture->engine, call);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_null(reply->status);
  assert_int_equal(reply->response.len, sizeof GOLDEN_RESPONSE - 1);
  assert_memory_equal(reply->response.data, GOLDEN_RESPONSE, sizeof GOLDEN_RESPONSE - 1);
  assert_int_equal(reply->store_revision, fixture->revision);
  uint8_t packed[512];
  size_t size = bellwether__v1__reply__pack(reply, packed);
  assert_int_equal(size, answer_bytes(answer).size);
  assert_memory_equal(packed, answer_bytes(answer).data, size);
}

static void an_empty_request_is_a_request_of_defaults(void **state) {
  static const char call_bytes[] = "\x0a\x25/bellwether.v1.Observations/GetLatest";
  struct engine_fixture *fixture = *state;
  struct bytes call = bytes_of(call_bytes, sizeof call_bytes - 1);
  scoped(answer_free) struct answer *answer = answer_begin(fixture->engine, call);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_null(reply->status);
  assert_int_equal(reply->response.len, 0);
}

static void fields_that_are_not_known_are_ignored(void **state) {
  static const char call_bytes[] = "\x0a\x25/bellwether.v1.Observations/GetLatest"
                                   "\x12\x15"
                                   "\x0a\x0dTRADE/A.CHN.X"
                                   "\xfa\x3f\x03new"
                                   "\xf8\x3f\x07";
  struct engine_fixture *fixture = *state;
  put_one(fixture);
  struct bytes call = bytes_of(call_bytes, sizeof call_bytes - 1);
  scoped(answer_free) struct answer *answer = answer_begin(fixture->engine, call);
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  assert_null(reply->status);
  assert_true(reply->response.len > 0);
}

static bool contains(ProtobufCBinaryData data, const char *text) {
  return memmem(data.data, data.len, text, strlen(text)) != NULL;
}

static void the_contract_comes_with_its_comments(void **state) {
  Bellwether__V1__GetSchemaRequest request = BELLWETHER__V1__GET_SCHEMA_REQUEST__INIT;
  const Bellwether__V1__GetSchemaResponse *response =
      call_ok(*state, "Reflection/GetSchema", &request);
  static const char *const files[] = {"rpc",    "types", "catalog", "observations",
                                      "ingest", "admin", "health",  "reflection"};
  assert_string_equal(response->server_version, BELLWETHER_VERSION);
  for (size_t i = 0; i < count_of(files); i++) {
    char *name = text_buffer();
    text_add(name, "bellwether/v1/%s.proto", files[i]);
    assert_true(contains(response->file_descriptor_set, name));
  }
  assert_true(contains(response->file_descriptor_set, "the fast path"));
}

typedef Bellwether__V1__GetStatusResponse status_response;

static const status_response *status_of(struct engine_fixture *fixture) {
  Bellwether__V1__GetStatusRequest request = BELLWETHER__V1__GET_STATUS_REQUEST__INIT;
  return call_ok(fixture, "Admin/GetStatus", &request);
}

static void an_empty_store_has_counts_of_zero(void **state) {
  const status_response *status = status_of(*state);
  assert_string_equal(status->version, BELLWETHER_VERSION);
  assert_int_equal(status->store_format, 3);
  assert_int_equal(status->store_revision, 0);
  assert_true(status->store_id > 0 && status->store_id < (UINT64_C(1) << 53));
  assert_int_equal(status->dataset_count + status->indicator_count + status->series_count +
                       status->observation_count + status->release_count,
                   0);
  assert_int_equal(status->map_bytes, 1 << 30);
  assert_int_equal(status->n_listen_urls, 0);
  assert_false(status->read_only);
}

static void the_status_counts_what_is_there_now(void **state) {
  struct engine_fixture *fixture = *state;
  put_dataset(fixture, "TRADE");
  put_indicator(fixture, "TRADE", "X", "Exports", "CNY", 9);
  put_figures(fixture, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1, 2, 3));
  put_figures(fixture, "R2", 2, FIGURES("TRADE/A.CHN.X", 52, 30, 40));
  put_figures(fixture, "R2", 2, FIGURES("TRADE/A.USA.X", 50, 1));
  withdraw(fixture, "R3", 3, "TRADE/A.CHN.X", 50);
  const status_response *status = status_of(fixture);
  assert_int_equal(status->dataset_count, 1);
  assert_int_equal(status->indicator_count, 1);
  assert_int_equal(status->series_count, 2);
  assert_int_equal(status->observation_count, 4);
  assert_int_equal(status->release_count, 3);
  assert_int_equal(status->store_revision, fixture->revision);
  assert_true(status->store_bytes > 0 && status->store_bytes < status->map_bytes);
  delete_series(fixture, "TRADE/A.CHN.X");
  delete_release(fixture, "R3");
  status = status_of(fixture);
  assert_int_equal(status->series_count, 1);
  assert_int_equal(status->observation_count, 1);
  assert_int_equal(status->release_count, 2);
}

static void calls_and_errors_are_counted(void **state) {
  Bellwether__V1__GetDatasetRequest wrong = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  const status_response *before = status_of(*state);
  call_fails(*state, "Catalog/GetDataset", &wrong, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED", "id");
  const status_response *after = status_of(*state);
  assert_int_equal(after->call_count - before->call_count, 2);
  assert_int_equal(after->error_count - before->error_count, 1);
}

static void the_store_is_the_same_after_it_was_opened_again(void **state) {
  struct engine_fixture *fixture = *state;
  put_one(fixture);
  const status_response *before = status_of(fixture);
  engine_fixture_reopen(fixture);
  const status_response *after = status_of(fixture);
  assert_int_equal(after->store_id, before->store_id);
  assert_int_equal(after->store_revision, before->store_revision);
  assert_int_equal(after->observation_count, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(the_latest_is_a_call_and_a_reply_of_these_bytes),
      ENGINE_TEST(an_empty_request_is_a_request_of_defaults),
      ENGINE_TEST(fields_that_are_not_known_are_ignored),
      ENGINE_TEST(the_contract_comes_with_its_comments),
      ENGINE_TEST(an_empty_store_has_counts_of_zero),
      ENGINE_TEST(the_status_counts_what_is_there_now),
      ENGINE_TEST(calls_and_errors_are_counted),
      ENGINE_TEST(the_store_is_the_same_after_it_was_opened_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
