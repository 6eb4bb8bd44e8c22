# SPDX-License-Identifier: MIT
"""`bellwether bench`: each workload over a socket and in direct mode; the numbers add up, and what
cannot be measured is refused. How fast it is, is no matter here."""
import os
import pathlib

import story

DATA = story.ROOT / "data"
FILES = ("--dataset", "cbec.json", "xinhua-2025.csv", "official.csv")
COLUMNS = ["workload", "in_flight", "batch", "calls", "seconds", "calls_per_second",
           "items_per_second", "observations_per_second", "p50_us", "p99_us", "p999_us", "max_us",
           "reply_bytes", "errors"]
TRADE = "CBEC/A.CHN.TRADE._T"
WORKLOADS = {
    "latest": ("latest",),
    "latest of handles": ("latest", "--handles"),
    "latest of a batch": ("latest", "--batch", "30"),
    "latest of a batch of handles": ("latest", "--batch", "30", "--handles", "CBEC/A.CHN.."),
    "range": ("range",),
    "range of handles": ("range", "--handles", "--last", "1"),
    "asof": ("asof",),
    "asof a day": ("asof", "--as-of", "2023-01-31", TRADE),
    "pattern": ("pattern",),
    "pattern of the last": ("pattern", "--last", "1", "CBEC/A.CHN.."),
    "asof a release": ("asof", "--as-of", "XINHUA-CBEC-2025", "--handles"),
}


def served():
    server = story.Server()
    server.client("load", *FILES, cwd=DATA).ok()
    return server


def bench(ask, *arguments):
    """The one row of a run, numbers as numbers."""
    rows = ask("--format", "csv", "bench", *arguments).ok().rows()
    story.equal(len(rows), 1, "rows")
    return {name: text if name == "workload" else float(text) for name, text in rows[0].items()}


def near(got, expected, what):
    story.check(abs(got - expected) <= 1 + expected / 100, f"{what}: {got}, not {expected}")


def check_sums(row, calls, batch):
    story.equal(list(row)[:len(COLUMNS)], COLUMNS)
    story.equal((row["calls"], row["batch"], row["errors"]), (calls, batch, 0))
    if row["workload"] == "pattern":
        story.check(row["items"] >= calls, "each pattern has a series")
    else:
        story.equal(row["items"], calls * batch, "items")
    latencies = [row[name] for name in ("p50_us", "p99_us", "p999_us", "max_us")]
    story.equal(latencies, sorted(latencies), "percentiles ascend")
    story.check(row["seconds"] > 0 and row["reply_bytes"] > 0, "time and bytes have passed")
    for count, rate in (("calls", "calls_per_second"), ("items", "items_per_second"),
                        ("observations", "observations_per_second")):
        near(row[rate], row[count] / row["seconds"], rate)


@story.scene
def each_workload_is_measured_over_a_socket_and_in_direct_mode():
    with served() as server:
        def direct(*arguments):
            return story.client("--db", server.db, *arguments)
        for name, arguments in WORKLOADS.items():
            batch = 30 if "--batch" in arguments else 1
            for ask in (server.client, direct):
                row = bench(ask, *arguments, "--calls", "200")
                check_sums(row, 200, batch)
                story.check(name.startswith("asof") or row["observations"] >= row["items"], name)


@story.scene
def a_range_has_the_observations_that_are_asked_for():
    with served() as server:
        figures = server.client("--format", "csv", "get", TRADE).ok().rows()
        row = bench(server.client, "range", TRADE, "--calls", "50")
        story.equal(row["observations"], 50 * len(figures))
        row = bench(server.client, "range", TRADE, "--calls", "50", "--last", "2")
        story.equal(row["observations"], 50 * 2)
        known = server.client("--format", "csv", "get", TRADE, "--as-of", "2023-01-31").ok().rows()
        row = bench(server.client, "asof", TRADE, "--calls", "50", "--as-of", "2023-01-31")
        story.equal(row["observations"], 50 * len(known))


@story.scene
def a_pattern_has_all_its_series():
    with served() as server:
        pattern = "CBEC/A.CHN.TRADE._T+EXP"
        row = bench(server.client, "pattern", pattern, "--calls", "50", "--last", "1")
        story.equal(row["errors"], 0)
        story.equal(row["observations"], row["items"], "the last of each")
        story.check(row["items"] > row["calls"], "a code left open has more than one series")


@story.scene
def a_server_has_one_thread_for_nngs_tasks_a_processor():
    """nng would have two, 16 at most, which wait for each other (proto/processors.c)."""
    n = os.sysconf("SC_NPROCESSORS_ONLN")
    if not 1 < n < 15:
        story.skip(f"{n} processors: it makes no difference there")
    with story.Server() as server:
        tasks = pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/comm")
        names = [task.read_text(encoding="ascii").strip() for task in tasks]
        story.equal(names.count("nng:task"), 2 * ((n + 1) // 2), "threads of nng:task")


def revision(ask):
    rows = ask("status", "--format", "csv").ok().rows()
    return int(dict(row.values() for row in rows)["store_revision"])


def kept(ask):
    """What there is to see of a store."""
    return [ask("list", "series", "--format", "csv").ok().out,
            ask("list", "releases", "--format", "csv").ok().out]


@story.scene
def writes_are_durable_each_of_its_own_and_gone_at_the_end(folder):
    with served() as server:
        before, begun = kept(server.client), revision(server.client)
        row = bench(server.client, "put", "--calls", "300", "--in-flight", "32", "--connections", "4")
        check_sums(row, 300, 1)
        story.equal(row["observations"], 300)
        story.equal(kept(server.client), before)
        story.check(revision(server.client) - begun > 300, "each call has written")
        story.client("--db", server.db, "bench", "put", "--calls", "5").exits(1)
    row = bench(lambda *words: story.client("--db", folder, *words), "put", "--calls", "20")
    check_sums(row, 20, 1)


@story.scene
def calls_run_for_some_time_in_flight_over_several_connections_and_on_threads():
    with served() as server:
        row = bench(server.client, "latest", "--seconds", "1", "--in-flight", "64",
                    "--connections", "3")
        check_sums(row, row["calls"], 1)
        story.check(row["calls"] >= 64 and row["seconds"] >= 1, f"{row}")
        ask = ("--db", server.db, "--format", "csv", "bench", "range", "--in-flight", "4")
        row = story.client(*ask, "--calls", "1000").ok().rows()[0]
        story.equal((row["calls"], row["in_flight"], row["errors"]), ("1000", "4", "0"))


@story.scene
def people_get_words_and_programs_json():
    with served() as server:
        text = server.client("bench", "latest", "--calls", "10").ok().out
        story.contains(text, "latest, 1 a call by key, 16 in flight", "10 in", "0 failed", "p99.9")
        row = server.client("--format", "json", "bench", "range", "--calls", "10").ok().json()[0]
        story.equal((row["workload"], row["calls"], row["errors"]), ("range", 10, 0))


@story.scene
def what_cannot_be_measured_is_refused():
    with served() as server:
        for arguments in (("rnage",), (), ("latest", "A", "B"), ("latest", "--calls", "0"),
                          ("latest", "--calls", "5", "--seconds", "5"), ("range", "--batch", "2"),
                          ("latest", "--last", "2"), ("range", "--as-of", "2023"),
                          ("latest", "--in-flight", "2000"), ("latest", "--batch", "ten"),
                          ("latest", "--connections", "17"), ("put", "CBEC/A..."),
                          ("put", "--handles"), ("put", "--last", "2"), ("pattern", "--handles")):
            story.equal(server.client("bench", *arguments).exits(2).out, "")
        story.client("--db", server.db, "bench", "latest", "--connections", "2").exits(2)
        for pattern in ("CBEC/A.NOWHERE..", "NOTHING", "CBEC/A.CHN"):
            answer = server.client("bench", "latest", pattern, "--calls", "10").exits(1)
            story.equal(answer.out, "")
            story.contains(answer.err, "bellwether: ")


@story.scene
def failed_calls_are_counted_and_the_first_is_told():
    with served() as server:
        answer = server.client("--format", "csv", "bench", "asof", "--as-of", "NO-SUCH-RELEASE",
                               "--calls", "20").exits(1)
        row = answer.rows()[0]
        story.equal((row["calls"], row["errors"], row["items"]), ("20", "20", "0"))
        story.contains(answer.err, "20 of 20 calls failed", "NO-SUCH-RELEASE")


@story.scene
def an_empty_store_has_nothing_to_measure_and_no_server_is_told(folder):
    with story.Server() as server:
        story.contains(server.client("bench", "latest").exits(1).err, "no series")
    story.client("--server", f"ipc://{folder}/none", "bench", "latest").exits(3)


if __name__ == "__main__":
    story.main()
