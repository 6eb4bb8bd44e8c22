/* SPDX-License-Identifier: MIT */
/* Temporary files without a name, in $TMPDIR or else /tmp: gone when they are closed, whatever ends
 * the program. */
#ifndef BELLWETHER_CLIENT_FILES_NAMELESS_H
#define BELLWETHER_CLIENT_FILES_NAMELESS_H

#include <sys/types.h>

#include "proto/util.h"

/* For reading and writing. -1: errno says why. */
int nameless_open(void);
/* All of it. False: errno says why; EIO where the file ends before it. */
must_check bool nameless_write(int file, const void *data, size_t size, off_t at);
must_check bool nameless_read(int file, void *data, size_t size, off_t at);
/* Where they are, for people. */
const char *nameless_folder(void);

#endif
