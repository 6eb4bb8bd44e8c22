/* SPDX-License-Identifier: MIT */
/* Small messages for tests of writes. Text and arrays are borrowed; nothing is to be freed. */
#ifndef BELLWETHER_TESTS_MESSAGES_H
#define BELLWETHER_TESTS_MESSAGES_H

#include "bellwether/v1/ingest.pb-c.h"
#include "proto/util.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

/* TRADE.FREQ.AREA.INDICATOR. */
struct dataset_message {
  Bellwether__V1__Dataset dataset;
  Bellwether__V1__Dimension dimensions[3];
  Bellwether__V1__Dimension *pointers[3];
};
void dataset_message_init(struct dataset_message *message, const char *id);

/* Consecutive rows of one series. */
struct statements_message {
  Bellwether__V1__SeriesStatements statements;
  Bellwether__V1__ObservationColumns columns;
};
void statements_message_init(struct statements_message *message, const char *key, int64_t first,
                             size_t n, const double *values);

Bellwether__V1__Release release_message(const char *id, int64_t published_at_ms);
Bellwether__V1__Release release_reference(const char *id);

#endif
