/* SPDX-License-Identifier: MIT */
/* What is longer than the screen goes through a pager, when it goes to a terminal. */
#ifndef BELLWETHER_CLIENT_CLI_PAGER_H
#define BELLWETHER_CLIENT_CLI_PAGER_H

#include "client/cli/command.h"

struct pager;

/* Puts a stream in the place of cli->out that holds a screenful; the first line beyond starts
 * the command, as `sh -c` does. NULL, and cli->out stays, where it is no terminal or the command is
 * NULL, empty or "cat". */
struct pager *pager_begin(struct cli *cli, const char *command);
/* Writes what is held and waits until the reader is done; cli->out is as it was. Takes NULL. That
 * the reader left early is no error; that the pager cannot be run is EXIT_CODE_REFUSED. */
enum exit_code pager_end(struct cli *cli, struct pager *pager, enum exit_code code);

/* $BELLWETHER_PAGER, else the one of the settings (or NULL), else $PAGER, else less. */
const char *pager_command(const char *of_settings);

#endif
