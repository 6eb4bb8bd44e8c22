/* SPDX-License-Identifier: MIT */
#include "client/cli/table.h"

#include "client/cli/display.h"

enum { NOTES_MAX = 256, GAP = 2, NARROWEST = 8 };

struct held {
  char *text;
  enum tone tone;
};

struct table {
  const struct column *columns;
  size_t n_columns;
  bool headless;
  size_t n_cells; /* row by row */
  size_t capacity;
  struct held *cells;
  size_t n_notes;
  char *notes[NOTES_MAX];
  char *title;
};

struct table *table_new(const struct column *columns, size_t n_columns) {
  struct table *table = calloc(1, sizeof *table);
  if (table != NULL)
    *table = (struct table){.columns = columns, .n_columns = n_columns};
  return table;
}

void table_free(struct table *table) {
  if (table == NULL)
    return;
  for (size_t i = 0; i < table->n_cells; i++)
    free(table->cells[i].text);
  for (size_t i = 0; i < table->n_notes; i++)
    free(table->notes[i]);
  free(table->cells);
  free(table->title);
  free(table);
}

void table_cell(struct table *table, const char *text, enum tone tone) {
  if (table->n_cells == table->capacity) {
    size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
    struct held *wider = realloc(table->cells, capacity * sizeof *wider);
    if (wider == NULL)
      return;
    table->cells = wider;
    table->capacity = capacity;
  }
  char *held = strdup(text);
  if (held == NULL)
    return;
  display_make_harmless(held);
  table->cells[table->n_cells++] = (struct held){.text = held, .tone = tone};
}

void table_note(struct table *table, char *note) {
  bool known = note == NULL || table->n_notes == NOTES_MAX;
  display_make_harmless(note);
  for (size_t i = 0; !known && i < table->n_notes; i++)
    known = strcmp(table->notes[i], note) == 0;
  if (known)
    free(note);
  else
    table->notes[table->n_notes++] = note;
}

void table_title(struct table *table, char *title) {
  free(table->title);
  table->title = title;
  display_make_harmless(title);
}

void table_without_headings(struct table *table) {
  table->headless = true;
}

/* --- Widths ----------------------------------------------------------------------------------- */

struct widths {
  size_t whole;  /* of text; of a number, what stands before the point */
  size_t behind; /* of a number, the point and what stands behind it, with a letter of status */
};

static size_t before_point(const char *number) {
  return strcspn(number, ". ");
}

/* A column in which nothing stands is left out of a table that has rows. */
static bool is_empty(const struct table *table, size_t column) {
  for (size_t i = column; i < table->n_cells; i += table->n_columns)
    if (table->cells[i].text[0] != '\0')
      return false;
  return table->n_cells > 0;
}

static struct widths widths_of(const struct table *table, size_t column) {
  struct widths widths = {0};
  size_t heading = table->headless ? 0 : display_width(table->columns[column].name);
  bool number = table->columns[column].cell == CELL_NUMBER;
  for (size_t i = column; i < table->n_cells; i += table->n_columns) {
    const char *text = table->cells[i].text;
    size_t whole = number ? before_point(text) : display_width(text);
    size_t behind = number ? display_width(text) - whole : 0;
    widths.whole = whole > widths.whole ? whole : widths.whole;
    widths.behind = behind > widths.behind ? behind : widths.behind;
  }
  if (widths.whole + widths.behind < heading)
    widths.whole = heading - widths.behind;
  return widths;
}

static size_t total_width(const struct table *table, const struct widths *widths) {
  size_t total = 0;
  for (size_t i = 0; i < table->n_columns; i++)
    if (widths[i].whole + widths[i].behind > 0)
      total += widths[i].whole + widths[i].behind + (total > 0 ? GAP : 0);
  return total;
}

static bool can_be_cut(const struct table *table, size_t column) {
  enum cell cell = table->columns[column].cell;
  return cell == CELL_LONG || cell == CELL_WRAPPED;
}

static bool can_be_left_out(const struct table *table, size_t column) {
  enum cell cell = table->columns[column].cell;
  return cell == CELL_LONG || cell == CELL_SPARE;
}

/* What the table takes when everything that can be cut is. */
static size_t least_width(const struct table *table, const struct widths *widths) {
  size_t total = total_width(table, widths);
  for (size_t i = 0; i < table->n_columns; i++)
    if (can_be_cut(table, i) && widths[i].whole > NARROWEST)
      total -= widths[i].whole - NARROWEST;
  return total;
}

/* False when there is none left. */
static bool leave_last_out(const struct table *table, struct widths *widths) {
  for (size_t i = table->n_columns; i > 0; i--) {
    if (can_be_left_out(table, i - 1) && widths[i - 1].whole > 0) {
      widths[i - 1].whole = 0;
      return true;
    }
  }
  return false;
}

/* The widest column that can still lose something, or n_columns. */
static size_t widest_long(const struct table *table, const struct widths *widths) {
  size_t widest = table->n_columns;
  for (size_t i = 0; i < table->n_columns; i++)
    if (can_be_cut(table, i) && widths[i].whole > NARROWEST &&
        (widest == table->n_columns || widths[i].whole > widths[widest].whole))
      widest = i;
  return widest;
}

/* What is still too wide then the terminal wraps: a key or a number that is cut would be wrong. */
static void fit_widths(const struct table *table, struct widths *widths, size_t screen) {
  if (screen == 0)
    return;
  while (least_width(table, widths) > screen && leave_last_out(table, widths))
    continue;
  for (size_t widest; total_width(table, widths) > screen; widths[widest].whole--) {
    widest = widest_long(table, widths);
    if (widest == table->n_columns)
      return;
  }
}

/* --- Printing --------------------------------------------------------------------------------- */

/* A line while it is printed. Blanks are owed until something stands behind them. */
struct line {
  const struct table *table;
  const struct screen *screen;
  const struct widths *widths;
  FILE *out;
  size_t owed;
  size_t at; /* columns printed or owed */
};

static void print_piece(struct line *line, const char *text, size_t size, enum tone tone) {
  if (size > 0) {
    fprintf(line->out, "%*s", (int)line->owed, "");
    screen_print(line->screen, line->out, tone, text, size);
    line->owed = 0;
  }
}

static void print_number(struct line *line, struct widths widths, const struct held *cell) {
  size_t left = widths.whole - before_point(cell->text);
  line->owed += left;
  print_piece(line, cell->text, strlen(cell->text), cell->tone);
  line->owed += widths.whole + widths.behind - left - display_width(cell->text);
}

static void print_cut(struct line *line, size_t width, const struct held *cell) {
  const char *dots = line->screen->utf8 ? "\u2026" : "...";
  size_t full = display_width(cell->text);
  if (full <= width) {
    print_piece(line, cell->text, strlen(cell->text), cell->tone);
    line->owed += width - full;
    return;
  }
  size_t size = display_fit(cell->text, width - display_width(dots));
  while (size > 0 && cell->text[size - 1] == ' ')
    size--;
  char *cut = NULL;
  if (asprintf(&cut, "%.*s%s", (int)size, cell->text, dots) < 0)
    return;
  print_piece(line, cut, strlen(cut), cell->tone);
  line->owed += width - display_width(cut);
  free(cut);
}

/* How much of a text goes into a line: up to the last blank that fits. A word that is longer than a
 * line, such as an address, stays whole, so that it can be copied. */
static size_t line_break(const char *text, size_t width) {
  size_t fits = display_fit(text, width), at = fits;
  if (text[fits] == '\0' || text[fits] == ' ')
    return fits;
  while (at > 0 && text[at] != ' ')
    at--;
  while (at > 0 && text[at - 1] == ' ')
    at--;
  return at > 0 ? at : strcspn(text, " ");
}

static void print_wrapped(struct line *line, size_t width, const struct held *cell) {
  const char *text = cell->text;
  for (bool first = true; first || *text != '\0'; first = false) {
    size_t size = line_break(text, width);
    if (!first) {
      fputc('\n', line->out);
      line->owed = line->at;
    }
    print_piece(line, text, size, cell->tone);
    text += size;
    text += strspn(text, " ");
  }
}

static void print_heading(struct line *line, size_t column, struct widths widths) {
  const char *name = line->table->columns[column].name;
  size_t width = widths.whole + widths.behind, rest = width - display_width(name);
  bool right = line->table->columns[column].cell == CELL_NUMBER;
  line->owed += right ? rest : 0;
  print_piece(line, name, strlen(name), TONE_HEADING);
  line->owed += right ? 0 : rest;
}

/* `cells` NULL: the headings. */
static void print_line(struct line *line, const struct held *cells) {
  line->owed = line->at = 0;
  for (size_t i = 0; i < line->table->n_columns; i++) {
    struct widths widths = line->widths[i];
    enum cell cell = line->table->columns[i].cell;
    if (widths.whole + widths.behind == 0)
      continue;
    if (cells == NULL)
      print_heading(line, i, widths);
    else if (cell == CELL_NUMBER)
      print_number(line, widths, &cells[i]);
    else if (cell == CELL_WRAPPED)
      print_wrapped(line, widths.whole, &cells[i]);
    else
      print_cut(line, widths.whole, &cells[i]);
    line->owed += GAP;
    line->at += widths.whole + widths.behind + GAP;
  }
  fputc('\n', line->out);
}

/* A title's first word is what it is the title of. */
static void print_title(const struct table *table, const struct screen *screen, FILE *out) {
  size_t size = strcspn(table->title, " ");
  screen_print(screen, out, TONE_TITLE, table->title, size);
  fprintf(out, "%s\n", table->title + size);
}

static void print_note(const struct line *line, const char *note) {
  screen_print(line->screen, line->out, TONE_NOTE, note, strlen(note));
  fputc('\n', line->out);
}

/* What had no room; a column in which nothing stands is not missed. */
static void print_left_out(const struct line *line) {
  const struct table *table = line->table;
  char note[256] = "";
  size_t size = 0;
  for (size_t i = 0; i < table->n_columns && size < sizeof note; i++)
    if (line->widths[i].whole == 0 && can_be_left_out(table, i) && !is_empty(table, i))
      size += (size_t)snprintf(note + size, sizeof note - size, "%s%s",
                               size == 0 ? "no room for: " : ", ", table->columns[i].name);
  if (size > 0)
    print_note(line, note);
}

static void print_lines(const struct table *table, struct line *line) {
  if (!table->headless && table->n_cells > 0)
    print_line(line, NULL);
  for (size_t i = 0; i + table->n_columns <= table->n_cells; i += table->n_columns)
    print_line(line, &table->cells[i]);
  print_left_out(line);
  for (size_t i = 0; i < table->n_notes; i++)
    print_note(line, table->notes[i]);
}

void table_print(const struct table *table, const struct screen *screen, FILE *out) {
  scoped(free) struct widths *widths = calloc(table->n_columns, sizeof *widths);
  if (widths == NULL)
    return;
  for (size_t i = 0; i < table->n_columns; i++)
    widths[i] = is_empty(table, i) ? (struct widths){0} : widths_of(table, i);
  fit_widths(table, widths, screen->width);
  if (table->title != NULL)
    print_title(table, screen, out);
  if (table->n_cells == 0 && table->n_notes == 0)
    fputs("nothing\n", out);
  print_lines(table,
              &(struct line){.table = table, .screen = screen, .widths = widths, .out = out});
}
