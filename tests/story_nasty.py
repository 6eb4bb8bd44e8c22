# SPDX-License-Identifier: MIT
"""Files that are wrong or odd in every way: what each must say, and what it must come to."""
import os
import signal
import threading
import time

import story
import terminal
from nasty.refused import GOOD, LONG, REFUSED
from nasty.store import Store, open_files
from nasty.taken import TAKEN

REJECTS = "t.csv.rejects.csv"


@story.scene
def each_wrong_file_says_in_one_line_what_is_wrong_and_nothing_is_loaded(folder):
    store = Store(folder)
    for name, content, options, words in REFUSED:
        answer = store.load_text(content, *options).exits(1)
        lines = [line for line in answer.err.splitlines() if all(word in line for word in words)]
        story.check(lines, f"{name}: no line with {words} in {answer.err!r}")
        story.check(all(len(line) < 400 for line in answer.err.splitlines()), f"{name}: a long line")
        story.contains(answer.err, "nothing was loaded")
        story.equal((answer.out, store.files()), ("", ["t.csv"]), name)
    story.equal(store.rows(), [])


@story.scene
def each_odd_file_comes_to_its_figures_and_again_to_no_change(folder):
    for i, (name, content, options, expected) in enumerate(TAKEN):
        store = Store(folder, f"store{i}")
        store.load_text(content, *options).ok()
        story.equal(store.rows(), expected, name)
        story.contains(store.load_text(content, *options).ok().out, "nothing changed")


def vintages(folder, name, content):
    """What is known now and what was first, of real-time matrices whose dataset is not known."""
    (folder / name).write_text(content)
    ask = ("--db", folder / name.replace(".csv", ""))
    story.client(*ask, "load", "--dataset", "RT", folder / name).ok()
    first = story.client(*ask, "get", "RT", "--as-of", "2023-01-27", "--format", "csv").ok().rows()
    last = story.client(*ask, "get", "RT", "--format", "csv").ok().rows()
    return [[(row["series"], row["period"], row["value"]) for row in rows] for rows in (first, last)]


@story.scene
def a_vintage_may_be_without_the_first_period(folder):
    first, last = vintages(folder, "one.csv", "observation_date,GDP_20230127,GDP_20230223\n"
                           "2022-07-01,1,\n2022-10-01,2,3\n")
    story.equal(first, [("RT/Q.GDP", "2022-Q3", "1"), ("RT/Q.GDP", "2022-Q4", "2")])
    story.equal(last, [("RT/Q.GDP", "2022-Q4", "3")])


@story.scene
def vintages_of_several_series_may_stand_side_by_side(folder):
    first, last = vintages(folder, "two.csv", "observation_date,GDP_20230127,GDP_20230223,CPI_20230127,CPI_20230223\n"
                           "2022-07-01,1,1,,11\n2022-10-01,2,3,,12\n")
    story.equal(first, [("RT/Q.GDP", "2022-Q3", "1"), ("RT/Q.GDP", "2022-Q4", "2")])
    story.equal(last, [("RT/Q.CPI", "2022-Q3", "11"), ("RT/Q.CPI", "2022-Q4", "12"),
                       ("RT/Q.GDP", "2022-Q3", "1"), ("RT/Q.GDP", "2022-Q4", "3")])


@story.scene
def columns_that_are_passed_over_are_named(folder):
    store = Store(folder)
    answer = store.load_text("country,sex,year,GDP\nCHN,F,2020,5\n").ok()
    story.contains(answer.out, 'passed over: sex ("F")')
    names = [f"c{i}" for i in range(5000)]
    answer = store.load_text(f"country,year,GDP,{','.join(names)}\nCHN,2020,5,{','.join(names)}\n").ok()
    story.contains(answer.out, 'c7 ("c7") and others')
    story.check("c8" not in answer.out, "only the first are named")


@story.scene
def figures_that_differ_between_files_are_told_with_the_lines_of_both(folder):
    store = Store(folder)
    store.write("a.csv", LONG + "A.CHN.X,2022,1\n" + GOOD)
    store.write("b.csv", LONG + "A.CHN.X,2023,3\n")
    answer = store.load("a.csv", "b.csv").exits(1)
    story.contains(answer.err, "b.csv:2: T/A.CHN.X in 2023 is 3 here, but 1 in a.csv:3")


@story.scene
def what_is_no_file_is_told_by_its_name(folder):
    store = Store(folder)
    (folder / "folder").mkdir()
    story.contains(store.load("absent.csv").exits(1).err, "absent.csv: cannot be read: No such file")
    story.contains(store.load("folder").exits(1).err, "folder: cannot be read: Is a directory")
    store.write("t.csv", LONG + GOOD)
    if os.getuid() != 0:
        os.chmod(folder / "t.csv", 0)
        story.contains(store.load("t.csv").exits(1).err, "t.csv: cannot be read: Permission denied")


@story.scene
def a_folder_for_temporary_files_that_is_none_is_told(folder):
    store = Store(folder)
    text = "series,period,value,comment\nA.CHN.X,2023,1,a\n"
    answer = store.load(store.write("t.csv", text), env={"TMPDIR": "/dev/full"}).exits(1)
    story.contains(answer.err, "temporary file", "/dev/full", "Not a directory", "nothing was loaded")
    story.equal(store.rows(), [])


# --- Rows that are put aside ----------------------------------------------------------------------

BAD = LONG + "A.CHN.X,2022,1\nA.CHN.X,x,2\n" + '"A.CHN.X","2024",3 3\nA.CHN.X,2025,4\nA.CHN.X,2025,5\n'
GOOD_OF_BAD = [("T/A.CHN.X", "2022", "1", "A"), ("T/A.CHN.X", "2025", "4", "A")]
REJECTED = LONG + 'A.CHN.X,x,2\n"A.CHN.X","2024",3 3\nA.CHN.X,2025,5\n'


@story.scene
def wrong_rows_are_put_aside_and_can_be_mended_and_loaded(folder):
    store = Store(folder)
    answer = store.load_text(BAD, "--keep-going", "--release", "R", "--published", "2026-01-01").exits(1)
    story.contains(answer.out, f"5 rows, 3 of them wrong and put aside in {REJECTS}")
    story.contains(answer.err, "t.csv:3:", "t.csv:4:", "t.csv:6:")
    story.equal(store.rows(), GOOD_OF_BAD)
    rejected = (folder / REJECTS).read_text()
    story.equal(rejected, REJECTED)
    mended = rejected.replace("x", "2023").replace("3 3", "3").replace("2025", "2026")
    (folder / REJECTS).write_text(mended)
    store.load("--release", "R", REJECTS).ok()
    story.equal([row[1] for row in store.rows()], ["2022", "2023", "2024", "2025", "2026"])


@story.scene
def rejects_of_an_earlier_load_stay(folder):
    store = Store(folder)
    store.write(REJECTS, "mine")
    answer = store.load_text(BAD, "--keep-going").exits(1)
    story.contains(answer.out, "t.csv.rejects.2.csv")
    story.equal((folder / REJECTS).read_text(), "mine")
    story.equal((folder / "t.csv.rejects.2.csv").read_text(), REJECTED)


@story.scene
def rejects_of_standard_input_are_in_the_working_folder(folder):
    store = Store(folder)
    store.load("--keep-going", "-", stdin=BAD).exits(1)
    story.equal((folder / "stdin.rejects.csv").read_text(), REJECTED)


@story.scene
def rejects_that_cannot_be_written_leave_the_store_as_it_was(folder):
    store = Store(folder)
    (folder / "sub").mkdir()
    store.write("sub/" + "t" * 244 + ".csv", BAD)  # So that no longer name is possible.
    answer = store.load("--keep-going", "sub/" + "t" * 244 + ".csv").exits(1)
    story.contains(answer.err, ".rejects.csv: cannot be written: File name too long", "nothing was loaded")
    story.equal(store.rows(), [])


@story.scene
def a_dry_run_writes_nothing_at_all(folder):
    store = Store(folder)
    before = store.client("--format", "csv", "status").ok().out
    answer = store.load_text(BAD, "--keep-going", "--dry-run").exits(1)
    story.contains(answer.out, "5 rows, 3 of them wrong", "2 added", "the store is as it was")
    story.equal(store.files(), ["t.csv"])
    story.equal(store.rows(), [])
    story.equal(store.client("--format", "csv", "status").ok().out, before)


@story.scene
def each_line_counts_once_however_much_is_wrong_with_it(folder):
    store = Store(folder)
    text = "period,T/A.CHN.X,T/A.CHN.Y\n2023,1,2\n2023,3,4\n"
    answer = store.load_text(text, "--keep-going").exits(1)
    story.contains(answer.out, "2 rows, 1 of them wrong")
    story.equal((folder / REJECTS).read_text(), "period,T/A.CHN.X,T/A.CHN.Y\n2023,3,4\n")


# --- The summary ----------------------------------------------------------------------------------


@story.scene
def the_summary_says_as_what_a_file_was_read_and_what_became_of_it(folder):
    store = Store(folder)
    store.write("p.csv", "yr,ctry,val\n2023,CHN,1\n2024,CHN,2\n")
    options = ("--map", "period=yr,area=ctry,value=val", "--release", "R", "--published", "2026-01-01")
    answer = store.client("load", "--dataset", "NEW", *options, "p.csv").ok()
    story.contains(answer.out, "p.csv: a tidy table with named columns -> dataset NEW (new), release R; "
                   "2 rows\n", "series: 1 new", "2 added")
    again = store.client("load", "--dataset", "NEW", *options, "p.csv").ok()
    story.contains(again.out, "-> dataset NEW, release R; 2 rows\n", "nothing changed")
    story.equal(store.load_text(LONG).ok().out.splitlines()[-1], "nothing changed")
    row = store.client("--format", "json", "load", "--dataset", "NEW", *options, "p.csv").ok().json()
    story.equal((row[0]["series_unchanged"], row[0]["changed"]), (1, "false"))


def hold_while_reading(pid, path):
    """Makes a load last as long as a large one: stopped for a while when it has opened the file."""
    end = time.monotonic() + story.PATIENCE_S
    while not str(path) in open_files(pid):
        story.check(time.monotonic() < end, "it opens the file")
    os.kill(pid, signal.SIGSTOP)
    threading.Event().wait(0.6)
    os.kill(pid, signal.SIGCONT)


@story.scene
def a_long_load_shows_on_a_terminal_how_far_it_is_and_leaves_nothing_there(folder):
    store = Store(folder)
    store.write("t.csv", LONG + "".join(f"N.C{i}.X,2024-03-{m // 1440 + 1:02}T{m // 60 % 24:02}:{m % 60:02},{m}\n"
                                        for i in range(20) for m in range(28 * 1440)))
    words = (story.BELLWETHER, "--db", store.db, "load", "--dataset", "T", "t.csv")
    env = {"BELLWETHER_CONFIG": "/dev/null", "BELLWETHER_SERVER": "", "LC_ALL": "C"}
    with terminal.Terminal(*words, columns=100, cwd=folder, env=env) as screen:
        hold_while_reading(screen.pid, store.folder / "t.csv")
        story.equal(screen.exit_code(), 0)
        story.contains(screen.shown, "\r\x1b[Kt.csv [", " rows  ", " MB/s  ")
        left = screen.shown.rsplit("\x1b[K", 1)[1]
    story.check(left.startswith("t.csv: Bellwether's own table"), left)


if __name__ == "__main__":
    story.main()
