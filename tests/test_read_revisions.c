/* SPDX-License-Identifier: MIT */
/* ListRevisions and ListVintages: what each release said of a series. */
#include <math.h>
#include <stdio.h>

#include "tests/reading.h"

typedef Bellwether__V1__ListRevisionsRequest request_message;
typedef Bellwether__V1__ListRevisionsResponse response_message;
typedef Bellwether__V1__ListVintagesRequest vintages_request;
typedef Bellwether__V1__ListVintagesResponse vintages_response;

#define KEY "TRADE/A.CHN.X"
#define METHOD "Observations/ListRevisions"
#define REQUEST_INIT BELLWETHER__V1__LIST_REVISIONS_REQUEST__INIT

/* R1: 2020=1 2021=2. R2: 2020=1 again, 2021=20, 2022=30. R3 withdraws 2020. R4: 2021=22. */
static int with_history(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R1", 1, FIGURES(KEY, 50, 1, 2));
  put_figures(*state, "R2", 2, FIGURES(KEY, 50, 1, 20, 30));
  withdraw(*state, "R3", 3, KEY, 50);
  put_figures(*state, "R4", 4, FIGURES(KEY, 51, 22));
  return failed;
}

static const char *release_of(const response_message *response, size_t row) {
  assert_true(response->release_indexes[row] < response->n_releases);
  return response->releases[response->release_indexes[row]]->id;
}

/* "2020 R1 1/A until 3; ...": period, release, value, status, and the day that displaced it. */
static void add_rows(char *text, const response_message *response) {
  size_t n = response->n_periods;
  assert_int_equal(response->n_values, n);
  assert_int_equal(response->statuses.len, n);
  assert_int_equal(response->n_release_indexes, n);
  assert_int_equal(response->n_known_until_ms, n);
  for (size_t i = 0; i < n; i++) {
    text_add(text, "%d %s ", 1970 + (int)response->periods[i], release_of(response, i));
    if (isnan(response->values[i]))
      text_add(text, "NaN/%c", response->statuses.data[i]);
    else
      text_add(text, "%.17g/%c", response->values[i], response->statuses.data[i]);
    if (response->known_until_ms[i] != 0)
      text_add(text, " until %d", (int)(response->known_until_ms[i] / DAY_MS));
    text_add(text, "; ");
  }
}

static const response_message *ask_at(struct engine_fixture *fixture, request_message *request,
                                      const char *file, int line) {
  static Bellwether__V1__SeriesRef ref;
  ref = ref_key(KEY);
  request->series = &ref;
  return call_ok_at(fixture, METHOD, &request->base, file, line);
}
#define ask(fixture, request) ask_at((fixture), (request), __FILE__, __LINE__)

static const char *rows_of(const response_message *response) {
  char *text = text_buffer();
  add_rows(text, response);
  return text;
}

#define WHOLE                                                                                      \
  "2020 R1 1/A until 3; 2020 R3 NaN/-; "                                                           \
  "2021 R1 2/A until 2; 2021 R2 20/A until 4; 2021 R4 22/A; 2022 R2 30/A; "

static void rows_are_by_period_and_then_in_the_order_of_releases(void **state) {
  request_message request = REQUEST_INIT;
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  const response_message *response = ask(*state, &request);
  assert_string_equal(rows_of(response), WHOLE);
  assert_string_equal(response->key, KEY);
  assert_int_equal(response->handle, handle_of(*state, KEY));
  assert_int_equal(response->frequency, BELLWETHER__V1__FREQUENCY__FREQUENCY_ANNUAL);
  assert_string_equal(response->unit->unit, "CNY");
  assert_int_equal(response->n_releases, 4);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(response->releases[i]->published_at_ms, (int64_t)(i + 1) * DAY_MS);
  assert_string_equal(response->next_page_token, "");
  assert_null(response->statistics);
}

static void a_withdrawn_row_is_no_number(void **state) {
  static const uint64_t canonical = UINT64_C(0x7ff8000000000000);
  request_message request = REQUEST_INIT;
  const response_message *response = ask(*state, &request);
  assert_int_equal(response->statuses.data[1], '-');
  assert_memory_equal(&response->values[1], &canonical, sizeof canonical);
}

static void a_release_that_arrives_late_takes_its_place(void **state) {
  request_message request = REQUEST_INIT;
  put_figures(*state, "R1B", 1, FIGURES(KEY, 51, 2.5));
  assert_string_equal(rows_of(ask(*state, &request)),
                      "2020 R1 1/A until 3; 2020 R3 NaN/-; 2021 R1 2/A until 1; "
                      "2021 R1B 2.5/A until 2; 2021 R2 20/A until 4; 2021 R4 22/A; 2022 R2 30/A; ");
}

static void bounds_choose_periods(void **state) {
  Bellwether__V1__PeriodBound from = bound_text("2020-06"), to = bound_text("2021");
  request_message request = REQUEST_INIT;
  request.from = &from;
  request.to = &to;
  assert_string_equal(rows_of(ask(*state, &request)),
                      "2021 R1 2/A until 2; 2021 R2 20/A until 4; 2021 R4 22/A; ");
  from.text = TEXT("2021-02");
  assert_string_equal(rows_of(ask(*state, &request)), "");
}

static void only_what_was_known_then_is_shown_and_never_clipped(void **state) {
  Bellwether__V1__AsOf as_of = as_of_release("R2");
  request_message request = REQUEST_INIT;
  request.as_of = &as_of;
  assert_string_equal(rows_of(ask(*state, &request)),
                      "2020 R1 1/A until 3; 2021 R1 2/A until 2; 2021 R2 20/A until 4; "
                      "2022 R2 30/A; ");
}

static void restatements_are_shown_when_asked_for(void **state) {
  request_message request = REQUEST_INIT;
  request.include_unchanged = true;
  const response_message *response = ask(*state, &request);
  assert_string_equal(rows_of(response),
                      "2020 R1 1/A until 3; 2020 R2 1/A until 3; 2020 R3 NaN/-; "
                      "2021 R1 2/A until 2; 2021 R2 20/A until 4; 2021 R4 22/A; 2022 R2 30/A; ");
  assert_int_equal(response->n_unchanged_indexes, 1);
  assert_int_equal(response->unchanged_indexes[0], 1);
}

static void comments_and_labels_come_with_their_rows(void **state) {
  static const double value[] = {31};
  Bellwether__V1__Comment remark = BELLWETHER__V1__COMMENT__INIT, *remarks[] = {&remark};
  struct statements_message series;
  request_message request = REQUEST_INIT;
  remark.text = TEXT("about");
  statements_message_init(&series, KEY, 52, 1, value);
  series.columns.n_comments = 1;
  series.columns.comments = remarks;
  put_statements(*state, "R5", 5, &series);
  request.period_labels = true;
  const response_message *response = ask(*state, &request);
  assert_int_equal(response->n_comments, 1);
  assert_int_equal(response->comments[0]->index, 6);
  assert_string_equal(response->comments[0]->text, "about");
  assert_string_equal(words_text(response->n_period_labels, response->period_labels),
                      "2020 2020 2021 2021 2021 2022 2022");
}

static void pages_of_rows_are_the_answer_in_one_go(void **state) {
  for (uint32_t rows = 1; rows < 8; rows++) {
    for (int unchanged = 0; unchanged < 2; unchanged++) {
      request_message request = REQUEST_INIT;
      char *pages = text_buffer();
      size_t n_pages = 0;
      request.include_unchanged = unchanged;
      const char *whole = rows_of(ask(*state, &request));
      request.page_size = rows;
      do {
        const response_message *response = ask(*state, &request);
        assert_true(response->n_periods <= rows);
        add_rows(pages, response);
        request.page_token = response->next_page_token;
        assert_true(++n_pages < 20);
      } while (request.page_token[0] != '\0');
      assert_string_equal(pages, whole);
    }
  }
}

static void a_change_of_the_series_ends_the_pages(void **state) {
  request_message request = REQUEST_INIT;
  request.page_size = 2;
  request.page_token = ask(*state, &request)->next_page_token;
  put_figures(*state, "R5", 5, FIGURES("TRADE/A.USA.X", 50, 1));
  (void)ask(*state, &request);
  put_figures(*state, "R5", 5, FIGURES(KEY, 52, 31));
  call_fails(*state, METHOD, &request, RPC_ABORTED, "PAGE_CHANGED", "page_token");
}

static void statistics_are_of_last_minus_first_figures(void **state) {
  request_message request = REQUEST_INIT;
  request.statistics = true;
  request.page_size = 1;
  const response_message *response = ask(*state, &request);
  const Bellwether__V1__RevisionStatistics *statistics = response->statistics;
  assert_int_equal(statistics->period_count, 3);
  assert_int_equal(statistics->revised_period_count, 1);
  assert_int_equal(statistics->revision_count, 2);
  assert_true(statistics->mean_revision == 20.0 / 3);
  assert_true(statistics->mean_absolute_revision == 20.0 / 3);
  assert_true(statistics->max_absolute_revision == 20);
  request.page_token = response->next_page_token;
  assert_null(ask(*state, &request)->statistics);
}

static void statistics_know_the_sign_and_the_bounds(void **state) {
  Bellwether__V1__AsOf as_of = as_of_release("R2");
  request_message request = REQUEST_INIT;
  request.statistics = true;
  put_figures(*state, "R1", 1, FIGURES(KEY, 53, 10));
  put_figures(*state, "R2", 2, FIGURES(KEY, 53, 4));
  put_figures(*state, "R3", 3, FIGURES(KEY, 53, 5));
  request.as_of = &as_of;
  const Bellwether__V1__RevisionStatistics *statistics = ask(*state, &request)->statistics;
  assert_int_equal(statistics->period_count, 4);
  assert_int_equal(statistics->revision_count, 2);
  assert_true(statistics->mean_revision == (18 - 6) / 4.0);
  assert_true(statistics->mean_absolute_revision == (18 + 6) / 4.0);
  assert_true(statistics->max_absolute_revision == 18);
}

static void statistics_of_nothing_are_zero(void **state) {
  Bellwether__V1__PeriodBound from = bound_text("2050");
  request_message request = REQUEST_INIT;
  request.statistics = true;
  request.from = &from;
  const response_message *response = ask(*state, &request);
  assert_int_equal(response->n_periods, 0);
  assert_int_equal(response->statistics->period_count, 0);
  assert_true(response->statistics->mean_revision == 0);
}

static void a_target_is_a_row_but_no_revision(void **state) {
  static const double value[] = {100};
  static uint8_t status[] = {'T'};
  struct statements_message series;
  request_message request = REQUEST_INIT;
  statements_message_init(&series, KEY, 52, 1, value);
  series.columns.statuses = (ProtobufCBinaryData){.len = 1, .data = status};
  put_statements(*state, "R5", 5, &series);
  request.statistics = true;
  const response_message *response = ask(*state, &request);
  assert_string_equal(rows_of(response), WHOLE "2022 R5 100/T; ");
  assert_int_equal(response->statistics->revision_count, 2);
}

static const char *vintages_text(const vintages_response *response) {
  char *text = text_buffer();
  for (size_t i = 0; i < response->n_vintages; i++) {
    const Bellwether__V1__Vintage *vintage = response->vintages[i];
    text_add(text, "%s%s %d-%d stated %d withdrawn %d new %d revised %d unchanged %d%s",
             i == 0 ? "" : "; ", vintage->release->id, (int)vintage->first_period,
             (int)vintage->last_period, (int)vintage->stated_count, (int)vintage->withdrawn_count,
             (int)vintage->new_count, (int)vintage->revised_count, (int)vintage->unchanged_count,
             vintage->replaces ? " replaces" : "");
  }
  return text;
}

static void vintages_tell_what_each_release_changed(void **state) {
  static const double values[] = {22, 40};
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  vintages_request request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  struct statements_message series;
  statements_message_init(&series, KEY, 51, 2, values);
  series.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE;
  series.statements.source_url = TEXT("https://example.org/x");
  put_statements(*state, "R5", 5, &series);
  request.series = &ref;
  const vintages_response *response = call_ok(*state, "Observations/ListVintages", &request);
  assert_string_equal(response->key, KEY);
  assert_int_equal(response->frequency, BELLWETHER__V1__FREQUENCY__FREQUENCY_ANNUAL);
  assert_string_equal(vintages_text(response),
                      "R1 50-51 stated 2 withdrawn 0 new 2 revised 0 unchanged 0; "
                      "R2 50-52 stated 3 withdrawn 0 new 1 revised 1 unchanged 1; "
                      "R3 50-50 stated 0 withdrawn 1 new 0 revised 0 unchanged 0; "
                      "R4 51-51 stated 1 withdrawn 0 new 0 revised 1 unchanged 0; "
                      "R5 51-52 stated 2 withdrawn 0 new 0 revised 1 unchanged 1 replaces");
  assert_string_equal(response->vintages[4]->release->url, "https://example.org/x");
  assert_string_equal(response->vintages[0]->release->publisher, "Customs");
}

static void a_release_in_full_withdraws_what_it_leaves_out(void **state) {
  static const double values[] = {22};
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  vintages_request request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  request_message rows = REQUEST_INIT;
  struct statements_message series;
  statements_message_init(&series, KEY, 51, 1, values);
  series.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE;
  put_statements(*state, "R5", 5, &series);
  request.series = &ref;
  const vintages_response *response = call_ok(*state, "Observations/ListVintages", &request);
  assert_int_equal(response->vintages[4]->withdrawn_count, 1);
  assert_int_equal(response->vintages[4]->last_period, 52);
  assert_string_equal(rows_of(ask(*state, &rows)),
                      "2020 R1 1/A until 3; 2020 R3 NaN/-; 2021 R1 2/A until 2; "
                      "2021 R2 20/A until 4; 2021 R4 22/A; "
                      "2022 R2 30/A until 5; 2022 R5 NaN/-; ");
}

static void pages_of_vintages_follow_each_other(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  vintages_request request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  static const char *const pages[] = {"R1 R2 R3", "R4"};
  request.series = &ref;
  request.page_size = 3;
  for (size_t i = 0; i < count_of(pages); i++) {
    const vintages_response *response = call_ok(*state, "Observations/ListVintages", &request);
    char *ids[3] = {NULL};
    for (size_t j = 0; j < response->n_vintages; j++)
      ids[j] = response->vintages[j]->release->id;
    assert_string_equal(words_text(response->n_vintages, ids), pages[i]);
    request.page_token = response->next_page_token;
  }
  assert_string_equal(request.page_token, "");
}

static void a_change_of_the_series_ends_the_pages_of_vintages(void **state) {
  Bellwether__V1__SeriesRef ref = ref_key(KEY);
  vintages_request request = BELLWETHER__V1__LIST_VINTAGES_REQUEST__INIT;
  request.series = &ref;
  request.page_size = 3;
  const vintages_response *response = call_ok(*state, "Observations/ListVintages", &request);
  request.page_token = response->next_page_token;
  delete_release(*state, "R1");
  call_fails(*state, "Observations/ListVintages", &request, RPC_ABORTED, "PAGE_CHANGED",
             "page_token");
}

#define HISTORY_TEST(function)                                                                     \
  cmocka_unit_test_setup_teardown(function, with_history, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      HISTORY_TEST(rows_are_by_period_and_then_in_the_order_of_releases),
      HISTORY_TEST(a_withdrawn_row_is_no_number),
      HISTORY_TEST(a_release_that_arrives_late_takes_its_place),
      HISTORY_TEST(bounds_choose_periods),
      HISTORY_TEST(only_what_was_known_then_is_shown_and_never_clipped),
      HISTORY_TEST(restatements_are_shown_when_asked_for),
      HISTORY_TEST(comments_and_labels_come_with_their_rows),
      HISTORY_TEST(pages_of_rows_are_the_answer_in_one_go),
      HISTORY_TEST(a_change_of_the_series_ends_the_pages),
      HISTORY_TEST(statistics_are_of_last_minus_first_figures),
      HISTORY_TEST(statistics_know_the_sign_and_the_bounds),
      HISTORY_TEST(statistics_of_nothing_are_zero),
      HISTORY_TEST(a_target_is_a_row_but_no_revision),
      HISTORY_TEST(vintages_tell_what_each_release_changed),
      HISTORY_TEST(a_release_in_full_withdraws_what_it_leaves_out),
      HISTORY_TEST(pages_of_vintages_follow_each_other),
      HISTORY_TEST(a_change_of_the_series_ends_the_pages_of_vintages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
