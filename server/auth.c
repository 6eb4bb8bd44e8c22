/* SPDX-License-Identifier: MIT */
#include "server/auth.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

struct token {
  uint8_t hash[AUTH_HASH_BYTES];
  enum access_role role;
  char name[64];
};

struct auth {
  size_t n_tokens;
  size_t capacity;
  struct token *tokens;
};

static const struct {
  const char *name;
  enum access_role role;
} role_names[] = {{"reader", ACCESS_READER}, {"writer", ACCESS_WRITER}, {"admin", ACCESS_ADMIN}};

static enum access_role role_named(const char *name) {
  for (size_t i = 0; i < count_of(role_names); i++)
    if (strcmp(role_names[i].name, name) == 0)
      return role_names[i].role;
  return ACCESS_NONE;
}

static const char *name_of_role(enum access_role role) {
  for (size_t i = 0; i < count_of(role_names); i++)
    if (role_names[i].role == role)
      return role_names[i].name;
  return "none";
}

static void hash_token(struct bytes token, uint8_t ret_hash[AUTH_HASH_BYTES]) {
  crypto_generichash(ret_hash, AUTH_HASH_BYTES, token.data, token.size, NULL, 0);
}

void auth_hash_text(struct bytes token, char ret_text[2 * AUTH_HASH_BYTES + 1]) {
  uint8_t hash[AUTH_HASH_BYTES];
  hash_token(token, hash);
  sodium_bin2hex(ret_text, 2 * AUTH_HASH_BYTES + 1, hash, sizeof hash);
}

static bool parse_line(const char *line, struct token *ret_token) {
  char role[16];
  char hex[2 * AUTH_HASH_BYTES + 1];
  struct token token = {.role = ACCESS_NONE};
  size_t size = 0;
  if (sscanf(line, "%15s %64s %63s", role, hex, token.name) < 2)
    return false;
  token.role = role_named(role);
  int decoded = sodium_hex2bin(token.hash, sizeof token.hash, hex, strlen(hex), NULL, &size, NULL);
  if (token.role == ACCESS_NONE || decoded != 0 || size != AUTH_HASH_BYTES)
    return false;
  *ret_token = token;
  return true;
}

static bool add_token(struct auth *auth, const struct token *token) {
  if (auth->n_tokens == auth->capacity) {
    size_t capacity = auth->capacity == 0 ? 8 : auth->capacity * 2;
    struct token *grown = reallocarray(auth->tokens, capacity, sizeof *grown);
    if (grown == NULL)
      return false;
    auth->tokens = grown;
    auth->capacity = capacity;
  }
  auth->tokens[auth->n_tokens++] = *token;
  return true;
}

static bool is_blank(const char *line) {
  line += strspn(line, " \t\r\n");
  return *line == '\0' || *line == '#';
}

/* 0, or the number of the first line that is wrong. */
static size_t read_lines(struct auth *auth, FILE *file) {
  char line[AUTH_LINE_BYTES];
  for (size_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
    struct token token;
    if (is_blank(line))
      continue;
    if (!parse_line(line, &token) || !add_token(auth, &token))
      return number;
  }
  return 0;
}

struct auth *auth_load(const char *path, char *ret_text, size_t text_size) {
  FILE *file = sodium_init() < 0 ? NULL : fopen(path, "re");
  if (file == NULL) {
    snprintf(ret_text, text_size, "cannot read the token file %s: %s", path, strerror(errno));
    return NULL;
  }
  struct auth *auth = calloc(1, sizeof *auth);
  size_t wrong = auth == NULL ? 1 : read_lines(auth, file);
  fclose(file);
  if (wrong != 0)
    snprintf(ret_text, text_size,
             "%s:%zu: not `ROLE HASH NAME` with a role of reader, writer, admin", path, wrong);
  else if (auth->n_tokens == 0)
    snprintf(ret_text, text_size, "%s has no token", path);
  else
    return auth;
  auth_free(auth);
  return NULL;
}

void auth_free(struct auth *auth) {
  if (auth == NULL)
    return;
  free(auth->tokens);
  free(auth);
}

enum access_role auth_role(const struct auth *auth, struct bytes token, const char **ret_name) {
  uint8_t hash[AUTH_HASH_BYTES];
  const struct token *found = NULL;
  hash_token(token, hash);
  for (size_t i = 0; i < auth->n_tokens; i++)
    if (sodium_memcmp(hash, auth->tokens[i].hash, sizeof hash) == 0)
      found = &auth->tokens[i];
  if (ret_name != NULL)
    *ret_name = found == NULL ? "" : found->name;
  return found == NULL ? ACCESS_NONE : found->role;
}

bool auth_allows(const struct auth *auth, struct context *context, enum access_role needed,
                 struct bytes authorization) {
  static const char scheme[] = "Bearer ";
  size_t scheme_size = sizeof scheme - 1;
  if (auth == NULL || needed == ACCESS_NONE)
    return true;
  if (authorization.size <= scheme_size || memcmp(authorization.data, scheme, scheme_size) != 0)
    return context_fail(context,
                        (struct failure){.code = RPC_UNAUTHENTICATED,
                                         .reason = "TOKEN_REQUIRED",
                                         .field = "metadata",
                                         .hint = "send the metadata `authorization: Bearer TOKEN`; "
                                                 "bellwether has --token"},
                        "this server wants a token");
  struct bytes token = bytes_of(authorization.data + scheme_size, authorization.size - scheme_size);
  enum access_role role = auth_role(auth, token, NULL);
  if (role == ACCESS_NONE)
    return context_fail(context,
                        (struct failure){.code = RPC_UNAUTHENTICATED,
                                         .reason = "TOKEN_INVALID",
                                         .field = "metadata"},
                        "the token is not known here");
  if (role < needed)
    return context_fail(context,
                        (struct failure){.code = RPC_PERMISSION_DENIED, .reason = "ROLE_MISSING"},
                        "the method needs the role %s, and the token has %s", name_of_role(needed),
                        name_of_role(role));
  return true;
}
