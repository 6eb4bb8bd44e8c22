# SPDX-License-Identifier: MIT
"""Figures from files: what is read, what each bad row is told, and that a load is all or nothing."""
import json

import story

DATASET = {"datasets": [{"id": "T", "title": "Tests", "dimensions": [
    {"id": "FREQ", "role": "FREQUENCY"}, {"id": "REF_AREA", "role": "REFERENCE_AREA"},
    {"id": "INDICATOR", "role": "INDICATOR"}]}],
    "indicators": [{"id": "X", "name": "Ex", "unit": {"unit": "CNY", "unitMult": 9},
                    "kind": "FLOW"}],
    "code_lists": [{"dimension": "REF_AREA", "codes": [{"code": "CHN", "name": "China"}]}]}


class Store:
    """A server with the dataset T, and a folder to write files into."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.write("t.json", json.dumps(DATASET))
        self.load("--dataset", "t.json").ok()

    def write(self, name, text):
        path = self.folder / name
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8", newline="")
        return name

    def load(self, *arguments, **options):
        return self.server.client("load", *arguments, cwd=self.folder, **options)

    def load_text(self, text, *arguments):
        return self.load("--dataset", "T", *arguments, self.write("t.csv", text))

    def rows(self, key="T", *options):
        return self.server.client("--format", "csv", "get", key, *options).ok().rows()

    def values(self, key, *options):
        return [(row["period"], row["value"], row["status"]) for row in self.rows(key, *options)]

    def revision(self):
        rows = self.server.client("--format", "csv", "status").ok().rows()
        return next(row["value"] for row in rows if row["field"] == "store_revision")


def with_store(function):
    """A scene that gets a Store."""

    def play(folder):
        with story.Server() as server:
            function(Store(folder, server))

    play.__name__ = function.__name__
    return story.scene(play)


@with_store
def every_column_comes_back_as_it_was_read(store):
    store.load_text("series,period,value,status,release,published,publisher,url,unit,unit_mult,"
                    "title,comment\n"
                    "A.CHN.X,2023,1.5,P,R1,2024-01-12,Customs,http://a/1,USD,6,Exes,\"a, \"\"b\"\"\"\n"
                    "A.CHN.X,2024,.,,R1,2024-01-12,Customs,http://a/1,USD,6,Exes,\n").ok()
    rows = store.rows("T/A.CHN.X")
    story.equal(rows[0], {
        "series": "T/A.CHN.X", "period": "2023", "value": "1.5", "status": "P", "unit": "USD",
        "release": "R1", "unit_mult": "6", "published": "2024-01-12", "publisher": "Customs",
        "url": "http://a/1", "comment": 'a, "b"'})
    story.equal((rows[1]["value"], rows[1]["status"]), ("", "O"))
    story.contains(store.server.client("describe", "T/A.CHN.X").ok().out, "Exes", "million USD")


@with_store
def each_frequency_reads_its_own_periods(store):
    periods = {"A": "2024", "S": "2024-S2", "Q": "2024-Q3", "M": "2024-02", "W": "2020-W53",
               "B": "2024-03-01", "D": "2024-02-29", "H": "2024-03-01T10:00",
               "N": "2024-03-01T10:05"}
    store.load_text("series,period,value\n" +
                    "".join(f"{f}.CHN.X,{p},1\n" for f, p in periods.items())).ok()
    for frequency, period in periods.items():
        story.equal(store.values(f"T/{frequency}.CHN.X"), [(period, "1", "A")])


@with_store
def a_byte_order_mark_crlf_blank_lines_and_quoted_newlines_are_read(store):
    store.load_text(b"\xef\xbb\xbfseries,period,value,comment\r\n\r\n"
                    b"A.CHN.X,2023,1,\"two\r\nlines\"\r\n\r\nA.CHN.X,2024,2,\r\n").ok()
    rows = store.rows("T/A.CHN.X")
    story.equal([(row["period"], row["value"]) for row in rows], [("2023", "1"), ("2024", "2")])
    story.equal(rows[0]["comment"].replace("\r\n", "\n"), "two\nlines")


@with_store
def dimensions_as_columns_are_sdmx_csv(store):
    store.load_text("DATAFLOW,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
                    "AGENCY:T(1.0),A,CHN,X,2023,1,A\nAGENCY:T(1.0),A,CHN,X,2024,,M\n"
                    "AGENCY:T(1.0),A,USA,X,2023,,\n").ok()
    story.equal(store.values("T/A.CHN.X"), [("2023", "1", "A"), ("2024", "", "M")])
    story.contains(store.server.client("get", "T/A.USA.X").exits(1).err, "A.USA.X")


@with_store
def a_file_that_names_no_release_is_one_and_the_same_when_it_comes_again(store):
    text = "series,period,value\nA.CHN.X,2023,1\n"
    store.load_text(text).ok()
    release = store.rows("T/A.CHN.X")[0]["release"]
    story.check(release.startswith("file:"), release)
    before = store.revision()
    story.contains(store.load_text(text).ok().out, "nothing changed")
    story.equal(store.revision(), before)
    store.load_text(text + "A.CHN.X,2024,2\n").ok()
    releases = {row["release"] for row in store.rows("T/A.CHN.X")}
    story.equal(len(releases), 2, "another content is another release")


@with_store
def options_name_the_release_of_rows_that_name_none(store):
    store.load_text("series,period,value\nA.CHN.X,2023,1\n", "--release", "JAN", "--published",
                    "2024-01-31", "--publisher", "Customs", "--url", "http://a/").ok()
    row = store.rows("T/A.CHN.X")[0]
    story.equal((row["release"], row["published"], row["publisher"], row["url"]),
                ("JAN", "2024-01-31", "Customs", "http://a/"))
    store.load_text("series,period,value\nA.CHN.X,2024,2\n", "--release", "JAN").ok()
    story.equal(len(store.rows("T/A.CHN.X", "--as-of", "JAN")), 2)
    answer = store.load_text("series,period,value\nA.CHN.X,2024,2\n", "--release", "NEVER")
    story.contains(answer.exits(1).err, "NEVER")
    answer = store.load_text("series,period,value\nA.CHN.X,2024,2\n", "--release", "JAN",
                             "--published", "2024-02-01")
    story.contains(answer.exits(1).err, "JAN")


@with_store
def a_release_that_is_nowhere_is_named_with_its_row(store):
    text = "series,period,value,release\nA.CHN.X,2023,1,NOWHERE\n"
    story.contains(store.load_text(text).exits(1).err, "t.csv:2:", "NOWHERE", "nothing was loaded")


@with_store
def control_characters_do_not_reach_a_terminal(store):
    store.load_text("series,period,value,comment\nA.CHN.X,2023,1,a\x1b[2Jb\n").ok()
    out = store.server.client("get", "T/A.CHN.X").ok().out
    story.contains(out, "a?[2Jb")
    story.equal(store.rows("T/A.CHN.X")[0]["comment"], "a\x1b[2Jb")


@with_store
def rows_of_one_publisher_and_day_are_one_release_and_addresses_may_differ(store):
    store.load_text("series,period,value,published,publisher,url\n"
                    "A.CHN.X,2023,1,2024-01-12,Customs,http://a/1\n"
                    "A.USA.X,2023,2,2024-01-12,Customs,http://a/2\n"
                    "A.CHN.X,2022,3,2024-01-13,Customs,http://a/3\n").ok()
    rows = {(row["series"], row["period"]): row for row in store.rows()}
    story.equal(rows["T/A.CHN.X", "2023"]["release"], "Customs-2024-01-12")
    story.equal(rows["T/A.USA.X", "2023"]["release"], "Customs-2024-01-12")
    story.equal(rows["T/A.CHN.X", "2022"]["release"], "Customs-2024-01-13")
    story.equal([rows[key, "2023"]["url"] for key in ("T/A.CHN.X", "T/A.USA.X")],
                ["http://a/1", "http://a/2"])


@with_store
def publishers_in_other_scripts_keep_their_releases_apart(store):
    store.load_text("series,period,value,published,publisher\n"
                    "A.CHN.X,2023,1,2024-01-12,海关总署\nA.CHN.X,2024,2,2024-01-12,商务部\n").ok()
    rows = store.rows("T/A.CHN.X")
    story.check(rows[0]["release"] != rows[1]["release"], "two publishers are two releases")
    story.equal([row["publisher"] for row in rows], ["海关总署", "商务部"])


@with_store
def a_release_keeps_its_title_when_only_rows_name_it(store):
    release = {"releases": [{"id": "R", "title": "Yearbook", "publisher": "P", "note": "n",
                             "published": "2024-01-12"}]}
    store.load("--dataset", store.write("r.json", json.dumps(release))).ok()
    store.load_text("series,period,value,release,published,publisher\n"
                    "A.CHN.X,2023,1,R,2024-01-12,P\n").ok()
    story.contains(store.server.client("describe", "R").ok().out, "Yearbook", "note")


@with_store
def a_dash_withdraws_and_what_was_said_stays_on_record(store):
    store.load_text("series,period,value,release,published\nA.CHN.X,2023,1,R1,2024-01-12\n"
                    "A.CHN.X,2024,2,R1,2024-01-12\n").ok()
    store.load_text("series,period,value,status,release,published\n"
                    "A.CHN.X,2023,,-,R2,2024-02-12\nA.CHN.X,2024,3,,R2,2024-02-12\n").ok()
    story.equal(store.values("T/A.CHN.X"), [("2024", "3", "A")])
    story.equal(store.values("T/A.CHN.X", "--as-of", "R1"),
                [("2023", "1", "A"), ("2024", "2", "A")])


@with_store
def what_get_prints_can_be_loaded_into_another_store(store):
    store.load_text("series,period,value,status,release,published,publisher,unit,unit_mult,comment\n"
                    "A.CHN.X,2023,0.1,P,R1,2024-01-12,P,CNY,9,c\n"
                    "M.CHN.X,2023-05,1e-7,,R2,2024-01-13T10:00:00Z,P,,,\n"
                    "A.CHN.X,2024,.,H,R1,2024-01-12,P,CNY,9,\n").ok()
    printed = store.server.client("--format", "csv", "get", "T").ok().out
    copy = store.folder / "copy"
    story.client("--db", copy, "load", "--dataset", "t.json", "-", cwd=store.folder,
                 stdin=printed).ok()
    story.equal(story.client("--db", copy, "--format", "csv", "get", "T").ok().out, printed)


BAD_ROWS = [
    # heading, row, what the error says
    ("series,period,value", "A.CHN.X,2024,1.2.3", "column 3 (value)", '"1.2.3"'),
    ("series,period,value", "A.CHN.X,2024-13,1", "column 2 (period)", '"2024-13"'),
    ("series,period,value", "A.CHN.X,2024-Q1,1", "column 2 (period)", "A"),
    ("series,period,value", "B.CHN.X,2024-03-02,1", "column 2 (period)", "2024-03-02"),
    ("series,period,value", "A.CHN.X,2024,inf", "column 3 (value)", '"inf"'),
    ("series,period,value", "A.CHN,2024,1", "column 1 (series)", "2 codes", "3 dimensions"),
    ("series,period,value", "Z.CHN.X,2024,1", "column 1 (series)", "frequency"),
    ("series,period,value", "U/A.CHN.X,2024,1", "column 1 (series)", "no dataset U"),
    ("series,period,value", "A.CH N.X,2024,1", "column 1 (series)"),
    ("series,period,value", ",2024,1", "column 1 (series)", "empty"),
    ("series,period,value", "A.CHN.X,2024", "2 cells", "3"),
    ("series,period,value,status", "A.CHN.X,2024,1,Z", "column 4 (status)", '"Z"'),
    ("series,period,value,status", "A.CHN.X,2024,1,M", "column 4 (status)", '"M"'),
    ("series,period,value,status", "A.CHN.X,2024,1,-", "column 4 (status)", "withdraws"),
    ("series,period,value,published,publisher", "A.CHN.X,2024,1,2024-02-30,P",
     "column 4 (published)", "2024-02-30"),
    ("series,period,value,published", "A.CHN.X,2024,1,2024-02-03", "column 4", "publisher"),
    ("series,period,value,release", "A.CHN.X,2024,1,R 1", "column 4 (release)", "R 1"),
    ("series,period,value,unit_mult", "A.CHN.X,2024,1,99", "column 4 (unit_mult)", '"99"'),
]


@with_store
def a_bad_row_is_named_by_file_line_and_column_and_nothing_is_loaded(store):
    before = store.revision()
    for heading, row, *words in BAD_ROWS:
        good = ",".join("A.CHN.X" if name == "series" else "2023" if name == "period" else
                        "1" if name == "value" else "" for name in heading.split(","))
        text = f"{heading}\n{good}\n{row}\n" if "FREQ" not in heading else f"{heading}\n\n{row}\n"
        answer = store.load_text(text).exits(1)
        story.contains(answer.err, "t.csv:3:", "nothing was loaded", *words)
        story.equal(answer.out, "")
    story.equal(store.revision(), before)
    story.equal(store.server.client("get", "T").exits(1).out, "")


@with_store
def all_bad_rows_of_all_files_are_told_up_to_twenty(store):
    store.write("a.csv", "series,period,value\nA.CHN.X,x,1\n")
    store.write("b.csv", "series,period,value\n" + "A.CHN.X,2024,x\n" * 40)
    answer = store.load("--dataset", "T", "a.csv", "b.csv").exits(1)
    story.contains(answer.err, "a.csv:2:", "b.csv:2:", "b.csv:20:", "41 errors")
    story.check("b.csv:30:" not in answer.err, "not all of a long list")


@with_store
def rows_that_contradict_each_other_are_refused_and_the_same_row_twice_is_one(store):
    heading = "series,period,value,comment\n"
    store.load_text(heading + "A.CHN.X,2024,1,a\nA.CHN.X,2024,1,a\n").ok()
    story.equal(len(store.rows("T/A.CHN.X")), 1)
    for other in ("2,a", "1,b"):
        answer = store.load_text(heading + f"A.CHN.X,2024,1,a\nA.CHN.X,2024,{other}\n").exits(1)
        story.contains(answer.err, "t.csv:3", "t.csv:2", "2024", "T/A.CHN.X")


HEADINGS = [
    ("", "is empty"),
    ("series,period\nA.CHN.X,2024\n", '"value"'),
    ("series,value\nA.CHN.X,1\n", '"period"'),
    ("series,period,value,value\nA.CHN.X,2024,1,2\n", "column 4 (value)"),
    ("period,value\n2024,1\n", "REF_AREA"),
    ("FREQ,REF_AREA,period,value\nA,CHN,2024,1\n", "INDICATOR"),
    ('series,period,value\nA.CHN.X,2024,"1\n', "quote"),
]


@with_store
def a_file_that_is_no_table_says_why(store):
    for text, words in HEADINGS:
        story.contains(store.load_text(text).exits(1).err, "t.csv", words)
    story.contains(store.load("--dataset", "T", "absent.csv").exits(1).err, "absent.csv",
                   "No such file")
    story.contains(store.load("--dataset", "T", ".").exits(1).err, "directory")
    store.write("t.csv", "series,period,value\nA.CHN.X,2024,1\n")
    story.contains(store.load("--dataset", "NEVER", "t.csv").exits(1).err, "NEVER")


DESCRIPTIONS = [
    ("{", "t2.json:1", "JSON"),
    ("[]", "object"),
    ('{"datasets": 1}', "datasets", "list"),
    ('{"dataset": []}', "dataset", "datasets"),
    ('{"datasets": [{"id": 1}]}', "datasets[0].id", "text"),
    ('{"datasets": [{"id": "T", "dimensions": [{"id": "F", "role": "FREQ"}]}]}',
     "datasets[0].dimensions[0].role", '"FREQ"'),
    ('{"releases": [{"id": "R", "published": "2024-02-30"}]}', "releases[0].published", "date"),
    ('{"indicators": [{"id": "Y", "unit": {"unit_mult": 1.5}}]}', "indicators[0].unit.unit_mult"),
    ('{"series": [{"key": "T/A.CHN.X"}]}', "nothing is said of it"),
]


@with_store
def a_description_that_is_none_says_where(store):
    before = store.revision()
    for text, *words in DESCRIPTIONS:
        answer = store.load("--dataset", store.write("t2.json", text)).exits(1)
        story.contains(answer.err, "t2.json", *words)
    # What only the server knows to be wrong.
    answer = store.load("--dataset", store.write("t2.json", json.dumps({
        "datasets": [{"id": "lower", "dimensions": [{"id": "FREQ", "role": "FREQUENCY"}]}]})))
    story.contains(answer.exits(1).err, "lower")
    story.equal(store.revision(), before)


@with_store
def a_dry_run_tells_what_would_change_and_changes_nothing(store):
    before = store.revision()
    answer = store.load_text("series,period,value\nA.CHN.X,2024,1\n", "--dry-run").ok()
    story.contains(answer.out, "1 new", "1 added", "the store is as it was")
    story.equal(store.revision(), before)


@with_store
def standard_input_and_pipes_are_files_too(store):
    text = "series,period,value\nA.CHN.X,2024,1\n"
    store.load("--dataset", "T", "-", stdin=text).ok()
    release = store.rows("T/A.CHN.X")[0]["release"]
    again = store.load_text(text).ok()
    story.contains(again.out, "nothing changed")
    story.equal(store.rows("T/A.CHN.X")[0]["release"], release)


@with_store
def a_load_of_many_parts_is_one_revision(store):
    before = int(store.revision())
    rows = "".join(f"D.A{i}.X,{1990 + y}-{m:02}-{d:02},{i * d + 0.5}\n" for i in range(8)
                   for y in range(30) for m in range(1, 13) for d in range(1, 29))
    story.contains(store.load_text("series,period,value\n" + rows).ok().out, "80640 added")
    story.equal(int(store.revision()), before + 1)
    story.equal(len(store.rows("T/D.A3.X")), 10080)
    story.equal(store.values("T/D.A7.X", "--last", "1"), [("2019-12-28", "196.5", "A")])


if __name__ == "__main__":
    story.main()
