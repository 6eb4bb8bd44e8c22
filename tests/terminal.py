# SPDX-License-Identifier: MIT
"""Runs a command with a terminal of a given width as its standard output."""
import fcntl
import os
import pty
import struct
import subprocess
import termios

import story


def on_terminal(*command, columns=80, env=None):
    """What the command writes to a terminal. It has to succeed."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {**os.environ, "NO_COLOR": "", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
                 **(env or {})}
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
