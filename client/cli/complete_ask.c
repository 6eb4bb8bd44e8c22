/* SPDX-License-Identifier: MIT */
/* Datasets, codes and releases, as the server knows them. */
#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/complete.h"
#include "client/cli/rpc.h"

/* One page at most: a longer menu helps nobody. */
static ProtobufCMessage *ask_list(const struct completion *completion, const char *method,
                                  const ProtobufCMessage *request,
                                  const ProtobufCMessageDescriptor *response) {
  ProtobufCMessage *message = NULL;
  if (rpc_ask(completion->cli, method, request, response, &message) != EXIT_CODE_OK)
    return NULL;
  return message;
}

/* `ending` goes behind the id of each. */
static void offer_datasets_with(const struct completion *completion, const char *ending) {
  Bellwether__V1__ListDatasetsRequest request = BELLWETHER__V1__LIST_DATASETS_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message =
      ask_list(completion, "Catalog/ListDatasets", &request.base,
               &bellwether__v1__list_datasets_response__descriptor);
  const Bellwether__V1__ListDatasetsResponse *response = (const void *)message;
  for (size_t i = 0; response != NULL && i < response->n_datasets; i++) {
    char text[128];
    snprintf(text, sizeof text, "%s%s", response->datasets[i]->id, ending);
    offer(completion, text, response->datasets[i]->title);
  }
}

void offer_datasets(const struct completion *completion) {
  offer_datasets_with(completion, "");
}

void offer_releases(const struct completion *completion) {
  Bellwether__V1__ListReleasesRequest request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  scoped(message_free) ProtobufCMessage *message =
      ask_list(completion, "Observations/ListReleases", &request.base,
               &bellwether__v1__list_releases_response__descriptor);
  const Bellwether__V1__ListReleasesResponse *response = (const void *)message;
  for (size_t i = 0; response != NULL && i < response->n_releases; i++)
    offer(completion, response->releases[i]->release->id, response->releases[i]->release->title);
}

static ProtobufCMessage *ask_dataset(const struct completion *completion, const char *id) {
  Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  request.id = text_field(id);
  return ask_list(completion, "Catalog/GetDataset", &request.base,
                  &bellwether__v1__get_dataset_response__descriptor);
}

/* Of the dataset that stands before: `list codes CBEC <Tab>`. */
void offer_dimensions(const struct completion *completion) {
  if (completion->n_words == 0)
    return;
  scoped(message_free) ProtobufCMessage *message =
      ask_dataset(completion, completion->verb_words[completion->n_words - 1]);
  const Bellwether__V1__GetDatasetResponse *response = (const void *)message;
  for (size_t i = 0; response != NULL && i < response->dataset->n_dimensions; i++)
    offer(completion, response->dataset->dimensions[i]->id, response->dataset->dimensions[i]->name);
}

/* A key as far as it is typed: "CBEC/A.CHN+U" has the dimension 1 under the hand. */
struct key_place {
  char dataset[80];
  const char *codes; /* behind the slash */
  size_t dimension;
  size_t n_settled; /* bytes of the codes of the dimensions before */
  size_t n_kept;    /* bytes of the codes that stay: up to the code that is typed */
};

static bool read_key(const char *text, struct key_place *ret_place) {
  const char *slash = strchr(text, '/');
  struct key_place place = {.codes = slash + 1};
  if ((size_t)(slash - text) >= sizeof place.dataset)
    return false;
  memcpy(place.dataset, text, (size_t)(slash - text));
  for (size_t i = 0; place.codes[i] != '\0'; i++) {
    if (place.codes[i] == '.') {
      place.dimension++;
      place.n_settled = i + 1;
    }
    if (place.codes[i] == '.' || place.codes[i] == '+')
      place.n_kept = i + 1;
  }
  *ret_place = place;
  return true;
}

/* Which codes go with those of the dimensions before: "CBEC/A..." while the second is typed. */
static ProtobufCMessage *ask_codes(const struct completion *completion,
                                   const struct key_place *place, size_t n_dimensions) {
  Bellwether__V1__GetAvailabilityRequest request = BELLWETHER__V1__GET_AVAILABILITY_REQUEST__INIT;
  scoped(free) char *pattern = NULL;
  int n_dots = (int)(n_dimensions - place->dimension) - 1;
  if (asprintf(&pattern, "%s/%.*s%.*s", place->dataset, (int)place->n_settled, place->codes, n_dots,
               "................................") < 0)
    return NULL;
  request.pattern = pattern;
  return ask_list(completion, "Catalog/GetAvailability", &request.base,
                  &bellwether__v1__get_availability_response__descriptor);
}

static void offer_codes(const struct completion *completion, const struct key_place *place,
                        size_t n_dimensions) {
  scoped(message_free) ProtobufCMessage *message = ask_codes(completion, place, n_dimensions);
  const Bellwether__V1__GetAvailabilityResponse *response = (const void *)message;
  if (response == NULL || place->dimension >= response->n_dimensions)
    return;
  const Bellwether__V1__DimensionAvailability *dimension = response->dimensions[place->dimension];
  bool last = place->dimension + 1 == n_dimensions;
  for (size_t i = 0; i < dimension->n_codes; i++) {
    char text[256];
    snprintf(text, sizeof text, "%s%s", dimension->codes[i]->code, last ? "" : ".");
    offer(completion, text, dimension->codes[i]->name);
  }
}

void offer_keys(const struct completion *completion) {
  struct key_place place;
  if (strchr(typed(completion), '/') == NULL) {
    offer_datasets_with(completion, "/");
    return;
  }
  if (!read_key(typed(completion), &place))
    return;
  scoped(message_free) ProtobufCMessage *message = ask_dataset(completion, place.dataset);
  const Bellwether__V1__GetDatasetResponse *response = (const void *)message;
  if (response == NULL || place.dimension >= response->dataset->n_dimensions)
    return;
  struct completion within = *completion;
  within.n_kept += (size_t)(place.codes - typed(completion)) + place.n_kept;
  offer_codes(&within, &place, response->dataset->n_dimensions);
}
