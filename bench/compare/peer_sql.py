# SPDX-License-Identifier: MIT
"""PostgreSQL, with its durability as it is by default, and SQLite. Both have a table of observations with
the primary key (key, period), and one of the latest by key. That of SQLite is WITHOUT ROWID, which is
better there for all that is asked."""
import contextlib
import glob
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess

import figures
from processes import Missing, Server, disk_bytes, program, run

OBSERVATIONS = "create table {}(key text, period int, value {}, primary key(key, period)){}"
LATEST = "create table {}(key text primary key, period int, value {}){}"


class Sqlite:
    """A file."""

    TYPES = ("real", " without rowid")

    def __init__(self, stage, path=None):
        self.stage = stage
        self.path = path or stage.folder / "figures.sqlite"
        self.shell = program("sqlite3")

    def execute(self, *lines):
        return run(self.shell, "-bail", self.path, input="\n".join(lines) + "\n", stdin=None)

    def load(self, files, table="observations", kind=OBSERVATIONS, skip=0):
        """Makes a table of CSV files."""
        self.execute(f"{kind.format(table, *self.TYPES)};", ".mode csv",
                     *(f".import --skip {skip} {file} {table}" for file in files))

    def ask(self, what, seconds, **options):
        return self.stage.ask("sqlite", at=self.path, ask=what, seconds=seconds, **options)

    def bytes(self):
        return disk_bytes(self.path)


class Postgres:
    """A cluster of its own, on a unix socket. Its server does not run as root: then as postgres."""

    TYPES = ("double precision", "")
    SETTINGS = {"listen_addresses": "", "shared_buffers": "1GB", "max_wal_size": "8GB", "jit": "off"}

    def __init__(self, stage):
        self.stage = stage
        folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        self.shell = program("psql")
        postgres, initdb = (program(name, *folders[-1:]) for name in ("postgres", "initdb"))
        folder = stage.folder / type(self).__name__
        folder.mkdir()
        self.folder = folder
        self.user = self.server_user(stage.folder, folder)
        run(initdb, "-D", folder / "data", "-U", "compare", "-A", "trust", "--no-locale", "-E", "UTF8",
            **self.user)
        settings = [word for name, value in self.SETTINGS.items() for word in ("-c", f"{name}={value}")]
        Server(stage.running, postgres, "-D", folder / "data", "-k", folder, *settings,
               stop=signal.SIGINT, **self.user).await_ready(self.answers)

    @staticmethod
    def server_user(parent, folder):
        """Options that start a process as a user that PostgreSQL accepts."""
        if os.getuid() != 0:
            return {}
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            raise Missing("PostgreSQL does not run as root, and there is no user postgres") from None
        parent.chmod(0o711)
        shutil.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}

    @property
    def at(self):
        return f"host={self.folder} dbname=postgres user=compare"

    def answers(self):
        return subprocess.run([self.shell, self.at, "-c", "select 1"], check=True, capture_output=True)

    def execute(self, *commands):
        words = [word for command in commands for word in ("-c", command)]
        return run(self.shell, self.at, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *words)

    def load(self, files, table="observations", kind=OBSERVATIONS, heading=False):
        """Makes a table of CSV files, with COPY."""
        self.execute(kind.format(table, *self.TYPES), *(
            rf"\copy {table} from '{file}' with (format csv, header {heading})" for file in files))

    def ask(self, what, seconds, **options):
        return self.stage.ask("postgres", at=self.at, ask=what, seconds=seconds, connections=4,
                              threads=4, **options)

    def bytes(self, table):
        self.execute(f"vacuum {table}")
        return int(self.execute(f"select pg_total_relation_size('{table}')"))


class LoadedSqlite(Sqlite):
    """With all figures, as bound numbers: of text SQLite 3.40 reads the last bit wrong now and then."""

    def __init__(self, stage):
        super().__init__(stage)
        with contextlib.closing(sqlite3.connect(self.path)) as database:
            for kind, name in ((OBSERVATIONS, "observations"), (LATEST, "latest")):
                database.execute(kind.format(name, *self.TYPES))
            for frequency in stage.series:
                database.executemany("insert into observations values (?, ?, ?)",
                                     figures.observations(stage.figures, frequency))
            database.executemany("insert into latest values (?, ?, ?)", figures.latest(stage.figures))
            database.execute("analyze")
            database.commit()


class LoadedPostgres(Postgres):
    """With all figures."""

    def __init__(self, stage):
        super().__init__(stage)
        self.load(sorted(stage.figures.glob("observations-*.csv")))
        self.load([stage.figures / "latest.csv"], "latest", LATEST)
        self.execute("vacuum analyze", "checkpoint")

    def best(self, what, seconds, depths, **options):
        """As many questions in a pipeline as is best here."""
        def measure(depth, some_seconds):
            return self.ask(what, some_seconds, depth=depth, **options)
        depth = self.stage.best(f"postgres {what}", depths, measure)
        return {**measure(depth, seconds), "chosen": f"depth {depth}"}

    def latest(self, seconds):
        return self.best("latest", seconds, (1, 16, 64, 256, 1000))

    def any(self, seconds):
        return self.best("any", seconds, (1, 4), batch=1000)

    def ranges(self, seconds):
        return self.best("range", seconds, (1, 4, 16))
