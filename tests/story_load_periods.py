# SPDX-License-Identifier: MIT
"""Publishers' tables with a period a column: the heading is found, named columns become dimensions."""
import story

HEADING = "Frequency,Type,Reference area,Time Period,2020-Q1,2020-Q2\n"


class Store:
    def __init__(self, folder):
        self.folder = folder

    def client(self, *arguments):
        return story.client("--db", self.folder / "store", *arguments, cwd=self.folder)

    def load(self, text, *arguments, name="t.csv", dataset="T"):
        (self.folder / name).write_text(text, encoding="utf-8", newline="")
        return self.client("load", "--dataset", dataset, *arguments, name)

    def figures(self, key="T"):
        """{(series, period): value}"""
        rows = self.client("--format", "csv", "get", key).ok().rows()
        return {(row["series"], row["period"]): row["value"] for row in rows}


@story.scene
def lines_above_the_heading_and_labels_behind_colons_are_told_apart(folder):
    store = Store(folder)
    answer = store.load("Dataset,\"Debt service\"\nRetrieved on,Tue Nov 17 2015\n\"Frequency\",\"Quarterly\"\n"
                        + HEADING + "Q:Quarterly,\"N:Nominal, broad\",AE:United Arab Emirates,Q:N:AE,1,\n"
                        "Q:Quarterly,R:Real,KR:Korea,Q:R:KR,,2.5\n").ok()
    story.contains(answer.out, "a period a column")
    story.equal(store.figures(), {("T/Q.N.AE", "2020-Q1"): "1", ("T/Q.R.KR", "2020-Q2"): "2.5"})
    story.contains(store.client("describe", "T").ok().out, "Debt service", "TYPE", "REF_AREA (reference area)")
    story.contains(store.client("list", "series").ok().out, "Nominal, broad", "United Arab Emirates")


@story.scene
def a_name_beside_a_code_describes_it_and_a_column_of_keys_is_passed_over(folder):
    store = Store(folder)
    store.load('"FREQ","Frequency","REF_AREA","Reference area","VALUE","Value","UNIT_MEASURE",'
               '"Unit of measure","Series","2020-Q1","2020-Q2"\n'
               'Q,Quarterly,AE,Emirates,N,Nominal,628,"Index, 2010 = 100",Q:AE:N:628,1,2\n'
               'Q,Quarterly,AE,Emirates,N,Nominal,771,Changes,Q:AE:N:771,,3\n'
               'Q,Quarterly,KR,Korea,R,Real,628,"Index, 2010 = 100",Q:KR:R:628,4,\n').ok()
    story.equal(store.figures(), {("T/Q.AE.N.628", "2020-Q1"): "1", ("T/Q.AE.N.628", "2020-Q2"): "2",
                                  ("T/Q.AE.N.771", "2020-Q2"): "3", ("T/Q.KR.R.628", "2020-Q1"): "4"})
    story.contains(store.client("list", "series").ok().out, "Index, 2010 = 100", "Korea")


@story.scene
def a_neighbour_that_differs_for_the_same_code_is_a_dimension_of_its_own(folder):
    store = Store(folder)
    store.load("Country,Counterpart,2020,2021\nCHN,USA,1,2\nCHN,JPN,3,4\n").ok()
    story.equal(store.figures()[("T/A.CHN.JPN", "2021")], "4")


@story.scene
def figures_that_can_be_read_in_two_ways_are_told_with_how_they_were(folder):
    store = Store(folder)
    for i, (mark, figures, decimal, read, note) in enumerate((
            # mark between cells, figures, --decimal, what they are read as, what is told
            (";", ("1,500", "2"), None, ("1.5", "2"), '"1,500" is read as 1.5; --decimal . reads it as 1500'),
            (";", ("1,500", "2"), ".", ("1500", "2"), None),
            (";", ("1,500", "2"), ",", ("1.5", "2"), None),
            (";", ("1,500", "80,4"), None, ("1.5", "80.4"), None),
            (";", ("1,500", "1,187.5"), None, ("1500", "1187.5"), None),
            (";", ("1.500", "2"), None, ("1.5", "2"), '"1.500" is read as 1.5; --decimal , reads it as 1500'),
            (";", ("1.500", "2"), ",", ("1500", "2"), None),
            (";", ("1.500", "80,4"), None, ("1500", "80.4"), None),
            (",", ('"1,500"', "2"), None, ("1500", "2"), '"1,500" is read as 1500; --decimal , reads it as 1.5'),
            (",", ("1.500", "2"), None, ("1.5", "2"), None),
            ("\t", ("1 500", "2,000"), None, ("1500", "2"), None),
            (";", ("1,500", "0,123"), None, ("1.5", "0.123"), None),
            (";", ("150", "2"), None, ("150", "2"), None))):
        text = "date,area,GDP\n2020,CHN,{}\n2021,CHN,{}\n".replace(",", mark).format(*figures)
        options = ("--decimal", decimal) if decimal else ()
        answer = store.load(text, *options, dataset=f"T{i}").ok()
        story.equal([line for line in answer.err.splitlines() if "is read as" in line],
                    [f"t.csv: {note}"] if note else [], f"{figures} {options}")
        story.equal(tuple(store.figures(f"T{i}").values()), read, f"{figures} {options}")
    # What decides may stand far down, and a code that looks like a figure decides nothing.
    far = "date;area;GDP\n" + "".join(f"{1900 + i};CHN;1,500\n" for i in range(99)) + "2000;CHN;80,4\n"
    story.check("is read as" not in store.load(far, dataset="FAR").ok().err, "80,4 decides")
    coded = "date;area;indicator;GDP\n2020;CHN;1.5;1,500\n2021;CHN;1.5;2,500\n"
    story.contains(store.load(coded, "--map", "value=GDP", dataset="CODED").ok().err, '"1,500" is read as')
    story.contains(store.load(coded, "--decimal", "x").exits(2).err, "--decimal x: it is . or ,")


@story.scene
def a_map_that_no_table_has_a_use_for_is_refused(folder):
    store = Store(folder)
    sdmx = "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE\nX:T(1.0),A,CHN,2020,1\n"
    bank = "Country Name,Country Code,Indicator Name,Indicator Code,2018\nChina,CHN,GDP,NY.GDP,1\n"
    for text, words, form in ((sdmx, ("--map", "area=AREA"), "SDMX-CSV"), (sdmx, ("--map", "area=none"), "SDMX-CSV"),
                              (sdmx, ("--map", "area=AREA", "--as", "sdmx-csv"), "SDMX-CSV"),
                              (bank, ("--map", "area=X"), "World Bank")):
        answer = store.load(text, *words).exits(1)
        story.contains(answer.err, "--map: is for the formats tidy and periods, but t.csv is read as ", form)
        story.check(store.client("get", "T").code == 1, "nothing was loaded")
    # Another table of the load may take it, and the file may be read as it says.
    (folder / "sdmx.csv").write_text(sdmx.replace("AREA", "INDICATOR"))
    store.load("when,what\n2020,1\n2021,2\n", "--map", "period=when,value=what", "sdmx.csv", dataset="U").ok()
    store.load(sdmx, "--map", "area=AREA,frequency=FREQ,none=DATAFLOW", "--as", "tidy", dataset="V").ok()
    # A dimension that is called as a word of --map is.
    (folder / "sdmx.csv").write_text(sdmx.replace("X:T", "X:W"))
    store.client("load", "sdmx.csv").ok()
    store.load("when,what\n2021,1\n2022,2\n", "--map", "period=when,value=what,AREA=:USA", dataset="W").ok()
    story.equal(store.figures("W/A.USA"), {("W/A.USA", "2021"): "1", ("W/A.USA", "2022"): "2"})


@story.scene
def an_indicator_of_another_load_keeps_its_code_to_itself(folder):
    store, table = Store(folder), "date,area,indicator,value\n2020,CHN,{0},1\n2021,CHN,{0},2\n"
    for text in ("A.B", "A.B", "A_B", "C_D", "C.D"):  # the code itself is no other text
        store.load(table.format(text)).ok()
    before = store.figures()
    answer = store.load(table.format("A/B").replace(",1", ",7")).exits(1)
    story.contains(answer.err, 't.csv: "A/B" would have the code A_B, which the store has for "A.B"; --map')
    story.equal(store.figures(), before)
    # Whoever describes an indicator says of which text it is.
    (folder / "own.json").write_text('{"indicators": [{"dataset": "T", "id": "A_B", "name": "A", "source_id": "A/B"}]}')
    store.client("load", "own.json").ok()
    store.load(table.format("A/B")).ok()


@story.scene
def a_name_before_its_code_is_its_name(folder):
    store = Store(folder)
    store.load("Country Name,Country Code,2020,2021\nChina,CHN,1,2\nJapan,JPN,3,4\n", name="GDP.csv").ok()
    story.equal(store.figures()[("T/A.JPN.GDP", "2021")], "4")
    story.contains(store.client("list", "series").ok().out, "Japan")


@story.scene
def months_and_years_side_by_side_are_series_of_their_own(folder):
    store = Store(folder)
    store.load("Country,2020,2020-01,2020-02\nCHN,3,1,2\n", name="X.csv").ok()
    story.equal(store.figures(), {("T/A.CHN.X", "2020"): "3", ("T/M.CHN.X", "2020-01"): "1",
                                  ("T/M.CHN.X", "2020-02"): "2"})


@story.scene
def a_map_names_what_the_headings_do_not_say(folder):
    store = Store(folder)
    text = "国,Note,2020,2021\nCHN,a,1,2\nJPN,b,3,4\n"
    story.contains(store.load(text).exits(1).err, "--map")
    store.load(text, "--map", "area=国,none=Note,indicator=:GDP").ok()
    story.equal(store.figures()[("T/A.JPN.GDP", "2021")], "4")


@story.scene
def figures_that_look_like_years_make_no_heading(folder):
    store = Store(folder)
    store.load("Country,Year,cars,ships\nCHN,2020,1990,2010\nCHN,2021,1991,2011\n").ok()
    story.equal(store.figures()[("T/A.CHN.ships", "2021")], "2011")


@story.scene
def other_tables_with_periods_in_their_headings_stay_what_they_are(folder):
    store = Store(folder)
    answer = store.load("Country Name,Country Code,Indicator Name,Indicator Code,2020,2021\n"
                        "China,CHN,Output,GDP,1,2\n", dataset="WB").ok()
    story.contains(answer.out, "World Bank")
    story.contains(store.load("date,2020-Q1,2020-Q2\n2019-Q4,1,2\n2020-Q1,,3\n", name="GDP.csv").ok().out,
                   "a vintage a column")
    store.load("series,2020,2021\nWB/A.CHN.GDP,5,6\n").ok()
    story.equal(store.figures("WB")[("WB/A.CHN.GDP", "2021")], "6")


@story.scene
def eurostats_many_dimensions_in_one_column_are_refused_with_a_way_out(folder):
    answer = Store(folder).load("freq,unit,geo\\TIME_PERIOD\t2020 \t2021 \nA,EUR,DE\t1 \t2 p\n", name="t.tsv")
    story.contains(answer.exits(1).err, "SDMX-CSV")


@story.scene
def other_columns_of_numbers_than_those_chosen_are_passed_over(folder):
    store = Store(folder)
    store.load("iso,year,gdp,co2,people\nCHN,2020,1,2,3\nJPN,2020,4,5,6\n", "--map", "value=gdp+people").ok()
    story.equal(store.figures(), {("T/A.CHN.gdp", "2020"): "1", ("T/A.CHN.people", "2020"): "3",
                                  ("T/A.JPN.gdp", "2020"): "4", ("T/A.JPN.people", "2020"): "6"})


@story.scene
def the_help_has_the_name_of_every_format(folder):
    said = Store(folder).load("Country,2020,2021\nCHN,1,2\n", "--as", "nothing").exits(1).err
    names = said.splitlines()[0].split("these are: ")[1].split(", ")
    story.check(len(names) > 8, said)
    story.contains(story.client("help", "load").ok().out, *names)


@story.scene
def a_table_loaded_twice_changes_nothing(folder):
    store = Store(folder)
    text = HEADING + "Q,N,AE,Q:N:AE,1,2\n"
    store.load(text).ok()
    story.contains(store.load(text).ok().out, "nothing changed")


if __name__ == "__main__":
    story.main()
