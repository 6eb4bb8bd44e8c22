# SPDX-License-Identifier: MIT
"""Keeps what a process has of a mapped file in memory below a limit, without a control group, which
a container may not let one make. A thread looks how much there is, and where it is too much, has the kernel
take out pages drawn at random (process_madvise with MADV_PAGEOUT). The kernel's own choice would be
better: it keeps the pages that are used often. Linux 5.10, as root or with CAP_SYS_NICE."""
import ctypes
import os
import pathlib
import random
import threading

import measure

PROCESS_MADVISE, MADV_PAGEOUT = 440, 21
EXTENT = 16 << 12  # bytes that are taken out together
EXTENTS_MOST = 1024  # of a call
PAUSE_SECONDS = 0.002
LIBC = ctypes.CDLL(None, use_errno=True)


class Extent(ctypes.Structure):
    """A struct iovec."""

    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


def drop_cache(path):
    """Nothing of a file is left in memory, as long as nobody has mapped it."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)


def fill_cache(path):
    """All of a file is in memory, where there is enough."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def mapping(pid, path):
    """Where a process has mapped a file, as far as the file goes."""
    path = path.resolve()
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
        if line.endswith(f" {path}"):
            begin, end = (int(number, 16) for number in line.split()[0].split("-"))
            return range(begin, min(end, begin + path.stat().st_size - EXTENT), EXTENT)
    raise ProcessLookupError(f"{pid} has not mapped {path}")


class MemoryLimit:
    """`with MemoryLimit(pid, path, limit_bytes):` holds it, and raises OSError at its end where it could not."""

    def __init__(self, pid, path, limit_bytes):
        self.pid, self.limit_bytes, self.error = pid, limit_bytes, None
        self.places = mapping(pid, path)
        self.handle = os.pidfd_open(pid)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.hold)

    def take_out(self, excess):
        """Some extents, of which only a part is in memory, so that this is called again and again."""
        n = min(EXTENTS_MOST, excess // EXTENT + 1)
        extents = (Extent * n)(*((place, EXTENT) for place in random.choices(self.places, k=n)))
        done = LIBC.syscall(PROCESS_MADVISE, self.handle, extents, ctypes.c_size_t(n), MADV_PAGEOUT,
                            ctypes.c_uint(0))
        if done < 0:
            raise OSError(ctypes.get_errno(), "process_madvise")

    def hold(self):
        while not self.ended.wait(PAUSE_SECONDS):
            there = measure.process_bytes(self.pid, "RssFile")
            try:
                if there > self.limit_bytes:
                    self.take_out(there - self.limit_bytes)
            except OSError as error:
                self.error = error
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.ended.set()
        self.thread.join()
        os.close(self.handle)
        if self.error is not None and kind is None:
            raise self.error
