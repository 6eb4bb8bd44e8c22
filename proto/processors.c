/* SPDX-License-Identifier: MIT */
/* How many processors nng sees. Part of our programs and of no library: it takes the place of the C
 * library's sysconf, a weak symbol of it, in all of the process.
 *
 * nng 1.5.2 starts two threads for its tasks for each processor, and has no option for that. A
 * message wakes several of them, and all want the same few locks, one of which is held while a
 * message is written: the second thread of a processor mostly waits for the first. With one for
 * each, all that goes over a socket is cheaper (docs/performance.md, "What made it faster").
 *
 * Who wants the number for anything else asks get_nprocs. */
#include <unistd.h>

/* The C library's own. */
long __sysconf(int name);

/* POSIX' function, but of processors there are half as many. */
__attribute__((visibility("default"))) long sysconf(int name) {
  long value = __sysconf(name);
  return name == _SC_NPROCESSORS_ONLN && value > 1 ? (value + 1) / 2 : value;
}
