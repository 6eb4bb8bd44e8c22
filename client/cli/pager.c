/* SPDX-License-Identifier: MIT */
#include "client/cli/pager.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/cli/settings.h"

enum { SHELL_CANNOT_RUN = 126, SHELL_NOT_FOUND = 127 };

struct pager {
  const char *command;
  FILE *terminal; /* cli->out as it was */
  FILE *stream;   /* cli->out meanwhile */
  FILE *err;      /* cli->err as it was; NULL: it still is */
  char *words;    /* what was said meanwhile: it would stand across the pager's screen */
  size_t n_words;
  FILE *process; /* NULL: not started */
  void (*interrupt)(int);
  void (*broken_pipe)(int);
  char *held;
  size_t n_held;
  unsigned lines_left; /* of the screen */
  unsigned columns;
  unsigned column;
  bool left; /* nobody reads any more */
};

const char *pager_command(const char *of_settings) {
  const char *own = getenv("BELLWETHER_PAGER"), *common = getenv("PAGER");
  if (own != NULL)
    return own;
  if (of_settings != NULL)
    return of_settings;
  return common != NULL ? common : "less";
}

/* True when the bytes go beyond the screen. Bytes that continue a character take no place. */
static bool overflows(struct pager *pager, const char *bytes, size_t size) {
  for (size_t i = 0; i < size && pager->lines_left > 0; i++) {
    bool newline = bytes[i] == '\n';
    bool wraps = !newline && pager->column == pager->columns;
    if (newline || wraps) {
      pager->column = 0;
      pager->lines_left--;
    }
    if (!newline && ((unsigned char)bytes[i] & 0xc0) != 0x80)
      pager->column++;
  }
  return pager->lines_left == 0;
}

static bool hold(struct pager *pager, const char *bytes, size_t size) {
  char *longer = realloc(pager->held, pager->n_held + size + 1);
  if (longer == NULL)
    return false;
  memcpy(longer + pager->n_held, bytes, size);
  pager->held = longer;
  pager->n_held += size;
  return true;
}

/* As git does: less leaves the text on the screen, passes colours on, and ends at once where all
 * fits. A Ctrl-C is for the pager, and a pager that is left is an error of a write. */
static bool start(struct pager *pager) {
  setenv("LESS", "FRX", 0);
  setenv("LV", "-c", 0);
  fflush(pager->terminal);
  pager->process = popen(pager->command, "we");
  if (pager->process == NULL)
    return false;
  pager->interrupt = signal(SIGINT, SIG_IGN);
  pager->broken_pipe = signal(SIGPIPE, SIG_IGN);
  return true;
}

static bool pass_on(struct pager *pager, const char *bytes, size_t size) {
  bool good = fwrite(bytes, 1, size, pager->process) == size && fflush(pager->process) == 0;
  pager->left = pager->left || (!good && errno == EPIPE);
  return good;
}

static ssize_t write_stream(void *cookie, const char *bytes, size_t size) {
  struct pager *pager = cookie;
  if (pager->process != NULL)
    return pass_on(pager, bytes, size) ? (ssize_t)size : -1;
  if (!hold(pager, bytes, size))
    return -1;
  if (!overflows(pager, bytes, size))
    return (ssize_t)size;
  return start(pager) && pass_on(pager, pager->held, pager->n_held) ? (ssize_t)size : -1;
}

/* A terminal that does not tell its size is as VT100s were. */
static void measure_screen(struct pager *pager) {
  struct winsize size = {.ws_row = 0};
  (void)ioctl(fileno(pager->terminal), TIOCGWINSZ, &size);
  pager->lines_left = size.ws_row > 0 ? size.ws_row : 24;
  pager->columns = size.ws_col > 0 ? size.ws_col : 80;
}

static void hold_words(struct cli *cli, struct pager *pager) {
  int err = fileno(cli->err);
  FILE *stream =
      err >= 0 && isatty(err) != 0 ? open_memstream(&pager->words, &pager->n_words) : NULL;
  if (stream == NULL)
    return;
  pager->err = cli->err;
  cli->err = stream;
}

static void say_words(struct cli *cli, struct pager *pager) {
  if (pager->err == NULL)
    return;
  fclose(cli->err);
  cli->err = pager->err;
  fwrite(pager->words, 1, pager->n_words, cli->err);
  free(pager->words);
}

struct pager *pager_begin(struct cli *cli, const char *command) {
  int terminal = fileno(cli->out);
  bool wanted = command != NULL && command[0] != '\0' && strcmp(command, "cat") != 0;
  if (!wanted || terminal < 0 || isatty(terminal) == 0)
    return NULL;
  struct pager *pager = calloc(1, sizeof *pager);
  if (pager == NULL)
    return NULL;
  *pager = (struct pager){.command = command, .terminal = cli->out};
  measure_screen(pager);
  pager->stream = fopencookie(pager, "w", (cookie_io_functions_t){.write = write_stream});
  if (pager->stream == NULL) {
    free(pager);
    return NULL;
  }
  cli->out = pager->stream;
  hold_words(cli, pager);
  return pager;
}

/* Waits for the reader; false where there never was one. */
static bool finish_process(struct pager *pager) {
  int status = pclose(pager->process);
  signal(SIGINT, pager->interrupt);
  signal(SIGPIPE, pager->broken_pipe);
  if (!WIFEXITED(status))
    return true;
  int code = WEXITSTATUS(status);
  return code != SHELL_NOT_FOUND && code != SHELL_CANNOT_RUN;
}

enum exit_code pager_end(struct cli *cli, struct pager *pager, enum exit_code code) {
  if (pager == NULL)
    return code;
  bool written = fclose(pager->stream) == 0;
  cli->out = pager->terminal;
  bool shown = pager->process == NULL || finish_process(pager);
  if (pager->process == NULL)
    written = fwrite(pager->held, 1, pager->n_held, cli->out) == pager->n_held && written;
  say_words(cli, pager);
  if (!shown) {
    complain(cli, "the pager '%s' cannot be run; --no-pager does without", pager->command);
    code = EXIT_CODE_REFUSED;
  }
  if (!written && !pager->left && code == EXIT_CODE_OK) {
    complain(cli, "cannot write the output");
    code = EXIT_CODE_REFUSED;
  }
  free(pager->held);
  free(pager);
  return code;
}
