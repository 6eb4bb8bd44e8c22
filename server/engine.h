/* SPDX-License-Identifier: MIT */
/* The engine: a store, its writer thread and the dispatcher as one. Bytes in, bytes out: it knows
 * no socket. The nng server, the direct mode, tests and fuzzers are its callers. Any thread may
 * call. */
#ifndef BELLWETHER_SERVER_ENGINE_H
#define BELLWETHER_SERVER_ENGINE_H

#include "proto/util.h"

enum engine_status {
  ENGINE_OK = 0,
  ENGINE_NO_STORE, /* the store or the token file cannot be opened; the text says why */
  ENGINE_LOCKED,   /* another process writes to it */
  ENGINE_NO_MEMORY,
};

/* Texts are borrowed until engine_close. */
struct engine_options {
  const char *path; /* the store's folder */
  bool read_only;
  uint64_t map_bytes;      /* 0: the store's default */
  unsigned n_threads;      /* of the pool for heavy reads; 0: run them on the caller's thread */
  const char *backup_path; /* where Backup may write; NULL: PATH/backup */
  const char *const *listen_urls; /* what GetStatus tells; NULL-terminated, may be NULL */
  const char *token_file;         /* NULL: everyone may do everything */
  uint32_t slow_ms;               /* calls at least this long are logged; 0: none */
  bool log_calls;                 /* every call is logged */
  void (*log)(void *arg, const char *event, const char *text); /* may be NULL */
  void *log_arg;
};

struct engine;

/* ret_text (of `text_size` bytes) tells a person what is wrong. */
must_check enum engine_status engine_open(const struct engine_options *options,
                                          struct engine **ret_engine, char *ret_text,
                                          size_t text_size);
/* Takes NULL. Waits until every call taken on has been answered. */
void engine_close(struct engine *engine);
SCOPED_POINTER(struct engine, engine_close)

/* Answers new calls with UNAVAILABLE from now on, except Health and Reflection; returns when all
 * that were taken on before are done. */
void engine_drain(struct engine *engine);

/* Where a reply goes. */
struct reply_sink {
  /* The place for the whole packed Reply, to be filled before `done`; NULL: no memory. */
  uint8_t *(*reserve)(struct reply_sink *sink, size_t size);
  /* Called exactly once for each engine_call, maybe on another thread, maybe before engine_call
   * returns. If reserve was not called, or gave NULL, there is no reply to send. */
  void (*done)(struct reply_sink *sink);
};

/* Answers one packed Call. `call` is borrowed until sink->done. Never fails: what goes wrong is in
 * the reply. */
void engine_call(struct engine *engine, struct bytes call, struct reply_sink *sink);
/* The same for a call that is not to be worked on: RESOURCE_EXHAUSTED, TOO_MANY_IN_FLIGHT. */
void engine_refuse(struct engine *engine, struct bytes call, struct reply_sink *sink);

#endif
