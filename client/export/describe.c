/* SPDX-License-Identifier: MIT */
/* What describes a dataset: itself, its indicators, codes and releases, as JSON. */
#include <xxhash.h>

#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "client/cli/message_to_json.h"
#include "client/export/export.h"
#include "proto/instant.h"

typedef Bellwether__V1__ListIndicatorsRequest indicators_request;
typedef Bellwether__V1__ListIndicatorsResponse indicators_response;
typedef Bellwether__V1__ListCodesRequest codes_request;
typedef Bellwether__V1__ListCodesResponse codes_response;
typedef Bellwether__V1__ListReleasesRequest releases_request;
typedef Bellwether__V1__ListReleasesResponse releases_response;

enum { PAGE_ITEMS = 10000 };

static bool added(struct export *export, bool done) {
  return done || export_fail_memory(export);
}

/* The token of the page behind, in place of the one before; *ret_more is false at the end. */
static bool turn_page(struct export *export, char **token, const char *next, bool *ret_more) {
  char *copy = strdup(next);
  if (copy == NULL)
    return export_fail_memory(export);
  free(*token);
  *token = copy;
  *ret_more = copy[0] != '\0';
  return true;
}

static bool get_dataset(struct export *export, const char *id, ProtobufCMessage **ret_message) {
  Bellwether__V1__GetDatasetRequest request = BELLWETHER__V1__GET_DATASET_REQUEST__INIT;
  request.id = text_field(id);
  return export_ask(export, "Catalog/GetDataset", &request.base,
                    &bellwether__v1__get_dataset_response__descriptor, ret_message);
}

/* An indicator or a code that series have and nobody described; it comes back with them. */
static bool is_undescribed_indicator(const Bellwether__V1__Indicator *indicator) {
  Bellwether__V1__Indicator bare = BELLWETHER__V1__INDICATOR__INIT;
  bare.id = indicator->id;
  bare.dataset = indicator->dataset;
  bare.series_count = indicator->series_count;
  return indicator->series_count > 0 && protobuf_c_message_get_packed_size(&indicator->base) ==
                                            protobuf_c_message_get_packed_size(&bare.base);
}

static bool is_undescribed_code(const Bellwether__V1__Code *code) {
  Bellwether__V1__Code bare = BELLWETHER__V1__CODE__INIT;
  bare.code = code->code;
  bare.series_count = code->series_count;
  return code->series_count > 0 && protobuf_c_message_get_packed_size(&code->base) ==
                                       protobuf_c_message_get_packed_size(&bare.base);
}

static bool add_indicators(struct export *export, struct export_dataset *dataset,
                           const indicators_response *response) {
  for (size_t i = 0; i < response->n_indicators; i++) {
    Bellwether__V1__Indicator *indicator = response->indicators[i];
    if (is_undescribed_indicator(indicator))
      continue;
    indicator->series_count = 0;
    if (!added(export, json_part_add(&dataset->json, &indicator->base)))
      return false;
  }
  return true;
}

static bool write_indicators(struct export *export, struct export_dataset *dataset) {
  indicators_request request = BELLWETHER__V1__LIST_INDICATORS_REQUEST__INIT;
  scoped(free) char *token = NULL;
  request.dataset = text_field(dataset->id);
  request.page_size = PAGE_ITEMS;
  json_part_list(&dataset->json, "indicators");
  for (bool more = true; more;) {
    scoped(message_free) ProtobufCMessage *message = NULL;
    request.page_token = text_field(token);
    if (!export_ask(export, "Catalog/ListIndicators", &request.base,
                    &bellwether__v1__list_indicators_response__descriptor, &message))
      return false;
    const indicators_response *response = (const void *)message;
    if (!add_indicators(export, dataset, response) ||
        !turn_page(export, &token, response->next_page_token, &more))
      return false;
  }
  return true;
}

/* Codes of one dimension; *any tells whether the list was opened. */
static bool add_codes(struct export *export, struct export_dataset *dataset, const char *dimension,
                      const codes_response *response, bool *any) {
  for (size_t i = 0; i < response->n_codes; i++) {
    Bellwether__V1__Code *code = response->codes[i];
    if (is_undescribed_code(code))
      continue;
    code->series_count = 0;
    if (!*any)
      json_part_begin_codes(&dataset->json, dataset->id, dimension);
    if (!added(export, json_part_add_code(&dataset->json, &code->base, !*any)))
      return false;
    *any = true;
  }
  return true;
}

static bool write_codes(struct export *export, struct export_dataset *dataset,
                        const char *dimension) {
  codes_request request = BELLWETHER__V1__LIST_CODES_REQUEST__INIT;
  scoped(free) char *token = NULL;
  bool any = false;
  request.dataset = text_field(dataset->id);
  request.dimension = text_field(dimension);
  request.page_size = PAGE_ITEMS;
  for (bool more = true; more;) {
    scoped(message_free) ProtobufCMessage *message = NULL;
    request.page_token = text_field(token);
    if (!export_ask(export, "Catalog/ListCodes", &request.base,
                    &bellwether__v1__list_codes_response__descriptor, &message))
      return false;
    const codes_response *response = (const void *)message;
    if (!add_codes(export, dataset, dimension, response, &any) ||
        !turn_page(export, &token, response->next_page_token, &more))
      return false;
  }
  if (any)
    json_part_end_codes(&dataset->json);
  return true;
}

/* With its time as people write it. */
static json_t *json_of_release(const Bellwether__V1__Release *release) {
  char published[INSTANT_TEXT_SIZE];
  Bellwether__V1__Release rest = *release;
  bool day = release->precision != BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT;
  instant_format(release->published_at_ms, day ? INSTANT_PRECISION_DAY : INSTANT_PRECISION_MS,
                 published);
  rest.published_at_ms = 0;
  rest.precision = BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_UNSPECIFIED;
  json_t *json = message_to_json(&rest.base);
  if (json == NULL || json_object_set_new(json, "published", json_string(published)) == 0)
    return json;
  json_decref(json);
  return NULL;
}

static bool keep_url(struct export *export, const Bellwether__V1__Release *release) {
  struct bytes id = bytes_of_text(release->id);
  if (cache_get(&export->release_urls, id) != NULL)
    return true;
  char *url = arena_text(export->arena, bytes_of_text(release->url));
  return (url != NULL && cache_put(&export->release_urls, export->arena, id, url)) ||
         export_fail_memory(export);
}

static bool add_releases(struct export *export, struct export_dataset *dataset,
                         const releases_response *response) {
  for (size_t i = 0; i < response->n_releases; i++) {
    const Bellwether__V1__Release *release = response->releases[i]->release;
    if (!keep_url(export, release) ||
        !added(export, json_part_add_json(&dataset->json, json_of_release(release))))
      return false;
  }
  return true;
}

static uint64_t hash_of(const releases_response *response, uint64_t hash, bool *ret_hashed) {
  for (size_t i = 0; i < response->n_releases; i++) {
    const ProtobufCMessage *message = &response->releases[i]->release->base;
    size_t size = protobuf_c_message_get_packed_size(message);
    scoped(free) uint8_t *packed = malloc(size + 1);
    *ret_hashed = packed != NULL;
    if (packed == NULL)
      return 0;
    protobuf_c_message_pack(message, packed);
    hash = XXH3_64bits_withSeed(packed, size, hash);
  }
  return hash;
}

/* Also hashes them. `dataset` is NULL where they are only hashed. */
static bool read_releases(struct export *export, const char *id, struct export_dataset *dataset,
                          uint64_t *ret_hash) {
  releases_request request = BELLWETHER__V1__LIST_RELEASES_REQUEST__INIT;
  scoped(free) char *token = NULL;
  request.dataset = text_field(id);
  request.page_size = PAGE_ITEMS;
  *ret_hash = 0;
  for (bool more = true; more;) {
    scoped(message_free) ProtobufCMessage *message = NULL;
    bool hashed = true;
    request.page_token = text_field(token);
    if (!export_ask(export, "Observations/ListReleases", &request.base,
                    &bellwether__v1__list_releases_response__descriptor, &message))
      return false;
    const releases_response *response = (const void *)message;
    *ret_hash = hash_of(response, *ret_hash, &hashed);
    if (!added(export, hashed) || (dataset != NULL && !add_releases(export, dataset, response)) ||
        !turn_page(export, &token, response->next_page_token, &more))
      return false;
  }
  return true;
}

static bool write_dataset(struct export *export, struct export_dataset *dataset,
                          Bellwether__V1__Dataset *message) {
  dataset->changed_revision = message->changed_revision;
  dataset->n_series = message->series_count;
  message->changed_revision = message->series_count = message->indicator_count = 0;
  json_part_list(&dataset->json, "datasets");
  return added(export, json_part_add(&dataset->json, &message->base));
}

bool export_describe(struct export *export, struct export_dataset *dataset) {
  scoped(message_free) ProtobufCMessage *message = NULL;
  if (!get_dataset(export, dataset->id, &message))
    return false;
  Bellwether__V1__Dataset *described = ((Bellwether__V1__GetDatasetResponse *)message)->dataset;
  if (!write_dataset(export, dataset, described) || !write_indicators(export, dataset))
    return false;
  json_part_list(&dataset->json, "codeLists");
  for (size_t i = 0; i < described->n_dimensions; i++)
    if (!write_codes(export, dataset, described->dimensions[i]->id))
      return false;
  json_part_list(&dataset->json, "releases");
  return read_releases(export, dataset->id, dataset, &dataset->releases_hash);
}

bool export_check(struct export *export, const struct export_dataset *dataset) {
  scoped(message_free) ProtobufCMessage *message = NULL;
  uint64_t hash = 0;
  if (!get_dataset(export, dataset->id, &message) ||
      !read_releases(export, dataset->id, NULL, &hash))
    return false;
  uint64_t revision =
      ((const Bellwether__V1__GetDatasetResponse *)message)->dataset->changed_revision;
  if (revision == dataset->changed_revision && hash == dataset->releases_hash)
    return true;
  export->changed = true;
  return false;
}
