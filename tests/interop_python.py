# SPDX-License-Identifier: MIT
"""The Python client of examples/ against the real server: a client that was written from the
contract and docs/protocol.md alone, in another language."""
import math
import os
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

import story

ROOT = story.ROOT
sys.path.insert(0, str(ROOT / "examples" / "python"))
try:
    import bellwether
    from google.protobuf import descriptor_pb2
except ImportError:
    story.skip("/usr/bin/python3 has no google.protobuf (Debian: python3-protobuf)")

FREQUENCIES = "ASQMWBDHN"
DATASET = {"id": "PY", "title": "Written from Python", "dimensions": [
    {"id": "FREQ", "role": "DIMENSION_ROLE_FREQUENCY"},
    {"id": "REF_AREA", "role": "DIMENSION_ROLE_REFERENCE_AREA"},
    {"id": "INDICATOR", "role": "DIMENSION_ROLE_INDICATOR"}]}
TRADE = "PY/A.CHN.TRADE"
JANUARY = {"id": "CUSTOMS-1", "title": "Preliminary", "publisher": "Customs",
           "published_at_ms": 1_642_118_400_000, "precision": "TIME_PRECISION_DAY"}
JUNE = {"id": "CUSTOMS-2", "title": "Final", "publisher": "Customs",
        "published_at_ms": 1_655_424_000_000, "precision": "TIME_PRECISION_DAY"}


def declares(path):
    """Whether a path of Protobuf's SourceCodeInfo is that of a message (4), an enum (5) or a service
    (6), or of a field, a value or a method (2) of it."""
    return path[:1] in ([4], [5], [6]) and (len(path) == 2 or (len(path) == 4 and path[2] == 2))


def stated(key, *rows, **more):
    return dict(key=key, observations=bellwether.columns_of(rows), **more)


def vectors():
    """The table of test vectors in docs/protocol.md: (frequency, text, ordinal)."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| ([ASQMWBDHN]) \| ([0-9][^ ]*) \| (-?\d+) \|$", text, re.MULTILINE)
    return [(letter, period, int(ordinal)) for letter, period, ordinal in found]


class OnAServer(unittest.TestCase):
    """A server for the tests of a class; each has a client of its own, over TCP."""

    @classmethod
    def setUpClass(cls):
        cls.server = story.Server(listen=["tcp://127.0.0.1:0", "ipc", "ws://127.0.0.1:0/"])
        cls.addClassCleanup(cls.server.close)
        cls.tcp, cls.ipc, cls.ws = cls.server.urls
        with bellwether.Client(cls.tcp) as client:
            cls.schema = client.schema
            load(client)

    def setUp(self):
        self.client = bellwether.Client(self.tcp, self.schema)
        self.addCleanup(self.client.close)

    def refused(self, code, reason, method, request=None, **options):
        with self.assertRaises(bellwether.Error) as caught:
            self.client.call(method, request, **options)
        self.assertEqual((caught.exception.code, caught.exception.reason), (code, reason),
                         str(caught.exception))
        return caught.exception


def load(client):
    """Two releases of two figures, the second revises one of them; and a forecast."""
    client.call("Ingest/PutDataset", {"dataset": DATASET})
    client.call("Ingest/PutIndicators", {"dataset": "PY", "indicators": [
        {"id": "TRADE", "name": "Trade", "unit": {"unit": "CNY", "unit_mult": 12},
         "kind": "INDICATOR_KIND_FLOW"}]})
    client.call("Ingest/PutObservations", {"release": JANUARY, "series": [
        stated(TRADE, (50, 1.69, "A"), (51, 1.98, "P", None, "preliminary")),
        stated("PY/A.USA.TRADE", (51, 7.5, "A"))]})
    client.call("Ingest/PutObservations", {"release": JUNE, "series": [
        stated(TRADE, (51, 1.92, "A"), (54, 2.95, "F"))]})


class Reading(OnAServer):
    def observations(self, **query):
        return self.client.call("Observations/GetObservations", {
            "series": {"key": TRADE}, "query": query}).series

    def test_rows_come_back_as_they_were_written(self):
        series = self.observations(view="VIEW_FULL")
        rows = [(row.period, row.value, row.status, row.release.id)
                for row in bellwether.rows(series.observations)]
        self.assertEqual(rows, [(50, 1.69, "A", "CUSTOMS-1"), (51, 1.92, "A", "CUSTOMS-2"),
                                (54, 2.95, "F", "CUSTOMS-2")])
        self.assertEqual((series.unit.unit, series.unit.unit_mult), ("CNY", 12))

    def test_as_of_a_day_shows_what_was_known_then(self):
        series = self.observations(as_of={"date": "2022-01-31"}, view="VIEW_FULL")
        rows = [(row.period, row.value, row.status, row.comment)
                for row in bellwether.rows(series.observations)]
        self.assertEqual(rows, [(50, 1.69, "A", ""), (51, 1.98, "P", "preliminary")])

    def test_bounds_are_texts_or_ordinals(self):
        frequency = "FREQUENCY_ANNUAL"
        as_text = self.observations(**{"from": {"text": "2021"}, "to": {"text": "2023"}})
        as_number = self.observations(**{
            "from": {"period": {"frequency": frequency, "ordinal": 51}},
            "to": {"period": {"frequency": frequency, "ordinal": 53}}})
        self.assertEqual(list(as_text.observations.values), [1.92])
        self.assertEqual(as_text, as_number)

    def test_a_batch_answers_each_item_and_a_pattern_in_key_order(self):
        answer = self.client.call("Observations/BatchGetObservations", {
            "items": [{"key": "PY/A.*.TRADE"}, {"key": "PY/A.FRA.TRADE"}, {"key": TRADE}],
            "query": {"last_n": 1}})
        self.assertEqual([(s.item_index, s.key) for s in answer.series],
                         [(0, TRADE), (0, "PY/A.USA.TRADE"), (2, TRADE)])
        self.assertEqual([error.index for error in answer.errors], [1])
        error = bellwether.Error.of(answer.errors[0].status)
        self.assertEqual((error.code, error.reason), ("NOT_FOUND", "SERIES_NOT_FOUND"))

    def test_latest_by_handle_and_by_key_is_one_row_an_item(self):
        handles = self.client.call("Catalog/ResolveKeys", {"keys": [TRADE]}).handles
        answer = self.client.call("Observations/GetLatest", {
            "keys": [TRADE, "PY/A.FRA.TRADE", TRADE], "handles": handles, "period_labels": True})
        self.assertEqual(list(answer.period_labels), ["2024", "", "2024", "2024"])
        self.assertEqual([answer.values[i] for i in (0, 2, 3)], [2.95] * 3)
        self.assertTrue(math.isnan(answer.values[1]))
        self.assertEqual(answer.statuses, b"F-FF")
        self.assertEqual(answer.frequencies, b"\x01\x00\x01\x01")
        self.assertEqual([error.index for error in answer.errors], [1])

    def test_latest_actual_figure_passes_over_the_forecast(self):
        answer = self.client.call("Observations/GetLatest", {"keys": [TRADE], "actual_only": True})
        self.assertEqual((list(answer.periods), list(answer.values)), ([51], [1.92]))

    def test_revisions_name_each_release_and_how_long_it_stood(self):
        answer = self.client.call("Observations/ListRevisions", {
            "series": {"key": TRADE}, "from": {"text": "2021"}, "to": {"text": "2021"}})
        self.assertEqual(list(answer.periods), [51, 51])
        self.assertEqual(list(answer.values), [1.98, 1.92])
        self.assertEqual([answer.releases[i].id for i in answer.release_indexes],
                         ["CUSTOMS-1", "CUSTOMS-2"])
        self.assertEqual(list(answer.known_until_ms), [JUNE["published_at_ms"], 0])

    def test_revisions_as_of_a_day_end_there(self):
        answer = self.client.call("Observations/ListRevisions", {
            "series": {"key": TRADE}, "as_of": {"date": "2022-01-31"}})
        self.assertEqual(list(answer.values), [1.69, 1.98])

    def test_pages_put_together_are_the_whole(self):
        whole = bellwether.rows(self.observations().observations)
        pages = self.client.pages("Observations/GetObservations",
                                  {"series": {"key": TRADE}, "page_size": 1})
        rows = [row for page in pages for row in bellwether.rows(page.series.observations)]
        self.assertEqual(rows, list(whole))

    def test_if_changed_since_saves_the_answer(self):
        self.observations()
        answer = self.client.call("Observations/GetObservations", {
            "series": {"key": TRADE}, "if_changed_since": self.client.store_revision})
        self.assertTrue(answer.not_modified)
        self.assertFalse(answer.HasField("series"))


class Writing(OnAServer):
    def write(self, key, *rows, **more):
        release = dict(JANUARY, id=f"R-{key}")
        return {"release": release, "series": [stated("PY/" + key, *rows)], **more}

    def test_the_same_request_sent_again_gets_the_same_reply(self):
        request = self.client.request("Ingest/PutObservations",
                                      self.write("A.AGAIN.TRADE", (1, 1.0, "A")))
        call = self.client.pack("Ingest/PutObservations", request.SerializeToString())
        first, second = self.client.exchange([call], 10)[0], self.client.exchange([call], 10)[0]
        self.assertEqual(self.client.open(first), self.client.open(second))
        revision = self.client.store_revision
        self.client.call("Health/Check")
        self.assertEqual(self.client.store_revision, revision)

    def test_a_request_id_is_good_for_one_request(self):
        own_id = os.urandom(16)
        self.client.call("Ingest/PutObservations", self.write("A.ID.TRADE", (1, 1.0, "A")),
                         request_id=own_id)
        self.refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED", "Ingest/PutObservations",
                     self.write("A.ID.TRADE", (1, 2.0, "A")), request_id=own_id)

    def test_a_write_needs_a_request_id(self):
        self.refused("INVALID_ARGUMENT", "REQUEST_ID_REQUIRED", "Ingest/PutObservations",
                     self.write("A.NO.TRADE", (1, 1.0, "A")), request_id=b"")

    def test_a_second_load_of_the_same_changes_nothing(self):
        request = self.write("A.TWICE.TRADE", (1, 1.0, "A"))
        first = self.client.call("Ingest/PutObservations", request).summary
        revision = self.client.store_revision
        second = self.client.call("Ingest/PutObservations", request).summary
        self.assertEqual((first.changed, first.observations_added), (True, 1))
        self.assertEqual((second.changed, second.observations_unchanged), (False, 1))
        self.assertEqual(self.client.store_revision, revision)

    def test_a_validation_keeps_nothing(self):
        self.client.call("Ingest/PutObservations",
                         self.write("A.TRIED.TRADE", (1, 1.0, "A"), validate_only=True))
        self.refused("NOT_FOUND", "SERIES_NOT_FOUND", "Catalog/GetSeries",
                     {"series": {"key": "PY/A.TRIED.TRADE"}})

    def test_a_withdrawn_figure_is_no_row(self):
        self.client.call("Ingest/PutObservations",
                         self.write("A.GONE.TRADE", (1, 1.0, "A"), (2, 2.0, "A")))
        gone = {"key": "PY/A.GONE.TRADE", "mode": "WRITE_MODE_DELETE", "withdrawn_count": 1,
                "observations": {"first_period": 2}}
        self.client.call("Ingest/PutObservations",
                         {"release": dict(JUNE, id="R-GONE-2"), "series": [gone]})
        answer = self.client.call("Observations/GetObservations",
                                  {"series": {"key": "PY/A.GONE.TRADE"}})
        self.assertEqual([row.period for row in bellwether.rows(answer.series.observations)], [1])

    def test_a_staged_load_is_visible_when_it_is_committed(self):
        part = self.schema.LoadPart(series=[stated("PY/A.STAGED.TRADE", (1, 1.0, "A"))])
        self.client.call("Ingest/BeginLoad",
                         {"load_id": "l1", "release": dict(JANUARY, id="R-STAGED")})
        for _ in range(2):
            self.client.call("Ingest/PutPart", {"load_id": "l1", "part_number": 1,
                                                "part": part.SerializeToString()})
        self.refused("NOT_FOUND", "SERIES_NOT_FOUND", "Catalog/GetSeries",
                     {"series": {"key": "PY/A.STAGED.TRADE"}})
        summary = self.client.call("Ingest/CommitLoad", {"load_id": "l1", "part_count": 1}).summary
        self.assertEqual((summary.series_new, summary.observations_added), (1, 1))
        self.client.call("Catalog/GetSeries", {"series": {"key": "PY/A.STAGED.TRADE"}})

    def test_a_missing_value_is_nan_with_its_status(self):
        self.client.call("Ingest/PutObservations",
                         self.write("A.NAN.TRADE", (1, math.nan, "O"), (3, -0.0, "A")))
        answer = self.client.call("Observations/GetObservations",
                                  {"series": {"key": "PY/A.NAN.TRADE"}})
        columns = answer.series.observations
        self.assertEqual([struct.pack("<d", value) for value in columns.values],
                         [struct.pack("<Q", 0x7ff8 << 48), struct.pack("<d", -0.0)])
        self.assertEqual((columns.statuses, list(columns.period_steps)), (b"OA", [2]))


class Refusals(OnAServer):
    def test_an_unknown_method(self):
        call = self.client.pack("Observations/Guess", b"")
        with self.assertRaises(bellwether.Error) as caught:
            self.client.open(self.client.exchange([call], 5)[0])
        self.assertEqual((caught.exception.code, caught.exception.reason),
                         ("UNIMPLEMENTED", "METHOD_UNKNOWN"))

    def refused_bytes(self, reason, call):
        with self.assertRaises(bellwether.Error) as caught:
            self.client.open(self.client.exchange([call], 5)[0])
        self.assertEqual((caught.exception.code, caught.exception.reason),
                         ("INVALID_ARGUMENT", reason), str(caught.exception))

    def test_bytes_that_are_no_call(self):
        for garbage in (b"\xff" * 40, b"\x0a\x7fshort", b"\x08" * 9, os.urandom(200) + b"\xff"):
            with self.subTest(garbage=garbage):
                self.refused_bytes("CALL_UNDECODABLE", garbage)

    def test_a_request_that_is_none(self):
        self.refused_bytes("REQUEST_UNDECODABLE",
                           self.client.pack("Observations/GetLatest", b"\x0a\x7fshort"))

    def test_text_that_is_not_utf8(self):
        request = b"\x0a\x09PY/A.\xff\xfe.X"  # keys[0]
        call = self.client.pack("Catalog/ResolveKeys", request)
        answer = self.schema.ResolveKeysResponse
        try:
            answer = answer.FromString(self.client.open(self.client.exchange([call], 5)[0]))
            reason = answer.errors[0].status.details[0].reason
        except bellwether.Error as error:
            reason = error.reason
        self.assertIn(reason, ("TEXT_NOT_UTF8", "KEY_INVALID", "REQUEST_UNDECODABLE"))

    def test_titles_that_are_not_utf8_are_not_stored(self):
        dataset = b"\x0a\x03BAD\x12\x02\xc3\x28"  # id, title
        request = b"\x0a" + bytes([len(dataset)]) + dataset
        self.refused_bytes("TEXT_NOT_UTF8", self.client.pack("Ingest/PutDataset", request))

    def test_a_key_that_nobody_has(self):
        error = self.refused("NOT_FOUND", "SERIES_NOT_FOUND", "Observations/GetObservations",
                             {"series": {"key": "PY/A.CHN.TRAED"}})
        self.assertIn(TRADE, error.hint)

    def test_a_period_that_is_none_and_a_range_that_ends_before_it_starts(self):
        ref = {"key": TRADE}
        self.refused("INVALID_ARGUMENT", "PERIOD_INVALID", "Observations/GetObservations",
                     {"series": ref, "query": {"from": {"text": "2024-13"}}})
        self.refused("INVALID_ARGUMENT", "RANGE_REVERSED", "Observations/GetObservations",
                     {"series": ref, "query": {"from": {"text": "2024"}, "to": {"text": "2020"}}})

    def test_columns_that_do_not_fit_each_other(self):
        columns = {"first_period": 1, "values": [1.0, 2.0], "statuses": b"A"}
        self.refused("INVALID_ARGUMENT", "COLUMNS_INCONSISTENT", "Ingest/PutObservations", {
            "release": dict(JANUARY, id="R-BAD"),
            "series": [{"key": "PY/A.BAD.TRADE", "observations": columns}]})

    def test_a_reply_larger_than_the_caller_takes(self):
        request = {"keys": [TRADE] * 1000, "view": "VIEW_FULL"}
        self.refused("RESOURCE_EXHAUSTED", "REPLY_TOO_LARGE", "Observations/GetLatest", request,
                     max_reply_bytes=512)

    def test_a_batch_of_too_many_items(self):
        self.refused("RESOURCE_EXHAUSTED", "TOO_MANY_ITEMS", "Observations/GetLatest",
                     {"handles": [1] * 10_001})

    def test_a_call_one_byte_too_large_is_answered_and_the_connection_stays(self):
        limit = bellwether.MAX_CALL_BYTES
        call = self.client.pack("Health/Check", b"") + b"\x7a"  # An unknown field 15 of bytes ...
        size = limit + 1 - len(call) - 4
        call += bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21])
        deadline = bellwether.time.monotonic() + 30
        self.client.call("Health/Check")
        connection = self.client._connection
        connection.send(0x80000000, call + bytes(size), deadline)
        with self.assertRaises(bellwether.Error) as caught:
            self.client.open(connection.receive(deadline)[1])
        self.assertEqual(caught.exception.reason, "REQUEST_TOO_LARGE")
        self.client.call("Health/Check")
        self.assertIs(self.client._connection, connection)

    def test_a_deadline_that_passes_is_said(self):
        request = {"items": [{"key": "PY/A.*.TRADE"}] * 10_000}
        call = self.client.request("Observations/BatchGetObservations", request)
        error = self.refused("DEADLINE_EXCEEDED", "DEADLINE_PASSED",
                             "Observations/BatchGetObservations", call, timeout=0.001)
        self.assertTrue(str(error))


class Contract(OnAServer):
    def test_the_schema_of_the_server_is_that_of_the_files(self):
        with tempfile.TemporaryDirectory() as folder:
            compiled = pathlib.Path(folder) / "bellwether.protoset"
            protoc(f"--descriptor_set_out={compiled}", "--include_imports",
                   "--include_source_info")
            answer = self.client.call("Reflection/GetSchema")
            self.assertEqual(answer.file_descriptor_set, compiled.read_bytes())

    def test_everything_in_the_schema_has_a_comment(self):
        schema = descriptor_pb2.FileDescriptorSet.FromString(
            self.client.call("Reflection/GetSchema").file_descriptor_set)
        without = [f"{file.name}:{place.span[0] + 1}"
                   for file in schema.file if file.package.startswith("bellwether.")
                   for place in file.source_code_info.location
                   if declares(place.path) and not place.leading_comments.strip()]
        self.assertEqual(without, [])

    def test_generated_modules_serve_as_well(self):
        program = (
            "import bellwether, sys\n"
            "from bellwether.v1 import catalog_pb2, observations_pb2, rpc_pb2\n"
            "client = bellwether.Client(sys.argv[1], schema=bellwether.Schema())\n"
            "request = observations_pb2.GetLatestRequest(keys=[sys.argv[2]])\n"
            "answer = client.call('Observations/GetLatest', request)\n"
            "assert isinstance(answer, observations_pb2.GetLatestResponse)\n"
            "print(answer.values[0])\n")
        with tempfile.TemporaryDirectory() as folder:
            protoc(f"--python_out={folder}")
            path = f"{folder}:{ROOT / 'examples' / 'python'}"
            done = subprocess.run([sys.executable, "-c", program, self.tcp, TRADE], check=True,
                                  capture_output=True, text=True,
                                  env=dict(os.environ, PYTHONPATH=path))
        self.assertEqual(done.stdout, "2.95\n")

    def test_the_command_asks(self):
        done = subprocess.run(
            [sys.executable, str(ROOT / "examples/python/ask.py"), "--server", self.ipc, "get",
             TRADE, "--as-of", "2022-01-31"], check=True, capture_output=True, text=True)
        self.assertEqual(done.stdout, "2020\t1.69\tA\tCUSTOMS-1\t\n"
                                      "2021\t1.98\tP\tCUSTOMS-1\tpreliminary\n")

    def test_ipc_answers_as_tcp_does(self):
        with bellwether.Client(self.ipc) as other:
            request = {"series": {"key": TRADE}, "query": {"view": "VIEW_FULL"}}
            self.assertEqual(
                other.call("Observations/GetObservations", request).SerializeToString(),
                self.client.call("Observations/GetObservations", request).SerializeToString())

    def test_many_in_flight_are_each_given_their_own_answer(self):
        texts = [f"CUSTOMS-{i % 2 + 1}" for i in range(500)]
        answers = self.client.call_many("Observations/GetObservations", [
            {"series": {"key": TRADE}, "query": {"as_of": {"release": text}}} for text in texts])
        expected = {"CUSTOMS-1": [1.69, 1.98], "CUSTOMS-2": [1.69, 1.92, 2.95]}
        for text, answer in zip(texts, answers):
            self.assertEqual(list(answer.series.observations.values), expected[text])

    def test_a_server_that_went_away_and_came_back_is_asked_again(self):
        with story.Server(listen=["ipc"]) as server, bellwether.Client(server.url) as client:
            store_id = client.call("Health/Check") and client.store_id
            server.restart()
            client.call("Health/Check")
            self.assertEqual(client.store_id, store_id)


class Wire(OnAServer):
    """The bytes of docs/protocol.md, without any client."""

    CHECK = bytes.fromhex("0a1b") + b"/bellwether.v1.Health/Check"

    def tcp_socket(self):
        host, _, port = self.tcp.removeprefix("tcp://").rpartition(":")
        connection = socket.create_connection((host, int(port)), 10)
        self.addCleanup(connection.close)
        return connection, connection.makefile("rb")

    def is_healthy(self, packed):
        answer = self.schema.CheckResponse.FromString(self.client.open(packed))
        self.assertEqual(answer.status, 1)

    def test_tcp(self):
        connection, stream = self.tcp_socket()
        connection.sendall(bytes.fromhex("0053500000300000"))
        connection.sendall(struct.pack(">QI", 4 + len(self.CHECK), 0x80000001) + self.CHECK)
        self.assertEqual(stream.read(8), bytes.fromhex("0053500000310000"))
        size, sp_id = struct.unpack(">QI", stream.read(12))
        self.assertEqual(sp_id, 0x80000001)
        self.is_healthy(stream.read(size - 4))

    def test_ipc(self):
        with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as stream:
            connection.settimeout(10)
            connection.connect(self.ipc.removeprefix("ipc://"))
            connection.sendall(bytes.fromhex("0053500000300000"))
            connection.sendall(
                b"\x01" + struct.pack(">QI", 4 + len(self.CHECK), 0x80000001) + self.CHECK)
            self.assertEqual(stream.read(8), bytes.fromhex("0053500000310000"))
            kind, size, sp_id = struct.unpack(">BQI", stream.read(13))
            self.assertEqual((kind, sp_id), (1, 0x80000001))
            self.is_healthy(stream.read(size - 4))

    def upgrade(self, *headers):
        """A WebSocket to the server: the socket, its stream, and the status line."""
        host, _, path = self.ws.removeprefix("ws://").partition("/")
        connection = socket.create_connection(host.split(":"), 10)
        self.addCleanup(connection.close)
        lines = [f"GET /{path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                 "Sec-WebSocket-Protocol: rep.sp.nanomsg.org", *headers, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        stream = connection.makefile("rb")
        status = stream.readline()
        while stream.readline() not in (b"\r\n", b""):
            pass
        return connection, stream, status

    def ask_by_websocket(self, connection, stream):
        body = struct.pack(">I", 0x80000001) + self.CHECK
        connection.sendall(bytes([0x82, 0x80 | len(body)]) + bytes(4) + body)  # Mask 0.
        head = stream.read(2)
        return stream.read(head[1]) if head[:1] == b"\x82" else b""  # Else closed.

    def test_ws(self):
        connection, stream, status = self.upgrade()
        self.assertIn(b"101", status)
        answer = self.ask_by_websocket(connection, stream)
        self.assertEqual(answer[:4], bytes.fromhex("80000001"))
        self.is_healthy(answer[4:])

    def test_a_web_page_of_elsewhere_is_refused(self):
        connection, stream, status = self.upgrade("Origin: https://example.org")
        try:
            answer = b"101" in status and self.ask_by_websocket(connection, stream)
        except ConnectionError:
            answer = b""
        self.assertFalse(answer)

    def test_a_malformed_message_ends_its_connection_and_no_other(self):
        for malformed in (struct.pack(">Q", 3) + b"abc", struct.pack(">QI", 4, 5),
                          struct.pack(">Q", 1 << 40)):
            connection, stream = self.tcp_socket()
            connection.sendall(bytes.fromhex("0053500000300000") + malformed)
            self.assertEqual(stream.read(), bytes.fromhex("0053500000310000"))
        self.client.call("Health/Check")


class Periods(OnAServer):
    def test_the_vectors_of_the_protocol_page(self):
        self.assertGreater(len(vectors()), 40)
        for letter, text, ordinal in vectors():
            with self.subTest(letter=letter, text=text):
                self.assertEqual(bellwether.period_ordinal(letter, text), ordinal)
                self.assertEqual(bellwether.period_text(letter, ordinal), text)

    def test_labels_of_the_server_are_those_of_the_client_in_every_frequency(self):
        rng = random.Random(1)
        for letter in FREQUENCIES:
            ends = [ordinal for f, _, ordinal in vectors() if f == letter]
            low, high = min(ends), max(ends)
            ordinals = set(ends) | {rng.randint(low, high) for _ in range(500)}
            self.check_labels(letter, sorted(ordinals))

    def check_labels(self, letter, ordinals):
        key = f"PY/{letter}.CHN.LABELS"
        self.client.call("Ingest/PutObservations", {
            "release": dict(JANUARY, id="R-LABELS"),
            "series": [stated(key, *((ordinal, 1.0, "A") for ordinal in ordinals))]})
        answer = self.client.call("Observations/GetObservations", {
            "series": {"key": key}, "query": {"period_labels": True}})
        columns = answer.series.observations
        self.assertEqual(bellwether.LETTERS[columns.frequency], letter)
        self.assertEqual([row.period for row in bellwether.rows(columns)], ordinals)
        self.assertEqual(list(columns.period_labels),
                         [bellwether.period_text(letter, ordinal) for ordinal in ordinals])

    def test_the_server_reads_the_client_s_texts(self):
        requests = [{"series": {"key": f"PY/{letter}.CHN.VECTORS"},
                     "query": {"from": {"text": text}, "to": {"text": text}}}
                    for letter, text, _ in vectors()]
        self.client.call("Ingest/PutObservations", {
            "release": dict(JANUARY, id="R-VECTORS"),
            "series": [stated(f"PY/{f}.CHN.VECTORS", *(
                (ordinal, 1.0, "A") for letter, _, ordinal in vectors()
                if letter == f and ordinal < 1 << 31)) for f in FREQUENCIES]})
        answers = self.client.call_many("Observations/GetObservations", requests)
        for (letter, text, ordinal), answer in zip(vectors(), answers):
            if ordinal < 1 << 31:  # A step is an int32: the last minute of 9999 is too far away.
                with self.subTest(letter=letter, text=text):
                    rows = bellwether.rows(answer.series.observations)
                    self.assertEqual([row.period for row in rows], [ordinal])


def protoc(*arguments):
    names = "rpc types catalog observations ingest admin health reflection".split()
    files = [str(ROOT / "proto/bellwether/v1" / (name + ".proto")) for name in names]
    subprocess.run(["protoc", f"-I{ROOT / 'proto'}", *arguments, *files], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=1)
