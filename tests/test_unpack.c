/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "proto/limits.h"
#include "proto/unpack.h"
#include "server/method.h"
#include "tests/drawn.h"
#include "tests/unpack_peer.h"

enum { ROUNDS = 12, SPOILED = 12, PACKED_MOST = 1 << 16 };

#define PUT (&bellwether__v1__put_observations_request__descriptor)
#define LATEST (&bellwether__v1__get_latest_request__descriptor)

static void each_field_is_looked_at(void **state) {
  (void)state;
  static const struct {
    const ProtobufCMessageDescriptor *type;
    const char *bytes;
    size_t size;
    enum unpack_verdict verdict;
    const char *field;
  } rows[] = {
      {PUT, "", 0, UNPACK_GOOD, ""},
      {LATEST,
       "\x0a\x03"
       "A/B",
       5, UNPACK_GOOD, ""},
      {LATEST,
       "\x0a\x01"
       "A"
       "\x0a\x01\xff",
       6, UNPACK_TEXT_INVALID, "keys[1]"},
      {LATEST,
       "\x0a\x01"
       "\x00"
       "\x0a\x01"
       "A",
       6, UNPACK_TEXT_INVALID, "keys[0]"},
      {LATEST,
       "\x0a\x02"
       "A",
       3, UNPACK_MALFORMED, ""},
      {LATEST, "\x08\x02", 2, UNPACK_MALFORMED, "keys[0]"},
      /* Numbers may be packed or not, whatever the contract says. */
      {LATEST,
       "\x11"
       "12345678",
       9, UNPACK_GOOD, ""},
      {LATEST,
       "\x12\x08"
       "12345678",
       10, UNPACK_GOOD, ""},
      {LATEST,
       "\x15"
       "1234",
       5, UNPACK_MALFORMED, "handles[0]"},
      /* release.id, series[0].key, series[1].key, series[0].observations.comments[0].text */
      {PUT, "\x0a\x03\x0a\x01\xff", 5, UNPACK_TEXT_INVALID, "release.id"},
      {PUT,
       "\x12\x03\x0a\x01"
       "A"
       "\x12\x03\x0a\x01\xff",
       10, UNPACK_TEXT_INVALID, "series[1].key"},
      {PUT, "\x12\x02\x08\x01", 4, UNPACK_MALFORMED, "series[0].key"},
      {PUT,
       "\x12\x03\x0a\x05"
       "A",
       5, UNPACK_MALFORMED, "series[0]"},
      /* Packed numbers end where the field does. */
      {LATEST,
       "\x12\x07"
       "1234567",
       9, UNPACK_MALFORMED, "handles[0]"},
      /* A tag and a length have five bytes at most. */
      {LATEST, "\x8a\x80\x80\x80\x00\x00", 6, UNPACK_GOOD, ""},
      {LATEST, "\x8a\x80\x80\x80\x80\x00\x00", 7, UNPACK_MALFORMED, ""},
      {LATEST, "\x0a\x80\x80\x80\x80\x00", 6, UNPACK_GOOD, ""},
      {LATEST, "\x0a\x80\x80\x80\x80\x80\x00", 7, UNPACK_MALFORMED, ""},
      /* Unknown fields may hold anything that is Protobuf. */
      {PUT, "\xfa\x7f\x02\xff\xff", 5, UNPACK_GOOD, ""},
      {PUT, "\xfb\x7f", 2, UNPACK_MALFORMED, ""},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct unpack_place place;
    struct bytes packed = bytes_of(rows[i].bytes, rows[i].size);
    enum unpack_verdict verdict = unpack_check(packed, rows[i].type, &place);
    if (verdict != rows[i].verdict)
      print_error("row %zu\n", i);
    assert_int_equal(verdict, rows[i].verdict);
    assert_string_equal(place.field, rows[i].field);
  }
}

static void a_request_has_at_most_a_million_messages_within_it(void **state) {
  (void)state;
  struct unpack_place place;
  uint8_t *packed = malloc(2 * (LIMIT_SUBMESSAGES + 1));
  for (size_t i = 0; i <= LIMIT_SUBMESSAGES; i++)
    memcpy(packed + 2 * i, "\x12\x00", 2);
  struct bytes most = bytes_of(packed, 2 * (size_t)LIMIT_SUBMESSAGES);
  struct bytes more = bytes_of(packed, 2 * (size_t)LIMIT_SUBMESSAGES + 2);
  assert_int_equal(unpack_check(most, PUT, &place), UNPACK_GOOD);
  assert_int_equal(unpack_check(more, PUT, &place), UNPACK_MESSAGES_LIMIT);
  assert_string_equal(place.field, "series[1000000]");
  free(packed);
}

static struct bytes pack(const ProtobufCMessage *message, uint8_t packed[PACKED_MOST]) {
  assert_in_range(protobuf_c_message_get_packed_size(message), 0, PACKED_MOST);
  return bytes_of(packed, protobuf_c_message_pack(message, packed));
}

/* In memory of its own size, so that a sanitizer sees what is read beyond. */
static void compare(struct bytes packed, const ProtobufCMessageDescriptor *type) {
  scoped(free) uint8_t *copy = malloc(packed.size + 1);
  assert_non_null(copy);
  memcpy(copy + 1, packed.data, packed.size);
  unpack_beside_protobuf_c(bytes_of(copy + 1, packed.size), type);
}

static void spoil(uint8_t *packed, size_t *size) {
  switch (draw(4)) {
  case 0:
    *size = draw(*size + 1);
    return;
  case 1:
    packed[draw(*size)] = (uint8_t)draw(256);
    return;
  case 2:
    packed[draw(*size)] ^= (uint8_t)(1 << draw(8));
    return;
  default: { /* a piece comes twice, or is missing */
    size_t from = draw(*size), to = draw(*size);
    size_t n = draw(*size - (from > to ? from : to) + 1);
    memmove(packed + to, packed + from, n);
  }
  }
}

static void compare_drawn(const ProtobufCMessageDescriptor *type) {
  static uint8_t packed[PACKED_MOST], spoiled[PACKED_MOST];
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  assert_non_null(arena);
  struct bytes whole = pack(draw_message(arena, type), packed);
  compare(whole, type);
  for (int i = 0; i < SPOILED; i++) {
    size_t size = whole.size;
    memcpy(spoiled, packed, size);
    for (uint64_t n = draw(3) + 1; n > 0 && size > 0; n--)
      spoil(spoiled, &size);
    compare(bytes_of(spoiled, size), type);
  }
}

static void every_message_is_unpacked_as_protobuf_c_unpacks_it(void **state) {
  (void)state;
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  for (int round = 0; round < ROUNDS; round++) {
    for (size_t i = 0; i < n_methods; i++) {
      compare_drawn(methods[i].request);
      compare_drawn(methods[i].response);
    }
    compare_drawn(&bellwether__v1__call__descriptor);
    compare_drawn(&bellwether__v1__reply__descriptor);
    compare_drawn(&bellwether__v1__load_part__descriptor);
  }
}

static void *unpacked(struct arena *arena, const ProtobufCMessageDescriptor *type,
                      struct bytes packed) {
  struct unpack_place place;
  ProtobufCMessage *message = NULL;
  struct unpack_target target = {.type = type, .arena = arena, .arena_bytes_max = SIZE_MAX};
  assert_int_equal(unpack_checked(&target, packed, &place, &message), UNPACK_GOOD);
  return message;
}

/* "Two messages one behind the other are one in which they are merged." */
static void a_message_that_comes_in_parts_is_merged(void **state) {
  (void)state;
  static const char PARTS[] = "\x12\x05\x0a\x03"
                              "A/B"                /* series[0].key */
                              "\x0a\x03\x0a\x01r"  /* release.id */
                              "\x0a\x02\x28\x07"   /* release.published_at_ms */
                              "\x12\x00"           /* series[1] */
                              "\x0a\x03\x0a\x01s"; /* release.id */
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  Bellwether__V1__PutObservationsRequest *request =
      unpacked(arena, PUT, bytes_of(PARTS, sizeof PARTS - 1));
  assert_int_equal(request->n_series, 2);
  assert_string_equal(request->series[0]->key, "A/B");
  assert_string_equal(request->series[1]->key, "");
  assert_string_equal(request->release->id, "s");
  assert_int_equal(request->release->published_at_ms, 7);
}

/* 1, 2 in one, 3 alone, none, 4 in one; then the columns once more with 5 and 6. */
static void arrays_may_come_in_pieces(void **state) {
  (void)state;
  static const uint8_t PIECES[] = {0x0a,   2,    1 << 1, 2 << 1, 0x08, 3 << 1, 0x0a,
                                   0,      0x1a, 2,      'a',    'b',  0x0a,   1,
                                   4 << 1, 0x0a, 1,      5 << 1, 0x08, 6 << 1};
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  Bellwether__V1__GetLatestResponse *response = unpacked(
      arena, &bellwether__v1__get_latest_response__descriptor, bytes_of(PIECES, sizeof PIECES));
  assert_int_equal(response->n_periods, 6);
  for (int i = 0; i < 6; i++)
    assert_int_equal(response->periods[i], i + 1);
  assert_int_equal(response->frequencies.len, 2);
}

static void the_last_of_a_oneof_counts(void **state) {
  (void)state;
  /* indicator {id: "a"}, series {key: "k"}, indicator {id: "b"}, indicator {name: "d"} */
  static const char BYTES[] = "\x0a\x03\x0a\x01"
                              "a"
                              "\x12\x03\x0a\x01"
                              "k"
                              "\x0a\x03\x0a\x01"
                              "b"
                              "\x0a\x03\x12\x01"
                              "d";
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  Bellwether__V1__SearchResult *result = unpacked(arena, &bellwether__v1__search_result__descriptor,
                                                  bytes_of(BYTES, sizeof BYTES - 1));
  assert_int_equal(result->result_case, BELLWETHER__V1__SEARCH_RESULT__RESULT_INDICATOR);
  assert_string_equal(result->indicator->id, "b");
  assert_string_equal(result->indicator->name, "d");
}

static void nothing_is_taken_beyond_the_allowance(void **state) {
  (void)state;
  enum { N = 1000 };
  uint8_t packed[2 * N];
  struct unpack_place place;
  ProtobufCMessage *message = NULL;
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  struct unpack_target target = {.type = PUT, .arena = arena, .arena_bytes_max = 50000};
  for (size_t i = 0; i < N; i++)
    memcpy(packed + 2 * i, "\x12\x00", 2);
  assert_int_equal(unpack_checked(&target, bytes_of(packed, sizeof packed), &place, &message),
                   UNPACK_MEMORY);
  assert_null(message);
  assert_in_range(arena_used(arena), 1, 50000);
  /* Behind what is too much there is something wrong: that is what can be mended. */
  memcpy(packed + sizeof packed - 6, "\x12\x04\x0a\x02\xff\xff", 6);
  assert_int_equal(unpack_checked(&target, bytes_of(packed, sizeof packed), &place, &message),
                   UNPACK_TEXT_INVALID);
}

static void what_is_known_may_have_any_text(void **state) {
  (void)state;
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  ProtobufCMessage *message = NULL;
  assert_int_equal(unpack_known(bytes_of("\x0a\x02\xff\x00", 4), LATEST, arena, &message),
                   UNPACK_GOOD);
  Bellwether__V1__GetLatestRequest *request = (void *)message;
  assert_memory_equal(request->keys[0], "\xff\x00", 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_field_is_looked_at),
      cmocka_unit_test(a_request_has_at_most_a_million_messages_within_it),
      cmocka_unit_test(every_message_is_unpacked_as_protobuf_c_unpacks_it),
      cmocka_unit_test(a_message_that_comes_in_parts_is_merged),
      cmocka_unit_test(arrays_may_come_in_pieces),
      cmocka_unit_test(the_last_of_a_oneof_counts),
      cmocka_unit_test(nothing_is_taken_beyond_the_allowance),
      cmocka_unit_test(what_is_known_may_have_any_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
