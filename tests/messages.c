/* SPDX-License-Identifier: MIT */
#include "tests/messages.h"

void dataset_message_init(struct dataset_message *message, const char *id) {
  static const struct {
    const char *id;
    Bellwether__V1__DimensionRole role;
  } rows[] = {
      {"FREQ", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY},
      {"AREA", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_REFERENCE_AREA},
      {"INDICATOR", BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_INDICATOR},
  };
  bellwether__v1__dataset__init(&message->dataset);
  message->dataset.id = TEXT(id);
  message->dataset.title = TEXT("A dataset");
  for (size_t i = 0; i < count_of(rows); i++) {
    bellwether__v1__dimension__init(&message->dimensions[i]);
    message->dimensions[i].id = TEXT(rows[i].id);
    message->dimensions[i].role = rows[i].role;
    message->pointers[i] = &message->dimensions[i];
  }
  message->dataset.n_dimensions = count_of(rows);
  message->dataset.dimensions = message->pointers;
}

void statements_message_init(struct statements_message *message, const char *key, int64_t first,
                             size_t n, const double *values) {
  bellwether__v1__series_statements__init(&message->statements);
  bellwether__v1__observation_columns__init(&message->columns);
  message->statements.key = TEXT(key);
  message->statements.observations = &message->columns;
  message->columns.first_period = first;
  message->columns.n_values = n;
  message->columns.values = (double *)(uintptr_t)values;
}

Bellwether__V1__Release release_message(const char *id, int64_t published_at_ms) {
  Bellwether__V1__Release release = BELLWETHER__V1__RELEASE__INIT;
  release.id = TEXT(id);
  release.publisher = TEXT("Customs");
  release.published_at_ms = published_at_ms;
  release.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_DAY;
  return release;
}

Bellwether__V1__Release release_reference(const char *id) {
  Bellwether__V1__Release release = BELLWETHER__V1__RELEASE__INIT;
  release.id = TEXT(id);
  return release;
}
