# SPDX-License-Identifier: MIT
"""What came of the rounds: a table in Markdown, and the same with every run in JSON."""
import statistics

HEADINGS = ["question", "unit", "Bellwether", "beside", "its figure", "ratio", "least to most",
            "wanted", "met"]
MARKS = ["---", "---", "---:", "---", "---:", "---:", "---:", "---:", "---"]


class Pair:
    """A row beside one of its peers, in all rounds."""

    def __init__(self, row, against):
        self.row, self.against = row, against
        self.ours, self.theirs = [], []
        self.left_out = ""  # why

    def ratios(self):
        """Of neighbours: above 1 where Bellwether is better."""
        values = [(ours[self.row.value], theirs[self.row.value])
                  for ours, theirs in zip(self.ours, self.theirs)]
        return [theirs / ours if self.row.less else ours / theirs for ours, theirs in values]

    def cells(self):
        row, against = self.row, self.against
        name = against.name if against is not None else ""
        if not self.theirs:
            reason = self.left_out or ("" if self.ours else "not measured")
            return [row.title, row.unit, number(self.ours, row.value), name, reason, "", "",
                    wanted(against), ""]
        ratios = self.ratios()
        chosen = self.theirs[-1].get("chosen")
        ratio = statistics.median(ratios)
        return [row.title, row.unit, number(self.ours, row.value),
                against.name + (f" ({chosen})" if chosen else ""), number(self.theirs, row.value),
                f"{ratio:.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}", wanted(against),
                "" if against.wanted is None else "yes" if ratio >= against.wanted else "no"]

    def as_json(self):
        row, against = self.row, self.against
        told = {"row": row.name, "question": row.title, "unit": row.unit, "value": row.value,
                "less_is_better": row.less, "bellwether": self.ours}
        if against is not None:
            told |= {"beside": against.name, "wanted": against.wanted, "left_out": self.left_out,
                     "peer": self.theirs, "ratios": self.ratios()}
        return told


def wanted(against):
    return "" if against is None or against.wanted is None else f"{against.wanted:g}"


def number(runs, column):
    """The median of a column, with a digit behind the point where it is small."""
    if not runs:
        return ""
    median = statistics.median(run[column] for run in runs)
    return f"{median:,.0f}" if median >= 1000 else f"{median:,.1f}"


def markdown(pairs):
    return "\n".join("| " + " | ".join(cells) + " |"
                     for cells in [HEADINGS, MARKS, *(pair.cells() for pair in pairs)])
