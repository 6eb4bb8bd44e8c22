/* SPDX-License-Identifier: MIT */
#include <signal.h>

#include "client/cli/command.h"
#include "client/direct.h"
#include "proto/memory.h"

int main(int argc, char **argv) {
  memory_return_large();
  signal(SIGXFSZ, SIG_IGN); /* a file of the greatest size is said like a full disk */
  bellwether_direct_enable();
  struct cli cli = {.out = stdout, .err = stderr};
  return (int)cli_run(&cli, argc, argv);
}
