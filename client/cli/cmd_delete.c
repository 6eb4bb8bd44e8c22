/* SPDX-License-Identifier: MIT */
/* `bellwether delete`: for mistakes, not for corrections by the publisher. */
#include "client/cli/figures.h"
#include "client/cli/rpc.h"
#include "client/cli/summary.h"

static const struct option OPTIONS[] = {
    {"dry-run", NULL, "tell what would be done, and do nothing"},
    {"release", "RELEASE", "of observations: the release that withdraws them"},
    {"from", "PERIOD", "of observations: the first period"},
    {"to", "PERIOD", "of observations: the last period"},
    {NULL, NULL, NULL},
};

static enum exit_code delete_series(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__DeleteSeriesRequest request = BELLWETHER__V1__DELETE_SERIES_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  request.n_keys = arguments->n_words - 1;
  request.keys = (char **)(uintptr_t)(arguments->words + 1);
  request.validate_only = argument_given(arguments, "dry-run");
  enum exit_code code = rpc_write(cli, "Ingest/DeleteSeries", &request.base,
                                  &bellwether__v1__delete_series_response__descriptor, &message);
  if (code == EXIT_CODE_OK)
    summary_print(cli, ((const Bellwether__V1__DeleteSeriesResponse *)message)->summary,
                  request.validate_only);
  return code;
}

static enum exit_code delete_release(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__DeleteReleaseRequest request = BELLWETHER__V1__DELETE_RELEASE_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  if (arguments->n_words > 2)
    return complain_usage(cli, "delete release takes one release at a time");
  request.release = text_field(arguments->words[1]);
  request.validate_only = argument_given(arguments, "dry-run");
  enum exit_code code = rpc_write(cli, "Ingest/DeleteRelease", &request.base,
                                  &bellwether__v1__delete_release_response__descriptor, &message);
  if (code == EXIT_CODE_OK)
    summary_print(cli, ((const Bellwether__V1__DeleteReleaseResponse *)message)->summary,
                  request.validate_only);
  return code;
}

static enum exit_code delete_observations(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__DeleteObservationsRequest request =
      BELLWETHER__V1__DELETE_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__SeriesRef series = BELLWETHER__V1__SERIES_REF__INIT;
  Bellwether__V1__Release release = BELLWETHER__V1__RELEASE__INIT;
  Bellwether__V1__PeriodBound from, to;
  scoped(message_free) ProtobufCMessage *message = NULL;
  if (arguments->n_words > 2 || !argument_given(arguments, "release"))
    return complain_usage(cli, "delete observations needs: KEY --release RELEASE");
  if (argument_given(arguments, "dry-run"))
    return complain_usage(cli, "delete observations has no --dry-run");
  series.ref_case = BELLWETHER__V1__SERIES_REF__REF_KEY;
  series.key = text_field(arguments->words[1]);
  release.id = text_field(argument(arguments, "release"));
  request.series = &series;
  request.release = &release;
  request.from = bound_argument(arguments, "from", &from);
  request.to = bound_argument(arguments, "to", &to);
  enum exit_code code =
      rpc_write(cli, "Ingest/DeleteObservations", &request.base,
                &bellwether__v1__delete_observations_response__descriptor, &message);
  if (code == EXIT_CODE_OK)
    summary_print(cli, ((const Bellwether__V1__DeleteObservationsResponse *)message)->summary,
                  false);
  return code;
}

static enum exit_code run(struct cli *cli, const struct arguments *arguments) {
  const char *what = arguments->words[0];
  if (strcmp(what, "series") == 0)
    return delete_series(cli, arguments);
  if (strcmp(what, "release") == 0)
    return delete_release(cli, arguments);
  if (strcmp(what, "observations") == 0)
    return delete_observations(cli, arguments);
  return complain_usage(cli, "delete %s: it is series, release or observations", what);
}

const struct command cmd_delete = {
    .name = "delete",
    .words = "series KEY... | release RELEASE | observations KEY --release RELEASE",
    .summary = "Remove series or a release for good, or withdraw observations.",
    .examples = "  bellwether delete release XINHUA-CBEC-2025 --dry-run\n"
                "  bellwether delete series 'CBEC/A.CHN_EAST..'\n"
                "  bellwether delete observations CBEC/A.CHN.TRADE._T --release R7 --to 2019\n",
    .details = "A release that is deleted is as if it had never been loaded. A series that is\n"
               "deleted is gone at every as-of. Observations are withdrawn as of a release: what\n"
               "was known before it stays on record.\n",
    .options = OPTIONS,
    .writes = true,
    .least_words = 2,
    .run = run,
};
