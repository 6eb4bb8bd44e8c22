# SPDX-License-Identifier: MIT
"""What is not a rate of questions: loading, sizes on the disk, durable writes, memory. Functions that
take the stage and seconds, which only the writes and the memory make use of."""
import datetime
import json
import os
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import figures
import tables
from ours import Annual, Echo, Fresh, Lmdb, load, load_figures
from peer_others import Victoria
from peer_sql import OBSERVATIONS, Postgres, Sqlite
from processes import Failed, disk_bytes, rss_anon

EPOCH = datetime.date(1970, 1, 1)
WIDE_GOAL = 1_500_000  # observations a second


@contextmanager
def folder(stage):
    """A new folder for a store."""
    path = Path(tempfile.mkdtemp(dir=stage.folder))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def table(stage, name, write):
    """A table to load, made when it is first asked for: its path, and its number of observations."""
    key = f"table {name}"
    if key not in stage.chosen:
        path = stage.folder / name
        stage.chosen[key] = (path, write(path, stage.n_rows))
    return stage.chosen[key]


# ---- loading ----

def timed(n, action):
    os.sync()  # what others have written is not to wait for
    begin = time.monotonic()
    action()
    seconds = time.monotonic() - begin
    return {"seconds": seconds, "observations_per_second": n / seconds}


def load_ours(stage, dataset, path, n, *words):
    with folder(stage) as place:
        def action():
            summary = load(stage, place, "--dataset", dataset, *words, path)
            if summary["observations_added"] != n:
                raise Failed(f"{path.name} was loaded in part: {summary}")
        return timed(n, action)


def load_long(stage, _seconds):
    path, n = table(stage, "long.csv", tables.write_long)
    dataset = stage.folder / "long.json"
    dataset.write_text(json.dumps(figures.dataset("LONG")), encoding="utf-8")
    return load_ours(stage, dataset, path, n, "--release", figures.RELEASE["id"])


def load_wide(stage, _seconds):
    path, n = table(stage, "wide.csv", tables.write_wide)
    return load_ours(stage, "WDI", path, n)


def load_sqlite(stage, _seconds):
    path, n = table(stage, "long.csv", tables.write_long)
    with folder(stage) as place:
        database = Sqlite(stage, place / "long.sqlite")
        row = timed(n, lambda: database.load([path], "long", skip=1))
        check_count(database.execute("select count(*) from long;"), n)
    return row


def load_postgres(stage, _seconds):
    path, n = table(stage, "long.csv", tables.write_long)
    server = stage.peer(Postgres)
    server.execute("drop table if exists long", "checkpoint")
    row = timed(n, lambda: server.load([path], "long", heading=True))
    check_count(server.execute("select count(*) from long"), n)
    server.execute("drop table long")
    return row


def check_count(printed, n):
    if int(printed) != n:
        raise Failed(f"{printed.strip()} rows were loaded in place of {n}")


def wide_goal(_stage, _seconds):
    return {"observations_per_second": WIDE_GOAL}


# ---- sizes ----

def size(n_bytes, n):
    return {"bytes": n_bytes, "bytes_per_observation": n_bytes / n}


def size_ours(frequencies):
    def measure(stage, _seconds):
        with folder(stage) as place:
            load_figures(stage, place, frequencies)
            return size(disk_bytes(place), figures.count(frequencies))
    return measure


SIZE_GOALS = {"A": 15, "M": 10, "D": 10}


def size_goal(frequencies):
    return lambda _stage, _seconds: {"bytes_per_observation": SIZE_GOALS[frequencies]}


def files(stage, frequencies):
    return [stage.figures / f"observations-{frequency}.csv" for frequency in frequencies]


def size_sqlite(frequencies):
    def measure(stage, _seconds):
        with folder(stage) as place:
            database = Sqlite(stage, place / "size.sqlite")
            database.load(files(stage, frequencies))
            return size(database.bytes(), figures.count(frequencies))
    return measure


def size_postgres(frequencies):
    def measure(stage, _seconds):
        server = stage.peer(Postgres)
        server.load(files(stage, frequencies), "size", OBSERVATIONS)
        n_bytes = server.bytes("size")
        server.execute("drop table size")
        return size(n_bytes, figures.count(frequencies))
    return measure


DAY_OF = {"A": lambda year: (datetime.date(year, 1, 1) - EPOCH).days,
          "M": lambda month: (datetime.date(month // 12, month % 12 + 1, 1) - EPOCH).days,
          "D": lambda day: day}


def size_victoria(frequencies):
    def measure(stage, _seconds):
        server = Victoria(stage, f"victoria-{frequencies}")
        n = sum(server.load(frequency, DAY_OF[frequency]) for frequency in frequencies)
        return size(server.bytes(), n)
    return measure


# ---- durable writes ----

def put(title, clients):
    return lambda stage, seconds: stage.peer(Fresh).ask(title, "tcp", clients, seconds, "put",
                                                        "--connections", clients)


def commit_and_echo(title, tables):
    """One after the other: a bare commit of a record in each table, and a round trip."""
    def measure(stage, seconds):
        echo = stage.peer(Echo).like(title, "tcp", seconds)
        commit = stage.peer(Lmdb).ask("commit", seconds, batch=tables)
        return {"p50_us": commit["p50_us"] + echo.get("p50_us", 0), "commit": commit, "echo": echo}
    return measure


# ---- memory ----

def idle(stage, _seconds):
    """Of a server that has loaded nothing and answered nothing, and serves a store of 1.6 million."""
    server = stage.peer(Annual)
    return {"mib": rss_anon(server.pid) / 2**20}


def busy(*words):
    def measure(stage, seconds):
        server = stage.peer(Annual)
        most = [0]
        ended = threading.Event()

        def watch():
            while not ended.wait(0.01):
                most[0] = max(most[0], rss_anon(server.pid))
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            row = server.ask("memory", "tcp", 256, seconds, *words)
        finally:
            ended.set()
            watcher.join()
        return {**row, "mib": most[0] / 2**20}
    return measure
