/* SPDX-License-Identifier: MIT */
/* What several formats of publishers share. Functions return false, or NULL, after a complaint. */
#ifndef BELLWETHER_CLIENT_LOAD_FORMATS_H
#define BELLWETHER_CLIENT_LOAD_FORMATS_H

#include "client/load/layout.h"

/* The dimensions that a dataset of publishers' figures has: FREQ, REF_AREA, INDICATOR. */
struct load_part *format_frequency_part(const struct load_head *head, struct load_layout *layout);
struct load_part *format_area_part(const struct load_head *head, struct load_layout *layout);
struct load_part *format_indicator_part(const struct load_head *head, struct load_layout *layout);

/* A column of values for each heading from a cell on that is a period; there must be one. */
bool format_period_columns(const struct load_head *head, struct load_layout *layout, size_t cell);
/* Refuses a column of periods that may all be months or all two years, 2008-09, 2009-10; and one of
 * dates that may all be days of January or first days of months, 01/02/2019. Also chooses what
 * numbers in LOAD_PERIOD_PART count, by its heading. */
bool format_check_years(const struct load_head *head, struct load_layout *layout);
/* For two-digit years: none is of the future. */
int format_this_year(void);
/* How a column of dates is written in the rows behind so many records. */
struct period_words_options format_periods(const struct load_head *head, size_t heading_records,
                                           size_t cell);
/* How numbers are written in the rows behind so many records. */
struct number_dialect format_numbers(const struct load_head *head, size_t heading_records);
/* The dataset that figures without one belong to; "" where nobody says. */
const char *format_dataset_id(const struct load_head *head);
/* The release of the whole table, made of who published it and when; options of the load go before
 * it. */
bool format_release(const struct load_head *head, struct load_layout *layout, const char *publisher,
                    int64_t published_ms, bool day_only);
/* The release of a vintage that is named by a month, a quarter or a day: PREFIX-2023-06, published
 * on the last day of it, so that nothing counts as known before it was. NULL after a complaint. */
struct load_release *format_vintage(const struct load_head *head, const char *prefix,
                                    const struct period_words *vintage);

#endif
