# SPDX-License-Identifier: MIT
"""Bellwether itself, asked by `bellwether bench`; nng's echo with messages of the same sizes, and bare
LMDB."""
import json
import pathlib
import random
import sys

import figures
from processes import Failed, run

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import measure


def load(stage, store, *words):
    """`bellwether load` in this process, into the store in a folder: its summary."""
    return json.loads(run(stage.build / "client/bellwether", "--db", store, "--format", "json", "load",
                          *words))[0]


def load_figures(stage, store, frequencies):
    """All series of these frequencies."""
    summary = load(stage, store, "--dataset", stage.figures / "dataset.json", "--release",
                   figures.RELEASE["id"],
                   *(stage.figures / f"figures-{frequency}.csv" for frequency in frequencies))
    if summary["observations_added"] != figures.count(frequencies, stage.series):
        raise Failed(f"Bellwether has loaded something else: {summary}")


class Bellwether:
    """A server with a store in a folder of its own, over tcp and ipc."""

    frequencies = ""

    def __init__(self, stage):
        self.stage = stage
        self.folder = stage.folder / type(self).__name__
        self.store = self.folder / "store"
        self.folder.mkdir()
        self.fill()
        listen = ("--listen", "tcp://127.0.0.1:0", "--listen", f"ipc://{self.folder}/socket")
        self.pid, (tcp, ipc) = measure.start(
            stage.running, stage.build / "server/bellwetherd", "--db", self.store, *listen)
        self.at = {"tcp": ("--server", tcp), "ipc": ("--server", ipc),
                   "direct": ("--db", self.store)}

    def fill(self):
        frequencies = [each for each in self.stage.series if each in self.frequencies]
        if frequencies:
            load_figures(self.stage, self.store, frequencies)

    def command(self, over, *words):
        return json.loads(run(self.stage.build / "client/bellwether", *self.at[over],
                              "--format", "json", *words))

    def ask(self, name, over, in_flight, seconds, *words):
        """`bellwether bench`, which takes whole seconds."""
        row = self.command(over, "bench", *words, "--in-flight", in_flight,
                           "--seconds", max(1, round(seconds)))[0]
        self.stage.asked[name] = (row, in_flight)
        return row


class Loaded(Bellwether):
    """With all figures in the store; a sample of them is read again."""

    frequencies = "AMD"

    def __init__(self, stage):
        super().__init__(stage)
        rows = random.Random(1).sample(list(figures.latest(stage.figures)), 200)
        answers = self.command("ipc", "latest", *(key for key, _, _ in rows))
        if [answer["value"] for answer in answers] != [value for _, _, value in rows]:
            raise Failed("Bellwether does not answer what was loaded")


class Fresh(Bellwether):
    """With an empty store, to write to."""


class Annual(Bellwether):
    """With the annual and daily series, and not asked anything before it is looked at."""

    frequencies = "AD"


class Echo:
    def __init__(self, stage):
        self.stage = stage
        self.program = stage.build / "bench/echo"
        self.at = {}
        for over, url in (("tcp", "tcp://127.0.0.1:0"), ("ipc", f"ipc://{stage.folder}/echo")):
            self.at[over] = measure.start(stage.running, self.program, "serve", url)[1][0]

    def like(self, name, over, seconds, verb="ask"):
        """As many messages under way, of the same sizes, as when Bellwether was last asked the question
        of this name; else none."""
        if name not in self.stage.asked:
            return {}
        row, in_flight = self.stage.asked[name]
        sizes = (int(row["request_bytes"]) + measure.CALL_BYTES,
                 int(row["reply_bytes"]) + measure.REPLY_BYTES)
        echo = json.loads(run(self.program, verb, self.at[over], *sizes, in_flight, seconds))
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
