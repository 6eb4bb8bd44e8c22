/* SPDX-License-Identifier: MIT */
/* BatchGetObservations: items by key, handle and pattern, each with its own status. */
#include "tests/reading.h"

#include "server/find.h"

#define QUERY_INIT BELLWETHER__V1__OBSERVATION_QUERY__INIT

typedef Bellwether__V1__BatchItem item_message;
typedef Bellwether__V1__BatchGetObservationsRequest request_message;
typedef Bellwether__V1__BatchGetObservationsResponse response_message;

static int with_series(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1, 2, 3));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.X", 51, 4, 5));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.USA.X", 52, 6));
  put_figures(*state, "R1", 1, FIGURES("TRADE/M.CHN.X", 600, 7, 8));
  return failed;
}

enum { ITEMS_MAX = FIND_HINTS };

/* A request under construction. */
struct batch {
  request_message message;
  item_message items[ITEMS_MAX];
  item_message *pointers[ITEMS_MAX];
};

static void batch_init(struct batch *batch) {
  bellwether__v1__batch_get_observations_request__init(&batch->message);
  batch->message.items = batch->pointers;
}

static item_message *add_item(struct batch *batch) {
  size_t at = batch->message.n_items++;
  assert_true(at < ITEMS_MAX);
  bellwether__v1__batch_item__init(&batch->items[at]);
  batch->pointers[at] = &batch->items[at];
  return &batch->items[at];
}

static item_message *add_key(struct batch *batch, const char *key) {
  item_message *item = add_item(batch);
  item->item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
  item->key = TEXT(key);
  return item;
}

static void add_handle(struct batch *batch, uint64_t handle) {
  item_message *item = add_item(batch);
  item->item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_HANDLE;
  item->handle = handle;
}

/* "0 TRADE/A.CHN.X 2020=1 2021=2; 1 ..." */
static const char *series_text(const response_message *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_series; i++)
    text_add(text, "%s%u %s %s", i == 0 ? "" : "; ", response->series[i]->item_index,
             response->series[i]->key, rows_text(response->series[i]->observations));
  return text;
}

static const char *errors_text(const response_message *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_errors; i++)
    text_add(text, "%s%s", i == 0 ? "" : "; ", item_error_text(response->errors[i]));
  return text;
}

static const response_message *ask_at(struct engine_fixture *fixture, struct batch *batch,
                                      const char *file, int line) {
  return call_ok_at(fixture, "Observations/BatchGetObservations", &batch->message.base, file, line);
}
#define ask(fixture, batch) ask_at((fixture), (batch), __FILE__, __LINE__)

static void no_items_have_no_answer(void **state) {
  struct batch batch;
  batch_init(&batch);
  const response_message *response = ask(*state, &batch);
  assert_int_equal(response->n_series + response->n_errors, 0);
  assert_string_equal(response->next_page_token, "");
}

static void series_follow_the_items_order_and_duplicates_stay(void **state) {
  struct batch batch;
  batch_init(&batch);
  add_key(&batch, "TRADE/A.USA.X");
  add_handle(&batch, handle_of(*state, "TRADE/A.DEU.X"));
  add_key(&batch, "TRADE/A.USA.X");
  const response_message *response = ask(*state, &batch);
  assert_string_equal(series_text(response), "0 TRADE/A.USA.X 2022=6; "
                                             "1 TRADE/A.DEU.X 2021=4 2022=5; "
                                             "2 TRADE/A.USA.X 2022=6");
  assert_string_equal(errors_text(response), "");
}

static void matches_of_a_pattern_have_the_index_of_their_item(void **state) {
  struct batch batch;
  batch_init(&batch);
  add_key(&batch, "TRADE/M.CHN.X");
  add_key(&batch, "TRADE/A.USA+CHN.");
  add_key(&batch, "TRADE/A.DEU.X");
  assert_string_equal(series_text(ask(*state, &batch)), "0 TRADE/M.CHN.X 2020-01=7 2020-02=8; "
                                                        "1 TRADE/A.CHN.X 2020=1 2021=2 2022=3; "
                                                        "1 TRADE/A.USA.X 2022=6; "
                                                        "2 TRADE/A.DEU.X 2021=4 2022=5");
}

static void an_item_that_fails_fails_nobody_else(void **state) {
  struct batch batch;
  uint64_t gone = handle_of(*state, "TRADE/A.CHN.X");
  delete_series(*state, "TRADE/A.CHN.X");
  batch_init(&batch);
  add_key(&batch, "TRADE/A.DEV.X");
  add_key(&batch, "TRADE/A.FRA.");
  add_key(&batch, "NONE/A.B.C");
  add_key(&batch, "TRADE/A.USA");
  add_handle(&batch, gone);
  add_handle(&batch, 12345);
  add_item(&batch);
  add_key(&batch, "TRADE/A.USA.X");
  const response_message *response = ask(*state, &batch);
  assert_string_equal(series_text(response), "7 TRADE/A.USA.X 2022=6");
  assert_string_equal(errors_text(response), "0: 5 SERIES_NOT_FOUND items[0].key; "
                                             "1: 5 NO_MATCH items[1].key; "
                                             "2: 5 DATASET_NOT_FOUND items[2].key; "
                                             "3: 3 KEY_INVALID items[3].key; "
                                             "4: 5 SERIES_DELETED items[4].handle; "
                                             "5: 5 SERIES_NOT_FOUND items[5].handle; "
                                             "6: 3 FIELD_REQUIRED items[6]");
  assert_string_equal(response->errors[0]->status->details[0]->hint, "did you mean TRADE/A.DEU.X?");
}

static void an_empty_key_is_no_pattern(void **state) {
  struct batch batch;
  batch_init(&batch);
  add_key(&batch, "");
  assert_string_equal(errors_text(ask(*state, &batch)), "0: 3 FIELD_REQUIRED items[0].key");
}

static void an_item_may_have_its_own_query(void **state) {
  observation_query shared = QUERY_INIT, own = QUERY_INIT;
  struct batch batch;
  batch_init(&batch);
  shared.last_n = 1;
  own.period_labels = true;
  own.first_n = 2;
  batch.message.query = &shared;
  add_key(&batch, "TRADE/A.CHN.X");
  add_key(&batch, "TRADE/A.CHN.X")->query = &own;
  add_key(&batch, "TRADE/A.DEU.X");
  const response_message *response = ask(*state, &batch);
  assert_string_equal(series_text(response), "0 TRADE/A.CHN.X 2022=3; "
                                             "1 TRADE/A.CHN.X 2020=1 2021=2; "
                                             "2 TRADE/A.DEU.X 2022=5");
  assert_int_equal(response->series[0]->observations->n_period_labels, 0);
  assert_int_equal(response->series[1]->observations->n_period_labels, 2);
}

static void a_wrong_query_of_an_item_is_that_items_error(void **state) {
  observation_query own = QUERY_INIT;
  Bellwether__V1__PeriodBound bad = bound_text("2020-13");
  struct batch batch;
  batch_init(&batch);
  own.to = &bad;
  add_key(&batch, "TRADE/A.CHN.X")->query = &own;
  add_key(&batch, "TRADE/A.USA.X");
  const response_message *response = ask(*state, &batch);
  assert_string_equal(series_text(response), "1 TRADE/A.USA.X 2022=6");
  assert_string_equal(errors_text(response), "0: 3 PERIOD_INVALID items[0].query.to");
  batch.message.query = &own;
  call_fails(*state, "Observations/BatchGetObservations", &batch.message, RPC_INVALID_ARGUMENT,
             "PERIOD_INVALID", "query.to");
}

static void a_match_that_fails_is_its_items_one_error(void **state) {
  observation_query own = QUERY_INIT;
  struct batch batch;
  batch_init(&batch);
  put_indicator(*state, "TRADE", "BIG", "Big", "CNY", 12);
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.AAA.BIG", 50, 1));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.BBB.BIG", 50, 1e300));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CCC.BIG", 50, 1e301));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DDD.BIG", 50, 2));
  own.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  add_key(&batch, "TRADE/A..BIG")->query = &own;
  const response_message *response = ask(*state, &batch);
  assert_string_equal(series_text(response), "0 TRADE/A.AAA.BIG 2020=1000000000000; "
                                             "0 TRADE/A.DDD.BIG 2020=2000000000000");
  assert_string_equal(errors_text(response), "0: 11 VALUE_INVALID items[0].query.scale");
}

static void bounds_round_inward_for_each_frequency(void **state) {
  observation_query query = QUERY_INIT;
  Bellwether__V1__PeriodBound from = bound_text("2020-02"), to = bound_text("2021");
  struct batch batch;
  batch_init(&batch);
  query.from = &from;
  query.to = &to;
  batch.message.query = &query;
  add_key(&batch, "TRADE/.CHN.X");
  assert_string_equal(series_text(ask(*state, &batch)),
                      "0 TRADE/A.CHN.X 2021=2; 0 TRADE/M.CHN.X 2020-02=8");
}

static void series_without_rows_in_the_range_are_still_there(void **state) {
  observation_query query = QUERY_INIT;
  Bellwether__V1__PeriodBound to = bound_text("2020");
  struct batch batch;
  batch_init(&batch);
  query.to = &to;
  batch.message.query = &query;
  add_key(&batch, "TRADE/A..X");
  assert_string_equal(series_text(ask(*state, &batch)),
                      "0 TRADE/A.CHN.X 2020=1; 0 TRADE/A.DEU.X ; 0 TRADE/A.USA.X ");
}

static void series_that_have_not_changed_are_left_out(void **state) {
  struct engine_fixture *fixture = *state;
  struct batch batch;
  batch_init(&batch);
  batch.message.if_changed_since = fixture->revision;
  put_figures(fixture, "R2", 2, FIGURES("TRADE/A.DEU.X", 51, 40));
  add_key(&batch, "TRADE/A..");
  add_key(&batch, "TRADE/M.CHN.X");
  const response_message *response = ask(fixture, &batch);
  assert_string_equal(series_text(response), "0 TRADE/A.DEU.X 2021=40 2022=5");
  assert_int_equal(response->not_modified_count, 3);
  assert_string_equal(errors_text(response), "");
}

static void series_that_are_described_anew_are_not_left_out(void **state) {
  struct engine_fixture *fixture = *state;
  struct batch batch;
  batch_init(&batch);
  batch.message.if_changed_since = fixture->revision;
  put_indicator(fixture, "TRADE", "X", "Exports", "EUR", 3);
  add_key(&batch, "TRADE/A.DEU.X");
  const response_message *response = ask(fixture, &batch);
  assert_string_equal(series_text(response), "0 TRADE/A.DEU.X 2021=4 2022=5");
  assert_int_equal(response->not_modified_count, 0);
}

static void aligned_series_share_their_periods(void **state) {
  struct batch batch;
  batch_init(&batch);
  add_key(&batch, "TRADE/A.CHN+DEU.X");
  batch.message.alignment = BELLWETHER__V1__ALIGNMENT__ALIGNMENT_UNION;
  assert_string_equal(series_text(ask(*state, &batch)), "0 TRADE/A.CHN.X 2020=1 2021=2 2022=3; "
                                                        "0 TRADE/A.DEU.X 2020=NaN/O 2021=4 2022=5");
  batch.message.alignment = BELLWETHER__V1__ALIGNMENT__ALIGNMENT_INTERSECTION;
  assert_string_equal(series_text(ask(*state, &batch)),
                      "0 TRADE/A.CHN.X 2021=2 2022=3; 0 TRADE/A.DEU.X 2021=4 2022=5");
  add_key(&batch, "TRADE/M.CHN.X");
  call_fails(*state, "Observations/BatchGetObservations", &batch.message, RPC_INVALID_ARGUMENT,
             "ALIGNMENT_INVALID", "alignment");
}

static void errors_beside_aligned_series_have_as_many_hints_as_any(void **state) {
  struct batch batch;
  batch_init(&batch);
  batch.message.alignment = BELLWETHER__V1__ALIGNMENT__ALIGNMENT_UNION;
  for (size_t i = 0; i < FIND_HINTS; i++)
    add_key(&batch, "TRADE/A.DEV.X");
  const response_message *response = ask(*state, &batch);
  assert_int_equal(response->n_errors, batch.message.n_items);
  for (size_t i = 0; i < response->n_errors; i++)
    assert_string_equal(response->errors[i]->status->details[0]->hint,
                        "did you mean TRADE/A.DEU.X?");
}

static void aligned_rows_without_a_release_name_none(void **state) {
  observation_query query = QUERY_INIT;
  struct batch batch;
  batch_init(&batch);
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  batch.message.query = &query;
  batch.message.alignment = BELLWETHER__V1__ALIGNMENT__ALIGNMENT_UNION;
  add_key(&batch, "TRADE/A.CHN+DEU.X");
  const response_message *response = ask(*state, &batch);
  assert_string_equal(rows_text(response->series[1]->observations), "2020=NaN/O 2021=4 2022=5");
  assert_int_equal(response->series[1]->observations->n_releases > 0, true);
}

static void too_many_items_are_refused(void **state) {
  enum { ONE_PAST = 10001 };
  item_message item = BELLWETHER__V1__BATCH_ITEM__INIT;
  item_message **pointers = calloc(ONE_PAST, sizeof *pointers);
  request_message request = BELLWETHER__V1__BATCH_GET_OBSERVATIONS_REQUEST__INIT;
  item.item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
  item.key = TEXT("TRADE/A.USA.X");
  for (size_t i = 0; i < ONE_PAST; i++)
    pointers[i] = &item;
  request.n_items = ONE_PAST;
  request.items = pointers;
  call_fails(*state, "Observations/BatchGetObservations", &request, RPC_RESOURCE_EXHAUSTED,
             "TOO_MANY_ITEMS", "items");
  request.n_items--;
  const response_message *response = call_ok(*state, "Observations/BatchGetObservations", &request);
  assert_true(response->n_series > 0);
  free(pointers);
}

#define SERIES_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, with_series, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      SERIES_TEST(no_items_have_no_answer),
      SERIES_TEST(series_follow_the_items_order_and_duplicates_stay),
      SERIES_TEST(matches_of_a_pattern_have_the_index_of_their_item),
      SERIES_TEST(an_item_that_fails_fails_nobody_else),
      SERIES_TEST(an_empty_key_is_no_pattern),
      SERIES_TEST(an_item_may_have_its_own_query),
      SERIES_TEST(a_wrong_query_of_an_item_is_that_items_error),
      SERIES_TEST(a_match_that_fails_is_its_items_one_error),
      SERIES_TEST(bounds_round_inward_for_each_frequency),
      SERIES_TEST(series_without_rows_in_the_range_are_still_there),
      SERIES_TEST(series_that_have_not_changed_are_left_out),
      SERIES_TEST(series_that_are_described_anew_are_not_left_out),
      SERIES_TEST(aligned_series_share_their_periods),
      SERIES_TEST(errors_beside_aligned_series_have_as_many_hints_as_any),
      SERIES_TEST(aligned_rows_without_a_release_name_none),
      SERIES_TEST(too_many_items_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
