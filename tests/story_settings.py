# SPDX-License-Identifier: MIT
"""The user's file of settings: where it is, what it says, and what goes before it."""
import story

DATA = story.ROOT / "data"
ASK = ("list", "datasets")


class Bundled:
    server = None


def write(path, text, mode=0o600):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def ask(*words, **env):
    """The command with no server but the one that its settings name."""
    return story.client(*(words or ASK), env=env)


@story.scene
def it_is_found_by_its_own_name_then_in_the_folder_of_settings_then_at_home(folder):
    own = write(folder / "own", "format = csv\n")
    xdg = write(folder / "xdg/bellwether/config", "format = json\n")
    home = write(folder / "home/.config/bellwether/config", "format = table\n")
    env = {"BELLWETHER_SERVER": Bundled.server.url, "HOME": str(folder / "home")}
    for given, path, beginning in (
            ({"BELLWETHER_CONFIG": str(own), "XDG_CONFIG_HOME": str(folder / "xdg")}, own, "dataset,"),
            ({"BELLWETHER_CONFIG": "", "XDG_CONFIG_HOME": str(folder / "xdg")}, xdg, "["),
            ({"BELLWETHER_CONFIG": "", "XDG_CONFIG_HOME": ""}, home, "dataset  ")):
        answer = ask(**env, **given).ok()
        story.check(answer.out.startswith(beginning), str(answer))
        story.contains(ask("help", **env, **given).ok().out, f"{path}.\n")


@story.scene
def without_a_file_all_is_as_it_was(folder):
    env = {"BELLWETHER_SERVER": Bundled.server.url, "BELLWETHER_CONFIG": "", "XDG_CONFIG_HOME": str(folder)}
    story.equal(ask(**env).ok().out, Bundled.server.client(*ASK).ok().out)
    story.contains(ask("help", **env).ok().out, f"{folder}/bellwether/config, which is not there now")
    story.equal(ask(**{**env, "XDG_CONFIG_HOME": "", "HOME": ""}).ok().err, "")


@story.scene
def a_file_that_is_named_has_to_be_there(folder):
    answer = ask(BELLWETHER_CONFIG=str(folder / "none")).exits(2)
    story.contains(answer.err, f"{folder}/none: No such file")
    story.contains(ask(BELLWETHER_CONFIG=str(folder)).exits(2).err, str(folder))
    ask("--version", BELLWETHER_CONFIG=str(folder / "none")).ok()


@story.scene
def comments_and_empty_lines_and_blanks_do_not_count(folder):
    path = write(folder / "config", "\n  # a comment\n\t format=csv  \r\n\nserver =\t"
                 f"{Bundled.server.url}\ncolour = never\npager = less -S # not a comment\ntimeout = 5000")
    story.equal(len(ask(BELLWETHER_CONFIG=str(path)).ok().rows()), 1)


@story.scene
def an_option_goes_before_the_environment_and_that_before_the_file(folder):
    nobody = f"ipc://{folder}/nobody"
    path = str(write(folder / "config", f"server = {nobody}\nformat = csv\ntimeout = 1\n"))
    story.contains(ask(BELLWETHER_CONFIG=path).exits(3).err, nobody)
    environment = {"BELLWETHER_CONFIG": path, "BELLWETHER_SERVER": Bundled.server.url}
    story.equal(len(ask("--timeout", "10000", *ASK, **environment).ok().rows()), 1)
    other = f"ipc://{folder}/other"
    story.contains(ask("--server", other, *ASK, **environment).exits(3).err, other)
    ask("--timeout", "10000", "--db", Bundled.server.db, *ASK, BELLWETHER_CONFIG=path).ok()
    ask("--timeout", "10000", "--format", "json", *ASK, **environment).ok().json()


WRONG = [
    ("format = csv\nfromat = json\n", ":2: there is no setting 'fromat'; did you mean 'format'?"),
    ("nonsense = 1\n", ":1: there is no setting 'nonsense'"),
    ("# first\n\nserver\n", ":3: 'server' is no `name = value`"),
    ("format = csv\nformat = csv\n", ":2: format is given twice"),
    ("colour = pink\n", ":1: colour is auto|always|never, not 'pink'"),
    ("colour =\n", ":1: colour is auto|always|never, not ''"),
    ("colour = auto|always\n", ":1: colour is"),
    ("= 1\n", ":1: there is no setting ''"),
    ("format = xml\n", "format is table|csv|tsv|json|jsonl|sdmx-csv, not 'xml'"),
    ("timeout = soon\n", "timeout soon: not a number of milliseconds"),
    ("server = " + "x" * 5000 + "\nnone\n", ":2: 'none' is no"),
]


@story.scene
def a_line_that_is_wrong_is_named_and_nothing_is_asked(folder):
    for text, words in WRONG:
        path = write(folder / "config", text)
        answer = ask(BELLWETHER_CONFIG=str(path)).exits(2)
        story.contains(answer.err, words)
        story.equal(answer.out, "")
        if words.startswith(":"):
            story.contains(answer.err, f"{path}{words[:3]}")


@story.scene
def a_token_that_others_can_read_is_warned_of(folder):
    for mode, warned in ((0o600, False), (0o400, False), (0o640, True), (0o604, True)):
        path = write(folder / "config", f"token = t\nserver = {Bundled.server.url}\n", mode)
        answer = ask(BELLWETHER_CONFIG=str(path)).ok()
        story.equal(f"{path}: holds a token and can be read by others" in answer.err, warned, oct(mode))
        path.chmod(0o600)
    path = write(folder / "config", f"server = {Bundled.server.url}\n", 0o644)
    story.equal(ask(BELLWETHER_CONFIG=str(path)).ok().err, "")


@story.scene
def the_token_of_the_file_goes_to_the_server_of_the_file_only(folder):
    hashed = story.run(story.BELLWETHERD, "--hash-token=reader:anna", stdin="secret\n").ok().out
    tokens = write(folder / "tokens", hashed)
    with story.Server(arguments=("--token-file", tokens)) as server:
        alone = write(folder / "alone", "token = secret\n")
        both = write(folder / "both", f"token = secret\nserver = {server.url}\n")
        other = write(folder / "other", "token = secret\nserver = tcp://127.0.0.1:1\n")
        elsewhere = {"BELLWETHER_SERVER": server.url}
        ask(BELLWETHER_CONFIG=str(both)).ok()
        ask(BELLWETHER_CONFIG=str(alone), **elsewhere).ok()
        ask(BELLWETHER_CONFIG=str(both), **elsewhere).ok()
        ask(BELLWETHER_CONFIG=str(other), **elsewhere).exits(1)
        ask(BELLWETHER_CONFIG=str(other), BELLWETHER_TOKEN="secret", **elsewhere).ok()
        ask(BELLWETHER_CONFIG=str(both), BELLWETHER_TOKEN="wrong").exits(1)


if __name__ == "__main__":
    story.play_on(Bundled, lambda server, _: server.client(
        "load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok())
