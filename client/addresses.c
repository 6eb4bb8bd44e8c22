/* SPDX-License-Identifier: MIT */
#include "client/addresses.h"

#include <ctype.h>
#include <stdio.h>

enum { PORT_MAX = 65535 };

static char *trim(char *text) {
  text += strspn(text, " ");
  for (char *end = text + strlen(text); end > text && end[-1] == ' ';)
    *--end = '\0';
  return text;
}

/* Where there is a port it is a number: nng takes any text, and finds out when it connects. */
static bool port_is_good(const char *authority) {
  size_t size = strcspn(authority, "/");
  const char *colon = memrchr(authority, ':', size);
  const char *bracket = memrchr(authority, ']', size);
  if (colon == NULL || (bracket != NULL && bracket > colon))
    return true;
  char *end = NULL;
  unsigned long port = strtoul(colon + 1, &end, 10);
  return isdigit((unsigned char)colon[1]) && end == authority + size && port > 0 &&
         port <= PORT_MAX;
}

static bool is_plausible(const char *address) {
  const char *separator = strstr(address, "://");
  if (separator == NULL)
    return false;
  bool has_port = strncmp(address, "ipc:", 4) != 0 && strncmp(address, "inproc:", 7) != 0;
  return !has_port || port_is_good(separator + 3);
}

void addresses_explain(const char *address, char *ret_text, size_t text_size) {
  bool is_folder = strncmp(address, "lmdb:", 5) == 0;
  snprintf(ret_text, text_size, "'%s' is no address: %s", address,
           is_folder ? "a folder cannot stand beside others"
                     : "tcp://HOST:PORT, ipc://PATH or ws://HOST:PORT");
}

enum bellwether_status addresses_init(struct addresses *addresses, const char *servers,
                                      char *ret_text, size_t text_size) {
  *addresses = (struct addresses){.text = strdup(servers)};
  char *rest = addresses->text;
  if (rest == NULL)
    return BELLWETHER_NO_MEMORY;
  for (char *piece; (piece = strsep(&rest, ",")) != NULL;) {
    char *address = trim(piece);
    if (addresses->n == ADDRESSES_MAX) {
      snprintf(ret_text, text_size, "more than %d addresses", ADDRESSES_MAX);
      return BELLWETHER_INVALID;
    }
    if (!is_plausible(address)) {
      addresses_explain(address, ret_text, text_size);
      return BELLWETHER_INVALID;
    }
    addresses->each[addresses->n++] = address;
  }
  return BELLWETHER_OK;
}

void addresses_fini(struct addresses *addresses) {
  free(addresses->text);
}
