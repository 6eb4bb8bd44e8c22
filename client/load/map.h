/* SPDX-License-Identifier: MIT */
/* --map PART=COLUMN,...: what the columns of a table are, where their names do not say it. */
#ifndef BELLWETHER_CLIENT_LOAD_MAP_H
#define BELLWETHER_CLIENT_LOAD_MAP_H

#include "client/load/layout.h"

/* One item. Borrows the text of the option. */
struct map_item {
  struct bytes part;   /* "period", "area", "area.name", "SECTOR" */
  struct bytes column; /* a heading; or a constant */
  bool constant;       /* it was written :CODE */
};

/* The next item of a text; *text moves on. False at the end, or with *ret_wrong. */
bool map_next(const char **text, struct map_item *ret_item, bool *ret_wrong);
/* Whether the heading has all columns that the text names. */
bool map_fits(const struct load_layout *layout, const char *text);
/* Puts the items of --map into a layout whose heading is known. False after a complaint. */
bool map_apply(const struct load_head *head, struct load_layout *layout, const char *text);

#endif
