/* SPDX-License-Identifier: MIT */
/* A table while it is read, and a row of it. Inside of client/load. Functions return false after a
 * complaint. */
#ifndef BELLWETHER_CLIENT_LOAD_TABLE_H
#define BELLWETHER_CLIENT_LOAD_TABLE_H

#include "client/files/source.h"
#include "client/load/frequency_guess.h"
#include "client/load/layout.h"
#include "client/load/number_dialect.h"

struct unknown_dataset {
  struct bytes id;
  struct load_place place;
};

struct table {
  struct load *load;
  const char *file;
  uint16_t file_number;
  struct load_layout layout;
  /* Whose keys are made of the parts, and of which part each of its dimensions is. */
  const struct load_dataset *keyed;
  size_t part_of[LIMIT_DIMENSIONS];
  struct cache datasets; /* struct load_dataset by the file's words for it; of SDMX alone */
  bool keys_vary;        /* from row to row, and not only from one column of values to the next */
  bool key_of_value;     /* the heading of a column of values is part of the key */
  enum frequency frequency;          /* of dates; H or N where they have times that differ */
  bool midnights;                    /* all times are midnight, which is how some write the day */
  struct number_dialect_guess marks; /* of its figures, until one of them decides */
  const char *either;         /* the first figure of these that can be read in two ways, or NULL */
  bool hopeless;              /* its columns do not make series: no row will be right */
  struct load_series *series; /* of the row before, with its key in the file's words */
  struct list unknown;  /* struct unknown_dataset, that D named before a row stated a figure */
  struct cache deleted; /* struct list of the store's series, by the pattern that chose them */
};

/* A row while it is read. */
struct row {
  struct table *table;
  const struct csv_record *record;
  enum frequency frequency; /* of its own period; FREQUENCY_NONE: the series has it */
  int64_t period;
  bool dated;  /* the period was given as a date, */
  int64_t day; /* this one */
  struct load_release *release;
  uint64_t url;
  uint64_t comment;
  char action; /* of SDMX, or '\0' */
  /* The last series that its codes made, and of which frequency; NULL: none yet. */
  struct load_series *series;
  enum frequency series_frequency;
  const struct load_series *attributed; /* whose attributes were read last */
};

/* Reads a table of a source's present member into the load's rows. With *ret_passed it is a member
 * of an archive that is no table which is recognised, and nothing was read of it. */
bool table_read(struct load *load, struct source *source, struct load_file *file, bool *ret_passed);

struct load_place row_place(const struct row *row, size_t cell); /* LOAD_ABSENT: the line */
struct load_place row_place_of(const struct row *row, enum load_column column);
/* Trimmed; empty where the row or the table does not have it. */
struct bytes row_cell(const struct row *row, size_t cell);
struct bytes row_cell_of(const struct row *row, enum load_column column);
/* "A: Annual" is A where labels stand beside codes. */
struct bytes row_without_label(const struct row *row, struct bytes text);
/* In the project's own tables with the blanks that quotes keep. */
struct bytes row_cell_exactly(const struct row *row, enum load_column column);
struct bytes bytes_trimmed(struct bytes text);

/* Says what is wrong with a cell. Returns false. */
bool row_complain(const struct row *row, size_t cell, struct bytes text, const char *problem);
/* Whether it has no figure. */
bool row_is_blank(const struct row *row);
/* *ret_passed: it is no row of figures, and nothing is wrong with that. */
bool row_check_shape(const struct row *row, bool *ret_passed);
/* Everything that a record states goes into the load's rows. */
bool row_read(struct table *table, const struct csv_record *record);

/* The series of a column of values in a row. NULL after a complaint. */
struct load_series *row_series(struct row *row, struct load_value *value);
/* The period of the row in a series of this frequency. False where it has none such. */
bool row_find_period(const struct row *row, enum frequency frequency, int64_t *ret_period);
/* "BIS" of "BIS:WS_XRU(1.0)". */
struct bytes row_agency(const struct row *row);
/* SDMX's action D. */
bool row_delete(struct row *row);
/* At the end of a table: what D named is there, or was made. */
bool row_check_deleted(const struct table *table);
/* The key that its codes make, where an empty code is any: *ret_pattern in the arena. The dataset
 * is NULL, and nothing else set, where nobody knows it yet. */
bool row_pattern(const struct row *row, const struct load_dataset **ret_dataset,
                 const char **ret_pattern, bool *ret_whole);
/* A cell with an attribute; LOAD_ABSENT where the row has none. The dataset has been found. */
size_t row_attribute(const struct row *row);
/* Units and titles. */
bool row_take_attributes(const struct row *row, struct load_series *series);
bool row_has_attributes(const struct row *row);
/* Whether no column of a code is empty. */
bool row_has_all_codes(const struct row *row);
/* The release that the row names, and where it says that it can be read. */
bool row_read_release(struct row *row);

#endif
