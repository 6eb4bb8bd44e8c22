# SPDX-License-Identifier: MIT
"""The query oracle's own answers, checked by hand: figures that anyone can work out on paper."""
import math
import unittest

import oracle
from oracle_queries import (Aggregation, Query, Refused, Series, Step, Unit, aligned, answer_of,
                            bucket_size, period_at, start)

CNY = Unit("CNY", 9)
O = (None, "O")


def series(frequency, rows, kind="FLOW", unit=CNY):
    """From {period: value or (value, status)}."""
    return Series(frequency, kind, unit, {
        t: row if isinstance(row, tuple) else (float(row), "A") for t, row in rows.items()})


def from_values(frequency, first, values, **options):
    return series(frequency, {first + i: v for i, v in enumerate(values)}, **options)


# U.S. GDP by quarter, 2022-Q1 to 2023-Q4, as published in 2024 (billions of dollars, annual rate).
GDP = from_values("Q", 208, [25215.5, 25805.8, 26272.0, 26734.3,
                             27164.4, 27453.8, 27967.7, 28297.0])


class Cases(unittest.TestCase):
    def check(self, subject, steps, expected, **query):
        """That transforms give these rows: {period: value or (value, status)}."""
        steps = tuple(Step(s) if isinstance(s, str) else s for s in steps)
        got = answer_of(subject, Query(steps=steps, **query)).sheet
        self.assertEqual(list(got), list(expected))
        for t, row in expected.items():
            value, status = row if isinstance(row, tuple) else (row, "A")
            self.assertEqual(got[t][1], status, f"status of {t}")
            if value is None:
                self.assertIsNone(got[t][0])
            else:
                self.assertAlmostEqual(got[t][0], value, places=6)

    # --- FRED's formulas ---

    def test_freds_units_of_gdp(self):
        for function, value in (
                ("CHANGE", 329.3), ("CHANGE_FROM_YEAR_AGO", 1562.7),
                ("PERCENT_CHANGE", 1.177430), ("PERCENT_CHANGE_FROM_YEAR_AGO", 5.845300),
                ("COMPOUNDED_ANNUAL_RATE", 4.793554), ("CONTINUOUSLY_COMPOUNDED", 1.170552),
                ("CONTINUOUSLY_COMPOUNDED_ANNUAL", 4.682208), ("LOG", 10.250511)):
            answer = answer_of(GDP, Query(steps=(Step(function),), low=("Q", 215)))
            self.assertAlmostEqual(answer.sheet[215][0], value, places=5, msg=function)

    def test_growth_as_known_then_is_from_figures_as_known_then(self):
        trade = oracle.Oracle()
        for day, rows in (("2022-01-14", {51: (1.98, "P")}), ("2022-11-16", {51: (1.92, "A")}),
                          ("2023-01-13", {52: (2.11, "P")}), ("2023-06-16", {52: (2.06, "A")})):
            trade.state(day, int(day.replace("-", "")), "T", "MERGE",
                        {t: oracle.content(*row) for t, row in rows.items()})
        for bound, value, status in ((20230131, 100 * (2.11 / 1.92 - 1), "P"),
                                     (20230631, 100 * (2.06 / 1.92 - 1), "A")):
            rows = {t: (c.value, c.status) for t, c, _ in trade.observations("T", bound)}
            self.check(series("A", rows), ["PERCENT_CHANGE"], {51: O, 52: (value, status)})

    def test_what_lies_back_is_counted_in_periods_not_in_rows(self):
        self.check(series("A", {1: 10, 3: 20, 4: 30}), ["CHANGE"], {1: O, 3: O, 4: 10})

    def test_values_before_the_range_are_used(self):
        self.check(from_values("A", 1, [10, 20, 40]), ["PERCENT_CHANGE"], {3: 100}, low=("A", 3))

    def test_what_needs_a_positive_value_and_has_none_is_missing(self):
        x = from_values("A", 1, [10, 0, 5, -5, 5])
        self.check(x, ["PERCENT_CHANGE"], {1: O, 2: -100, 3: O, 4: -200, 5: O})
        self.check(x, ["COMPOUNDED_ANNUAL_RATE"], {1: O, 2: -100, 3: O, 4: O, 5: O})
        self.check(x, ["CONTINUOUSLY_COMPOUNDED"], {1: O, 2: O, 3: O, 4: O, 5: O})
        self.check(x, ["LOG"], {1: math.log(10), 2: O, 3: math.log(5), 4: O, 5: math.log(5)})

    def test_a_year_is_as_many_periods_as_the_frequency_has(self):
        months = from_values("M", 0, range(1, 15))
        self.check(months, ["CHANGE_FROM_YEAR_AGO"], {12: 12, 13: 12}, low=("M", 12))
        days = from_values("D", 0, range(1, 400))
        self.check(days, ["CHANGE_FROM_YEAR_AGO"], {398: 260}, low=("D", 398))
        self.check(days, [Step("CHANGE_FROM_YEAR_AGO", periods_a_year=365)], {398: 365},
                   low=("D", 398))
        with self.assertRaises(Refused):
            answer_of(from_values("H", 0, [1]), Query(steps=(Step("CHANGE_FROM_YEAR_AGO"),)))

    # --- The others ---

    def test_an_index_stands_on_the_mean_of_its_base_period(self):
        quarters = from_values("Q", 0, [80, 90, 110, 120, 150])
        self.check(quarters, [Step("INDEX", base=("A", 0))], {4: 150}, low=("Q", 4))
        self.check(quarters, [Step("INDEX", base=("Q", 0))], {4: 187.5}, low=("Q", 4))
        self.check(quarters, [Step("INDEX", base=("A", 7))], {4: O}, low=("Q", 4))

    def test_sums_begin_with_the_range_and_end_at_a_gap(self):
        x = series("A", {1: 1, 2: 2, 3: (3.0, "P"), 4: 4, 6: 6, 7: 7})
        self.check(x, ["CUMULATIVE"], {2: 2, 3: (5, "P"), 4: (9, "P"), 6: O, 7: O}, low=("A", 2))

    def test_a_moving_average_needs_every_period(self):
        self.check(series("A", {1: 1, 2: 2, 3: 6, 4: O, 5: 5}), [Step("MOVING_AVERAGE", window=3)],
                   {1: O, 2: O, 3: 3, 4: O, 5: O})

    def test_a_share_minds_the_multipliers(self):
        whole = from_values("A", 1, [2, 0], unit=Unit("CNY", 12))
        self.check(from_values("A", 1, [500, 7, 7]), [Step("SHARE", other=whole)],
                   {1: 25, 2: O, 3: O})

    def test_a_formula_is_missing_only_where_it_is_not_finite(self):
        y = series("A", {1: (-2.0, "E"), 2: 0})
        self.check(from_values("A", 1, [6, 6, 6]),
                   [Step("FORMULA", other=y, formula="-(x - 2) / y")], {1: (2, "E"), 2: O, 3: O})

    def test_steps_are_taken_one_after_the_other(self):
        self.check(from_values("A", 1, [100, 110, 132]), ["PERCENT_CHANGE", "CHANGE"],
                   {1: O, 2: O, 3: 10})

    def test_units(self):
        def unit(*steps, unit=CNY):
            return answer_of(from_values("A", 1, [1], unit=unit), Query(steps=steps)).unit
        self.assertEqual(unit(Step("CHANGE")), CNY)
        self.assertEqual(unit(Step("CHANGE"), unit=Unit("PT")), Unit("PP"))
        self.assertEqual(unit(Step("PERCENT_CHANGE"), Step("CHANGE")), Unit("PP"))
        self.assertEqual(unit(Step("LOG")), Unit("LN"))
        self.assertEqual(unit(Step("INDEX", base=("A", 1))), Unit("IX"))
        self.assertEqual(unit(Step("MOVING_AVERAGE", window=1)), CNY)

    # --- Status ---

    def test_the_strongest_status_of_the_inputs_is_the_results(self):
        x = series("A", {1: (1.0, "P"), 2: (2.0, "E"), 3: (3.0, "F"), 4: (4.0, "N"), 5: (5.0, "N")})
        self.check(x, ["CHANGE"], {1: O, 2: (1, "E"), 3: (1, "F"), 4: (1, "F"), 5: (1, "N")})

    def test_a_break_on_the_way_is_flagged(self):
        x = from_values("Q", 0, [1, 2, (3.0, "B"), 4, 5, 6, 7])
        self.check(x, ["CHANGE_FROM_YEAR_AGO"], {4: (4, "B"), 5: (4, "B"), 6: (4, "B")},
                   low=("Q", 4))
        self.check(x, ["CHANGE"], {4: 1, 5: 1, 6: 1}, low=("Q", 4))

    # --- Aggregation ---

    def test_the_kind_chooses_the_method(self):
        for kind, value in (("FLOW", 10), ("STOCK", 4), ("RATE", 2.5), ("INDEX", 2.5)):
            self.check(from_values("Q", 0, [1, 2, 3, 4], kind=kind), [], {0: value},
                       aggregation=Aggregation("A"))
        with self.assertRaises(Refused):
            answer_of(from_values("Q", 0, [1], kind=""), Query(aggregation=Aggregation("A")))
        with self.assertRaises(Refused):
            answer_of(from_values("Q", 0, [1], kind="RATE"),
                      Query(aggregation=Aggregation("A", "SUM")))

    def test_weeks_belong_to_the_period_of_their_thursday(self):
        # 2020-W53 runs from Monday, December 28, to Sunday, January 3; its Thursday is in 2020.
        self.check(series("W", {2661: 53, 2662: 1}), [], {50: 53, 51: 1},
                   aggregation=Aggregation("A"))
        self.assertEqual([bucket_size("W", "A", year, False) for year in (50, 51)], [53, 52])

    def test_coverage_counts_by_the_calendar(self):
        # June 2024 began on a Saturday: 30 days, 20 weekdays, 4 Thursdays.
        june = 12 * 54 + 5
        self.assertEqual([bucket_size("D", "M", june, False), bucket_size("D", "M", june, True),
                          bucket_size("B", "M", june, False), bucket_size("W", "M", june, False)],
                         [30, 20, 20, 4])
        monday = start("M", june) // 1440 + 2
        answer = answer_of(from_values("D", monday, [1, O, 3]), Query(aggregation=Aggregation("M")))
        self.assertEqual((answer.sheet, answer.buckets), ({june: (4.0, "A")}, {june: (2, 20)}))

    def test_one_row_at_a_weekend_anywhere_makes_all_days_count(self):
        saturday, monday = 19784, 19814  # 2024-03-02 and 2024-04-01
        answer = answer_of(series("D", {saturday: 1, monday: 1}),
                           Query(aggregation=Aggregation("M"), low=("M", 651)))
        self.assertEqual(answer.buckets, {651: (1, 30)})

    def test_the_whole_bucket_counts_and_is_in_the_range_as_a_whole(self):
        months = from_values("M", 0, [1] * 24)
        self.check(months, [], {1: 12}, aggregation=Aggregation("A"), low=("M", 2))
        self.check(from_values("M", 0, [1] * 23), [], {0: 12},
                   aggregation=Aggregation("A", min_coverage=1))

    # --- What stands in, and what stays ---

    def test_what_is_missing_is_inserted_and_the_last_value_carried_on(self):
        x = series("A", {1: 5, 4: 6, 5: (None, "M"), 7: 7})
        self.check(x, [], {1: 5, 2: O, 3: O, 4: 6, 5: (None, "M"), 6: O, 7: 7}, insert_missing=True)
        self.check(x, [], {0: O, 1: 5, 2: O}, insert_missing=True, low=("A", 0), high=("A", 2))
        self.check(x, [], {1: 5, 2: (5, "I"), 3: O, 4: 6}, insert_missing=True, carry_forward=1,
                   high=("A", 4))

    def test_filters_then_first_then_last(self):
        x = series("A", {1: 1, 2: (2.0, "P"), 3: O, 4: 4, 5: 5})
        self.check(x, [], {1: 1, 4: 4, 5: 5}, statuses="A")
        self.check(x, [], {2: (2, "P"), 4: 4}, min_value=2.0, max_value=4.0)
        self.check(x, [], {2: (2, "P"), 4: 4}, drop_missing=True, first_n=3, last_n=2)

    def test_units_are_scaled_in_decimals(self):
        self.check(from_values("A", 1, [1.1]), [], {1: 1.1e9}, scale_units=True)
        answer = answer_of(from_values("A", 1, [1.1], unit=Unit("NR", -1)), Query(scale_units=True))
        self.assertEqual((answer.sheet[1][0], answer.unit), (0.11, Unit("NR", 0)))

    def test_alignment(self):
        pair = [series("A", {1: 1, 2: 2}), series("A", {2: 3, 3: 4})]
        answers = [(answer_of(s, Query()), s) for s in pair]
        union, intersection = (aligned(answers, how) for how in ("UNION", "INTERSECTION"))
        self.assertEqual(union[0].sheet, {1: (1.0, "A"), 2: (2.0, "A"), 3: O})
        self.assertEqual([a.sheet for a in intersection], [{2: (2.0, "A")}, {2: (3.0, "A")}])

    def test_periods(self):
        for frequency, period, minute in (("W", 2829, 19800 * 1440), ("B", 14131, 19783 * 1440),
                                          ("Q", -1, -92 * 1440), ("H", 474802, 28488120)):
            self.assertEqual(start(frequency, period), minute)
            self.assertEqual(period_at(frequency, minute), period)


if __name__ == "__main__":
    unittest.main()
