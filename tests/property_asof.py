# SPDX-License-Identifier: MIT
"""The rules of releases, statements and as of, as properties of random histories.

Each history is a handful of loads of two small annual series. It is loaded into the real server in
two orders, as two copies under other names: one as it is, one twice over, partly through staged
loads, with a release that is deleted again. Then every question is asked of both copies, before
and after a restart, and the answers are compared with the brute force of oracle.py.

A failure prints its seed; `--seed N --histories 1` runs that history alone.
"""
import argparse
import datetime
import random
import sys
import time
from typing import NamedTuple

import story
from oracle import WITHDRAWN, Oracle, content

sys.path.insert(0, str(story.ROOT / "examples" / "python"))
try:
    import bellwether
except ImportError:
    story.skip("/usr/bin/python3 has no google.protobuf (Debian: python3-protobuf)")

SERIES = ("X", "Y")
PERIODS = range(52, 57)
DAY_MS = 86_400_000
DAYS = [DAY_MS * day for day in range(19_000, 19_006)]
DATASET = {"id": "PROP", "title": "Random histories", "dimensions": [
    {"id": "FREQ", "role": "DIMENSION_ROLE_FREQUENCY"}, {"id": "COPY"}, {"id": "SERIES"}]}


class Load(NamedTuple):
    """One command: what a release says of some series."""

    release: str
    published_at: int
    mode: str  # MERGE, REPLACE, DELETE, or RANGE: a withdrawal of a range of one series.
    rows: dict  # series -> {period: Content}, or of RANGE -> (low, high)


# --- Random histories ---------------------------------------------------------------------------


def random_content(rng):
    status = rng.choice("AAAAAPFTTO")
    return content(rng.choice([1.0, 2.0, 2.5, 0.0, -0.0]), status, rng.choice(["", "", "", "c"]))


def random_load(rng, release, published_at):
    mode = rng.choice(["MERGE"] * 6 + ["REPLACE"] * 2 + ["DELETE"] * 2 + ["RANGE"])
    if mode == "RANGE":
        low, high = sorted(rng.choices(PERIODS, k=2))
        return Load(release, published_at, mode, {rng.choice(SERIES): (low, high)})
    least = 0 if mode == "REPLACE" else 1
    rows = {}
    for series in rng.sample(SERIES, rng.randint(1, 2)):
        periods = rng.sample(PERIODS, rng.randint(least, len(PERIODS)))
        rows[series] = {period: random_content(rng) for period in sorted(periods)}
    return Load(release, published_at, mode, rows)


def random_history(rng):
    """Loads of two to six releases, some of which correct themselves. The first makes the series.
    """
    releases = {name: rng.choice(DAYS) + rng.choice([0, 0, 36_000_000])
                for name in rng.sample("abcdefgh", rng.randint(2, 6))}
    names = list(releases) + rng.choices(list(releases), k=rng.randint(0, 3))
    loads = [random_load(rng, name, releases[name]) for name in names]
    first = Load(names[0], releases[names[0]], "MERGE",
                 {series: {rng.choice(PERIODS): random_content(rng)} for series in SERIES})
    return [first] + loads


def shuffled(rng, loads):
    """Another order, in which only the corrections of one release stay in theirs."""
    first, rest = loads[0], loads[1:]
    order = rng.sample(rest, len(rest))
    of_release = {load.release: iter([l for l in rest if l.release == load.release])
                  for load in rest}
    return [first] + [next(of_release[load.release]) for load in order]


def replay(loads):
    oracle = Oracle()
    for load in loads:
        for series, rows in load.rows.items():
            if load.mode == "RANGE":
                oracle.withdraw_range(load.release, load.published_at, series, *rows)
            else:
                oracle.state(load.release, load.published_at, series, load.mode, rows)
    return oracle


class Copy:
    """One history in one order, under names of its own."""

    def __init__(self, name, loads):
        self.name = name
        self.loads = loads

    def key(self, series):
        return f"PROP/A.{self.name}.{series}"

    def release(self, name):
        return f"{self.name}-{name}"

    def plain(self, release):
        return release.removeprefix(self.name + "-")

    def write(self, load):
        """(method, request) of a load."""
        release = {"id": self.release(load.release), "publisher": "P",
                   "published_at_ms": load.published_at,
                   "precision": "TIME_PRECISION_INSTANT" if load.published_at % DAY_MS else
                   "TIME_PRECISION_DAY"}
        if load.mode == "RANGE":
            (series, (low, high)), = load.rows.items()
            return "Ingest/DeleteObservations", {
                "release": release, "series": {"key": self.key(series)},
                "from": {"text": bellwether.period_text("A", low)},
                "to": {"text": bellwether.period_text("A", high)}}
        return "Ingest/PutObservations", {
            "release": release,
            "series": [self.statements(load.mode, series, rows)
                       for series, rows in load.rows.items()]}

    def statements(self, mode, series, rows):
        deletes = mode == "DELETE"
        observations = [(period, said.value, said.status, None, said.comment)
                        for period, said in rows.items()]
        return {"key": self.key(series), "mode": "WRITE_MODE_" + mode,
                "observations": bellwether.columns_of(observations, with_values=not deletes),
                "withdrawn_count": len(rows) if deletes else 0}


# --- Loading ------------------------------------------------------------------------------------


def send(client, writes):
    """Sends a round of independent writes; returns the summaries."""
    answers = []
    for method in sorted({method for method, _ in writes}):
        answers += client.call_many(method, [r for m, r in writes if m == method], timeout=30)
    for answer in answers:
        if isinstance(answer, bellwether.Error):
            raise answer
    return answers


def send_staged(client, copies_and_loads):
    """The same loads, each through BeginLoad, PutPart and CommitLoad."""
    part = client.schema.LoadPart
    for i, (copy, load) in enumerate(copies_and_loads):
        _, request = copy.write(load)
        load_id = f"{copy.name}-{client.store_revision}-{i}"
        rows = [dict(series, release=request["release"]["id"]) for series in request["series"]]
        packed = part(releases=[request["release"]], series=rows).SerializeToString()
        client.call("Ingest/BeginLoad", {"load_id": load_id})
        for _ in range(2):  # Parts may be sent again.
            client.call("Ingest/PutPart", {"load_id": load_id, "part_number": 1, "part": packed})
        first = client.call("Ingest/CommitLoad", {"load_id": load_id, "part_count": 1})
        again = client.call("Ingest/CommitLoad", {"load_id": load_id, "part_count": 1})
        story.check(first == again, "a repeated CommitLoad answers as the first")


def revision(client):
    client.call("Admin/GetStatus")
    return client.store_revision


def load_plainly(client, copies):
    """One order, each load once, all copies side by side."""
    for step in range(max(len(copy.loads) for copy in copies)):
        send(client, [copy.write(copy.loads[step]) for copy in copies if step < len(copy.loads)])


def load_with_detours(client, rng, copies):
    """Another order: some loads staged, each load twice, and a release that comes and goes."""
    for step in range(max(len(copy.loads) for copy in copies)):
        now = [(copy, copy.loads[step]) for copy in copies if step < len(copy.loads)]
        staged = [(c, l) for c, l in now if l.mode != "RANGE" and rng.random() < 0.05]
        send(client, [c.write(l) for c, l in now if (c, l) not in staged])
        send_staged(client, staged)
        before = revision(client)
        for answer in send(client, [c.write(l) for c, l in now]):
            story.check(not answer.summary.changed, "a second load of the same changes nothing")
        story.check(revision(client) == before, "a second load of the same makes no revision")
        detour = [(c, random_load(rng, "zz-detour", DAYS[c.detour_day])) for c, _ in now]
        send(client, [c.write(l) for c, l in detour])
        if rng.random() < 0.5 or step < 2:
            delete_detours(client, [c for c, _ in now])
    delete_detours(client, copies)


def delete_detours(client, copies):
    requests = [{"release": copy.release("zz-detour")} for copy in copies]
    for answer in client.call_many("Ingest/DeleteRelease", requests, timeout=30):
        gone = isinstance(answer, bellwether.Error) and answer.reason == "RELEASE_NOT_FOUND"
        story.check(gone or not isinstance(answer, bellwether.Error), f"DeleteRelease: {answer}")


# --- Asking -------------------------------------------------------------------------------------


class Question(NamedTuple):
    """What to ask the server, how to read its answer, and what the answer must be."""

    text: str
    method: str
    request: dict
    read: object
    expected: object


def bounds(copy, oracle):
    """(name, AsOf, the oracle's bound) of every point in time that could make a difference."""
    yield "now", None, None
    for at in sorted({at for at in oracle.published.values()}):
        date = datetime.datetime.fromtimestamp(at / 1000, datetime.timezone.utc).date()
        yield f"as of {date}", {"date": str(date)}, at - at % DAY_MS + DAY_MS - 1
        yield f"as of {at} ms", {"time_ms": at}, at
        yield f"as of {at - 1} ms", {"time_ms": at - 1}, at - 1
    for release in sorted(oracle.published):
        yield f"as of {release}", {"release": copy.release(release)}, release


def read_observations(copy, answer):
    return [(row.period, content(row.value, row.status, row.comment), copy.plain(row.release.id))
            for row in bellwether.rows(answer.series.observations)]


def read_latest(copy, answer):
    failed = {error.index: error.status.details[0].reason for error in answer.errors}
    rows = []
    for i, value in enumerate(answer.values):
        if i in failed:
            rows.append(failed[i])
            continue
        status = chr(answer.statuses[i]) if answer.statuses else "A"
        release = answer.releases[answer.release_indexes[i] if answer.release_indexes else 0]
        rows.append((answer.periods[i], content(value, status).bits, status,
                     copy.plain(release.id)))
    return rows


def expected_latest(row):
    if row is None:
        return "NO_VALUE"
    period, said, release = row
    return period, said.bits, said.status, release


def read_revisions(copy, answer):
    comments = {comment.index: comment.text for comment in answer.comments}
    unchanged = set(answer.unchanged_indexes)
    rows = []
    for i, period in enumerate(answer.periods):
        status = chr(answer.statuses[i]) if answer.statuses else "A"
        said = WITHDRAWN if status == "-" else content(answer.values[i], status,
                                                       comments.get(i, ""))
        rows.append((period, copy.plain(answer.releases[answer.release_indexes[i]].id), said,
                     answer.known_until_ms[i], i in unchanged))
    return rows


def read_vintages(copy, answer):
    rows = []
    for v in answer.vintages:
        named = v.stated_count + v.withdrawn_count
        rows.append({
            "release": copy.plain(v.release.id), "stated_count": v.stated_count,
            "withdrawn_count": v.withdrawn_count,
            "first_period": v.first_period if named else None,
            "last_period": v.last_period if named else None,
            "new_count": v.new_count, "revised_count": v.revised_count,
            "unchanged_count": v.unchanged_count, "replaces": v.replaces})
    return rows


def questions(copy, oracle):
    for series in SERIES:
        yield from questions_of_series(copy, oracle, series)
    for name, as_of, bound in bounds(copy, oracle):
        for actual_only in (False, True):
            yield Question(
                f"latest {name}, actual_only {actual_only}", "Observations/GetLatest",
                {"keys": [copy.key(s) for s in SERIES], "view": "VIEW_FULL", "as_of": as_of,
                 "actual_only": actual_only}, read_latest,
                [expected_latest(oracle.latest(s, bound, actual_only)) for s in SERIES])


def questions_of_series(copy, oracle, series):
    ref = {"key": copy.key(series)}
    for name, query, expected in observation_questions(copy, oracle, series):
        yield Question(f"{series} {name}", "Observations/GetObservations",
                       {"series": ref, "query": dict(query, view="VIEW_FULL")},
                       read_observations, expected)
    for name, as_of, bound in bounds(copy, oracle):
        for again in (False, True):
            yield Question(f"{series} revisions {name}, include_unchanged {again}",
                           "Observations/ListRevisions",
                           {"series": ref, "as_of": as_of, "include_unchanged": again},
                           read_revisions,
                           [tuple(v) for v in oracle.revisions(series, bound, again)])
    yield Question(f"{series} vintages", "Observations/ListVintages", {"series": ref},
                   read_vintages, oracle.vintages(series))


def observation_questions(copy, oracle, series):
    for name, as_of, bound in bounds(copy, oracle):
        yield name, {"as_of": as_of}, oracle.observations(series, bound)
        for n in (1, 2, 3):
            yield (f"release {n} of each period, {name}", {"as_of": as_of, "nth_release": n},
                   oracle.nth_release(series, n, bound))
    for release in sorted(oracle.published):
        yield (f"only {release}", {"only_release": copy.release(release)},
               oracle.only_release(series, release))


def ask(client, copies, oracles):
    """Asks everything of every copy; returns how many questions, and the wrong answers."""
    asked, wrong = 0, []
    for copy in copies:
        by_method = {}
        for question in questions(copy, oracles[copy.history]):
            by_method.setdefault(question.method, []).append(question)
        for method, all_of_it in by_method.items():
            answers = client.call_many(method, [q.request for q in all_of_it], timeout=30)
            asked += len(answers)
            for question, answer in zip(all_of_it, answers):
                failed = isinstance(answer, bellwether.Error)
                got = str(answer) if failed else question.read(copy, answer)
                if got != question.expected:
                    wrong.append((copy, question, got))
    return asked, wrong


def ask_page_by_page(client, copy):
    """Pages of two rows, put together, are the whole."""
    for series in SERIES:
        request = {"series": {"key": copy.key(series)}, "query": {"view": "VIEW_FULL"}}
        whole = client.call("Observations/GetObservations", request)
        pages = client.pages("Observations/GetObservations", dict(request, page_size=2))
        rows = [row for page in pages for row in read_observations(copy, page)]
        story.check(rows == read_observations(copy, whole), "pages of observations are the whole")
        request = {"series": {"key": copy.key(series)}}
        whole = client.call("Observations/ListRevisions", request)
        pages = client.pages("Observations/ListRevisions", dict(request, page_size=2))
        rows = [row for page in pages for row in read_revisions(copy, page)]
        story.check(rows == read_revisions(copy, whole), "pages of revisions are the whole")


# --- The properties -----------------------------------------------------------------------------


def resend(client, kept):
    """Writes of long ago, byte for byte: answered as the first time, and without effect."""
    before = revision(client)
    replies = client.exchange([call for call, _ in kept], 30)
    for (_, first), again in zip(kept, replies):
        story.check(client.open(first) == client.open(again), "a resent write answers as the first")
    story.check(revision(client) == before, "a resent write makes no revision")


def write_and_keep(client, copies):
    """A first write of each copy whose bytes are kept, to be sent again at the end."""
    calls = []
    for copy in copies:
        method, request = copy.write(copy.loads[0])
        packed = client.request(method, request).SerializeToString()
        calls.append(client.pack(method, packed))
    return list(zip(calls, client.exchange(calls, 30)))


def show(failure, loads):
    copy, question, got = failure
    print(f"\nhistory {copy.name} (seed {copy.seed}): {question.text}")
    for load in loads:
        print(f"  {load.release} {load.published_at} {load.mode}")
        for series, rows in load.rows.items():
            print(f"    {series} {readable(rows)}")
    print(f"  expected {readable(question.expected)}\n  got      {readable(got)}")


def readable(value):
    if hasattr(value, "bits"):
        return f"{value.value}{value.status}{value.comment}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {readable(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(readable(v) for v in value) + "]"
    return str(value)


def make_copies(seed, number):
    copies = []
    for i in range(number):
        rng = random.Random(seed + i)
        loads = random_history(rng)
        for letter, order in (("p", loads), ("q", shuffled(rng, loads))):
            copy = Copy(f"h{i}{letter}", order)
            copy.history, copy.seed = i, seed + i
            copy.detour_day = rng.randrange(len(DAYS))
            copies.append(copy)
    return copies


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--histories", type=int, default=150)
    options = parser.parse_args()
    copies = make_copies(options.seed, options.histories)
    plain, other = copies[::2], copies[1::2]
    oracles = {copy.history: replay(copy.loads) for copy in plain}
    print(f"seed {options.seed}, {options.histories} histories")
    with story.Server() as server, bellwether.Client(server.url) as client:
        client.call("Ingest/PutDataset", {"dataset": DATASET})
        kept = write_and_keep(client, plain)
        load_plainly(client, plain)
        server.restart()
        load_with_detours(client, random.Random(options.seed), other)
        asked, wrong = ask(client, copies, oracles)
        for copy in copies[:40]:
            ask_page_by_page(client, copy)
        server.restart()
        resend(client, kept)
        asked_again, wrong_again = ask(client, copies[:40], oracles)
    for failure in (wrong + wrong_again)[:5]:
        show(failure, failure[0].loads)
    print(f"{asked + asked_again} questions, {len(wrong + wrong_again)} wrong answers")
    return 1 if wrong or wrong_again else 0


if __name__ == "__main__":
    sys.exit(main())
