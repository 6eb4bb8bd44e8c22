# SPDX-License-Identifier: MIT
"""Files as publishers really write them, from ../shared/data, checked against Python's csv module."""
import csv
import datetime
import json
import os
import pathlib
import re

import story

SHARED = pathlib.Path(os.environ.get("BELLWETHER_SHARED", story.ROOT.parent / "shared"))
DATA = SHARED / "data"
BIS = DATA / "sdmx-csv/pysdmx/samples/data_v1.csv"


def sdmx_dataset(path):
    """A description made of the heading of an SDMX-CSV file: the dimensions stand before the time."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    dimensions = [name for name in names[:names.index("TIME_PERIOD")] if name != "DATAFLOW"]
    dataset = {"id": rows[0]["DATAFLOW"].split(":")[1].split("(")[0], "dimensions": [
        {"id": name, **({"role": "FREQUENCY"} if name == "FREQ" else {})} for name in dimensions]}
    return dataset, dimensions, rows


def said(rows, dataset, dimensions):
    """{(series, period): row} of the rows that state something."""
    return {(f"{dataset}/{'.'.join(row[name] for name in dimensions)}", row["TIME_PERIOD"]): row
            for row in rows if row["OBS_VALUE"] or row["OBS_STATUS"] in "HLMOQ"}


@story.scene
def a_file_of_the_bank_for_international_settlements_loads_whole(folder):
    dataset, dimensions, rows = sdmx_dataset(BIS)
    (folder / "bis.json").write_text(json.dumps({"datasets": [dataset]}))
    with story.Server() as server:
        server.client("load", "--dataset", folder / "bis.json", BIS).ok()
        answer = server.client("--format", "csv", "get", dataset["id"]).ok().rows()
    expected = said(rows, dataset["id"], dimensions)
    got = {(row["series"], row["period"]): row for row in answer}
    story.equal(len(answer), len(expected))
    story.equal(got.keys(), expected.keys())
    for place, row in expected.items():
        story.equal(got[place]["status"], row["OBS_STATUS"], str(place))
        if row["OBS_VALUE"]:
            story.equal(float(got[place]["value"]), float(row["OBS_VALUE"]), str(place))


# --- Figures, read a second time by other means ---------------------------------------------------


class Store:
    def __init__(self, folder):
        self.db = folder / "store"

    def client(self, *arguments, **options):
        return story.client("--db", self.db, *arguments, **options)

    def load(self, dataset, *arguments):
        """Loads it, and again, which changes nothing. What the first time said."""
        command = ("load", "--dataset", dataset, *arguments)
        answer = self.client(*command).ok()
        story.contains(self.client(*command).ok().out, "nothing changed")
        return answer

    def rows(self, *words):
        return self.client("--format", "csv", "get", *words).ok().rows()

    def figures(self, *words):
        """{(series, period): value}, without the missing ones."""
        return figures_of(self.rows(*words))


def figures_of(rows):
    return {(row["series"], row["period"]): float(row["value"]) for row in rows if row["value"]}


def missing_of(rows):
    return sum(not row["value"] for row in rows)


def alike(got, expected, where=""):
    """That all figures are the same, without printing a hundred thousand of them."""
    for what, others in (("too many", got.keys() - expected.keys()), ("not there", expected.keys() - got.keys())):
        story.check(not others, f"{where} {what}: {len(others)}, {sorted(others)[:3]}")
    wrong = [(place, got[place], value) for place, value in expected.items() if got[place] != value]
    story.check(not wrong, f"{where} {len(wrong)} differ: {wrong[:3]}")


def same(got, expected, n_values, n_series):
    """The same; and so many, as counted when the test was written."""
    story.equal((len(expected), len({series for series, _ in expected})), (n_values, n_series), "the file")
    alike(got, expected)


def table(path, **dialect):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file, **dialect) if row]


def code(text):
    return re.sub("[^A-Za-z0-9_@$-]+", "_", text).strip("_")


def number(text):
    text = text.strip().replace(",", "")
    return None if text in ("", ".", "#N/A", "N/A") else float(text)


def tidy(path, key, period, value):
    """{(series, period): figure} of a table with a figure a row."""
    return {(key(row), period(row)): number(row[value])
            for row in csv.DictReader(open(path, encoding="utf-8-sig", newline="")) if number(row[value]) is not None}


# --- World Bank -----------------------------------------------------------------------------------


@story.scene
def three_countries_of_the_world_development_indicators_load_together(folder):
    store, expected = Store(folder), {}
    files = sorted((DATA / "wdi-country-wide").glob("*.csv"))
    for path in files:
        rows = table(path)
        heading = next(i for i, row in enumerate(rows) if row[0] == "Country Name")
        for row in rows[heading + 1:]:
            for year, cell in zip(rows[heading][4:], row[4:]):
                if cell:
                    expected[f"WDI/A.{row[1]}.{code(row[3])}", year] = float(cell)
    store.load("WDI", *files)
    got = store.figures("WDI")
    same(got, expected, 102949, 3337)
    story.contains(store.rows("WDI/A.CHN.NY_GDP_MKTP_CD")[0]["release"], "World-Bank-2020-07-01")
    story.contains(store.client("describe", "WDI").ok().out, "World Development Indicators")


@story.scene
def files_of_one_indicator_are_named_after_it(folder):
    store, expected = Store(folder), {}
    files = sorted((DATA / "wdi-indicator-long").glob("*.csv"))
    for path in files:
        indicator = code(path.name.removesuffix(".csv"))
        expected |= tidy(path, lambda row: f"WDI/A.{row['Country Code']}.{indicator}", lambda row: row["Year"], "Value")
    store.load("WDI", *files)
    same(store.figures("WDI"), expected, 29635, 515)


@story.scene
def five_vintages_of_gross_domestic_product_answer_as_of_each(folder):
    store, known = Store(folder), {}
    china = {"2012-09-20": 5.930e12, "2013-06-28": 5.930e12, "2015-08-16": 6.0397e12, "2017-07-13": 6.1006e12,
             "2024-10-21": 6.0872e12}
    for day, about in china.items():
        path = DATA / f"wdi-gdp-vintages/gdp_asof_{day}.csv"
        store.load("GDP", "--release", f"GDP-{day}", "--published", day, "--map", "indicator=:GDP", path)
        stated = tidy(path, lambda row: f"GDP/A.{code(row['Country Code'] or row['Country Name'])}.GDP", lambda row: row["Year"], "Value")
        known |= stated
        alike(store.figures("GDP", "--only-release", f"GDP-{day}"), stated, day)
        alike(store.figures("GDP", "--as-of", day), known, day)
        story.check(abs(stated["GDP/A.CHN.GDP", "2010"] / about - 1) < 1e-4, f"China 2010 as of {day}")
    for day, about in china.items():
        row = store.rows("GDP/A.CHN.GDP", "--from", "2010", "--to", "2010", "--as-of", day)[0]
        story.check(abs(float(row["value"]) / about - 1) < 1e-4, f"China 2010 as of {day}, when all are known: {row}")


# --- Federal Reserve Banks ------------------------------------------------------------------------


@story.scene
def series_of_fred_have_their_own_frequencies(folder):
    store, expected = Store(folder), {}
    letters = {"DEXCHUS": "B", "DEXVZUS": "B", "CSCICP03USM665S": "M", "IR3TIB01USQ156N": "Q", "IRLTLT01USM156N": "M"}
    files = [*sorted((DATA / "fred-daily-fx").glob("*.csv")), *sorted((DATA / "fred-monthly-quarterly").glob("*.csv"))]
    missing = 0
    for path in files:
        heading, *rows = table(path)
        name = path.stem if heading[1] == "VALUE" else heading[1]
        for day, cell in rows:
            period = {"B": day, "M": day[:7], "Q": f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}"}[letters[name]]
            missing += number(cell) is None
            if number(cell) is not None:
                expected[f"F/{letters[name]}.{name}", period] = number(cell)
    store.load("F", *files)
    got = store.rows("F")
    same(figures_of(got), expected, 15082, 5)
    story.equal(missing_of(got), missing)


def fred_md(path):
    heading, _, *rows = table(path)
    figures = {}
    for row in rows:
        if row[0].strip():
            month, _, year = row[0].split("/")
            figures |= {(f"MD/M.{code(name)}", f"{int(year):04}-{int(month):02}"): float(cell)
                        for name, cell in zip(heading[1:], row[1:]) if cell.strip()}
    return figures


@story.scene
def vintages_of_fred_md_are_releases_of_their_months(folder):
    store, known, revised = Store(folder), {}, 0
    files = {"1999-08": "1999-08-31", "2023-06": "2023-06-30", "2023-07": "2023-07-31", "2024-03": "2024-03-31"}
    paths = [DATA / f"fred-md-vintages/{name}.csv" for name in files]
    answer = store.load("MD", *paths)
    for path, day in zip(paths, files.values()):
        stated = fred_md(path)
        revised += sum(known.get(place, value) != value for place, value in stated.items())
        known |= stated
        alike(store.figures("MD", "--only-release", f"FRED-MD-{path.stem}"), stated, path.name)
        if day < "2023-07":
            alike(store.figures("MD", "--as-of", day), known, day)
    same(store.figures("MD"), known, 102047, 135)
    story.contains(answer.out, f"{revised} revised")
    story.equal(revised, 34393)


@story.scene
def a_panel_without_a_value_that_it_had_withdraws_it(folder):
    store = Store(folder)
    text = "sasdate,RPI,S&P 500\nTransform:,5,5\n1/1/1959,1,2\n2/1/1959,3,4\n"
    (folder / "2023-06.csv").write_text(text)
    (folder / "2023-07.csv").write_text(text.replace("3,4", "3.5,"))
    store.load("MD", folder / "2023-06.csv")
    store.load("MD", folder / "2023-07.csv")
    story.equal(store.figures("MD/M.S_P_500"), {("MD/M.S_P_500", "1959-01"): 2})
    story.equal(store.figures("MD", "--as-of", "2023-07-30")["MD/M.S_P_500", "1959-02"], 4)


@story.scene
def the_real_time_matrix_of_philadelphia_is_a_release_a_column(folder):
    store, stated, changes = Store(folder), {}, 0
    heading, *rows = table(DATA / "philfed-realtime/ROUTPUT.csv")
    answer = store.load("P", DATA / "philfed-realtime/ROUTPUT.csv")
    for i, name in enumerate(heading[1:], 1):
        year, quarter = int(name[-4:-2]), name[-1]
        release = f"P-{year + (1900 if year >= 65 else 2000)}-Q{quarter}"
        stated[release] = {("P/Q.ROUTPUT", row[0].replace(":", "-")): number(row[i])
                           for row in rows if number(row[i]) is not None}
    releases = list(stated)
    for before, after in zip(releases, releases[1:]):
        changes += sum(stated[after].get(place) != value for place, value in stated[before].items())
    story.equal((len(releases), sum(map(len, stated.values())), changes), (234, 44272, 4312))
    counts = {name: int(re.search(rf"(\d+) {name}", answer.out)[1]) for name in ("revised", "withdrawn", "new")}
    story.equal(counts["revised"] + counts["withdrawn"], changes)
    story.contains(answer.out, "releases: 234 new")
    for release in [*releases[::29], releases[-1]]:
        alike(store.figures("P", "--as-of", release), stated[release], release)


# --- Others ---------------------------------------------------------------------------------------


@story.scene
def the_european_central_banks_rates_count_their_missing_days(folder):
    store, expected, missing = Store(folder), {}, 0
    heading, *rows = table(DATA / "ecb-eurofxref/eurofxref-hist.csv")
    for row in rows:
        for name, cell in zip(heading[1:], row[1:]):
            missing += cell == "N/A"
            if number(cell) is not None:
                expected[f"E/B.{name}", row[0]] = number(cell)
    store.load("E", DATA / "ecb-eurofxref/eurofxref-hist.csv")
    got = store.rows("E")
    same(figures_of(got), expected, 217555, 41)
    story.equal((missing_of(got), missing), (68748, 68748))
    store.load("E", "--frequency", "B", DATA / "ecb-eurofxref/eurofxref.csv")
    names, values = table(DATA / "ecb-eurofxref/eurofxref.csv", skipinitialspace=True)
    day = store.figures("E", "--from", "2026-04-13")
    story.equal(day, {(f"E/B.{name}", "2026-04-13"): float(cell) for name, cell in zip(names[1:], values[1:]) if cell})


@story.scene
def our_world_in_data_has_a_measure_a_column(folder):
    store, expected = Store(folder), {}
    path = DATA / "owid-co2/owid-co2-data_2020-12-09.csv"
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            area = code(row["iso_code"] or row["country"])
            expected |= {(f"O/A.{area}.{code(name)}", row["year"].zfill(4)): float(cell) for name, cell in row.items()
                         if cell and name not in ("iso_code", "country", "year")}
    store.load("O", path)
    same(store.figures("O"), expected, 413999, 6644)


@story.scene
def tables_of_prices_are_named_after_their_files_and_dated_within_their_periods(folder):
    store, expected = Store(folder), {}
    cut = {"brent-daily": ("B", lambda day: day), "brent-monthly": ("M", lambda day: day[:7]),
           "brent-year": ("A", lambda day: day[:4]), "wti-weekly": ("W", week)}
    files = [DATA / f"datahub/oil-prices__{name}.csv" for name in cut]
    for path, (letter, period) in zip(files, cut.values()):
        expected |= tidy(path, lambda row: f"OIL/{letter}.{path.stem}", lambda row: period(row["Date"]), "Price")
    store.load("OIL", *files)
    same(store.figures("OIL"), expected, 12588, 4)


def week(day):
    year, number_of_week, _ = datetime.date.fromisoformat(day).isocalendar()
    return f"{year}-W{number_of_week:02}"


@story.scene
def exchange_rates_have_a_country_a_row(folder):
    store = Store(folder)
    path = DATA / "datahub/exchange-rates__monthly.csv"
    expected = tidy(path, lambda row: f"X/M.{code(row['Country'])}.RATE", lambda row: row["Date"][:7], "Exchange rate")
    store.load("X", "--map", "indicator=:RATE", path)
    same(store.figures("X"), expected, 17237, 34)


@story.scene
def labour_statistics_have_the_year_and_the_month_in_two_columns(folder):
    store, expected = Store(folder), {}
    path = DATA / "nasty/bls-cpi-tsv/cu.data.0.Current"
    for name, year, part, value, _ in table(path, delimiter="\t")[1:]:
        letter = "A" if part == "S03" else part[0]
        period = {"A": year, "S": f"{year}-S{int(part[1:])}", "M": f"{year}-{part[1:]}"}[letter]
        expected[f"CU/{letter}.{name.strip()}", period] = float(value)
    store.load("CU", path)
    same(store.figures("CU"), expected, 537, 4)


@story.scene
def the_bank_for_international_settlements_has_a_period_a_column(folder):
    counts = {"DSR": (4278, 66), "EER": (64930, 175)}
    for name, (n_values, n_series) in counts.items():
        (folder / name).mkdir()
        store, expected = Store(folder / name), {}
        path = DATA / f"nasty/bis-2015-preamble/full_BIS_{name}_csv.csv"
        rows = [row for row in table(path) if len(row) > 2]
        key = rows[0].index("Time Period")
        for row in rows[1:]:
            expected |= {(f"BIS/{row[key].replace(':', '.')}", period): float(cell)
                         for period, cell in zip(rows[0][key + 1:], row[key + 1:]) if cell}
        store.load("BIS", path)
        same(store.figures("BIS"), expected, n_values, n_series)


@story.scene
def what_is_no_table_is_refused_with_what_to_do(folder):
    store = Store(folder)
    japan = DATA / "nasty/esri-japan-gdp/gaku-mg1532.csv"
    story.contains(store.client("load", "--dataset", "J", japan).exits(1).err, "--encoding")
    story.contains(store.client("load", "--dataset", "J", "--encoding", "cp932", japan).exits(1).err, "--map")
    for name in ("fred-daily-fx/README_SERIES_ID_SORT.txt", "owid-co2/owid-co2-codebook_2020-12-09.csv",
                 "nasty/bls-cpi-tsv/cu.period"):
        story.contains(store.client("load", "--dataset", "J", DATA / name).exits(1).err, "--as", "nothing was loaded")


if __name__ == "__main__":
    if not BIS.exists():
        story.skip("the publishers' files of ../shared/data are not there")
    story.main()
