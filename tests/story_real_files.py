# SPDX-License-Identifier: MIT
"""Files as publishers really write them, from ../shared/data, checked against Python's csv module."""
import csv
import json
import os
import pathlib

import story

SHARED = pathlib.Path(os.environ.get("BELLWETHER_SHARED", story.ROOT.parent / "shared"))
BIS = SHARED / "data/sdmx-csv/pysdmx/samples/data_v1.csv"


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


if __name__ == "__main__":
    if not BIS.exists():
        story.skip("the publishers' files of ../shared/data are not there")
    story.main()
