# SPDX-License-Identifier: MIT
"""`bellwether bench` beside the bare nng echo of bench/echo.c, with the same sizes and as many calls
in flight. Both are asked in turns, so that what else the machine does meets both; a ratio is of two
runs of the same round, and the median of the rounds' ratios is told. The processor's time of client
and server together, a call, depends the least on what else is done."""
import argparse
import collections
import contextlib
import json
import os
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
            "p99.9 µs", "echo calls/s", "ratio to echo", "least to most", "CPU µs a call", "of echo"]
Run = collections.namedtuple("Run", "row cpu_us echo_per_second echo_cpu_us")


class Server:
    """A running server."""

    def __init__(self, pid, url):
        self.pid, self.url = pid, url

    def cpu_us(self):
        """The processor's time that it has taken."""
        stat = pathlib.Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) * 1e6 / os.sysconf("SC_CLK_TCK")


class Programs:
    """The built programs, the store, and the servers' addresses."""

    def __init__(self, build, folder):
        self.build = build
        self.bellwether = build / "client/bellwether"
        self.bellwetherd = build / "server/bellwetherd"
        self.echo = build / "bench/echo"
        self.folder = folder
        self.store = folder / "store"
        self.served = {}  # "tcp", "ipc" -> Server
        self.echoed = {}

    def start(self, running):
        self.serve(running)
        for transport in self.served:
            url = f"ipc://{self.folder}/echo" if transport == "ipc" else "tcp://127.0.0.1:0"
            pid, ready = start(running, self.echo, "serve", url)
            self.echoed[transport] = Server(pid, ready[0])

    def serve(self, running):
        urls = {"tcp": "tcp://127.0.0.1:0", "ipc": f"ipc://{self.folder}/socket"}
        listen = [word for url in urls.values() for word in ("--listen", url)]
        pid, ready = start(running, self.bellwetherd, "--db", self.store, *listen)
        self.served = {transport: Server(pid, url) for transport, url in zip(urls, ready)}

    def load(self):
        run(sys.executable, BENCH / "make_data.py", self.folder)
        run(self.bellwether, "--server", self.served["ipc"].url, "load", "--dataset",
            self.folder / "bench.json", self.folder / "bench.csv")


def process_bytes(pid, field):
    """RssAnon or RssFile of a process; 0 where it has just ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    return 0


def run(*command):
    """Runs a command to its end, and gives what it printed."""
    return subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True).stdout


def start(running, *command):
    """Starts a server that ends with `running`: its process, and the URLs it is ready at."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    running.callback(process.wait)
    running.callback(process.terminate)
    for line in process.stderr:
        if line.startswith("ready "):
            return process.pid, line.split()[1:]
    raise SystemExit(f"measure: {command[0]} did not become ready")


def ask(programs, workload, transport, *amount):
    """Runs `bellwether bench`: its row, and what the server took meanwhile, µs."""
    direct = transport == "direct"
    server = None if direct else programs.served[transport]
    where = ("--db", programs.store) if direct else ("--server", server.url)
    before = 0 if direct else server.cpu_us()
    row = json.loads(run(programs.bellwether, *where, "--format", "json", "bench",
                         *workload.arguments, "--in-flight", 1 if direct else workload.in_flight,
                         *amount))[0]
    return row, 0 if direct else server.cpu_us() - before


def measure(programs, workload, transport, seconds):
    """The row of a run, and the processor's time a call, without that of listing the series."""
    _, listing_us = ask(programs, workload, transport, "--calls", 1)
    row, server_us = ask(programs, workload, transport, "--seconds", seconds)
    return row, row["cpu_us"] + max(server_us - listing_us, 0) / row["calls"]


def measure_echo(programs, workload, transport, row, seconds):
    """Calls a second, and the processor's time a call, of an echo with messages of the row's
    sizes."""
    server = programs.echoed[transport]
    sizes = (int(row["request_bytes"]) + CALL_BYTES, int(row["reply_bytes"]) + REPLY_BYTES)
    before = server.cpu_us()
    echo = json.loads(run(programs.echo, "ask", server.url, *sizes, workload.in_flight, seconds))
    return echo["per_second"], echo["cpu_us"] + (server.cpu_us() - before) / echo["calls"]


def measure_round(programs, workload, seconds):
    """Gives a Run for each transport; direct mode stands beside the echo over ipc."""
    runs = {}
    for transport in ("tcp", "ipc"):
        row, cpu_us = measure(programs, workload, transport, seconds)
        runs[transport] = Run(row, cpu_us,
                              *measure_echo(programs, workload, transport, row, seconds))
    row, cpu_us = measure(programs, workload, "direct", seconds)
    runs["direct"] = Run(row, cpu_us, runs["ipc"].echo_per_second, runs["ipc"].echo_cpu_us)
    return runs


def table_row(workload, transport, runs):
    """The medians of all runs over one transport, as cells."""
    ratios = [run.row["calls_per_second"] / run.echo_per_second for run in runs]
    cpu_ratios = [run.cpu_us / run.echo_cpu_us for run in runs]

    def median(column, digits=0):
        return f"{statistics.median(run.row[column] for run in runs):,.{digits}f}"
    return [workload.name, "1 thread" if transport == "direct" else str(workload.in_flight),
            transport, median("calls_per_second"), median("observations_per_second"),
            median("p50_us", 1), median("p99_us", 1), median("p999_us", 1),
            f"{statistics.median(run.echo_per_second for run in runs):,.0f}",
            f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}",
            f"{statistics.median(run.cpu_us for run in runs):,.1f}",
            f"{statistics.median(cpu_ratios):.2f}"]


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
    print_row(["---"] * 3 + ["---:"] * (len(HEADINGS) - 3))
    for i, workload in enumerate(chosen):
        for transport in ("tcp", "ipc", "direct"):
            print_row(table_row(workload, transport, [taken[i][transport] for taken in rounds]))


if __name__ == "__main__":
    main()
