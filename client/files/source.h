/* SPDX-License-Identifier: MIT */
/* Files as a load reads them: plain or compressed, or the members of an archive; in any encoding,
 * read as UTF-8 with LF or CRLF as they stand. Each can be read more than once. */
#ifndef BELLWETHER_CLIENT_FILES_SOURCE_H
#define BELLWETHER_CLIENT_FILES_SOURCE_H

#include <signal.h>
#include <stdio.h>

#include "proto/util.h"

enum source_status {
  SOURCE_OK = 0,
  SOURCE_END,      /* no further member */
  SOURCE_IO,       /* errno */
  SOURCE_ENCODING, /* not text of the encoding; or no such encoding */
  SOURCE_ARCHIVE,  /* damaged, encrypted, or of a kind that is not read */
  SOURCE_NO_MEMORY,
};

struct source;
/* Ctrl-C was pressed: whoever reads is to give up, and nobody waits for a pipe any longer. */
extern volatile sig_atomic_t source_interrupted;

/* Opens a file, or with "-" standard input (copied to a temporary file when it has to be read
 * again). gzip, bzip2, xz, zstd and ZIP are recognised by their bytes, never by the name.
 * encoding: a name that iconv knows; NULL is UTF-8, or UTF-16 where a byte order mark says so. */
must_check enum source_status source_open(const char *path, const char *encoding,
                                          struct source **ret_source);
void source_close(struct source *source);
SCOPED_POINTER(struct source, source_close)

/* Goes to the next member that is a file (folders and macOS' __MACOSX are passed over); a file that
 * is no archive is its only one. To be called before the first one is read. */
must_check enum source_status source_next(struct source *source);
/* Goes before the first member again. */
void source_rewind(struct source *source);
/* "figures.csv", "WDI_CSV.zip/WDICSV.csv", "standard input". Good until source_next. */
const char *source_name(const struct source *source);
/* The bytes of the present member from its beginning, as text in UTF-8 without byte order mark. The
 * stream belongs to the source; asking again reads again from the beginning. errors show as
 * ferror(), and source_status tells which. */
must_check enum source_status source_stream(struct source *source, FILE **ret_stream);
/* Why the stream ended early; SOURCE_OK where it did not. */
enum source_status source_state(const struct source *source);
/* A sentence for a person, of the last thing that failed. */
const char *source_problem(const struct source *source);
/* XXH3-128 of the member's bytes, uncompressed and before any decoding, so that a file and the same
 * in a ZIP have the same; good once the stream was read to its end. */
bool source_hash(const struct source *source, uint64_t ret_hash[2]);

/* For a progress bar: bytes of the file that were read, and its size; 0 where nobody knows. */
uint64_t source_bytes_read(const struct source *source);
uint64_t source_bytes_in_all(const struct source *source);

/* Whether it is standard input or a pipe, of which there is a copy as long as it is open. */
bool source_is_copy(const struct source *source);
/* Whether it has members, beside being read. */
bool source_is_archive(const struct source *source);
#endif
