/* SPDX-License-Identifier: MIT */
/* The calls for programs without Protobuf. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "bellwether/v1/observations.pb-c.h"
#include "proto/limits.h"
#include "tests/asking.h"
#include "tests/messages.h"
#include "tests/wire.h"

/* --- A real server ---------------------------------------------------------------------------- */

enum { N_MINUTES = 300000 }; /* more than a page holds */

struct served_client {
  struct wire wire;
  struct bellwether_client *client;
};

static int open_all(void **state) {
  static const double ANNUAL[] = {1.69, NAN, 2.11};
  struct served_client *all = calloc(1, sizeof *all);
  double *minutes = malloc(N_MINUTES * sizeof *minutes);
  for (int i = 0; i < N_MINUTES; i++)
    minutes[i] = i;
  wire_open(&all->wire, "ipc", NULL);
  wire_state(&all->wire, "TRADE/A.CHN.TRADE", 50, count_of(ANNUAL), ANNUAL);
  wire_state(&all->wire, "TRADE/N.CHN.PRICE", -2, N_MINUTES, minutes);
  all->client = client_of(wire_url(&all->wire));
  free(minutes);
  *state = all;
  return 0;
}

static int close_all(void **state) {
  struct served_client *all = *state;
  bellwether_close(all->client);
  wire_close(&all->wire);
  free(all);
  return 0;
}

static struct bellwether_client *client_in(void **state) {
  return ((struct served_client *)*state)->client;
}

static struct bellwether_series *get_ok(void **state, const char *key,
                                        const struct bellwether_query *query) {
  struct bellwether_series *series = NULL;
  struct bellwether_reply *reply = NULL;
  enum bellwether_status status = bellwether_get(client_in(state), key, query, &series, &reply);
  if (status != BELLWETHER_OK)
    fail_msg("%s: %s %s", key, bellwether_status_text(status),
             reply == NULL ? "" : bellwether_reply_message(reply));
  assert_null(reply);
  return series;
}

static void a_series_says_what_it_is_and_each_row_its_period_value_and_status(void **state) {
  scoped(bellwether_series_free) struct bellwether_series *series =
      get_ok(state, "TRADE/A.CHN.TRADE", NULL);
  assert_string_equal(series->key, "TRADE/A.CHN.TRADE");
  assert_true(series->handle != 0);
  assert_int_equal(series->frequency, 'A');
  assert_string_equal(series->unit, "CNY");
  assert_int_equal(series->unit_mult, 12);
  assert_int_equal(series->n, 3);
  assert_int_equal(series->periods[0], 50);
  assert_int_equal(series->periods[2], 52);
  assert_string_equal(series->labels[0], "2020");
  assert_string_equal(series->labels[2], "2022");
  assert_true(series->values[0] == 1.69 && isnan(series->values[1]) && series->values[2] == 2.11);
  assert_string_equal(series->statuses, "AOA"); /* NaN without a status is a missing value */
}

static void a_query_bounds_the_rows(void **state) {
  struct bellwether_query query = {.from = "2021", .to = "2022", .last_n = 1};
  scoped(bellwether_series_free) struct bellwether_series *series =
      get_ok(state, "TRADE/A.CHN.TRADE", &query);
  assert_int_equal(series->n, 1);
  assert_string_equal(series->labels[0], "2022");
}

static void a_range_without_rows_is_an_empty_series(void **state) {
  struct bellwether_query query = {.from = "1990", .to = "1991"};
  scoped(bellwether_series_free) struct bellwether_series *series =
      get_ok(state, "TRADE/A.CHN.TRADE", &query);
  assert_int_equal(series->n, 0);
  assert_string_equal(series->statuses, "");
  assert_int_equal(series->frequency, 'A');
  assert_string_equal(series->unit, "CNY");
}

static void as_of_takes_a_day_an_instant_or_a_release(void **state) {
  static const struct {
    const char *as_of;
    size_t n;
  } rows[] = {{"2020-09-12", 0},
              {"2020-09-13", 3},
              {"2020-09-13T12:26:39Z", 0},
              {"2020-09-13T12:26:40Z", 3},
              {"R1", 3}};
  for (size_t i = 0; i < count_of(rows); i++) {
    struct bellwether_query query = {.as_of = rows[i].as_of};
    scoped(bellwether_series_free) struct bellwether_series *series =
        get_ok(state, "TRADE/A.CHN.TRADE", &query);
    if (series->n != rows[i].n)
      fail_msg("%s: %zu rows", rows[i].as_of, series->n);
  }
}

static void pages_are_followed_to_the_end(void **state) {
  scoped(bellwether_series_free) struct bellwether_series *series =
      get_ok(state, "TRADE/N.CHN.PRICE", NULL);
  assert_int_equal(series->n, N_MINUTES);
  for (int i = 0; i < N_MINUTES; i++)
    assert_true(series->periods[i] == i - 2 && series->values[i] == i);
  assert_string_equal(series->labels[0], "1969-12-31T23:58");
  assert_string_equal(series->labels[2], "1970-01-01T00:00");
  assert_int_equal(strlen(series->statuses), N_MINUTES);
}

static void a_refused_get_says_why(void **state) {
  struct bellwether_series *series = NULL;
  struct bellwether_reply *reply = NULL;
  struct bellwether_query query = {.from = "2021-Q9"};
  enum bellwether_status status =
      bellwether_get(client_in(state), "TRADE/A.CHN.NONE", NULL, &series, &reply);
  assert_int_equal(status, BELLWETHER_REFUSED);
  assert_string_equal(bellwether_reply_reason(reply), "SERIES_NOT_FOUND");
  assert_null(series);
  bellwether_reply_free(reply);
  status = bellwether_get(client_in(state), "TRADE/A.CHN.TRADE", &query, &series, NULL);
  assert_int_equal(status, BELLWETHER_REFUSED);
  assert_null(series);
}

static void the_latest_of_each_key_stands_at_its_place(void **state) {
  static const char *const keys[] = {"TRADE/A.CHN.TRADE", "TRADE/A.CHN.NONE",  "nonsense",
                                     "TRADE/N.CHN.PRICE", "TRADE/A.CHN.TRADE", "TRADE/A..TRADE",
                                     "TRADE/.CHN."};
  struct bellwether_latest latest[count_of(keys)];
  struct bellwether_reply *reply = NULL;
  enum bellwether_status status =
      bellwether_latest(client_in(state), keys, count_of(keys), latest, &reply);
  assert_int_equal(status, BELLWETHER_OK);
  assert_null(reply);
  static const size_t same[] = {0, 4, 5}; /* the last of them a pattern of one series */
  for (size_t i = 0; i < count_of(same); i++) {
    const struct bellwether_latest *one = &latest[same[i]];
    assert_true(one->code == 0 && one->frequency == 'A' && one->status == 'A');
    assert_true(one->period == 52 && one->value == 2.11);
  }
  assert_int_equal(latest[1].code, 5);
  assert_true(isnan(latest[1].value) && latest[1].status == '-' && latest[1].frequency == '\0');
  assert_int_equal(latest[2].code, 3);
  assert_int_equal(latest[3].frequency, 'N');
  assert_int_equal(latest[6].code, 3); /* a pattern of two series */
}

static void any_number_of_keys_goes_in_batches(void **state) {
  enum { N = 2 * LIMIT_BATCH_ITEMS + 5, MISSING = LIMIT_BATCH_ITEMS + 1 };
  scoped(free) const char **keys = malloc(N * sizeof *keys);
  scoped(free) struct bellwether_latest *latest = calloc(N, sizeof *latest);
  for (size_t i = 0; i < N; i++)
    keys[i] = i == MISSING ? "TRADE/A.CHN.NONE" : "TRADE/A.CHN.TRADE";
  assert_int_equal(bellwether_latest(client_in(state), keys, N, latest, NULL), BELLWETHER_OK);
  for (size_t i = 0; i < N; i++)
    assert_int_equal(latest[i].code, i == MISSING ? 5 : 0);
  assert_true(latest[N - 1].value == 2.11);
  assert_int_equal(bellwether_latest(client_in(state), NULL, 0, NULL, NULL), BELLWETHER_OK);
}

/* --- A peer that says what it is told to -------------------------------------------------------
 */

static struct bytes reply_with(const ProtobufCMessage *response) {
  Bellwether__V1__Reply reply = BELLWETHER__V1__REPLY__INIT;
  scoped(free) uint8_t *packed = malloc(protobuf_c_message_get_packed_size(response) + 1);
  reply.response.len = protobuf_c_message_pack(response, packed);
  reply.response.data = packed;
  uint8_t *data = malloc(bellwether__v1__reply__get_packed_size(&reply) + 1);
  return bytes_of(data, bellwether__v1__reply__pack(&reply, data));
}

static struct bytes refusal(const char *reason) {
  Bellwether__V1__ErrorDetail detail = BELLWETHER__V1__ERROR_DETAIL__INIT;
  Bellwether__V1__ErrorDetail *details[] = {&detail};
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  Bellwether__V1__Reply reply = BELLWETHER__V1__REPLY__INIT;
  detail.reason = TEXT(reason);
  status.code = 10;
  status.details = details;
  status.n_details = 1;
  reply.status = &status;
  uint8_t *data = malloc(bellwether__v1__reply__get_packed_size(&reply) + 1);
  return bytes_of(data, bellwether__v1__reply__pack(&reply, data));
}

/* What a page has. */
struct page {
  int frequency;
  int64_t first;
  int32_t step; /* of the second row; 0: none is sent */
  size_t n;
  const char *statuses;
  const char *token;
};

static struct bytes page_reply(const struct page *page) {
  double values[] = {1, 2, 3};
  int32_t steps[] = {page->step, 1, 1};
  Bellwether__V1__ObservationColumns columns = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;
  Bellwether__V1__SeriesObservations series = BELLWETHER__V1__SERIES_OBSERVATIONS__INIT;
  Bellwether__V1__GetObservationsResponse response =
      BELLWETHER__V1__GET_OBSERVATIONS_RESPONSE__INIT;
  columns.frequency = (Bellwether__V1__Frequency)page->frequency;
  columns.first_period = page->first;
  columns.values = values;
  columns.n_values = page->n;
  columns.period_steps = steps;
  columns.n_period_steps = page->step != 0 ? 1 : 0;
  columns.statuses.data = (uint8_t *)TEXT(page->statuses);
  columns.statuses.len = page->statuses == NULL ? 0 : strlen(page->statuses);
  series.key = TEXT("D/A.X");
  series.observations = &columns;
  response.series = &series;
  response.next_page_token = TEXT(page->token == NULL ? "" : page->token);
  return reply_with(&response.base);
}

static void free_replies(struct bytes *replies, size_t n) {
  for (size_t i = 0; i < n; i++)
    free((uint8_t *)(uintptr_t)replies[i].data);
}

static enum bellwether_status get_from_peer(struct bytes *replies, size_t n,
                                            struct bellwether_series **ret_series,
                                            struct bellwether_reply **ret_reply) {
  struct peer *peer = peer_open("inproc://typed", replies, n);
  struct bellwether_client *client = client_of("inproc://typed");
  enum bellwether_status status = bellwether_get(client, "D/A.X", NULL, ret_series, ret_reply);
  bellwether_close(client);
  peer_close(peer);
  free_replies(replies, n);
  return status;
}

static void columns_that_make_no_sense_are_invalid(void **state) {
  (void)state;
  static const struct page pages[] = {
      {.frequency = 0, .n = 1},
      {.frequency = 10, .n = 1},
      {.frequency = 1, .n = 2, .statuses = "A"},
      {.frequency = 1, .n = 3, .step = 1},
      {.frequency = 1, .n = 2, .step = -1},
      {.frequency = 1, .n = 1, .first = INT64_MAX},
      {.frequency = 1, .n = 3, .first = 9999 - 1970},
      {.frequency = 1, .n = 0, .step = 1},
  };
  for (size_t i = 0; i < count_of(pages); i++) {
    struct bytes reply = page_reply(&pages[i]);
    struct bellwether_series *series = NULL;
    if (get_from_peer(&reply, 1, &series, NULL) != BELLWETHER_INVALID || series != NULL)
      fail_msg("page %zu", i);
  }
}

static void a_response_that_is_none_is_invalid(void **state) {
  (void)state;
  Bellwether__V1__GetObservationsResponse empty = BELLWETHER__V1__GET_OBSERVATIONS_RESPONSE__INIT;
  struct bytes replies[] = {reply_with(&empty.base)};
  struct bellwether_series *series = NULL;
  assert_int_equal(get_from_peer(replies, 1, &series, NULL), BELLWETHER_INVALID);
}

static void pages_that_do_not_go_on_are_invalid(void **state) {
  (void)state;
  struct page page = {.frequency = 1, .first = 50, .n = 3, .token = "next"};
  struct bytes replies[] = {page_reply(&page), page_reply(&page)};
  struct bellwether_series *series = NULL;
  assert_int_equal(get_from_peer(replies, 2, &series, NULL), BELLWETHER_INVALID);
}

static void a_series_that_changes_between_its_pages_is_got_anew(void **state) {
  (void)state;
  struct page first = {.frequency = 1, .first = 50, .n = 3, .token = "next"};
  struct page last = {.frequency = 1, .first = 53, .n = 2, .statuses = "AP"};
  struct bytes replies[] = {page_reply(&first), refusal("PAGE_CHANGED"), page_reply(&first),
                            page_reply(&last)};
  scoped(bellwether_series_free) struct bellwether_series *series = NULL;
  struct bellwether_reply *reply = NULL;
  assert_int_equal(get_from_peer(replies, 4, &series, &reply), BELLWETHER_OK);
  assert_null(reply);
  assert_int_equal(series->n, 5);
  assert_string_equal(series->statuses, "AAAAP");
}

static void a_series_that_never_holds_still_is_refused(void **state) {
  (void)state;
  enum { STARTS = 8 };
  struct bytes replies[STARTS];
  struct bellwether_series *series = NULL;
  struct bellwether_reply *reply = NULL;
  for (int i = 0; i < STARTS; i++)
    replies[i] = refusal("PAGE_CHANGED");
  assert_int_equal(get_from_peer(replies, STARTS, &series, &reply), BELLWETHER_REFUSED);
  assert_string_equal(bellwether_reply_reason(reply), "PAGE_CHANGED");
  bellwether_reply_free(reply);
}

static void latest_columns_that_make_no_sense_are_invalid(void **state) {
  (void)state;
  int64_t periods[] = {1, 2};
  double values[] = {1, 2};
  Bellwether__V1__GetLatestResponse latest = BELLWETHER__V1__GET_LATEST_RESPONSE__INIT;
  latest.periods = periods;
  latest.values = values;
  latest.n_values = 2;
  latest.frequencies.data = (uint8_t *)TEXT("\1\1");
  latest.frequencies.len = 2;
  struct bytes replies[3];
  latest.n_periods = 1;
  replies[0] = reply_with(&latest.base);
  latest.n_periods = 2;
  replies[1] = reply_with(&latest.base); /* two rows for one key */
  uint32_t indexes[] = {0, 1};
  latest.item_indexes = indexes;
  latest.n_item_indexes = 2;
  replies[2] = reply_with(&latest.base);
  struct peer *peer = peer_open("inproc://typed-latest", replies, count_of(replies));
  struct bellwether_client *client = client_of("inproc://typed-latest");
  const char *key = "D/A.X";
  struct bellwether_latest got;
  for (size_t i = 0; i < count_of(replies); i++)
    assert_int_equal(bellwether_latest(client, &key, 1, &got, NULL), BELLWETHER_INVALID);
  bellwether_close(client);
  peer_close(peer);
  free_replies(replies, count_of(replies));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_series_says_what_it_is_and_each_row_its_period_value_and_status),
      cmocka_unit_test(a_query_bounds_the_rows),
      cmocka_unit_test(a_range_without_rows_is_an_empty_series),
      cmocka_unit_test(as_of_takes_a_day_an_instant_or_a_release),
      cmocka_unit_test(pages_are_followed_to_the_end),
      cmocka_unit_test(a_refused_get_says_why),
      cmocka_unit_test(the_latest_of_each_key_stands_at_its_place),
      cmocka_unit_test(any_number_of_keys_goes_in_batches),
      cmocka_unit_test(columns_that_make_no_sense_are_invalid),
      cmocka_unit_test(a_response_that_is_none_is_invalid),
      cmocka_unit_test(pages_that_do_not_go_on_are_invalid),
      cmocka_unit_test(a_series_that_changes_between_its_pages_is_got_anew),
      cmocka_unit_test(a_series_that_never_holds_still_is_refused),
      cmocka_unit_test(latest_columns_that_make_no_sense_are_invalid),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
