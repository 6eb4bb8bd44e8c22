/* SPDX-License-Identifier: MIT */
/* A line on a terminal that tells how far a long reading has come: name, bar, rows, speed, time
 * left. It is drawn over itself, not before half a second has passed, and erased at the end. */
#ifndef BELLWETHER_CLIENT_FILES_PROGRESS_H
#define BELLWETHER_CLIENT_FILES_PROGRESS_H

#include <stdio.h>

#include "proto/util.h"

/* Zeroed it shows nothing. */
struct progress {
  FILE *out;
  bool utf8;
  size_t width;                   /* columns */
  int64_t (*now_ms)(void *clock); /* of any beginning */
  void *clock;
  bool begun;
  int64_t first_ms; /* when the first thing began, */
  int64_t begun_ms; /* the present one, */
  int64_t shown_ms; /* and when it was last drawn */
  bool shown;       /* something stands in the line */
};

/* To `out` where that is a terminal, by the system's clock; else nothing will be shown. */
void progress_init(struct progress *progress, FILE *out, bool utf8);
/* A new thing begins. */
void progress_begin(struct progress *progress);
/* `done` of `in_all` bytes; 0 where nobody knows how many there are. Cheap where it is too early.
 */
void progress_show(struct progress *progress, const char *name, uint64_t done, uint64_t in_all,
                   uint64_t n_rows);
/* Makes room for words, and at the end. */
void progress_erase(struct progress *progress);

#endif
