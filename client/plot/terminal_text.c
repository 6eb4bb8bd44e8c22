/* SPDX-License-Identifier: MIT */
/* Text on a terminal: its width in columns, wrapping, colours; and the size of a plot on it. */
#include <utf8proc.h>

#include "client/plot/terminal.h"

/* One character: its bytes, and the columns it takes. */
struct glyph {
  struct bytes bytes;
  size_t columns;
  bool harmless; /* no control character, and valid */
};

static struct glyph glyph_at(const char *text) {
  utf8proc_int32_t point = 0;
  utf8proc_ssize_t size = utf8proc_iterate((const uint8_t *)text, -1, &point);
  if (size <= 0)
    return (struct glyph){bytes_of(text, 1), 1, false};
  utf8proc_category_t category = utf8proc_category(point);
  bool harmless = category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_ZL &&
                  category != UTF8PROC_CATEGORY_ZP;
  int columns = utf8proc_charwidth(point);
  return (struct glyph){bytes_of(text, (size_t)size),
                        !harmless     ? 1
                        : columns < 0 ? 0
                                      : (size_t)columns,
                        harmless};
}

size_t terminal_text_width(const char *text) {
  size_t width = 0;
  while (*text != '\0') {
    struct glyph glyph = glyph_at(text);
    width += glyph.columns;
    text += glyph.bytes.size;
  }
  return width;
}

/* The end of the row that begins here: at the last blank that fits, else at the last character. */
static const char *row_end(const char *text, size_t columns) {
  const char *blank = NULL, *at = text;
  size_t width = 0;
  while (*at != '\0') {
    struct glyph glyph = glyph_at(at);
    if (*at == ' ')
      blank = at;
    if (width + glyph.columns > columns)
      return blank != NULL && blank > text ? blank : at > text ? at : at + glyph.bytes.size;
    width += glyph.columns;
    at += glyph.bytes.size;
  }
  return at;
}

static void print_range(const struct terminal *terminal, const char *text, const char *end) {
  while (text < end) {
    struct glyph glyph = glyph_at(text);
    bool shown = glyph.harmless && (!terminal->ascii || (unsigned char)*text < 0x80);
    if (shown)
      fwrite(text, 1, glyph.bytes.size, terminal->out);
    else
      for (size_t i = 0; i < glyph.columns; i++)
        fputc('?', terminal->out);
    text += glyph.bytes.size;
  }
}

/* The row with dots at its end, for what does not follow. */
static void print_cut(const struct terminal *terminal, const char *text, size_t columns) {
  print_range(terminal, text, row_end(text, columns - 3));
  fputs("...", terminal->out);
}

static size_t room(const struct terminal *terminal, size_t indent) {
  return terminal->width > indent + 8 ? terminal->width - indent : 8;
}

size_t terminal_wrap_rows(const struct terminal *terminal, const char *text, size_t indent,
                          size_t most_rows) {
  size_t rows = 0;
  while (*text != '\0' && rows < most_rows) {
    text = row_end(text, room(terminal, indent));
    text += strspn(text, " ");
    rows++;
  }
  return rows;
}

size_t terminal_wrap(const struct terminal *terminal, const char *text, size_t indent,
                     size_t most_rows) {
  size_t rows = 0;
  for (; *text != '\0' && rows < most_rows; rows++) {
    const char *end = row_end(text, room(terminal, indent));
    const char *next = end + strspn(end, " ");
    if (rows > 0)
      fprintf(terminal->out, "%*s", (int)indent, "");
    if (rows + 1 == most_rows && *next != '\0')
      print_cut(terminal, text, room(terminal, indent));
    else
      print_range(terminal, text, end);
    fputc('\n', terminal->out);
    text = next;
  }
  return rows;
}

/* Of the 16 colours every terminal has, those that are read on black and on white. */
void terminal_colour(const struct terminal *terminal, uint8_t line) {
  static const int CODES[PLOT_LINES_MAX] = {34, 31, 32, 35, 36, 33, 94, 91};
  if (terminal->colour && line < PLOT_LINES_MAX)
    fprintf(terminal->out, "\033[%dm", CODES[line]);
}

void terminal_plain(const struct terminal *terminal) {
  if (terminal->colour)
    fputs("\033[0m", terminal->out);
}

/* A plot fills the width, and leaves room for what was asked before it. */
struct terminal terminal_of(FILE *out, const struct screen *screen) {
  struct terminal terminal = {
      .out = out, .width = 80, .height = 20, .ascii = !screen->utf8, .colour = screen->colour};
  if (screen->width == 0 || screen->height == 0)
    return terminal;
  size_t fitting = screen->width / 3 > 20 ? screen->width / 3 : 20;
  size_t rows = screen->height - 1 < fitting ? screen->height - 1 : fitting;
  terminal.width = screen->width < TERMINAL_LEAST_WIDTH ? TERMINAL_LEAST_WIDTH : screen->width;
  terminal.height = rows < TERMINAL_LEAST_HEIGHT ? TERMINAL_LEAST_HEIGHT : rows;
  return terminal;
}
