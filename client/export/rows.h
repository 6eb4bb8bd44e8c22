/* SPDX-License-Identifier: MIT */
/* One series as rows of the table: what each release states of it, in full, and withdraws. Inside
 * of client/export. */
#ifndef BELLWETHER_CLIENT_EXPORT_ROWS_H
#define BELLWETHER_CLIENT_EXPORT_ROWS_H

#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/message_to_json.h"
#include "client/export/export.h"

struct export_rows {
  struct export *export;
  struct export_dataset *dataset;
  const char *key;
  struct export_call *vintages; /* the first pages, under way */
  struct export_call *revisions;
};

/* The questions that these are. The reference is the caller's, as long as the request. */
void export_vintages_request(const char *key, Bellwether__V1__SeriesRef *ret_series,
                             Bellwether__V1__ListVintagesRequest *ret_request);
void export_revisions_request(const char *key, Bellwether__V1__SeriesRef *ret_series,
                              Bellwether__V1__ListRevisionsRequest *ret_request);

void export_rows_heading(FILE *csv);
/* Waits for both calls, whatever happens. */
must_check bool export_rows(const struct export_rows *rows);

#endif
