/* SPDX-License-Identifier: MIT */
#include "server/address.h"

#include <arpa/inet.h>
#include <strings.h>

enum { HOST_BYTES = 256 };

static bool begins_with(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The host of `host:port/path` or `[host]:port/path`. False where it is too long. */
static bool cut_host(const char *rest, char ret_host[HOST_BYTES]) {
  bool bracketed = *rest == '[';
  const char *begin = rest + bracketed;
  size_t size = strcspn(begin, bracketed ? "]" : ":/");
  if (size >= HOST_BYTES)
    return false;
  memcpy(ret_host, begin, size);
  ret_host[size] = '\0';
  return true;
}

static bool host_is_loopback(const char *host) {
  struct in_addr four;
  struct in6_addr six;
  if (strcmp(host, "localhost") == 0)
    return true;
  if (inet_pton(AF_INET, host, &four) == 1)
    return ntohl(four.s_addr) >> 24 == 127;
  return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool address_has_transport(const char *url) {
  static const char *const schemes[] = {
      "tcp",  "tls+tcp",  "ws",  "wss",  "tcp4", "tls+tcp4", "ws4",      "wss4",
      "tcp6", "tls+tcp6", "ws6", "wss6", "ipc",  "unix",     "abstract", "inproc"};
  size_t size = strcspn(url, ":");
  if (!begins_with(url + size, "://"))
    return false;
  for (size_t i = 0; i < count_of(schemes); i++)
    if (strlen(schemes[i]) == size && memcmp(schemes[i], url, size) == 0)
      return true;
  return false;
}

bool address_is_local(const char *url) {
  static const char *const schemes[] = {"ipc://", "inproc://", "unix://", "abstract://"};
  char host[HOST_BYTES];
  for (size_t i = 0; i < count_of(schemes); i++)
    if (begins_with(url, schemes[i]))
      return true;
  const char *rest = strstr(url, "://");
  return rest != NULL && cut_host(rest + 3, host) && host_is_loopback(host);
}

bool address_is_encrypted(const char *url) {
  return begins_with(url, "tls+tcp") || begins_with(url, "wss");
}

static struct bytes trim(struct bytes text) {
  while (text.size > 0 && strchr(" \t\r", text.data[0]) != NULL)
    text = bytes_of(text.data + 1, text.size - 1);
  while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]) != NULL)
    text.size--;
  return text;
}

static bool find_header(const char *headers, const char *name, struct bytes *ret_value) {
  size_t name_size = strlen(name);
  for (const char *line = headers; *line != '\0';) {
    size_t size = strcspn(line, "\n");
    if (size > name_size && strncasecmp(line, name, name_size) == 0 && line[name_size] == ':') {
      *ret_value = trim(bytes_of(line + name_size + 1, size - name_size - 1));
      return true;
    }
    line += size + (line[size] == '\n');
  }
  return false;
}

static bool same_text(struct bytes a, struct bytes b) {
  return a.size == b.size && strncasecmp((const char *)a.data, (const char *)b.data, a.size) == 0;
}

/* The host and port of an origin, "https://host:port". */
static struct bytes authority_of(struct bytes origin) {
  for (size_t i = 0; i + 3 <= origin.size; i++)
    if (memcmp(origin.data + i, "://", 3) == 0)
      return bytes_of(origin.data + i + 3, origin.size - i - 3);
  return (struct bytes){0};
}

bool origin_is_foreign(const char *headers, const char *const *allowed) {
  struct bytes origin;
  struct bytes host;
  if (!find_header(headers, "Origin", &origin))
    return false;
  for (size_t i = 0; allowed != NULL && allowed[i] != NULL; i++)
    if (same_text(origin, bytes_of_text(allowed[i])))
      return false;
  struct bytes authority = authority_of(origin);
  if (authority.size == 0 || !find_header(headers, "Host", &host))
    return true;
  return !same_text(authority, host);
}
