# SPDX-License-Identifier: MIT
"""Tab: what the program offers for a line, and that bash, zsh and fish put it there."""
import shutil

import story
import terminal

DATA = story.ROOT / "data"
SCRIPTS = story.ROOT / "client/cli/completion"


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
    story.equal(offered("--format", ""), ["table", "csv", "json"])
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


# --- The shells -----------------------------------------------------------------------------------

# What is typed, and what stands on the line when Tab was pressed.
LINES = [
    ("bellwether lat", "bellwether latest "),
    ("bellwether get --form", "bellwether get --format "),
    ("bellwether --format=c", "bellwether --format=csv "),
    ("bellwether --format js", "bellwether --format json "),
    ("bellwether get CB", "bellwether get CBEC/"),
    ("bellwether get CBEC/S", "bellwether get CBEC/S."),
    ("bellwether get CBEC/S.CHN.T", "bellwether get CBEC/S.CHN.TRADE."),
    ("bellwether get CBEC/A..TRA", "bellwether get CBEC/A..TRADE."),
    ("bellwether get CBEC/A.CHN.EXPORTS+IM", "bellwether get CBEC/A.CHN.EXPORTS+IMPORTS."),
    ("bellwether get CBEC/A.CHN.TRADE._", "bellwether get CBEC/A.CHN.TRADE._T "),
    ("bellwether get --as-of=XIN", "bellwether get --as-of=XINHUA-CBEC-2025 "),
    ("bellwether get CBEC/S.CHN.TRADE._T:yoy CBEC/S", "bellwether get CBEC/S.CHN.TRADE._T:yoy CBEC/S."),
    ("bellwether get --transform=yoy,in", "bellwether get --transform=yoy,index="),
    ("bellwether load offi", "bellwether load official.csv "),
    ("bellwether load --dataset cbe", "bellwether load --dataset cbec.json "),
    ("bellwether load --dataset=cbe", "bellwether load --dataset=cbec.json "),
    ("bellwether --db sub", "bellwether --db subfolder/"),
    ("bellwether load 'a fi", "bellwether load 'a file' "),
    ("bellwether load a\\ fi", "bellwether load a\\ file "),
]


def shell_environment(folder):
    for name in ("official.csv", "cbec.json", "a file"):
        (folder / name).write_text("", encoding="utf-8")
    (folder / "subfolder").mkdir()
    programs = story.environment_with_programs_on_path()
    return {**programs, "BELLWETHER_SERVER": Bundled.server.url, "HOME": str(folder), "PS1": "$ "}


def lines_in(shell, begin, show, folder):
    """Types each line and Tab into a shell, and checks what stands there then. `show` is a key that
    prints the line between << and >>, and empties it."""
    with terminal.Terminal(*shell, env=shell_environment(folder), cwd=folder) as screen:
        screen.type(begin)
        screen.until("=ready=")
        for line, expected in LINES:
            since = len(screen.shown)
            screen.type(line + "\t" + show)
            shown = screen.until(">>", since)
            story.equal(shown.split("<<")[-1].split(">>")[0], expected, f"{shell[0]}: {line}")


@story.scene
def bash_completes(folder):
    if shutil.which("bash") is None:
        return print("        no bash here")
    begin = (f"source {SCRIPTS}/bellwether.bash\n"
             "show() { printf '<%s%s>%s' '<' \"$READLINE_LINE\" '>'; READLINE_LINE=; }\n"
             "bind -x '\"\\C-t\": show'; echo =re''ady=\n")
    return lines_in(("bash", "--norc", "--noprofile", "-i"), begin, "\x14", folder)


@story.scene
def zsh_completes(folder):
    if shutil.which("zsh") is None:
        return print("        no zsh here")
    begin = (f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit; compinit -u -D; setopt no_list_beep\n"
             "show() { printf '<%s%s>%s' '<' \"$BUFFER\" '>'; BUFFER=; }\n"
             "zle -N show; bindkey '^T' show; echo '=re''ady='\n")
    return lines_in(("zsh", "-f", "-i"), begin, "\x14", folder)


# What fish offers at the end of a line, as whole words.
FISH = [
    ("bellwether lat", "latest\tThe last figure of each series."),
    ("bellwether --format=c", "--format=csv"),
    ("bellwether get CBEC/S.", "CBEC/S.CHN.\tChina"),
    ("bellwether get CBEC/A..TRA", "CBEC/A..TRADE.\t"),
    ("bellwether get 'CBEC/A.CHN.EXPORTS+I", "CBEC/A.CHN.EXPORTS+IMPORTS.\t"),
    ("bellwether get CBEC/A.CHN.TRADE._", "CBEC/A.CHN.TRADE._T\t"),
    ("bellwether load offi", "official.csv"),
    ("bellwether --db sub", "subfolder/"),
]


@story.scene
def fish_completes(folder):
    if shutil.which("fish") is None:
        return print("        no fish here")
    env = shell_environment(folder)
    for line, expected in FISH:
        script = f'source {SCRIPTS}/bellwether.fish; complete -C "{line}"'
        answer = story.run("fish", "--no-config", "-c", script, env=env, cwd=folder).ok()
        story.contains(answer.out, expected)
        story.equal(answer.err, "")
    script = f'source {SCRIPTS}/bellwether.fish; complete -C "bellwether status "'
    story.equal(story.run("fish", "--no-config", "-c", script, env=env, cwd=folder).ok().out, "")
    return None


if __name__ == "__main__":
    story.play_on(Bundled, lambda server, _: server.client(
        "load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok())
