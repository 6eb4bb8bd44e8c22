# SPDX-License-Identifier: MIT
"""An export that is loaded into an empty store answers every question as the store it is of.

Random histories (those of property_asof.py, with figures, comments and texts of every kind) are
loaded into a server as series of two datasets that share their releases. Both are exported, loaded
into a fresh server, and everything that can be asked is asked of both; the answers must be the same
bytes, but for the numbers that only the store itself knows. What is exported of the second store
must be the same bytes, too.

A failure prints the question; `--seed N` plays the same again.
"""
import argparse
import difflib
import itertools
import pathlib
import random
import struct
import sys
import tempfile
import time

import property_asof as asof
import story
from oracle import content

bellwether = asof.bellwether

DATASETS = ("ONE", "TWO")
POOL = {name: day + extra for name, day, extra in zip(
    "abcdefgh", asof.DAYS + asof.DAYS, [0, 0, 36_000_000, 0, 1, 0, 0, 36_000_000])}
TEXTS = ["", "x", " x ", "\t", "a,b", 'say "so"', "line\nline", "line\r\nline", "Größe 数据 🙂",
         "=1+1", "x" * 300, "\\", "null", "-", "a;b", "\n"]
# What only the store knows: numbers that it gives, and the places of pages.
OWN_FIELDS = {"handle", "handles", "changed_revision", "next_page_token"}


# --- Random stores ------------------------------------------------------------------------------


def any_content(rng):
    """A figure with any bits that a double may have, and any status."""
    status = rng.choice("AAAAAAABDEFGIJKNPSUVWTTOMHLQ")
    bits = rng.choice([rng.getrandbits(64), struct.unpack("<Q", struct.pack("<d", rng.choice(
        [0.0, -0.0, 0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 1 / 3, 2.5])))[0]])
    value = struct.unpack("<d", struct.pack("<Q", bits))[0]
    if value != value or value in (float("inf"), float("-inf")):
        value = 1.5
    return content(value, status, rng.choice([""] * 4 + TEXTS))


def few_contents(rng):
    """So few that releases often say the same again."""
    return content(rng.choice([1.0, 2.0]), rng.choice("AAAPTO"), rng.choice(["", "", "c"]))


def random_history(rng):
    asof.random_content = rng.choice([any_content, few_contents])
    names = rng.choices(list(POOL), k=rng.randint(1, 7))
    first = asof.Load(names[0], POOL[names[0]], "MERGE",
                      {s: {rng.choice(asof.PERIODS): asof.random_content(rng)}
                       for s in asof.SERIES})
    return [first] + [asof.random_load(rng, name, POOL[name]) for name in names]


class Copy(asof.Copy):
    """A history as two series of a dataset; the releases are everybody's."""

    def __init__(self, dataset, name, loads, rng):
        super().__init__(name, loads)
        self.dataset, self.rng = dataset, rng

    def key(self, series):
        return f"{self.dataset}/A.{self.name}.{series}"

    def release(self, name):
        return name

    def write(self, load):
        method, request = super().write(load)
        request["release"] = RELEASES[load.release]
        if load.mode == "RANGE" and self.rng.random() < 0.3:
            del request[self.rng.choice(["from", "to"])]
        return method, request

    def statements(self, mode, series, rows):
        statements = super().statements(mode, series, rows)
        if self.rng.random() < 0.3:
            statements["source_url"] = self.rng.choice(["https://x/1", " https://x/2", "a,b"])
        if self.rng.random() < 0.3:
            statements["attributes"] = random_attributes(self.rng)
        return statements


RELEASES = {}


def random_unit(rng):
    unit = {"unit": rng.choice(["", "CNY", "PT"]), "unit_mult": rng.choice([0, 12, -3])}
    if rng.random() < 0.5:
        unit["decimals"] = rng.choice([0, 3])
    return unit


def random_attributes(rng):
    attributes = {name: rng.choice(TEXTS) for name in ("title", "source_note", "source_id")
                  if rng.random() < 0.4}
    if rng.random() < 0.5:
        attributes["unit"] = random_unit(rng)
    return attributes


def random_release(rng, name):
    day = POOL[name] % asof.DAY_MS == 0 and rng.random() < 0.5
    return {"id": name, "published_at_ms": POOL[name], "title": rng.choice(TEXTS),
            "publisher": rng.choice(["P", "Größe"]), "note": rng.choice(TEXTS),
            "url": rng.choice(["", "https://r/1", " https://r/2,3"]),
            "precision": "TIME_PRECISION_DAY" if day else "TIME_PRECISION_INSTANT"}


def describe(client, rng, names):
    """The datasets, with some indicators and codes described and others not."""
    for dataset in DATASETS:
        client.call("Ingest/PutDataset", {"dataset": {
            "id": dataset, **{field: rng.choice(TEXTS) for field in (
                "title", "publisher", "licence", "url", "description")},
            "dimensions": [{"id": "FREQ", "role": "DIMENSION_ROLE_FREQUENCY"},
                           {"id": "COPY", "name": rng.choice(TEXTS)},
                           {"id": "SERIES", "role": "DIMENSION_ROLE_INDICATOR"}]}})
        client.call("Ingest/PutIndicators", {"dataset": dataset, "indicators": [
            {"id": "X", "name": "Trade of goods", "definition": rng.choice(TEXTS),
             "unit": random_unit(rng), "kind": rng.randint(0, 4), "tags": ["a", "b c"],
             "methodology": rng.choice(TEXTS), "source": rng.choice(TEXTS), "source_id": "X.1"},
            {"id": "UNUSED"}]})
        codes = [{"code": name, "name": rng.choice(["", "Land " + name, *TEXTS]),
                  "order": rng.randint(-3, 3), "is_aggregate": rng.random() < 0.3,
                  "aliases": rng.sample(["q1", "q 2"], rng.randint(0, 2)),
                  "parent": rng.choice(["", "W"])}
                 for name in names if rng.random() < 0.5]
        client.call("Ingest/PutCodes", {"dataset": dataset, "dimension": "COPY",
                                        "codes": codes + [{"code": "W"}]})


def random_copies(rng, number):
    return [Copy(dataset, f"h{i}", random_history(rng), rng)
            for i in range(number) for dataset in DATASETS]


def delete_if_there(client, key):
    """Where the release that is deleted was the only one to state it, the series is gone with it."""
    try:
        client.call("Ingest/DeleteSeries", {"keys": [key]})
    except bellwether.Error as error:
        story.equal(error.reason, "SERIES_NOT_FOUND")


def fill(client, rng, number):
    RELEASES.clear()
    RELEASES.update({name: random_release(rng, name) for name in POOL})
    copies = random_copies(rng, number)
    describe(client, rng, sorted({copy.name for copy in copies}))
    asof.load_plainly(client, copies)
    client.call("Ingest/DeleteRelease", {"release": rng.choice(sorted(POOL))})
    delete_if_there(client, copies[0].key("X"))


# --- Asking -------------------------------------------------------------------------------------


def bounds(client):
    yield None
    for release in stated_releases(client):
        yield {"release": release.id}
        yield {"time_ms": release.published_at_ms}
        yield {"time_ms": release.published_at_ms - 1}
    yield {"date": "2022-01-10"}


def stated_releases(client):
    return [summary.release for page in client.pages("Observations/ListReleases")
            for summary in page.releases if summary.series_count > 0]


def questions(client):
    """(method, request), of everything."""
    keys = [series.key for page in client.pages("Catalog/ListSeries") for series in page.series]
    releases = [release.id for release in stated_releases(client)]
    at = list(bounds(client))
    yield "Catalog/ListDatasets", {}
    yield "Catalog/ListSeries", {"view": "VIEW_FULL"}
    yield "Catalog/BatchGetSeries", {"series": [{"key": key} for key in keys], "view": "VIEW_FULL"}
    yield "Catalog/GetAvailability", {}
    yield "Admin/GetStatus", {}
    for dataset in DATASETS:
        yield from questions_of_dataset(dataset, at)
    for key in keys:
        yield from questions_of_series(key, at, releases)


def questions_of_dataset(dataset, at):
    yield "Catalog/GetDataset", {"id": dataset}
    yield "Catalog/GetAvailability", {"pattern": dataset}
    yield "Catalog/ListIndicators", {"dataset": dataset}
    yield "Observations/ListReleases", {"dataset": dataset}
    for dimension in ("FREQ", "COPY", "SERIES"):
        for used in (False, True):
            yield "Catalog/ListCodes", {"dataset": dataset, "dimension": dimension,
                                        "used_only": used}
    for words in ("", "trade", "x", "land", "größe", "q1", "unused", "a b", "h1"):
        yield "Catalog/Search", {"query": words, "dataset": dataset, "include_series": True,
                                 "page_size": 1000}
    for as_of in at:
        yield "Observations/CompareTargets", {"keys": [dataset], "as_of": as_of}
        for pattern in ("A..X", "A..Y"):
            yield "Observations/GetCrossSection", {"pattern": f"{dataset}/{pattern}",
                                                   "as_of": as_of}
        yield "Observations/GetLatest", {"keys": [dataset], "view": "VIEW_FULL", "as_of": as_of,
                                         "actual_only": True}


def questions_of_series(key, at, releases):
    ref = {"key": key}
    yield "Observations/ListVintages", {"series": ref}
    for as_of in at:
        for again in (False, True):
            yield "Observations/ListRevisions", {"series": ref, "as_of": as_of, "statistics": True,
                                                 "include_unchanged": again}
        for nth in range(4):
            yield "Observations/GetObservations", {"series": ref, "query": {
                "as_of": as_of, "nth_release": nth, "view": "VIEW_FULL"}}
    for release in releases:
        yield "Observations/GetObservations", {"series": ref, "query": {
            "only_release": release, "view": "VIEW_FULL"}}


def scrub(message):
    """Clears what only the store itself knows, all the way down."""
    for field, value in message.ListFields():
        if field.name in OWN_FIELDS:
            message.ClearField(field.name)
        elif field.type == field.TYPE_MESSAGE:
            for part in value if field.label == field.LABEL_REPEATED else [value]:
                scrub(part)


def ranks(answer):
    """The results by rank. Their scores depend on what the store once had, and where they are the
    same, the order does."""
    found = []
    for _, group in itertools.groupby(answer.results, lambda result: result.score):
        group = list(group)
        for result in group:
            result.ClearField("score")
        found.append(sorted(result.SerializeToString(deterministic=True) for result in group))
    return found


def plain(method, answer):
    if isinstance(answer, bellwether.Error):
        return str(answer)
    scrub(answer)
    if method == "Admin/GetStatus":
        return (answer.dataset_count, answer.indicator_count, answer.series_count,
                answer.observation_count)
    if method == "Catalog/Search":
        return ranks(answer)
    return answer.SerializeToString(deterministic=True)


def ask(client, asked):
    by_method = {}
    for method, request in asked:
        by_method.setdefault(method, []).append(request)
    return {method: [plain(method, answer)
                     for answer in client.call_many(method, requests, timeout=30)]
            for method, requests in by_method.items()}, by_method


def lines_of(client, method, request):
    answer, = client.call_many(method, [request], timeout=30)
    if not isinstance(answer, bellwether.Error):
        scrub(answer)
    return str(answer).splitlines()


def compare(client, other):
    asked = list(questions(client))
    answers, requests = ask(client, asked)
    others, _ = ask(other, asked)
    wrong = [(method, requests[method][i]) for method, all_of_it in answers.items()
             for i, answer in enumerate(all_of_it) if answer != others[method][i]]
    for method, request in wrong[:5]:
        print(f"\n{method} {request}", *difflib.unified_diff(
            lines_of(client, method, request), lines_of(other, method, request),
            "the store", "the copy", lineterm=""), sep="\n")
    print(f"{len(asked)} questions, {len(wrong)} wrong answers")
    return not wrong and list(questions(other)) == asked


# --- The property -------------------------------------------------------------------------------


def files_of(folder):
    return [folder / f"{dataset}.{ending}" for dataset in DATASETS for ending in ("json", "csv")]


def export(server, folder):
    server.client("export", "--all", "-o", folder).ok()
    return [path.read_bytes() for path in files_of(folder)]


def load_more(client, other, rng, number):
    for copy in random_copies(rng, number):
        for load in copy.loads[:3]:
            method, request = copy.write(load)
            for store in (client, other):
                store.call(method, request)
    return True


def play(rng, number, folder):
    with story.Server() as server, bellwether.Client(server.url) as client:
        fill(client, rng, number)
        exported = export(server, folder / "first")
        in_place = story.client("--db", server.db, "export", "--all", "-o", folder / "in-place")
        in_place.ok()
        for path in files_of(folder / "first"):
            same = path.read_bytes() == (folder / "in-place" / path.name).read_bytes()
            story.check(same, f"{path.name} is the same in direct mode")
        with story.Server() as copy, bellwether.Client(copy.url) as other:
            copy.client("load", *files_of(folder / "first")).ok()
            again = copy.client("load", *files_of(folder / "first")).ok()
            story.contains(again.out, "nothing changed")
            same = export(copy, folder / "second") == exported
            if not same:
                print("the second export is another")
            # What is loaded later, older releases too, finds the copy as it finds the store.
            return same and compare(client, other) and load_more(client, other, rng, number) and (
                compare(client, other))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--histories", type=int, default=15)
    parser.add_argument("--stores", type=int, default=2)
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.stores):
        print(f"seed {seed}, {options.histories} histories in {len(DATASETS)} datasets")
        with tempfile.TemporaryDirectory(prefix="bellwether-") as folder:
            if not play(random.Random(seed), options.histories, pathlib.Path(folder)):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
