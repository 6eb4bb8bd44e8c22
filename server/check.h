/* SPDX-License-Identifier: MIT */
/* What can be said of a written message without the store: lengths, grammars, columns. Each check
 * returns false after context_fail with the reason, the field's path and, where known, a hint. Text
 * is UTF-8 without NUL already. Any thread. */
#ifndef BELLWETHER_SERVER_CHECK_H
#define BELLWETHER_SERVER_CHECK_H

#include "bellwether/v1/ingest.pb-c.h"
#include "proto/key.h"
#include "proto/period.h"
#include "server/context.h"

/* Where in a request a field stands; made into text only when it is wrong. A NULL parent is the
 * request itself. */
struct path {
  const struct path *parent;
  const char *name;
  size_t index; /* PATH_NO_INDEX: not repeated */
};
#define PATH_NO_INDEX SIZE_MAX
#define PATH(parent, name) (&(struct path){(parent), (name), PATH_NO_INDEX})
#define PATH_AT(parent, name, index) (&(struct path){(parent), (name), (index)})

/* "series[3].observations.values[17]". NULL when the arena is full. */
const char *path_text(struct arena *arena, const struct path *path);
/* Text of the request for a message: cut to a length that a person reads. Never NULL. */
const char *quoted(struct arena *arena, struct bytes text);

/* INVALID_ARGUMENT at a path. The hint may be NULL. Always false. */
bool check_fail(struct context *context, const struct path *path, const char *reason,
                const char *hint, const char *format, ...) __attribute__((format(printf, 5, 6)));

bool check_text(struct context *context, const struct path *path, const char *text,
                size_t bytes_max);
/* A repeated field: RESOURCE_EXHAUSTED, TOO_MANY_ITEMS. */
bool check_count(struct context *context, const struct path *path, size_t count, size_t count_max);
bool check_dataset_id(struct context *context, const struct path *path, const char *id);
/* Ids of dimensions and indicators, codes. */
bool check_code_id(struct context *context, const struct path *path, const char *id,
                   size_t bytes_max);
bool check_release_id(struct context *context, const struct path *path, const char *id);
bool check_key(struct context *context, const struct path *path, const char *text,
               struct key *ret_key);
bool check_pattern(struct context *context, const struct path *path, struct bytes text,
                   struct key_pattern *ret_pattern);
bool check_load_id(struct context *context, const struct path *path, const char *id);
/* ret_bound is set where the bound is given, else *ret_given is false. `series` as in
 * period_bound_parse. */
bool check_bound(struct context *context, const struct path *path,
                 const Bellwether__V1__PeriodBound *bound, enum frequency series,
                 struct period_bound *ret_bound, bool *ret_given);
bool check_series_ref(struct context *context, const struct path *path,
                      const Bellwether__V1__SeriesRef *ref);

bool check_dataset(struct context *context, const struct path *path,
                   const Bellwether__V1__Dataset *dataset);
bool check_indicator(struct context *context, const struct path *path,
                     const Bellwether__V1__Indicator *indicator);
bool check_code(struct context *context, const struct path *path, const Bellwether__V1__Code *code);
bool check_code_list(struct context *context, const struct path *path,
                     const Bellwether__V1__CodeList *list);
/* Whether only the id is given: then the release is one that is in the store already. */
bool release_is_reference(const Bellwether__V1__Release *release);
/* In full. */
bool check_release(struct context *context, const struct path *path,
                   const Bellwether__V1__Release *release);
/* In full or by its id. */
bool check_release_or_id(struct context *context, const struct path *path,
                         const Bellwether__V1__Release *release);
bool check_unit(struct context *context, const struct path *path, const Bellwether__V1__Unit *unit);
bool check_attributes(struct context *context, const struct path *path,
                      const Bellwether__V1__SeriesAttributes *attributes);

/* The periods of some rows; first and last have no meaning where n = 0. */
struct rows_span {
  size_t n;
  int64_t first;
  int64_t last;
};
/* Everything of one series but what depends on its dataset and release. Periods are within the
 * calendar of the frequency where it is given, else of any. */
bool check_statements(struct context *context, const struct path *path,
                      const Bellwether__V1__SeriesStatements *statements,
                      struct rows_span *ret_span);
/* The same span of statements that were checked. */
struct rows_span statements_span(const Bellwether__V1__SeriesStatements *statements);
/* The rows' periods within the calendar of the key's frequency; fails at the first that is not. */
bool check_calendar(struct context *context, const struct path *path,
                    const Bellwether__V1__SeriesStatements *statements, enum frequency frequency);

#endif
