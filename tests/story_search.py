# SPDX-License-Identifier: MIT
"""Searching the bundled figures with the command: what is found, in which order, and when it changes."""
import sys

import story

DATA = story.ROOT / "data"


class Bundled:
    """The bundled figures on a server, loaded once for all scenes that only ask."""

    server = None

    @classmethod
    def search(cls, *words):
        return cls.server.client("search", *words)

    @classmethod
    def names(cls, *words):
        return [row["name"] for row in cls.search(*words, "--format", "csv").ok().rows()]


@story.scene
def the_indicator_of_that_name_comes_first():
    names = Bundled.names("trade")
    story.equal(names[:2], ["TRADE", "GOODS_TRADE"])
    story.equal(Bundled.names("TRADE"), names)


@story.scene
def the_table_has_rank_name_title_and_unit():
    story.equal(Bundled.search("pilot", "zones").ok().out, """\
rank  what       dataset  name         title                                                  unit
   1  indicator  CBEC     PILOT_ZONES  Comprehensive pilot zones for cross-border e-commerce  number
""")


@story.scene
def series_are_found_by_what_they_are_of_and_of_whom():
    story.equal(Bundled.names("exports", "china", "--series", "--limit", "3"),
                ["CBEC/A.CHN.EXPORTS._T", "CBEC/Q.CHN.EXPORTS._T", "CBEC/S.CHN.EXPORTS._T"])
    story.equal(Bundled.names("furnishing", "growth", "--series"),
                ["CBEC/A.CHN_EAST.EXPORT_GROWTH.HOME_FURNISHING"])


@story.scene
def filters_alone_list_what_passes():
    story.equal(len(Bundled.names("--dataset", "CBEC")), 19)
    story.equal(Bundled.names("--dataset", "CBEC", "--frequency", "Q"), ["EXPORTS", "IMPORTS", "TRADE"])
    story.contains(Bundled.names("--tag", "trade"), "TRADE", "EXPORTS")
    rows = Bundled.search("--frequency", "Q", "--dataset", "CBEC", "--series", "--format=json").ok().json()
    story.equal([row["name"] for row in rows if row["what"] == "series"],
                ["CBEC/Q.CHN.EXPORTS._T", "CBEC/Q.CHN.IMPORTS._T", "CBEC/Q.CHN.TRADE._T"])


@story.scene
def a_limit_says_how_many_there_are():
    story.contains(Bundled.search("--dataset", "CBEC", "--limit", "2").ok().out, "2 of 19")
    story.contains(Bundled.search("nothing-like-this").ok().out, "nothing found")


@story.scene
def what_is_refused_says_why():
    for words, part in (((), "FIELD_REQUIRED"), (("%",), "FIELD_INVALID"), (("x" * 65,), "64 bytes"),
                        (("t", "--dataset", "CBEX"), "did you mean CBEC?")):
        story.contains(Bundled.search(*words).exits(1).err, part)
    for words in (("t", "--frequency", "Y"), ("t", "--limit", "0"), ("t", "--limit", "many")):
        Bundled.search(*words).exits(2)


@story.scene
def what_is_deleted_is_not_found_and_a_file_answers_as_a_server_does(folder):
    server = Bundled.server
    for words in (("trade", "--series"), ("--dataset", "CBEC"), ("e-commerce",)):
        story.equal(story.client("--db", server.db, "search", *words).ok().out, Bundled.search(*words).ok().out)
    db = ("--db", folder / "store")
    story.client(*db, "load", "--dataset", "cbec.json", "official.csv", cwd=DATA).ok()
    before = story.client(*db, "search", "imports", "--series").ok().out
    story.contains(before, "CBEC/Q.CHN.IMPORTS._T")
    story.client(*db, "delete", "series", "CBEC/Q...").ok()
    after = story.client(*db, "search", "imports", "--series").ok().out
    story.check("CBEC/Q.CHN.IMPORTS._T" not in after and "CBEC/A.CHN.IMPORTS._T" in after, after)


if __name__ == "__main__":
    with story.Server() as bundled:
        Bundled.server = bundled
        bundled.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok()
        code = story.play()
    sys.exit(code)
