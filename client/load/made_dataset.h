/* SPDX-License-Identifier: MIT */
/* A dataset that nobody has described, made of what a file has as dimensions. */
#ifndef BELLWETHER_CLIENT_LOAD_MADE_DATASET_H
#define BELLWETHER_CLIENT_LOAD_MADE_DATASET_H

#include "client/load/layout.h"

/* Makes the dataset that --dataset names, where neither the store nor the load has it and the
 * layout says what its dimensions are. False after a complaint. */
bool load_make_dataset(struct load *load, const struct load_layout *layout, const char *file);
/* What a row says of its dataset. */
struct made_dataset {
  struct bytes id;
  struct bytes title;
  struct bytes publisher;
  const struct csv_record *record; /* columns that are empty in it are no dimensions; or NULL */
};

/* Makes a dataset, where neither has it. */
bool load_make_dataset_as(struct load *load, const struct load_layout *layout,
                          const struct made_dataset *made);

#endif
