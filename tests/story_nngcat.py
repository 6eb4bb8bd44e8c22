# SPDX-License-Identifier: MIT
"""SP clients that nobody here wrote, nngcat and nanocat, with messages packed and read by protoc:
all that another language needs is the contract."""
import ast
import os
import pathlib
import re
import shutil
import subprocess

import story

PROTO = story.ROOT / "proto"
PACKAGE = "bellwether.v1."
KEY = "NN/A.CHN.TRADE"
DATASET = """dataset {
  id: "NN" title: "By protoc"
  dimensions { id: "FREQ" role: DIMENSION_ROLE_FREQUENCY }
  dimensions { id: "REF_AREA" role: DIMENSION_ROLE_REFERENCE_AREA }
  dimensions { id: "INDICATOR" role: DIMENSION_ROLE_INDICATOR }
}"""
OBSERVATIONS = """
release { id: "R1" publisher: "P" published_at_ms: 1642118400000 precision: TIME_PRECISION_DAY }
series { key: "NN/A.CHN.TRADE" observations { first_period: 50 values: 1.69 values: 1.98 } }"""


def protoc(mode, message, packed):
    done = subprocess.run(["protoc", f"-I{PROTO}", f"--{mode}={PACKAGE}{message}",
                           *sorted(str(path) for path in PROTO.glob("bellwether/v1/*.proto"))],
                          input=packed, capture_output=True, timeout=story.PATIENCE_S, check=False)
    story.check(done.returncode == 0, f"protoc --{mode}={message}: {done.stderr.decode()}")
    return done.stdout


def quoted(packed):
    """Bytes as a string of Protobuf's text format."""
    return '"' + "".join(f"\\{byte:03o}" for byte in packed) + '"'


def call_of(method, request, message):
    packed = protoc("encode", message, request.encode())
    text = (f'method: "/{PACKAGE}{method}" request: {quoted(packed)} timeout_ms: 10000 '
            f"request_id: {quoted(os.urandom(16))}")
    return protoc("encode", "Call", text.encode())


def nngcat(url, path):
    return ["nngcat", "--req", "--dial", url, "--file", path, "--raw", "--recv-timeout", "10"]


def nanocat(url, path):
    return ["nanocat", "--req", "--connect", url, "--file", path, "--raw", "--recv-timeout", "10"]


class Asker:
    """Sends packed Calls with one program, each in a process of its own."""

    def __init__(self, command, url, folder):
        self.command, self.url, self.folder = command, url, pathlib.Path(folder)

    def exchange(self, call):
        path = self.folder / "call.bin"
        path.write_bytes(call)
        command = self.command(self.url, str(path))
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=story.PATIENCE_S, check=False)
        story.check(done.stdout, f"{' '.join(command)}: {done.returncode} {done.stderr.decode()}")
        return done.stdout

    def reply(self, method, request, message):
        """The Reply in Protobuf's text format."""
        return protoc("decode", "Reply", self.exchange(call_of(method, request, message))).decode()

    def response(self, method, request):
        """The response of a call that succeeds, in Protobuf's text format."""
        name = method.split("/")[1]
        reply = self.reply(method, request, name + "Request")
        story.check("status {" not in reply, f"{method}: {reply}")
        return protoc("decode", name + "Response", response_of(reply)).decode()


def response_of(reply):
    """The bytes of a Reply's response, from the text format, whose strings are written as Python's."""
    found = re.search(r"^response: (\".*\")$", reply, re.MULTILINE)
    return ast.literal_eval("b" + found[1]) if found else b""


def load_and_ask(asker):
    asker.response("Ingest/PutDataset", DATASET)
    asker.response("Ingest/PutObservations", OBSERVATIONS)
    answer = asker.response("Observations/GetObservations",
                            f'series {{ key: "{KEY}" }} query {{ from {{ text: "2021" }} }}')
    story.contains(answer, f'key: "{KEY}"', "first_period: 51", "values: 1.98")
    answer = asker.response("Observations/GetLatest", f'keys: "{KEY}" period_labels: true')
    story.contains(answer, 'period_labels: "2021"', "values: 1.98")
    story.contains(asker.response("Health/Check", ""), "SERVING")


def bad_calls_are_answered(asker):
    for method, request, message, code, reason in (
            ("Observations/GetObservations", f'series {{ key: "{KEY}X" }}',
             "GetObservationsRequest", 5, "SERIES_NOT_FOUND"),
            ("Observations/GetObservations",
             f'series {{ key: "{KEY}" }} query {{ from {{ text: "2021-Q9" }} }}',
             "GetObservationsRequest", 3, "PERIOD_INVALID"),
            ("Observations/GetObservations",
             f'series {{ key: "{KEY}" }} query {{ from {{ text: "2022" }} to {{ text: "2021" }} }}',
             "GetObservationsRequest", 3, "RANGE_REVERSED"),
            ("Observations/Guess", "", "GetObservationsRequest", 12, "METHOD_UNKNOWN")):
        answer = asker.reply(method, request, message)
        story.contains(answer, f"code: {code}", f'reason: "{reason}"')
    for junk in (b"\xff" * 40, b"\x0a\xff", b"x"):
        answer = protoc("decode", "Reply", asker.exchange(junk)).decode()
        story.contains(answer, "code: 3", "reason:")
    story.contains(asker.response("Health/Check", ""), "SERVING")


def by(command, listen, sanitizer=""):
    with story.Server(listen=[listen], sanitizer=sanitizer) as server:
        asker = Asker(command, server.url, server.folder)
        load_and_ask(asker)
        bad_calls_are_answered(asker)


@story.scene
def nngcat_over_tcp():
    by(nngcat, "tcp://127.0.0.1:0")


@story.scene
def nngcat_over_ipc():
    by(nngcat, "ipc")


@story.scene
def nngcat_over_websocket():
    # A message on its way out when its connection ends is never freed by nng 1.5.2's WebSocket
    # transport; nngcat leaves as soon as it has its answer, so now and then there is one.
    by(nngcat, "ws://127.0.0.1:0/", sanitizer="detect_leaks=0")


@story.scene
def nanocat_over_tcp():
    by(nanocat, "tcp://127.0.0.1:0")


@story.scene
def nanocat_over_ipc():
    by(nanocat, "ipc")


if __name__ == "__main__":
    for program in ("nngcat", "nanocat", "protoc"):
        if shutil.which(program) is None:
            story.skip(f"there is no {program}")
    story.main()
