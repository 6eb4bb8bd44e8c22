/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <signal.h>

#include "client/cli/command.h"
#include "client/direct.h"

int main(int argc, char **argv) {
  mallopt(M_MMAP_THRESHOLD, 256 << 10); /* what is large goes back to the system when it is freed */
  signal(SIGXFSZ, SIG_IGN);             /* a file of the greatest size is said like a full disk */
  bellwether_direct_enable();
  struct cli cli = {.out = stdout, .err = stderr};
  return (int)cli_run(&cli, argc, argv);
}
