# SPDX-License-Identifier: MIT
"""What the end-to-end stories stand on: the real processes in a temporary folder, and checks.

    @story.scene
    def a_loaded_figure_is_there_after_a_restart():
        with story.Server() as server:
            server.client("load", "FILE").ok()
            story.equal(server.client("get", "X/A.B").ok().rows()[0]["value"], "1")

    story.main()

A story is a program: it ends with 0 when all its scenes passed, 1 when one did not, and 77 with a
reason on its last line when it cannot run here. The environment says where the programs are."""
import csv
import io
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent
BELLWETHERD = os.environ.get("BELLWETHERD", str(ROOT / "build/server/bellwetherd"))
BELLWETHER = os.environ.get("BELLWETHER", str(ROOT / "build/client/bellwether"))
PATIENCE_S = 60  # For one step that should take no time; a slow sanitizer build keeps within it.

# So that `with` ends what was started when meson ends a story that took too long.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))

# --- Checks -------------------------------------------------------------------------------------


def check(truth, what):
    if not truth:
        raise AssertionError(what)


def equal(got, expected, what=""):
    check(got == expected, f"{what + ': ' if what else ''}got {got!r}, expected {expected!r}")


def contains(text, *parts):
    """That a text has all the parts, in any order."""
    for part in parts:
        check(part in text, f"{part!r} is not in {text!r}")


# --- Processes ----------------------------------------------------------------------------------


class Answer:
    """What a finished command said, its streams apart."""

    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    def __str__(self):
        return f"$ {shlex.join(self.command)}\n{self.out}{self.err}exit code {self.code}"

    def exits(self, code):
        check(self.code == code, f"exit code {self.code}, expected {code}:\n{self}")
        return self

    def ok(self):
        return self.exits(0)

    def rows(self):
        """Standard output as CSV: a dict a row."""
        return list(csv.DictReader(io.StringIO(self.out)))

    def json(self):
        return json.loads(self.out)


def run(*command, stdin="", cwd=None, env=None):
    """Runs a command to its end. `stdin` is what it reads, text."""
    command = [str(word) for word in command]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=cwd,
                          env={**os.environ, **(env or {})}, timeout=PATIENCE_S, check=False)
    return Answer(command, done.returncode, done.stdout, done.stderr)


def client(*arguments, **options):
    """Runs the command `bellwether`, which knows of no server but the one it is told."""
    env = {"BELLWETHER_SERVER": "", **options.pop("env", {})}
    return run(BELLWETHER, *arguments, env=env, **options)


def environment_with_programs_on_path():
    folders = [str(pathlib.Path(program).parent) for program in (BELLWETHER, BELLWETHERD)]
    return {**os.environ, "PATH": os.pathsep.join([*folders, os.environ["PATH"]])}


class Server:
    """A running `bellwetherd` on a store of its own; `with` stops it and removes the store.

    `listen` has URLs; "ipc" stands for a socket in the server's folder. `sanitizer` has options of
    AddressSanitizer for this server alone."""

    def __init__(self, listen=("ipc",), arguments=(), folder=None, sanitizer=""):
        self._owns_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="bellwether-"))
        self.db = self.folder / "store"
        self._arguments = [str(argument) for argument in arguments]
        options = filter(None, (os.environ.get("ASAN_OPTIONS", ""), sanitizer))
        self._environment = os.environ | {"ASAN_OPTIONS": ":".join(options)}
        self._listen = [f"ipc://{self.folder}/{i}.sock" if url == "ipc" else url
                        for i, url in enumerate(listen)]
        self.urls = []  # The URLs it really listens on, in the order of `listen`.
        self.log = []  # What it wrote to standard error, lines.
        self.process = None
        try:
            self.start()
        except BaseException:
            self._remove_folder()
            raise

    @property
    def url(self):
        return self.urls[0]

    def start(self):
        command = [BELLWETHERD, "--db", str(self.db), *self._arguments]
        for url in self._listen:
            command += ["--listen", url]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, env=self._environment)
        decided = threading.Event()
        self._reader = threading.Thread(target=self._read_log, args=(decided,), daemon=True)
        self._reader.start()
        decided.wait(PATIENCE_S)
        ready = [line for line in self.log if line.startswith("ready ")]
        if not decided.is_set() or not ready:
            self.kill()
            raise AssertionError("the server did not become ready:\n" + "\n".join(self.log))
        self.urls = ready[-1].split()[1:]
        self._listen = self.urls  # A restarted server is where it was.

    def _read_log(self, decided):
        for line in self.process.stderr:
            self.log.append(line.rstrip("\n"))
            if line.startswith("ready "):
                decided.set()
        decided.set()

    def client(self, *arguments, **options):
        """Runs the command `bellwether` on this server."""
        return client("--server", self.url, *arguments, **options)

    def stop(self, by=signal.SIGTERM):
        """Asks it to stop, waits until it has, and checks that it ended well."""
        if self.process is None:
            return
        self.process.send_signal(by)
        try:
            code = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not stop:\n" + "\n".join(self.log)) from None
        self._gather()
        check(code == 0, f"the server ended with {code}:\n" + "\n".join(self.log))

    def kill(self):
        """Ends it at once, as a power cut would end its process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._gather()

    def _gather(self):
        self._reader.join()
        self.process.stderr.close()
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        try:
            self.stop()
        finally:
            self._remove_folder()

    def _remove_folder(self):
        if self._owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
            return
        self.kill()
        self._remove_folder()
        print("the server's log:", *self.log[-20:], sep="\n  ")


# --- Scenes -------------------------------------------------------------------------------------

_scenes = []


def scene(function):
    """Registers a function as a part of the story. An argument it takes is a temporary folder."""
    _scenes.append(function)
    return function


def skip(reason):
    """Ends the whole story as one that cannot run here."""
    print(f"skipped: {reason}")
    sys.exit(77)


def _place(error):
    """FILE:LINE of the story in which an error arose, whatever helper found it."""
    story = sys.modules["__main__"].__file__
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
             if frame.filename == story]
    return f"{pathlib.Path(story).name}:{lines[-1]}"


def _play(function):
    if function.__code__.co_argcount == 0:
        return function()
    with tempfile.TemporaryDirectory(prefix="bellwether-") as folder:
        return function(pathlib.Path(folder))


def play():
    """Plays all scenes, or those that the command line names; the exit code."""
    chosen = [function for function in _scenes
              if len(sys.argv) == 1 or function.__name__ in sys.argv[1:]]
    failed = 0
    for function in chosen:
        name, start = function.__name__.replace("_", " "), time.monotonic()
        try:
            _play(function)
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception as error:  # A scene that breaks in any way has failed; the others go on.
            failed += 1
            print(f"failed  {name}\n{_place(error)}: {type(error).__name__}: {error}", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} scenes passed")
    return 1 if failed or not chosen else 0


def main():
    sys.exit(play())


def play_on(holder, load):
    """Plays scenes that only ask, on one server: holder.server. `load` fills it."""
    with Server() as server, tempfile.TemporaryDirectory(prefix="bellwether-") as folder:
        holder.server = server
        load(server, pathlib.Path(folder))
        code = play()
    sys.exit(code)
