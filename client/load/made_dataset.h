/* SPDX-License-Identifier: MIT */
/* A dataset that nobody has described, made of what a file has as dimensions. */
#ifndef BELLWETHER_CLIENT_LOAD_MADE_DATASET_H
#define BELLWETHER_CLIENT_LOAD_MADE_DATASET_H

#include "client/load/layout.h"

/* Makes the dataset that --dataset names, where neither the store nor the load has it and the
 * layout says what its dimensions are. False after a complaint. */
bool load_make_dataset(struct load *load, const struct load_layout *layout, const char *file);
/* Makes a dataset of this id, where neither has it. */
bool load_make_dataset_as(struct load *load, const struct load_layout *layout, struct bytes id);

#endif
