/* SPDX-License-Identifier: MIT */
/* GetLatest: the latest observation of many series in columns. */
#include <math.h>

#include "tests/reading.h"

typedef Bellwether__V1__GetLatestRequest request_message;
typedef Bellwether__V1__GetLatestResponse response_message;

#define METHOD "Observations/GetLatest"
#define REQUEST_INIT BELLWETHER__V1__GET_LATEST_REQUEST__INIT

static void put_with_status(struct engine_fixture *fixture, const char *release, int day,
                            const char *key, int64_t period, double value, char status) {
  struct statements_message series;
  uint8_t statuses[] = {(uint8_t)status};
  statements_message_init(&series, key, period, 1, &value);
  series.columns.statuses = (ProtobufCBinaryData){.len = 1, .data = statuses};
  put_statements(fixture, release, day, &series);
}

/* CHN to 2022, then a forecast; DEU to 2021, then missing; USA by month; EMP withdrawn. */
static int with_series(void **state) {
  int failed = engine_fixture_setup(state);
  put_dataset(*state, "TRADE");
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.X", 50, 1, 2, 3));
  put_with_status(*state, "R2", 2, "TRADE/A.CHN.X", 53, 4, 'F');
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.X", 50, 5, 6));
  put_with_status(*state, "R2", 2, "TRADE/A.DEU.X", 52, NAN, 'O');
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.EMP.X", 50, 7));
  withdraw(*state, "R2", 2, "TRADE/A.EMP.X", 50);
  put_figures(*state, "R1", 1, FIGURES("TRADE/M.USA.X", 600, 8));
  return failed;
}

/* "A 53 4/F; - 0 NaN/-": frequency, ordinal, value and status of each position. */
static const char *positions_text(const response_message *response) {
  char *text = text_buffer();
  size_t n = response->n_periods;
  assert_int_equal(response->n_values, n);
  assert_int_equal(response->frequencies.len, n);
  assert_true(response->statuses.len == 0 || response->statuses.len == n);
  for (size_t i = 0; i < n; i++) {
    char status = response->statuses.len == 0 ? 'A' : (char)response->statuses.data[i];
    text_add(text, "%s%c %d ", i == 0 ? "" : "; ", "-ASQMWBDHN"[response->frequencies.data[i]],
             (int)response -> periods[i]);
    if (isnan(response->values[i]))
      text_add(text, "NaN/%c", status);
    else
      text_add(text, "%.17g/%c", response->values[i], status);
  }
  return text;
}

static const response_message *ask_keys_at(struct engine_fixture *fixture, request_message *request,
                                           const char *key, const char *file, int line) {
  char *keys[] = {TEXT(key)};
  request->n_keys = 1;
  request->keys = keys;
  return call_ok_at(fixture, METHOD, &request->base, file, line);
}
#define ask_key(fixture, request, key) ask_keys_at((fixture), (request), (key), __FILE__, __LINE__)

static const char *latest_of(struct engine_fixture *fixture, const char *key) {
  request_message request = REQUEST_INIT;
  return positions_text(ask_key(fixture, &request, key));
}

static void the_latest_is_the_greatest_period_with_a_value(void **state) {
  assert_string_equal(latest_of(*state, "TRADE/A.CHN.X"), "A 53 4/F");
  assert_string_equal(latest_of(*state, "TRADE/A.DEU.X"), "A 51 6/A");
  assert_string_equal(latest_of(*state, "TRADE/M.USA.X"), "M 600 8/A");
}

static void positions_follow_the_items_keys_first_and_duplicates_stay(void **state) {
  char *keys[] = {TEXT("TRADE/M.USA.X"), TEXT("TRADE/A.DEU.X"), TEXT("TRADE/M.USA.X")};
  uint64_t handles[] = {handle_of(*state, "TRADE/A.CHN.X"), handle_of(*state, "TRADE/A.DEU.X"),
                        handle_of(*state, "TRADE/A.CHN.X")};
  request_message request = REQUEST_INIT;
  request.n_keys = count_of(keys);
  request.keys = keys;
  request.n_handles = count_of(handles);
  request.handles = handles;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_string_equal(positions_text(response),
                      "M 600 8/A; A 51 6/A; M 600 8/A; A 53 4/F; A 51 6/A; A 53 4/F");
  assert_int_equal(response->n_errors, 0);
  assert_int_equal(response->n_keys, 0);
  assert_int_equal(response->n_item_indexes, 0);
}

static void nothing_asked_is_nothing_answered(void **state) {
  request_message request = REQUEST_INIT;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_string_equal(positions_text(response), "");
}

static void statuses_travel_only_where_some_are_not_normal(void **state) {
  request_message request = REQUEST_INIT;
  assert_int_equal(ask_key(*state, &request, "TRADE/M.USA.X")->statuses.len, 0);
  assert_int_equal(ask_key(*state, &request, "TRADE/A.CHN.X")->statuses.len, 1);
  request.view = BELLWETHER__V1__VIEW__VIEW_VALUES;
  assert_int_equal(ask_key(*state, &request, "TRADE/A.CHN.X")->statuses.len, 0);
}

static void an_item_that_fails_keeps_its_position(void **state) {
  char *keys[] = {TEXT("TRADE/A.CHM.X"), TEXT("TRADE/A.CHN.X"), TEXT(""), TEXT("TRADE/A.CHN"),
                  TEXT("TRADE/A.EMP.X")};
  uint64_t handles[] = {4711, handle_of(*state, "TRADE/M.USA.X")};
  request_message request = REQUEST_INIT;
  delete_series(*state, "TRADE/M.USA.X");
  request.n_keys = count_of(keys);
  request.keys = keys;
  request.n_handles = count_of(handles);
  request.handles = handles;
  request.period_labels = true;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_string_equal(positions_text(response), "- 0 NaN/-; A 53 4/F; - 0 NaN/-; - 0 NaN/-; "
                                                "- 0 NaN/-; - 0 NaN/-; - 0 NaN/-");
  assert_string_equal(words_text(response->n_period_labels, response->period_labels), " 2023     ");
  static const char *const errors[] = {
      "0: 5 SERIES_NOT_FOUND keys[0]",    "2: 3 FIELD_REQUIRED keys[2]",
      "3: 3 KEY_INVALID keys[3]",         "4: 5 NO_VALUE keys[4]",
      "5: 5 SERIES_NOT_FOUND handles[0]", "6: 5 SERIES_DELETED handles[1]"};
  assert_int_equal(response->n_errors, count_of(errors));
  for (size_t i = 0; i < count_of(errors); i++)
    assert_string_equal(item_error_text(response->errors[i]), errors[i]);
  assert_string_equal(response->errors[0]->status->details[0]->hint, "did you mean TRADE/A.CHN.X?");
  assert_int_equal(response->n_item_indexes, 0);
}

static void a_pattern_takes_a_position_for_each_match(void **state) {
  char *keys[] = {TEXT("TRADE/M.USA.X"), TEXT("TRADE/A.DEU+CHN."), TEXT("TRADE/A.FRA.")};
  uint64_t handles[] = {handle_of(*state, "TRADE/A.DEU.X")};
  request_message request = REQUEST_INIT;
  request.n_keys = count_of(keys);
  request.keys = keys;
  request.n_handles = 1;
  request.handles = handles;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_string_equal(positions_text(response),
                      "M 600 8/A; A 53 4/F; A 51 6/A; - 0 NaN/-; A 51 6/A");
  static const uint32_t items[] = {0, 1, 1, 2, 3};
  assert_int_equal(response->n_item_indexes, count_of(items));
  assert_memory_equal(response->item_indexes, items, sizeof items);
  assert_string_equal(words_text(response->n_keys, response->keys),
                      "TRADE/M.USA.X TRADE/A.CHN.X TRADE/A.DEU.X TRADE/A.FRA. TRADE/A.DEU.X");
  assert_int_equal(response->n_errors, 1);
  assert_string_equal(item_error_text(response->errors[0]), "2: 5 NO_MATCH keys[2]");
  assert_string_equal(response->errors[0]->status->details[0]->hint, "no series has the code FRA");
}

static void a_match_without_a_value_keeps_its_position(void **state) {
  request_message request = REQUEST_INIT;
  const response_message *response = ask_key(*state, &request, "TRADE/A.EMP+DEU.X");
  assert_string_equal(positions_text(response), "A 51 6/A; - 0 NaN/-");
  assert_int_equal(response->n_errors, 0);
  response = ask_key(*state, &request, "TRADE/A.EMP.");
  assert_string_equal(positions_text(response), "- 0 NaN/-");
  assert_int_equal(response->n_errors, 1);
  assert_string_equal(item_error_text(response->errors[0]), "0: 5 NO_VALUE keys[0]");
}

static void the_actual_one_passes_over_forecasts_and_targets(void **state) {
  request_message request = REQUEST_INIT;
  put_with_status(*state, "R3", 3, "TRADE/A.CHN.X", 54, 5, 'T');
  assert_string_equal(latest_of(*state, "TRADE/A.CHN.X"), "A 54 5/T");
  request.actual_only = true;
  assert_string_equal(positions_text(ask_key(*state, &request, "TRADE/A.CHN.X")), "A 52 3/A");
  put_with_status(*state, "R1", 1, "TRADE/A.FRA.X", 50, 1, 'F');
  const response_message *none = ask_key(*state, &request, "TRADE/A.FRA.X");
  assert_string_equal(item_error_text(none->errors[0]), "0: 5 NO_VALUE keys[0]");
}

static void the_actual_one_may_lie_far_behind_many_forecasts(void **state) {
  enum { FORECASTS = 300 };
  static double values[FORECASTS];
  static uint8_t statuses[FORECASTS];
  request_message request = REQUEST_INIT;
  struct statements_message series;
  memset(statuses, 'F', sizeof statuses);
  statements_message_init(&series, "TRADE/M.USA.X", 601, FORECASTS, values);
  series.columns.statuses = (ProtobufCBinaryData){.len = FORECASTS, .data = statuses};
  put_statements(*state, "R2", 2, &series);
  assert_string_equal(latest_of(*state, "TRADE/M.USA.X"), "M 900 0/F");
  request.actual_only = true;
  assert_string_equal(positions_text(ask_key(*state, &request, "TRADE/M.USA.X")), "M 600 8/A");
}

static void what_was_the_latest_is_known_as_of_then(void **state) {
  Bellwether__V1__AsOf as_of = as_of_release("R1");
  request_message request = REQUEST_INIT;
  request.as_of = &as_of;
  assert_string_equal(positions_text(ask_key(*state, &request, "TRADE/A.CHN.X")), "A 52 3/A");
  assert_string_equal(positions_text(ask_key(*state, &request, "TRADE/A.EMP.X")), "A 50 7/A");
  as_of = as_of_date("1970-01-01");
  const response_message *none = ask_key(*state, &request, "TRADE/A.CHN.X");
  assert_string_equal(item_error_text(none->errors[0]), "0: 5 NO_VALUE keys[0]");
  as_of = as_of_release("R2");
  assert_string_equal(positions_text(ask_key(*state, &request, "TRADE/A.CHN.X")), "A 53 4/F");
}

static void the_full_view_has_dictionaries_of_releases_and_units(void **state) {
  char *keys[] = {TEXT("TRADE/A.CHN.X"), TEXT("TRADE/M.USA.X"), TEXT("TRADE/A.NON.X"),
                  TEXT("TRADE/A.DEU.Y")};
  static const uint32_t releases[] = {0, 1, 0, 1}, units[] = {0, 0, 0, 1};
  request_message request = REQUEST_INIT;
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_indicator(*state, "TRADE", "Y", "Imports", "USD", 6);
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.Y", 50, 1));
  request.n_keys = count_of(keys);
  request.keys = keys;
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_int_equal(response->n_releases, 2);
  assert_string_equal(response->releases[0]->id, "R2");
  assert_string_equal(response->releases[1]->id, "R1");
  assert_string_equal(response->releases[1]->publisher, "Customs");
  assert_int_equal(response->n_release_indexes, count_of(releases));
  assert_memory_equal(response->release_indexes, releases, sizeof releases);
  assert_int_equal(response->n_units, 2);
  assert_string_equal(response->units[0]->unit, "CNY");
  assert_string_equal(response->units[1]->unit, "USD");
  assert_int_equal(response->n_unit_indexes, count_of(units));
  assert_memory_equal(response->unit_indexes, units, sizeof units);
  assert_string_equal(words_text(response->n_keys, response->keys),
                      "TRADE/A.CHN.X TRADE/M.USA.X TRADE/A.NON.X TRADE/A.DEU.Y");
}

static void equal_units_and_releases_stand_once(void **state) {
  request_message request = REQUEST_INIT;
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  put_indicator(*state, "TRADE", "Y", "Imports", "CNY", 9);
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.Y", 50, 1));
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const response_message *response = ask_key(*state, &request, "TRADE/A.DEU.");
  assert_int_equal(response->n_periods, 2);
  assert_int_equal(response->n_units, 1);
  assert_int_equal(response->n_unit_indexes, 0);
  assert_int_equal(response->n_releases, 1);
  assert_int_equal(response->n_release_indexes, 0);
}

static void values_in_single_units_say_so(void **state) {
  request_message request = REQUEST_INIT;
  put_indicator(*state, "TRADE", "X", "Exports", "CNY", 9);
  request.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  request.view = BELLWETHER__V1__VIEW__VIEW_FULL;
  const response_message *response = ask_key(*state, &request, "TRADE/M.USA.X");
  assert_string_equal(positions_text(response), "M 600 8000000000/A");
  assert_int_equal(response->units[0]->unit_mult, 0);
  request.view = BELLWETHER__V1__VIEW__VIEW_VALUES;
  response = ask_key(*state, &request, "TRADE/M.USA.X");
  assert_string_equal(positions_text(response), "M 600 8000000000/A");
}

static void a_value_too_large_in_units_fails_nobody_else(void **state) {
  char *keys[] = {TEXT("TRADE/A.CHN.Y"), TEXT("TRADE/A.DEU.Y")};
  request_message request = REQUEST_INIT;
  put_indicator(*state, "TRADE", "Y", "Imports", "USD", 12);
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.CHN.Y", 50, 1e300));
  put_figures(*state, "R1", 1, FIGURES("TRADE/A.DEU.Y", 50, 1));
  request.scale = BELLWETHER__V1__SCALE__SCALE_UNITS;
  request.n_keys = count_of(keys);
  request.keys = keys;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_string_equal(positions_text(response), "- 0 NaN/-; A 50 1000000000000/A");
  assert_int_equal(response->n_errors, 1);
  assert_string_equal(item_error_text(response->errors[0]), "0: 11 VALUE_INVALID scale");
  response = ask_key(*state, &request, "TRADE/A..Y");
  assert_string_equal(positions_text(response), "- 0 NaN/-; A 50 1000000000000/A");
  assert_int_equal(response->n_errors, 1);
}

static void more_items_than_a_batch_has_are_refused(void **state) {
  enum { MOST = 10000 };
  static uint64_t handles[MOST];
  char *keys[] = {TEXT("TRADE/M.USA.X")};
  request_message request = REQUEST_INIT;
  request.n_handles = MOST;
  request.handles = handles;
  const response_message *response = call_ok(*state, METHOD, &request);
  assert_int_equal(response->n_errors, MOST);
  request.n_keys = 1;
  request.keys = keys;
  call_fails(*state, METHOD, &request, RPC_RESOURCE_EXHAUSTED, "TOO_MANY_ITEMS", "handles");
}

static void a_reply_beyond_the_callers_limit_is_refused_with_a_way_out(void **state) {
  struct engine_fixture *fixture = *state;
  char *keys[] = {TEXT("TRADE/A.CHN.X"), TEXT("TRADE"), TEXT("TRADE"), TEXT("TRADE"),
                  TEXT("TRADE"),         TEXT("TRADE"), TEXT("TRADE")};
  request_message request = REQUEST_INIT;
  request.n_keys = count_of(keys);
  request.keys = keys;
  fixture->max_reply_bytes = 1;
  call_fails(fixture, METHOD, &request, RPC_RESOURCE_EXHAUSTED, "REPLY_TOO_LARGE", NULL);
  assert_hint(fixture, "use BatchGetObservations with last_n 1, or ListSeries: both have pages");
  request.n_keys = 1;
  assert_string_equal(positions_text(call_ok(fixture, METHOD, &request)), "A 53 4/F");
}

#define SERIES_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, with_series, engine_fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      SERIES_TEST(the_latest_is_the_greatest_period_with_a_value),
      SERIES_TEST(positions_follow_the_items_keys_first_and_duplicates_stay),
      SERIES_TEST(nothing_asked_is_nothing_answered),
      SERIES_TEST(statuses_travel_only_where_some_are_not_normal),
      SERIES_TEST(an_item_that_fails_keeps_its_position),
      SERIES_TEST(a_pattern_takes_a_position_for_each_match),
      SERIES_TEST(a_match_without_a_value_keeps_its_position),
      SERIES_TEST(the_actual_one_passes_over_forecasts_and_targets),
      SERIES_TEST(the_actual_one_may_lie_far_behind_many_forecasts),
      SERIES_TEST(what_was_the_latest_is_known_as_of_then),
      SERIES_TEST(the_full_view_has_dictionaries_of_releases_and_units),
      SERIES_TEST(equal_units_and_releases_stand_once),
      SERIES_TEST(values_in_single_units_say_so),
      SERIES_TEST(a_value_too_large_in_units_fails_nobody_else),
      SERIES_TEST(more_items_than_a_batch_has_are_refused),
      SERIES_TEST(a_reply_beyond_the_callers_limit_is_refused_with_a_way_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
