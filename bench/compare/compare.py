# SPDX-License-Identifier: MIT
"""Bellwether beside other servers and stores, which hold the same series and are asked the same in the
way that suits each best. All run on the same two cores, in turns: ours, a peer, ours, the next peer,
so that what else the machine does meets both; a ratio is of two neighbours."""
import argparse
import contextlib
import json
import os
import pathlib
import platform
import signal
import sys
import tempfile

import rows
from processes import Failed, Missing, use_two_cores
from stage import Stage
from table import Pair, markdown


def options():
    names = list(dict.fromkeys(row.name for row in rows.all_rows()))
    parser = argparse.ArgumentParser(
        prog="./run compare", description=__doc__,
        epilog="A quick look, some four minutes: ./run compare --rounds 1 --seconds 0.3")
    parser.add_argument("--build", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=7, help="how often all is measured (7)")
    parser.add_argument("--seconds", type=float, default=1, help="how long each run takes (1)")
    parser.add_argument("--rows", type=int, help="of the tables that are loaded (10,000,000; with less "
                        "than a second 1,000,000)")
    parser.add_argument("--series", type=int, default=200_000, metavar="N",
                        help="of growth: how many, beside a tenth of them (200,000)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="also write every run there")
    parser.add_argument("row", nargs="*", choices=[[], *names], metavar="ROW",
                        help=f"only these (else all but million): {', '.join(names)}")
    given = parser.parse_args()
    given.row = given.row or [name for name in names if name != "million"]
    if given.rows is None:
        given.rows = 10_000_000 if given.seconds >= 1 else 1_000_000
    return given


def note(pair, action):
    """Does something for a pair, which is left out from then on where that cannot be done."""
    if pair.left_out:
        return
    try:
        action()
    except Missing as missing:
        pair.left_out = f"skipped: {missing}"
    except Failed as failed:
        pair.left_out = f"failed: {failed}"


def measure(stage, pair, seconds):
    """One run of ours, and right behind it one of the peer."""
    ours = pair.row.ours(stage, seconds)
    pair.ours.append(ours)
    if pair.against is not None:
        pair.theirs.append(pair.against.measure(stage, seconds))


def get_ready(stage, pairs):
    """Starts and loads the peers, and lets them choose how they are asked best."""
    for pair in pairs:
        if pair.against is not None and pair.row.rounds_most == rows.ROUNDS_MOST:
            print(f"making ready: {pair.against.name}", file=sys.stderr, flush=True)
            note(pair, lambda: pair.against.measure(stage, 0.1))


def measure_all(stage, pairs, given):
    get_ready(stage, pairs)
    for number in range(given.rounds):
        for pair in pairs:
            if number < pair.row.rounds_most:
                peer = pair.against.name if pair.against else "alone"
                print(f"round {number + 1} of {given.rounds}: {pair.row.title}: {peer}",
                      file=sys.stderr, flush=True)
                note(pair, lambda: measure(stage, pair, given.seconds))


def about(given):
    """What to know of a run."""
    return {"machine": platform.machine(), "kernel": platform.release(),
            "cores": sorted(os.sched_getaffinity(0)), "load": os.getloadavg(),
            "rounds": given.rounds, "seconds": given.seconds, "rows": given.rows,
            "series": given.series}


def end(number, _frame):
    """A signal that ends the program as an error does: servers are stopped, folders removed."""
    raise SystemExit(128 + number)


def tell(pairs, given):
    """Also where it was ended early: what there is."""
    print(markdown(pairs), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps({"about": about(given), "pairs": [
            pair.as_json() for pair in pairs]}, indent=1) + "\n", encoding="utf-8")


def main():
    given = options()
    signal.signal(signal.SIGTERM, end)
    use_two_cores()
    pairs = [Pair(row, against) for row in rows.all_rows()
             if row.name in given.row for against in row.against or [None]]
    try:
        with contextlib.ExitStack() as running:
            folder = running.enter_context(tempfile.TemporaryDirectory(prefix="bellwether-compare-"))
            stage = Stage(running, pathlib.Path(folder), given.build.absolute(), given)
            measure_all(stage, pairs, given)
    finally:
        tell(pairs, given)
    return 1 if any(pair.left_out.startswith("failed") for pair in pairs) else 0


if __name__ == "__main__":
    sys.exit(main())
