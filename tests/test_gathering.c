/* SPDX-License-Identifier: MIT */
/* Which calls the client puts into one message, and what becomes of each. What the server makes of
 * them is the matter of test_together.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>

#include "bellwether/v1/observations.pb-c.h"
#include "tests/asking.h"
#include "tests/messages.h"
#include "tests/wire.h"

enum { SHORT_MS = 30 };

#define LATEST                                                                                     \
  { .method = "/bellwether.v1.Observations/GetLatest", .request = "\x0a\x01K", .request_size = 3 }
static const struct bellwether_call latest = LATEST;

/* A first call, whose callback makes others while its own message is still under way: as many as
 * take the other slots of the quick ones, each in a message of its own, and behind them the
 * burst's, which gather. When the first is answered its slot takes an even share of all that are
 * there, the sixth part rounded up: so two go into the message of number TOGETHER. */
enum { AT_ONCE = 5, PAIR = 2, TOGETHER = AT_ONCE + 1 };
struct burst {
  struct bellwether_client *client;
  struct outcomes *outcomes;
  const struct bellwether_call *calls;
  size_t n;
  uint32_t in_flight; /* 0: the default */
};

static const struct bellwether_call pair[PAIR] = {LATEST, LATEST};

static void go_on(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct burst *burst = arg;
  for (size_t i = 0; i < AT_ONCE + burst->n; i++) {
    const struct bellwether_call *call = i < AT_ONCE ? &latest : &burst->calls[i - AT_ONCE];
    if (bellwether_submit(burst->client, call, outcomes_add, burst->outcomes) != BELLWETHER_OK)
      abort();
  }
  outcomes_add(burst->outcomes, status, reply);
}

static void burst_begin(struct burst *burst, const char *url, bool alone) {
  struct bellwether_options options = {
      .servers = url, .timeout_ms = 60000, .alone = alone, .in_flight = burst->in_flight};
  burst->client = client_with(&options);
  burst->outcomes = outcomes_new();
  assert_int_equal(bellwether_submit(burst->client, &latest, go_on, burst), BELLWETHER_OK);
}

static void burst_end(struct burst *burst) {
  bellwether_close(burst->client);
  outcomes_free(burst->outcomes);
}

/* How many calls a message holds; 0: it is one by itself. */
static size_t count_within(struct bytes message) {
  size_t n = 0;
  Bellwether__V1__Call *call = bellwether__v1__call__unpack(NULL, message.size, message.data);
  assert_non_null(call);
  if (strcmp(call->method, "/bellwether.v1.Calls/Together") == 0) {
    Bellwether__V1__TogetherRequest *request =
        bellwether__v1__together_request__unpack(NULL, call->request.len, call->request.data);
    assert_non_null(request);
    n = request->n_calls;
    for (size_t i = 0; i < n; i++)
      assert_string_equal(request->calls[i]->method, latest.method);
    bellwether__v1__together_request__free_unpacked(request, NULL);
  }
  bellwether__v1__call__free_unpacked(call, NULL);
  return n;
}

static const struct bytes EMPTY = {(const uint8_t *)"", 0};
/* A peer is silent to the calls that go at once: else the burst's might not have to gather. */
#define SILENT_AT_ONCE PEER_SILENT, PEER_SILENT, PEER_SILENT, PEER_SILENT, PEER_SILENT

static void quick_calls_that_wait_travel_together(void **state) {
  (void)state;
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://together", replies, count_of(replies));
  struct burst burst = {.calls = pair, .n = PAIR};
  burst_begin(&burst, "inproc://together", false);
  for (size_t i = 0; i < TOGETHER; i++)
    assert_int_equal(count_within(peer_call(peer, i)), 0);
  assert_int_equal(count_within(peer_call(peer, TOGETHER)), PAIR);
  bellwether_close(burst.client);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_OK), 1);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_CLOSED), AT_ONCE + PAIR);
  outcomes_free(burst.outcomes);
  peer_close(peer);
}

/* The calls of the messages from TOGETHER on, one after the other, until there are n. */
static void count_messages(struct peer *peer, size_t n, size_t *ret_least, size_t *ret_most) {
  *ret_least = SIZE_MAX;
  *ret_most = 0;
  for (size_t i = TOGETHER, found = 0; found < n; i++) {
    peer_wait(peer, i + 1);
    size_t within = count_within(peer_call(peer, i));
    within += within == 0;
    found += within;
    *ret_most = within > *ret_most ? within : *ret_most;
    if (found < n)
      *ret_least = within < *ret_least ? within : *ret_least;
  }
}

/* Each message has the sixth part of all calls that are under way or gather, the last what is left;
 * and none waits for a peer that answers but the first. */
static void calls_that_gather_are_dealt_out_evenly_and_do_not_wait_for_slow_answers(void **state) {
  (void)state;
  enum { CALLS = 13 };
  struct bellwether_call calls[CALLS];
  for (size_t i = 0; i < CALLS; i++)
    calls[i] = latest;
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://slow", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = CALLS};
  size_t least = 0, most = 0;
  burst_begin(&burst, "inproc://slow", false);
  count_messages(peer, CALLS, &least, &most);
  assert_in_range(least, 3, 4);
  assert_in_range(most, 3, 4);
  for (size_t i = 1; i <= 5; i++) {
    assert_int_equal(bellwether_submit(burst.client, &latest, outcomes_add, burst.outcomes),
                     BELLWETHER_OK);
    count_messages(peer, CALLS + i, &least, &most);
  }
  burst_end(&burst);
  peer_close(peer);
}

static void all_calls_that_gather_are_told_that_nobody_is_there(void **state) {
  (void)state;
  enum { CALLS = 500 };
  struct bellwether_client *client = client_of("ipc:///tmp/bellwether-nobody-is-here");
  struct outcomes *outcomes = outcomes_new();
  for (size_t i = 0; i < CALLS; i++)
    assert_int_equal(bellwether_submit(client, &latest, outcomes_add, outcomes), BELLWETHER_OK);
  outcomes_wait(outcomes, CALLS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_UNREACHABLE), CALLS);
  bellwether_close(client);
  outcomes_free(outcomes);
}

/* Three of the same, of which two would travel together. */
static void assert_each_goes_alone(const struct bellwether_call *call, bool alone,
                                   uint32_t in_flight) {
  const struct bellwether_call calls[] = {*call, *call, *call};
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://alone", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = count_of(calls), .in_flight = in_flight};
  burst_begin(&burst, "inproc://alone", alone);
  for (size_t i = 0; i <= AT_ONCE + count_of(calls); i++)
    assert_int_equal(count_within(peer_call(peer, i)), 0);
  burst_end(&burst);
  peer_close(peer);
}

static void no_other_calls_wait_for_company(void **state) {
  (void)state;
  static const uint8_t id[16] = "a request's id.";
  static const uint8_t large[600];
  struct bellwether_call calls[] = {latest, latest, latest, latest, latest};
  calls[0].method = health_check.method;
  calls[1].write = true;
  calls[2].request_id = id;
  calls[3].request = large;
  calls[3].request_size = sizeof large;
  calls[4].method = "/bellwether.v1.Catalog/ListSeries";
  for (size_t i = 0; i < count_of(calls); i++)
    assert_each_goes_alone(&calls[i], false, 0);
}

static void a_client_may_send_each_call_alone(void **state) {
  (void)state;
  assert_each_goes_alone(&latest, true, 0);
}

static void a_client_of_few_calls_in_flight_sends_each_alone(void **state) {
  (void)state;
  assert_each_goes_alone(&latest, false, 12);
}

/* A Reply to a message of several calls, or a refusal. */
struct scripted {
  uint8_t bytes[512];
  uint8_t within[512];
};

static struct bytes refusal(struct scripted *scripted, int code, const char *reason) {
  Bellwether__V1__Reply reply = BELLWETHER__V1__REPLY__INIT;
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  Bellwether__V1__ErrorDetail detail = BELLWETHER__V1__ERROR_DETAIL__INIT, *details = &detail;
  detail.reason = (char *)reason;
  status.code = code;
  status.n_details = 1;
  status.details = &details;
  reply.status = &status;
  return bytes_of(scripted->bytes, bellwether__v1__reply__pack(&reply, scripted->bytes));
}

/* With n replies, of which the refused one, unless n, is too large together. */
static struct bytes several(struct scripted *scripted, size_t n, size_t refused) {
  Bellwether__V1__TogetherResponse response = BELLWETHER__V1__TOGETHER_RESPONSE__INIT;
  Bellwether__V1__Reply whole = BELLWETHER__V1__REPLY__INIT, replies[8], *list[8];
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  Bellwether__V1__ErrorDetail detail = BELLWETHER__V1__ERROR_DETAIL__INIT, *details = &detail;
  detail.reason = TEXT("REPLY_TOO_LARGE_TOGETHER");
  status.code = 8;
  status.n_details = 1;
  status.details = &details;
  for (size_t i = 0; i < n; i++) {
    bellwether__v1__reply__init(&replies[i]);
    if (i == refused)
      replies[i].status = &status;
    list[i] = &replies[i];
  }
  response.n_replies = n;
  response.replies = list;
  whole.response.data = scripted->within;
  whole.response.len = bellwether__v1__together_response__pack(&response, scripted->within);
  return bytes_of(scripted->bytes, bellwether__v1__reply__pack(&whole, scripted->bytes));
}

/* Calls that gather against these replies of a peer, and what becomes of those that are answered.
 */
static void assert_outcomes(const char *url, const struct bytes *replies, size_t n_replies,
                            size_t n_ok, size_t n_bad, enum bellwether_status bad) {
  struct peer *peer = peer_open(url, replies, n_replies);
  struct burst burst = {.calls = pair, .n = PAIR};
  burst_begin(&burst, url, false);
  outcomes_wait(burst.outcomes, n_ok + n_bad);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_OK), n_ok);
  assert_int_equal(outcomes_count(burst.outcomes, bad), n_bad);
  burst_end(&burst);
  peer_close(peer);
}

static void an_answer_too_large_together_is_asked_for_alone(void **state) {
  (void)state;
  struct scripted script;
  struct bytes replies[] = {EMPTY, SILENT_AT_ONCE, several(&script, PAIR, 1), EMPTY};
  assert_outcomes("inproc://large-together", replies, count_of(replies), 1 + PAIR, 0,
                  BELLWETHER_INVALID);
}

static void an_older_server_is_asked_one_by_one_from_then_on(void **state) {
  (void)state;
  enum { N_BURST = 1 + AT_ONCE + PAIR };
  struct scripted script;
  struct bytes replies[] = {EMPTY, SILENT_AT_ONCE, refusal(&script, 12, "METHOD_UNKNOWN"),
                            EMPTY, EMPTY,          EMPTY};
  struct peer *peer = peer_open("inproc://older", replies, count_of(replies));
  struct burst burst = {.calls = pair, .n = PAIR};
  burst_begin(&burst, "inproc://older", false);
  outcomes_wait(burst.outcomes, 1 + PAIR);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_OK), 1 + PAIR);
  assert_int_equal(bellwether_submit(burst.client, &latest, go_on, &burst), BELLWETHER_OK);
  outcomes_wait(burst.outcomes, 2 + PAIR);
  for (size_t i = 0; i < N_BURST + 1 + N_BURST; i++)
    assert_int_equal(count_within(peer_call(peer, i)), i == TOGETHER ? PAIR : 0);
  burst_end(&burst);
  peer_close(peer);
}

static void a_refusal_of_the_whole_is_told_to_each(void **state) {
  (void)state;
  struct scripted script;
  struct bytes replies[] = {EMPTY, SILENT_AT_ONCE, refusal(&script, 8, "TOO_MANY_IN_FLIGHT")};
  assert_outcomes("inproc://whole-refused", replies, count_of(replies), 1, PAIR,
                  BELLWETHER_REFUSED);
}

static void replies_that_are_missing_or_garbage_are_invalid(void **state) {
  (void)state;
  struct scripted script;
  struct bytes replies[] = {EMPTY, SILENT_AT_ONCE, several(&script, PAIR - 1, PAIR)};
  assert_outcomes("inproc://missing", replies, count_of(replies), PAIR, 1, BELLWETHER_INVALID);
  replies[TOGETHER] = bytes_of_text("garbage");
  assert_outcomes("inproc://garbage", replies, count_of(replies), 1, PAIR, BELLWETHER_INVALID);
  replies[TOGETHER] = EMPTY;
  assert_outcomes("inproc://nothing", replies, count_of(replies), 1, PAIR, BELLWETHER_INVALID);
}

static void each_call_of_a_message_keeps_its_deadline(void **state) {
  (void)state;
  struct bellwether_call calls[PAIR] = {latest, latest};
  struct bytes replies[] = {EMPTY};
  struct peer *peer = peer_open("inproc://deadlines", replies, count_of(replies));
  struct burst burst = {.calls = calls, .n = PAIR};
  calls[1].timeout_ms = SHORT_MS;
  burst_begin(&burst, "inproc://deadlines", false);
  assert_int_equal(count_within(peer_call(peer, TOGETHER)), PAIR);
  outcomes_wait(burst.outcomes, 2);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_TIMEOUT), 1);
  bellwether_close(burst.client);
  assert_int_equal(outcomes_count(burst.outcomes, BELLWETHER_CLOSED), AT_ONCE + PAIR - 1);
  outcomes_free(burst.outcomes);
  peer_close(peer);
}

/* Lanes that ask for the latest figure of a series of their own again and again. */
enum { LANES = 48, ROUNDS = 100 };

struct lane {
  struct bellwether_client *client;
  struct outcomes *outcomes;
  uint8_t request[64];
  size_t request_size;
  double expected;
  atomic_int left;
  atomic_int n_wrong;
};

static void lane_ask(struct lane *lane);

static void lane_answered(void *arg, enum bellwether_status status,
                          struct bellwether_reply *reply) {
  struct lane *lane = arg;
  size_t size = 0;
  if (status == BELLWETHER_OK) {
    const uint8_t *packed = bellwether_reply_response(reply, &size);
    Bellwether__V1__GetLatestResponse *response =
        bellwether__v1__get_latest_response__unpack(NULL, size, packed);
    if (response == NULL || response->n_values != 1 || response->values[0] != lane->expected)
      lane->n_wrong++;
    bellwether__v1__get_latest_response__free_unpacked(response, NULL);
  }
  if (--lane->left > 0)
    lane_ask(lane);
  outcomes_add(lane->outcomes, status, reply);
}

static void lane_ask(struct lane *lane) {
  struct bellwether_call call = latest;
  call.request = lane->request;
  call.request_size = lane->request_size;
  if (bellwether_submit(lane->client, &call, lane_answered, lane) != BELLWETHER_OK)
    abort();
}

static void many_lanes_each_get_their_own_answers(void **state) {
  (void)state;
  static struct lane lanes[LANES];
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  struct bellwether_client *client = client_of(wire_url(&wire));
  struct outcomes *outcomes = outcomes_new();
  for (int i = 0; i < LANES; i++) {
    char key[32];
    Bellwether__V1__GetLatestRequest request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
    char *keys[] = {key};
    snprintf(key, sizeof key, "TRADE/A.CHN.S%d", i);
    request.n_keys = 1;
    request.keys = keys;
    lanes[i] = (struct lane){.client = client, .outcomes = outcomes, .expected = i + 0.5};
    lanes[i].left = ROUNDS;
    lanes[i].request_size = bellwether__v1__get_latest_request__pack(&request, lanes[i].request);
    wire_state(&wire, key, 50, 1, &lanes[i].expected);
  }
  for (int i = 0; i < LANES; i++)
    lane_ask(&lanes[i]);
  outcomes_wait(outcomes, (size_t)LANES * ROUNDS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK), LANES * ROUNDS);
  for (int i = 0; i < LANES; i++)
    assert_int_equal(lanes[i].n_wrong, 0);
  bellwether_close(client);
  outcomes_free(outcomes);
  wire_close(&wire);
}

static void a_client_closes_at_any_moment(void **state) {
  (void)state;
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  close_at_any_moment(wire_url(&wire), &latest);
  wire_close(&wire);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quick_calls_that_wait_travel_together),
      cmocka_unit_test(calls_that_gather_are_dealt_out_evenly_and_do_not_wait_for_slow_answers),
      cmocka_unit_test(all_calls_that_gather_are_told_that_nobody_is_there),
      cmocka_unit_test(no_other_calls_wait_for_company),
      cmocka_unit_test(a_client_may_send_each_call_alone),
      cmocka_unit_test(a_client_of_few_calls_in_flight_sends_each_alone),
      cmocka_unit_test(an_answer_too_large_together_is_asked_for_alone),
      cmocka_unit_test(an_older_server_is_asked_one_by_one_from_then_on),
      cmocka_unit_test(a_refusal_of_the_whole_is_told_to_each),
      cmocka_unit_test(replies_that_are_missing_or_garbage_are_invalid),
      cmocka_unit_test(each_call_of_a_message_keeps_its_deadline),
      cmocka_unit_test(many_lanes_each_get_their_own_answers),
      cmocka_unit_test(a_client_closes_at_any_moment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
