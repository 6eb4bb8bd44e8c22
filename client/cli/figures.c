/* SPDX-License-Identifier: MIT */
#include "client/cli/figures.h"

#include <math.h>

#include "client/cli/rpc.h"

static const struct column COLUMNS[] = {
    {"series", CELL_TEXT},         {"period", CELL_TEXT},
    {"value", CELL_NUMBER},        {"status", CELL_TEXT},
    {"unit", CELL_TEXT},           {"release", CELL_TEXT},
    {"unit_mult", CELL_NUMBER},    {"published", CELL_TEXT},
    {"publisher", CELL_TEXT},      {"url", CELL_TEXT},
    {"comment", CELL_TEXT},        {"formula", CELL_TEXT},
    {"bucket_count", CELL_NUMBER}, {"bucket_size", CELL_NUMBER},
};
/* Those of figures as they were published. */
enum { COLUMNS_PUBLISHED = 11 };

struct output *figures_begin(struct cli *cli) {
  return output_begin(cli, COLUMNS, COLUMNS_PUBLISHED);
}

struct output *figures_begin_computed(struct cli *cli) {
  return output_begin(cli, COLUMNS, count_of(COLUMNS));
}

/* Empty where the figure is none of a bucket. */
static void bucket_cell(struct output *output, const struct figure *figure, uint32_t number) {
  if (figure->bucket_size > 0)
    output_integer(output, number);
  else
    output_number(output, (double)NAN);
}

void figures_row_computed(struct output *output, const struct figure *figure) {
  figures_row(output, figure);
  output_text(output, figure->formula);
  bucket_cell(output, figure, figure->bucket_count);
  bucket_cell(output, figure, figure->bucket_size);
}

void figures_row(struct output *output, const struct figure *figure) {
  const Bellwether__V1__ReleaseEntry *release = figure->release;
  char status[2] = {figure->status, '\0'}, published[64];
  output_text(output, figure->series);
  output_text(output, figure->period);
  output_number(output, figure->value);
  output_text(output, status);
  output_text(output, figure->unit == NULL ? "" : figure->unit->unit);
  output_text(output, release == NULL ? "" : release->id);
  output_integer(output, figure->unit == NULL ? 0 : figure->unit->unit_mult);
  output_text(output, published_text(release, published, sizeof published));
  output_text(output, release == NULL ? "" : release->publisher);
  output_text(output, release == NULL ? "" : release->url);
  output_text(output, figure->comment);
}

const char *unit_text(const Bellwether__V1__Unit *unit, char *text, size_t size) {
  text[0] = '\0';
  if (unit != NULL)
    unit_words(unit->unit, unit->unit_mult, text, size);
  return text;
}

const char *published_text(const Bellwether__V1__ReleaseEntry *release, char *text, size_t size) {
  text[0] = '\0';
  if (release != NULL && release->id[0] != '\0')
    date_text(release->published_at_ms,
              release->precision != BELLWETHER__V1__TIME_PRECISION__TIME_PRECISION_INSTANT, text,
              size);
  return text;
}

const char *source_text(const Bellwether__V1__ReleaseEntry *release, char *text, size_t size) {
  char published[64];
  text[0] = '\0';
  if (release != NULL && release->url[0] != '\0')
    snprintf(text, size, "%s, %s: %s",
             release->publisher[0] != '\0' ? release->publisher : release->id,
             published_text(release, published, sizeof published), release->url);
  return text;
}

void note_source(struct output *output, const Bellwether__V1__ReleaseEntry *release) {
  char text[SOURCE_TEXT_SIZE];
  if (source_text(release, text, sizeof text)[0] != '\0')
    output_note(output, "%s", text);
}

Bellwether__V1__AsOf *as_of_argument(const struct arguments *arguments,
                                     Bellwether__V1__AsOf *ret_as_of) {
  const char *text = argument(arguments, "as-of");
  if (text == NULL)
    return NULL;
  bellwether__v1__as_of__init(ret_as_of);
  bool date = text[0] != '\0' && text[strspn(text, "0123456789-:.TZ+ ")] == '\0';
  ret_as_of->point_case =
      date ? BELLWETHER__V1__AS_OF__POINT_DATE : BELLWETHER__V1__AS_OF__POINT_RELEASE;
  if (date)
    ret_as_of->date = text_field(text);
  else
    ret_as_of->release = text_field(text);
  return ret_as_of;
}

Bellwether__V1__PeriodBound *bound_argument(const struct arguments *arguments, const char *name,
                                            Bellwether__V1__PeriodBound *ret_bound) {
  const char *text = argument(arguments, name);
  if (text == NULL)
    return NULL;
  bellwether__v1__period_bound__init(ret_bound);
  ret_bound->bound_case = BELLWETHER__V1__PERIOD_BOUND__BOUND_TEXT;
  ret_bound->text = text_field(text);
  return ret_bound;
}
