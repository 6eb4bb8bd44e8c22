/* SPDX-License-Identifier: MIT */
#include "client/export/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>

enum { CHUNK_BYTES = 1 << 16 };

struct archive_out {
  struct archive *archive;
};

static const char *problem_of(struct archive *archive) {
  const char *text = archive == NULL ? NULL : archive_error_string(archive);
  return text != NULL ? text : "out of memory";
}

/* No padding: the archive ends with its directory. */
const char *archive_out_open(FILE *to, struct archive_out **ret_archive) {
  struct archive *archive = archive_write_new();
  struct archive_out *out = calloc(1, sizeof *out);
  bool opened = archive != NULL && out != NULL &&
                archive_write_set_format_zip(archive) == ARCHIVE_OK &&
                archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
                archive_write_open_FILE(archive, to) == ARCHIVE_OK;
  if (opened) {
    out->archive = archive;
    *ret_archive = out;
    return NULL;
  }
  archive_write_free(archive);
  free(out);
  return "libarchive cannot begin a ZIP";
}

/* Without a time it is 1980's, in any time zone. */
static struct archive_entry *entry_of(const char *name, const struct stat *status) {
  struct archive_entry *entry = archive_entry_new();
  if (entry == NULL)
    return NULL;
  archive_entry_set_pathname(entry, name);
  archive_entry_set_size(entry, status->st_size);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  return entry;
}

static const char *add_bytes(struct archive_out *out, FILE *file) {
  char chunk[CHUNK_BYTES];
  size_t n;
  while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
    if (archive_write_data(out->archive, chunk, n) != (la_ssize_t)n)
      return problem_of(out->archive);
  return ferror(file) ? strerror(errno) : NULL;
}

const char *archive_out_add(struct archive_out *out, const char *name, FILE *file) {
  struct stat status;
  if (fstat(fileno(file), &status) != 0)
    return strerror(errno);
  struct archive_entry *entry = entry_of(name, &status);
  bool begun = entry != NULL && archive_write_header(out->archive, entry) == ARCHIVE_OK;
  archive_entry_free(entry);
  return begun ? add_bytes(out, file) : problem_of(out->archive);
}

const char *archive_out_end(struct archive_out *out) {
  return archive_write_close(out->archive) == ARCHIVE_OK ? NULL : problem_of(out->archive);
}

void archive_out_free(struct archive_out *out) {
  if (out == NULL)
    return;
  archive_write_free(out->archive);
  free(out);
}
