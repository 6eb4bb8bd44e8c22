# SPDX-License-Identifier: MIT
"""`bellwether bench` beside the bare nng echo of bench/echo.c, with the same sizes and as many calls
in flight. Both are asked in turns, so that what else the machine does meets both; a ratio is of two
runs of the same round, and the median of the rounds' ratios is told."""
import argparse
import collections
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent
# What the envelopes add to a request (method, deadline, the client's name) and to a reply (revision
# and store id), bytes.
CALL_BYTES, REPLY_BYTES = 78, 14
Workload = collections.namedtuple("Workload", "name in_flight arguments")
WORKLOADS = [
    Workload("latest, 1 key", 1, ("latest",)),
    Workload("latest, 1 key", 64, ("latest",)),
    Workload("latest, 1,000 keys", 4, ("latest", "--batch", "1000")),
    Workload("latest, 1,000 handles", 4, ("latest", "--batch", "1000", "--handles")),
    Workload("range, 60 observations", 16, ("range", "BENCH/A..")),
    Workload("range, 600 observations", 16, ("range", "BENCH/M..")),
    Workload("as of a release, 60", 16, ("asof", "BENCH/A..")),
    Workload("as of a release, 600", 16, ("asof", "BENCH/M..")),
]
HEADINGS = ["workload", "in flight", "over", "calls/s", "observations/s", "p50 µs", "p99 µs",
            "p99.9 µs", "echo calls/s", "ratio to echo", "least to most"]


class Programs:
    """The built programs, the store, and the servers' addresses."""

    def __init__(self, build, folder):
        self.bellwether = build / "client/bellwether"
        self.bellwetherd = build / "server/bellwetherd"
        self.echo = build / "bench/echo"
        self.folder = folder
        self.store = folder / "store"
        self.served = {}  # "tcp", "ipc" -> URL of bellwetherd
        self.echoed = {}  # the same of the echo

    def start(self, running):
        urls = {"tcp": "tcp://127.0.0.1:0", "ipc": f"ipc://{self.folder}/socket"}
        listen = [word for url in urls.values() for word in ("--listen", url)]
        ready = start(running, self.bellwetherd, "--db", self.store, *listen)
        self.served = dict(zip(urls, ready))
        for transport, url in urls.items():
            url = url.replace("/socket", "/echo")
            self.echoed[transport] = start(running, self.echo, "serve", url)[0]

    def load(self):
        run(sys.executable, BENCH / "make_data.py", self.folder)
        run(self.bellwether, "--server", self.served["ipc"], "load", "--dataset",
            self.folder / "bench.json", self.folder / "bench.csv")


def run(*command):
    """Runs a command to its end, and gives what it printed."""
    return subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True).stdout


def start(running, *command):
    """Starts a server that ends with `running`, and gives the URLs it is ready at."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    running.callback(process.wait)
    running.callback(process.terminate)
    for line in process.stderr:
        if line.startswith("ready "):
            return line.split()[1:]
    raise SystemExit(f"measure: {command[0]} did not become ready")


def measure(programs, workload, transport, seconds):
    """One run of `bellwether bench`: its row."""
    where = ("--db", programs.store) if transport == "direct" else (
        "--server", programs.served[transport])
    in_flight = 1 if transport == "direct" else workload.in_flight
    return json.loads(run(programs.bellwether, *where, "--format", "json", "bench",
                          *workload.arguments, "--in-flight", in_flight, "--seconds", seconds))[0]


def measure_echo(programs, workload, transport, row, seconds):
    """Calls a second of an echo whose messages have the sizes of `row`."""
    sizes = (int(row["request_bytes"]) + CALL_BYTES, int(row["reply_bytes"]) + REPLY_BYTES)
    return json.loads(run(programs.echo, "ask", programs.echoed[transport], *sizes,
                          workload.in_flight, seconds))["per_second"]


def measure_round(programs, workload, seconds):
    """Gives for each transport (row, echo's calls a second); direct mode stands beside the echo over
    ipc."""
    taken = {}
    for transport in ("tcp", "ipc"):
        row = measure(programs, workload, transport, seconds)
        taken[transport] = (row, measure_echo(programs, workload, transport, row, seconds))
    row = measure(programs, workload, "direct", seconds)
    taken["direct"] = (row, taken["ipc"][1])
    return taken


def table_row(workload, transport, rounds):
    """The medians of all rounds over one transport, as cells."""
    rows = [taken[transport][0] for taken in rounds]
    echoes = [taken[transport][1] for taken in rounds]
    ratios = [row["calls_per_second"] / echo for row, echo in zip(rows, echoes)]

    def median(column):
        return f"{statistics.median(row[column] for row in rows):,.0f}"
    return [workload.name, "1 thread" if transport == "direct" else str(workload.in_flight),
            transport, median("calls_per_second"), median("observations_per_second"),
            *(f"{statistics.median(row[column] for row in rows):,.1f}"
              for column in ("p50_us", "p99_us", "p999_us")),
            f"{statistics.median(echoes):,.0f}", f"{statistics.median(ratios):.2f}",
            f"{min(ratios):.2f} to {max(ratios):.2f}"]


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def options():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.split(".")[0] + ".")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5, help="how often all is measured (5)")
    parser.add_argument("--seconds", type=int, default=1, help="how long each run takes (1)")
    parser.add_argument("workload", nargs="*", help="only those whose name begins so: range")
    return parser.parse_args()


def main():
    given = options()
    chosen = [workload for workload in WORKLOADS if not given.workload or
              any(workload.name.startswith(name) for name in given.workload)]
    with contextlib.ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="bellwether-bench-"))
        programs = Programs(given.build, pathlib.Path(folder))
        programs.start(running)
        programs.load()
        rounds = [[measure_round(programs, workload, given.seconds) for workload in chosen]
                  for _ in range(given.rounds)]
    print_row(HEADINGS)
    print_row(["---"] * 2 + ["---"] + ["---:"] * 8)
    for i, workload in enumerate(chosen):
        for transport in ("tcp", "ipc", "direct"):
            print_row(table_row(workload, transport, [taken[i] for taken in rounds]))


if __name__ == "__main__":
    main()
