/* SPDX-License-Identifier: MIT */
#include "client/export/target.h"

#include <errno.h>
#include <unistd.h>

#include "client/export/archive.h"

struct target {
  struct cli *cli;
  const char *path;
  bool zip;
  bool force;
  size_t n;
  struct target_files **files;
};

static bool ends_in(const char *path, const char *ending) {
  size_t size = strlen(path), tail = strlen(ending);
  return size > tail && strcmp(path + size - tail, ending) == 0;
}

bool target_check(struct cli *cli, const char *path) {
  static const char *const OTHERS[] = {".csv", ".json", ".gz", ".tar", ".zst", ".xz", ".xlsx"};
  if (strcmp(path, "-") == 0 || path[0] == '\0') {
    complain_usage(cli, "an export is several files: -o FOLDER, or -o FILE.zip");
    return false;
  }
  for (size_t i = 0; i < count_of(OTHERS); i++)
    if (ends_in(path, OTHERS[i])) {
      complain_usage(cli, "-o %s: an export is a folder, or a file that ends in .zip", path);
      return false;
    }
  return true;
}

static bool fail(const struct target *target, const char *path) {
  complain(target->cli, "cannot write %s: %s", path, strerror(errno));
  return false;
}

static bool may_write(const struct target *target, const char *path) {
  if (target->force || access(path, F_OK) != 0)
    return true;
  complain(target->cli, "%s is there already; --force replaces it", path);
  return false;
}

bool target_open(struct cli *cli, const char *path, bool force, struct target **ret_target) {
  scoped(target_free) struct target *target = calloc(1, sizeof *target);
  if (target == NULL) {
    complain(cli, "out of memory");
    return false;
  }
  *target = (struct target){.cli = cli, .path = path, .force = force, .zip = ends_in(path, ".zip")};
  if (target->zip && !may_write(target, path))
    return false;
  if (!target->zip && !unfinished_folder(path))
    return fail(target, path);
  *ret_target = target;
  target = NULL;
  return true;
}

/* FOLDER/DATASET.ending; for a ZIP FILE.zip.DATASET.ending, which never gets that name. */
static bool make_file(const struct target *target, const char *dataset, const char *ending,
                      struct unfinished **ret_file) {
  scoped(free) char *path = NULL;
  bool slash = ends_in(target->path, "/");
  if (asprintf(&path, "%s%s%s%s", target->path,
               target->zip ? "."
               : slash     ? ""
                           : "/",
               dataset, ending) < 0) {
    complain(target->cli, "out of memory");
    return false;
  }
  if (!target->zip && !may_write(target, path))
    return false;
  *ret_file = unfinished_new(path);
  return *ret_file != NULL || fail(target, path);
}

bool target_add(struct target *target, const char *dataset, struct target_files **ret_files) {
  struct target_files **wider =
      reallocarray(target->files, target->n + 1, sizeof(struct target_files *));
  struct target_files *files = calloc(1, sizeof *files);
  if (wider != NULL)
    target->files = wider;
  if (wider == NULL || files == NULL) {
    free(files);
    complain(target->cli, "out of memory");
    return false;
  }
  target->files[target->n++] = files;
  *ret_files = files;
  return make_file(target, dataset, ".json", &files->json) &&
         make_file(target, dataset, ".csv", &files->csv);
}

bool target_seal(struct target *target, struct target_files *files) {
  if (!unfinished_seal(files->json))
    return fail(target, unfinished_path(files->json));
  return unfinished_seal(files->csv) || fail(target, unfinished_path(files->csv));
}

/* The name of a member: what follows "FILE.zip." */
static bool add_member(const struct target *target, struct archive_out *archive,
                       const struct unfinished *file) {
  FILE *stream = unfinished_open(file);
  const char *problem = stream == NULL ? strerror(errno) : NULL;
  if (stream != NULL) {
    problem = archive_out_add(archive, unfinished_path(file) + strlen(target->path) + 1, stream);
    fclose(stream);
  }
  if (problem != NULL)
    complain(target->cli, "cannot write %s: %s", target->path, problem);
  return problem == NULL;
}

/* The descriptions first: who reads the archive once needs them before the figures. */
static bool add_members(const struct target *target, struct archive_out *archive) {
  for (size_t i = 0; i < target->n; i++)
    if (!add_member(target, archive, target->files[i]->json))
      return false;
  for (size_t i = 0; i < target->n; i++)
    if (!add_member(target, archive, target->files[i]->csv))
      return false;
  return true;
}

static bool write_archive(const struct target *target, struct unfinished *file) {
  struct archive_out *archive = NULL;
  const char *problem = archive_out_open(unfinished_stream(file), &archive);
  bool written = problem == NULL && add_members(target, archive);
  if (written)
    problem = archive_out_end(archive);
  archive_out_free(archive);
  if (problem == NULL)
    return written;
  complain(target->cli, "cannot write %s: %s", target->path, problem);
  return false;
}

static bool finish_zip(const struct target *target) {
  struct unfinished *file = unfinished_new(target->path);
  if (file == NULL)
    return fail(target, target->path);
  bool written = write_archive(target, file);
  bool finished = written && unfinished_seal(file) && unfinished_finish(file);
  if (written && !finished)
    fail(target, target->path);
  unfinished_free(file);
  return finished;
}

bool target_finish(struct target *target) {
  if (target->zip)
    return finish_zip(target);
  for (size_t i = 0; i < target->n; i++) {
    if (!unfinished_finish(target->files[i]->csv))
      return fail(target, unfinished_path(target->files[i]->csv));
    if (!unfinished_finish(target->files[i]->json))
      return fail(target, unfinished_path(target->files[i]->json));
  }
  unfinished_keep_folder();
  return true;
}

void target_free(struct target *target) {
  if (target == NULL)
    return;
  for (size_t i = 0; i < target->n; i++) {
    unfinished_free(target->files[i]->json);
    unfinished_free(target->files[i]->csv);
    free(target->files[i]);
  }
  free(target->files);
  free(target);
  unfinished_drop_folder();
}
