/* SPDX-License-Identifier: MIT */
/* The one lock for whoever writes, and the system's randomness. Private to storage/. */
#ifndef BELLWETHER_STORAGE_LOCK_H
#define BELLWETHER_STORAGE_LOCK_H

#include "storage/store.h"

/* Takes FOLDER/writer.lock without waiting, and writes into it who holds it. STORE_LOCKED: another
 * process has it, and ret_error names it. */
must_check enum store_status writer_lock(const char *folder, int *ret_file,
                                         struct store_error *ret_error);
/* -1 is none. */
void writer_unlock(int file);

/* Zero on success. */
must_check int random_bytes(void *data, size_t size);

#endif
