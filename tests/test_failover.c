/* SPDX-License-Identifier: MIT */
/* Which of several servers answers: the first that does, until it no longer does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <sys/socket.h>

#include "tests/asking.h"
#include "tests/wire.h"

enum { URL_BYTES = 128, URLS_BYTES = 512, SHORT_MS = 50 };

/* An address of TCP that is held, so that nobody else has it: it takes connections and says
 * nothing (listens), or it refuses them. */
struct held_port {
  int socket;
  char url[64];
};

static struct held_port hold_port(bool listens) {
  struct held_port port = {.socket = socket(AF_INET, SOCK_STREAM, 0)};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  assert_int_equal(bind(port.socket, (struct sockaddr *)&address, size), 0);
  if (listens)
    assert_int_equal(listen(port.socket, 16), 0);
  assert_int_equal(getsockname(port.socket, (struct sockaddr *)&address, &size), 0);
  snprintf(port.url, sizeof port.url, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
  return port;
}

static const char *both(char urls[static URLS_BYTES], const char *first, const char *second) {
  snprintf(urls, URLS_BYTES, "%s,%s", first, second);
  return urls;
}

static struct bellwether_client *impatient_client_of(const char *servers) {
  struct bellwether_options options = {
      .servers = servers, .timeout_ms = 60000, .connect_ms = SHORT_MS};
  return client_with(&options);
}

/* Patience for a server that comes back, which only a hanging test uses up. */
static struct bellwether_client *patient_client_of(const char *servers) {
  struct bellwether_options options = {
      .servers = servers, .timeout_ms = 60000, .connect_ms = 60000};
  return client_with(&options);
}

/* --- At first --------------------------------------------------------------------------------- */

static void nobody_at_any_address_is_unreachable_at_once(void **state) {
  (void)state;
  char urls[URLS_BYTES];
  struct held_port port = hold_port(false);
  struct bellwether_client *clients[] = {
      patient_client_of("inproc://nobody"),
      patient_client_of("ipc:///tmp/bellwether-test-no-such-socket"),
      patient_client_of(port.url),
      patient_client_of(both(urls, port.url, "inproc://nobody")),
  };
  for (size_t i = 0; i < count_of(clients); i++) {
    assert_int_equal(check_health(clients[i]), BELLWETHER_UNREACHABLE);
    assert_int_equal(check_health(clients[i]), BELLWETHER_UNREACHABLE);
    bellwether_close(clients[i]);
  }
  close(port.socket);
}

static void a_silent_address_is_given_up_after_its_time(void **state) {
  (void)state;
  struct held_port port = hold_port(true);
  struct bellwether_client *client = impatient_client_of(port.url);
  assert_int_equal(check_health(client), BELLWETHER_UNREACHABLE);
  bellwether_close(client);
  close(port.socket);
}

static void closing_does_not_wait_for_a_silent_address(void **state) {
  (void)state;
  struct held_port port = hold_port(true);
  struct bellwether_client *client = patient_client_of(port.url);
  struct outcomes *outcomes = outcomes_new();
  assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes), BELLWETHER_OK);
  int connection = accept(port.socket, NULL, NULL);
  bellwether_close(client);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_CLOSED), 1);
  outcomes_free(outcomes);
  close(connection);
  close(port.socket);
}

static void all_calls_are_told_that_nobody_is_there(void **state) {
  (void)state;
  enum { CALLS = 1000 };
  struct bellwether_client *client = client_of("inproc://nobody");
  struct outcomes *outcomes = outcomes_new();
  for (int i = 0; i < CALLS; i++)
    assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes),
                     BELLWETHER_OK);
  outcomes_wait(outcomes, CALLS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_UNREACHABLE), CALLS);
  bellwether_close(client);
  outcomes_free(outcomes);
}

static void the_second_server_answers_where_the_first(const char *first) {
  struct wire wire;
  char urls[URLS_BYTES];
  wire_open(&wire, "ipc", NULL);
  struct bellwether_client *client = impatient_client_of(both(urls, first, wire_url(&wire)));
  assert_int_equal(check_health(client), BELLWETHER_OK);
  assert_int_equal(check_health(client), BELLWETHER_OK);
  bellwether_close(client);
  wire_close(&wire);
}

static void the_second_server_answers_where_the_first_is_down(void **state) {
  (void)state;
  struct held_port port = hold_port(false);
  the_second_server_answers_where_the_first(port.url);
  close(port.socket);
}

static void the_second_server_answers_where_the_first_is_silent(void **state) {
  (void)state;
  struct held_port port = hold_port(true);
  the_second_server_answers_where_the_first(port.url);
  close(port.socket);
}

static void the_second_server_answers_where_the_first_is_none(void **state) {
  (void)state;
  nng_socket publisher;
  assert_int_equal(nng_pub0_open(&publisher), 0);
  assert_int_equal(nng_listen(publisher, "inproc://publisher", NULL, 0), 0);
  the_second_server_answers_where_the_first("inproc://publisher");
  struct bellwether_client *client = impatient_client_of("inproc://publisher");
  assert_int_equal(check_health(client), BELLWETHER_UNREACHABLE);
  bellwether_close(client);
  nng_close(publisher);
}

static void a_server_that_comes_later_is_found_by_the_next_call(void **state) {
  (void)state;
  struct bellwether_client *client = client_of("inproc://later");
  assert_int_equal(check_health(client), BELLWETHER_UNREACHABLE);
  struct wire wire;
  wire_open(&wire, "inproc://later", NULL);
  assert_int_equal(check_health(client), BELLWETHER_OK);
  wire_close(&wire);
  bellwether_close(client);
}

/* --- Later ------------------------------------------------------------------------------------ */

static void calls_under_way_move_to_the_next_server_when_theirs_goes(void **state) {
  (void)state;
  enum { CALLS = 100 };
  struct wire wire;
  char urls[URLS_BYTES];
  wire_open(&wire, "tcp://127.0.0.1:0", NULL);
  struct peer *peer = peer_open("inproc://going", NULL, 0);
  struct bellwether_client *client =
      patient_client_of(both(urls, "inproc://going", wire_url(&wire)));
  struct outcomes *outcomes = outcomes_new();
  for (int i = 0; i < CALLS; i++)
    assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes),
                     BELLWETHER_OK);
  peer_wait(peer, CALLS);
  peer_close(peer);
  outcomes_wait(outcomes, CALLS);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK), CALLS);
  bellwether_close(client);
  outcomes_free(outcomes);
  wire_close(&wire);
}

static void calls_under_way_wait_for_their_server_to_come_back(void **state) {
  (void)state;
  struct wire wire;
  wire_open(&wire, "ipc", NULL);
  char url[URL_BYTES];
  snprintf(url, sizeof url, "%s", wire_url(&wire));
  wire_hang_up(&wire);
  struct peer *peer = peer_open(url, NULL, 0);
  struct bellwether_client *client = patient_client_of(url);
  struct outcomes *outcomes = outcomes_new();
  assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes), BELLWETHER_OK);
  peer_wait(peer, 1);
  peer_close(peer);
  wire_listen(&wire, url);
  outcomes_wait(outcomes, 1);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK), 1);
  bellwether_close(client);
  outcomes_free(outcomes);
  wire_close(&wire);
}

static void calls_under_way_are_told_when_nobody_comes_back(void **state) {
  (void)state;
  struct peer *peer = peer_open("inproc://gone", NULL, 0);
  struct bellwether_client *client = impatient_client_of("inproc://gone");
  struct outcomes *outcomes = outcomes_new();
  assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes), BELLWETHER_OK);
  peer_wait(peer, 1);
  peer_close(peer);
  outcomes_wait(outcomes, 1);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_UNREACHABLE), 1);
  assert_int_equal(check_health(client), BELLWETHER_UNREACHABLE);
  bellwether_close(client);
  outcomes_free(outcomes);
}

static void a_call_under_way_keeps_its_deadline_while_its_server_is_away(void **state) {
  (void)state;
  struct peer *peer = peer_open("inproc://away", NULL, 0);
  struct bellwether_client *client = patient_client_of("inproc://away");
  struct outcomes *outcomes = outcomes_new();
  struct bellwether_call call = health_check;
  call.timeout_ms = 4 * SHORT_MS;
  assert_int_equal(bellwether_submit(client, &call, outcomes_add, outcomes), BELLWETHER_OK);
  peer_wait(peer, 1);
  peer_close(peer);
  outcomes_wait(outcomes, 1);
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_TIMEOUT), 1);
  bellwether_close(client);
  outcomes_free(outcomes);
}

static void a_server_that_restarts_between_calls_is_not_noticed(void **state) {
  (void)state;
  struct wire wire;
  char url[URL_BYTES];
  wire_open(&wire, "tcp://127.0.0.1:0", NULL);
  snprintf(url, sizeof url, "%s", wire_url(&wire));
  struct bellwether_client *client = patient_client_of(url);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(check_health(client), BELLWETHER_OK);
    wire_hang_up(&wire);
    wire_listen(&wire, url);
  }
  assert_int_equal(check_health(client), BELLWETHER_OK);
  bellwether_close(client);
  wire_close(&wire);
}

static void calls_go_on_while_servers_come_and_go(void **state) {
  (void)state;
  enum { ROUNDS = 20, CALLS = 50 };
  struct wire wires[2];
  char urls[URLS_BYTES], each[2][URL_BYTES];
  for (int i = 0; i < 2; i++) {
    wire_open(&wires[i], "ipc", NULL);
    snprintf(each[i], sizeof each[i], "%s", wire_url(&wires[i]));
  }
  struct bellwether_client *client = patient_client_of(both(urls, each[0], each[1]));
  struct outcomes *outcomes = outcomes_new();
  for (int round = 0; round < ROUNDS; round++) {
    wire_hang_up(&wires[round % 2]);
    for (int i = 0; i < CALLS; i++)
      assert_int_equal(bellwether_submit(client, &health_check, outcomes_add, outcomes),
                       BELLWETHER_OK);
    outcomes_wait(outcomes, (size_t)((round + 1) * CALLS));
    wire_listen(&wires[round % 2], each[round % 2]);
  }
  assert_int_equal(outcomes_count(outcomes, BELLWETHER_OK), ROUNDS * CALLS);
  bellwether_close(client);
  outcomes_free(outcomes);
  for (int i = 0; i < 2; i++)
    wire_close(&wires[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nobody_at_any_address_is_unreachable_at_once),
      cmocka_unit_test(a_silent_address_is_given_up_after_its_time),
      cmocka_unit_test(closing_does_not_wait_for_a_silent_address),
      cmocka_unit_test(all_calls_are_told_that_nobody_is_there),
      cmocka_unit_test(the_second_server_answers_where_the_first_is_down),
      cmocka_unit_test(the_second_server_answers_where_the_first_is_silent),
      cmocka_unit_test(the_second_server_answers_where_the_first_is_none),
      cmocka_unit_test(a_server_that_comes_later_is_found_by_the_next_call),
      cmocka_unit_test(calls_under_way_move_to_the_next_server_when_theirs_goes),
      cmocka_unit_test(calls_under_way_wait_for_their_server_to_come_back),
      cmocka_unit_test(calls_under_way_are_told_when_nobody_comes_back),
      cmocka_unit_test(a_call_under_way_keeps_its_deadline_while_its_server_is_away),
      cmocka_unit_test(a_server_that_restarts_between_calls_is_not_noticed),
      cmocka_unit_test(calls_go_on_while_servers_come_and_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
