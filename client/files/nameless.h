/* SPDX-License-Identifier: MIT */
/* Temporary files without a name, in $TMPDIR or else /tmp: gone when they are closed, whatever ends
 * the program. */
#ifndef BELLWETHER_CLIENT_FILES_NAMELESS_H
#define BELLWETHER_CLIENT_FILES_NAMELESS_H

/* For reading and writing. -1: errno says why. */
int nameless_open(void);
/* Where they are, for people. */
const char *nameless_folder(void);

#endif
