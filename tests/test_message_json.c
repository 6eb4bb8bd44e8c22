/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/base64.h"
#include "client/cli/json_text.h"
#include "client/cli/message_json.h"
#include "client/cli/message_to_json.h"
#include "client/cli/whole.h"
#include "tests/contract_types.h"

enum { TEXT_SIZE = 4096, ARENA_BYTES = 1 << 20 };

typedef ProtobufCMessage *reader(struct arena *arena, const json_t *json,
                                 const ProtobufCMessageDescriptor *descriptor,
                                 struct message_json_error *ret_error);

static void print(const ProtobufCMessage *message, bool whole, enum json_layout layout,
                  char ret_text[static TEXT_SIZE]) {
  FILE *out = fmemopen(ret_text, TEXT_SIZE, "w");
  assert_non_null(out);
  json_t *json = whole ? message_to_json_whole(message) : message_to_json(message);
  assert_non_null(json);
  json_text_write(out, json, layout);
  json_decref(json);
  assert_int_equal(fclose(out), 0);
}

/* What is read, printed again; or "! PATH: PROBLEM". */
static void reread(reader *read, const char *type, const char *text, char *ret_text) {
  json_error_t syntax;
  struct message_json_error error;
  json_t *json = json_text_read(bytes_of_text(text), &syntax);
  if (json == NULL)
    fail_msg("%s: %s", text, syntax.text);
  struct arena *arena = arena_new(ARENA_BYTES);
  assert_non_null(arena);
  const ProtobufCMessage *message = read(arena, json, contract_type(type), &error);
  if (message != NULL)
    print(message, false, JSON_LAYOUT_LINE, ret_text);
  else
    snprintf(ret_text, TEXT_SIZE, "! %s: %s", error.path, error.problem);
  json_decref(json);
  arena_free(arena);
}

struct row {
  const char *type;
  const char *text;
  const char *again;
};

static void check_rows(reader *read, const struct row *rows, size_t n_rows) {
  char text[TEXT_SIZE];
  for (size_t i = 0; i < n_rows; i++) {
    reread(read, rows[i].type, rows[i].text, text);
    assert_string_equal(text, rows[i].again);
  }
}

static void what_is_read_is_printed_in_the_one_form_of_the_mapping(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"GetLatestRequest", "{}", "{}"},
      {"GetLatestRequest", "{\"keys\": [], \"view\": 0, \"asOf\": null, \"actualOnly\": false}",
       "{}"},
      {"GetLatestRequest", "{\"actual_only\": true, \"keys\": [\"a\", \"\"]}",
       "{\"keys\":[\"a\",\"\"],\"actualOnly\":true}"},
      {"GetLatestRequest", "{\"handles\": [1, \"2\", 3e0, 18446744073709551615, 9007199254740993]}",
       "{\"handles\":[\"1\",\"2\",\"3\",\"18446744073709551615\",\"9007199254740993\"]}"},
      {"GetLatestRequest", "{\"view\": 3}", "{\"view\":\"VIEW_FULL\"}"},
      {"GetLatestRequest", "{\"view\": -2147483648}", "{\"view\":-2147483648}"},
      {"AsOf", "{\"timeMs\": 0}", "{\"timeMs\":\"0\"}"},
      {"AsOf", "{\"date\": \"\"}", "{\"date\":\"\"}"},
      {"AsOf", "{\"timeMs\": null, \"date\": \"x\"}", "{\"date\":\"x\"}"},
      {"AsOf", "{\"timeMs\": -9223372036854775808}", "{\"timeMs\":\"-9223372036854775808\"}"},
      {"ObservationColumns", "{\"values\": [0, -0, 0.1, 1e300, 5e-324, 123456789012345678901234]}",
       "{\"values\":[0,-0,0.1,1e+300,5e-324,1.2345678901234569e+23]}"},
      {"ObservationColumns", "{\"values\": [\"NaN\", \"Infinity\", \"-Infinity\", \"1.50\"]}",
       "{\"values\":[\"NaN\",\"Infinity\",\"-Infinity\",1.5]}"},
      {"ObservationColumns", "{\"statuses\": \"_-8\"}", "{\"statuses\":\"/+8=\"}"},
      {"Status", "{\"code\": 2147483647, \"message\": \"\\\"\\u0001\\n\\u00e9\"}",
       "{\"code\":2147483647,\"message\":\"\\\"\\u0001\\n\xc3\xa9\"}"},
      {"ItemError", "{\"index\": 4294967295, \"status\": {}}",
       "{\"index\":4294967295,\"status\":{}}"},
  };
  check_rows(message_from_json_strict, rows, count_of(rows));
}

static void what_is_refused_says_where_and_why(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"GetLatestRequest", "[]", "! : is not an object: {...}"},
      {"GetLatestRequest", "{\"kees\": 1}",
       "! kees: is not known in a GetLatestRequest; did you mean \"keys\"?"},
      {"GetLatestRequest", "{\"actualOnyl\": 1}",
       "! actualOnyl: is not known in a GetLatestRequest; did you mean \"actualOnly\"?"},
      {"GetLatestRequest", "{\"nothing\": 1}", "! nothing: is not known in a GetLatestRequest"},
      {"GetLatestRequest", "{\"keys\": [\"a\", 7]}", "! keys[1]: is not text"},
      {"GetLatestRequest", "{\"keys\": [1.5]}", "! keys[0]: is not text"},
      {"GetLatestRequest", "{\"keys\": [null]}", "! keys[0]: is not text"},
      {"GetLatestRequest", "{\"keys\": \"a\"}", "! keys: is not a list: [...]"},
      {"GetLatestRequest", "{\"actualOnly\": true, \"actual_only\": true}",
       "! actualOnly: is given twice, under both of its names"},
      {"GetLatestRequest", "{\"handles\": [18446744073709551616]}",
       "! handles[0]: is not a whole number from 0 to 18446744073709551615"},
      {"GetLatestRequest", "{\"handles\": [-1]}",
       "! handles[0]: is not a whole number from 0 to 18446744073709551615"},
      {"GetLatestRequest", "{\"view\": \"VIEW_FUL\"}",
       "! view: \"VIEW_FUL\" is no View; did you mean VIEW_FULL?"},
      {"GetLatestRequest", "{\"view\": \"FULL\"}",
       "! view: \"FULL\" is no View; did you mean VIEW_FULL?"},
      {"GetLatestRequest", "{\"view\": \"VIE8W_FULL\"}",
       "! view: \"VIE8W_FULL\" is no View; did you mean VIEW_FULL?"},
      {"GetLatestRequest", "{\"view\": 2147483648}", "! view: is not the name of a View"},
      {"GetLatestRequest", "{\"asOf\": {\"date\": \"x\", \"timeMs\": 1}}",
       "! asOf.timeMs: excludes \"date\": only one of them can be given"},
      {"AsOf", "{\"timeMs\": 9223372036854775808}",
       "! timeMs: is not a whole number from -9223372036854775808 to 9223372036854775807"},
      {"AsOf", "{\"time\": 1}", "! time: is not known in a AsOf; did you mean \"timeMs\"?"},
      {"ItemError", "{\"index\": 4294967296}",
       "! index: is not a whole number from 0 to 4294967295"},
      {"Status", "{\"code\": -2147483649}",
       "! code: is not a whole number from -2147483648 to 2147483647"},
      {"Status", "{\"details\": [{}, {\"field\": false}]}", "! details[1].field: is not text"},
      {"ObservationColumns", "{\"values\": [1e400]}", "! values[0]: is too large a number"},
      {"ObservationColumns", "{\"values\": [\"\"]}", "! values[0]: is not a number"},
      {"ObservationColumns", "{\"values\": [true]}", "! values[0]: is not a number"},
      {"ObservationColumns", "{\"statuses\": \"*\"}", "! statuses: is not base64 text"},
      {"ObservationColumns", "{\"statuses\": 5.5}", "! statuses: is not base64 text"},
  };
  check_rows(message_from_json_strict, rows, count_of(rows));
}

static void files_of_people_have_freedoms_that_calls_have_not(void **state) {
  (void)state;
  static const struct row free_rows[] = {
      {"GetLatestRequest", "{\"view\": \"FULL\"}", "{\"view\":\"VIEW_FULL\"}"},
      {"Release", "{\"published\": \"1970-01-02\"}",
       "{\"publishedAtMs\":\"86400000\",\"precision\":\"TIME_PRECISION_DAY\"}"},
  };
  static const struct row strict_rows[] = {
      {"Release", "{\"published\": \"1970-01-02\"}",
       "! published: is not known in a Release; did you mean \"publisher\"?"},
      {"LoadPart", "{\"x\": 1}", "! x: is not known in a LoadPart"},
  };
  check_rows(message_from_json, free_rows, count_of(free_rows));
  check_rows(message_from_json_strict, strict_rows, count_of(strict_rows));
}

static void what_is_no_json_is_not_read(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",         "{",          "{\"a\":01}",        "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}",
      "[1e]",     "[-]",        "[1.5.5]",           "[1-2]",      "[1.5a]",     "[\"\\u0000\"]",
      "[\"\n\"]", "[\"\xff\"]", "{\"a\":1,\"a\":2}", "[1] 2",      "[\"\\",      "nul",
  };
  json_error_t error;
  for (size_t i = 0; i < count_of(texts); i++)
    if (json_text_read(bytes_of_text(texts[i]), &error) != NULL)
      fail_msg("%s was read", texts[i]);
}

static void defaults_are_printed_on_demand_but_absent_messages_never(void **state) {
  (void)state;
  char text[TEXT_SIZE];
  Bellwether__V1__GetLatestRequest request = BELLWETHER__V1__GET_LATEST_REQUEST__INIT;
  print(&request.base, true, JSON_LAYOUT_LINE, text);
  assert_string_equal(
      text, "{\"keys\":[],\"handles\":[],\"view\":\"VIEW_UNSPECIFIED\","
            "\"actualOnly\":false,\"scale\":\"SCALE_UNSPECIFIED\",\"periodLabels\":false}");
}

static void text_that_is_not_utf8_is_repaired(void **state) {
  (void)state;
  char text[TEXT_SIZE];
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT;
  status.message = (char *)(uintptr_t) "a\xff\xc3\xa9\xe2\x82";
  print(&status.base, false, JSON_LAYOUT_LINE, text);
  assert_string_equal(text, "{\"message\":\"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"}");
}

static void the_pretty_layout_keeps_plain_lists_on_a_line(void **state) {
  (void)state;
  char text[TEXT_SIZE];
  Bellwether__V1__Status status = BELLWETHER__V1__STATUS__INIT, *all[] = {&status};
  Bellwether__V1__ItemError error = BELLWETHER__V1__ITEM_ERROR__INIT, *errors[] = {&error};
  Bellwether__V1__GetLatestResponse response = BELLWETHER__V1__GET_LATEST_RESPONSE__INIT;
  double values[] = {1.5, (double)NAN};
  error.status = all[0];
  response.n_errors = 1;
  response.errors = errors;
  response.n_values = 2;
  response.values = values;
  print(&response.base, false, JSON_LAYOUT_PRETTY, text);
  assert_string_equal(text, "{\n"
                            "  \"values\": [1.5, \"NaN\"],\n"
                            "  \"errors\": [\n"
                            "    {\n"
                            "      \"status\": {}\n"
                            "    }\n"
                            "  ]\n"
                            "}");
}

static void whole_numbers_are_exact_in_any_notation(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool whole;
    bool negative;
    uint64_t magnitude;
  } rows[] = {
      {"0", true, false, 0},
      {"-0", true, false, 0},
      {"007", true, false, 7},
      {"1e3", true, false, 1000},
      {"1E+3", true, false, 1000},
      {"-1.50e1", true, true, 15},
      {"100e-2", true, false, 1},
      {"0e999999999999999999999", true, false, 0},
      {"0.000", true, false, 0},
      {"1844674407370955161500e-2", true, false, 18446744073709551615u},
      {"1.8446744073709551615e19", true, false, 18446744073709551615u},
      {"18446744073709551616", false, false, 0},
      {"1e20", false, false, 0},
      {"1e999999999999999999999", false, false, 0},
      {"1e-1", false, false, 0},
      {"1.5", false, false, 0},
      {"", false, false, 0},
      {"-", false, false, 0},
      {"+1", false, false, 0},
      {" 1", false, false, 0},
      {"1.", false, false, 0},
      {".5", false, false, 0},
      {"1e", false, false, 0},
      {"0x1", false, false, 0},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct whole whole = {.magnitude = 0};
    bool found = whole_parse(bytes_of_text(rows[i].text), &whole);
    if (found != rows[i].whole || whole.magnitude != rows[i].magnitude ||
        whole.negative != rows[i].negative)
      fail_msg("%s: %d", rows[i].text, found);
  }
}

static void base64_is_of_either_alphabet_and_padded_or_not(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int size;
  } rows[] = {{"", 0},      {"AA==", 1},     {"AA", 1},    {"AAA=", 2},  {"AAA", 2},
              {"AAAA", 3},  {"+/-_", 3},     {"A", -1},    {"A===", -1}, {"=", -1},
              {"AA=", -1},  {"AAAA=", -1},   {"A=AA", -1}, {"AA A", -1}, {"AA\n", -1},
              {"====", -1}, {"AAAA====", -1}};
  for (size_t i = 0; i < count_of(rows); i++) {
    uint8_t bytes[16];
    size_t size = 0;
    bool read = base64_read(bytes_of_text(rows[i].text), bytes, &size);
    if (read != (rows[i].size >= 0) || (read && size != (size_t)rows[i].size))
      fail_msg("%s: %d, %zu", rows[i].text, read, size);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_read_is_printed_in_the_one_form_of_the_mapping),
      cmocka_unit_test(what_is_refused_says_where_and_why),
      cmocka_unit_test(files_of_people_have_freedoms_that_calls_have_not),
      cmocka_unit_test(what_is_no_json_is_not_read),
      cmocka_unit_test(defaults_are_printed_on_demand_but_absent_messages_never),
      cmocka_unit_test(text_that_is_not_utf8_is_repaired),
      cmocka_unit_test(the_pretty_layout_keeps_plain_lists_on_a_line),
      cmocka_unit_test(whole_numbers_are_exact_in_any_notation),
      cmocka_unit_test(base64_is_of_either_alphabet_and_padded_or_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
