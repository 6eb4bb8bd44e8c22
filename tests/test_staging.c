/* SPDX-License-Identifier: MIT */
/* Loads in parts: staged, sent again, committed once, and not lost or half there after a kill. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/limits.h"
#include "server/staging.h"
#include "tests/engine_fixture.h"
#include "tests/messages.h"

#define DAY_MS INT64_C(86400000)

typedef Bellwether__V1__WriteSummary summary;

static const double numbers[] = {1, 2, 3, 4, 5, 6, 7, 8};

static const Bellwether__V1__BeginLoadResponse *begin(struct engine_fixture *fixture,
                                                      const char *load_id) {
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  Bellwether__V1__BeginLoadRequest request = BELLWETHER__V1__BEGIN_LOAD_REQUEST__INIT;
  request.load_id = TEXT(load_id);
  request.release = &release;
  return call_ok(fixture, "Ingest/BeginLoad", &request);
}

/* Packs a part; the bytes are to be freed. */
static ProtobufCBinaryData pack_part(Bellwether__V1__LoadPart *part) {
  ProtobufCBinaryData packed = {.len = bellwether__v1__load_part__get_packed_size(part)};
  packed.data = malloc(packed.len + 1);
  bellwether__v1__load_part__pack(part, packed.data);
  return packed;
}

static Bellwether__V1__PutPartRequest part_request(const char *load_id, uint32_t number) {
  Bellwether__V1__PutPartRequest request = BELLWETHER__V1__PUT_PART_REQUEST__INIT;
  request.load_id = TEXT(load_id);
  request.part_number = number;
  return request;
}

/* A part with one series. */
static void put_series(struct engine_fixture *fixture, const char *load_id, uint32_t number,
                       const char *key, size_t n) {
  struct statements_message series;
  Bellwether__V1__SeriesStatements *pointers[] = {&series.statements};
  Bellwether__V1__LoadPart part = BELLWETHER__V1__LOAD_PART__INIT;
  Bellwether__V1__PutPartRequest request = part_request(load_id, number);
  statements_message_init(&series, key, 50, n, numbers);
  part.n_series = 1;
  part.series = pointers;
  request.part = pack_part(&part);
  call_ok(fixture, "Ingest/PutPart", &request);
  free(request.part.data);
}

/* A part with the dataset TRADE, an indicator and a code. */
static void put_descriptions(struct engine_fixture *fixture, const char *load_id, uint32_t number) {
  struct dataset_message dataset;
  Bellwether__V1__Dataset *datasets[] = {&dataset.dataset};
  Bellwether__V1__Indicator indicator = BELLWETHER__V1__INDICATOR__INIT;
  Bellwether__V1__Indicator *indicators[] = {&indicator};
  Bellwether__V1__Code code = BELLWETHER__V1__CODE__INIT;
  Bellwether__V1__Code *codes[] = {&code};
  Bellwether__V1__CodeList list = BELLWETHER__V1__CODE_LIST__INIT;
  Bellwether__V1__CodeList *lists[] = {&list};
  Bellwether__V1__LoadPart part = BELLWETHER__V1__LOAD_PART__INIT;
  Bellwether__V1__PutPartRequest request = part_request(load_id, number);
  dataset_message_init(&dataset, "TRADE");
  indicator.id = TEXT("X");
  indicator.dataset = TEXT("TRADE");
  code.code = TEXT("CHN");
  list.dataset = TEXT("TRADE");
  list.dimension = TEXT("AREA");
  list.n_codes = 1;
  list.codes = codes;
  part.n_datasets = part.n_indicators = part.n_code_lists = 1;
  part.datasets = datasets;
  part.indicators = indicators;
  part.code_lists = lists;
  request.part = pack_part(&part);
  call_ok(fixture, "Ingest/PutPart", &request);
  free(request.part.data);
}

static Bellwether__V1__CommitLoadRequest commit_request(const char *load_id, uint32_t n_parts) {
  Bellwether__V1__CommitLoadRequest request = BELLWETHER__V1__COMMIT_LOAD_REQUEST__INIT;
  request.load_id = TEXT(load_id);
  request.part_count = n_parts;
  return request;
}

static const summary *commit(struct engine_fixture *fixture, const char *load_id,
                             uint32_t n_parts) {
  Bellwether__V1__CommitLoadRequest request = commit_request(load_id, n_parts);
  const Bellwether__V1__CommitLoadResponse *response =
      call_ok(fixture, "Ingest/CommitLoad", &request);
  return response->summary;
}

static bool load_folder_exists(const struct engine_fixture *fixture, const char *load_id) {
  char path[192];
  struct stat stat_buffer;
  snprintf(path, sizeof path, "%s/loads/%s", fixture->path, load_id);
  return stat(path, &stat_buffer) == 0;
}

static void parts_in_any_order_and_again_make_one_load(void **state) {
  struct engine_fixture *fixture = *state;
  begin(fixture, "L1");
  put_series(fixture, "L1", 3, "TRADE/A.USA.X", 2);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 8);
  put_descriptions(fixture, "L1", 1);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  const Bellwether__V1__BeginLoadResponse *again = begin(fixture, "L1");
  assert_int_equal(again->n_part_numbers, 3);
  assert_int_equal(again->part_numbers[0], 1);
  assert_int_equal(again->part_numbers[2], 3);
  const summary *result = commit(fixture, "L1", 3);
  assert_int_equal(result->series_new, 2);
  assert_int_equal(result->observations_added, 5);
  assert_int_equal(result->releases_new, 1);
  assert_true(result->changed);
  assert_false(load_folder_exists(fixture, "L1"));
}

static void a_commit_repeated_answers_as_the_first_time(void **state) {
  struct engine_fixture *fixture = *state;
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  commit(fixture, "L1", 2);
  uint64_t revision = fixture->revision;
  const summary *again = commit(fixture, "L1", 2);
  assert_int_equal(again->series_new, 1);
  assert_int_equal(again->observations_added, 3);
  assert_int_equal(fixture->revision, revision);
  assert_true(begin(fixture, "L1")->committed);
  engine_fixture_reopen(fixture);
  again = commit(fixture, "L1", 2);
  assert_int_equal(again->observations_added, 3);
  assert_false(load_folder_exists(fixture, "L1"));
}

static void a_missing_part_is_told_and_nothing_is_written(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__CommitLoadRequest request = commit_request("L1", 3);
  call_fails(fixture, "Ingest/CommitLoad", &request, RPC_NOT_FOUND, "LOAD_NOT_FOUND", "load_id");
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  put_series(fixture, "L1", 3, "TRADE/A.CHN.X", 3);
  call_fails(fixture, "Ingest/CommitLoad", &request, RPC_FAILED_PRECONDITION, "LOAD_INCOMPLETE",
             "part_count");
  assert_int_equal(fixture->revision, 0);
  put_series(fixture, "L1", 2, "TRADE/A.USA.X", 3);
  assert_int_equal(commit(fixture, "L1", 3)->series_new, 2);
}

static void validate_only_keeps_the_parts(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__CommitLoadRequest request = commit_request("L1", 2);
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  request.validate_only = true;
  const Bellwether__V1__CommitLoadResponse *response =
      call_ok(fixture, "Ingest/CommitLoad", &request);
  assert_int_equal(response->summary->series_new, 1);
  assert_int_equal(fixture->revision, 0);
  assert_false(begin(fixture, "L1")->committed);
  assert_int_equal(commit(fixture, "L1", 2)->series_new, 1);
}

static void a_load_survives_a_restart(void **state) {
  struct engine_fixture *fixture = *state;
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  engine_fixture_reopen(fixture);
  assert_int_equal(begin(fixture, "L1")->n_part_numbers, 1);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  assert_int_equal(commit(fixture, "L1", 2)->series_new, 1);
}

static void an_aborted_load_is_gone_and_an_unknown_one_as_well(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__AbortLoadRequest request = BELLWETHER__V1__ABORT_LOAD_REQUEST__INIT;
  Bellwether__V1__PutPartRequest part = part_request("L1", 1);
  request.load_id = TEXT("L1");
  call_ok(fixture, "Ingest/AbortLoad", &request);
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  call_ok(fixture, "Ingest/AbortLoad", &request);
  assert_false(load_folder_exists(fixture, "L1"));
  call_fails(fixture, "Ingest/PutPart", &part, RPC_NOT_FOUND, "LOAD_NOT_FOUND", "load_id");
  assert_int_equal(begin(fixture, "L1")->n_part_numbers, 0);
}

static void another_release_is_another_load(void **state) {
  Bellwether__V1__Release release = release_message("R2", DAY_MS);
  Bellwether__V1__BeginLoadRequest request = BELLWETHER__V1__BEGIN_LOAD_REQUEST__INIT;
  begin(*state, "L1");
  request.load_id = TEXT("L1");
  request.release = &release;
  call_fails(*state, "Ingest/BeginLoad", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "release");
}

static void a_bad_part_is_refused_when_it_arrives(void **state) {
  struct engine_fixture *fixture = *state;
  struct statements_message series[2];
  Bellwether__V1__SeriesStatements *pointers[] = {&series[0].statements, &series[1].statements};
  Bellwether__V1__LoadPart part = BELLWETHER__V1__LOAD_PART__INIT;
  Bellwether__V1__PutPartRequest request = part_request("L1", 1);
  begin(fixture, "L1");
  statements_message_init(&series[0], "TRADE/A.CHN.X", 50, 3, numbers);
  statements_message_init(&series[1], "TRADE", 50, 3, numbers);
  part.n_series = 2;
  part.series = pointers;
  request.part = pack_part(&part);
  call_fails(fixture, "Ingest/PutPart", &request, RPC_INVALID_ARGUMENT, "KEY_INVALID",
             "part.series[1].key");
  request.part.len--;
  call_fails(fixture, "Ingest/PutPart", &request, RPC_INVALID_ARGUMENT, "REQUEST_UNDECODABLE",
             NULL);
  free(request.part.data);
  series[1].statements.key = TEXT("TRADE/A.USA.X");
  series[1].statements.source_url = TEXT("\xff");
  request.part = pack_part(&part);
  call_fails(fixture, "Ingest/PutPart", &request, RPC_INVALID_ARGUMENT, "TEXT_NOT_UTF8",
             "part.series[1].source_url");
  free(request.part.data);
  request.part = (ProtobufCBinaryData){.len = 0};
  request.part_number = 0;
  call_fails(fixture, "Ingest/PutPart", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "part_number");
  request.part_number = 100001;
  call_fails(fixture, "Ingest/PutPart", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "part_number");
  assert_int_equal(begin(fixture, "L1")->n_part_numbers, 0);
}

static void what_only_the_store_knows_fails_the_commit_as_a_whole(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__CommitLoadRequest request = commit_request("L1", 3);
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  put_series(fixture, "L1", 3, "TRADE/A.CHN", 3);
  call_fails(fixture, "Ingest/CommitLoad", &request, RPC_INVALID_ARGUMENT, "KEY_INVALID",
             "parts[3].series[0].key");
  put_series(fixture, "L1", 3, "OTHER/A.CHN.X", 3);
  call_fails(fixture, "Ingest/CommitLoad", &request, RPC_NOT_FOUND, "DATASET_NOT_FOUND",
             "parts[3].series[0].key");
  put_series(fixture, "L1", 3, "TRADE/A.CHN.X", 1);
  call_fails(fixture, "Ingest/CommitLoad", &request, RPC_INVALID_ARGUMENT, "DUPLICATE_PERIOD",
             "parts[3].series[0]");
  assert_int_equal(fixture->revision, 0);
  assert_int_equal(begin(fixture, "L1")->n_part_numbers, 3);
}

static void a_part_that_rotted_is_not_committed(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__CommitLoadRequest request = commit_request("L1", 2);
  char path[192];
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  snprintf(path, sizeof path, "%s/loads/L1/part-000002", fixture->path);
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  assert_int_equal(fseek(file, -1, SEEK_END), 0);
  fputc(0x55, file);
  fclose(file);
  call_fails(fixture, "Ingest/CommitLoad", &request, RPC_DATA_LOSS, "CHECKSUM_MISMATCH", NULL);
  put_series(fixture, "L1", 2, "TRADE/A.CHN.X", 3);
  assert_int_equal(commit(fixture, "L1", 2)->series_new, 1);
}

/* A part with nothing but a field that the contract does not have. */
static ProtobufCBinaryData unknown_part(size_t size) {
  static const size_t head_size = 5;
  uint64_t rest = size - head_size;
  ProtobufCBinaryData part = {.len = size, .data = calloc(1, size)};
  part.data[0] = 15 << 3 | 2;
  for (size_t i = 1; i < head_size; i++, rest >>= 7)
    part.data[i] = (uint8_t)((rest & 0x7f) | (i + 1 < head_size ? 0x80 : 0));
  return part;
}

static void parts_and_loads_have_a_size(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__PutPartRequest request = part_request("L1", 1);
  char path[192];
  begin(fixture, "L1");
  request.part = unknown_part(LIMIT_PART_BYTES);
  call_ok(fixture, "Ingest/PutPart", &request);
  free(request.part.data);
  request.part = unknown_part(LIMIT_PART_BYTES + 1);
  call_fails(fixture, "Ingest/PutPart", &request, RPC_RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE",
             "part");
  free(request.part.data);
  engine_fixture_reopen(fixture);
  snprintf(path, sizeof path, "%s/loads/L1/part-000002", fixture->path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(ftruncate(fileno(file), (off_t)(LIMIT_LOAD_BYTES - LIMIT_PART_BYTES)), 0);
  fclose(file);
  request.part_number = 3;
  request.part = unknown_part(1024);
  call_fails(fixture, "Ingest/PutPart", &request, RPC_RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE",
             "part");
  request.part_number = 2;
  call_ok(fixture, "Ingest/PutPart", &request);
  request.part_number = 3;
  call_ok(fixture, "Ingest/PutPart", &request);
  free(request.part.data);
}

/* As a kill between the commit and the removal of the parts leaves it. */
static void what_is_left_of_a_committed_load_goes_when_the_store_opens(void **state) {
  struct engine_fixture *fixture = *state;
  begin(fixture, "L1");
  put_descriptions(fixture, "L1", 1);
  commit(fixture, "L1", 1);
  scoped(staging_free) struct staging *staging = staging_new(fixture->path);
  assert_int_equal(staging_begin(staging, "L1", bytes_of("", 0)), STAGING_OK);
  assert_int_equal(staging_begin(staging, "L2", bytes_of("", 0)), STAGING_OK);
  assert_true(load_folder_exists(fixture, "L1"));
  engine_fixture_reopen(fixture);
  assert_false(load_folder_exists(fixture, "L1"));
  assert_true(load_folder_exists(fixture, "L2"));
}

/* As a kill between making the folder and writing its head leaves it, and one amid a part. */
static void half_of_a_beginning_is_no_load_and_half_of_a_part_no_part(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__PutPartRequest request = part_request("L1", 1);
  char path[192];
  begin(fixture, "L0");
  snprintf(path, sizeof path, "%s/loads/L1", fixture->path);
  assert_int_equal(mkdir(path, 0770), 0);
  call_fails(fixture, "Ingest/PutPart", &request, RPC_NOT_FOUND, "LOAD_NOT_FOUND", "load_id");
  assert_int_equal(begin(fixture, "L1")->n_part_numbers, 0);
  snprintf(path, sizeof path, "%s/loads/L1/.new-1-1", fixture->path);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fputs("half a part", file);
  fclose(file);
  assert_int_equal(begin(fixture, "L1")->n_part_numbers, 0);
  put_descriptions(fixture, "L1", 1);
  commit(fixture, "L1", 1);
  assert_false(load_folder_exists(fixture, "L1"));
}

static void so_many_loads_are_open_and_no_more(void **state) {
  char load_id[16];
  Bellwether__V1__BeginLoadRequest request = BELLWETHER__V1__BEGIN_LOAD_REQUEST__INIT;
  for (int i = 0; i < 64; i++) {
    snprintf(load_id, sizeof load_id, "L%d", i);
    begin(*state, load_id);
  }
  request.load_id = TEXT("L64");
  call_fails(*state, "Ingest/BeginLoad", &request, RPC_RESOURCE_EXHAUSTED, "TOO_MANY_ITEMS",
             "load_id");
  begin(*state, "L63");
}

#define ENGINE_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, engine_fixture_setup, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(parts_in_any_order_and_again_make_one_load),
      ENGINE_TEST(a_commit_repeated_answers_as_the_first_time),
      ENGINE_TEST(a_missing_part_is_told_and_nothing_is_written),
      ENGINE_TEST(validate_only_keeps_the_parts),
      ENGINE_TEST(a_load_survives_a_restart),
      ENGINE_TEST(an_aborted_load_is_gone_and_an_unknown_one_as_well),
      ENGINE_TEST(another_release_is_another_load),
      ENGINE_TEST(a_bad_part_is_refused_when_it_arrives),
      ENGINE_TEST(what_only_the_store_knows_fails_the_commit_as_a_whole),
      ENGINE_TEST(a_part_that_rotted_is_not_committed),
      ENGINE_TEST(what_is_left_of_a_committed_load_goes_when_the_store_opens),
      ENGINE_TEST(half_of_a_beginning_is_no_load_and_half_of_a_part_no_part),
      ENGINE_TEST(parts_and_loads_have_a_size),
      ENGINE_TEST(so_many_loads_are_open_and_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
