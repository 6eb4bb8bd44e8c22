# SPDX-License-Identifier: MIT
"""Tab in bash, zsh and fish: a scene for each, skipped where the shell is not there.

    story_shells.py zsh_completes"""
import shutil
import sys

import story
import terminal

DATA = story.ROOT / "data"
SCRIPTS = story.ROOT / "client/cli/completion"


class Bundled:
    server = None


# What is typed, and what stands on the line when Tab was pressed.
LINES = [
    ("bellwether lat", "bellwether latest "),
    ("bellwether get --form", "bellwether get --format "),
    ("bellwether --format=c", "bellwether --format=csv "),
    ("bellwether --format cs", "bellwether --format csv "),
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
    begin = (f"source {SCRIPTS}/bellwether.bash\n"
             "show() { printf '<%s%s>%s' '<' \"$READLINE_LINE\" '>'; READLINE_LINE=; }\n"
             "bind -x '\"\\C-t\": show'; echo =re''ady=\n")
    lines_in(("bash", "--norc", "--noprofile", "-i"), begin, "\x14", folder)


@story.scene
def zsh_completes(folder):
    begin = (f"fpath=({SCRIPTS} $fpath); autoload -Uz compinit; compinit -u -D; setopt no_list_beep\n"
             "show() { printf '<%s%s>%s' '<' \"$BUFFER\" '>'; BUFFER=; }\n"
             "zle -N show; bindkey '^T' show; echo '=re''ady='\n")
    lines_in(("zsh", "-f", "-i"), begin, "\x14", folder)


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
    env = shell_environment(folder)
    for line, expected in FISH:
        script = f'source {SCRIPTS}/bellwether.fish; complete -C "{line}"'
        answer = story.run("fish", "--no-config", "-c", script, env=env, cwd=folder).ok()
        story.contains(answer.out, expected)
        story.equal(answer.err, "")
    script = f'source {SCRIPTS}/bellwether.fish; complete -C "bellwether status "'
    story.equal(story.run("fish", "--no-config", "-c", script, env=env, cwd=folder).ok().out, "")


if __name__ == "__main__":
    for scene in sys.argv[1:]:
        if shutil.which(scene.split("_")[0]) is None:
            story.skip(f"there is no {scene.split('_')[0]} here")
    story.play_on(Bundled, lambda server, _: server.client(
        "load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv", cwd=DATA).ok())
