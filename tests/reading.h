/* SPDX-License-Identifier: MIT */
/* What the tests of the read methods share: figures to read, requests in one line, and answers as
 * text that can be compared at a glance. Text given is borrowed; text returned lives in one of 32
 * buffers that take turns. */
#ifndef BELLWETHER_TESTS_READING_H
#define BELLWETHER_TESTS_READING_H

#include "bellwether/v1/catalog.pb-c.h"
#include "tests/engine_fixture.h"
#include "tests/messages.h"

#define DAY_MS INT64_C(86400000)

#define ENGINE_TEST(function)                                                                      \
  cmocka_unit_test_setup_teardown(function, engine_fixture_setup, engine_fixture_teardown)

typedef Bellwether__V1__ObservationQuery observation_query;
typedef Bellwether__V1__SeriesObservations series_observations;

/* --- Figures to read. A day is one after 1970-01-01, at 00:00Z. --- */

/* The dataset with its dimensions FREQ.AREA.INDICATOR. */
void put_dataset(struct engine_fixture *fixture, const char *id);
void put_code(struct engine_fixture *fixture, const char *dataset, const char *dimension,
              const char *code, const char *name);
/* A FLOW with two decimals. */
void put_indicator(struct engine_fixture *fixture, const char *dataset, const char *id,
                   const char *name, const char *unit, int unit_mult);
/* Consecutive values of one series, in a release of that day. */
struct figures {
  const char *key;
  int64_t first;
  size_t n;
  const double *values;
};
#define FIGURES(key, first, ...)                                                                   \
  (&(struct figures){(key), (first), sizeof((double[]){__VA_ARGS__}) / sizeof(double),             \
                     (double[]){__VA_ARGS__}})
void put_figures(struct engine_fixture *fixture, const char *release, int day,
                 const struct figures *figures);
/* The same with all that a statement may have. */
void put_statements(struct engine_fixture *fixture, const char *release, int day,
                    struct statements_message *series);
void withdraw(struct engine_fixture *fixture, const char *release, int day, const char *key,
              int64_t period);
void delete_series(struct engine_fixture *fixture, const char *key);
void delete_release(struct engine_fixture *fixture, const char *id);

/* --- Parts of requests --- */

Bellwether__V1__SeriesRef ref_key(const char *key);
Bellwether__V1__SeriesRef ref_handle(uint64_t handle);
Bellwether__V1__PeriodBound bound_text(const char *text);
Bellwether__V1__AsOf as_of_date(const char *date);
Bellwether__V1__AsOf as_of_release(const char *id);
Bellwether__V1__AsOf as_of_ms(int64_t time_ms);
uint64_t handle_of(struct engine_fixture *fixture, const char *key);

/* --- Answers --- */

/* One series by its key; the query may be NULL. */
const series_observations *get_at(struct engine_fixture *fixture, const char *key,
                                  observation_query *query, const char *file, int line);
#define get(fixture, key, query) get_at((fixture), (key), (query), __FILE__, __LINE__)

/* "2020=1 2021=2.5/E 2023=NaN/O": the rows, with statuses that are not A. */
const char *rows_text(const Bellwether__V1__ObservationColumns *columns);
/* "2020=R1 2021=R2": the release of each row. */
const char *rows_releases_text(const Bellwether__V1__ObservationColumns *columns);
/* "1: 5 NO_MATCH items[1].key": index, code, reason and field of an item that failed. */
const char *item_error_text(const Bellwether__V1__ItemError *error);
/* "A B C". */
const char *words_text(size_t n, char *const *words);

/* The next of these buffers, emptied. */
enum { TEXT_BUFFER_BYTES = 1 << 14 };
char *text_buffer(void);
/* Appends to text in so much room. */
void text_add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The hint of the failed call says so, at the caller's line. */
#define assert_hint(fixture, text) assert_string_equal((fixture)->hint, (text))

#endif
