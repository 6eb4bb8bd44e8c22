# SPDX-License-Identifier: MIT
"""What the output promises beyond its letters: SDMX-CSV that has a column a dimension, wide tables,
sparklines in few calls, colours only where they are wanted, and nothing harmful on a terminal."""
import csv
import io
import json

import story
import terminal

EVIL = "\x1b]0;owned\x07\x1b[31m red \u202e\u4e2d\u56fd\x9b2J"
FILES = {
    "one.json": {"datasets": [{"id": "ONE", "title": EVIL, "dimensions": [
        {"id": "FREQ", "role": "FREQUENCY"}, {"id": "REF_AREA", "role": "REFERENCE_AREA", "name": EVIL},
        {"id": "ITEM", "role": "INDICATOR"}]}],
                 "indicators": [{"id": "GDP", "name": EVIL, "unit": {"unit": "EUR", "decimals": 1}}]},
    "two.json": {"datasets": [{"id": "TWO", "dimensions": [
        {"id": "ITEM", "role": "INDICATOR"}, {"id": "SEX"}, {"id": "FREQ", "role": "FREQUENCY"}]}]},
    "many.json": {"datasets": [{"id": "MANY", "dimensions": [
        {"id": "FREQ", "role": "FREQUENCY"}, {"id": "ITEM", "role": "INDICATOR"}]}]},
}
MANY = 200
ROWS = '''\
series,period,value,status,comment
ONE/A.DE.GDP,2020,-1.5,A,"tab	here, ""quoted"""
ONE/A.DE.GDP,2021,,O,
ONE/A.DE.GDP,2022,3,T,
ONE/A.FR.GDP,2021,2,F,
ONE/Q.DE.GDP,2021-Q1,7,A,
TWO/POP.M.A,2021,100,A,
'''


class Small:
    server = None


def client(*words, **options):
    return Small.server.client(*words, **options)


def rows(*words):
    return list(csv.DictReader(io.StringIO(client(*words).ok().out)))


def load(server, folder):
    for name, content in FILES.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    many = [f"MANY/A.X{i},{year},{year - 2019},A,\n" for i in range(MANY) for year in (2020, 2021)]
    (folder / "rows.csv").write_text(ROWS + "".join(many), encoding="utf-8")
    server.client("load", *FILES, "rows.csv", "--release", "EVIL", "--published", "2025-01-02",
                  "--title", EVIL, "--publisher", EVIL, cwd=folder).ok()


# --- SDMX-CSV -----------------------------------------------------------------------------------


@story.scene
def sdmx_csv_has_a_column_a_dimension_and_a_row_an_observation():
    story.equal(client("get", "ONE/A.DE.GDP", "--format", "sdmx-csv").ok().out, '''\
STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,ITEM,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE,\
UNIT_MULT,DECIMALS,OBS_COMMENT
dataflow,BELLWETHER:ONE(1.0),M,A,DE,GDP,2020,-1.5,A,EUR,0,1,"tab\there, ""quoted"""
dataflow,BELLWETHER:ONE(1.0),M,A,DE,GDP,2021,,O,EUR,0,1,
dataflow,BELLWETHER:ONE(1.0),M,A,DE,GDP,2022,3,T,EUR,0,1,
''')


@story.scene
def what_is_printed_as_sdmx_csv_can_be_loaded(folder):
    printed = client("get", "ONE", "--format", "sdmx-csv").ok().out
    (folder / "one.json").write_text(json.dumps(FILES["one.json"]), encoding="utf-8")
    (folder / "printed.csv").write_text(printed, encoding="utf-8")
    copy = ("--db", folder / "copy")
    story.client(*copy, "load", "--dataset", "one.json", "printed.csv", cwd=folder).ok()
    story.equal(story.client(*copy, "get", "ONE", "--format", "sdmx-csv").ok().out, printed)


@story.scene
def several_datasets_have_the_columns_of_all_and_leave_foreign_ones_empty():
    for verb in ("get", "latest"):
        answer = client(verb, "TWO/POP.M.A", "ONE/A.FR.GDP", "--format", "sdmx-csv").ok()
        head, two, one = answer.out.splitlines()
        story.equal(head.split(",")[3:8], ["ITEM", "SEX", "FREQ", "REF_AREA", "TIME_PERIOD"])
        story.equal(two.split(",")[1:9], ["BELLWETHER:TWO(1.0)", "M", "POP", "M", "A", "", "2021", "100"])
        story.equal(one.split(",")[1:9], ["BELLWETHER:ONE(1.0)", "M", "GDP", "", "A", "FR", "2021", "2"])


@story.scene
def sdmx_csv_prints_the_good_rows_and_names_the_others():
    answer = client("get", "ONE/A.FR.GDP", "NONE/A", "a b", "--format", "sdmx-csv").exits(1)
    story.equal(len(answer.out.splitlines()), 2)
    story.contains(answer.err, "NONE", "a b")


@story.scene
def sdmx_csv_is_refused_where_rows_are_no_observations():
    for words in (("list", "series"), ("revisions", "ONE/A.DE.GDP"), ("targets", "ONE"), ("status",),
                  ("search", "gdp"), ("describe", "ONE"), ("changes",), ("resolve", "ONE/A.DE.GDP"),
                  ("vintages", "ONE/A.DE.GDP"), ("health",), ("delete", "series", "ONE/A.DE.GDP")):
        answer = client(*words, "--format", "sdmx-csv").exits(2)
        story.contains(answer.err, words[0], "get, latest, cross")
        story.equal(answer.out, "")


@story.scene
def sdmx_csv_is_refused_for_what_nobody_published():
    for options in (("--yoy",), ("--frequency", "A"), ("--wide",)):
        answer = client("get", "ONE/Q.DE.GDP", *options, "--format", "sdmx-csv").exits(2)
        story.equal(answer.out, "")
    client("get", "ONE/Q.DE.GDP:yoy", "--format", "sdmx-csv").exits(2)


# --- Wide ---------------------------------------------------------------------------------------


@story.scene
def a_wide_table_has_a_column_a_series_and_empty_cells():
    story.equal(client("get", "ONE/A..", "TWO", "--wide", "--format", "csv").ok().out, """\
period,ONE/A.DE.GDP,ONE/A.FR.GDP,TWO/POP.M.A
2020,-1.5,,
2021,,2,100
2022,3,,
""")
    story.equal(client("get", "ONE/A..", "--wide", "--format", "json").ok().json()[1],
                {"period": "2021", "ONE/A.DE.GDP": None, "ONE/A.FR.GDP": 2})


@story.scene
def a_wide_table_for_people_tells_what_its_letters_are():
    out = client("get", "ONE/A..", "--wide").ok().out
    story.contains(out, "period    DE   FR\n", "2020    -1.5\n", "2021       O  2 F\n", "2022     3 T\n",
                   "F forecast, O missing, T target", "DE: ONE/A.DE.GDP,")


@story.scene
def series_of_different_frequencies_share_no_rows():
    answer = client("get", "ONE/A.DE.GDP", "ONE/Q.DE.GDP", "--wide", "--format", "csv").exits(1)
    story.contains(answer.err, "ONE/Q.DE.GDP", "--frequency A")
    story.equal(answer.out, "")
    client("get", "ONE/A.DE.GDP", "ONE/Q.DE.GDP", "--wide", "--frequency", "A",
           "--method", "last").ok()


@story.scene
def wide_columns_of_computed_figures_are_no_series_of_the_store():
    heading = client("get", "ONE/A.DE.GDP", "ONE/A.DE.GDP:chg", "--wide", "--format", "csv").ok().out
    story.equal(heading.splitlines()[0], "period,ONE/A.DE.GDP,ONE/A.DE.GDP:chg")
    heading = client("get", "ONE/A.DE.GDP", "--yoy", "--wide", "--format", "csv").ok().out
    story.contains(heading.splitlines()[0], "ONE/A.DE.GDP: percent change")


@story.scene
def a_wide_table_of_nothing_has_its_heading():
    story.equal(client("get", "ONE/A..", "--to", "1999", "--wide", "--format", "csv").ok().out,
                "period,ONE/A.DE.GDP,ONE/A.FR.GDP\n")
    client("get", "NONE/A", "--wide").exits(1)


# --- Sparklines ---------------------------------------------------------------------------------


def count_of_calls():
    return next(int(row["value"]) for row in rows("--format", "csv", "status") if row["field"] == "calls")


@story.scene
def sparklines_of_many_series_take_few_calls():
    for words in (("list", "series", "MANY"), ("latest", "MANY")):
        before = count_of_calls()
        story.equal(client(*words, "--spark").ok().out.count("▁█"), MANY, str(words))
        story.check(count_of_calls() - before < 10, "far fewer calls than series")


@story.scene
def sparklines_are_for_tables_and_for_terminals():
    words = ("latest", "ONE")
    story.check("trend" not in client(*words).ok().out, "not in a file")
    for extra, part in ((("--spark", "--format", "csv"), "table"), (("--spark", "--no-spark"), "exclude")):
        story.contains(client(*words, *extra).exits(2).err, part)
    command = (story.BELLWETHER, "--server", Small.server.url, *words)
    story.contains(terminal.on_terminal(*command), "▁ █")
    story.check("▁" not in terminal.on_terminal(*command, "--no-spark"), "--no-spark")
    story.check("▁" not in terminal.on_terminal(*command, env={"LC_ALL": "C"}), "no UTF-8")


@story.scene
def latest_actual_shows_no_targets_in_its_sparkline():
    out = client("latest", "ONE/A.DE.GDP", "--actual", "--spark").ok().out
    story.contains(out, "2020")
    story.check("█" not in out, "one actual figure is no line")


# --- Colours and terminals ----------------------------------------------------------------------


def has_colours(*words, on_terminal=True, env=None):
    command = (story.BELLWETHER, "--server", Small.server.url, "latest", "ONE", *words)
    out = terminal.on_terminal(*command, env=env) if on_terminal else \
        client("latest", "ONE", *words, env=env or {}).ok().out
    return "\x1b[0m" in out


@story.scene
def colours_are_for_terminals_unless_told_else():
    story.check(has_colours(), "a terminal")
    story.check(has_colours(env={"COLORTERM": ""}), "a terminal")
    story.check(not has_colours(on_terminal=False), "a pipe")
    story.check(not has_colours(env={"NO_COLOR": "1"}), "NO_COLOR")
    story.check(not has_colours(env={"TERM": "dumb"}), "TERM=dumb")
    story.check(not has_colours("--colour", "never"), "--colour never")
    story.check(has_colours("--color=always", on_terminal=False, env={"NO_COLOR": "1"}), "always")
    for form in ("csv", "tsv", "json", "jsonl", "sdmx-csv"):
        story.check(not has_colours("--format", form, "--colour", "always"), form)
    story.contains(client("latest", "ONE", "--colour", "maybe").exits(2).err, "auto, always or never")


@story.scene
def text_of_the_store_does_nothing_to_a_terminal():
    for words in (("list", "datasets"), ("list", "releases"), ("list", "indicators"), ("list", "series"),
                  ("describe", "ONE"), ("describe", "EVIL"), ("get", "ONE/A.DE.GDP"), ("latest", "ONE"),
                  ("search", "gdp", "--series"), ("get", "ONE/A..", "--wide")):
        out = terminal.on_terminal(story.BELLWETHER, "--server", Small.server.url, *words, "--colour",
                                   "never", columns=300)
        bad = [c for c in out if (c < " " and c != "\n") or "\x7f" <= c < "\xa0" or c == "\u202e"]
        story.equal(bad, [], " ".join(words))
    story.contains(client("list", "datasets").ok().out, "\u4e2d\u56fd")
    answer = client("get", "\x1b[31mred").exits(1)
    story.check("\x1b" not in answer.err, answer.err)


@story.scene
def tsv_has_as_many_cells_in_every_line():
    lines = client("get", "ONE", "--format", "tsv").ok().out.splitlines()
    story.equal({line.count("\t") for line in lines}, {10})
    story.contains(lines[1], 'tab\\there, "quoted"')


@story.scene
def json_lines_are_an_object_a_line():
    lines = client("get", "ONE", "--format", "jsonl").ok().out.splitlines()
    story.equal([json.loads(line)["period"] for line in lines], ["2020", "2021", "2022", "2021", "2021-Q1"])
    story.equal([json.loads(line) for line in lines], client("get", "ONE", "--format", "json").ok().json())


if __name__ == "__main__":
    story.play_on(Small, load)
