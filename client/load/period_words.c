/* SPDX-License-Identifier: MIT */
#include "client/load/period_words.h"

#include "client/load/cell.h"
#include "client/load/period_time.h"
#include "client/load/period_tokens.h"
#include "proto/calendar.h"

/* Years of `202403` and `20240131`, where a number of something else would soon be in the calendar.
 */
#define COMPACT_YEAR_MIN 1500
#define COMPACT_YEAR_MAX 2199

/* The forms. In a pattern `n` is a number of one or two digits, `2` one of two, and so on; `_` is
 * any of - / . : ' and the blank, and two of them in a date of numbers are the same. `fields` says
 * what the numbers are, in their order: y a year, Y one of two digits, p the part of the year, m a
 * month, d a day, 1 and 2 a month and a day in the order of the options. */
struct form {
  const char *pattern;
  const char *fields;
  enum frequency frequency; /* FREQUENCY_NONE: a date */
};

static const struct form forms[] = {
    {"4", "y", FREQUENCY_A},           {"4Y", "y", FREQUENCY_A},
    {"4a1", "yp", FREQUENCY_A},        {"4_a1", "yp", FREQUENCY_A},
    {"4h1", "yp", FREQUENCY_S},        {"4_h1", "yp", FREQUENCY_S},
    {"h1_4", "py", FREQUENCY_S},       {"h_1_4", "py", FREQUENCY_S},
    {"1h4", "py", FREQUENCY_S},        {"1h_4", "py", FREQUENCY_S},
    {"1h2", "pY", FREQUENCY_S},        {"4q1", "yp", FREQUENCY_Q},
    {"4qn", "yp", FREQUENCY_Q},        {"4_q1", "yp", FREQUENCY_Q},
    {"4_qn", "yp", FREQUENCY_Q},       {"4_q_1", "yp", FREQUENCY_Q},
    {"4_1q", "yp", FREQUENCY_Q},       {"4_1_q", "yp", FREQUENCY_Q},
    {"4Y1q", "yp", FREQUENCY_Q},       {"q1_4", "py", FREQUENCY_Q},
    {"q1,4", "py", FREQUENCY_Q},       {"q14", "py", FREQUENCY_Q},
    {"q_1_4", "py", FREQUENCY_Q},      {"q_1,4", "py", FREQUENCY_Q},
    {"1q4", "py", FREQUENCY_Q},        {"1q_4", "py", FREQUENCY_Q},
    {"1_q_4", "py", FREQUENCY_Q},      {"1_q,4", "py", FREQUENCY_Q},
    {"2q1", "Yp", FREQUENCY_Q},        {"q1_2", "pY", FREQUENCY_Q},
    {"1q2", "pY", FREQUENCY_Q},        {"4mn", "yp", FREQUENCY_M},
    {"4_mn", "yp", FREQUENCY_M},       {"4_2", "yp", FREQUENCY_M},
    {"4_1", "yp", FREQUENCY_M},        {"4YnG", "yp", FREQUENCY_M},
    {"6", "c", FREQUENCY_M},           {"4N", "yp", FREQUENCY_M},
    {"4_N", "yp", FREQUENCY_M},        {"4,N", "yp", FREQUENCY_M},
    {"N4", "py", FREQUENCY_M},         {"N_4", "py", FREQUENCY_M},
    {"2_4", "py", FREQUENCY_M},        {"N,4", "py", FREQUENCY_M},
    {"N2", "pY", FREQUENCY_M},         {"N_2", "pY", FREQUENCY_M},
    {"4wn", "yp", FREQUENCY_W},        {"4_wn", "yp", FREQUENCY_W},
    {"wn_4", "py", FREQUENCY_W},       {"w_n_4", "py", FREQUENCY_W},
    {"w_n,4", "py", FREQUENCY_W},      {"4_n_n", "ymd", FREQUENCY_NONE},
    {"4YnGnR", "ymd", FREQUENCY_NONE}, {"8", "c", FREQUENCY_NONE},
    {"nN4", "dmy", FREQUENCY_NONE},    {"n_N_4", "dmy", FREQUENCY_NONE},
    {"n_N,4", "dmy", FREQUENCY_NONE},  {"nN2", "dmY", FREQUENCY_NONE},
    {"n_N_2", "dmY", FREQUENCY_NONE},  {"N_n,4", "mdy", FREQUENCY_NONE},
    {"N_n_4", "mdy", FREQUENCY_NONE},  {"4_N_n", "ymd", FREQUENCY_NONE},
    {"n_n_4", "12y", FREQUENCY_NONE},  {"n_n_2", "12Y", FREQUENCY_NONE},
};

static bool is_number(char kind) {
  return (kind >= '1' && kind <= '9') || kind == 'N';
}

static bool is_separator(char kind) {
  return kind == '-' || kind == '/' || kind == '.' || kind == ':' || kind == '\'' || kind == ' ';
}

static bool kind_fits(char wanted, char kind) {
  if (wanted == 'n')
    return kind == '1' || kind == '2';
  if (wanted == '_')
    return is_separator(kind);
  return wanted == kind;
}

static bool form_fits(const struct form *form, const struct period_tokens *tokens) {
  char separator = '\0';
  for (int i = 0; i < tokens->n; i++) {
    if (form->pattern[i] == '\0' || !kind_fits(form->pattern[i], tokens->kinds[i]))
      return false;
    if (form->pattern[i] != '_')
      continue;
    bool differs = separator != '\0' && tokens->kinds[i] != separator;
    if (differs && strchr(form->pattern, 'N') == NULL)
      return false;
    separator = tokens->kinds[i];
  }
  return form->pattern[tokens->n] == '\0';
}

static const struct form *find_form(const struct period_tokens *tokens) {
  for (size_t i = 0; tokens->n > 0 && i < count_of(forms); i++) {
    if (form_fits(&forms[i], tokens))
      return &forms[i];
  }
  return NULL;
}

/* What the numbers of a form say. */
struct fields {
  int year;
  int part;
  int month;
  int day;
  enum period_words_order order;
};

/* 59 is 1959 where the latest year is 2026, and 26 is 2026. */
static int year_of_two_digits(int number, const struct period_words_options *options) {
  int latest = options->latest_year > 0 ? options->latest_year : PERIOD_WORDS_LATEST_YEAR;
  int year = latest - latest % 100 + number;
  return year > latest ? year - 100 : year;
}

/* `202403`, `20240131`. */
static bool split_compact(int number, bool has_day, struct fields *fields) {
  if (has_day) {
    fields->day = number % 100;
    number /= 100;
  }
  fields->month = fields->part = number % 100;
  fields->year = number / 100;
  return fields->year >= COMPACT_YEAR_MIN && fields->year <= COMPACT_YEAR_MAX;
}

/* 1/2/2024 by the options; a number beyond 12 where only a month was allowed tells the order, but
 * against day_first it is a month that does not exist. */
static void order_date(int first, int second, bool day_first, struct fields *fields) {
  if (first > 12)
    fields->order = PERIOD_ORDER_DAY_FIRST;
  else if (second > 12)
    fields->order = PERIOD_ORDER_MONTH_FIRST;
  else
    fields->order = PERIOD_ORDER_EITHER;
  bool swap = day_first || fields->order == PERIOD_ORDER_DAY_FIRST;
  fields->day = swap ? first : second;
  fields->month = swap ? second : first;
}

static void set_field(char field, int number, const struct period_words_options *options,
                      struct fields *fields) {
  if (field == 'y')
    fields->year = number;
  else if (field == 'Y')
    fields->year = year_of_two_digits(number, options);
  else if (field == 'p')
    fields->part = number;
  else if (field == 'm')
    fields->month = number;
  else if (field == 'd')
    fields->day = number;
}

/* False where a compact number is none of a date. */
static bool read_fields(const struct form *form, const struct period_tokens *tokens,
                        const struct period_words_options *options, struct fields *ret) {
  struct fields fields = {.part = 1};
  int numbers[3] = {0};
  const char *field = form->fields;
  for (int i = 0; i < tokens->n && *field != '\0'; i++) {
    if (!is_number(tokens->kinds[i]))
      continue;
    if (*field == 'c' && !split_compact(tokens->numbers[i], form->frequency == 0, &fields))
      return false;
    set_field(*field, tokens->numbers[i], options, &fields);
    numbers[field++ - form->fields] = tokens->numbers[i];
  }
  if (form->fields[0] == '1')
    order_date(numbers[0], numbers[1], options->day_first || tokens->kinds[1] == '.', &fields);
  if (tokens->kinds[1] == '.') /* which says nothing about the strokes of others */
    fields.order = PERIOD_ORDER_NONE;
  *ret = fields;
  return true;
}

static int64_t ordinal_of_week(int year, int week) {
  int64_t fourth = calendar_days_from_civil(year, 1, 4);
  return floor_div(fourth + 3, 7) + week - 1;
}

static enum period_words_status period_of(enum frequency frequency, const struct fields *fields,
                                          struct period_words *ret) {
  int n_parts = periods_a_year(frequency);
  if (frequency == FREQUENCY_W)
    n_parts = calendar_iso_weeks_in_year(fields->year);
  if (fields->year < CALENDAR_YEAR_MIN || fields->year > CALENDAR_YEAR_MAX || fields->part < 1 ||
      fields->part > n_parts)
    return PERIOD_WORDS_NOT_IN_CALENDAR;
  int64_t ordinal = frequency == FREQUENCY_W
                        ? ordinal_of_week(fields->year, fields->part)
                        : (int64_t)(fields->year - 1970) * n_parts + fields->part - 1;
  *ret = (struct period_words){
      .frequency = frequency, .ordinal = ordinal, .day = period_first_day(frequency, ordinal)};
  return PERIOD_WORDS_OK;
}

static enum period_words_status date_of(const struct fields *fields, struct period_words *ret) {
  struct civil_date date = {fields->year, fields->month, fields->day};
  if (!calendar_date_is_valid(date))
    return PERIOD_WORDS_NOT_IN_CALENDAR;
  *ret = (struct period_words){.day = calendar_days_from_civil(date.year, date.month, date.day),
                               .order = fields->order};
  return PERIOD_WORDS_OK;
}

static bool fits(const struct period_tokens *tokens, const char *pattern) {
  return form_fits(&(struct form){.pattern = pattern}, tokens);
}

/* `1999/2000`, `2023/24`, `1999-00`. Where the second is a month too (`2011/12`) it is one. */
static bool is_two_years(const struct period_tokens *tokens) {
  if (fits(tokens, "4_4"))
    return true;
  if (!fits(tokens, "4_2"))
    return false;
  int second = tokens->numbers[2];
  return second == (tokens->numbers[0] + 1) % 100 && (second > 12 || second == 0);
}

bool period_words_may_be_years(struct bytes text) {
  struct period_tokens tokens;
  return period_tokens_of(cell_trim(text), &tokens) && fits(&tokens, "4_2") &&
         tokens.numbers[2] == (tokens.numbers[0] + 1) % 100;
}

/* 29221, 29221.0 */
static bool is_serial(const struct period_tokens *tokens) {
  return fits(tokens, "5") || fits(tokens, "5.1");
}

/* 2023.1 may be what a program made of 2023.10; 1947:1 may be a quarter; 01-02-03 may be anything,
 * and so may 24/1/12. */
static bool is_ambiguous(const struct period_tokens *tokens,
                         const struct period_words_options *options) {
  if (fits(tokens, "4.1"))
    return true;
  if (fits(tokens, "4_1"))
    return !options->single_digit_months && tokens->numbers[2] <= 4;
  if (!fits(tokens, "n_n_2"))
    return false;
  bool year_may_be_first = tokens->numbers[0] > 12 && tokens->numbers[4] <= 31;
  return tokens->kinds[1] == '-' ||
         (tokens->kinds[1] == '/' && year_may_be_first && !options->day_first);
}

/* SDMX's `2024-D060` is the 60th day of the year. */
static enum period_words_status day_of_year(const struct period_tokens *tokens,
                                            struct period_words *ret) {
  int year = tokens->numbers[0], day = tokens->numbers[3];
  if (year < CALENDAR_YEAR_MIN || year > CALENDAR_YEAR_MAX)
    return PERIOD_WORDS_NOT_IN_CALENDAR;
  int64_t first = calendar_days_from_civil(year, 1, 1);
  if (day < 1 || first + day > calendar_days_from_civil(year, 12, 31) + 1)
    return PERIOD_WORDS_NOT_IN_CALENDAR;
  *ret = (struct period_words){.day = first + day - 1};
  return PERIOD_WORDS_OK;
}

/* The texts that are refused with a reason of their own. */
static enum period_words_status check_traps(const struct period_tokens *tokens,
                                            const struct period_words_options *options) {
  if (strchr(tokens->kinds, 'f') != NULL)
    return PERIOD_WORDS_FISCAL;
  if (is_two_years(tokens))
    return PERIOD_WORDS_TWO_YEARS;
  if (is_serial(tokens))
    return PERIOD_WORDS_SERIAL;
  return is_ambiguous(tokens, options) ? PERIOD_WORDS_AMBIGUOUS : PERIOD_WORDS_OK;
}

/* `1- 3.` is the first quarter, `7-12` the second half. FREQUENCY_NONE for other months. */
static enum frequency part_of_months(int first, int last, int *ret_part) {
  int n_months = last - first + 1;
  if (n_months != 3 && n_months != 6 && n_months != 12)
    return FREQUENCY_NONE;
  if (first < 1 || last > 12 || (first - 1) % n_months != 0)
    return FREQUENCY_NONE;
  *ret_part = (first - 1) / n_months + 1;
  return n_months == 3 ? FREQUENCY_Q : n_months == 6 ? FREQUENCY_S : FREQUENCY_A;
}

/* `1994/ 1- 3.` */
static enum period_words_status read_months(const struct period_tokens *tokens,
                                            struct period_words *ret) {
  struct fields fields = {.year = tokens->numbers[0]};
  enum frequency frequency = part_of_months(tokens->numbers[2], tokens->numbers[4], &fields.part);
  if (frequency == FREQUENCY_NONE)
    return PERIOD_WORDS_SYNTAX;
  return period_of(frequency, &fields, ret);
}

static enum period_words_status
read_form(struct bytes text, const struct period_words_options *options, struct period_words *ret) {
  struct period_tokens tokens;
  struct fields fields;
  if (!period_tokens_of(text, &tokens))
    return PERIOD_WORDS_SYNTAX;
  if (fits(&tokens, "4.1") && tokens.numbers[2] == 0) /* 2024.0 is the year, once a float */
    return period_of(FREQUENCY_A, &(struct fields){.year = tokens.numbers[0], .part = 1}, ret);
  if (fits(&tokens, "4/n-n.") || fits(&tokens, "4/n-n"))
    return read_months(&tokens, ret);
  if (fits(&tokens, "4-d3"))
    return day_of_year(&tokens, ret);
  enum period_words_status trap = check_traps(&tokens, options);
  if (trap != PERIOD_WORDS_OK)
    return trap;
  const struct form *form = find_form(&tokens);
  if (form == NULL || !read_fields(form, &tokens, options, &fields))
    return PERIOD_WORDS_SYNTAX;
  if (form->frequency == FREQUENCY_NONE)
    return date_of(&fields, ret);
  return period_of(form->frequency, &fields, ret);
}

/* What period.h reads: the bulk of all cells. */
static bool read_plain(struct bytes text, struct period_words *ret) {
  struct period_words words = {0};
  if (period_parse(text, &words.frequency, &words.ordinal) != PERIOD_OK)
    return false;
  words.day = period_first_day(words.frequency, words.ordinal);
  if (words.frequency == FREQUENCY_D)
    words = (struct period_words){.day = words.ordinal};
  else if (words.frequency == FREQUENCY_H)
    words.minute = (int)floor_mod(words.ordinal, 24) * 60;
  else if (words.frequency == FREQUENCY_N)
    words.minute = (int)floor_mod(words.ordinal, 1440);
  *ret = words;
  return true;
}

/* `2013` of `2013 [YR2013]` and of `YR2013`; brackets that say another thing stay. */
static struct bytes strip_data_bank(struct bytes text) {
  if (text.size > 0 && text.data[text.size - 1] == ']') {
    const uint8_t *bracket = memchr(text.data, '[', text.size);
    size_t n = bracket == NULL ? 0 : (size_t)(bracket - text.data);
    struct bytes front = cell_trim(bytes_of(text.data, n));
    struct bytes inside = bytes_of(text.data + n + 1, n == 0 ? 0 : text.size - n - 2);
    if (cell_begins(inside, "YR") && bytes_equal(front, cell_skip(inside, 2)))
      return front;
  }
  return cell_begins(text, "YR") ? cell_skip(text, 2) : text;
}

enum period_words_status period_words(struct bytes text, const struct period_words_options *options,
                                      struct period_words *ret) {
  static const struct period_words_options by_default;
  struct period_words words;
  struct period_time time = {.minute = -1};
  text = cell_trim(text);
  if (text.size == 0)
    return PERIOD_WORDS_EMPTY;
  if (text.size > PERIOD_WORDS_MAX_BYTES)
    return PERIOD_WORDS_SYNTAX;
  if (read_plain(text, ret))
    return PERIOD_WORDS_OK;
  text = strip_data_bank(text);
  period_time_strip(&text, &time);
  enum period_words_status status =
      read_form(text, options == NULL ? &by_default : options, &words);
  if (status != PERIOD_WORDS_OK)
    return status;
  if (time.minute >= 0 && words.frequency != FREQUENCY_NONE) /* `2024-Q1 10:00` */
    return PERIOD_WORDS_SYNTAX;
  words.minute = time.minute > 0 ? time.minute : 0;
  words.zone = time.zone;
  *ret = words;
  return PERIOD_WORDS_OK;
}

/* `M13`, `Q05`, `S03`: one past the parts of a year is the year. */
static enum period_words_status read_part(enum frequency frequency, struct fields *fields,
                                          struct period_words *ret) {
  bool has_summary = frequency >= FREQUENCY_S && frequency <= FREQUENCY_M;
  bool is_summary = has_summary && fields->part == periods_a_year(frequency) + 1;
  if (is_summary) {
    frequency = FREQUENCY_A;
    fields->part = 1;
  }
  enum period_words_status status = period_of(frequency, fields, ret);
  if (status == PERIOD_WORDS_OK)
    ret->is_summary = is_summary;
  return status;
}

/* The part of a year by the second column. */
static enum frequency part_of_tokens(const struct period_tokens *tokens, int *ret_part) {
  static const char letters[] = "ahqmw";
  static const enum frequency frequencies[] = {FREQUENCY_A, FREQUENCY_S, FREQUENCY_Q, FREQUENCY_M,
                                               FREQUENCY_W};
  if (fits(tokens, "n-n.") || fits(tokens, "n-n"))
    return part_of_months(tokens->numbers[0], tokens->numbers[2], ret_part);
  if (fits(tokens, "N")) {
    *ret_part = tokens->numbers[0];
    return FREQUENCY_M;
  }
  for (size_t i = 0; i < count_of(frequencies); i++) {
    char pattern[] = {letters[i], 'n', '\0'};
    if (fits(tokens, pattern)) {
      *ret_part = tokens->numbers[1];
      return frequencies[i];
    }
  }
  return FREQUENCY_NONE;
}

/* `7` below a heading "month". */
static enum frequency part_of_number(const struct period_tokens *part, enum frequency numbers,
                                     int *ret_part) {
  if (!fits(part, "n"))
    return FREQUENCY_NONE;
  *ret_part = part->numbers[0];
  return numbers;
}

enum period_words_status period_words_join(struct bytes year_text, struct bytes part_text,
                                           enum frequency numbers, struct period_words *ret) {
  struct period_tokens year, part;
  struct fields fields = {0};
  year_text = cell_trim(year_text);
  part_text = cell_trim(part_text);
  if (year_text.size == 0 || part_text.size == 0)
    return PERIOD_WORDS_EMPTY;
  if (!period_tokens_of(year_text, &year) || !period_tokens_of(part_text, &part))
    return PERIOD_WORDS_SYNTAX;
  if (!fits(&year, "4") && !fits(&year, "4/") && !fits(&year, "4Y"))
    return PERIOD_WORDS_SYNTAX;
  fields.year = year.numbers[0];
  enum frequency frequency = part_of_tokens(&part, &fields.part);
  if (frequency == FREQUENCY_NONE)
    frequency = part_of_number(&part, numbers, &fields.part);
  if (frequency == FREQUENCY_NONE)
    return PERIOD_WORDS_SYNTAX;
  return read_part(frequency, &fields, ret);
}

const char *period_words_status_text(enum period_words_status status) {
  switch (status) {
  case PERIOD_WORDS_OK:
    return "is a period or a date";
  case PERIOD_WORDS_EMPTY:
    return "is empty where a period is wanted";
  case PERIOD_WORDS_SYNTAX:
    return "is no period that is known (2024, 2024-Q1, 2024-03, 2024-W12, 2024-03-01, Q1 2024, "
           "Jan 2024, 1/31/2024, 13 April 2024)";
  case PERIOD_WORDS_NOT_IN_CALENDAR:
    return "is no period of the calendar";
  case PERIOD_WORDS_FISCAL:
    return "is a fiscal year, which is no calendar year: give its periods by the calendar";
  case PERIOD_WORDS_TWO_YEARS:
    return "names two years, and it does not say which months of them";
  case PERIOD_WORDS_SERIAL:
    return "looks like a spreadsheet's number of a date: save the column as text";
  case PERIOD_WORDS_AMBIGUOUS:
    return "may be read as two periods: write months as 2024-01, quarters as 2024-Q1, dates as "
           "2024-01-31";
  }
  return "is no period that is known";
}
