# SPDX-License-Identifier: MIT
"""What becomes dearer as a store grows: look-ups, and starting."""
import shutil
import statistics

from ours import Bellwether
import made_store

STARTS = 9  # of a run, which is over soon
STEADY_SECONDS = 8


class Grown(Bellwether):
    """With as many annual series of 60 observations as the options say. A server starts on a copy, for
    a store has one at a time."""

    share = 1

    def fill(self):
        made_store.make(self.stage.build, self.folder, self.stage.n_series // self.share, "A")
        self.copy = self.folder / "copy"
        shutil.copytree(self.store, self.copy)


class Tenth(Grown):
    share = 10


def ask(over, in_flight):
    """Latest figures of random keys. A process of its own, which knows no places of records at first,
    is asked for longer."""
    least = STEADY_SECONDS if over == "direct" else 0
    return lambda kind: lambda stage, seconds: stage.peer(kind).ask(
        "growth", over, in_flight, max(seconds, least), "latest")


def start(kind):
    def measure(stage, _seconds):
        peer = stage.peer(kind)
        times = [made_store.time_start(stage.build, peer.copy, peer.folder / "start")
                 for _ in range(STARTS)]
        return {column: statistics.median(each[column] for each in times) for column in times[0]}
    return measure
