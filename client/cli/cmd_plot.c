/* SPDX-License-Identifier: MIT */
/* `bellwether plot`: series as lines or bars, in the terminal or as a file. */
#include "client/plot/ask.h"
#include "client/plot/chart.h"
#include "client/plot/terminal.h"
#include "client/cli/query.h"

static const struct option OPTIONS[] = {
    QUERY_OPTIONS,
    {"output", "FILE", "a chart as .svg, .png or .pdf instead of the terminal"},
    {"width", "N", "columns (the terminal's, else 80), of a chart pixels or points (800)"},
    {"height", "N", "rows (20), of a chart pixels or points (450)"},
    {"scale", "N", "of a .png: so many pixels a pixel (2)"},
    {"vintages", NULL, "of a chart: the series as it was known with earlier releases, behind it"},
    {"ascii", NULL, "no braille; so it is where the locale is not UTF-8"},
    {NULL, NULL, NULL},
};

/* A number within bounds; *ret_number stays where the option is absent. */
static bool read_size(struct cli *cli, const struct arguments *arguments, const char *name,
                      const uint32_t bounds[2], uint32_t *ret_number) {
  uint32_t number = *ret_number;
  if (!argument_given(arguments, name))
    return true;
  if (!argument_number(cli, arguments, name, UINT32_MAX, &number))
    return false;
  if (number < bounds[0] || number > bounds[1]) {
    complain_usage(cli, "--%s %u: it is from %u to %u", name, number, bounds[0], bounds[1]);
    return false;
  }
  *ret_number = number;
  return true;
}

static bool read_terminal(struct cli *cli, const struct arguments *arguments,
                          struct terminal *terminal) {
  static const uint32_t WIDTHS[] = {TERMINAL_LEAST_WIDTH, TERMINAL_MOST},
                        HEIGHTS[] = {TERMINAL_LEAST_HEIGHT, TERMINAL_MOST};
  *terminal = terminal_of(cli->out, &cli->screen);
  uint32_t width = (uint32_t)terminal->width, height = (uint32_t)terminal->height;
  if (!read_size(cli, arguments, "width", WIDTHS, &width) ||
      !read_size(cli, arguments, "height", HEIGHTS, &height))
    return false;
  terminal->width = width;
  terminal->height = height;
  terminal->ascii |= argument_given(arguments, "ascii");
  return true;
}

static bool read_chart(struct cli *cli, const struct arguments *arguments, struct chart *chart) {
  static const uint32_t SIZES[] = {CHART_LEAST, CHART_MOST}, SCALES[] = {1, CHART_SCALE_MOST};
  *chart = (struct chart){
      .path = argument(arguments, "output"), .width = 800, .height = 450, .scale = 2};
  if (!chart_kind_of(chart->path, &chart->kind)) {
    complain_usage(cli, "-o %s: a chart is a file that ends in .svg, .png or .pdf", chart->path);
    return false;
  }
  return read_size(cli, arguments, "width", SIZES, &chart->width) &&
         read_size(cli, arguments, "height", SIZES, &chart->height) &&
         read_size(cli, arguments, "scale", SCALES, &chart->scale);
}

/* Options that say something only beside others. */
static bool check_options(struct cli *cli, const struct arguments *arguments) {
  static const char *const PAST[] = {"as-of", "nth-release", "only-release"};
  bool vintages = argument_given(arguments, "vintages"), file = argument_given(arguments, "output");
  if (cli->format != FORMAT_TABLE) {
    complain_usage(cli, "plot draws; `bellwether get` prints --format csv and json");
    return false;
  }
  if (!file && (vintages || argument_given(arguments, "scale"))) {
    complain_usage(cli, "--%s goes with -o FILE", vintages ? "vintages" : "scale");
    return false;
  }
  if (vintages && arguments->n_words != 1) {
    complain_usage(cli, "--vintages goes with one series");
    return false;
  }
  for (size_t i = 0; i < count_of(PAST) && vintages; i++) {
    if (argument_given(arguments, PAST[i])) {
      complain_usage(cli, "--vintages and --%s exclude each other", PAST[i]);
      return false;
    }
  }
  return true;
}

static enum exit_code draw(struct cli *cli, const struct arguments *arguments,
                           const struct terminal *terminal, const struct chart *chart) {
  scoped(arena_free) struct arena *arena = arena_new(SIZE_MAX);
  if (arena == NULL)
    return EXIT_CODE_REFUSED;
  struct plot plot = {.arena = arena};
  struct plot_question question = {.cli = cli,
                                   .arguments = arguments,
                                   .query = query_read(cli, arguments, arena),
                                   .vintages = argument_given(arguments, "vintages")};
  if (question.query == NULL)
    return EXIT_CODE_USAGE;
  enum exit_code code = plot_ask(&question, &plot);
  if (code != EXIT_CODE_OK)
    return code;
  if (chart != NULL)
    return chart_write(cli, chart, &plot);
  return terminal_plot(terminal, &plot) ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  struct terminal terminal;
  struct chart chart;
  bool file = argument_given(arguments, "output");
  if (!check_options(cli, arguments) ||
      (file ? !read_chart(cli, arguments, &chart) : !read_terminal(cli, arguments, &terminal)))
    return EXIT_CODE_USAGE;
  return draw(cli, arguments, &terminal, file ? &chart : NULL);
}

const struct command cmd_plot = {
    .name = "plot",
    .words = "KEY[:TRANSFORMS]...",
    .summary = "Series as lines or bars, in the terminal or as a chart in a file.",
    .examples = "  bellwether plot CBEC/A.CHN.TRADE._T\n"
                "  bellwether plot 'CBEC/S.CHN.EXPORTS+IMPORTS._T' --width 60 --height 16\n"
                "  bellwether plot CBEC/A.CHN.TRADE._T -o trade.svg\n"
                "  bellwether plot CBEC/A.CHN.TRADE._T --vintages -o revisions.png\n"
                "  bellwether plot CBEC/A.CHN.TRADE._T CBEC/A.CHN.GOODS_TRADE._T \\\n"
                "    --transform index=2020\n",
    .details = "Up to 8 series share one axis, and so one unit. Where units differ,\n"
               "--transform index=PERIOD makes each series 100 in that period, and --yoy shows\n"
               "growth. Up to 12 figures of one series are bars. A missing period breaks the\n"
               "line; of days and hours, more than ten days do. Forecasts and targets have\n"
               "marks of their own.\n",
    .options = OPTIONS,
    .least_words = 1,
    .unpaged = true,
    .run = run,
};
