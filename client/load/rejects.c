/* SPDX-License-Identifier: MIT */
#include "client/load/rejects.h"

#include <errno.h>
#include <unistd.h>

#include "client/files/source.h"

enum { NAMES_TRIED = 1000 };

/* Lines are noted as they are read, or when all rows are sorted. */
bool rejects_add(struct load *load, struct load_place place) {
  for (size_t i = load->files.count; i-- > 0;) {
    struct load_file *file = load->files.items[i];
    if (file->name != place.file)
      continue;
    size_t n = file->rejected.count;
    if (n > 0 && (uintptr_t)file->rejected.items[n - 1] == place.line)
      return true;
    return list_add(&file->rejected, load->kept, (void *)(uintptr_t)place.line) ||
           load_fail_memory(load);
  }
  return false;
}

static int by_line(const void *a, const void *b) {
  uintptr_t left = *(const uintptr_t *)a, right = *(const uintptr_t *)b;
  return (left > right) - (left < right);
}

size_t rejects_count(struct load_file *file) {
  struct list *lines = &file->rejected;
  size_t n = 0;
  if (lines->count > 0)
    qsort(lines->items, lines->count, sizeof *lines->items, by_line);
  for (size_t i = 0; i < lines->count; i++)
    if (n == 0 || lines->items[n - 1] != lines->items[i])
      lines->items[n++] = lines->items[i];
  return lines->count = n;
}

/* One pass over a file again. */
struct copying {
  const struct load_file *file;
  FILE *out;
  size_t n_records;
  size_t at; /* the next line of the rejected ones */
};

static bool copy_record(void *arg, const struct csv_record *record) {
  struct copying *copying = arg;
  const struct list *rejected = &copying->file->rejected;
  while (copying->at < rejected->count &&
         (uintptr_t)rejected->items[copying->at] < (uintptr_t)record->line)
    copying->at++;
  bool wanted = copying->n_records++ < copying->file->heading_records ||
                (copying->at < rejected->count &&
                 (uintptr_t)rejected->items[copying->at] == (uintptr_t)record->line);
  if (wanted)
    fwrite(record->text.data, 1, record->text.size, copying->out);
  return !ferror(copying->out);
}

/* The member of a file that is read again, from its beginning. */
static FILE *reopen(const struct load *load, const struct load_file *file,
                    struct source **ret_owned) {
  FILE *stream = NULL;
  struct source *source = file->source;
  if (source != NULL) {
    source_rewind(source);
  } else {
    if (source_open(file->path, argument(load->arguments, "encoding"), ret_owned) != SOURCE_OK)
      return NULL;
    source = *ret_owned;
  }
  for (size_t i = 0; i < file->member; i++)
    if (source_next(source) != SOURCE_OK)
      return NULL;
  return source_stream(source, &stream) == SOURCE_OK ? stream : NULL;
}

/* "data.zip/a/b.csv" is "data.zip.b.csv", in the folder of data.zip; pipes have no place. */
static char *stem_of(struct load *load, const struct load_file *file) {
  const char *member = strrchr(file->name, '/');
  bool is_member = strncmp(file->name, file->path, strlen(file->path)) != 0 ||
                   file->name[strlen(file->path)] == '/';
  const char *path = file->source != NULL ? "stdin" : file->path;
  return is_member && member != NULL ? arena_format(load->kept, "%s.%s", path, member + 1)
                                     : arena_format(load->kept, "%s", path);
}

/* The first name that is free: what an earlier load put aside may not have been mended yet. */
static FILE *create(struct load *load, const struct load_file *file, char **ret_name) {
  char *stem = stem_of(load, file);
  for (int i = 1; stem != NULL && i <= NAMES_TRIED; i++) {
    char *name = i == 1 ? arena_format(load->kept, "%s.rejects.csv", stem)
                        : arena_format(load->kept, "%s.rejects.%d.csv", stem, i);
    *ret_name = name;
    FILE *out = name == NULL ? NULL : fopen(name, "wxe");
    if (out != NULL || name == NULL || errno != EEXIST)
      return out;
  }
  return NULL;
}

static bool complain_of(struct load *load, const char *name, const char *problem) {
  return load_complain(load, (struct load_place){.file = name}, "cannot be written: %s", problem);
}

static bool write_file(struct load *load, struct load_file *file) {
  scoped(source_close) struct source *owned = NULL;
  char *name = NULL;
  size_t line = 0;
  FILE *in = reopen(load, file, &owned);
  if (in == NULL)
    return load_complain(load, (struct load_place){.file = file->name}, "cannot be read again");
  FILE *out = create(load, file, &name);
  if (out == NULL)
    return name == NULL ? load_fail_memory(load) : complain_of(load, name, strerror(errno));
  file->put_aside = name;
  struct copying copying = {.file = file, .out = out};
  enum csv_status status = csv_read(in, file->dialect, copy_record, &copying, &line);
  bool failed = ferror(out) != 0;
  int error = errno;
  if (fclose(out) != 0) {
    failed = true;
    error = errno;
  }
  return (!failed && status == CSV_READ) || complain_of(load, name, strerror(error));
}

bool rejects_write(struct load *load) {
  for (size_t i = 0; i < load->files.count; i++) {
    struct load_file *file = load->files.items[i];
    if (rejects_count(file) == 0 || write_file(load, file))
      continue;
    rejects_drop(load);
    return false;
  }
  return true;
}

void rejects_drop(const struct load *load) {
  for (size_t i = 0; i < load->files.count; i++) {
    struct load_file *file = load->files.items[i];
    if (file->put_aside != NULL)
      unlink(file->put_aside);
    file->put_aside = NULL;
  }
}
