/* SPDX-License-Identifier: MIT */
/* A ZIP archive that depends on its members' names and bytes only, not on times or users. Functions
 * return NULL, or what is wrong in words, which are good until the next call. */
#ifndef BELLWETHER_CLIENT_EXPORT_ARCHIVE_H
#define BELLWETHER_CLIENT_EXPORT_ARCHIVE_H

#include <stdio.h>

#include "proto/util.h"

struct archive_out;

/* Writes to a stream to which nobody else has written, and which outlives the archive. */
must_check const char *archive_out_open(FILE *to, struct archive_out **ret_archive);
/* A member with the bytes of a file, from its beginning. */
must_check const char *archive_out_add(struct archive_out *archive, const char *name, FILE *file);
must_check const char *archive_out_end(struct archive_out *archive);
/* Takes NULL. */
void archive_out_free(struct archive_out *archive);

#endif
