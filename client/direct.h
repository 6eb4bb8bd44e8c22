/* SPDX-License-Identifier: MIT */
/* Direct mode: with libbellwether-direct linked in and bellwether_direct_enable called,
 * "lmdb:FOLDER" is an address. The store is opened for reading beside a running server, or, where
 * the options say writable, with the writer's lock. One open of a folder a process. */
#ifndef BELLWETHER_CLIENT_DIRECT_H
#define BELLWETHER_CLIENT_DIRECT_H

/* To be called once, before the first bellwether_open. */
void bellwether_direct_enable(void);

#endif
