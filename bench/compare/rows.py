# SPDX-License-Identifier: MIT
"""The questions: how Bellwether is asked, how each peer is, and which ratio is wanted."""
import collections

from ours import Lmdb, Loaded
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
                   stage.peer(Loaded).echo(title, over, seconds))


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


def in_process():
    return [
        direct("latest of 1,000 handles", ("latest", "--batch", 1000, "--handles"), [
            lmdb("bare LMDB gets by integer", 0.7, "handles", batch=1000)]),
        direct("latest of 1,000 keys", ("latest", "--batch", 1000), [
            lmdb("bare LMDB gets by string", 0.6, "keys", batch=1000),
            sqlite("look-ups", 1.3, "latest", batch=1000)]),
        direct("range of 1,000 observations", ("range", "CMP/D..", "--last", 1000), [
            lmdb("bare LMDB cursor copying blocks", 0.6, "range"),
            sqlite("ranges", 40, "range")])]


def alone():
    title = "latest of 1 key, one at a time, tcp"
    return Row("alone", title, "p50_us", "µs, median", True, ROUNDS_MOST,
               ask(title, "tcp", 1, "latest"), [echo(title, "tcp", 0.91)])


def all_rows():
    return [point("tcp"), point("ipc"), batch(True), batch(False), ranges(), *in_process(), alone()]
