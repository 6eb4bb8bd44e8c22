# SPDX-License-Identifier: MIT
"""A program on a terminal of its own: what it shows there is read, and keys are typed.

    with terminal.Terminal("less", "FILE", rows=24) as screen:
        screen.until("END")
        screen.type("q")
        story.equal(screen.exit_code(), 0)"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import story


class Terminal:
    def __init__(self, *command, rows=24, columns=300, env=None, cwd=None):
        self.shown = ""  # All that was shown so far.
        self._code = None
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            self._become(command, rows, columns, env, cwd)

    @property
    def pid(self):
        return self._pid

    @staticmethod
    def _become(command, rows, columns, env, cwd):
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            if cwd is not None:
                os.chdir(cwd)
            words = [str(word) for word in command]
            os.execvpe(words[0], words, {**os.environ, "TERM": "xterm", **(env or {})})
        finally:
            os._exit(127)

    def type(self, keys):
        os.write(self._fd, keys.encode())

    def _read(self, patience_s):
        """Takes what is shown next; False where nothing more comes."""
        ready, _, _ = select.select([self._fd], [], [], patience_s)
        try:
            data = os.read(self._fd, 65536) if ready else b""
        except OSError:  # Linux says so when nobody holds the other end.
            data = b""
        self.shown += data.decode(errors="replace")
        return bool(data)

    def until(self, text, since=0):
        """Waits until the text has been shown."""
        end = time.monotonic() + story.PATIENCE_S
        while text not in self.shown[since:]:
            more = self._read(max(0, end - time.monotonic()))
            story.check(more, f"{text!r} was not shown, but {self.shown[since:]!r}")
        return self.shown[since:]

    def exit_code(self):
        """Reads until the program has ended."""
        end = time.monotonic() + story.PATIENCE_S
        while self._read(max(0, end - time.monotonic())):
            continue
        story.check(time.monotonic() < end, f"it did not end, and showed {self.shown!r}")
        _, status = os.waitpid(self._pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)


def on_terminal(*command, columns=80, env=None):
    """What the command writes to a terminal. It has to succeed."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {**os.environ, "NO_COLOR": "", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
                 "BELLWETHER_PAGER": "cat", **(env or {})}
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=far,
                          stderr=subprocess.PIPE, env=variables) as process:
        os.close(far)
        out = read_to_end(near)
        err = process.stderr.read().decode()
    story.equal((process.returncode, err), (0, ""), " ".join(map(str, command)))
    return out.decode().replace("\r\n", "\n")


def read_to_end(terminal):
    """A terminal whose other side is closed fails with EIO once it is empty."""
    pieces = []
    try:
        while piece := os.read(terminal, 65536):
            pieces.append(piece)
    except OSError:
        pass
    os.close(terminal)
    return b"".join(pieces)
