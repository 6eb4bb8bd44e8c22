# SPDX-License-Identifier: MIT
"""The questions: how Bellwether is asked, how each peer is, and which ratio is wanted."""
import collections

import growth
import whole
from ours import Echo, Lmdb, Loaded
from peer_others import Grpc, LoadedVictoria
from peer_redis import Memcached, Redis
from peer_sql import LoadedPostgres, LoadedSqlite

# `name` chooses the row. `value` names the column of a run that is compared, in `unit`; where `less`
# is better the ratio is the peer's to ours, else ours to the peer's. `ours` and the peers' `measure`
# take the stage and seconds. A row is measured in at most `rounds_most` rounds.
Row = collections.namedtuple("Row", "name title value unit less rounds_most ours against")
Against = collections.namedtuple("Against", "name wanted measure")
ROUNDS_MOST = 1000


def rate(name, title, ours, against):
    return Row(name, title, "observations_per_second", "observations/s", False, ROUNDS_MOST, ours,
               against)


def ask(title, over, in_flight, *words):
    """Bellwether asked by `bellwether bench`."""
    return lambda stage, seconds: stage.peer(Loaded).ask(title, over, in_flight, seconds, *words)


def echo(title, over, wanted):
    return Against(f"nng echo of the same sizes ({over})", wanted, lambda stage, seconds:
                   stage.peer(Echo).like(title, over, seconds))


def lmdb(name, wanted, what, **options):
    return Against(name, wanted, lambda stage, seconds:
                   stage.peer(Lmdb).ask(what, seconds, **options))


def redis(name, wanted, measure):
    return Against(name, wanted, lambda stage, seconds: measure(stage.peer(Redis), seconds))


def postgres(name, wanted, measure):
    return Against(f"PostgreSQL: {name}, 4 connections", wanted, lambda stage, seconds:
                   measure(stage.peer(LoadedPostgres), seconds))


def sqlite(name, wanted, what, **options):
    return Against(f"SQLite: {name}", wanted, lambda stage, seconds:
                   stage.peer(LoadedSqlite).ask(what, seconds, **options))


def each_alone(over):
    """The client library puts quick calls that wait into one message, unless it is told not to."""
    title = f"latest of 1 key, 64 in flight, each in a message of its own, {over}"
    return rate("point", title, ask(title, over, 64, "latest", "--alone"), [echo(title, over, None)])


def point(over):
    title = f"latest of 1 key, 64 in flight, {over}"
    return rate("point", title, ask(title, over, 64, "latest"), [
        echo(title, over, 0.85),
        Against("gRPC C++: unary calls, 64 in flight", 2, lambda stage, seconds:
                stage.peer(Grpc).latest(seconds, over)),
        redis("Redis: GET, 50 connections", 0.75, lambda peer, seconds:
              peer.ask("latest", seconds, over=over, connections=50))])


def redis_mget(peer, seconds):
    return peer.ask("latest", seconds, batch=1000)


def memcached(stage, seconds):
    return stage.peer(Memcached).batches(seconds)


def batch(by_handle):
    what, words = ("handles", ("--handles",)) if by_handle else ("keys", ())
    title = f"latest of 1,000 {what}, 4 in flight, tcp"
    mget = redis("Redis: MGET of 1,000, 1 connection", 2 if by_handle else 1, redis_mget)
    return rate("batch", title, ask(title, "tcp", 4, "latest", "--batch", 1000, *words), [
        mget,
        redis("Redis: pipelined GET, 4 connections", 1.5, Redis.pipelined),
        Against("memcached: get of 1,000, 4 connections", 1.5, memcached)] if by_handle else [
            mget,
            postgres("pipelined look-ups", 6, LoadedPostgres.latest),
            postgres("= any(1,000 keys)", None, LoadedPostgres.any)])


def ranges():
    title = "range of 1,000 observations, 16 in flight, tcp"
    return rate("range", title, ask(title, "tcp", 16, "range", "CMP/D..", "--last", 1000), [
        echo(title, "tcp", 0.85),
        postgres("ranges", 12, LoadedPostgres.ranges),
        Against("VictoriaMetrics: export, 8 connections", 15, lambda stage, seconds:
                stage.peer(LoadedVictoria).ranges(seconds)),
        redis("Redis: ZRANGEBYSCORE, 16 connections", 5, Redis.ranges),
        sqlite("ranges, in process", 8, "range")])


def direct(what, words, against):
    title = f"{what}, in process, one thread"
    return rate("direct", title, ask(title, "direct", 1, *words), against)


def direct_batches():
    return [
        direct("latest of 1,000 handles", ("latest", "--batch", 1000, "--handles"), [
            lmdb("bare LMDB gets by integer", 0.7, "handles", batch=1000)]),
        direct("latest of 1,000 keys", ("latest", "--batch", 1000), [
            lmdb("bare LMDB gets by string", 0.6, "keys", batch=1000),
            sqlite("look-ups", 1.3, "latest", batch=1000)])]


def in_process():
    return [
        *direct_batches(),
        direct("range of 1,000 observations", ("range", "CMP/D..", "--last", 1000), [
            lmdb("bare LMDB cursor copying blocks", 0.6, "range"),
            sqlite("ranges", 40, "range")])]


def alone():
    title = "latest of 1 key, one at a time, tcp"
    return Row("alone", title, "p50_us", "µs, median", True, ROUNDS_MOST, ask(title, "tcp", 1, "latest"), [
        echo(title, "tcp", 0.91),
        Against("nng echo that sends without a callback (tcp)", None, lambda stage, seconds:
                stage.peer(Echo).like(title, "tcp", seconds, "ask-at-once"))])


def load(title, ours, against):
    return Row("load", title, "observations_per_second", "observations/s", False, 3, ours, against)


def loads():
    return [load("load a wide CSV as the World Bank's", whole.load_wide, [
                Against("what is wanted", 1, whole.wide_goal)]),
            load("load a long CSV", whole.load_long, [
                Against("SQLite: .import", 2, whole.load_sqlite),
                Against("PostgreSQL: COPY", 2, whole.load_postgres)])]


def sizes():
    return [Row("size", f"on disk, {what}", "bytes_per_observation", "bytes an observation", True, 1,
                whole.size_ours(frequencies), [
                    Against("what is wanted", 1, whole.size_goal(frequencies)),
                    Against("SQLite", 2, whole.size_sqlite(frequencies)),
                    Against("PostgreSQL", 5, whole.size_postgres(frequencies)),
                    Against("VictoriaMetrics (which keeps some 13 digits)", 1,
                            whole.size_victoria(frequencies))])
            for what, frequencies in (("annual series of 60", "A"), ("monthly series of 600", "M"),
                                      ("daily series of 10,000", "D"))]


def puts():
    many, one = "durable writes, 64 clients, tcp", "durable write, 1 client, tcp"
    return [Row("put", many, "calls_per_second", "writes/s", False, ROUNDS_MOST, whole.put(many, 64), [
                Against("Bellwether, 1 client", 10, whole.put(one, 1))]),
            Row("put", one, "p50_us", "µs, median", True, ROUNDS_MOST, whole.put(one, 1), [
                Against("bare LMDB commit of 1 record, and nng echo", 0.83,
                        whole.commit_and_echo(one, 1)),
                Against("bare LMDB commit of a record in each of 12 tables, and nng echo", None,
                        whole.commit_and_echo(one, 12))])]


def memory():
    return [Row("memory", f"RssAnon of the server, {what}", "mib", "MiB", True, 1, measure, [])
            for what, measure in (
                ("idle", whole.idle),
                ("256 latest of 1 key in flight", whole.busy("latest")),
                ("256 latest of 1,000 keys in flight", whole.busy("latest", "--batch", 1000)),
                ("256 ranges of 1,000 in flight",
                 whole.busy("range", "CMP/D..", "--last", 1000)))]


def grown(title, value, unit, less, wanted, measure):
    """A store beside one of a tenth; `measure` takes the class of either."""
    return Row("growth", title, value, unit, less, ROUNDS_MOST, measure(growth.Grown), [
        Against("a tenth of the series", wanted, measure(growth.Tenth))])


def growths():
    latest = ("observations_per_second", "observations/s", False, 0.77)  # at most 1.3 times the cost
    return [
        grown("latest of 1 key, 64 in flight, tcp, ten times the series", *latest, growth.ask("tcp", 64)),
        grown("latest of 1 key, in process, ten times the series", *latest, growth.ask("direct", 1)),
        grown("start to ready, ten times the series", "ready_ms", "ms", True, 0.9, growth.start),
        grown("start to a client's first answer, ten times the series", "answer_ms", "ms", True, 0.9,
              growth.start)]


def of_a_million(row):
    """The same of a million series."""
    def there(measure):
        return lambda stage, seconds: measure(stage.million(), seconds)
    return row._replace(name="million", title=f"{row.title}, of a million series",
                        ours=there(row.ours), against=[each._replace(measure=there(each.measure))
                                                       for each in row.against])


def all_rows():
    return [point("tcp"), each_alone("tcp"), point("ipc"), each_alone("ipc"), batch(True),
            batch(False), ranges(), *in_process(), alone(), *loads(), *sizes(), *puts(), *memory(), *growths(),
            *map(of_a_million, [point("tcp"), batch(True), batch(False), *direct_batches()])]
