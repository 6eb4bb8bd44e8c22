/* SPDX-License-Identifier: MIT */
/* The files that a load names, and what archives hold: the descriptions of all of them first, then
 * tables; what is neither is passed over, and said to be. */
#include <errno.h>
#include <strings.h>

#include "client/files/source.h"
#include "client/load/table.h"

static struct load_file *add_file(struct load *load, struct source *source, const char *path,
                                  size_t member) {
  struct load_file *file = arena_zero(load->kept, sizeof *file);
  char *name = arena_text(load->kept, bytes_of_text(source_name(source)));
  if (file == NULL || name == NULL || !list_add(&load->files, load->kept, file)) {
    load_fail_memory(load);
    return NULL;
  }
  if (load->files.count > UINT16_MAX) {
    load_complain(load, (struct load_place){.file = path}, "has more than 65535 tables in it");
    return NULL;
  }
  file->name = name;
  file->path = path;
  file->member = member;
  file->source = source_is_copy(source) ? source : NULL;
  return file;
}

static bool ends_in(const char *name, const char *const *endings) {
  const char *dot = strrchr(name, '.');
  for (; dot != NULL && *endings != NULL; endings++)
    if (strcasecmp(dot, *endings) == 0)
      return true;
  return false;
}

static bool is_json(const struct source *source) {
  static const char *const ENDINGS[] = {".json", NULL};
  return ends_in(source_name(source), ENDINGS);
}

static bool is_figures(const struct source *source) {
  static const char *const ENDINGS[] = {".csv", ".tsv", ".tab", ".txt", ".dat", NULL};
  return !source_is_archive(source) || ends_in(source_name(source), ENDINGS);
}

static void pass_over(const struct load *load, const struct source *source, const char *reason) {
  fprintf(load->cli->err, "%s: passed over: %s\n", source_name(source), reason);
}

/* The members of one file. */
struct members {
  struct load *load;
  struct source *source; /* NULL: not open */
  const char *path;
  size_t member; /* from 1 */
  size_t n_read;
  bool bad; /* and told to be */
};

static bool can_go_on(const struct load *load) {
  return !load->broken && !source_interrupted && load->code == EXIT_CODE_OK;
}

static bool complain_source(const struct members *members) {
  return load_complain(members->load, (struct load_place){.file = source_name(members->source)},
                       "%s", source_problem(members->source));
}

/* Calls back for each. Goes on behind a bad one, to tell of all of them. */
static bool each_member(struct members *members, bool (*read)(struct members *members)) {
  enum source_status status;
  bool good = true;
  members->member = 0;
  while ((status = source_next(members->source)) == SOURCE_OK) {
    members->member++;
    good = read(members) && good;
    if (!can_go_on(members->load))
      return false;
  }
  return status == SOURCE_END ? good : complain_source(members);
}

static bool read_description(struct members *members) {
  struct source *source = members->source;
  FILE *stream = NULL;
  bool other = false;
  if (!source_is_archive(source) || !is_json(source))
    return true;
  char *name = load_text(members->load, bytes_of_text(source_name(source)));
  if (name == NULL)
    return false;
  if (source_stream(source, &stream) != SOURCE_OK)
    return complain_source(members);
  bool read = load_descriptions_of(members->load, name, stream, &other);
  members->n_read += !other;
  if (other)
    pass_over(members->load, source, "it describes nothing that is loaded");
  return read;
}

static bool read_table(struct members *members) {
  struct load *load = members->load;
  bool passed = false;
  if (source_is_archive(members->source) && is_json(members->source))
    return true;
  if (!is_figures(members->source)) {
    pass_over(load, members->source, "its name is not that of a table");
    return true;
  }
  struct load_file *file = add_file(load, members->source, members->path, members->member);
  bool read = file != NULL && table_read(load, members->source, file, &passed);
  members->n_read += !passed;
  if (passed) {
    load->files.count--;
    pass_over(load, members->source, "it is no table of a format that is recognised");
  }
  return read;
}

static bool open_members(struct members *members) {
  struct load *load = members->load;
  enum source_status status =
      source_open(members->path, argument(load->arguments, "encoding"), &members->source);
  return status == SOURCE_OK ||
         load_complain(load, (struct load_place){.file = members->path}, "%s",
                       members->source == NULL ? strerror(errno) : source_problem(members->source));
}

/* What was copied cannot be opened again; rejected lines may want to be read once more. */
static bool close_members(struct members *members) {
  struct source *source = members->source;
  members->source = NULL;
  if (source == NULL || !source_is_copy(source)) {
    source_close(source);
    return true;
  }
  return list_add(&members->load->sources, members->load->kept, source) ||
         load_fail_memory(members->load);
}

/* There may be thousands of files: none but a copy is left open until its tables are read. */
static bool read_descriptions(struct members *members) {
  members->bad = !open_members(members) || !each_member(members, read_description);
  if (members->bad || !source_is_copy(members->source))
    return close_members(members) && !members->bad;
  source_rewind(members->source);
  return true;
}

static bool read_tables(struct members *members) {
  if (members->bad)
    return false;
  bool read =
      (members->source != NULL || open_members(members)) && each_member(members, read_table);
  if (read && members->n_read == 0)
    load_complain(members->load, (struct load_place){.file = members->path},
                  "has no table that can be read: --as or --map may say what is in it");
  return close_members(members) && read && members->n_read > 0;
}

bool load_tables(struct load *load, const struct list *paths) {
  struct members *members = arena_zero(load->kept, (paths->count + 1) * sizeof *members);
  bool read = members != NULL || load_fail_memory(load);
  for (size_t i = 0; members != NULL && i < paths->count; i++) {
    members[i] = (struct members){.load = load, .path = paths->items[i]};
    read = read_descriptions(&members[i]) && read;
  }
  for (size_t i = 0; members != NULL && i < paths->count; i++)
    read = read_tables(&members[i]) && read;
  return read;
}
