# SPDX-License-Identifier: MIT
"""What every verb prints in every format, byte for byte: tests/golden/VERB.FORMAT[.VARIANT], of the
bundled figures. Where a change is wanted, write the files anew, and read what git shows of them:

    GOLDEN_WRITE=1 /usr/bin/python3 tests/story_golden.py

What differs from run to run, such as times, sizes and addresses, stands there as <NAME>."""
import difflib
import os
import re

import story
import terminal

GOLDEN = story.ROOT / "tests" / "golden"
TRADE = "CBEC/A.CHN.TRADE._T"
TWO = "CBEC/S.CHN.EXPORTS+IMPORTS._T"
WRITES = os.environ.get("GOLDEN_WRITE", "") != ""

FOR_ALL = ("table", "csv", "tsv", "json", "jsonl")
# Verb, its variant, its words. Each in the formats above, and in SDMX-CSV those that have it.
QUESTIONS = [
    ("get", "", ("get", TRADE, "CBEC/A.CHN.EXPORT_SHARE._T", "--from", "2023")),
    ("get", "computed", ("get", TRADE, "--yoy", "--from", "2022", "--fill")),
    ("get", "empty", ("get", TRADE, "--to", "1999")),
    ("get", "wide", ("get", TWO, "CBEC/S.CHN.TRADE._T", "--wide")),
    ("get", "wide-computed", ("get", TRADE, TRADE + ":yoy", "--wide", "--fill")),
    ("latest", "", ("latest", TRADE, "CBEC/A.WLD..", "CBEC/A.CHN.SMART_UPGRADE_RATE._T")),
    ("cross", "", ("cross", "CBEC/A.CHN.._T", "--limit", "4")),
    ("targets", "", ("targets", "CBEC")),
    ("revisions", "", ("revisions", TRADE, "--from", "2022", "--statistics")),
    ("vintages", "", ("vintages", TRADE)),
    ("list-datasets", "", ("list", "datasets")),
    ("list-indicators", "", ("list", "indicators", "CBEC", "--tag", "exports")),
    ("list-series", "", ("list", "series", "CBEC/S...")),
    ("list-codes", "", ("list", "codes", "CBEC", "REF_AREA")),
    ("list-releases", "", ("list", "releases")),
    ("list-availability", "", ("list", "availability", "CBEC/A...", "--where",
                               "REF_AREA=WLD+CHN_EAST")),
    ("search", "", ("search", "trade", "--series", "--limit", "4")),
    ("describe-dataset", "", ("describe", "CBEC")),
    ("describe-indicator", "", ("describe", "TRADE")),
    ("describe-series", "", ("describe", TRADE)),
    ("describe-release", "", ("describe", "XINHUA-CBEC-2025")),
    ("resolve", "", ("resolve", TRADE, "CBEC/A.CHN.EXPORTS._T")),
    ("changes", "", ("changes", "--dataset", "CBEC")),
    ("status", "", ("status",)),
    ("health", "", ("health",)),
    ("delete", "", ("delete", "release", "XINHUA-CBEC-2025", "--dry-run")),
    ("load", "", ("load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv")),
]
SDMX = {("get", ""), ("get", "empty"), ("latest", ""), ("cross", "")}
# Only as tables: what colours and a terminal do.
TABLES = [
    ("latest", "spark", ("latest", "CBEC/S...", TRADE, "--spark")),
    ("list-series", "spark", ("list", "series", "CBEC/S...", "--spark")),
    ("get", "colour", ("get", TRADE, "--from", "2023", "--colour", "always")),
    ("get", "wide-colour", ("get", TWO, "--wide", "--colour", "always")),
    ("targets", "colour", ("targets", "CBEC", "--colour", "always")),
    ("describe-series", "colour", ("describe", TRADE, "--color=always")),
    ("plot", "bars", ("plot", TRADE, "--width", "60")),
    ("plot", "lines", ("plot", "CBEC/A.CHN.EXPORTS+IMPORTS._T", "--width", "60", "--height", "14")),
    ("plot", "ascii", ("plot", "CBEC/A.CHN.EXPORTS+IMPORTS._T", "--width", "60", "--height", "14",
                       "--ascii")),
    ("plot", "target", ("plot", "CBEC/A.CHN.SMART_UPGRADE_RATE._T", "--width", "60")),
    ("plot", "gap", ("plot", "CBEC/A.CHN.TRADE+GOODS_TRADE._T", "--transform", "index=2020",
                     "--width", "60", "--height", "14")),
    ("plot", "colour", ("plot", "CBEC/A.CHN.EXPORTS+IMPORTS._T", "--colour", "always", "--width",
                        "60", "--height", "14")),
]
TERMINALS = [
    ("get", 80, ("get", TRADE, "--from", "2023")),
    ("latest", 80, ("latest", "CBEC/S...")),
    ("latest", 120, ("latest", "CBEC/")),
    ("cross", 80, ("cross", "CBEC/A.CHN.._T")),
    ("targets", 100, ("targets", "CBEC")),
    ("list-series", 100, ("list", "series", "CBEC/S...")),
    ("list-releases", 80, ("list", "releases")),
    ("describe-dataset", 60, ("describe", "CBEC")),
    ("search", 80, ("search", "trade")),
    ("plot", 40, ("plot", TRADE)),
]
VARYING = [
    (r"(?m)^(\{?(?:\"field\": )?\"?(version|store_id|store_bytes|map_bytes|uptime_ms|calls|errors|"
     r"listens)\"?(?:, \"value\": \"|,|\t| +))[^\"\n]+", r"\1<\2>"),
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
]


class Bundled:
    server = None


def steady(text):
    for pattern, instead in VARYING:
        text = re.sub(pattern, instead, text)
    return text


def compare(name, got):
    """The difference to the golden file, as text; "" for none. Or writes it."""
    path = GOLDEN / name
    got = steady(got)
    if WRITES:
        path.write_text(got, encoding="utf-8", newline="")
        return ""
    expected = ""
    if path.exists():
        with open(path, encoding="utf-8", newline="") as file:
            expected = file.read()
    return "".join(difflib.unified_diff(expected.splitlines(True), got.splitlines(True),
                                        f"tests/golden/{name}", "printed"))


def name_of(verb, form, variant):
    return f"{verb}.{form}" + (f".{variant}" if variant else "")


def answers():
    """(name of the golden file, what is printed), one by one."""
    env = {"LC_ALL": "C.UTF-8", "NO_COLOR": ""}
    data = story.ROOT / "data"
    for verb, variant, words in QUESTIONS:
        for form in FOR_ALL + (("sdmx-csv",) if (verb, variant) in SDMX else ()):
            done = Bundled.server.client(*words, "--format", form, cwd=data, env=env).ok()
            yield name_of(verb, form, variant), done.out
    for verb, variant, words in TABLES:
        yield name_of(verb, "table", variant), Bundled.server.client(*words, env=env).ok().out
    for verb, columns, words in TERMINALS:
        out = terminal.on_terminal(story.BELLWETHER, "--server", Bundled.server.url, *words,
                                   columns=columns)
        yield name_of(verb, "table", f"terminal-{columns}"), out


@story.scene
def every_verb_prints_in_every_format_what_its_golden_file_has():
    differences = [compare(name, out) for name, out in answers()]
    story.check(not any(differences),
                "\n" + "".join(differences) +
                "If that is wanted: GOLDEN_WRITE=1 /usr/bin/python3 tests/story_golden.py")


@story.scene
def every_golden_file_belongs_to_a_question():
    names = {name for name, _ in answers()}
    story.equal({path.name for path in GOLDEN.iterdir()} - names, set())


def load(server, _):
    server.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv",
                  cwd=story.ROOT / "data").ok()


if __name__ == "__main__":
    story.play_on(Bundled, load)
