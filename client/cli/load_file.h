/* SPDX-License-Identifier: MIT */
/* A file of figures, and the release that it is where its rows name none: `file:` and a hash of
 * its bytes, published when it was first loaded, so that loading it again is the same release. */
#ifndef BELLWETHER_CLIENT_CLI_LOAD_FILE_H
#define BELLWETHER_CLIENT_CLI_LOAD_FILE_H

#include <stdio.h>

#include "client/cli/load.h"

struct load_file {
  const char *name; /* for people; lives as long as the load */
  FILE *stream;
  struct load_release *release; /* NULL until a row asks for it */
};

/* Opens a file, or with "-" standard input, which is copied to a temporary file, as is anything
 * else that can be read once only. NULL after a complaint. */
struct load_file *load_file_open(struct load *load, const char *name);
/* Takes NULL. */
void load_file_close(struct load_file *file);
SCOPED_POINTER(struct load_file, load_file_close)

/* The load's default release, else the file's. NULL after a complaint. */
struct load_release *load_file_release(struct load *load, struct load_file *file);

#endif
