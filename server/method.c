/* SPDX-License-Identifier: MIT */
#include "server/method.h"

#include "bellwether/v1/admin.pb-c.h"
#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/health.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/reflection.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "proto/suggest.h"
#include "server/ops.h"

#define ROW(service, name, snake, kind_, role)                                                     \
  .path = "/bellwether.v1." #service "/" #name,                                                    \
  .path_size = sizeof("/bellwether.v1." #service "/" #name) - 1,                                   \
  .request = &bellwether__v1__##snake##_request__descriptor,                                       \
  .response = &bellwether__v1__##snake##_response__descriptor, .kind = METHOD_##kind_,             \
  .access = ACCESS_##role

/* clang-format off */
static const struct method methods[] = {
    {ROW(Catalog, ListDatasets, list_datasets, HEAVY, READER), .handle = op_list_datasets},
    {ROW(Catalog, GetDataset, get_dataset, FAST, READER), .handle = op_get_dataset},
    {ROW(Catalog, ListIndicators, list_indicators, HEAVY, READER), .handle = op_list_indicators},
    {ROW(Catalog, GetIndicator, get_indicator, FAST, READER), .handle = op_get_indicator},
    {ROW(Catalog, ListCodes, list_codes, HEAVY, READER), .handle = op_list_codes},
    {ROW(Catalog, ListSeries, list_series, HEAVY, READER), .handle = op_list_series},
    {ROW(Catalog, GetSeries, get_series, FAST, READER), .handle = op_get_series},
    {ROW(Catalog, BatchGetSeries, batch_get_series, HEAVY, READER), .handle = op_batch_get_series},
    {ROW(Catalog, ResolveKeys, resolve_keys, FAST, READER), .handle = op_resolve_keys},
    {ROW(Catalog, GetAvailability, get_availability, HEAVY, READER), .handle = op_get_availability},
    {ROW(Catalog, Search, search, HEAVY, READER), .handle = op_search},
    {ROW(Catalog, ListChanges, list_changes, HEAVY, READER), .handle = op_list_changes},

    {ROW(Observations, GetObservations, get_observations, FAST, READER),
     .handle = op_get_observations},
    {ROW(Observations, BatchGetObservations, batch_get_observations, HEAVY, READER),
     .handle = op_batch_get_observations},
    {ROW(Observations, GetLatest, get_latest, FAST, READER),
     .prefetch = op_get_latest_prefetch, .handle = op_get_latest},
    {ROW(Observations, GetCrossSection, get_cross_section, HEAVY, READER),
     .handle = op_get_cross_section},
    {ROW(Observations, ListRevisions, list_revisions, HEAVY, READER), .handle = op_list_revisions},
    {ROW(Observations, ListVintages, list_vintages, HEAVY, READER), .handle = op_list_vintages},
    {ROW(Observations, ListReleases, list_releases, HEAVY, READER), .handle = op_list_releases},
    {ROW(Observations, CompareTargets, compare_targets, HEAVY, READER),
     .handle = op_compare_targets},

    {ROW(Ingest, PutDataset, put_dataset, WRITE, WRITER),
     .check = op_put_dataset_check, .handle = op_put_dataset},
    {ROW(Ingest, PutIndicators, put_indicators, WRITE, WRITER),
     .check = op_put_indicators_check, .handle = op_put_indicators},
    {ROW(Ingest, PutCodes, put_codes, WRITE, WRITER),
     .check = op_put_codes_check, .handle = op_put_codes},
    {ROW(Ingest, PutRelease, put_release, WRITE, WRITER),
     .check = op_put_release_check, .handle = op_put_release},
    {ROW(Ingest, PutObservations, put_observations, WRITE, WRITER),
     .check = op_put_observations_check, .handle = op_put_observations},
    {ROW(Ingest, BeginLoad, begin_load, STAGING, WRITER), .handle = op_begin_load},
    {ROW(Ingest, PutPart, put_part, STAGING, WRITER), .handle = op_put_part},
    {ROW(Ingest, CommitLoad, commit_load, WRITE, WRITER),
     .check = op_commit_load_check, .handle = op_commit_load},
    {ROW(Ingest, AbortLoad, abort_load, STAGING, WRITER), .handle = op_abort_load},
    {ROW(Ingest, DeleteObservations, delete_observations, WRITE, WRITER),
     .check = op_delete_observations_check, .handle = op_delete_observations},
    {ROW(Ingest, DeleteSeries, delete_series, WRITE, WRITER),
     .check = op_delete_series_check, .handle = op_delete_series},
    {ROW(Ingest, DeleteRelease, delete_release, WRITE, WRITER),
     .check = op_delete_release_check, .handle = op_delete_release},

    {ROW(Admin, GetStatus, get_status, FAST, READER), .handle = op_get_status},
    {ROW(Admin, Backup, backup, HEAVY, ADMIN)},
    {ROW(Admin, Verify, verify, HEAVY, ADMIN)},

    {ROW(Health, Check, check, FAST, NONE), .without_store = true, .handle = op_check},

    {ROW(Reflection, GetSchema, get_schema, FAST, NONE), .without_store = true,
     .handle = op_get_schema},

    {ROW(Calls, Together, together, TOGETHER, NONE), .without_store = true},
};
/* clang-format on */

const struct method *method_find(const struct method *rows, size_t count, struct bytes path) {
  for (size_t i = 0; i < count; i++)
    if (bytes_equal(path, bytes_of(rows[i].path, rows[i].path_size)))
      return &rows[i];
  return NULL;
}

const char *method_suggest(const struct method *rows, size_t count, struct bytes path) {
  const char *nearest = NULL;
  size_t limit = suggest_limit(path.size);
  for (size_t i = 0; i < count; i++) {
    size_t distance = suggest_distance(path, bytes_of(rows[i].path, rows[i].path_size), limit);
    if (distance > limit)
      continue;
    nearest = rows[i].path;
    if (distance == 0)
      return nearest;
    limit = distance - 1;
  }
  return nearest;
}

const struct method *method_all(size_t *ret_count) {
  *ret_count = count_of(methods);
  return methods;
}
