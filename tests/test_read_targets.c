/* SPDX-License-Identifier: MIT */
/* Targets beside what came true, and cross sections: what the command does not show. */
#include "tests/reading.h"

typedef Bellwether__V1__CompareTargetsRequest targets_request;
typedef Bellwether__V1__CompareTargetsResponse targets_response;
typedef Bellwether__V1__GetCrossSectionRequest section_request;
typedef Bellwether__V1__GetCrossSectionResponse section_response;

#define KEY "TRADE/A.CHN.X"

/* One value with a status. */
static void put(struct engine_fixture *fixture, const char *release, int day, const char *key,
                int64_t period, double value, const char *status) {
  struct statements_message series;
  statements_message_init(&series, key, period, 1, &value);
  series.columns.statuses.data = (uint8_t *)(uintptr_t)status;
  series.columns.statuses.len = 1;
  put_statements(fixture, release, day, &series);
}

static int with_targets(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_code(*state, "TRADE", "AREA", "CHN", "China");
  put(*state, "R1", 1, KEY, 50, 10, "T");
  put(*state, "R2", 2, KEY, 50, 12, "T");
  put(*state, "R3", 3, KEY, 50, 11, "F");
  put(*state, "R4", 4, KEY, 50, 11, "A");
  put(*state, "R1", 1, KEY, 51, 20, "T");
  put(*state, "R1", 1, "TRADE/A.DEU.X", 50, 5, "T");
  put(*state, "R4", 4, "TRADE/A.DEU.X", 50, 5, "P");
  put(*state, "R4", 4, "TRADE/A.USA.X", 51, 11, "E");
  return failed;
}

/* "A.CHN.X 10/T@R1 11/A@R4 +1;": target and actual with status and release, the verdict. */
static const char *compared(struct engine_fixture *fixture, targets_request *request) {
  static const char VERDICTS[] = "?o+-";
  char *text = text_buffer();
  request->page_token = TEXT("");
  do {
    const targets_response *response = call_ok(fixture, "Observations/CompareTargets", request);
    for (size_t i = 0; i < response->n_rows; i++) {
      const Bellwether__V1__TargetComparison *row = response->rows[i];
      text_add(text, "%s%s %g/%s@%s", text[0] == '\0' ? "" : "; ", row->key + strlen("TRADE/A."),
               row->target, row->target_status, row->target_release->id);
      if (row->actual_release != NULL)
        text_add(text, " %g/%s@%s", row->actual, row->actual_status, row->actual_release->id);
      text_add(text, " %c", VERDICTS[(int)row->verdict]);
      assert_string_equal(row->unit->unit, "CNY");
      assert_int_equal(row->unit->unit_mult, 9);
    }
    request->page_token = response->next_page_token;
  } while (request->page_token[0] != '\0');
  return text;
}

static void pages_of_targets_are_the_answer_in_one_go(void **state) {
  char *keys[] = {TEXT("TRADE/A.."), TEXT(KEY)};
  targets_request request = BELLWETHER__V1__COMPARE_TARGETS_REQUEST__INIT;
  request.n_keys = 2;
  request.keys = keys;
  for (request.page_size = 0; request.page_size <= 8; request.page_size++)
    assert_string_equal(
        compared(*state, &request),
        "CHN.X 10/T@R1 11/A@R4 +; CHN.X 12/T@R2 11/A@R4 -; CHN.X 11/F@R3 11/A@R4 +; CHN.X 20/T@R1 "
        "o; DEU.X 5/T@R1 5/P@R4 +; CHN.X 10/T@R1 11/A@R4 +; CHN.X 12/T@R2 11/A@R4 -; CHN.X "
        "11/F@R3 11/A@R4 +; CHN.X 20/T@R1 o");
}

static void a_figure_that_is_withdrawn_is_no_longer_what_came_true(void **state) {
  char *keys[] = {TEXT("TRADE/A.DEU.X")};
  targets_request request = BELLWETHER__V1__COMPARE_TARGETS_REQUEST__INIT;
  request.n_keys = 1;
  request.keys = keys;
  put(*state, "R5", 5, "TRADE/A.DEU.X", 50, 9, "F");
  assert_string_equal(compared(*state, &request), "DEU.X 5/T@R1 5/P@R4 +; DEU.X 9/F@R5 5/P@R4 -");
  withdraw(*state, "R6", 6, "TRADE/A.DEU.X", 50);
  assert_string_equal(compared(*state, &request), "DEU.X 5/T@R1 o; DEU.X 9/F@R5 o");
}

static void no_key_and_keys_of_nothing_are_refused(void **state) {
  char *keys[] = {TEXT("TRADE/A.FRA.")};
  targets_request request = BELLWETHER__V1__COMPARE_TARGETS_REQUEST__INIT;
  call_fails(*state, "Observations/CompareTargets", &request, RPC_INVALID_ARGUMENT,
             "FIELD_REQUIRED", "keys");
  request.n_keys = 1;
  request.keys = keys;
  call_fails(*state, "Observations/CompareTargets", &request, RPC_NOT_FOUND, "NO_MATCH", "keys[0]");
}

/* "1 CHN 20@R1": rank, code, value and release. */
static const char *ranked(struct engine_fixture *fixture, section_request *request) {
  char *text = text_buffer();
  request->page_token = TEXT("");
  do {
    const section_response *response = call_ok(fixture, "Observations/GetCrossSection", request);
    for (size_t i = 0; i < response->n_rows; i++)
      text_add(text, "%s%u %s %g/%s@%s", text[0] == '\0' ? "" : "; ", response->rows[i]->rank,
               response->rows[i]->code, response->rows[i]->value, response->rows[i]->status,
               response->rows[i]->release->id);
    request->page_token = response->next_page_token;
  } while (request->page_token[0] != '\0');
  return text;
}

static void pages_of_a_cross_section_keep_its_ranks(void **state) {
  Bellwether__V1__PeriodBound period = bound_text("2020"), later = bound_text("2021");
  section_request request = BELLWETHER__V1__GET_CROSS_SECTION_REQUEST__INIT;
  request.pattern = TEXT("TRADE/A..X");
  put(*state, "R5", 5, "TRADE/A.USA.X", 50, 5, "A");
  for (request.page_size = 0; request.page_size <= 3; request.page_size++) {
    request.limit = 0;
    request.period = &period;
    assert_string_equal(ranked(*state, &request), "1 CHN 11/A@R4; 2 DEU 5/P@R4; 2 USA 5/A@R5");
    request.limit = 2;
    assert_string_equal(ranked(*state, &request), "1 CHN 11/A@R4; 2 DEU 5/P@R4");
    request.period = &later;
    assert_string_equal(ranked(*state, &request), "1 CHN 20/T@R1; 2 USA 11/E@R4");
  }
}

static void without_a_period_the_latest_is_ranked_be_it_a_target(void **state) {
  section_request request = BELLWETHER__V1__GET_CROSS_SECTION_REQUEST__INIT;
  request.pattern = TEXT("TRADE/A..X");
  assert_string_equal(ranked(*state, &request), "1 CHN 20/T@R1; 2 USA 11/E@R4; 3 DEU 5/P@R4");
}

static void a_change_between_two_pages_ends_the_reading(void **state) {
  char *keys[] = {TEXT("TRADE")};
  targets_request targets = BELLWETHER__V1__COMPARE_TARGETS_REQUEST__INIT;
  section_request section = BELLWETHER__V1__GET_CROSS_SECTION_REQUEST__INIT;
  targets.n_keys = 1;
  targets.keys = keys;
  targets.page_size = 1;
  const targets_response *compared_first =
      call_ok((struct engine_fixture *)*state, "Observations/CompareTargets", &targets);
  targets.page_token = compared_first->next_page_token;
  section.pattern = TEXT("TRADE/A..X");
  section.page_size = 1;
  const section_response *ranked_first =
      call_ok((struct engine_fixture *)*state, "Observations/GetCrossSection", &section);
  section.page_token = ranked_first->next_page_token;
  put(*state, "R5", 5, KEY, 50, 1, "A");
  call_fails(*state, "Observations/CompareTargets", &targets, RPC_ABORTED, "PAGE_CHANGED",
             "page_token");
  call_fails(*state, "Observations/GetCrossSection", &section, RPC_ABORTED, "PAGE_CHANGED",
             "page_token");
}

#define TARGETS_TEST(function)                                                                     \
  cmocka_unit_test_setup_teardown(function, with_targets, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TARGETS_TEST(pages_of_targets_are_the_answer_in_one_go),
      TARGETS_TEST(a_figure_that_is_withdrawn_is_no_longer_what_came_true),
      TARGETS_TEST(no_key_and_keys_of_nothing_are_refused),
      TARGETS_TEST(pages_of_a_cross_section_keep_its_ranks),
      TARGETS_TEST(without_a_period_the_latest_is_ranked_be_it_a_target),
      TARGETS_TEST(a_change_between_two_pages_ends_the_reading),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
