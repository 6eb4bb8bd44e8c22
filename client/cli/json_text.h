/* SPDX-License-Identifier: MIT */
/* JSON as text: numbers shortest, which jansson's own writer and reader cannot do. */
#ifndef BELLWETHER_CLIENT_CLI_JSON_TEXT_H
#define BELLWETHER_CLIENT_CLI_JSON_TEXT_H

#include <jansson.h>
#include <stdio.h>

#include "proto/util.h"

enum json_layout {
  JSON_LAYOUT_LINE,  /* all on one line */
  JSON_LAYOUT_PRETTY /* a line a member, two blanks deeper each; a list of plain values on one */
};

/* Writes the value without a line end. Doubles have the shortest text that reads back to them. A
 * failure is the stream's, for ferror. */
void json_text_write(FILE *out, const json_t *json, enum json_layout layout);

#endif
