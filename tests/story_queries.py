# SPDX-License-Identifier: MIT
"""The questions of docs/queries.md, asked with the command on figures that can be worked out by hand."""
import datetime
import json
import math

import story

DATA = story.ROOT / "data"
TRADE = "CBEC/A.CHN.TRADE._T"
DATASET = {"datasets": [{"id": "Q", "dimensions": [
    {"id": "FREQ", "role": "FREQUENCY"}, {"id": "AREA", "role": "REFERENCE_AREA"},
    {"id": "WHAT", "role": "INDICATOR"}]}],
    "indicators": [
        {"id": "FLOW", "kind": "FLOW", "unit": {"unit": "CNY", "unit_mult": 6}},
        {"id": "STOCK", "kind": "STOCK", "unit": {"unit": "NR"}},
        {"id": "RATE", "name": "The rate", "kind": "RATE", "unit": {"unit": "PT"}},
        {"id": "PRICE", "kind": "INDEX", "unit": {"unit": "IX"}},
        {"id": "BARE"}, {"id": "LONG"}],
    "code_lists": [{"dimension": "AREA", "codes": [
        {"code": "WLD", "name": "World", "is_aggregate": True}, {"code": "CHN", "name": "China"},
        {"code": "DEU", "name": "Germany"}, {"code": "USA", "name": "United States"}]},
        {"dimension": "WHAT", "codes": [{"code": "FLOW", "name": "The flow"}]}]}
FIGURES = """\
series,period,value,status,release,published,publisher,unit,unit_mult
Q.CHN.FLOW,2022-Q1,10,A,R1,2023-01-01,P,,
Q.CHN.FLOW,2022-Q2,20,A,R1,2023-01-01,P,,
Q.CHN.FLOW,2022-Q3,30,A,R1,2023-01-01,P,,
Q.CHN.FLOW,2022-Q4,40,P,R1,2023-01-01,P,,
Q.CHN.FLOW,2022-Q4,44,A,R2,2023-07-01,P,,
Q.CHN.FLOW,2023-Q1,12,A,R2,2023-07-01,P,,
Q.CHN.FLOW,2023-Q3,33,A,R2,2023-07-01,P,,
Q.CHN.STOCK,2022-Q1,5,A,R1,2023-01-01,P,,
Q.CHN.STOCK,2022-Q4,9,A,R1,2023-01-01,P,,
Q.CHN.RATE,2022-Q1,2,A,R1,2023-01-01,P,,
Q.CHN.RATE,2022-Q2,4,A,R1,2023-01-01,P,,
Q.CHN.BARE,2022-Q1,1,A,R1,2023-01-01,P,,
A.WLD.FLOW,2023,100,A,R1,2023-01-01,P,,
A.CHN.FLOW,2023,30,A,R1,2023-01-01,P,,
A.DEU.FLOW,2022,20,A,R1,2023-01-01,P,,
A.DEU.FLOW,2023,0.02,A,R1,2023-01-01,P,CNY,9
A.USA.FLOW,2023,30,A,R1,2023-01-01,P,,
A.USA.FLOW,2024,.,O,R2,2023-07-01,P,,
A.CHN.RATE,2023,80,T,R1,2023-01-01,P,,
A.CHN.RATE,2023,75,F,R2,2023-07-01,P,,
A.CHN.RATE,2023,78,A,R3,2024-01-31,P,,
A.CHN.RATE,2025,90,T,R1,2023-01-01,P,,
A.DEU.RATE,2023,-5,T,R1,2023-01-01,P,,
A.DEU.RATE,2023,-4,A,R3,2024-01-31,P,,
Q.DEU.PRICE,2022-Q1,100,A,R1,2023-01-01,P,,
Q.DEU.PRICE,2022-Q2,110,A,R1,2023-01-01,P,,
Q.DEU.FLOW,2023-Q1,7,A,R2,2023-07-01,P,,
Q.DEU.FLOW,2023-Q2,.,O,R2,2023-07-01,P,,
A.USA.RATE,2021,50,T,R1,2023-01-01,P,,
A.USA.RATE,2021,50,A,R3,2024-01-31,P,,
A.USA.RATE,2022,5,A,R1,2023-01-01,P,,
A.USA.RATE,2022,9,F,R2,2023-07-01,P,,
A.USA.RATE,2023,0,T,R1,2023-01-01,P,,
A.USA.RATE,2023,3,A,R3,2024-01-31,P,,
A.USA.RATE,2024,1,T,R1,2023-01-01,P,,
A.USA.RATE,2024,3,A,R2,2023-07-01,P,,
A.USA.RATE,2024,.,O,R3,2024-01-31,P,,
"""


class Loaded:
    server = None

    @classmethod
    def ask(cls, *words):
        return cls.server.client("--format", "csv", *words)


def values(*words):
    """(period, value, status) of what `get` prints."""
    return [(row["period"], float(row["value"]) if row["value"] else None, row["status"])
            for row in Loaded.ask("get", *words).ok().rows()]


def near(got, expected):
    """The same periods and statuses, and values that are equal but for rounding."""
    story.equal([(p, s) for p, _, s in got], [(p, s) for p, _, s in expected])
    for (period, one, _), (_, two, _) in zip(got, expected):
        story.check(one == two or None not in (one, two) and abs(one - two) < 1e-9 * max(1, abs(two)),
                    f"{period}: got {one}, expected {two}")


@story.scene
def growth_is_computed_from_the_figures_as_they_were_known():
    near(values(TRADE, "--yoy", "--from", "2022", "--to", "2022", "--as-of", "2023-01-31"),
         [("2022", 100 * (2.11 / 1.92 - 1), "P")])
    near(values(TRADE, "--yoy", "--from", "2022", "--to", "2022"),
         [("2022", 100 * (2.1 / 1.92 - 1), "A")])
    near(values(TRADE + ":pc1", "--last", "2"),
         [("2023", 100 * (2.38 / 2.1 - 1), "P"), ("2024", 100 * (2.71 / 2.38 - 1), "P")])


@story.scene
def a_gap_is_a_gap_whatever_the_row_before_it():
    near(values(TRADE + ":chg", "--to", "2021"),
         [("2018", None, "O"), ("2020", None, "O"), ("2021", 1.92 - 1.69, "P")])
    near(values("Q/Q.CHN.FLOW:pc1", "--from", "2023"),
         [("2023-Q1", 20.0, "A"), ("2023-Q3", 10.0, "A")])


@story.scene
def results_say_their_unit_and_what_was_done():
    row = Loaded.ask("get", TRADE, "--yoy", "--last", "1").ok().rows()[0]
    story.equal((row["unit"], row["unit_mult"], row["formula"], row["comment"]),
                ("PT", "0", "percent change from a year ago", ""))
    row = Loaded.ask("get", "Q/Q.CHN.RATE:chg", "--last", "1").ok().rows()[0]
    story.equal(row["unit"], "PP")
    row = Loaded.ask("get", TRADE + ":index=2020").ok().rows()[1]
    story.equal((row["period"], row["value"], row["unit"]), ("2020", "100", "IX"))
    story.contains(Loaded.ask("get", TRADE + ":ma=2,log").ok().out,
                   "\"moving average of 2 periods, then natural logarithm\"")


@story.scene
def each_transform_goes_by_its_name():
    # 44 in the quarter before, 10 a year ago, 104 in the year 2022.
    for name, value, unit, unit_mult in (
            ("chg", -32, "CNY", "6"), ("ch1", 2, "CNY", "6"), ("pch", 100 * (12 / 44 - 1), "PT", "0"),
            ("pc1", 20, "PT", "0"), ("yoy", 20, "PT", "0"),
            ("pca", 100 * ((12 / 44) ** 4 - 1), "PT", "0"),
            ("cch", 100 * math.log(12 / 44), "PT", "0"),
            ("cca", 400 * math.log(12 / 44), "PT", "0"), ("log", math.log(12), "LN", "0"),
            ("index=2022", 100 * 12 / 26, "IX", "0"), ("cum", 12, "CNY", "6"),
            ("ma=2", 28, "CNY", "6"), ("formula=2*x", 24, "CNY", "6")):
        key = ("Q/Q.CHN.FLOW:" + name, "--from", "2023-Q1", "--to", "2023-Q1")
        near(values(*key), [("2023-Q1", value, "A")])
        row = Loaded.ask("get", *key).ok().rows()[0]
        story.equal((name, row["unit"], row["unit_mult"]), (name, unit, unit_mult))
    near(values("Q/Q.CHN.FLOW:cum", "--from", "2022-Q2", "--to", "2022"),
         [("2022-Q2", 20, "A"), ("2022-Q3", 50, "A"), ("2022-Q4", 94, "A")])


@story.scene
def a_year_has_as_many_periods_as_one_says_and_a_formula_the_unit():
    near(values("Q/Q.CHN.FLOW:yoy/2", "--from", "2022-Q3", "--to", "2022-Q3"), [("2022-Q3", 200, "A")])
    near(values("Q/Q.CHN.FLOW", "--transform", "pca/2,chg", "--from", "2022-Q3", "--to", "2022-Q3"),
         [("2022-Q3", 100 * (1.5 ** 2 - 1) - 300, "A")])
    rows = Loaded.ask("get", "Q/Q.CHN.FLOW:ch1/2", "Q/Q.CHN.FLOW:formula/PT=x/y*100@Q/Q.CHN.STOCK",
                      "Q/Q.CHN.FLOW:formula=x/2", "--to", "2022-Q1").ok().rows()
    story.equal([(row["value"], row["unit"], row["unit_mult"], row["formula"]) for row in rows],
                [("", "CNY", "6", "change from a year ago of 2 periods"),
                 ("200", "PT", "0", "x/y*100, y = Q/Q.CHN.STOCK"), ("5", "CNY", "6", "x/2")])


@story.scene
def a_formula_over_different_multiples_is_warned_of():
    words = ("get", "Q/A.WLD.FLOW:formula=x-y@Q/A.DEU.FLOW")
    answer = Loaded.ask(*words).ok()
    story.equal(answer.rows()[0]["value"], "99.98")
    story.contains(answer.err, "10^6", "10^9")
    answer = Loaded.ask(*words, "--units").ok()
    story.equal((answer.rows()[0]["value"], answer.rows()[0]["unit_mult"]), ("80000000", "0"))
    story.equal(answer.err, "")
    story.contains(Loaded.ask("get", "Q/Q.CHN.FLOW:formula=x-y@Q/Q.CHN.STOCK").ok().err,
                   "x is in CNY, y is in NR")


@story.scene
def a_base_of_which_values_are_missing_is_warned_of():
    story.equal(Loaded.ask("get", "Q/Q.CHN.FLOW:index=2022").ok().err, "")
    story.contains(Loaded.ask("get", "Q/Q.CHN.FLOW:index=2023").ok().err, "2 of 4 values")
    story.contains(Loaded.ask("get", "Q/Q.CHN.FLOW:index=2019").ok().err, "no value in the base")
    story.contains(Loaded.ask("get", "Q/A.CHN.FLOW:index=2023-Q1").exits(1).err, "base period")


@story.scene
def results_without_a_value_are_counted():
    story.contains(Loaded.ask("get", "Q/A.DEU.RATE:log").ok().err, "1 result has no value")
    story.equal(Loaded.ask("get", TRADE + ":chg", "--to", "2021").ok().err, "")


@story.scene
def options_that_mean_nothing_together_are_told():
    for words in (("--yoy", "--transform", "pch"), ("--method", "avg"), ("--min-coverage", "1"),
                  ("--insist",), ("--transform", "ma=0"), ("--transform", "ma=10001"),
                  ("--transform", "index"), ("--transform", "cum=2"), ("--transform", "nothing"),
                  ("--transform", "yoy/"), ("--transform", "yoy/0"), ("--transform", "yoy/1x"),
                  ("--transform", "chg/4"), ("--transform", "ma/4=2"), ("--transform", "formula/=x"),
                  ("--frequency", "X"), ("--frequency", "AQ"), ("--min", "much"),
                  ("--frequency", "A", "--method", "mean"), ("--last", "-1")):
        Loaded.ask("get", "Q/Q.CHN.FLOW", *words).exits(2)
    for words, part in ((("--transform", "formula=x-y"), "no other series"),
                        (("--status", "A?"), "no status"), (("--max", "NaN"), "NaN"),
                        (("--frequency", "A", "--min-coverage", "1.01"), "from 0 to 1")):
        answer = Loaded.ask("get", "Q/Q.CHN.FLOW", *words)
        story.check(answer.code != 0, f"it is answered:\n{answer}")
        story.contains(answer.err, part)


@story.scene
def shares_and_formulas_take_a_second_series():
    near(values("CBEC/A.CHN.EXPORTS._T:share=" + TRADE, "--last", "1"),
         [("2022", 100 * (1.53 / 2.1), "A")])
    near(values(f"{TRADE}:formula=(x-y)/y@CBEC/A.CHN.EXPORTS._T", "--from", "2022", "--to", "2022"),
         [("2022", (2.1 - 1.53) / 1.53, "A")])
    near(values("Q/A.DEU.FLOW:share=Q/A.WLD.FLOW", "--last", "1"), [("2023", 20.0, "A")])
    answer = Loaded.ask("get", TRADE + ":formula=x+").exits(1)
    story.contains(answer.err, "lacks a value")
    story.contains(Loaded.ask("get", TRADE + ":share=CBEC/A.CHN.EXPORT._T").exits(1).err,
                   "did you mean")


@story.scene
def buckets_are_made_by_what_the_indicator_is():
    near(values("Q/Q.CHN.FLOW", "--frequency", "A"), [("2022", 104.0, "A"), ("2023", 45.0, "A")])
    near(values("Q/Q.CHN.FLOW", "--frequency", "a", "--units"),
         [("2022", 104e6, "A"), ("2023", 45e6, "A")])
    near(values("Q/Q.CHN.FLOW", "--frequency", "A", "--as-of", "R1"), [("2022", 100.0, "P")])
    near(values("Q/Q.CHN.STOCK", "--frequency", "A"), [("2022", 9.0, "A")])
    near(values("Q/Q.CHN.RATE", "--frequency", "A"), [("2022", 3.0, "A")])
    near(values("Q/Q.DEU.PRICE", "--frequency", "A"), [("2022", 105.0, "A")])
    for method, value in (("first", 10.0), ("last", 44.0), ("min", 10.0), ("max", 44.0), ("avg", 26.0)):
        near(values("Q/Q.CHN.FLOW", "--frequency", "A", "--method", method, "--to", "2022"),
             [("2022", value, "A")])


@story.scene
def buckets_say_how_many_of_how_many_went_in():
    rows = Loaded.ask("get", "Q/Q.CHN.FLOW", "--frequency", "A").ok().rows()
    story.equal([(row["bucket_count"], row["bucket_size"]) for row in rows], [("4", "4"), ("2", "4")])
    near(values("Q/Q.CHN.FLOW", "--frequency", "A", "--min-coverage", "1"), [("2022", 104.0, "A")])
    story.contains(Loaded.ask("get", "Q/Q.CHN.FLOW", "--frequency", "A").ok().err, "1 of 2 buckets")


@story.scene
def what_means_nothing_is_refused_with_the_reason():
    for words, part in ((("Q/Q.CHN.RATE", "--frequency", "A", "--method", "sum"), "rate"),
                        (("Q/Q.DEU.PRICE", "--frequency", "A", "--method", "sum"), "index"),
                        (("Q/A.CHN.FLOW", "--frequency", "Q"), "frequency"),
                        (("Q/Q.CHN.BARE", "--frequency", "A"), "method"),
                        (("Q/A.CHN.FLOW+RATE", "--min", "NaN"), "NaN")):
        story.contains(Loaded.ask("get", *words).err, part)
    answer = Loaded.ask("get", "Q/Q.CHN.RATE", "--frequency", "A", "--method", "sum", "--insist").ok()
    story.contains(answer.err, "means nothing")
    story.equal(answer.rows()[0]["value"], "6")


@story.scene
def a_long_moving_average_over_breaks_takes_no_longer_than_a_short_one():
    """Two million additions or two billion: the latter would not be done before the deadline."""
    near(values("Q/Q.CHN.FLOW:ma=2", "--to", "2022"),
         [("2022-Q1", None, "O"), ("2022-Q2", 15.0, "A"), ("2022-Q3", 25.0, "A"),
          ("2022-Q4", 37.0, "A")])
    rows = Loaded.ask("get", "Q/D.CHN.LONG:ma=9000", "--last", "1").ok().rows()
    story.equal(rows[0]["value"], "1")


@story.scene
def one_series_that_cannot_be_computed_fails_no_other():
    answer = Loaded.ask("get", "Q/Q.CHN.", "--frequency", "A", "--method", "sum").exits(1)
    story.equal({row["series"] for row in answer.rows()},
                {"Q/Q.CHN.FLOW", "Q/Q.CHN.STOCK", "Q/Q.CHN.BARE"})
    story.contains(answer.err, "Q/Q.CHN.RATE")


@story.scene
def missing_periods_get_rows_and_values_are_carried_on():
    near(values("Q/Q.CHN.FLOW", "--from", "2023", "--fill"),
         [("2023-Q1", 12.0, "A"), ("2023-Q2", None, "O"), ("2023-Q3", 33.0, "A")])
    near(values("Q/Q.CHN.FLOW", "--from", "2023", "--to", "2024", "--fill", "--carry", "2"),
         [("2023-Q1", 12.0, "A"), ("2023-Q2", 12.0, "I"), ("2023-Q3", 33.0, "A"),
          ("2023-Q4", 33.0, "I"), ("2024-Q1", 33.0, "I"), ("2024-Q2", None, "O"),
          ("2024-Q3", None, "O"), ("2024-Q4", None, "O")])


@story.scene
def series_share_their_periods_where_that_is_asked():
    both = "Q/Q.CHN.FLOW+STOCK"
    union = values(both, "--to", "2022", "--align", "union")
    story.equal([p for p, _, _ in union], ["2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"] * 2)
    story.equal([s for _, _, s in union[4:]], ["A", "O", "O", "A"])
    story.equal([p for p, _, _ in values(both, "--align", "intersection")],
                ["2022-Q1", "2022-Q4"] * 2)
    answer = Loaded.ask("get", "Q/Q.CHN.FLOW", "Q/A.CHN.FLOW", "--align", "union").exits(1)
    story.contains(answer.err, "frequencies")


@story.scene
def rows_are_chosen_by_status_and_value():
    story.equal([p for p, _, _ in values(TRADE, "--status", "P")], ["2020", "2023"])
    story.equal([p for p, _, _ in values(TRADE, "--min", "1.9", "--max", "2.1")], ["2021", "2022"])
    story.equal([p for p, _, _ in values("Q/A.USA.FLOW", "--last", "1")], ["2024"])
    story.equal([p for p, _, _ in values("Q/A.USA.FLOW", "--last", "1", "--no-missing")], ["2023"])


@story.scene
def the_nth_release_and_a_single_one_are_asked_for():
    near(values(TRADE, "--from", "2021", "--to", "2022", "--nth-release", "1"),
         [("2021", 1.98, "P"), ("2022", 2.11, "P")])
    near(values(TRADE, "--from", "2024", "--nth-release", "2"), [("2024", 2.63, "A")])
    near(values(TRADE, "--to", "2022", "--from", "2022", "--nth-release", "2"), [("2022", 2.1, "A")])
    near(values(TRADE, "--to", "2022", "--from", "2022", "--nth-release", "2", "--as-of",
                "2023-01-31"), [])
    near(values(TRADE, "--only-release", "GACC-2024-01-12"), [("2023", 2.38, "P")])
    story.contains(Loaded.ask("get", TRADE, "--only-release", "NONE").exits(1).err, "NONE")


@story.scene
def a_cross_section_is_ranked_whatever_the_multipliers():
    rows = Loaded.ask("cross", "Q/A..FLOW").ok().rows()
    story.equal([(row["rank"], row["code"], row["name"], row["value"], row["period"]) for row in rows],
                [("1", "WLD", "World", "100", "2023"), ("2", "CHN", "China", "30", "2023"),
                 ("2", "USA", "United States", "30", "2023"), ("4", "DEU", "Germany", "0.02", "2023")])
    rows = Loaded.ask("cross", "Q/A..FLOW", "--no-aggregates", "--ascending", "--limit", "1",
                      "--units").ok().rows()
    story.equal([(row["code"], row["value"], row["unit_mult"]) for row in rows],
                [("DEU", "20000000", "0")])
    rows = Loaded.ask("cross", "Q/A.CHN+DEU.FLOW", "--period", "2022").ok().rows()
    story.equal([(row["code"], row["period"]) for row in rows], [("DEU", "2022")])
    rows = Loaded.ask("cross", "Q/A..FLOW", "--ascending").ok().rows()
    story.equal([(row["rank"], row["code"]) for row in rows],
                [("1", "DEU"), ("2", "CHN"), ("2", "USA"), ("4", "WLD")])
    story.contains(Loaded.ask("cross", "Q/A..").exits(1).err, "2 dimensions open")
    story.contains(Loaded.ask("cross", "Q/A.FRA+ITA.FLOW").exits(1).err, "Q/A.FRA+ITA.FLOW")


@story.scene
def a_cross_section_has_the_last_value_of_a_longer_period_as_it_was_known():
    for words, expected in (((), [("CHN", "2023-Q3", "33"), ("DEU", "2023-Q1", "7")]),
                            (("--period", "2023"), [("CHN", "2023-Q3", "33"), ("DEU", "2023-Q1", "7")]),
                            (("--period", "2022"), [("CHN", "2022-Q4", "44")]),
                            (("--period", "2022", "--as-of", "R1"), [("CHN", "2022-Q4", "40")]),
                            (("--as-of", "R1"), [("CHN", "2022-Q4", "40")])):
        rows = Loaded.ask("cross", "Q/Q..FLOW", *words).ok().rows()
        story.equal([(row["code"], row["period"], row["value"]) for row in rows], expected)


@story.scene
def a_cross_section_over_indicators_has_their_names():
    rows = Loaded.ask("cross", "Q/A.CHN.", "--period", "2023").ok().rows()
    story.equal([(row["code"], row["name"], row["unit"]) for row in rows],
                [("FLOW", "The flow", "CNY"), ("RATE", "The rate", "PT")])
    table = Loaded.server.client("cross", "CBEC/A..TRADE._T", "--period", "2024").ok().out.split("\n")
    story.equal(table[0].split(), ["rank", "code", "name", "period", "value", "unit", "status",
                                   "published", "source"])
    story.contains(table[1], "1  CHN   China", "2024", "2.71  trillion CNY  normal  2025-11-25")
    row = Loaded.ask("cross", "CBEC/A..TRADE._T", "--period", "2024").ok().rows()[0]
    story.equal((row["status"], row["release"], row["unit_mult"]), ("A", "china.com.cn-2025-11-25", "12"))
    story.contains(row["url"], "http://news.china.com.cn/")


@story.scene
def targets_stand_beside_what_came_true():
    rows = Loaded.ask("targets", "Q").ok().rows()
    story.equal([(row["series"], row["period"], row["target"], row["target_status"], row["actual"],
                  row["verdict"], row["difference"]) for row in rows],
                [("Q/A.CHN.RATE", "2023", "80", "T", "78", "missed", "-2"),
                 ("Q/A.CHN.RATE", "2023", "75", "F", "78", "reached", "3"),
                 ("Q/A.CHN.RATE", "2025", "90", "T", "", "open", ""),
                 ("Q/A.DEU.RATE", "2023", "-5", "T", "-4", "reached", "1"),
                 ("Q/A.USA.RATE", "2021", "50", "T", "50", "reached", "0"),
                 ("Q/A.USA.RATE", "2022", "9", "F", "5", "missed", "-4"),
                 ("Q/A.USA.RATE", "2023", "0", "T", "3", "reached", "3"),
                 ("Q/A.USA.RATE", "2024", "1", "T", "", "open", "")])
    story.equal([row["difference_percent"] for row in rows[:7]],
                ["-2.5", "4", "", "20", "0", str(100 * (-4 / 9)), ""])
    story.equal([rows[0][name] for name in (
        "target_release", "target_published", "actual_status", "actual_release",
        "actual_published", "unit", "unit_mult")],
        ["R1", "2023-01-01", "A", "R3", "2024-01-31", "PT", "0"])
    table = Loaded.server.client("targets", "Q/A.CHN.RATE").ok().out.split("\n")
    story.contains(" ".join(table[2].split()), "75 forecast 2023-07-01 P 78 3 4 reached % P")
    rows = Loaded.ask("targets", "Q/A.CHN.RATE", "--as-of", "2023-12-31", "--status", "F").ok().rows()
    story.equal([(row["target"], row["verdict"]) for row in rows], [("75", "open")])
    rows = Loaded.ask("targets", TRADE).ok().rows()
    story.equal([(row["target"], row["actual"], row["target_publisher"], row["actual_publisher"],
                  row["unit_mult"]) for row in rows],
                [("2.95", "2.71", "MOFCOM expectation", "china.com.cn", "12")])
    story.equal(len(Loaded.ask("targets", "Q", "--status", "T").ok().rows()), 6)
    story.contains(Loaded.ask("targets", "Q", "--status", "A").exits(1).err, "T for targets")


if __name__ == "__main__":
    story.play_on(Loaded, lambda server, folder: (
        server.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok(),
        (folder / "q.json").write_text(json.dumps(DATASET)),
        (folder / "q.csv").write_text(FIGURES),
        (folder / "long.csv").write_text("series,period,value\n" + "".join(
            f"D.CHN.LONG,{datetime.date.fromordinal(day)},1\n" for day in range(600000, 730000))),
        server.client("load", "--dataset", folder / "q.json", folder / "q.csv",
                      folder / "long.csv").ok()))
