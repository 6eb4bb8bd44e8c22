/* SPDX-License-Identifier: MIT */
/* Files of one folder of a load, by its descriptor. Private to staging. */
#ifndef BELLWETHER_SERVER_STAGING_FILES_H
#define BELLWETHER_SERVER_STAGING_FILES_H

#include <unistd.h>

#include "server/staging.h"

static inline void file_close_scoped(int *fd) {
  if (*fd >= 0)
    close(*fd);
}

/* What errno says. */
enum staging_status file_status(void);

/* Writes `head` and `content` as one file, whole and synced, or leaves what was there. */
enum staging_status file_write(int folder, const char *name, struct bytes head,
                               struct bytes content);
enum staging_status file_read(int folder, const char *name, struct arena *arena,
                              struct bytes *ret_content);

/* The names in a folder, without those that begin with a dot. */
struct file_list {
  char **names;
  size_t n;
  size_t capacity;
};
enum staging_status file_list_read(int folder, struct file_list *ret_list);
void file_list_fini(struct file_list *list);
static inline void file_list_fini_scoped(struct file_list *list) {
  file_list_fini(list);
}

/* Of all files together. */
enum staging_status file_sizes(int folder, uint64_t *ret_bytes);
enum staging_status file_remove_all(int folder);

/* A part is a head (a mark and the checksum of the content) and the content. */
#define PART_NAME_SIZE 24
#define PART_HEAD_SIZE 16
void part_name(uint32_t number, char ret_name[static PART_NAME_SIZE]);
void part_head(struct bytes content, uint8_t ret_head[static PART_HEAD_SIZE]);
enum staging_status part_map(int folder, const char *name, struct staged_part *ret_part);
enum staging_status part_numbers(int folder, struct arena *arena, uint32_t **ret_numbers,
                                 size_t *ret_n);

#endif
