# SPDX-License-Identifier: MIT
"""Tab: what the program offers for a line. story_shells.py has what shells make of it."""
import story

DATA = story.ROOT / "data"


class Bundled:
    server = None


def offered(*words):
    """What is offered for a line: the words without what they are."""
    lines = story.client("__complete", "--", "--server", Bundled.server.url, *words).ok().out
    return [line.split("\t")[0] for line in lines.splitlines()]


@story.scene
def verbs_and_options_are_offered_with_what_they_do():
    story.equal(story.client("__complete", "--", "lat").ok().out,
                "latest\tThe last figure of each series.\n")
    story.check({"get", "help", "load"} <= set(offered("")), str(offered("")))
    story.equal(offered("nonsense", ""), offered(""))
    story.equal(offered("get", "--as"), ["--as-of"])
    story.check({"--from", "--server", "--no-pager"} <= set(offered("get", "--")), "")
    story.equal(offered("get", "--nothing"), [])
    story.equal(offered("get", "--", "--as"), [])
    story.equal(offered("help", "lat"), ["latest"])


@story.scene
def the_values_of_options_are_offered():
    story.equal(offered("--format", ""), ["table", "csv", "tsv", "json", "jsonl", "sdmx-csv"])
    story.equal(offered("get", "--format=c"), ["--format=csv"])
    story.equal(offered("get", "--frequency", ""), ["A", "S", "Q", "M", "W"])
    story.equal(offered("get", "--method", "s"), ["sum"])
    story.equal(offered("get", "--transform", "yoy,in"), ["yoy,index="])
    story.equal(offered("get", "--first", ""), [])
    story.equal(offered("get", "--as-of", "XIN"), ["XINHUA-CBEC-2025"])
    story.equal(offered("search", "--dataset", ""), ["CBEC"])
    story.equal(offered("load", "--dataset", "C"), [":files", "CBEC"])
    story.equal(offered("--db", ""), [":folders"])


@story.scene
def words_are_offered_by_their_place():
    story.equal(offered("list", "s"), ["series"])
    story.equal(offered("list", "codes", "C"), ["CBEC"])
    story.equal(offered("list", "codes", "CBEC", "R"), ["REF_AREA"])
    story.equal(offered("list", "datasets", ""), [])
    story.equal(offered("delete", "release", "XIN"), ["XINHUA-CBEC-2025"])
    story.equal(offered("bench", "l"), ["latest"])
    story.equal(offered("bench", "latest", ""), ["CBEC/"])
    story.equal(offered("load", ""), [":files"])
    story.equal(offered("load", "a", "b", ""), [":files"])
    story.equal(offered("status", ""), [])


KEYS = [
    ("", ["CBEC/"]),
    ("NONE/", []),
    ("CBEC/", ["CBEC/A.", "CBEC/M.", "CBEC/Q.", "CBEC/S."]),
    ("CBEC/S.", ["CBEC/S.CHN."]),
    ("CBEC/S.CHN.T", ["CBEC/S.CHN.TRADE."]),
    ("CBEC/A.CHN.TRADE.", ["CBEC/A.CHN.TRADE._T"]),
    ("CBEC/A.CHN.TRADE._T", ["CBEC/A.CHN.TRADE._T"]),
    ("CBEC/A.CHN.TRADE._T.", []),
    ("CBEC/*.CHN.EXPORTS+I", ["CBEC/*.CHN.EXPORTS+IMPORTS."]),
    ("CBEC/A+Q.", None),
    ("CBEC/A..TRA", ["CBEC/A..TRADE."]),
    ("CBEC/A.NONE.", []),
    ("/", []),
    ("CBEC/" + "." * 300, []),
    ("X" * 300 + "/", []),
    ("CBEC/A.'.", []),
]


@story.scene
def the_next_code_of_a_key_is_offered_among_those_that_exist():
    for typed, expected in KEYS:
        got = offered("get", typed)
        if expected is None:
            story.check(got, typed)
        else:
            story.equal(got, expected, typed)
    story.equal(offered("get", "CBEC/S.CHN.TRADE._T", "CBEC/S."), ["CBEC/S.CHN."])


@story.scene
def a_folder_answers_as_a_server_does():
    story.equal(story.client("__complete", "--", "--db", Bundled.server.db, "get", "CBEC/S.").ok().out,
                "CBEC/S.CHN.\tChina\n")


@story.scene
def where_nobody_answers_nothing_is_said(folder):
    for server in (f"ipc://{folder}/none", "tcp://127.0.0.1:1", "nonsense"):
        answer = story.client("__complete", "--", "--server", server, "get", "C").ok()
        story.equal((answer.out, answer.err), ("", ""), server)
    for words in ((), ("--",), ("--db", folder / "none", "get", ""), ("--server",)):
        story.equal(story.client("__complete", *words).ok().err, "", str(words))
    config = folder / "config"
    config.write_text("nonsense\n", encoding="utf-8")
    answer = story.client("__complete", "--", "get", "C", env={"BELLWETHER_CONFIG": str(config)}).ok()
    story.equal((answer.out, answer.err), ("", ""))


if __name__ == "__main__":
    story.play_on(Bundled, lambda server, _: server.client(
        "load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok())
