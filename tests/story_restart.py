# SPDX-License-Identifier: MIT
"""A server that is killed while a writer loads: what was acknowledged is there after the restart,
and the load that was under way is there wholly or not at all.

Load n is one release that states figure n for period n in each of many series, so that a half
load would show as series that differ."""
import os
import random
import sys
import threading
import time

import story

sys.path.insert(0, str(story.ROOT / "examples" / "python"))
import bellwether  # noqa: E402

SERIES = [f"KILL/A.X{i:03}" for i in range(60)]
DATASET = {"id": "KILL", "dimensions": [{"id": "FREQ", "role": "DIMENSION_ROLE_FREQUENCY"},
                                        {"id": "REF_AREA"}]}
ROUNDS = 6


def release(n):
    return {"id": f"R{n}", "publisher": "P", "published_at_ms": 1_600_000_000_000 + n,
            "precision": "TIME_PRECISION_INSTANT"}


def statements(n, **more):
    columns = bellwether.columns_of([(n, float(n), "A")])
    return [dict(key=key, observations=columns, **more) for key in SERIES]


def load_in_one(client, n, request_id):
    client.call("Ingest/PutObservations", {"release": release(n), "series": statements(n)},
                request_id=request_id, timeout=story.PATIENCE_S)


def load_in_parts(client, n, _):
    load = {"load_id": f"load-{n}"}
    client.call("Ingest/BeginLoad", load)
    rows = statements(n, release=f"R{n}")
    for number, part in ((1, rows[::2]), (2, rows[1::2])):
        packed = client.schema.LoadPart(releases=[release(n)], series=part).SerializeToString()
        client.call("Ingest/PutPart", dict(load, part_number=number, part=packed))
    client.call("Ingest/CommitLoad", dict(load, part_count=2), timeout=story.PATIENCE_S)


class Writer(threading.Thread):
    """Loads first, first + 1, … until it is stopped; waits for a server that is away."""

    def __init__(self, url, schema, load, first):
        super().__init__(daemon=True)
        self.client = bellwether.Client(url, schema)
        self.load, self.n = load, first
        self.acknowledged = first - 1
        self.enough, self.stopping, self.error = threading.Event(), threading.Event(), None
        self.wanted = 0
        self.request_id = b""

    def run(self):
        try:
            while not self.stopping.is_set():
                self.request_id = os.urandom(16)
                self.load(self.client, self.n, self.request_id)
                self.acknowledged = self.n
                self.n += 1
                if self.acknowledged >= self.wanted:
                    self.enough.set()
        except bellwether.Error as error:
            self.error = error
            self.enough.set()


def periods_of(client):
    """The periods that each series has; all must have the same, each with its figure."""
    answer = client.call("Observations/BatchGetObservations", {"items": [{"key": k} for k in SERIES]})
    story.equal(len(answer.errors), 0, "series that are not there")
    stored = [[(row.period, row.value) for row in bellwether.rows(one.observations)]
              for one in answer.series]
    story.equal(len(stored), len(SERIES))
    for rows in stored:
        story.equal(rows, stored[0], "every series has the same loads")
    for period, value in stored[0]:
        story.equal(value, float(period))
    return [period for period, _ in stored[0]]


def kill_while_writing(load, seed):
    rng = random.Random(seed)
    print(f"seed {seed}")
    with story.Server() as server, bellwether.Client(server.url) as client:
        client.call("Ingest/PutDataset", {"dataset": DATASET})
        load_in_one(client, 1, None)
        first = 2
        for _ in range(ROUNDS):
            writer = Writer(server.url, client.schema, load, first)
            writer.wanted = first + rng.randrange(8)
            writer.start()
            story.check(writer.enough.wait(story.PATIENCE_S), "the writer gets on")
            server.kill()
            acknowledged = writer.acknowledged
            server.start()
            # The writer resends what was not answered: it must come to the same as without the kill.
            periods = periods_of(client)
            story.check(periods[:acknowledged] == list(range(1, acknowledged + 1)),
                        f"{acknowledged} loads were acknowledged, there are {periods}")
            writer.stopping.set()
            writer.join(story.PATIENCE_S)
            story.check(not writer.is_alive() and writer.error is None, f"{writer.error}")
            writer.client.close()
            story.equal(periods_of(client), list(range(1, writer.acknowledged + 1)))
            first = writer.acknowledged + 1


@story.scene
def killed_during_writes_nothing_acknowledged_is_lost_and_nothing_is_there_by_half():
    kill_while_writing(load_in_one, int.from_bytes(os.urandom(4), "big"))


@story.scene
def killed_during_staged_loads_likewise():
    kill_while_writing(load_in_parts, int.from_bytes(os.urandom(4), "big"))


@story.scene
def killed_during_writes_without_anyone_who_resends_the_last_load_is_there_wholly_or_not_at_all():
    with story.Server() as server:
        with bellwether.Client(server.url) as client:
            client.call("Ingest/PutDataset", {"dataset": DATASET})
            load_in_one(client, 1, None)
            schema = client.schema
        for n in range(2, 2 + ROUNDS):
            with bellwether.Client(server.url, schema) as client:
                client.call("Health/Check")
                request = client.request(
                    "Ingest/PutObservations", {"release": release(n), "series": statements(n)})
                call = client.pack("Ingest/PutObservations", request.SerializeToString())
                client._connection.send(0x80000001, call, time.monotonic() + 10)
                server.kill()
            server.start()
            with bellwether.Client(server.url, schema) as client:
                periods = periods_of(client)
                story.check(periods in (list(range(1, n)), list(range(1, n + 1))), f"{periods}")
                load_in_one(client, n, None)
                story.equal(periods_of(client), list(range(1, n + 1)))


@story.scene
def a_stop_finishes_what_was_taken_on():
    with story.Server() as server, bellwether.Client(server.url) as client:
        client.call("Ingest/PutDataset", {"dataset": DATASET})
        for n in range(1, 6):
            load_in_one(client, n, None)
        server.restart()
        story.equal(periods_of(client), [1, 2, 3, 4, 5])


if __name__ == "__main__":
    story.main()
