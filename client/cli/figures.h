/* SPDX-License-Identifier: MIT */
/* Figures as rows: what `get`, `latest` and `revisions` print. Programs get the long form, one
 * series after the other under the same columns; people a table a series. */
#ifndef BELLWETHER_CLIENT_CLI_FIGURES_H
#define BELLWETHER_CLIENT_CLI_FIGURES_H

#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/output.h"

/* One figure. Texts may be NULL. */
struct figure {
  const char *series;
  const char *period;
  double value;
  char status;
  const Bellwether__V1__Unit *unit;            /* or NULL */
  const Bellwether__V1__ReleaseEntry *release; /* or NULL */
  const char *comment;
  const char *formula;   /* what was done to the values */
  uint32_t bucket_count; /* of an aggregated figure: so many observations went in ... */
  uint32_t bucket_size;  /* ... of so many; 0 where it is none */
};

/* The long form: series,period,value,status,unit,release,unit_mult,published,publisher,url,comment.
 */
struct output *figures_begin(struct cli *cli);
void figures_row(struct output *output, const struct figure *figure);
/* The same of figures that were computed, with formula,bucket_count,bucket_size behind. */
struct output *figures_begin_computed(struct cli *cli);
void figures_row_computed(struct output *output, const struct figure *figure);

/* "trillion CNY" of a unit that may be NULL, in a buffer of the caller. */
const char *unit_text(const Bellwether__V1__Unit *unit, char *text, size_t size);
/* When a release was published; "" where there is none. */
const char *published_text(const Bellwether__V1__ReleaseEntry *release, char *text, size_t size);
/* "GACC, 2024-01-12: https://..."; "" where no address is known. */
enum { SOURCE_TEXT_SIZE = 4096 };
const char *source_text(const Bellwether__V1__ReleaseEntry *release, char *text, size_t size);
/* A footnote of where a release can be read, if that is known. */
void note_source(struct output *output, const Bellwether__V1__ReleaseEntry *release);

/* --as-of: a date or an instant, else a release's id. *ret_as_of is used where the option is given,
 * and the result is NULL where it is not. */
Bellwether__V1__AsOf *as_of_argument(const struct arguments *arguments,
                                     Bellwether__V1__AsOf *ret_as_of);
/* --from, --to: as text. NULL where it is not given. */
Bellwether__V1__PeriodBound *bound_argument(const struct arguments *arguments, const char *name,
                                            Bellwether__V1__PeriodBound *ret_bound);

#endif
