/* SPDX-License-Identifier: MIT */
/* Periods and dates as publishers write them: `2024-Q1`, `1947:Q1`, `Jan-01`, `1/1/1959`,
 * `13 April 2026`, `2024年3月`, `2013 [YR2013]`. What may be read in two ways is refused or said to
 * be so, never guessed. Reads no clock; safe from any thread. */
#ifndef BELLWETHER_CLIENT_LOAD_PERIOD_WORDS_H
#define BELLWETHER_CLIENT_LOAD_PERIOD_WORDS_H

#include "proto/period.h"

#define PERIOD_WORDS_MAX_BYTES 64 /* without the blanks around it; the longest form takes half */
#define PERIOD_WORDS_LATEST_YEAR 2068 /* POSIX's: 69 to 99 are 19xx, 00 to 68 are 20xx */

enum period_words_status {
  PERIOD_WORDS_OK = 0,
  PERIOD_WORDS_EMPTY,
  PERIOD_WORDS_SYNTAX,
  PERIOD_WORDS_NOT_IN_CALENDAR, /* 2024-13, 30 Feb 2024 */
  PERIOD_WORDS_FISCAL,          /* FY2023: which months these are differs between countries */
  PERIOD_WORDS_TWO_YEARS,       /* 1999/2000, 2023/24 */
  PERIOD_WORDS_SERIAL,          /* 29221: a spreadsheet's number of a date */
  PERIOD_WORDS_AMBIGUOUS,       /* 2023.1 (2023.10 as a number), 1947:1 (a quarter?), 01-02-03 */
};

struct period_words_options {
  bool day_first;           /* of 1/2/2024; with points the day is always first */
  bool single_digit_months; /* 2024/3 is March: the column has 2024/5 or 2024/12, so no quarters */
  int latest_year;          /* two-digit years are of the latest century that is not after it; 0 is
                             * PERIOD_WORDS_LATEST_YEAR */
};

/* What a date of three numbers told about its order: the rest of the column may differ. */
enum period_words_order {
  PERIOD_ORDER_NONE = 0,    /* no such date */
  PERIOD_ORDER_EITHER,      /* 1/2/2024, read by the options */
  PERIOD_ORDER_MONTH_FIRST, /* 1/31/2024 */
  PERIOD_ORDER_DAY_FIRST,   /* 31/1/2024 */
};

struct period_words {
  enum frequency frequency; /* FREQUENCY_NONE: a date, whose frequency the rest of the file tells */
  int64_t ordinal;          /* of a period */
  int64_t day;              /* since 1970-01-01: the date, or the first day of the period */
  int minute;               /* of the day, where a time stood beside the date; else 0 */
  int zone;                 /* minutes that the time is ahead of UTC, where it says so */
  bool is_summary;          /* the year as M13, Q05 or S03 among its parts */
  enum period_words_order order;
};

/* Reads the whole text but for the blanks around it. `options` may be NULL, which is all zeros.
 * `2024-03-01` is a date, not FREQUENCY_D; a time after a blank (`2005-04-01 02:00:00`) stands
 * beside it, while `2024-03-01T10` and `T10:00` are H and N. Month names are English. */
must_check enum period_words_status period_words(struct bytes text,
                                                 const struct period_words_options *options,
                                                 struct period_words *ret);

/* Reads a period of two columns: the year, and `M01` to `M12`, `Q01`, `Q1`, `S01`, `W05`, `A01`, a
 * month's name, or months from and to (`4- 6.` is the second quarter); a number alone counts parts
 * of the frequency `numbers`, FREQUENCY_NONE: it is none. `M13`, `Q05` and `S03` are the whole
 * year, said to be a summary. */
must_check enum period_words_status period_words_join(struct bytes year_text,
                                                      struct bytes part_text,
                                                      enum frequency numbers,
                                                      struct period_words *ret);

/* Whether a text may mean two years as well as a month: `2008-09`, `2008/09`. */
bool period_words_may_be_years(struct bytes text);

/* For people, to follow the quoted text: "is no period that is known ...". Never NULL. */
const char *period_words_status_text(enum period_words_status status);

#endif
