/* SPDX-License-Identifier: MIT */
/* A child process that a test talks to byte by byte. Header only. The child must not use cmocka's
 * assertions: it ends with an exit code. */
#ifndef BELLWETHER_TESTS_CHILD_H
#define BELLWETHER_TESTS_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
  pid_t pid;
  int socket;
};

/* `body` runs in the child with its end of the socket; what it returns is the exit code. */
static inline struct child child_start(int (*body)(int socket, void *data), void *data) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    abort();
  pid_t pid = fork();
  if (pid < 0)
    abort();
  if (pid == 0) {
    close(ends[0]);
    _exit(body(ends[1], data));
  }
  close(ends[1]);
  return (struct child){pid, ends[0]};
}

static inline bool child_tell(int socket) {
  return send(socket, ".", 1, MSG_NOSIGNAL) == 1;
}

/* Waits for the other side's child_tell; false where it has ended. */
static inline bool child_await(int socket) {
  char byte;
  return recv(socket, &byte, 1, 0) == 1;
}

/* The exit code; 128 and the signal where one ended it. */
static inline int child_end(const struct child *child) {
  int status = 0;
  close(child->socket);
  waitpid(child->pid, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static inline int child_kill(const struct child *child) {
  kill(child->pid, SIGKILL);
  return child_end(child);
}

#endif
