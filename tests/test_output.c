/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "client/cli/output.h"

static const struct column COLUMNS[] = {
    {"name", CELL_TEXT}, {"value", CELL_NUMBER}, {"never", CELL_TEXT}, {"note", CELL_LONG}};

static void print_row(struct output *output, const char *name, double value, const char *note) {
  output_text(output, name);
  output_number(output, value);
  output_text(output, NULL);
  output_text(output, note);
}

/* What a printer writes; to be freed. */
static char *print(struct cli cli, void (*rows)(struct output *output)) {
  char *text = NULL;
  size_t size = 0;
  cli.out = open_memstream(&text, &size);
  assert_non_null(cli.out);
  struct output *output = output_begin(&cli, COLUMNS, count_of(COLUMNS));
  assert_non_null(output);
  rows(output);
  output_end(output);
  fclose(cli.out);
  return text;
}

static void expect(struct cli cli, void (*rows)(struct output *output), const char *expected) {
  char *text = print(cli, rows);
  assert_string_equal(text, expected);
  free(text);
}

static void nasty(struct output *output) {
  print_row(output, "a,b", -0.5, "tab\there, back\\slash");
  print_row(output, "\"q\"", (double)NAN, "two\nlines\r");
}

static void none(struct output *output) {
  (void)output;
}

static void every_format_keeps_a_cell_one_cell(void **state) {
  (void)state;
  expect((struct cli){.format = FORMAT_CSV}, nasty,
         "name,value,never,note\n"
         "\"a,b\",-0.5,,\"tab\there, back\\slash\"\n"
         "\"\"\"q\"\"\",,,\"two\nlines\r\"\n");
  expect((struct cli){.format = FORMAT_TSV}, nasty,
         "name\tvalue\tnever\tnote\n"
         "a,b\t-0.5\t\ttab\\there, back\\\\slash\n"
         "\"q\"\t\t\ttwo\\nlines\\r\n");
  expect((struct cli){.format = FORMAT_JSONL}, nasty,
         "{\"name\": \"a,b\", \"value\": -0.5, \"never\": \"\", "
         "\"note\": \"tab\\there, back\\\\slash\"}\n"
         "{\"name\": \"\\\"q\\\"\", \"value\": null, \"never\": \"\", "
         "\"note\": \"two\\nlines\\r\"}\n");
}

static void no_rows_are_still_well_formed(void **state) {
  (void)state;
  expect((struct cli){.format = FORMAT_CSV}, none, "name,value,never,note\n");
  expect((struct cli){.format = FORMAT_TSV}, none, "name\tvalue\tnever\tnote\n");
  expect((struct cli){.format = FORMAT_JSON}, none, "[]\n");
  expect((struct cli){.format = FORMAT_JSONL}, none, "");
  expect((struct cli){.format = FORMAT_TABLE}, none, "nothing\n");
}

static void mixed(struct output *output) {
  output_title(output, "title");
  print_row(output, "中国", 1234.5, "");
  print_row(output, "\033[2Jx", -0.25, "n");
  print_row(output, "e\xcc\x81t", 7, "");
  output_note(output, "once %d", 1);
  output_note(output, "once %d", 1);
}

static void a_table_is_aligned_on_points_and_widths(void **state) {
  (void)state;
  expect((struct cli){.format = FORMAT_TABLE}, mixed,
         "title\n"
         "name     value  note\n"
         "中国   1234.5\n"
         "?[2Jx    -0.25  n\n"
         "e\xcc\x81t        7\n"
         "once 1\n");
}

static void toned(struct output *output) {
  output_text(output, "a");
  output_tone(output, TONE_FORECAST);
  output_number(output, 1);
  output_text(output, "");
  output_text(output, "b");
  print_row(output, "plain", -1, "");
}

static void colours_hold_until_the_end_of_a_row(void **state) {
  (void)state;
  struct cli cli = {.format = FORMAT_TABLE, .screen = {.colour = true}};
  expect(cli, toned,
         "\033[4mname\033[0m   \033[4mvalue\033[0m  \033[4mnote\033[0m\n"
         "a          \033[36m1\033[0m  \033[36mb\033[0m\n"
         "plain     -1\n");
  cli.format = FORMAT_CSV;
  expect(cli, toned, "name,value,never,note\na,1,,b\nplain,-1,,\n");
}

static void longwinded(struct output *output) {
  print_row(output, "a", 1, "a very long note indeed");
}

static void a_narrow_terminal_cuts_long_text_and_then_leaves_it_out(void **state) {
  (void)state;
  struct cli cli = {.format = FORMAT_TABLE, .screen = {.width = 26, .utf8 = true}};
  expect(cli, longwinded, "name  value  note\na         1  a very long…\n");
  cli.screen.utf8 = false;
  expect(cli, longwinded, "name  value  note\na         1  a very lon...\n");
  cli.screen.width = 15;
  expect(cli, longwinded, "name  value\na         1\nno room for: note\n");
  cli.screen.width = 3;
  expect(cli, longwinded, "name  value\na         1\nno room for: note\n");
}

static void fields_wrap_at_words_and_keep_addresses_whole(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  struct cli cli = {.format = FORMAT_TABLE, .screen = {.width = 20}};
  cli.out = open_memstream(&text, &size);
  struct output *output = fields_begin(&cli);
  field(output, "note", "one two three four");
  field(output, "url", "http://example.org/long/path and more");
  output_end(output);
  fclose(cli.out);
  assert_string_equal(text, "note  one two three\n"
                            "      four\n"
                            "url   http://example.org/long/path\n"
                            "      and more\n");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_format_keeps_a_cell_one_cell),
      cmocka_unit_test(no_rows_are_still_well_formed),
      cmocka_unit_test(a_table_is_aligned_on_points_and_widths),
      cmocka_unit_test(colours_hold_until_the_end_of_a_row),
      cmocka_unit_test(a_narrow_terminal_cuts_long_text_and_then_leaves_it_out),
      cmocka_unit_test(fields_wrap_at_words_and_keep_addresses_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
