/* SPDX-License-Identifier: MIT */
#include "client/cli/settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include "proto/suggest.h"

/* What may stand in the file. Values with a fixed choice are checked here, so that the line can be
 * named. */
static const struct setting {
  const char *name;
  size_t offset;
  const char *choices; /* with bars between, or NULL */
} SETTINGS[] = {
    {"server", offsetof(struct settings, server), NULL},
    {"token", offsetof(struct settings, token), NULL},
    {"format", offsetof(struct settings, format), "table|csv|tsv|json|jsonl|sdmx-csv"},
    {"timeout", offsetof(struct settings, timeout), NULL},
    {"pager", offsetof(struct settings, pager), NULL},
    {"colour", offsetof(struct settings, colour), "auto|always|never"},
};

/* Where a line is wrong. */
struct complaint {
  const char *path;
  size_t line;
  char *text;
  size_t size;
};

static bool complain_line(const struct complaint *complaint, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool complain_line(const struct complaint *complaint, const char *format, ...) {
  va_list values;
  int used =
      snprintf(complaint->text, complaint->size, "%s:%zu: ", complaint->path, complaint->line);
  if (used < 0 || (size_t)used >= complaint->size)
    return false;
  va_start(values, format);
  vsnprintf(complaint->text + used, complaint->size - (size_t)used, format, values);
  va_end(values);
  return false;
}

char *settings_path(void) {
  const char *own = environment("BELLWETHER_CONFIG"), *folder = environment("XDG_CONFIG_HOME");
  const char *home = environment("HOME");
  char *path = NULL;
  if (own != NULL)
    return strdup(own);
  if (folder == NULL && home == NULL)
    return NULL;
  if (asprintf(&path, "%s%s/bellwether/config", folder != NULL ? folder : home,
               folder != NULL ? "" : "/.config") < 0)
    return NULL;
  return path;
}

static bool is_choice(const char *choices, const char *value) {
  size_t length = strlen(value);
  for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
    at += *at == '|';
    if (strcspn(at, "|") == length && strncmp(at, value, length) == 0)
      return true;
  }
  return false;
}

static const struct setting *find_setting(const char *name) {
  for (size_t i = 0; i < count_of(SETTINGS); i++)
    if (strcmp(SETTINGS[i].name, name) == 0)
      return &SETTINGS[i];
  return NULL;
}

static bool unknown_setting(const struct complaint *complaint, const char *name) {
  for (size_t i = 0; i < count_of(SETTINGS); i++)
    if (suggest_distance(bytes_of_text(name), bytes_of_text(SETTINGS[i].name), 3) < 3)
      return complain_line(complaint, "there is no setting '%s'; did you mean '%s'?", name,
                           SETTINGS[i].name);
  return complain_line(complaint, "there is no setting '%s'", name);
}

/* Without the blanks at both ends; cuts the text. */
static char *trim(char *text) {
  static const char BLANKS[] = " \t\r\n";
  text += strspn(text, BLANKS);
  size_t size = strlen(text);
  while (size > 0 && strchr(BLANKS, text[size - 1]) != NULL)
    size--;
  text[size] = '\0';
  return text;
}

/* One line that is neither empty nor a comment. */
static bool take_line(struct settings *settings, char *line, const struct complaint *complaint) {
  char *value = strchr(line, '=');
  if (value == NULL)
    return complain_line(complaint, "'%s' is no `name = value`", line);
  *value++ = '\0';
  const char *name = trim(line);
  value = trim(value);
  const struct setting *setting = find_setting(name);
  if (setting == NULL)
    return unknown_setting(complaint, name);
  if (setting->choices != NULL && !is_choice(setting->choices, value))
    return complain_line(complaint, "%s is %s, not '%s'", name, setting->choices, value);
  char **place = (char **)(void *)((char *)settings + setting->offset);
  if (*place != NULL)
    return complain_line(complaint, "%s is given twice", name);
  *place = strdup(value);
  return *place != NULL;
}

static bool take_lines(struct settings *settings, FILE *file, struct complaint *complaint) {
  scoped(free) char *line = NULL;
  size_t capacity = 0;
  while (getline(&line, &capacity, file) >= 0) {
    complaint->line++;
    char *text = trim(line);
    if (text[0] != '\0' && text[0] != '#' && !take_line(settings, text, complaint))
      return false;
  }
  if (ferror(file))
    return complain_line(complaint, "%s", strerror(errno));
  return true;
}

static bool is_shown(FILE *file) {
  struct stat about;
  return fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode) &&
         (about.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

/* `path` is taken. */
static bool read_file(struct settings *settings, char *path, char *text, size_t text_size) {
  FILE *file = fopen(path, "re");
  settings->path = path;
  if (file == NULL) {
    bool needed = errno != ENOENT && errno != ENOTDIR;
    needed = needed || environment("BELLWETHER_CONFIG") != NULL;
    snprintf(text, text_size, "%s: %s", path, strerror(errno));
    return !needed;
  }
  struct complaint complaint = {.path = path, .text = text, .size = text_size};
  bool good = take_lines(settings, file, &complaint);
  settings->shown = settings->token != NULL && is_shown(file);
  fclose(file);
  return good;
}

bool settings_read(struct settings *ret_settings, char *text, size_t text_size) {
  struct settings settings = {.path = NULL};
  char *path = settings_path();
  *ret_settings = settings;
  if (path == NULL)
    return true;
  if (!read_file(&settings, path, text, text_size)) {
    settings_fini(&settings);
    return false;
  }
  *ret_settings = settings;
  return true;
}

bool settings_open(struct cli *cli, struct settings *ret_settings) {
  char text[512] = "out of memory";
  if (!settings_read(ret_settings, text, sizeof text)) {
    complain(cli, "%s", text);
    return false;
  }
  if (ret_settings->shown)
    complain(cli, "%s: holds a token and can be read by others; try: chmod 600 %s",
             ret_settings->path, ret_settings->path);
  return true;
}

void settings_fini(struct settings *settings) {
  free(settings->path);
  for (size_t i = 0; i < count_of(SETTINGS); i++)
    free(*(char **)(void *)((char *)settings + SETTINGS[i].offset));
  *settings = (struct settings){.path = NULL};
}
