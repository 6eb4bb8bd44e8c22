/* SPDX-License-Identifier: MIT */
/* Finding what a write names, with a NOT_FOUND that helps. Each returns false after context_fail.
 */
#ifndef BELLWETHER_SERVER_LOOKUP_H
#define BELLWETHER_SERVER_LOOKUP_H

#include "server/check.h"
#include "storage/catalog.h"
#include "storage/series.h"

/* True when status is STORE_OK, else fails for "KIND NAME": "dataset CBEC". */
bool store_ok(struct context *context, enum store_status status, const char *kind,
              struct bytes name);

/* DATASET_NOT_FOUND with the nearest id as its hint. */
bool lookup_dataset(struct context *context, const struct path *path, struct bytes id,
                    struct dataset_record *ret_record);
bool lookup_release(struct context *context, const struct path *path, struct bytes id,
                    struct release_record *ret_record);
/* SERIES_NOT_FOUND or SERIES_DELETED; DATASET_NOT_FOUND where there is not even that. */
bool lookup_series(struct context *context, const struct path *path,
                   const Bellwether__V1__SeriesRef *ref, struct series_head *ret_head);

/* The position of a dimension, or STORE_NO_DIMENSION. */
uint8_t dataset_dimension(const struct dataset_record *record, struct bytes id);

#endif
