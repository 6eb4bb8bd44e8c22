# SPDX-License-Identifier: MIT
"""Long answers go through a pager where they go to a terminal, and nowhere else."""
import os
import pathlib
import shutil

import story
import terminal

DATA = story.ROOT / "data"
LONG = ("list", "series")  # 28 lines and a heading.
SHORT = ("list", "datasets")


class Bundled:
    server = None


def screen(*words, rows=10, **env):
    """The command on a terminal."""
    plain = {"BELLWETHER_CONFIG": "/dev/null", "BELLWETHER_SERVER": Bundled.server.url}
    return terminal.Terminal(story.BELLWETHER, *words, rows=rows, env={**plain, **env})


def marking(folder, then="cat"):
    """A pager that leaves a mark when it is started, and how less is told to be."""
    return f"echo \"LESS=$LESS\" >{folder}/started; {then}"


def started(folder):
    path = pathlib.Path(folder) / "started"
    return path.read_text(encoding="utf-8") if path.exists() else None


def last_words(text):
    return text.replace("\r", "").rstrip("\n").splitlines()[-1]


@story.scene
def what_is_longer_than_the_screen_goes_through_the_pager(folder):
    with screen(*LONG, BELLWETHER_PAGER=marking(folder, "sed s/^/PAGED:/"), LESS="") as shown:
        story.equal(shown.exit_code(), 0)
    lines = shown.shown.splitlines()
    story.equal(len(lines), 29)
    story.check(all(line.startswith("PAGED:") for line in lines), shown.shown)


@story.scene
def what_fits_goes_straight_to_the_screen(folder):
    with screen(*SHORT, BELLWETHER_PAGER=marking(folder)) as shown:
        story.equal(shown.exit_code(), 0)
    story.contains(shown.shown, "CBEC")
    story.equal(started(folder), None)
    with screen(*LONG, rows=30, BELLWETHER_PAGER=marking(folder)) as shown:
        story.equal(shown.exit_code(), 0)
    story.equal((started(folder), len(shown.shown.splitlines())), (None, 29))
    with screen(*LONG, rows=29, BELLWETHER_PAGER=marking(folder)) as shown:
        story.equal(shown.exit_code(), 0)
    story.check(started(folder) is not None, "29 lines and the prompt do not fit on 29 rows")


@story.scene
def the_pager_is_the_one_that_is_named_nearest(folder):
    config = folder / "config"
    config.write_text(f"pager = {marking(folder, 'sed s/^/SETTINGS:/')}\n", encoding="utf-8")
    general = {"PAGER": "sed s/^/PAGER:/"}
    of_file = {**general, "BELLWETHER_CONFIG": str(config)}
    for env, expected in ((general, "PAGER:"), (of_file, "SETTINGS:"),
                          ({**of_file, "BELLWETHER_PAGER": "sed s/^/OWN:/"}, "OWN:"),
                          ({**of_file, "BELLWETHER_PAGER": ""}, "CBEC/"),
                          ({**of_file, "BELLWETHER_PAGER": "cat"}, "CBEC/")):
        with screen(*LONG, **env) as shown:
            story.equal(shown.exit_code(), 0)
        story.check(last_words(shown.shown).startswith(expected), f"{env}: {shown.shown[-200:]}")


@story.scene
def no_pager_is_an_option(folder):
    with screen(*LONG, "--no-pager", BELLWETHER_PAGER=marking(folder)) as shown:
        story.equal(shown.exit_code(), 0)
    story.equal(started(folder), None)


@story.scene
def less_is_told_how_to_be_unless_the_user_has_told_it(folder):
    os.environ.pop("LESS", None)
    with screen(*LONG, BELLWETHER_PAGER=marking(folder)) as shown:
        shown.exit_code()
    story.equal(started(folder), "LESS=FRX\n")
    with screen(*LONG, BELLWETHER_PAGER=marking(folder), LESS="S") as shown:
        shown.exit_code()
    story.equal(started(folder), "LESS=S\n")


@story.scene
def less_is_the_pager_where_none_is_named():
    if shutil.which("less") is None:
        return
    for name in ("PAGER", "BELLWETHER_PAGER", "LESS"):
        os.environ.pop(name, None)
    with screen(*LONG) as shown:
        shown.until(":")
        shown.type("G")
        shown.until("END")
        shown.type("q")
        story.equal(shown.exit_code(), 0)


@story.scene
def a_pager_that_is_left_early_is_no_error():
    for form in ("table", "csv"):
        with screen(*LONG, "--format", form, BELLWETHER_PAGER="sed 3q") as shown:
            story.equal(shown.exit_code(), 0)
        story.equal(len(shown.shown.splitlines()), 3, shown.shown)
    with screen(*LONG, BELLWETHER_PAGER="true") as shown:
        story.equal(shown.exit_code(), 0)
    story.equal(shown.shown, "")


@story.scene
def a_pager_that_does_not_exist_says_so():
    with screen(*LONG, BELLWETHER_PAGER="no-such-pager") as shown:
        story.equal(shown.exit_code(), 1)
    story.contains(shown.shown, "the pager 'no-such-pager' cannot be run; --no-pager")


@story.scene
def the_exit_code_is_the_commands_and_its_words_stand_below():
    with screen("get", "CBEC/", "CBEC/A.CHN.NONE._T", BELLWETHER_PAGER="sed s/^/PAGED:/") as shown:
        story.equal(shown.exit_code(), 1)
    story.contains(shown.shown, "PAGED:")
    story.contains(last_words(shown.shown), "CBEC/A.CHN.NONE._T")
    with screen("get", "CBEC/A.CHN.NONE._T", BELLWETHER_PAGER="sed s/^/PAGED:/") as shown:
        story.equal(shown.exit_code(), 1)
    story.check("PAGED:" not in shown.shown, shown.shown)


@story.scene
def help_is_paged_even_when_the_settings_are_wrong(folder):
    config = folder / "config"
    config.write_text("nonsense\n", encoding="utf-8")
    with screen("help", "get", BELLWETHER_PAGER="sed s/^/PAGED:/", BELLWETHER_CONFIG=str(config)) as shown:
        story.equal(shown.exit_code(), 0)
    story.contains(shown.shown, "PAGED:Usage: bellwether [OPTIONS] get")


@story.scene
def load_and_bench_are_never_paged(folder):
    for words in (("load", "--dry-run", DATA / "xinhua-2025.csv"), ("bench", "latest", "--calls", "1")):
        with screen(*words, rows=2, BELLWETHER_PAGER=marking(folder)) as shown:
            shown.exit_code()
        story.equal(started(folder), None, str(words))


@story.scene
def a_pipe_is_never_paged(folder):
    answer = Bundled.server.client(*LONG, env={"BELLWETHER_PAGER": marking(folder)}).ok()
    story.equal((len(answer.out.splitlines()), started(folder)), (29, None))


if __name__ == "__main__":
    story.play_on(Bundled, lambda server, _: server.client(
        "load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok())
