/* SPDX-License-Identifier: MIT */
#include "server/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/sysinfo.h>

#include "proto/limits.h"
#include "server/address.h"

static const char DEFAULT_URL[] = "tcp://127.0.0.1:7411";
enum { THREADS_MIN = 2, THREADS_MAX = 64, SLOW_DEFAULT_MS = 1000 };

static const char HELP[] =
    "Usage: bellwetherd --db DIR [--listen URL]...\n"
    "Serves the indicator store in DIR.\n"
    "\n"
    "  --db DIR             the store's folder; made if it is not there\n"
    "  --listen URL         where to listen; may be given more than once, default\n"
    "                       tcp://127.0.0.1:7411. tcp, ipc, ws, inproc, tls+tcp, wss;\n"
    "                       port 0 asks for a free one\n"
    "  --read-only          serve a store that another process may write to\n"
    "  --map-size BYTES     how large the store may grow: 16G, 1T (default 1T)\n"
    "  --threads N          threads for heavy reads, 1 to 64 (default: processors)\n"
    "  --contexts N         calls worked on at once at first, 1 to 4096 (default 64)\n"
    "  --backup-dir DIR     where backups may be written (default: DIR/backup)\n"
    "  --token-file FILE    who may do what: lines of ROLE HASH NAME\n"
    "  --hash-token[=ROLE[:NAME]]\n"
    "                       read a token from standard input and print its line for\n"
    "                       the token file; ROLE is reader (default), writer or admin\n"
    "  --tls-cert FILE      certificate, and\n"
    "  --tls-key FILE       its key, in PEM: for tls+tcp and wss\n"
    "  --allow-origin O     let web pages of this origin use ws: https://example.org\n"
    "  --insecure           listen beyond this machine without TLS or without tokens\n"
    "  --send-timeout-ms N  drop a client that leaves a reply so long (default 10000)\n"
    "  --log-level LEVEL    error, warn, info (default), or debug: every call\n"
    "  --slow-ms N          log calls that take so long (default 1000; 0: none)\n"
    "  --version            print the version\n"
    "  --help               print this\n"
    "\n"
    "Prints `ready URL...` on standard error when it serves. SIGTERM and SIGINT end\n"
    "it when it has answered what it has taken on. Exit codes: 0 stopped, 1 cannot\n"
    "start, 2 usage.\n";

enum {
  OPTION_DB = 1,
  OPTION_LISTEN,
  OPTION_READ_ONLY,
  OPTION_MAP_SIZE,
  OPTION_THREADS,
  OPTION_CONTEXTS,
  OPTION_BACKUP_DIR,
  OPTION_TOKEN_FILE,
  OPTION_HASH_TOKEN,
  OPTION_TLS_CERT,
  OPTION_TLS_KEY,
  OPTION_ALLOW_ORIGIN,
  OPTION_INSECURE,
  OPTION_SEND_TIMEOUT,
  OPTION_LOG_LEVEL,
  OPTION_SLOW,
  OPTION_VERSION,
  OPTION_HELP,
};

static const struct option long_options[] = {
    {"db", required_argument, NULL, OPTION_DB},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"read-only", no_argument, NULL, OPTION_READ_ONLY},
    {"map-size", required_argument, NULL, OPTION_MAP_SIZE},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"contexts", required_argument, NULL, OPTION_CONTEXTS},
    {"backup-dir", required_argument, NULL, OPTION_BACKUP_DIR},
    {"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
    {"hash-token", optional_argument, NULL, OPTION_HASH_TOKEN},
    {"tls-cert", required_argument, NULL, OPTION_TLS_CERT},
    {"tls-key", required_argument, NULL, OPTION_TLS_KEY},
    {"allow-origin", required_argument, NULL, OPTION_ALLOW_ORIGIN},
    {"insecure", no_argument, NULL, OPTION_INSECURE},
    {"send-timeout-ms", required_argument, NULL, OPTION_SEND_TIMEOUT},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"slow-ms", required_argument, NULL, OPTION_SLOW},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

static bool parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number) {
  char *end = NULL;
  unsigned long long number = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < least || number > most)
    return false;
  *ret_number = number;
  return true;
}

static bool parse_unsigned(const char *text, unsigned least, unsigned most, unsigned *ret_number) {
  uint64_t number = 0;
  if (!parse_number(text, least, most, &number))
    return false;
  *ret_number = (unsigned)number;
  return true;
}

/* A number with K, M, G or T behind it, powers of 1,024. */
static bool parse_size(const char *text, uint64_t *ret_size) {
  static const char units[] = "KMGT";
  char digits[24] = "";
  size_t length = strlen(text);
  const char *unit = length > 0 ? strchr(units, text[length - 1]) : NULL;
  if (length == 0 || length >= sizeof digits)
    return false;
  memcpy(digits, text, length - (unit != NULL));
  unsigned shift = unit == NULL ? 0 : 10 * (unsigned)(unit - units + 1);
  uint64_t number = 0;
  if (!parse_number(digits, 1, UINT64_MAX >> shift, &number))
    return false;
  *ret_size = number << shift;
  return true;
}

static bool add(const char **list, size_t *count, const char *text) {
  if (*count == OPTIONS_URLS_MAX || text[0] == '\0')
    return false;
  list[(*count)++] = text;
  return true;
}

static bool parse_token(struct options *options, char *text) {
  char *colon = text == NULL ? NULL : strchr(text, ':');
  if (colon != NULL)
    *colon = '\0';
  options->token_role = text == NULL ? "reader" : text;
  options->token_name = colon == NULL ? "unnamed" : colon + 1;
  static const char *const roles[] = {"reader", "writer", "admin"};
  bool known = false;
  for (size_t i = 0; i < count_of(roles); i++)
    known |= strcmp(options->token_role, roles[i]) == 0;
  return known && options->token_name[strcspn(options->token_name, " \t")] == '\0';
}

/* The options of the engine; false where the value is wrong. */
static bool take_engine_option(struct engine_options *engine, int option, const char *value) {
  switch (option) {
  case OPTION_DB:
    engine->path = value;
    return value[0] != '\0';
  case OPTION_READ_ONLY:
    engine->read_only = true;
    return true;
  case OPTION_MAP_SIZE:
    return parse_size(value, &engine->map_bytes);
  case OPTION_THREADS:
    return parse_unsigned(value, 1, THREADS_MAX, &engine->n_threads);
  case OPTION_BACKUP_DIR:
    engine->backup_path = value;
    return true;
  case OPTION_TOKEN_FILE:
    engine->token_file = value;
    return true;
  case OPTION_SLOW:
    return parse_unsigned(value, 0, UINT32_MAX, &engine->slow_ms);
  default:
    return false;
  }
}

/* All options with a value or an effect on the server. */
static bool take_option(struct options *options, int option, char *value) {
  switch (option) {
  case OPTION_LISTEN:
    return address_has_transport(value) && add(options->urls, &options->n_urls, value);
  case OPTION_ALLOW_ORIGIN:
    return add(options->origins, &options->n_origins, value);
  case OPTION_CONTEXTS:
    return parse_unsigned(value, 1, LIMIT_CONTEXTS, &options->transport.n_contexts);
  case OPTION_SEND_TIMEOUT:
    return parse_unsigned(value, 1, INT32_MAX, &options->transport.send_timeout_ms);
  case OPTION_TLS_CERT:
    options->transport.tls_cert = value;
    return true;
  case OPTION_TLS_KEY:
    options->transport.tls_key = value;
    return true;
  case OPTION_INSECURE:
    options->insecure = true;
    return true;
  case OPTION_LOG_LEVEL:
    return log_level_named(value, &options->log_level);
  case OPTION_HASH_TOKEN:
    return parse_token(options, value);
  default:
    return take_engine_option(&options->engine, option, value);
  }
}

static unsigned default_threads(void) {
  int n = get_nprocs();
  if (n < THREADS_MIN)
    return THREADS_MIN;
  return n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

static void set_defaults(struct options *options) {
  *options = (struct options){
      .log_level = LOG_LEVEL_INFO,
      .engine = {.n_threads = default_threads(), .slow_ms = SLOW_DEFAULT_MS},
  };
}

static void tie_together(struct options *options) {
  if (options->n_urls == 0)
    options->urls[options->n_urls++] = DEFAULT_URL;
  options->transport.urls = options->urls;
  options->transport.origins = options->origins;
  options->engine.log_calls = options->log_level == LOG_LEVEL_DEBUG;
}

static enum options_verdict complain(const char *format, ...) {
  va_list values;
  fputs("bellwetherd: ", stderr);
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputs("; see bellwetherd --help\n", stderr);
  return OPTIONS_WRONG;
}

static enum options_verdict print(const char *text) {
  fputs(text, stdout);
  return OPTIONS_DONE;
}

static const char *name_of(int option) {
  for (size_t i = 0; i + 1 < count_of(long_options); i++)
    if (long_options[i].val == option)
      return long_options[i].name;
  return "?";
}

enum options_verdict options_parse(int argc, char **argv, struct options *ret_options) {
  struct options *options = ret_options;
  set_defaults(options);
  for (;;) {
    int option = getopt_long(argc, argv, "", long_options, NULL);
    if (option == -1)
      break;
    if (option == '?')
      return OPTIONS_WRONG;
    if (option == OPTION_HELP)
      return print(HELP);
    if (option == OPTION_VERSION)
      return print("bellwetherd " BELLWETHER_VERSION "\n");
    if (!take_option(options, option, optarg))
      return complain("--%s cannot be '%s'", name_of(option), optarg == NULL ? "" : optarg);
  }
  if (optind < argc)
    return complain("'%s' is no option", argv[optind]);
  if (options->token_role != NULL)
    return OPTIONS_HASH_TOKEN;
  if (options->engine.path == NULL)
    return complain("--db DIR is missing");
  tie_together(options);
  return OPTIONS_SERVE;
}

const char *options_danger(const struct options *options, const char **ret_url) {
  for (size_t i = 0; i < options->n_urls; i++) {
    *ret_url = options->urls[i];
    if (options->insecure || address_is_local(options->urls[i]))
      continue;
    if (!address_is_encrypted(options->urls[i]))
      return "it is open to the network without TLS";
    if (options->engine.token_file == NULL)
      return "it is open to the network without --token-file";
  }
  return NULL;
}
