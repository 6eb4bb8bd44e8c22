/* SPDX-License-Identifier: MIT */
/* What the columns of a table mean. Every format that is read is a layout: a recogniser fills it
 * from the head of a file, and one reader (table.c) makes rows of it. */
#ifndef BELLWETHER_CLIENT_LOAD_LAYOUT_H
#define BELLWETHER_CLIENT_LOAD_LAYOUT_H

#include "client/files/csv.h"
#include "client/load/load.h"
#include "client/load/number_words.h"
#include "client/load/period_words.h"
#include "proto/limits.h"

#define LOAD_ABSENT SIZE_MAX

/* Columns that a row has at most one of. */
enum load_column {
  LOAD_SERIES,
  LOAD_DATASET,
  LOAD_PERIOD,
  LOAD_PERIOD_PART, /* beside a year: M01, Q01, S01, A01 */
  LOAD_VALUE,
  LOAD_STATUS,
  LOAD_COMMENT,
  LOAD_UNIT,
  LOAD_UNIT_MULT,
  LOAD_DECIMALS,
  LOAD_TITLE,
  LOAD_RELEASE,
  LOAD_PUBLISHED,
  LOAD_PUBLISHER,
  LOAD_URL,
  LOAD_STRUCTURE, /* SDMX: what kind of structure the dataset's id is of */
  LOAD_ACTION,    /* SDMX: I A M (merge), R (replace), D (delete) */
  LOAD_N_COLUMNS
};

/* Where the code of one dimension comes from. Dimensions are named by id, or by role where a format
 * knows only that; `id` is then what a dataset that is made new calls it. */
struct load_part {
  const char *id;
  int role;           /* Bellwether__V1__DimensionRole; 0: by the id alone */
  size_t column;      /* of the code, or LOAD_ABSENT */
  size_t name_column; /* of a name for people, or LOAD_ABSENT */
  const char *code;   /* the same for all rows; NULL: of the column, or of the value's column */
  const char *name;   /* of that code, or NULL */
  bool of_period;     /* the letter of the period's frequency */
  bool attribute;     /* only a dataset that has a dimension of this id wants it */
  bool of_value;      /* each column of values has its own: load_value.code */
};

/* A column of values; a long table has one, a wide one many. */
struct load_value {
  size_t column;
  const char *series;       /* a whole key, or NULL */
  const char *code;         /* of the part with of_value */
  const char *name;         /* of that code, or NULL */
  enum frequency frequency; /* of its own period, or FREQUENCY_NONE: rows have it */
  int64_t period;
  struct load_release *release; /* of its own, or NULL */
  enum frequency of_dates;      /* the reader's: what its dates look like, or FREQUENCY_NONE */
  struct load_series *found;    /* the reader's: where rows do not change it */
};

struct load_layout {
  size_t heading_records; /* before the first row, with what stands above the heading */
  size_t n_cells;         /* of the heading; headings[n_cells] */
  const char **headings;
  size_t nameless;           /* the first column but 0 without a heading, or LOAD_ABSENT */
  bool *ignored;             /* columns that nobody needs to be told of */
  size_t at[LOAD_N_COLUMNS]; /* cells, or LOAD_ABSENT */
  size_t n_parts;
  struct load_part *parts;
  struct load_value *values;
  size_t n_values;

  bool exact;    /* codes, periods and numbers are written as Bellwether writes them */
  bool ragged;   /* rows may be shorter than the heading, or end in empty cells beyond it */
  bool notes;    /* rows that are no figures are passed over: footnotes, blank rows */
  bool whole;    /* the release of a table states its series in full: other periods are withdrawn */
  bool mixed;    /* columns of values may differ in frequency, though dates are in one column */
  bool vintages; /* a value's column is a release: a blank behind a figure withdraws it */
  bool labelled; /* SDMX's labels=both: "A: Annual" is the code A */
  bool sdmx;     /* rows may name their dataset, act on it, and leave codes empty to mean all */
  const char *const *passed_over; /* rows that begin with one of these are none; or NULL */

  struct number_dialect numbers;
  struct period_words_options periods;
  enum frequency part_numbers;  /* what a number in LOAD_PERIOD_PART counts, or FREQUENCY_NONE */
  enum frequency frequency;     /* of dates; FREQUENCY_NONE: what the column of dates looks like */
  struct load_release *release; /* of rows that name none, or NULL */
  const char *title;            /* of a dataset that is made new, or NULL */
  const char *publisher;        /* the same */
};

/* The beginning of a table, by which its format is recognised. */
struct load_head {
  struct load *load;
  const char *file;      /* for people */
  const char *base_name; /* "DEXCHUS", without folder and endings */
  struct csv_dialect dialect;
  const struct csv_record *records; /* the first ones, which live as long as the load */
  size_t n_records;
};

/* Less sure than this, a recogniser knows only what a file on its own may be taken for; a member of
 * an archive is passed over. */
enum { LOAD_UNSURE = 10 };

/* A format of files. */
struct load_format {
  const char *name;  /* what --as calls it */
  const char *words; /* for people: "World Bank, a year a column" */
  bool own;          /* Bellwether's: nobody needs to be told that it was recognised */
  /* 0: it is not this; the greatest of all formats is taken. */
  int (*recognise)(const struct load_head *head);
  /* Fills a layout that layout_init has made. False after a complaint. */
  bool (*lay_out)(const struct load_head *head, struct load_layout *layout);
};

extern const struct load_format format_long, format_wide, format_sdmx, format_world_bank,
    format_fred, format_vintages, format_fred_md, format_tidy, format_period_table;

/* Everything absent. */
void layout_init(struct load_layout *layout);
/* Takes a record as the heading: headings, ignored, n_cells. False after a complaint. */
bool layout_take_heading(const struct load_head *head, struct load_layout *layout, size_t record);
/* Another column of values, zeroed but for its column; NULL for want of memory. Pointers to earlier
 * ones may be good no longer. */
struct load_value *layout_add_value(struct load *load, struct load_layout *layout, size_t column);
/* Another part, without a column. The same. */
struct load_part *layout_add_part(struct load *load, struct load_layout *layout, const char *id,
                                  int role);
/* False after a complaint: two columns of values would be the same figures. */
bool layout_check_values(const struct load_head *head, const struct load_layout *layout);
/* The cell of a heading with this name in either case, trimmed, or LOAD_ABSENT. */
size_t layout_find(const struct load_layout *layout, const char *name);
/* Whether something of the layout is in that column already, or it is to be passed over. */
bool layout_takes(const struct load_layout *layout, size_t cell);
/* A cell of the head, trimmed; empty where the record has none. */
struct bytes head_cell(const struct load_head *head, size_t record, size_t cell);
bool head_cell_is(const struct load_head *head, size_t record, size_t cell, const char *text);

/* Reads files of tables, by their paths; what archives among them describe holds for all, in
 * whatever order they stand. --as, --map and the others are the load's arguments. */
bool load_tables(struct load *load, const struct list *paths);

#endif
