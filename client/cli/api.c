/* SPDX-License-Identifier: MIT */
#include "client/cli/api.h"

#include "proto/suggest.h"
#include "proto/unpack.h"

/* Field numbers of google/protobuf/descriptor.proto, of which a place is made. */
enum {
  FILE_TYPES = 4,
  FILE_ENUMS = 5,
  FILE_SERVICES = 6,
  TYPE_TYPES = 3,
  TYPE_ENUMS = 4,
  SERVICE_METHODS = 2
};

static ProtobufCMessage *unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                struct bytes packed) {
  ProtobufCMessage *message = NULL;
  return unpack_known(packed, descriptor, arena, &message) == UNPACK_GOOD ? message : NULL;
}

struct api_path api_path_to(const struct api_path *path, int32_t number, size_t index) {
  struct api_path longer = *path;
  if (longer.n_steps + 2 <= API_PATH_SIZE) {
    longer.steps[longer.n_steps++] = number;
    longer.steps[longer.n_steps++] = (int32_t)index;
  }
  return longer;
}

const Descriptor__Type *api_inner_type(const struct api *api, const Descriptor__Type *message,
                                       size_t index) {
  const ProtobufCBinaryData *packed = &message->types[index];
  return (const Descriptor__Type *)unpack(api->arena, &descriptor__type__descriptor,
                                          bytes_of(packed->data, packed->len));
}

static bool grow(struct api *api) {
  size_t capacity = api->capacity == 0 ? 256 : api->capacity * 2;
  struct api_item *items = arena_array(api->arena, capacity, sizeof *items);
  if (items == NULL)
    return false;
  if (api->n_items > 0)
    memcpy(items, api->items, api->n_items * sizeof *items);
  api->items = items;
  api->capacity = capacity;
  return true;
}

/* NULL: no memory. */
static const char *add(struct api *api, struct api_item item, const char *outer, const char *name) {
  if (api->n_items == api->capacity && !grow(api))
    return NULL;
  item.name = outer[0] == '\0' ? arena_text(api->arena, bytes_of_text(name))
                               : arena_format(api->arena, "%s.%s", outer, name);
  if (item.name != NULL)
    api->items[api->n_items++] = item;
  return item.name;
}

static bool add_enum(struct api *api, const Descriptor__Enum *message, const char *outer,
                     struct api_path path) {
  struct api_item item = {.kind = API_ENUM, .path = path, .enumeration = message};
  return add(api, item, outer, message->name) != NULL;
}

static bool add_type(struct api *api, const Descriptor__Type *message, const char *outer,
                     struct api_path path) {
  struct api_item item = {.kind = API_MESSAGE, .path = path, .message = message};
  const char *name = add(api, item, outer, message->name);
  if (name == NULL)
    return false;
  bool deepest = path.n_steps + 4 > API_PATH_SIZE;
  for (size_t i = 0; i < message->n_enums; i++)
    if (!add_enum(api, message->enums[i], name, api_path_to(&path, TYPE_ENUMS, i)))
      return false;
  for (size_t i = 0; i < message->n_types && !deepest; i++) {
    const Descriptor__Type *inner = api_inner_type(api, message, i);
    if (inner == NULL || !add_type(api, inner, name, api_path_to(&path, TYPE_TYPES, i)))
      return false;
  }
  return true;
}

static bool add_service(struct api *api, const Descriptor__Service *service, const char *outer,
                        struct api_path path) {
  struct api_item item = {.kind = API_SERVICE, .path = path, .service = service};
  const char *name = add(api, item, outer, service->name);
  item.kind = API_METHOD;
  for (size_t i = 0; name != NULL && i < service->n_methods; i++) {
    item.method = service->methods[i];
    item.path = api_path_to(&path, SERVICE_METHODS, i);
    if (add(api, item, name, item.method->name) == NULL)
      return false;
  }
  return name != NULL;
}

static bool add_file(struct api *api, const Descriptor__File *file) {
  struct api_path path = {.file = file};
  for (size_t i = 0; i < file->n_services; i++)
    if (!add_service(api, file->services[i], file->package, api_path_to(&path, FILE_SERVICES, i)))
      return false;
  for (size_t i = 0; i < file->n_types; i++)
    if (!add_type(api, file->types[i], file->package, api_path_to(&path, FILE_TYPES, i)))
      return false;
  for (size_t i = 0; i < file->n_enums; i++)
    if (!add_enum(api, file->enums[i], file->package, api_path_to(&path, FILE_ENUMS, i)))
      return false;
  return true;
}

struct api *api_read(struct arena *arena, struct bytes set) {
  struct api *api = arena_zero(arena, sizeof *api);
  const Descriptor__FileSet *files =
      (const Descriptor__FileSet *)unpack(arena, &descriptor__file_set__descriptor, set);
  if (api == NULL || files == NULL)
    return NULL;
  api->arena = arena;
  for (size_t i = 0; i < files->n_files; i++)
    if (!add_file(api, files->files[i]))
      return NULL;
  return api;
}

/* The end of a name that has as many parts as another one. */
static const char *end_like(const char *name, const char *like) {
  const char *end = name + strlen(name);
  size_t n_points = 0;
  for (; *like != '\0'; like++)
    n_points += *like == '.';
  while (end > name && (end[-1] != '.' || n_points-- > 0))
    end--;
  return end;
}

static void normalize(const char *name, char *ret_name, size_t size) {
  if (name[0] == '/' || name[0] == '.')
    name++;
  snprintf(ret_name, size, "%s", name);
  for (char *at = ret_name; *at != '\0'; at++)
    if (*at == '/')
      *at = '.';
}

static const struct api_item *nearest_to(const struct api *api, const char *wanted) {
  size_t least = suggest_limit(strlen(wanted)) + 1;
  const struct api_item *nearest = NULL;
  for (size_t i = 0; i < api->n_items; i++) {
    struct bytes end = bytes_of_text(end_like(api->items[i].name, wanted));
    size_t distance = suggest_distance(bytes_of_text(wanted), end, least);
    if (distance >= least)
      continue;
    least = distance;
    nearest = &api->items[i];
  }
  return nearest;
}

enum api_found api_find(const struct api *api, const char *name, const struct api_item **ret_item) {
  char wanted[256];
  size_t n_found = 0;
  normalize(name, wanted, sizeof wanted);
  for (size_t i = 0; i < api->n_items; i++) {
    const struct api_item *item = &api->items[i];
    if (strcmp(end_like(item->name, wanted), wanted) != 0)
      continue;
    bool whole = strcmp(item->name, wanted) == 0;
    if (whole || n_found++ == 0)
      *ret_item = item;
    if (whole)
      return API_FOUND;
  }
  if (n_found == 0)
    *ret_item = nearest_to(api, wanted);
  return n_found == 0 ? API_UNKNOWN : n_found == 1 ? API_FOUND : API_AMBIGUOUS;
}

static const Descriptor__Location *location_of(const struct api_path *path) {
  const Descriptor__Source *source = path->file->source;
  for (size_t i = 0; source != NULL && i < source->n_locations; i++) {
    const Descriptor__Location *location = source->locations[i];
    if (location->n_path == path->n_steps && path->n_steps > 0 &&
        memcmp(location->path, path->steps, path->n_steps * sizeof path->steps[0]) == 0)
      return location;
  }
  return NULL;
}

const char *api_comment(const struct api_path *path) {
  const Descriptor__Location *location = location_of(path);
  return location == NULL ? "" : location->leading_comments;
}

const char *api_comment_behind(const struct api_path *path) {
  const Descriptor__Location *location = location_of(path);
  return location == NULL ? "" : location->trailing_comments;
}

static bool ends_sentence(const char *at) {
  if (*at != '.')
    return false;
  const char *next = at + 1 + strspn(at + 1, " \n");
  return next > at + 1 && (*next == '\0' || (*next >= 'A' && *next <= 'Z'));
}

void api_first_sentence(const char *comment, char *ret_text, size_t size) {
  size_t used = 0;
  bool ended = false;
  for (const char *at = comment; *at != '\0' && !ended && used + 1 < size; at++) {
    bool blank = *at == ' ' || *at == '\n';
    if (!blank)
      ret_text[used++] = *at;
    else if (used > 0 && ret_text[used - 1] != ' ')
      ret_text[used++] = ' ';
    ended = ends_sentence(at);
  }
  while (used > 0 && ret_text[used - 1] == ' ')
    used--;
  ret_text[used] = '\0';
}

const char *api_short_name(const struct api_path *path, const char *type_name) {
  const char *package = path->file->package;
  size_t size = strlen(package);
  if (type_name[0] == '.')
    type_name++;
  bool same = size > 0 && strncmp(type_name, package, size) == 0 && type_name[size] == '.';
  return same ? type_name + size + 1 : type_name;
}

const struct api_item *api_find_message(const struct api *api, const char *type_name) {
  type_name += type_name[0] == '.';
  for (size_t i = 0; i < api->n_items; i++)
    if (api->items[i].kind == API_MESSAGE && strcmp(api->items[i].name, type_name) == 0)
      return &api->items[i];
  return NULL;
}
