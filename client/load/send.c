/* SPDX-License-Identifier: MIT */
/* A load on its way: parts of some megabytes each, staged, then committed as one. */
#include <inttypes.h>
#include <sys/random.h>

#include "client/cli/rpc.h"
#include "client/cli/summary.h"
#include "client/load/rejects.h"
#include "client/load/sender.h"

enum { ITEMS_A_PART = 10000 };

bool sender_fail_memory(struct sender *sender) {
  sender->code = EXIT_CODE_REFUSED;
  return load_fail_memory(sender->load);
}

static bool write_message(struct sender *sender, const char *method,
                          const ProtobufCMessage *request,
                          const ProtobufCMessageDescriptor *descriptor) {
  scoped(message_free) ProtobufCMessage *response = NULL;
  sender->code = rpc_write(sender->load->cli, method, request, descriptor, &response);
  return sender->code == EXIT_CODE_OK;
}

bool sender_send_part(struct sender *sender) {
  Bellwether__V1__PutPartRequest request = BELLWETHER__V1__PUT_PART_REQUEST__INIT;
  sender->part.series = (Bellwether__V1__SeriesStatements **)sender->series.items;
  sender->part.n_series = sender->series.count;
  size_t size = bellwether__v1__load_part__get_packed_size(&sender->part);
  scoped(free) uint8_t *packed = malloc(size + 1);
  if (packed == NULL)
    return sender_fail_memory(sender);
  bellwether__v1__load_part__pack(&sender->part, packed);
  request.load_id = sender->load_id;
  request.part_number = ++sender->n_parts;
  request.part = (ProtobufCBinaryData){.len = size, .data = packed};
  arena_reset(sender->arena, SIZE_MAX);
  sender->series = (struct list){0};
  sender->n_bytes = 0;
  bellwether__v1__load_part__init(&sender->part);
  return write_message(sender, "Ingest/PutPart", &request.base,
                       &bellwether__v1__put_part_response__descriptor);
}

/* Releases that the store has already are not described again. */
static bool send_releases(struct sender *sender) {
  const struct load *load = sender->load;
  for (size_t at = 0; at < load->releases.count;) {
    void **items = arena_array(sender->arena, ITEMS_A_PART, sizeof *items);
    if (items == NULL)
      return sender_fail_memory(sender);
    sender->part.releases = (Bellwether__V1__Release **)items;
    for (; at < load->releases.count && sender->part.n_releases < ITEMS_A_PART; at++) {
      struct load_release *release = load->releases.items[at];
      if (release->timed)
        items[sender->part.n_releases++] = &release->message;
    }
    if (sender->part.n_releases > 0 && !sender_send_part(sender))
      return false;
  }
  return true;
}

static bool send_indicators(struct sender *sender) {
  const struct list *all = &sender->load->indicators;
  for (size_t at = 0; at < all->count; at += ITEMS_A_PART) {
    size_t left = all->count - at;
    sender->part.indicators = (Bellwether__V1__Indicator **)(all->items + at);
    sender->part.n_indicators = left < ITEMS_A_PART ? left : ITEMS_A_PART;
    if (!sender_send_part(sender))
      return false;
  }
  return true;
}

static bool send_descriptions(struct sender *sender) {
  const struct load *load = sender->load;
  sender->part.datasets = (Bellwether__V1__Dataset **)load->datasets.items;
  sender->part.n_datasets = load->datasets.count;
  sender->part.code_lists = (Bellwether__V1__CodeList **)load->code_lists.items;
  sender->part.n_code_lists = load->code_lists.count;
  return sender_send_part(sender) && send_indicators(sender) && send_releases(sender);
}

static bool begin(struct sender *sender) {
  Bellwether__V1__BeginLoadRequest request = BELLWETHER__V1__BEGIN_LOAD_REQUEST__INIT;
  uint64_t random[2];
  if (getrandom(random, sizeof random, 0) != sizeof random)
    return false;
  snprintf(sender->load_id, sizeof sender->load_id, "%016" PRIx64 "%016" PRIx64, random[0],
           random[1]);
  request.load_id = sender->load_id;
  return write_message(sender, "Ingest/BeginLoad", &request.base,
                       &bellwether__v1__begin_load_response__descriptor);
}

static bool commit(struct sender *sender, bool only_try) {
  Bellwether__V1__CommitLoadRequest request = BELLWETHER__V1__COMMIT_LOAD_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *response = NULL;
  request.load_id = sender->load_id;
  request.part_count = sender->n_parts;
  request.validate_only = only_try;
  sender->code = rpc_write_patiently(sender->load->cli, "Ingest/CommitLoad", &request.base,
                                     &bellwether__v1__commit_load_response__descriptor, &response);
  if (sender->code != EXIT_CODE_OK)
    return false;
  sender->load->committed = true;
  load_tell_files(sender->load);
  summary_print(sender->load->cli, ((Bellwether__V1__CommitLoadResponse *)response)->summary,
                only_try);
  return true;
}

/* Where nobody knows whether it was kept, the lines put aside are, too. */
static bool finish(struct sender *sender, bool only_try) {
  struct load *load = sender->load;
  if (load->n_errors > 0 || source_interrupted || (!only_try && !rejects_write(load)))
    return false;
  if (!load_note_files(load))
    return false;
  load_forget(load);
  progress_erase(&load->progress);
  bool committed = commit(sender, only_try);
  if (!committed && sender->code != EXIT_CODE_UNREACHABLE)
    rejects_drop(load);
  return committed;
}

static void drop(struct sender *sender) {
  Bellwether__V1__AbortLoadRequest request = BELLWETHER__V1__ABORT_LOAD_REQUEST__INIT;
  enum exit_code code = sender->code;
  request.load_id = sender->load_id;
  write_message(sender, "Ingest/AbortLoad", &request.base,
                &bellwether__v1__abort_load_response__descriptor);
  sender->code = code;
}

enum exit_code load_send(struct load *load, bool only_try) {
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  struct sender sender = {.load = load, .arena = arena, .code = EXIT_CODE_REFUSED};
  if (arena == NULL) {
    load_fail_memory(load);
    return EXIT_CODE_REFUSED;
  }
  bellwether__v1__load_part__init(&sender.part);
  if (!begin(&sender))
    return sender.code;
  progress_begin(&load->progress);
  bool committed = send_descriptions(&sender) && sender_send_rows(&sender) &&
                   sender_send_described(&sender) && finish(&sender, only_try);
  progress_erase(&load->progress);
  if ((!committed && sender.code != EXIT_CODE_UNREACHABLE) || only_try)
    drop(&sender);
  return committed || sender.code != EXIT_CODE_OK ? sender.code : EXIT_CODE_REFUSED;
}
