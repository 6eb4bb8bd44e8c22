# SPDX-License-Identifier: MIT
"""A client for Bellwether in one file, on Debian's python3-protobuf and the standard library.

    client = Client("tcp://127.0.0.1:7411")
    answer = client.call("Observations/GetLatest", {"keys": ["CBEC/A.CHN.TRADE._T"]})
    print(answer.values[0])

docs/protocol.md explains what happens on the wire. A Client is for one thread at a time.
"""
import collections
import datetime
import os
import pkgutil
import re
import socket
import struct
import time
from typing import NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message
from google.protobuf import message_factory, symbol_database

# Makes `from bellwether.v1 import types_pb2` work beside this file, for modules that protoc wrote
# into any folder of sys.path.
__path__ = pkgutil.extend_path([], __name__)

PACKAGE = "bellwether.v1."
MAX_CALL_BYTES = 64 << 20  # Beyond this the server hangs up without a word.
MAX_REPLY_BYTES = 64 << 20
WINDOW = 16  # Calls in flight at once.
GRACE_S = 0.5  # How much longer than the server we wait, so that its own word on it comes first.

CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS "
    "PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED "
    "INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED"
).split()


class Error(Exception):
    """A call, or one item of a batch, that was not answered with OK."""

    def __init__(self, code, text, reason="", field="", hint=""):
        super().__init__(text)
        self.code = code  # gRPC's name for it: "NOT_FOUND".
        self.reason = reason  # What a program may act on: "SERIES_NOT_FOUND".
        self.field = field  # Where in the request: "series[3].values[17]".
        self.hint = hint  # "did you mean CBEC/A.CHN.TRADE._T?"

    @classmethod
    def of(cls, status):
        """From a Status message; its first detail is the one that counts."""
        code = CODES[status.code] if 0 <= status.code < len(CODES) else "UNKNOWN"
        first = status.details[0] if status.details else None
        if first is None:
            return cls(code, status.message)
        return cls(code, status.message, first.reason, first.field, first.hint)

    def __str__(self):
        reason = f" {self.reason}" if self.reason else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.code}{reason}: {super().__str__()}{hint}"


# --- The wire -----------------------------------------------------------------------------------


class Connection:
    """One side of SP's REQ protocol on a stream socket: handshake and framing, nothing else."""

    HANDSHAKE_REQ = bytes.fromhex("0053500000300000")
    HANDSHAKE_REP = bytes.fromhex("0053500000310000")

    def __init__(self, url, deadline):
        scheme, _, address = url.partition("://")
        if scheme == "tcp":
            host, _, port = address.rpartition(":")
            self._prefix = b""
            self._socket = socket.create_connection((host.strip("[]"), int(port)), _left(deadline))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        elif scheme == "ipc":
            self._prefix = b"\x01"
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.settimeout(_left(deadline))
                self._socket.connect(address)
            except BaseException:
                self._socket.close()
                raise
        else:
            raise ValueError(f"this client speaks tcp:// and ipc://, not {url}")
        self._buffer = bytearray()
        try:
            self._socket.sendall(self.HANDSHAKE_REQ)
            if self._take(8, deadline) != self.HANDSHAKE_REP:
                raise ConnectionError(f"{url} is no SP REP socket")
        except BaseException:
            self.close()
            raise

    def send(self, sp_id, body, deadline):
        """Sends one request."""
        head = self._prefix + struct.pack(">QI", 4 + len(body), sp_id)
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(head + body)

    def receive(self, deadline):
        """Waits for the next reply, to whichever request: its SP id and its body."""
        head = self._take(len(self._prefix) + 12, deadline)
        size, sp_id = struct.unpack_from(">QI", head, len(self._prefix))
        if not 4 <= size <= MAX_REPLY_BYTES + 4:
            raise ConnectionError(f"the server announces a reply of {size} bytes")
        return sp_id, self._take(size - 4, deadline)

    def close(self):
        self._socket.close()

    def _take(self, size, deadline):
        while len(self._buffer) < size:
            self._socket.settimeout(_left(deadline))
            data = self._socket.recv(1 << 20)
            if not data:
                raise ConnectionError("the server closed the connection")
            self._buffer += data
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data


def _left(deadline):
    """Seconds until a deadline, for settimeout(), to which 0 would mean not to wait at all."""
    return max(deadline - time.monotonic(), 0.001)


# --- The contract -------------------------------------------------------------------------------


class Schema:
    """The messages and methods of the contract; `schema.Call` is a message class.

    Schema() takes what generated modules (`bellwether.v1.rpc_pb2` ...) have registered when they
    were imported; Schema.parse() builds the classes from a compiled FileDescriptorSet.
    """

    def __init__(self, pool=None):
        self._pool = pool or descriptor_pool.Default()
        self._class_of = _class_finder(self._pool)

    @classmethod
    def parse(cls, descriptor_set):
        pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(descriptor_set).file:
            pool.AddSerializedFile(file.SerializeToString())
        return cls(pool)

    def __getattr__(self, name):
        try:
            found = self._class_of(self._pool.FindMessageTypeByName(PACKAGE + name))
        except KeyError:
            raise AttributeError(f"the contract has no message {name}") from None
        setattr(self, name, found)
        return found

    def method(self, path):
        """The classes of request and response of "Service/Method"."""
        service, _, name = path.removeprefix("/").removeprefix(PACKAGE).partition("/")
        try:
            found = self._pool.FindServiceByName(PACKAGE + service).methods_by_name[name]
        except KeyError:
            raise Error("UNIMPLEMENTED", f"the contract has no method {path}",
                        "METHOD_UNKNOWN") from None
        return self._class_of(found.input_type), self._class_of(found.output_type)


def _class_finder(pool):
    """The function that gives the message class of a descriptor."""
    if hasattr(message_factory, "GetMessageClass"):  # protobuf 4.22 and later
        return message_factory.GetMessageClass
    if pool is descriptor_pool.Default():  # Where generated modules register theirs.
        return symbol_database.Default().GetPrototype
    return message_factory.MessageFactory(pool).GetPrototype


def _bootstrap_fields(packed):
    """Yields (number, bytes) of the length-delimited fields of a packed message: enough Protobuf
    to ask for the schema before there is one."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = packed[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(packed):
        number, wire_type = divmod(varint(), 8)
        if wire_type == 0:
            varint()
            continue
        size = varint() if wire_type == 2 else {1: 8, 5: 4}[wire_type]
        if wire_type == 2:
            yield number, packed[at:at + size]
        at += size


def _bootstrap_call(method):
    return b"\x0a" + bytes([len(method)]) + method.encode()  # Call.method, field 1


# --- The client ---------------------------------------------------------------------------------


class Client:
    """Calls methods of one server. Connects on first use, and again when the connection drops.

    `schema` is by default the server's own, asked for once through Reflection.
    """

    def __init__(self, url, schema=None, token="", name="bellwether.py"):
        self.url = url
        self.store_id = 0  # Of the last reply, as is
        self.store_revision = 0  # the number of the state that it was read from.
        self._schema = schema
        self._metadata = [{"name": "client", "value": name}]
        if token:
            self._metadata.append({"name": "authorization", "value": f"Bearer {token}"})
        self._connection = None
        self._was_connected = False
        self._next_id = int.from_bytes(os.urandom(4), "big")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Drops the connection; the next call makes a new one."""
        if self._connection:
            self._connection.close()
            self._connection = None

    @property
    def schema(self):
        if self._schema is None:
            call = _bootstrap_call("/" + PACKAGE + "Reflection/GetSchema")
            reply = dict(_bootstrap_fields(self.exchange([call], 10)[0]))
            if 2 not in reply:  # Reply.response
                raise Error("UNKNOWN", f"{self.url} does not tell its schema")
            self._schema = Schema.parse(dict(_bootstrap_fields(reply[2]))[1])
        return self._schema

    def request(self, method, request):
        """The request message of a method, from a message or from a dict of its fields."""
        kind = self.schema.method(method)[0]
        return kind(**request) if isinstance(request, dict) else request

    def call(self, method, request=None, timeout=10.0, request_id=None, max_reply_bytes=0):
        """Calls "Service/Method" and returns its response, or raises Error.

        A write takes a request_id of 16 random bytes. It is made here unless it is given: after a
        DEADLINE_EXCEEDED, the same id with the same request tells what became of the write.
        """
        packed = self.request(method, request or {}).SerializeToString()
        response = self.schema.method(method)[1]
        call = self.pack(method, packed, timeout, request_id, max_reply_bytes)
        return response.FromString(self.open(self.exchange([call], timeout + GRACE_S)[0]))

    def call_many(self, method, requests, timeout=10.0):
        """The same for many requests, several of them in flight: a list of responses, with an
        Error in the place of what failed."""
        requests = [self.request(method, request) for request in requests]
        response = self.schema.method(method)[1]
        calls = [self.pack(method, request.SerializeToString(), timeout) for request in requests]
        answers = []
        for reply in self.exchange(calls, timeout + GRACE_S):
            try:
                answers.append(response.FromString(self.open(reply)))
            except Error as error:
                answers.append(error)
        return answers

    def pages(self, method, request=None, **options):
        """Yields all pages of a method that has pages."""
        request = self.request(method, request or {})
        while True:
            response = self.call(method, request, **options)
            yield response
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token

    def pack(self, method, request, timeout=10.0, request_id=None, max_reply_bytes=0):
        """A packed Call, from a packed request."""
        path = "/" + PACKAGE + method.removeprefix("/").removeprefix(PACKAGE)
        if request_id is None and "Ingest/" in method:
            request_id = os.urandom(16)
        call = self.schema.Call(
            method=path, request=request, timeout_ms=max(int(timeout * 1000), 1),
            metadata=self._metadata, request_id=request_id, max_reply_bytes=max_reply_bytes)
        return call.SerializeToString()

    def open(self, packed):
        """The packed response of a packed Reply, or raises its Error."""
        try:
            reply = self.schema.Reply.FromString(packed)
        except message.DecodeError as error:
            raise Error("INTERNAL", "the reply is no Reply") from error
        self.store_id, self.store_revision = reply.store_id, reply.store_revision
        if reply.status.code:
            raise Error.of(reply.status)
        return reply.response

    def exchange(self, calls, timeout):
        """Sends packed Calls and returns the packed Replies, in the same order.

        What is not answered when the connection drops is sent again on a new one, with the same
        SP ids and the same bytes: the server knows a repeated write by its request_id.
        """
        deadline = time.monotonic() + timeout
        if any(len(call) > MAX_CALL_BYTES for call in calls):
            raise Error("RESOURCE_EXHAUSTED", "the request is larger than 64 MiB",
                        "REQUEST_TOO_LARGE")
        waiting = {self._new_id(): call for call in calls}
        order, replies, pause = list(waiting), {}, 0.02
        while waiting:
            try:
                self._exchange_once(waiting, replies, deadline)
            except OSError as error:
                self.close()
                self._give_up_or_sleep(error, pause, deadline)
                pause = min(2 * pause, 1.0)
        return [replies[sp_id] for sp_id in order]

    def _exchange_once(self, waiting, replies, deadline):
        """Moves what is waiting to replies; OSError when the connection drops meanwhile."""
        if self._connection is None:
            self._connection = Connection(self.url, deadline)
            self._was_connected = True
        unsent, in_flight = collections.deque(waiting.items()), 0
        while waiting:
            while unsent and in_flight < WINDOW:
                self._connection.send(*unsent.popleft(), deadline)
                in_flight += 1
            sp_id, body = self._connection.receive(deadline)
            if waiting.pop(sp_id, None) is not None:
                replies[sp_id] = body
                in_flight -= 1

    def _give_up_or_sleep(self, error, pause, deadline):
        """A server that was there may come back; one that never was is reported at once."""
        if not self._was_connected:
            raise Error("UNAVAILABLE", f"{self.url}: {error}") from error
        if isinstance(error, TimeoutError) or time.monotonic() + pause >= deadline:
            raise Error("DEADLINE_EXCEEDED", f"{self.url}: no reply in time") from error
        time.sleep(pause)

    def _new_id(self):
        self._next_id += 1
        return 0x80000000 | self._next_id & 0x7FFFFFFF


# --- Observations and periods -------------------------------------------------------------------


class Row(NamedTuple):
    """One observation. `release` is a ReleaseEntry, or None where the view has none."""

    period: int
    value: float
    status: str
    release: object = None
    comment: str = ""


def rows(columns):
    """The observations of an ObservationColumns message, one by one."""
    comments = {comment.index: comment.text for comment in columns.comments}
    period = columns.first_period
    for i, value in enumerate(columns.values):
        if i > 0:
            period += columns.period_steps[i - 1] if columns.period_steps else 1
        status = chr(columns.statuses[i]) if columns.statuses else "A"
        release = None
        if columns.releases:
            release = columns.releases[columns.release_indexes[i] if columns.release_indexes else 0]
        yield Row(period, value, status, release, comments.get(i, ""))


def columns_of(observations, with_values=True):
    """A dict for an ObservationColumns message, from Rows (or tuples alike) by ascending period."""
    observations = [Row(*row) for row in observations]
    periods = [row.period for row in observations]
    steps = [b - a for a, b in zip(periods, periods[1:])]
    statuses = "".join(row.status for row in observations)
    return {
        "first_period": periods[0] if periods else 0,
        "period_steps": steps if any(step != 1 for step in steps) else [],
        "values": [row.value for row in observations] if with_values else [],
        "statuses": statuses.encode() if with_values and statuses.strip("A") else b"",
        "comments": [{"index": i, "text": row.comment}
                     for i, row in enumerate(observations) if with_values and row.comment],
    }


LETTERS = "?ASQMWBDHN"  # SDMX's letter of each Frequency, by its number.
PARTS_OF_A_YEAR = {"A": 1, "S": 2, "Q": 4, "M": 12}
_DAY_0 = datetime.date(1970, 1, 1).toordinal()
_PERIOD = {
    "A": re.compile(r"(\d{4})"),
    "S": re.compile(r"(\d{4})-S([12])"),
    "Q": re.compile(r"(\d{4})-Q([1-4])"),
    "M": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "W": re.compile(r"(\d{4})-W(\d\d)"),
    "B": re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    "D": re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    "H": re.compile(r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):00"),
    "N": re.compile(r"(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)"),
}


def period_text(frequency, ordinal):
    """The text of a period, 54 of ANNUAL being "2024". `frequency` is a number or its letter."""
    letter = frequency if isinstance(frequency, str) else LETTERS[frequency]
    if letter in PARTS_OF_A_YEAR:
        year, part = divmod(ordinal, PARTS_OF_A_YEAR[letter])
        suffix = {"A": "", "M": f"-{part + 1:02d}"}.get(letter, f"-{letter}{part + 1}")
        return f"{1970 + year:04d}{suffix}"
    if letter == "W":
        year, week, _ = _date(7 * ordinal - 3).isocalendar()
        return f"{year:04d}-W{week:02d}"
    if letter == "B":
        week, weekday = divmod(ordinal + 3, 5)
        return _date(7 * week + weekday - 3).isoformat()
    if letter == "D":
        return _date(ordinal).isoformat()
    days, minutes = divmod(ordinal * (60 if letter == "H" else 1), 24 * 60)
    return f"{_date(days).isoformat()}T{minutes // 60:02d}:{minutes % 60:02d}"


def period_ordinal(frequency, text):
    """The ordinal of a period's text; ValueError where it is none of this frequency."""
    letter = frequency if isinstance(frequency, str) else LETTERS[frequency]
    match = _PERIOD[letter].fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no period of frequency {letter}")
    numbers = [int(group) for group in match.groups()]
    if letter in PARTS_OF_A_YEAR:
        year, part = numbers[0], numbers[1] - 1 if len(numbers) > 1 else 0
        if year == 0:
            raise ValueError("there is no year 0000")
        return PARTS_OF_A_YEAR[letter] * (year - 1970) + part
    if letter == "W":
        monday = datetime.date.fromisocalendar(numbers[0], numbers[1], 1)
        return (monday.toordinal() - _DAY_0 + 3) // 7
    day = datetime.date(*numbers[:3]).toordinal() - _DAY_0
    if letter == "B":
        week, weekday = divmod(day + 3, 7)
        if weekday > 4:
            raise ValueError(f"{text} is at a weekend")
        return 5 * week + weekday - 3
    if letter == "D":
        return day
    return 24 * day + numbers[3] if letter == "H" else 60 * (24 * day + numbers[3]) + numbers[4]


def _date(day):
    return datetime.date.fromordinal(_DAY_0 + day)
