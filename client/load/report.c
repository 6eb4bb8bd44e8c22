/* SPDX-License-Identifier: MIT */
/* What was read of each file, and what it became. */
#include <inttypes.h>

#include "client/load/load.h"
#include "client/load/rejects.h"

enum { FILES_SHOWN = 20 };

static void tell_rejected(FILE *out, struct load_file *file) {
  size_t n = rejects_count(file);
  if (n == 0)
    return;
  fprintf(out, ", %zu of them wrong", n);
  if (file->put_aside != NULL)
    fprintf(out, " and put aside in %s", file->put_aside);
}

/* "dataset WDI (new), release World-Bank-2020-07-01 and others". */
static char *destination(struct load *load, const struct load_file *file) {
  return arena_format(load->kept, " -> dataset %s%s%s, release %s%s", file->dataset->id,
                      file->dataset->made ? " (new)" : "", file->more_datasets ? " and others" : "",
                      load_release_at(load, file->release)->message.id,
                      file->more_releases ? " and others" : "");
}

bool load_note_files(struct load *load) {
  for (size_t i = 0; i < load->files.count && i < FILES_SHOWN; i++) {
    struct load_file *file = load->files.items[i];
    file->destination = file->series == NULL ? "" : destination(load, file);
    if (file->destination == NULL)
      return load_fail_memory(load);
  }
  return true;
}

static void tell_file(const struct load *load, struct load_file *file) {
  FILE *out = load->cli->out;
  fprintf(out, "%s: %s%s; %" PRIu64 " row%s", file->name, file->format, file->destination,
          file->n_rows, file->n_rows == 1 ? "" : "s");
  tell_rejected(out, file);
  if (file->passed_over != NULL)
    fprintf(out, "; passed over: %s%s", file->passed_over,
            file->n_passed_over > PASSED_SHOWN ? " and others" : "");
  fputs(file->destination[0] == '\0' ? ", no figure\n" : "\n", out);
}

void load_tell_files(const struct load *load) {
  size_t n = load->files.count;
  if (load->cli->format != FORMAT_TABLE)
    return;
  for (size_t i = 0; i < n && i < FILES_SHOWN; i++)
    tell_file(load, load->files.items[i]);
  if (n > FILES_SHOWN)
    fprintf(load->cli->out, "and %zu files more\n", n - FILES_SHOWN);
}

void load_tell_formats(const struct load *load) {
  for (size_t i = 0; i < load->files.count && i < FILES_SHOWN; i++) {
    const struct load_file *file = load->files.items[i];
    if (file->format != NULL && !file->own)
      fprintf(load->cli->err, "%s: read as %s\n", file->name, file->format);
  }
}
