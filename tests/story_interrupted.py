# SPDX-License-Identifier: MIT
"""A load that is ended on its way: the store has all of it or nothing, and nothing is left behind."""
import os
import random
import signal
import subprocess
import time

import story
from nasty.refused import LONG
from nasty.store import Store, open_files

KILLS = 20
HEADING = "series,period,value,comment\n"
ROWS = 25_000
# Where nng 1.5.2 goes on hearing after a client that went away ungreeted; story_attack has the others.
TCP = ["tcp://127.0.0.1:0"]


def many_rows(seed, rows=ROWS):
    """Daily figures of ten series, out of order."""
    lines = [f"D.C{i % 10}.X,{1990 + i // 3360 % 36}-{i // 280 % 12 + 1:02}-{i // 10 % 28 + 1:02},{i + seed},\n"
             for i in range(rows)]
    random.Random(seed).shuffle(lines)
    return HEADING + "".join(lines)


class Where:
    """A store in place, or behind a server."""

    def __init__(self, folder, server=None):
        self.folder = folder
        self.words = ("--server", server.url) if server else ("--db", folder / "store")
        store = Store(folder)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        if server:
            server.client("load", folder / "t.json").ok()
        store.write("small.csv", LONG + "D.C1.X,1989-01-01,1\n")
        self.load("small.csv", "--release", "OLD", "--published", "2026-01-01").ok()
        store.write("t.csv", many_rows(0))

    def command(self, *arguments):
        return [str(word) for word in (story.BELLWETHER, *self.words, *arguments)]

    def environment(self):
        return {**os.environ, "BELLWETHER_SERVER": "", "BELLWETHER_CONFIG": "/dev/null",
                "TMPDIR": str(self.temporary)}

    def load(self, *arguments):
        return story.run(*self.command("load", "--dataset", "T", *arguments), cwd=self.folder,
                         env=self.environment())

    def begin(self, *arguments, **options):
        return subprocess.Popen(self.command("load", "--dataset", "T", *arguments), text=True,
                                cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def _ask(self, *words):
        return story.run(*self.command("--format", "csv", *words), env=self.environment()).ok().rows()

    def state(self):
        """(revision, figures, releases), as the store counts them. A server goes on with a commit
        whose sender has died; what is written next waits for it."""
        self.load("--dry-run", "small.csv", "--release", "OLD").ok()
        fields = {row["field"]: row["value"] for row in self._ask("status")}
        return tuple(int(fields[name]) for name in ("store_revision", "observations", "releases"))

    def check_counts(self):
        """That what can be read is what the store counts: too slow to be asked after each load."""
        story.equal((len(self._ask("get", "T")), len(self._ask("list", "releases"))), self.state()[1:])

    def check_left(self):
        story.equal(list(self.temporary.iterdir()), [], "temporary files")
        story.equal([path.name for path in self.folder.glob("*rejects*")], [])


def end_at_random_moments(where, by):
    """Ends loads at moments over the time that one takes."""
    started = time.monotonic()
    where.load("--dry-run", "t.csv").ok()
    takes = time.monotonic() - started
    before, moments, kept = where.state(), random.Random(1), 0
    for i in range(KILLS):
        process = where.begin("--keep-going", "t.csv", "--release", f"R{i}", "--published", "2026-01-02")
        try:
            process.wait(moments.random() * 1.2 * takes)  # a dry run commits nothing
        except subprocess.TimeoutExpired:
            process.send_signal(by)
        out, err = process.communicate(timeout=story.PATIENCE_S)
        after = where.state()
        if "observations: " in out and process.returncode == 0:
            story.check("interrupted" not in err, err)
            story.check(after != before, "a load that says that it was done is there")
        elif by != signal.SIGKILL and process.returncode == 1:
            story.contains(err, "interrupted; nothing was loaded")
            story.equal(after, before, err)
        elif after != before:
            story.check(process.returncode < 0, f"{process.returncode} {err}")
        if after != before:
            story.equal(after[0], before[0] + 1, "one revision")
            story.equal(after[2], before[2] + 1, "one release")
            kept += 1
        before = after
        where.check_left()
    print(f"        {kept} of {KILLS} were done before they were ended")
    where.check_counts()
    where.load("t.csv", "--release", "LAST", "--published", "2026-01-03").ok()
    where.check_counts()


@story.scene
def a_store_in_place_survives_kill_at_any_moment(folder):
    end_at_random_moments(Where(folder), signal.SIGKILL)


@story.scene
def a_server_survives_the_death_of_its_loader_at_any_moment(folder):
    with story.Server(listen=TCP) as server:
        end_at_random_moments(Where(folder, server), signal.SIGKILL)


@story.scene
def a_store_in_place_is_given_up_in_good_order(folder):
    end_at_random_moments(Where(folder), signal.SIGINT)


@story.scene
def a_load_over_a_server_is_given_up_in_good_order(folder):
    with story.Server(listen=TCP) as server:
        end_at_random_moments(Where(folder, server), signal.SIGTERM)


@story.scene
def ctrl_c_ends_the_waiting_for_standard_input(folder):
    where = Where(folder)
    before = where.state()
    process = where.begin("-", stdin=subprocess.PIPE)
    process.stdin.write(many_rows(0, 3000))
    process.stdin.flush()
    end = time.monotonic() + story.PATIENCE_S
    while not any(str(where.temporary) in link for link in open_files(process.pid)):
        story.check(time.monotonic() < end, "it copies standard input")
    process.send_signal(signal.SIGINT)
    process.wait(story.PATIENCE_S)
    out, err = process.stdout.read(), process.stderr.read()
    story.equal((process.returncode, out, err), (1, "", "bellwether: interrupted; nothing was loaded\n"))
    story.equal(where.state(), before)
    where.check_left()


if __name__ == "__main__":
    story.main()
