/* SPDX-License-Identifier: MIT */
/* What `bellwether bench put` writes: observations of some hundred daily series of a dataset of its
 * own, all of one release, so that they are gone with it. */
#include <inttypes.h>
#include <time.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "client/cli/bench.h"
#include "client/cli/rpc.h"

#define DATASET "BENCH_PUT"

enum { SERIES = 1000, RELEASE_ID_BYTES = 64 };

static enum exit_code put_dataset(struct cli *cli) {
  Bellwether__V1__PutDatasetRequest request = BELLWETHER__V1__PUT_DATASET_REQUEST__INIT;
  Bellwether__V1__Dataset dataset = BELLWETHER__V1__DATASET__INIT;
  Bellwether__V1__Dimension frequency = BELLWETHER__V1__DIMENSION__INIT;
  Bellwether__V1__Dimension series = BELLWETHER__V1__DIMENSION__INIT;
  Bellwether__V1__Dimension *dimensions[] = {&frequency, &series};
  scoped(message_free) ProtobufCMessage *response = NULL;
  dataset.id = text_field(DATASET);
  dataset.title = text_field("Made by bellwether bench put");
  dataset.n_dimensions = count_of(dimensions);
  dataset.dimensions = dimensions;
  frequency.id = text_field("FREQ");
  frequency.role = BELLWETHER__V1__DIMENSION_ROLE__DIMENSION_ROLE_FREQUENCY;
  series.id = text_field("SERIES");
  request.dataset = &dataset;
  return rpc_write(cli, "Ingest/PutDataset", &request.base,
                   &bellwether__v1__put_dataset_response__descriptor, &response);
}

static enum exit_code put_release(struct cli *cli, const char *id, int64_t now_ms) {
  Bellwether__V1__PutReleaseRequest request = BELLWETHER__V1__PUT_RELEASE_REQUEST__INIT;
  Bellwether__V1__Release release = BELLWETHER__V1__RELEASE__INIT;
  scoped(message_free) ProtobufCMessage *response = NULL;
  release.id = text_field(id);
  release.published_at_ms = now_ms;
  release.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  request.release = &release;
  return rpc_write(cli, "Ingest/PutRelease", &request.base,
                   &bellwether__v1__put_release_response__descriptor, &response);
}

enum exit_code bench_put_begin(struct cli *cli, struct bench_targets *targets,
                               struct bench_deck *ret_deck) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  targets->arena = arena_new(SIZE_MAX);
  char *id =
      targets->arena == NULL ? NULL : arena_format(targets->arena, DATASET "-%" PRId64, now_ms);
  if (id == NULL) {
    complain(cli, "out of memory");
    return EXIT_CODE_REFUSED;
  }
  *ret_deck = (struct bench_deck){.method = "/bellwether.v1.Ingest/PutObservations", .release = id};
  enum exit_code code = put_dataset(cli);
  return code == EXIT_CODE_OK ? put_release(cli, id, now_ms) : code;
}

bool bench_put_request(const struct bench_deck *deck, uint64_t number, struct arena *arena,
                       struct bytes *ret_packed) {
  char key[sizeof DATASET + sizeof "/D.S" + 20];
  double value = (double)number / 7;
  Bellwether__V1__PutObservationsRequest request = BELLWETHER__V1__PUT_OBSERVATIONS_REQUEST__INIT;
  Bellwether__V1__Release release = BELLWETHER__V1__RELEASE__INIT;
  Bellwether__V1__SeriesStatements series = BELLWETHER__V1__SERIES_STATEMENTS__INIT;
  Bellwether__V1__SeriesStatements *all[] = {&series};
  Bellwether__V1__ObservationColumns columns = BELLWETHER__V1__OBSERVATION_COLUMNS__INIT;
  snprintf(key, sizeof key, DATASET "/D.S%" PRIu64, number % SERIES);
  release.id = text_field(deck->release);
  columns.frequency = BELLWETHER__V1__FREQUENCY__FREQUENCY_DAILY;
  columns.first_period = (int64_t)(number / SERIES);
  columns.n_values = 1;
  columns.values = &value;
  series.key = key;
  series.observations = &columns;
  request.release = &release;
  request.n_series = count_of(all);
  request.series = all;
  size_t size = protobuf_c_message_get_packed_size(&request.base);
  uint8_t *data = arena_alloc(arena, size);
  if (data == NULL)
    return false;
  protobuf_c_message_pack(&request.base, data);
  *ret_packed = bytes_of(data, size);
  return true;
}

enum exit_code bench_put_end(struct cli *cli, const struct bench_deck *deck) {
  Bellwether__V1__DeleteReleaseRequest request = BELLWETHER__V1__DELETE_RELEASE_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *response = NULL;
  request.release = text_field(deck->release);
  return rpc_write_patiently(cli, "Ingest/DeleteRelease", &request.base,
                             &bellwether__v1__delete_release_response__descriptor, &response);
}
