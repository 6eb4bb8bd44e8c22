/* SPDX-License-Identifier: MIT */
#include "bench/compare/peer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { KEY_BYTES_MOST = 255, PATH_BYTES = 4096 };

void peer_must(bool holds, const char *what) {
  if (holds)
    return;
  fprintf(stderr, "peer: %s\n", what);
  exit(1);
}

void peer_check(const struct peer_series *series, size_t i, int64_t period, double value) {
  struct peer_record loaded = peer_observation(series, i);
  if (period == loaded.period && memcmp(&value, &loaded.value, sizeof value) == 0)
    return;
  fprintf(stderr, "peer: %s: %.17g of %" PRId64 " in the reply, %.17g of %" PRId64 " was loaded\n",
          series->key, value, period, loaded.value, loaded.period);
  exit(1);
}

uint64_t peer_now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

bool peer_asks(const struct peer *peer, const char *what) {
  return strcmp(peer->ask, what) == 0;
}

/* ---- options and figures ---- */

static bool take_text(struct peer *peer, const char *name, const char *text) {
  const struct {
    const char *name;
    const char **into;
  } texts[] = {{"--data", &peer->data}, {"--at", &peer->at}, {"--ask", &peer->ask}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (strcmp(texts[i].name, name) == 0) {
      *texts[i].into = text;
      return true;
    }
  return false;
}

static bool take_number(struct peer *peer, const char *name, const char *text) {
  const struct {
    const char *name;
    uint32_t *into;
  } numbers[] = {{"--connections", &peer->connections},
                 {"--threads", &peer->threads},
                 {"--depth", &peer->depth},
                 {"--batch", &peer->batch},
                 {"--rows", &peer->rows}};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (strcmp(numbers[i].name, name) == 0) {
      *numbers[i].into = (uint32_t)strtoul(text, NULL, 10);
      return *numbers[i].into > 0;
    }
  if (strcmp(name, "--seconds") != 0)
    return false;
  peer->seconds = strtod(text, NULL);
  return peer->seconds > 0;
}

static void take_options(struct peer *peer, int argc, char **argv) {
  peer_must(argc % 2 == 1, "each option has a value");
  for (int i = 1; i < argc; i += 2)
    if (!take_text(peer, argv[i], argv[i + 1]) && !take_number(peer, argv[i], argv[i + 1])) {
      fprintf(stderr, "peer: %s %s: no such option or value\n", argv[i], argv[i + 1]);
      exit(2);
    }
}

static FILE *open_figures(const struct peer *peer, const char *name) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", peer->data, name);
  FILE *file = fopen(path, "rb");
  peer_must(file != NULL, path);
  return file;
}

static double *read_values(const struct peer *peer) {
  FILE *file = open_figures(peer, "values.f64");
  peer_must(fseek(file, 0, SEEK_END) == 0, "values.f64");
  size_t size = (size_t)ftell(file);
  double *values = malloc(size + 1);
  rewind(file);
  peer_must(values != NULL && fread(values, 1, size, file) == size, "values.f64 cannot be read");
  fclose(file);
  return values;
}

/* Keeps the series that can answer. */
static void read_figures(struct peer *peer) {
  char key[KEY_BYTES_MOST + 1];
  int64_t first = 0;
  size_t n = 0, room = 0, number = 0;
  size_t least = peer_asks(peer, "range") ? peer->rows : 1;
  double *values = read_values(peer);
  FILE *file = open_figures(peer, "series.txt");
  while (fscanf(file, "%255s %" SCNd64 " %zu", key, &first, &n) == 3) {
    if (peer->n_series == room) {
      room = 2 * room + 1024;
      peer->series = realloc(peer->series, room * sizeof *peer->series);
      peer_must(peer->series != NULL, "out of memory");
    }
    if (n >= least)
      peer->series[peer->n_series++] =
          (struct peer_series){strdup(key), strlen(key), number, first, n, values};
    values += n;
    number++;
  }
  fclose(file);
  peer_must(peer->n_series > 0, "no series is that long");
}

void peer_open(struct peer *ret_peer, int argc, char **argv) {
  *ret_peer = (struct peer){.ask = "latest",
                            .seconds = 1,
                            .connections = 1,
                            .threads = 1,
                            .depth = 1,
                            .batch = 1,
                            .rows = 1000};
  take_options(ret_peer, argc, argv);
  if (ret_peer->data != NULL)
    read_figures(ret_peer);
}

/* ---- the load ---- */

const struct peer_series *peer_draw(struct peer_lane *lane) {
  lane->random ^= lane->random >> 12;
  lane->random ^= lane->random << 25;
  lane->random ^= lane->random >> 27;
  uint64_t drawn = (lane->random * UINT64_C(2685821657736338717)) >> 32;
  return &lane->peer->series[drawn * lane->peer->n_series >> 32];
}

void peer_count(struct peer_lane *lane, uint64_t sent_ns, uint64_t items, uint64_t observations) {
  histogram_add(&lane->latencies, peer_now_ns() - sent_ns);
  lane->items += items;
  lane->observations += observations;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void print(const struct peer_lane *all, double seconds, double cpu) {
  double calls = (double)all->latencies.n;
  peer_must(all->latencies.n > 0, "no question was answered in time");
  printf("{\"calls\": %.0f, \"seconds\": %.6f, \"calls_per_second\": %.0f, "
         "\"items_per_second\": %.0f, \"observations_per_second\": %.0f, \"p50_us\": %.1f, "
         "\"p99_us\": %.1f, \"p999_us\": %.1f, \"request_bytes\": %.0f, \"reply_bytes\": %.0f, "
         "\"cpu_us\": %.1f}\n",
         calls, seconds, calls / seconds, (double)all->items / seconds,
         (double)all->observations / seconds,
         (double)histogram_percentile(&all->latencies, 0.5) / 1e3,
         (double)histogram_percentile(&all->latencies, 0.99) / 1e3,
         (double)histogram_percentile(&all->latencies, 0.999) / 1e3,
         (double)all->request_bytes / calls, (double)all->reply_bytes / calls, cpu / calls * 1e6);
}

static void merge(struct peer_lane *into, const struct peer_lane *from) {
  into->items += from->items;
  into->observations += from->observations;
  into->request_bytes += from->request_bytes;
  into->reply_bytes += from->reply_bytes;
  histogram_merge(&into->latencies, &from->latencies);
}

struct thread {
  struct peer_lane lane;
  pthread_t id;
  uint64_t end_ns;
  void (*work)(struct peer_lane *lane);
};

static pthread_barrier_t all_are_ready;
static double cpu_begin;

void peer_ready(struct peer_lane *lane) {
  if (pthread_barrier_wait(&all_are_ready) == PTHREAD_BARRIER_SERIAL_THREAD)
    cpu_begin = cpu_seconds();
  lane->begin_ns = peer_now_ns();
  lane->until_ns = lane->begin_ns + (uint64_t)(lane->peer->seconds * 1e9);
}

static void *run_thread(void *arg) {
  struct thread *thread = arg;
  thread->work(&thread->lane);
  thread->end_ns = peer_now_ns();
  return NULL;
}

int peer_run(const struct peer *peer, void (*work)(struct peer_lane *lane)) {
  struct thread *threads = calloc(peer->threads, sizeof *threads);
  struct peer_lane all = {.peer = peer};
  uint64_t begin_ns = UINT64_MAX, end_ns = 0;
  peer_must(threads != NULL, "out of memory");
  pthread_barrier_init(&all_are_ready, NULL, peer->threads);
  for (uint32_t i = 0; i < peer->threads; i++) {
    threads[i].work = work;
    threads[i].lane = (struct peer_lane){.peer = peer, .index = i, .random = i + 1};
    peer_must(pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) == 0, "no thread");
  }
  for (uint32_t i = 0; i < peer->threads; i++) {
    pthread_join(threads[i].id, NULL);
    merge(&all, &threads[i].lane);
    begin_ns = threads[i].lane.begin_ns < begin_ns ? threads[i].lane.begin_ns : begin_ns;
    end_ns = threads[i].end_ns > end_ns ? threads[i].end_ns : end_ns;
  }
  print(&all, (double)(end_ns - begin_ns) / 1e9, cpu_seconds() - cpu_begin);
  free(threads);
  return 0;
}
