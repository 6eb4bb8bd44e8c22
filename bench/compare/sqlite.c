/* SPDX-License-Identifier: MIT */
/* SQLite in this process: the file --at, mapped into memory, on one thread, in one read
 * transaction, with statements that are prepared once. */
#include <sqlite3.h>
#include <string.h>

#include "bench/compare/peer.h"

static sqlite3 *database;

static void must(bool holds) {
  peer_must(holds, sqlite3_errmsg(database));
}

static sqlite3_stmt *prepare(const char *text) {
  sqlite3_stmt *statement = NULL;
  must(sqlite3_prepare_v3(database, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) ==
       SQLITE_OK);
  return statement;
}

static void execute(const char *text) {
  must(sqlite3_exec(database, text, NULL, NULL, NULL) == SQLITE_OK);
}

static void open_database(const char *path) {
  peer_must(sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ==
                SQLITE_OK,
            path);
  execute("pragma mmap_size = 4294967296");
  execute("begin");
}

static void get(sqlite3_stmt *statement, const struct peer_series *series) {
  sqlite3_bind_text(statement, 1, series->key, (int)series->key_size, SQLITE_STATIC);
  must(sqlite3_step(statement) == SQLITE_ROW);
  peer_check(series, series->n - 1, sqlite3_column_int64(statement, 0),
             sqlite3_column_double(statement, 1));
  sqlite3_reset(statement);
}

static void get_batches(struct peer_lane *lane) {
  uint32_t batch = lane->peer->batch;
  sqlite3_stmt *statement = prepare("select period, value from latest where key = ?");
  peer_ready(lane);
  for (uint64_t at_ns = peer_now_ns(); at_ns < lane->until_ns; at_ns = peer_now_ns()) {
    for (uint32_t i = 0; i < batch; i++)
      get(statement, peer_draw(lane));
    peer_count(lane, at_ns, batch, batch);
  }
  sqlite3_finalize(statement);
}

static void get_range(sqlite3_stmt *statement, const struct peer_series *series, size_t rows) {
  size_t from = series->n - rows, n = 0;
  int64_t first = series->first_period + (int64_t)from;
  sqlite3_bind_text(statement, 1, series->key, (int)series->key_size, SQLITE_STATIC);
  sqlite3_bind_int64(statement, 2, first);
  sqlite3_bind_int64(statement, 3, first + (int64_t)rows - 1);
  for (; sqlite3_step(statement) == SQLITE_ROW; n++)
    peer_check(series, from + n, sqlite3_column_int64(statement, 0),
               sqlite3_column_double(statement, 1));
  peer_must(n == rows, "another number of rows");
  sqlite3_reset(statement);
}

static void get_ranges(struct peer_lane *lane) {
  sqlite3_stmt *statement = prepare("select period, value from observations "
                                    "where key = ? and period between ? and ? order by period");
  peer_ready(lane);
  for (uint64_t at_ns = peer_now_ns(); at_ns < lane->until_ns; at_ns = peer_now_ns()) {
    get_range(statement, peer_draw(lane), lane->peer->rows);
    peer_count(lane, at_ns, 1, lane->peer->rows);
  }
  sqlite3_finalize(statement);
}

int main(int argc, char **argv) {
  struct peer peer;
  peer_open(&peer, argc, argv);
  peer_must(peer.at != NULL && peer.threads == 1, "--at is needed, and one thread");
  open_database(peer.at);
  int code = peer_run(&peer, peer_asks(&peer, "range") ? get_ranges : get_batches);
  sqlite3_close(database);
  return code;
}
