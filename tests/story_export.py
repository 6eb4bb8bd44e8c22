# SPDX-License-Identifier: MIT
"""Datasets out of a store and into another: what is written, what is refused, and that nothing half
written stays."""
import json
import pathlib
import signal
import subprocess
import sys
import threading
import time
import zipfile

import story

DESCRIPTION = {"datasets": [{"id": "T", "dimensions": [
    {"id": "FREQ", "role": "FREQUENCY"}, {"id": "AREA"}, {"id": "IND", "role": "INDICATOR"}]}]}
HEADING = "series,period,value,status,comment,release,url\n"


class Store:
    """A store in place: each command opens it itself."""

    def __init__(self, folder, name="store"):
        self.db, self.folder = folder / name, folder

    def __call__(self, *arguments, **options):
        return story.client("--db", self.db, *arguments, **options)

    def load(self, rows, description=None, *options):
        path = self.folder / "t.json"
        path.write_text(json.dumps(description or DESCRIPTION))
        (self.folder / "t.csv").write_text(rows)
        return self("load", *options, "--dataset", path, self.folder / "t.csv")


def with_store(function):
    """A scene that gets a store with two small series and an empty folder for what it exports."""
    def play(folder):
        store = Store(folder)
        store.load("series,period,value,release,published\n"
                   "A.CHN.X,2023,1,R1,2024-01-01\nA.USA.X,2023,2,R1,2024-01-01\n"
                   "A.CHN.X,2023,1.5,R2,2024-02-01\n").ok()
        out = folder / "out"
        out.mkdir()
        function(store, out)
    play.__name__ = function.__name__
    return story.scene(play)


def fill_many(store, n_series):
    store.load("series,period,value,release,published\n" + "".join(
        f"A.S{i}.X,{year},{i * year},R1,2024-01-01\n" for i in range(n_series)
        for year in range(2000, 2020))).ok()


def is_empty(folder):
    return not list(folder.iterdir())


# --- What is written ----------------------------------------------------------------------------


@with_store
def an_export_is_a_description_and_a_table(store, out):
    answer = store("export", "T", "-o", out / "made").ok()
    story.equal(answer.out, "")
    story.contains(answer.err, "T: 2 series, 3 rows")
    story.equal(sorted(path.name for path in (out / "made").iterdir()), ["T.csv", "T.json"])
    story.equal((out / "made/T.csv").read_text(), HEADING + "T/A.CHN.X,2023,1,A,,R1,\n"
                "T/A.CHN.X,2023,1.5,A,,R2,\nT/A.USA.X,2023,2,A,,R1,\n")
    description = json.loads((out / "made/T.json").read_text())
    story.equal(sorted(description), ["datasets", "releases"])
    story.equal(description["releases"], [{"id": "R1", "published": "2024-01-01"},
                                          {"id": "R2", "published": "2024-02-01"}])


@with_store
def a_zip_holds_the_same_bytes_descriptions_first(store, out):
    store.load("series,period,value\nU/A.B,2020,1\n", {"datasets": [{"id": "U", "dimensions": [
        {"id": "FREQ", "role": "FREQUENCY"}, {"id": "X"}]}]}).ok()
    store("export", "--all", "-o", out / "all.zip").ok()
    store("export", "--all", "--output", out / "all").ok()
    with zipfile.ZipFile(out / "all.zip") as archive:
        names = ["T.json", "U.json", "T.csv", "U.csv"]
        story.equal(archive.namelist(), names)
        story.equal(archive.testzip(), None)
        for name in names:
            story.equal(archive.read(name), (out / "all" / name).read_bytes())
    story.equal(sorted(path.name for path in out.iterdir()), ["all", "all.zip"])


@with_store
def the_same_state_makes_the_same_bytes(store, out):
    store("export", "T", "-o", out / "1.zip").ok()
    store("export", "T", "-o", out / "2.zip", env={"TZ": "Asia/Shanghai", "LC_ALL": "C"}).ok()
    copy = Store(out, "copy")
    store("export", "T", "-o", out / "folder").ok()
    copy("load", out / "folder/T.json", out / "folder/T.csv").ok()
    copy("export", "T", "-o", out / "3.zip").ok()
    first = (out / "1.zip").read_bytes()
    story.check(first == (out / "2.zip").read_bytes(), "in another time zone")
    story.check(first == (out / "3.zip").read_bytes(), "of the store that loaded it")


@with_store
def a_server_exports_the_same_as_the_store_in_place(store, out):
    store("export", "T", "-o", out / "1.zip").ok()
    with story.Server(folder=store.folder) as server:
        server.client("export", "T", "-o", out / "2.zip").ok()
        store("export", "T", "-o", out / "3.zip").ok()  # Beside the running server.
    first = (out / "1.zip").read_bytes()
    story.check(first == (out / "2.zip").read_bytes(), "from a server")
    story.check(first == (out / "3.zip").read_bytes(), "beside a server")


@with_store
def a_dataset_without_series_is_exported_too(store, out):
    store.load("series,period,value\n", {"datasets": [
        {"id": "NONE", "title": "Nothing",
         "dimensions": [{"id": "FREQ", "role": "FREQUENCY"}]}]}).ok()
    store("export", "NONE", "-o", out).ok()
    story.equal((out / "NONE.csv").read_text(), HEADING)
    copy = Store(out, "copy")
    copy("load", out / "NONE.json", out / "NONE.csv").ok()
    story.contains(copy("list", "datasets").ok().out, "NONE", "Nothing")


@with_store
def files_are_as_readable_as_any_other(store, out):
    answer = story.run("bash", "-c", f"umask 027; {story.BELLWETHER} --db {store.db} export T "
                       f"-o {out}/f && {story.BELLWETHER} --db {store.db} export T -o {out}/f.zip")
    answer.ok()
    for path in (out / "f/T.csv", out / "f/T.json", out / "f.zip"):
        story.equal(oct(path.stat().st_mode & 0o777), oct(0o640))


# --- What comes back ----------------------------------------------------------------------------


def there_and_back(store, out):
    """A store that has loaded the export of T."""
    store("export", "T", "-o", out / "there").ok()
    copy = Store(out, "copy")
    copy("load", out / "there/T.json", out / "there/T.csv").ok()
    return copy


def same_answers(store, copy, *question):
    story.equal(copy(*question, "--format", "csv").ok().out,
                store(*question, "--format", "csv").ok().out, " ".join(map(str, question)))


@with_store
def frequencies_of_all_kinds_come_back(store, out):
    periods = {"A": "0001", "S": "2024-S2", "Q": "2024-Q3", "M": "9999-12", "W": "2020-W53",
               "B": "2024-03-01", "D": "2024-02-29", "H": "2024-03-01T23:00",
               "N": "1969-12-31T23:59"}
    store.load("series,period,value,release,published,comment\n" + "".join(
        f"{f}.CHN.X,{p},0.1,R3,2024-03-01T10:00:00.123Z,\" a \n\"\n"
        for f, p in periods.items())).ok()
    copy = there_and_back(store, out)
    for frequency in periods:
        same_answers(store, copy, "revisions", f"T/{frequency}.CHN.X", "--all")
    same_answers(store, copy, "list", "series", "T")


@with_store
def long_series_and_many_releases_come_back(store, out):
    rows = [f"D.CHN.X,{1900 + y}-{m:02}-{d:02},{y * m / d},L{r},{2100 + r}-01-01,{'c' * d}\n"
            for r in range(3) for y in range(60) for m in range(1, 13) for d in range(1, 29)]
    rows += [f"A.CHN.Y,2000,{r},Q{r:04},{2000 + r // 12}-{r % 12 + 1:02}-01,\n"
             for r in range(1500)]
    store.load("series,period,value,release,published,comment\n" + "".join(rows)).ok()
    copy = there_and_back(store, out)
    same_answers(store, copy, "revisions", "T/D.CHN.X", "--all")
    same_answers(store, copy, "revisions", "T/A.CHN.Y", "--all")
    same_answers(store, copy, "vintages", "T/A.CHN.Y")


@with_store
def what_a_series_has_of_its_own_comes_back(store, out):
    store.load("series,period,value,unit,unit_mult,decimals,title,release,published\n"
               "A.CHN.X,2023,1.5,CNY,-3,0,\"Trade, all\",R2,2024-02-01\n").ok()
    copy = there_and_back(store, out)
    described = json.loads((out / "there/T.json").read_text())["series"]
    story.equal(described, [{"key": "T/A.CHN.X", "attributes": {
        "title": "Trade, all", "unit": {"unit": "CNY", "unitMult": -3, "decimals": 0}}}])
    own = [store("describe", "T/A.CHN.X").ok().out.split("handle")[0] for store in (store, copy)]
    story.equal(own[1], own[0])


@with_store
def a_range_without_end_is_withdrawn_without_a_million_rows(store, out):
    try:
        sys.path.insert(0, str(story.ROOT / "examples/python"))
        import bellwether  # pylint: disable=import-outside-toplevel
    except ImportError:
        return
    store.load("series,period,value,release,published\n" + "".join(
        f"{f}.CHN.X,{p},1,R1,2024-01-01\n" for f, p in (
            ("D", "2024-02-29"), ("D", "2024-03-29"), ("N", "2024-03-01T10:00"),
            ("N", "2024-03-01T10:01"), ("M", "2024-03")))).ok()
    with story.Server(folder=store.folder) as server, bellwether.Client(server.url) as client:
        for key, bounds in (("D.CHN.X", {"from": {"text": "2024-03-01"}}),
                            ("N.CHN.X", {"from": {"text": "2024-03-01T10:01"}}),
                            ("N.CHN.X", {"to": {"text": "1990"}}),
                            ("M.CHN.X", {"to": {"text": "2023"}})):
            client.call("Ingest/DeleteObservations", {
                "release": {"id": "R9", "publisher": "P", "published_at_ms": 1_800_000_000_000,
                            "precision": "TIME_PRECISION_INSTANT"},
                "series": {"key": "T/" + key}, **bounds})
    copy = there_and_back(store, out)
    for frequency in "DNM":
        same_answers(store, copy, "revisions", f"T/{frequency}.CHN.X", "--all")
        same_answers(store, copy, "vintages", f"T/{frequency}.CHN.X")
    lines = (out / "there/T.csv").read_text().count("\n")
    story.check(lines < 100, f"{lines} lines")


# --- What the loader has learnt for it ------------------------------------------------------------


@with_store
def a_withdrawal_without_a_period_is_of_all_that_is_not_stated(store, out):
    store.load("series,period,value,status,release,published\n"
               "A.CHN.X,2020,1,,R3,2024-03-01\nA.CHN.X,2021,2,,R3,2024-03-01\n").ok()
    store.load("series,period,value,status,release,published\n"
               "A.CHN.X,2021,3,,R4,2024-04-01\nA.CHN.X,,,-,R4,2024-04-01\n"
               "A.USA.X,,,-,R4,2024-04-01\n").ok()
    rows = store("get", "T/A.CHN.X", "--format", "csv").ok().rows()
    story.equal([(row["period"], row["value"]) for row in rows], [("2021", "3")])
    story.equal(store("get", "T/A.USA.X", "--format", "csv").ok().rows(), [])
    answer = store.load("series,period,value,status\nA.CHN.X,,5,\n")
    story.contains(answer.exits(1).err, "column 2 (period)")
    copy = there_and_back(store, out)
    same_answers(store, copy, "vintages", "T/A.CHN.X")
    same_answers(store, copy, "vintages", "T/A.USA.X")


@with_store
def descriptions_may_state_series(store, out):
    del out
    described = dict(DESCRIPTION, series=[
        {"key": "A.CHN.X", "attributes": {"title": "Mine", "sourceNote": "n"}},
        {"key": "T/A.NEW.X", "release": "R1", "sourceUrl": "https://x",
         "observations": {"firstPeriod": "50", "values": [7, 8]}}])
    store.load("series,period,value\n", described).exits(0)
    rows = store("get", "T/A.NEW.X", "--format", "csv").ok().rows()
    story.equal([(row["period"], row["value"], row["url"]) for row in rows],
                [("2020", "7", "https://x"), ("2021", "8", "https://x")])
    story.contains(store("describe", "T/A.CHN.X").ok().out, "Mine")
    for wrong, words in (({"key": "A.CHN.X", "mode": "REPLACE"}, "release"),
                         ({"key": "A.CHN"}, "dimensions"), ({"kee": "A.CHN.X"}, "key")):
        answer = store.load("series,period,value\n", dict(DESCRIPTION, series=[wrong]))
        story.contains(answer.exits(1).err, words)


# --- What is refused ----------------------------------------------------------------------------


@with_store
def what_is_there_is_kept_unless_forced(store, out):
    for name in ("x.zip", "T.csv", "T.json"):
        (out / name).write_text("precious")
        target = out / name if name == "x.zip" else out
        answer = store("export", "T", "-o", target).exits(1)
        story.contains(answer.err, f"{out / name} is there already", "--force")
        story.equal([path.name for path in out.iterdir()], [name])
        store("export", "T", "--force", "-o", target).ok()
        story.check((out / name).read_bytes()[:8] != b"precious", "it is replaced")
        for path in out.iterdir():
            path.unlink()
    (out / "file").write_text("precious")
    story.contains(store("export", "T", "--force", "-o", out / "file").exits(1).err,
                   "Not a directory")
    story.equal((out / "file").read_text(), "precious")
    story.contains(store("export", "T", "-o", out / "no/such.zip").exits(1).err, "No such file")


@with_store
def a_dataset_that_is_not_there_leaves_nothing(store, out):
    store.load("series,period,value\n", {"datasets": [{"id": "TRADE", "dimensions": [
        {"id": "FREQ", "role": "FREQUENCY"}]}]}).ok()
    answer = store("export", "T", "TRADES", "-o", out / "x").exits(1)
    story.contains(answer.err, "TRADES", "did you mean TRADE")
    story.contains(store("export", "../x", "-o", out / "x").exits(1).err, "../x")
    story.check(is_empty(out), "nothing is made")
    empty = Store(out.parent, "empty")
    empty.db.mkdir()
    empty("export", "--all", "-o", out / "x").exits(1)
    story.check(is_empty(out), "nothing is made of an empty store")


@with_store
def the_command_line_is_checked_first(store, out):
    for arguments, words in (
            (["T"], "say where to"), (["T", "-o", "-"], "FOLDER"), (["-o", out], "--all"),
            (["T", "-o", out / "x.csv"], "ends in .zip"), (["T", "-o", ""], "FOLDER"),
            (["T", "-o", out / "x.zip.gz"], "ends in .zip"), (["T", "--all", "-o", out], "--all"),
            (["T", "-o"], "needs a value"), (["T", "-o", out, "-o", out], "twice")):
        story.contains(store("export", *arguments).exits(2).err, words)
    story.check(is_empty(out), "nothing is made")
    # To verbs that write no file it is a word.
    story.contains(store("describe", "-o").exits(1).err, "-o")


@story.scene
def without_a_server_nothing_is_made(folder):
    answer = story.client("--server", f"ipc://{folder}/none.sock", "export", "T", "-o", folder / "x")
    answer.exits(3)
    story.check(not (folder / "x").exists(), "no folder is left")


# --- What goes wrong on the way -----------------------------------------------------------------


@with_store
def a_full_disk_leaves_nothing_behind(store, out):
    fill_many(store, 2000)
    (out / "old.zip").write_text("precious")
    for target in ("new.zip", "new", "old.zip"):
        answer = story.run("bash", "-c", f"ulimit -f 100; exec {story.BELLWETHER} --db {store.db} "
                           f"export T --force -o {out / target}")
        story.contains(answer.exits(1).err, "cannot write", "File too large")
        story.equal([path.name for path in out.iterdir()], ["old.zip"])
        story.equal((out / "old.zip").read_text(), "precious")


@with_store
def an_interrupted_export_leaves_nothing_behind(store, out):
    fill_many(store, 3000)
    for target, by in (("new.zip", signal.SIGINT), ("new", signal.SIGTERM)):
        with story.Server(folder=store.folder) as server:
            exporting = subprocess.Popen(
                [story.BELLWETHER, "--server", server.url, "export", "T", "-o", out / target],
                stderr=subprocess.PIPE)
            begun = lambda: any(path.name.endswith(".csv") or ".csv." in path.name
                                for path in out.rglob("*"))
            while not begun() and exporting.poll() is None:
                time.sleep(0.001)
            server.process.send_signal(signal.SIGSTOP)  # It cannot end now.
            exporting.send_signal(by)
            _, err = exporting.communicate(timeout=story.PATIENCE_S)
            server.process.send_signal(signal.SIGCONT)
        story.equal(exporting.returncode, -by, err.decode())
        story.check(is_empty(out), f"left: {list(out.rglob('*'))}")


def write_on(server, stop, dataset, started):
    """Loads again and again: both series of the dataset get the same new value at once."""
    folder = pathlib.Path(server.folder)
    i = 0
    while not stop.is_set():
        i += 1
        table = folder / "w.csv"
        table.write_text("series,period,value,release,published\n" + "".join(
            f"{dataset}/A.{area}.X,2024,{i},W{i},2025-01-01\n" for area in ("A0", "ZZ")))
        server.client("load", table).ok()
        started.set()


def export_beside_writes(store, out, dataset):
    stop, started = threading.Event(), threading.Event()
    with story.Server(folder=store.folder) as server:
        writer = threading.Thread(target=write_on, args=(server, stop, dataset, started))
        writer.start()
        try:
            started.wait(story.PATIENCE_S)
            return server.client("export", "T", "-o", out / "x")
        finally:
            stop.set()
            writer.join()


@with_store
def an_export_is_of_one_state(store, out):
    fill_many(store, 2000)
    answer = export_beside_writes(store, out, "T")
    if answer.code == 0:
        rows = [line.split(",") for line in (out / "x/T.csv").read_text().splitlines()]
        last = {area: max(int(row[2]) for row in rows if row[0] == f"T/A.{area}.X"
                          and row[1] == "2024") for area in ("A0", "ZZ")}
        story.equal(last["A0"], last["ZZ"])
    else:
        story.contains(answer.exits(1).err, "written to in each of 5 attempts")
        story.check(is_empty(out), "nothing is left")


@with_store
def writes_to_another_dataset_do_not_disturb(store, out):
    fill_many(store, 2000)
    store.load("series,period,value,release,published\nU/A.A0.X,2020,1,W0,2024-01-01\n", {
        "datasets": [dict(DESCRIPTION["datasets"][0], id="U")]}).ok()
    export_beside_writes(store, out, "U").ok()
    story.check((out / "x/T.csv").stat().st_size > 1 << 20, "all is there")


if __name__ == "__main__":
    story.main()
