/* SPDX-License-Identifier: MIT */
/* The contract as rows for programs. */
#include <math.h>

#include "client/cli/api.h"
#include "client/cli/output.h"

/* Field numbers of google/protobuf/descriptor.proto. */
enum { SERVICE_METHODS = 2, ENUM_VALUES = 2, TYPE_FIELDS = 2, TYPE_TYPES = 3, TYPE_ENUMS = 4 };
enum { NAME_SIZE = 512 };

static const struct column COLUMNS[] = {
    {"in", CELL_TEXT},       {"kind", CELL_TEXT},    {"name", CELL_TEXT},  {"number", CELL_NUMBER},
    {"label", CELL_TEXT},    {"type", CELL_TEXT},    {"oneof", CELL_TEXT}, {"request", CELL_TEXT},
    {"response", CELL_TEXT}, {"comment", CELL_LONG},
};

struct rows {
  struct output *output;
  const struct api *api;
};

/* What a row says; NULL is nothing. */
struct api_row {
  const char *in;
  const char *kind;
  const char *name;
  double number;
  const char *label;
  const char *type;
  const char *oneof;
  const char *request;
  const char *response;
};

/* The lines without the blank that stands behind the slashes. */
static char *add_lines(char *end, const char *comment) {
  while (*comment != '\0') {
    comment += *comment == ' ';
    size_t size = strcspn(comment, "\n");
    end = mempcpy(end, comment, size);
    comment += size + (comment[size] == '\n');
    *end++ = '\n';
  }
  return end;
}

/* Before and behind a place; NULL for want of memory. */
static const char *whole_comment(const struct api *api, const struct api_path *path) {
  const char *before = api_comment(path), *behind = api_comment_behind(path);
  char *text = arena_alloc(api->arena, strlen(before) + strlen(behind) + 3);
  if (text == NULL)
    return NULL;
  char *end = add_lines(add_lines(text, before), behind);
  while (end > text && end[-1] == '\n')
    end--;
  *end = '\0';
  return text;
}

static void print_row(const struct rows *rows, const struct api_path *path,
                      const struct api_row *row) {
  output_text(rows->output, row->in);
  output_text(rows->output, row->kind);
  output_text(rows->output, row->name);
  output_number(rows->output, row->number);
  output_text(rows->output, row->label);
  output_text(rows->output, row->type);
  output_text(rows->output, row->oneof);
  output_text(rows->output, row->request);
  output_text(rows->output, row->response);
  output_text(rows->output, whole_comment(rows->api, path));
}

/* "Outer.Inner". */
static void join(const char *in, const char *name, char ret_text[NAME_SIZE]) {
  snprintf(ret_text, NAME_SIZE, "%s%s%s", in, in[0] != '\0' ? "." : "", name);
}

static void print_enum(const struct rows *rows, const Descriptor__Enum *enumeration,
                       const struct api_path *path, const char *in) {
  char whole[NAME_SIZE];
  join(in, enumeration->name, whole);
  print_row(rows, path,
            &(struct api_row){
                .in = in, .kind = "enum", .name = enumeration->name, .number = (double)NAN});
  for (size_t i = 0; i < enumeration->n_values; i++) {
    struct api_path place = api_path_to(path, ENUM_VALUES, i);
    print_row(rows, &place,
              &(struct api_row){.in = whole,
                                .kind = "value",
                                .name = enumeration->values[i]->name,
                                .number = enumeration->values[i]->number});
  }
}

static void print_field(const struct rows *rows, const Descriptor__Type *message,
                        const struct api_path *path, const char *in, size_t i) {
  const Descriptor__Field *field = message->fields[i];
  struct api_path place = api_path_to(path, TYPE_FIELDS, i);
  int32_t oneof = api_field_oneof(field);
  bool named = oneof >= 0 && (size_t)oneof < message->n_oneofs;
  print_row(rows, &place,
            &(struct api_row){.in = in,
                              .kind = "field",
                              .name = field->name,
                              .number = field->number,
                              .label = api_field_label(field),
                              .type = api_field_type(field, &place),
                              .oneof = named ? message->oneofs[oneof]->name : NULL});
}

static void print_message(const struct rows *rows, const Descriptor__Type *message,
                          const struct api_path *path, const char *in) {
  bool deepest = path->n_steps + 4 > API_PATH_SIZE;
  char whole[NAME_SIZE];
  join(in, message->name, whole);
  print_row(
      rows, path,
      &(struct api_row){.in = in, .kind = "message", .name = message->name, .number = (double)NAN});
  for (size_t i = 0; i < message->n_fields; i++)
    print_field(rows, message, path, whole, i);
  for (size_t i = 0; i < message->n_enums; i++) {
    struct api_path place = api_path_to(path, TYPE_ENUMS, i);
    print_enum(rows, message->enums[i], &place, whole);
  }
  for (size_t i = 0; i < message->n_types && !deepest; i++) {
    struct api_path place = api_path_to(path, TYPE_TYPES, i);
    const Descriptor__Type *inner = api_inner_type(rows->api, message, i);
    if (inner != NULL)
      print_message(rows, inner, &place, whole);
  }
}

static void print_method(const struct rows *rows, const Descriptor__Service *service,
                         const Descriptor__Method *method, const struct api_path *path) {
  print_row(rows, path,
            &(struct api_row){.in = service->name,
                              .kind = "method",
                              .name = method->name,
                              .number = (double)NAN,
                              .request = api_short_name(path, method->input_type),
                              .response = api_short_name(path, method->output_type)});
}

static void print_service(const struct rows *rows, const struct api_item *item) {
  print_row(
      rows, &item->path,
      &(struct api_row){.kind = "service", .name = item->service->name, .number = (double)NAN});
  for (size_t i = 0; i < item->service->n_methods; i++) {
    struct api_path place = api_path_to(&item->path, SERVICE_METHODS, i);
    print_method(rows, item->service, item->service->methods[i], &place);
  }
}

static void print_type_named(const struct rows *rows, const char *type_name) {
  const struct api_item *item = api_find_message(rows->api, type_name);
  if (item != NULL)
    print_message(rows, item->message, &item->path, "");
}

/* With what it takes and gives. */
static void print_one_method(const struct rows *rows, const struct api_item *item) {
  print_method(rows, item->service, item->method, &item->path);
  print_type_named(rows, item->method->input_type);
  if (strcmp(item->method->input_type, item->method->output_type) != 0)
    print_type_named(rows, item->method->output_type);
}

static void print_item(const struct rows *rows, const struct api_item *item) {
  switch (item->kind) {
  case API_SERVICE:
    print_service(rows, item);
    return;
  case API_METHOD:
    print_one_method(rows, item);
    return;
  case API_MESSAGE:
    print_message(rows, item->message, &item->path, "");
    return;
  case API_ENUM:
    print_enum(rows, item->enumeration, &item->path, "");
    return;
  }
}

enum exit_code api_print_rows(struct cli *cli, const struct api *api, const struct api_item *item) {
  struct rows rows = {.output = output_begin(cli, COLUMNS, count_of(COLUMNS)), .api = api};
  if (rows.output == NULL)
    return EXIT_CODE_REFUSED;
  print_item(&rows, item);
  return output_close(rows.output, EXIT_CODE_OK);
}
