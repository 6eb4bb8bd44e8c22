/* SPDX-License-Identifier: MIT */
#include "tests/contract_types.h"

#include "bellwether/v1/admin.pb-c.h"
#include "bellwether/v1/catalog.pb-c.h"
#include "bellwether/v1/health.pb-c.h"
#include "bellwether/v1/ingest.pb-c.h"
#include "bellwether/v1/observations.pb-c.h"
#include "bellwether/v1/reflection.pb-c.h"
#include "bellwether/v1/rpc.pb-c.h"
#include "proto/util.h"

/* The type, or one within it: the contract has no recursive message. */
static const ProtobufCMessageDescriptor *search(const ProtobufCMessageDescriptor *type,
                                                const char *name) {
  if (strcmp(type->short_name, name) == 0)
    return type;
  for (unsigned i = 0; i < type->n_fields; i++) {
    if (type->fields[i].type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    const ProtobufCMessageDescriptor *found = search(type->fields[i].descriptor, name);
    if (found != NULL)
      return found;
  }
  return NULL;
}

const ProtobufCMessageDescriptor *contract_type(const char *name) {
  static const ProtobufCServiceDescriptor *const SERVICES[] = {
      &bellwether__v1__catalog__descriptor, &bellwether__v1__observations__descriptor,
      &bellwether__v1__ingest__descriptor,  &bellwether__v1__admin__descriptor,
      &bellwether__v1__health__descriptor,  &bellwether__v1__reflection__descriptor,
      &bellwether__v1__calls__descriptor};
  static const ProtobufCMessageDescriptor *const OTHERS[] = {
      &bellwether__v1__call__descriptor, &bellwether__v1__reply__descriptor,
      &bellwether__v1__load_part__descriptor};
  const ProtobufCMessageDescriptor *found = NULL;
  for (size_t i = 0; i < count_of(SERVICES); i++)
    for (unsigned k = 0; found == NULL && k < SERVICES[i]->n_methods; k++) {
      found = search(SERVICES[i]->methods[k].input, name);
      if (found == NULL)
        found = search(SERVICES[i]->methods[k].output, name);
    }
  for (size_t i = 0; found == NULL && i < count_of(OTHERS); i++)
    found = search(OTHERS[i], name);
  return found;
}
