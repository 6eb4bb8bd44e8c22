/* SPDX-License-Identifier: MIT */
/* Text from outside, before it is stored: protobuf-c takes bad UTF-8 and cuts at NUL. */
#ifndef BELLWETHER_PROTO_UTF8_H
#define BELLWETHER_PROTO_UTF8_H

#include "proto/util.h"

/* Whether the text is UTF-8 without NUL: no overlong forms, no surrogates, nothing beyond U+10FFFF
 * (RFC 3629). The empty text is. Safe from any thread. */
bool utf8_is_valid(struct bytes text);

#endif
