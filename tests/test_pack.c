/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "server/method.h"
#include "server/pack.h"
#include "tests/drawn.h"

enum { ROUNDS = 60 };

static void check_same(const ProtobufCMessage *message) {
  struct arena *arena = arena_new(SIZE_MAX);
  struct packed packed;
  assert_non_null(arena);
  size_t size = protobuf_c_message_get_packed_size(message);
  assert_int_equal(pack_size(message), size);
  uint8_t *theirs = malloc(size + 1), *ours = malloc(size + 1);
  assert_non_null(theirs);
  assert_non_null(ours);
  assert_int_equal(protobuf_c_message_pack(message, theirs), size);
  assert_true(pack(message, arena, &packed));
  assert_int_equal(packed.size, size);
  assert_ptr_equal(packed_write(&packed, ours), ours + size);
  assert_memory_equal(ours, theirs, size);
  arena_free(arena);
  free(theirs);
  free(ours);
}

static void check_drawn(const ProtobufCMessageDescriptor *type) {
  struct arena *arena = arena_new(SIZE_MAX);
  assert_non_null(arena);
  check_same(draw_message(arena, type));
  arena_free(arena);
}

static void every_message_is_packed_as_protobuf_c_packs_it(void **state) {
  (void)state;
  size_t n_methods = 0;
  const struct method *methods = method_all(&n_methods);
  assert_true(n_methods > 20);
  for (int round = 0; round < ROUNDS; round++) {
    for (size_t i = 0; i < n_methods; i++) {
      check_drawn(methods[i].request);
      check_drawn(methods[i].response);
    }
    check_drawn(&bellwether__v1__call__descriptor);
    check_drawn(&bellwether__v1__reply__descriptor);
  }
}

static void an_empty_message_has_no_bytes(void **state) {
  (void)state;
  Bellwether__V1__GetLatestResponse response = BELLWETHER__V1__GET_LATEST_RESPONSE__INIT;
  struct packed packed;
  uint8_t place[1];
  assert_int_equal(pack_size(&response.base), 0);
  assert_true(pack(&response.base, NULL, &packed));
  assert_int_equal(packed.size, 0);
  assert_ptr_equal(packed_write(&packed, place), place);
}

static void lengths_of_every_size_are_written_in_front(void **state) {
  (void)state;
  static const size_t SIZES[] = {0,   1,   14,   15,   16,   127,   128,   129,
                                 200, 255, 2047, 2048, 2049, 16384, 300000};
  for (size_t i = 0; i < count_of(SIZES); i++) {
    Bellwether__V1__ObservationColumns columns = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;
    Bellwether__V1__SeriesObservations series = BELLWETHER__V1__SERIES_OBSERVATIONS__INIT;
    Bellwether__V1__GetObservationsResponse response =
        BELLWETHER__V1__GET_OBSERVATIONS_RESPONSE__INIT;
    double *values = calloc(SIZES[i] + 1, sizeof *values);
    int32_t *steps = calloc(SIZES[i] + 1, sizeof *steps);
    assert_non_null(values);
    assert_non_null(steps);
    for (size_t k = 0; k < SIZES[i]; k++) {
      values[k] = (double)k / 3;
      steps[k] = (int32_t)(k * 7919);
    }
    columns.n_values = columns.n_period_steps = SIZES[i];
    columns.values = values;
    columns.period_steps = steps;
    series.observations = &columns;
    response.series = &series;
    check_same(&response.base);
    free(values);
    free(steps);
  }
}

static void a_negative_zero_is_kept(void **state) {
  (void)state;
  Bellwether__V1__LatestObservation latest = BELLWETHER__V1__LATEST_OBSERVATION__INIT;
  latest.value = -0.0;
  uint8_t packed[16];
  size_t size = pack_size(&latest.base);
  assert_in_range(size, 1, sizeof packed);
  struct packed pieces;
  assert_true(pack(&latest.base, NULL, &pieces));
  assert_ptr_equal(packed_write(&pieces, packed), packed + size);
  Bellwether__V1__LatestObservation *again =
      bellwether__v1__latest_observation__unpack(NULL, size, packed);
  assert_non_null(again);
  assert_memory_equal(&again->value, &latest.value, sizeof latest.value);
  bellwether__v1__latest_observation__free_unpacked(again, NULL);
}

/* A status of so many letters. */
static bool pack_letters(size_t n, struct arena *arena, struct packed *packed) {
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  char text[PACKED_ROOM_BYTES * 2];
  Bellwether__V1__ErrorDetail detail = BELLWETHER__V1__ERROR_DETAIL__INIT;
  Bellwether__V1__ErrorDetail *details[] = {&detail};
  assert_true(n < sizeof text);
  memset(text, 'x', n);
  text[n / 2] = text[n] = '\0';
  status.message = text;
  detail.hint = text + n / 2 + (n > 0);
  status.details = details;
  status.n_details = 1;
  return pack(&status.base, arena, packed);
}

static void a_short_message_takes_no_memory(void **state) {
  (void)state;
  struct arena *none = arena_new(0);
  struct packed packed;
  assert_non_null(none);
  assert_true(pack_letters(1000, none, &packed));
  assert_false(pack_letters(PACKED_ROOM_BYTES * 2 - 1, none, &packed));
  arena_free(none);
}

/* The memory may end at any piece of it: that is said, and nothing is written beyond. */
static void memory_may_end_anywhere(void **state) {
  (void)state;
  enum { MOST_BYTES = 200000, STEP_BYTES = 16 };
  static char texts[4000][100];
  static char *items[4000];
  for (size_t i = 0; i < count_of(items); i++) {
    memset(texts[i], 'y', sizeof texts[i] - 1);
    items[i] = texts[i];
  }
  Bellwether__V1__GetLatestRequest many = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  many.keys = items;
  many.n_keys = count_of(items);
  bool packed_once = false;
  for (size_t cap = 0; cap <= MOST_BYTES * 4; cap += 4096 + STEP_BYTES) {
    struct arena *arena = arena_new(cap);
    struct packed packed;
    assert_non_null(arena);
    bool done = pack(&many.base, arena, &packed);
    assert_true(!packed_once || done);
    packed_once |= done;
    arena_free(arena);
  }
  assert_true(packed_once);
  check_same(&many.base);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_message_is_packed_as_protobuf_c_packs_it),
      cmocka_unit_test(an_empty_message_has_no_bytes),
      cmocka_unit_test(lengths_of_every_size_are_written_in_front),
      cmocka_unit_test(a_negative_zero_is_kept),
      cmocka_unit_test(a_short_message_takes_no_memory),
      cmocka_unit_test(memory_may_end_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
