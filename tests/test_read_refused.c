/* SPDX-License-Identifier: MIT */
/* What reads refuse, and how they say it. An option is obeyed or refused, never passed over. */
#include <stdio.h>

#include "bellwether/v1/admin.pb-c.h"
#include "server/method.h"
#include "tests/reading.h"

#define KEY "TRADE/A.CHN.X"
#define GET "Observations/GetObservations"
#define KEY_HINT                                                                                   \
  "write one series as DATASET/CODE.CODE, a code a dimension; ListSeries finds what a pattern "    \
  "matches"
#define QUERY_INIT BELLWETHER__V1__OBSERVATION_QUERY__INIT

typedef Bellwether__V1__GetObservationsRequest get_request;

static int with_series(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R2024-01", 1, FIGURES(KEY, 50, 1, 2, 3));
  put_figures(*state, "R2024-01", 1, FIGURES("TRADE/A.USA.X", 50, 1));
  put_figures(*state, "R2024-01", 1, FIGURES("TRADE/Q.CHN.Y", 200, 1));
  return failed;
}

static void refused_at(struct engine_fixture *fixture, observation_query *query, int code,
                       const char *reason, const char *field, const char *hint, const char *file,
                       int line) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  get_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  request.series = &ref;
  request.query = query;
  call_fails_at(fixture, GET, &request.base, code, reason, field, file, line);
  if (hint != NULL)
    _assert_string_equal(fixture->hint, hint, file, line);
}
#define refused(fixture, query, code, reason, field, hint)                                         \
  refused_at((fixture), (query), (code), (reason), (field), (hint), __FILE__, __LINE__)

static void a_series_that_is_not_there_is_told_with_a_near_one(void **state) {
  static const struct {
    const char *key, *reason, *hint;
    int code;
  } rows[] = {
      {"TRADE/A.CHM.X", "SERIES_NOT_FOUND", "did you mean TRADE/A.CHN.X?", RPC_NOT_FOUND},
      {"TRADE/a.chn.x", "SERIES_NOT_FOUND", "did you mean TRADE/A.CHN.X?", RPC_NOT_FOUND},
      {"TRADE/Q.CHN.X", "SERIES_NOT_FOUND", "did you mean TRADE/A.CHN.X?", RPC_NOT_FOUND},
      {"TRADE/A.XYZABC.X", "SERIES_NOT_FOUND",
       "no series has the code XYZABC in that place; ListSeries has all series", RPC_NOT_FOUND},
      {"TRADE/A.X.CHN", "SERIES_NOT_FOUND",
       "no series has the code X in that place; ListSeries has all series", RPC_NOT_FOUND},
      {"TRAED/A.CHN.X", "DATASET_NOT_FOUND", "did you mean TRADE?", RPC_NOT_FOUND},
      {"PRICES/A.CHN.X", "DATASET_NOT_FOUND", "ListDatasets has those that there are",
       RPC_NOT_FOUND},
      {"TRADE/A.CHN", "KEY_INVALID", "the dimensions are FREQ.AREA.INDICATOR",
       RPC_INVALID_ARGUMENT},
      {"TRADE/A.CHN.X.Y", "KEY_INVALID", "the dimensions are FREQ.AREA.INDICATOR",
       RPC_INVALID_ARGUMENT},
      {"TRADE/A.CHN.*", "KEY_INVALID", KEY_HINT, RPC_INVALID_ARGUMENT},
      {"TRADE/A..X", "KEY_INVALID", KEY_HINT, RPC_INVALID_ARGUMENT},
      {"TRADE/A.CHN+USA.X", "KEY_INVALID", KEY_HINT, RPC_INVALID_ARGUMENT},
      {"TRADE", "KEY_INVALID", KEY_HINT, RPC_INVALID_ARGUMENT},
      {"TRADE/A.C N.X", "KEY_INVALID", KEY_HINT, RPC_INVALID_ARGUMENT},
      {"", "FIELD_REQUIRED", KEY_HINT, RPC_INVALID_ARGUMENT},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    Bellwether__V1__SeriesRef ref = ref_key(rows[i].key);
    get_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
    request.series = &ref;
    call_fails(*state, GET, &request, rows[i].code, rows[i].reason, "series.key");
    assert_hint((struct engine_fixture *)*state, rows[i].hint);
  }
}

static void a_key_too_long_is_refused_at_the_limit(void **state) {
  char key[300] = "";
  Bellwether__V1__SeriesRef ref = ref_key(key);
  get_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  request.series = &ref;
  memset(key, 'C', sizeof key);
  memcpy(key, "TRADE/A.", 8);
  memcpy(key + 253, ".X", 3);
  call_fails(*state, GET, &request, RPC_NOT_FOUND, "SERIES_NOT_FOUND", "series.key");
  memcpy(key + 253, "C.X", 4);
  call_fails(*state, GET, &request, RPC_INVALID_ARGUMENT, "KEY_INVALID", "series.key");
}

static void a_read_of_one_series_names_it(void **state) {
  Bellwether__V1__SeriesRef ref = BELLWETHER__V1__SERIES_REF__INIT;
  get_request observations = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__GetSeriesRequest series = BELLWETHER__V1__GET_SERIES_REQUEST__INIT;
  Bellwether__V1__ListRevisionsRequest revisions = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  Bellwether__V1__ListVintagesRequest vintages = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  for (int given = 0; given < 2; given++) {
    observations.series = series.series = revisions.series = vintages.series = given ? &ref : NULL;
    call_fails(*state, GET, &observations, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED", "series");
    assert_hint((struct engine_fixture *)*state, "give a key or a handle");
    call_fails(*state, "Catalog/GetSeries", &series, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
               "series");
    call_fails(*state, "Observations/ListRevisions", &revisions, RPC_INVALID_ARGUMENT,
               "FIELD_REQUIRED", "series");
    call_fails(*state, "Observations/ListVintages", &vintages, RPC_INVALID_ARGUMENT,
               "FIELD_REQUIRED", "series");
  }
}

static void a_handle_that_never_was_is_told(void **state) {
  static const uint64_t handles[] = {0, 4711, UINT64_C(1) << 53, UINT64_MAX};
  for (size_t i = 0; i < count_of(handles); i++) {
    Bellwether__V1__SeriesRef ref = ref_handle(handles[i]);
    get_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
    request.series = &ref;
    call_fails(*state, GET, &request, RPC_NOT_FOUND, "SERIES_NOT_FOUND", "series.handle");
    assert_hint((struct engine_fixture *)*state,
                "handles are good within one store_id: resolve the key again");
  }
}

static void a_bound_that_is_no_period_is_told_with_how_to_write_one(void **state) {
  static const char *const texts[] = {
      "",         "24",   "2024-13", "2024-Q5",   "2024-02-30",
      "2023-W53", "0000", "10000",   "yesterday", "2024-01-01T25:00"};
  for (size_t i = 0; i < count_of(texts); i++) {
    Bellwether__V1__PeriodBound bound = bound_text(texts[i]);
    observation_query from = QUERY_INIT, to = QUERY_INIT;
    from.from = &bound;
    to.to = &bound;
    refused(*state, &from, RPC_INVALID_ARGUMENT, "PERIOD_INVALID", "query.from",
            "write 2024, 2024-S1, 2024-Q1, 2024-03, 2024-W12 or 2024-03-01");
    refused(*state, &to, RPC_INVALID_ARGUMENT, "PERIOD_INVALID", "query.to", NULL);
  }
}

static void a_bound_in_numbers_is_within_the_calendar(void **state) {
  static const struct {
    int frequency;
    int64_t ordinal;
    const char *field;
  } rows[] = {
      {0, 50, "query.to.period.frequency"},
      {10, 50, "query.to.period.frequency"},
      {-1, 50, "query.to.period.frequency"},
      {1, 8030, "query.to"},
      {1, -1970, "query.to"},
      {4, INT64_MAX, "query.to"},
      {4, INT64_MIN, "query.to"},
      {7, 2932897, "query.to"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    Bellwether__V1__Period period = BELLWETHER__V1__PERIOD__INIT;
    Bellwether__V1__PeriodBound bound = BELLWETHER__V1__PERIOD_BOUND__INIT;
    observation_query query = QUERY_INIT;
    period.frequency = (Bellwether__V1__Frequency)rows[i].frequency;
    period.ordinal = rows[i].ordinal;
    bound.bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_PERIOD;
    bound.period = &period;
    query.to = &bound;
    refused(*state, &query, RPC_INVALID_ARGUMENT, "PERIOD_INVALID", rows[i].field, NULL);
  }
}

static void a_range_that_ends_before_it_starts_is_refused(void **state) {
  Bellwether__V1__PeriodBound from = bound_text("2022"), to = bound_text("2021-12");
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  Bellwether__V1__ListRevisionsRequest revisions = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  observation_query query = QUERY_INIT;
  query.from = revisions.from = &from;
  query.to = revisions.to = &to;
  revisions.series = &ref;
  refused(*state, &query, RPC_INVALID_ARGUMENT, "RANGE_REVERSED", "query.from", "swap from and to");
  call_fails(*state, "Observations/ListRevisions", &revisions, RPC_INVALID_ARGUMENT,
             "RANGE_REVERSED", "from");
  to.text = TEXT("2022-01");
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "");
  from.text = TEXT("2021-06");
  to.text = TEXT("2021");
  assert_string_equal(rows_text(get(*state, KEY, &query)->observations), "");
}

static void a_point_in_time_that_is_none_is_refused(void **state) {
  Bellwether__V1__AsOf nothing = BELLWETHER__V1__AS_OF__INIT;
  Bellwether__V1__AsOf date = as_of_date("2023-06-31"), release = as_of_release("R2024-1");
  observation_query query = QUERY_INIT;
  query.as_of = &nothing;
  refused(*state, &query, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED", "query.as_of",
          "give time_ms, date or release, or leave as_of out");
  query.as_of = &date;
  refused(*state, &query, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query.as_of.date",
          "write 2023-06-16 for the end of that day (UTC), or 2023-06-16T10:00:00Z");
  query.as_of = &release;
  refused(*state, &query, RPC_NOT_FOUND, "RELEASE_NOT_FOUND", "query.as_of.release",
          "did you mean R2024-01?");
  release.release = TEXT("CENSUS-1990");
  refused(*state, &query, RPC_NOT_FOUND, "RELEASE_NOT_FOUND", "query.as_of.release",
          "ListReleases has those that there are");
  release.release = TEXT("");
  refused(*state, &query, RPC_NOT_FOUND, "RELEASE_NOT_FOUND", "query.as_of.release", NULL);
}

static void a_point_in_time_outside_a_query_is_named_as_it_stands(void **state) {
  char *keys[] = {TEXT(KEY)};
  Bellwether__V1__AsOf as_of = as_of_date("June");
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  Bellwether__V1__GetLatestRequest latest = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  Bellwether__V1__ListRevisionsRequest revisions = BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT;
  latest.n_keys = 1;
  latest.keys = keys;
  latest.as_of = revisions.as_of = &as_of;
  revisions.series = &ref;
  call_fails(*state, "Observations/GetLatest", &latest, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "as_of.date");
  call_fails(*state, "Observations/ListRevisions", &revisions, RPC_INVALID_ARGUMENT,
             "FIELD_INVALID", "as_of.date");
}

static void numbers_that_are_no_view_and_no_scale_are_refused(void **state) {
  static const int numbers[] = {-1, 4, 99, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < count_of(numbers); i++) {
    observation_query view = QUERY_INIT, scale = QUERY_INIT;
    view.view = (Bellwether__V1__View)numbers[i];
    scale.scale = (Bellwether__V1__Scale)numbers[i];
    refused(*state, &view, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query.view",
            "1 is VALUES, 2 STATUS, 3 FULL");
    refused(*state, &scale, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query.scale",
            "1 is AS_STORED, 2 UNITS");
  }
}

static void numbers_that_are_no_enum_are_refused_by_every_method(void **state) {
  Bellwether__V1__GetLatestRequest latest = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  Bellwether__V1__ListSeriesRequest list = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  Bellwether__V1__BatchGetSeriesRequest batch = BELLWETHER__V1__BATCH_GET_SERIES_REQUEST__INIT;
  Bellwether__V1__BatchGetObservationsRequest aligned =
      BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  latest.view = list.view = batch.view = (Bellwether__V1__View)4;
  aligned.alignment = (Bellwether__V1__Alignment)3;
  call_fails(*state, "Observations/GetLatest", &latest, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "view");
  latest.view = BELLWETHER__V1__VIEW__VIEW_UNSPECIFIED;
  latest.scale = (Bellwether__V1__Scale)3;
  call_fails(*state, "Observations/GetLatest", &latest, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "scale");
  call_fails(*state, "Catalog/ListSeries", &list, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "view");
  call_fails(*state, "Catalog/BatchGetSeries", &batch, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "view");
  call_fails(*state, "Observations/BatchGetObservations", &aligned, RPC_INVALID_ARGUMENT,
             "FIELD_INVALID", "alignment");
}

static void transforms_that_mean_nothing_are_refused(void **state) {
  static const struct {
    int function;
    const char *formula, *reason, *field;
  } rows[] = {
      {0, "", "FIELD_INVALID", "query.transforms[0].function"},
      {14, "", "FIELD_INVALID", "query.transforms[0].function"},
      {9, "", "FIELD_REQUIRED", "query.transforms[0].base_period"},
      {11, "", "FIELD_INVALID", "query.transforms[0].window"},
      {12, "", "FIELD_REQUIRED", "query.transforms[0].other"},
      {13, "x +", "FORMULA_INVALID", "query.transforms[0].formula"},
      {13, "x / y", "FIELD_REQUIRED", "query.transforms[0].other"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    Bellwether__V1__Transform transform = BELLWETHER__V1__TRANSFORM__INIT;
    Bellwether__V1__Transform *transforms[] = {&transform};
    observation_query query = QUERY_INIT;
    transform.function = (Bellwether__V1__TransformFunction)rows[i].function;
    transform.formula = TEXT(rows[i].formula);
    query.n_transforms = 1;
    query.transforms = transforms;
    refused(*state, &query, RPC_INVALID_ARGUMENT, rows[i].reason, rows[i].field, NULL);
  }
}

static void filters_and_aggregations_that_mean_nothing_are_refused(void **state) {
  Bellwether__V1__RowFilter filter = BELLWETHER__V1__ROW_FILTER__INIT;
  Bellwether__V1__Aggregation aggregation = BELLWETHER__V1__AGGREGATION__INIT;
  observation_query filtered = QUERY_INIT, aggregated = QUERY_INIT, single = QUERY_INIT;
  filtered.filter = &filter;
  filter.statuses = TEXT("AX");
  refused(*state, &filtered, RPC_INVALID_ARGUMENT, "STATUS_INVALID", "query.filter.statuses", NULL);
  aggregated.aggregation = &aggregation;
  refused(*state, &aggregated, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query.aggregation.frequency",
          NULL);
  aggregation.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_MONTHLY;
  refused(*state, &aggregated, RPC_INVALID_ARGUMENT, "AGGREGATION_INVALID",
          "query.aggregation.frequency", "only a lower frequency can be made of a higher one");
  single.only_release = TEXT("R2024-02");
  refused(*state, &single, RPC_NOT_FOUND, "RELEASE_NOT_FOUND", "query.only_release",
          "did you mean R2024-01?");
}

static void more_items_than_a_batch_has_are_refused(void **state) {
  enum { ONE_PAST = 10001 };
  static char *keys[ONE_PAST];
  static Bellwether__V1__SeriesRef *refs[ONE_PAST];
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  Bellwether__V1__ResolveKeysRequest resolve = BELLWETHER__V1__RESOLVE_KEYS_REQUEST__INIT;
  Bellwether__V1__BatchGetSeriesRequest batch = BELLWETHER__V1__BATCH_GET_SERIES_REQUEST__INIT;
  for (size_t i = 0; i < ONE_PAST; i++) {
    keys[i] = TEXT(KEY);
    refs[i] = &ref;
  }
  resolve.n_keys = batch.n_series = ONE_PAST;
  resolve.keys = keys;
  batch.series = refs;
  call_fails(*state, "Catalog/ResolveKeys", &resolve, RPC_RESOURCE_EXHAUSTED, "TOO_MANY_ITEMS",
             "keys");
  call_fails(*state, "Catalog/BatchGetSeries", &batch, RPC_RESOURCE_EXHAUSTED, "TOO_MANY_ITEMS",
             "series");
  resolve.n_keys--;
  const Bellwether__V1__ResolveKeysResponse *response =
      call_ok(*state, "Catalog/ResolveKeys", &resolve);
  assert_int_equal(response->n_handles, ONE_PAST - 1);
}

static void a_page_token_is_read_by_every_method_that_has_pages(void **state) {
  Bellwether__V1__ListSeriesRequest series = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  Bellwether__V1__ListCodesRequest codes = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  Bellwether__V1__ListChangesRequest changes = BELLWETHER__V1__LIST_CHANGES_REQUEST__INIT;
  Bellwether__V1__ListReleasesRequest releases = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  Bellwether__V1__ListIndicatorsRequest indicators = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  Bellwether__V1__ListDatasetsRequest datasets = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  codes.dataset = TEXT("TRADE");
  codes.dimension = TEXT("AREA");
  series.page_token = codes.page_token = changes.page_token = releases.page_token =
      indicators.page_token = datasets.page_token = TEXT("nonsense");
  const struct {
    const char *method;
    const ProtobufCMessage *request;
  } rows[] = {
      {"Catalog/ListSeries", &series.base},         {"Catalog/ListCodes", &codes.base},
      {"Catalog/ListChanges", &changes.base},       {"Observations/ListReleases", &releases.base},
      {"Catalog/ListIndicators", &indicators.base}, {"Catalog/ListDatasets", &datasets.base},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    call_fails_at(*state, rows[i].method, rows[i].request, RPC_INVALID_ARGUMENT,
                  "PAGE_TOKEN_INVALID", "page_token", __FILE__, __LINE__);
}

/* The contract may be ahead of the server: its methods are then refused, and do not hang. */
static void a_method_without_a_handler_is_not_there_yet(void **state) {
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  for (size_t i = 0; i < n_methods; i++) {
    const char *name = methods[i].path + strlen("/bellwether.v1.");
    uint8_t space[1024];
    ProtobufCMessage *request = (ProtobufCMessage *)(void *)space;
    if (methods[i].handle != NULL || methods[i].kind == METHOD_TOGETHER)
      continue;
    assert_true(methods[i].request->sizeof_message <= sizeof space);
    protobuf_c_message_init(methods[i].request, request);
    call_fails_at(*state, name, request, RPC_UNIMPLEMENTED, "METHOD_NOT_YET", "method", __FILE__,
                  __LINE__);
  }
}

static void a_method_that_never_was_is_told_with_a_near_one(void **state) {
  Bellwether__V1__GetStatusRequest request = BELLWETHER__V1__GET_STATUS_REQUEST__INIT;
  call_fails(*state, "Observations/GetObservation", &request, RPC_UNIMPLEMENTED, "METHOD_UNKNOWN",
             "method");
  assert_hint((struct engine_fixture *)*state,
              "did you mean /bellwether.v1.Observations/GetObservations?");
}

#define SERIES_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, with_series, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      SERIES_TEST(a_series_that_is_not_there_is_told_with_a_near_one),
      SERIES_TEST(a_key_too_long_is_refused_at_the_limit),
      SERIES_TEST(a_read_of_one_series_names_it),
      SERIES_TEST(a_handle_that_never_was_is_told),
      SERIES_TEST(a_bound_that_is_no_period_is_told_with_how_to_write_one),
      SERIES_TEST(a_bound_in_numbers_is_within_the_calendar),
      SERIES_TEST(a_range_that_ends_before_it_starts_is_refused),
      SERIES_TEST(a_point_in_time_that_is_none_is_refused),
      SERIES_TEST(a_point_in_time_outside_a_query_is_named_as_it_stands),
      SERIES_TEST(numbers_that_are_no_view_and_no_scale_are_refused),
      SERIES_TEST(numbers_that_are_no_enum_are_refused_by_every_method),
      SERIES_TEST(transforms_that_mean_nothing_are_refused),
      SERIES_TEST(filters_and_aggregations_that_mean_nothing_are_refused),
      SERIES_TEST(more_items_than_a_batch_has_are_refused),
      SERIES_TEST(a_page_token_is_read_by_every_method_that_has_pages),
      SERIES_TEST(a_method_without_a_handler_is_not_there_yet),
      SERIES_TEST(a_method_that_never_was_is_told_with_a_near_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
