/* SPDX-License-Identifier: MIT */
/* The bytes that stand on disks: keys, numbers in values, the head of a series. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "storage/layout.h"

/* "00 ff" of bytes; good until the next call. */
static const char *hex(struct bytes bytes) {
  static char text[3 * 512 + 1];
  text[0] = '\0';
  for (size_t i = 0; i < bytes.size && i < 512; i++)
    snprintf(text + 3 * i, 4, i + 1 < bytes.size ? "%02x " : "%02x", bytes.data[i]);
  return text;
}

static void numbers_in_keys_are_big_endian(void **state) {
  (void)state;
  struct key_buffer key = {0};
  key_u8(&key, 0xab);
  key_u32(&key, 0x01020304);
  key_u64(&key, UINT64_C(0x05060708090a0b0c));
  assert_string_equal(hex(key_of(&key)), "ab 01 02 03 04 05 06 07 08 09 0a 0b 0c");
  assert_int_equal(key_get_u32(key.data + 1), 0x01020304);
  assert_true(key_get_u64(key.data + 5) == UINT64_C(0x05060708090a0b0c));
}

static void signed_numbers_in_keys_have_their_sign_bit_flipped(void **state) {
  (void)state;
  static const struct {
    int64_t number;
    const char *bytes;
  } rows[] = {
      {INT64_MIN, "00 00 00 00 00 00 00 00"}, {-1970, "7f ff ff ff ff ff f8 4e"},
      {-1, "7f ff ff ff ff ff ff ff"},        {0, "80 00 00 00 00 00 00 00"},
      {54, "80 00 00 00 00 00 00 36"},        {INT64_MAX, "ff ff ff ff ff ff ff ff"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct key_buffer key = {0};
    key_i64(&key, rows[i].number);
    assert_string_equal(hex(key_of(&key)), rows[i].bytes);
    assert_true(key_get_i64(key.data) == rows[i].number);
  }
}

static void keys_sort_as_their_numbers_do(void **state) {
  (void)state;
  static const int64_t numbers[] = {
      INT64_MIN, INT64_MIN + 1, -65536, -257, -256,  -255,          -1,       0,
      1,         255,           256,    257,  65536, INT64_MAX - 1, INT64_MAX};
  for (size_t i = 0; i < count_of(numbers); i++) {
    for (size_t j = 0; j < count_of(numbers); j++) {
      struct key_buffer a = {0}, b = {0};
      key_i64(&a, numbers[i]);
      key_i64(&b, numbers[j]);
      int order = bytes_compare(key_of(&a), key_of(&b));
      assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
    }
  }
}

static void a_key_takes_511_bytes_and_not_one_more(void **state) {
  (void)state;
  uint8_t text[STORE_KEY_MAX + 1] = {0};
  struct key_buffer key = {0}, longer = {0};
  key_bytes(&key, bytes_of(text, STORE_KEY_MAX));
  assert_false(key.overflow);
  assert_int_equal(key.size, STORE_KEY_MAX);
  key_u8(&key, 1);
  assert_true(key.overflow);
  key_bytes(&longer, bytes_of(text, sizeof text));
  assert_true(longer.overflow);
  assert_int_equal(longer.size, 0);
}

static void numbers_in_values_are_little_endian(void **state) {
  (void)state;
  uint8_t data[8];
  put_u16(data, 0x0102);
  assert_string_equal(hex(bytes_of(data, 2)), "02 01");
  put_u32(data, 0x01020304);
  assert_string_equal(hex(bytes_of(data, 4)), "04 03 02 01");
  put_i64(data, -2);
  assert_string_equal(hex(bytes_of(data, 8)), "fe ff ff ff ff ff ff ff");
  put_f64(data, 1.5);
  assert_string_equal(hex(bytes_of(data, 8)), "00 00 00 00 00 00 f8 3f");
}

static void varints_are_those_of_protobuf(void **state) {
  (void)state;
  static const struct {
    uint64_t number;
    const char *bytes;
  } rows[] = {
      {0, "00"},
      {127, "7f"},
      {128, "80 01"},
      {300, "ac 02"},
      {UINT64_MAX, "ff ff ff ff ff ff ff ff ff 01"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    uint8_t data[10];
    size_t size = varint_put(data, rows[i].number);
    assert_string_equal(hex(bytes_of(data, size)), rows[i].bytes);
    assert_int_equal(varint_size(rows[i].number), size);
    struct reader reader = {data, size, false};
    assert_true(read_varint(&reader) == rows[i].number);
    assert_true(!reader.broken && reader.left == 0);
  }
}

static void zigzag_takes_small_numbers_of_both_signs(void **state) {
  (void)state;
  static const int64_t numbers[] = {0, -1, 1, -2, INT64_MAX, INT64_MIN};
  static const uint64_t zigzags[] = {0, 1, 2, 3, UINT64_MAX - 1, UINT64_MAX};
  for (size_t i = 0; i < count_of(numbers); i++) {
    assert_true(zigzag(numbers[i]) == zigzags[i]);
    assert_true(unzigzag(zigzags[i]) == numbers[i]);
  }
}

static void a_reader_past_the_end_gives_zeros_and_stays_broken(void **state) {
  (void)state;
  static const uint8_t data[] = {1, 2, 3};
  struct reader reader = {data, sizeof data, false};
  assert_int_equal(read_u8(&reader), 1);
  assert_int_equal(read_u32(&reader), 0);
  assert_true(reader.broken);
  assert_int_equal(read_u8(&reader), 0);
  assert_int_equal(read_bytes(&reader, 0).size, 0);
}

static void a_varint_without_an_end_is_broken(void **state) {
  (void)state;
  static const uint8_t endless[11] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                      0x80, 0x80, 0x80, 0x80, 0x01};
  struct reader cut = {endless, 3, false}, longer = {endless, sizeof endless, false};
  assert_int_equal(read_varint(&cut), 0);
  assert_true(cut.broken);
  assert_int_equal(read_varint(&longer), 0);
  assert_true(longer.broken);
}

static const struct series_head HEAD = {
    .handle = 0x01020304,
    .dataset_no = 9,
    .frequency = 4,
    .has_latest = true,
    .latest_status = 'P',
    .latest_period = -2,
    .latest_value = 1.5,
    .latest_release_no = 7,
    .n_releases = 3,
    .n_observations = 10,
    .first_period = -12,
    .last_period = -1,
    .changed_revision = 77,
    .last_published_ms = -1000,
    .last_release_no = 6,
};

static void the_head_of_a_series_has_its_fields_at_fixed_offsets(void **state) {
  (void)state;
  uint8_t data[HEAD_WIDE_BYTES];
  assert_int_equal(head_put(data, &HEAD), HEAD_NARROW_BYTES);
  assert_string_equal(hex(bytes_of(data, HEAD_NARROW_BYTES)),
                      "14 50 09 00 04 03 02 01 00 00 00 00 00 00 f8 3f "
                      "ff ff ff ff 0b 00 00 00 01 00 03 00 0a 00 00 00 "
                      "4d 00 00 00 07 00 00 00 06 00 00 00 18 fc ff ff "
                      "ff ff");
}

static void a_head_whose_numbers_do_not_fit_is_wide(void **state) {
  (void)state;
  uint8_t data[HEAD_WIDE_BYTES];
  struct series_head head = HEAD;
  head.handle = 0x0102030405060708;
  head.has_no_attributes = true;
  assert_int_equal(head_put(data, &head), HEAD_WIDE_BYTES);
  assert_string_equal(hex(bytes_of(data, HEAD_WIDE_BYTES)),
                      "b4 50 00 00 09 00 00 00 00 00 00 00 00 00 f8 3f "
                      "08 07 06 05 04 03 02 01 ff ff ff ff ff ff ff ff "
                      "f4 ff ff ff ff ff ff ff fe ff ff ff ff ff ff ff "
                      "0a 00 00 00 00 00 00 00 4d 00 00 00 00 00 00 00 "
                      "18 fc ff ff ff ff ff ff 07 00 00 00 06 00 00 00 "
                      "03 00 00 00");
}

static void assert_same_head(const struct series_head *a, const struct series_head *b) {
  assert_true(a->handle == b->handle && a->dataset_no == b->dataset_no);
  assert_int_equal(a->frequency, b->frequency);
  assert_true(a->has_no_attributes == b->has_no_attributes && a->has_latest == b->has_latest);
  assert_int_equal(a->latest_status, b->latest_status);
  assert_true(a->latest_period == b->latest_period);
  assert_memory_equal(&a->latest_value, &b->latest_value, sizeof a->latest_value);
  assert_true(a->latest_release_no == b->latest_release_no && a->n_releases == b->n_releases);
  assert_true(a->n_observations == b->n_observations);
  assert_true(a->first_period == b->first_period && a->last_period == b->last_period);
  assert_true(a->changed_revision == b->changed_revision);
  assert_true(a->last_published_ms == b->last_published_ms);
  assert_int_equal(a->last_release_no, b->last_release_no);
}

static void assert_reads_back(const struct series_head *head, size_t size) {
  uint8_t data[HEAD_WIDE_BYTES];
  struct series_head read = {0};
  assert_int_equal(head_put(data, head), size);
  assert_int_equal(head_get(bytes_of(data, size), &read), size);
  assert_same_head(&read, head);
  assert_int_equal(head_get(bytes_of(data, size - 1), &read), 0);
}

/* Each number at its limit, and one beyond it. */
static void a_head_reads_back_at_and_beyond_the_limits_of_the_narrow_one(void **state) {
  (void)state;
  static const int64_t below = -(INT64_C(1) << 47), above = INT64_C(1) << 47;
  assert_reads_back(&HEAD, HEAD_NARROW_BYTES);
#define BOTH(field, narrow, wide)                                                                  \
  do {                                                                                             \
    struct series_head head = HEAD;                                                                \
    head.field = (narrow);                                                                         \
    assert_reads_back(&head, HEAD_NARROW_BYTES);                                                   \
    head.field = (wide);                                                                           \
    assert_reads_back(&head, HEAD_WIDE_BYTES);                                                     \
  } while (0)
  BOTH(handle, UINT32_MAX, (uint64_t)UINT32_MAX + 1);
  BOTH(dataset_no, UINT16_MAX, UINT16_MAX + 1);
  BOTH(latest_period, -1 - UINT16_MAX, -2 - UINT16_MAX);
  BOTH(latest_period, -1, 0); /* which is behind the last */
  BOTH(n_releases, UINT16_MAX, UINT16_MAX + 1);
  BOTH(n_observations, UINT32_MAX, (uint64_t)UINT32_MAX + 1);
  BOTH(first_period, -1 - (int64_t)UINT32_MAX, -2 - (int64_t)UINT32_MAX);
  BOTH(first_period, -1, INT64_MIN);
  BOTH(changed_revision, UINT32_MAX, (uint64_t)UINT32_MAX + 1);
  BOTH(last_published_ms, below + 1, below);
  BOTH(last_published_ms, above - 1, above);
  BOTH(last_published_ms, INT64_MIN, INT64_MIN + 1);
#undef BOTH
}

static void a_head_without_a_latest_value_keeps_nothing_of_one(void **state) {
  (void)state;
  struct series_head head = {.frequency = 1, .last_published_ms = INT64_MIN};
  assert_reads_back(&head, HEAD_NARROW_BYTES);
  head.first_period = INT64_MIN;
  assert_reads_back(&head, HEAD_WIDE_BYTES);
  uint8_t data[HEAD_WIDE_BYTES], again[HEAD_WIDE_BYTES];
  struct series_head stale = HEAD, none = HEAD;
  stale.has_latest = none.has_latest = false;
  none.latest_value = 0;
  none.latest_status = 0;
  none.latest_period = none.latest_release_no = 0;
  assert_int_equal(head_put(data, &stale), head_put(again, &none));
  assert_memory_equal(data, again, HEAD_NARROW_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_in_keys_are_big_endian),
      cmocka_unit_test(signed_numbers_in_keys_have_their_sign_bit_flipped),
      cmocka_unit_test(keys_sort_as_their_numbers_do),
      cmocka_unit_test(a_key_takes_511_bytes_and_not_one_more),
      cmocka_unit_test(numbers_in_values_are_little_endian),
      cmocka_unit_test(varints_are_those_of_protobuf),
      cmocka_unit_test(zigzag_takes_small_numbers_of_both_signs),
      cmocka_unit_test(a_reader_past_the_end_gives_zeros_and_stays_broken),
      cmocka_unit_test(a_varint_without_an_end_is_broken),
      cmocka_unit_test(the_head_of_a_series_has_its_fields_at_fixed_offsets),
      cmocka_unit_test(a_head_whose_numbers_do_not_fit_is_wide),
      cmocka_unit_test(a_head_reads_back_at_and_beyond_the_limits_of_the_narrow_one),
      cmocka_unit_test(a_head_without_a_latest_value_keeps_nothing_of_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
