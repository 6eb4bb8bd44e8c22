/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <csv.h>
#include <errno.h>

#include "client/files/csv.h"

/* Macros, since clang takes no constant of a struct type in a table. */
#define COMMAS                                                                                     \
  { .delimiter = ',', .quotes = true }
#define SEMICOLONS                                                                                 \
  { .delimiter = ';', .quotes = true }
#define TABS                                                                                       \
  { .delimiter = '\t', .quotes = true }
#define BARE_TABS                                                                                  \
  { .delimiter = '\t' }
static const struct csv_dialect commas = COMMAS, tabs = TABS;

/* All cells, as [a][b] and a line feed for each record; with them its line and text if wanted. */
struct told {
  FILE *out;
  char *text;
  size_t size;
  bool places;
  long whole;    /* of the text, what is in whole records */
  size_t n_left; /* records until the reader has enough; 0 is never */
};

static void told_begin(struct told *told, bool places) {
  *told = (struct told){.places = places};
  told->out = open_memstream(&told->text, &told->size);
  assert_non_null(told->out);
}

static void tell_cell(struct told *told, const void *data, size_t size) {
  fputc('[', told->out);
  if (size > 0)
    fwrite(data, 1, size, told->out);
  fputc(']', told->out);
}

static bool tell(void *arg, const struct csv_record *record) {
  struct told *told = arg;
  if (told->places)
    fprintf(told->out, "%zu ", record->line);
  for (size_t i = 0; i < record->n_cells; i++)
    tell_cell(told, record->cells[i].data, record->cells[i].size);
  if (told->places) {
    fputs(" {", told->out);
    fwrite(record->text.data, 1, record->text.size, told->out);
    fputc('}', told->out);
  }
  fputc('\n', told->out);
  return told->n_left == 0 || --told->n_left > 0;
}

static enum csv_status read_text(struct bytes text, struct csv_dialect dialect, struct told *told,
                                 size_t *ret_line) {
  char nothing = 0;
  FILE *file = fmemopen(text.size == 0 ? &nothing : (void *)(uintptr_t)text.data,
                        text.size == 0 ? 1 : text.size, "r");
  assert_non_null(file);
  if (text.size == 0)
    fgetc(file);
  enum csv_status status = csv_read(file, dialect, tell, told, ret_line);
  fclose(file);
  return status;
}

#define TEXT(text) text, sizeof text - 1

static void records_are_split_into_cells(void **state) {
  (void)state;
  const struct {
    struct csv_dialect dialect;
    const char *text;
    size_t size;
    const char *cells;
  } rows[] = {
      {COMMAS, TEXT(""), ""},
      {COMMAS, TEXT("\n\r\n\r \t\n"), ""},
      {COMMAS, TEXT("\xef\xbb\xbf"), ""},
      {COMMAS, TEXT("\xef\xbb\xbf\"a\",b"), "[a][b]\n"},
      {COMMAS, TEXT("a"), "[a]\n"},
      {COMMAS, TEXT(","), "[][]\n"},
      {COMMAS, TEXT("a,\n,b\r\n"), "[a][]\n[][b]\n"},
      {COMMAS, TEXT("a\rb\r\rc"), "[a]\n[b]\n[c]\n"},
      {COMMAS, TEXT(" a , b c\t,\t\n"), "[a][b c][]\n"},
      {COMMAS, TEXT("\" a \" , \"b\"\t"), "[ a ][b]\n"},
      {COMMAS, TEXT("\"\",\"\"\n\"\""), "[][]\n[]\n"},
      {COMMAS, TEXT("\"a\"\"b\",\"\"\"\""), "[a\"b][\"]\n"},
      {COMMAS, TEXT("\"a,b\",\"c\r\nd\ne\rf\"\ng"), "[a,b][c\r\nd\ne\rf]\n[g]\n"},
      {COMMAS, TEXT("a;b\tc|d,e"), "[a;b\tc|d][e]\n"},
      {COMMAS, TEXT("\"\n\"\n"), "[\n]\n"},
      {SEMICOLONS, TEXT("1.234,5;2,7\n\"a;b\";"), "[1.234,5][2,7]\n[a;b][]\n"},
      {TABS, TEXT("\ta b \t\n\t\t\n"), "[][a b][]\n[][][]\n"},
      {TABS, TEXT("\"a\tb\"\t\"c\"\"\"\n"), "[a\tb][c\"]\n"},
      {BARE_TABS, TEXT("5\" pipe\t\"a\n\"\"\tb\"\n"), "[5\" pipe][\"a]\n[\"\"][b\"]\n"},
      {{.delimiter = '|', .quotes = true}, TEXT("a|\"b|c\"|,\n"), "[a][b|c][,]\n"},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct told told;
    size_t line;
    told_begin(&told, false);
    enum csv_status status =
        read_text(bytes_of(rows[i].text, rows[i].size), rows[i].dialect, &told, &line);
    fclose(told.out);
    assert_int_equal(status, CSV_READ);
    assert_string_equal(told.text, rows[i].cells);
    free(told.text);
  }
}

static void a_nul_is_a_letter_for_the_reader_to_refuse(void **state) {
  (void)state;
  struct told told;
  size_t line;
  told_begin(&told, false);
  assert_int_equal(read_text(bytes_of("a\0b,\0", 5), commas, &told, &line), CSV_READ);
  fclose(told.out);
  assert_int_equal(told.size, sizeof "[a?b][?]");
  assert_memory_equal(told.text, "[a\0b][\0]\n", told.size);
  free(told.text);
}

static void each_record_has_its_line_and_its_text(void **state) {
  (void)state;
  struct told told;
  size_t line;
  told_begin(&told, true);
  enum csv_status status =
      read_text(bytes_of_text("a,b\r\n\r\n  \n\"c\nd\",\"e\r\nf\"\r\ng\rh\n\n\"i\"\"\"\r\nj"),
                commas, &told, &line);
  fclose(told.out);
  assert_int_equal(status, CSV_READ);
  assert_string_equal(told.text, "1 [a][b] {a,b\r\n}\n"
                                 "4 [c\nd][e\r\nf] {\"c\nd\",\"e\r\nf\"\r\n}\n"
                                 "7 [g] {g\r}\n"
                                 "8 [h] {h\n}\n"
                                 "10 [i\"] {\"i\"\"\"\r\n}\n"
                                 "11 [j] {j}\n");
  free(told.text);
}

static void a_quote_in_the_wrong_place_names_the_line_of_its_record(void **state) {
  (void)state;
  const struct {
    struct csv_dialect dialect;
    const char *text;
    size_t line;
  } rows[] = {
      {COMMAS, "a\nb\"", 2},         {COMMAS, "a\n\n5\" pipe,3\n", 3},
      {COMMAS, "\"a\"b\n", 1},       {COMMAS, "\"a\" b\n", 1},
      {COMMAS, "\"a\" \"b\"", 1},    {COMMAS, "\"", 1},
      {COMMAS, "a\n\"b\nc\nd\n", 2}, {COMMAS, "\"a\nb\",c\"\n", 1},
      {COMMAS, "\"a\"\"", 1},        {SEMICOLONS, "a;b\n\"a\",b\n", 2},
      {TABS, "a\tb\"\n", 1},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct told told;
    size_t line = 0;
    told_begin(&told, false);
    enum csv_status status = read_text(bytes_of_text(rows[i].text), rows[i].dialect, &told, &line);
    fclose(told.out);
    free(told.text);
    assert_int_equal(status, CSV_QUOTES);
    assert_int_equal(line, rows[i].line);
  }
}

static void the_reader_may_have_enough(void **state) {
  (void)state;
  static const char *const texts[] = {"a\nb\nc\n", "\"\"\"\"\n\"\n\"\nc"};
  for (size_t i = 0; i < count_of(texts); i++) {
    struct told told;
    size_t line;
    told_begin(&told, false);
    told.n_left = 2;
    assert_int_equal(read_text(bytes_of_text(texts[i]), commas, &told, &line), CSV_ENDED);
    fclose(told.out);
    assert_int_equal(told.n_left, 0);
    free(told.text);
  }
}

static bool count(void *arg, const struct csv_record *record) {
  *(size_t *)arg += record->text.size;
  return true;
}

static enum csv_status read_record_of(size_t size, char quote) {
  size_t line, n = 0;
  FILE *file = tmpfile();
  assert_non_null(file);
  fputs("a\n", file);
  for (size_t i = 0; i < size; i++)
    fputc(quote != 0 && (i == 0 || i + 1 == size) ? quote : 'x', file);
  fputs(quote == 0 ? "" : "\n", file);
  rewind(file);
  enum csv_status status = csv_read(file, commas, count, &n, &line);
  fclose(file);
  assert_int_equal(line == 2, status != CSV_READ);
  assert_int_equal(n, status == CSV_READ ? size + 2 + (quote != 0) : 2);
  return status;
}

static void records_of_up_to_a_mebibyte_are_read(void **state) {
  (void)state;
  assert_int_equal(read_record_of(CSV_RECORD_MAX_BYTES, 0), CSV_READ);
  assert_int_equal(read_record_of(CSV_RECORD_MAX_BYTES + 1, 0), CSV_TOO_LARGE);
  assert_int_equal(read_record_of(CSV_RECORD_MAX_BYTES - 1, '"'), CSV_READ);
  assert_int_equal(read_record_of(CSV_RECORD_MAX_BYTES, '"'), CSV_TOO_LARGE);
  assert_int_equal(read_record_of(3 * CSV_RECORD_MAX_BYTES, '"'), CSV_TOO_LARGE);
}

static ssize_t fail_to_read(void *arg, char *buffer, size_t size) {
  (void)arg, (void)buffer, (void)size;
  errno = EIO;
  return -1;
}

static void a_stream_that_fails_is_not_read(void **state) {
  (void)state;
  size_t line, n = 0;
  FILE *file = fopencookie(NULL, "r", (cookie_io_functions_t){.read = fail_to_read});
  assert_non_null(file);
  errno = 0;
  enum csv_status status = csv_read(file, commas, count, &n, &line);
  int error = errno;
  fclose(file);
  assert_int_equal(status, CSV_NOT_READ);
  assert_int_equal(error, EIO);
  assert_int_equal(n, 0);
}

static void tell_cell_of_libcsv(void *data, size_t size, void *arg) {
  tell_cell(arg, data, size);
}

static void tell_end_of_libcsv(int end, void *arg) {
  struct told *told = arg;
  (void)end;
  fputc('\n', told->out);
  told->whole = ftell(told->out);
}

/* What libcsv alone makes of a text; of one with a wrong quote, the whole records before it. */
static enum csv_status read_by_libcsv(struct bytes text, struct csv_dialect dialect,
                                      struct told *told) {
  struct csv_parser parser;
  assert_int_equal(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
  csv_set_delim(&parser, (unsigned char)dialect.delimiter);
  bool good = csv_parse(&parser, text.data, text.size, tell_cell_of_libcsv, tell_end_of_libcsv,
                        told) == text.size &&
              csv_fini(&parser, tell_cell_of_libcsv, tell_end_of_libcsv, told) == 0;
  csv_free(&parser);
  return good ? CSV_READ : CSV_QUOTES;
}

static void compare_with_libcsv(struct bytes text, struct csv_dialect dialect) {
  struct told ours, theirs;
  size_t line;
  told_begin(&ours, false);
  told_begin(&theirs, false);
  enum csv_status status = read_text(text, dialect, &ours, &line);
  enum csv_status expected = read_by_libcsv(text, dialect, &theirs);
  fclose(ours.out);
  fclose(theirs.out);
  size_t size = (size_t)theirs.whole;
  bool same = status == expected && ours.size == size && memcmp(ours.text, theirs.text, size) == 0;
  if (!same)
    print_error("%zu bytes: %.*s\n", text.size, text.size < 200 ? (int)text.size : 200,
                (const char *)text.data);
  free(ours.text);
  free(theirs.text);
  assert_true(same);
}

/* A generator of its own, so that what fails once fails always. */
static uint32_t next(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 16;
}

static void any_text_is_read_as_libcsv_reads_it(void **state) {
  (void)state;
  static const char letters[] = "a\",\n\r \t;b\"\"\0";
  uint32_t seed = 20261125;
  for (size_t i = 0; i < 50000; i++) {
    uint8_t text[24];
    size_t size = next(&seed) % sizeof text;
    for (size_t j = 0; j < size; j++)
      text[j] = (uint8_t)letters[next(&seed) % (sizeof letters - 1)];
    compare_with_libcsv(bytes_of(text, size), i % 3 == 0 ? tabs : commas);
  }
}

/* Of valid pieces, so that all is read, over many of the runs that a file is read in. */
static void a_long_text_is_read_as_libcsv_reads_it_wherever_it_is_cut(void **state) {
  (void)state;
  static const char *const pieces[] = {"a",      "\"a\"", "\"\"",     "\"a\"\"b\"", "\"c\r\nd\"",
                                       "\"\n\"", " ",     "\"e,f\" ", "figures",    "1.5"};
  static const char *const ends[] = {",", ",", ",", "\n", "\r\n", "\r", "\n\n"};
  uint32_t seed = 1;
  for (size_t i = 0; i < 12; i++) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t j = 0; j < 300000; j++)
      fprintf(out, "%s%s", pieces[next(&seed) % count_of(pieces)],
              ends[next(&seed) % count_of(ends)]);
    fclose(out);
    compare_with_libcsv(bytes_of(text, size), commas);
    free(text);
  }
}

static void the_dialect_is_guessed_from_the_beginning(void **state) {
  (void)state;
  static const struct {
    const char *head;
    char delimiter;
    bool quotes;
  } rows[] = {
      {"", ',', true},
      {"value\n1\n2\n", ',', true},
      {"a,b\n1,2\n", ',', true},
      {"1,2,3\n4,5,6\n", ',', true},
      {"a;b\n1;2\n", ';', true},
      {"a|b\n1|2", '|', true},
      {"a\tb\n1\t2\n", '\t', true},
      {"1.234,5;2,7\n1.234,6;2,8\n", ';', true},
      {"Land, Region;Wert\nDE;1,5\nFR;2,5\n", ';', true},
      {"Tabelle: 61111-0001\nStand: 1,2\n;;2019;2020\nDE;a;1,5;2,5\nFR;b;1,6;\n", ';', true},
      {"\"a\nb;c;d\",1\n\"e;f;g\",2\n", ',', true},
      {"a;b,1\nc;d,2\n", ',', true},
      {"a,b\nx;y,2\nz,3\n", ',', true},
      {"freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \nA,PC,DE\t1.2 p\t: \n", '\t', true},
      {"a,\tb,\tc\nd,\te,\tf\n", ',', true},
      {"size\tn\n5\" pipe\t3\n", '\t', false},
      {"size\tn\n\"5 inch\t3\n", '\t', false},
      {"size\tn\n\"5 \"\"inch\"\"\"\t3\n", '\t', true},
      {"\"Data Source\",\"WDI\",\n\n\"Name\",\"Code\",\"1960\",\n\"a; b\",\"c\",\"1\",\n", ',',
       true},
  };
  for (size_t i = 0; i < count_of(rows); i++) {
    struct csv_dialect dialect = csv_guess_dialect(rows[i].head, strlen(rows[i].head));
    if (dialect.delimiter != rows[i].delimiter || dialect.quotes != rows[i].quotes)
      print_error("%s\n", rows[i].head);
    assert_int_equal(dialect.delimiter, rows[i].delimiter);
    assert_int_equal(dialect.quotes, rows[i].quotes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_are_split_into_cells),
      cmocka_unit_test(a_nul_is_a_letter_for_the_reader_to_refuse),
      cmocka_unit_test(each_record_has_its_line_and_its_text),
      cmocka_unit_test(a_quote_in_the_wrong_place_names_the_line_of_its_record),
      cmocka_unit_test(the_reader_may_have_enough),
      cmocka_unit_test(records_of_up_to_a_mebibyte_are_read),
      cmocka_unit_test(a_stream_that_fails_is_not_read),
      cmocka_unit_test(any_text_is_read_as_libcsv_reads_it),
      cmocka_unit_test(a_long_text_is_read_as_libcsv_reads_it_wherever_it_is_cut),
      cmocka_unit_test(the_dialect_is_guessed_from_the_beginning),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
