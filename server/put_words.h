/* SPDX-License-Identifier: MIT */
/* Under which words indicators, codes and series are found: docs/search.md. Called by whatever
 * describes them, on the writer thread, within a command. Each returns false after context_fail.
 * The arena is scratch. */
#ifndef BELLWETHER_SERVER_PUT_WORDS_H
#define BELLWETHER_SERVER_PUT_WORDS_H

#include "bellwether/v1/ingest.pb-c.h"
#include "proto/cache.h"
#include "server/context.h"
#include "storage/catalog.h"
#include "storage/series.h"

bool put_indicator_words(struct context *context, struct arena *arena, uint32_t dataset_no,
                         const Bellwether__V1__Indicator *indicator);
bool put_code_words(struct context *context, struct arena *arena,
                    const struct dataset_record *dataset, uint8_t dimension,
                    const Bellwether__V1__Code *code);
bool put_series_words(struct context *context, struct arena *arena, uint64_t handle,
                      const Bellwether__V1__SeriesAttributes *attributes);

/* What the new series of one write have made findable already. Zeroed it is empty. */
struct words_known {
  struct arena *arena; /* lives as long */
  struct cache cache;
};
/* A new series: its codes and its indicator are found even where nobody described them, and the
 * indicator as one that has series of this frequency. */
bool put_new_series_words(struct context *context, struct words_known *known, struct arena *arena,
                          const struct dataset_record *dataset, const struct key *key,
                          uint8_t frequency);

#endif
