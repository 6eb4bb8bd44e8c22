/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/envelope.h"
#include "proto/limits.h"

SCOPED_POINTER(struct bellwether_reply, bellwether_reply_free)

/* How a program named "n" packs a call; the token may be NULL. */
static enum bellwether_status try_pack(const struct bellwether_call *call, const char *token,
                                       uint8_t **ret_data, size_t *ret_size) {
  scoped(free) uint8_t *metadata = NULL;
  size_t size = 0;
  assert_int_equal(envelope_metadata("n", token, &metadata, &size), BELLWETHER_OK);
  struct envelope_extras extras = {.metadata = bytes_of(metadata, size), .timeout_ms = 300};
  return envelope_pack(call, &extras, ret_data, ret_size);
}

static struct bytes pack(const struct bellwether_call *call, const char *token) {
  uint8_t *data = NULL;
  size_t size = 0;
  assert_int_equal(try_pack(call, token, &data, &size), BELLWETHER_OK);
  return bytes_of(data, size);
}

static void free_bytes(struct bytes bytes) {
  free((uint8_t *)(uintptr_t)bytes.data);
}

#define assert_bytes(got, expected)                                                                \
  do {                                                                                             \
    assert_int_equal((got).size, sizeof(expected) - 1);                                            \
    assert_memory_equal((got).data, (expected), sizeof(expected) - 1);                             \
  } while (0)

static void a_call_is_packed_to_these_bytes(void **state) {
  (void)state;
  static const uint8_t id[] = "0123456789abcdef";
  struct bellwether_call call = {
      .method = "/m", .request = "\x08\x01", .request_size = 2, .max_reply_bytes = 512};
  call.request_id = id;
  struct bytes packed = pack(&call, "t");
  assert_bytes(packed, "\x0a\x02/m\x12\x02\x08\x01\x18\xac\x02"
                       "\x22\x0b\x0a\x06"
                       "client\x12\x01n"
                       "\x22\x19\x0a\x0d"
                       "authorization\x12\x08"
                       "Bearer t"
                       "\x2a\x10"
                       "0123456789abcdef"
                       "\x30\x80\x04");
  free_bytes(packed);
}

static void a_read_without_a_token_has_neither_id_nor_authorization(void **state) {
  (void)state;
  struct bellwether_call call = {.method = "/m"};
  struct bytes packed = pack(&call, NULL);
  assert_bytes(packed, "\x0a\x02/m\x18\xac\x02\x22\x0b\x0a\x06"
                       "client\x12\x01n");
  free_bytes(packed);
}

static void each_write_gets_a_request_id_of_its_own(void **state) {
  (void)state;
  struct bellwether_call call = {.method = "/m", .write = true};
  struct bytes first = pack(&call, NULL);
  struct bytes second = pack(&call, NULL);
  assert_int_equal(first.size, second.size);
  assert_memory_not_equal(first.data, second.data, first.size);
  free_bytes(first);
  free_bytes(second);
}

/* The packed size of a call whose request has so many bytes; 0 where it is refused. */
static size_t size_with(size_t request_size) {
  scoped(free) uint8_t *request = calloc(1, request_size);
  struct bellwether_call call = {.method = "/m", .request = request, .request_size = request_size};
  scoped(free) uint8_t *data = NULL;
  size_t size = 0;
  enum bellwether_status status = try_pack(&call, NULL, &data, &size);
  assert_int_equal(status, size > 0 ? BELLWETHER_OK : BELLWETHER_TOO_LARGE);
  return size;
}

static void a_call_may_have_64_mib_and_no_byte_more(void **state) {
  (void)state;
  size_t around = size_with(LIMIT_MIB(32)) - LIMIT_MIB(32);
  assert_int_equal(size_with(LIMIT_REQUEST_BYTES - around), LIMIT_REQUEST_BYTES);
  assert_int_equal(size_with(LIMIT_REQUEST_BYTES - around + 1), 0);
}

static struct bellwether_reply *unpack(const char *bytes, size_t size) {
  return envelope_unpack(bytes_of(bytes, size));
}

static void what_is_no_reply_is_none(void **state) {
  (void)state;
  static const struct bytes garbage[] = {
      {(const uint8_t *)"\xff", 1},
      {(const uint8_t *)"\x0a\x05\x08", 3},             /* a status that ends early */
      {(const uint8_t *)"\x0a\x02\x12\x7f", 4},         /* a message longer than its status */
      {(const uint8_t *)"\x12\xff\xff\xff\xff\x0f", 6}, /* a response of 4 GiB */
      {(const uint8_t *)"\x0b", 1},                     /* a group */
      {(const uint8_t *)"\x10\x01", 2},                 /* a response that is a number */
      {(const uint8_t *)"\x22\x01x", 3},                /* a revision that is text */
      {(const uint8_t *)"hello", 5},
  };
  for (size_t i = 0; i < count_of(garbage); i++) {
    uint8_t *place = NULL;
    scoped(bellwether_reply_free) struct bellwether_reply *reply =
        envelope_reserve(garbage[i].size, &place);
    assert_non_null(reply);
    memcpy(place, garbage[i].data, garbage[i].size);
    assert_false(envelope_open(reply));
    assert_null(envelope_unpack(garbage[i]));
  }
}

static void an_empty_reply_is_an_ok_without_anything(void **state) {
  (void)state;
  scoped(bellwether_reply_free) struct bellwether_reply *reply = unpack("", 0);
  size_t size = 1;
  assert_non_null(reply);
  (void)bellwether_reply_response(reply, &size);
  assert_int_equal(size, 0);
  assert_int_equal(bellwether_reply_code(reply), 0);
  assert_string_equal(bellwether_reply_message(reply), "");
  assert_string_equal(bellwether_reply_reason(reply), "");
  assert_string_equal(bellwether_reply_field(reply), "");
  assert_string_equal(bellwether_reply_hint(reply), "");
}

static void a_reply_gives_out_what_is_in_it(void **state) {
  (void)state;
  static const char BYTES[] = "\x0a\x15\x08\x05\x12\x02no\x1a\x0d\x0a\x01R\x12\x01"
                              "d\x1a\x01"
                              "f\x22\x02hi"
                              "\x12\x03"
                              "abc"
                              "\x20\x07\x28\x09";
  scoped(bellwether_reply_free) struct bellwether_reply *reply = unpack(BYTES, sizeof BYTES - 1);
  size_t size = 0;
  assert_non_null(reply);
  assert_memory_equal(bellwether_reply_response(reply, &size), "abc", 3);
  assert_int_equal(size, 3);
  assert_int_equal(bellwether_reply_code(reply), 5);
  assert_string_equal(bellwether_reply_message(reply), "no");
  assert_string_equal(bellwether_reply_reason(reply), "R");
  assert_string_equal(bellwether_reply_field(reply), "f");
  assert_string_equal(bellwether_reply_hint(reply), "hi");
  assert_int_equal(bellwether_reply_revision(reply), 7);
  assert_int_equal(bellwether_reply_store_id(reply), 9);
}

static void a_reply_is_read_where_it_was_written(void **state) {
  (void)state;
  uint8_t *place = NULL;
  size_t size = 0;
  scoped(bellwether_reply_free) struct bellwether_reply *reply = envelope_reserve(7, &place);
  assert_non_null(reply);
  memcpy(place, "\x12\x03xyz\x20\x07", 7);
  assert_true(envelope_open(reply));
  assert_ptr_equal(bellwether_reply_response(reply, &size), place + 2);
  assert_int_equal(size, 3);
  assert_int_equal(bellwether_reply_revision(reply), 7);
  assert_int_equal(bellwether_reply_store_id(reply), 0);
  assert_int_equal(bellwether_reply_code(reply), 0);
  assert_null(envelope_reserve(SIZE_MAX, &place));
}

static void a_call_leaves_room_in_front(void **state) {
  (void)state;
  struct bellwether_call call = {.method = "/m"};
  struct envelope_extras extras = {.metadata = bytes_of("", 0), .timeout_ms = 1, .in_front = 100};
  scoped(free) uint8_t *data = NULL;
  size_t size = 0;
  assert_int_equal(envelope_pack(&call, &extras, &data, &size), BELLWETHER_OK);
  assert_bytes(bytes_of(data + 100, size), "\x0a\x02/m\x18\x01");
}

static void a_reply_of_a_newer_server_is_understood(void **state) {
  (void)state;
  scoped(bellwether_reply_free) struct bellwether_reply *reply =
      unpack("\x20\x07\x7a\x03new\xf8\x01\x01", 10);
  assert_non_null(reply);
  assert_int_equal(bellwether_reply_revision(reply), 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_call_is_packed_to_these_bytes),
      cmocka_unit_test(a_read_without_a_token_has_neither_id_nor_authorization),
      cmocka_unit_test(each_write_gets_a_request_id_of_its_own),
      cmocka_unit_test(a_call_may_have_64_mib_and_no_byte_more),
      cmocka_unit_test(what_is_no_reply_is_none),
      cmocka_unit_test(an_empty_reply_is_an_ok_without_anything),
      cmocka_unit_test(a_reply_gives_out_what_is_in_it),
      cmocka_unit_test(a_reply_is_read_where_it_was_written),
      cmocka_unit_test(a_call_leaves_room_in_front),
      cmocka_unit_test(a_reply_of_a_newer_server_is_understood),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
