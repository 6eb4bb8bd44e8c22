# SPDX-License-Identifier: MIT
"""The figures that all peers hold, the same in every run, in the forms that they read: 10,000 annual
series of 60 observations, 1,000 monthly ones of 600, and 100 daily ones of 10,000, with values that
need all 17 digits; or a million annual ones of 5. `python3 figures.py FOLDER` writes

    dataset.json                   describes them for Bellwether
    figures-F.csv                  series,period,value of frequency F, periods as people write them
    observations-F.csv             the same without a heading, periods as numbers
    latest.csv                     of each series the last observation: key, period, value
    series.txt, values.f64         of each series its key, first period and number of values; and these
"""
import array
import csv
import datetime
import json
import pathlib
import random
import sys

LAST_YEAR = 2024
# The number of the last day, from 1970-01-01; months are numbered 12 * year + month - 1.
LAST_DAY = (datetime.date(LAST_YEAR, 12, 31) - datetime.date(1970, 1, 1)).days
# Frequency: areas, indicators, observations of a series, the last period.
SERIES = {"A": (200, 50, 60, LAST_YEAR),
          "M": (50, 20, 600, 12 * LAST_YEAR + 11),
          "D": (10, 10, 10000, LAST_DAY)}
MILLION = {"A": (2000, 500, 5, LAST_YEAR)}
RELEASE = {"id": "CMP-1", "title": "Figures", "publisher": "Nobody", "published": "2025-01-31"}


def dataset(name):
    """A description of a dataset with a release, for `bellwether load`."""
    return {"datasets": [{"id": name, "title": "Made-up figures to measure with",
                          "dimensions": [{"id": "FREQ", "role": "FREQUENCY"},
                                         {"id": "REF_AREA", "role": "REFERENCE_AREA"},
                                         {"id": "INDICATOR", "role": "INDICATOR"}]}],
            "releases": [RELEASE]}


def label(frequency, period):
    """A period as people write it."""
    if frequency == "A":
        return str(period)
    if frequency == "M":
        return f"{period // 12}-{period % 12 + 1:02}"
    return str(datetime.date(1970, 1, 1) + datetime.timedelta(period))


def keys(frequency, areas, indicators):
    return (f"CMP/{frequency}.A{area:03}.I{indicator:03}"
            for area in range(areas) for indicator in range(indicators))


def count(frequencies, series=SERIES):
    """How many observations are in the series of these frequencies."""
    return sum(areas * indicators * n for areas, indicators, n, _ in
               (series[frequency] for frequency in frequencies))


class Files:
    """The files that hold all series, open for writing."""

    def __init__(self, folder):
        self.folder = folder
        self.latest = self.open("latest.csv")
        self.series = self.open("series.txt")
        self.values = open(folder / "values.f64", "wb")

    def open(self, name):
        return open(self.folder / name, "w", encoding="utf-8", newline="")

    def write(self, frequency, kind):
        numbers = random.Random(frequency)
        areas, indicators, n, last = kind
        periods = range(last - n + 1, last + 1)
        labels = [label(frequency, period) for period in periods]
        with self.open(f"figures-{frequency}.csv") as figures, \
                self.open(f"observations-{frequency}.csv") as observations:
            figures.write("series,period,value\n")
            for key in keys(frequency, areas, indicators):
                values = [numbers.uniform(1, 1000) for _ in periods]
                figures.writelines(f"{key},{at},{value!r}\n" for at, value in zip(labels, values))
                observations.writelines(f"{key},{period},{value!r}\n"
                                        for period, value in zip(periods, values))
                self.latest.write(f"{key},{last},{values[-1]!r}\n")
                self.series.write(f"{key} {periods[0]} {n}\n")
                array.array("d", values).tofile(self.values)

    def close(self):
        for file in (self.latest, self.series, self.values):
            file.close()


def write(folder, series):
    (folder / "dataset.json").write_text(json.dumps(dataset("CMP")), encoding="utf-8")
    files = Files(folder)
    for frequency, kind in series.items():
        files.write(frequency, kind)
    files.close()


def observations(folder, frequency):
    """The rows of a frequency: key, period, value."""
    with open(folder / f"observations-{frequency}.csv", encoding="utf-8", newline="") as file:
        for key, period, value in csv.reader(file):
            yield key, int(period), float(value)


def latest(folder):
    """The last observation of each series: key, period, value."""
    with open(folder / "latest.csv", encoding="utf-8", newline="") as file:
        for key, period, value in csv.reader(file):
            yield key, int(period), float(value)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]), SERIES)
