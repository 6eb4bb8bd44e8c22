# SPDX-License-Identifier: MIT
"""A million series: makes a store of so many and one of a tenth, and measures what is different: how
long they take to load, to start on and to ask; and, in a limited memory, the greater one."""
import argparse
import collections
import contextlib
import pathlib
import statistics
import sys
import tempfile
import time

import made_store
import measure
from measure import Workload, print_row
from memory_limit import MemoryLimit, drop_cache, fill_cache

WORKLOADS = [
    Workload("latest, 1 key", 64, ("latest",)),
    Workload("latest, 1,000 keys", 4, ("latest", "--batch", "1000")),
    Workload("latest, 1,000 handles", 4, ("latest", "--batch", "1000", "--handles")),
    Workload("range, 60 observations", 16, ("range", "SCALE/A..")),
    Workload("range, 600 observations", 16, ("range", "SCALE/M..")),
    Workload("as of a release, 60", 16, ("asof", "SCALE/A..")),
    Workload("pattern, the last of each", 4, ("pattern", "SCALE/A..", "--last", "1")),
]
LIMITED = [
    Workload("latest, 1 key", 16, ("latest",)),
    Workload("range, 60 observations", 16, ("range", "SCALE/A..")),
    Workload("pattern, the last of each", 4, ("pattern", "SCALE/A..", "--last", "1")),
]
Run = collections.namedtuple("Run", "row cpu_us")


def progress(text):
    print(f"scale: {text}", file=sys.stderr, flush=True)


def print_heading(texts, numbers):
    print()
    print_row([*texts, *numbers])
    print_row(["---"] * len(texts) + ["---:"] * len(numbers))


def median(values, digits=0):
    return f"{statistics.median(values):,.{digits}f}"


# ---- making and starting ----

def make_both(build, folder, sizes):
    """The programs of each size, with the store made where it is not there."""
    missing = [n for n in sizes if not (folder / str(n) / "store").exists()]
    if missing:
        print_heading(["series"], ["observations", "seconds", "observations/s", "MB",
                                   "bytes an observation", "RssAnon of the loader at most, MiB"])
    for n in missing:
        progress(f"making {n:,} series")
        (folder / str(n)).mkdir(exist_ok=True)
        made = made_store.make(build, folder / str(n), n)
        print_row([f"{made['series']:,}", f"{made['observations']:,}", f"{made['seconds']:.1f}",
                   f"{made['observations'] / made['seconds']:,.0f}", f"{made['bytes'] / 1e6:,.0f}",
                   f"{made['bytes'] / made['observations']:.1f}",
                   f"{made['rss_anon'] / 2**20:,.0f}"])
    return [measure.Programs(build, folder / str(n)) for n in sizes]


def measure_starts(both, sizes, rounds):
    print_heading(["series", "file"], ["ready, ms", "least to most", "first answer, ms"])
    for programs, n in zip(both, sizes):
        for cache in ("on the disk", "in memory"):
            times = []
            for _ in range(rounds):
                (drop_cache if cache == "on the disk" else fill_cache)(programs.store / "data.mdb")
                times.append(made_store.time_start(programs.build, programs.store,
                                                   programs.folder / "start"))
            ready = [each["ready_ms"] for each in times]
            print_row([f"{n:,}", cache, median(ready, 1), f"{min(ready):.1f} to {max(ready):.1f}",
                       median([each["answer_ms"] for each in times], 1)])


# ---- both beside each other ----

def measure_workload(both, workload, over, given):
    """Runs in turns, those of the smaller store and those of the greater."""
    runs = [[], []]
    for _ in range(given.rounds):
        for programs, taken in zip(both, runs):
            progress(f"{workload.name}, {over}, {programs.folder.name} series")
            taken.append(Run(*measure.measure(programs, workload, over, given.seconds)))
    return runs


def compared(workload, over, runs):
    """A row of the table. The cost is of a series, for a pattern finds more in the greater store."""
    rates, cpu = ([[value(run) for run in taken] for taken in runs] for value in (
        lambda run: run.row["items_per_second"],
        lambda run: run.cpu_us * run.row["calls"] / run.row["items"]))
    costs = [small / great for small, great in zip(*rates)]
    in_flight = "1 thread" if over == "direct" else str(workload.in_flight)
    return [workload.name, in_flight, over, *(median(each) for each in rates),
            median(costs, 2), f"{min(costs):.2f} to {max(costs):.2f}",
            *(median(each, 2) for each in cpu),
            median([great / small for small, great in zip(*cpu)], 2),
            *(median([run.row[column] for run in taken], 1)
              for column in ("p50_us", "p99_us") for taken in runs)]


def compare(both, given):
    with contextlib.ExitStack() as running:
        for programs in both:
            fill_cache(programs.store / "data.mdb")
            programs.serve(running)
        print_heading(["workload", "in flight", "over"], [
            "series/s, a tenth", "all", "cost", "least to most", "CPU µs a series, a tenth", "all",
            "cost in CPU", "p50 µs, a tenth", "all", "p99 µs, a tenth", "all"])
        for workload in WORKLOADS:
            for over in ("tcp", "direct"):
                print_row(compared(workload, over, measure_workload(both, workload, over, given)))


# ---- in a limited memory ----

def faults(pid):
    """How often a process has waited for the disk, since it started."""
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return int(stat.rsplit(")", 1)[1].split()[9])


def ask(programs, workload, *amount):
    before = faults(programs.served["ipc"].pid)
    row, _ = measure.ask(programs, workload, "ipc", *amount)
    return row, faults(programs.served["ipc"].pid) - before


def measure_limited(programs, workload, limit_bytes, seconds):
    """The first run ends the traces of the one before, the second tells what listing takes."""
    ask(programs, workload, "--seconds", seconds)
    _, listing = ask(programs, workload, "--calls", 1)
    row, all_faults = ask(programs, workload, "--seconds", seconds)
    there = measure.process_bytes(programs.served["ipc"].pid, "RssFile")
    print_row([workload.name, str(workload.in_flight),
               "none" if limit_bytes is None else f"{limit_bytes >> 20:,}", f"{there >> 20:,}",
               f"{row['calls_per_second']:,}", f"{row['p50_us']:,}", f"{row['p99_us']:,}",
               f"{max(all_faults - listing, 0) / row['calls']:,.2f}"])


def limit(programs, limits, seconds):
    file = programs.store / "data.mdb"
    print_heading(["workload"], ["in flight", "limit, MiB", "in memory, MiB", "calls/s", "p50 µs",
                                 "p99 µs", "waits for the disk, a call"])
    for limit_bytes in (None, *limits):
        with contextlib.ExitStack() as running:
            if limit_bytes is None:
                fill_cache(file)
            else:
                drop_cache(file)
            programs.serve(running)
            if limit_bytes is not None:
                running.enter_context(MemoryLimit(programs.served["ipc"].pid, file, limit_bytes))
            for workload in LIMITED:
                progress(f"{workload.name}, in {limit_bytes or 'all'} bytes of memory")
                measure_limited(programs, workload, limit_bytes, seconds)


def options():
    parser = argparse.ArgumentParser(prog="./run scale", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--series", type=int, default=1_000_000, metavar="N",
                        help="of the greater store, with 100 observations each on average (1,000,000)")
    parser.add_argument("--dir", type=pathlib.Path,
                        help="where stores are made, used again and left; else they are temporary: "
                        "5 GB for a million series while they are loaded")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is measured (5)")
    parser.add_argument("--seconds", type=int, default=2, help="how long each run takes (2)")
    parser.add_argument("--limit-mib", type=int, action="append", metavar="N",
                        help="of memory; as often as wished (a quarter and a sixteenth of the file)")
    parser.add_argument("part", nargs="*", choices=[[], "make", "start", "compare", "limit"],
                        metavar="PART", help="only these: make, start, compare, limit")
    return parser.parse_args()


def wants(given, part):
    return not given.part or part in given.part


def main():
    given = options()
    with contextlib.ExitStack() as running:
        folder = given.dir or pathlib.Path(running.enter_context(
            tempfile.TemporaryDirectory(prefix="bellwether-scale-")))
        folder.mkdir(exist_ok=True)
        sizes = (given.series // 10, given.series)
        both = make_both(given.build, folder, sizes)
        if wants(given, "start"):
            measure_starts(both, sizes, given.rounds)
        if wants(given, "compare"):
            compare(both, given)
        if wants(given, "limit"):
            size = (both[1].store / "data.mdb").stat().st_size
            limits = [n << 20 for n in given.limit_mib or []] or [size // 4, size // 16]
            limit(both[1], limits, given.seconds)


if __name__ == "__main__":
    begin = time.monotonic()
    main()
    progress(f"took {time.monotonic() - begin:.0f} s")
