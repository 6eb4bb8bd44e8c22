/* SPDX-License-Identifier: MIT */
/* A staged load, read for its commit: each packed message in it is visited where it lies, so that a
 * load takes no more memory than an index of it. Functions return false after context_fail. */
#ifndef BELLWETHER_SERVER_LOAD_H
#define BELLWETHER_SERVER_LOAD_H

#include "server/plan.h"
#include "server/staging.h"

/* The fields of LoadPart. */
enum load_field {
  LOAD_DATASETS = 1,
  LOAD_INDICATORS = 2,
  LOAD_CODE_LISTS = 3,
  LOAD_RELEASES = 4,
  LOAD_SERIES = 5,
};
#define LOAD_FIELDS_END 6
/* "series"; and what a message of the field is. */
const char *load_field_name(enum load_field field);
const ProtobufCMessageDescriptor *load_field_type(enum load_field field);

/* Says what is wrong with a packed message of a part before it is unpacked. */
bool load_check_packed(struct context *context, const struct path *path, enum load_field field,
                       struct bytes packed);
/* In the arena; NULL after context_fail. */
const void *load_unpack(struct context *context, struct arena *arena, enum load_field field,
                        struct bytes packed);

const void *load_unpack_as(struct context *context, struct arena *arena,
                           const ProtobufCMessageDescriptor *type, struct bytes packed);

/* Each message of a packed LoadPart in its order. `part` is the path of the part for people. */
typedef bool load_visit(void *arg, enum load_field field, const struct plan_place *place,
                        struct bytes packed);
bool load_walk_part(struct context *context, const struct path *part, uint32_t number,
                    struct bytes content, load_visit *visit, void *arg);

/* The parts 1 to n of a load, mapped as they are needed. */
struct load;
bool load_open(struct context *context, const char *load_id, uint32_t n_parts,
               struct load **ret_load);
void load_close(struct load *load);
SCOPED_POINTER(struct load, load_close)
/* All parts in their order. */
bool load_walk(struct load *load, load_visit *visit, void *arg);
/* The packed message at a place, good until load_close or some hundred other parts. */
bool load_at(struct load *load, const struct plan_place *place, struct bytes *ret_packed);

/* Says for a person and for a program what staging could not do. Always false. */
bool load_fail(struct context *context, enum staging_status status, const char *load_id);

#endif
