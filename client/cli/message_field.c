/* SPDX-License-Identifier: MIT */
#include "client/cli/message_field.h"

void field_json_name(const ProtobufCFieldDescriptor *field, char ret_name[static FIELD_NAME_SIZE]) {
  size_t used = 0;
  bool bent = false;
  for (const char *at = field->name; *at != '\0' && used + 1 < FIELD_NAME_SIZE; at++) {
    bool small = *at >= 'a' && *at <= 'z';
    if (*at != '_')
      ret_name[used++] = bent && small ? (char)(*at - 'a' + 'A') : *at;
    bent = *at == '_';
  }
  ret_name[used] = '\0';
}

const ProtobufCFieldDescriptor *field_named(const ProtobufCMessageDescriptor *descriptor,
                                            const char *name) {
  char json_name[FIELD_NAME_SIZE];
  for (unsigned i = 0; i < descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
    field_json_name(field, json_name);
    if (strcmp(field->name, name) == 0 || strcmp(json_name, name) == 0)
      return field;
  }
  return NULL;
}
