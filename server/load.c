/* SPDX-License-Identifier: MIT */
#include "server/load.h"

#include "server/engine_state.h"

/* A process has some 65,000 mappings and an open file is not needed for one. */
enum { PARTS_MAPPED_MAX = 512 };

struct load {
  struct context *context;
  const char *load_id;
  uint32_t n_parts;
  struct staged_part *parts;         /* n_parts; without a map where it is not needed now */
  bool *seen;                        /* the part's checksum is known */
  uint32_t mapped[PARTS_MAPPED_MAX]; /* the oldest gives way */
  size_t n_mapped;
  size_t oldest;
};

bool load_fail(struct context *context, enum staging_status status, const char *load_id) {
  struct failure failure = {.code = RPC_INTERNAL, .reason = "STAGING_FAILED"};
  switch (status) {
  case STAGING_OK:
  case STAGING_IO:
    break;
  case STAGING_NO_LOAD:
    failure = (struct failure){RPC_NOT_FOUND, "LOAD_NOT_FOUND", "load_id", "begin it again"};
    break;
  case STAGING_NO_PART:
    failure = (struct failure){RPC_FAILED_PRECONDITION, "LOAD_INCOMPLETE", "part_count",
                               "BeginLoad tells which parts are staged"};
    break;
  case STAGING_TOO_MANY:
    failure = (struct failure){RPC_RESOURCE_EXHAUSTED, "TOO_MANY_ITEMS", "load_id",
                               "commit or abort another load"};
    break;
  case STAGING_TOO_LARGE:
    failure = (struct failure){RPC_RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", "part",
                               "divide it into several loads"};
    break;
  case STAGING_FULL:
    failure = (struct failure){RPC_RESOURCE_EXHAUSTED, "STORE_FULL", NULL, "free disk space"};
    break;
  case STAGING_CORRUPT:
    failure = (struct failure){RPC_DATA_LOSS, "CHECKSUM_MISMATCH", NULL, "send the part again"};
    break;
  case STAGING_NO_MEMORY:
    return context_fail_memory(context);
  }
  return context_fail(context, failure, "load %s: %s", load_id, staging_status_text(status));
}

static bool fail_part(struct load *load, enum staging_status status, uint32_t number) {
  const char *id = arena_format(load->context->arena, "%s, part %u", load->load_id, number);
  return load_fail(load->context, status, id == NULL ? load->load_id : id);
}

bool load_open(struct context *context, const char *load_id, uint32_t n_parts,
               struct load **ret_load) {
  scoped(load_close) struct load *load = calloc(1, sizeof *load);
  if (load == NULL)
    return context_fail_memory(context);
  load->context = context;
  load->load_id = load_id;
  load->n_parts = n_parts;
  load->parts = calloc(n_parts + (size_t)1, sizeof *load->parts);
  load->seen = calloc(n_parts + (size_t)1, sizeof *load->seen);
  if (load->parts == NULL || load->seen == NULL)
    return context_fail_memory(context);
  *ret_load = load;
  load = NULL;
  return true;
}

void load_close(struct load *load) {
  if (load == NULL)
    return;
  for (size_t i = 0; load->parts != NULL && i < load->n_parts; i++)
    staging_unmap(&load->parts[i]);
  free(load->parts);
  free(load->seen);
  free(load);
}

/* Room for one more mapping. */
static void remember_mapped(struct load *load, uint32_t number) {
  if (load->n_mapped < PARTS_MAPPED_MAX) {
    load->mapped[load->n_mapped++] = number;
    return;
  }
  staging_unmap(&load->parts[load->mapped[load->oldest] - 1]);
  load->mapped[load->oldest] = number;
  load->oldest = (load->oldest + 1) % PARTS_MAPPED_MAX;
}

static bool fail_changed(struct load *load, uint32_t number) {
  struct failure failure = {.code = RPC_ABORTED, .reason = "LOAD_CHANGED", .hint = "commit again"};
  return context_fail(load->context, failure,
                      "load %s: part %u was written anew while the load was committed.",
                      load->load_id, number);
}

/* A part that is mapped again must be the one that was seen before: places point into it. */
static bool map_part(struct load *load, uint32_t number, struct bytes *ret_content) {
  struct staged_part *part = &load->parts[number - 1];
  struct staged_part mapped = {.map = NULL};
  if (part->map == NULL) {
    uint64_t checksum = part->checksum;
    enum staging_status status =
        staging_map(load->context->engine->staging, load->load_id, number, &mapped);
    if (status == STAGING_OK && !load->seen[number - 1] && !staging_is_sound(&mapped))
      status = STAGING_CORRUPT;
    bool is_other = status == STAGING_OK && load->seen[number - 1] && mapped.checksum != checksum;
    if (status != STAGING_OK || is_other) {
      staging_unmap(&mapped);
      return is_other ? fail_changed(load, number) : fail_part(load, status, number);
    }
    remember_mapped(load, number);
    *part = mapped;
    load->seen[number - 1] = true;
  }
  *ret_content = part->content;
  return true;
}

bool load_at(struct load *load, const struct plan_place *place, struct bytes *ret_packed) {
  struct bytes content = {0};
  if (!map_part(load, place->part, &content))
    return false;
  *ret_packed = bytes_of(content.data + place->offset, place->size);
  return true;
}

bool load_walk(struct load *load, load_visit *visit, void *arg) {
  for (uint32_t number = 1; number <= load->n_parts; number++) {
    struct bytes content = {0};
    if (!map_part(load, number, &content) ||
        !load_walk_part(load->context, PATH_AT(NULL, "parts", number), number, content, visit, arg))
      return false;
  }
  return true;
}
