/* SPDX-License-Identifier: MIT */
/* What `bellwether help` prints, from the rows of the verbs. */
#ifndef BELLWETHER_CLIENT_CLI_HELP_H
#define BELLWETHER_CLIENT_CLI_HELP_H

#include "client/cli/command.h"

void help_print(FILE *out);
void help_print_command(FILE *out, const struct command *command);

#endif
