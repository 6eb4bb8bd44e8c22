/* SPDX-License-Identifier: MIT */
/* What `bellwether load` has read and not yet sent. Names live in one arena; rows, which are many,
 * in a spool. Nothing is sent before every file has been read without an error. */
#ifndef BELLWETHER_CLIENT_LOAD_LOAD_H
#define BELLWETHER_CLIENT_LOAD_LOAD_H

#include "bellwether/v1/ingest.pb-c.h"
#include "client/cli/command.h"
#include "client/files/csv.h"
#include "client/files/progress.h"
#include "client/files/source.h"
#include "client/files/spool.h"
#include "proto/cache.h"
#include "proto/period.h"

/* Of rows that withdraw an observation, as `revisions` prints them. */
#define LOAD_WITHDRAWN '-'
/* Of rows that SDMX's action D makes: what else the release states of the period goes before it. */
#define LOAD_DELETED '~'
/* The period of a row that withdraws the whole series, but for what else the release states. */
#define LOAD_WHOLE_SERIES INT64_MIN

struct load_dimension {
  const char *id;
  int role;                       /* Bellwether__V1__DimensionRole */
  struct cache codes;             /* of publishers' texts, by these: see codes.h */
  struct cache originals;         /* the texts, by their codes */
  struct cache described;         /* by codes that the store or the load describes: of the store's
                                   * indicators the publisher's text, or "" */
  bool asked;                     /* the store's are among these */
  Bellwether__V1__CodeList *list; /* of the load's own, or NULL */
  struct list listed;             /* its codes */
};

struct load_dataset {
  const char *id;
  size_t n_dimensions; /* 0: nobody knows it */
  struct load_dimension *dimensions;
  size_t frequency_dimension;
  bool stored; /* the store has it, and perhaps descriptions of its codes */
  bool made;   /* of a file's columns */
};

/* Where something is wrong. Zero line: in the file as a whole; zero column: in the line. */
struct load_place {
  const char *file;
  size_t line;
  size_t column;
  const char *name; /* of the column */
};

struct load_release {
  Bellwether__V1__Release message;
  struct load_place place; /* that named it first */
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
  uint32_t whole_of; /* 1 + the release that was last said to state it in full; 0: none */
};

enum { PASSED_SHOWN = 8 }; /* columns that are named as passed over */

/* A table that was read. */
struct load_file {
  const char *name; /* for people; of a member of an archive with the archive's */
  const char *path;
  size_t member;         /* of the archive, from 1 */
  struct source *source; /* where it cannot be opened again; else NULL */
  struct csv_dialect dialect;
  size_t heading_records;
  struct list rejected;  /* numbers of lines, as pointers */
  const char *put_aside; /* where these are, once they are written; or NULL */
  /* For the summary. */
  const char *destination;    /* " -> dataset WDI (new), release R"; "" where there is no figure */
  const char *format;         /* in words for people; NULL until it is known */
  bool own;                   /* the format is Bellwether's */
  const char *passed_over;    /* the first columns without a meaning, for people; or NULL */
  size_t n_passed_over;       /* of all such columns */
  uint64_t n_rows;            /* that were read */
  struct load_series *series; /* that the last figure was of; NULL: there was none */
  const struct load_dataset *dataset; /* the first one, */
  uint32_t release;                   /* the same */
  bool more_datasets;
  bool more_releases;
};

struct load {
  struct cli *cli;
  const struct arguments *arguments;
  struct arena *arena;  /* of names, until all is sent */
  struct arena *kept;   /* of files and rejected lines, to the end */
  struct list datasets; /* messages to send, as are the next two */
  struct list indicators;
  struct list code_lists;
  struct list statements; /* that descriptions make */
  struct list releases;   /* struct load_release */
  struct list series;     /* struct load_series */
  struct list files;      /* struct load_file */
  struct list sources;    /* that these keep open */
  struct cache dataset_by_id;
  struct cache release_by_id;
  struct cache series_by_key;
  const char *default_dataset; /* of series without one; NULL: there is none */
  const char
      *wanted_dataset; /* --dataset, where the store does not have it: a format may make it */
  struct load_release *default_release; /* of rows without one; NULL: the files are one */
  struct load_release *files_release;   /* that one, when a row has asked for it */
  uint64_t files_hash[2];               /* of all tables */
  struct spool *rows;
  struct progress progress;
  bool mapped;     /* a table took --map */
  bool keep_going; /* wrong lines are put aside, and the others loaded */
  bool at_row;     /* what is complained of now is one line's, which the load can go without */
  size_t n_rejected;
  size_t n_errors;
  bool committed;      /* the store has it */
  bool broken;         /* nothing can go on: no memory, no room for the rows */
  enum exit_code code; /* of a question that the server did not answer; it has been told */
};

/* Forgets all but the files: what a load has sent, it need not hold while the store takes it in. */
void load_forget(struct load *load);

/* "FILE:LINE: column 3 (value): ..." on err; after the first twenty only counted. With keep_going a
 * row is noted as rejected, and counts as no error. After an interruption nothing is told. Always
 * false. */
bool load_complain(struct load *load, struct load_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for the load as a whole: nothing can go on. Always false. */
bool load_fail_memory(struct load *load);
bool load_fail_spool(struct load *load); /* errno says why */

/* How much of a text a complaint quotes, for %.*s: not a megabyte, and no half of a character. */
int text_shown(struct bytes text);
char *load_text(struct load *load, struct bytes text); /* of the arena; NULL after a complaint */

/* Reads a description in JSON: datasets, indicators, code lists, releases. */
bool load_descriptions(struct load *load, const char *file);
/* The same of an open stream, which stays the caller's; `name` must live as long as the load. JSON
 * that describes something else is *ret_other, and no error. */
bool load_descriptions_of(struct load *load, const char *name, FILE *stream, bool *ret_other);

/* Makes a dataset known whose series rows may name; the first is the default. */
bool load_add_dataset(struct load *load, const Bellwether__V1__Dataset *dataset, bool stored);
/* Found in the load or asked of the server, which is asked only once. *ret_dataset has no
 * dimensions where nobody knows it. False after a complaint. */
bool load_find_dataset(struct load *load, struct bytes id, const struct load_dataset **ret_dataset);
/* The same, but NULL after a complaint where nobody knows it. */
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
/* Of rows that name none: the one of the options, else the files themselves. NULL after a
 * complaint. */
struct load_release *load_default_release(struct load *load);
/* Completes releases that rows made by what the store has of them, so that nothing it knows is
 * forgotten. False after a complaint. */
bool load_complete_releases(struct load *load);

static inline struct load_series *load_series_at(const struct load *load, uint32_t index) {
  return load->series.items[index];
}
/* Of a series that the load knows. */
const struct load_dataset *load_dataset_of(const struct load *load,
                                           const struct load_series *series);
static inline struct load_release *load_release_at(const struct load *load, uint32_t index) {
  return load->releases.items[index];
}

/* Notes what each file becomes, while names are there to tell it with. False after a complaint. */
bool load_note_files(struct load *load);
/* What was read of each file, and what it became, in words on out. */
void load_tell_files(const struct load *load);
/* As what formats files were read that are not Bellwether's own, on err. */
void load_tell_formats(const struct load *load);

/* Sends everything as one load: the store has all of it afterwards, or nothing. With only_try it
 * has nothing of it either way. Rows that are there twice count once; two that differ are
 * complained of. Prints what it came to. */
must_check enum exit_code load_send(struct load *load, bool only_try);

#endif
