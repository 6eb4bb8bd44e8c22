/* SPDX-License-Identifier: MIT */
#include "client/files/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <strings.h>
#include <iconv.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "client/files/gunzip.h"
#include "client/files/nameless.h"

enum { CHUNK_BYTES = 1 << 16, PROBLEM_BYTES = 256, WAIT_MS = 100, MAGIC_BYTES = 6 };
#define NO_ICONV ((iconv_t)(-1))

volatile sig_atomic_t source_interrupted;

struct source {
  char *path;
  char *encoding; /* NULL: UTF-8, or what a byte order mark says */
  int file;
  uint64_t size;
  bool copied; /* from a pipe */
  bool packed; /* libarchive reads it */
  struct archive *archive;
  struct gunzip *gunzip; /* between the file and the archive */
  locale_t letters;      /* UTF-8; 0: not there */
  size_t member;         /* from 1; 0: before the first */
  char *name;

  FILE *stream; /* of the present member */
  bool begun;   /* its first bytes were looked at */
  iconv_t decoder;
  XXH3_state_t *hash;
  bool hashed; /* to the end */
  uint64_t n_raw;
  uint8_t raw[CHUNK_BYTES];
  size_t raw_at, raw_size;
  uint8_t text[4 * CHUNK_BYTES]; /* decoded */
  size_t text_at, text_size;

  enum source_status status;
  char problem[PROBLEM_BYTES];
};

/* --- What went wrong -------------------------------------------------------------------------- */

static enum source_status fail(struct source *source, enum source_status status, const char *format,
                               ...) __attribute__((format(printf, 3, 4)));

static enum source_status fail(struct source *source, enum source_status status, const char *format,
                               ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(source->problem, sizeof source->problem, format, values);
  va_end(values);
  return source->status = status;
}

static enum source_status fail_io(struct source *source) {
  return fail(source, SOURCE_IO, "cannot be read: %s", strerror(errno));
}

static enum source_status fail_copy(struct source *source) {
  return fail(source, SOURCE_IO, "cannot be copied to a temporary file in %s: %s",
              nameless_folder(), strerror(errno));
}

static enum source_status fail_archive(struct source *source) {
  const char *text = archive_error_string(source->archive);
  return fail(source, SOURCE_ARCHIVE, "cannot be unpacked: %s",
              text == NULL ? "it is damaged" : text);
}

const char *source_problem(const struct source *source) {
  return source->problem;
}

enum source_status source_state(const struct source *source) {
  return source->status;
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* Until there is something to read, or an interruption, which may have been any thread's. */
static bool wait_for(int file) {
  struct pollfd wanted = {.fd = file, .events = POLLIN};
  while (!source_interrupted && poll(&wanted, 1, WAIT_MS) <= 0)
    ;
  return !source_interrupted;
}

/* A copy that can be read twice, without a name. */
static enum source_status copy_pipe(struct source *source, int once) {
  int copy = nameless_open();
  uint8_t chunk[CHUNK_BYTES];
  ssize_t n = 0;
  if (copy < 0)
    return fail_copy(source);
  source->file = copy;
  while (wait_for(once) && (n = read(once, chunk, sizeof chunk)) > 0)
    for (ssize_t done = 0, m; done < n; done += m)
      if ((m = write(copy, chunk + done, (size_t)(n - done))) < 0)
        return fail_copy(source);
  return n == 0 && !source_interrupted ? SOURCE_OK : fail_io(source);
}

static enum source_status open_file(struct source *source) {
  bool standard = strcmp(source->path, "-") == 0;
  int file = standard ? dup(STDIN_FILENO) : open(source->path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (file < 0)
    return fail_io(source);
  if (fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) {
    close(file);
    errno = EISDIR;
    return fail_io(source);
  }
  if (standard || lseek(file, 0, SEEK_CUR) < 0) {
    source->copied = true;
    enum source_status status = copy_pipe(source, file);
    close(file);
    if (status != SOURCE_OK)
      return status;
  } else {
    source->file = file;
  }
  if (fstat(source->file, &about) != 0)
    return fail_io(source);
  source->size = (uint64_t)about.st_size;
  return SOURCE_OK;
}

static bool file_begins(int file, const char *bytes, size_t size) {
  char head[MAGIC_BYTES] = "";
  return pread(file, head, size, 0) == (ssize_t)size && memcmp(head, bytes, size) == 0;
}

static bool is_gzip(int file) {
  return file_begins(file, "\x1f\x8b", 2);
}

static bool is_zip(int file) {
  return file_begins(file, "PK\x03\x04", 4) || file_begins(file, "PK\x05\x06", 4);
}

/* By their first bytes. */
static bool is_packed(int file) {
  bool xz = file_begins(file,
                        "\xfd"
                        "7zXZ\0",
                        6);
  bool zstd = file_begins(file, "\x28\xb5\x2f\xfd", 4);
  return is_gzip(file) || is_zip(file) || file_begins(file, "BZh", 3) || xz || zstd;
}

enum source_status source_open(const char *path, const char *encoding, struct source **ret_source) {
  struct source *source = calloc(1, sizeof *source);
  *ret_source = source;
  if (source == NULL)
    return SOURCE_NO_MEMORY;
  source->file = -1;
  source->decoder = NO_ICONV;
  source->path = strdup(path);
  source->encoding = encoding == NULL ? NULL : strdup(encoding);
  source->hash = XXH3_createState();
  if (source->path == NULL || source->hash == NULL ||
      (encoding != NULL && source->encoding == NULL))
    return fail(source, SOURCE_NO_MEMORY, "out of memory");
  if (encoding != NULL) {
    iconv_t decoder = iconv_open("UTF-8", encoding);
    if (decoder == NO_ICONV)
      return fail(source, SOURCE_ENCODING,
                  "there is no encoding %s; `iconv --list` has their names", encoding);
    iconv_close(decoder);
  }
  if (open_file(source) != SOURCE_OK)
    return source->status;
  source->packed = is_packed(source->file);
  return SOURCE_OK;
}

static void close_member(struct source *source) {
  if (source->stream != NULL)
    fclose(source->stream);
  source->stream = NULL;
  if (source->decoder != NO_ICONV)
    iconv_close(source->decoder);
  source->decoder = NO_ICONV;
}

void source_close(struct source *source) {
  if (source == NULL)
    return;
  close_member(source);
  archive_read_free(source->archive);
  gunzip_free(source->gunzip);
  if (source->letters != (locale_t)0)
    freelocale(source->letters);
  if (source->file >= 0)
    close(source->file);
  XXH3_freeState(source->hash);
  free(source->path);
  free(source->encoding);
  free(source->name);
  free(source);
}

/* --- Members ---------------------------------------------------------------------------------- */

static la_ssize_t read_gunzip(struct archive *archive, void *arg, const void **ret_data) {
  struct source *source = arg;
  struct bytes bytes;
  if (!gunzip_read(source->gunzip, &bytes)) {
    archive_set_error(archive, EILSEQ, "%s", gunzip_problem(source->gunzip));
    return ARCHIVE_FATAL;
  }
  *ret_data = bytes.data;
  return (la_ssize_t)bytes.size;
}

static int open_gzip(struct source *source) {
  gunzip_free(source->gunzip);
  source->gunzip = gunzip_new(source->file);
  if (source->gunzip == NULL)
    return ARCHIVE_FATAL;
  return archive_read_open(source->archive, source, NULL, read_gunzip, NULL);
}

static enum source_status open_archive(struct source *source) {
  bool zip = is_zip(source->file);
  archive_read_free(source->archive);
  source->archive = archive_read_new();
  if (source->archive == NULL)
    return fail(source, SOURCE_NO_MEMORY, "out of memory");
  archive_read_support_filter_all(source->archive);
  if (zip) { /* and nothing else, be it damaged as it may */
    archive_read_support_format_zip_seekable(source->archive);
  } else {
    archive_read_support_format_tar(source->archive);
    archive_read_support_format_raw(source->archive);
  }
  lseek(source->file, 0, SEEK_SET);
  int code = is_gzip(source->file)
                 ? open_gzip(source)
                 : archive_read_open_fd(source->archive, source->file, CHUNK_BYTES);
  return code == ARCHIVE_OK ? SOURCE_OK : fail_archive(source);
}

static bool is_passed_over(struct archive_entry *entry) {
  const char *name = archive_entry_pathname(entry);
  return archive_entry_filetype(entry) == AE_IFDIR ||
         (name != NULL && strncmp(name, "__MACOSX/", 9) == 0);
}

/* libarchive gives names in the locale's letters, and none where that does not have them. */
static int next_header(struct source *source, struct archive_entry **ret_entry) {
  if (source->letters == (locale_t)0)
    source->letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  locale_t before = uselocale(source->letters);
  int code;
  do
    code = archive_read_next_header(source->archive, ret_entry);
  while (code == ARCHIVE_OK && is_passed_over(*ret_entry));
  uselocale(before);
  return code;
}

static enum source_status next_entry(struct source *source, struct archive_entry **ret_entry) {
  int code = next_header(source, ret_entry);
  if (code == ARCHIVE_EOF)
    return SOURCE_END;
  if (code < ARCHIVE_WARN)
    return fail_archive(source);
  if (archive_entry_is_encrypted(*ret_entry))
    return fail(source, SOURCE_ARCHIVE, "is encrypted");
  return SOURCE_OK;
}

/* Names come from elsewhere and go to a terminal. */
static void neutralise(char *name) {
  for (; *name != '\0'; name++)
    if ((unsigned char)*name < ' ' || *name == 0x7f)
      *name = '?';
}

static enum source_status name_member(struct source *source, const char *member) {
  const char *path = strcmp(source->path, "-") == 0 ? "standard input" : source->path;
  free(source->name);
  source->name = NULL;
  int size = member == NULL ? asprintf(&source->name, "%s", path)
                            : asprintf(&source->name, "%s/%s", path, member);
  if (size < 0) {
    source->name = NULL;
    return fail(source, SOURCE_NO_MEMORY, "out of memory");
  }
  neutralise(source->name);
  return SOURCE_OK;
}

bool source_is_archive(const struct source *source) {
  return source->archive != NULL && archive_format(source->archive) != ARCHIVE_FORMAT_RAW;
}

enum source_status source_next(struct source *source) {
  struct archive_entry *entry = NULL;
  close_member(source);
  source->status = SOURCE_OK;
  if (!source->packed) {
    if (source->member++ > 0)
      return SOURCE_END;
    return name_member(source, NULL);
  }
  if (source->member == 0 && open_archive(source) != SOURCE_OK)
    return source->status;
  enum source_status status = next_entry(source, &entry);
  if (status != SOURCE_OK)
    return status;
  source->member++;
  return name_member(source, source_is_archive(source) ? archive_entry_pathname(entry) : NULL);
}

void source_rewind(struct source *source) {
  close_member(source);
  source->status = SOURCE_OK;
  source->member = 0;
  source->begun = false;
}

bool source_is_copy(const struct source *source) {
  return source->copied;
}

const char *source_name(const struct source *source) {
  return source->name == NULL ? source->path : source->name;
}

/* --- Bytes ------------------------------------------------------------------------------------ */

/* Fills the raw buffer behind what is left in it. False at the end, and after a failure. */
static bool read_raw(struct source *source) {
  size_t left = source->raw_size - source->raw_at;
  memmove(source->raw, source->raw + source->raw_at, left);
  source->raw_at = 0;
  source->raw_size = left;
  uint8_t *to = source->raw + left;
  size_t room = sizeof source->raw - left;
  ssize_t n;
  if (room == 0) /* asked for nothing, a file would seem to be at its end */
    return true;
  do
    n = source->packed ? archive_read_data(source->archive, to, room)
                       : read(source->file, to, room);
  while (n < 0 && (source->packed ? n == ARCHIVE_RETRY : errno == EINTR));
  if (n < 0) {
    if (source->packed)
      fail_archive(source);
    else
      fail_io(source);
    return false;
  }
  XXH3_128bits_update(source->hash, to, (size_t)n);
  source->n_raw += (uint64_t)n;
  source->raw_size += (size_t)n;
  source->hashed = n == 0;
  return n > 0;
}

static bool begins_with(const struct source *source, const char *mark, size_t size) {
  return source->raw_size >= size && memcmp(source->raw, mark, size) == 0;
}

/* What a byte order mark says; it is no text. */
static bool begin(struct source *source) {
  const char *encoding = source->encoding;
  source->begun = true;
  while (source->raw_size < 4 && read_raw(source))
    ;
  if (source->status != SOURCE_OK)
    return false;
  if (begins_with(source, "\xef\xbb\xbf", 3)) {
    if (encoding == NULL || strcasecmp(encoding, "utf-8") == 0)
      source->raw_at = 3;
  } else if (encoding == NULL && begins_with(source, "\xff\xfe", 2)) {
    encoding = "UTF-16LE";
    source->raw_at = 2;
  } else if (encoding == NULL && begins_with(source, "\xfe\xff", 2)) {
    encoding = "UTF-16BE";
    source->raw_at = 2;
  }
  if (encoding == NULL)
    return true;
  source->decoder = iconv_open("UTF-8", encoding);
  if (source->decoder == NO_ICONV)
    fail(source, SOURCE_ENCODING, "there is no encoding %s", encoding);
  return source->decoder != NO_ICONV;
}

static bool complain_encoding(struct source *source) {
  uint64_t at = source->n_raw - (source->raw_size - source->raw_at);
  const char *encoding = source->encoding == NULL ? "UTF-16" : source->encoding;
  fail(source, SOURCE_ENCODING,
       "byte 0x%02x at offset %llu is not text in %s: it is damaged, or --encoding has to say "
       "another one",
       source->raw[source->raw_at], (unsigned long long)at, encoding);
  return false;
}

/* Decodes what is there. A character may be cut at the end of the buffer, but not of the file. */
static bool decode(struct source *source, bool more) {
  char *in = (char *)source->raw + source->raw_at, *out = (char *)source->text;
  size_t in_left = source->raw_size - source->raw_at, out_left = sizeof source->text;
  size_t result = iconv(source->decoder, &in, &in_left, &out, &out_left);
  int code = errno;
  source->raw_at = source->raw_size - in_left;
  source->text_at = 0;
  source->text_size = sizeof source->text - out_left;
  if (result != (size_t)-1 || code == E2BIG || (code == EINVAL && more))
    return true;
  return complain_encoding(source);
}

/* Some text, if there is any. False after a failure. */
static bool fill_text(struct source *source) {
  bool more = source->raw_at < source->raw_size && source->decoder == NO_ICONV;
  if (!more)
    more = read_raw(source);
  if (source->status != SOURCE_OK)
    return false;
  if (source->decoder != NO_ICONV)
    return source->raw_at == source->raw_size || decode(source, more);
  size_t n = source->raw_size - source->raw_at;
  memcpy(source->text, source->raw + source->raw_at, n);
  source->raw_at = source->raw_size;
  source->text_at = 0;
  source->text_size = n;
  return true;
}

static ssize_t read_stream(void *arg, char *buffer, size_t size) {
  struct source *source = arg;
  if (source->status != SOURCE_OK || (!source->begun && !begin(source))) {
    errno = EIO;
    return -1;
  }
  while (source->text_at == source->text_size) {
    source->text_at = source->text_size = 0;
    if (!fill_text(source)) {
      errno = EIO;
      return -1;
    }
    if (source->text_size == 0 && source->hashed)
      return 0;
  }
  size_t n = source->text_size - source->text_at;
  n = n < size ? n : size;
  memcpy(buffer, source->text + source->text_at, n);
  source->text_at += n;
  return (ssize_t)n;
}

/* Begins the present member again. */
static enum source_status rewind_member(struct source *source) {
  struct archive_entry *entry = NULL;
  if (!source->packed)
    return lseek(source->file, 0, SEEK_SET) == 0 ? SOURCE_OK : fail_io(source);
  if (open_archive(source) != SOURCE_OK)
    return source->status;
  for (size_t i = 0; i < source->member; i++)
    if (next_entry(source, &entry) != SOURCE_OK)
      return source->status == SOURCE_OK ? SOURCE_END : source->status;
  return SOURCE_OK;
}

enum source_status source_stream(struct source *source, FILE **ret_stream) {
  static const cookie_io_functions_t FUNCTIONS = {.read = read_stream};
  bool again = source->begun;
  close_member(source);
  source->status = SOURCE_OK;
  source->begun = source->hashed = false;
  source->n_raw = source->raw_at = source->raw_size = source->text_at = source->text_size = 0;
  XXH3_128bits_reset(source->hash);
  if (again || !source->packed) {
    enum source_status status = rewind_member(source);
    if (status != SOURCE_OK)
      return status;
  }
  source->stream = fopencookie(source, "r", FUNCTIONS);
  if (source->stream == NULL)
    return fail(source, SOURCE_NO_MEMORY, "out of memory");
  setvbuf(source->stream, NULL, _IOFBF, CHUNK_BYTES);
  *ret_stream = source->stream;
  return SOURCE_OK;
}

bool source_hash(const struct source *source, uint64_t ret_hash[2]) {
  XXH128_hash_t hash = XXH3_128bits_digest(source->hash);
  ret_hash[0] = hash.high64;
  ret_hash[1] = hash.low64;
  return source->hashed;
}

uint64_t source_bytes_read(const struct source *source) {
  if (source->packed && source->archive != NULL)
    return source->gunzip != NULL ? gunzip_bytes_read(source->gunzip)
                                  : (uint64_t)archive_filter_bytes(source->archive, -1);
  return source->n_raw;
}

uint64_t source_bytes_in_all(const struct source *source) {
  return source->size;
}
