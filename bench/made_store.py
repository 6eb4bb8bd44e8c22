# SPDX-License-Identifier: MIT
"""Stores of made-up series, as many as wanted, through `bellwether load` from a pipe; and how long a
server takes to start on one."""
import contextlib
import json
import os
import shutil
import subprocess
import threading
import time

import measure

DESCRIPTION = {
    "datasets": [{"id": "SCALE", "title": "Made-up figures to measure with",
                  "dimensions": [{"id": "FREQ", "role": "FREQUENCY"},
                                 {"id": "REF_AREA", "role": "REFERENCE_AREA"},
                                 {"id": "INDICATOR", "role": "INDICATOR"}]}],
    "releases": [{"id": "SCALE-1", "title": "Figures", "publisher": "Nobody",
                  "published": "2025-01-31"}]}
A_KEY = "SCALE/A.A0000.I007"


class Peak:
    """`with Peak(look) as peak:` has the most that `look` gave meanwhile as peak.most."""

    def __init__(self, look):
        self.look, self.most = look, 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.ended.wait(0.02):
            self.most = max(self.most, self.look())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def load(build, folder, n_series, *frequency):
    """The process that loads, and the one that it reads from."""
    description = folder / "scale.json"
    description.write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    figures = subprocess.Popen([build / "bench/figures", str(n_series), *frequency],
                               stdout=subprocess.PIPE)
    loader = subprocess.Popen(
        [build / "client/bellwether", "--db", folder / "unfinished", "--format", "json", "load",
         "--dataset", description, "--release", "SCALE-1", "-"],
        stdin=figures.stdout, stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(folder)})
    figures.stdout.close()
    return loader, figures


def make(build, folder, n_series, *frequency):
    """Makes FOLDER/store with so many series: what it took. Without a frequency they are of three, and
    have 100 observations on average; annual ones (A) have 60."""
    unfinished = folder / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    begin = time.monotonic()
    loader, figures = load(build, folder, n_series, *frequency)
    with loader, figures, Peak(lambda: measure.process_bytes(loader.pid, "RssAnon")) as peak:
        summary = json.loads(loader.stdout.read() or "[{}]")[0]
    if loader.returncode != 0 or figures.returncode != 0:
        raise SystemExit("the store could not be made")
    seconds = time.monotonic() - begin
    unfinished.rename(folder / "store")
    return {"series": summary["series_new"], "observations": summary["observations_added"],
            "seconds": seconds, "rss_anon": peak.most,
            "bytes": (folder / "store/data.mdb").stat().st_size}


def time_start(build, store, socket):
    """Milliseconds from the start of a server to its line `ready`, and to the answer that a client has
    which is started then."""
    url = f"ipc://{socket}"
    with contextlib.ExitStack() as running:
        begin = time.monotonic()
        measure.start(running, build / "server/bellwetherd", "--db", store, "--listen", url)
        ready = time.monotonic()
        measure.run(build / "client/bellwether", "--server", url, "latest", A_KEY)
        return {"ready_ms": (ready - begin) * 1e3, "answer_ms": (time.monotonic() - begin) * 1e3}
