/* SPDX-License-Identifier: MIT */
/* bellwetherd: an engine behind a transport, until a signal ends it. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>

#include "proto/memory.h"
#include "server/auth.h"
#include "server/notify.h"
#include "server/options.h"

enum { EXIT_STOPPED = 0, EXIT_CANNOT_START = 1, EXIT_USAGE = 2, TEXT_BYTES = 1024 };

static int cannot_start(const char *why) {
  fprintf(stderr, "bellwetherd: %s\n", why);
  return EXIT_CANNOT_START;
}

static enum log_level level_of(const char *event) {
  if (strcmp(event, "call_failed") == 0)
    return LOG_LEVEL_ERROR;
  if (strcmp(event, "call_slow") == 0)
    return LOG_LEVEL_WARN;
  return strcmp(event, "call") == 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

static void log_of_engine(void *argument, const char *event, const char *text) {
  (void)argument;
  log_event(level_of(event), event, "%s", text);
}

/* Blocked in every thread, so that only wait_for_end meets them, and a second one does no harm. */
static sigset_t block_signals(void) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file of the greatest size is a full store */
  return ending;
}

static void wait_for_end(const sigset_t *ending) {
  int number = 0;
  while (sigwait(ending, &number) != 0)
    continue;
  log_event(LOG_LEVEL_INFO, "stopping", "signal=\"%s\"", number == SIGTERM ? "TERM" : "INT");
}

static void say_ready(const char *const *urls) {
  char line[OPTIONS_URLS_MAX * 128] = "ready";
  size_t used = strlen(line);
  for (; *urls != NULL && used < sizeof line; urls++)
    used += (size_t)snprintf(line + used, sizeof line - used, " %s", *urls);
  fprintf(stderr, "%s\n", line);
}

static void log_start(const struct options *options) {
  char path[LOG_QUOTED_BYTES];
  log_quote(bytes_of_text(options->engine.path), path);
  log_event(LOG_LEVEL_INFO, "started", "version=\"%s\" db=%s read_only=\"%s\" threads=\"%u\"",
            BELLWETHER_VERSION, path, options->engine.read_only ? "true" : "false",
            options->engine.n_threads);
}

/* Stops in the order that loses nothing: every call answered (those that come in meanwhile with
 * SHUTTING_DOWN), every answer sent, and the store closed last. Closing the addresses first would
 * close their connections with them. */
static void stop(struct transport *transport, struct engine *engine) {
  engine_drain(engine);
  transport_close(transport);
  engine_close(engine);
  log_event(LOG_LEVEL_INFO, "stopped", "clean=\"true\"");
}

static int serve(struct options *options, const sigset_t *ending) {
  char text[TEXT_BYTES] = "";
  scoped(transport_close) struct transport *transport = NULL;
  struct engine *engine = NULL;
  if (transport_open(&options->transport, &transport, text, sizeof text) != TRANSPORT_OK)
    return cannot_start(text);
  options->engine.listen_urls = transport_urls(transport);
  options->engine.log = log_of_engine;
  if (engine_open(&options->engine, &engine, text, sizeof text) != ENGINE_OK)
    return cannot_start(text);
  if (transport_start(transport, engine) != TRANSPORT_OK) {
    engine_close(engine);
    return cannot_start("no memory for the contexts");
  }
  log_start(options);
  say_ready(transport_urls(transport));
  notify_manager("READY=1");
  wait_for_end(ending);
  notify_manager("STOPPING=1");
  struct transport *open = transport;
  transport = NULL;
  stop(open, engine);
  return EXIT_STOPPED;
}

static int hash_token(const struct options *options) {
  char line[TEXT_BYTES];
  char hash[2 * AUTH_HASH_BYTES + 1];
  if (fgets(line, sizeof line, stdin) == NULL)
    return cannot_start("no token on standard input");
  line[strcspn(line, "\r\n")] = '\0';
  if (line[0] == '\0')
    return cannot_start("the token is empty");
  if (strlen(line) > AUTH_TOKEN_BYTES)
    return cannot_start("the token is longer than a call can carry: 1,000 bytes");
  auth_hash_text(bytes_of_text(line), hash);
  printf("%s %s %s\n", options->token_role, hash, options->token_name);
  return EXIT_STOPPED;
}

int main(int argc, char **argv) {
  struct options options;
  memory_return_large();
  enum options_verdict verdict = options_parse(argc, argv, &options);
  if (verdict == OPTIONS_WRONG)
    return EXIT_USAGE;
  if (verdict == OPTIONS_DONE)
    return EXIT_STOPPED;
  if (sodium_init() < 0)
    return cannot_start("libsodium cannot start");
  if (verdict == OPTIONS_HASH_TOKEN)
    return hash_token(&options);
  const char *url = NULL;
  const char *danger = options_danger(&options, &url);
  if (danger != NULL) {
    fprintf(stderr, "bellwetherd: %s is refused, since %s; --insecure allows it\n", url, danger);
    return EXIT_CANNOT_START;
  }
  log_set_level(options.log_level);
  sigset_t ending = block_signals();
  return serve(&options, &ending);
}
