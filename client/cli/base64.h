/* SPDX-License-Identifier: MIT */
/* Bytes as base64 (RFC 4648). Safe from any thread. */
#ifndef BELLWETHER_CLIENT_CLI_BASE64_H
#define BELLWETHER_CLIENT_CLI_BASE64_H

#include "proto/util.h"

#define BASE64_TEXT_SIZE(n_bytes) (((n_bytes) + 2) / 3 * 4)
#define BASE64_BYTES_MOST(text_size) (((text_size) + 3) / 4 * 3)

/* Writes BASE64_TEXT_SIZE bytes, padded, without a NUL. */
void base64_write(struct bytes bytes, char *ret_text);
/* Reads the standard alphabet or the one for URLs, padded or not, into at most BASE64_BYTES_MOST
 * bytes. False for anything else. */
must_check bool base64_read(struct bytes text, uint8_t *ret_bytes, size_t *ret_size);

#endif
