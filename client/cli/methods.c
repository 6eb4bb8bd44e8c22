/* SPDX-License-Identifier: MIT */
#include "client/cli/methods.h"

#include <stdio.h>

#include "bellwether/v1/admin.pb-c.h"
#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/health.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/reflection.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "proto/suggest.h"

static const ProtobufCServiceDescriptor *const SERVICES[] = {
    &bellwether__v1__catalog__descriptor, &bellwether__v1__observations__descriptor,
    &bellwether__v1__ingest__descriptor,  &bellwether__v1__admin__descriptor,
    &bellwether__v1__health__descriptor,  &bellwether__v1__reflection__descriptor,
    &bellwether__v1__calls__descriptor,
};

static struct method_choice choice_of(const ProtobufCServiceDescriptor *service,
                                      const ProtobufCMethodDescriptor *method) {
  struct method_choice choice = {.request = method->input,
                                 .response = method->output,
                                 .writes = service == &bellwether__v1__ingest__descriptor};
  snprintf(choice.path, sizeof choice.path, "%s/%s", service->short_name, method->name);
  return choice;
}

/* Without the package, and with a slash before the method: "Observations/GetLatest". */
static void normalize(const char *name, char ret_name[static METHOD_PATH_SIZE]) {
  static const char PACKAGE[] = "bellwether.v1.";
  if (name[0] == '/')
    name++;
  if (strncmp(name, PACKAGE, sizeof PACKAGE - 1) == 0)
    name += sizeof PACKAGE - 1;
  snprintf(ret_name, METHOD_PATH_SIZE, "%s", name);
  char *point = strchr(ret_name, '.');
  if (point != NULL)
    *point = '/';
}

static bool is_named(const struct method_choice *choice, const char *name) {
  return strcmp(choice->path, name) == 0 || strcmp(strchr(choice->path, '/') + 1, name) == 0;
}

static size_t distance_of(const struct method_choice *choice, const char *name, size_t limit) {
  const char *known = strchr(name, '/') != NULL ? choice->path : strchr(choice->path, '/') + 1;
  return suggest_distance(bytes_of_text(name), bytes_of_text(known), limit);
}

enum method_found method_choose(const char *name, struct method_choice *ret_method) {
  char wanted[METHOD_PATH_SIZE];
  size_t n_found = 0;
  normalize(name, wanted);
  size_t least = suggest_limit(strlen(wanted)) + 1;
  struct method_choice nearest = {.path = ""};
  for (size_t i = 0; i < count_of(SERVICES); i++)
    for (unsigned k = 0; k < SERVICES[i]->n_methods; k++) {
      struct method_choice choice = choice_of(SERVICES[i], &SERVICES[i]->methods[k]);
      if (is_named(&choice, wanted) && n_found++ == 0)
        *ret_method = choice;
      size_t distance = distance_of(&choice, wanted, least);
      if (distance >= least)
        continue;
      least = distance;
      nearest = choice;
    }
  if (n_found == 0)
    *ret_method = nearest;
  return n_found == 0 ? METHOD_UNKNOWN : n_found == 1 ? METHOD_FOUND : METHOD_AMBIGUOUS;
}
