/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "proto/limits.h"
#include "server/request_check.h"

#define PUT (&bellwether__v1__put_observations_request__descriptor)
#define LATEST (&bellwether__v1__get_latest_request__descriptor)

static void each_field_is_looked_at(void **state) {
  (void)state;
  static const struct {
    const ProtobufCMessageDescriptor *type;
    const char *bytes;
    size_t size;
    enum request_verdict verdict;
    const char *field;
  } rows[] = {
      {PUT, "", 0, REQUEST_GOOD, ""},
      {LATEST,
       "\x0a\x03"
       "A/B",
       5, REQUEST_GOOD, ""},
      {LATEST,
       "\x0a\x01"
       "A"
       "\x0a\x01\xff",
       6, REQUEST_TEXT_INVALID, "keys[1]"},
      {LATEST,
       "\x0a\x01"
       "\x00"
       "\x0a\x01"
       "A",
       6, REQUEST_TEXT_INVALID, "keys[0]"},
      {LATEST,
       "\x0a\x02"
       "A",
       3, REQUEST_MALFORMED, ""},
      {LATEST, "\x08\x02", 2, REQUEST_MALFORMED, "keys[0]"},
      /* Numbers may be packed or not, whatever the contract says. */
      {LATEST,
       "\x11"
       "12345678",
       9, REQUEST_GOOD, ""},
      {LATEST,
       "\x12\x08"
       "12345678",
       10, REQUEST_GOOD, ""},
      {LATEST,
       "\x15"
       "1234",
       5, REQUEST_MALFORMED, "handles[0]"},
      /* release.id, series[0].key, series[1].key, series[0].observations.comments[0].text */
      {PUT, "\x0a\x03\x0a\x01\xff", 5, REQUEST_TEXT_INVALID, "release.id"},
      {PUT,
       "\x12\x03\x0a\x01"
       "A"
       "\x12\x03\x0a\x01\xff",
       10, REQUEST_TEXT_INVALID, "series[1].key"},
      {PUT, "\x12\x02\x08\x01", 4, REQUEST_MALFORMED, "series[0].key"},
      {PUT,
       "\x12\x03\x0a\x05"
       "A",
       5, REQUEST_MALFORMED, "series[0]"},
      /* Unknown fields may hold anything that is Protobuf. */
      {PUT, "\xfa\x7f\x02\xff\xff", 5, REQUEST_GOOD, ""},
      {PUT, "\xfb\x7f", 2, REQUEST_MALFORMED, ""},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct request_place place;
    struct bytes packed = bytes_of(rows[i].bytes, rows[i].size);
    enum request_verdict verdict = request_check(packed, rows[i].type, &place);
    if (verdict != rows[i].verdict)
      print_error("row %zu\n", i);
    assert_int_equal(verdict, rows[i].verdict);
    assert_string_equal(place.field, rows[i].field);
  }
}

static void a_request_has_at_most_a_million_messages_within_it(void **state) {
  (void)state;
  struct request_place place;
  uint8_t *packed = malloc(2 * (LIMIT_SUBMESSAGES + 1));
  for (size_t i = 0; i <= LIMIT_SUBMESSAGES; i++)
    memcpy(packed + 2 * i, "\x12\x00", 2);
  struct bytes most = bytes_of(packed, 2 * (size_t)LIMIT_SUBMESSAGES);
  struct bytes more = bytes_of(packed, 2 * (size_t)LIMIT_SUBMESSAGES + 2);
  assert_int_equal(request_check(most, PUT, &place), REQUEST_GOOD);
  assert_int_equal(request_check(more, PUT, &place), REQUEST_MESSAGES_LIMIT);
  assert_string_equal(place.field, "series[1000000]");
  free(packed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_field_is_looked_at),
      cmocka_unit_test(a_request_has_at_most_a_million_messages_within_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
