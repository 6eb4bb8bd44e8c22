/* SPDX-License-Identifier: MIT */
#include "client/cli/sdmx.h"

#include <math.h>

#include "bellwether/v1/catalog.pb-c.h"
#include "client/cli/rpc.h"
#include "proto/arena.h"
#include "proto/key.h"

/* Datasets have no agency and no version; the field has to have both. */
#define STRUCTURE_ID_FORMAT "BELLWETHER:%s(1.0)"

static const char *const COLUMNS_BEFORE[] = {"STRUCTURE", "STRUCTURE_ID", "ACTION"};
static const char *const COLUMNS_BEHIND[] = {"TIME_PERIOD",  "OBS_VALUE", "OBS_STATUS",
                                             "UNIT_MEASURE", "UNIT_MULT", "DECIMALS",
                                             "OBS_COMMENT"};

struct structure {
  const char *id;
  size_t n_dimensions;
  size_t dimensions[LIMIT_DIMENSIONS]; /* places among those of all */
};

struct sdmx {
  struct cli *cli;
  struct arena *arena;
  size_t n_structures;
  struct structure *structures; /* room for one a key */
  size_t n_dimensions;
  const char **dimensions; /* of all, each once */
  struct output *output;
};

static struct structure *find_structure(const struct sdmx *sdmx, struct bytes id) {
  for (size_t i = 0; i < sdmx->n_structures; i++)
    if (bytes_equal(bytes_of_text(sdmx->structures[i].id), id))
      return &sdmx->structures[i];
  return NULL;
}

static size_t place_of(struct sdmx *sdmx, const char *dimension) {
  size_t at = 0;
  while (at < sdmx->n_dimensions && strcmp(sdmx->dimensions[at], dimension) != 0)
    at++;
  if (at == sdmx->n_dimensions)
    sdmx->dimensions[sdmx->n_dimensions++] = arena_text(sdmx->arena, bytes_of_text(dimension));
  return at;
}

static void add_structure(struct sdmx *sdmx, const char *id,
                          const Bellwether__V1__Dataset *dataset) {
  struct structure *structure = &sdmx->structures[sdmx->n_structures++];
  *structure = (struct structure){.id = id};
  if (dataset == NULL)
    return;
  for (size_t i = 0; i < dataset->n_dimensions && i < LIMIT_DIMENSIONS; i++)
    structure->dimensions[structure->n_dimensions++] = place_of(sdmx, dataset->dimensions[i]->id);
}

static enum exit_code learn(struct sdmx *sdmx, const char *key) {
  Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message = NULL;
  struct bytes id = bytes_of(key, strcspn(key, "/:"));
  if (find_structure(sdmx, id) != NULL || key_check_dataset_id(id, NULL) != KEY_OK)
    return EXIT_CODE_OK;
  request.id = arena_text(sdmx->arena, id);
  if (request.id == NULL)
    return EXIT_CODE_REFUSED;
  enum exit_code code =
      rpc_find(sdmx->cli, "Catalog/GetDataset", &request.base, "DATASET_NOT_FOUND",
               &bellwether__v1__get_dataset_response__descriptor, &message);
  if (code == EXIT_CODE_OK)
    add_structure(sdmx, request.id,
                  message == NULL ? NULL
                                  : ((const Bellwether__V1__GetDatasetResponse *)message)->dataset);
  return code;
}

static struct output *begin_output(struct sdmx *sdmx) {
  size_t n = count_of(COLUMNS_BEFORE) + sdmx->n_dimensions + count_of(COLUMNS_BEHIND), at = 0;
  struct column *columns = arena_array(sdmx->arena, n, sizeof *columns);
  if (columns == NULL)
    return NULL;
  for (size_t i = 0; i < count_of(COLUMNS_BEFORE); i++)
    columns[at++] = (struct column){COLUMNS_BEFORE[i], CELL_TEXT};
  for (size_t i = 0; i < sdmx->n_dimensions; i++)
    columns[at++] = (struct column){sdmx->dimensions[i], CELL_TEXT};
  for (size_t i = 0; i < count_of(COLUMNS_BEHIND); i++)
    columns[at++] = (struct column){COLUMNS_BEHIND[i], CELL_TEXT};
  return output_begin(sdmx->cli, columns, n);
}

static void sdmx_free(struct sdmx *sdmx) {
  arena_free(sdmx->arena);
  free(sdmx);
}

static enum exit_code begin(struct sdmx *sdmx, const char *const *keys, size_t n_keys) {
  sdmx->structures = arena_array(sdmx->arena, n_keys, sizeof *sdmx->structures);
  sdmx->dimensions = arena_array(sdmx->arena, n_keys * LIMIT_DIMENSIONS, sizeof *sdmx->dimensions);
  if (sdmx->structures == NULL || sdmx->dimensions == NULL)
    return EXIT_CODE_REFUSED;
  for (size_t i = 0; i < n_keys; i++) {
    enum exit_code code = learn(sdmx, keys[i]);
    if (code != EXIT_CODE_OK)
      return code;
  }
  sdmx->output = begin_output(sdmx);
  return sdmx->output == NULL ? EXIT_CODE_REFUSED : EXIT_CODE_OK;
}

enum exit_code sdmx_begin(struct cli *cli, const char *const *keys, size_t n_keys,
                          struct sdmx **ret_sdmx) {
  struct sdmx *sdmx = calloc(1, sizeof *sdmx);
  if (sdmx == NULL)
    return EXIT_CODE_REFUSED;
  sdmx->cli = cli;
  sdmx->arena = arena_new(SIZE_MAX);
  enum exit_code code = sdmx->arena == NULL ? EXIT_CODE_REFUSED : begin(sdmx, keys, n_keys);
  if (code == EXIT_CODE_OK)
    *ret_sdmx = sdmx;
  else
    sdmx_free(sdmx);
  return code;
}

/* The codes of a key, each under its dimension; nothing under those of other datasets. */
static void print_codes(struct sdmx *sdmx, const struct key *key) {
  const struct structure *structure = find_structure(sdmx, key->dataset);
  for (size_t i = 0; i < sdmx->n_dimensions; i++) {
    char code[LIMIT_SERIES_KEY_BYTES + 1] = "";
    for (size_t at = 0; structure != NULL && at < structure->n_dimensions; at++)
      if (structure->dimensions[at] == i && at < key->n_codes)
        snprintf(code, sizeof code, "%.*s", (int)key->codes[at].size, key->codes[at].data);
    output_text(sdmx->output, code);
  }
}

static void print_unit(struct output *output, const Bellwether__V1__Unit *unit) {
  bool shown =
      unit != NULL && unit->has_decimals_case == BELLWETHER__V1__UNIT__HAS_DECIMALS_DECIMALS;
  output_text(output, unit == NULL ? "" : unit->unit);
  output_integer(output, unit == NULL ? 0 : unit->unit_mult);
  output_number(output, shown ? unit->decimals : (double)NAN);
}

void sdmx_row(struct sdmx *sdmx, const struct figure *figure) {
  struct key key;
  if (key_parse(bytes_of_text(figure->series), &key, NULL) != KEY_OK)
    return;
  char structure_id[LIMIT_SERIES_KEY_BYTES + sizeof STRUCTURE_ID_FORMAT];
  char dataset[LIMIT_SERIES_KEY_BYTES + 1], status[2] = {figure->status, '\0'};
  snprintf(dataset, sizeof dataset, "%.*s", (int)key.dataset.size, key.dataset.data);
  snprintf(structure_id, sizeof structure_id, STRUCTURE_ID_FORMAT, dataset);
  output_text(sdmx->output, "dataflow");
  output_text(sdmx->output, structure_id);
  output_text(sdmx->output, "M");
  print_codes(sdmx, &key);
  output_text(sdmx->output, figure->period);
  output_number(sdmx->output, figure->value);
  output_text(sdmx->output, status);
  print_unit(sdmx->output, figure->unit);
  output_text(sdmx->output, figure->comment);
}

enum exit_code sdmx_close(struct sdmx *sdmx, enum exit_code code) {
  if (sdmx == NULL)
    return code;
  code = output_close(sdmx->output, code);
  sdmx_free(sdmx);
  return code;
}
