/* SPDX-License-Identifier: MIT */
/* What is refused of a written message before the store is asked: each row spoils one thing of a
 * good message, and names the reason and the field that the client is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "proto/calendar.h"
#include "server/check.h"
#include "tests/messages.h"

#define ARENA_BYTES LIMIT_MIB(4)

static char long_text[LIMIT_DEFINITION_BYTES + 2];

/* Text of n bytes, good until the next call. */
static char *text_of(size_t n) {
  memset(long_text, 'x', n);
  long_text[n] = '\0';
  return long_text;
}

static const Bellwether__V1__ErrorDetail *failure_of(const struct context *context) {
  assert_non_null(context->failure);
  assert_int_equal(context->failure->n_details, 1);
  return context->failure->details[0];
}

static void expect(const struct context *context, size_t row, const char *reason,
                   const char *field) {
  const Bellwether__V1__ErrorDetail *detail = failure_of(context);
  if (strcmp(detail->reason, reason) != 0 || strcmp(detail->field, field) != 0)
    fail_msg("row %zu: is %s at %s (%s), not %s at %s", row, detail->reason, detail->field,
             context->failure->message, reason, field);
}

/* A good message of statements: three rows with statuses and a comment. */
struct rows {
  struct statements_message series;
  double values[3];
  int32_t steps[2];
  uint8_t statuses[3];
  Bellwether__V1__Comment comments[2];
  Bellwether__V1__Comment *comment_pointers[2];
  Bellwether__V1__SeriesAttributes attributes;
  Bellwether__V1__Unit unit;
};

static void rows_init(struct rows *rows) {
  *rows = (struct rows){.values = {1, NAN, 3}, .steps = {1, 2}, .statuses = {'A', 'O', 'P'}};
  statements_message_init(&rows->series, "TRADE/A.CHN.X", 50, 3, rows->values);
  Bellwether__V1__ObservationColumns *columns = &rows->series.columns;
  columns->n_period_steps = 2;
  columns->period_steps = rows->steps;
  columns->statuses = (ProtobufCBinaryData){.data = rows->statuses, .len = 3};
  for (size_t i = 0; i < 2; i++) {
    bellwether__v1__comment__init(&rows->comments[i]);
    rows->comments[i].index = (uint32_t)i;
    rows->comments[i].text = TEXT("a remark");
    rows->comment_pointers[i] = &rows->comments[i];
  }
  columns->n_comments = 2;
  columns->comments = rows->comment_pointers;
  bellwether__v1__series_attributes__init(&rows->attributes);
  bellwether__v1__unit__init(&rows->unit);
  rows->attributes.unit = &rows->unit;
  rows->series.statements.attributes = &rows->attributes;
}

static void no_key(struct rows *rows) {
  rows->series.statements.key = TEXT("");
}
static void no_slash(struct rows *rows) {
  rows->series.statements.key = TEXT("TRADE");
}
static void wildcard(struct rows *rows) {
  rows->series.statements.key = TEXT("TRADE/A.*.X");
}
static void unknown_mode(struct rows *rows) {
  rows->series.statements.mode = (Bellwether__V1__WriteMode)4;
}
static void bad_release(struct rows *rows) {
  rows->series.statements.release = TEXT("R 1");
}
static void long_url(struct rows *rows) {
  rows->series.statements.source_url = text_of(LIMIT_URL_BYTES + 1);
}
static void count_without_delete(struct rows *rows) {
  rows->series.statements.withdrawn_count = 3;
}
static void few_steps(struct rows *rows) {
  rows->series.columns.n_period_steps = 1;
}
static void zero_step(struct rows *rows) {
  rows->steps[1] = 0;
}
static void many_statuses(struct rows *rows) {
  rows->series.columns.statuses.len = 2;
}
static void unknown_frequency(struct rows *rows) {
  rows->series.columns.frequency = (Bellwether__V1__Frequency)10;
}
static void first_too_early(struct rows *rows) {
  rows->series.columns.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_ANNUAL;
  rows->series.columns.first_period = -1970;
}
static void last_too_late(struct rows *rows) {
  rows->series.columns.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_ANNUAL;
  rows->series.columns.first_period = 8027;
}
static void far_beyond(struct rows *rows) {
  rows->series.columns.first_period = INT64_MAX;
}
static void infinite(struct rows *rows) {
  rows->values[2] = INFINITY;
}
static void infinite_without_statuses(struct rows *rows) {
  rows->values[0] = -INFINITY;
  rows->series.columns.statuses.len = 0;
}
static void no_letter(struct rows *rows) {
  rows->statuses[2] = 'a';
}
static void missing_but_normal(struct rows *rows) {
  rows->statuses[1] = 'A';
}
static void present_but_missing(struct rows *rows) {
  rows->statuses[0] = 'M';
}
static void comment_beyond(struct rows *rows) {
  rows->comments[1].index = 3;
}
static void comments_descend(struct rows *rows) {
  rows->comments[1].index = 0;
}
static void long_comment(struct rows *rows) {
  rows->comments[1].text = text_of(LIMIT_COMMENT_BYTES + 1);
}
static void comments_of_a_withdrawal(struct rows *rows) {
  rows->series.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
}
static void long_note(struct rows *rows) {
  rows->attributes.source_note = text_of(LIMIT_COMMENT_BYTES + 1);
}
static void great_multiplier(struct rows *rows) {
  rows->unit.unit_mult = LIMIT_MULTIPLIER + 1;
}
static void many_decimals(struct rows *rows) {
  rows->unit.has_decimals_case = BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS;
  rows->unit.decimals = LIMIT_DECIMALS + 1;
}

static void statements_that_contradict_themselves_are_refused(void **state) {
  static const struct {
    void (*spoil)(struct rows *rows);
    const char *reason;
    const char *field;
  } rows_of_bad[] = {
      {no_key, "FIELD_REQUIRED", "series[3].key"},
      {no_slash, "KEY_INVALID", "series[3].key"},
      {wildcard, "KEY_INVALID", "series[3].key"},
      {unknown_mode, "FIELD_INVALID", "series[3].mode"},
      {bad_release, "FIELD_INVALID", "series[3].release"},
      {long_url, "FIELD_INVALID", "series[3].source_url"},
      {count_without_delete, "COLUMNS_INCONSISTENT", "series[3].withdrawn_count"},
      {few_steps, "COLUMNS_INCONSISTENT", "series[3].observations.period_steps"},
      {zero_step, "COLUMNS_INCONSISTENT", "series[3].observations.period_steps[1]"},
      {many_statuses, "COLUMNS_INCONSISTENT", "series[3].observations.statuses"},
      {unknown_frequency, "FIELD_INVALID", "series[3].observations.frequency"},
      {first_too_early, "PERIOD_INVALID", "series[3].observations.first_period"},
      {last_too_late, "PERIOD_INVALID", "series[3].observations.period_steps[1]"},
      {far_beyond, "PERIOD_INVALID", "series[3].observations.first_period"},
      {infinite, "VALUE_INVALID", "series[3].observations.values[2]"},
      {infinite_without_statuses, "VALUE_INVALID", "series[3].observations.values[0]"},
      {no_letter, "STATUS_INVALID", "series[3].observations.statuses[2]"},
      {missing_but_normal, "STATUS_INVALID", "series[3].observations.statuses[1]"},
      {present_but_missing, "STATUS_INVALID", "series[3].observations.statuses[0]"},
      {comment_beyond, "COLUMNS_INCONSISTENT", "series[3].observations.comments[1].index"},
      {comments_descend, "COLUMNS_INCONSISTENT", "series[3].observations.comments[1].index"},
      {long_comment, "FIELD_INVALID", "series[3].observations.comments[1].text"},
      {comments_of_a_withdrawal, "COLUMNS_INCONSISTENT", "series[3].observations.comments"},
      {long_note, "FIELD_INVALID", "series[3].attributes.source_note"},
      {great_multiplier, "FIELD_INVALID", "series[3].attributes.unit.unit_mult"},
      {many_decimals, "FIELD_INVALID", "series[3].attributes.unit.decimals"},
  };
  struct context context = {.arena = *state};
  for (size_t i = 0; i < count_of(rows_of_bad); i++) {
    struct rows rows;
    struct rows_span span;
    rows_init(&rows);
    assert_true(
        check_statements(&context, PATH_AT(NULL, "series", 3), &rows.series.statements, &span));
    rows_of_bad[i].spoil(&rows);
    assert_false(
        check_statements(&context, PATH_AT(NULL, "series", 3), &rows.series.statements, &span));
    expect(&context, i, rows_of_bad[i].reason, rows_of_bad[i].field);
  }
}

static void the_span_of_rows_is_their_first_and_last_period(void **state) {
  struct context context = {.arena = *state};
  struct rows rows;
  struct rows_span span;
  rows_init(&rows);
  assert_true(check_statements(&context, NULL, &rows.series.statements, &span));
  assert_int_equal(span.n, 3);
  assert_int_equal(span.first, 50);
  assert_int_equal(span.last, 53);
}

static void a_missing_value_needs_no_status_where_there_are_none(void **state) {
  struct context context = {.arena = *state};
  struct rows rows;
  struct rows_span span;
  rows_init(&rows);
  rows.series.columns.statuses.len = 0;
  assert_true(check_statements(&context, NULL, &rows.series.statements, &span));
}

static void a_withdrawal_is_periods_alone(void **state) {
  struct context context = {.arena = *state};
  struct statements_message series;
  struct rows_span span;
  statements_message_init(&series, "TRADE/A.CHN.X", 50, 0, NULL);
  series.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
  series.statements.withdrawn_count = 4;
  assert_true(check_statements(&context, NULL, &series.statements, &span));
  assert_int_equal(span.n, 4);
  assert_int_equal(span.last, 53);
  series.statements.withdrawn_count = LIMIT_OBSERVATIONS_PER_REQUEST + 1;
  assert_false(check_statements(&context, NULL, &series.statements, &span));
  expect(&context, 0, "TOO_MANY_ITEMS", "withdrawn_count");
}

static void the_calendar_is_that_of_the_frequency(void **state) {
  struct context context = {.arena = *state};
  struct rows rows;
  rows_init(&rows);
  rows.series.columns.first_period = 8027;
  assert_true(check_calendar(&context, NULL, &rows.series.statements, FREQUENCY_M));
  assert_false(check_calendar(&context, NULL, &rows.series.statements, FREQUENCY_A));
  expect(&context, 0, "PERIOD_INVALID", "observations.period_steps[1]");
}

static void bad_dataset_id(struct dataset_message *message) {
  message->dataset.id = TEXT("trade");
}
static void long_title(struct dataset_message *message) {
  message->dataset.title = text_of(LIMIT_TITLE_BYTES + 1);
}
static void long_description(struct dataset_message *message) {
  message->dataset.description = text_of(LIMIT_DEFINITION_BYTES + 1);
}
static void no_dimensions(struct dataset_message *message) {
  message->dataset.n_dimensions = 0;
}
static void no_frequency(struct dataset_message *message) {
  message->dimensions[0].role = BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_UNSPECIFIED;
}
static void two_frequencies(struct dataset_message *message) {
  message->dimensions[1].role = BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY;
}
static void two_indicators(struct dataset_message *message) {
  message->dimensions[1].role = BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR;
}
static void unknown_role(struct dataset_message *message) {
  message->dimensions[1].role = (Bellwether__V1__DimensionRole)9;
}
static void twin_dimensions(struct dataset_message *message) {
  message->dimensions[2].id = TEXT("AREA");
}
static void dotted_dimension(struct dataset_message *message) {
  message->dimensions[1].id = TEXT("REF.AREA");
}

static void datasets_that_cannot_be_are_refused(void **state) {
  static const struct {
    void (*spoil)(struct dataset_message *message);
    const char *field;
  } rows[] = {
      {bad_dataset_id, "dataset.id"},
      {long_title, "dataset.title"},
      {long_description, "dataset.description"},
      {no_frequency, "dataset.dimensions"},
      {two_frequencies, "dataset.dimensions"},
      {two_indicators, "dataset.dimensions"},
      {unknown_role, "dataset.dimensions[1].role"},
      {twin_dimensions, "dataset.dimensions[2].id"},
      {dotted_dimension, "dataset.dimensions[1].id"},
  };
  struct context context = {.arena = *state};
  struct dataset_message message;
  for (size_t i = 0; i < count_of(rows); i++) {
    dataset_message_init(&message, "TRADE");
    assert_true(check_dataset(&context, PATH(NULL, "dataset"), &message.dataset));
    rows[i].spoil(&message);
    assert_false(check_dataset(&context, PATH(NULL, "dataset"), &message.dataset));
    expect(&context, i, "FIELD_INVALID", rows[i].field);
  }
  dataset_message_init(&message, "TRADE");
  no_dimensions(&message);
  assert_false(check_dataset(&context, PATH(NULL, "dataset"), &message.dataset));
  expect(&context, 0, "FIELD_REQUIRED", "dataset.dimensions");
}

static void texts_of_exactly_the_limit_are_good(void **state) {
  struct context context = {.arena = *state};
  assert_true(
      check_text(&context, PATH(NULL, "title"), text_of(LIMIT_TITLE_BYTES), LIMIT_TITLE_BYTES));
  assert_true(check_load_id(&context, PATH(NULL, "load_id"), text_of(LIMIT_LOAD_ID_BYTES)));
  assert_false(check_load_id(&context, PATH(NULL, "load_id"), text_of(LIMIT_LOAD_ID_BYTES + 1)));
  assert_false(check_load_id(&context, PATH(NULL, "load_id"), "../escape"));
  assert_false(check_load_id(&context, PATH(NULL, "load_id"), ""));
  expect(&context, 0, "FIELD_REQUIRED", "load_id");
}

static void releases_say_when_they_were_published(void **state) {
  struct context context = {.arena = *state};
  const struct path *path = PATH(NULL, "release");
  Bellwether__V1__Release release = release_message("R1", CALENDAR_DAY_MS);
  assert_true(check_release(&context, path, &release));
  release.published_at_ms++;
  assert_false(check_release(&context, path, &release));
  expect(&context, 0, "FIELD_INVALID", "release.published_at_ms");
  release.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  assert_true(check_release(&context, path, &release));
  release.published_at_ms = INSTANT_MAX_MS + 1;
  assert_false(check_release(&context, path, &release));
  expect(&context, 1, "FIELD_INVALID", "release.published_at_ms");
  release = release_reference("R1");
  assert_true(check_release_or_id(&context, path, &release));
  assert_false(check_release(&context, path, &release));
  expect(&context, 2, "FIELD_REQUIRED", "release.published_at_ms");
  release = release_reference("");
  assert_false(check_release_or_id(&context, path, &release));
  expect(&context, 3, "FIELD_REQUIRED", "release.id");
}

static void codes_and_indicators_have_ids_of_codes(void **state) {
  struct context context = {.arena = *state};
  Bellwether__V1__Code code = BELLWETHER__V1__CODE__INIT;
  Bellwether__V1__Indicator indicator = BELLWETHER__V1__INDICATOR__INIT;
  code.code = TEXT("CHN");
  code.parent = TEXT("CHN");
  assert_false(check_code(&context, PATH_AT(NULL, "codes", 0), &code));
  expect(&context, 0, "FIELD_INVALID", "codes[0].parent");
  code.parent = TEXT("W+");
  assert_false(check_code(&context, PATH_AT(NULL, "codes", 0), &code));
  expect(&context, 1, "FIELD_INVALID", "codes[0].parent");
  indicator.id = TEXT("NY.GDP");
  assert_false(check_indicator(&context, PATH_AT(NULL, "indicators", 7), &indicator));
  expect(&context, 2, "FIELD_INVALID", "indicators[7].id");
  indicator.id = text_of(128);
  indicator.kind = (Bellwether__V1__IndicatorKind)5;
  assert_false(check_indicator(&context, PATH_AT(NULL, "indicators", 7), &indicator));
  expect(&context, 3, "FIELD_INVALID", "indicators[7].kind");
}

static void what_is_quoted_is_cut_between_characters(void **state) {
  char text[121];
  for (size_t i = 0; i < 40; i++)
    memcpy(text + 3 * i, "\xe4\xb8\xad", 3);
  text[120] = '\0';
  const char *cut = quoted(*state, bytes_of_text(text));
  assert_int_equal(strlen(cut), 78 + 3);
  assert_string_equal(cut + 75, "\xe4\xb8\xad...");
}

static int setup(void **state) {
  *state = arena_new(ARENA_BYTES);
  return *state == NULL ? -1 : 0;
}

static int teardown(void **state) {
  arena_free(*state);
  return 0;
}

#define ARENA_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      ARENA_TEST(statements_that_contradict_themselves_are_refused),
      ARENA_TEST(the_span_of_rows_is_their_first_and_last_period),
      ARENA_TEST(a_missing_value_needs_no_status_where_there_are_none),
      ARENA_TEST(a_withdrawal_is_periods_alone),
      ARENA_TEST(the_calendar_is_that_of_the_frequency),
      ARENA_TEST(datasets_that_cannot_be_are_refused),
      ARENA_TEST(texts_of_exactly_the_limit_are_good),
      ARENA_TEST(releases_say_when_they_were_published),
      ARENA_TEST(codes_and_indicators_have_ids_of_codes),
      ARENA_TEST(what_is_quoted_is_cut_between_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
