/* SPDX-License-Identifier: MIT */
#include "storage/store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "storage/index_batch.h"
#include "storage/lock.h"
#include "storage/places.h"
#include "storage/pool.h"
#include "storage/proven.h"
#include "storage/table.h"

enum {
  /* The first opener of a lock file fixes its number of slots, so it is one constant for all. */
  READER_SLOTS = 1024,
};
/* Less room than this is none: more than LMDB hands to the system in one write. */
static const uint64_t NO_ROOM_BYTES = UINT64_C(1) << 20;
static const uint64_t MAP_BYTES_DEFAULT = UINT64_C(1) << 40;
static const uint64_t MAP_BYTES_LEAST = UINT64_C(1) << 20;

static const struct {
  const char *name;
  unsigned flags;
} TABLES[TABLE_COUNT] = {
    [TABLE_META] = {"meta", 0},
    [TABLE_DATASETS] = {"datasets", 0},
    [TABLE_DATASET_NOS] = {"dataset_nos", 0},
    [TABLE_INDICATORS] = {"indicators", 0},
    [TABLE_CODES] = {"codes", 0},
    [TABLE_RELEASES] = {"releases", 0},
    [TABLE_RELEASE_IDS] = {"release_ids", 0},
    [TABLE_RELEASE_ORDER] = {"release_order", 0},
    [TABLE_SERIES] = {"series", 0},
    [TABLE_HANDLES] = {"handles", MDB_INTEGERKEY},
    [TABLE_BLOCKS] = {"blocks", 0},
    [TABLE_HISTORY] = {"history", 0},
    [TABLE_COVERAGE] = {"coverage", 0},
    [TABLE_RELEASE_SERIES] = {"release_series", MDB_DUPSORT | MDB_DUPFIXED},
    [TABLE_POSTINGS] = {"postings", MDB_DUPSORT | MDB_DUPFIXED},
    [TABLE_CHANGES] = {"changes", MDB_DUPSORT | MDB_DUPFIXED},
    [TABLE_NAMES] = {"names", 0},
    [TABLE_REPLIES] = {"replies", 0},
    [TABLE_REPLY_TIMES] = {"reply_times", 0},
    [TABLE_WORDS] = {"words", 0},
    [TABLE_SUBJECTS] = {"subjects", 0},
    [TABLE_SUBJECT_NOS] = {"subject_nos", 0},
    [TABLE_SUBJECT_WORDS] = {"subject_words", 0},
};

const char *store_status_text(enum store_status status) {
  switch (status) {
  case STORE_OK:
    return "ok";
  case STORE_NOT_FOUND:
    return "not found";
  case STORE_DELETED:
    return "deleted";
  case STORE_IMMUTABLE:
    return "cannot be changed any more";
  case STORE_FULL:
    return "the store is full";
  case STORE_TRANSACTION_FULL:
    return "too much for one transaction";
  case STORE_READERS_FULL:
    return "too many readers at once";
  case STORE_CORRUPT:
    return "the store is damaged";
  case STORE_LOCKED:
    return "another process writes to the store";
  case STORE_READ_ONLY:
    return "the store is open for reading only";
  case STORE_FORMAT_UNKNOWN:
    return "the store has a format that this version does not know";
  case STORE_NO_MEMORY:
    return "out of memory";
  case STORE_LIMIT:
    return "a name or record is longer than the store allows";
  case STORE_FAR_APART:
    return "two observations, one behind the other, are more than 2,147,483,647 periods apart";
  case STORE_IO:
    return "the system refused to read or write";
  }
  return "unknown";
}

static void explain(struct store_error *error, const char *path, const char *what,
                    const char *why) {
  snprintf(error->text, sizeof error->text, "%s: %s: %s", path, what, why);
}

/* Opens LMDB's environment with as much address space as the system gives. */
static int open_env(const struct store_options *options, struct store *store) {
  unsigned flags = MDB_NOTLS | MDB_NORDAHEAD;
  flags |= options->read_only ? MDB_RDONLY : 0;
  flags |= options->no_sync ? MDB_NOSYNC : 0;
  uint64_t map_bytes = options->map_bytes != 0 ? options->map_bytes : MAP_BYTES_DEFAULT;
  for (;; map_bytes /= 2) {
    int code = mdb_env_create(&store->env);
    if (code != 0)
      return code;
    code = mdb_env_set_maxdbs(store->env, TABLE_COUNT);
    if (code == 0)
      code = mdb_env_set_maxreaders(store->env, READER_SLOTS);
    if (code == 0)
      code = mdb_env_set_mapsize(store->env, map_bytes);
    if (code == 0)
      code = mdb_env_open(store->env, options->path, flags, 0660);
    if (code == 0) {
      store->map_bytes = map_bytes;
      return 0;
    }
    mdb_env_close(store->env);
    store->env = NULL;
    if ((code != EINVAL && code != ENOMEM) || map_bytes / 2 < MAP_BYTES_LEAST)
      return code;
  }
}

static const struct bytes FORMAT_KEY = {(const uint8_t *)"format", 6};
static const struct bytes STORE_ID_KEY = {(const uint8_t *)"store_id", 8};
static const struct bytes COUNTERS_KEY = {(const uint8_t *)"counters", 8};
/* The time of the last change came later. */
enum { COUNTERS_BYTES_LEAST = 56, COUNTERS_BYTES = 64 };

static enum store_status check_format(struct store_txn *txn) {
  struct bytes value;
  enum store_status status = table_get(txn, TABLE_META, FORMAT_KEY, &value);
  if (status != STORE_OK)
    return status;
  bool is_known = value.size >= 4 && get_u32(value.data) == STORE_FORMAT;
  return is_known ? STORE_OK : STORE_FORMAT_UNKNOWN;
}

/* Whether the data is ours to open, before anything is made in it. */
static enum store_status check_is_ours(struct store *store, MDB_txn *mdb) {
  struct store_txn txn = {.store = store, .mdb = mdb};
  int code = mdb_dbi_open(mdb, TABLES[TABLE_META].name, 0, &store->tables[TABLE_META]);
  if (code == 0) {
    enum store_status status = check_format(&txn);
    return status == STORE_NOT_FOUND && !store->read_only ? STORE_OK : status;
  }
  if (code == MDB_INCOMPATIBLE)
    return STORE_FORMAT_UNKNOWN;
  if (code != MDB_NOTFOUND)
    return store_status_of(code);
  MDB_dbi names;
  MDB_stat stat;
  code = mdb_dbi_open(mdb, NULL, 0, &names);
  if (code == 0)
    code = mdb_stat(mdb, names, &stat);
  if (code != 0)
    return store_status_of(code);
  if (stat.ms_entries > 0)
    return STORE_FORMAT_UNKNOWN;
  return store->read_only ? STORE_NOT_FOUND : STORE_OK;
}

static int open_each_table(struct store *store, MDB_txn *txn) {
  int code = 0;
  for (size_t i = 0; i < TABLE_COUNT && code == 0; i++) {
    unsigned flags = TABLES[i].flags | (store->read_only ? 0U : MDB_CREATE);
    code = mdb_dbi_open(txn, TABLES[i].name, flags, &store->tables[i]);
  }
  return code;
}

static enum store_status open_tables(struct store *store, struct store_error *error) {
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(store->env, NULL, store->read_only ? MDB_RDONLY : 0, &txn);
  if (code != 0) {
    explain(error, store->path, "cannot read the store", mdb_strerror(code));
    return store_status_of(code);
  }
  enum store_status status = check_is_ours(store, txn);
  if (status == STORE_OK) {
    code = open_each_table(store, txn);
    status = store_status_of(code);
  }
  if (status != STORE_OK) {
    mdb_txn_abort(txn);
    explain(error, store->path,
            status == STORE_FULL ? "there is no room for the tables of a store"
                                 : "is not a Bellwether store that this version can open",
            store_status_text(status));
    return status;
  }
  status = store_status_of(mdb_txn_commit(txn));
  if (status != STORE_OK)
    explain(error, store->path, "cannot make the tables", store_status_text(status));
  return status;
}

static enum store_status counters_load(struct store_txn *txn) {
  struct bytes value;
  enum store_status status = table_get(txn, TABLE_META, COUNTERS_KEY, &value);
  if (status != STORE_OK)
    return status;
  if (value.size < COUNTERS_BYTES_LEAST)
    return STORE_CORRUPT;
  txn->counters = (struct counters){
      .revision = get_u64(value.data),
      .next_handle = get_u64(value.data + 8),
      .observations = get_u64(value.data + 16),
      .next_release = get_u32(value.data + 24),
      .next_dataset = get_u32(value.data + 28),
      .index_revision = get_u64(value.data + 32),
      .subjects = {get_u64(value.data + 40), get_u64(value.data + 48)},
      .changed_ms = value.size < COUNTERS_BYTES ? 0 : get_i64(value.data + 56),
  };
  return STORE_OK;
}

static enum store_status counters_save(struct store_txn *txn) {
  uint8_t value[COUNTERS_BYTES] = {0};
  put_u64(value, txn->counters.revision);
  put_u64(value + 8, txn->counters.next_handle);
  put_u64(value + 16, txn->counters.observations);
  put_u32(value + 24, txn->counters.next_release);
  put_u32(value + 28, txn->counters.next_dataset);
  put_u64(value + 32, txn->counters.index_revision);
  put_u64(value + 40, txn->counters.subjects[0]);
  put_u64(value + 48, txn->counters.subjects[1]);
  put_i64(value + 56, txn->counters.changed_ms);
  return table_put(txn, TABLE_META, COUNTERS_KEY, bytes_of(value, sizeof value));
}

/* Makes the meta records of a new store. */
static enum store_status found(struct store_txn *txn) {
  uint64_t id = 0;
  if (random_bytes(&id, sizeof id) != 0)
    return STORE_IO;
  id = (id & ((UINT64_C(1) << 53) - 1)) | 1;
  uint8_t format_value[4], id_value[8];
  put_u32(format_value, STORE_FORMAT);
  put_u64(id_value, id);
  txn->counters = (struct counters){.next_handle = 1, .next_release = 1, .next_dataset = 1};
  txn->in_command = true;
  enum store_status status = table_put(txn, TABLE_META, FORMAT_KEY, bytes_of(format_value, 4));
  if (status == STORE_OK)
    status = table_put(txn, TABLE_META, STORE_ID_KEY, bytes_of(id_value, 8));
  if (status == STORE_OK)
    status = counters_save(txn);
  txn->in_command = false;
  return status;
}

/* A direct reader writes itself into lock.mdb, so the group may, whatever the umask. A file system
 * without modes is left as it is. */
static void share_with_group(const char *folder) {
  static const char *const names[] = {"data.mdb", "lock.mdb", "writer.lock"};
  char path[4096];
  for (size_t i = 0; i < count_of(names); i++)
    if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) < (int)sizeof path)
      (void)chmod(path, 0660);
}

/* Reads, or first makes, what identifies the store. */
static enum store_status identify(struct store *store) {
  scoped(store_end) struct store_txn *txn = NULL;
  struct bytes value;
  enum store_status status =
      store->read_only ? store_begin_read(store, &txn) : store_begin_write(store, &txn);
  if (status != STORE_OK)
    return status;
  status = check_format(txn);
  if (status == STORE_NOT_FOUND && !store->read_only) {
    status = found(txn);
    share_with_group(store->path);
  }
  if (status != STORE_OK)
    return status;
  status = table_get(txn, TABLE_META, STORE_ID_KEY, &value);
  if (status != STORE_OK || value.size < 8)
    return status != STORE_OK ? status : STORE_CORRUPT;
  store->id = get_u64(value.data);
  struct store_txn *ending = txn;
  txn = NULL;
  if (!store->read_only)
    return store_commit(ending);
  store_end(ending);
  return STORE_OK;
}

/* Files in it are its group's: mkdir itself heeds the umask, and no setgid bit. */
static bool make_folder(const char *path) {
  if (mkdir(path, 0770) != 0)
    return errno == EEXIST;
  (void)chmod(path, 02770);
  return true;
}

static enum store_status open_inside(const struct store_options *options, struct store *store,
                                     struct store_error *error) {
  if (!options->read_only) {
    if (!make_folder(options->path)) {
      explain(error, options->path, "cannot make the folder", strerror(errno));
      return STORE_IO;
    }
    enum store_status locked = writer_lock(options->path, &store->lock_file, error);
    if (locked != STORE_OK)
      return locked;
  }
  int code = open_env(options, store);
  if (code != 0) {
    explain(error, options->path, "cannot open the store", mdb_strerror(code));
    return code == ENOENT ? STORE_NOT_FOUND : store_status_of(code);
  }
  store_clear_stale_readers(store);
  enum store_status status = open_tables(store, error);
  if (status != STORE_OK)
    return status;
  store->pool = read_pool_new();
  store->by_handle = places_new();
  store->by_key = places_new();
  store->place_sets = 1;
  store->proven = proven_new();
  if (store->pool == NULL || store->by_handle == NULL || store->by_key == NULL ||
      store->proven == NULL)
    return STORE_NO_MEMORY;
  status = identify(store);
  if (status != STORE_OK)
    explain(error, options->path, "cannot open the store", store_status_text(status));
  return status;
}

enum store_status store_open(const struct store_options *options, struct store **ret_store,
                             struct store_error *ret_error) {
  *ret_error = (struct store_error){{0}};
  scoped(store_close) struct store *store = calloc(1, sizeof *store);
  if (store == NULL)
    return STORE_NO_MEMORY;
  store->lock_file = -1;
  store->read_only = options->read_only;
  store->path = strdup(options->path);
  if (store->path == NULL)
    return STORE_NO_MEMORY;
  enum store_status status = open_inside(options, store, ret_error);
  if (status != STORE_OK)
    return status;
  *ret_store = store;
  store = NULL;
  return STORE_OK;
}

void store_close(struct store *store) {
  if (store == NULL)
    return;
  read_pool_free(store->pool);
  places_free(store->by_handle);
  places_free(store->by_key);
  proven_free(store->proven);
  if (store->env != NULL)
    mdb_env_close(store->env);
  writer_unlock(store->lock_file);
  free(store->path);
  free(store);
}

const char *store_path(const struct store *store) {
  return store->path;
}

bool store_is_read_only(const struct store *store) {
  return store->read_only;
}

uint64_t store_id(const struct store *store) {
  return store->id;
}

void store_clear_stale_readers(struct store *store) {
  int dead = 0;
  (void)mdb_reader_check(store->env, &dead);
}

enum store_status store_begin_read(struct store *store, struct store_txn **ret_txn) {
  struct store_txn *txn = NULL;
  enum store_status status = read_pool_take(store, &txn);
  if (status != STORE_OK)
    return status;
  uint64_t snapshot = mdb_txn_id(txn->mdb);
  bool is_known = txn->scope.snapshot == snapshot;
  if (!is_known)
    status = counters_load(txn);
  if (status == STORE_NOT_FOUND)
    status = STORE_FORMAT_UNKNOWN;
  if (status != STORE_OK) {
    store_end(txn);
    return status;
  }
  if (!is_known) {
    txn->scope = places_scope(snapshot, txn->counters.next_handle);
    atomic_store_explicit(&store->place_sets, txn->scope.n_sets, memory_order_relaxed);
  }
  *ret_txn = txn;
  return STORE_OK;
}

enum store_status store_begin_write(struct store *store, struct store_txn **ret_txn) {
  if (store->read_only)
    return STORE_READ_ONLY;
  struct store_txn *txn = calloc(1, sizeof *txn);
  if (txn == NULL)
    return STORE_NO_MEMORY;
  *txn = (struct store_txn){.store = store, .writes = true};
  int code = mdb_txn_begin(store->env, NULL, 0, &txn->mdb);
  if (code != 0) {
    free(txn);
    return store_status_of(code);
  }
  enum store_status status = counters_load(txn);
  if (status != STORE_OK && status != STORE_NOT_FOUND) {
    store_end(txn);
    return status;
  }
  *ret_txn = txn;
  return STORE_OK;
}

void store_end(struct store_txn *txn) {
  if (txn == NULL)
    return;
  if (!txn->writes) {
    read_pool_give(txn);
    return;
  }
  mdb_txn_abort(txn->mdb);
  index_batch_free(txn->batch);
  free(txn);
}

/* Whether the disk, or what the system lets a file have, ends right behind what is in the file. */
static bool is_at_the_end(const struct store *store) {
  mdb_filehandle_t file;
  struct statvfs disk;
  struct stat stat;
  struct rlimit most;
  if (mdb_env_get_fd(store->env, &file) != 0 || fstatvfs(file, &disk) != 0 ||
      fstat(file, &stat) != 0 || getrlimit(RLIMIT_FSIZE, &most) != 0)
    return false;
  bool disk_ends = (uint64_t)disk.f_bavail * disk.f_frsize < NO_ROOM_BYTES;
  return disk_ends ||
         (most.rlim_cur != RLIM_INFINITY && (uint64_t)stat.st_size + NO_ROOM_BYTES > most.rlim_cur);
}

enum store_status store_commit(struct store_txn *txn) {
  const struct store *store = txn->store;
  int code = mdb_txn_commit(txn->mdb);
  index_batch_free(txn->batch);
  free(txn);
  /* When the system takes only a part of a write, and that is how disks fill up, LMDB says EIO. */
  if (code == EIO && is_at_the_end(store))
    return STORE_FULL;
  return store_status_of(code);
}

const struct store *store_of(const struct store_txn *txn) {
  return txn->store;
}

uint64_t store_snapshot(const struct store_txn *txn) {
  return txn->scope.snapshot;
}

uint64_t store_revision(const struct store_txn *txn) {
  return txn->counters.revision + (txn->in_command ? 1 : 0);
}

void store_begin_command(struct store_txn *txn) {
  txn->in_command = true;
  txn->wrote = false;
  txn->changed = false;
  txn->command_ms = 0;
  txn->n_deltas = 0;
  index_batch_free(txn->batch);
  txn->batch = NULL;
}

void store_command_at(struct store_txn *txn, int64_t at_ms) {
  txn->command_ms = at_ms;
}

bool store_command_wrote(const struct store_txn *txn) {
  return txn->wrote;
}

static enum store_status end_command(struct store_txn *txn) {
  enum store_status status = dataset_deltas_flush(txn);
  if (status == STORE_OK)
    status = index_batch_flush(txn);
  if (status == STORE_OK)
    status = change_stamp(txn);
  if (status != STORE_OK)
    return status;
  txn->counters.revision++;
  return counters_save(txn);
}

enum store_status store_end_command(struct store_txn *txn, bool *ret_changed) {
  bool changed = txn->changed;
  enum store_status status = changed ? end_command(txn) : STORE_OK;
  txn->in_command = false;
  if (status == STORE_OK)
    *ret_changed = changed;
  return status;
}

enum store_status store_count(struct store_txn *txn, struct store_counts *ret_counts) {
  struct store_counts counts = {
      .format = STORE_FORMAT,
      .observations = txn->counters.observations,
      .map_bytes = txn->store->map_bytes,
  };
  const struct {
    enum table table;
    uint64_t *count;
  } tables[] = {{TABLE_DATASETS, &counts.datasets},
                {TABLE_INDICATORS, &counts.indicators},
                {TABLE_HANDLES, &counts.series},
                {TABLE_RELEASES, &counts.releases}};
  for (size_t i = 0; i < count_of(tables); i++)
    TRY(table_count(txn, tables[i].table, tables[i].count));
  MDB_envinfo info;
  MDB_stat stat;
  (void)mdb_env_info(txn->store->env, &info);
  (void)mdb_env_stat(txn->store->env, &stat);
  counts.used_bytes = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
  *ret_counts = counts;
  return STORE_OK;
}
