# SPDX-License-Identifier: MIT
"""The command line itself: what it prints, letter by letter, its help and its exit codes."""
import json
import os
import re
import shlex
import subprocess

import story

DATA = story.ROOT / "data"
TRADE = "CBEC/A.CHN.TRADE._T"


class Bundled:
    """The bundled figures on a server, loaded once for all scenes that only ask."""

    server = None

    @classmethod
    def client(cls, *arguments, **options):
        return cls.server.client(*arguments, **options)


@story.scene
def get_prints_a_table_with_unit_status_and_source():
    story.equal(Bundled.client("get", TRADE, "--from", "2023").ok().out, """\
CBEC/A.CHN.TRADE._T: Cross-border e-commerce, imports and exports, China (trillion CNY)
period  value  status       published   source
2023     2.38  provisional  2024-01-12  GACC
2024     2.71  normal       2025-11-25  china.com.cn
GACC, 2024-01-12: https://equalocean.com/news/2024011320441
china.com.cn, 2025-11-25: http://news.china.com.cn/2025-11/25/content_118200402.shtml
""")


@story.scene
def get_prints_csv_and_json_for_programs():
    question = ("get", TRADE, "--last", "1", "--as-of", "XINHUA-CBEC-2025")
    url = ("https://panexwd.com/cross-border-e-commerce-posted-stellar-y-y-growth-showcasing-"
           "strong-vitality")
    story.equal(Bundled.client("--format", "csv", *question).ok().out, f"""\
series,period,value,status,unit,release,unit_mult,published,publisher,url,comment
{TRADE},2024,2.63,A,CNY,XINHUA-CBEC-2025,12,2025-06-30,Xinhua News Agency,{url},\
"reported as ""past 2.63 trillion\"""
""")
    story.equal(Bundled.client(*question, "--format=json").ok().json(), [{
        "series": TRADE, "period": "2024", "value": 2.63, "status": "A", "unit": "CNY",
        "release": "XINHUA-CBEC-2025", "unit_mult": 12, "published": "2025-06-30",
        "publisher": "Xinhua News Agency", "url": url,
        "comment": 'reported as "past 2.63 trillion"'}])


@story.scene
def units_are_the_multiplier_applied_to_the_digits():
    rows = Bundled.client("--format", "csv", "get", TRADE, "--units", "--last", "1").ok().rows()
    story.equal((rows[0]["value"], rows[0]["unit"], rows[0]["unit_mult"]),
                ("2710000000000", "CNY", "0"))


@story.scene
def ranges_end_where_their_bounds_do():
    for options, periods in ((("--from", "2020", "--to", "2022"), ["2020", "2021", "2022"]),
                             (("--from", "2019-02", "--to", "2021-11"), ["2020"]),
                             (("--first", "2"), ["2018", "2020"]),
                             (("--last", "2"), ["2023", "2024"]),
                             (("--to", "2022", "--last", "1"), ["2022"]),
                             (("--from", "1990", "--to", "1999"), [])):
        rows = Bundled.client("--format", "csv", "get", TRADE, *options).ok().rows()
        story.equal([row["period"] for row in rows], periods, str(options))


@story.scene
def patterns_answer_in_key_order_and_several_keys_in_theirs():
    rows = Bundled.client("--format", "csv", "get", "CBEC/S.CHN.EXPORTS+IMPORTS._T", TRADE,
                          "--last", "1").ok().rows()
    story.equal([row["series"] for row in rows],
                ["CBEC/S.CHN.EXPORTS._T", "CBEC/S.CHN.IMPORTS._T", TRADE])


@story.scene
def a_batch_with_a_failure_prints_the_good_rows_and_names_the_others():
    for verb in ("get", "latest"):
        answer = Bundled.client("--format", "csv", verb, "CBEC/A.CHN.TRADE", TRADE,
                                "CBEC/A.CHN.TRAED._T", "NONE/A").exits(1)
        story.equal({row["series"] for row in answer.rows()}, {TRADE})
        story.contains(answer.err, "CBEC/A.CHN.TRADE:", "did you mean CBEC/A.CHN.TRADE._T?",
                       "NONE")


@story.scene
def latest_prints_a_line_a_series():
    story.equal(Bundled.client("latest", "CBEC/A.WLD..", TRADE, "CBEC/A.CHN.EXPORT_SHARE._T").ok().out,
                """\
series                      period  value  unit          status    published   source
CBEC/A.WLD.MARKET_SIZE._T   2025     4.8   trillion USD  forecast  2025-06-30  Xinhua News Agency
CBEC/A.CHN.TRADE._T         2024     2.71  trillion CNY  normal    2025-11-25  china.com.cn
CBEC/A.CHN.EXPORT_SHARE._T  2025    69     %             forecast  2025-06-30  Xinhua News Agency
""")


@story.scene
def revisions_say_until_when_a_figure_stood():
    rows = Bundled.client("--format", "csv", "revisions", TRADE, "--from", "2024").ok().rows()
    story.equal([(row["value"], row["status"], row["published"], row["known_until"]) for row in rows],
                [("2.95", "F", "2024-01-31", "2025-06-30"), ("2.63", "A", "2025-06-30", "2025-11-25"),
                 ("2.71", "A", "2025-11-25", "")])
    answer = Bundled.client("revisions", TRADE, "--from", "2024", "--statistics").ok()
    story.contains(answer.out, "2 revisions in 1 of 1 periods", "mean -0.24")
    answer = Bundled.client("--format", "json", "revisions", TRADE, "--from", "2024", "--statistics").ok()
    story.equal((len(json.loads(answer.out)), answer.err),
                (3, "2 revisions in 1 of 1 periods; last less first figure: mean -0.24, "
                    "mean absolute 0.24, largest 0.24\n"))


@story.scene
def lists_tell_what_the_store_holds():
    csv = ("--format", "csv", "list")
    story.equal([row["dataset"] for row in Bundled.client(*csv, "datasets").ok().rows()], ["CBEC"])
    indicators = {row["indicator"]: row for row in Bundled.client(*csv, "indicators", "CBEC").ok().rows()}
    story.equal((len(indicators), indicators["PILOT_ZONES"]["kind"], indicators["TRADE"]["series"]),
                (19, "stock", "3"))
    series = Bundled.client(*csv, "series", "CBEC/Q...").ok().rows()
    story.equal([(row["series"], row["first"], row["latest"]) for row in series],
                [("CBEC/Q.CHN.EXPORTS._T", "2024-Q1", "0.448"),
                 ("CBEC/Q.CHN.IMPORTS._T", "2024-Q1", "0.1296"),
                 ("CBEC/Q.CHN.TRADE._T", "2024-Q1", "0.5776")])
    codes = Bundled.client(*csv, "codes", "CBEC", "REF_AREA").ok().rows()
    story.equal([row["code"] for row in codes], ["CHN", "CHN_EAST", "WLD"])
    releases = Bundled.client(*csv, "releases", "CBEC").ok().rows()
    story.equal((len(releases), releases[0]["published"]), (26, "2016-01-15"))


@story.scene
def dimensions_filter_and_availability_counts():
    csv = ("--format", "csv", "list")
    keys = [row["series"] for row in Bundled.client(*csv, "series", "CBEC", "--where",
                                                    "FREQ=Q+M,INDICATOR=TRADE+PILOT_ZONES").ok().rows()]
    story.equal(keys, ["CBEC/M.CHN.PILOT_ZONES._T", "CBEC/Q.CHN.TRADE._T"])
    rows = Bundled.client(*csv, "availability", "CBEC/A...", "--where", "REF_AREA=WLD+CHN_EAST").ok().rows()
    story.equal([(row["dimension"], row["code"], row["series"], row["observations"]) for row in rows
                 if row["dimension"] in ("REF_AREA", "SECTOR")],
                [("REF_AREA", "CHN_EAST", "2", "2"), ("REF_AREA", "WLD", "1", "1"),
                 ("SECTOR", "HOME_FURNISHING", "2", "2"), ("SECTOR", "_T", "1", "1")])
    for what in ("series", "availability"):
        answer = Bundled.client(*csv, what, "CBEC", "--where", "REF_AREA=CHM").ok()
        story.equal((answer.rows(), answer.err),
                    ([], "bellwether: no series has the code CHM: did you mean CHN?\n"))
    story.contains(Bundled.client("list", "availability", "CBEC", "--where", "AREA=WLD").exits(1).err,
                   "AREA")


def documented_commands():
    """The commands in the table of docs/queries.md, with and without what stands in brackets."""
    text = (story.ROOT / "docs/queries.md").read_text(encoding="utf-8")
    table = text.split("## The questions")[1].split("## In which order")[0]
    words = {"KEY": TRADE, "PATTERN": "CBEC", "NAME": "TRADE", "WORD": "trade", "REVISION": "0",
             "ID": "XINHUA-CBEC-2025"}
    for row in re.findall(r"^\| (.*) \|$", table, re.M)[2:]:
        previous = ""
        for span in re.findall(r"`([^`]+)`", row.split(" | ")[1]):
            if span == "of":  # A column.
                continue
            # What has no verb is an option of the one before it, what has no dashes a transform.
            line = span[1:] if span.startswith("…") else \
                "changes " + span if "changes" in previous else \
                "get " + span if "KEY" in span else \
                "get KEY " + (span if span.startswith("--") else "--transform " + span)
            previous = line
            line = line.replace("...", "").replace("…", "REF_AREA=CHN")
            line = re.sub("|".join(rf"\b{word}\b" for word in words), lambda m: words[m.group()], line)
            yield re.sub(r"\[[^]]*\]", "", line)
            yield line.replace("[", "").replace("]", "")


@story.scene
def each_command_of_the_page_of_questions_works_as_it_stands():
    commands = list(documented_commands())
    story.check(len(commands) > 100, str(len(commands)))
    for command in commands:
        Bundled.client(*shlex.split(command)).ok()


@story.scene
def what_has_not_changed_is_not_sent_again():
    answer = Bundled.client("--format", "csv", "get", TRADE, "--if-changed-since", "1").ok()
    story.equal((answer.rows(), answer.err), ([], "1 series not modified\n"))
    story.equal(len(Bundled.client("--format", "csv", "get", TRADE, "--if-changed-since", "0").ok().rows()), 6)


@story.scene
def describe_finds_a_thing_by_its_name_alone():
    for name, words in (("CBEC", "FREQ: Frequency"), ("PILOT_ZONES", "stock"),
                        (TRADE, "2.71 trillion CNY"), ("XINHUA-CBEC-2025", "half-year")):
        story.contains(Bundled.client("describe", name).ok().out, words)
    for wrong, meant in (("CBEK", "CBEC"), ("PILOT_ZONE", "PILOT_ZONES"), ("TRADES", "TRADE"),
                         ("XINHUA-CBEC-2024", "XINHUA-CBEC-2025")):
        story.contains(Bundled.client("describe", wrong).exits(1).err,
                       f"'{wrong}'; did you mean {meant}?")
    story.contains(Bundled.client("describe", "NEVER-HEARD-OF").exits(1).err,
                   "'NEVER-HEARD-OF'\n  hint: a series is DATASET/")


@story.scene
def status_and_health_answer():
    status = {row["field"]: row["value"] for row in
              Bundled.client("--format", "csv", "status").ok().rows()}
    story.equal((status["series"], status["releases"], status["observations"]), ("28", "26", "54"))
    story.equal(Bundled.client("health").ok().out, "SERVING\n")
    story.equal(Bundled.client("health", "bellwether.v1.Observations").ok().out, "SERVING\n")
    story.contains(Bundled.client("health", "bellwether.v1.Nothing").exits(1).err, "Nothing")


REFUSED = [
    (("get", "CBEC/A.CHN.TRADE._X"), "did you mean CBEC/A.CHN.TRADE._T?"),
    (("get", "CBEX/A.CHN.TRADE._T"), "did you mean CBEC"),
    (("get", "CBEC/A.CHN.NOTHING."), "CBEC/A.CHN.NOTHING."),
    (("get", "CBEC/A.CHN"), "CBEC/A.CHN"),
    (("get", TRADE, "--from", "2024-13"), "2024-13"),
    (("get", TRADE, "--from", "2024", "--to", "2020"), "RANGE_REVERSED"),
    (("get", TRADE, "--as-of", "NO-SUCH-RELEASE"), "NO-SUCH-RELEASE"),
    (("get", TRADE, "--as-of", "2024-02-30"), "2024-02-30"),
    (("get", "a b"), "a b"),
    (("latest", "CBEC/Z..."), "CBEC/Z..."),
    (("revisions", "CBEC/A.CHN.TRADE._X"), "did you mean"),
    (("list", "series", "NONE"), "NONE"),
    (("list", "codes", "CBEC", "AREA"), "AREA"),
]


@story.scene
def what_is_refused_says_why_on_standard_error_and_exits_with_1():
    for words, part in REFUSED:
        answer = Bundled.client(*words).exits(1)
        story.contains(answer.err, part)
        story.equal(answer.out, "", str(words))


USAGE = [
    ((), "Usage:"),
    (("gte", TRADE), "did you mean 'get'?"),
    (("get",), "KEY"),
    (("get", TRADE, "--form", "2020"), "did you mean --from or --format?"),
    (("list", "series", "--form=csv"), "no option --form here; did you mean --format?"),
    (("get", TRADE, "--freq", "A"), "did you mean --frequency?"),
    (("get", TRADE, "--from"), "--from needs a value"),
    (("get", TRADE, "--first", "two"), "--first two"),
    (("get", TRADE, "--units=yes"), "--units takes no value"),
    (("list", "everything"), "datasets, indicators, series, codes, releases or availability"),
    (("list", "availability"), "PATTERN"),
    (("list", "series", "--where", "FREQ"), "DIMENSION=CODE"),
    (("get", TRADE, "--if-changed-since", "x"), "--if-changed-since x"),
    (("status", "now"), "'now'"),
    (("--format", "xml", "get", TRADE), "table, csv, tsv, json, jsonl or sdmx-csv"),
    (("--timeout", "soon", "get", TRADE), "milliseconds"),
    (("--db", "x", "get", TRADE), "exclude each other"),
    (("load",), "FILE"),
]


@story.scene
def what_is_typed_wrongly_exits_with_2():
    for words, part in USAGE:
        answer = Bundled.client(*words).exits(2)
        story.contains(answer.err, part)
        story.equal(answer.out, "", str(words))


@story.scene
def every_verb_has_help_with_examples_first():
    text = Bundled.client("help").ok().out
    verbs = [line.split()[0] for line in text.splitlines()
             if line.startswith("  ") and line[2:3].isalpha() and not line.startswith("  bellwether")]
    story.check({"get", "latest", "list", "describe", "revisions", "load", "status", "health"} <=
                set(verbs), f"{verbs}")
    for verb in set(verbs) - {"help"}:
        told = Bundled.client("help", verb).ok().out
        story.equal(Bundled.client(verb, "--help").ok().out, told)
        story.contains(told.splitlines()[2], f"bellwether", verb)


@story.scene
def help_fits_a_terminal_of_80_columns():
    verbs = re.findall(r"^  ([a-z][a-z-]*) ", story.client("help").ok().out, re.MULTILINE)
    story.check({"list", "load", "delete", "plot", "describe-api"} <= set(verbs), f"{verbs}")
    texts = {verb: story.client("help", verb) for verb in set(verbs) - {"bellwether", "help"}}
    # The path of the settings is the user's.
    texts["bellwether"] = story.client("help", env={"BELLWETHER_CONFIG": "/dev/null"})
    texts["bellwetherd"] = story.run(story.BELLWETHERD, "--help")
    for name, answer in texts.items():
        wide = [line for line in answer.ok().out.splitlines() if len(line) > 80]
        story.equal(wide, [], name)


@story.scene
def where_no_server_is_the_exit_code_is_3(folder):
    for url in (f"ipc://{folder}/none", "tcp://127.0.0.1:1"):
        answer = story.client("--server", url, "get", TRADE).exits(3)
        story.contains(answer.err, url)
    story.contains(story.client("--server", "nowhere", "get", TRADE).exits(1).err, "nowhere")


@story.scene
def the_next_server_answers_where_the_first_is_away(folder):
    urls = f"ipc://{folder}/none,{Bundled.server.url}"
    story.equal(len(story.client("--server", urls, "--format", "csv", "get", TRADE).ok().rows()), 6)
    story.equal(story.client("health", env={"BELLWETHER_SERVER": urls}).ok().out, "SERVING\n")


@story.scene
def a_file_answers_as_a_server_does():
    db = ("--db", Bundled.server.db)
    for words in (("get", "CBEC/"), ("latest", "CBEC/"), ("list", "series"), ("list", "releases"),
                  ("revisions", TRADE, "--all"), ("vintages", TRADE), ("changes",),
                  ("describe", "CBEC"), ("resolve", TRADE), ("get", TRADE, "--as-of", "2023-01-31")):
        for form in ("table", "csv", "tsv", "json", "jsonl"):
            words_and_form = (*words, "--format", form)
            story.equal(story.client(*db, *words_and_form).ok().out,
                        Bundled.client(*words_and_form).ok().out)
    answer = story.client(*db, "delete", "series", TRADE).exits(1)
    story.contains(answer.err, "another process writes to the store")


@story.scene
def a_file_that_is_no_store_says_so(folder):
    story.contains(story.client("--db", folder / "none", "get", TRADE).exits(1).err, "none")
    (folder / "data.mdb").write_bytes(b"x" * 8192)
    story.contains(story.client("--db", folder, "get", TRADE).exits(1).err, str(folder))


@story.scene
def json_is_json_and_csv_has_a_heading_even_without_rows():
    empty = ("get", TRADE, "--to", "1999")
    story.equal(Bundled.client("--format", "json", *empty).ok().json(), [])
    story.equal(len(Bundled.client("--format", "csv", *empty).ok().out.splitlines()), 1)
    story.contains(Bundled.client(*empty).ok().out, "no observations")
    for words in (("list", "series"), ("status",), ("vintages", TRADE), ("changes",)):
        story.check(json.loads(Bundled.client("--format", "json", *words).ok().out), str(words))


@story.scene
def a_full_disk_under_the_output_is_an_error():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([story.BELLWETHER, "--server", Bundled.server.url, "get", TRADE],
                              stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                              timeout=story.PATIENCE_S, env=dict(os.environ))
    story.equal(done.returncode, 1)
    story.contains(done.stderr, "No space left")


@story.scene
def deleted_things_are_gone_and_remembered():
    with story.Server() as server:
        server.client("load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok()
        server.client("delete", "release", "XINHUA-CBEC-2025").ok()
        rows = server.client("--format", "csv", "revisions", TRADE, "--from", "2024").ok().rows()
        story.equal([row["value"] for row in rows], ["2.95", "2.71"])
        server.client("delete", "series", "CBEC/S...").ok()
        story.contains(server.client("get", "CBEC/S.CHN.TRADE._T").exits(1).err, "S.CHN.TRADE._T")
        gone = [row["name"] for row in server.client("--format", "csv", "changes").ok().rows()
                if row["change"] == "deleted"]
        story.contains(gone, "XINHUA-CBEC-2025", "CBEC/S.CHN.TRADE._T")
        changes = server.client("--format", "csv", "changes").ok().rows()
        for since, expected in ((changes[-1]["at"], [row for row in changes if row["at"] == changes[-1]["at"]]),
                                ("2020-01-01", changes), ("9000-01-01", []),
                                ("2", [row for row in changes if row["revision"] > "2"])):
            story.equal(server.client("--format", "csv", "changes", "--since", since).ok().rows(), expected)
        story.contains(server.client("changes", "--since", "2026-02-30").exits(2).err, "2026-02-30")


if __name__ == "__main__":
    story.play_on(Bundled, lambda server, _: server.client(
        "load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok())
