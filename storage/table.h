/* SPDX-License-Identifier: MIT */
/* Records in LMDB's tables, with their checksums: the one place that calls mdb_get and mdb_put, and
 * that translates LMDB's codes. Private to storage/. */
#ifndef BELLWETHER_STORAGE_TABLE_H
#define BELLWETHER_STORAGE_TABLE_H

#include <lmdb.h>
#include <stdatomic.h>

#include "storage/catalog.h"
#include "storage/layout.h"
#include "storage/places.h"

/* Counters of the whole store, one record of meta. */
struct counters {
  uint64_t revision;
  uint64_t next_handle;
  uint64_t observations;
  uint32_t next_release;
  uint32_t next_dataset;
  uint64_t index_revision; /* the last one at which a search could have found something else */
  uint64_t subjects[2];    /* numbers of the index given so far: of indicators, of codes */
  int64_t changed_ms;      /* the time of the last change, 0 where no command had one */
};

struct store {
  MDB_env *env;
  MDB_dbi tables[TABLE_COUNT];
  char *path;
  bool read_only;
  int lock_file; /* -1: none */
  uint64_t id;
  uint64_t map_bytes;
  struct read_pool *pool;
  struct proven *proven;       /* values of any table */
  struct places *by_handle;    /* of records of TABLE_HANDLES, by handle */
  struct places *by_key;       /* of records of TABLE_SERIES, by table_seed of the key */
  _Atomic uint64_t place_sets; /* of the last snapshot that was looked at */
};

/* What a command has done to one dataset; written at the end of the command. */
struct dataset_delta {
  uint32_t no;
  int64_t series;
  int64_t indicators;
};

struct index_batch;

struct store_txn {
  struct store *store;
  MDB_txn *mdb;
  bool writes;
  struct place_scope scope; /* of the snapshot that the counters are of */
  bool in_command;
  bool wrote;
  bool changed;
  int64_t command_ms; /* 0: not told */
  struct counters counters;
  size_t n_deltas;
  struct dataset_delta deltas[16];
  struct index_batch *batch; /* NULL: empty */
};

/* LMDB's and the system's codes in our words. */
enum store_status store_status_of(int code);

/* The value without its checksum, which was right; of a long one, when it was first read in this
 * snapshot (storage/proven.h). */
must_check enum store_status table_get(struct store_txn *txn, enum table table, struct bytes key,
                                       struct bytes *ret_value);
/* The same of TABLE_HANDLES. */
must_check enum store_status table_get_by_handle(struct store_txn *txn, uint64_t handle,
                                                 struct bytes *ret_value);
/* What the key adds to the checksum of its record: a hash of the key. */
uint64_t table_seed(enum table table, struct bytes key);
/* As table_get, for who has worked out the seed already; not of TABLE_HANDLES. */
must_check enum store_status table_get_seeded(struct store_txn *txn, enum table table,
                                              struct bytes key, uint64_t seed,
                                              struct bytes *ret_value);
/* Writes value and checksum. `value` must not be borrowed from the transaction: the put moves
 * pages. */
must_check enum store_status table_put(struct store_txn *txn, enum table table, struct bytes key,
                                       struct bytes value);
/* The same where a record with the key is likely there. */
must_check enum store_status table_replace(struct store_txn *txn, enum table table,
                                           struct bytes key, struct bytes value);
/* OK too when there was none. */
must_check enum store_status table_delete(struct store_txn *txn, enum table table,
                                          struct bytes key);
/* Of its records. */
must_check enum store_status table_count(struct store_txn *txn, enum table table,
                                         uint64_t *ret_count);

/* A place in a table; close with cursor_close. */
struct cursor {
  struct store_txn *txn;
  MDB_cursor *mdb;
  enum table table;
  struct bytes key;   /* of the record it stands on, also of a damaged one, as it is stored; empty:
                         on none */
  struct bytes value; /* without the checksum */
};
must_check enum store_status cursor_open(struct store_txn *txn, enum table table,
                                         struct cursor *ret_cursor);
void cursor_close(struct cursor *cursor);
static inline void cursor_close_scoped(struct cursor *cursor) {
  cursor_close(cursor);
}
/* The first record at or after the key; STORE_NOT_FOUND past the end. */
must_check enum store_status cursor_seek(struct cursor *cursor, struct bytes key);
/* The same, without a look at the record's value: that is for cursor_here. */
must_check enum store_status cursor_place(struct cursor *cursor, struct bytes key);
/* The value of the record it stands on. */
must_check enum store_status cursor_here(struct cursor *cursor);
must_check enum store_status cursor_next(struct cursor *cursor);
must_check enum store_status cursor_previous(struct cursor *cursor);
must_check enum store_status cursor_last(struct cursor *cursor);
/* Deletes the record it stands on; the next cursor_next gives the one behind it. */
must_check enum store_status cursor_delete(struct cursor *cursor);
/* Whether the record's key begins so. */
bool cursor_within(const struct cursor *cursor, struct bytes prefix);
/* What a step came to for one who cares for the prefix alone: STORE_NOT_FOUND where it led out of
 * it, be the record there damaged or not. */
enum store_status cursor_keep(const struct cursor *cursor, enum store_status step,
                              struct bytes prefix);

/* The DUPFIXED tables: sets of numbers under a key, ascending. */
must_check enum store_status set_add(struct store_txn *txn, enum table table, struct bytes key,
                                     uint64_t number);
/* The same where the set likely has greater ones. */
must_check enum store_status set_add_first(struct store_txn *txn, enum table table,
                                           struct bytes key, uint64_t number);
must_check enum store_status set_remove(struct store_txn *txn, enum table table, struct bytes key,
                                        uint64_t number);
must_check enum store_status set_remove_all(struct store_txn *txn, enum table table,
                                            struct bytes key);
must_check enum store_status set_count(struct store_txn *txn, enum table table, struct bytes key,
                                       uint64_t *ret_count);
/* The least number of the set that is at least `from`; STORE_NOT_FOUND where there is none. */
must_check enum store_status set_next(struct cursor *cursor, struct bytes key, uint64_t from,
                                      uint64_t *ret_number);
/* The numbers around the one that set_next found, big-endian and ascending, as many as lie
 * together; with `next` those behind them. STORE_NOT_FOUND at the end of the set. */
must_check enum store_status set_run(struct cursor *cursor, bool next, struct bytes *ret_run);
/* The number of the record that a cursor of a DUPFIXED table stands on. */
uint64_t set_number(const struct cursor *cursor);

/* Notes that the command changed something, as ListChanges will tell it. Once a command and
 * subject. */
must_check enum store_status change_note(struct store_txn *txn, enum change_kind kind,
                                         enum change_subject subject, uint64_t number);
/* Notes the time of a command that has changed something, at its end. It is never before that of an
 * earlier one, whatever the clock says. */
must_check enum store_status change_stamp(struct store_txn *txn);
/* Counts series and indicators of a dataset up or down, and marks it as changed. */
must_check enum store_status dataset_touch(struct store_txn *txn, uint32_t no, int64_t series,
                                           int64_t indicators);
/* Writes what dataset_touch gathered. */
must_check enum store_status dataset_deltas_flush(struct store_txn *txn);
/* Remembers the name of what is deleted. */
must_check enum store_status name_keep(struct store_txn *txn, enum change_subject subject,
                                       uint64_t number, uint32_t dataset_no, struct bytes name);
/* Negative, zero, positive by the order of releases: (published_ms, id). */
must_check enum store_status release_compare(struct store_txn *txn, int64_t a_ms, uint32_t a_no,
                                             int64_t b_ms, uint32_t b_no, int *ret_order);

/* Takes a release that no series is stated by out of all tables. */
must_check enum store_status release_forget(struct store_txn *txn, uint32_t no);

#define TRY(call)                                                                                  \
  do {                                                                                             \
    enum store_status try_status = (call);                                                         \
    if (try_status != STORE_OK)                                                                    \
      return try_status;                                                                           \
  } while (0)

#define KEY_OR_RETURN(key)                                                                         \
  do {                                                                                             \
    if ((key).overflow)                                                                            \
      return STORE_LIMIT;                                                                          \
  } while (0)

#endif
