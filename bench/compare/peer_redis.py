# SPDX-License-Identifier: MIT
"""Redis and memcached, over unix sockets or the loopback's TCP. A record is 16 bytes: the period and
the value."""
import getpass
import itertools
import socket
import struct

import figures
from processes import Failed, Server, connects, free_port, program


def record(period, value):
    return struct.pack("<qd", period, value)


def batches(rows, n):
    rows = iter(rows)
    while batch := list(itertools.islice(rows, n)):
        yield batch


def talk(port, commands, reply_lines):
    """Sends a bulk of commands, and waits for so many lines."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for bulk, n in zip(commands, reply_lines):
            connection.sendall(bulk)
            received = b""
            while received.count(b"\n") < n:
                received += connection.recv(1 << 16)
            if b"-ERR" in received or b"ERROR" in received:
                raise Failed(f"a load was refused: {received[:200]!r}")


def resp(*words):
    """A command in Redis' protocol."""
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word)
                                             for word in words)


class Redis:
    """Everything in memory, nothing saved."""

    PIPELINES = [(depth, threads) for depth in (16, 64, 256, 1000) for threads in (1, 2)]

    def __init__(self, stage):
        self.stage = stage
        self.port = free_port()
        Server(stage.running, program("redis-server"), "--port", self.port, "--bind", "127.0.0.1",
               "--unixsocket", stage.folder / "redis.socket", "--save", "", "--appendonly", "no",
               "--dir", stage.folder).await_ready(lambda: connects(self.port))
        self.path = stage.folder / "redis.socket"
        self.load()

    def load(self):
        for rows in batches(figures.latest(self.stage.figures), 10000):
            talk(self.port, [b"".join(resp("SET", key, record(period, value))
                                      for key, period, value in rows)], [len(rows)])
        if "D" in self.stage.series:
            self.load_sets()

    def load_sets(self):
        sets = []
        for key, rows in itertools.groupby(figures.observations(self.stage.figures, "D"),
                                           key=lambda row: row[0]):
            for batch in batches(rows, 1000):
                members = [word for _, period, value in batch
                           for word in (period, record(period, value))]
                sets.append(resp("ZADD", f"r:{key}", *members))
        talk(self.port, sets, [1] * len(sets))

    def ask(self, what, seconds, over="tcp", **options):
        return self.stage.ask("redis", at=self.path if over == "ipc" else self.port, ask=what,
                              seconds=seconds, **options)

    def pipelined(self, seconds):
        """Random keys over 4 connections, with the depth that is best here."""
        def measure(candidate, some_seconds):
            depth, threads = candidate
            return self.ask("latest", some_seconds, connections=4, depth=depth, threads=threads)
        chosen = self.stage.best("redis", self.PIPELINES, measure)
        return {**measure(chosen, seconds), "chosen": "depth {}, {} client threads".format(*chosen)}

    def ranges(self, seconds):
        return self.ask("range", seconds, connections=16)


class Memcached:
    def __init__(self, stage):
        self.stage = stage
        self.port = free_port()
        command = (program("memcached"), "-l", "127.0.0.1", "-p", self.port, "-U", 0, "-m", 256,
                   "-t", 2, "-u", getpass.getuser())
        Server(stage.running, *command).await_ready(lambda: connects(self.port))
        for rows in batches(figures.latest(stage.figures), 10000):
            talk(self.port, [b"".join(b"set %s 0 0 16\r\n%s\r\n" % (key.encode(), record(period, value))
                                      for key, period, value in rows)], [len(rows)])

    def batches(self, seconds):
        """Multi-gets of 1,000 keys over 4 connections."""
        def measure(threads, some_seconds):
            return self.stage.ask("memcached", at=self.port, ask="latest", seconds=some_seconds,
                                  batch=1000, connections=4, threads=threads)
        chosen = self.stage.best("memcached", (1, 2, 4), measure)
        return {**measure(chosen, seconds), "chosen": f"{chosen} client threads"}
