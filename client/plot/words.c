/* SPDX-License-Identifier: MIT */
/* The words of a plot. Titles of series are parts between commas ("Exports, China"): what all lines
 * share is the title of the plot, the rest tells them apart. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "client/cli/output.h"
#include "client/plot/plot.h"
#include "client/plot/ticks.h"
#include "proto/number.h"

enum { PARTS_MAX = 16 };

struct parts {
  struct bytes parts[PARTS_MAX];
  size_t n;
};

static struct parts split(const char *title) {
  struct parts parts = {.n = 0};
  while (parts.n < PARTS_MAX - 1) {
    const char *comma = strstr(title, ", ");
    if (comma == NULL)
      break;
    parts.parts[parts.n++] = bytes_of(title, (size_t)(comma - title));
    title = comma + 2;
  }
  parts.parts[parts.n++] = bytes_of_text(title);
  return parts;
}

/* How many parts all titles share in front, and behind without those. */
struct shared {
  size_t front;
  size_t back;
};

static struct shared shared_by(const struct parts *a, const struct parts *b, struct shared most) {
  size_t shorter = a->n < b->n ? a->n : b->n;
  struct shared shared = {0, 0};
  while (shared.front < shorter && shared.front < most.front &&
         bytes_equal(a->parts[shared.front], b->parts[shared.front]))
    shared.front++;
  while (shared.back < shorter - shared.front && shared.back < most.back &&
         bytes_equal(a->parts[a->n - 1 - shared.back], b->parts[b->n - 1 - shared.back]))
    shared.back++;
  return shared;
}

static const char *join(struct arena *arena, const char *text, struct bytes part) {
  return text == NULL ? NULL
                      : arena_format(arena, "%s%s%.*s", text, text[0] == '\0' ? "" : ", ",
                                     (int)part.size, (const char *)part.data);
}

static const char *join_range(struct arena *arena, const char *text, const struct parts *parts,
                              size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    text = join(arena, text, parts->parts[i]);
  return text;
}

static const char *frequency_word(enum frequency frequency) {
  static const char *const WORDS[] = {"",        "annual",   "half-yearly",    "quarterly",
                                      "monthly", "weekly",   "business daily", "daily",
                                      "hourly",  "by minute"};
  return WORDS[frequency];
}

static const char *shown_title(const struct plot_line *line) {
  return line->title[0] != '\0' ? line->title : line->key;
}

static bool all_same(const struct plot *plot, const char *(*text)(const struct plot_line *)) {
  for (size_t i = 1; i < plot->n_lines; i++)
    if (strcmp(text(&plot->lines[0]), text(&plot->lines[i])) != 0)
      return false;
  return true;
}

static const char *formula_of(const struct plot_line *line) {
  return line->formula;
}

/* Where titles are the same, the lines differ in what was done to them, or in their frequency. */
static const char *other_label(const struct plot *plot, const struct plot_line *line) {
  if (!all_same(plot, formula_of))
    return line->formula[0] != '\0' ? line->formula : "as published";
  if (plot->finest != plot->coarsest)
    return frequency_word(line->frequency);
  return line->key;
}

static const char *capital(struct arena *arena, const char *text) {
  char *own = text == NULL ? NULL : arena_text(arena, bytes_of_text(text));
  if (own != NULL)
    own[0] = (char)toupper((unsigned char)own[0]);
  return own;
}

static bool name_lines(struct plot *plot, const struct parts *parts, struct shared shared) {
  bool with_formula = !all_same(plot, formula_of);
  for (size_t i = 0; i < plot->n_lines; i++) {
    struct plot_line *line = &plot->lines[i];
    const char *label =
        join_range(plot->arena, "", &parts[i], shared.front, parts[i].n - shared.back);
    if (label != NULL && label[0] == '\0')
      label = other_label(plot, line);
    else if (label != NULL && with_formula && line->formula[0] != '\0')
      label = join(plot->arena, label, bytes_of_text(line->formula));
    line->label = capital(plot->arena, label);
    if (line->label == NULL)
      return false;
  }
  return true;
}

/* Titles that share nothing: the dataset, or the two by name. */
static const char *title_of_strangers(const struct plot *plot) {
  const char *key = plot->lines[0].key;
  if (plot->n_lines == 2)
    return arena_format(plot->arena, "%s; %s", shown_title(&plot->lines[0]),
                        shown_title(&plot->lines[1]));
  return arena_format(plot->arena, "%.*s: %zu series", (int)strcspn(key, "/"), key, plot->n_lines);
}

bool plot_name(struct plot *plot) {
  struct parts parts[PLOT_LINES_MAX] = {0};
  struct shared shared = {PARTS_MAX, PARTS_MAX};
  for (size_t i = 0; i < plot->n_lines; i++) {
    parts[i] = split(shown_title(&plot->lines[i]));
    shared = shared_by(&parts[0], &parts[i], shared);
  }
  const char *title = join_range(plot->arena, "", &parts[0], 0, shared.front);
  title = join_range(plot->arena, title, &parts[0], parts[0].n - shared.back, parts[0].n);
  if (title != NULL && title[0] == '\0')
    title = title_of_strangers(plot);
  plot->title = title;
  plot->formula = all_same(plot, formula_of) ? capital(plot->arena, plot->lines[0].formula) : "";
  return title != NULL && plot->formula != NULL && name_lines(plot, parts, shared);
}

void plot_unit(const struct plot *plot, int shift, char *ret_text, size_t size) {
  const struct plot_line *line = &plot->lines[0];
  int power = line->unit_mult + shift;
  bool countless = strcmp(line->unit, "NR") == 0 && power != 0;
  unit_words(countless ? "" : line->unit, power, ret_text, size);
}

void plot_figure_text(double value, int shift, char *ret_text, size_t size) {
  double shown = number_shift(value, -shift);
  int magnitude = shown == 0 ? 0 : (int)floor(log10(fabs(shown)));
  int decimals = magnitude >= 3 ? 0 : magnitude < -6 ? 9 : 3 - magnitude;
  char text[400];
  snprintf(text, sizeof text, "%.*f", decimals, shown);
  if (decimals > 0) {
    size_t end = strlen(text);
    while (text[end - 1] == '0')
      end--;
    text[text[end - 1] == '.' ? end - 1 : end] = '\0';
  }
  ticks_group(strcmp(text, "-0") == 0 ? "0" : text, ret_text, size);
}
