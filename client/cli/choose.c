/* SPDX-License-Identifier: MIT */
#include "client/cli/choose.h"

/* What the user chose, else what the settings say. `whose` names it in complaints. */
struct choice {
  const char *text; /* NULL: nobody chose */
  const char *whose;
};

static struct choice choice_of(const char *option, const char *name, const char *setting) {
  return option != NULL ? (struct choice){option, name} : (struct choice){setting, name + 2};
}

/* "get, latest or cross": the verbs whose rows are observations. */
static bool complain_no_observations(struct cli *cli, const char *name) {
  char verbs[128] = "";
  size_t size = 0;
  for (size_t i = 0; COMMANDS[i] != NULL; i++)
    if (COMMANDS[i]->observations && size < sizeof verbs)
      size += (size_t)snprintf(verbs + size, sizeof verbs - size, "%s%s", size > 0 ? ", " : "",
                               COMMANDS[i]->name);
  complain_usage(cli,
                 "%s: its rows are no observations, so SDMX-CSV cannot say them; "
                 "--format sdmx-csv is for: %s",
                 name, verbs);
  return false;
}

static bool find_format(const char *text, enum format *ret_format) {
  static const char *const NAMES[] = {
      [FORMAT_TABLE] = "table", [FORMAT_CSV] = "csv",     [FORMAT_TSV] = "tsv",
      [FORMAT_JSON] = "json",   [FORMAT_JSONL] = "jsonl", [FORMAT_SDMX_CSV] = "sdmx-csv"};
  for (size_t i = 0; i < count_of(NAMES); i++)
    if (strcmp(text, NAMES[i]) == 0) {
      *ret_format = (enum format)i;
      return true;
    }
  return false;
}

/* A setting is for those verbs that can follow it. */
static bool choose_format(struct cli *cli, const struct given *given, struct choice choice) {
  if (choice.text == NULL)
    return true;
  if (!find_format(choice.text, &cli->format)) {
    complain_usage(cli, "%s %s: it is table, csv, tsv, json, jsonl or sdmx-csv", choice.whose,
                   choice.text);
    return false;
  }
  if (cli->format != FORMAT_SDMX_CSV || given->command->observations)
    return true;
  cli->format = FORMAT_TABLE;
  return given->format == NULL || complain_no_observations(cli, given->command->name);
}

static bool choose_colour(struct cli *cli, struct choice choice) {
  if (screen_read(cli->out, choice.text, &cli->screen))
    return true;
  complain_usage(cli, "%s %s: it is auto, always or never", choice.whose, choice.text);
  return false;
}

static bool choose_timeout(struct cli *cli, struct choice choice) {
  if (choice.text == NULL)
    return true;
  char *end = NULL;
  unsigned long number = strtoul(choice.text, &end, 10);
  if (choice.text[0] < '0' || choice.text[0] > '9' || *end != '\0' || number == 0 ||
      number > 3600000) {
    complain_usage(cli, "%s %s: not a number of milliseconds from 1 to 3600000", choice.whose,
                   choice.text);
    return false;
  }
  cli->timeout_ms = (uint32_t)number;
  return true;
}

/* --db FOLDER is the address lmdb:FOLDER. The text lives as long as the run. */
static bool choose_server(struct cli *cli, const struct given *given,
                          const struct settings *settings, char **ret_owned) {
  const char *server = given->server, *db = given->db;
  if (server != NULL && db != NULL) {
    complain_usage(cli, "--server and --db exclude each other");
    return false;
  }
  if (db != NULL) {
    if (asprintf(ret_owned, "lmdb:%s", db) < 0)
      return false;
    cli->servers = *ret_owned;
    return true;
  }
  server = server != NULL ? server : environment("BELLWETHER_SERVER");
  server = server != NULL ? server : settings->server;
  cli->servers = server != NULL ? server : "tcp://127.0.0.1:7411";
  return true;
}

/* A token that stands beside a server in the settings is for that one, and goes to no other. */
static void choose_token(struct cli *cli, const struct given *given,
                         const struct settings *settings) {
  const char *token = given->token;
  bool for_this = settings->server == NULL || strcmp(settings->server, cli->servers) == 0;
  token = token != NULL ? token : environment("BELLWETHER_TOKEN");
  cli->token = token == NULL && for_this ? settings->token : token;
}

bool choose(struct cli *cli, const struct given *given, const struct settings *settings,
            char **ret_owned) {
  struct choice format = choice_of(given->format, "--format", settings->format);
  struct choice colour = choice_of(given->colour, "--colour", settings->colour);
  struct choice timeout = choice_of(given->timeout, "--timeout", settings->timeout);
  if (!choose_format(cli, given, format) || !choose_colour(cli, colour) ||
      !choose_timeout(cli, timeout) || !choose_server(cli, given, settings, ret_owned))
    return false;
  choose_token(cli, given, settings);
  return true;
}
