/* SPDX-License-Identifier: MIT */
/* Who may do what. A token file has one token a line, `ROLE HASH NAME`: the role is reader, writer
 * or admin, the hash is BLAKE2b-256 of the token in hexadecimal, the name is for the log. Empty
 * lines and lines that begin with # are passed over. Any thread may ask. */
#ifndef BELLWETHER_SERVER_AUTH_H
#define BELLWETHER_SERVER_AUTH_H

#include "server/method.h"

struct auth;

/* NULL when the file cannot be read or a line is wrong; ret_text then says which and why. */
struct auth *auth_load(const char *path, char *ret_text, size_t text_size);
/* Takes NULL. */
void auth_free(struct auth *auth);
SCOPED_POINTER(struct auth, auth_free)

/* ACCESS_NONE for a token that is not in the file. Takes as long whichever token matches. ret_name,
 * which may be NULL, is borrowed from auth. */
enum access_role auth_role(const struct auth *auth, struct bytes token, const char **ret_name);
/* Whether a call with this `authorization` may use the method, else fails. */
bool auth_allows(const struct auth *auth, struct context *context, enum access_role needed,
                 struct bytes authorization);

/* A token travels behind "Bearer " in a value of metadata, of LIMIT_METADATA_BYTES. */
enum { AUTH_HASH_BYTES = 32, AUTH_LINE_BYTES = 512, AUTH_TOKEN_BYTES = 1000 };
/* What stands in the token file for this token: 64 hexadecimal digits and a NUL. */
void auth_hash_text(struct bytes token, char ret_text[2 * AUTH_HASH_BYTES + 1]);

#endif
