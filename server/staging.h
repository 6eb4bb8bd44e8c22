/* SPDX-License-Identifier: MIT */
/* Parts of loads on the disk, beside the store: PATH/loads/LOAD_ID/. Every file is written whole
 * under another name, synced and then renamed, so that parts can be sent again and a crash leaves
 * only whole ones. Any thread; two of them may even write the same part, and the later one counts.
 * Load ids are checked by the caller: they are file names. */
#ifndef BELLWETHER_SERVER_STAGING_H
#define BELLWETHER_SERVER_STAGING_H

#include "proto/arena.h"

enum staging_status {
  STAGING_OK = 0,
  STAGING_NO_LOAD, /* never begun, or gone */
  STAGING_NO_PART,
  STAGING_TOO_MANY,  /* loads are open */
  STAGING_TOO_LARGE, /* the parts of the load together */
  STAGING_FULL,      /* the disk */
  STAGING_CORRUPT,   /* a part is not what was written */
  STAGING_NO_MEMORY,
  STAGING_IO,
};

/* One sentence without a full stop. */
const char *staging_status_text(enum staging_status status);

struct staging;
/* Touches no file. NULL when there is no memory. */
struct staging *staging_new(const char *store_path);
/* Takes NULL. */
void staging_free(struct staging *staging);
SCOPED_POINTER(struct staging, staging_free)

/* Makes the load with its head (opaque), unless it is there: then the head stays as it is. */
must_check enum staging_status staging_begin(struct staging *staging, const char *load_id,
                                             struct bytes head);
must_check enum staging_status staging_head(struct staging *staging, const char *load_id,
                                            struct arena *arena, struct bytes *ret_head);
/* Writes a part, or writes it anew. On disk when it returns STAGING_OK. */
must_check enum staging_status staging_put_part(struct staging *staging, const char *load_id,
                                                uint32_t number, struct bytes part);
/* The numbers of the parts that are there, ascending. */
must_check enum staging_status staging_parts(struct staging *staging, const char *load_id,
                                             struct arena *arena, uint32_t **ret_numbers,
                                             size_t *ret_n);
/* The load and its parts are gone; no matter if there never was one. */
must_check enum staging_status staging_remove(struct staging *staging, const char *load_id);

/* A part mapped into memory: it stays as it is, even when it is written anew or removed. */
struct staged_part {
  void *map;
  size_t map_size;
  struct bytes content;
  uint64_t checksum; /* XXH3 of the content, as the file has it */
};
must_check enum staging_status staging_map(struct staging *staging, const char *load_id,
                                           uint32_t number, struct staged_part *ret_part);
/* Whether the content is what was once written. */
bool staging_is_sound(const struct staged_part *part);
/* Takes a zeroed part. */
void staging_unmap(struct staged_part *part);

/* Removes loads that `is_over` says are: committed ones, and ones that nobody has come back to. */
void staging_sweep(struct staging *staging,
                   bool (*is_over)(void *arg, const char *load_id, int64_t changed_at_ms),
                   void *arg);

#endif
