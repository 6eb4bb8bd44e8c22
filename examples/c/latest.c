/* SPDX-License-Identifier: MIT */
/* The latest observation of some series: all that a program needs is <bellwether.h> and
 * -lbellwether.
 *
 *     cc latest.c $(pkg-config --cflags --libs bellwether) -o latest
 *     ./latest tcp://127.0.0.1:7411 CBEC/A.CHN.TRADE._T CBEC/A.CHN.EXPORTS._T */
#include <bellwether.h>

#include <stdio.h>
#include <stdlib.h>

/* Prints one key's row; false where it has none. */
static bool print_row(const char *key, const struct bellwether_latest *latest) {
  if (latest->code != 0) {
    fprintf(stderr, "%s: error %d\n", key, latest->code);
    return false;
  }
  printf("%s\t%.15g\t%c\n", key, latest->value, latest->status);
  return true;
}

static bool print_latest(struct bellwether_client *client, const char *const *keys, size_t n) {
  struct bellwether_latest *latest = calloc(n, sizeof *latest);
  struct bellwether_reply *reply = NULL;
  if (latest == NULL)
    return false;
  enum bellwether_status status = bellwether_latest(client, keys, n, latest, &reply);
  bool good = status == BELLWETHER_OK;
  if (!good)
    fprintf(stderr, "%s\n",
            reply != NULL ? bellwether_reply_message(reply) : bellwether_status_text(status));
  for (size_t i = 0; status == BELLWETHER_OK && i < n; i++)
    good = print_row(keys[i], &latest[i]) && good;
  bellwether_reply_free(reply);
  free(latest);
  return good;
}

int main(int argc, char **argv) {
  char text[256] = "";
  struct bellwether_client *client = NULL;
  if (argc < 3) {
    fprintf(stderr, "usage: %s SERVERS KEY...\n", argv[0]);
    return 2;
  }
  struct bellwether_options options = {.servers = argv[1], .name = "latest"};
  enum bellwether_status status = bellwether_open(&options, &client, text, sizeof text);
  if (status != BELLWETHER_OK) {
    fprintf(stderr, "%s\n", text[0] != '\0' ? text : bellwether_status_text(status));
    return 1;
  }
  bool good = print_latest(client, (const char *const *)&argv[2], (size_t)argc - 2);
  bellwether_close(client);
  return good ? 0 : 1;
}
