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

/* Reads one value of any kind; a name twice in an object is refused. Numbers that jansson would
 * round, or refuse for their size, come as strings that only the functions below tell from text.
 * NULL with *ret_error set. */
must_check json_t *json_text_read(struct bytes text, json_error_t *ret_error);
/* Whether a string stands for a number that was written without quotes. */
bool json_text_is_number(const json_t *json);
/* What such a string, or another one, says. Borrowed; empty for what is no string. */
struct bytes json_text_of_number(const json_t *json);

#endif
