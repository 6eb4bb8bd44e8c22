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
#include "proto/arena.h"
#include "server/method.h"
#include "server/pack.h"

enum { ROUNDS = 60, REPEATED_MOST = 5, TEXT_MOST = 200 };

static uint64_t seed = 1;

static uint64_t draw(uint64_t n) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (seed >> 33) % n;
}

/* Numbers of all lengths, zero among them. */
static uint64_t draw_number(void) {
  uint64_t bits = draw(65);
  uint64_t number = (draw(UINT32_MAX) << 32) ^ draw(UINT32_MAX) ^ (draw(4) << 62);
  return bits == 0 ? 0 : number >> (64 - bits);
}

static ProtobufCMessage *draw_message(struct arena *arena, const ProtobufCMessageDescriptor *type);

static char *draw_text(struct arena *arena, size_t *ret_size) {
  size_t size = draw(3) == 0 ? 0 : draw(TEXT_MOST);
  char *text = arena_zero(arena, size + 1);
  assert_non_null(text);
  memset(text, 'a' + (int)draw(26), size);
  *ret_size = size;
  return text;
}

static void draw_value(struct arena *arena, const ProtobufCFieldDescriptor *field, void *member) {
  uint64_t number = draw_number();
  size_t size = 0;
  switch (field->type) {
  case PROTOBUF_C_TYPE_MESSAGE:
    *(ProtobufCMessage **)member = draw_message(arena, field->descriptor);
    break;
  case PROTOBUF_C_TYPE_STRING:
    *(char **)member = draw_text(arena, &size);
    break;
  case PROTOBUF_C_TYPE_BYTES: {
    ProtobufCBinaryData *data = member;
    data->data = (uint8_t *)draw_text(arena, &data->len);
    break;
  }
  case PROTOBUF_C_TYPE_BOOL:
    *(protobuf_c_boolean *)member = (protobuf_c_boolean)draw(2);
    break;
  case PROTOBUF_C_TYPE_DOUBLE: {
    double value = draw(3) == 0 ? 0 : (double)number / 7;
    memcpy(member, &value, sizeof value);
    break;
  }
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
  case PROTOBUF_C_TYPE_SFIXED64:
    memcpy(member, &number, 8);
    break;
  default:
    memcpy(member, &number, 4);
  }
}

static void draw_array(struct arena *arena, const ProtobufCFieldDescriptor *field,
                       uint8_t *message) {
  enum { STRIDE_MOST = 16 };
  size_t n = draw(REPEATED_MOST);
  size_t stride = 4;
  if (field->type == PROTOBUF_C_TYPE_BYTES)
    stride = sizeof(ProtobufCBinaryData);
  else if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE ||
           field->type == PROTOBUF_C_TYPE_DOUBLE || field->type == PROTOBUF_C_TYPE_INT64 ||
           field->type == PROTOBUF_C_TYPE_SINT64 || field->type == PROTOBUF_C_TYPE_UINT64 ||
           field->type == PROTOBUF_C_TYPE_FIXED64 || field->type == PROTOBUF_C_TYPE_SFIXED64)
    stride = 8;
  uint8_t *values = arena_zero(arena, n * STRIDE_MOST + 1);
  assert_non_null(values);
  for (size_t i = 0; i < n; i++)
    draw_value(arena, field, values + i * stride);
  *(size_t *)(void *)(message + field->quantifier_offset) = n;
  *(void **)(void *)(message + field->offset) = values;
}

static ProtobufCMessage *draw_message(struct arena *arena, const ProtobufCMessageDescriptor *type) {
  ProtobufCMessage *message = arena_zero(arena, type->sizeof_message);
  assert_non_null(message);
  protobuf_c_message_init(type, message);
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &type->fields[i];
    uint8_t *place = (uint8_t *)message;
    if (field->label != PROTOBUF_C_LABEL_REQUIRED && draw(3) == 0)
      continue;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      draw_array(arena, field, place);
      continue;
    }
    bool one_of = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (one_of && *(uint32_t *)(void *)(place + field->quantifier_offset) != 0)
      continue;
    if (one_of)
      *(uint32_t *)(void *)(place + field->quantifier_offset) = field->id;
    draw_value(arena, field, place + field->offset);
  }
  return message;
}

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
