# SPDX-License-Identifier: MIT
"""The rules of queries, as properties of random series: what the server makes of scale, range,
aggregation, transforms, filling, filters, first and last rows and alignment, as known at any time,
is what the spreadsheet of oracle_queries.py makes of the figures that oracle.py says were known.

A failure prints its seed and its number; `--seed N --only NUMBER` asks that question alone.
"""
import argparse
import functools
import math
import random
import sys
import time
from typing import NamedTuple

import story
from oracle import Oracle, content
import oracle_queries as sheets
from oracle_queries import Aggregation, Query, Refused, Series, Step, Unit

sys.path.insert(0, str(story.ROOT / "examples" / "python"))
try:
    import bellwether
except ImportError:
    story.skip("/usr/bin/python3 has no google.protobuf (Debian: python3-protobuf)")

DAY_MS = 86_400_000
DATASET = {"id": "QRY", "title": "Random series", "dimensions": [
    {"id": "FREQ", "role": "DIMENSION_ROLE_FREQUENCY"}, {"id": "NAME"},
    {"id": "INDICATOR", "role": "DIMENSION_ROLE_INDICATOR"}]}
INDICATORS = {  # id: (kind, unit)
    "FLOW6": ("FLOW", Unit("CNY", 6)), "FLOW9": ("FLOW", Unit("CNY", 9)),
    "STOCK3": ("STOCK", Unit("NR", 3)), "RATE": ("RATE", Unit("PT", 0)),
    "INDEX": ("INDEX", Unit("IX", 0)), "CENTS": ("", Unit("USD", -2))}
LENGTHS = {"A": 25, "S": 30, "Q": 50, "M": 60, "W": 120, "B": 330, "D": 420, "H": 200}
RELEASES = {f"r{i}": DAY_MS * (19_000 + 10 * i) for i in range(4)}
AT_ONCE = 250  # Questions.
ENOUGH = 20  # Wrong answers after which no more is asked.
METHODS = ("AVERAGE", "SUM", "FIRST", "LAST", "MIN", "MAX")
EXACT = ("FIRST", "LAST", "MIN", "MAX")
FUNCTIONS = list(sheets.LAGGED) + [
    "LOG", "INDEX", "CUMULATIVE", "MOVING_AVERAGE", "SHARE", "FORMULA"]
FORMULAS = ("x - y", "(x - y) / y * 100", "2 * x + 0.5 * y", "x / y", "-x / (y - 3)", "x * 1.5",
            "(x + y) / 2", "x - (y - x)", "1 / x", "x / 2 / y")


# --- Random series ------------------------------------------------------------------------------


class World:
    """Random series in several releases, and what was known of them."""

    def __init__(self, rng):
        self.about = {}  # key -> (frequency, kind, unit)
        self.loads = []  # (release, key, mode, {period: Content})
        self.oracles = {}  # key -> Oracle
        for frequency in LENGTHS:
            for indicator, (kind, unit) in INDICATORS.items():
                key = f"QRY/{frequency}.s{len(self.about) % 5}.{indicator}"
                self.about[key] = frequency, kind, unit
                self.oracles[key] = Oracle()
                self.oracles[key].published.update(RELEASES)
                for load in random_loads(rng, frequency):
                    release, mode, rows = load
                    self.loads.append((release, key, mode, rows))
                    self.oracles[key].state(release, RELEASES[release], key, mode, rows)

    @functools.lru_cache(None)
    def known(self, key, view):
        """The Series as known in a view."""
        oracle = self.oracles[key]
        if view.only_release:
            rows = oracle.only_release(key, view.only_release)
        elif view.nth_release:
            rows = oracle.nth_release(key, view.nth_release, view.bound)
        else:
            rows = oracle.observations(key, view.bound)
        return Series(*self.about[key], {
            t: (None if math.isnan(said.value) else said.value, said.status)
            for t, said, _ in rows})


class View(NamedTuple):
    """Which figures: `bound` is a release or an instant, as oracle.py takes it."""

    bound: object = None
    only_release: str = ""
    nth_release: int = 0


class Temper(NamedTuple):
    """What a random series is like."""

    positive: bool
    gaps: float
    weekends: float  # The share of weekend days that have a row, of D.
    plain: bool  # No status but A.


def random_content(rng, temper):
    status = "A" if temper.plain else rng.choice("A" * 40 + "PPPPEEFFBBIUVTDNOOOM")
    value = rng.choice([1.0, 2.0, 2.5, rng.randint(1, 40) / 4, round(rng.uniform(1, 200), 1)])
    if not temper.positive:
        value = rng.choice([value, value, value, 0.0, -value])
    return content(value, status, rng.choice(["", "", "", "c"]))


def random_loads(rng, frequency):
    """[(release, mode, rows)] of one series: stated, then revised, lengthened, partly withdrawn."""
    temper = Temper(rng.random() < 0.6, rng.choice([0, 0.02, 0.02, 0.3]), rng.choice([0, 0.01, 1]),
                    rng.random() < 0.3)
    begin = sheets.period_at(frequency, sheets.DAY * (17_000 + rng.randint(0, 40)))
    periods = [t for t in range(begin, begin + LENGTHS[frequency]) if rng.random() >= temper.gaps]
    if frequency == "D":
        periods = [t for t in periods
                   if not sheets.is_weekend(t) or rng.random() < temper.weekends]
    cut = len(periods) * 2 // 3
    loads = [("r0", "MERGE", periods[:cut])]
    for release in ("r1", "r2", "r3"):
        mode = rng.choice(["MERGE"] * 6 + ["REPLACE", "DELETE"])
        cut = min(len(periods), cut + rng.randint(0, len(periods) // 5))
        share = {"MERGE": 0.15, "REPLACE": 0.9, "DELETE": 0.05}[mode]
        loads.append((release, mode, [t for i, t in enumerate(periods) if rng.random() < share and
                                      i < cut or mode == "MERGE" and cut - 5 < i < cut]))
    return [(release, mode, {t: random_content(rng, temper) for t in periods})
            for release, mode, periods in loads if periods]


def load(client, world):
    client.call("Ingest/PutDataset", {"dataset": DATASET})
    client.call("Ingest/PutIndicators", {"dataset": "QRY", "indicators": [
        {"id": name, "name": name, "kind": "INDICATOR_KIND_" + (kind or "UNSPECIFIED"),
         "unit": {"unit": unit.name, "unit_mult": unit.mult}}
        for name, (kind, unit) in INDICATORS.items()]})
    for release, published_at in RELEASES.items():
        client.call("Ingest/PutObservations", {
            "release": {"id": release, "publisher": "P", "published_at_ms": published_at,
                        "precision": "TIME_PRECISION_DAY"},
            "series": [statements(key, mode, rows) for r, key, mode, rows in world.loads
                       if r == release]}, timeout=30)


def statements(key, mode, rows):
    deletes = mode == "DELETE"
    observations = [(t, said.value, said.status, None, said.comment)
                    for t, said in sorted(rows.items())]
    return {"key": key, "mode": "WRITE_MODE_" + mode,
            "observations": bellwether.columns_of(observations, with_values=not deletes),
            "withdrawn_count": len(rows) if deletes else 0}


# --- Random queries -----------------------------------------------------------------------------


class Ask(NamedTuple):
    """A query with its view; the steps' `other` are keys."""

    query: Query
    view: View = View()


def random_view(rng):
    if rng.random() < 0.5:
        return View()
    release = rng.choice(list(RELEASES))
    return rng.choice([View(bound=release), View(bound=RELEASES[release]),
                       View(bound=RELEASES[release] - 1), View(only_release=release),
                       View(nth_release=rng.choice([1, 1, 2]), bound=rng.choice([None, release]))])


def random_bound(rng, series):
    """A period somewhere about the series, of its frequency or a lower one."""
    letters = [letter for letter in "ASQMWBDH" if letter <= "Z"]
    letters = letters[:letters.index(series.frequency) + 1]
    frequency = rng.choice([series.frequency, rng.choice(letters)])
    first = sheets.start(series.frequency, min(series.sheet, default=0))
    last = sheets.start(series.frequency, max(series.sheet, default=0))
    margin = (last - first) // 10
    return frequency, sheets.period_at(frequency, rng.randint(first - margin, last + margin))


def random_range(rng, series):
    low = random_bound(rng, series) if rng.random() < 0.5 else None
    high = random_bound(rng, series) if rng.random() < 0.3 else None
    if low and high and sheets.start(*low) > sheets.start(*high):
        return high, low
    return low, high


def random_aggregation(rng, series):
    lower = sheets.LETTERS[:sheets.LETTERS.index(series.frequency) + (rng.random() < 0.1)]
    if series.frequency != "D" or any(map(sheets.is_weekend, series.sheet)):
        lower = lower.replace("B", "")  # No rule says where a weekend belongs.
    if not lower:
        return None
    return Aggregation(rng.choice(lower), rng.choice(("", "") + METHODS),
                       rng.choice([0, 0, 0, 0.5, 0.9, 1.0]), rng.random() < 0.5)


def random_step(rng, world, series, frequency):
    function = rng.choice(FUNCTIONS)
    if function == "INDEX":
        lower = [f for f in "ASQMWD" if sheets.LETTERS.index(f) <= sheets.LETTERS.index(frequency)]
        middle = rng.choice(sorted(series.sheet) or [0])
        base = rng.choice([frequency, rng.choice(lower)])
        return Step(function, base=(base, sheets.bucket_of(series.frequency, middle, base)))
    if function == "MOVING_AVERAGE":
        return Step(function, window=rng.choice([1, 2, 3, 3, 5, 12]))
    if function in ("SHARE", "FORMULA"):
        if frequency == "B" != series.frequency:
            return Step("CHANGE")
        others = [key for key, about in world.about.items() if about[0] == series.frequency or
                  series.frequency != frequency != "B" and
                  sheets.LETTERS.index(about[0]) >= sheets.LETTERS.index(frequency)]
        other = rng.choice(others)
        if function == "SHARE":
            return Step(function, other=other)
        return Step(function, other=other, formula=rng.choice(FORMULAS),
                    formula_unit=rng.choice([None, Unit("EUR", 3)]))
    p = rng.choice([7, 365 if frequency == "D" else 3]) if rng.random() < 0.1 else 0
    return Step(function, periods_a_year=p if function in sheets.ANNUAL else 0)


def random_query(rng, world, series):
    """A query with a few of the options; all at once would leave no rows."""
    low, high = random_range(rng, series)
    aggregation = random_aggregation(rng, series) if rng.random() < 0.4 else None
    frequency = aggregation.frequency if aggregation else series.frequency
    number = rng.choice([0, 1, 1, 1, 1, 2, 3])
    query = Query(low=low, high=high, aggregation=aggregation, scale_units=rng.random() < 0.2,
                  steps=tuple(random_step(rng, world, series, frequency) for _ in range(number)))
    if rng.random() < 0.25:
        query = query._replace(insert_missing=rng.random() < 0.7,
                               carry_forward=rng.choice([0, 1, 2, 5]))
    if rng.random() < 0.2:
        values = [value for value, _ in series.sheet.values() if value is not None] or [1.0]
        low_value, high_value = rng.choice([None, rng.choice(values)]), rng.choice(
            [None, rng.choice(values)])
        if number or aggregation or query.scale_units:  # A bound that rounding cannot meet.
            low_value, high_value = rng.choice([None, -1.2345678]), rng.choice([None, 98.7654321])
        query = query._replace(statuses=rng.choice(["", "", "A", "AP", "OM", "FBI"]),
                               drop_missing=rng.random() < 0.5, min_value=low_value,
                               max_value=high_value)
    if rng.random() < 0.2:
        query = query._replace(first_n=rng.choice([0, 1, 7, 20]), last_n=rng.choice([0, 1, 3, 10]))
    return query


def resolved(world, ask):
    """The query with series in place of keys."""
    return ask.query._replace(steps=tuple(
        step._replace(other=world.known(step.other, ask.view)) if step.other else step
        for step in ask.query.steps))


# --- The same query on the wire -----------------------------------------------------------------


def wire_bound(bound, as_text):
    if bound is None:
        return None
    frequency, period = bound
    if as_text:
        return {"text": bellwether.period_text(frequency, period)}
    return {"period": {"frequency": sheets.LETTERS.index(frequency) + 1, "ordinal": period}}


def wire_step(step):
    wire = {"function": "TRANSFORM_FUNCTION_" + step.function, "window": step.window,
            "formula": step.formula, "base_period": wire_bound(step.base, step.base and
                                                               step.base[1] % 2)}
    if step.other:
        wire["other"] = {"key": step.other}
    if step.formula_unit:
        wire["formula_unit"] = wire_unit(step.formula_unit)
    if step.periods_a_year:
        wire["periods_a_year"] = step.periods_a_year
    return wire


def wire_unit(unit):
    return {"unit": unit.name, "unit_mult": unit.mult}


def wire_query(ask):
    query, view = ask
    as_text = bool(query.low or query.high) and (query.low or query.high)[1] % 2 == 0
    wire = {"from": wire_bound(query.low, as_text), "to": wire_bound(query.high, as_text),
            "first_n": query.first_n, "last_n": query.last_n,
            "only_release": view.only_release, "nth_release": view.nth_release,
            "transforms": [wire_step(step) for step in query.steps],
            "fill": {"insert_missing": query.insert_missing, "carry_forward": query.carry_forward},
            "filter": {"statuses": query.statuses, "drop_missing": query.drop_missing},
            "scale": "SCALE_UNITS" if query.scale_units else "SCALE_UNSPECIFIED"}
    if isinstance(view.bound, str):
        wire["as_of"] = {"release": view.bound}
    elif view.bound is not None and (view.bound + 1) % DAY_MS == 0:
        wire["as_of"] = {"date": bellwether.period_text("D", view.bound // DAY_MS)}
    elif view.bound is not None:
        wire["as_of"] = {"time_ms": view.bound}
    if query.min_value is not None:
        wire["filter"]["min_value"] = query.min_value
    if query.max_value is not None:
        wire["filter"]["max_value"] = query.max_value
    if query.aggregation:
        frequency, method, min_coverage, insist = query.aggregation
        wire["aggregation"] = {
            "frequency": sheets.LETTERS.index(frequency) + 1, "min_coverage": min_coverage,
            "method": "AGGREGATION_METHOD_" + (method or "UNSPECIFIED"), "insist": insist}
    return wire


# --- Answers ------------------------------------------------------------------------------------


class Rows(NamedTuple):
    """An answer for one series, the server's or the oracle's."""

    key: str
    frequency: str
    unit: Unit
    rows: list  # (period, value or None, status)
    buckets: list  # (how many, of how many)
    has_comments: bool = False
    is_explained: bool = False  # By a formula.


def read_series(series):
    columns = series.observations
    rows = [(row.period, None if math.isnan(row.value) else row.value, row.status)
            for row in bellwether.rows(columns)]
    return Rows(series.key, bellwether.LETTERS[columns.frequency],
                Unit(series.unit.unit, series.unit.unit_mult), rows,
                list(zip(columns.bucket_counts, columns.bucket_sizes)),
                bool(columns.comments), bool(series.formula))


def joined(parts):
    """Series of one page or many; what continues is put together."""
    result, continues = [], False
    for part in parts:
        rows = read_series(part)
        if continues:
            story.check(result[-1].key == rows.key, "the next page goes on with the same series")
            result[-1] = result[-1]._replace(rows=result[-1].rows + rows.rows,
                                             buckets=result[-1].buckets + rows.buckets)
        else:
            result.append(rows)
        continues = part.continues
    story.check(not continues, "the last page ends its series")
    return result


def expected_rows(key, answer):
    rows = [(t, *row) for t, row in sorted(answer.sheet.items())]
    return Rows(key, answer.frequency, answer.unit, rows,
                [answer.buckets[t] for t, _, _ in rows] if answer.buckets is not None else [])


def is_exact(query):
    """Whether values are only picked."""
    return not query.steps and (not query.aggregation or query.aggregation.method in EXACT)


def differences(world, key, ask, expected, got):
    """What is not as it should be, in words."""
    found = []
    for what in ("frequency", "unit"):
        if getattr(expected, what) != getattr(got, what):
            found.append(f"{what}: expected {getattr(expected, what)}, got {getattr(got, what)}")
    changed = bool(ask.query.steps) or got.frequency != world.about[key][0]
    if changed and got.has_comments:
        found.append("comments of figures that were computed")
    if got.is_explained != changed:
        found.append("a formula should tell what was done, and only that")
    one, two = cells_of(expected), cells_of(got)
    # Figures that a step made huge cancel in the next one, and what is left is rounding.
    made = [abs(cell[0]) for cell in one.values() if cell[0] is not None]
    size = max([magnitude(world, key, ask), *(value for value in made if value > 1e12)])
    wrong = [t for t in sorted({*one, *two})
             if not same(one.get(t), two.get(t), is_exact(ask.query), size)]
    unsteady = unsteady_periods(world, key, ask) if wrong else set()
    return found + [f"{label(expected.frequency, t)}: expected {one.get(t)}, got {two.get(t)}"
                    for t in wrong if t not in unsteady]


def magnitude(world, key, ask):
    values = [abs(v) for v, _ in world.known(key, ask.view).sheet.values() if v is not None]
    return max(values, default=1) * 10.0 ** max(0, world.about[key][2].mult)


def cells_of(rows):
    return {t: (value, status, rows.buckets[i] if i < len(rows.buckets) else None)
            for i, (t, value, status) in enumerate(rows.rows)}


def unsteady_periods(world, key, ask):
    """Where several steps make much of a rounding error: what is no cell's fault."""
    if len(ask.query.steps) < 2:
        return set()
    rng = random.Random(key)

    def shaken(series):
        return series._replace(sheet={
            t: (None if value is None else value * (1 + rng.choice([-1, 1]) * 1e-13), status)
            for t, (value, status) in series.sheet.items()})

    query = resolved(world, ask)
    steps = [step._replace(other=shaken(step.other)) if step.other else step
             for step in query.steps]
    series = world.known(key, ask.view)
    one = cells_of(expected_rows(key, sheets.answer_of(series, query)))
    unsteady = set()
    for _ in range(5):
        two = cells_of(expected_rows(key, sheets.answer_of(
            shaken(series), query._replace(steps=tuple(steps)))))
        unsteady |= {t for t in {*one, *two} if not same(one.get(t), two.get(t), False, 0, 1e-6)}
    return unsteady


def same(one, two, exactly, size, tolerance=1e-9):
    """Whether two cells are. `size` is the magnitude of the figures that they were made from."""
    if one is None or two is None or one[1:] != two[1:]:
        return False
    if one[0] is None or two[0] is None or exactly:
        return one[0] == two[0]
    return math.isclose(one[0], two[0], rel_tol=tolerance, abs_tol=1e-12 * size)


def label(frequency, period):
    return bellwether.period_text(frequency, period)


# --- Questions ----------------------------------------------------------------------------------


class Question(NamedTuple):
    """A request to GetObservations or BatchGetObservations, and what the answer must be."""

    number: int
    method: str
    request: dict
    asks: list  # (item index, key, Ask)
    expected: list  # Rows, or Refused in the place of an item that has no answer
    alignment: str


def answer_or_refusal(world, key, ask):
    try:
        return sheets.answer_of(world.known(key, ask.view), resolved(world, ask))
    except Refused as refusal:
        return refusal


def lone_question(rng, world, number):
    key = rng.choice(list(world.about))
    view = random_view(rng)
    ask = Ask(random_query(rng, world, world.known(key, view)), view)
    answer = answer_or_refusal(world, key, ask)
    expected = answer if isinstance(answer, Refused) else expected_rows(key, answer)
    return Question(number, "Observations/GetObservations",
                    {"series": {"key": key}, "query": wire_query(ask)}, [(0, key, ask)],
                    [expected], "")


def batch_question(rng, world, number):
    """A few series of one frequency, so that they can be aligned; some with queries of their own
    where they need not be."""
    frequency = rng.choice(list(LENGTHS))
    pool = [key for key, about in world.about.items() if about[0] == frequency]
    alignment = rng.choice(["", "UNION", "INTERSECTION"])
    view = random_view(rng)
    shared = Ask(random_query(rng, world, world.known(pool[0], view)), view)
    if frequency == "D" and shared.query.aggregation and shared.query.aggregation.frequency == "B":
        shared = Ask(Query(), view)  # As above: some of the pool have rows at weekends.
    items, asks = [], []
    for i in range(rng.randint(1, 4)):
        if rng.random() < 0.2:
            name = rng.choice(pool).split(".")[1]
            items.append({"key": f"QRY/{frequency}.{name}."})
            asks += [(i, key, shared) for key in sorted(pool) if f".{name}." in key]
            continue
        key, ask, item = rng.choice(pool), shared, {}
        if not alignment and rng.random() < 0.3:
            ask = Ask(random_query(rng, world, world.known(key, view)), view)
            item = {"query": wire_query(ask)}
        items.append(dict(item, key=key))
        asks.append((i, key, ask))
    request = {"items": items, "query": wire_query(shared),
               "alignment": "ALIGNMENT_" + (alignment or "UNSPECIFIED")}
    return Question(number, "Observations/BatchGetObservations", request, asks,
                    batch_answers(world, asks, alignment), alignment)


def batch_answers(world, asks, alignment):
    answers = [answer_or_refusal(world, key, ask) for _, key, ask in asks]
    if alignment:
        good = [i for i, answer in enumerate(answers) if not isinstance(answer, Refused)]
        pairs = [(answers[i], world.known(*(asks[i][1], asks[i][2].view))) for i in good]
        for i, answer in zip(good, sheets.aligned(pairs, alignment) if pairs else []):
            answers[i] = answer
    return [answer if isinstance(answer, Refused) else expected_rows(key, answer)
            for answer, (_, key, _) in zip(answers, asks)]


def make_question(seed, world, number):
    rng = random.Random(f"{seed}/{number}")
    make = batch_question if rng.random() < 0.25 else lone_question
    question = make(rng, world, number)
    question.request["query"]["view"] = rng.choice(["VIEW_UNSPECIFIED", "VIEW_FULL"])
    return question


def judge(world, question, answer):
    """What is wrong with an answer; nothing where it is right. `answer` is an Error, or (series,
    errors) of all pages."""
    if isinstance(answer, bellwether.Error):
        if all(isinstance(e, Refused) for e in question.expected):
            return [] if answer.code == "INVALID_ARGUMENT" else [f"refused with {answer}"]
        return [f"refused: {answer}"]
    parts, errors = answer
    failed = {error.index: bellwether.Error.of(error.status) for error in errors}
    got = joined(parts)
    found = []
    for (item, key, ask), expected in zip(question.asks, question.expected):
        if isinstance(expected, Refused):
            if item not in failed or failed[item].code != "INVALID_ARGUMENT":
                found.append(f"{key}: expected a refusal ({expected}), got {failed.get(item)}")
        elif not got or got[0].key != key:  # Of a pattern, some may fail and others not.
            found.append(f"{key}: no answer: {failed.get(item)}")
        else:
            found += differences(world, key, ask, expected, got.pop(0))
    return found + ([f"{len(got)} series too many"] if got else [])


def pages_of(client, question, rows_a_page):
    """(series, errors) of all pages, or an Error."""
    parts, errors = [], []
    try:
        for page in client.pages(question.method, dict(question.request, page_size=rows_a_page)):
            parts += list(page.series) if hasattr(page, "errors") else [page.series]
            errors += list(page.errors) if hasattr(page, "errors") else []
    except bellwether.Error as error:
        return error
    return parts, errors


def whole_of(answer):
    if isinstance(answer, bellwether.Error):
        return answer
    if answer.next_page_token:  # No answer is larger than a page.
        return bellwether.Error("OK", "more rows than a page holds")
    return (list(answer.series), list(answer.errors)) if hasattr(answer, "errors") else (
        [answer.series], [])


def ask_all(client, world, questions):
    """Asks everything, every tenth also page by page. [(question, what is wrong)]"""
    wrong = []
    for method in ("Observations/GetObservations", "Observations/BatchGetObservations"):
        chosen = [q for q in questions if q.method == method]
        answers = client.call_many(method, [q.request for q in chosen], timeout=30)
        for question, answer in zip(chosen, answers):
            found = judge(world, question, whole_of(answer))
            if not found and question.number % 10 == 0:
                pages = pages_of(client, question, 1 + question.number // 10 % 13)
                found = [f"page by page: {text}" for text in judge(world, question, pages)]
            if found:
                wrong.append((question, found))
    return wrong


# --- Telling ------------------------------------------------------------------------------------


def describe_step(step):
    parts = [step.function.lower()]
    parts += [f"of base {label(*step.base)}"] if step.base else []
    parts += [f"over {step.window}"] if step.window else []
    parts += [f"'{step.formula}'"] if step.formula else []
    parts += [f"y {step.other}"] if step.other else []
    parts += [f"p {step.periods_a_year}"] if step.periods_a_year else []
    parts += [f"in {step.formula_unit}"] if step.formula_unit else []
    return " ".join(parts)


def describe(ask):
    query, view = ask
    options = {**view._asdict(), **query._asdict()}
    parts = [f"{name} {value}" for name, value in options.items()
             if value and name not in ("steps", "aggregation", "low", "high")]
    parts += [f"from {label(*query.low)} ({query.low[0]})"] if query.low else []
    parts += [f"to {label(*query.high)} ({query.high[0]})"] if query.high else []
    parts += [str(query.aggregation)] if query.aggregation else []
    return "; ".join(parts + [describe_step(step) for step in query.steps]) or "all rows"


def show(world, seed, question, found):
    print(f"\nseed {seed}, question {question.number}: {question.method} {question.alignment}")
    for _, key, ask in question.asks:
        print(f"  {key}: {describe(ask)}")
    print(*[f"    {text}" for text in found[:6]], sep="\n")
    if len(found) > 6:
        print(f"    and {len(found) - 6} more")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--questions", type=int, default=3000)
    parser.add_argument("--only", type=int, help="ask this question alone")
    parser.add_argument("--show", type=int, default=5, help="how many wrong answers to show")
    options = parser.parse_args()
    world = World(random.Random(options.seed))
    numbers = range(options.questions) if options.only is None else [options.only]
    print(f"seed {options.seed}, {len(numbers)} questions of {len(world.about)} series", flush=True)
    questions = [make_question(options.seed, world, number) for number in numbers]
    with story.Server() as server, bellwether.Client(server.url) as client:
        load(client, world)
        wrong = []
        for at in range(0, len(questions), AT_ONCE):
            wrong += ask_all(client, world, questions[at:at + AT_ONCE])
            if len(wrong) >= ENOUGH:
                questions = questions[:at + AT_ONCE]
                break
    wrong.sort(key=lambda w: sum(len(describe(ask)) for _, _, ask in w[0].asks))
    for question, found in wrong[:options.show]:
        show(world, options.seed, question, found)
    print(f"{len(questions)} questions, {sum(len(q.asks) for q in questions)} series, "
          f"{len(wrong)} wrong answers")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
