/* SPDX-License-Identifier: MIT */
#include "client/cli/api.h"

/* Field numbers of google/protobuf/descriptor.proto. */
enum {
  TYPE_FIELDS = 2,
  TYPE_TYPES = 3,
  TYPE_ENUMS = 4,
  TYPE_ONEOFS = 8,
  ENUM_VALUES = 2,
  LABEL_REPEATED = 3
};

static const char *const TYPE_NAMES[] = {
    [1] = "double",  [2] = "float",     [3] = "int64",     [4] = "uint64",  [5] = "int32",
    [6] = "fixed64", [7] = "fixed32",   [8] = "bool",      [9] = "string",  [12] = "bytes",
    [13] = "uint32", [15] = "sfixed32", [16] = "sfixed64", [17] = "sint32", [18] = "sint64",
};

struct printing {
  FILE *out;
  const struct api *api;
};

static void indent(const struct printing *printing, int depth) {
  fprintf(printing->out, "%*s", depth * 2, "");
}

static void print_comment(const struct printing *printing, const char *comment, int depth) {
  while (*comment != '\0') {
    size_t size = strcspn(comment, "\n");
    indent(printing, depth);
    fprintf(printing->out, "//%.*s\n", (int)size, comment);
    comment += size + (comment[size] == '\n');
  }
}

/* Ends the line of what stands at the place. */
static void print_end(const struct printing *printing, const struct api_path *path, int depth) {
  const char *comment = api_comment_behind(path);
  size_t size = strcspn(comment, "\n");
  if (size == 0) {
    fputc('\n', printing->out);
    return;
  }
  fprintf(printing->out, " //%.*s\n", (int)size, comment);
  print_comment(printing, comment + size + (comment[size] == '\n'), depth);
}

const char *api_field_type(const Descriptor__Field *field, const struct api_path *path) {
  if (field->type_name[0] != '\0')
    return api_short_name(path, field->type_name);
  bool known = field->type > 0 && (size_t)field->type < count_of(TYPE_NAMES) &&
               TYPE_NAMES[field->type] != NULL;
  return known ? TYPE_NAMES[field->type] : "unknown";
}

const char *api_field_label(const Descriptor__Field *field) {
  if (field->label == LABEL_REPEATED)
    return "repeated";
  return field->proto3_optional ? "optional" : "";
}

static void print_field(const struct printing *printing, const Descriptor__Field *field,
                        const struct api_path *path, int depth) {
  print_comment(printing, api_comment(path), depth);
  indent(printing, depth);
  const char *label = api_field_label(field);
  bool deprecated = field->options != NULL && field->options->deprecated;
  fprintf(printing->out, "%s%s%s %s = %d%s;", label, label[0] != '\0' ? " " : "",
          api_field_type(field, path), field->name, field->number,
          deprecated ? " [deprecated = true]" : "");
  print_end(printing, path, depth);
}

/* `optional` has one that nobody wrote. */
int32_t api_field_oneof(const Descriptor__Field *field) {
  bool in_one = field->has_oneof_index_case == DESCRIPTOR__FIELD__HAS_ONEOF_INDEX_ONEOF_INDEX;
  return in_one && !field->proto3_optional ? field->oneof_index : -1;
}

static void open_block(const struct printing *printing, const char *keyword, const char *name,
                       const struct api_path *path, int depth) {
  print_comment(printing, api_comment(path), depth);
  indent(printing, depth);
  fprintf(printing->out, "%s %s {", keyword, name);
  print_end(printing, path, depth + 1);
}

static void close_block(const struct printing *printing, int depth) {
  indent(printing, depth);
  fputs("}\n", printing->out);
}

static void print_fields(const struct printing *printing, const Descriptor__Type *message,
                         const struct api_path *path, int depth) {
  int32_t open = -1;
  for (size_t i = 0; i < message->n_fields; i++) {
    const Descriptor__Field *field = message->fields[i];
    struct api_path place = api_path_to(path, TYPE_FIELDS, i);
    int32_t oneof = api_field_oneof(field);
    if (open >= 0 && oneof != open)
      close_block(printing, depth);
    if (oneof >= 0 && oneof != open) {
      bool named = (size_t)oneof < message->n_oneofs;
      struct api_path oneof_place = api_path_to(path, TYPE_ONEOFS, (size_t)oneof);
      open_block(printing, "oneof", named ? message->oneofs[oneof]->name : "unknown", &oneof_place,
                 depth);
    }
    open = oneof;
    print_field(printing, field, &place, open >= 0 ? depth + 1 : depth);
  }
  if (open >= 0)
    close_block(printing, depth);
}

static void print_enum(const struct printing *printing, const Descriptor__Enum *enumeration,
                       const struct api_path *path, int depth) {
  open_block(printing, "enum", enumeration->name, path, depth);
  for (size_t i = 0; i < enumeration->n_values; i++) {
    struct api_path place = api_path_to(path, ENUM_VALUES, i);
    print_comment(printing, api_comment(&place), depth + 1);
    indent(printing, depth + 1);
    fprintf(printing->out, "%s = %d;", enumeration->values[i]->name,
            enumeration->values[i]->number);
    print_end(printing, &place, depth + 1);
  }
  close_block(printing, depth);
}

static void print_message(const struct printing *printing, const Descriptor__Type *message,
                          const struct api_path *path, int depth) {
  bool deepest = path->n_steps + 4 > API_PATH_SIZE;
  open_block(printing, "message", message->name, path, depth);
  for (size_t i = 0; i < message->n_enums; i++) {
    struct api_path place = api_path_to(path, TYPE_ENUMS, i);
    print_enum(printing, message->enums[i], &place, depth + 1);
  }
  for (size_t i = 0; i < message->n_types && !deepest; i++) {
    struct api_path place = api_path_to(path, TYPE_TYPES, i);
    const Descriptor__Type *inner = api_inner_type(printing->api, message, i);
    if (inner != NULL)
      print_message(printing, inner, &place, depth + 1);
  }
  print_fields(printing, message, path, depth + 1);
  close_block(printing, depth);
}

static void print_method(const struct printing *printing, const Descriptor__Method *method,
                         const struct api_path *path) {
  print_comment(printing, api_comment(path), 1);
  fprintf(printing->out, "  rpc %s(%s%s) returns (%s%s);", method->name,
          method->client_streaming ? "stream " : "", api_short_name(path, method->input_type),
          method->server_streaming ? "stream " : "", api_short_name(path, method->output_type));
  print_end(printing, path, 1);
}

static void print_service(const struct printing *printing, const struct api_item *item) {
  open_block(printing, "service", item->service->name, &item->path, 0);
  for (size_t i = 0; i < item->service->n_methods; i++) {
    struct api_path place = api_path_to(&item->path, 2, i);
    print_method(printing, item->service->methods[i], &place);
  }
  close_block(printing, 0);
}

static void print_type_named(const struct printing *printing, const char *type_name) {
  const struct api_item *item = api_find_message(printing->api, type_name);
  if (item == NULL)
    return;
  fputc('\n', printing->out);
  print_message(printing, item->message, &item->path, 0);
}

/* With what it takes and gives. */
static void print_one_method(const struct printing *printing, const struct api_item *item) {
  const Descriptor__Method *method = item->method;
  fprintf(printing->out, "service %s {\n", item->service->name);
  print_method(printing, method, &item->path);
  close_block(printing, 0);
  print_type_named(printing, method->input_type);
  if (strcmp(method->input_type, method->output_type) != 0)
    print_type_named(printing, method->output_type);
}

void api_print(FILE *out, const struct api *api, const struct api_item *item) {
  struct printing printing = {.out = out, .api = api};
  switch (item->kind) {
  case API_SERVICE:
    print_service(&printing, item);
    return;
  case API_METHOD:
    print_one_method(&printing, item);
    return;
  case API_MESSAGE:
    print_message(&printing, item->message, &item->path, 0);
    return;
  case API_ENUM:
    print_enum(&printing, item->enumeration, &item->path, 0);
    return;
  }
}
