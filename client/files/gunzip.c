/* SPDX-License-Identifier: MIT */
#include "client/files/gunzip.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

enum { IN_BYTES = 1 << 16, OUT_BYTES = 1 << 18, GZIP_ALONE = 16 + MAX_WBITS };

struct gunzip {
  int file;
  z_stream stream;
  bool within; /* a member; else before one, or at the end */
  const char *problem;
  uint64_t n_read;
  uint8_t in[IN_BYTES];
  uint8_t out[OUT_BYTES];
};

struct gunzip *gunzip_new(int file) {
  struct gunzip *gunzip = calloc(1, sizeof *gunzip);
  if (gunzip == NULL)
    return NULL;
  gunzip->file = file;
  gunzip->within = true;
  if (lseek(file, 0, SEEK_SET) == 0 && inflateInit2(&gunzip->stream, GZIP_ALONE) == Z_OK)
    return gunzip;
  free(gunzip);
  return NULL;
}

void gunzip_free(struct gunzip *gunzip) {
  if (gunzip == NULL)
    return;
  inflateEnd(&gunzip->stream);
  free(gunzip);
}

const char *gunzip_problem(const struct gunzip *gunzip) {
  return gunzip->problem;
}

uint64_t gunzip_bytes_read(const struct gunzip *gunzip) {
  return gunzip->n_read;
}

static bool fail(struct gunzip *gunzip, const char *problem) {
  gunzip->problem = problem;
  return false;
}

/* More of the file; nothing at its end. */
static bool refill(struct gunzip *gunzip) {
  ssize_t n;
  do
    n = read(gunzip->file, gunzip->in, sizeof gunzip->in);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return fail(gunzip, strerror(errno));
  gunzip->stream.next_in = gunzip->in;
  gunzip->stream.avail_in = (uInt)n;
  gunzip->n_read += (uint64_t)n;
  return true;
}

/* zlib's words, which are static; the ones for a checksum are "incorrect data check". */
static bool fail_data(struct gunzip *gunzip, int code) {
  if (code == Z_MEM_ERROR)
    return fail(gunzip, "out of memory");
  return fail(gunzip, gunzip->stream.msg != NULL ? gunzip->stream.msg : "it is damaged");
}

/* Behind a member comes another, or nothing: gzip itself passes over zeros that tapes leave. */
static bool next_member(struct gunzip *gunzip) {
  z_stream *stream = &gunzip->stream;
  while (stream->avail_in > 0 && stream->next_in[0] == 0) {
    stream->next_in++;
    stream->avail_in--;
  }
  if (stream->avail_in == 0)
    return true;
  if (stream->next_in[0] != 0x1f)
    return fail(gunzip, "something else stands behind its end");
  gunzip->within = true;
  return inflateReset(stream) == Z_OK || fail_data(gunzip, Z_DATA_ERROR);
}

/* Until the room is full, or the file is at its end. */
static bool inflate_some(struct gunzip *gunzip, bool *ret_ended) {
  z_stream *stream = &gunzip->stream;
  if (stream->avail_in == 0 && !refill(gunzip))
    return false;
  *ret_ended = stream->avail_in == 0;
  if (*ret_ended)
    return !gunzip->within || fail(gunzip, "it is cut off");
  if (!gunzip->within)
    return next_member(gunzip);
  int code = inflate(stream, Z_NO_FLUSH);
  gunzip->within = code != Z_STREAM_END;
  return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR || fail_data(gunzip, code);
}

bool gunzip_read(struct gunzip *gunzip, struct bytes *ret_bytes) {
  bool ended = false;
  gunzip->stream.next_out = gunzip->out;
  gunzip->stream.avail_out = sizeof gunzip->out;
  while (gunzip->stream.avail_out > 0 && !ended)
    if (!inflate_some(gunzip, &ended))
      return false;
  *ret_bytes = bytes_of(gunzip->out, sizeof gunzip->out - gunzip->stream.avail_out);
  return true;
}
