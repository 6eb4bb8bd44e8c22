/* SPDX-License-Identifier: MIT */
#include "storage/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

/* "4711 bellwetherd": the holder as it wrote itself into the file. */
static void read_holder(int file, char *text, size_t size) {
  ssize_t length = pread(file, text, size - 1, 0);
  text[length > 0 ? length : 0] = '\0';
  text[strcspn(text, "\n")] = '\0';
}

static void write_holder(int file) {
  char text[128];
  int length =
      snprintf(text, sizeof text, "%ld %s\n", (long)getpid(), program_invocation_short_name);
  if (ftruncate(file, 0) != 0 || pwrite(file, text, (size_t)length, 0) != length)
    return; /* the name is a courtesy; the lock is held without it */
}

enum store_status writer_lock(const char *folder, int *ret_file, struct store_error *ret_error) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/writer.lock", folder) >= (int)sizeof path)
    return STORE_LIMIT;
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
  if (file < 0) {
    snprintf(ret_error->text, sizeof ret_error->text, "%.300s: cannot open: %s", path,
             strerror(errno));
    return STORE_IO;
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    char holder[100];
    read_holder(file, holder, sizeof holder);
    snprintf(ret_error->text, sizeof ret_error->text,
             "%.300s: another process writes to the store (process %s)", folder, holder);
    close(file);
    return STORE_LOCKED;
  }
  write_holder(file);
  *ret_file = file;
  return STORE_OK;
}

void writer_unlock(int file) {
  if (file >= 0)
    close(file);
}

int random_bytes(void *data, size_t size) {
  return getrandom(data, size, 0) == (ssize_t)size ? 0 : -1;
}
