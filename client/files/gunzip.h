/* SPDX-License-Identifier: MIT */
/* Reading gzip, with its checksums: libarchive's own filter looks at none of them (3.6.2), so that
 * a damaged file would come out as other figures. */
#ifndef BELLWETHER_CLIENT_FILES_GUNZIP_H
#define BELLWETHER_CLIENT_FILES_GUNZIP_H

#include "proto/util.h"

struct gunzip;

/* Borrows the file, and reads it from its beginning. NULL: no memory. */
struct gunzip *gunzip_new(int file);
/* Takes NULL. */
void gunzip_free(struct gunzip *gunzip);
/* The next bytes, good until the next call; none at the end. False: gunzip_problem says why. */
must_check bool gunzip_read(struct gunzip *gunzip, struct bytes *ret_bytes);
/* Of the file, as it lies packed. */
uint64_t gunzip_bytes_read(const struct gunzip *gunzip);
/* For people: "its checksum is wrong". */
const char *gunzip_problem(const struct gunzip *gunzip);

#endif
