/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/cli/api.h"

enum { ARENA_BYTES = 1 << 24, PACKED_SIZE = 8192, TEXT_SIZE = 4096 };

static char *name(const char *text) {
  return (char *)(uintptr_t)text;
}

/* Packed into memory that lives as long as the program. */
static ProtobufCBinaryData packed(const ProtobufCMessage *message) {
  static uint8_t all[64 * PACKED_SIZE];
  static size_t used = 0;
  size_t size = protobuf_c_message_get_packed_size(message);
  assert_true(used + size <= sizeof all);
  uint8_t *at = all + used;
  used += protobuf_c_message_pack(message, at);
  return (ProtobufCBinaryData){.data = at, .len = size};
}

static struct api *read_file(struct arena *arena, Descriptor__File *file) {
  Descriptor__FileSet set = DESCRIPTOR__FILE_SET__INIT;
  set.n_files = 1;
  set.files = &file;
  ProtobufCBinaryData data = packed(&set.base);
  return api_read(arena, bytes_of(data.data, data.len));
}

static void check_printed(const struct api *api, const char *wanted, const char *expected) {
  char text[TEXT_SIZE] = "";
  const struct api_item *item = NULL;
  assert_int_equal(api_find(api, wanted, &item), API_FOUND);
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_non_null(out);
  api_print(out, api, item);
  assert_int_equal(fclose(out), 0);
  assert_string_equal(text, expected);
}

/* A message with all that the contract does not have yet. */
static void what_a_newer_contract_may_have_is_printed(void **state) {
  (void)state;
  Descriptor__Value zero = DESCRIPTOR__VALUE__INIT, *values[] = {&zero};
  Descriptor__Enum color = DESCRIPTOR__ENUM__INIT, *enums[] = {&color};
  Descriptor__Options old = DESCRIPTOR__OPTIONS__INIT;
  Descriptor__Oneof oneof = DESCRIPTOR__ONEOF__INIT, hidden = DESCRIPTOR__ONEOF__INIT;
  Descriptor__Oneof *oneofs[] = {&oneof, &hidden};
  Descriptor__Field a = DESCRIPTOR__FIELD__INIT, b = a, c = a, d = a, *fields[] = {&a, &b, &c, &d};
  Descriptor__Type inner = DESCRIPTOR__TYPE__INIT, outer = inner, *types[] = {&outer};
  Descriptor__Location location = DESCRIPTOR__LOCATION__INIT, behind = location;
  Descriptor__Location *locations[] = {&location, &behind};
  Descriptor__Source source = DESCRIPTOR__SOURCE__INIT;
  Descriptor__File file = DESCRIPTOR__FILE__INIT;
  int32_t inner_path[] = {4, 0, 3, 0}, field_path[] = {4, 0, 2, 0};
  zero.name = name("RED");
  color.name = name("Color");
  color.n_values = 1;
  color.values = values;
  oneof.name = name("either");
  hidden.name = name("_d");
  old.deprecated = 1;
  a.name = name("a"), a.number = 1, a.type = 1, a.label = 3, a.options = &old;
  b.name = name("b"), b.number = 2, b.type = 11, b.type_name = name(".p.q.Outer.Inner");
  b.has_oneof_index_case = DESCRIPTOR__FIELD__HAS_ONEOF_INDEX_ONEOF_INDEX;
  c.name = name("c"), c.number = 3, c.type = 14, c.type_name = name(".other.Color");
  d.name = name("d"), d.number = 4, d.type = 99, d.proto3_optional = 1, d.oneof_index = 1;
  d.has_oneof_index_case = DESCRIPTOR__FIELD__HAS_ONEOF_INDEX_ONEOF_INDEX;
  inner.name = name("Inner");
  ProtobufCBinaryData inner_types[] = {packed(&inner.base)};
  outer.name = name("Outer");
  outer.n_fields = 4, outer.fields = fields;
  outer.n_types = 1, outer.types = inner_types;
  outer.n_enums = 1, outer.enums = enums;
  outer.n_oneofs = 2, outer.oneofs = oneofs;
  location.path = inner_path, location.n_path = 4;
  location.leading_comments = name(" Within.\n\n More.\n");
  behind.path = field_path, behind.n_path = 4;
  behind.trailing_comments = name(" behind\n");
  source.n_locations = 2, source.locations = locations;
  file.package = name("p.q"), file.n_types = 1, file.types = types, file.source = &source;
  struct arena *arena = arena_new(ARENA_BYTES);
  struct api *api = read_file(arena, &file);
  assert_non_null(api);
  check_printed(api, "Outer",
                "message Outer {\n"
                "  enum Color {\n"
                "    RED = 0;\n"
                "  }\n"
                "  // Within.\n"
                "  //\n"
                "  // More.\n"
                "  message Inner {\n"
                "  }\n"
                "  repeated double a = 1 [deprecated = true]; // behind\n"
                "  oneof either {\n"
                "    Outer.Inner b = 2;\n"
                "  }\n"
                "  other.Color c = 3;\n"
                "  optional unknown d = 4;\n"
                "}\n");
  check_printed(api, ".p.q.Outer.Color", "enum Color {\n  RED = 0;\n}\n");
  arena_free(arena);
}

static void a_name_that_two_have_is_ambiguous_unless_it_is_whole(void **state) {
  (void)state;
  Descriptor__Enum one = DESCRIPTOR__ENUM__INIT, two = one, *ones[] = {&one}, *twos[] = {&two};
  Descriptor__Type type = DESCRIPTOR__TYPE__INIT, *types[] = {&type};
  Descriptor__File file = DESCRIPTOR__FILE__INIT;
  one.name = two.name = name("E");
  type.name = name("M"), type.n_enums = 1, type.enums = ones;
  file.n_types = 1, file.types = types, file.n_enums = 1, file.enums = twos;
  struct arena *arena = arena_new(ARENA_BYTES);
  struct api *api = read_file(arena, &file);
  const struct api_item *item = NULL;
  assert_non_null(api);
  assert_int_equal(api_find(api, "M/E", &item), API_FOUND);
  assert_int_equal(api_find(api, "E", &item), API_FOUND); /* of no package: the whole name */
  file.package = name("p");
  api = read_file(arena, &file);
  assert_non_null(api);
  assert_int_equal(api_find(api, "E", &item), API_AMBIGUOUS);
  assert_int_equal(api_find(api, "p.E", &item), API_FOUND);
  assert_int_equal(api_find(api, "p.M.F", &item), API_UNKNOWN);
  assert_string_equal(item->name, "p.M.E");
  assert_int_equal(api_find(api, "nothing like it", &item), API_UNKNOWN);
  assert_null(item);
  arena_free(arena);
}

/* Each level is packed anew, so a hundred of them are some kilobytes. */
static void what_is_nested_too_deep_is_left_out(void **state) {
  (void)state;
  ProtobufCBinaryData within = {.len = 0};
  Descriptor__Type type = DESCRIPTOR__TYPE__INIT, *types[] = {&type};
  type.name = name("M");
  type.types = &within;
  for (int i = 0; i < 100; i++) {
    within = packed(&type.base);
    type.n_types = 1;
  }
  Descriptor__File file = DESCRIPTOR__FILE__INIT;
  file.n_types = 1, file.types = types;
  struct arena *arena = arena_new(ARENA_BYTES);
  struct api *api = read_file(arena, &file);
  assert_non_null(api);
  assert_int_equal(api->n_items, API_PATH_SIZE / 2 - 1);
  const struct api_item *item = NULL;
  assert_int_equal(api_find(api, "M", &item), API_FOUND);
  FILE *out = fopen("/dev/null", "we");
  assert_non_null(out);
  api_print(out, api, item);
  assert_int_equal(fclose(out), 0);
  arena_free(arena);
}

static void what_is_no_descriptor_set_is_refused(void **state) {
  (void)state;
  struct arena *arena = arena_new(ARENA_BYTES);
  ProtobufCBinaryData garbage = {.data = (uint8_t *)(uintptr_t) "\xff", .len = 1};
  Descriptor__Type type = DESCRIPTOR__TYPE__INIT, *types[] = {&type};
  Descriptor__File file = DESCRIPTOR__FILE__INIT;
  assert_null(api_read(arena, bytes_of("\x0a\x7f", 2)));
  type.name = name("M"), type.n_types = 1, type.types = &garbage;
  file.n_types = 1, file.types = types;
  assert_null(read_file(arena, &file));
  arena_free(arena);
}

static void the_first_sentence_ends_where_a_next_one_begins(void **state) {
  (void)state;
  static const struct {
    const char *comment;
    const char *sentence;
  } rows[] = {
      {"", ""},
      {" One.\n", "One."},
      {" One, e.g. this,\n of two. Another.\n", "One, e.g. this, of two."},
      {" Of v1.2 no end", "Of v1.2 no end"},
      {" A very long one\n", "A very long one"},
  };
  char sentence[32];
  for (size_t i = 0; i < count_of(rows); i++) {
    api_first_sentence(rows[i].comment, sentence, sizeof sentence);
    assert_string_equal(sentence, rows[i].sentence);
  }
  api_first_sentence("abcdef", sentence, 4);
  assert_string_equal(sentence, "abc");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_newer_contract_may_have_is_printed),
      cmocka_unit_test(a_name_that_two_have_is_ambiguous_unless_it_is_whole),
      cmocka_unit_test(what_is_nested_too_deep_is_left_out),
      cmocka_unit_test(what_is_no_descriptor_set_is_refused),
      cmocka_unit_test(the_first_sentence_ends_where_a_next_one_begins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
