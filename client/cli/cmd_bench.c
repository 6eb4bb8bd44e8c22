/* SPDX-License-Identifier: MIT */
/* `bellwether bench`: how fast a server answers, or the store in this process. */
#include <inttypes.h>

#include "client/cli/bench.h"
#include "client/cli/figures.h"

static const struct option OPTIONS[] = {
    {"seconds", "N", "how long to ask (5)"},
    {"calls", "N", "instead: how often to ask"},
    {"in-flight", "N", "calls under way at once (16); with --db so many threads (1)"},
    {"connections", "N", "over so many connections (1)"},
    {"alone", NULL, "each call in a message of its own, where quick ones else travel together"},
    {"handles", NULL, "of latest, range and asof: ask by handle, not by key"},
    {"batch", "N", "of latest: keys or handles a call (1)"},
    {"last", "N", "of range, asof and pattern: only the last N observations"},
    {"as-of", "DATE|RELEASE",
     "of asof: as it was known then (for each call the time of a release)"},
    {NULL, NULL, NULL},
};

enum {
  SECONDS_DEFAULT = 5,
  SECONDS_MOST = 86400,
  IN_FLIGHT_DEFAULT = 16,
  IN_FLIGHT_MOST = 1024, /* of one connection a server takes no more */
  CONNECTIONS_MOST = 256,
  BATCH_MOST = 10000, /* of a request a server takes no more */
};

static const char *const WORKLOADS[] = {[BENCH_LATEST] = "latest",
                                        [BENCH_RANGE] = "range",
                                        [BENCH_AS_OF] = "asof",
                                        [BENCH_PATTERN] = "pattern",
                                        [BENCH_PUT] = "put"};

static bool choose_workload(const char *name, enum bench_workload *ret_workload) {
  for (size_t i = 0; i < count_of(WORKLOADS); i++) {
    if (strcmp(WORKLOADS[i], name) != 0)
      continue;
    *ret_workload = (enum bench_workload)i;
    return true;
  }
  return false;
}

/* A number that is at least 1 where it is given. */
static bool choose_number(struct cli *cli, const struct arguments *arguments, const char *name,
                          uint32_t most, uint32_t *ret_number) {
  uint32_t number = 1;
  if (!argument_given(arguments, name))
    return true;
  if (!argument_number(cli, arguments, name, most, &number))
    return false;
  if (number == 0) {
    complain(cli, "--%s 0: it is at least 1", name);
    return false;
  }
  *ret_number = number;
  return true;
}

static bool choose_numbers(struct cli *cli, const struct arguments *arguments,
                           struct bench_plan *plan) {
  return choose_number(cli, arguments, "seconds", SECONDS_MOST, &plan->seconds) &&
         choose_number(cli, arguments, "calls", UINT32_MAX, &plan->calls) &&
         choose_number(cli, arguments, "in-flight", IN_FLIGHT_MOST, &plan->in_flight) &&
         choose_number(cli, arguments, "connections", CONNECTIONS_MOST, &plan->connections) &&
         choose_number(cli, arguments, "batch", BATCH_MOST, &plan->batch) &&
         choose_number(cli, arguments, "last", UINT32_MAX, &plan->last_n);
}

/* What is wrong with the options together, or NULL. */
static const char *contradiction(const struct arguments *arguments, const struct bench_plan *plan) {
  if (argument_given(arguments, "seconds") && argument_given(arguments, "calls"))
    return "--seconds and --calls exclude each other";
  if (argument_given(arguments, "batch") && plan->workload != BENCH_LATEST)
    return "--batch is of latest only";
  if (argument_given(arguments, "last") &&
      (plan->workload == BENCH_LATEST || plan->workload == BENCH_PUT))
    return "--last is of range, asof and pattern only";
  if (argument_given(arguments, "handles") &&
      (plan->workload == BENCH_PATTERN || plan->workload == BENCH_PUT))
    return "--handles is of latest, range and asof only";
  if (arguments->n_words > 1 && plan->workload == BENCH_PUT)
    return "bench put writes to series of its own: it takes no pattern";
  if (argument_given(arguments, "as-of") && plan->workload != BENCH_AS_OF)
    return "--as-of is of asof only";
  if (plan->direct && argument_given(arguments, "alone"))
    return "--alone and --db exclude each other";
  if (plan->direct && plan->connections > 1)
    return "--connections and --db exclude each other";
  if (plan->connections > plan->in_flight)
    return "--connections: no more than --in-flight";
  return NULL;
}

static bool choose_plan(struct cli *cli, const struct arguments *arguments,
                        struct bench_plan *plan) {
  if (!choose_workload(arguments->words[0], &plan->workload)) {
    complain_usage(cli, "bench %s: it is latest, range, asof, pattern or put", arguments->words[0]);
    return false;
  }
  if (!choose_numbers(cli, arguments, plan))
    return false;
  const char *wrong = contradiction(arguments, plan);
  if (wrong != NULL) {
    complain_usage(cli, "%s", wrong);
    return false;
  }
  if (plan->calls == 0 && plan->seconds == 0)
    plan->seconds = SECONDS_DEFAULT;
  plan->by_handle = argument_given(arguments, "handles");
  plan->alone = argument_given(arguments, "alone");
  return true;
}

static const struct column COLUMNS[] = {
    {"workload", CELL_TEXT},
    {"in_flight", CELL_NUMBER},
    {"batch", CELL_NUMBER},
    {"calls", CELL_NUMBER},
    {"seconds", CELL_NUMBER},
    {"calls_per_second", CELL_NUMBER},
    {"items_per_second", CELL_NUMBER},
    {"observations_per_second", CELL_NUMBER},
    {"p50_us", CELL_NUMBER},
    {"p99_us", CELL_NUMBER},
    {"p999_us", CELL_NUMBER},
    {"max_us", CELL_NUMBER},
    {"reply_bytes", CELL_NUMBER},
    {"errors", CELL_NUMBER},
    {"request_bytes", CELL_NUMBER},
    {"items", CELL_NUMBER},
    {"observations", CELL_NUMBER},
    {"cpu_us", CELL_NUMBER},
};

static double rounded(double number) {
  return (double)(int64_t)(number + 0.5);
}

static double per_second(const struct bench_result *result, uint64_t n) {
  return result->seconds > 0 ? rounded((double)n / result->seconds) : 0;
}

static double per_call(const struct bench_tally *tally, uint64_t n) {
  return tally->latencies.n > 0 ? rounded((double)n / (double)tally->latencies.n) : 0;
}

static double microseconds(uint64_t ns) {
  return (double)(ns / 100) / 10;
}

/* Of the client alone, a call. */
static double cpu_us(const struct bench_result *result) {
  uint64_t n = result->tally.latencies.n;
  return n > 0 ? rounded(result->cpu_seconds / (double)n * 1e7) / 10 : 0;
}

static double percentile_us(const struct bench_tally *tally, double share) {
  return microseconds(histogram_percentile(&tally->latencies, share));
}

static void print_row(struct cli *cli, const struct bench_plan *plan,
                      const struct bench_result *result) {
  const struct bench_tally *tally = &result->tally;
  struct output *output = output_begin(cli, COLUMNS, count_of(COLUMNS));
  if (output == NULL)
    return;
  output_text(output, WORKLOADS[plan->workload]);
  output_integer(output, plan->in_flight);
  output_integer(output, plan->batch);
  output_integer(output, (int64_t)tally->latencies.n);
  output_number(output, (double)(int64_t)(result->seconds * 1e6) / 1e6);
  output_number(output, per_second(result, tally->latencies.n));
  output_number(output, per_second(result, tally->items));
  output_number(output, per_second(result, tally->observations));
  output_number(output, percentile_us(tally, 0.5));
  output_number(output, percentile_us(tally, 0.99));
  output_number(output, percentile_us(tally, 0.999));
  output_number(output, microseconds(tally->latencies.max_ns));
  output_number(output, per_call(tally, tally->reply_bytes));
  output_integer(output, (int64_t)tally->errors);
  output_number(output, per_call(tally, tally->request_bytes));
  output_integer(output, (int64_t)tally->items);
  output_integer(output, (int64_t)tally->observations);
  output_number(output, cpu_us(result));
  output_end(output);
}

static void print_words(struct cli *cli, const struct bench_plan *plan,
                        const struct bench_result *result) {
  const struct bench_tally *tally = &result->tally;
  fprintf(cli->out, "%s", WORKLOADS[plan->workload]);
  if (plan->workload != BENCH_PATTERN && plan->workload != BENCH_PUT)
    fprintf(cli->out, ", %u a call by %s", plan->batch, plan->by_handle ? "handle" : "key");
  fprintf(cli->out, ", %u in flight\n", plan->in_flight);
  fprintf(cli->out, "calls         %.0f a second: %" PRIu64 " in %.2f s, %" PRIu64 " failed\n",
          per_second(result, tally->latencies.n), tally->latencies.n, result->seconds,
          tally->errors);
  fprintf(cli->out, "series        %.0f a second\n", per_second(result, tally->items));
  fprintf(cli->out, "observations  %.0f a second\n", per_second(result, tally->observations));
  fprintf(cli->out, "latency       p50 %.1f, p99 %.1f, p99.9 %.1f, max %.1f microseconds\n",
          percentile_us(tally, 0.5), percentile_us(tally, 0.99), percentile_us(tally, 0.999),
          microseconds(tally->latencies.max_ns));
  fprintf(cli->out, "processor     %.1f microseconds a call, of the client alone\n",
          cpu_us(result));
  fprintf(cli->out, "bytes         %.0f a request, %.0f a reply, without envelopes\n",
          per_call(tally, tally->request_bytes), per_call(tally, tally->reply_bytes));
}

static enum exit_code tell(struct cli *cli, const struct bench_plan *plan,
                           const struct bench_result *result) {
  (cli->format == FORMAT_TABLE ? print_words : print_row)(cli, plan, result);
  if (result->tally.errors == 0)
    return EXIT_CODE_OK;
  complain(cli, "%" PRIu64 " of %" PRIu64 " calls failed; the first: %s", result->tally.errors,
           result->tally.latencies.n, result->first_error);
  return EXIT_CODE_REFUSED;
}

/* In direct mode a process opens a folder once: so a connection is closed before the next opens. */
static void disconnect(struct cli *cli) {
  bellwether_close(cli->client);
  cli->client = NULL;
}

static enum exit_code prepare(struct cli *cli, const struct bench_plan *plan,
                              struct bench_targets *targets, struct bench_deck *deck) {
  if (plan->workload == BENCH_PUT)
    return bench_put_begin(cli, targets, deck);
  enum exit_code code = bench_list(cli, plan, targets);
  if (code != EXIT_CODE_OK || bench_deal(plan, targets, deck))
    return code;
  complain(cli, "out of memory");
  return EXIT_CODE_REFUSED;
}

static enum exit_code measure(struct cli *cli, const struct bench_plan *plan,
                              struct bench_targets *targets) {
  struct bench_deck deck = {.n = 0};
  struct bench_result result = {.seconds = 0};
  enum exit_code code = prepare(cli, plan, targets, &deck);
  disconnect(cli);
  if (code != EXIT_CODE_OK)
    return code;
  code = bench_run(cli, plan, &deck, &result);
  enum exit_code ended = plan->workload == BENCH_PUT ? bench_put_end(cli, &deck) : EXIT_CODE_OK;
  if (code == EXIT_CODE_OK)
    code = tell(cli, plan, &result);
  return code == EXIT_CODE_OK ? ended : code;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__AsOf as_of;
  struct bench_targets targets = {.n_series = 0};
  struct bench_plan plan = {.pattern = arguments->n_words > 1 ? arguments->words[1] : "",
                            .batch = 1,
                            .connections = 1,
                            .direct = strncmp(cli->servers, "lmdb:", 5) == 0};
  plan.in_flight = plan.direct ? 1 : IN_FLIGHT_DEFAULT;
  if (!choose_plan(cli, arguments, &plan))
    return EXIT_CODE_USAGE;
  plan.as_of = as_of_argument(arguments, &as_of);
  cli->writable = plan.workload == BENCH_PUT;
  enum exit_code code = measure(cli, &plan, &targets);
  bench_targets_fini(&targets);
  return code;
}

const struct command cmd_bench = {
    .name = "bench",
    .words = "latest|range|asof|pattern|put [KEY-PATTERN]",
    .summary = "How many calls a second are answered, and how late.",
    .examples = "  bellwether bench latest --batch 1000 --handles --in-flight 4\n"
                "  bellwether bench range 'CBEC/A.CHN..' --seconds 10\n"
                "  bellwether bench asof --as-of 2023-01-31 --format csv\n"
                "  bellwether bench latest --db /var/lib/bellwether\n"
                "  bellwether bench put --in-flight 64 --connections 64\n",
    .details = "latest asks for the latest observation of a series (GetLatest), range for its\n"
               "observations (GetObservations), asof for those that were known at a time.\n"
               "pattern asks for all series of a key of which one code is left open\n"
               "(BatchGetObservations). Which series, is drawn at random from those that match\n"
               "KEY-PATTERN, else from all of the store. An answer of more than a page counts\n"
               "with its first page. Of asof an answer may be empty: nothing was known yet.\n"
               "\n"
               "put writes: each call one observation, which is on the disk when it is answered\n"
               "(PutObservations). They go to a dataset BENCH_PUT, and are deleted at the end;\n"
               "the dataset stays, without series.\n"
               "\n"
               "A latency is from before the call is packed until its reply is there; the\n"
               "client's own work is part of it, and shares the machine with a server on it.\n",
    .options = OPTIONS,
    .least_words = 1,
    .most_words = 2,
    .unpaged = true,
    .run = run,
};
