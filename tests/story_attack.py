# SPDX-License-Identifier: MIT
"""What a hostile or clumsy client does: after each of it the server serves, says what was wrong in
a way that a program can act on, and the store is as it was."""
import base64
import contextlib
import math
import os
import random
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading

import story

sys.path.append(str(story.ROOT / "examples/python"))
import bellwether  # noqa: E402

DATASET = {"dataset": {"id": "T", "dimensions": [
    {"id": "FREQ", "role": 1}, {"id": "REF_AREA", "role": 3}, {"id": "INDICATOR", "role": 2}]}}
GET = "Observations/GetObservations"
PUT = "Ingest/PutObservations"
CODES = bellwether.CODES
INT64_MIN, INT64_MAX, UINT32_MAX = -2**63, 2**63 - 1, 2**32 - 1
# The ordinals of the first and the last period of each frequency.
CALENDAR = {"A": (-1969, 8029), "S": (-3938, 16059), "Q": (-7876, 32119), "M": (-23628, 96359),
            "W": (-102737, 418985), "B": (-513688, 2094926), "D": (-719162, 2932896),
            "H": (-17259888, 70389527), "N": (-1035593280, 4223371679)}


def release(name, time_ms=1000):
    return {"id": name, "title": name, "published_at_ms": time_ms, "precision": 2}


def rows(key, first, values, **more):
    return {"key": key, "observations": {"first_period": first, "values": values, **more}}


def put(client, *series, name="R1", **options):
    request = {"release": release(name), "series": list(series)}
    return client.call(PUT, request, **options)


def outcome(client, method, request, **options):
    """How a call ends: "OK", or "CODE REASON at field"."""
    try:
        client.call(method, request, **options)
    except bellwether.Error as error:
        return f"{error.code} {error.reason} at {error.field}"
    return "OK"


class Attacked:
    """A server with the dataset T, a client of it, and a way to see that all is as it was."""

    def __init__(self, server):
        self.server, self.client = server, bellwether.Client(server.url)
        self.client.call("Ingest/PutDataset", DATASET)
        put(self.client, *(rows(f"T/{f}.CHN.X", 0, [1, 2, 3]) for f in CALENDAR))
        self.state = self.counts()

    def counts(self):
        status = self.client.call("Admin/GetStatus")
        return (status.store_revision, status.series_count, status.observation_count,
                status.release_count)

    def is_unharmed(self):
        story.equal(self.counts(), self.state, "the store is as it was")
        story.equal(self.client.call(GET, {"series": {"key": "T/A.CHN.X"}}).series.observations
                    .values[:], [1, 2, 3])

    def expect(self, method, request, expected, **options):
        story.equal(outcome(self.client, method, request, **options), expected,
                    f"{method} {str(request)[:150]}")


@contextlib.contextmanager
def sanitizer_options(words):
    """For a server that nng leaves something behind in, which is not ours to free."""
    before = os.environ.get("ASAN_OPTIONS")
    if words:
        os.environ["ASAN_OPTIONS"] = f"{before}:{words}" if before else words
    try:
        yield
    finally:
        os.environ.pop("ASAN_OPTIONS", None)
        if before is not None:
            os.environ["ASAN_OPTIONS"] = before


def attacked(function=None, **options):
    """A scene on a server of its own, which afterwards is unharmed and stops well."""

    def decorate(play):
        def whole():
            with sanitizer_options(options.get("asan", "")), story.Server(listen=options.get("listen", ["tcp://127.0.0.1:0"]),
                              arguments=options.get("arguments", ())) as server:
                victim = Attacked(server)
                with victim.client:
                    play(victim)
                    victim.is_unharmed()
        whole.__name__ = play.__name__
        return story.scene(whole)

    return decorate(function) if function else decorate


# --- Numbers at their ends ------------------------------------------------------------------------

AT = "INVALID_ARGUMENT {} at series[0].{}".format
BAD_ROWS = [
    (AT("COLUMNS_INCONSISTENT", "observations.period_steps[0]"),
     {"values": [1, 2], "period_steps": [0]}),
    (AT("COLUMNS_INCONSISTENT", "observations.period_steps[0]"),
     {"values": [1, 2], "period_steps": [-2**31]}),
    (AT("COLUMNS_INCONSISTENT", "observations.period_steps"),
     {"values": [1], "period_steps": [1]}),
    (AT("VALUE_INVALID", "observations.values[1]"), {"values": [1, math.inf]}),
    (AT("VALUE_INVALID", "observations.values[0]"), {"values": [-math.inf]}),
    (AT("STATUS_INVALID", "observations.statuses[0]"), {"values": [1], "statuses": b"O"}),
    (AT("STATUS_INVALID", "observations.statuses[0]"), {"values": [1], "statuses": b"\0"}),
    (AT("COLUMNS_INCONSISTENT", "observations.statuses"), {"values": [1, 2], "statuses": b"A"}),
    (AT("COLUMNS_INCONSISTENT", "observations.comments[0].index"),
     {"values": [1], "comments": [{"index": UINT32_MAX, "text": "x"}]}),
    (AT("FIELD_INVALID", "observations.frequency"), {"values": [1], "frequency": 99}),
]


@attacked
def periods_end_where_the_calendar_does(victim):
    for letter, (first, last) in CALENDAR.items():
        key = f"T/{letter}.END.X"
        for n, ordinal in enumerate(range(first, last + 1, min(last - first, 2**31 - 1))):
            put(victim.client, rows(key, ordinal, [n + 1]), name="R2")
        put(victim.client, rows(key, last, [9]), name="R2")
        for ordinal in (first - 1, last + 1, INT64_MIN, INT64_MAX):
            victim.expect(PUT, {"release": release("R2"), "series": [rows(key, ordinal, [1])]},
                          AT("PERIOD_INVALID", "observations.first_period"))
        victim.expect(PUT, {"release": release("R2"), "series": [
            rows(key, last, [1, 2], period_steps=[2**31 - 1])]},
                      AT("PERIOD_INVALID", "observations.period_steps[0]"))
        answer = victim.client.call(GET, {"series": {"key": key}, "query": {
            "period_labels": True, "transforms": [{"function": 1}]}}).series.observations
        labels = list(answer.period_labels)
        story.equal((labels[0][:4], labels[-1][:4]), ("0001", "9999"))
    # What columns cannot say is refused, and no damage.
    far = "INVALID_ARGUMENT PERIOD_INVALID at "
    first, last = CALENDAR["N"]
    put(victim.client, rows("T/N.FAR.X", first, [1]), name="R2")
    victim.expect(PUT, {"release": release("R2"), "series": [rows("T/N.FAR.X", last, [2])]}, far)
    for question, expected in (({"filter": {"statuses": "A"}}, "OK"),
                               ({"transforms": [{"function": 13, "formula": "(x-2)*(x-3)*(x-9)"}],
                                 "filter": {"max_value": -1}}, "OK"),
                               ({"transforms": [{"function": 13, "formula": "(x-2)*(x-3)"}],
                                 "filter": {"min_value": 1}}, far)):
        victim.expect(GET, {"series": {"key": "T/N.END.X"}, "query": question}, expected)
    victim.client.call("Ingest/DeleteRelease", {"release": "R2"})
    story.equal(victim.counts()[1:], victim.state[1:])
    victim.state = victim.counts()


@attacked
def rows_that_contradict_themselves_say_where(victim):
    for expected, columns in BAD_ROWS:
        victim.expect(PUT, {"release": release("R1"), "series": [
            {"key": "T/A.CHN.Y", "observations": columns}]}, expected)
    for expected, series in (
            ("RESOURCE_EXHAUSTED TOO_MANY_ITEMS at series[0].withdrawn_count",
             {"key": "T/A.CHN.Y", "mode": 3, "withdrawn_count": UINT32_MAX}),
            (AT("FIELD_INVALID", "mode"), {"key": "T/A.CHN.Y", "mode": -1}),
            (AT("KEY_INVALID", "key"), {"key": "T/A.*.Y"}),
            (AT("KEY_INVALID", "key"), {"key": "T/A." + "C" * 1_000_000}),
            ("NOT_FOUND RELEASE_NOT_FOUND at series[0].release",
             {"key": "T/A.CHN.Y", "release": "NEVER"})):
        victim.expect(PUT, {"release": release("R1"), "series": [series]}, expected)


@attacked
def questions_that_cannot_be_say_where(victim):
    invalid = "INVALID_ARGUMENT {} at query.{}".format
    for expected, query in (
            (invalid("PERIOD_INVALID", "from"), {"from": {"period": {"frequency": 1,
                                                                     "ordinal": INT64_MIN}}}),
            (invalid("PERIOD_INVALID", "to.period.frequency"), {"to": {"period": {"ordinal": 1}}}),
            (invalid("PERIOD_INVALID", "from.period.frequency"),
             {"from": {"period": {"frequency": -1, "ordinal": 1}}}),
            (invalid("PERIOD_INVALID", "to"), {"to": {"text": "2" * 100_000}}),
            (invalid("FIELD_INVALID", "as_of.date"), {"as_of": {"date": "2023-02-29"}}),
            (invalid("FIELD_REQUIRED", "as_of"), {"as_of": {}}),
            (invalid("FIELD_INVALID", "view"), {"view": -1}),
            (invalid("FIELD_INVALID", "scale"), {"scale": 99}),
            (invalid("FIELD_INVALID", "transforms[0].window"),
             {"transforms": [{"function": 11, "window": UINT32_MAX}]}),
            (invalid("FORMULA_INVALID", "transforms[0].formula"),
             {"transforms": [{"function": 13, "formula": "(" * 256}]}),
            (invalid("FIELD_INVALID", "transforms[0].formula_unit.unit_mult"),
             {"transforms": [{"function": 13, "formula": "x",
                              "formula_unit": {"unit_mult": -2**31}}]}),
            (invalid("FIELD_INVALID", "aggregation.min_coverage"),
             {"aggregation": {"frequency": 1, "method": 1, "min_coverage": math.nan}}),
            (invalid("VALUE_INVALID", "filter.max_value"), {"filter": {"max_value": math.nan}}),
            ("OK", {"first_n": UINT32_MAX, "last_n": UINT32_MAX, "nth_release": UINT32_MAX}),
            ("OK", {"as_of": {"time_ms": INT64_MIN}}), ("OK", {"as_of": {"time_ms": INT64_MAX}})):
        victim.expect(GET, {"series": {"key": "T/A.CHN.X"}, "query": query}, expected)
    victim.expect(GET, {"series": {"key": "T/N.CHN.X"}, "query": {
        "from": {"text": "0001"}, "to": {"text": "9999"}, "fill": {"insert_missing": True}}},
                  "RESOURCE_EXHAUSTED TOO_MANY_ITEMS at query.fill")
    victim.expect(GET, {"series": {"key": "T/A.CHN.X"}, "page_size": UINT32_MAX}, "OK")
    victim.expect("Reflection/GetSchema", {}, "RESOURCE_EXHAUSTED REPLY_TOO_LARGE at max_reply_bytes",
                  max_reply_bytes=1)


# --- Many and much --------------------------------------------------------------------------------


@attacked
def the_largest_batches_of_the_smallest_items_are_answered(victim):
    n, call = 10_000, victim.client.call
    batch = call("Observations/BatchGetObservations", {"items": [{"handle": 1}] * n}, timeout=30)
    story.check(batch.series and not batch.errors, "items that are only a handle")
    series = call("Catalog/BatchGetSeries", {"series": [{"handle": 1}] * n}, timeout=30).series
    story.equal((len(series), {one.key for one in series}), (n, {"T/A.CHN.X"}))
    story.equal(len(call("Observations/GetLatest", {"handles": [2**64 - 1] * n}).errors), n)
    answer = put(victim.client, *(rows(f"T/A.C{i}.X", 0, [1]) for i in range(n)), timeout=30)
    story.equal(answer.summary.series_new, n)
    codes = [{"code": str(i)} for i in range(100_000)]
    answer = call("Ingest/PutCodes", {"dataset": "T", "dimension": "REF_AREA", "codes": codes},
                  timeout=30)
    story.equal(answer.new_count, 100_000)
    call("Ingest/DeleteSeries", {"keys": ["T/A.*.X"]}, timeout=30)
    put(victim.client, rows("T/A.CHN.X", 0, [1, 2, 3]))
    victim.state = victim.counts()
    for method, field, item in (("Observations/BatchGetObservations", "items", {"handle": 1}),
                                ("Observations/GetLatest", "keys", "T/A.CHN.X"),
                                ("Catalog/ResolveKeys", "keys", "T/A.CHN.X"),
                                ("Ingest/DeleteSeries", "keys", "T/A.CHN.X")):
        victim.expect(method, {field: [item] * (n + 1)},
                      f"RESOURCE_EXHAUSTED TOO_MANY_ITEMS at {field}")


@attacked
def patterns_that_explode_are_bounded(victim):
    put(victim.client, *(rows(f"T/M.C{i:03}.X", 0, [1]) for i in range(300)))
    victim.state = victim.counts()
    invalid = "INVALID_ARGUMENT PATTERN_INVALID at pattern"
    for pattern in ("*", "T/.", "T/...", "T/M.+.X", "T/M.**.X", "T/M." + "+".join("A" * 2049) + ".X",
                    "T/M." + "C" * 1_000_000, "T/M.C%.X"):
        victim.expect("Catalog/ListSeries", {"pattern": pattern}, invalid)
    call = victim.client.call
    page = call("Observations/BatchGetObservations", {"items": [{"key": "T/M.*.*"}] * 10_000})
    story.check(page.next_page_token and not page.errors, "a page of three million series")
    page = call("Observations/BatchGetObservations", {"items": [{"key": "T/M.*.NO"}] * 10_000})
    story.equal({error.status.details[0].reason for error in page.errors}, {"NO_MATCH"})
    story.check(outcome(victim.client, "Observations/GetLatest", {"keys": ["T/M.*.X"] * 10_000},
                        timeout=30).startswith("RESOURCE_EXHAUSTED"), "three million positions")
    victim.expect("Observations/GetLatest", {"keys": ["T/M.*.X"] * 10_000},
                  "DEADLINE_EXCEEDED DEADLINE_PASSED at timeout_ms", timeout=0.001)


@attacked
def page_tokens_are_good_for_their_own_request_only(victim):
    requests = [("Catalog/ListSeries", {"pattern": "T", "page_size": 1}),
                ("Catalog/ListChanges", {"page_size": 1}),
                (GET, {"series": {"key": "T/A.CHN.X"}, "page_size": 1}),
                ("Observations/BatchGetObservations", {"items": [{"key": "T"}], "page_size": 1})]
    tokens = [victim.client.call(*request).next_page_token for request in requests]
    invalid = "INVALID_ARGUMENT PAGE_TOKEN_INVALID at page_token"
    for (method, request), token in zip(requests, tokens):
        victim.expect(method, {**request, "page_token": token}, "OK")
        victim.expect(method, {**request, "page_token": token, "page_size": 2}, "OK")
        wrong = [token[:n] for n in range(1, len(token))] + [token + "A", "é", "A" * 100_000]
        wrong += [other for other in tokens if other != token]
        for at, letter in enumerate(token):
            wrong.append(token[:at] + ("B" if letter != "B" else "C") + token[at + 1:])
        answers = victim.client.call_many(method, [{**request, "page_token": t} for t in wrong])
        got = {answer.reason if isinstance(answer, bellwether.Error) else "OK" for answer in answers}
        story.equal(got, {"PAGE_TOKEN_INVALID"}, method)
    victim.expect(GET, {"series": {"key": "T/M.CHN.X"}, "page_token": tokens[2]}, invalid)


# --- Bytes on the wire ----------------------------------------------------------------------------

HANDSHAKE = bellwether.Connection.HANDSHAKE_REQ
METHOD = b"\x0a\x2b/bellwether.v1.Observations/GetObservations"


def connect(url):
    host, port = url.removeprefix("tcp://").removeprefix("ws://").split("/")[0].rsplit(":", 1)
    stream = socket.create_connection((host, int(port)), story.PATIENCE_S)
    return stream


def frame(body, number=0x80000001):
    return struct.pack(">QI", 4 + len(body), number) + body


def varint(number):
    text = bytearray()
    while number > 127:
        text.append(number & 127 | 128)
        number >>= 7
    return bytes(text) + bytes([number])


def field(number, packed):
    return varint(number << 3 | 2) + varint(len(packed)) + packed


def key_is(text):
    return field(1, field(1, text))


CALLS = [  # what is sent, and the reason that comes back
    (b"\xff" * 40, "CALL_UNDECODABLE"), (b"", "METHOD_UNKNOWN"),
    (field(1, b"/\xff\xfe"), "TEXT_NOT_UTF8"), (field(1, b"/a\0b"), "TEXT_NOT_UTF8"),
    (field(1, b"/" * 1_000_000), "METHOD_UNKNOWN"),
    (METHOD + field(2, b"\x0a\x05ab"), "REQUEST_UNDECODABLE"),
    (METHOD + field(2, b"\x08\x01"), "REQUEST_UNDECODABLE"),
    (METHOD + field(2, b"\x0a" + b"\xff" * 9 + b"\x01"), "REQUEST_UNDECODABLE"),
    (METHOD + field(2, b"\x0b" * 100_000), "REQUEST_UNDECODABLE"),
    (METHOD + field(2, key_is(b"T/\xc3\x28")), "TEXT_NOT_UTF8"),
    (METHOD + field(2, key_is(b"T/A.CHN.X\0")), "TEXT_NOT_UTF8"),
    (METHOD + field(2, key_is(b"\xed\xa0\x80")), "TEXT_NOT_UTF8"),
    (METHOD + field(2, field(2, b"\x42\x00" * 1_000_001)), "TOO_MANY_ITEMS"),
    (METHOD + field(2, field(2, b"\x42\x00" * 900_000)), "REQUEST_TOO_LARGE"),
    (METHOD + field(4, field(1, b"a")) * 33, "FIELD_INVALID"),
    (METHOD + field(4, field(1, b"a") + field(2, b"v" * 1025)), "FIELD_INVALID"),
    (field(1, b"/bellwether.v1.Ingest/PutDataset") + field(5, b"i" * 15), "REQUEST_ID_REQUIRED"),
    (METHOD + field(15, b"\0" * (65 << 20)), "REQUEST_TOO_LARGE"),
]


@attacked
def whatever_bytes_a_body_has_it_is_answered_with_a_reason(victim):
    with connect(victim.server.url) as stream:
        stream.sendall(HANDSHAKE)
        reader = stream.makefile("rb")
        reader.read(8)
        for body, reason in CALLS:
            if len(body) > bellwether.MAX_CALL_BYTES + 65536:
                continue
            stream.sendall(frame(body))
            size, _ = struct.unpack(">QI", reader.read(12))
            reply = victim.client.schema.Reply.FromString(reader.read(size - 4))
            got = reply.status.details[0].reason if reply.status.code else "OK"
            story.equal(got, reason, str(body[:60]))


@attacked
def frames_that_are_none_close_their_connection_and_no_other(victim):
    for junk in (b"GET / HTTP/1.1\r\n\r\n", bytes.fromhex("0053500000310000"),
                 bytes.fromhex("0053500100300000"), HANDSHAKE + struct.pack(">Q", 0),
                 HANDSHAKE + struct.pack(">Q", 3) + b"abc", HANDSHAKE + struct.pack(">Q", 2**64 - 1),
                 HANDSHAKE + struct.pack(">QI", 8, 1) + b"abcd"):
        with connect(victim.server.url) as stream:
            stream.sendall(junk)
            reader = stream.makefile("rb")
            try:
                story.equal(len(reader.read(100)), 8, "the server's handshake, and no more")
            except ConnectionResetError:
                pass
    with connect(victim.server.url) as half, connect(victim.server.url) as partial:
        half.sendall(HANDSHAKE[:4])
        partial.sendall(HANDSHAKE + struct.pack(">QI", 1000, 0x80000001) + b"x")
        victim.is_unharmed()


@attacked
def three_hundred_connections_are_answered_and_forgotten(victim):
    streams = [connect(victim.server.url) for _ in range(300)]
    victim.is_unharmed()
    check = bellwether._bootstrap_call("/bellwether.v1.Health/Check")
    for stream in streams:
        stream.sendall(HANDSHAKE + frame(check))
    for stream in streams:
        reader = stream.makefile("rb")
        reader.read(8)
        story.check(struct.unpack(">QI", reader.read(12))[0] > 4, "an answer")
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reader.close()
        stream.close()


@attacked(arguments=["--send-timeout-ms", "300"])
def clients_that_never_read_are_dropped_and_others_are_served(victim):
    put(victim.client, rows("T/D.BIG.X", 0, [1.5] * 100_000))
    victim.state = victim.counts()
    request = victim.client.request(GET, {"series": {"key": "T/D.BIG.X"},
                                          "query": {"period_labels": True}})
    call = victim.client.pack(GET, request.SerializeToString())
    streams = [connect(victim.server.url) for _ in range(4)]
    for stream in streams:
        stream.sendall(HANDSHAKE + b"".join(frame(call, 0x80000000 + i) for i in range(100)))

    def dropped():
        return len({line.split("connection=")[1] for line in victim.server.log
                    if "does not take its replies" in line})

    calls = 0
    while dropped() < len(streams) and calls < 100_000:  # Others are served all the while.
        victim.client.call("Health/Check", timeout=5)
        calls += 1
    story.equal(dropped(), len(streams))
    for stream in streams:
        stream.close()


@attacked(listen=["tcp://127.0.0.1:0", "ws://127.0.0.1:0/"])
def web_pages_of_others_are_refused(victim):
    url = victim.server.urls[1]
    own = url.removeprefix("ws://").rstrip("/")
    check = struct.pack(">I", 0x80000001) + bellwether._bootstrap_call("/bellwether.v1.Health/Check")
    for origin, welcome in ((None, True), (f"http://{own}", True), ("http://evil.example", False),
                            ("null", False), ("", False), (f"http://{own}.evil.example", False),
                            ("http://localhost:" + own.split(":")[1], False)):
        with connect(url) as stream:
            key = base64.b64encode(os.urandom(16)).decode()
            head = (f"GET / HTTP/1.1\r\nHost: {own}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Protocol: rep.sp.nanomsg.org\r\n")
            head += "" if origin is None else f"Origin: {origin}\r\n"
            stream.sendall(f"{head}\r\n".encode())
            reader = stream.makefile("rb")
            while reader.readline().strip():
                pass
            try:
                stream.sendall(bytes([0x82, 0x80 | len(check), 0, 0, 0, 0]) + check)
                answer = reader.read(2)
            except OSError:
                answer = b""
            story.equal(answer[:1] == b"\x82", welcome, f"Origin {origin}")


@story.scene
def a_server_stops_although_clients_died_within_messages():
    """nng may never see the end of such a connection; the server does not wait for it."""
    with sanitizer_options("detect_leaks=0"), story.Server(listen=["tcp://127.0.0.1:0"]) as server:
        victim = Attacked(server)
        put(victim.client, rows("T/D.BIG.X", 0, [1.5] * 20_000))
        request = victim.client.request(GET, {"series": {"key": "T/D.BIG.X"}})
        call = victim.client.pack(GET, request.SerializeToString())
        for n in range(100):
            stream = connect(server.url)
            stream.settimeout(1)
            try:
                stream.sendall(HANDSHAKE + b"".join(frame(call, 0x80000000 + i) for i in range(100)))
                stream.recv(1 + 997 * n)
                stream.sendall(struct.pack(">QI", 5_000_000, 0x80000001) + b"x" * 997 * n)
            except OSError:
                pass
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.close()
        victim.client.call("Health/Check")
        victim.client.close()
        server.stop()


@attacked(listen=["ipc"], asan="detect_leaks=0")
def unix_sockets_hear_after_clients_that_went_away_ungreeted(victim):
    path = victim.server.url.removeprefix("ipc://")
    kept = victim.client  # Its connection outlives the listener.
    for size in (0, 4, 8):
        for _ in range(10):
            with socket.socket(socket.AF_UNIX) as stream:
                stream.connect(path)
                stream.sendall(HANDSHAKE[:size])
        for _ in range(3):
            with bellwether.Client(victim.server.url, schema=kept.schema) as client:
                try:
                    client.call("Health/Check", timeout=0.5)
                    break
                except bellwether.Error:  # It came in a moment in which nobody heard.
                    continue
        else:
            raise AssertionError("nobody hears")
        kept.call("Health/Check")
    story.equal(os.listdir(victim.server.folder).count("0.sock"), 1)


@attacked
def what_was_taken_on_before_a_sigterm_is_answered(victim):
    put(victim.client, *(rows(f"T/M.C{i:03}.X", 0, [1]) for i in range(300)))
    victim.state = victim.counts()
    slow = victim.client.request("Ingest/DeleteSeries",
                                 {"keys": ["T/M.*.X"] * 500, "validate_only": True})
    calls = [victim.client.pack("Ingest/DeleteSeries", slow.SerializeToString(), 30)
             for _ in range(3)]
    with connect(victim.server.url) as stream:
        stream.sendall(HANDSHAKE + b"".join(frame(call, 0x80000001 + i)
                                            for i, call in enumerate(calls)))
        reader, answers = stream.makefile("rb"), 0
        reader.read(8)
        for _ in range(1000):  # Until one waits, at least, unless they are quicker than we look.
            if victim.client.call("Admin/GetStatus").write_queue_length > 0:
                break
        victim.server.process.send_signal(signal.SIGTERM)
        while head := reader.read(12):
            reply = victim.client.schema.Reply.FromString(
                reader.read(struct.unpack(">QI", head)[0] - 4))
            answers += 1
            story.check(reply.status.code in (0, 14), str(reply.status))
        story.check(answers > 0, "an answer")
    victim.client.close()
    victim.server.process.wait(story.PATIENCE_S)
    victim.server._gather()
    victim.server.start()


# --- Who may --------------------------------------------------------------------------------------


@story.scene
def tokens_open_what_their_role_may(folder):
    lines = [subprocess.run([story.BELLWETHERD, f"--hash-token={role}:x"], input=role, text=True,
                            capture_output=True, check=True).stdout
             for role in ("reader", "writer", "admin")]
    (folder / "tokens").write_text("".join(lines))
    long = story.run(story.BELLWETHERD, "--hash-token", stdin="t" * 2000).exits(1)
    story.contains(long.err, "longer than a call can carry")
    read, write = ("Admin/GetStatus", {}), ("Ingest/PutDataset", DATASET)
    with story.Server(arguments=["--token-file", folder / "tokens"]) as server:
        for token, method, expected in (
                ("", read, "UNAUTHENTICATED TOKEN_REQUIRED"), ("x", read, "UNAUTHENTICATED TOKEN_INVALID"),
                ("reader ", read, "UNAUTHENTICATED TOKEN_INVALID"), ("reader", read, "OK"),
                ("reader", write, "PERMISSION_DENIED ROLE_MISSING"), ("writer", write, "OK"),
                ("admin", write, "OK")):
            with bellwether.Client(server.url, token=token) as client:
                story.check(outcome(client, *method).startswith(expected), f"{token} {method[0]}")
        answer = server.client("status").exits(1)
        story.contains(answer.err, "--token")
        server.client("status", env={"BELLWETHER_TOKEN": "reader"}).ok()


SERVER_OPTIONS = [
    (2, ("--nope",), "--nope"), (2, ("extra",), "'extra'"), (2, ("--threads", "0"), "--threads", "'0'"),
    (2, ("--map-size", "1X"), "'1X'"), (2, ("--listen", "nonsense"), "'nonsense'"),
    (2, ("--listen", "http://127.0.0.1:1"), "'http://127.0.0.1:1'"),
    (2, ("--listen", "icp:///tmp/socket"), "'icp:///tmp/socket'"),
    (1, ("--listen", "tcp://0.0.0.0:0"), "tcp://0.0.0.0:0", "--insecure"),
    (1, ("--listen", "tcp://127.0.0.1:99999"), "tcp://127.0.0.1:99999"),
    (1, ("--map-size", "4096"), "no room"), (1, ("--token-file", "/nonexistent"), "/nonexistent"),
    (1, ("--read-only",), "No such file"),
]


@story.scene
def a_server_that_cannot_start_says_why(folder):
    with sanitizer_options("detect_leaks=0"):  # The second server deafens the first for a moment.
        servers_that_cannot_start(folder)


def servers_that_cannot_start(folder):
    for i, (code, words, *parts) in enumerate(SERVER_OPTIONS):
        answer = story.run(story.BELLWETHERD, "--db", folder / str(i), "--listen",
                           f"ipc://{folder}/s", *words).exits(code)
        story.contains(answer.err, *parts)
    with story.Server() as server:
        for words, part in ((("--db", server.db, "--listen", f"ipc://{folder}/s"),
                             f"process {server.process.pid}"),
                            (("--db", folder / "other", "--listen", server.url), "Address in use")):
            story.contains(story.run(story.BELLWETHERD, *words).exits(1).err, part)
        for _ in range(5):
            if server.client("--timeout", "1000", "status").code == 0:
                break
        else:
            raise AssertionError("nobody hears")
        server.kill()
        server.start()  # Over the socket that the killed one left.
        server.client("status").ok()


@story.scene
def an_address_without_a_port_is_told_with_the_one_it_got():
    with story.Server(listen=["tcp://127.0.0.1"]) as server:
        story.check(server.url.removeprefix("tcp://127.0.0.1:").isdigit(), server.url)
        server.client("health").ok()


# --- No room, and ends ----------------------------------------------------------------------------


def fill(client):
    """Writes until it is refused: how often it was not, and the error."""
    for n in range(5000):
        values = [random.random() for _ in range(2000)]
        try:
            put(client, rows(f"T/N.F{n}.X", 0, values))
        except bellwether.Error as error:
            return n, error
    raise AssertionError("it is never full")


@attacked(arguments=["--map-size", "1M"])
def a_full_store_serves_deletes_and_goes_on(victim):
    n, error = fill(victim.client)
    story.equal((error.code, error.reason), ("RESOURCE_EXHAUSTED", "STORE_FULL"))
    story.contains(error.hint, "--map-size")
    story.check(n > 0, "some fit")
    victim.client.call("Ingest/DeleteSeries", {"keys": ["T/N..X"]})
    put(victim.client, rows("T/N.CHN.X", 0, [1, 2, 3]))
    story.equal(victim.counts()[1:], victim.state[1:])
    victim.state = victim.counts()


@attacked
def a_full_disk_is_a_full_store_and_then_not(victim):
    pid, size = victim.server.process.pid, os.path.getsize(victim.server.db / "data.mdb")
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + (1 << 20), hard))
    n, error = fill(victim.client)
    story.equal((error.code, error.reason), ("RESOURCE_EXHAUSTED", "STORE_FULL"))
    story.equal(victim.client.call("Admin/GetStatus").series_count, len(CALENDAR) + n)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    put(victim.client, rows(f"T/N.F{n}.X", 0, [1]))
    victim.client.call("Ingest/DeleteSeries", {"keys": [f"T/N.F{i}.X" for i in range(n + 1)]})
    story.equal(victim.counts()[1:], victim.state[1:])
    victim.state = victim.counts()


@story.scene
def pages_read_while_others_write_are_of_one_state_or_aborted():
    with story.Server() as server, bellwether.Client(server.url) as client:
        client.call("Ingest/PutDataset", DATASET)
        ended, outcomes = threading.Event(), {"whole": 0, "PAGE_CHANGED": 0}

        def state(n):
            put(client, *(rows(f"T/D.C{i}.X", 0, [n] * 200) for i in range(5)), name=f"R{n}")

        def read():
            with bellwether.Client(server.url, schema=client.schema) as reader:
                while not ended.is_set():
                    seen = []
                    try:
                        for page in reader.pages("Observations/BatchGetObservations",
                                                 {"items": [{"key": "T"}], "page_size": 70}):
                            for series in page.series:
                                seen.extend(series.observations.values)
                        outcomes["whole"] += 1
                        if len(seen) != 1000 or len(set(seen)) != 1:
                            outcomes["mixed"] = f"{len(seen)} rows of {set(seen)}"
                    except bellwether.Error as error:
                        outcomes[error.reason] = outcomes.get(error.reason, 0) + 1

        state(0)
        readers = [threading.Thread(target=read) for _ in range(3)]
        for thread in readers:
            thread.start()
        n = 1
        while n < 1000 and (n < 50 or not all(outcomes.values())):
            state(n)
            n += 1
            if n % 10 == 0:  # A pause as long as a whole walk takes.
                list(client.pages("Observations/BatchGetObservations",
                                  {"items": [{"key": "T"}], "page_size": 70}))
        ended.set()
        for thread in readers:
            thread.join()
        story.equal(set(outcomes), {"whole", "PAGE_CHANGED"}, str(outcomes))


@story.scene
def what_was_acknowledged_before_a_sigterm_is_there_afterwards():
    with story.Server() as server:
        with bellwether.Client(server.url) as client:
            client.call("Ingest/PutDataset", DATASET)
            schema = client.schema
        acknowledged, enough = [], threading.Barrier(4)

        def write(writer):
            with bellwether.Client(server.url, schema=schema) as client:
                for n in range(100_000):
                    try:
                        put(client, rows(f"T/D.W{writer}.X", n, [n]), timeout=1)
                    except (bellwether.Error, OSError):
                        return
                    acknowledged.append((writer, n))
                    if n == 50:
                        enough.wait(story.PATIENCE_S)

        writers = [threading.Thread(target=write, args=(i,)) for i in range(3)]
        for thread in writers:
            thread.start()
        enough.wait(story.PATIENCE_S)
        server.stop()
        for thread in writers:
            thread.join()
        server.start()
        with bellwether.Client(server.url, schema=schema) as client:
            for writer in range(3):
                answer = client.call(GET, {"series": {"key": f"T/D.W{writer}.X"}})
                kept = set(answer.series.observations.values)
                story.check({n for w, n in acknowledged if w == writer} <= kept, "nothing is lost")


@attacked
def a_hundred_thousand_bytes_are_all_that_many_calls_leave_behind(victim):
    def settled():
        with open(f"/proc/{victim.server.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))

    def ask():
        for method, request in ((GET, {"series": {"key": "T/A.CHN.X"}}),
                                ("Observations/GetLatest", {"keys": ["T/A.CHN.X", "T/NONE"]}),
                                (GET, {"series": {"key": "T/A.CHN.X"}, "query": {
                                    "transforms": [{"function": 3}]}}),
                                ("Catalog/ListSeries", {"pattern": "T/A.."})):
            victim.client.call_many(method, [request] * 1000)

    sanitized = b"__asan_init" in open(story.BELLWETHERD, "rb").read()  # It keeps what is freed.
    for _ in range(1 if sanitized else 3):
        ask()
    before = settled()
    for _ in range(1 if sanitized else 4):
        ask()
    story.check(sanitized or settled() - before <= 1000, f"{before} kB grew to {settled()} kB")


# --- Files ----------------------------------------------------------------------------------------


@attacked
def text_that_is_none_is_named_by_line_and_column(victim):
    with_comment = b"series,period,value,comment\nA.CHN.X,1970,1,fine\n"
    for text, place in ((with_comment + b"A.CHN.X,1971,2,a\0b\n", "-:3: column 4 (comment)"),
                        (with_comment + b"A.CHN.X\0Z,1971,2,\n", "-:3: column 1 (series)"),
                        (with_comment + b"A.CHN.X,1971,2,caf\xe9\n", "-:3: column 4 (comment)"),
                        (b"series,period,value\xff\nA.CHN.X,1971,2\n", "-:1:"),
                        ("series,period,value\nA.CHN.X,1971,2\n".encode("utf-16-le"), "-:1:")):
        done = subprocess.run([story.BELLWETHER, "--server", victim.server.url, "load", "--dataset",
                               "T", "-"], input=text, capture_output=True, check=False,
                              timeout=story.PATIENCE_S)
        story.equal(done.returncode, 1)
        story.contains(done.stderr.decode(), place.replace("-:", "standard input:"), "UTF-8",
                       "nothing was loaded")


@attacked
def a_cell_of_a_megabyte_is_quoted_in_part(victim):
    answer = victim.server.client("load", "--dataset", "T", "-", stdin="series,period,value\n"
                                  f"A.CHN.X,1970,{'1x' * 500_000}\n").exits(1)
    story.contains(answer.err, "column 3 (value)")
    story.check(len(answer.err) < 500, f"{len(answer.err)} bytes of complaint")


@story.scene
def an_option_given_twice_is_not_half_obeyed(folder):
    for name in ("a", "b"):
        (folder / f"{name}.json").write_bytes(
            b'\xef\xbb\xbf{"datasets": [{"id": "%s", "dimensions": [{"id": "F", "role": "FREQUENCY"}]}]}'
            % name.upper().encode())
    with story.Server() as server:
        answer = server.client("load", "--dataset", "a.json", "--dataset", "b.json", cwd=folder)
        story.contains(answer.exits(2).err, "--dataset is given twice")
        server.client("get", "A/A", "--from", "2020", "--from", "2021").exits(2)
        server.client("load", "a.json", "b.json", cwd=folder).ok()
        listed = server.client("--format", "csv", "list", "datasets").ok().rows()
        story.equal([row["dataset"] for row in listed], ["A", "B"])
        (folder / "d.json").mkdir()
        answer = server.client("load", "d.json", cwd=folder).exits(1)
        story.contains(answer.err, "d.json: cannot be read: Is a directory")


if __name__ == "__main__":
    story.main()
