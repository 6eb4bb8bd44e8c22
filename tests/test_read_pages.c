/* SPDX-License-Identifier: MIT */
/* Pages of figures: together they are the answer in one go, whatever their size, or the reader is
 * told that there is none. */
#include <stdio.h>

#include "tests/reading.h"

#define QUERY_INIT BELLWETHER__V1__OBSERVATION_QUERY__INIT
#define BATCH "Observations/BatchGetObservations"
#define SINGLE "Observations/GetObservations"

typedef Bellwether__V1__BatchItem item_message;
typedef Bellwether__V1__BatchGetObservationsRequest batch_request;
typedef Bellwether__V1__BatchGetObservationsResponse batch_response;
typedef Bellwether__V1__GetObservationsRequest single_request;
typedef Bellwether__V1__GetObservationsResponse single_response;

static int with_series(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1, 2, 3, 4, 5));
  put_figures(*state, "R2", 2, FIGURES("TRADE/A.CHN.X", 51, 20, 3, 40));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.X", 50, 6, 7, 8));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.EMP.X", 40, 9));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.USA.X", 50, 10, 11));
  return failed;
}

/* Appends what a page shows of a series, joined to what the page before showed of it. */
static void add_series(char *text, const series_observations *series, bool goes_on) {
  const char *rows = rows_text(series->observations);
  if (!goes_on)
    text_add(text, "%u %s", series->item_index, series->key);
  text_add(text, "%s%s%s", rows[0] == '\0' ? "" : " ", rows, series->continues ? "" : "; ");
}

/* All pages after each other into the text, the errors behind the series; the number of pages. */
static size_t read_all(struct engine_fixture *fixture, batch_request *request, char *text) {
  char errors[256] = "";
  size_t errors_size = 0;
  size_t n_pages = 0;
  bool goes_on = false;
  request->page_token = TEXT("");
  text[0] = '\0';
  do {
    const batch_response *page = call_ok(fixture, BATCH, request);
    for (size_t i = 0; i < page->n_series; i++) {
      add_series(text, page->series[i], goes_on);
      goes_on = page->series[i]->continues;
      assert_true(!goes_on || (i + 1 == page->n_series && page->next_page_token[0] != '\0'));
    }
    for (size_t i = 0; i < page->n_errors; i++)
      errors_size += (size_t)snprintf(errors + errors_size, sizeof errors - errors_size, "%s; ",
                                      item_error_text(page->errors[i]));
    request->page_token = page->next_page_token;
    assert_true(++n_pages < 1000);
  } while (request->page_token[0] != '\0');
  text_add(text, "%s", errors);
  return n_pages;
}

struct batch {
  batch_request message;
  item_message items[4];
  item_message *pointers[4];
};

/* A pattern, a key that is not there, a handle, a key. */
static void batch_init(struct engine_fixture *fixture, struct batch *batch) {
  bellwether__v1__batch_get_observations_request__init(&batch->message);
  batch->message.items = batch->pointers;
  batch->message.n_items = count_of(batch->items);
  for (size_t i = 0; i < count_of(batch->items); i++) {
    bellwether__v1__batch_item__init(&batch->items[i]);
    batch->items[i].item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_KEY;
    batch->pointers[i] = &batch->items[i];
  }
  batch->items[0].key = TEXT("TRADE/A..");
  batch->items[1].key = TEXT("TRADE/A.FRA.X");
  batch->items[2].item_case = BELLWETHER__V1__BATCH_ITEM__ITEM_HANDLE;
  batch->items[2].handle = handle_of(fixture, "TRADE/A.CHN.X");
  batch->items[3].key = TEXT("TRADE/A.USA.X");
}

static void pages_of_any_number_of_rows_are_the_answer_in_one_go(void **state) {
  struct batch batch;
  static char whole[TEXT_BUFFER_BYTES], pages[TEXT_BUFFER_BYTES];
  batch_init(*state, &batch);
  assert_int_equal(read_all(*state, &batch.message, whole), 1);
  for (uint32_t rows = 1; rows < 20; rows++) {
    batch.message.page_size = rows;
    size_t n_pages = read_all(*state, &batch.message, pages);
    assert_string_equal(pages, whole);
    assert_true(rows > 17 || n_pages > 1);
  }
}

static void pages_of_every_kind_of_query_are_the_answer_in_one_go(void **state) {
  Bellwether__V1__PeriodBound from = bound_text("2021"), to = bound_text("2023");
  Bellwether__V1__AsOf as_of = as_of_release("R1");
  Bellwether__V1__Fill fill = BELLWETHER__V1__FILL__INIT;
  observation_query queries[] = {QUERY_INIT, QUERY_INIT, QUERY_INIT, QUERY_INIT,
                                 QUERY_INIT, QUERY_INIT, QUERY_INIT};
  static char whole[TEXT_BUFFER_BYTES], pages[TEXT_BUFFER_BYTES];
  fill.insert_missing = true;
  queries[0].from = &from;
  queries[0].to = &to;
  queries[1].as_of = &as_of;
  queries[2].first_n = 3;
  queries[3].last_n = 3;
  queries[4].first_n = 4;
  queries[4].last_n = 3;
  queries[5].view = BELLWETHER__V1__VIEW__VIEW_FULL;
  queries[5].period_labels = true;
  queries[6].fill = &fill;
  queries[6].from = &from;
  for (size_t i = 0; i < count_of(queries); i++) {
    struct batch batch;
    batch_init(*state, &batch);
    batch.message.query = &queries[i];
    read_all(*state, &batch.message, whole);
    for (uint32_t rows = 1; rows < 8; rows++) {
      batch.message.page_size = rows;
      assert_true(read_all(*state, &batch.message, pages) > 1);
      assert_string_equal(pages, whole);
    }
  }
}

static void pages_end_below_the_callers_limit(void **state) {
  struct engine_fixture *fixture = *state;
  struct batch batch;
  observation_query query = QUERY_INIT;
  static char whole[TEXT_BUFFER_BYTES], pages[TEXT_BUFFER_BYTES];
  batch_init(fixture, &batch);
  query.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  batch.message.query = &query;
  read_all(fixture, &batch.message, whole);
  for (uint32_t limit = 512; limit <= 2048; limit *= 2) {
    fixture->max_reply_bytes = limit;
    assert_true(read_all(fixture, &batch.message, pages) > 1 || limit == 2048);
    assert_true(fixture->reply_bytes <= limit);
    fixture->max_reply_bytes = 0;
    assert_string_equal(pages, whole);
  }
}

/* More than a page of 1 MiB has room for: 200,000 minutes. */
enum { MINUTES = 200000 };

static void put_minutes(struct engine_fixture *fixture) {
  struct statements_message series;
  double *values = calloc(MINUTES, sizeof *values);
  for (size_t i = 0; i < MINUTES; i++)
    values[i] = (double)i;
  statements_message_init(&series, "TRADE/N.CHN.X", 0, MINUTES, values);
  put_statements(fixture, "R1", 1, &series);
  free(values);
}

static size_t check_values(const Bellwether__V1__ObservationColumns *rows, size_t from) {
  assert_int_equal(rows->first_period, from);
  for (size_t i = 0; i < rows->n_values; i++)
    assert_true(rows->values[i] == (double)(from + i));
  return from + rows->n_values;
}

static void a_long_series_ends_its_pages_at_a_mebibyte(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/N.CHN.X");
  single_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  size_t n_rows = 0;
  put_minutes(fixture);
  request.series = &ref;
  const single_response *first = call_ok(fixture, SINGLE, &request);
  assert_true(first->series->continues);
  assert_true(fixture->reply_bytes <= (1 << 20) && fixture->reply_bytes > (1 << 20) - 8192);
  n_rows = check_values(first->series->observations, n_rows);
  request.page_token = first->next_page_token;
  const single_response *second = call_ok(fixture, SINGLE, &request);
  n_rows = check_values(second->series->observations, n_rows);
  assert_int_equal(n_rows, MINUTES);
  assert_false(second->series->continues);
  assert_string_equal(second->next_page_token, "");
}

static void a_page_size_may_ask_for_more_than_a_mebibyte(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/N.CHN.X");
  single_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  put_minutes(*state);
  request.series = &ref;
  request.page_size = MINUTES;
  const single_response *response = call_ok(*state, SINGLE, &request);
  assert_int_equal(check_values(response->series->observations, 0), MINUTES);
  assert_string_equal(response->next_page_token, "");
}

/* The first page of two rows, whose token is then in the request. */
static void read_first(struct engine_fixture *fixture, batch_request *request) {
  request->page_size = 2;
  const batch_response *page = call_ok(fixture, BATCH, request);
  assert_int_equal(page->n_series, 1);
  assert_true(page->series[0]->continues);
  request->page_token = page->next_page_token;
}

static void a_change_of_a_series_on_the_next_page_ends_the_reading(void **state) {
  struct batch batch;
  batch_init(*state, &batch);
  read_first(*state, &batch.message);
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.CHN.X", 50, 100));
  call_fails(*state, BATCH, &batch.message, RPC_ABORTED, "PAGE_CHANGED", "page_token");
  assert_hint((struct engine_fixture *)*state, "start again without a page_token");
}

static void a_change_elsewhere_ends_nothing(void **state) {
  struct batch batch;
  batch_init(*state, &batch);
  read_first(*state, &batch.message);
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.DEU.X", 50, 100));
  put_figures(*state, "R3", 3, FIGURES("TRADE/M.CHN.X", 50, 100));
  put_dataset(*state, "OTHER");
  const batch_response *page = call_ok(*state, BATCH, &batch.message);
  assert_string_equal(rows_text(page->series[0]->observations), "2022=3 2023=40");
}

static void a_series_that_does_not_fit_any_more_ends_nothing_yet(void **state) {
  struct batch batch;
  batch_init(*state, &batch);
  read_first(*state, &batch.message);
  batch.message.page_size = 3;
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.DEU.X", 50, 100));
  const batch_response *page = call_ok(*state, BATCH, &batch.message);
  assert_int_equal(page->n_series, 1);
  assert_string_equal(rows_text(page->series[0]->observations), "2022=3 2023=40 2024=5");
  assert_false(page->series[0]->continues);
  batch.message.page_token = page->next_page_token;
  call_fails(*state, BATCH, &batch.message, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void a_series_deleted_in_its_midst_ends_the_reading(void **state) {
  struct batch batch;
  batch_init(*state, &batch);
  read_first(*state, &batch.message);
  delete_series(*state, "TRADE/A.CHN.X");
  call_fails(*state, BATCH, &batch.message, RPC_ABORTED, "PAGE_CHANGED", "page_token");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1, 2, 3));
  call_fails(*state, BATCH, &batch.message, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void aligned_pages_agree_with_each_other(void **state) {
  struct batch batch;
  batch_init(*state, &batch);
  batch.message.alignment = BELLWETHER__V1__ALIGNMENT__ALIGNMENT_UNION;
  static char whole[TEXT_BUFFER_BYTES], pages[TEXT_BUFFER_BYTES];
  read_all(*state, &batch.message, whole);
  batch.message.page_size = 2;
  read_all(*state, &batch.message, pages);
  assert_string_equal(pages, whole);
  batch.message.page_token = TEXT("");
  read_first(*state, &batch.message);
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.DEU.X", 52, 100, 101, 102, 103, 104));
  call_fails(*state, BATCH, &batch.message, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void pages_that_need_another_series_agree_on_it(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.DEU.X"), whole = ref_key("TRADE/A.CHN.X");
  Bellwether__V1__Transform share = BELLWETHER__V1__TRANSFORM__INIT, *transforms[] = {&share};
  observation_query query = QUERY_INIT;
  single_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  share.function = BELLWETHER__V1__TRANSFORM_FUNCTION__TRANSFORM_FUNCTION_SHARE;
  share.other = &whole;
  query.n_transforms = 1;
  query.transforms = transforms;
  request.series = &ref;
  request.query = &query;
  request.page_size = 1;
  const single_response *page = call_ok(*state, SINGLE, &request);
  assert_string_equal(rows_text(page->series->observations), "2020=600");
  request.page_token = page->next_page_token;
  page = call_ok(*state, SINGLE, &request);
  assert_string_equal(rows_text(page->series->observations), "2021=35");
  put_figures(*state, "R3", 3, FIGURES("TRADE/A.CHN.X", 51, 70));
  call_fails(*state, SINGLE, &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void an_answer_has_changed_when_the_other_series_has(void **state) {
  struct engine_fixture *fixture = *state;
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.DEU.X"), whole = ref_key("TRADE/A.CHN.X");
  Bellwether__V1__Transform share = BELLWETHER__V1__TRANSFORM__INIT, *transforms[] = {&share};
  observation_query query = QUERY_INIT;
  single_request request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  share.function = BELLWETHER__V1__TRANSFORM_FUNCTION__TRANSFORM_FUNCTION_SHARE;
  share.other = &whole;
  query.n_transforms = 1;
  query.transforms = transforms;
  request.series = &ref;
  request.query = &query;
  request.if_changed_since = fixture->revision;
  assert_true(((const single_response *)call_ok(fixture, SINGLE, &request))->not_modified);
  put_figures(fixture, "R3", 3, FIGURES("TRADE/A.CHN.X", 51, 70));
  const single_response *response = call_ok(fixture, SINGLE, &request);
  assert_false(response->not_modified);
  assert_string_equal(rows_text(response->series->observations),
                      "2020=600 2021=10 2022=266.66666666666663");
}

static void a_token_belongs_to_one_request(void **state) {
  struct batch batch;
  Bellwether__V1__SeriesRef ref = ref_key("TRADE/A.CHN.X");
  single_request other = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  batch_init(*state, &batch);
  read_first(*state, &batch.message);
  batch.message.page_size = 7;
  (void)call_ok(*state, BATCH, &batch.message);
  batch.items[3].key = TEXT("TRADE/A.DEU.X");
  call_fails(*state, BATCH, &batch.message, RPC_INVALID_ARGUMENT, "PAGE_TOKEN_INVALID",
             "page_token");
  other.series = &ref;
  other.page_token = batch.message.page_token;
  call_fails(*state, SINGLE, &other, RPC_INVALID_ARGUMENT, "PAGE_TOKEN_INVALID", "page_token");
}

static void a_token_that_was_touched_is_refused(void **state) {
  struct batch batch;
  char token[600];
  batch_init(*state, &batch);
  read_first(*state, &batch.message);
  size_t size = strlen(batch.message.page_token);
  assert_true(size < sizeof token);
  for (size_t i = 0; i < size; i += 7) {
    memcpy(token, batch.message.page_token, size + 1);
    token[i] = token[i] == 'A' ? 'B' : 'A';
    struct batch touched = batch;
    touched.message.page_token = token;
    call_fails(*state, BATCH, &touched.message, RPC_INVALID_ARGUMENT, "PAGE_TOKEN_INVALID",
               "page_token");
  }
  static const char *const others[] = {"A", "=", "AAAA", " ", "\xc3\xa9"};
  for (size_t i = 0; i < count_of(others); i++) {
    batch.message.page_token = TEXT(others[i]);
    call_fails(*state, BATCH, &batch.message, RPC_INVALID_ARGUMENT, "PAGE_TOKEN_INVALID",
               "page_token");
  }
}

static void a_token_outlives_the_server_but_not_its_store(void **state) {
  struct engine_fixture *fixture = *state;
  struct batch batch;
  void *other = NULL;
  batch_init(fixture, &batch);
  read_first(fixture, &batch.message);
  engine_fixture_reopen(fixture);
  const batch_response *page = call_ok(fixture, BATCH, &batch.message);
  assert_string_equal(rows_text(page->series[0]->observations), "2022=3 2023=40");
  assert_int_equal(with_series(&other), 0);
  call_fails(other, BATCH, &batch.message, RPC_INVALID_ARGUMENT, "PAGE_TOKEN_INVALID",
             "page_token");
  engine_fixture_teardown(&other);
}

#define SERIES_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, with_series, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      SERIES_TEST(pages_of_any_number_of_rows_are_the_answer_in_one_go),
      SERIES_TEST(pages_of_every_kind_of_query_are_the_answer_in_one_go),
      SERIES_TEST(pages_end_below_the_callers_limit),
      SERIES_TEST(a_long_series_ends_its_pages_at_a_mebibyte),
      SERIES_TEST(a_page_size_may_ask_for_more_than_a_mebibyte),
      SERIES_TEST(a_change_of_a_series_on_the_next_page_ends_the_reading),
      SERIES_TEST(a_change_elsewhere_ends_nothing),
      SERIES_TEST(a_series_that_does_not_fit_any_more_ends_nothing_yet),
      SERIES_TEST(a_series_deleted_in_its_midst_ends_the_reading),
      SERIES_TEST(aligned_pages_agree_with_each_other),
      SERIES_TEST(pages_that_need_another_series_agree_on_it),
      SERIES_TEST(an_answer_has_changed_when_the_other_series_has),
      SERIES_TEST(a_token_belongs_to_one_request),
      SERIES_TEST(a_token_that_was_touched_is_refused),
      SERIES_TEST(a_token_outlives_the_server_but_not_its_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
