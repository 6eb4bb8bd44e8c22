/* SPDX-License-Identifier: MIT */
#include "server/listeners.h"

#include <nng/supplemental/tls/tls.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/limits.h"
#include "server/address.h"
#include "server/log.h"

enum {
  HEARING_MS = 100, /* between two looks whether listeners are deaf */
  DEAF_MOST = 16,   /* listeners that were replaced and keep their connections */
  URL_BYTES = 512,
};

struct listeners {
  nng_socket socket;
  nng_tls_config *tls;
  size_t n;
  nng_listener *items;
  char **urls;
  nng_aio *hearing;   /* runs while there are addresses that may become deaf */
  bool *closed;       /* the listener: it is tried again */
  uint64_t *n_errors; /* of each, when it was looked at */
  nng_listener deaf[DEAF_MOST];
  size_t n_deaf;
};

static char *read_text_file(const char *path) {
  FILE *file = path == NULL ? NULL : fopen(path, "re");
  char *text = NULL;
  size_t size = 0;
  if (file == NULL)
    return NULL;
  ssize_t got = getdelim(&text, &size, '\0', file);
  fclose(file);
  if (got >= 0)
    return text;
  free(text);
  return NULL;
}

static enum transport_status prepare_tls(struct listeners *listeners,
                                         const struct transport_options *options, char *text,
                                         size_t text_size) {
  scoped(free) char *cert = read_text_file(options->tls_cert);
  scoped(free) char *key = read_text_file(options->tls_key);
  if (cert == NULL || key == NULL) {
    snprintf(text, text_size, "cannot read the certificate %s or its key %s",
             options->tls_cert == NULL ? "(none given)" : options->tls_cert,
             options->tls_key == NULL ? "(none given)" : options->tls_key);
    return TRANSPORT_TLS;
  }
  int code = nng_tls_config_alloc(&listeners->tls, NNG_TLS_MODE_SERVER);
  if (code == 0)
    code = nng_tls_config_own_cert(listeners->tls, cert, key, NULL);
  if (code == 0)
    return TRANSPORT_OK;
  snprintf(text, text_size, "cannot use the certificate %s with the key %s: %s", options->tls_cert,
           options->tls_key, nng_strerror(code));
  return TRANSPORT_TLS;
}

/* An address takes the options that its transport knows; others refuse them, which does no harm. */
static int set_up(const struct listeners *listeners, nng_listener listener, const char *url) {
  (void)nng_listener_set_size(listener, NNG_OPT_RECVMAXSZ, LIMIT_RECEIVE_BYTES);
  (void)nng_listener_set_size(listener, NNG_OPT_WS_RECVMAXFRAME, LIMIT_RECEIVE_BYTES);
  (void)nng_listener_set_size(listener, NNG_OPT_WS_SENDMAXFRAME, LIMIT_REPLY_BYTES);
  if (!address_is_encrypted(url))
    return 0;
  return nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, listeners->tls);
}

/* The address with the port that was given in place of 0 or of none. NULL when there is no memory.
 */
static char *bound_url(nng_listener listener, const char *asked) {
  char text[URL_BYTES];
  nng_url *url = NULL;
  int port = 0;
  if (nng_url_parse(&url, asked) != 0)
    return strdup(asked);
  bool asked_any = url->u_port != NULL && (url->u_port[0] == '\0' || strcmp(url->u_port, "0") == 0);
  bool chosen = asked_any && nng_listener_get_int(listener, NNG_OPT_TCP_BOUND_PORT, &port) == 0;
  bool six = url->u_hostname != NULL && strchr(url->u_hostname, ':') != NULL;
  if (chosen)
    snprintf(text, sizeof text, "%s://%s%s%s:%d%s", url->u_scheme, six ? "[" : "", url->u_hostname,
             six ? "]" : "", port, url->u_path == NULL ? "" : url->u_path);
  nng_url_free(url);
  return strdup(chosen ? text : asked);
}

static int listen_on(struct listeners *listeners, const char *url) {
  nng_listener listener;
  int code = nng_listener_create(&listener, listeners->socket, url);
  if (code == 0)
    code = set_up(listeners, listener, url);
  if (code == 0)
    code = nng_listener_start(listener, 0);
  if (code != 0)
    return code;
  listeners->items[listeners->n] = listener;
  listeners->urls[listeners->n] = bound_url(listener, url);
  return listeners->urls[listeners->n++] == NULL ? NNG_ENOMEM : 0;
}

/* --- Deaf listeners --------------------------------------------------------------------------- */

static const char *socket_path(const char *url) {
  static const char *const schemes[] = {"ipc://", "unix://"};
  for (size_t i = 0; i < count_of(schemes); i++)
    if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
      return url + strlen(schemes[i]);
  return NULL;
}

static uint64_t number_of(nng_stat *stat, const char *name) {
  for (stat = nng_stat_child(stat); stat != NULL; stat = nng_stat_next(stat))
    if (strcmp(nng_stat_name(stat), name) == 0)
      return nng_stat_value(stat);
  return 0;
}

/* The statistics of a listener, wherever they stand under `stat`; NULL where it is closed. */
static nng_stat *find_statistics(nng_stat *stat, nng_listener listener) {
  nng_stat *found = NULL;
  if (strncmp(nng_stat_name(stat), "listener", strlen("listener")) == 0 &&
      number_of(stat, "id") == (uint64_t)nng_listener_id(listener))
    return stat;
  for (stat = nng_stat_child(stat); stat != NULL && found == NULL; stat = nng_stat_next(stat))
    found = find_statistics(stat, listener);
  return found;
}

/* A deaf listener keeps its connections, if it has any and there are not too many of its kind.
 * Closing one takes its path away, so this comes before the next one listens. */
static void put_aside(struct listeners *listeners, nng_listener listener, bool connected) {
  if (!connected) {
    nng_listener_close(listener);
    return;
  }
  nng_listener *oldest = &listeners->deaf[listeners->n_deaf % DEAF_MOST];
  if (listeners->n_deaf++ >= DEAF_MOST)
    nng_listener_close(*oldest);
  *oldest = listener;
}

static void listen_again(struct listeners *listeners, size_t i) {
  const char *url = listeners->urls[i];
  nng_listener listener;
  (void)unlink(socket_path(url));
  int code = nng_listener_create(&listener, listeners->socket, url);
  if (code == 0)
    code = set_up(listeners, listener, url);
  if (code == 0)
    code = nng_listener_start(listener, 0);
  log_event(LOG_LEVEL_WARN, "listening_again", "url=\"%s\" result=\"%s\"", url, nng_strerror(code));
  listeners->closed[i] = code != 0;
  listeners->n_errors[i] = 0;
  if (code == 0)
    listeners->items[i] = listener;
}

/* Asks for the health, as a client does. */
static bool is_answered_at(const char *path) {
  static const char question[] = "\0SP\0\0\x30\0\0" /* the greeting of a REQ */
                                 "\1\0\0\0\0\0\0\0\x21\x80\0\0\1"
                                 "\x0a\x1b/bellwether.v1.Health/Check";
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const struct timeval patience = {.tv_sec = 1};
  char answer[64];
  ssize_t size = 0, got = 0;
  if (strlen(path) >= sizeof address.sun_path)
    return true;
  memcpy(address.sun_path, path, strlen(path));
  int stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (stream < 0)
    return true;
  (void)setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void)setsockopt(stream, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(stream, (const struct sockaddr *)&address, sizeof address) == 0 &&
      send(stream, question, sizeof question - 1, MSG_NOSIGNAL) == sizeof question - 1)
    while (size <= 8 && (got = recv(stream, answer, sizeof answer, 0)) > 0)
      size += got; /* the server's greeting has 8 bytes */
  close(stream);
  return size > 8;
}

static void hear(struct listeners *listeners, nng_stat *stats, size_t i) {
  nng_stat *own = listeners->closed[i] ? NULL : find_statistics(stats, listeners->items[i]);
  uint64_t n_errors = own == NULL ? 0 : number_of(own, "other") + number_of(own, "canceled");
  if (own != NULL && n_errors == listeners->n_errors[i])
    return;
  listeners->n_errors[i] = n_errors;
  if (own != NULL && is_answered_at(socket_path(listeners->urls[i])))
    return;
  if (own != NULL)
    put_aside(listeners, listeners->items[i], number_of(own, "pipes") > 0);
  if (own != NULL || listeners->closed[i])
    listen_again(listeners, i);
}

static void hear_all(struct listeners *listeners) {
  nng_stat *stats = NULL;
  if (nng_stats_get(&stats) != 0)
    return;
  for (size_t i = 0; i < listeners->n; i++)
    if (socket_path(listeners->urls[i]) != NULL)
      hear(listeners, stats, i);
  nng_stats_free(stats);
}

/* nng 1.5.2 accepts nothing more at a Unix socket once a client was gone before it was greeted, be
 * it only somebody who looked whether the address is in use. It counts an error then, as it does
 * for others that do no harm. */
static void on_hearing(void *argument) {
  struct listeners *listeners = argument;
  if (nng_aio_result(listeners->hearing) != 0)
    return;
  hear_all(listeners);
  nng_sleep_aio(HEARING_MS, listeners->hearing);
}

bool listeners_hear(struct listeners *listeners) {
  bool may_be_deaf = false;
  for (size_t i = 0; i < listeners->n; i++)
    may_be_deaf |= socket_path(listeners->urls[i]) != NULL;
  if (!may_be_deaf)
    return true;
  if (nng_aio_alloc(&listeners->hearing, on_hearing, listeners) != 0)
    return false;
  nng_sleep_aio(HEARING_MS, listeners->hearing);
  return true;
}

static bool wants_tls(const char *const *urls) {
  for (; *urls != NULL; urls++)
    if (address_is_encrypted(*urls))
      return true;
  return false;
}

static enum transport_status listen_on_all(struct listeners *listeners,
                                           const struct transport_options *options, char *text,
                                           size_t text_size) {
  size_t n = 0;
  while (options->urls[n] != NULL)
    n++;
  listeners->items = calloc(n + 1, sizeof *listeners->items);
  listeners->urls = calloc(n + 1, sizeof *listeners->urls);
  listeners->closed = calloc(n + 1, sizeof *listeners->closed);
  listeners->n_errors = calloc(n + 1, sizeof *listeners->n_errors);
  if (listeners->items == NULL || listeners->urls == NULL || listeners->closed == NULL ||
      listeners->n_errors == NULL)
    return TRANSPORT_NO_MEMORY;
  if (wants_tls(options->urls)) {
    enum transport_status status = prepare_tls(listeners, options, text, text_size);
    if (status != TRANSPORT_OK)
      return status;
  }
  for (size_t i = 0; i < n; i++) {
    int code = listen_on(listeners, options->urls[i]);
    if (code == 0)
      continue;
    snprintf(text, text_size, "cannot listen on %s: %s", options->urls[i], nng_strerror(code));
    return code == NNG_ENOMEM ? TRANSPORT_NO_MEMORY : TRANSPORT_ADDRESS;
  }
  return TRANSPORT_OK;
}

enum transport_status listeners_open(nng_socket socket, const struct transport_options *options,
                                     struct listeners **ret_listeners, char *ret_text,
                                     size_t text_size) {
  scoped(listeners_free) struct listeners *listeners = calloc(1, sizeof *listeners);
  if (listeners == NULL)
    return TRANSPORT_NO_MEMORY;
  listeners->socket = socket;
  enum transport_status status = listen_on_all(listeners, options, ret_text, text_size);
  if (status != TRANSPORT_OK)
    return status;
  *ret_listeners = listeners;
  listeners = NULL;
  return TRANSPORT_OK;
}

const char *const *listeners_urls(const struct listeners *listeners) {
  return (const char *const *)listeners->urls;
}

void listeners_stop_hearing(struct listeners *listeners) {
  if (listeners != NULL && listeners->hearing != NULL)
    nng_aio_stop(listeners->hearing);
}

void listeners_free(struct listeners *listeners) {
  if (listeners == NULL)
    return;
  for (size_t i = 0; i < listeners->n; i++)
    free(listeners->urls[i]);
  if (listeners->tls != NULL)
    nng_tls_config_free(listeners->tls);
  if (listeners->hearing != NULL)
    nng_aio_free(listeners->hearing);
  free(listeners->urls);
  free(listeners->closed);
  free(listeners->n_errors);
  free(listeners->items);
  free(listeners);
}
