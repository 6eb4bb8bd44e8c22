/* SPDX-License-Identifier: MIT */
/* What a service manager wants to know: sd_notify(3)'s protocol, a datagram. */
#ifndef BELLWETHER_SERVER_NOTIFY_H
#define BELLWETHER_SERVER_NOTIFY_H

/* Sends "READY=1" or "STOPPING=1" to $NOTIFY_SOCKET. Without one, or where nobody listens, it does
 * nothing: then nobody waits for it. */
void notify_manager(const char *state);

#endif
