/* SPDX-License-Identifier: MIT */
#include "client/export/json_part.h"

#include "client/cli/json_text.h"
#include "client/cli/message_to_json.h"

void json_part_list(struct json_part *part, const char *name) {
  if (part->list == NULL && part->any_list)
    fputs("\n  ]", part->out);
  part->list = name;
}

/* Opens the list with its first item. */
static void begin_item(struct json_part *part) {
  if (part->list == NULL) {
    fputs(",\n    ", part->out);
    return;
  }
  fprintf(part->out, "%s\n  \"%s\": [\n    ", part->any_list ? "," : "{", part->list);
  part->list = NULL;
  part->any_list = true;
}

bool json_part_add_json(struct json_part *part, json_t *json) {
  if (json == NULL)
    return false;
  begin_item(part);
  json_text_write(part->out, json, JSON_LAYOUT_LINE);
  json_decref(json);
  return true;
}

bool json_part_add(struct json_part *part, const ProtobufCMessage *message) {
  return json_part_add_json(part, message_to_json(message));
}

/* Ids of datasets and dimensions have no letters that JSON would escape. */
void json_part_begin_codes(struct json_part *part, const char *dataset, const char *dimension) {
  begin_item(part);
  fprintf(part->out, "{\"dataset\":\"%s\",\"dimension\":\"%s\",\"codes\":[", dataset, dimension);
}

bool json_part_add_code(struct json_part *part, const ProtobufCMessage *code, bool first) {
  json_t *json = message_to_json(code);
  if (json == NULL)
    return false;
  fputs(first ? "\n      " : ",\n      ", part->out);
  json_text_write(part->out, json, JSON_LAYOUT_LINE);
  json_decref(json);
  return true;
}

void json_part_end_codes(struct json_part *part) {
  fputs("\n    ]}", part->out);
}

void json_part_end(struct json_part *part) {
  json_part_list(part, NULL);
  fputs(part->any_list ? "\n}\n" : "{}\n", part->out);
}
