/* SPDX-License-Identifier: MIT */
/* Where an export goes: a folder with two files a dataset, or a ZIP of them. Nothing of it is there
 * under its name before all of it is. Functions return false after a complaint. */
#ifndef BELLWETHER_CLIENT_EXPORT_TARGET_H
#define BELLWETHER_CLIENT_EXPORT_TARGET_H

#include "client/cli/command.h"
#include "client/export/unfinished.h"

/* The files of one dataset. */
struct target_files {
  struct unfinished *json;
  struct unfinished *csv;
};

struct target;

/* Whether the path can be one at all: a folder, or a file that ends in .zip. */
must_check bool target_check(struct cli *cli, const char *path);
/* Borrows the path. With `force` what is there is replaced, else refused. */
must_check bool target_open(struct cli *cli, const char *path, bool force,
                            struct target **ret_target);
/* The files of a dataset, which are open until target_seal. Owned by the target. */
must_check bool target_add(struct target *target, const char *dataset,
                           struct target_files **ret_files);
must_check bool target_seal(struct target *target, struct target_files *files);
/* Gives everything its name. */
must_check bool target_finish(struct target *target);
/* Takes NULL. What is not finished is gone. */
void target_free(struct target *target);
SCOPED_POINTER(struct target, target_free)

#endif
