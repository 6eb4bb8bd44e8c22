# SPDX-License-Identifier: MIT
"""Counts the tests of meson's logs and names those that were skipped or failed.

    summary.py [--allowed-skips FILE] LOG...

The last line is `N passed, N failed, N skipped`. Fails when a test failed, when none passed, when a
log is missing, or when a skipped test is not among the allowed ones (any is, without the option)."""
import argparse
import json
import pathlib
import sys


def read_log(path):
    """The tests of one log: (name, result, output). meson writes one JSON object a line."""
    if not path.exists():
        return [(str(path), "MISSING", "")]
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    tests = [json.loads(line) for line in lines if line.strip()]
    return [(test["name"].split(" / ")[-1], test["result"], test.get("stdout") or "")
            for test in tests]


def read_allowed(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.split("#")[0].strip() for line in lines} - {""}


def reason_of(output):
    """What a skipped test printed last: the reason."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--allowed-skips", type=pathlib.Path)
    parser.add_argument("logs", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    allowed = read_allowed(options.allowed_skips) if options.allowed_skips else None
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    forbidden = 0
    for log in options.logs:
        for name, result, output in read_log(log):
            if result in ("OK", "EXPECTEDFAIL"):
                counts["passed"] += 1
            elif result == "SKIP":
                counts["skipped"] += 1
                is_allowed = allowed is None or name in allowed
                forbidden += not is_allowed
                print(f"skipped{'' if is_allowed else ' and must not be'}: {name}: {reason_of(output)}")
            else:
                counts["failed"] += 1
                print(f"failed: {name}: {result} ({log})")
    print(", ".join(f"{number} {word}" for word, number in counts.items()))
    return 1 if counts["failed"] or forbidden or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
