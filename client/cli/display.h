/* SPDX-License-Identifier: MIT */
/* Text as a terminal shows it: how many columns it takes, and what must not reach one. */
#ifndef BELLWETHER_CLIENT_CLI_DISPLAY_H
#define BELLWETHER_CLIENT_CLI_DISPLAY_H

#include <stddef.h>

/* The columns of UTF-8 text: East Asian wide characters take two, combining ones none. */
size_t display_width(const char *text);
/* How many bytes of the text fit into so many columns, whole characters. */
size_t display_fit(const char *text, size_t columns);
/* Overwrites, in place, what would move a terminal's cursor, change its colours or turn the order
 * of the letters: C0, DEL and C1 controls, separators of lines, marks of direction, bad UTF-8. Line
 * ends and tabs become blanks, all else question marks. Takes NULL. */
void display_make_harmless(char *text);

#endif
