/* SPDX-License-Identifier: MIT */
/* A temporary folder for a test. Header only. */
#ifndef BELLWETHER_TESTS_FOLDER_H
#define BELLWETHER_TESTS_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct folder {
  char path[64];
};

static inline struct folder folder_make(void) {
  struct folder folder = {"/tmp/bellwether-test-XXXXXX"};
  if (mkdtemp(folder.path) == NULL)
    abort();
  return folder;
}

static inline int folder_remove_one(const char *path, const struct stat *stat, int type,
                                    struct FTW *place) {
  (void)stat;
  (void)type;
  (void)place;
  return remove(path);
}

static inline void folder_remove(const struct folder *folder) {
  nftw(folder->path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
