/* SPDX-License-Identifier: MIT */
/* Search as a client asks for it: what is found, in which order, page by page, and what is not. */
#include <stdio.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "proto/limits.h"
#include "tests/engine_fixture.h"
#include "tests/messages.h"

#define DAY_MS INT64_C(86400000)

typedef Bellwether__V1__SearchRequest search_request;
typedef Bellwether__V1__SearchResponse search_response;

static const double NUMBERS[] = {1, 2};

static void put_dataset(struct engine_fixture *fixture, const char *id) {
  struct dataset_message message;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&message, id);
  request.dataset = &message.dataset;
  (void)call_ok(fixture, "Ingest/PutDataset", &request);
}

static void put_indicator(struct engine_fixture *fixture, const char *dataset,
                          const Bellwether__V1__Indicator *indicator) {
  Bellwether__V1__PutIndicatorsRequest request = BELLWETHER__V1__PUT_INDICATORS_REQUEST__INIT;
  Bellwether__V1__Indicator *pointers[] = {(Bellwether__V1__Indicator *)(uintptr_t)indicator};
  request.dataset = TEXT(dataset);
  request.n_indicators = 1;
  request.indicators = pointers;
  (void)call_ok(fixture, "Ingest/PutIndicators", &request);
}

/* One tag, or NULL. */
static void put_words(struct engine_fixture *fixture, const char *id, const char *name,
                      const char *definition, const char *tag, const char *source_id) {
  Bellwether__V1__Indicator indicator = BELLWETHER__V1__INDICATOR__INIT;
  char *tags[] = {TEXT(tag)};
  indicator.id = TEXT(id);
  indicator.name = TEXT(name);
  indicator.definition = TEXT(definition);
  indicator.source_id = TEXT(source_id);
  indicator.n_tags = tag != NULL;
  indicator.tags = tags;
  put_indicator(fixture, "TRADE", &indicator);
}

static void put_code(struct engine_fixture *fixture, const char *dimension, const char *id,
                     const char *name, const char *alias) {
  Bellwether__V1__PutCodesRequest request = BELLWETHER__V1__PUT_CODES_REQUEST__INIT;
  Bellwether__V1__Code code = BELLWETHER__V1__CODE__INIT;
  Bellwether__V1__Code *pointers[] = {&code};
  char *aliases[] = {TEXT(alias)};
  code.code = TEXT(id);
  code.name = TEXT(name);
  code.n_aliases = alias != NULL;
  code.aliases = aliases;
  request.dataset = TEXT("TRADE");
  request.dimension = TEXT(dimension);
  request.n_codes = 1;
  request.codes = pointers;
  (void)call_ok(fixture, "Ingest/PutCodes", &request);
}

/* The title may be NULL. */
static void put_series(struct engine_fixture *fixture, const char *key, const char *title) {
  Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__Release release = release_message("R1", DAY_MS);
  Bellwether__V1__SeriesAttributes attributes = BELLWETHER__V1__SERIES_ATTRIBUTES__INIT;
  struct statements_message series;
  Bellwether__V1__SeriesStatements *pointers[] = {&series.statements};
  statements_message_init(&series, key, 0, count_of(NUMBERS), NUMBERS);
  if (title != NULL) {
    attributes.title = TEXT(title);
    series.statements.attributes = &attributes;
  }
  request.release = &release;
  request.n_series = 1;
  request.series = pointers;
  (void)call_ok(fixture, "Ingest/PutObservations", &request);
}

static void delete_series(struct engine_fixture *fixture, const char *pattern) {
  Bellwether__V1__DeleteSeriesRequest request = BELLWETHER__V1__DELETE_SERIES_REQUEST__INIT;
  char *keys[] = {TEXT(pattern)};
  request.n_keys = 1;
  request.keys = keys;
  (void)call_ok(fixture, "Ingest/DeleteSeries", &request);
}

static void make_world(struct engine_fixture *fixture) {
  put_dataset(fixture, "TRADE");
  put_words(fixture, "GDP", "Gross domestic product", "The value of all goods", NULL,
            "NY.GDP.MKTP.CD");
  put_words(fixture, "EXP_GOODS", "Exports of goods", "", "trade", "");
  put_words(fixture, "EXP", "Exports", "Goods and services", "trade", "");
  put_words(fixture, "EXPO", "Visitors of fairs", "", NULL, "");
  put_words(fixture, "CBEC", "跨境电商出口额", "", "贸易", "");
  put_code(fixture, "AREA", "CHN", "China", "CN");
  put_code(fixture, "AREA", "CIV", "Côte d'Ivoire", NULL);
  put_series(fixture, "TRADE/A.CHN.EXP", NULL);
  put_series(fixture, "TRADE/M.CHN.EXP", NULL);
  put_series(fixture, "TRADE/A.CIV.EXP", NULL);
  put_series(fixture, "TRADE/A.CHN.GDP", "Size of the economy");
  put_series(fixture, "TRADE/A.WLD.OTHER", NULL);
}

static const search_response *ask(struct engine_fixture *fixture, const search_request *request) {
  return call_ok(fixture, "Catalog/Search", request);
}

/* "EXP GDP TRADE/A.CHN.EXP": what was found, in order. */
static void found_is(const search_response *response, const char *expected, int line) {
  char text[1024] = "";
  size_t size = 0;
  double before = 1e300;
  for (size_t i = 0; i < response->n_results; i++) {
    const Bellwether__V1__SearchResult *result = response->results[i];
    bool is_series = result->result_case == BELLWETHER__V1__SEARCH_RESULT__RESULT_SERIES;
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", i > 0 ? " " : "",
                             is_series ? result->series->key : result->indicator->id);
    assert_true(result->score <= before);
    assert_string_equal(result->dataset, "TRADE");
    before = result->score;
  }
  if (strcmp(text, expected) != 0)
    fail_msg("line %d: found \"%s\" and not \"%s\"", line, text, expected);
}

static void finds_at(struct engine_fixture *fixture, const char *query, bool series,
                     const char *expected, int line) {
  search_request request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  request.query = TEXT(query);
  request.include_series = series;
  const search_response *response = ask(fixture, &request);
  found_is(response, expected, line);
  assert_int_equal(response->total, response->n_results);
}
#define finds(query, expected) finds_at(*state, (query), false, (expected), __LINE__)
#define finds_series(query, expected) finds_at(*state, (query), true, (expected), __LINE__)

static void all_words_must_match_as_beginnings_of_words(void **state) {
  make_world(*state);
  finds("gross", "GDP");
  finds("GROSS dom", "GDP");
  finds("exports exports EXPORTS", "EXP EXP_GOODS");
  finds("gross exports", "");
  finds("ross", "");
  finds("exports goods", "EXP_GOODS EXP");
  finds("nothing", "");
}

static void names_come_before_tags_and_definitions_and_short_ones_first(void **state) {
  make_world(*state);
  finds("exports", "EXP EXP_GOODS");
  finds("goods", "EXP_GOODS EXP GDP"); /* name, then definitions: of the shorter name first */
  finds("exp", "EXP EXP_GOODS EXPO");  /* a whole id, a part of one, a beginning */
  finds("trade", "EXP EXP_GOODS");
}

static void the_publishers_own_id_is_found_whole_and_in_parts(void **state) {
  make_world(*state);
  put_words(*state, "OTHER", "NY GDP MKTP CD and more", "", NULL, "");
  finds("NY.GDP.MKTP.CD", "GDP OTHER");
  finds("ny_gdp_mktp_cd", "GDP OTHER");
  finds("mktp", "OTHER GDP");
}

static void chinese_is_found_from_every_character_on(void **state) {
  make_world(*state);
  finds("跨境电商", "CBEC");
  finds("电商", "CBEC");
  finds("出口额", "CBEC");
  finds("贸", "CBEC");
  finds("境商", "");
  put_words(*state, "LONG", "中华人民共和国国家统计局年度数据", "", NULL, "");
  finds("人民共和国国家统计局年度", "LONG");
  finds("人民共和国国家统计局月度", "");
}

static void series_match_by_their_own_words_their_codes_and_their_indicator(void **state) {
  make_world(*state);
  finds_series("china", "TRADE/A.CHN.EXP TRADE/A.CHN.GDP TRADE/M.CHN.EXP");
  finds_series("CN", "TRADE/A.CHN.EXP TRADE/A.CHN.GDP TRADE/M.CHN.EXP");
  finds_series("cote exports", "TRADE/A.CIV.EXP");
  finds_series("china gross", "TRADE/A.CHN.GDP");
  finds_series("economy chn", "TRADE/A.CHN.GDP");
  finds_series("wld", "TRADE/A.WLD.OTHER");
  finds_series("exports", "EXP EXP_GOODS TRADE/A.CHN.EXP TRADE/A.CIV.EXP TRADE/M.CHN.EXP");
}

static void a_word_counts_as_in_the_best_place_where_a_series_has_it(void **state) {
  make_world(*state);
  put_code(*state, "AREA", "AAA", "Somewhere", "gross");
  put_series(*state, "TRADE/A.AAA.GDP", NULL);
  /* Both have it in the indicator's name; that the one has it as an alias, too, adds nothing. */
  finds_series("gross", "GDP TRADE/A.AAA.GDP TRADE/A.CHN.GDP");
}

static void one_that_was_never_described_is_found_by_its_id(void **state) {
  make_world(*state);
  finds("other", "OTHER");
  delete_series(*state, "TRADE/A.WLD.OTHER");
  finds("other", "");
}

static void a_new_description_takes_the_old_words_away(void **state) {
  make_world(*state);
  put_words(*state, "EXP", "Sales abroad", "", NULL, "");
  finds("exports", "EXP_GOODS");
  finds("abroad", "EXP");
  put_code(*state, "AREA", "CHN", "People's Republic", NULL);
  finds_series("china", "");
  finds_series("republic gross", "TRADE/A.CHN.GDP");
  put_series(*state, "TRADE/A.CHN.GDP", "Another title");
  finds_series("economy", "");
  finds_series("another", "TRADE/A.CHN.GDP");
  delete_series(*state, "TRADE/A.CHN.GDP");
  finds_series("another", "");
}

static void what_was_put_is_found_after_opening_the_store_again(void **state) {
  make_world(*state);
  engine_fixture_reopen(*state);
  finds_series("china exports", "TRADE/A.CHN.EXP TRADE/M.CHN.EXP");
}

static void filters_narrow_what_is_found(void **state) {
  search_request request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  char *tags[] = {TEXT("trade"), TEXT("Trade")};
  make_world(*state);
  put_dataset(*state, "EMPTY");
  request.query = TEXT("exports");
  request.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_MONTHLY;
  request.include_series = true;
  found_is(ask(*state, &request), "EXP TRADE/M.CHN.EXP", __LINE__);
  request.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_QUARTERLY;
  found_is(ask(*state, &request), "", __LINE__);
  request.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_UNSPECIFIED;
  request.dataset = TEXT("EMPTY");
  found_is(ask(*state, &request), "", __LINE__);
  request.dataset = TEXT("TRADE");
  request.query = TEXT("goods");
  request.tags = tags;
  request.n_tags = 1;
  request.include_series = false;
  found_is(ask(*state, &request), "EXP_GOODS EXP", __LINE__);
  request.n_tags = 2; /* tags are what they are */
  found_is(ask(*state, &request), "", __LINE__);
}

static void without_words_filters_list_all_that_pass(void **state) {
  search_request request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  char *tags[] = {TEXT("trade")};
  make_world(*state);
  request.dataset = TEXT("TRADE");
  found_is(ask(*state, &request), "CBEC EXP EXPO EXP_GOODS GDP OTHER", __LINE__);
  request.tags = tags;
  request.n_tags = 1;
  request.include_series = true;
  found_is(ask(*state, &request), "EXP EXP_GOODS TRADE/A.CHN.EXP TRADE/A.CIV.EXP TRADE/M.CHN.EXP",
           __LINE__);
  request.dataset = TEXT("");
  found_is(ask(*state, &request), "EXP EXP_GOODS TRADE/A.CHN.EXP TRADE/A.CIV.EXP TRADE/M.CHN.EXP",
           __LINE__);
}

static void pages_join_to_the_whole_and_end_when_something_changes(void **state) {
  search_request request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  char all[256] = "";
  make_world(*state);
  request.query = TEXT("exports");
  request.include_series = true;
  request.page_size = 2;
  for (;;) {
    const search_response *response = ask(*state, &request);
    assert_int_equal(response->total, 5);
    for (size_t i = 0; i < response->n_results; i++) {
      const Bellwether__V1__SearchResult *result = response->results[i];
      strcat(all, result->result_case == BELLWETHER__V1__SEARCH_RESULT__RESULT_SERIES
                      ? result->series->key
                      : result->indicator->id);
      strcat(all, " ");
    }
    if (response->next_page_token[0] == '\0')
      break;
    request.page_token = response->next_page_token;
  }
  assert_string_equal(all, "EXP EXP_GOODS TRADE/A.CHN.EXP TRADE/A.CIV.EXP TRADE/M.CHN.EXP ");
  put_series(*state, "TRADE/A.CHN.EXP", NULL); /* changes nothing that is searched */
  (void)ask(*state, &request);
  put_series(*state, "TRADE/Q.CHN.EXP", NULL);
  call_fails(*state, "Catalog/Search", &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void bad_queries_say_what_is_wrong(void **state) {
  search_request request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  char *tags[LIMIT_TAGS + 1];
  make_world(*state);
  call_fails(*state, "Catalog/Search", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED", "query");
  request.query = TEXT("  ");
  call_fails(*state, "Catalog/Search", &request, RPC_INVALID_ARGUMENT, "FIELD_REQUIRED", "query");
  request.query = TEXT("%");
  call_fails(*state, "Catalog/Search", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query");
  request.query = TEXT("a b c d e f g h i j k l m n o p q");
  call_fails(*state, "Catalog/Search", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query");
  request.query = TEXT("a b c d e f g h i j k l m n o p");
  (void)ask(*state, &request);
  char word[LIMIT_SEARCH_WORD_BYTES + 2];
  memset(word, 'x', sizeof word);
  word[LIMIT_SEARCH_WORD_BYTES + 1] = '\0';
  request.query = word;
  call_fails(*state, "Catalog/Search", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID", "query");
  word[LIMIT_SEARCH_WORD_BYTES] = '\0';
  (void)ask(*state, &request);
  request.dataset = TEXT("TRADF");
  call_fails(*state, "Catalog/Search", &request, RPC_NOT_FOUND, "DATASET_NOT_FOUND", "dataset");
  request.dataset = TEXT("");
  for (size_t i = 0; i < count_of(tags); i++)
    tags[i] = TEXT("tag");
  request.tags = tags;
  request.n_tags = LIMIT_TAGS;
  (void)ask(*state, &request);
  request.n_tags = LIMIT_TAGS + 1;
  call_fails(*state, "Catalog/Search", &request, RPC_RESOURCE_EXHAUSTED, "TOO_MANY_ITEMS", "tags");
  request.n_tags = 0;
  request.frequency = (Bellwether__V1__Frequency)99;
  call_fails(*state, "Catalog/Search", &request, RPC_INVALID_ARGUMENT, "FIELD_INVALID",
             "frequency");
}

/* Many indicators with equal scores: the best ones are kept, and ties are in the order of ids. */
static void ties_are_in_the_order_of_ids_however_many_there_are(void **state) {
  enum { MANY = 3000, A_PAGE = 700 };
  Bellwether__V1__Indicator *indicators = calloc(MANY, sizeof *indicators);
  Bellwether__V1__Indicator **pointers = calloc(MANY, sizeof *pointers);
  char(*ids)[8] = calloc(MANY, sizeof *ids);
  Bellwether__V1__PutIndicatorsRequest put = BELLWETHER__V1__PUT_INDICATORS_REQUEST__INIT;
  search_request request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  char before[8] = "";
  size_t n = 0;
  put_dataset(*state, "TRADE");
  for (unsigned i = 0; i < MANY; i++) {
    bellwether__v1__indicator__init(&indicators[i]);
    snprintf(ids[i], sizeof ids[i], "I%04u", i * 7919 % MANY); /* not in the order of ids */
    indicators[i].id = ids[i];
    indicators[i].name = TEXT(i * 7919 % MANY == 1234 ? "word" : "word of many");
    pointers[i] = &indicators[i];
  }
  put.dataset = TEXT("TRADE");
  put.n_indicators = MANY;
  put.indicators = pointers;
  (void)call_ok(*state, "Ingest/PutIndicators", &put);
  request.query = TEXT("word");
  request.page_size = A_PAGE;
  for (;;) {
    const search_response *response = ask(*state, &request);
    assert_int_equal(response->total, MANY);
    for (size_t i = 0; i < response->n_results; i++) {
      const char *id = response->results[i]->indicator->id;
      if (n++ == 0)
        assert_string_equal(id, "I1234");
      else
        assert_true(strcmp(before, id) < 0);
      if (n > 1)
        snprintf(before, sizeof before, "%s", id);
    }
    if (response->next_page_token[0] == '\0')
      break;
    request.page_token = response->next_page_token;
  }
  assert_int_equal(n, MANY);
  free(ids);
  free(pointers);
  free(indicators);
}

#define TEST(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, engine_fixture_setup, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(all_words_must_match_as_beginnings_of_words),
      TEST(names_come_before_tags_and_definitions_and_short_ones_first),
      TEST(the_publishers_own_id_is_found_whole_and_in_parts),
      TEST(chinese_is_found_from_every_character_on),
      TEST(series_match_by_their_own_words_their_codes_and_their_indicator),
      TEST(a_word_counts_as_in_the_best_place_where_a_series_has_it),
      TEST(one_that_was_never_described_is_found_by_its_id),
      TEST(a_new_description_takes_the_old_words_away),
      TEST(what_was_put_is_found_after_opening_the_store_again),
      TEST(filters_narrow_what_is_found),
      TEST(without_words_filters_list_all_that_pass),
      TEST(pages_join_to_the_whole_and_end_when_something_changes),
      TEST(bad_queries_say_what_is_wrong),
      TEST(ties_are_in_the_order_of_ids_however_many_there_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
