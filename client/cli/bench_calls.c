/* SPDX-License-Identifier: MIT */
/* The calls of `bellwether bench`. Each lane has one call under way: its answer is counted on the
 * library's thread, which then makes the lane's next call. In direct mode a call is answered before
 * bellwether_submit returns, so there each lane has a thread. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "bellwether/v1/health.pb-c.h"
#include "client/cli/bench.h"
#include "client/cli/rpc.h"

struct run {
  const struct bench_plan *plan;
  const struct bench_deck *deck;
  uint64_t until_ns; /* 0: until no calls are left */
  atomic_llong calls_left;
  atomic_ullong writes; /* numbers given out */
  atomic_bool stopped;
  pthread_mutex_t mutex;
  pthread_cond_t ended;
  uint32_t n_running;
  char first_error[BENCH_ERROR_BYTES];
};

enum step {
  STEP_SENDING,  /* bellwether_submit has not returned */
  STEP_AWAY,     /* it has, and there is no answer yet */
  STEP_ANSWERED, /* the answer came before it returned */
};

struct lane {
  struct run *run;
  struct bellwether_client *client;
  struct arena *arena;
  pthread_t thread; /* in direct mode */
  bool has_thread;
  atomic_int step;
  uint64_t random;
  size_t next[2]; /* the requests that come after this one */
  uint64_t sent_ns;
  struct bench_tally tally;
};

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

/* The processor's time that this process has taken, seconds. */
static double cpu_seconds(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) != 0)
    return 0;
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool may_call(struct run *run) {
  if (atomic_load_explicit(&run->stopped, memory_order_relaxed))
    return false;
  if (run->until_ns != 0)
    return now_ns() < run->until_ns;
  return atomic_fetch_sub(&run->calls_left, 1) > 0;
}

static void count_error(struct lane *lane, const char *what) {
  struct run *run = lane->run;
  lane->tally.errors++;
  pthread_mutex_lock(&run->mutex);
  if (run->first_error[0] == '\0')
    snprintf(run->first_error, sizeof run->first_error, "%s", what);
  pthread_mutex_unlock(&run->mutex);
}

static void end_lane(struct run *run) {
  pthread_mutex_lock(&run->mutex);
  run->n_running--;
  pthread_cond_signal(&run->ended);
  pthread_mutex_unlock(&run->mutex);
}

static void count(struct lane *lane, enum bellwether_status status,
                  const struct bellwether_reply *reply) {
  char text[BENCH_ERROR_BYTES];
  const char *wrong = NULL;
  size_t size = 0;
  histogram_add(&lane->tally.latencies, now_ns() - lane->sent_ns);
  if (status == BELLWETHER_OK) {
    const void *response = bellwether_reply_response(reply, &size);
    wrong = bench_count_reply(lane->run->plan, response, size, lane->arena, &lane->tally, text);
  } else {
    wrong = status == BELLWETHER_REFUSED ? bellwether_reply_message(reply)
                                         : bellwether_status_text(status);
  }
  if (wrong != NULL)
    count_error(lane, wrong);
  if (status != BELLWETHER_OK && status != BELLWETHER_REFUSED)
    atomic_store(&lane->run->stopped, true);
}

static void run_lane(struct lane *lane);

static void answered(void *arg, enum bellwether_status status, struct bellwether_reply *reply) {
  struct lane *lane = arg;
  count(lane, status, reply);
  bellwether_reply_free(reply);
  if (atomic_exchange(&lane->step, STEP_ANSWERED) == STEP_AWAY)
    run_lane(lane);
}

/* The next request of many. They are more than a processor's cache holds, and what it takes to
 * fetch one is not to be measured: so the one after it is on its way already, and the place of the
 * second. */
static struct bytes draw_card(struct lane *lane) {
  const struct bench_deck *deck = lane->run->deck;
  struct bytes request = deck->requests[lane->next[0]];
  lane->next[0] = lane->next[1];
  lane->next[1] = bench_random(&lane->random) % deck->n;
  __builtin_prefetch(deck->requests[lane->next[0]].data);
  __builtin_prefetch(&deck->requests[lane->next[1]]);
  return request;
}

/* The next request. A write lives in the lane's arena until its answer is counted. */
static bool draw(struct lane *lane, struct bytes *ret_request) {
  const struct bench_deck *deck = lane->run->deck;
  if (deck->n == 0) {
    arena_reset(lane->arena, SIZE_MAX);
    return bench_put_request(deck, atomic_fetch_add(&lane->run->writes, 1), lane->arena,
                             ret_request);
  }
  *ret_request = draw_card(lane);
  return true;
}

static enum bellwether_status submit(struct lane *lane) {
  struct bytes request;
  if (!draw(lane, &request))
    return BELLWETHER_NO_MEMORY;
  struct bellwether_call call = {.method = lane->run->deck->method,
                                 .request = request.data,
                                 .request_size = request.size,
                                 .write = lane->run->plan->workload == BENCH_PUT};
  atomic_store(&lane->step, STEP_SENDING);
  lane->tally.request_bytes += request.size;
  lane->sent_ns = now_ns();
  return bellwether_submit(lane->client, &call, answered, lane);
}

/* Calls until an answer is waited for, or the lane has ended. Once the lane is away, it belongs to
 * the thread that gets its answer. */
static void run_lane(struct lane *lane) {
  struct run *run = lane->run;
  do {
    enum bellwether_status status = BELLWETHER_OK;
    bool calls = may_call(run);
    if (calls)
      status = submit(lane);
    if (status != BELLWETHER_OK)
      count(lane, status, NULL);
    if (!calls || status != BELLWETHER_OK) {
      end_lane(run);
      return;
    }
  } while (atomic_exchange(&lane->step, STEP_AWAY) == STEP_ANSWERED);
}

static void *lane_thread(void *lane) {
  run_lane(lane);
  return NULL;
}

static void start_lane(struct lane *lane) {
  if (!lane->run->plan->direct) {
    run_lane(lane);
    return;
  }
  lane->has_thread = pthread_create(&lane->thread, NULL, lane_thread, lane) == 0;
  if (!lane->has_thread) {
    count_error(lane, "cannot start a thread");
    end_lane(lane->run);
  }
}

static void add(struct bench_tally *into, const struct bench_tally *from) {
  histogram_merge(&into->latencies, &from->latencies);
  into->items += from->items;
  into->observations += from->observations;
  into->request_bytes += from->request_bytes;
  into->reply_bytes += from->reply_bytes;
  into->errors += from->errors;
}

static void run_lanes(struct run *run, struct lane *lanes, struct bench_result *result) {
  uint32_t n = run->plan->in_flight;
  double cpu_begin = cpu_seconds();
  uint64_t begin_ns = now_ns();
  run->n_running = n;
  run->calls_left = run->plan->calls;
  run->until_ns =
      run->plan->seconds == 0 ? 0 : begin_ns + run->plan->seconds * UINT64_C(1000000000);
  for (uint32_t i = 0; i < n; i++)
    start_lane(&lanes[i]);
  pthread_mutex_lock(&run->mutex);
  while (run->n_running > 0)
    pthread_cond_wait(&run->ended, &run->mutex);
  pthread_mutex_unlock(&run->mutex);
  result->seconds = (double)(now_ns() - begin_ns) / 1e9;
  result->cpu_seconds = cpu_seconds() - cpu_begin;
  for (uint32_t i = 0; i < n; i++) {
    if (lanes[i].has_thread)
      pthread_join(lanes[i].thread, NULL);
    add(&result->tally, &lanes[i].tally);
  }
}

/* All that the calls need beside the run. */
struct equipment {
  uint32_t n_clients;
  struct bellwether_client **clients;
  uint32_t n_lanes;
  struct lane *lanes;
};

/* The connections first: behind that, no callback runs. */
static void equipment_fini_scoped(struct equipment *equipment) {
  for (uint32_t i = 0; i < equipment->n_clients; i++)
    bellwether_close(equipment->clients[i]);
  for (uint32_t i = 0; i < equipment->n_lanes; i++)
    arena_free(equipment->lanes[i].arena);
  free((void *)equipment->clients);
  free(equipment->lanes);
}

/* A connection, which has answered a first call. A lane takes its next slot before it gives back
 * the last one, so there are two for each. */
static enum exit_code open_client(struct cli *cli, const struct bench_plan *plan,
                                  struct bellwether_client **ret_client) {
  Bellwether__V1__CheckRequest request = BELLWETHER__V1__CHECK_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  struct cli own = *cli;
  own.client = NULL;
  own.in_flight = 2 * plan->in_flight;
  own.alone = plan->alone;
  enum exit_code code = rpc_ask(&own, "Health/Check", &request.base,
                                &bellwether__v1__check_response__descriptor, &message);
  *ret_client = own.client;
  return code;
}

static enum exit_code open_clients(struct cli *cli, const struct bench_plan *plan,
                                   struct equipment *equipment) {
  enum exit_code code = EXIT_CODE_OK;
  for (uint32_t i = 0; i < plan->connections && code == EXIT_CODE_OK; i++)
    code = open_client(cli, plan, &equipment->clients[equipment->n_clients++]);
  return code;
}

static bool make_lanes(struct run *run, struct equipment *equipment) {
  for (uint32_t i = 0; i < run->plan->in_flight; i++) {
    struct lane *lane = &equipment->lanes[equipment->n_lanes++];
    *lane = (struct lane){.run = run, .random = i + 1, .arena = arena_new(SIZE_MAX)};
    if (lane->arena == NULL)
      return false;
    lane->client = equipment->clients[i % equipment->n_clients];
    for (size_t k = 0; k < count_of(lane->next) && run->deck->n > 0; k++)
      lane->next[k] = bench_random(&lane->random) % run->deck->n;
  }
  return true;
}

enum exit_code bench_run(struct cli *cli, const struct bench_plan *plan,
                         const struct bench_deck *deck, struct bench_result *ret_result) {
  struct run run = {.plan = plan,
                    .deck = deck,
                    .mutex = PTHREAD_MUTEX_INITIALIZER,
                    .ended = PTHREAD_COND_INITIALIZER};
  scoped(equipment_fini) struct equipment equipment = {0};
  equipment.clients = calloc(plan->connections, sizeof *equipment.clients);
  equipment.lanes = calloc(plan->in_flight, sizeof *equipment.lanes);
  enum exit_code code = EXIT_CODE_REFUSED;
  bool memory = equipment.clients != NULL && equipment.lanes != NULL;
  if (memory)
    code = open_clients(cli, plan, &equipment);
  if (code == EXIT_CODE_OK)
    memory = make_lanes(&run, &equipment);
  if (!memory) {
    complain(cli, "out of memory");
    return EXIT_CODE_REFUSED;
  }
  if (code != EXIT_CODE_OK)
    return code;
  run_lanes(&run, equipment.lanes, ret_result);
  memcpy(ret_result->first_error, run.first_error, sizeof run.first_error);
  return EXIT_CODE_OK;
}
