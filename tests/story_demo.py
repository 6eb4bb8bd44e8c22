# SPDX-License-Identifier: MIT
"""What a new user sees: the bundled figures, loaded and asked for by the command, each with its
unit, its status and who said it; as they were known on a day; and how they were revised."""
import re
import shutil
import subprocess

import story

DATA = story.ROOT / "data"
FILES = ("--dataset", "cbec.json", "xinhua-2025.csv", "official.csv")
ARTICLE = "XINHUA-CBEC-2025"
# What the article says: series, period, value, unit, power of ten, status, words of its comment.
FACTS = [
    ("A.CHN.TRADE._T", "2024", 2.63, "CNY", 12, "A", "past 2.63 trillion"),
    ("A.WLD.MARKET_SIZE._T", "2025", 4.8, "USD", 12, "F", ""),
    ("A.CHN.EXPORT_SHARE._T", "2025", 69, "PT", 0, "F", "over 69"),
    ("A.CHN.SMART_UPGRADE_RATE._T", "2025", 80, "PT", 0, "T", ""),
    ("A.CHN.CLUSTER_DIGITALIZATION_RATE._T", "2025", 65, "PT", 0, "T", ""),
    ("A.CHN.PILOT_CLUSTERS._T", "2024", 34, "NR", 0, "A", ""),
    ("A.CHN_EAST.EXPORT_GROWTH.HOME_FURNISHING", "2024", 58, "PT", 0, "A", ""),
    ("A.CHN_EAST.EMERGING_MARKET_ORDER_SHARE.HOME_FURNISHING", "2024", 30, "PT", 0, "A", "over 30"),
]


def load(server, data=DATA):
    server.client("load", *FILES, cwd=data).ok()


def get(server, key, *options):
    return server.client("--format", "csv", "get", "CBEC/" + key, *options).ok().rows()


def figure(server, key, period, *options):
    """The one figure of a period."""
    rows = get(server, key, "--from", period, "--to", period, *options)
    story.equal([row["period"] for row in rows], [period], key)
    return float(rows[0]["value"])


def versions(server, key, period):
    """All that was ever said of a period: (value, status), in the order of publication."""
    rows = server.client("--format", "csv", "revisions", "CBEC/" + key,
                         "--from", period, "--to", period).ok().rows()
    return [(float(row["value"]), row["status"]) for row in rows]


@story.scene
def every_figure_of_the_article_says_its_unit_its_status_and_who_said_it():
    with story.Server() as server:
        load(server)
        for key, period, value, unit, unit_mult, status, comment in FACTS:
            rows = get(server, key, "--from", period, "--to", period, "--as-of", ARTICLE)
            story.equal(len(rows), 1, key)
            row = rows[0]
            story.equal((row["series"], row["period"], float(row["value"]), row["status"]),
                        ("CBEC/" + key, period, value, status))
            story.equal((row["unit"], int(row["unit_mult"]), row["release"], row["published"][:10]),
                        (unit, unit_mult, ARTICLE, "2025-06-30"), key)
            text = server.client("--format", "json", "get", "CBEC/" + key, "--as-of", ARTICLE).ok().out
            story.contains(text, comment)


@story.scene
def figures_are_answered_as_they_were_known_on_a_day():
    with story.Server() as server:
        load(server)
        trade = "A.CHN.TRADE._T"
        story.equal(figure(server, trade, "2021", "--as-of", "2022-01-31"), 1.98)
        story.equal(figure(server, trade, "2021"), 1.92)
        known = [figure(server, trade, p, "--as-of", "2023-01-31") for p in ("2021", "2022")]
        story.equal(known, [1.92, 2.11])
        story.equal([figure(server, trade, p) for p in ("2021", "2022")], [1.92, 2.1])
        story.equal(get(server, trade, "--to", "2021", "--from", "2021", "--as-of", "2022-01-13"), [])


@story.scene
def revisions_tell_what_was_said_before_and_after():
    with story.Server() as server:
        load(server)
        story.equal(versions(server, "A.CHN.TRADE._T", "2024"),
                    [(2.95, "F"), (2.63, "A"), (2.71, "A")])
        story.equal(versions(server, "S.CHN.TRADE._T", "2024-S1"), [(1.22, "P"), (1.25, "A")])
        story.equal(versions(server, "A.CHN.IMPORTS._T", "2022"), [(0.56, "P"), (0.5278, "A")])
        story.equal(versions(server, "A.CHN.EXPORTS._T", "2022"), [(1.55, "P"), (1.53, "A")])
        story.equal(figure(server, "A.CHN.IMPORTS._T", "2021"), 0.53)


@story.scene
def loading_the_same_files_again_changes_nothing():
    with story.Server() as server:
        load(server)
        before = server.client("--format", "csv", "get", "CBEC/").ok().out
        load(server)
        story.equal(server.client("--format", "csv", "get", "CBEC/").ok().out, before)


@story.scene
def a_server_and_the_file_itself_give_the_same_answer():
    with story.Server() as server:
        load(server)
        question = ("--format", "csv", "get", "CBEC/", "--as-of", "2024-02-01")
        story.equal(story.client("--db", server.db, *question).ok().out,
                    server.client(*question).ok().out)


def demo(folder):
    """What demo.sh prints, on a copy of data/ at folder/data."""
    done = subprocess.run(["bash", folder / "data" / "demo.sh"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=story.PATIENCE_S, check=False,
                          env=story.environment_with_programs_on_path())
    story.check(done.returncode == 0, f"demo.sh: {done.returncode}\n{done.stdout}{done.stderr}")
    story.equal(done.stderr, "")
    return re.sub(r"\d+-\d\d-\d\dT[0-9:.]+Z", "TIME", done.stdout)


@story.scene
def a_changed_figure_changes_the_answer(folder):
    shutil.copytree(DATA, folder / "data")
    before = demo(folder)
    story.contains(before, "$ bellwether get CBEC/A.WLD.MARKET_SIZE._T", "4.8", "USD",
                   "9.895833333333", "9.375", "missed")
    story.check("4.87" not in before, "the figure is not there before it is changed")
    path = folder / "data" / "xinhua-2025.csv"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"(MARKET_SIZE.*?,)4\.8(,)", r"\g<1>4.87\2", text)
    story.check(changed != text, "the figure stands in the file")
    path.write_text(changed, encoding="utf-8")
    story.contains(demo(folder), "4.87")


if __name__ == "__main__":
    story.main()
