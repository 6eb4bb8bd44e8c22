# SPDX-License-Identifier: MIT
"""The oracle's own answers, checked by hand: small stories whose outcome anyone can see."""
import unittest

from oracle import WITHDRAWN, Oracle, content

S = "CBEC/A.CHN.TRADE._T"


def story(*statements):
    """From (release, time, mode, {period: (value, status)}), all of one series."""
    oracle = Oracle()
    for release, at, mode, rows in statements:
        oracle.state(release, at, S, mode, {p: content(*said) for p, said in rows.items()})
    return oracle


def seen(oracle, bound=None):
    return {p: (said.value, release) for p, said, release in oracle.observations(S, bound)}


class Cases(unittest.TestCase):
    def test_a_revision_keeps_the_first_published_figure(self):
        oracle = story(("jan", 10, "MERGE", {2021: (1.98,)}), ("jun", 20, "MERGE", {2021: (1.92,)}))
        self.assertEqual(seen(oracle), {2021: (1.92, "jun")})
        self.assertEqual(seen(oracle, 19), {2021: (1.98, "jan")})
        self.assertEqual(seen(oracle, "jan"), {2021: (1.98, "jan")})
        self.assertEqual(seen(oracle, 9), {})

    def test_releases_of_one_instant_are_ordered_by_id_not_by_arrival(self):
        oracle = story(("b", 10, "MERGE", {1: (2,)}), ("a", 10, "MERGE", {1: (1,)}))
        self.assertEqual(seen(oracle), {1: (2, "b")})
        self.assertEqual(seen(oracle, "a"), {1: (1, "a")})

    def test_a_run_of_equal_content_comes_from_its_first_release(self):
        oracle = story(("a", 10, "MERGE", {1: (1,)}), ("c", 30, "MERGE", {1: (1,)}))
        self.assertEqual(seen(oracle), {1: (1, "a")})
        oracle.state("b", 20, S, "MERGE", {1: content(2)})  # Arrives late, and parts the run.
        self.assertEqual(seen(oracle), {1: (1, "c")})
        self.assertEqual([(v.release, v.known_until) for v in oracle.revisions(S)],
                         [("a", 20), ("b", 30), ("c", 0)])

    def test_minus_zero_is_another_content_than_zero(self):
        oracle = story(("a", 10, "MERGE", {1: (0.0,)}), ("b", 20, "MERGE", {1: (-0.0,)}))
        self.assertEqual(len(oracle.revisions(S)), 2)

    def test_a_target_never_hides_a_fact_and_any_fact_hides_it(self):
        oracle = story(("a", 10, "MERGE", {1: (80, "T")}), ("b", 20, "MERGE", {1: (75,)}),
                       ("c", 30, "MERGE", {1: (90, "T")}))
        self.assertEqual(seen(oracle, "a"), {1: (80, "a")})
        self.assertEqual(seen(oracle), {1: (75, "b")})
        self.assertEqual([(v.content.value, v.known_until) for v in oracle.revisions(S)],
                         [(80, 20), (75, 0), (90, 0)])

    def test_a_withdrawal_ends_facts_and_targets_and_a_later_target_shows(self):
        oracle = story(("a", 10, "MERGE", {1: (80, "T")}), ("b", 20, "MERGE", {1: (75,)}),
                       ("c", 30, "DELETE", {1: (0,)}))
        self.assertEqual(seen(oracle), {})
        oracle.state("d", 40, S, "MERGE", {1: content(85, "T")})
        self.assertEqual(seen(oracle), {1: (85, "d")})
        self.assertEqual([v.content is WITHDRAWN for v in oracle.revisions(S)],
                         [False, False, True, False])

    def test_a_replacement_withdraws_what_it_does_not_name_late_arrivals_too(self):
        oracle = story(("b", 20, "REPLACE", {1: (1,)}), ("a", 10, "MERGE", {1: (5,), 2: (6,)}))
        self.assertEqual(seen(oracle), {1: (1, "b")})
        self.assertEqual(seen(oracle, "a"), {1: (5, "a"), 2: (6, "a")})

    def test_a_withdrawn_range_stays_withdrawn_for_late_arrivals(self):
        oracle = story(("a", 10, "MERGE", {1: (1,)}))
        oracle.withdraw_range("c", 30, S, 1, 2)
        oracle.state("b", 20, S, "MERGE", {2: content(2), 3: content(3)})
        self.assertEqual(seen(oracle), {3: (3, "b")})

    def test_a_correction_within_a_release_leaves_no_trace(self):
        oracle = story(("a", 10, "MERGE", {1: (1,), 2: (2,)}), ("a", 10, "MERGE", {1: (7,)}))
        self.assertEqual(seen(oracle), {1: (7, "a"), 2: (2, "a")})
        self.assertEqual(len(oracle.revisions(S)), 2)

    def test_a_deleted_release_was_never_loaded(self):
        oracle = story(("a", 10, "MERGE", {1: (1,)}), ("b", 20, "REPLACE", {2: (2,)}))
        oracle.delete_release("b")
        self.assertEqual(seen(oracle), {1: (1, "a")})

    def test_the_latest_passes_over_missing_values(self):
        oracle = story(("a", 10, "MERGE", {1: (1,), 2: (2, "F"), 3: (0, "O")}))
        self.assertEqual(oracle.latest(S)[0], 2)
        self.assertEqual(oracle.latest(S, actual_only=True)[0], 1)

    def test_vintages_count_what_is_new_revised_and_unchanged(self):
        oracle = story(("a", 10, "MERGE", {1: (1,), 2: (2,)}),
                       ("b", 20, "MERGE", {1: (1,), 2: (5,), 3: (3,)}))
        counts = [(v["new_count"], v["revised_count"], v["unchanged_count"])
                  for v in oracle.vintages(S)]
        self.assertEqual(counts, [(2, 0, 0), (1, 1, 1)])


if __name__ == "__main__":
    unittest.main()
