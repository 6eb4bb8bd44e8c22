# SPDX-License-Identifier: MIT
"""What a query must answer, as a spreadsheet would work it out: one cell after the other, over the
whole series, and only then cut to the range. Written from FRED's published formulas
(https://fred.stlouisfed.org/docs/api/fred/series_observations.html#units) and from the rules of
values, periods and queries, and from nothing else; slow on purpose.

A sheet is {period: (value, status)}, None standing for a missing value. A bound of a range is
(frequency, period), such as ("A", 54) for 2024.
"""
import ast
import datetime
import functools
import math
import operator
from decimal import Decimal
from typing import NamedTuple

MISSING = (None, "O")
LETTERS = "ASQMWBDHN"  # From the lowest frequency to the highest.
PERIODS_A_YEAR = {"A": 1, "S": 2, "Q": 4, "M": 12, "W": 52, "B": 260, "D": 260}
STRONGEST = "TFBEIUPV"  # The statuses that an input hands on, the strongest first.
DEFAULT_METHOD = {"FLOW": "SUM", "STOCK": "LAST", "RATE": "AVERAGE", "INDEX": "AVERAGE"}


class Refused(Exception):
    """There is no answer to this query: INVALID_ARGUMENT."""


class Unit(NamedTuple):
    name: str = ""
    mult: int = 0


class Series(NamedTuple):
    """What is known of a series."""

    frequency: str
    kind: str  # FLOW STOCK RATE INDEX, or "" where it is not known.
    unit: Unit
    sheet: dict


class Step(NamedTuple):
    """One transform. `other` is a Series."""

    function: str
    base: tuple = None
    window: int = 0
    other: Series = None
    formula: str = ""
    formula_unit: Unit = None
    periods_a_year: int = 0


class Aggregation(NamedTuple):
    frequency: str
    method: str = ""
    min_coverage: float = 0.0
    insist: bool = False


class Query(NamedTuple):
    low: tuple = None
    high: tuple = None
    first_n: int = 0
    last_n: int = 0
    scale_units: bool = False
    aggregation: Aggregation = None
    steps: tuple = ()
    insert_missing: bool = False
    carry_forward: int = 0
    statuses: str = ""
    drop_missing: bool = False
    min_value: float = None
    max_value: float = None


class Answer(NamedTuple):
    frequency: str
    unit: Unit
    sheet: dict
    buckets: dict  # {period: (how many, of how many)}; None where nothing was aggregated.


# --- Periods ------------------------------------------------------------------------------------

DAY = 24 * 60  # Instants are minutes since 1970.
PARTS_OF_A_YEAR = {"A": 1, "S": 2, "Q": 4, "M": 12}
_DAY_0 = datetime.date(1970, 1, 1).toordinal()


@functools.lru_cache(None)
def start(frequency, period):
    """The first minute of a period."""
    if frequency in PARTS_OF_A_YEAR:
        year, part = divmod(period, PARTS_OF_A_YEAR[frequency])
        month = 1 + part * 12 // PARTS_OF_A_YEAR[frequency]
        return DAY * (datetime.date(1970 + year, month, 1).toordinal() - _DAY_0)
    if frequency == "W":
        return DAY * (7 * period - 3)
    if frequency == "B":
        week, weekday = divmod(period + 3, 5)
        return DAY * (7 * week + weekday - 3)
    return period * {"D": DAY, "H": 60, "N": 1}[frequency]


def end(frequency, period):
    """The minute after a period."""
    if frequency == "B":
        return start("B", period) + DAY
    return start(frequency, period + 1)


def period_at(frequency, minute):
    """The period that holds an instant; of B at a weekend, Friday."""
    day = minute // DAY
    if frequency in PARTS_OF_A_YEAR:
        date = datetime.date.fromordinal(day + _DAY_0)
        parts = PARTS_OF_A_YEAR[frequency]
        return (date.year - 1970) * parts + (date.month - 1) * parts // 12
    if frequency == "W":
        return (day + 3) // 7
    if frequency == "B":
        return 5 * ((day + 3) // 7) + min((day + 3) % 7, 4) - 3
    return minute // {"D": DAY, "H": 60, "N": 1}[frequency]


@functools.lru_cache(None)
def bucket_of(frequency, period, wider):
    """The period of a lower frequency that a period belongs to: a week to that of its Thursday."""
    return period_at(wider, start(frequency, period) + (3 * DAY if frequency == "W" else 0))


def is_weekend(day):
    return (day + 3) % 7 >= 5


@functools.lru_cache(None)
def bucket_size(frequency, wider, bucket, weekdays_only):
    """How many periods of a frequency belong to a period of a lower one."""
    first = period_at(frequency, start(wider, bucket) - 7 * DAY)
    last = period_at(frequency, end(wider, bucket) + 7 * DAY)
    return sum(bucket_of(frequency, p, wider) == bucket for p in range(first, last + 1)
               if not (weekdays_only and is_weekend(p)))


def in_range(frequency, period, low, high):
    """Whether a period starts no earlier than `low` starts and ends no later than `high` ends."""
    return ((low is None or start(*low) <= start(frequency, period)) and
            (high is None or end(frequency, period) <= end(*high)))


# --- Values and status --------------------------------------------------------------------------


def is_value(row):
    """Whether there is a row and it has a value."""
    return row is not None and row[0] is not None


def cell(value, inputs, own):
    """A result, missing where the formula has none; `inputs` are statuses."""
    if value is None or not math.isfinite(value):
        return MISSING
    return value, next((s for s in STRONGEST if s in inputs), own)


def scaled(series):
    """In single units: the decimal exponent is shifted, nothing is multiplied."""
    def shift(value):
        return None if value is None else float(Decimal(repr(value)).scaleb(series.unit.mult))
    sheet = {t: (shift(value), status) for t, (value, status) in series.sheet.items()}
    return series._replace(sheet=sheet, unit=Unit(series.unit.name, 0))


# --- Aggregation --------------------------------------------------------------------------------

METHODS = {
    "AVERAGE": lambda values: math.fsum(values) / len(values),
    "SUM": math.fsum,
    "FIRST": lambda values: values[0],
    "LAST": lambda values: values[-1],
    "MIN": min,
    "MAX": max,
}


def method_of(series, aggregation):
    method = aggregation.method or DEFAULT_METHOD.get(series.kind)
    if method is None:
        raise Refused("the kind is not known, and no method is given")
    if method == "SUM" and series.kind in ("RATE", "INDEX") and not aggregation.insist:
        raise Refused("a sum of rates")
    return method


def aggregated(series, aggregation):
    """The series in a lower frequency, and {period: (how many values, of how many)}. In its own
    there is nothing to do."""
    wider = aggregation.frequency
    if wider == series.frequency:
        return series, None
    if LETTERS.index(wider) > LETTERS.index(series.frequency):
        raise Refused("to a higher frequency")
    method = METHODS[method_of(series, aggregation)]
    weekdays_only = series.frequency == "D" and not any(map(is_weekend, series.sheet))
    members = {}
    for t, row in sorted(series.sheet.items()):
        members.setdefault(bucket_of(series.frequency, t, wider), []).append(row)
    sheet, buckets = {}, {}
    for bucket, rows in members.items():
        rows = [row for row in rows if is_value(row)]
        size = bucket_size(series.frequency, wider, bucket, weekdays_only)
        if len(rows) < aggregation.min_coverage * size:
            continue
        buckets[bucket] = len(rows), size
        sheet[bucket] = MISSING
        if rows:
            statuses = [status for _, status in rows]
            sheet[bucket] = cell(method([value for value, _ in rows]), statuses, statuses[-1])
    return series._replace(frequency=wider, sheet=sheet), buckets


# --- Transforms ---------------------------------------------------------------------------------


def percent(now, then, power=1):
    return 100 * ((now / then) ** power - 1) if then > 0 else None


def compounded(now, then, power):
    try:
        return percent(now, then, power) if now >= 0 else None
    except OverflowError:
        return math.inf


def log_change(now, then):
    return 100 * (math.log(now) - math.log(then)) if now > 0 and then > 0 else None


def annual_log_change(now, then, p):
    return None if log_change(now, then) is None else p * log_change(now, then)


# Name: (whether it looks a year back, the value from x(t), x(t - n) and the periods a year)
LAGGED = {
    "CHANGE": (False, lambda now, then, p: now - then),
    "CHANGE_FROM_YEAR_AGO": (True, lambda now, then, p: now - then),
    "PERCENT_CHANGE": (False, lambda now, then, p: percent(now, then)),
    "PERCENT_CHANGE_FROM_YEAR_AGO": (True, lambda now, then, p: percent(now, then)),
    "COMPOUNDED_ANNUAL_RATE": (False, compounded),
    "CONTINUOUSLY_COMPOUNDED": (False, lambda now, then, p: log_change(now, then)),
    "CONTINUOUSLY_COMPOUNDED_ANNUAL": (False, annual_log_change),
}
ANNUAL = ("CHANGE_FROM_YEAR_AGO", "PERCENT_CHANGE_FROM_YEAR_AGO", "COMPOUNDED_ANNUAL_RATE",
          "CONTINUOUSLY_COMPOUNDED_ANNUAL")


def lagged(sheet, t, n, formula):
    """A cell from x(t) and x(t - n). What breaks after t - n breaks the comparison."""
    if not (is_value(sheet.get(t)) and is_value(sheet.get(t - n))):
        return MISSING
    statuses = [sheet[t - n][1], sheet[t][1]]
    statuses += [sheet[s][1] for s in range(t - n + 1, t) if s in sheet and sheet[s][1] == "B"]
    return cell(formula(sheet[t][0], sheet[t - n][0]), statuses, sheet[t][1])


def lagged_sheet(series, step):
    p = step.periods_a_year or PERIODS_A_YEAR.get(series.frequency)
    if p is None and step.function in ANNUAL:
        raise Refused("how many periods has a year?")
    looks_a_year_back, formula = LAGGED[step.function]
    n = p if looks_a_year_back else 1
    return {t: lagged(series.sheet, t, n, lambda now, then: formula(now, then, p))
            for t in series.sheet}


def log_sheet(series, _):
    return {t: cell(math.log(row[0]) if is_value(row) and row[0] > 0 else None, row[1], row[1])
            for t, row in series.sheet.items()}


def index_sheet(series, step):
    """The base is the mean of the values of its period: of 2015 in months, of twelve."""
    base = [row for t, row in series.sheet.items() if is_value(row) and
            bucket_of(series.frequency, t, step.base[0]) == step.base[1]]
    mean = math.fsum(value for value, _ in base) / len(base) if base else 0
    statuses = "".join(status for _, status in base)
    return {t: cell(row[0] / mean * 100 if is_value(row) and mean > 0 else None,
                    statuses + row[1], row[1]) for t, row in series.sheet.items()}


def sum_sheet(series, low):
    """Running sums from the first row of the range; before it there is none, after it they go on.
    """
    rows = {t: row for t, row in sorted(series.sheet.items())
            if in_range(series.frequency, t, low, None)}
    first = min(rows, default=0)
    result = {}
    for t in rows:
        inputs = [rows.get(s) for s in range(first, t + 1)]
        whole = all(map(is_value, inputs))
        result[t] = cell(math.fsum(v for v, _ in inputs), [s for _, s in inputs],
                         rows[t][1]) if whole else MISSING
    return result


def average_sheet(series, step):
    result = {}
    for t, row in series.sheet.items():
        inputs = [series.sheet.get(s) for s in range(t - step.window + 1, t + 1)]
        whole = all(map(is_value, inputs))
        result[t] = cell(math.fsum(v for v, _ in inputs) / step.window, [s for _, s in inputs],
                         row[1]) if whole else MISSING
    return result


def share_sheet(series, other):
    """Both in single units, whatever they are counted in."""
    factor = 100 * 10.0 ** (series.unit.mult - other.unit.mult)
    result = {}
    for t, row in series.sheet.items():
        whole = other.sheet.get(t)
        known = is_value(row) and is_value(whole) and whole[0] > 0
        result[t] = (cell(row[0] / whole[0] * factor, row[1] + whole[1], row[1])
                     if known else MISSING)
    return result


def divided(a, b):
    """IEEE 754's quotient."""
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: divided,
             ast.USub: operator.neg, ast.UAdd: operator.pos}


def calculated(formula, values):
    """The value of an arithmetic text; `values` has its variables."""
    def value_of(node):
        if isinstance(node, ast.Constant):
            return float(node.value)
        if isinstance(node, ast.Name):
            return values[node.id]
        parts = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
        return OPERATORS[type(node.op)](*map(value_of, parts))
    return value_of(ast.parse(formula.strip(), mode="eval").body)


def formula_sheet(series, step, other):
    """Of the variables only those that the formula names are needed."""
    sheets = {"x": series.sheet, "y": other.sheet if other else {}}
    names = [name for name in sheets if name in step.formula]
    result = {}
    for t, row in series.sheet.items():
        inputs = {name: sheets[name].get(t) for name in names}
        whole = all(map(is_value, inputs.values()))
        result[t] = cell(calculated(step.formula, {n: r[0] for n, r in inputs.items()}),
                         [r[1] for r in inputs.values()], row[1]) if whole else MISSING
    return result


def unit_after(step, unit, in_units):
    if step.function in ("CHANGE", "CHANGE_FROM_YEAR_AGO"):
        return Unit("PP", unit.mult) if unit.name == "PT" else unit
    if step.function in LAGGED or step.function == "SHARE":
        return Unit("PT")
    if step.function == "FORMULA":
        after = step.formula_unit or unit
        return Unit(after.name) if in_units else after
    return {"LOG": Unit("LN"), "INDEX": Unit("IX")}.get(step.function, unit)


def transformed(series, step, query):
    """One step, for every row of the series."""
    other = prepared(step.other, query)[0] if step.other else None
    if other and other.frequency != series.frequency:
        raise Refused("the other series has another frequency")
    if step.function in LAGGED:
        sheet = lagged_sheet(series, step)
    elif step.function == "CUMULATIVE":
        sheet = sum_sheet(series, query.low)
    elif step.function == "SHARE":
        sheet = share_sheet(series, other)
    elif step.function == "FORMULA":
        sheet = formula_sheet(series, step, other)
    else:
        sheet = {"LOG": log_sheet, "INDEX": index_sheet, "MOVING_AVERAGE": average_sheet}[
            step.function](series, step)
    return series._replace(sheet=sheet, unit=unit_after(step, series.unit, query.scale_units))


# --- The range, and what stands in for what is not there ----------------------------------------


def filled_range(frequency, cut, low, high):
    """The periods that may be filled: of the range, at open ends as far as there are rows."""
    if not cut and (low is None or high is None):
        return []
    first = min(cut) if low is None else period_at(frequency, start(*low)) - 1
    last = max(cut) if high is None else period_at(frequency, end(*high)) + 1
    return [t for t in range(first, last + 1) if in_range(frequency, t, low, high)]


def filled(frequency, sheet, query):
    """Cut to the range, with what stands in. `sheet` also has what is before the range."""
    cut = {t: row for t, row in sheet.items() if in_range(frequency, t, query.low, query.high)}
    result = dict(cut)
    for t in filled_range(frequency, cut, query.low, query.high):
        if query.insert_missing:
            result.setdefault(t, MISSING)
        known = [s for s in range(t - query.carry_forward, t) if is_value(sheet.get(s))]
        if known and not is_value(cut.get(t)) and cut.get(t, MISSING)[1] != "M":
            result[t] = sheet[known[-1]][0], "I"
    return result


def stays(row, query):
    value, status = row
    if query.statuses and status not in query.statuses:
        return False
    if value is None:
        return not query.drop_missing and query.min_value is None and query.max_value is None
    return ((query.min_value is None or value >= query.min_value) and
            (query.max_value is None or value <= query.max_value))


def ends(periods, query):
    periods = sorted(periods)
    if query.first_n:
        periods = periods[:query.first_n]
    return periods[-query.last_n:] if query.last_n else periods


# --- Answers ------------------------------------------------------------------------------------


def prepared(series, query):
    """After scale and aggregation: what transforms are made from."""
    if query.scale_units:
        series = scaled(series)
    return aggregated(series, query.aggregation) if query.aggregation else (series, None)


def with_sizes(answer, series):
    """What is inserted is made of no observation; what is carried leaves its bucket as it is."""
    weekdays_only = series.frequency == "D" and not any(map(is_weekend, series.sheet))
    return {t: answer.buckets.get(
        t, (0, bucket_size(series.frequency, answer.frequency, t, weekdays_only)))
        for t in answer.sheet}


def answer_of(series, query):
    """The answer for one series."""
    result, buckets = prepared(series, query)
    for step in query.steps:
        result = transformed(result, step, query)
    sheet = filled(result.frequency, result.sheet, query)
    sheet = {t: row for t, row in sheet.items() if stays(row, query)}
    sheet = {t: sheet[t] for t in ends(sheet, query)}
    answer = Answer(result.frequency, result.unit, sheet, buckets)
    return answer._replace(buckets=with_sizes(answer, series) if buckets is not None else None)


def aligned(answers_and_series, alignment):
    """Answers on the periods that any has (UNION) or that all have (INTERSECTION)."""
    periods = [set(answer.sheet) for answer, _ in answers_and_series]
    if len({answer.frequency for answer, _ in answers_and_series}) > 1:
        raise Refused("several frequencies")
    common = set.union(*periods) if alignment == "UNION" else set.intersection(*periods)
    result = []
    for answer, series in answers_and_series:
        sheet = {t: answer.sheet.get(t, MISSING) for t in sorted(common)}
        moved = answer._replace(sheet=sheet)
        if answer.buckets is not None:
            moved = moved._replace(buckets=with_sizes(moved, series))
        result.append(moved)
    return result
