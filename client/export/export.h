/* SPDX-License-Identifier: MIT */
/* `bellwether export`: datasets out of a store into files that `bellwether load` reads into the
 * same answers. Of each dataset a description in JSON and the figures in CSV; all of it from one
 * state of the store. Functions return false after a complaint, or where the store has changed. */
#ifndef BELLWETHER_CLIENT_EXPORT_EXPORT_H
#define BELLWETHER_CLIENT_EXPORT_EXPORT_H

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "client/export/json_part.h"
#include "proto/cache.h"

struct export {
  struct cli *cli;
  struct arena *arena;       /* of the names below */
  struct cache release_urls; /* by the ids of releases */
  bool changed;              /* what was read does not belong together: begin again */
  enum exit_code code;
  bool on_terminal; /* tell how far it is */
};

/* One dataset while it is exported. */
struct export_dataset {
  const char *id;
  uint64_t changed_revision;
  uint64_t releases_hash;
  uint64_t n_series;
  uint64_t n_rows; /* of the table */
  struct json_part json;
  FILE *csv;
};

/* --- Asking ----------------------------------------------------------------------------------- */

/* A call under way. It must not move before it was waited for. */
struct export_call {
  bool done;
  enum bellwether_status status;
  struct bellwether_reply *reply;
};

/* Calls "/bellwether.v1." `method`; borrows the request until it returns. */
void export_begin(struct export *export, const char *method, const ProtobufCMessage *request,
                  struct export_call *ret_call);
/* Waits, and unpacks. Each call is waited for once. */
must_check bool export_end(struct export *export, struct export_call *call,
                           const ProtobufCMessageDescriptor *response,
                           ProtobufCMessage **ret_response);
/* Waits, and forgets the answer. */
void export_forget(struct export_call *call);
/* Both at once. */
must_check bool export_ask(struct export *export, const char *method,
                           const ProtobufCMessage *request,
                           const ProtobufCMessageDescriptor *response,
                           ProtobufCMessage **ret_response);

bool export_fail_memory(struct export *export); /* always false */

/* --- Writing ---------------------------------------------------------------------------------- */

/* The dataset, its indicators, codes and releases; leaves the JSON open for the series. Sets what
 * `dataset` knows of the store's state. */
must_check bool export_describe(struct export *export, struct export_dataset *dataset);
/* The rows of all series, and what only JSON can say of them; closes the JSON. */
must_check bool export_series(struct export *export, struct export_dataset *dataset);
/* Whether the dataset is still as it was when export_describe read it. False, and export->changed,
 * where it is not. */
must_check bool export_check(struct export *export, const struct export_dataset *dataset);

#endif
