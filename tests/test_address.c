/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/address.h"

static void only_loopback_and_sockets_of_the_machine_are_local(void **state) {
  (void)state;
  static const struct {
    const char *url;
    bool local;
  } rows[] = {
      {"ipc:///tmp/x", true},
      {"inproc://x", true},
      {"tcp://127.0.0.1:7411", true},
      {"tcp://127.3.2.1:7411", true},
      {"tcp://localhost:1", true},
      {"tcp://[::1]:1", true},
      {"ws://127.0.0.1/x", true},
      {"tcp://0.0.0.0:1", false},
      {"tcp://*:1", false},
      {"tcp://:1", false},
      {"tcp://[::]:1", false},
      {"tcp://192.168.0.1:1", false},
      {"tcp://127.0.0.1.example.org:1", false},
      {"ws://example.org/localhost", false},
      {"tcp://localhost.example.org:1", false},
      {"tcp", false},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(address_is_local(rows[i].url), rows[i].local);
}

static void an_address_names_a_transport(void **state) {
  (void)state;
  static const struct {
    const char *url;
    bool known;
  } rows[] = {
      {"tcp://127.0.0.1:0", true},
      {"tls+tcp6://[::1]:1", true},
      {"ws://127.0.0.1/x", true},
      {"ipc:///tmp/x", true},
      {"abstract://x", true},
      {"icp:///tmp/x", false},
      {"http://x", false},
      {"tcp5://x", false},
      {"tcp:/x", false},
      {"tcp", false},
      {"://x", false},
      {"", false},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(address_has_transport(rows[i].url), rows[i].known);
}

static void an_origin_is_foreign_unless_it_is_the_host_or_allowed(void **state) {
  (void)state;
  static const char *const allowed[] = {"https://example.org", NULL};
  static const struct {
    const char *headers;
    bool foreign;
  } rows[] = {
      {"Host: 127.0.0.1:80\r\n", false},
      {"Host: 127.0.0.1:80\r\nOrigin: http://127.0.0.1:80\r\n", false},
      {"origin:http://LOCALHOST:80\r\nhost:localhost:80\r\n", false},
      {"Host: 127.0.0.1:80\r\nOrigin: http://127.0.0.1:81\r\n", true},
      {"Host: 127.0.0.1:80\r\nOrigin: http://evil.example\r\n", true},
      {"Host: 127.0.0.1:80\r\nOrigin: http://127.0.0.1:80.evil.example\r\n", true},
      {"Host: 127.0.0.1:80\r\nOrigin: null\r\n", true},
      {"Host: 127.0.0.1:80\r\nOrigin:\r\n", true},
      {"Origin: http://evil.example\r\n", true},
      {"Host: 127.0.0.1:80\r\nOrigin: https://example.org\r\n", false},
      {"Host: 127.0.0.1:80\r\nOrigin: https://example.org.evil.example\r\n", true},
      {"X-Origin: http://evil.example\r\n", false},
      {"", false},
  };
  for (size_t i = 0; i < count_of(rows); i++)
    assert_int_equal(origin_is_foreign(rows[i].headers, allowed), rows[i].foreign);
  assert_true(origin_is_foreign("Host: a\r\nOrigin: https://example.org\r\n", NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_names_a_transport),
      cmocka_unit_test(only_loopback_and_sockets_of_the_machine_are_local),
      cmocka_unit_test(an_origin_is_foreign_unless_it_is_the_host_or_allowed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
