/* SPDX-License-Identifier: MIT */
/* The user's file of settings: lines of `name = value`, with # comments. What it says holds where
 * neither an option nor the environment says otherwise. */
#ifndef BELLWETHER_CLIENT_CLI_SETTINGS_H
#define BELLWETHER_CLIENT_CLI_SETTINGS_H

#include "client/cli/command.h"

/* NULL where the file does not say. Owned by the settings; checked by those who use them, but for
 * their names. */
struct settings {
  char *path; /* of the file; NULL: there is none */
  char *server;
  char *token;
  char *format;
  char *timeout;
  char *pager;
  char *colour; /* auto, always or never */
  bool shown;   /* the file has a token, and others may read it */
};

/* Where the file would be: $BELLWETHER_CONFIG, else bellwether/config in $XDG_CONFIG_HOME, else in
 * ~/.config. NULL where no folder is known. To be freed. */
char *settings_path(void);

/* Reads the file, if there is one: only that of $BELLWETHER_CONFIG has to be there. On false `text`
 * is "FILE:LINE: what is wrong", and the settings are as if there were no file. */
must_check bool settings_read(struct settings *ret_settings, char *text, size_t text_size);
/* The same, telling what is wrong, or that a token can be read by others. */
must_check bool settings_open(struct cli *cli, struct settings *ret_settings);
/* Takes settings of zeros. */
void settings_fini(struct settings *settings);

static inline void settings_fini_scoped(struct settings *settings) {
  settings_fini(settings);
}

/* The value of an environment variable, or NULL where it is not set or empty. */
static inline const char *environment(const char *name) {
  const char *value = getenv(name);
  return value == NULL || value[0] == '\0' ? NULL : value;
}

#endif
