# SPDX-License-Identifier: MIT
"""Bellwether itself, asked by `bellwether bench`, and nng's echo with messages of the same sizes."""
import json
import pathlib
import random
import sys

import figures
from processes import run

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import measure


class Programs:
    """The built programs."""

    def __init__(self, build):
        self.bellwether = build / "client/bellwether"
        self.bellwetherd = build / "server/bellwetherd"
        self.echo = build / "bench/echo"


class Bellwether:
    """A server with a store in `folder`, over tcp and ipc."""

    def __init__(self, stage, folder=None):
        self.programs = Programs(stage.build)
        self.folder = folder or stage.folder / "bellwether"
        self.store = self.folder / "store"
        self.folder.mkdir(exist_ok=True)
        listen = ("--listen", "tcp://127.0.0.1:0", "--listen", f"ipc://{self.folder}/socket")
        self.pid, (tcp, ipc) = measure.start(stage.running, self.programs.bellwetherd,
                                             "--db", self.store, *listen)
        self.at = {"tcp": ("--server", tcp), "ipc": ("--server", ipc),
                   "direct": ("--db", self.store)}

    def command(self, over, *words):
        return run(self.programs.bellwether, *self.at[over], *words)

    def bench(self, over, seconds, *words):
        """`bellwether bench` takes whole seconds."""
        return json.loads(self.command(over, "--format", "json", "bench", *words,
                                       "--seconds", max(1, round(seconds))))[0]


class Loaded(Bellwether):
    """With all figures in the store; a sample of them is read again."""

    def __init__(self, stage):
        super().__init__(stage)
        self.echo_served = {}
        self.sizes = {}
        self.command("ipc", "load", "--dataset", stage.figures / "dataset.json", "--release",
                     figures.RELEASE["id"], *sorted(stage.figures.glob("figures-*.csv")))
        self.check(stage)
        for over, url in (("tcp", "tcp://127.0.0.1:0"), ("ipc", f"ipc://{self.folder}/echo")):
            self.echo_served[over] = measure.start(stage.running, self.programs.echo, "serve", url)[1]

    def check(self, stage):
        rows = random.Random(1).sample(list(figures.latest(stage.figures)), 200)
        answers = json.loads(self.command("ipc", "--format", "json", "latest",
                                          *(key for key, _, _ in rows)))
        if [answer["value"] for answer in answers] != [value for _, _, value in rows]:
            raise SystemExit("compare: Bellwether does not answer what was loaded")

    def ask(self, name, over, in_flight, seconds, *words):
        row = self.bench(over, seconds, *words, "--in-flight", in_flight)
        self.sizes[name, over] = (row, in_flight)
        return row

    def echo(self, name, over, seconds):
        """As many messages under way, of the same sizes, as when `ask` was last called so; else none."""
        if (name, over) not in self.sizes:
            return {}
        row, in_flight = self.sizes[name, over]
        sizes = (int(row["request_bytes"]) + measure.CALL_BYTES,
                 int(row["reply_bytes"]) + measure.REPLY_BYTES)
        echo = json.loads(run(self.programs.echo, "ask", self.echo_served[over][0], *sizes,
                              in_flight, seconds))
        each = row["observations"] / row["calls"]
        return {**echo, "observations_per_second": echo["per_second"] * each}


class Lmdb:
    """Bare LMDB, in its own process."""

    def __init__(self, stage):
        self.stage = stage
        self.folder = stage.folder / "lmdb"
        self.folder.mkdir()
        self.ask("load", 1)

    def ask(self, what, seconds, **options):
        return self.stage.ask("lmdb", at=self.folder, ask=what, seconds=seconds, **options)
