/* SPDX-License-Identifier: MIT */
/* Which series there are: by pattern, by name, by number. */
#include "tests/reading.h"

typedef Bellwether__V1__ListSeriesRequest list_request;
typedef Bellwether__V1__ListSeriesResponse list_response;
typedef Bellwether__V1__GetSeriesRequest get_request;
typedef Bellwether__V1__GetSeriesResponse get_response;
typedef Bellwether__V1__BatchGetSeriesRequest batch_request;
typedef Bellwether__V1__BatchGetSeriesResponse batch_response;

static int with_series(void **state) {
  static const char *const keys[] = {"TRADE/A.CHN.X", "TRADE/A.CHN.Y", "TRADE/A.DEU.X",
                                     "TRADE/A.USA.X", "TRADE/M.CHN.X", "TRADE2/A.CHN.X"};
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_dataset(*state, "TRADE2");
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_code(*state, "TRADE", "AREA", "CHN", "China");
  for (size_t i = 0; i < count_of(keys); i++)
    put_figures(*state, "R1", 1, FIGURES(keys[i], 50, 1, 2));
  return failed;
}

static const char *keys_text(size_t n, Bellwether__V1__Series **series) {
  char *text = text_buffer();
  for (size_t i = 0; i < n; i++)
    text_add(text, "%s%s", i == 0 ? "" : " ", series[i]->key);
  return text;
}

static const char *listed(struct engine_fixture *fixture, const char *pattern) {
  list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  request.pattern = TEXT(pattern);
  const list_response *response = call_ok(fixture, "Catalog/ListSeries", &request);
  assert_string_equal(response->next_page_token, "");
  return keys_text(response->n_series, response->series);
}

static void patterns_choose_series_in_key_order(void **state) {
  static const struct {
    const char *pattern, *keys;
  } rows[] = {
      {"", "TRADE/A.CHN.X TRADE/A.CHN.Y TRADE/A.DEU.X TRADE/A.USA.X TRADE/M.CHN.X TRADE2/A.CHN.X"},
      {"TRADE", "TRADE/A.CHN.X TRADE/A.CHN.Y TRADE/A.DEU.X TRADE/A.USA.X TRADE/M.CHN.X"},
      {"TRADE/", "TRADE/A.CHN.X TRADE/A.CHN.Y TRADE/A.DEU.X TRADE/A.USA.X TRADE/M.CHN.X"},
      {"TRADE/..", "TRADE/A.CHN.X TRADE/A.CHN.Y TRADE/A.DEU.X TRADE/A.USA.X TRADE/M.CHN.X"},
      {"TRADE2", "TRADE2/A.CHN.X"},
      {"TRADE/A.CHN.X", "TRADE/A.CHN.X"},
      {"TRADE/A.CHN.", "TRADE/A.CHN.X TRADE/A.CHN.Y"},
      {"TRADE/A.CHN.*", "TRADE/A.CHN.X TRADE/A.CHN.Y"},
      {"TRADE/.CHN.X", "TRADE/A.CHN.X TRADE/M.CHN.X"},
      {"TRADE/*.*.Y", "TRADE/A.CHN.Y"},
      {"TRADE/A.USA+CHN.X", "TRADE/A.CHN.X TRADE/A.USA.X"},
      {"TRADE/A+M.CHN+DEU.X+Y", "TRADE/A.CHN.X TRADE/A.CHN.Y TRADE/A.DEU.X TRADE/M.CHN.X"},
      {"TRADE/A.CHN+CHN.X", "TRADE/A.CHN.X"},
      {"TRADE/A.FRA.X", ""},
      {"TRADE/A.FRA+ITA.", ""},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_string_equal(listed(*state, rows[i].pattern), rows[i].keys);
}

static void filters_hold_beside_the_pattern(void **state) {
  char *areas[] = {TEXT("CHN"), TEXT("USA")}, *frequencies[] = {TEXT("A")};
  Bellwether__V1__DimensionFilter area = BELLWETHER__V1__DIMENSION_FILTER__INIT;
  Bellwether__V1__DimensionFilter frequency = BELLWETHER__V1__DIMENSION_FILTER__INIT;
  Bellwether__V1__DimensionFilter *filters[] = {&area, &frequency};
  list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  area.dimension = TEXT("AREA");
  area.n_codes = 2;
  area.codes = areas;
  frequency.dimension = TEXT("FREQ");
  frequency.n_codes = 1;
  frequency.codes = frequencies;
  request.pattern = TEXT("TRADE/..X");
  request.n_filters = 1;
  request.filters = filters;
  const list_response *response = call_ok(*state, "Catalog/ListSeries", &request);
  assert_string_equal(keys_text(response->n_series, response->series),
                      "TRADE/A.CHN.X TRADE/A.USA.X TRADE/M.CHN.X");
  request.n_filters = 2;
  response = call_ok(*state, "Catalog/ListSeries", &request);
  assert_string_equal(keys_text(response->n_series, response->series),
                      "TRADE/A.CHN.X TRADE/A.USA.X");
}

static void an_empty_list_says_what_may_have_been_meant(void **state) {
  static const struct row {
    const char *pattern, *area, *hint;
  } rows[] = {
      {"TRADE/A.CHM.X", "CHN", "no series has the code CHM: did you mean CHN?"},
      {"TRADE", "UAS", "no series has the code UAS: did you mean USA?"},
      {"TRADE/*.*.X", "ATLANTIS", "no series has the code ATLANTIS"},
      {"TRADE/A.CHN.X", "USA", ""},
      {"TRADE/A.CHN.X", "CHN", ""},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    char *codes[] = {TEXT(rows[i].area)};
    Bellwether__V1__DimensionFilter filter = BELLWETHER__V1__DIMENSION_FILTER__INIT;
    Bellwether__V1__DimensionFilter *filters[] = {&filter};
    list_request list = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
    Bellwether__V1__GetAvailabilityRequest availability =
        BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
    filter.dimension = TEXT("AREA");
    filter.n_codes = 1;
    filter.codes = codes;
    list.pattern = availability.pattern = TEXT(rows[i].pattern);
    list.n_filters = availability.n_filters = 1;
    list.filters = availability.filters = filters;
    const list_response *listed = call_ok(*state, "Catalog/ListSeries", &list);
    assert_string_equal(listed->hint, rows[i].hint);
    const Bellwether__V1__GetAvailabilityResponse *counted =
        call_ok(*state, "Catalog/GetAvailability", &availability);
    assert_string_equal(counted->hint, rows[i].hint);
  }
}

static void filters_that_mean_nothing_are_refused(void **state) {
  char *codes[] = {TEXT("CH N")};
  Bellwether__V1__DimensionFilter filter = BELLWETHER__V1__DIMENSION_FILTER__INIT;
  Bellwether__V1__DimensionFilter *filters[] = {&filter};
  list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  request.n_filters = 1;
  request.filters = filters;
  filter.dimension = TEXT("COUNTRY");
  call_fails(*state, "Catalog/ListSeries", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "pattern");
  assert_hint((struct engine_fixture *)*state, "name the dataset in the pattern");
  request.pattern = TEXT("TRADE");
  call_fails(*state, "Catalog/ListSeries", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "filters[0].dimension");
  filter.dimension = TEXT("AREA");
  call_fails(*state, "Catalog/ListSeries", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "filters[0].codes");
  filter.n_codes = 1;
  filter.codes = codes;
  call_fails(*state, "Catalog/ListSeries", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "filters[0].codes[0]");
}

static void patterns_that_fit_no_dataset_are_refused(void **state) {
  static const char grammar[] = "write DATASET/CODE.CODE; an empty code or * is any, and + is or";
  static const struct {
    const char *pattern, *reason, *hint;
    int code;
  } rows[] = {
      {"TRADE/A.CHN", "PATTERN_INVALID", "the dimensions are FREQ.AREA.INDICATOR",
       RPC_INVALID_ARGUMENT},
      {"TRADE/A.CHN.X.Y", "PATTERN_INVALID", "the dimensions are FREQ.AREA.INDICATOR",
       RPC_INVALID_ARGUMENT},
      {"TRADE/A.C*.X", "PATTERN_INVALID", grammar, RPC_INVALID_ARGUMENT},
      {"TRADE/A.CHN++USA.X", "PATTERN_INVALID", grammar, RPC_INVALID_ARGUMENT},
      {"trade/A.CHN.X", "PATTERN_INVALID", grammar, RPC_INVALID_ARGUMENT},
      {"/A.CHN.X", "PATTERN_INVALID", grammar, RPC_INVALID_ARGUMENT},
      {"TRAED/..", "DATASET_NOT_FOUND", "did you mean TRADE?", RPC_NOT_FOUND},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
    request.pattern = TEXT(rows[i].pattern);
    call_fails(*state, "Catalog/ListSeries", &request, rows[i].code, rows[i].reason, "pattern");
    assert_hint((struct engine_fixture *)*state, rows[i].hint);
  }
}

static void views_of_series_carry_more_and_more(void **state) {
  list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  request.pattern = TEXT("TRADE/A.CHN.X");
  request.view = BELLWETHER__V1__VIEW__VIEW_VALUES;
  const list_response *response = call_ok(*state, "Catalog/ListSeries", &request);
  assert_int_equal(response->series[0]->handle, handle_of(*state, "TRADE/A.CHN.X"));
  assert_int_equal(response->series[0]->observation_count, 0);
  assert_null(response->series[0]->unit);
  request.view = BELLWETHER__V1__VIEW__VIEW_STATUS;
  response = call_ok(*state, "Catalog/ListSeries", &request);
  assert_int_equal(response->series[0]->observation_count, 2);
  assert_string_equal(response->series[0]->unit->unit, "CNY");
  assert_string_equal(response->series[0]->indicator_name, "Exports");
  assert_string_equal(response->series[0]->title, "");
  assert_string_equal(response->series[0]->latest->period_label, "2021");
  assert_null(response->series[0]->latest->release);
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  response = call_ok(*state, "Catalog/ListSeries", &request);
  assert_string_equal(response->series[0]->title, "Exports, China");
  assert_string_equal(response->series[0]->latest->release->id, "R1");
}

static void pages_of_series_follow_each_other(void **state) {
  static const char *const pages[] = {"TRADE/A.CHN.X TRADE/A.CHN.Y", "TRADE/A.DEU.X TRADE/A.USA.X",
                                      "TRADE/M.CHN.X"};
  list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  request.pattern = TEXT("TRADE");
  request.page_size = 2;
  for (size_t i = 0; i < count_of(pages); i++) {
    const list_response *response = call_ok(*state, "Catalog/ListSeries", &request);
    assert_string_equal(keys_text(response->n_series, response->series), pages[i]);
    request.page_token = response->next_page_token;
    assert_int_equal(request.page_token[0] == '\0', i + 1 == count_of(pages));
  }
}

static void only_a_change_of_what_a_page_shows_ends_the_list(void **state) {
  list_request request = BELLWETHER__V1__LIST_SERIES_REQUEST__INIT;
  request.pattern = TEXT("TRADE");
  request.page_size = 2;
  const list_response *response = call_ok(*state, "Catalog/ListSeries", &request);
  request.page_token = response->next_page_token;
  put_figures(*state, "R2", 2, FIGURES("TRADE/A.CHN.X", 50, 9));
  put_figures(*state, "R2", 2, FIGURES("TRADE/M.CHN.X", 50, 9));
  response = call_ok(*state, "Catalog/ListSeries", &request);
  assert_string_equal(keys_text(response->n_series, response->series),
                      "TRADE/A.DEU.X TRADE/A.USA.X");
  put_figures(*state, "R2", 2, FIGURES("TRADE/A.USA.X", 50, 9));
  call_fails(*state, "Catalog/ListSeries", &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
  assert_hint((struct engine_fixture *)*state, "start again without a page_token");
}

static void a_series_tells_all_about_itself(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.CHN.X");
  get_request request = BELLWETHER__V1__GET_SERIES_REQUEST__INIT;
  put_figures(*state, "R2", 2, FIGURES("TRADE/A.CHN.X", 51, 3, 4));
  uint64_t revision = ((struct engine_fixture *)*state)->revision;
  request.series = &ref;
  const get_response *response = call_ok(*state, "Catalog/GetSeries", &request);
  const Bellwether__V1__Series *series = response->series;
  assert_string_equal(series->key, "TRADE/A.CHN.X");
  assert_int_equal(series->frequency, BELLWETHER__V1__FREQUENCY__FREQUENCY_ANNUAL);
  assert_string_equal(series->title, "Exports, China");
  assert_false(series->own_title);
  assert_false(series->own_unit);
  assert_string_equal(series->indicator, "X");
  assert_int_equal(series->kind, BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_FLOW);
  assert_int_equal(series->first_period, 50);
  assert_int_equal(series->last_period, 52);
  assert_int_equal(series->observation_count, 3);
  assert_int_equal(series->changed_revision, revision);
  assert_int_equal(series->last_published_at_ms, 2 * DAY_MS);
  assert_int_equal(series->release_count, 2);
  assert_string_equal(series->latest->period_label, "2022");
  assert_true(series->latest->value == 4);
  assert_string_equal(series->latest->status, "A");
  assert_string_equal(series->latest->release->id, "R2");
}

static void what_a_series_says_of_itself_overrides_its_indicator(void **state) {
  static const double value[] = {5};
  Bellwether__V1__Unit unit = BELLWETHER__V1__UNIT__INIT;
  Bellwether__V1__SeriesAttributes attributes = BELLWETHER__V1__SERIES_ATTRIBUTES__INIT;
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.CHN.X");
  get_request request = BELLWETHER__V1__GET_SERIES_REQUEST__INIT;
  struct statements_message series;
  unit.unit = TEXT("USD");
  attributes.unit = &unit;
  attributes.title = TEXT("China's exports");
  attributes.source_note = TEXT("customs basis");
  attributes.source_id = TEXT("X.1");
  statements_message_init(&series, "TRADE/A.CHN.X", 52, 1, value);
  series.statements.attributes = &attributes;
  put_statements(*state, "R2", 2, &series);
  request.series = &ref;
  const get_response *response = call_ok(*state, "Catalog/GetSeries", &request);
  assert_string_equal(response->series->unit->unit, "USD");
  assert_int_equal(response->series->unit->unit_mult, 0);
  assert_string_equal(response->series->title, "China's exports");
  assert_true(response->series->own_title && response->series->own_unit);
  assert_string_equal(response->series->source_note, "customs basis");
  assert_string_equal(response->series->source_id, "X.1");
}

static void a_series_whose_rows_are_all_withdrawn_is_still_there(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.CHN.X");
  get_request request = BELLWETHER__V1__GET_SERIES_REQUEST__INIT;
  withdraw(*state, "R2", 2, "TRADE/A.CHN.X", 50);
  withdraw(*state, "R2", 2, "TRADE/A.CHN.X", 51);
  request.series = &ref;
  const get_response *response = call_ok(*state, "Catalog/GetSeries", &request);
  assert_int_equal(response->series->observation_count, 0);
  assert_null(response->series->latest);
  assert_string_equal(rows_text(get(*state, "TRADE/A.CHN.X", NULL)->observations), "");
}

static void a_batch_keeps_a_position_for_every_item(void **state) {
  Bellwether__V1__SeriesRef refs[] = {
      ref_key("TRADE/A.CHN.X"), ref_key("TRADE/A.CHM.X"),
      ref_handle(999),          ref_handle(handle_of(*state, "TRADE/A.USA.X")),
      ref_key("TRADE/A.CHN.X"), BELLWETHER__V1__SERIES_REF__INIT};
  Bellwether__V1__SeriesRef *pointers[count_of(refs)];
  batch_request request = BELLWETHER__V1__BATCH_GET_SERIES_REQUEST__INIT;
  for (size_t i = 0; i < count_of(refs); i++)
    pointers[i] = &refs[i];
  request.n_series = count_of(refs);
  request.series = pointers;
  const batch_response *response = call_ok(*state, "Catalog/BatchGetSeries", &request);
  assert_string_equal(keys_text(response->n_series, response->series),
                      "TRADE/A.CHN.X   TRADE/A.USA.X TRADE/A.CHN.X ");
  assert_int_equal(response->n_errors, 3);
  assert_string_equal(item_error_text(response->errors[0]), "1: 5 SERIES_NOT_FOUND series[1].key");
  assert_string_equal(response->errors[0]->status->details[0]->hint, "did you mean TRADE/A.CHN.X?");
  assert_string_equal(item_error_text(response->errors[1]),
                      "2: 5 SERIES_NOT_FOUND series[2].handle");
  assert_string_equal(item_error_text(response->errors[2]), "5: 3 FIELD_REQUIRED series[5]");
}

static void keys_become_handles_in_their_order(void **state) {
  char *keys[] = {TEXT("TRADE/A.USA.X"), TEXT("TRADE/A.CHN."), TEXT("TRADE/A.CHN.X"), TEXT(""),
                  TEXT("TRADE/A.USA.X")};
  Bellwether__V1__ResolveKeysRequest request = BELLWETHER__V1__RESOLVE_KEYS_REQUEST__INIT;
  request.n_keys = count_of(keys);
  request.keys = keys;
  const Bellwether__V1__ResolveKeysResponse *response =
      call_ok(*state, "Catalog/ResolveKeys", &request);
  assert_int_equal(response->n_handles, count_of(keys));
  assert_true(response->handles[0] != 0 && response->handles[0] == response->handles[4]);
  assert_true(response->handles[2] != 0 && response->handles[2] != response->handles[0]);
  assert_int_equal(response->handles[1], 0);
  assert_int_equal(response->n_errors, 2);
  assert_string_equal(item_error_text(response->errors[0]), "1: 3 KEY_INVALID keys[1]");
  assert_string_equal(item_error_text(response->errors[1]), "3: 3 FIELD_REQUIRED keys[3]");
}

static void a_handle_is_never_used_again(void **state) {
  uint64_t before = handle_of(*state, "TRADE/A.CHN.X");
  Bellwether__V1__SeriesRef ref = ref_handle(before);
  get_request request = BELLWETHER__V1__GET_SERIES_REQUEST__INIT;
  request.series = &ref;
  delete_series(*state, "TRADE/A.CHN.X");
  call_fails(*state, "Catalog/GetSeries", &request, RPC_NOT_FOUND, "SERIES_DELETED",
             "series.handle");
  assert_hint((struct engine_fixture *)*state, "resolve its key again");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1));
  assert_true(handle_of(*state, "TRADE/A.CHN.X") > before);
  call_fails(*state, "Catalog/GetSeries", &request, RPC_NOT_FOUND, "SERIES_DELETED",
             "series.handle");
}

#define SERIES_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, with_series, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      SERIES_TEST(patterns_choose_series_in_key_order),
      SERIES_TEST(filters_hold_beside_the_pattern),
      SERIES_TEST(an_empty_list_says_what_may_have_been_meant),
      SERIES_TEST(filters_that_mean_nothing_are_refused),
      SERIES_TEST(patterns_that_fit_no_dataset_are_refused),
      SERIES_TEST(views_of_series_carry_more_and_more),
      SERIES_TEST(pages_of_series_follow_each_other),
      SERIES_TEST(only_a_change_of_what_a_page_shows_ends_the_list),
      SERIES_TEST(a_series_tells_all_about_itself),
      SERIES_TEST(what_a_series_says_of_itself_overrides_its_indicator),
      SERIES_TEST(a_series_whose_rows_are_all_withdrawn_is_still_there),
      SERIES_TEST(a_batch_keeps_a_position_for_every_item),
      SERIES_TEST(keys_become_handles_in_their_order),
      SERIES_TEST(a_handle_is_never_used_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
