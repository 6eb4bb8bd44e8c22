/* SPDX-License-Identifier: MIT */
/* `bellwether targets`: targets and forecasts beside what came true. */
#include "client/cli/figures.h"
#include "client/cli/rpc.h"

static const struct option OPTIONS[] = {
    {"as-of", "DATE|RELEASE", "as it was known at the end of that day (UTC), or with that release"},
    {"status", "LETTERS", "T for targets only, F for forecasts only"},
    {NULL, NULL, NULL},
};

static const struct column TABLE_COLUMNS[] = {
    {"series", CELL_TEXT},   {"period", CELL_TEXT},       {"target", CELL_NUMBER},
    {"what", CELL_TEXT},     {"stated", CELL_SPARE},      {"by", CELL_LONG},
    {"actual", CELL_NUMBER}, {"difference", CELL_NUMBER}, {"%", CELL_NUMBER},
    {"verdict", CELL_TEXT},  {"unit", CELL_TEXT},         {"source", CELL_LONG},
};

static const struct column COLUMNS[] = {
    {"series", CELL_TEXT},
    {"period", CELL_TEXT},
    {"target", CELL_NUMBER},
    {"target_status", CELL_TEXT},
    {"target_release", CELL_TEXT},
    {"target_published", CELL_TEXT},
    {"target_publisher", CELL_TEXT},
    {"actual", CELL_NUMBER},
    {"actual_status", CELL_TEXT},
    {"actual_release", CELL_TEXT},
    {"actual_published", CELL_TEXT},
    {"actual_publisher", CELL_TEXT},
    {"verdict", CELL_TEXT},
    {"difference", CELL_NUMBER},
    {"difference_percent", CELL_NUMBER},
    {"unit", CELL_TEXT},
    {"unit_mult", CELL_NUMBER},
};

static const char *verdict_word(Bellwether__V1__TargetVerdict verdict) {
  static const char *const WORDS[] = {"", "open", "reached", "missed"};
  return (size_t)verdict < count_of(WORDS) ? WORDS[verdict] : "";
}

static enum tone verdict_tone(Bellwether__V1__TargetVerdict verdict) {
  static const enum tone TONES[] = {TONE_PLAIN, TONE_NOTE, TONE_GOOD, TONE_BAD};
  return (size_t)verdict < count_of(TONES) ? TONES[verdict] : TONE_PLAIN;
}

static void print_table_row(struct output *output, const Bellwether__V1__TargetComparison *row) {
  char unit[96], published[64];
  output_text(output, row->key);
  output_text(output, row->period_label);
  output_tone(output, status_tone(row->target_status[0]));
  output_number(output, row->target);
  output_text(output, status_word(row->target_status[0]));
  output_tone(output, TONE_PLAIN);
  output_text(output, published_text(row->target_release, published, sizeof published));
  output_text(output, row->target_release == NULL ? "" : row->target_release->publisher);
  output_number(output, row->actual);
  output_rounded(output, row->difference, 10);
  output_rounded(output, row->difference_percent, 4);
  output_tone(output, verdict_tone(row->verdict));
  output_text(output, verdict_word(row->verdict));
  output_tone(output, TONE_PLAIN);
  output_text(output, unit_text(row->unit, unit, sizeof unit));
  output_text(output, row->actual_release == NULL ? "" : row->actual_release->publisher);
  note_source(output, row->target_release);
  note_source(output, row->actual_release);
}

static void print_release(struct output *output, const Bellwether__V1__ReleaseEntry *release) {
  char published[64];
  output_text(output, release == NULL ? "" : release->id);
  output_text(output, published_text(release, published, sizeof published));
  output_text(output, release == NULL ? "" : release->publisher);
}

static void print_row(struct output *output, const Bellwether__V1__TargetComparison *row) {
  output_text(output, row->key);
  output_text(output, row->period_label);
  output_number(output, row->target);
  output_text(output, row->target_status);
  print_release(output, row->target_release);
  output_number(output, row->actual);
  output_text(output, row->actual_status);
  print_release(output, row->actual_release);
  output_text(output, verdict_word(row->verdict));
  output_number(output, row->difference);
  output_number(output, row->difference_percent);
  output_text(output, row->unit == NULL ? "" : row->unit->unit);
  output_integer(output, row->unit == NULL ? 0 : row->unit->unit_mult);
}

static enum exit_code print_page(void *arg, const ProtobufCMessage *message) {
  const Bellwether__V1__CompareTargetsResponse *response = (const void *)message;
  struct output *output = arg;
  for (size_t i = 0; i < response->n_rows; i++) {
    if (output_is_table(output))
      print_table_row(output, response->rows[i]);
    else
      print_row(output, response->rows[i]);
  }
  return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__CompareTargetsRequest request = BELLWETHER__V1__COMPARE_TARGETS_REQUEST__INIT;
  Bellwether__V1__AsOf as_of;
  request.n_keys = arguments->n_words;
  request.keys = (char **)(uintptr_t)arguments->words;
  request.statuses = text_field(argument(arguments, "status"));
  request.as_of = as_of_argument(arguments, &as_of);
  struct output *output =
      output_begin_either(cli, TABLE_COLUMNS, count_of(TABLE_COLUMNS), COLUMNS, count_of(COLUMNS));
  if (output == NULL)
    return EXIT_CODE_REFUSED;
  return output_close(output, rpc_pages(cli, "Observations/CompareTargets", &request.base,
                                        &bellwether__v1__compare_targets_response__descriptor,
                                        print_page, output));
}

const struct command cmd_targets = {
    .name = "targets",
    .words = "KEY...",
    .summary = "Targets and forecasts beside what came true.",
    .examples = "  bellwether targets CBEC\n"
                "  bellwether targets CBEC/A.CHN.TRADE._T --status F\n"
                "  bellwether targets CBEC --as-of 2025-06-30\n",
    .details = "A KEY is DATASET/CODE.CODE.CODE; an empty code or * stands for any, + for or;\n"
               "DATASET is all of it. A target is reached when the figure is at least it.\n",
    .options = OPTIONS,
    .least_words = 1,
    .run = run,
};
