/* SPDX-License-Identifier: MIT */
/* Writes as a client sends them. */
#include <math.h>
#include <stdio.h>

#include "tests/engine_fixture.h"
#include "tests/messages.h"

#define DAY_MS INT64_C(86400000)

typedef Bellwether__V1__PutObservationsRequest put_request;
typedef Bellwether__V1__WriteSummary summary;

static const double numbers[] = {1, 2, 3, 4, 5, 6, 7, 8};

static bool put_dataset(struct engine_fixture *fixture, const char *id) {
  struct dataset_message message;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&message, id);
  request.dataset = &message.dataset;
  const Bellwether__V1__PutDatasetResponse *response =
      call_ok(fixture, "Ingest/PutDataset", &request);
  assert_string_equal(response->dataset->id, id);
  return response->changed;
}

static const summary *put(struct engine_fixture *fixture, Bellwether__V1__Release release,
                          struct statements_message *series) {
  Bellwether__V1__SeriesStatements *pointers[] = {&series->statements};
  put_request request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  request.release = &release;
  request.n_series = 1;
  request.series = pointers;
  const Bellwether__V1__PutObservationsResponse *response =
      call_ok(fixture, "Ingest/PutObservations", &request);
  return response->summary;
}

static const summary *put_rows(struct engine_fixture *fixture, Bellwether__V1__Release release,
                               const char *key, int64_t first, size_t n, const double *values) {
  struct statements_message series;
  statements_message_init(&series, key, first, n, values);
  return put(fixture, release, &series);
}

static void a_dataset_put_twice_changes_once(void **state) {
  assert_true(put_dataset(*state, "TRADE"));
  assert_false(put_dataset(*state, "TRADE"));
}

static void a_dataset_says_the_revision_that_changed_it(void **state) {
  struct engine_fixture *fixture = *state;
  struct dataset_message message;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&message, "TRADE");
  request.dataset = &message.dataset;
  for (int i = 0; i < 2; i++) {
    message.dataset.title = TEXT(i == 0 ? "first" : "second");
    const Bellwether__V1__PutDatasetResponse *response =
        call_ok(fixture, "Ingest/PutDataset", &request);
    assert_true(response->changed);
    assert_int_equal(response->dataset->changed_revision, fixture->revision);
  }
}

static void the_dimensions_of_a_dataset_with_series_stay(void **state) {
  struct dataset_message message;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  put_dataset(*state, "TRADE");
  put_rows(*state, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 2, numbers);
  dataset_message_init(&message, "TRADE");
  message.dimensions[1].id = TEXT("COUNTRY");
  request.dataset = &message.dataset;
  call_fails(*state, "Ingest/PutDataset", &request, RPC_FAILED_PRECONDITION, "DATASET_HAS_SERIES",
             "dataset.dimensions");
  message.dimensions[1].id = TEXT("AREA");
  message.dataset.title = TEXT("Another title");
  const Bellwether__V1__PutDatasetResponse *response =
      call_ok(*state, "Ingest/PutDataset", &request);
  assert_true(response->changed);
  assert_int_equal(response->dataset->series_count, 1);
}

static void indicators_are_counted_as_new_changed_and_the_same(void **state) {
  Bellwether__V1__Indicator first = BELLWETHER__V1__INDICATOR__INIT;
  Bellwether__V1__Indicator second = BELLWETHER__V1__INDICATOR__INIT;
  Bellwether__V1__Indicator *pointers[] = {&first, &second};
  Bellwether__V1__PutIndicatorsRequest request = BELLWETHER__V1__PUT_INDICATORS_REQUEST__INIT;
  first.id = TEXT("X");
  second.id = TEXT("Y");
  request.dataset = TEXT("TRADE");
  request.n_indicators = 2;
  request.indicators = pointers;
  call_fails(*state, "Ingest/PutIndicators", &request, RPC_NOT_FOUND, "DATASET_NOT_FOUND",
             "dataset");
  put_dataset(*state, "TRADE");
  const Bellwether__V1__PutIndicatorsResponse *response =
      call_ok(*state, "Ingest/PutIndicators", &request);
  assert_int_equal(response->new_count, 2);
  second.name = TEXT("Volume");
  response = call_ok(*state, "Ingest/PutIndicators", &request);
  assert_int_equal(response->new_count, 0);
  assert_int_equal(response->changed_count, 1);
  assert_int_equal(response->unchanged_count, 1);
  second.id = TEXT("X");
  call_fails(*state, "Ingest/PutIndicators", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "indicators[1].id");
}

static void codes_belong_to_a_dimension_that_is_there(void **state) {
  Bellwether__V1__Code code = BELLWETHER__V1__CODE__INIT;
  Bellwether__V1__Code *pointers[] = {&code};
  Bellwether__V1__PutCodesRequest request = BELLWETHER__V1__PUT_CODES_REQUEST__INIT;
  put_dataset(*state, "TRADE");
  code.code = TEXT("CHN");
  code.name = TEXT("China");
  request.dataset = TEXT("TRADE");
  request.dimension = TEXT("COUNTRY");
  request.n_codes = 1;
  request.codes = pointers;
  call_fails(*state, "Ingest/PutCodes", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "dimension");
  request.dimension = TEXT("AREA");
  const Bellwether__V1__PutCodesResponse *response = call_ok(*state, "Ingest/PutCodes", &request);
  assert_int_equal(response->new_count, 1);
  response = call_ok(*state, "Ingest/PutCodes", &request);
  assert_int_equal(response->unchanged_count, 1);
}

static void a_release_keeps_its_time_of_publication(void **state) {
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  Bellwether__V1__PutReleaseRequest request = BELLWETHER__V1__PUT_RELEASE_REQUEST__INIT;
  request.release = &release;
  const Bellwether__V1__PutReleaseResponse *response =
      call_ok(*state, "Ingest/PutRelease", &request);
  assert_true(response->changed);
  release.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_UNSPECIFIED;
  response = call_ok(*state, "Ingest/PutRelease", &request);
  assert_false(response->changed);
  release.title = TEXT("A title");
  response = call_ok(*state, "Ingest/PutRelease", &request);
  assert_true(response->changed);
  release.published_at_ms = 2 * DAY_MS;
  call_fails(*state, "Ingest/PutRelease", &request, RPC_FAILED_PRECONDITION, "RELEASE_IMMUTABLE",
             "release.published_at_ms");
}

static void figures_are_added_revised_and_stated_again(void **state) {
  static const double revised[] = {1, 9, 3};
  put_dataset(*state, "TRADE");
  const summary *result =
      put_rows(*state, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 3, numbers);
  assert_int_equal(result->series_new, 1);
  assert_int_equal(result->releases_new, 1);
  assert_int_equal(result->observations_added, 3);
  assert_true(result->changed);
  result = put_rows(*state, release_message("R2", 2 * DAY_MS), "TRADE/A.CHN.X", 50, 3, revised);
  assert_int_equal(result->series_new, 0);
  assert_int_equal(result->series_changed, 1);
  assert_int_equal(result->observations_revised, 1);
  assert_int_equal(result->observations_unchanged, 2);
  uint64_t revision = ((struct engine_fixture *)*state)->revision;
  result = put_rows(*state, release_reference("R2"), "TRADE/A.CHN.X", 50, 3, revised);
  assert_false(result->changed);
  assert_int_equal(result->series_unchanged, 1);
  assert_int_equal(((struct engine_fixture *)*state)->revision, revision);
}

static void a_release_named_by_its_id_must_be_there(void **state) {
  struct statements_message series;
  Bellwether__V1__SeriesStatements *pointers[] = {&series.statements};
  Bellwether__V1__Release release = release_reference("NONE");
  put_request request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  put_dataset(*state, "TRADE");
  statements_message_init(&series, "TRADE/A.CHN.X", 50, 1, numbers);
  request.release = &release;
  request.n_series = 1;
  request.series = pointers;
  call_fails(*state, "Ingest/PutObservations", &request, RPC_NOT_FOUND, "RELEASE_NOT_FOUND",
             "release.id");
  request.release = NULL;
  call_fails(*state, "Ingest/PutObservations", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "series[0].release");
  series.statements.release = TEXT("NONE");
  call_fails(*state, "Ingest/PutObservations", &request, RPC_NOT_FOUND, "RELEASE_NOT_FOUND",
             "series[0].release");
}

static void validate_only_tells_what_would_be_done_and_does_nothing(void **state) {
  struct engine_fixture *fixture = *state;
  struct statements_message series;
  Bellwether__V1__SeriesStatements *pointers[] = {&series.statements};
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  put_request request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  put_dataset(fixture, "TRADE");
  uint64_t revision = fixture->revision;
  statements_message_init(&series, "TRADE/A.CHN.X", 50, 4, numbers);
  request.release = &release;
  request.n_series = 1;
  request.series = pointers;
  request.validate_only = true;
  const Bellwether__V1__PutObservationsResponse *response =
      call_ok(fixture, "Ingest/PutObservations", &request);
  assert_int_equal(response->summary->series_new, 1);
  assert_int_equal(response->summary->observations_added, 4);
  assert_int_equal(fixture->revision, revision);
  request.validate_only = false;
  response = call_ok(fixture, "Ingest/PutObservations", &request);
  assert_int_equal(response->summary->series_new, 1);
  assert_int_equal(fixture->revision, revision + 1);
}

/* What a request of two good series around a third is refused for. */
static void middle_fails(struct engine_fixture *fixture, struct statements_message *bad, int code,
                         const char *reason, const char *field) {
  struct statements_message first, last;
  Bellwether__V1__SeriesStatements *pointers[] = {&first.statements, &bad->statements,
                                                  &last.statements};
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  put_request request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  statements_message_init(&first, "TRADE/A.AAA.X", 50, 3, numbers);
  statements_message_init(&last, "TRADE/A.ZZZ.X", 50, 3, numbers);
  request.release = &release;
  request.n_series = 3;
  request.series = pointers;
  call_fails(fixture, "Ingest/PutObservations", &request, code, reason, field);
}

static void one_bad_series_keeps_all_others_out(void **state) {
  struct engine_fixture *fixture = *state;
  struct statements_message bad;
  put_dataset(fixture, "TRADE");
  uint64_t revision = fixture->revision;
  statements_message_init(&bad, "TRADE/A.CHN", 50, 2, numbers);
  middle_fails(fixture, &bad, RPC_INVALID_ARGUMENT, "KEY_INVALID", "series[1].key");
  statements_message_init(&bad, "TRADE/X.CHN.X", 50, 2, numbers);
  middle_fails(fixture, &bad, RPC_INVALID_ARGUMENT, "KEY_INVALID", "series[1].key");
  statements_message_init(&bad, "TRAED/A.CHN.X", 50, 2, numbers);
  middle_fails(fixture, &bad, RPC_NOT_FOUND, "DATASET_NOT_FOUND", "series[1].key");
  statements_message_init(&bad, "TRADE/A.CHN.X", 50, 2, numbers);
  bad.columns.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_MONTHLY;
  middle_fails(fixture, &bad, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
               "series[1].observations.frequency");
  statements_message_init(&bad, "TRADE/A.CHN.X", 8028, 3, numbers);
  middle_fails(fixture, &bad, RPC_INVALID_ARGUMENT, "PERIOD_INVALID",
               "series[1].observations.period_steps[1]");
  statements_message_init(&bad, "TRADE/A.AAA.X", 52, 3, numbers);
  middle_fails(fixture, &bad, RPC_INVALID_ARGUMENT, "DUPLICATE_PERIOD", "series[1]");
  statements_message_init(&bad, "TRADE/A.AAA.X", 60, 3, numbers);
  bad.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE;
  middle_fails(fixture, &bad, RPC_INVALID_ARGUMENT, "DUPLICATE_PERIOD", "series[1].mode");
  assert_int_equal(fixture->revision, revision);
  const summary *result =
      put_rows(fixture, release_message("R1", DAY_MS), "TRADE/A.AAA.X", 50, 3, numbers);
  assert_int_equal(result->series_new, 1);
}

static void a_series_may_come_in_pieces_that_interleave(void **state) {
  static int32_t step[] = {2};
  struct statements_message odd, even;
  Bellwether__V1__SeriesStatements *pointers[] = {&odd.statements, &even.statements};
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  put_request request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  put_dataset(*state, "TRADE");
  statements_message_init(&odd, "TRADE/A.CHN.X", 51, 2, numbers);
  statements_message_init(&even, "TRADE/A.CHN.X", 50, 2, numbers);
  odd.columns.n_period_steps = even.columns.n_period_steps = 1;
  odd.columns.period_steps = even.columns.period_steps = step;
  request.release = &release;
  request.n_series = 2;
  request.series = pointers;
  const Bellwether__V1__PutObservationsResponse *response =
      call_ok(*state, "Ingest/PutObservations", &request);
  assert_int_equal(response->summary->series_new, 1);
  assert_int_equal(response->summary->observations_added, 4);
}

static void no_rows_make_no_series(void **state) {
  put_dataset(*state, "TRADE");
  const summary *result =
      put_rows(*state, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 0, 0, numbers);
  assert_int_equal(result->series_new, 0);
  assert_int_equal(result->releases_new, 1);
}

static void a_release_withdraws_by_periods_and_by_range(void **state) {
  struct engine_fixture *fixture = *state;
  struct statements_message series;
  Bellwether__V1__DeleteObservationsRequest request =
      BELLWETHER__V1__DELETE_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__Release release = release_message("R3", 3 * DAY_MS);
  Bellwether__V1__SeriesRef ref = BELLWETHER__V1__SERIES_REF__INIT;
  Bellwether__V1__PeriodBound from = BELLWETHER__V1__PERIOD_BOUND__INIT;
  put_dataset(fixture, "TRADE");
  put_rows(fixture, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 6, numbers);
  statements_message_init(&series, "TRADE/A.CHN.X", 50, 0, NULL);
  series.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
  series.statements.withdrawn_count = 2;
  const summary *result = put(fixture, release_message("R2", 2 * DAY_MS), &series);
  assert_int_equal(result->observations_withdrawn, 2);

  ref.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  ref.key = TEXT("TRADE/A.CHN.X");
  from.bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_TEXT;
  from.text = TEXT("2024");
  request.release = &release;
  request.series = &ref;
  request.from = &from;
  const Bellwether__V1__DeleteObservationsResponse *response =
      call_ok(fixture, "Ingest/DeleteObservations", &request);
  assert_int_equal(response->summary->observations_withdrawn, 2);
  assert_int_equal(response->summary->releases_new, 1);
  request.to = &from;
  from.text = TEXT("24");
  call_fails(fixture, "Ingest/DeleteObservations", &request, RPC_INVALID_ARGUMENT, "PERIOD_INVALID",
             "from");
  ref.key = TEXT("TRADE/A.USA.X");
  from.text = TEXT("2024");
  call_fails(fixture, "Ingest/DeleteObservations", &request, RPC_NOT_FOUND, "SERIES_NOT_FOUND",
             "series.key");
}

static void series_are_deleted_by_key_and_by_pattern(void **state) {
  struct engine_fixture *fixture = *state;
  char *keys[] = {TEXT("TRADE/A.CHN.X"), TEXT("TRADE/A.CHN+USA.")};
  Bellwether__V1__DeleteSeriesRequest request = BELLWETHER__V1__DELETE_SERIES_REQUEST__INIT;
  put_dataset(fixture, "TRADE");
  put_rows(fixture, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 3, numbers);
  put_rows(fixture, release_reference("R1"), "TRADE/A.USA.X", 50, 3, numbers);
  put_rows(fixture, release_reference("R1"), "TRADE/A.DEU.X", 50, 3, numbers);
  request.n_keys = 2;
  request.keys = keys;
  request.validate_only = true;
  uint64_t revision = fixture->revision;
  const Bellwether__V1__DeleteSeriesResponse *response =
      call_ok(fixture, "Ingest/DeleteSeries", &request);
  assert_int_equal(response->summary->series_deleted, 2);
  assert_int_equal(fixture->revision, revision);
  request.validate_only = false;
  response = call_ok(fixture, "Ingest/DeleteSeries", &request);
  assert_int_equal(response->summary->series_deleted, 2);
  call_fails(fixture, "Ingest/DeleteSeries", &request, RPC_NOT_FOUND, "SERIES_NOT_FOUND",
             "keys[0]");
  assert_string_equal(fixture->hint,
                      "no series has the code CHN in that place; ListSeries has all series");
  keys[0] = TEXT("TRADE/Q..");
  call_fails(fixture, "Ingest/DeleteSeries", &request, RPC_NOT_FOUND, "NO_MATCH", "keys[0]");
  assert_string_equal(fixture->hint, "no series has the code Q: did you mean A?");
  keys[0] = TEXT("");
  call_fails(fixture, "Ingest/DeleteSeries", &request, RPC_INVALID_ARGUMENT, "PATTERN_INVALID",
             "keys[0]");
}

static void a_deleted_release_was_never_loaded(void **state) {
  struct engine_fixture *fixture = *state;
  static const double revised[] = {1, 9, 3};
  Bellwether__V1__DeleteReleaseRequest request = BELLWETHER__V1__DELETE_RELEASE_REQUEST__INIT;
  put_dataset(fixture, "TRADE");
  put_rows(fixture, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 3, numbers);
  put_rows(fixture, release_message("R2", 2 * DAY_MS), "TRADE/A.CHN.X", 50, 3, revised);
  put_rows(fixture, release_reference("R2"), "TRADE/A.USA.X", 50, 3, revised);
  request.release = TEXT("R2");
  const Bellwether__V1__DeleteReleaseResponse *response =
      call_ok(fixture, "Ingest/DeleteRelease", &request);
  assert_int_equal(response->summary->series_deleted, 1);
  assert_int_equal(response->summary->series_changed, 1);
  call_fails(fixture, "Ingest/DeleteRelease", &request, RPC_NOT_FOUND, "RELEASE_NOT_FOUND",
             "release");
  assert_string_equal(fixture->hint, "did you mean R1?");
  const summary *result =
      put_rows(fixture, release_reference("R1"), "TRADE/A.CHN.X", 50, 3, numbers);
  assert_false(result->changed);
}

static void a_resent_write_gets_the_first_answer(void **state) {
  struct engine_fixture *fixture = *state;
  put_dataset(fixture, "TRADE");
  uint8_t id[16];
  memcpy(id, fixture->request_id, sizeof id);
  put_rows(fixture, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 3, numbers);
  put_rows(fixture, release_message("R2", 2 * DAY_MS), "TRADE/A.CHN.X", 50, 1, numbers + 5);
  uint64_t revision = fixture->revision;
  memcpy(fixture->request_id, id, sizeof id);
  const summary *again =
      put_rows(fixture, release_message("R1", DAY_MS), "TRADE/A.CHN.X", 50, 3, numbers);
  assert_int_equal(again->observations_added, 3);
  assert_int_equal(again->series_new, 1);
  assert_true(fixture->revision <= revision);
}

#define ENGINE_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, engine_fixture_setup, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(a_dataset_put_twice_changes_once),
      ENGINE_TEST(a_dataset_says_the_revision_that_changed_it),
      ENGINE_TEST(the_dimensions_of_a_dataset_with_series_stay),
      ENGINE_TEST(indicators_are_counted_as_new_changed_and_the_same),
      ENGINE_TEST(codes_belong_to_a_dimension_that_is_there),
      ENGINE_TEST(a_release_keeps_its_time_of_publication),
      ENGINE_TEST(figures_are_added_revised_and_stated_again),
      ENGINE_TEST(a_release_named_by_its_id_must_be_there),
      ENGINE_TEST(validate_only_tells_what_would_be_done_and_does_nothing),
      ENGINE_TEST(one_bad_series_keeps_all_others_out),
      ENGINE_TEST(a_series_may_come_in_pieces_that_interleave),
      ENGINE_TEST(no_rows_make_no_series),
      ENGINE_TEST(a_release_withdraws_by_periods_and_by_range),
      ENGINE_TEST(series_are_deleted_by_key_and_by_pattern),
      ENGINE_TEST(a_deleted_release_was_never_loaded),
      ENGINE_TEST(a_resent_write_gets_the_first_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
