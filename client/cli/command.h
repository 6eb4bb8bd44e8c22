/* SPDX-License-Identifier: MIT */
/* The command `bellwether`: a row a verb. Help, the parsing of options and "did you mean" are built
 * from the rows. Data goes to `out`, words to `err`. */
#ifndef BELLWETHER_CLIENT_CLI_COMMAND_H
#define BELLWETHER_CLIENT_CLI_COMMAND_H

#include <stdio.h>

#include "client/bellwether.h"
#include "client/cli/screen.h"
#include "proto/util.h"

enum exit_code {
  EXIT_CODE_OK = 0,
  EXIT_CODE_REFUSED = 1,
  EXIT_CODE_USAGE = 2,
  EXIT_CODE_UNREACHABLE = 3
};

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_TSV, FORMAT_JSON, FORMAT_JSONL, FORMAT_SDMX_CSV };

/* What holds for the whole run. */
struct cli {
  FILE *out;
  FILE *err;
  const char *servers; /* as bellwether_open wants them */
  const char *token;
  enum format format;
  struct screen screen;
  uint32_t timeout_ms;
  uint32_t in_flight;               /* calls under way at once; 0: the library's default */
  bool alone;                       /* each call in a message of its own */
  bool writable;                    /* the verb writes: direct mode takes the writer's lock */
  struct bellwether_client *client; /* opened by the first call */
};

/* `--name`, or `--name VALUE` where `value` (a word for the help) is not NULL. */
struct option {
  const char *name;
  const char *value;
  const char *help; /* NULL: another spelling, which the help leaves out */
};

enum { OPTIONS_MAX = 40 };

/* What the user gave. Borrowed from argv. */
struct arguments {
  const struct option *options;    /* of the verb, to a row with no name */
  const char *values[OPTIONS_MAX]; /* by their place; "" for a flag that is given, else NULL */
  size_t n_words;
  const char **words;
};

/* The value of an option of the verb, or NULL. The name must be one of its own. */
const char *argument(const struct arguments *arguments, const char *name);
static inline bool argument_given(const struct arguments *arguments, const char *name) {
  return argument(arguments, name) != NULL;
}
/* A whole number from 0 to most; false after telling what is wrong. Absent leaves *ret_number. */
must_check bool argument_number(struct cli *cli, const struct arguments *arguments,
                                const char *name, uint32_t most, uint32_t *ret_number);

struct command {
  const char *name;
  const char *words;    /* "KEY..." */
  const char *summary;  /* one line */
  const char *examples; /* whole lines, first in the help */
  const char *details;  /* whole lines, or NULL */
  const struct option *options;
  bool writes;
  bool unpaged;      /* a pager would be in the way of what it prints */
  bool observations; /* its rows are observations, which SDMX-CSV can say */
  size_t least_words;
  size_t most_words; /* 0: as many as one likes ... */
  bool no_words;     /* ... or none at all */
  enum exit_code (*run)(struct cli *cli, const struct arguments *arguments);
};

extern const struct command cmd_bench, cmd_call, cmd_changes, cmd_cross, cmd_delete, cmd_describe,
    cmd_describe_api, cmd_export, cmd_get, cmd_health, cmd_latest, cmd_list, cmd_load, cmd_plot,
    cmd_resolve, cmd_revisions, cmd_search, cmd_status, cmd_targets, cmd_vintages;

/* All rows, in the order of the help, to a NULL; and the options of every verb. */
extern const struct command *const COMMANDS[];
extern const struct option GLOBAL_OPTIONS[];
/* The row of a verb, or NULL. */
const struct command *find_command(const char *name);
/* The place of an option in a list, or -1. `name` may be "from=2018". */
int find_option(const struct option *options, const char *name);

/* "bellwether: ..." and a line end, on err. */
void complain(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, and what to type for help. Returns EXIT_CODE_USAGE. */
enum exit_code complain_usage(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The whole run: argv as main gets it. */
enum exit_code cli_run(struct cli *cli, int argc, char **argv);

#endif
