/* SPDX-License-Identifier: MIT */
#include "client/cli/command.h"
#include "client/direct.h"

int main(int argc, char **argv) {
  bellwether_direct_enable();
  struct cli cli = {.out = stdout, .err = stderr};
  return (int)cli_run(&cli, argc, argv);
}
