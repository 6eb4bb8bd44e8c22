/* SPDX-License-Identifier: MIT */
#include "client/files/nameless.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *nameless_folder(void) {
  const char *folder = getenv("TMPDIR");
  return folder == NULL || *folder == '\0' ? P_tmpdir : folder;
}

/* Not every file system can make files without a name at once. */
static int open_and_unlink(const char *folder) {
  char *path = NULL;
  if (asprintf(&path, "%s/bellwether-XXXXXX", folder) < 0)
    return -1;
  int file = mkostemp(path, O_CLOEXEC);
  if (file >= 0)
    unlink(path);
  int error = errno;
  free(path);
  errno = error;
  return file;
}

int nameless_open(void) {
  int file = open(nameless_folder(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  return file >= 0 ? file : open_and_unlink(nameless_folder());
}

bool nameless_write(int file, const void *data, size_t size, off_t at) {
  for (size_t done = 0; done < size;) {
    ssize_t n = pwrite(file, (const char *)data + done, size - done, at + (off_t)done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    done += (size_t)n;
  }
  return true;
}

bool nameless_read(int file, void *data, size_t size, off_t at) {
  for (size_t done = 0; done < size;) {
    ssize_t n = pread(file, (char *)data + done, size - done, at + (off_t)done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = EIO;
    if (n <= 0)
      return false;
    done += (size_t)n;
  }
  return true;
}
