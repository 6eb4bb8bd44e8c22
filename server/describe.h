/* SPDX-License-Identifier: MIT */
/* Descriptions as storage keeps them, packed, made into messages of the context's arena. Functions
 * return false after context_fail. */
#ifndef BELLWETHER_SERVER_DESCRIBE_H
#define BELLWETHER_SERVER_DESCRIBE_H

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "proto/key.h"
#include "proto/cache.h"
#include "server/context.h"
#include "storage/catalog.h"
#include "storage/series.h"

/* A message of the arena with all fields at their default. NULL after context_fail. */
void *message_new(struct context *context, const ProtobufCMessageDescriptor *type);
/* Text of the arena. NULL after context_fail. */
char *text_new(struct context *context, struct bytes text);
/* A packed message that this server stored itself; DATA_LOSS where it cannot be unpacked. */
bool message_unpack(struct context *context, const ProtobufCMessageDescriptor *type,
                    struct bytes packed, void *ret_message);

/* The whole message: what was packed, and the output-only fields. */
bool describe_dataset(struct context *context, const struct dataset_record *record,
                      Bellwether__V1__Dataset **ret_dataset);
bool describe_indicator(struct context *context, const struct dataset_record *dataset,
                        struct bytes id, struct bytes description,
                        Bellwether__V1__Indicator **ret_indicator);
/* An empty description: of a code that was never described. */
bool describe_code(struct context *context, const struct dataset_record *dataset, uint8_t dimension,
                   struct bytes code, struct bytes description, Bellwether__V1__Code **ret_code);
bool describe_release(struct context *context, const struct release_record *record,
                      Bellwether__V1__Release **ret_release);
bool describe_attributes(struct context *context, struct bytes packed,
                         Bellwether__V1__SeriesAttributes **ret_attributes);

/* Remembers within one request what was unpacked already. */
struct describer {
  struct context *context;
  struct cache cache;
  struct dataset_record dataset; /* the last one asked for */
};

/* Borrowed until the next call with another number. */
bool describer_dataset(struct describer *describer, uint32_t no,
                       const struct dataset_record **ret_dataset);
/* Without the number of its series. One that was never described has only its id and dataset. */
bool describer_indicator(struct describer *describer, const struct dataset_record *dataset,
                         struct bytes id, const Bellwether__V1__Indicator **ret_indicator);
/* One that was never described has only its code. */
bool describer_code(struct describer *describer, const struct dataset_record *dataset,
                    uint8_t dimension, struct bytes code, const Bellwether__V1__Code **ret_code);
/* The code itself where it has no name. */
bool describer_code_name(struct describer *describer, const struct dataset_record *dataset,
                         uint8_t dimension, struct bytes code, const char **ret_name);
/* `handle`: of the series whose own address in the release counts; 0: the release's. `full`: also
 * publisher, title and url. */
bool describer_release(struct describer *describer, uint32_t release_no, uint64_t handle, bool full,
                       Bellwether__V1__ReleaseEntry **ret_entry);

/* What is known of one series beside its figures. */
struct series_words {
  struct key key;                       /* borrowed from the details */
  const struct dataset_record *dataset; /* as from describer_dataset */
  const Bellwether__V1__SeriesAttributes *attributes;
  const Bellwether__V1__Indicator *indicator; /* NULL: the dataset has no such dimension */
};
bool describer_series(struct describer *describer, const struct series_head *head,
                      const struct series_details *details, struct series_words *ret_words);
/* Its own unit, else its indicator's, else NULL. */
Bellwether__V1__Unit *series_words_unit(const struct series_words *words);
/* Its own title, else the indicator's name and the codes' names: "Trade, China". */
bool describer_title(struct describer *describer, const struct series_words *words,
                     char **ret_title);
/* The whole message as far as the view goes. */
bool describe_series(struct describer *describer, const struct series_head *head,
                     const struct series_details *details, Bellwether__V1__View view,
                     Bellwether__V1__Series **ret_series);

#endif
