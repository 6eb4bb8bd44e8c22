# SPDX-License-Identifier: MIT
"""Servers that run for the time of the comparison, and programs that run to their end. What is
started here, and nothing else, is ended by its process id, whatever happens."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

READY_SECONDS = 60


class Missing(Exception):
    """A peer that cannot be measured on this machine, and why."""


class Failed(Exception):
    """A measurement that went wrong, and why."""


def use_two_cores():
    """Confines this process, and all that it starts, to two cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def program(name, *folders):
    """The path of a program, of those folders or of the search path. Raises Missing."""
    path = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ["PATH"]]))
    if path is None:
        raise Missing(f"{name} is not there")
    return path


def run(*command, **options):
    """Runs a command to its end, and gives what it printed. Raises Failed with its complaint."""
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode != 0:
        print(f"compare: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}", file=sys.stderr)
        raise Failed((done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1])
    return done.stdout


def ask(generator, folder, **options):
    """Runs a load generator of this folder with the figures of `folder`: its row."""
    if not pathlib.Path(generator).exists():
        raise Missing(f"{pathlib.Path(generator).name} was not built: its library is not there")
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    printed = run(generator, "--data", folder, *words)
    return json.loads(printed) if printed else {}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server of a peer, which ends with `running` (an ExitStack)."""

    def __init__(self, running, *command, stop=signal.SIGTERM, **options):
        self.command = [str(word) for word in command]
        self.stop_signal = stop
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        **options)
        running.callback(self.stop)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def await_ready(self, is_ready):
        """Until `is_ready` returns true; it may fail with OSError or CalledProcessError before."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                if is_ready():
                    return self
            time.sleep(0.05)
        raise Missing(f"{self.command[0]} did not become ready")


def connects(port):
    """Whether something listens at a port of this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def rss_anon(pid):
    """The anonymous memory of a process, bytes."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise Failed(f"no RssAnon of {pid}")


def disk_bytes(path):
    """The bytes of a file, or of all files in a folder, in which files may come and go meanwhile."""
    path, total = pathlib.Path(path), 0
    for file in [path] if path.is_file() else path.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size if file.is_file() else 0
    return total
