/* SPDX-License-Identifier: MIT */
/* Finding datasets, dimensions, and the releases that writes name, with a NOT_FOUND that helps.
 * Each returns false after context_fail. */
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

/* The position of a dimension by its id; INVALID_ARGUMENT, and its hint has those that there are.
 */
bool lookup_dimension(struct context *context, const struct path *path,
                      const struct dataset_record *record, const char *id, uint8_t *ret_dimension);
/* Without an INDICATOR dimension no series could have the indicators. */
bool has_indicators(struct context *context, const struct path *path,
                    const struct dataset_record *record);

#endif
