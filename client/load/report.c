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

static void tell_file(const struct load *load, struct load_file *file) {
  FILE *out = load->cli->out;
  fprintf(out, "%s: %s", file->name, file->format);
  if (file->series != NULL)
    fprintf(out, " -> dataset %s%s%s, release %s%s", file->dataset->id,
            file->dataset->made ? " (new)" : "", file->more_datasets ? " and others" : "",
            load_release_at(load, file->release)->message.id,
            file->more_releases ? " and others" : "");
  fprintf(out, "; %" PRIu64 " row%s", file->n_rows, file->n_rows == 1 ? "" : "s");
  tell_rejected(out, file);
  fputs(file->series == NULL ? ", no figure\n" : "\n", out);
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
