/* SPDX-License-Identifier: MIT */
/* `bellwether status` and `bellwether health`: the server and its store. */
#include "bellwether/v1/admin.pb-c.h"
#include "bellwether/v1/health.pb-c.h"
#include "client/cli/output.h"
#include "client/cli/rpc.h"

static const struct option NO_OPTIONS[] = {{NULL, NULL, NULL}};

static void print_store(struct output *output, const Bellwether__V1__GetStatusResponse *status) {
  field_number(output, "store_id", status->store_id);
  field_number(output, "store_revision", status->store_revision);
  field_number(output, "store_format", status->store_format);
  field_number(output, "datasets", status->dataset_count);
  field_number(output, "indicators", status->indicator_count);
  field_number(output, "series", status->series_count);
  field_number(output, "observations", status->observation_count);
  field_number(output, "releases", status->release_count);
  field_number(output, "store_bytes", status->store_bytes);
  field_number(output, "map_bytes", status->map_bytes);
  field(output, "read_only", status->read_only ? "true" : "false");
}

static void print_server(struct output *output, const Bellwether__V1__GetStatusResponse *status) {
  for (size_t i = 0; i < status->n_listen_urls; i++)
    field(output, "listens", status->listen_urls[i]);
  field_number(output, "uptime_ms", status->uptime_ms);
  field_number(output, "calls", status->call_count);
  field_number(output, "errors", status->error_count);
  field_number(output, "write_queue", status->write_queue_length);
}

static enum exit_code run_status(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__GetStatusRequest request = BELLWETHER__V1__GET_STATUS_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  (void)arguments;
  enum exit_code code = rpc_ask(cli, "Admin/GetStatus", &request.base,
                                &bellwether__v1__get_status_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  const Bellwether__V1__GetStatusResponse *status = (const void *)message;
  struct output *output = fields_begin(cli);
  if (output == NULL)
    return EXIT_CODE_REFUSED;
  field(output, "version", status->version);
  print_store(output, status);
  if (status->n_listen_urls > 0)
    print_server(output, status);
  output_end(output);
  return EXIT_CODE_OK;
}

const struct command cmd_status = {
    .name = "status",
    .words = "",
    .summary = "The server and its store: version, counts, sizes.",
    .examples = "  bellwether status\n"
                "  bellwether --db /var/lib/bellwether status\n",
    .options = NO_OPTIONS,
    .no_words = true,
    .run = run_status,
};

static const struct column HEALTH_COLUMNS[] = {{"service", CELL_TEXT}, {"status", CELL_TEXT}};

static enum exit_code run_health(struct cli *cli, const struct arguments *arguments) {
  Bellwether__V1__CheckRequest request = BELLWETHER__V1__CHECK_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  const char *service = arguments->n_words > 0 ? arguments->words[0] : "";
  request.service = text_field(service);
  enum exit_code code = rpc_ask(cli, "Health/Check", &request.base,
                                &bellwether__v1__check_response__descriptor, &message);
  if (code != EXIT_CODE_OK)
    return code;
  bool serving = ((const Bellwether__V1__CheckResponse *)message)->status ==
                 BELLWETHER__V1__SERVING_STATUS__SERVING_STATUS_SERVING;
  const char *word = serving ? "SERVING" : "NOT_SERVING";
  struct output *output = output_begin(cli, HEALTH_COLUMNS, count_of(HEALTH_COLUMNS));
  if (cli->format == FORMAT_TABLE) {
    fprintf(cli->out, "%s\n", word);
    output_close(output, EXIT_CODE_REFUSED);
  } else if (output != NULL) {
    field(output, service, word);
    output_end(output);
  }
  return serving ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

const struct command cmd_health = {
    .name = "health",
    .words = "[SERVICE]",
    .summary = "Whether the server serves: exit code 0 if it does.",
    .examples = "  bellwether health\n"
                "  bellwether health bellwether.v1.Observations\n",
    .options = NO_OPTIONS,
    .most_words = 1,
    .run = run_health,
};
