/* SPDX-License-Identifier: MIT */
/* How long it takes to load descriptions and series, and to search among them, in process.
 * Usage: search [INDICATORS [SERIES]] */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "tests/messages.h"
#include "tests/serve.h"

enum { VOCABULARY = 6000, A_BATCH = 2000, ROUNDS = 21 };

static char vocabulary[VOCABULARY][16];
static unsigned seed = 1;

static unsigned draw(unsigned below) {
  seed = seed * 1103515245U + 12345U;
  return (seed >> 8) % below;
}

/* Words as frequent as those of a language: the n-th 1/n as often as the first. */
static const char *draw_word(void) {
  double at = pow(VOCABULARY, draw(1 << 20) / (double)(1 << 20));
  return vocabulary[(unsigned)at % VOCABULARY];
}

static void make_vocabulary(void) {
  static const char *const SYLLABLES[] = {"tra", "de", "ex",  "port", "im", "gro",  "wth", "in",
                                          "co",  "me", "pri", "ce",   "la", "bour", "e",   "ner",
                                          "gy",  "ta", "x",   "fi",   "na", "nce",  "mo",  "ney"};
  for (int i = 0; i < VOCABULARY; i++)
    snprintf(vocabulary[i], sizeof vocabulary[i], "%s%s%s", SYLLABLES[draw(24)],
             SYLLABLES[draw(24)], i < 200 ? "" : SYLLABLES[draw(24)]);
}

static char *words(int n) {
  char *text = calloc((size_t)n, 17), *at = text;
  for (int i = 0; i < n; i++)
    at += sprintf(at, "%s%s", i > 0 ? " " : "", draw_word());
  return text;
}

/* The time that this process had of a processor, so that others on the machine do not count. */
static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static uint64_t requests;
static struct answer *call(struct served *served, const char *method,
                           const ProtobufCMessage *message, bool write) {
  uint8_t id[16] = {0};
  Bellwether__V1__Call message_call = BELLWETHER__V1__CALL__INIT;
  char path[96];
  snprintf(path, sizeof path, "/bellwether.v1.%s", method);
  message_call.method = path;
  message_call.timeout_ms = 30000;
  message_call.max_reply_bytes = 1 << 24;
  message_call.request.len = protobuf_c_message_get_packed_size(message);
  message_call.request.data = malloc(message_call.request.len + 1);
  protobuf_c_message_pack(message, message_call.request.data);
  requests++;
  memcpy(id, &requests, sizeof requests);
  if (write)
    message_call.request_id = (ProtobufCBinaryData){sizeof id, id};
  size_t size = protobuf_c_message_get_packed_size(&message_call.base);
  uint8_t *packed = malloc(size);
  protobuf_c_message_pack(&message_call.base, packed);
  struct answer *answer = answer_begin(served->engine, bytes_of(packed, size));
  const Bellwether__V1__Reply *reply = answer_wait(answer);
  if (reply == NULL || (reply->status != NULL && reply->status->code != 0)) {
    fprintf(stderr, "%s: %s\n", method, reply == NULL ? "no reply" : reply->status->message);
    exit(1);
  }
  free(packed);
  free(message_call.request.data);
  return answer;
}

static void load_indicators(struct served *served, unsigned n) {
  Bellwether__V1__Indicator *indicators = calloc(A_BATCH, sizeof *indicators);
  Bellwether__V1__Indicator *pointers[A_BATCH];
  double took = 0;
  for (unsigned done = 0; done < n; done += A_BATCH) {
    Bellwether__V1__PutIndicatorsRequest request = BELLWETHER__V1__PUT_INDICATORS_REQUEST__INIT;
    request.dataset = TEXT("TRADE");
    request.indicators = pointers;
    for (; request.n_indicators < A_BATCH && done + request.n_indicators < n;
         request.n_indicators++) {
      Bellwether__V1__Indicator *one = &indicators[request.n_indicators];
      bellwether__v1__indicator__init(one);
      one->id = calloc(1, 32);
      sprintf(one->id, "NY_I%05u_CD", done + (unsigned)request.n_indicators);
      one->source_id = calloc(1, 32);
      sprintf(one->source_id, "NY.I%05u.CD", done + (unsigned)request.n_indicators);
      one->name = words(3 + (int)draw(6));
      one->definition = words(40);
      one->n_tags = 2;
      one->tags = calloc(2, sizeof *one->tags);
      one->tags[0] = words(1);
      one->tags[1] = words(2);
      pointers[request.n_indicators] = one;
    }
    double start = now_ms();
    answer_free(call(served, "Ingest/PutIndicators", &request.base, true));
    took += now_ms() - start;
  }
  printf("%u indicators in %.0f ms\n", n, took);
}

static void load_series(struct served *served, unsigned n, unsigned n_indicators, bool titles) {
  static const double VALUES[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct statements_message *messages = calloc(A_BATCH, sizeof *messages);
  Bellwether__V1__SeriesAttributes *attributes = calloc(A_BATCH, sizeof *attributes);
  Bellwether__V1__SeriesStatements *pointers[A_BATCH];
  Bellwether__V1__Release release = release_message("R1", 86400000);
  double took = 0;
  for (unsigned done = 0; done < n; done += A_BATCH) {
    Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
    request.release = &release;
    request.series = pointers;
    for (unsigned i = 0; i < A_BATCH && done + i < n; i++) {
      unsigned at = done + i;
      char *key = calloc(1, 64);
      sprintf(key, "TRADE/%c.C%03u%s.NY_I%05u_CD", "AQM"[at % 3], at / 3 % 250, titles ? "T" : "",
              at / 750 % n_indicators);
      statements_message_init(&messages[i], key, 30, 20, VALUES);
      pointers[i] = &messages[i].statements;
      bellwether__v1__series_attributes__init(&attributes[i]);
      attributes[i].title = titles ? words(8) : TEXT("");
      if (titles)
        pointers[i]->attributes = &attributes[i];
      request.n_series++;
    }
    double start = now_ms();
    answer_free(call(served, "Ingest/PutObservations", &request.base, true));
    took += now_ms() - start;
  }
  printf("%u series%s in %.0f ms\n", n, titles ? " with titles" : "", took);
}

static int by_size(const void *a, const void *b) {
  return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b;
}

static void search(struct served *served, const char *query, const char *dataset, int frequency,
                   bool series) {
  double times[ROUNDS];
  Bellwether__V1__SearchRequest request = BELLWETHER__V1__SEARCH_REQUEST__INIT;
  unsigned long total = 0;
  request.query = TEXT(query);
  request.dataset = TEXT(dataset);
  request.frequency = (Bellwether__V1__Frequency)frequency;
  request.include_series = series;
  for (int i = 0; i < ROUNDS; i++) {
    double start = now_ms();
    struct answer *answer = call(served, "Catalog/Search", &request.base, false);
    times[i] = now_ms() - start;
    const Bellwether__V1__Reply *reply = answer_wait(answer);
    Bellwether__V1__SearchResponse *response =
        bellwether__v1__search_response__unpack(NULL, reply->response.len, reply->response.data);
    total = response->total;
    bellwether__v1__search_response__free_unpacked(response, NULL);
    answer_free(answer);
  }
  qsort(times, ROUNDS, sizeof *times, by_size);
  printf("%-50.50s %-6s %d %-7s total %6lu  median %6.2f ms  most %6.2f ms\n", query, dataset,
         frequency, series ? "series" : "", total, times[ROUNDS / 2], times[ROUNDS - 1]);
}

int main(int argc, char **argv) {
  unsigned n_indicators = argc > 1 ? (unsigned)atoi(argv[1]) : 20000;
  unsigned n_series = argc > 2 ? (unsigned)atoi(argv[2]) : 100000;
  struct served served;
  struct dataset_message dataset;
  Bellwether__V1__PutDatasetRequest put = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  make_vocabulary();
  struct engine_options options = {.map_bytes = UINT64_C(4) << 30};
  served_open(&served, &options);
  dataset_message_init(&dataset, "TRADE");
  put.dataset = &dataset.dataset;
  answer_free(call(&served, "Ingest/PutDataset", &put.base, true));
  load_indicators(&served, n_indicators);
  load_series(&served, n_series, n_indicators, false);
  load_series(&served, n_series, n_indicators, true);
  if (getenv("LOAD_ONLY") != NULL)
    return 0;
  if (argc > 3)
    for (int i = 0; i < 50; i++)
      search(&served, argv[3], "", 0, argc > 4);
  static const char EVERY_LETTER[] = "t e i c p g l m f n b x t e i c";
  char rare[16];
  snprintf(rare, sizeof rare, "%s", vocabulary[VOCABULARY - 7]);
  char common[64];
  snprintf(common, sizeof common, "%s %s", vocabulary[1], vocabulary[2]);
  for (int series = 0; series < 2; series++) {
    search(&served, rare, "", 0, series != 0);
    search(&served, vocabulary[1], "", 0, series != 0);
    search(&served, common, "", 0, series != 0);
    search(&served, "NY.I00123.CD", "", 0, series != 0);
    search(&served, "t", "", 0, series != 0);
    search(&served, "n", "", 0, series != 0);
    search(&served, "c017 t", "", 0, series != 0);
    search(&served, EVERY_LETTER, "", 0, series != 0);
    search(&served, "e e e e e e e e e e e e e e e e", "", 0, series != 0);
    search(&served, "t", "TRADE", 1, series != 0);
    search(&served, "", "TRADE", 0, series != 0);
    search(&served, "", "TRADE", 1, series != 0);
  }
  served_close(&served);
  return 0;
}
