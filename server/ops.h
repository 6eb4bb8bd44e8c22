/* SPDX-License-Identifier: MIT */
/* The handlers, one for each row of the table in method.c. */
#ifndef BELLWETHER_SERVER_OPS_H
#define BELLWETHER_SERVER_OPS_H

#include "server/context.h"

method_handler op_list_datasets;
method_handler op_get_dataset;
method_handler op_list_indicators;
method_handler op_get_indicator;
method_handler op_list_codes;
method_handler op_list_series;
method_handler op_get_series;
method_handler op_batch_get_series;
method_handler op_resolve_keys;
method_handler op_get_availability;
method_handler op_search;
method_handler op_list_changes;

method_handler op_get_observations;
method_handler op_batch_get_observations;
method_handler op_get_latest;
method_prefetcher op_get_latest_prefetch;
method_handler op_list_revisions;
method_handler op_list_vintages;
method_handler op_get_cross_section;
method_handler op_compare_targets;
method_handler op_list_releases;

method_handler op_put_dataset;
method_handler op_put_dataset_check;
method_handler op_put_indicators;
method_handler op_put_indicators_check;
method_handler op_put_codes;
method_handler op_put_codes_check;
method_handler op_put_release;
method_handler op_put_release_check;
method_handler op_put_observations;
method_handler op_put_observations_check;
method_handler op_begin_load;
method_handler op_put_part;
method_handler op_commit_load;
method_handler op_commit_load_check;
method_handler op_abort_load;
method_handler op_delete_observations;
method_handler op_delete_observations_check;
method_handler op_delete_series;
method_handler op_delete_series_check;
method_handler op_delete_release;
method_handler op_delete_release_check;

method_handler op_get_status;

method_handler op_check;

method_handler op_get_schema;

#endif
