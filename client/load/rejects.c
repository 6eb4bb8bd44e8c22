/* SPDX-License-Identifier: MIT */
#include "client/load/rejects.h"

#include <errno.h>

#include "client/files/source.h"

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
  if (source == NULL) {
    if (source_open(file->path, argument(load->arguments, "encoding"), ret_owned) != SOURCE_OK)
      return NULL;
    source = *ret_owned;
  }
  source_rewind(source);
  for (size_t i = 0; i < file->member; i++)
    if (source_next(source) != SOURCE_OK)
      return NULL;
  return source_stream(source, &stream) == SOURCE_OK ? stream : NULL;
}

/* "data.zip/a/b.csv" is "data.zip.b.csv.rejects.csv", in the folder of data.zip. */
static char *name_of(struct load *load, const struct load_file *file) {
  const char *member = strrchr(file->name, '/');
  if (file->source != NULL)
    return arena_format(load->kept, "stdin.rejects.csv");
  if (strcmp(file->name, file->path) == 0 || member == NULL)
    return arena_format(load->kept, "%s.rejects.csv", file->path);
  return arena_format(load->kept, "%s.%s.rejects.csv", file->path, member + 1);
}

static bool complain_of(struct load *load, const char *name, const char *problem) {
  load->keep_going = false;
  return load_complain(load, (struct load_place){.file = name}, "cannot be written: %s", problem);
}

static bool write_file(struct load *load, struct load_file *file) {
  scoped(source_close) struct source *owned = NULL;
  char *name = name_of(load, file);
  if (name == NULL)
    return load_fail_memory(load);
  FILE *in = reopen(load, file, &owned), *out = in == NULL ? NULL : fopen(name, "we");
  if (out == NULL)
    return complain_of(load, name, in == NULL ? "the file cannot be read again" : strerror(errno));
  struct copying copying = {.file = file, .out = out};
  size_t line = 0;
  qsort(file->rejected.items, file->rejected.count, sizeof *file->rejected.items, by_line);
  enum csv_status status = csv_read(in, file->dialect, copy_record, &copying, &line);
  bool failed = ferror(out) != 0;
  failed = fclose(out) != 0 || failed || (status != CSV_READ && status != CSV_ENDED);
  if (failed)
    return complain_of(load, name, strerror(errno));
  fprintf(load->cli->err, "%s: %zu line%s put aside in %s\n", file->name, file->rejected.count,
          file->rejected.count == 1 ? "" : "s", name);
  return true;
}

bool rejects_write(struct load *load) {
  for (size_t i = 0; i < load->files.count; i++) {
    struct load_file *file = load->files.items[i];
    if (file->rejected.count > 0 && !write_file(load, file))
      return false;
  }
  return true;
}
