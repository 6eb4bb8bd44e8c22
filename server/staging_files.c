/* SPDX-License-Identifier: MIT */
#include "server/staging_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "proto/limits.h"

enum { TEMPORARY_NAME_SIZE = 64 };

static const char part_prefix[] = "part-";
static const uint8_t part_mark[8] = {'B', 'W', 'P', 'A', 'R', 'T', '1', 0};

enum staging_status file_status(void) {
  switch (errno) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return STAGING_FULL;
  case ENOENT:
    return STAGING_NO_LOAD;
  case ENOMEM:
    return STAGING_NO_MEMORY;
  default:
    return STAGING_IO;
  }
}

/* Another one for every file that this process writes; one process writes to a store. */
static void temporary_name(char ret_name[static TEMPORARY_NAME_SIZE]) {
  static _Atomic uint64_t count;
  snprintf(ret_name, TEMPORARY_NAME_SIZE, ".new-%ld-%llu", (long)getpid(),
           (unsigned long long)atomic_fetch_add(&count, 1));
}

static bool write_all(int fd, struct bytes content) {
  while (content.size > 0) {
    ssize_t n = write(fd, content.data, content.size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    content = bytes_of(content.data + n, content.size - (size_t)n);
  }
  return true;
}

static enum staging_status write_temporary(int folder, const char *name, struct bytes head,
                                           struct bytes content) {
  scoped(file_close) int fd =
      openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
  if (fd < 0)
    return file_status();
  if (write_all(fd, head) && write_all(fd, content) && fsync(fd) == 0)
    return STAGING_OK;
  return file_status();
}

enum staging_status file_write(int folder, const char *name, struct bytes head,
                               struct bytes content) {
  char temporary[TEMPORARY_NAME_SIZE];
  temporary_name(temporary);
  enum staging_status status = write_temporary(folder, temporary, head, content);
  if (status == STAGING_OK && renameat(folder, temporary, folder, name) != 0)
    status = file_status();
  if (status != STAGING_OK) {
    unlinkat(folder, temporary, 0);
    return status;
  }
  return fsync(folder) == 0 ? STAGING_OK : file_status();
}

enum staging_status file_read(int folder, const char *name, struct arena *arena,
                              struct bytes *ret_content) {
  scoped(file_close) int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  struct stat stat;
  if (fd < 0 || fstat(fd, &stat) != 0)
    return file_status();
  size_t size = (size_t)stat.st_size;
  uint8_t *data = arena_alloc(arena, size);
  if (data == NULL)
    return STAGING_NO_MEMORY;
  for (size_t at = 0; at < size;) {
    ssize_t n = pread(fd, data + at, size - at, (off_t)at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return STAGING_IO;
    at += (size_t)n;
  }
  *ret_content = bytes_of(data, size);
  return STAGING_OK;
}

static bool list_add(struct file_list *list, const char *name) {
  if (list->n == list->capacity) {
    size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
    char **names = reallocarray(list->names, capacity, sizeof *names);
    if (names == NULL)
      return false;
    list->names = names;
    list->capacity = capacity;
  }
  list->names[list->n] = strdup(name);
  return list->names[list->n] != NULL && ++list->n > 0;
}

void file_list_fini(struct file_list *list) {
  for (size_t i = 0; i < list->n; i++)
    free(list->names[i]);
  free(list->names);
  *list = (struct file_list){.n = 0};
}

static DIR *open_stream(int folder) {
  int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = fd < 0 ? NULL : fdopendir(fd);
  if (stream == NULL && fd >= 0)
    close(fd);
  return stream;
}

static enum staging_status read_names(int folder, bool with_dots, struct file_list *ret_list) {
  DIR *stream = open_stream(folder);
  enum staging_status status = stream == NULL ? file_status() : STAGING_OK;
  while (status == STAGING_OK) {
    errno = 0;
    const struct dirent *entry = readdir(stream);
    if (entry == NULL) {
      status = errno == 0 ? STAGING_OK : STAGING_IO;
      break;
    }
    const char *name = entry->d_name;
    bool is_self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (!is_self && (with_dots || name[0] != '.') && !list_add(ret_list, name))
      status = STAGING_NO_MEMORY;
  }
  if (stream != NULL)
    closedir(stream);
  return status;
}

enum staging_status file_list_read(int folder, struct file_list *ret_list) {
  return read_names(folder, false, ret_list);
}

enum staging_status file_sizes(int folder, uint64_t *ret_bytes) {
  scoped(file_list_fini) struct file_list list = {.n = 0};
  enum staging_status status = read_names(folder, false, &list);
  uint64_t bytes = 0;
  for (size_t i = 0; i < list.n; i++) {
    struct stat stat;
    if (fstatat(folder, list.names[i], &stat, AT_SYMLINK_NOFOLLOW) == 0)
      bytes += (uint64_t)stat.st_size;
  }
  *ret_bytes = bytes;
  return status;
}

enum staging_status file_remove_all(int folder) {
  scoped(file_list_fini) struct file_list list = {.n = 0};
  enum staging_status status = read_names(folder, true, &list);
  for (size_t i = 0; i < list.n; i++) {
    if (unlinkat(folder, list.names[i], 0) != 0 && errno != ENOENT)
      status = STAGING_IO;
  }
  return status;
}

void part_name(uint32_t number, char ret_name[static PART_NAME_SIZE]) {
  snprintf(ret_name, PART_NAME_SIZE, "%s%06u", part_prefix, (unsigned)number);
}

static void put_u64(uint8_t *to, uint64_t value) {
  for (int i = 0; i < 8; i++)
    to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_u64(const uint8_t *from) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++)
    value |= (uint64_t)from[i] << (8 * i);
  return value;
}

void part_head(struct bytes content, uint8_t ret_head[static PART_HEAD_SIZE]) {
  memcpy(ret_head, part_mark, sizeof part_mark);
  put_u64(ret_head + sizeof part_mark, XXH3_64bits(content.data, content.size));
}

bool staging_is_sound(const struct staged_part *part) {
  return XXH3_64bits(part->content.data, part->content.size) == part->checksum;
}

void staging_unmap(struct staged_part *part) {
  if (part->map != NULL)
    munmap(part->map, part->map_size);
  *part = (struct staged_part){.map = NULL};
}

enum staging_status part_map(int folder, const char *name, struct staged_part *ret_part) {
  scoped(file_close) int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  struct stat stat;
  if (fd < 0)
    return errno == ENOENT ? STAGING_NO_PART : file_status();
  if (fstat(fd, &stat) != 0)
    return file_status();
  size_t size = (size_t)stat.st_size;
  if (size < PART_HEAD_SIZE)
    return STAGING_CORRUPT;
  uint8_t *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED)
    return file_status();
  struct staged_part part = {
      .map = map,
      .map_size = size,
      .content = bytes_of(map + PART_HEAD_SIZE, size - PART_HEAD_SIZE),
      .checksum = get_u64(map + sizeof part_mark),
  };
  if (memcmp(map, part_mark, sizeof part_mark) != 0) {
    staging_unmap(&part);
    return STAGING_CORRUPT;
  }
  *ret_part = part;
  return STAGING_OK;
}

static int compare_numbers(const void *a, const void *b) {
  uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
  return (first > second) - (first < second);
}

/* The number of a part's name; 0 for another file. */
static uint32_t number_of(const char *name) {
  size_t prefix_size = sizeof part_prefix - 1;
  char *end = NULL;
  if (strncmp(name, part_prefix, prefix_size) != 0)
    return 0;
  unsigned long number = strtoul(name + prefix_size, &end, 10);
  return *end == '\0' && number <= LIMIT_PARTS_PER_LOAD ? (uint32_t)number : 0;
}

enum staging_status part_numbers(int folder, struct arena *arena, uint32_t **ret_numbers,
                                 size_t *ret_n) {
  scoped(file_list_fini) struct file_list list = {.n = 0};
  enum staging_status status = read_names(folder, false, &list);
  uint32_t *numbers = arena_array(arena, list.n, sizeof *numbers);
  size_t n = 0;
  if (status != STAGING_OK || numbers == NULL)
    return status != STAGING_OK ? status : STAGING_NO_MEMORY;
  for (size_t i = 0; i < list.n; i++) {
    uint32_t number = number_of(list.names[i]);
    if (number != 0)
      numbers[n++] = number;
  }
  if (n > 0)
    qsort(numbers, n, sizeof *numbers, compare_numbers);
  *ret_numbers = numbers;
  *ret_n = n;
  return STAGING_OK;
}
