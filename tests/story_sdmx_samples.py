# SPDX-License-Identifier: MIT
"""SDMX-CSV as other programs write it, from ../shared/data: what loads is counted by Python's csv module, what does not says why."""
import collections
import csv
import os
import pathlib

import story
from direct import Store

SAMPLES = pathlib.Path(os.environ.get("BELLWETHER_SHARED", story.ROOT.parent / "shared")) / "data/sdmx-csv"

REFUSED = {  # By the end of their names, and why.
    "action_col.csv": "has 22 cells, and the heading has 23",
    "_exception.csv": "give --dataset",
    "structures_exception.csv": "has no column TIME_PERIOD",
    "invalid_filetype.csv": "has no column TIME_PERIOD",
    "structures.csv": "has no column TIME_PERIOD",
    "structures_uppercase.csv": "has no column TIME_PERIOD",
    "_actions.csv": "has no column TIME_PERIOD",
    "_action.csv": "has no column TIME_PERIOD",
    "csv_nulls_10.csv": "has no column TIME_PERIOD",
    "csv_nulls_20.csv": "has no column TIME_PERIOD",
    "large_csv_1.csv": "too long",
    "CsvTest01.csv": '"75" is not a whole number from 0 to 15',
}
LOADED_ALL_THE_SAME = ("reference_with_action.csv", "reference_with_append_action.csv")


def without_label(cell):
    return cell.split(": ")[0].strip()


def counted(path):
    """How many observations of each status a file states, by Python's csv module alone."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        records = list(csv.reader(file))
    heading = [cell.split(":")[0].split("[")[0] for cell in records[0]]
    statuses = collections.Counter()
    for record in records[1:]:
        row = dict(zip(heading, map(without_label, record)))
        value, status = row["OBS_VALUE"], (row.get("OBS_STATUS") or row.get("OBS_FLAG") or "").upper()
        if value.lower() in ("", "nan") and status not in tuple("HLMOQ"):
            status = "" if value == "" else "O"
        elif not status:
            status = "A"
        statuses[status] += 1
    del statuses[""]
    return statuses


def reason(path):
    longest = max((end for end in REFUSED if path.name.endswith(end)), key=len, default=None)
    return None if longest is None or path.name in LOADED_ALL_THE_SAME else REFUSED[longest]


def check_sample(path, store):
    answer, why = store.run("load", path), reason(path)
    if why is not None:
        story.contains(answer.exits(1).err, str(path), why, "nothing was loaded")
        return False
    answer.ok()
    got = collections.Counter()
    for row in store.run("list", "datasets", "--format", "csv").ok().rows():
        got.update(row["status"] for row in store.rows(row["dataset"]))
    story.equal(got, counted(path), str(path))
    return True


def samples(*folders):
    return [path for folder in folders for path in sorted((SAMPLES / folder).rglob("*.csv"))]


@story.scene
def files_of_other_programs_load_with_every_status_counted_or_say_why_not(folder):
    paths = samples("pysdmx", "sdmxsource")
    loaded = sum(check_sample(path, Store(folder, f"store{i}")) for i, path in enumerate(paths))
    story.check(loaded >= 45, f"{loaded} of {len(paths)} were loaded")


# What its examples call DIM_3 is a time; the ones that state something else stay refused.
GUIDE_REFUSED = {"02": "OBS_VALUE", "03": "OBS_VALUE", "09B": "TIME_PERIOD", "12": "OBS_VALUE", "13": "OBS_VALUE",
                 "14": "TIME_PERIOD", "16": "there is no dataset", "17": "there is no dataset", "18": "there is no dataset", "19A": "there is no dataset", "19B": "there is no dataset"}


def guide(name):
    text = (SAMPLES / f"sdmx-3.0-field-guide-examples/example-{name}.csv").read_text(encoding="utf-8")
    return text.replace("DIM_3", "TIME_PERIOD")


@story.scene
def the_examples_of_the_field_guide_are_read_where_a_dimension_is_the_time(folder):
    for path in samples("sdmx-3.0-field-guide-examples"):
        name = path.stem.split("-")[1]
        store = Store(folder, name)
        story.contains(store.run("load", path).exits(1).err, "no dataset" if name in ("18", "19A", "19B") else "TIME_PERIOD")
        answer = store.load(guide(name))
        if name in GUIDE_REFUSED:
            story.contains(answer.exits(1).err, GUIDE_REFUSED[name])
            continue
        answer.ok()
        ids = [row["dataset"] for row in store.run("list", "datasets", "--format", "csv").ok().rows()]
        values = [value for dataset in ids for value in store.figures(dataset).values()]
        expected = ["12.4", "10.8"] + ["11.2"] * (name == "09A")
        story.equal(sorted(values), sorted(expected), name)


@story.scene
def the_deletions_of_the_field_guide_withdraw_what_they_name(folder):
    head = "DATAFLOW,DIM_1,DIM_2,TIME_PERIOD,OBS_VALUE\n"
    cells = [(one, two, period) for one in "AC" for two in "AB" for period in ("2014-01", "2014-02")]
    text = head + "".join(f"E:NA_MAIN(1.0),{one},{two},{period},1\n" for one, two, period in cells)
    everything = {(f"{one}.{two}", period) for one, two, period in cells}
    expected = {
        "16": everything - {("A.B", "2014-01")},
        "17": {place for place in everything if not place[0].endswith(".A")},
        "18": {place for place in everything if not place[0].endswith(".A")},
        "19A": set(), "19B": set(),
    }
    for name, left in expected.items():
        store = Store(folder, name)
        store.load(text.replace("NA_MAIN", "DSD_NA_MAIN") if name[:2] == "19" else text,
                   "--release", "FIRST", "--published", "2025-01-01").ok()
        store.load(guide(name).replace(",D,B,C", ",D,Z,2014-01"),
                   "--release", "LATER", "--published", "2026-01-01").ok()
        got = {(series.split("/")[1][:3], period) for series, period in
               store.figures("DSD_NA_MAIN" if name[:2] == "19" else "NA_MAIN")}
        story.equal(got, left, name)


if __name__ == "__main__":
    if not SAMPLES.exists():
        story.skip("the files of ../shared/data/sdmx-csv are not there")
    story.main()
