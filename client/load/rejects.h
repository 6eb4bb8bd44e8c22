/* SPDX-License-Identifier: MIT */
/* Lines that a load goes on without: put aside in a table like theirs, to be mended and loaded. */
#ifndef BELLWETHER_CLIENT_LOAD_REJECTS_H
#define BELLWETHER_CLIENT_LOAD_REJECTS_H

#include "client/load/load.h"

/* Notes the line of a place. False where its file is not one of the load's tables. */
bool rejects_add(struct load *load, struct load_place place);
/* How many lines of a file there are; each counts once from now on. */
size_t rejects_count(struct load_file *file);
/* Writes FILE.rejects.csv beside each file that has some, with the file's heading; where there is
 * one already, FILE.rejects.2.csv and so on. To be called before the store is told to keep the
 * rest, so that nothing is lost. False after a complaint, and then none is left. */
bool rejects_write(struct load *load);
/* Removes what was written: the load was not done. */
void rejects_drop(const struct load *load);

#endif
