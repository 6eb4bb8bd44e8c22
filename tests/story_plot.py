# SPDX-License-Identifier: MIT
"""Plots in the terminal: what is refused and why, what is few, much or missing. How they look stands
in tests/golden/plot.*, of story_golden."""
import json

import story

DATASET = {"datasets": [{"id": "T", "dimensions": [
    {"id": "FREQ", "role": "FREQUENCY"}, {"id": "INDICATOR", "role": "INDICATOR"}]}]}
BRAILLE = range(0x2801, 0x2900)


def store_of(folder, rows):
    """A store in the folder with the rows of a table."""
    (folder / "t.json").write_text(json.dumps(DATASET), encoding="utf-8")
    (folder / "t.csv").write_text("series,period,value,status,unit\n" + rows, encoding="utf-8")
    db = folder / "store"
    story.client("--db", db, "load", "--dataset", "t.json", "t.csv", cwd=folder).ok()
    return db


def plot(db, *words, **options):
    return story.client("--db", db, "plot", *words, env={"LC_ALL": "C.UTF-8"}, **options)


def has_braille(text):
    return any(ord(letter) in BRAILLE for letter in text)


@story.scene
def what_cannot_be_drawn_is_refused_with_the_reason(folder):
    db = store_of(folder, "A.X,2020,1,,CNY\nA.Y,2020,2,,USD\nA.NONE,2020,,O,\n")
    story.contains(plot(db, "T/A.NEVER").exits(1).err, "T/A.NEVER")
    story.contains(plot(db, "T/A.NONE").exits(1).err, "no")
    story.contains(plot(db, "T/A.X", "T/A.Y").exits(1).err, "index")
    for words in (("--width", "1"), ("--height", "1"), ("--width", "x"), ("--vintages",)):
        plot(db, "T/A.X", *words).exits(2)


@story.scene
def one_point_and_the_same_value_throughout_are_drawn(folder):
    rows = "".join(f"A.C,{year},7,,\n" for year in range(1990, 2020))
    db = store_of(folder, "A.X,2020,-3.5,,\n" + rows)
    story.contains(plot(db, "T/A.X").ok().out, "-3.5", "2020")
    story.check(has_braille(plot(db, "T/A.C").ok().out), "a line")


@story.scene
def ten_thousand_days_fit_and_ascii_is_ascii(folder):
    rows = "".join(f"D.X,{1990 + i // 336:04}-{i % 336 // 28 + 1:02}-{i % 28 + 1:02},{i % 977},,\n"
                   for i in range(10000))
    db = store_of(folder, rows)
    lines = plot(db, "T/D.X", "--width", "70", "--height", "12").ok().out.splitlines()
    story.check(has_braille("".join(lines)), "a line")
    story.check(max(map(len, lines)) <= 70, str(max(map(len, lines))))
    plain = plot(db, "T/D.X", "--ascii").ok().out
    story.check(plain.isascii() and "*" in plain, plain)
    story.check(story.client("--db", db, "plot", "T/D.X", env={"LC_ALL": "C"}).ok().out.isascii(),
                "a locale without UTF-8")


@story.scene
def a_server_is_drawn_as_a_file_is(folder):
    with story.Server() as server:
        db = store_of(folder, "".join(f"A.X,{year},{year % 7},,\n" for year in range(1990, 2020)))
        server.client("load", "--dataset", "t.json", "t.csv", cwd=folder).ok()
        there = server.client("plot", "T/A.X", env={"LC_ALL": "C.UTF-8"}).ok().out.splitlines()
        here = plot(db, "T/A.X").ok().out.splitlines()
        # The file's own release is of the time when it was loaded.
        story.equal(there[:-1], here[:-1])


if __name__ == "__main__":
    story.play()
