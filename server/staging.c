/* SPDX-License-Identifier: MIT */
#include "server/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/limits.h"
#include "server/staging_files.h"

#define FOLDER "loads"
#define HEAD "load"

/* What the parts of a load take, so that not every part has to count them again. */
struct load_size {
  char load_id[LIMIT_LOAD_ID_BYTES + 1];
  uint64_t bytes;
};

struct staging {
  char *path;           /* of the folder of all loads */
  pthread_mutex_t lock; /* of the sizes */
  struct load_size sizes[LIMIT_LOADS_OPEN];
  size_t n_sizes;
};

const char *staging_status_text(enum staging_status status) {
  switch (status) {
  case STAGING_OK:
    return "done";
  case STAGING_NO_LOAD:
    return "there is no such load; it was not begun, or is gone";
  case STAGING_NO_PART:
    return "there is no such part";
  case STAGING_TOO_MANY:
    return "too many loads are open";
  case STAGING_TOO_LARGE:
    return "the parts of the load are too large together";
  case STAGING_FULL:
    return "the disk is full";
  case STAGING_CORRUPT:
    return "a part is not what was written";
  case STAGING_NO_MEMORY:
    return "there is no memory";
  case STAGING_IO:
    return "the parts of the load cannot be read or written";
  }
  return "the load failed";
}

struct staging *staging_new(const char *store_path) {
  struct staging *staging = calloc(1, sizeof *staging);
  if (staging == NULL)
    return NULL;
  if (asprintf(&staging->path, "%s/" FOLDER, store_path) < 0) {
    free(staging);
    return NULL;
  }
  pthread_mutex_init(&staging->lock, NULL);
  return staging;
}

void staging_free(struct staging *staging) {
  if (staging == NULL)
    return;
  pthread_mutex_destroy(&staging->lock);
  free(staging->path);
  free(staging);
}

static enum staging_status open_folder(struct staging *staging, int *ret_fd) {
  int fd = open(staging->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT ? STAGING_NO_LOAD : STAGING_IO;
  *ret_fd = fd;
  return STAGING_OK;
}

static enum staging_status open_load(struct staging *staging, const char *load_id, int *ret_fd) {
  scoped(file_close) int folder = -1;
  enum staging_status status = open_folder(staging, &folder);
  if (status != STAGING_OK)
    return status;
  int fd = openat(folder, load_id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT ? STAGING_NO_LOAD : STAGING_IO;
  *ret_fd = fd;
  return STAGING_OK;
}

/* Without its head a load was not begun: a crash came in between. */
static bool is_begun(int load) {
  return faccessat(load, HEAD, F_OK, 0) == 0;
}

static enum staging_status make_folder(int parent, const char *path) {
  if (mkdirat(parent, path, 0770) == 0 || errno == EEXIST)
    return STAGING_OK;
  return file_status();
}

/* So that a power cut does not take away the folder of a part that was acknowledged. */
static enum staging_status sync_names(int folder) {
  scoped(file_close) int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return parent >= 0 && fsync(folder) == 0 && fsync(parent) == 0 ? STAGING_OK : file_status();
}

static enum staging_status count_loads(int folder, size_t *ret_n) {
  struct file_list list = {.n = 0};
  enum staging_status status = file_list_read(folder, &list);
  *ret_n = list.n;
  file_list_fini(&list);
  return status;
}

static enum staging_status make_load(struct staging *staging, const char *load_id,
                                     struct bytes head) {
  scoped(file_close) int folder = -1;
  scoped(file_close) int load = -1;
  size_t n_loads = 0;
  enum staging_status status = make_folder(AT_FDCWD, staging->path);
  if (status == STAGING_OK)
    status = open_folder(staging, &folder);
  if (status == STAGING_OK)
    status = count_loads(folder, &n_loads);
  if (status == STAGING_OK && n_loads >= LIMIT_LOADS_OPEN)
    status = STAGING_TOO_MANY;
  if (status == STAGING_OK)
    status = make_folder(folder, load_id);
  if (status == STAGING_OK)
    status = sync_names(folder);
  if (status == STAGING_OK)
    status = open_load(staging, load_id, &load);
  return status == STAGING_OK ? file_write(load, HEAD, bytes_of("", 0), head) : status;
}

enum staging_status staging_begin(struct staging *staging, const char *load_id, struct bytes head) {
  scoped(file_close) int load = -1;
  enum staging_status status = open_load(staging, load_id, &load);
  if (status == STAGING_OK)
    return is_begun(load) ? STAGING_OK : file_write(load, HEAD, bytes_of("", 0), head);
  return status == STAGING_NO_LOAD ? make_load(staging, load_id, head) : status;
}

static enum staging_status open_begun(struct staging *staging, const char *load_id, int *ret_fd) {
  enum staging_status status = open_load(staging, load_id, ret_fd);
  return status == STAGING_OK && !is_begun(*ret_fd) ? STAGING_NO_LOAD : status;
}

enum staging_status staging_head(struct staging *staging, const char *load_id, struct arena *arena,
                                 struct bytes *ret_head) {
  scoped(file_close) int load = -1;
  enum staging_status status = open_begun(staging, load_id, &load);
  return status == STAGING_OK ? file_read(load, HEAD, arena, ret_head) : status;
}

static struct load_size *find_size(struct staging *staging, const char *load_id) {
  for (size_t i = 0; i < staging->n_sizes; i++) {
    if (strcmp(staging->sizes[i].load_id, load_id) == 0)
      return &staging->sizes[i];
  }
  return NULL;
}

/* The size of a load, counted where it is not known yet. With the lock. */
static enum staging_status size_of(struct staging *staging, const char *load_id, int load,
                                   struct load_size **ret_size) {
  struct load_size *size = find_size(staging, load_id);
  if (size == NULL) {
    uint64_t bytes = 0;
    enum staging_status status = file_sizes(load, &bytes);
    if (status != STAGING_OK)
      return status;
    size_t slot = staging->n_sizes < LIMIT_LOADS_OPEN ? staging->n_sizes++ : 0;
    size = &staging->sizes[slot];
    snprintf(size->load_id, sizeof size->load_id, "%s", load_id);
    size->bytes = bytes;
  }
  *ret_size = size;
  return STAGING_OK;
}

static void forget_size(struct staging *staging, const char *load_id) {
  pthread_mutex_lock(&staging->lock);
  struct load_size *size = find_size(staging, load_id);
  if (size != NULL)
    *size = staging->sizes[--staging->n_sizes];
  pthread_mutex_unlock(&staging->lock);
}

/* Room for a part in place of the one that is there: taken before it is written. */
static enum staging_status take_room(struct staging *staging, const char *load_id, int load,
                                     uint64_t before, uint64_t after) {
  struct load_size *size = NULL;
  pthread_mutex_lock(&staging->lock);
  enum staging_status status = size_of(staging, load_id, load, &size);
  if (status == STAGING_OK) {
    uint64_t rest = size->bytes < before ? 0 : size->bytes - before;
    if (rest + after > LIMIT_LOAD_BYTES)
      status = STAGING_TOO_LARGE;
    else
      size->bytes = rest + after;
  }
  pthread_mutex_unlock(&staging->lock);
  return status;
}

enum staging_status staging_put_part(struct staging *staging, const char *load_id, uint32_t number,
                                     struct bytes part) {
  scoped(file_close) int load = -1;
  char name[PART_NAME_SIZE];
  uint8_t head[PART_HEAD_SIZE];
  struct stat before = {.st_size = 0};
  part_name(number, name);
  part_head(part, head);
  enum staging_status status = open_begun(staging, load_id, &load);
  if (status != STAGING_OK)
    return status;
  if (fstatat(load, name, &before, AT_SYMLINK_NOFOLLOW) != 0)
    before.st_size = 0;
  status = take_room(staging, load_id, load, (uint64_t)before.st_size, sizeof head + part.size);
  if (status != STAGING_OK)
    return status;
  status = file_write(load, name, bytes_of(head, sizeof head), part);
  if (status != STAGING_OK)
    forget_size(staging, load_id);
  return status;
}

enum staging_status staging_parts(struct staging *staging, const char *load_id, struct arena *arena,
                                  uint32_t **ret_numbers, size_t *ret_n) {
  scoped(file_close) int load = -1;
  enum staging_status status = open_begun(staging, load_id, &load);
  return status == STAGING_OK ? part_numbers(load, arena, ret_numbers, ret_n) : status;
}

enum staging_status staging_map(struct staging *staging, const char *load_id, uint32_t number,
                                struct staged_part *ret_part) {
  scoped(file_close) int load = -1;
  char name[PART_NAME_SIZE];
  part_name(number, name);
  enum staging_status status = open_begun(staging, load_id, &load);
  return status == STAGING_OK ? part_map(load, name, ret_part) : status;
}

/* The head goes first: from then on the load is gone, whatever is left of it. */
enum staging_status staging_remove(struct staging *staging, const char *load_id) {
  scoped(file_close) int folder = -1;
  scoped(file_close) int load = -1;
  forget_size(staging, load_id);
  enum staging_status status = open_folder(staging, &folder);
  if (status == STAGING_OK)
    status = open_load(staging, load_id, &load);
  if (status != STAGING_OK)
    return status == STAGING_NO_LOAD ? STAGING_OK : status;
  unlinkat(load, HEAD, 0);
  status = file_remove_all(load);
  if (status == STAGING_OK && unlinkat(folder, load_id, AT_REMOVEDIR) != 0 && errno != ENOENT)
    status = STAGING_IO;
  return status;
}

static int64_t changed_at_ms(int folder, const char *load_id) {
  struct stat stat;
  if (fstatat(folder, load_id, &stat, AT_SYMLINK_NOFOLLOW) != 0)
    return INT64_MAX;
  return (int64_t)stat.st_mtim.tv_sec * 1000 + stat.st_mtim.tv_nsec / 1000000;
}

void staging_sweep(struct staging *staging,
                   bool (*is_over)(void *arg, const char *load_id, int64_t changed_at_ms),
                   void *arg) {
  scoped(file_close) int folder = -1;
  struct file_list list = {.n = 0};
  if (open_folder(staging, &folder) != STAGING_OK || file_list_read(folder, &list) != STAGING_OK)
    return;
  for (size_t i = 0; i < list.n; i++) {
    if (!is_over(arg, list.names[i], changed_at_ms(folder, list.names[i])))
      continue;
    /* What cannot be removed now is tried again by the next sweep. */
    enum staging_status ignored = staging_remove(staging, list.names[i]);
    (void)ignored;
  }
  file_list_fini(&list);
}
