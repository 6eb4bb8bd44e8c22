/* SPDX-License-Identifier: MIT */
/* Applies the commands of a group: together in one transaction where that goes well, and one that
 * spoils it alone. Called on the writer's thread only. */
#ifndef BELLWETHER_SERVER_GROUP_H
#define BELLWETHER_SERVER_GROUP_H

#include "server/call.h"

/* Applies and answers all, linked by `next`, in their order. What succeeded is on disk before its
 * answer is given. */
void group_apply(struct engine *engine, struct call *first);

#endif
