/* SPDX-License-Identifier: MIT */
#include "tests/reading.h"

#include <math.h>
#include <stdio.h>

#include "proto/period.h"

void put_dataset(struct engine_fixture *fixture, const char *id) {
  struct dataset_message message;
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  dataset_message_init(&message, id);
  request.dataset = &message.dataset;
  (void)call_ok(fixture, "Ingest/PutDataset", &request);
}

void put_code(struct engine_fixture *fixture, const char *dataset, const char *dimension,
              const char *code, const char *name) {
  Bellwether__V1__Code message = BELLWETHER__V1__CODE__INIT;
  Bellwether__V1__Code *pointers[] = {&message};
  Bellwether__V1__PutCodesRequest request = BELLWETHER__V1__PUT_CODES_REQUEST__INIT;
  message.code = TEXT(code);
  message.name = TEXT(name);
  request.dataset = TEXT(dataset);
  request.dimension = TEXT(dimension);
  request.n_codes = 1;
  request.codes = pointers;
  (void)call_ok(fixture, "Ingest/PutCodes", &request);
}

void put_indicator(struct engine_fixture *fixture, const char *dataset, const char *id,
                   const char *name, const char *unit, int unit_mult) {
  Bellwether__V1__Unit counted = BELLWETHER__V1__UNIT__INIT;
  Bellwether__V1__Indicator message = BELLWETHER__V1__INDICATOR__INIT;
  Bellwether__V1__Indicator *pointers[] = {&message};
  Bellwether__V1__PutIndicatorsRequest request = BELLWETHER__V1__PUT_INDICATORS_REQUEST__INIT;
  counted.unit = TEXT(unit);
  counted.unit_mult = unit_mult;
  counted.has_decimals_case = BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS;
  counted.decimals = 2;
  message.id = TEXT(id);
  message.name = TEXT(name);
  message.unit = &counted;
  message.kind = BELLWETHER__V1__INDICATOR_KIND__INDICATOR_KIND_FLOW;
  request.dataset = TEXT(dataset);
  request.n_indicators = 1;
  request.indicators = pointers;
  (void)call_ok(fixture, "Ingest/PutIndicators", &request);
}

void put_statements(struct engine_fixture *fixture, const char *release, int day,
                    struct statements_message *series) {
  Bellwether__V1__SeriesStatements *pointers[] = {&series->statements};
  Bellwether__V1__Release published = release_message(release, day * DAY_MS);
  Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  request.release = &published;
  request.n_series = 1;
  request.series = pointers;
  (void)call_ok(fixture, "Ingest/PutObservations", &request);
}

void put_figures(struct engine_fixture *fixture, const char *release, int day,
                 const struct figures *figures) {
  struct statements_message series;
  statements_message_init(&series, figures->key, figures->first, figures->n, figures->values);
  put_statements(fixture, release, day, &series);
}

void withdraw(struct engine_fixture *fixture, const char *release, int day, const char *key,
              int64_t period) {
  struct statements_message series;
  statements_message_init(&series, key, period, 0, NULL);
  series.statements.mode = BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
  series.statements.withdrawn_count = 1;
  put_statements(fixture, release, day, &series);
}

void delete_series(struct engine_fixture *fixture, const char *key) {
  char *keys[] = {TEXT(key)};
  Bellwether__V1__DeleteSeriesRequest request = BELLWETHER__V1__DELETE_SERIES_REQUEST__INIT;
  request.n_keys = 1;
  request.keys = keys;
  (void)call_ok(fixture, "Ingest/DeleteSeries", &request);
}

void delete_release(struct engine_fixture *fixture, const char *id) {
  Bellwether__V1__DeleteReleaseRequest request = BELLWETHER__V1__DELETE_RELEASE_REQUEST__INIT;
  request.release = TEXT(id);
  (void)call_ok(fixture, "Ingest/DeleteRelease", &request);
}

Bellwether__V1__SeriesRef ref_key(const char *key) {
  Bellwether__V1__SeriesRef ref = BELLWETHER__V1__SERIES_REF__INIT;
  ref.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  ref.key = TEXT(key);
  return ref;
}

Bellwether__V1__SeriesRef ref_handle(uint64_t handle) {
  Bellwether__V1__SeriesRef ref = BELLWETHER__V1__SERIES_REF__INIT;
  ref.ref_case = BELLWETHER__V1__SERIES_REF__REF_HANDLE;
  ref.handle = handle;
  return ref;
}

Bellwether__V1__PeriodBound bound_text(const char *text) {
  Bellwether__V1__PeriodBound bound = BELLWETHER__V1__PERIOD_BOUND__INIT;
  bound.bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_TEXT;
  bound.text = TEXT(text);
  return bound;
}

Bellwether__V1__AsOf as_of_date(const char *date) {
  Bellwether__V1__AsOf as_of = BELLWETHER__V1__AS_OF__INIT;
  as_of.point_case = BELLWETHER__V1__AS_OF__POINT_DATE;
  as_of.date = TEXT(date);
  return as_of;
}

Bellwether__V1__AsOf as_of_release(const char *id) {
  Bellwether__V1__AsOf as_of = BELLWETHER__V1__AS_OF__INIT;
  as_of.point_case = BELLWETHER__V1__AS_OF__POINT_RELEASE;
  as_of.release = TEXT(id);
  return as_of;
}

Bellwether__V1__AsOf as_of_ms(int64_t time_ms) {
  Bellwether__V1__AsOf as_of = BELLWETHER__V1__AS_OF__INIT;
  as_of.point_case = BELLWETHER__V1__AS_OF__POINT_TIME_MS;
  as_of.time_ms = time_ms;
  return as_of;
}

uint64_t handle_of(struct engine_fixture *fixture, const char *key) {
  char *keys[] = {TEXT(key)};
  Bellwether__V1__ResolveKeysRequest request = BELLWETHER__V1__RESOLVE_KEYS_REQUEST__INIT;
  request.n_keys = 1;
  request.keys = keys;
  const Bellwether__V1__ResolveKeysResponse *response =
      call_ok(fixture, "Catalog/ResolveKeys", &request);
  assert_int_equal(response->n_errors, 0);
  return response->handles[0];
}

const series_observations *get_at(struct engine_fixture *fixture, const char *key,
                                  observation_query *query, const char *file, int line) {
  Bellwether__V1__SeriesRef ref = ref_key(key);
  Bellwether__V1__GetObservationsRequest request = BELLWETHER__V1__GET_OBSERVATIONS_REQUEST__INIT;
  request.series = &ref;
  request.query = query;
  const Bellwether__V1__GetObservationsResponse *response =
      call_ok_at(fixture, "Observations/GetObservations", &request.base, file, line);
  _assert_string_equal(response->next_page_token, "", file, line);
  return response->series;
}

char *text_buffer(void) {
  enum { BUFFERS = 32 };
  static char buffers[BUFFERS][TEXT_BUFFER_BYTES];
  static unsigned turn;
  char *buffer = buffers[turn++ % BUFFERS];
  buffer[0] = '\0';
  return buffer;
}

void text_add(char *text, const char *format, ...) {
  size_t size = strlen(text), left = TEXT_BUFFER_BYTES - size;
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(text + size, left, format, arguments);
  va_end(arguments);
  assert_true(n >= 0 && (size_t)n < left);
}

/* The period of a row, from the one before it. */
static int64_t next_period(const Bellwether__V1__ObservationColumns *columns, size_t row,
                           int64_t period) {
  if (row == 0)
    return columns->first_period;
  return period + (columns->n_period_steps == 0 ? 1 : columns->period_steps[row - 1]);
}

static void add_label(char *text, const Bellwether__V1__ObservationColumns *columns, size_t row,
                      int64_t period) {
  char label[PERIOD_TEXT_SIZE];
  period_format((enum frequency)columns->frequency, period, label);
  text_add(text, "%s%s=", row == 0 ? "" : " ", label);
}

const char *rows_text(const Bellwether__V1__ObservationColumns *columns) {
  char *text = text_buffer();
  int64_t period = 0;
  size_t n = columns->n_values;
  assert_true(columns->n_period_steps == 0 || columns->n_period_steps == n - 1);
  assert_true(columns->statuses.len == 0 || columns->statuses.len == n);
  for (size_t i = 0; i < n; i++) {
    period = next_period(columns, i, period);
    add_label(text, columns, i, period);
    if (isnan(columns->values[i]))
      text_add(text, "NaN");
    else
      text_add(text, "%.17g", columns->values[i]);
    if (columns->statuses.len > 0 && columns->statuses.data[i] != 'A')
      text_add(text, "/%c", columns->statuses.data[i]);
  }
  return text;
}

const char *rows_releases_text(const Bellwether__V1__ObservationColumns *columns) {
  char *text = text_buffer();
  int64_t period = 0;
  size_t n = columns->n_values;
  assert_true(columns->n_release_indexes == 0 || columns->n_release_indexes == n);
  for (size_t i = 0; i < n; i++) {
    size_t release = columns->n_release_indexes == 0 ? 0 : columns->release_indexes[i];
    period = next_period(columns, i, period);
    add_label(text, columns, i, period);
    assert_true(release < columns->n_releases);
    text_add(text, "%s", columns->releases[release]->id);
  }
  return text;
}

const char *item_error_text(const Bellwether__V1__ItemError *error) {
  char *text = text_buffer();
  const Bellwether__V1__ErrorDetail *detail = error->status->details[0];
  assert_string_equal(detail->domain, "bellwether");
  assert_true(error->status->message[0] != '\0');
  text_add(text, "%u: %d %s %s", error->index, error->status->code, detail->reason, detail->field);
  return text;
}

const char *words_text(size_t n, char *const *words) {
  char *text = text_buffer();
  for (size_t i = 0; i < n; i++)
    text_add(text, "%s%s", i == 0 ? "" : " ", words[i]);
  return text;
}
