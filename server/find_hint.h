/* SPDX-License-Identifier: MIT */
/* What may have been meant by a name that is not there. Each looks at a bounded number of names,
 * and returns a sentence's part of the context's arena, or NULL. */
#ifndef BELLWETHER_SERVER_FIND_HINT_H
#define BELLWETHER_SERVER_FIND_HINT_H

#include "proto/key.h"
#include "server/context.h"
#include "storage/catalog.h"
#include "storage/series.h"

/* The nearest series that differs in one code, or in the codes that no series has; else which code
 * no series has, and where to look. */
const char *hint_for_key(struct context *context, const struct dataset_record *dataset,
                         const struct key *key);
/* The nearest code where one of the pattern's is not in use. */
const char *hint_for_pattern(struct context *context, const struct dataset_record *dataset,
                             const struct key_pattern *pattern);
const char *hint_for_condition(struct context *context, const struct dataset_record *dataset,
                               const struct series_condition *condition);
/* The nearest, else where to look. */
const char *hint_for_release(struct context *context, struct bytes id);
const char *hint_for_indicator(struct context *context, uint32_t dataset_no, struct bytes id);

#endif
