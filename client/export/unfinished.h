/* SPDX-License-Identifier: MIT */
/* Files that come into being whole or not at all: written under another name in the same folder,
 * which goes away with the process, be it ended by a signal. One thread at a time. */
#ifndef BELLWETHER_CLIENT_EXPORT_UNFINISHED_H
#define BELLWETHER_CLIENT_EXPORT_UNFINISHED_H

#include <stdio.h>

#include "proto/util.h"

/* From now on SIGINT, SIGTERM and SIGHUP remove what is unfinished before they end the process, and
 * a file beyond the limit of sizes is an error of writing. */
void unfinished_begin(void);

struct unfinished;

/* Makes a file that will be called `path`. NULL with errno. */
struct unfinished *unfinished_new(const char *path);
FILE *unfinished_stream(struct unfinished *file);
const char *unfinished_path(const struct unfinished *file);
/* All that was written is on the disk afterwards, and the stream is closed. False with errno. */
must_check bool unfinished_seal(struct unfinished *file);
/* A sealed file, to be read. NULL with errno. */
FILE *unfinished_open(const struct unfinished *file);
/* Gives a sealed file its name, in place of one that has it. False with errno. */
must_check bool unfinished_finish(struct unfinished *file);
/* Removes it unless it is finished, and frees it. Takes NULL. */
void unfinished_free(struct unfinished *file);

/* Makes a folder that goes away unless it is kept, or has something in it. False with errno; not an
 * error where it is there already. */
must_check bool unfinished_folder(const char *path);
void unfinished_drop_folder(void);
void unfinished_keep_folder(void);

#endif
