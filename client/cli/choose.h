/* SPDX-License-Identifier: MIT */
/* What holds for a run: an option before the environment, the environment before the file of
 * settings, the file before what is built in. */
#ifndef BELLWETHER_CLIENT_CLI_CHOOSE_H
#define BELLWETHER_CLIENT_CLI_CHOOSE_H

#include "client/cli/settings.h"

/* Options of every verb, as they were given, or NULL. */
struct given {
  const char *server;
  const char *db;
  const char *token;
  const char *format;
  const char *colour;
  const char *timeout;
  const struct command *command;
};

/* Sets servers, token, format, screen and timeout of the run, which borrows them from all three; or
 * tells what is wrong. *ret_owned is to be freed after the run. */
must_check bool choose(struct cli *cli, const struct given *given, const struct settings *settings,
                       char **ret_owned);

#endif
