# SPDX-License-Identifier: MIT
"""Figures to measure with, the same in every run: python3 make_data.py FOLDER writes bench.json and
bench.csv, for `bellwether load --dataset bench.json bench.csv`.

10,000 annual series of 60 observations, and 1,000 monthly ones of 600. The first release states
most of a series; each later one adds a year and revises the two before it, so that an answer as of
a day has versions to choose from."""
import csv
import json
import pathlib
import random
import sys

LAST_YEAR = 2024
RELEASE_YEARS = range(2020, LAST_YEAR + 1)
DATASET = {
    "id": "BENCH",
    "title": "Made-up figures to measure with",
    "dimensions": [{"id": "FREQ", "role": "FREQUENCY"},
                   {"id": "REF_AREA", "role": "REFERENCE_AREA"},
                   {"id": "INDICATOR", "role": "INDICATOR"}],
}
RELEASES = [{"id": f"BENCH-{year}", "title": f"Figures up to {year}", "publisher": "Nobody",
             "published": f"{year + 1}-01-31"} for year in RELEASE_YEARS]
# Frequency: areas, indicators, years of observations, the periods of a year.
SERIES = {
    "A": (200, 50, 60, [""]),
    "M": (50, 20, 50, [f"-{month:02}" for month in range(1, 13)]),
}


def stated_years(release_year, first_year):
    """What a release states: the first all that was, later ones their year and two before."""
    first = first_year if release_year == RELEASE_YEARS[0] else release_year - 2
    return range(first, release_year + 1)


def rows(frequency, numbers):
    areas, indicators, n_years, periods = SERIES[frequency]
    for area in range(areas):
        for indicator in range(indicators):
            key = f"BENCH/{frequency}.A{area:03}.I{indicator:03}"
            for release_year in RELEASE_YEARS:
                for year in stated_years(release_year, LAST_YEAR + 1 - n_years):
                    for period in periods:
                        yield (key, f"{year}{period}", round(numbers.uniform(1, 1000), 3),
                               f"BENCH-{release_year}")


def main():
    folder = pathlib.Path(sys.argv[1])
    description = {"datasets": [DATASET], "releases": RELEASES}
    (folder / "bench.json").write_text(json.dumps(description), encoding="utf-8")
    with open(folder / "bench.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("series", "period", "value", "release"))
        for frequency in SERIES:
            writer.writerows(rows(frequency, random.Random(frequency)))


if __name__ == "__main__":
    main()
