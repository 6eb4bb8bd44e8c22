/* SPDX-License-Identifier: MIT */
/* What `bellwether load` has read and not yet sent. All of it lives in one arena; rows apart, since
 * they are many. Nothing is sent before every file has been read without an error. */
#ifndef BELLWETHER_CLIENT_CLI_LOAD_H
#define BELLWETHER_CLIENT_CLI_LOAD_H

#include "bellwether/v1/ingest.pb-c.h"
#include "client/cli/command.h"
#include "proto/cache.h"
#include "proto/period.h"

/* Of rows that withdraw an observation, as `revisions` prints them. */
#define LOAD_WITHDRAWN '-'
/* The period of a row that withdraws the whole series, but for what else the release states. */
#define LOAD_WHOLE_SERIES INT64_MIN

struct load_dataset {
  const char *id;
  size_t n_dimensions; /* 0: nobody knows it */
  const char *const *dimensions;
  size_t frequency_dimension;
};

struct load_release {
  Bellwether__V1__Release message;
  uint32_t index;
  bool timed;         /* its time of publication is known; else it is one that the store has */
  bool own;           /* described in a file of descriptions: rows do not change it */
  bool many_urls;     /* rows give several: they belong to release and series together */
  const char *of_url; /* the first one that a row gave, or NULL */
};

struct load_series {
  const char *key;
  uint32_t index;
  enum frequency frequency;
  Bellwether__V1__SeriesAttributes *attributes; /* NULL: rows say nothing of them */
  bool sent;                                    /* the attributes have gone with statements */
};

struct load_row {
  struct load_release *release;
  struct load_series *series;
  int64_t period;
  double value;
  const char *comment; /* or NULL */
  const char *url;     /* or NULL */
  const char *file;
  uint32_t line;
  char status;
};

struct load {
  struct cli *cli;
  const struct arguments *arguments;
  struct arena *arena;
  struct list datasets; /* messages to send, as are the next two */
  struct list indicators;
  struct list code_lists;
  struct list statements; /* that descriptions make */
  struct list releases;   /* struct load_release */
  struct list series;     /* struct load_series */
  struct cache dataset_by_id;
  struct cache release_by_id;
  struct cache series_by_key;
  const char *default_dataset;          /* of series without one; NULL: there is none */
  struct load_release *default_release; /* of rows without one; NULL: the file is one */
  struct load_row *rows;
  size_t n_rows;
  size_t row_capacity;
  size_t n_errors;
  enum exit_code code; /* of a question that the server did not answer; it has been told */
};

/* Where something is wrong. Zero line: in the file as a whole; zero column: in the line. */
struct load_place {
  const char *file;
  size_t line;
  size_t column;
  const char *name; /* of the column */
};

/* "FILE:LINE: column 3 (value): ..." on err; after the first twenty only counted. Always false. */
bool load_complain(struct load *load, struct load_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for want of memory. Always false. */
bool load_fail_memory(struct load *load);

char *load_text(struct load *load, struct bytes text); /* of the arena; NULL after a complaint */

/* Reads a description in JSON: datasets, indicators, code lists, releases. */
bool load_json(struct load *load, const char *file);
/* Reads a table in CSV. The file is "-" for standard input. */
bool load_csv(struct load *load, const char *file);

/* Makes a dataset known whose series rows may name; the first is the default. */
bool load_add_dataset(struct load *load, const Bellwether__V1__Dataset *dataset);
/* Found in the load or asked of the server, which is asked only once. NULL after a complaint. */
const struct load_dataset *load_dataset(struct load *load, struct load_place place,
                                        struct bytes id);
/* `text` is a key, or without its dataset one of the default dataset. NULL after a complaint. */
struct load_series *load_series(struct load *load, struct load_place place, struct bytes text);

/* The release of an id, new or known. NULL after a complaint. */
struct load_release *load_release(struct load *load, struct load_place place, struct bytes id);
/* Gives a release its time, and refuses another time than it has. */
bool load_release_time(struct load *load, struct load_place place, struct load_release *release,
                       int64_t published_ms, bool day_only);
/* "GACC" on 2021-01-14 is GACC-2021-01-14. In the arena; NULL after a complaint. */
char *load_release_id(struct load *load, struct bytes publisher, int64_t published_ms,
                      bool day_only);
/* Whether the store has a release. False after a complaint. */
bool load_release_exists(struct load *load, char *release_id, bool *ret_there);
/* Completes releases that rows made by what the store has of them, so that nothing it knows is
 * forgotten. False after a complaint. */
bool load_complete_releases(struct load *load);

bool load_add_row(struct load *load, const struct load_row *row);

/* Orders the rows by release, series and period, and drops those that are there twice; two that
 * differ are complained of. */
bool load_order(struct load *load);
/* Sends everything as one load: the store has all of it afterwards, or nothing. With only_try it
 * has nothing of it either way. Prints what it came to. */
must_check enum exit_code load_send(struct load *load, bool only_try);

#endif
