/* SPDX-License-Identifier: MIT */
/* Datasets, indicators and code lists as reads describe them. */
#include "tests/reading.h"

typedef Bellwether__V1__ListDatasetsRequest datasets_request;
typedef Bellwether__V1__ListDatasetsResponse datasets_response;
typedef Bellwether__V1__ListIndicatorsRequest indicators_request;
typedef Bellwether__V1__ListIndicatorsResponse indicators_response;
typedef Bellwether__V1__ListCodesRequest codes_request;
typedef Bellwether__V1__ListCodesResponse codes_response;

/* "TRADE(2) CPI(0)": ids, and how many series each has. */
static const char *datasets_text(const datasets_response *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_datasets; i++)
    text_add(text, "%s%s(%d)", i == 0 ? "" : " ", response->datasets[i]->id,
             (int)response->datasets[i]->series_count);
  return text;
}

static const char *indicators_text(const indicators_response *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_indicators; i++)
    text_add(text, "%s%s/%s(%d)", i == 0 ? "" : " ", response->indicators[i]->dataset,
             response->indicators[i]->id, (int)response->indicators[i]->series_count);
  return text;
}

static const char *codes_text(const codes_response *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_codes; i++)
    text_add(text, "%s%s(%d)", i == 0 ? "" : " ", response->codes[i]->code,
             (int)response->codes[i]->series_count);
  return text;
}

static int with_catalog(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_dataset(*state, "CPI");
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_indicator(*state, "TRADE", "Z", "Nothing yet", "", 0);
  put_indicator(*state, "CPI", "ALL", "All items", "IX", 0);
  put_code(*state, "TRADE", "AREA", "CHN", "China");
  put_code(*state, "TRADE", "AREA", "WLD", "World");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1, 2));
  put_figures(*state, "R1", 1, FIGURES("TRADE/M.CHN.X", 600, 1));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.USA.Y", 50, 1));
  return failed;
}

static void datasets_come_by_id_with_their_counts(void **state) {
  datasets_request request = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  const datasets_response *response = call_ok(*state, "Catalog/ListDatasets", &request);
  assert_string_equal(datasets_text(response), "CPI(0) TRADE(3)");
  assert_string_equal(response->next_page_token, "");
  const Bellwether__V1__Dataset *trade = response->datasets[1];
  assert_string_equal(trade->title, "A dataset");
  assert_int_equal(trade->n_dimensions, 3);
  assert_string_equal(trade->dimensions[1]->id, "AREA");
  assert_int_equal(trade->dimensions[2]->role,
                   BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR);
  assert_int_equal(trade->indicator_count, 2);
}

static void an_empty_store_lists_nothing(void **state) {
  datasets_request datasets = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  indicators_request indicators = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  const datasets_response *no_datasets = call_ok(*state, "Catalog/ListDatasets", &datasets);
  const indicators_response *none = call_ok(*state, "Catalog/ListIndicators", &indicators);
  assert_int_equal(no_datasets->n_datasets, 0);
  assert_string_equal(no_datasets->next_page_token, "");
  assert_int_equal(none->n_indicators, 0);
}

static void pages_of_datasets_follow_each_other(void **state) {
  datasets_request request = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  put_dataset(*state, "WAGES");
  request.page_size = 2;
  const datasets_response *response = call_ok(*state, "Catalog/ListDatasets", &request);
  assert_string_equal(datasets_text(response), "CPI(0) TRADE(3)");
  request.page_token = response->next_page_token;
  request.page_size = 5;
  response = call_ok(*state, "Catalog/ListDatasets", &request);
  assert_string_equal(datasets_text(response), "WAGES(0)");
  assert_string_equal(response->next_page_token, "");
}

static void a_dataset_that_changed_ends_the_list_that_shows_it(void **state) {
  datasets_request request = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  request.page_size = 1;
  const datasets_response *response = call_ok(*state, "Catalog/ListDatasets", &request);
  request.page_token = response->next_page_token;
  put_indicator(*state, "CPI", "FOOD", "Food", "IX", 0);
  put_dataset(*state, "WAGES");
  response = call_ok(*state, "Catalog/ListDatasets", &request);
  assert_string_equal(datasets_text(response), "TRADE(3)");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.X", 50, 1));
  call_fails(*state, "Catalog/ListDatasets", &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void a_dataset_is_found_by_its_id(void **state) {
  Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  request.id = TEXT("TRADE");
  const Bellwether__V1__GetDatasetResponse *response =
      call_ok(*state, "Catalog/GetDataset", &request);
  assert_string_equal(response->dataset->id, "TRADE");
  assert_int_equal(response->dataset->series_count, 3);
  assert_int_equal(response->dataset->changed_revision,
                   ((struct engine_fixture *)*state)->revision);
}

static void a_dataset_that_is_not_there_is_told_with_a_near_one(void **state) {
  Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  call_fails(*state, "Catalog/GetDataset", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED", "id");
  request.id = TEXT("trade");
  call_fails(*state, "Catalog/GetDataset", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "id");
  request.id = TEXT("TRAED");
  call_fails(*state, "Catalog/GetDataset", &request, RPC_NOT_FOUND, "DATASET_NOT_FOUND", "id");
  assert_hint((struct engine_fixture *)*state, "did you mean TRADE?");
}

static void indicators_are_those_described_and_those_in_use(void **state) {
  indicators_request request = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  const indicators_response *response = call_ok(*state, "Catalog/ListIndicators", &request);
  assert_string_equal(indicators_text(response), "CPI/ALL(0) TRADE/X(2) TRADE/Y(1) TRADE/Z(0)");
  assert_string_equal(response->indicators[1]->name, "Exports");
  assert_int_equal(response->indicators[1]->unit->unit_mult, 9);
  request.dataset = TEXT("TRADE");
  response = call_ok(*state, "Catalog/ListIndicators", &request);
  assert_string_equal(indicators_text(response), "TRADE/X(2) TRADE/Y(1) TRADE/Z(0)");
}

static void pages_of_indicators_go_on_across_datasets(void **state) {
  static const char *const pages[] = {"CPI/ALL(0)", "TRADE/X(2)", "TRADE/Y(1)", "TRADE/Z(0)"};
  indicators_request request = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  request.page_size = 1;
  for (size_t i = 0; i < count_of(pages); i++) {
    const indicators_response *response = call_ok(*state, "Catalog/ListIndicators", &request);
    assert_string_equal(indicators_text(response), pages[i]);
    request.page_token = response->next_page_token;
    assert_int_equal(request.page_token[0] == '\0', i + 1 == count_of(pages));
  }
}

static void only_a_change_of_a_dataset_shown_ends_the_indicators(void **state) {
  indicators_request request = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  put_indicator(*state, "CPI", "FOOD", "Food", "IX", 0);
  request.page_size = 1;
  const indicators_response *response = call_ok(*state, "Catalog/ListIndicators", &request);
  request.page_token = response->next_page_token;
  put_indicator(*state, "TRADE", "X", "Exports of goods", "CNY", 9);
  response = call_ok(*state, "Catalog/ListIndicators", &request);
  assert_string_equal(indicators_text(response), "CPI/FOOD(0)");
  request.page_token = response->next_page_token;
  call_fails(*state, "Catalog/ListIndicators", &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void indicators_are_chosen_by_tag(void **state) {
  char *tags[] = {TEXT("weekly"), TEXT("customs")};
  Bellwether__V1__Indicator tagged = BELLWETHER__V1__INDICATOR__INIT;
  Bellwether__V1__Indicator *pointers[] = {&tagged};
  Bellwether__V1__PutIndicatorsRequest put = BELLWETHER__V1__PUT_INDICATORS_REQUEST__INIT;
  indicators_request request = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  tagged.id = TEXT("W");
  tagged.n_tags = 2;
  tagged.tags = tags;
  put.dataset = TEXT("TRADE");
  put.n_indicators = 1;
  put.indicators = pointers;
  (void)call_ok(*state, "Ingest/PutIndicators", &put);
  request.tag = TEXT("customs");
  const indicators_response *response = call_ok(*state, "Catalog/ListIndicators", &request);
  assert_string_equal(indicators_text(response), "TRADE/W(0)");
  request.tag = TEXT("custom");
  response = call_ok(*state, "Catalog/ListIndicators", &request);
  assert_int_equal(response->n_indicators, 0);
}

static void an_indicator_in_use_needs_no_description(void **state) {
  Bellwether__V1__GetIndicatorRequest request = BELLWETHER__V1__GET_INDICATOR_REQUEST__INIT;
  request.dataset = TEXT("TRADE");
  request.id = TEXT("X");
  const Bellwether__V1__GetIndicatorResponse *response =
      call_ok(*state, "Catalog/GetIndicator", &request);
  assert_string_equal(response->indicator->name, "Exports");
  assert_int_equal(response->indicator->series_count, 2);
  request.id = TEXT("Y");
  response = call_ok(*state, "Catalog/GetIndicator", &request);
  assert_string_equal(response->indicator->id, "Y");
  assert_string_equal(response->indicator->dataset, "TRADE");
  assert_string_equal(response->indicator->name, "");
  assert_int_equal(response->indicator->series_count, 1);
}

static void an_indicator_that_is_not_there_is_told_with_a_near_one(void **state) {
  Bellwether__V1__GetIndicatorRequest request = BELLWETHER__V1__GET_INDICATOR_REQUEST__INIT;
  put_indicator(*state, "TRADE", "IMPORTS", "Imports", "CNY", 9);
  call_fails(*state, "Catalog/GetIndicator", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "dataset");
  request.dataset = TEXT("TRADE");
  call_fails(*state, "Catalog/GetIndicator", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "id");
  request.id = TEXT("A B");
  call_fails(*state, "Catalog/GetIndicator", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "id");
  request.id = TEXT("IMPORT");
  call_fails(*state, "Catalog/GetIndicator", &request, RPC_NOT_FOUND, "INDICATOR_NOT_FOUND", "id");
  assert_hint((struct engine_fixture *)*state, "did you mean IMPORTS?");
  request.dataset = TEXT("NONE");
  call_fails(*state, "Catalog/GetIndicator", &request, RPC_NOT_FOUND, "DATASET_NOT_FOUND",
             "dataset");
}

static void codes_are_those_described_and_those_in_use(void **state) {
  codes_request request = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  request.dataset = TEXT("TRADE");
  request.dimension = TEXT("AREA");
  const codes_response *response = call_ok(*state, "Catalog/ListCodes", &request);
  assert_string_equal(codes_text(response), "CHN(2) USA(1) WLD(0)");
  assert_string_equal(response->codes[0]->name, "China");
  assert_string_equal(response->codes[1]->name, "");
  request.used_only = true;
  response = call_ok(*state, "Catalog/ListCodes", &request);
  assert_string_equal(codes_text(response), "CHN(2) USA(1)");
  assert_string_equal(response->codes[0]->name, "China");
  request.dimension = TEXT("FREQ");
  response = call_ok(*state, "Catalog/ListCodes", &request);
  assert_string_equal(codes_text(response), "A(2) M(1)");
}

static void pages_of_codes_follow_each_other(void **state) {
  codes_request request = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  request.dataset = TEXT("TRADE");
  request.dimension = TEXT("AREA");
  request.page_size = 2;
  const codes_response *response = call_ok(*state, "Catalog/ListCodes", &request);
  assert_string_equal(codes_text(response), "CHN(2) USA(1)");
  request.page_token = response->next_page_token;
  response = call_ok(*state, "Catalog/ListCodes", &request);
  assert_string_equal(codes_text(response), "WLD(0)");
  assert_string_equal(response->next_page_token, "");
  put_code(*state, "TRADE", "AREA", "DEU", "Germany");
  call_fails(*state, "Catalog/ListCodes", &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void a_code_without_series_is_used_no_more(void **state) {
  codes_request request = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  request.dataset = TEXT("TRADE");
  request.dimension = TEXT("AREA");
  delete_series(*state, "TRADE/A.USA.Y");
  delete_series(*state, "TRADE/M.CHN.X");
  const codes_response *response = call_ok(*state, "Catalog/ListCodes", &request);
  assert_string_equal(codes_text(response), "CHN(1) WLD(0)");
}

static void a_dimension_that_is_not_there_is_told_with_those_that_are(void **state) {
  codes_request request = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  call_fails(*state, "Catalog/ListCodes", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "dataset");
  request.dataset = TEXT("TRADE");
  call_fails(*state, "Catalog/ListCodes", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED",
             "dimension");
  request.dimension = TEXT("COUNTRY");
  call_fails(*state, "Catalog/ListCodes", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "dimension");
  assert_hint((struct engine_fixture *)*state, "the dimensions are FREQ.AREA.INDICATOR");
}

#define CATALOG_TEST(function)                                                                     \
  cmocka_unit_test_setup_teardown(function, with_catalog, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      CATALOG_TEST(datasets_come_by_id_with_their_counts),
      ENGINE_TEST(an_empty_store_lists_nothing),
      CATALOG_TEST(pages_of_datasets_follow_each_other),
      CATALOG_TEST(a_dataset_that_changed_ends_the_list_that_shows_it),
      CATALOG_TEST(a_dataset_is_found_by_its_id),
      CATALOG_TEST(a_dataset_that_is_not_there_is_told_with_a_near_one),
      CATALOG_TEST(indicators_are_those_described_and_those_in_use),
      CATALOG_TEST(pages_of_indicators_go_on_across_datasets),
      CATALOG_TEST(only_a_change_of_a_dataset_shown_ends_the_indicators),
      CATALOG_TEST(indicators_are_chosen_by_tag),
      CATALOG_TEST(an_indicator_in_use_needs_no_description),
      CATALOG_TEST(an_indicator_that_is_not_there_is_told_with_a_near_one),
      CATALOG_TEST(codes_are_those_described_and_those_in_use),
      CATALOG_TEST(pages_of_codes_follow_each_other),
      CATALOG_TEST(a_code_without_series_is_used_no_more),
      CATALOG_TEST(a_dimension_that_is_not_there_is_told_with_those_that_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
