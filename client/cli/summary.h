/* SPDX-License-Identifier: MIT */
/* What a write did, in words or as a row. */
#ifndef BELLWETHER_CLIENT_CLI_SUMMARY_H
#define BELLWETHER_CLIENT_CLI_SUMMARY_H

#include "bellwether/v1/ingest.pb-c.h"
#include "client/cli/command.h"

/* `only_tried`: nothing of it was kept. */
void summary_print(struct cli *cli, const Bellwether__V1__WriteSummary *summary, bool only_tried);

#endif
