/* SPDX-License-Identifier: MIT */
#include "client/export/unfinished.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name that the handler of signals may find at any time; they are never taken out, only marked.
 */
struct name {
  struct name *next;
  atomic_bool there;
  char text[];
};
static struct name *_Atomic names;

static struct { char *_Atomic path; /* NULL: none, or not ours */ } folder;

struct unfinished {
  FILE *stream;
  char *path;
  struct name *name;
};

/* Only what a handler may do. */
static void remove_all(void) {
  for (struct name *name = atomic_load(&names); name != NULL; name = name->next)
    if (atomic_load(&name->there))
      unlink(name->text);
  char *path = atomic_load(&folder.path);
  if (path != NULL)
    rmdir(path);
}

/* A signal comes to any thread that does not hold it back, also while another one makes a file that
 * is not among the names yet. So the handler waits for who is making, and who begins to make once
 * the handler is there makes nothing more: one of the two sees the other. */
static atomic_bool making;
static atomic_bool ending;

/* With signals held back in this thread, or the handler could wait for itself. */
static void begin_making(sigset_t *ret_old) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, ret_old);
  atomic_store(&making, true);
  if (!atomic_load(&ending))
    return;
  atomic_store(&making, false);
  for (;;)
    pause();
}

static void end_making(const sigset_t *old) {
  int problem = errno;
  atomic_store(&making, false);
  pthread_sigmask(SIG_SETMASK, old, NULL);
  errno = problem;
}

/* The action was reset: the signal comes again and ends the process as if nobody had caught it. */
static void end_by_signal(int number) {
  atomic_store(&ending, true);
  while (atomic_load(&making))
    poll(NULL, 0, 1);
  remove_all();
  raise(number);
}

void unfinished_begin(void) {
  static const int NUMBERS[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action = {.sa_handler = end_by_signal, .sa_flags = (int)SA_RESETHAND}, old;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < count_of(NUMBERS); i++)
    if (sigaction(NUMBERS[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
      sigaction(NUMBERS[i], &action, NULL);
  signal(SIGXFSZ, SIG_IGN);
}

/* ".NAME.XXXXXX" beside `path`. */
static struct name *name_for(const char *path) {
  const char *slash = strrchr(path, '/');
  int before = slash == NULL ? 0 : (int)(slash + 1 - path);
  size_t size = strlen(path) + sizeof "..XXXXXX";
  struct name *name = malloc(sizeof *name + size);
  if (name == NULL)
    return NULL;
  atomic_init(&name->there, false);
  snprintf(name->text, size, "%.*s.%s.XXXXXX", before, path, path + before);
  return name;
}

/* As permissive as any file that this user makes. */
static void open_up(int fd) {
  mode_t mask = umask(0);
  umask(mask);
  if (fchmod(fd, 0666 & ~mask) != 0)
    errno = 0; /* a file system without permissions */
}

/* So that there is no file that the handler does not know. */
static int make_file(struct name *name) {
  sigset_t old;
  begin_making(&old);
  int fd = mkostemp(name->text, 0);
  if (fd >= 0) {
    atomic_store(&name->there, true);
    name->next = atomic_load(&names);
    atomic_store(&names, name);
  }
  end_making(&old);
  if (fd < 0) {
    int problem = errno;
    free(name);
    errno = problem;
  }
  return fd;
}

static void drop_name(struct name *name) {
  unlink(name->text);
  atomic_store(&name->there, false);
}

struct unfinished *unfinished_new(const char *path) {
  struct unfinished *file = calloc(1, sizeof *file);
  char *copy = strdup(path);
  struct name *name = file != NULL && copy != NULL ? name_for(path) : NULL;
  int fd = name != NULL ? make_file(name) : -1;
  if (fd < 0) {
    free(copy);
    free(file);
    return NULL;
  }
  open_up(fd);
  *file = (struct unfinished){.stream = fdopen(fd, "w"), .path = copy, .name = name};
  if (file->stream != NULL)
    return file;
  close(fd);
  unfinished_free(file);
  return NULL;
}

FILE *unfinished_stream(struct unfinished *file) {
  return file->stream;
}

const char *unfinished_path(const struct unfinished *file) {
  return file->path;
}

bool unfinished_seal(struct unfinished *file) {
  errno = 0;
  bool whole =
      !ferror(file->stream) && fflush(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
  int problem = errno;
  whole = fclose(file->stream) == 0 && whole;
  file->stream = NULL;
  if (problem != 0)
    errno = problem;
  return whole;
}

FILE *unfinished_open(const struct unfinished *file) {
  return fopen(file->name->text, "re");
}

bool unfinished_finish(struct unfinished *file) {
  if (rename(file->name->text, file->path) != 0)
    return false;
  atomic_store(&file->name->there, false);
  return true;
}

void unfinished_free(struct unfinished *file) {
  if (file == NULL)
    return;
  if (file->stream != NULL)
    fclose(file->stream);
  if (atomic_load(&file->name->there))
    drop_name(file->name);
  free(file->path);
  free(file);
}

bool unfinished_folder(const char *path) {
  char *copy = strdup(path);
  if (copy == NULL)
    return false;
  sigset_t old;
  begin_making(&old);
  bool made = mkdir(path, 0777) == 0;
  if (made)
    atomic_store(&folder.path, copy);
  end_making(&old);
  if (made)
    return true;
  int problem = errno;
  struct stat status;
  free(copy);
  if (problem == EEXIST && stat(path, &status) == 0)
    problem = S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
  errno = problem;
  return problem == 0;
}

void unfinished_keep_folder(void) {
  free(atomic_exchange(&folder.path, NULL));
}

void unfinished_drop_folder(void) {
  char *path = atomic_exchange(&folder.path, NULL);
  if (path != NULL)
    rmdir(path);
  free(path);
}
