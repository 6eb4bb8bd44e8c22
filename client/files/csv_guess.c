/* SPDX-License-Identifier: MIT */
#include "client/files/csv.h"

/* More cells than this count as this many. */
enum { CELLS_MAX = 1023 };

enum cell { CELL_EMPTY, CELL_PLAIN, CELL_QUOTED, CELL_CLOSED };

/* How a file's beginning looks in one dialect. */
struct view {
  struct csv_dialect dialect;
  size_t n_records;
  size_t n_with[CELLS_MAX + 1]; /* records by their cells */
  size_t n_proper;              /* records with a delimiter that cannot be in a number */
  bool odd_quotes;              /* a quote within a cell that does not begin with one */
  size_t n_cells;               /* of the record that is looked at */
  enum cell cell;
  bool proper;
};

static bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

static void end_record(struct view *view) {
  if (view->n_cells > 1 || view->cell != CELL_EMPTY) {
    view->n_records++;
    view->n_with[view->n_cells < CELLS_MAX ? view->n_cells : CELLS_MAX]++;
    view->n_proper += view->proper;
  }
  view->n_cells = 1;
  view->cell = CELL_EMPTY;
  view->proper = false;
}

static void look_at_quote(struct view *view, char before) {
  if (view->cell == CELL_PLAIN || (view->cell == CELL_CLOSED && before != '"'))
    view->odd_quotes = true;
  else
    view->cell = view->cell == CELL_QUOTED ? CELL_CLOSED : CELL_QUOTED;
}

static void look_at(struct view *view, char before, char letter, char behind) {
  bool padding = letter == '\t' && (before == ',' || before == ';');
  if (letter == '"' && view->dialect.quotes) {
    look_at_quote(view, before);
  } else if (view->cell == CELL_QUOTED) {
    return;
  } else if (letter == view->dialect.delimiter && !padding) {
    view->n_cells++;
    view->cell = CELL_EMPTY;
    view->proper |= !is_digit(before) || !is_digit(behind);
  } else if (letter == '\n' || letter == '\r') {
    end_record(view);
  } else if (letter != ' ' && letter != '\t') {
    view->odd_quotes |= view->cell == CELL_CLOSED;
    view->cell = CELL_PLAIN;
  }
}

/* The last record counts unless the head may have cut it. */
static struct view view_of(const char *head, size_t size, struct csv_dialect dialect) {
  struct view view = {.dialect = dialect, .n_cells = 1};
  for (size_t i = 0; i < size; i++)
    look_at(&view, i == 0 ? '\n' : head[i - 1], head[i], i + 1 == size ? '\n' : head[i + 1]);
  view.odd_quotes |= view.cell == CELL_QUOTED && size < CSV_HEAD_BYTES;
  if (size < CSV_HEAD_BYTES || view.n_records == 0)
    end_record(&view);
  return view;
}

/* Of a hundred records, those with the number of cells that most have; 0 where that is one. */
static size_t consistency(const struct view *view) {
  size_t most = 0;
  for (size_t i = 2; i <= CELLS_MAX; i++)
    most = view->n_with[i] > most ? view->n_with[i] : most;
  return view->n_records == 0 ? 0 : most * 100 / view->n_records;
}

/* Tables between tabs have quotes as inch marks, and nobody to double them. */
static struct view view_between_tabs(const char *head, size_t size) {
  struct view view = view_of(head, size, (struct csv_dialect){.delimiter = '\t', .quotes = true});
  if (!view.odd_quotes)
    return view;
  return view_of(head, size, (struct csv_dialect){.delimiter = '\t'});
}

/* Whether commas divide the records at least as well as another delimiter, which divides `other` of
 * a hundred. Where it divides most of them, commas in numbers say nothing. */
static bool commas_divide(const struct view *commas, size_t other) {
  if (commas->n_records == 0 || other == 0)
    return true;
  size_t proper = commas->n_proper * 100 / commas->n_records, share = consistency(commas);
  return (other >= 50 && proper < share ? proper : share) >= other;
}

/* Tabs go before commas: they are in no text by chance, whereas Eurostat's tables between tabs have
 * keys with commas. */
struct csv_dialect csv_guess_dialect(const char *head, size_t size) {
  static const char others[] = {';', '|'};
  size = size < CSV_HEAD_BYTES ? size : CSV_HEAD_BYTES;
  struct csv_dialect best = {.delimiter = ',', .quotes = true};
  struct view commas = view_of(head, size, best), tabs = view_between_tabs(head, size);
  size_t most = consistency(&tabs);
  if (most >= 50 && most >= consistency(&commas))
    return tabs.dialect;
  if (!commas_divide(&commas, most))
    best = tabs.dialect;
  for (size_t i = 0; i < count_of(others); i++) {
    struct view view =
        view_of(head, size, (struct csv_dialect){.delimiter = others[i], .quotes = true});
    if (consistency(&view) <= most || commas_divide(&commas, consistency(&view)))
      continue;
    most = consistency(&view);
    best = view.dialect;
  }
  return best;
}
