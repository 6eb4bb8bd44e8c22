/* SPDX-License-Identifier: MIT */
/* Descriptions and statements from messages to storage: what the small writes and the loads have in
 * common. Deterministic: no clock, no randomness. Messages are checked already. Each returns false
 * after context_fail. On the writer thread, within a command. */
#ifndef BELLWETHER_SERVER_APPLY_H
#define BELLWETHER_SERVER_APPLY_H

#include "server/check.h"
#include "storage/statements.h"

/* Packed canonically, so that equal descriptions are equal bytes: output-only and unknown fields
 * are left out. In the arena. */
bool pack_dataset(struct context *context, struct arena *arena,
                  const Bellwether__V1__Dataset *dataset, struct dataset_record *ret_record);
bool pack_release(struct context *context, struct arena *arena,
                  const Bellwether__V1__Release *release, struct release_record *ret_record);

bool apply_dataset(struct context *context, struct arena *arena,
                   const Bellwether__V1__Dataset *dataset, enum put_result *ret_result);
bool apply_release(struct context *context, struct arena *arena,
                   const Bellwether__V1__Release *release, uint32_t *ret_no,
                   enum put_result *ret_result);
bool apply_indicator(struct context *context, struct arena *arena, uint32_t dataset_no,
                     const Bellwether__V1__Indicator *indicator, enum put_result *ret_result);
bool apply_code(struct context *context, struct arena *arena, uint32_t dataset_no,
                uint8_t dimension, const Bellwether__V1__Code *code, enum put_result *ret_result);
bool apply_attributes(struct context *context, struct arena *arena, uint64_t handle,
                      const Bellwether__V1__SeriesAttributes *attributes, bool *ret_changed);

/* The rows as storage takes them, in the arena; release_no is left to the caller. */
bool statements_of(struct context *context, struct arena *arena,
                   const Bellwether__V1__SeriesStatements *message,
                   struct statements *ret_statements);

/* A write that storage would refuse after others have been made: dimensions of a dataset that has
 * series, the time of a release that is there. Nothing is written. */
bool dataset_may_change(struct context *context, const struct path *path,
                        const struct dataset_record *record);
bool release_may_change(struct context *context, const struct path *path,
                        const struct release_record *record);

#endif
