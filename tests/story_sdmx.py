# SPDX-License-Identifier: MIT
"""SDMX-CSV 1.0 and 2.x as `bellwether load` reads it: actions, labels, several datasets in one file."""
import json

import story
from direct import Store

HEAD = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,ITEM,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE\n"


def message(*rows, head=HEAD):
    return head + "".join(row + "\n" for row in rows)


def merge(rows, agency="X:T(1.0)"):
    return [f"dataflow,{agency},M,{row}" for row in rows]


def filled(folder):
    """T with two areas, two items and two years; one of the series is quarterly."""
    store = Store(folder)
    store.load(message(*merge([
        "A,DE,GDP,2023,1,A,", "A,DE,GDP,2024,2,A,", "A,DE,CPI,2023,3,A,", "A,DE,CPI,2024,4,A,",
        "A,FR,GDP,2023,5,A,", "A,FR,GDP,2024,6,A,", "Q,FR,GDP,2024-Q1,7,A,"])),
        "--release", "FIRST", "--published", "2024-01-01").ok()
    return store


ALL = {("T/A.DE.GDP", "2023"): "1", ("T/A.DE.GDP", "2024"): "2", ("T/A.DE.CPI", "2023"): "3",
       ("T/A.DE.CPI", "2024"): "4", ("T/A.FR.GDP", "2023"): "5", ("T/A.FR.GDP", "2024"): "6",
       ("T/Q.FR.GDP", "2024-Q1"): "7"}


def without(wanted):
    """ALL but what the function names."""
    return {place: value for place, value in ALL.items() if not wanted(*place)}


def second(store, *rows, head=HEAD):
    return store.load(message(*rows, head=head), "--release", "SECOND", "--published", "2024-06-01")


# --- D ------------------------------------------------------------------------------------------


@story.scene
def a_deleted_period_is_withdrawn_and_stays_in_the_release_before(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),D,A,DE,GDP,2024,-,,").ok()
    story.equal(store.figures("T"), without(lambda series, period: (series, period) == ("T/A.DE.GDP", "2024")))
    story.equal(store.figures("T", "--as-of", "FIRST"), ALL)


@story.scene
def each_empty_cell_of_a_deletion_is_any(folder):
    cases = (
        ("A,DE,GDP,,,,", lambda series, period: series == "T/A.DE.GDP"),
        ("A,,GDP,2024,,,", lambda series, period: series[2:4] == "A." and "GDP" in series and period == "2024"),
        (",,GDP,,,,", lambda series, period: "GDP" in series),
        (",DE,,2023,-,,", lambda series, period: "DE" in series and period == "2023"),
        (",FR,,2024-Q1,,,", lambda series, period: series == "T/Q.FR.GDP"),
        (",,,2024,,,", lambda series, period: period == "2024"),
        (",,,,,,", lambda series, period: True),
    )
    for i, (cells, gone) in enumerate(cases):
        (folder / str(i)).mkdir()
        store = filled(folder / str(i))
        second(store, f"dataflow,X:T(1.0),D,{cells}").ok()
        story.equal(store.figures("T"), without(gone), cells)
        story.equal(store.figures("T", "--as-of", "FIRST"), ALL, cells)


@story.scene
def a_column_that_a_deletion_leaves_out_is_any(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),D,CPI", head="STRUCTURE,STRUCTURE_ID,ACTION,ITEM\n").ok()
    story.equal(store.figures("T"), without(lambda series, period: "CPI" in series))
    second(store, "dataflow,X:T(1.0),D", head="STRUCTURE,STRUCTURE_ID,ACTION\n").ok()
    story.equal(store.figures("T"), {})


@story.scene
def a_deletion_that_marks_attributes_leaves_the_figure(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),D,A,DE,GDP,2024,,,-", "dataflow,X:T(1.0),D,,,,,,-,").ok()
    story.equal(store.figures("T"), ALL)


@story.scene
def what_a_file_states_goes_before_what_it_deletes(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),D,,,,,,,", "dataflow,X:T(1.0),R,A,DE,GDP,2024,20,A,",
           "dataflow,X:T(1.0),M,A,DE,GDP,2025,21,A,", "dataflow,X:T(1.0),R,A,IT,GDP,2024,22,A,").ok()
    story.equal(store.figures("T"), {("T/A.DE.GDP", "2024"): "20", ("T/A.DE.GDP", "2025"): "21",
                                     ("T/A.IT.GDP", "2024"): "22"})
    story.equal(store.figures("T", "--as-of", "FIRST"), ALL)


@story.scene
def a_deleted_period_that_is_stated_too_is_stated(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),D,,,,2024,,,", "dataflow,X:T(1.0),R,A,DE,GDP,2024,20,A,").ok()
    expected = without(lambda series, period: period == "2024")
    story.equal(store.figures("T"), {**expected, ("T/A.DE.GDP", "2024"): "20"})


@story.scene
def a_deletion_of_what_is_not_there_makes_nothing(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),D,A,XX,GDP,2024,,,", "dataflow,X:T(1.0),D,,,NONE,,,,").ok()
    story.equal(store.figures("T"), ALL)
    story.equal(len(store.run("list", "series", "T", "--format", "csv").ok().rows()), 4)


@story.scene
def a_deletion_before_the_first_figures_of_a_dataset_is_none(folder):
    store = Store(folder)
    head = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,ITEM,TIME_PERIOD,OBS_VALUE\n"
    store.load(message("dataflow,X:T(1.0),D,,,,,", "dataflow,X:U(1.0),D,,,,,", "dataflow,X:T(1.0),R,A,DE,,2024,2",
                       "dataflow,X:U(1.0),R,A,,GDP,2024,3", head=head)).ok()
    story.equal(store.figures("T"), {("T/A.DE", "2024"): "2"})
    story.equal(store.figures("U"), {("U/A.GDP", "2024"): "3"})


@story.scene
def a_deletion_over_a_server_is_the_same(folder):
    with story.Server() as server:
        head = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE\n"
        many = [f"dataflow,X:T(1.0),M,A,C{i},{year},{i}" for i in range(1500) for year in (2023, 2024)]
        server.client("load", "-", stdin=message(*many, head=head)).ok()
        server.client("load", "-", stdin=message("dataflow,X:T(1.0),D,A,,2024,", head=head)).ok()
        rows = server.client("get", "T", "--format", "csv").ok().rows()
    story.equal({row["period"] for row in rows}, {"2023"})
    story.equal(len(rows), 1500)


@story.scene
def deletions_that_cannot_be_meant_are_refused(folder):
    store = filled(folder)
    for row, words in (("dataflow,X:T(1.0),D,A,DE,GDP,2024-Q1,,,", ("standard input:2: column 7 (TIME_PERIOD)", '"2024-Q1"', "T/A.DE.GDP")),
                       ("dataflow,X:T(1.0),D,A,DE,GDP,sometime,,,", ("standard input:2: column 7 (TIME_PERIOD)", '"sometime"'))):
        story.contains(second(store, row).exits(1).err, "nothing was loaded", *words)
    for row, head, words in (
            ("dataflow,X:T(1.0),D,A,2024,-", "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,TIME,OBS_VALUE\n", ("has no column TIME_PERIOD",)),
            ("dataflow,X:T(1.0),D,A,2024", "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,TIME\n", ("column 5 (TIME)", '"2024"', "TIME_PERIOD"))):
        story.contains(second(store, row, head=head).exits(1).err, "nothing was loaded", *words)
    answer = store.load(message("dataflow,X:NONE(1.0),D,A,,,,,,", "dataflow,X:NEW(1.0),R,A,DE,GDP,2024,2,A,"))
    story.contains(answer.exits(1).err, "standard input:2: column 2 (STRUCTURE_ID)", "NONE", "1 error;")
    answer = store.load(message("dataflow,X:NONE(1.0),D,A", head="STRUCTURE,STRUCTURE_ID,ACTION,FREQ\n"))
    story.contains(answer.exits(1).err, "standard input:2: column 2 (STRUCTURE_ID)", "NONE")
    story.equal(store.figures("T"), ALL)


# --- I, A, M, R ---------------------------------------------------------------------------------


@story.scene
def every_action_that_states_merges_periods(folder):
    for action in ("I", "A", "M", "R", ""):
        (folder / f"of{action}").mkdir()
        store = filled(folder / f"of{action}")
        second(store, f"dataflow,X:T(1.0),{action},A,DE,GDP,2024,20,P,").ok()
        story.equal(store.figures("T"), {**ALL, ("T/A.DE.GDP", "2024"): "20"}, action)


@story.scene
def a_replacement_without_a_value_withdraws_and_a_merge_leaves_it(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),R,A,DE,GDP,2024,,A,", "dataflow,X:T(1.0),M,A,DE,CPI,2024,,A,",
           "dataflow,X:T(1.0),R,A,FR,GDP,2024,,M,").ok()
    left = without(lambda series, period: (series, period) == ("T/A.DE.GDP", "2024"))
    story.equal(store.figures("T"), {**left, ("T/A.FR.GDP", "2024"): ""})


@story.scene
def rows_of_attributes_alone_are_passed_over(folder):
    store = filled(folder)
    second(store, "dataflow,X:T(1.0),M,A,DE,,,,,EUR", "dataflow,X:T(1.0),R,,,GDP,,,,EUR",
           "dataflow,X:T(1.0),M,,DE,,2024,,,EUR", "dataflow,X:T(1.0),M,A,DE,GDP,~,,,EUR",
           "dataflow,X:T(1.0),M,A,DE,GDP,2025,8,A,").ok()
    story.equal(store.figures("T"), {**ALL, ("T/A.DE.GDP", "2025"): "8"})


@story.scene
def what_is_no_sdmx_is_refused_by_line_column_and_text(folder):
    store = Store(folder)
    for row, words in (
            ("dataflow,X:T(1.0),E,A,DE,GDP,2024,1,A,", ("standard input:2: column 3 (ACTION)", '"E"')),
            ("dataflow,X:T(1.0),MM,A,DE,GDP,2024,1,A,", ("standard input:2: column 3 (ACTION)", '"MM"')),
            ("table,X:T(1.0),M,A,DE,GDP,2024,1,A,", ("standard input:2: column 1 (STRUCTURE)", '"table"')),
            ("dataflow,X:T(1.0),M,A,DE,GDP,2024,one,A,", ("standard input:2: column 8 (OBS_VALUE)", '"one"')),
            ("dataflow,X:T(1.0),M,A,DE,GDP,2024,1,M,", ("standard input:2: column 9 (OBS_STATUS)", '"M"')),
            ("dataflow,X:T(1.0),M,A,DE,GDP,2024,1,?,", ("standard input:2: column 9 (OBS_STATUS)", '"?"')),
            ("dataflow,X:T(1.0),M,A,DE,GDP,2024-13,1,A,", ("standard input:2: column 7 (TIME_PERIOD)", '"2024-13"')),
            ("dataflow,X:T(1.0),M,A,DE,GDP,2024", ("standard input:2:", "7 cells", "10"))):
        answer = store.load(message(row)).exits(1)
        story.contains(answer.err, "nothing was loaded", *words)
    (folder / "t.json").write_text(json.dumps({"datasets": [{"id": "T", "dimensions": [
        {"id": "FREQ", "role": "FREQUENCY"}, {"id": "AREA"}, {"id": "ITEM"}]}]}))
    answer = store.load(message("dataflow,X:T(1.0),M,A,,GDP,2024,1,A,"), "--dataset", folder / "t.json")
    story.contains(answer.exits(1).err, "standard input:2: column 5 (AREA)", "is empty")
    for head, missing in (("DATAFLOW,FREQ,TIME_PERIOD,MEASURE\n", "OBS_VALUE"), ("DATAFLOW,FREQ,OBS_VALUE\n", "TIME_PERIOD")):
        story.contains(store.load(message("X:T(1.0),A,1", head=head)).exits(1).err, "standard input:1:", "no column", missing)


# --- Datasets and their words -------------------------------------------------------------------


@story.scene
def figures_without_a_structure_are_of_the_dataset_that_the_option_names(folder):
    store, text = Store(folder), "FREQ,AREA,TIME_PERIOD,OBS_VALUE,CONF\nA,DE,2024,1,F\n"
    story.contains(store.load(text).exits(1).err, "--dataset")
    store.load(text, "--dataset", "MINE").ok()
    story.equal(store.figures("MINE"), {("MINE/A.DE", "2024"): "1"})
    store.load(text.replace(",1,", ",2,"), "--dataset", "MINE").ok()
    story.equal(store.figures("MINE"), {("MINE/A.DE", "2024"): "2"})


@story.scene
def several_new_datasets_of_a_message_have_their_own_dimensions(folder):
    head = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,ITEM,SEX,TIME_PERIOD,OBS_VALUE\n"
    text = message("dataflow,A:ONE(1.0): First,M,A,DE,GDP,,2024,1", "datastructure,B:TWO(2.1),M,M,,POP,F,2024-01,2",
                   "DATAPROVISION,B:TWO(2.1),M,M,,POP,T,2024-01,3", head=head)
    store = Store(folder)
    store.load(text).ok()
    story.equal(store.figures("ONE"), {("ONE/A.DE.GDP", "2024"): "1"})
    story.equal(store.figures("TWO"), {("TWO/M.POP.F", "2024-01"): "2", ("TWO/M.POP.T", "2024-01"): "3"})
    listed = {row["dataset"]: row for row in store.run("list", "datasets", "--format", "csv").ok().rows()}
    story.equal((listed["ONE"]["title"], listed["ONE"]["publisher"]), ("First", "A"))
    story.equal(listed["TWO"]["publisher"], "B")
    answer = store.load(text.replace("ONE", "THREE") + "dataflow,A:THREE(1.0),M,A,DE,GDP,F,2024,1\n")
    story.contains(answer.exits(1).err, "standard input:5: column 7 (SEX)", "THREE")


@story.scene
def a_known_dataset_has_its_own_order_and_ids_in_either_case(folder):
    (folder / "t.json").write_text(json.dumps({"datasets": [{"id": "T", "dimensions": [
        {"id": "ITEM"}, {"id": "GEO", "role": "REFERENCE_AREA"}, {"id": "FREQ", "role": "FREQUENCY"}]}]}))
    store = Store(folder)
    store.run("load", "--dataset", folder / "t.json").ok()
    store.load("DATAFLOW,LAST UPDATE,freq,item,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
               "ESTAT:T(1.0),30/10/25 23:00:00,Q,GDP,DE,2024-Q1,1.5,p\n"
               "ESTAT:T(1.0),30/10/25 23:00:00,Q,GDP,DE,2024-Q2,,\n").ok()
    rows = store.rows("T")
    story.equal([(row["series"], row["period"], row["value"], row["status"]) for row in rows],
                [("T/GDP.DE.Q", "2024-Q1", "1.5", "P")])


def named(store, *words):
    return {row["code" if "codes" in words else "indicator"]: row["name"]
            for row in store.run("list", *words, "--format", "csv").ok().rows()}


@story.scene
def labels_name_codes_indicators_and_the_dataset(folder):
    both = ("STRUCTURE,STRUCTURE_ID,ACTION,FREQ: Frequency,REF_AREA: Area,INDICATOR: Indicator,TIME_PERIOD: Time,"
            "OBS_VALUE: Value,OBS_STATUS: Status\n"
            "dataflow,X:T(1.0): A title: long,I,A: Annual,DE: Germany: whole,GDP: Product,2024: 2024,1.5,P: Provisional\n")
    name = ("STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,FREQ,Frequency,REF_AREA,Area,INDICATOR,Indicator,TIME_PERIOD,Time,"
            "OBS_VALUE,Value,OBS_STATUS,Status\n"
            "dataflow,X:T(1.0),A title: long,I,A,Annual,DE,Germany: whole,GDP,Product,2024,Year 2024,1.5,,P,Provisional\n")
    for i, text in enumerate((both, name)):
        store = Store(folder, f"store{i}")
        store.load(text).ok()
        row = store.rows("T")[0]
        story.equal((row["series"], row["period"], row["value"], row["status"]), ("T/A.DE.GDP", "2024", "1.5", "P"))
        story.equal(named(store, "codes", "T", "REF_AREA"), {"DE": "Germany: whole"})
        story.equal(named(store, "indicators", "T"), {"GDP": "Product"})
        story.contains(store.run("list", "datasets").ok().out, "A title: long")


# --- Cells --------------------------------------------------------------------------------------


@story.scene
def times_are_periods_of_the_series_frequency(folder):
    cases = (("M", "2014-01-01", "2014-01"), ("M", "2014-02", "2014-02"), ("M", "2014-M03", "2014-03"),
             ("A", "2020-A1", "2020"), ("A", "2021", "2021"), ("A", "2022-01-01", "2022"),
             ("Q", "2021-Q1", "2021-Q1"), ("Q", "2021-04-01", "2021-Q2"), ("S", "2021-S2", "2021-S2"),
             ("W", "2021-W01", "2021-W01"), ("D", "2014-D001", "2014-01-01"), ("D", "2014-03-05", "2014-03-05"),
             ("D", "2014-D365", "2014-12-31"), ("M", "2015-03-01T00:00:00", "2015-03"),
             ("D", "2014-03-06T00:00:00Z", "2014-03-06"), ("H", "2014-01-01T10:00:00", "2014-01-01T10"),
             ("H", "2014-01-02T00:00:00", "2014-01-02T00"), ("N", "2014-01-03T00:00:00", "2014-01-03T00:00"))
    store = Store(folder)
    wrong = []
    for i, (frequency, text, period) in enumerate(cases):
        answer = store.load(message(f"dataflow,X:T(1.0),M,{frequency},C{i},GDP,{text},1,A,"))
        got = [row["period"] for row in store.run("get", f"T/{frequency}.C{i}.GDP", "--format", "csv").rows()]
        if answer.code != 0 or len(got) != 1 or not got[0].startswith(period):
            wrong.append((frequency, text, got, answer.err))
    story.equal(wrong, [])


@story.scene
def a_semicolon_table_has_decimal_commas_and_several_values_a_cell(folder):
    store = Store(folder)
    store.load("STRUCTURE[|];STRUCTURE_ID;ACTION;SERIES_KEY;OBS_KEY;FREQ: F;AREA: A;TIME_PERIOD: T;OBS_VALUE: V;NOTE[]: N;ALIAS[en|fr]: L\n"
               "dataflow;X:T(1.6.0): Principaux agrégats;I;A.B;A.B.2014-01;M: Mois;DE: Allemagne;2014-01: 2014-01;12,4;a|b;en:Yes|fr:Oui\n"
               "dataflow;X:T(1.6.0): Principaux agrégats;I;A.B;A.B.2014-02;M: Mois;DE: Allemagne;2014-02: 2014-02;1210,8;a;\n").ok()
    story.equal(store.figures("T"), {("T/M.DE", "2014-01"): "12.4", ("T/M.DE", "2014-02"): "1210.8"})
    story.equal(named(store, "codes", "T", "AREA"), {"DE": "Allemagne"})


@story.scene
def missing_values_have_the_status_that_gives_the_reason(folder):
    cases = (("NaN", "", "O"), ("nan", "M", "M"), ("NaN", "A", "O"), ("", "L", "L"), ("nan", "Q", "Q"))
    store = Store(folder)
    store.load(message(*merge(f"A,C{i},GDP,2024,{value},{status}," for i, (value, status, _) in enumerate(cases)))).ok()
    got = {row["series"]: (row["value"], row["status"]) for row in store.rows("T")}
    story.equal(got, {f"T/A.C{i}.GDP": ("", status) for i, (_, _, status) in enumerate(cases)})


@story.scene
def units_belong_to_the_series_and_quoted_newlines_to_comments(folder):
    store = Store(folder)
    store.load("STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,UNIT_MULT,DECIMALS,OBS_COMMENT\n"
               'dataflow,X:T(1.0),I,A,DE,2023,1,EUR,6,1,"one ""line""\nand another"\n'
               "dataflow,X:T(1.0),I,A,DE,2024,2,EUR,6,1,\n").ok()
    rows = store.rows("T")
    story.equal([(row["unit"], row["unit_mult"]) for row in rows], [("EUR", "6")] * 2)
    story.equal(rows[0]["comment"], 'one "line"\nand another')
    printed = store.run("get", "T", "--format", "sdmx-csv").ok().rows()
    story.equal({row["DECIMALS"] for row in printed}, {"1"})


@story.scene
def flags_of_eurostat_are_read_and_several_stay_as_a_comment(folder):
    store = Store(folder)
    store.load("DATAFLOW,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\nESTAT:T(1.0),A,AT,2020,1,bp\nESTAT:T(1.0),A,AT,2021,2,e\n"
               "ESTAT:T(1.0),A,AT,2022,,c\nESTAT:T(1.0),A,AT,2023,3,r\n").ok()
    story.equal([(row["period"], row["status"], row["comment"]) for row in store.rows("T")],
                [("2020", "B", "bp"), ("2021", "E", ""), ("2023", "A", "")])
    answer = store.load("DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\nX:U(1.0),A,AT,2020,1,bp\n")
    story.contains(answer.exits(1).err, '"bp"')


@story.scene
def attributes_of_a_series_alone_are_its_unit(folder):
    store = Store(folder)
    rows = ("dataflow,X:T(1.0),M,A,DE,GDP,,,,EUR", "dataflow,X:T(1.0),M,A,DE,GDP,2024,1,A,", "dataflow,X:T(1.0),M,A,FR,GDP,2024,2,A,")
    store.load(message(*rows), "--release", "R", "--published", "2024-01-01").ok()
    story.equal([(row["series"], row["unit"]) for row in store.rows("T")], [("T/A.DE.GDP", "EUR"), ("T/A.FR.GDP", "")])
    store.load(message("dataflow,X:T(1.0),M,A,FR,GDP,~,,,USD")).ok()
    story.equal([row["unit"] for row in store.rows("T")], ["EUR", "USD"])
    answer = store.load(message(rows[0], "dataflow,X:T(1.0),M,A,DE,GDP,2024,1,A,USD"))
    story.contains(answer.exits(1).err, "standard input:3: column 10 (UNIT_MEASURE)", "another unit")


# --- There and back -----------------------------------------------------------------------------

OF_RELEASE = ("release", "published", "publisher", "url")


def current(store, *words):
    return [{name: cell for name, cell in row.items() if name not in OF_RELEASE} for row in store.rows(*words)]


@story.scene
def what_is_printed_as_sdmx_csv_makes_the_same_store(folder):
    store, copy = filled(folder), Store(folder, "copy")
    store.load("DATAFLOW,FREQ,AREA,ITEM,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE,UNIT_MULT,OBS_COMMENT\n"
               'X:U(1.0),M,DE,POP,F,2024-01,1.25,P,PERSONS,3,"a, ""b"": c"\nX:U(1.0),M,DE,POP,F,2024-02,,M,PERSONS,3,\n'
               "X:U(1.0),D,DE,POP,F,2024-03-05,-1e-9,A,,,\n").ok()
    printed = store.run("get", "T", "U", "--format", "sdmx-csv").ok().out
    copy.load(printed).ok()
    story.equal(len(current(store, "T", "U")), 10)
    story.equal(current(copy, "T", "U"), current(store, "T", "U"))
    story.equal(copy.run("get", "T", "U", "--format", "sdmx-csv").ok().out, printed)


if __name__ == "__main__":
    story.main()
