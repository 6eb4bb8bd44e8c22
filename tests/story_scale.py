# SPDX-License-Identifier: MIT
"""What `./run scale` and the row `growth` of `./run compare` stand on: the figures that bench/figures
makes, and the store that comes of them. How fast it is, is no matter here."""
import collections
import os
import pathlib

import story

BUILD = pathlib.Path(os.environ.get("BELLWETHER_BUILD", story.ROOT / "build"))


def figures(*arguments):
    return story.run(BUILD / "bench/figures", *arguments)


@story.scene
def a_thousand_series_have_a_hundred_observations_on_average():
    rows = figures("1000").ok().rows()
    story.equal(len(rows), 100_000)
    story.equal(len({(row["series"], row["period"]) for row in rows}), len(rows), "each once")
    n = collections.Counter(row["series"] for row in rows)
    story.equal(collections.Counter((key.split(".")[0], n[key]) for key in n),
                {("SCALE/A", 60): 960, ("SCALE/M", 600): 39, ("SCALE/D", 19000): 1})
    last = {row["series"]: row["period"] for row in rows}
    story.equal({period for period in last.values()}, {"2024", "2024-12", "2024-12-31"})


@story.scene
def figures_are_the_same_in_every_run_and_need_many_digits():
    text = figures("20", "M").ok().out
    story.equal(figures("20", "M").ok().out, text)
    values = [row["value"] for row in figures("20", "M").rows()]
    story.equal(len(set(values)), 12_000)
    story.check(sum(len(repr(float(value))) >= 17 for value in values) > 11_000, "most are long")


@story.scene
def figures_tell_what_they_want():
    story.contains(figures().exits(2).err, "SERIES")
    story.contains(figures("none").exits(2).err, "SERIES")


@story.scene
def both_stores_are_made_and_servers_start_on_them(folder):
    scale = ("/usr/bin/python3", story.ROOT / "bench/scale.py", "--build", BUILD, "--dir", folder,
             "--series", "1000", "--rounds", "1", "make", "start")
    answer = story.run(*scale).ok()
    story.contains(answer.out, "| 1,000 | 100,000 |", "| 1,000 | in memory |")
    key = "SCALE/M.A0000.I038"
    value = [row["value"] for row in figures("1000").rows() if row["series"] == key][-1]
    got = story.client("--db", folder / "1000/store", "--format", "csv", "latest", key).ok().rows()
    story.equal(float(got[0]["value"]), float(value))
    story.contains(story.run(*scale).ok().err, "took")  # once more, with the stores that are there


if __name__ == "__main__":
    story.main()
