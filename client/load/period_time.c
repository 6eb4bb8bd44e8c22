/* SPDX-License-Identifier: MIT */
#include "client/load/period_time.h"

#include "client/load/cell.h"

/* Takes one or two digits, or more where it is a fraction of a second. */
static bool take_number(struct bytes *text, size_t max_digits, int *ret_number) {
  size_t n = 0;
  int number = 0;
  for (; n < text->size && n < max_digits && text->data[n] >= '0' && text->data[n] <= '9'; n++)
    number = number * 10 + (text->data[n] - '0');
  *text = cell_skip(*text, n);
  *ret_number = number;
  return n > 0;
}

static bool take(struct bytes *text, const char *word) {
  if (text->size < strlen(word) || !cell_is_word(bytes_of(text->data, strlen(word)), word))
    return false;
  *text = cell_skip(*text, strlen(word));
  return true;
}

/* `am` and `pm` after an hour of 1 to 12. */
static bool take_half_day(struct bytes *text, int *hour) {
  *text = cell_trim(*text);
  bool is_pm = take(text, "pm");
  if (!is_pm && !take(text, "am"))
    return true;
  if (*hour < 1 || *hour > 12)
    return false;
  *hour = *hour % 12 + (is_pm ? 12 : 0);
  return true;
}

/* `Z`, `UTC`, `+01:00` and the end. */
static bool take_zone(struct bytes *text, int *ret_zone) {
  int hours = 0, minutes = 0;
  *ret_zone = 0;
  *text = cell_trim(*text);
  if (take(text, "z") || take(text, "utc") || take(text, "gmt"))
    return text->size == 0;
  bool behind = take(text, "-");
  if (!behind && !take(text, "+"))
    return text->size == 0;
  if (!take_number(text, 2, &hours))
    return false;
  (void)take(text, ":");
  if (text->size > 0 && !take_number(text, 2, &minutes))
    return false;
  *ret_zone = (hours * 60 + minutes) * (behind ? -1 : 1);
  return text->size == 0 && hours < 24 && minutes < 60;
}

/* `02:00:00`, `2:00`, `12:00:00 AM`, `10:00:30.5Z`. */
static bool read_time(struct bytes text, struct period_time *ret_time) {
  int hour, minute, second = 0, fraction;
  if (!take_number(&text, 2, &hour) || !take(&text, ":") || !take_number(&text, 2, &minute))
    return false;
  if (take(&text, ":") && !take_number(&text, 2, &second))
    return false;
  if (take(&text, ".") && !take_number(&text, 9, &fraction))
    return false;
  int zone;
  if (!take_half_day(&text, &hour) || !take_zone(&text, &zone))
    return false;
  if (hour > 23 || minute > 59 || second > 59)
    return false;
  *ret_time = (struct period_time){.minute = hour * 60 + minute, .zone = zone};
  return true;
}

void period_time_strip(struct bytes *text, struct period_time *ret_time) {
  for (size_t i = 1; i + 1 < text->size; i++) {
    uint8_t before = text->data[i - 1];
    bool is_t = text->data[i] == 'T' && before >= '0' && before <= '9';
    if (!is_t && text->data[i] != ' ')
      continue;
    if (read_time(cell_trim(cell_skip(*text, i + 1)), ret_time)) {
      *text = cell_trim(bytes_of(text->data, i));
      return;
    }
  }
}
