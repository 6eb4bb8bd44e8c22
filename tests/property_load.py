# SPDX-License-Identifier: MIT
"""The same figures, written in any dialect and orientation, come to the same store."""
import gzip
import os
import random

import story
from nasty.store import Store

SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1 << 32)
TABLES = 8
RELEASE = ("--release", "R", "--published", "2026-01-01")


def figures(chance):
    """{(area, indicator): {period: text}} of years, quarters or months."""
    areas = chance.sample(["CHN", "USA", "DEU", "FRA", "JPN"], chance.randint(2, 4))
    indicators = chance.sample(["GDP", "CPI", "EXPORTS"], chance.randint(2, 3))
    form = chance.choice(["{0}", "{0}-Q{1}", "{0}-{2:02}"])
    periods = [form.format(2000 + i, i % 4 + 1, (5 * i + 6) % 12 + 1) for i in range(chance.randint(4, 12))]
    return periods, {(area, name): {period: number(chance) for period in periods}
                     for area in areas for name in indicators}


def number(chance):
    """With two decimals or none, so that no comma can be one of thousands."""
    return chance.choice([f"{chance.uniform(-1e6, 1e6):.2f}", f"{chance.randint(-10**6, 10**6)}.5",
                          f"{chance.random():.4f}"])


def frequency(period):
    return "Q" if "Q" in period else "M" if "-" in period else "A"


def key(place, period):
    return f"T/{frequency(period)}.{place[0]}.{place[1]}"


# Orientations: rows of text, the first is the heading; options; whether strangers' numbers are read.


def long_table(periods, data):
    return [["series", "period", "value"]] + [[key(place, period), period, value]
            for place, cells in data.items() for period, value in cells.items()], (), False


def periods_down(periods, data):
    rows = [["period"] + [key(place, periods[0]) for place in data]]
    return rows + [[period] + [cells[period] for cells in data.values()] for period in periods], (), False


def periods_across(periods, data):
    rows = [["series"] + periods]
    return rows + [[key(place, periods[0])] + [cells[period] for period in periods]
                   for place, cells in data.items()], (), False


def tidy(periods, data):
    return [["date", "country", "indicator", "value"]] + [[period, *place, value]
            for place, cells in data.items() for period, value in cells.items()], (), True


def tidy_by_indicator(periods, data):
    areas = sorted({area for area, _ in data})
    names = sorted({name for _, name in data})
    return [["time", "country"] + names] + [[period, area] + [data[area, name][period] for name in names]
            for area in areas for period in periods], (), True


def mapped(periods, data):
    rows, _, _ = tidy(periods, data)
    return [["p", "a", "i", "v"]] + rows[1:], ("--map", "period=p,area=a,indicator=i,value=v"), True


ORIENTATIONS = [long_table, periods_down, periods_across, tidy, tidy_by_indicator, mapped]


def written(chance, rows, foreign):
    """The bytes of a table in some dialect, and how they were made."""
    delimiter = chance.choice([",", ";", "\t", "|"])
    comma = foreign and delimiter != "," and chance.random() < 0.5
    quoted, end = chance.random() < 0.4, chance.choice(["\n", "\r\n", "\r"])
    encoding = chance.choice(["utf-8", "utf-8-sig", "utf-16"])
    packed = chance.random() < 0.3
    body = rows[1:]
    chance.shuffle(body)
    if comma:
        body = [[cell.replace(".", ",") if is_number(cell) else cell for cell in row] for row in body]
    text = "".join(delimiter.join(f'"{cell}"' if quoted else cell for cell in row) + end
                   for row in [rows[0]] + body)
    data = text.encode(encoding)
    return gzip.compress(data) if packed else data, (delimiter, comma, quoted, end, encoding, packed)


def is_number(cell):
    return cell.lstrip("-").replace(".", "", 1).isdigit() and "." in cell


@story.scene
def every_dialect_and_orientation_comes_to_the_same_store(folder):
    chance = random.Random(SEED)
    for i in range(TABLES):
        periods, data = figures(chance)
        expected = None
        for j, orientation in enumerate(ORIENTATIONS):
            rows, options, foreign = orientation(periods, data)
            content, how = written(chance, rows, foreign)
            what = f"SEED={SEED} table {i} {orientation.__name__} {how}"
            store = Store(folder, f"store{i}-{j}")
            answer = store.load(*RELEASE, *options, store.write("t.csv", content))
            story.check(answer.code == 0, f"{what}: {answer}")
            got = store.client("get", "T", "--format", "csv").ok().out
            story.equal(got.count("\n") - 1, len(data) * len(periods), what)
            expected = expected or got
            story.equal(got, expected, what)


if __name__ == "__main__":
    story.main()
