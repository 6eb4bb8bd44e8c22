/* SPDX-License-Identifier: MIT */
/* PostgreSQL through libpq: prepared statements, binary results, pipeline mode. A thread has a
 * connection; it sends --depth questions and one sync, and then reads their answers. latest asks
 * for one key a question, any for an array of --batch keys, range for the last --rows observations.
 * --at is a connection string. */
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/peer.h"

enum { BINARY = 1, QUERY_BYTES = 256, TEXT_ARRAY_HEADER_BYTES = 20, TEXT_OID = 25 };

#define LATEST "select period, value from latest where key = $1"
#define ANY "select period, value, key from latest where key = any($1::text[])"
#define RANGE                                                                                      \
  "select period, value from observations "                                                        \
  "where key = $1 and period between $2 and $3 order by period"

/* A question that is under way. */
struct question {
  const struct peer_series **series;
  uint64_t sent_ns;
};

struct session {
  struct peer_lane *lane;
  PGconn *connection;
  struct question *questions; /* --depth of them */
  uint8_t *array;             /* the keys of a batch in PostgreSQL's binary form */
};

static void must(const struct session *session, bool holds) {
  peer_must(holds, PQerrorMessage(session->connection));
}

static void put_be32(uint8_t **at, size_t number) {
  uint32_t swapped = htobe32((uint32_t)number);
  memcpy(*at, &swapped, sizeof swapped);
  *at += sizeof swapped;
}

/* ---- sending ---- */

static void send_latest(struct session *session, const struct peer_series *series) {
  const char *values[] = {series->key};
  int sizes[] = {(int)series->key_size}, formats[] = {BINARY};
  session->lane->request_bytes += series->key_size;
  must(session, PQsendQueryPrepared(session->connection, "ask", 1, values, sizes, formats, BINARY));
}

/* text[]: dimensions, no nulls, element type, length, lower bound; then each with its size. */
static void send_any(struct session *session, const struct question *question) {
  size_t n = session->lane->peer->batch;
  uint8_t *at = session->array;
  put_be32(&at, 1);
  put_be32(&at, 0);
  put_be32(&at, TEXT_OID);
  put_be32(&at, n);
  put_be32(&at, 1);
  for (size_t i = 0; i < n; i++) {
    put_be32(&at, question->series[i]->key_size);
    memcpy(at, question->series[i]->key, question->series[i]->key_size);
    at += question->series[i]->key_size;
  }
  const char *values[] = {(const char *)session->array};
  int sizes[] = {(int)(at - session->array)}, formats[] = {BINARY};
  session->lane->request_bytes += (size_t)sizes[0];
  must(session, PQsendQueryPrepared(session->connection, "ask", 1, values, sizes, formats, BINARY));
}

static void send_range(struct session *session, const struct peer_series *series) {
  int32_t last = (int32_t)(series->first_period + (int64_t)series->n - 1);
  uint32_t to = htobe32((uint32_t)last);
  uint32_t from = htobe32((uint32_t)last - session->lane->peer->rows + 1);
  const char *values[] = {series->key, (const char *)&from, (const char *)&to};
  int sizes[] = {(int)series->key_size, sizeof from, sizeof to};
  int formats[] = {BINARY, BINARY, BINARY};
  session->lane->request_bytes += series->key_size + sizeof from + sizeof to;
  must(session, PQsendQueryPrepared(session->connection, "ask", 3, values, sizes, formats, BINARY));
}

static void send(struct session *session, struct question *question) {
  const struct peer *peer = session->lane->peer;
  for (uint32_t i = 0; i < peer->batch; i++)
    question->series[i] = peer_draw(session->lane);
  question->sent_ns = peer_now_ns();
  if (peer_asks(peer, "range"))
    send_range(session, question->series[0]);
  else if (peer_asks(peer, "any"))
    send_any(session, question);
  else
    send_latest(session, question->series[0]);
}

/* ---- receiving ---- */

static void check_row(const struct peer_series *series, size_t i, const PGresult *result, int row) {
  uint32_t period = 0;
  uint64_t bits = 0;
  double value = 0;
  memcpy(&period, PQgetvalue(result, row, 0), sizeof period);
  memcpy(&bits, PQgetvalue(result, row, 1), sizeof bits);
  bits = be64toh(bits);
  memcpy(&value, &bits, sizeof value);
  peer_check(series, i, (int32_t)be32toh(period), value);
}

/* Rows come in any order; each key is drawn out of few enough series to be looked for by its own.
 */
static int by_key(const void *left, const void *right) {
  return strcmp((*(const struct peer_series *const *)left)->key,
                (*(const struct peer_series *const *)right)->key);
}

static void check_any(struct question *question, size_t n, const PGresult *result) {
  qsort((void *)question->series, n, sizeof(void *), by_key);
  for (int row = 0; row < PQntuples(result); row++) {
    struct peer_series wanted = {.key = PQgetvalue(result, row, 2)};
    const struct peer_series *key = &wanted;
    const struct peer_series **found =
        bsearch(&key, (void *)question->series, n, sizeof(void *), by_key);
    peer_must(found != NULL, "a key that was not asked for");
    check_row(*found, (*found)->n - 1, result, row);
  }
}

static void check(struct session *session, struct question *question, const PGresult *result) {
  const struct peer *peer = session->lane->peer;
  const struct peer_series *series = question->series[0];
  bool any = peer_asks(peer, "any"), range = peer_asks(peer, "range");
  uint32_t n = range ? peer->rows : peer->batch;
  must(session, PQresultStatus(result) == PGRES_TUPLES_OK);
  peer_must(any ? PQntuples(result) > 0 : PQntuples(result) == (int)n, "another number of rows");
  if (any)
    check_any(question, n, result);
  for (uint32_t i = 0; i < n && !any; i++)
    check_row(series, series->n - n + i, result, (int)i);
  peer_count(session->lane, question->sent_ns, peer->batch, any ? (uint64_t)PQntuples(result) : n);
}

/* A result, the NULL behind it. */
static void receive(struct session *session, struct question *question) {
  PGresult *result = PQgetResult(session->connection);
  check(session, question, result);
  PQclear(result);
  must(session, PQgetResult(session->connection) == NULL);
}

static void receive_sync(struct session *session) {
  PGresult *result = PQgetResult(session->connection);
  must(session, PQresultStatus(result) == PGRES_PIPELINE_SYNC);
  PQclear(result);
}

/* ---- sessions ---- */

static void begin(struct session *session, struct peer_lane *lane) {
  const struct peer *peer = lane->peer;
  const char *text = peer_asks(peer, "range") ? RANGE : peer_asks(peer, "any") ? ANY : LATEST;
  session->lane = lane;
  session->connection = PQconnectdb(peer->at);
  must(session, PQstatus(session->connection) == CONNECTION_OK);
  PGresult *result = PQprepare(session->connection, "ask", text, 0, NULL);
  must(session, PQresultStatus(result) == PGRES_COMMAND_OK);
  PQclear(result);
  must(session, PQenterPipelineMode(session->connection));
  session->array = malloc(TEXT_ARRAY_HEADER_BYTES + peer->batch * (size_t)QUERY_BYTES);
  session->questions = calloc(peer->depth, sizeof *session->questions);
  peer_must(session->array != NULL && session->questions != NULL, "out of memory");
  for (uint32_t i = 0; i < peer->depth; i++) {
    session->questions[i].series = calloc(peer->batch, sizeof(void *));
    peer_must(session->questions[i].series != NULL, "out of memory");
  }
}

static void work(struct peer_lane *lane) {
  struct session session;
  begin(&session, lane);
  peer_ready(lane);
  while (peer_now_ns() < lane->until_ns) {
    for (uint32_t i = 0; i < lane->peer->depth; i++)
      send(&session, &session.questions[i]);
    must(&session, PQpipelineSync(session.connection));
    for (uint32_t i = 0; i < lane->peer->depth; i++)
      receive(&session, &session.questions[i]);
    receive_sync(&session);
  }
  PQfinish(session.connection);
}

int main(int argc, char **argv) {
  struct peer peer;
  peer_open(&peer, argc, argv);
  peer_must(peer.at != NULL && peer.n_series > 0, "--at and --data are needed");
  peer_must(peer.batch == 1 || peer_asks(&peer, "any"), "--batch is of any only");
  return peer_run(&peer, work);
}
