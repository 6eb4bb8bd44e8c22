# SPDX-License-Identifier: MIT
"""The manual's pages: they have all that the programs take, and render without a warning."""
import os
import pathlib
import re
import shutil

import story

FOLDER = pathlib.Path(os.environ.get("BELLWETHER_MANUAL", story.ROOT / "build/docs/man"))
PAGES = ("bellwether.1", "bellwether-config.5", "bellwether-files.5", "bellwetherd.8")


def source(page):
    return (FOLDER / page).read_text(encoding="utf-8").replace("\\-", "-").replace("\\(aq", "'").replace(
        "\\(dq", '"')


def options_of(text):
    """The options that a help text lists."""
    return set(re.findall(r"^ +--([a-z-]+)", text, re.M))


def has_options(text, options):
    for option in options:
        story.check(re.search(rf"^\.It (Fl .* )?Fl -{option}( |$)", text, re.M), f"--{option} is missing")


def verbs():
    told = story.client("help").ok().out
    return [line.split()[0] for line in told.splitlines()
            if re.match(r"  [a-z]", line) and not line.startswith(("  bellwether", "  help "))]


def sections(page):
    """The text of each verb by its name."""
    parts = re.split(r"^\.S[sh] (.*)$", source(page), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


@story.scene
def each_option_of_each_verb_is_in_its_section():
    told = sections("bellwether.1")
    story.check(len(verbs()) >= 16, str(verbs()))
    for verb in verbs():
        text = story.client("help", verb).ok().out
        has_options(told[verb], options_of(text))
        story.contains(told[verb], text.splitlines()[0], text.splitlines()[2].strip())
    has_options(told["OPTIONS"], options_of(story.client("help").ok().out))


@story.scene
def each_option_of_the_server_is_in_its_page():
    options = options_of(story.run(story.BELLWETHERD, "--help").ok().out)
    story.check(len(options) >= 15, str(options))
    has_options(source("bellwetherd.8"), options)


@story.scene
def each_setting_is_in_the_page_of_settings():
    told = re.search(r"name = value`: ([a-z, \n]+)\.", story.client("help").ok().out).group(1)
    for name in told.replace("\n", " ").split(", "):
        story.contains(source("bellwether-config.5"), f".It Ic {name.strip()}\n")


@story.scene
def each_column_of_a_table_is_in_the_page_of_files():
    table = (story.ROOT / "docs/file-format.md").read_text(encoding="utf-8")
    table = table.split("| --- | --- | --- |\n")[1].split("\n\n")[0]
    columns = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+)", table, re.M)
    story.check(len(columns) >= 10, str(columns))
    for cell in columns:
        story.contains(source("bellwether-files.5"), ".It Ic " + cell.replace("`", "").replace(", ", " , "))


@story.scene
def man_renders_the_pages_without_a_warning():
    if shutil.which("man") is None:
        return print("        no man here")
    for page in PAGES:
        answer = story.run("man", "--warnings", "-l", FOLDER / page,
                           env={"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "MANPAGER": "cat"}).ok()
        story.equal(answer.err, "", page)
        story.contains(answer.out, "NAME", "SEE ALSO")
    return None


@story.scene
def mandoc_finds_nothing_wrong():
    if shutil.which("mandoc") is None:
        return print("        no mandoc here")
    for page in PAGES:
        answer = story.run("mandoc", "-Tlint", "-Wwarning", FOLDER / page)
        story.equal((answer.code, answer.out), (0, ""), page)
    return None


if __name__ == "__main__":
    story.main()
