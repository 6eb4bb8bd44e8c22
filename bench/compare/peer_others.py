# SPDX-License-Identifier: MIT
"""A gRPC server of our own making, and VictoriaMetrics."""
import itertools
import json
import time
import urllib.request

import figures
from processes import Failed, Missing, Server, connects, disk_bytes, free_port, program

DAY_MS = 86_400_000
MERGE_SECONDS = 5  # without a change: it has ended


class Grpc:
    """A C++ callback server with the figures in a map."""

    CHANNELS = (1, 2, 4, 8)

    def __init__(self, stage):
        self.stage = stage
        server = stage.generator("grpc_server")
        if not server.exists():
            raise Missing("compare_grpc_server was not built: gRPC's library is not there")
        port, path = free_port(), stage.folder / "grpc.socket"
        self.at = {"tcp": f"127.0.0.1:{port}", "ipc": f"unix:{path}"}
        Server(stage.running, server, "--data", stage.figures, "--at", ",".join(self.at.values())
               ).await_ready(lambda: connects(port) and path.exists())

    def latest(self, seconds, over):
        """64 calls under way, over as many channels as is best."""
        def measure(channels, some_seconds):
            return self.stage.ask("grpc", at=self.at[over], ask="latest", seconds=some_seconds,
                                  depth=64, connections=channels)
        channels = self.stage.best(f"grpc {over}", self.CHANNELS, measure)
        return {**measure(channels, seconds), "chosen": f"{channels} channels"}


class Victoria:
    """A server with a folder of its own. It stores instants: a day is its midnight, a month its first
    day, a year its first of January, and nothing before 1970."""

    def __init__(self, stage, name="victoria"):
        self.stage = stage
        self.port = free_port()
        self.folder = stage.folder / name
        self.server = Server(
            stage.running, program("victoria-metrics"), f"-storageDataPath={self.folder}",
            f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=100y",
            "-search.maxUniqueTimeseries=1000000").await_ready(lambda: connects(self.port))

    def call(self, path, data=None):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data) as answer:
                return answer.read()
        except OSError as error:
            raise Failed(f"VictoriaMetrics: {path}: {error}") from None

    def load(self, frequency, day_of):
        """Imports the series of a frequency, without what is before 1970; gives the number of the
        observations. `day_of` gives the day of a period."""
        n, lines = 0, []
        for key, series in itertools.groupby(figures.observations(self.stage.figures, frequency),
                                             key=lambda row: row[0]):
            rows = [(day_of(period) * DAY_MS, value) for _, period, value in series]
            rows = [(at, value) for at, value in rows if at >= 0]
            lines.append(json.dumps({"metric": {"__name__": "cmp", "key": key},
                                     "values": [value for _, value in rows],
                                     "timestamps": [at for at, _ in rows]}))
            n += len(rows)
        self.call("/api/v1/import", "\n".join(lines).encode())
        self.call("/internal/force_flush")
        return n

    def bytes(self):
        """What it keeps on disk after it has merged what it can, without its cache."""
        folders = (self.folder / "data", self.folder / "indexdb")
        self.call("/internal/force_merge")
        before, after = None, 0
        while before != after:
            time.sleep(MERGE_SECONDS)
            before, after = after, sum(map(disk_bytes, folders))
        self.server.stop()
        return sum(map(disk_bytes, folders))


class LoadedVictoria(Victoria):
    """With the daily series."""

    def __init__(self, stage):
        super().__init__(stage)
        self.load("D", lambda day: day)

    def ranges(self, seconds):
        def measure(threads, some_seconds):
            return self.stage.ask("victoria", at=self.port, ask="range", seconds=some_seconds,
                                  connections=8, threads=threads)
        threads = self.stage.best("victoria", (1, 2), measure)
        return {**measure(threads, seconds), "chosen": f"{threads} client threads"}
