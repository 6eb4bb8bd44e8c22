/* SPDX-License-Identifier: MIT */
/* What changed at which revision, the names of what was deleted, and the replies of writes. */
#include "storage/table.h"

/* A change is one number: 3 bits subject, 2 bits kind, 53 bits of the subject's number. The number
 * of no subject and no kind, which is the least of its revision, is the revision's time. */
enum { NUMBER_BITS = 53, KIND_BITS = 2 };
static const uint64_t NUMBER_MASK = (UINT64_C(1) << NUMBER_BITS) - 1;
static const uint64_t FIRST_CHANGE = UINT64_C(1) << (NUMBER_BITS + KIND_BITS);

static uint64_t pack(enum change_kind kind, enum change_subject subject, uint64_t number) {
  return ((uint64_t)subject << (NUMBER_BITS + KIND_BITS)) | ((uint64_t)kind << NUMBER_BITS) |
         (number & NUMBER_MASK);
}

/* meta: "described", u32 dataset (0: releases): u64 revision. */
static struct key_buffer described_key(uint32_t dataset_no) {
  struct key_buffer key = {0};
  key_bytes(&key, bytes_of_text("described"));
  key_u32(&key, dataset_no);
  return key;
}

static enum store_status described_get(struct store_txn *txn, uint32_t dataset_no,
                                       uint64_t *ret_revision) {
  struct key_buffer key = described_key(dataset_no);
  struct bytes value;
  *ret_revision = 0;
  enum store_status status = table_get(txn, TABLE_META, key_of(&key), &value);
  if (status == STORE_OK && value.size < 8)
    return STORE_CORRUPT;
  if (status == STORE_OK)
    *ret_revision = get_u64(value.data);
  return status == STORE_NOT_FOUND ? STORE_OK : status;
}

enum store_status described_revision(struct store_txn *txn, uint32_t dataset_no,
                                     uint64_t *ret_revision) {
  uint64_t dataset = 0, releases = 0;
  TRY(described_get(txn, dataset_no, &dataset));
  TRY(described_get(txn, 0, &releases));
  *ret_revision = dataset > releases ? dataset : releases;
  return STORE_OK;
}

/* Keeps the revision where figures change their description without being changed themselves. */
static enum store_status describe_anew(struct store_txn *txn, enum change_kind kind,
                                       enum change_subject subject, uint64_t number) {
  bool of_dataset = subject == CHANGE_INDICATORS || subject == CHANGE_CODES;
  if (!of_dataset && (subject != CHANGE_RELEASE || kind != CHANGE_UPDATED))
    return STORE_OK;
  uint32_t dataset_no = of_dataset ? (uint32_t)number : 0;
  uint64_t last = 0;
  TRY(described_get(txn, dataset_no, &last));
  if (last == store_revision(txn))
    return STORE_OK;
  struct key_buffer key = described_key(dataset_no);
  uint8_t value[8];
  put_u64(value, store_revision(txn));
  return table_put(txn, TABLE_META, key_of(&key), bytes_of(value, sizeof value));
}

enum store_status change_note(struct store_txn *txn, enum change_kind kind,
                              enum change_subject subject, uint64_t number) {
  TRY(describe_anew(txn, kind, subject, number));
  struct key_buffer key = {0};
  key_u64(&key, store_revision(txn));
  return set_add(txn, TABLE_CHANGES, key_of(&key), pack(kind, subject, number));
}

enum store_status change_stamp(struct store_txn *txn) {
  struct key_buffer key = {0};
  key_u64(&key, store_revision(txn));
  if (txn->command_ms > txn->counters.changed_ms)
    txn->counters.changed_ms = txn->command_ms;
  if (txn->counters.changed_ms == 0)
    return STORE_OK;
  return set_add_first(txn, TABLE_CHANGES, key_of(&key), (uint64_t)txn->counters.changed_ms);
}

static struct key_buffer name_key(enum change_subject subject, uint64_t number) {
  struct key_buffer key = {0};
  key_u8(&key, (uint8_t)subject);
  key_u64(&key, number);
  return key;
}

enum store_status name_keep(struct store_txn *txn, enum change_subject subject, uint64_t number,
                            uint32_t dataset_no, struct bytes name) {
  struct key_buffer key = name_key(subject, number);
  uint8_t value[4 + STORE_KEY_MAX];
  if (name.size > STORE_KEY_MAX)
    return STORE_LIMIT;
  put_u32(value, dataset_no);
  memcpy(value + 4, name.data, name.size);
  return table_put(txn, TABLE_NAMES, key_of(&key), bytes_of(value, 4 + name.size));
}

static enum store_status deleted_name(struct store_txn *txn, struct change_record *change) {
  struct key_buffer key = name_key(change->subject, change->number);
  struct bytes value;
  TRY(table_get(txn, TABLE_NAMES, key_of(&key), &value));
  if (value.size < 4)
    return STORE_CORRUPT;
  change->dataset_no = get_u32(value.data);
  change->name = bytes_of(value.data + 4, value.size - 4);
  return STORE_OK;
}

static enum store_status living_name(struct store_txn *txn, struct change_record *change) {
  switch (change->subject) {
  case CHANGE_DATASET:
  case CHANGE_INDICATORS:
  case CHANGE_CODES: {
    struct dataset_record dataset;
    TRY(dataset_get_by_no(txn, (uint32_t)change->number, &dataset));
    change->dataset_no = dataset.no;
    change->name = dataset.id;
    return STORE_OK;
  }
  case CHANGE_SERIES: {
    struct series_head head;
    struct series_details details;
    TRY(series_by_handle(txn, change->number, &head, &details));
    change->dataset_no = head.dataset_no;
    change->name = details.key;
    return STORE_OK;
  }
  case CHANGE_RELEASE: {
    struct release_record release;
    TRY(release_get_by_no(txn, (uint32_t)change->number, &release));
    change->name = release.id;
    return STORE_OK;
  }
  }
  return STORE_CORRUPT;
}

static enum store_status unpack(struct store_txn *txn, uint64_t revision, uint64_t packed,
                                struct change_record *ret_change) {
  struct change_record change = {
      .revision = revision,
      .kind = (enum change_kind)((packed >> NUMBER_BITS) & 3),
      .subject = (enum change_subject)(packed >> (NUMBER_BITS + KIND_BITS)),
      .number = packed & NUMBER_MASK,
      .name = bytes_of("", 0),
  };
  enum store_status status = living_name(txn, &change);
  if (status == STORE_NOT_FOUND || status == STORE_DELETED)
    status = deleted_name(txn, &change);
  if (status != STORE_OK)
    return status == STORE_NOT_FOUND ? STORE_CORRUPT : status;
  *ret_change = change;
  return STORE_OK;
}

/* The time of the revision at or behind this one, and which it is. */
static enum store_status time_from(struct cursor *cursor, uint64_t revision, int64_t *ret_at_ms,
                                   uint64_t *ret_revision) {
  struct key_buffer key = {0};
  key_u64(&key, revision);
  TRY(cursor_seek(cursor, key_of(&key)));
  uint64_t number = set_number(cursor);
  *ret_at_ms = number > NUMBER_MASK ? 0 : (int64_t)number;
  *ret_revision = key_get_u64(cursor->key.data);
  return STORE_OK;
}

/* The first change of a revision from a mark on. */
static enum store_status change_from(struct cursor *cursor, uint64_t revision, uint64_t mark,
                                     uint64_t *ret_mark) {
  struct key_buffer key = {0};
  key_u64(&key, revision);
  return set_next(cursor, key_of(&key), mark < FIRST_CHANGE ? FIRST_CHANGE : mark, ret_mark);
}

enum store_status change_next(struct store_txn *txn, uint64_t after_revision, uint64_t after_mark,
                              struct change_record *ret_change, uint64_t *ret_mark) {
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_CHANGES, &cursor));
  uint64_t mark = 0, revision = after_revision;
  int64_t at_ms = 0;
  /* Mark 0 stands behind the whole revision: the caller has seen it to its end. */
  bool seen = after_mark == 0 || after_mark == UINT64_MAX;
  enum store_status status =
      seen ? STORE_NOT_FOUND : change_from(&cursor, revision, after_mark + 1, &mark);
  while (status == STORE_NOT_FOUND) {
    if (revision == UINT64_MAX)
      return STORE_NOT_FOUND;
    TRY(time_from(&cursor, revision + 1, &at_ms, &revision));
    status = change_from(&cursor, revision, 0, &mark);
  }
  TRY(status);
  TRY(time_from(&cursor, revision, &at_ms, &revision));
  TRY(unpack(txn, revision, mark, ret_change));
  ret_change->at_ms = at_ms;
  *ret_mark = mark;
  return STORE_OK;
}

enum store_status change_last_before(struct store_txn *txn, int64_t at_ms, uint64_t *ret_revision) {
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_CHANGES, &cursor));
  /* All revisions up to `before` are, none from `behind` on is. */
  uint64_t before = 0, behind = store_revision(txn) + 1;
  while (before + 1 < behind) {
    uint64_t middle = before + (behind - before) / 2, revision = 0;
    int64_t middle_ms = 0;
    enum store_status status = time_from(&cursor, middle, &middle_ms, &revision);
    if (status != STORE_OK && status != STORE_NOT_FOUND)
      return status;
    if (status == STORE_OK && middle_ms < at_ms)
      before = revision;
    else
      behind = middle;
  }
  *ret_revision = before;
  return STORE_OK;
}

/* replies: i64 at_ms, u64 hash, reply. */
enum { REPLY_FIXED = 16, REPLY_VALUE_MAX = 1 << 20, DROP_EVERY = 16, DROPPED_AT_ONCE = 64 };

enum store_status store_reply_get(struct store_txn *txn, const uint8_t request_id[16],
                                  uint64_t *ret_request_hash, struct bytes *ret_reply) {
  struct bytes value;
  TRY(table_get(txn, TABLE_REPLIES, bytes_of(request_id, 16), &value));
  if (value.size < REPLY_FIXED)
    return STORE_CORRUPT;
  *ret_request_hash = get_u64(value.data + 8);
  *ret_reply = bytes_of(value.data + REPLY_FIXED, value.size - REPLY_FIXED);
  return STORE_OK;
}

/* Some at a time, so that no command pays for a day's worth; and not with each command, for their
 * records lie on pages that it would not change otherwise. */
static enum store_status drop_old(struct store_txn *txn, int64_t before_ms) {
  uint64_t n_kept = 0;
  TRY(table_count(txn, TABLE_REPLY_TIMES, &n_kept));
  if (n_kept % DROP_EVERY != 0)
    return STORE_OK;
  scoped(cursor_close) struct cursor cursor = {0};
  TRY(cursor_open(txn, TABLE_REPLY_TIMES, &cursor));
  for (int i = 0; i < DROPPED_AT_ONCE; i++) {
    enum store_status status = cursor_seek(&cursor, bytes_of(NULL, 0));
    if (status == STORE_NOT_FOUND)
      return STORE_OK;
    TRY(status);
    if (cursor.key.size != 24)
      return STORE_CORRUPT;
    if (key_get_i64(cursor.key.data) >= before_ms)
      return STORE_OK;
    uint8_t request_id[16];
    memcpy(request_id, cursor.key.data + 8, sizeof request_id);
    TRY(cursor_delete(&cursor));
    TRY(table_delete(txn, TABLE_REPLIES, bytes_of(request_id, sizeof request_id)));
  }
  return STORE_OK;
}

static struct key_buffer reply_time_key(int64_t at_ms, const uint8_t request_id[16]) {
  struct key_buffer key = {0};
  key_i64(&key, at_ms);
  key_bytes(&key, bytes_of(request_id, 16));
  return key;
}

/* A reply that is put again lives from then on: the time it had before must not end it. */
static enum store_status forget_time(struct store_txn *txn, const uint8_t request_id[16]) {
  struct bytes value;
  enum store_status status = table_get(txn, TABLE_REPLIES, bytes_of(request_id, 16), &value);
  if (status == STORE_NOT_FOUND)
    return STORE_OK;
  TRY(status);
  if (value.size < REPLY_FIXED)
    return STORE_CORRUPT;
  struct key_buffer key = reply_time_key(get_i64(value.data), request_id);
  return table_delete(txn, TABLE_REPLY_TIMES, key_of(&key));
}

enum store_status store_reply_put(struct store_txn *txn, const uint8_t request_id[16],
                                  uint64_t request_hash, struct bytes reply, int64_t at_ms,
                                  int64_t keep_ms) {
  if (reply.size > REPLY_VALUE_MAX)
    return STORE_LIMIT;
  bool outside = !txn->in_command;
  txn->in_command = true;
  scoped(free) uint8_t *value = malloc(REPLY_FIXED + reply.size);
  enum store_status status = value == NULL ? STORE_NO_MEMORY : drop_old(txn, at_ms - keep_ms);
  if (status == STORE_OK)
    status = forget_time(txn, request_id);
  if (status == STORE_OK) {
    put_i64(value, at_ms);
    put_u64(value + 8, request_hash);
    if (reply.size > 0)
      memcpy(value + REPLY_FIXED, reply.data, reply.size);
    status = table_put(txn, TABLE_REPLIES, bytes_of(request_id, 16),
                       bytes_of(value, REPLY_FIXED + reply.size));
  }
  if (status == STORE_OK) {
    struct key_buffer key = reply_time_key(at_ms, request_id);
    status = table_put(txn, TABLE_REPLY_TIMES, key_of(&key), bytes_of(NULL, 0));
  }
  txn->in_command = !outside;
  return status;
}
