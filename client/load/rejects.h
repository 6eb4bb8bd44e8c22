/* SPDX-License-Identifier: MIT */
/* Lines that a load goes on without: put aside in a table like theirs, to be mended and loaded. */
#ifndef BELLWETHER_CLIENT_LOAD_REJECTS_H
#define BELLWETHER_CLIENT_LOAD_REJECTS_H

#include "client/load/load.h"

/* Notes the line of a place. False where its file is not one of the load's tables. */
bool rejects_add(struct load *load, struct load_place place);
/* Writes FILE.rejects.csv beside each file that has some, with the file's heading, and says so.
 * False after a complaint. */
bool rejects_write(struct load *load);

#endif
