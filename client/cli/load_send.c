/* SPDX-License-Identifier: MIT */
/* A load on its way: parts of some megabytes each, staged, then committed as one. */
#include <inttypes.h>
#include <sys/random.h>

#include "client/cli/load.h"
#include "client/cli/rpc.h"
#include "client/cli/summary.h"

enum {
  PART_BYTES = 4 << 20, /* about; a quarter of what a part may have */
  STATEMENT_ROWS = 100000,
  ITEMS_A_PART = 10000,
};

typedef Bellwether__V1__SeriesStatements statements_message;

/* The part in the making, and how many were sent. */
struct sender {
  struct load *load;
  struct arena *arena; /* of the part */
  Bellwether__V1__LoadPart part;
  struct list series;
  size_t n_bytes;
  uint32_t n_parts;
  char load_id[40];
  enum exit_code code;
};

static bool fail_memory(struct sender *sender) {
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

static bool send_part(struct sender *sender) {
  Bellwether__V1__PutPartRequest request = BELLWETHER__V1__PUT_PART_REQUEST__INIT;
  sender->part.series = (statements_message **)sender->series.items;
  sender->part.n_series = sender->series.count;
  size_t size = bellwether__v1__load_part__get_packed_size(&sender->part);
  scoped(free) uint8_t *packed = malloc(size + 1);
  if (packed == NULL)
    return fail_memory(sender);
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

/* The columns of rows that are there to be stated, or (withdrawn) to be withdrawn; NULL where there
 * is no memory. */
struct columns {
  Bellwether__V1__ObservationColumns message;
  size_t n_comments;
  int64_t last_period;
  size_t n;
  bool consecutive;
  bool all_normal;
};

static struct columns *columns_new(struct arena *arena, size_t capacity) {
  struct columns *columns = arena_zero(arena, sizeof *columns);
  if (columns == NULL)
    return NULL;
  bellwether__v1__observation_columns__init(&columns->message);
  columns->message.period_steps = arena_array(arena, capacity, sizeof(int32_t));
  columns->message.values = arena_array(arena, capacity, sizeof(double));
  columns->message.statuses.data = arena_alloc(arena, capacity);
  columns->message.comments = arena_array(arena, capacity, sizeof(Bellwether__V1__Comment *));
  columns->consecutive = columns->all_normal = true;
  bool whole = columns->message.period_steps != NULL && columns->message.values != NULL &&
               columns->message.statuses.data != NULL && columns->message.comments != NULL;
  return whole ? columns : NULL;
}

static bool add_comment(struct arena *arena, struct columns *columns, const char *text) {
  Bellwether__V1__Comment *comment = arena_alloc(arena, sizeof *comment);
  if (comment == NULL)
    return false;
  bellwether__v1__comment__init(comment);
  comment->index = (uint32_t)columns->n;
  comment->text = text_field(text);
  columns->message.comments[columns->n_comments++] = comment;
  return true;
}

static bool columns_add(struct arena *arena, struct columns *columns, const struct load_row *row) {
  Bellwether__V1__ObservationColumns *message = &columns->message;
  if (columns->n == 0)
    message->first_period = row->period;
  else
    message->period_steps[columns->n - 1] = (int32_t)(row->period - columns->last_period);
  columns->consecutive =
      columns->consecutive && (columns->n == 0 || row->period == columns->last_period + 1);
  message->values[columns->n] = row->value;
  message->statuses.data[columns->n] = (uint8_t)row->status;
  columns->all_normal = columns->all_normal && row->status == 'A';
  if (row->comment != NULL && !add_comment(arena, columns, row->comment))
    return false;
  columns->last_period = row->period;
  columns->n++;
  return true;
}

static Bellwether__V1__ObservationColumns *columns_end(struct columns *columns, bool withdrawn) {
  Bellwether__V1__ObservationColumns *message = &columns->message;
  message->n_period_steps = columns->consecutive ? 0 : columns->n - 1;
  message->n_values = withdrawn ? 0 : columns->n;
  message->statuses.len = withdrawn || columns->all_normal ? 0 : columns->n;
  message->n_comments = withdrawn ? 0 : columns->n_comments;
  return message;
}

static const char *source_url(const struct load_row *row) {
  bool same = row->url == NULL || strcmp(row->url, row->release->message.url) == 0;
  return same ? NULL : row->url;
}

static bool add_message(struct sender *sender, statements_message *statements) {
  sender->n_bytes += bellwether__v1__series_statements__get_packed_size(statements) + 8;
  if (!list_add(&sender->series, sender->arena, statements))
    return fail_memory(sender);
  return sender->n_bytes < PART_BYTES || send_part(sender);
}

static bool add_statements(struct sender *sender, const struct load_row *first,
                           struct columns *columns, Bellwether__V1__WriteMode mode) {
  bool withdrawn = mode == BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE;
  statements_message *statements = arena_alloc(sender->arena, sizeof *statements);
  if (statements == NULL)
    return fail_memory(sender);
  bellwether__v1__series_statements__init(statements);
  statements->key = text_field(first->series->key);
  statements->release = first->release->message.id;
  statements->source_url = text_field(source_url(first));
  statements->attributes = first->series->attributes;
  first->series->sent = true;
  statements->mode = mode;
  statements->withdrawn_count = withdrawn ? (uint32_t)columns->n : 0;
  statements->observations = columns_end(columns, withdrawn);
  return add_message(sender, statements);
}

/* n rows of one release and series, in the order of their periods. */
static bool send_rows(struct sender *sender, const struct load_row *rows, size_t n,
                      bool withdrawn) {
  struct columns *columns = NULL;
  for (size_t i = 0; i < n; i++) {
    if ((rows[i].status == LOAD_WITHDRAWN) != withdrawn)
      continue;
    if (columns == NULL)
      columns = columns_new(sender->arena, n);
    if (columns == NULL || !columns_add(sender->arena, columns, &rows[i]))
      return fail_memory(sender);
  }
  return columns == NULL ||
         add_statements(sender, rows, columns,
                        withdrawn ? BELLWETHER__V1__WRITE_MODE__WRITE_MODE_DELETE
                                  : BELLWETHER__V1__WRITE_MODE__WRITE_MODE_MERGE);
}

/* n rows of one release and series, the first of which says that they are all of it. */
static bool send_whole(struct sender *sender, const struct load_row *rows, size_t n) {
  struct columns *columns = columns_new(sender->arena, n);
  if (columns == NULL)
    return fail_memory(sender);
  for (size_t i = 1; i < n; i++)
    if (rows[i].status != LOAD_WITHDRAWN && !columns_add(sender->arena, columns, &rows[i]))
      return fail_memory(sender);
  return add_statements(sender, rows, columns, BELLWETHER__V1__WRITE_MODE__WRITE_MODE_REPLACE);
}

static bool send_group(struct sender *sender, const struct load_row *rows, size_t n) {
  if (rows->period == LOAD_WHOLE_SERIES)
    return send_whole(sender, rows, n);
  return send_rows(sender, rows, n, false) && send_rows(sender, rows, n, true);
}

static bool send_all_rows(struct sender *sender) {
  const struct load *load = sender->load;
  for (size_t i = 0, n; i < load->n_rows; i += n) {
    const struct load_row *first = &load->rows[i];
    bool whole = first->period == LOAD_WHOLE_SERIES; /* goes in one piece */
    for (n = 1; (whole || n < STATEMENT_ROWS) && i + n < load->n_rows; n++)
      if (first[n].release != first->release || first[n].series != first->series)
        break;
    if (!send_group(sender, first, n))
      return false;
  }
  return true;
}

static bool send_statements(struct sender *sender) {
  const struct list *statements = &sender->load->statements;
  for (size_t i = 0; i < statements->count; i++)
    if (!add_message(sender, statements->items[i]))
      return false;
  return true;
}

/* Of series that the load describes and does not state: with a release that says nothing of them.
 */
static bool send_attributes(struct sender *sender) {
  struct load *load = sender->load;
  for (size_t i = 0; i < load->series.count; i++) {
    const struct load_series *series = load->series.items[i];
    if (series->sent || series->attributes == NULL)
      continue;
    if (load->releases.count == 0)
      return load_complain(load, (struct load_place){.file = series->key},
                           "is described, but the load names no release");
    statements_message *statements = arena_alloc(sender->arena, sizeof *statements);
    if (statements == NULL)
      return fail_memory(sender);
    bellwether__v1__series_statements__init(statements);
    statements->key = text_field(series->key);
    statements->release = ((struct load_release *)load->releases.items[0])->message.id;
    statements->attributes = series->attributes;
    if (!add_message(sender, statements))
      return false;
  }
  return sender->series.count == 0 || send_part(sender);
}

/* Releases that the store has already are not described again. */
static bool send_releases(struct sender *sender) {
  const struct load *load = sender->load;
  for (size_t at = 0; at < load->releases.count;) {
    void **items = arena_array(sender->arena, ITEMS_A_PART, sizeof *items);
    if (items == NULL)
      return fail_memory(sender);
    sender->part.releases = (Bellwether__V1__Release **)items;
    for (; at < load->releases.count && sender->part.n_releases < ITEMS_A_PART; at++) {
      struct load_release *release = load->releases.items[at];
      if (release->timed)
        items[sender->part.n_releases++] = &release->message;
    }
    if (sender->part.n_releases > 0 && !send_part(sender))
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
    if (!send_part(sender))
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
  return send_part(sender) && send_indicators(sender) && send_releases(sender);
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
  summary_print(sender->load->cli, ((Bellwether__V1__CommitLoadResponse *)response)->summary,
                only_try);
  return true;
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
  bool committed = send_descriptions(&sender) && send_all_rows(&sender) &&
                   send_statements(&sender) && send_attributes(&sender) &&
                   commit(&sender, only_try);
  if ((!committed && sender.code != EXIT_CODE_UNREACHABLE) || only_try)
    drop(&sender);
  return sender.code;
}
