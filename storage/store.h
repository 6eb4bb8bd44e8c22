/* SPDX-License-Identifier: MIT */
/* The store: one LMDB environment in a folder, its transactions, its numbers. One open of a folder
 * a process. A store may be used from any thread; a transaction by one thread at a time. Nothing in
 * storage/ logs or exits; text in results borrowed from a transaction is good until it ends. */
#ifndef BELLWETHER_STORAGE_STORE_H
#define BELLWETHER_STORAGE_STORE_H

#include "proto/util.h"

/* The outcomes that a caller of storage/ can act on. */
enum store_status {
  STORE_OK = 0,
  STORE_NOT_FOUND,
  STORE_DELETED,          /* the handle's series was deleted */
  STORE_IMMUTABLE,        /* a dimension or a publication time cannot change */
  STORE_FULL,             /* the map or the disk */
  STORE_TRANSACTION_FULL, /* too many pages in one transaction */
  STORE_READERS_FULL,
  STORE_CORRUPT, /* a checksum or the grammar of a record is broken */
  STORE_LOCKED,  /* another process writes */
  STORE_READ_ONLY,
  STORE_FORMAT_UNKNOWN,
  STORE_NO_MEMORY, /* also: the caller's arena is at its cap */
  STORE_LIMIT,     /* a key or value is longer than the format allows */
  STORE_FAR_APART, /* between two periods of a series are more than columns can say: 2^31 - 1 */
  STORE_IO,
};

/* One sentence without a full stop. */
const char *store_status_text(enum store_status status);

struct store;
struct store_txn;

struct store_options {
  const char *path;   /* a folder; made if it is not there, unless read_only */
  bool read_only;     /* beside a writer; needs write permission on the lock file */
  uint64_t map_bytes; /* 0: 1 TiB, halved until the system agrees */
  bool no_sync;       /* tests only: a power cut loses commits */
};

/* What was wrong, for a person: path and system error. */
struct store_error {
  char text[512];
};

/* Opens or makes a store. A writing open takes PATH/writer.lock (STORE_LOCKED names the holder in
 * ret_error) and clears stale readers. */
must_check enum store_status store_open(const struct store_options *options,
                                        struct store **ret_store, struct store_error *ret_error);
/* Takes NULL. All transactions must have ended. */
void store_close(struct store *store);
SCOPED_POINTER(struct store, store_close)

/* The folder as given to store_open. */
const char *store_path(const struct store *store);
bool store_is_read_only(const struct store *store);
/* Random, below 2^53, new after a restore. */
uint64_t store_id(const struct store *store);
/* Frees the slots of readers that died; cheap, to be called now and then. */
void store_clear_stale_readers(struct store *store);

/* A snapshot for reading, from a pool. */
must_check enum store_status store_begin_read(struct store *store, struct store_txn **ret_txn);
/* The one write transaction; waits for another of this process. */
must_check enum store_status store_begin_write(struct store *store, struct store_txn **ret_txn);
/* Ends a snapshot, or drops all that a write transaction did. Takes NULL. */
void store_end(struct store_txn *txn);
SCOPED_POINTER(struct store_txn, store_end)
/* Takes the transaction, also on failure. On disk when it returns STORE_OK. */
must_check enum store_status store_commit(struct store_txn *txn);

/* The store that a transaction belongs to. */
const struct store *store_of(const struct store_txn *txn);
/* The revision of the store that this transaction sees; inside a command, its own. */
uint64_t store_revision(const struct store_txn *txn);
/* Equal in read transactions of this process that see the same: other than the revision, it also
 * changes with what no command has changed. */
uint64_t store_snapshot(const struct store_txn *txn);

/* Commands: all writes happen between begin and end. A command that changed something takes the
 * next revision; one that changed nothing takes none. */
void store_begin_command(struct store_txn *txn);
/* The time of the command, for ListChanges: the server's clock as given with it. */
void store_command_at(struct store_txn *txn, int64_t at_ms);
/* ret_changed: whether the command changed anything that a query can see. On failure the
 * transaction must be dropped. */
must_check enum store_status store_end_command(struct store_txn *txn, bool *ret_changed);
/* Whether anything was written since store_begin_command: if the command then fails, the whole
 * transaction must be dropped. */
bool store_command_wrote(const struct store_txn *txn);

struct store_counts {
  uint32_t format;
  uint64_t datasets;
  uint64_t indicators;
  uint64_t series;
  uint64_t observations;
  uint64_t releases;
  uint64_t used_bytes; /* of the file, in pages that hold data */
  uint64_t map_bytes;
};
must_check enum store_status store_count(struct store_txn *txn, struct store_counts *ret_counts);

/* Replies of write requests, kept so that a resent request gets the first answer again. Puts are
 * part of the command's transaction but are no change of the store. at_ms is the server's clock as
 * given with the command; entries older than keep_ms before it are dropped along the way. */
must_check enum store_status store_reply_get(struct store_txn *txn, const uint8_t request_id[16],
                                             uint64_t *ret_request_hash, struct bytes *ret_reply);
must_check enum store_status store_reply_put(struct store_txn *txn, const uint8_t request_id[16],
                                             uint64_t request_hash, struct bytes reply,
                                             int64_t at_ms, int64_t keep_ms);

#endif
