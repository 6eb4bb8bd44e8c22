# SPDX-License-Identifier: MIT
"""A store in a folder, which the command `bellwether` opens itself."""
import story


class Store:
    """A store in a folder, spoken to without a server."""

    def __init__(self, folder, name="store"):
        self.folder, self.db = folder, folder / name

    def run(self, *words, **options):
        return story.client("--db", self.db, *words, **options)

    def load(self, text, *options):
        return self.run("load", "-", *options, stdin=text)

    def rows(self, *words):
        return self.run("get", *words, "--format", "csv").ok().rows()

    def figures(self, *words):
        """{(series, period): value} of what is current."""
        answer = self.run("get", *words, "--format", "csv")
        return {(row["series"], row["period"]): row["value"] for row in answer.rows()}
