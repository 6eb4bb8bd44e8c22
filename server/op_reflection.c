/* SPDX-License-Identifier: MIT */
#include "bellwether/v1/reflection.pb-c.h"
#include "proto/schema.h"
#include "server/ops.h"

bool op_get_schema(struct context *context, const ProtobufCMessage *request,
                   ProtobufCMessage *response) {
  (void)context;
  (void)request;
  Bellwether__V1__GetSchemaResponse *answer = (void *)response;
  answer->file_descriptor_set.data = (uint8_t *)(uintptr_t)contract_schema;
  answer->file_descriptor_set.len = contract_schema_size;
  answer->server_version = (char *)BELLWETHER_VERSION;
  return true;
}
