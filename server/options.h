/* SPDX-License-Identifier: MIT */
/* What the command line of bellwetherd says. */
#ifndef BELLWETHER_SERVER_OPTIONS_H
#define BELLWETHER_SERVER_OPTIONS_H

#include "server/engine.h"
#include "server/log.h"
#include "server/transport.h"

enum { OPTIONS_URLS_MAX = 16 };

enum options_verdict {
  OPTIONS_SERVE,
  OPTIONS_HASH_TOKEN, /* read a token and print its line for the token file */
  OPTIONS_DONE,       /* help or version was printed: exit 0 */
  OPTIONS_WRONG,      /* was said on standard error: exit 2 */
};

struct options {
  struct engine_options engine;
  struct transport_options transport;
  const char *urls[OPTIONS_URLS_MAX + 1];
  size_t n_urls;
  const char *origins[OPTIONS_URLS_MAX + 1];
  size_t n_origins;
  enum log_level log_level;
  bool insecure;
  const char *token_role; /* of OPTIONS_HASH_TOKEN */
  const char *token_name;
};

/* Fills *ret_options, whose texts are borrowed from argv and whose lists point into itself. */
enum options_verdict options_parse(int argc, char **argv, struct options *ret_options);
/* NULL, or why such a server is refused without --insecure, and the address that is so. */
const char *options_danger(const struct options *options, const char **ret_url);

#endif
