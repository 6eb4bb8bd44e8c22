# SPDX-License-Identifier: MIT
"""Any method from the command line, JSON in and JSON out, and the contract as the server tells it."""
import json
import re

import story

DATA = story.ROOT / "data"
TRADE = "CBEC/A.CHN.TRADE._T"
LATEST = {"keys": [TRADE]}


class Loaded:
    """A server with the data of data/, and a store of its own in place."""

    server = None
    db = None

    @classmethod
    def both(cls):
        """How to ask the server, and the store in place."""
        return [lambda *words, **options: cls.server.client(*words, **options),
                lambda *words, **options: story.client("--db", cls.db, *words, **options)]


def load(server, folder):
    Loaded.db = folder / "db"
    files = ("load", "--dataset", "cbec.json", "xinhua-2025.csv", "official.csv")
    Loaded.db.mkdir()
    server.client(*files, cwd=DATA).ok()
    story.client("--db", Loaded.db, *files, cwd=DATA).ok()


@story.scene
def a_method_is_called_by_any_form_of_its_name():
    for ask in Loaded.both():
        answers = [ask("call", name, json.dumps(LATEST)).ok().out for name in (
            "GetLatest", "Observations/GetLatest", "Observations.GetLatest",
            "/bellwether.v1.Observations/GetLatest", "bellwether.v1.Observations.GetLatest")]
        story.equal(len(set(answers)), 1)
        story.equal(answers[0], '{\n  "periods": ["54"],\n  "values": [2.71],\n'
                                '  "frequencies": "AQ=="\n}\n')


@story.scene
def the_request_comes_from_the_argument_from_a_file_or_from_standard_input(folder):
    (folder / "request.json").write_text(json.dumps(LATEST))
    for ask in Loaded.both():
        expected = ask("call", "GetLatest", json.dumps(LATEST)).ok().out
        story.equal(ask("call", "GetLatest", "-", stdin=json.dumps(LATEST)).ok().out, expected)
        story.equal(ask("call", "GetLatest", f"@{folder}/request.json").ok().out, expected)
        for none in ([], [""], ["{}"], ["-"]):
            story.equal(ask("call", "Check", *none, "--compact").ok().out,
                        '{"status":"SERVING_STATUS_SERVING"}\n')
    story.contains(Loaded.server.client("call", "GetLatest", f"@{folder}/none").exits(2).err,
                   f"{folder}/none", "No such file")


@story.scene
def what_is_at_its_default_is_printed_on_demand():
    for ask in Loaded.both():
        answer = ask("call", "GetLatest", json.dumps(LATEST), "--defaults").ok().json()
        story.equal(answer["errors"], [])
        story.equal(answer["statuses"], "")


@story.scene
def all_pages_are_a_line_each():
    request = json.dumps({"pattern": "CBEC", "pageSize": 5})
    for ask in Loaded.both():
        pages = [json.loads(line) for line in
                 ask("call", "ListSeries", request, "--all-pages").ok().out.splitlines()]
        story.equal([len(page["series"]) for page in pages], [5, 5, 5, 5, 5, 3])
        story.equal(["nextPageToken" in page for page in pages], [True] * 5 + [False])
        keys = [row["key"] for page in pages for row in page["series"]]
        story.equal(keys, sorted(set(keys)))
        first = ask("call", "ListSeries", request).ok().json()
        story.equal(first["series"], pages[0]["series"])
        rest = json.dumps({"pattern": "CBEC", "pageSize": 100, "pageToken": first["nextPageToken"]})
        story.equal([row["key"] for row in ask("call", "ListSeries", rest).ok().json()["series"]],
                    keys[5:])
        story.contains(ask("call", "ListSeries", rest, "--all-pages").exits(2).err, "pageToken")
        story.contains(ask("call", "GetLatest", "--all-pages").exits(2).err, "pages")


@story.scene
def a_method_that_writes_does_so_once_a_call():
    release = {"release": {"id": "CALLED", "title": "Called", "publisher": "P",
                           "publishedAtMs": 1_700_006_400_000, "precision": "TIME_PRECISION_DAY"}}
    for ask in Loaded.both():
        first = ask("call", "PutRelease", json.dumps(release)).ok()
        story.check(isinstance(first.json(), dict), first)
        noted = {"release": {**release["release"], "note": "another request needs another id"}}
        ask("call", "Ingest/PutRelease", json.dumps(noted)).ok()
        listed = ask("call", "ListReleases", '{"pageSize": 1000}').ok().json()["releases"]
        found = [row["release"] for row in listed if row["release"]["id"] == "CALLED"]
        story.equal([row["publishedAtMs"] for row in found], ["1700006400000"])


BAD = [
    (["GetLatest", '{"kees": ["x"]}'], '$.kees: is not known in a GetLatestRequest; did you mean "keys"?'),
    (["GetLatest", "[]"], "$: is not an object"),
    (["GetLatest", '{"keys": ["a", 1]}'], "$.keys[1]: is not text"),
    (["GetObservations", '{"query": {"from": {"text": 5}}}'], "$.query.from.text: is not text"),
    (["GetLatest", '{"asOf": {"date": "x", "timeMs": 1}}'], '$.asOf.timeMs: excludes "date"'),
    (["GetLatest", '{"keys": [}'], "is no JSON: line 1, column 11"),
    (["GetLatest", '{"view": "VIEW_FUL"}'], "did you mean VIEW_FULL?"),
    (["GetLatest", '{"keys": [], "keys": []}'], "duplicate"),
    (["GetLatests"], "this client does not know the method 'GetLatests'; did you mean "
                     "'Observations/GetLatest'?"),
    (["Forecasts/GetNext"], "this client does not know the method 'Forecasts/GetNext'"),
    ([""], "this client does not know the method ''"),
    ([], "METHOD"),
    (["GetStatus", "--format", "csv"], "JSON"),
]


@story.scene
def a_request_that_is_none_is_refused_before_it_is_sent():
    for ask in Loaded.both():
        for words, part in BAD:
            answer = ask("call", *words).exits(2)
            story.contains(answer.err, part)
            story.equal(answer.out, "")


@story.scene
def what_the_server_refuses_is_told_as_by_every_verb():
    for ask in Loaded.both():
        answer = ask("call", "GetDataset", '{"id": "CBEK"}').exits(1)
        story.contains(answer.err, "bellwether: ", "CBEC", "reason: DATASET_NOT_FOUND")
        story.equal(answer.out, "")
        story.contains(ask("call", "PutRelease", '{"release": {"id": "x"}}').exits(1).err,
                       "field: release.published_at_ms", "reason: FIELD_REQUIRED")
        story.contains(ask("call", "Verify").exits(1).err, "METHOD_NOT_YET")
    story.client("--server", "ipc:///nowhere/at/all", "call", "Check").exits(3)


@story.scene
def figures_come_out_as_they_went_in():
    """Doubles and 64-bit integers at their ends, by the JSON alone."""
    values = [1e300, -5e-324, 0.1, 1.7976931348623157e308, 123456789.12345679, 9007199254740993, 0]
    dataset = {"dataset": {"id": "J", "dimensions": [
        {"id": "FREQ", "role": "DIMENSION_ROLE_FREQUENCY"}, {"id": "WHAT", "role": 3}]}}
    series = {"key": "J/A.X", "observations": {"frequency": "FREQUENCY_ANNUAL", "firstPeriod": "50",
                                               "values": values}}
    release = {"id": "JR", "title": "J", "publishedAtMs": "1700006400000",
               "precision": "TIME_PRECISION_DAY"}
    for ask in Loaded.both():
        ask("call", "PutDataset", json.dumps(dataset)).ok()
        ask("call", "PutObservations", "-",
            stdin=json.dumps({"release": release, "series": [series]})).ok()
        text = ask("call", "GetObservations", '{"series": {"key": "J/A.X"}}', "--compact").ok().out
        story.contains(text, '"values":[1e+300,-5e-324,0.1,1.7976931348623157e+308,'
                             "123456789.12345679,9007199254740992,0]")


# --- describe-api ---------------------------------------------------------------------------------


@story.scene
def the_methods_are_listed_with_the_first_sentence_of_their_comments():
    for ask in Loaded.both():
        text = ask("describe-api").ok().out
        story.contains(text, "bellwether.v1.Observations\n",
                       "  GetLatest(GetLatestRequest) returns (GetLatestResponse)\n"
                       "    The latest observation of many series in columns: the fast path.\n")
        rows = ask("--format", "csv", "describe-api").ok().rows()
        named = re.findall(r"^  rpc (\w+)\(", "".join(
            path.read_text() for path in (story.ROOT / "proto/bellwether/v1").glob("*.proto")), re.M)
        story.equal(sorted(row["method"].split("/")[1] for row in rows), sorted(named))
        story.check(all(row["text"] and row["request"] and row["response"] for row in rows), rows)


@story.scene
def a_name_is_printed_as_it_stands_in_its_file():
    files = {path: path.read_text() for path in (story.ROOT / "proto/bellwether/v1").glob("*.proto")}
    printed = 0
    for path, text in files.items():
        for block, name in re.findall(r"(^(?:message|enum|service) (\w+) \{(?:\}|\n.*?^\})\n)", text,
                                      re.M | re.S):
            answer = story.client("--db", Loaded.db, "describe-api", name).ok().out
            story.contains(compact(answer), compact(block))
            printed += 1
    story.check(printed > 100, f"only {printed} names in the contract")


def compact(text):
    """Without comments that belong to nothing, blank lines and breaks: as the compiler reads it."""
    lines = [line.strip() for line in text.splitlines()]
    code = [line.split("//")[0].strip() for line in lines if not line.startswith("//")]
    return re.sub(r"\s+", "", "".join(code))


@story.scene
def a_method_is_printed_with_what_it_takes_and_gives():
    for ask in Loaded.both():
        for name in ("Check", "Health/Check", "/bellwether.v1.Health/Check", "bellwether.v1.Health.Check"):
            text = ask("describe-api", name).ok().out
            story.contains(text, "service Health {\n", "  rpc Check(CheckRequest) returns (CheckResponse);",
                           "\nmessage CheckRequest {\n  // A service's full name", "\nmessage CheckResponse {")


@story.scene
def what_the_contract_does_not_have_is_not_found():
    for ask in Loaded.both():
        story.contains(ask("describe-api", "GetLates").exits(1).err,
                       "the server's contract has no 'GetLates'; did you mean "
                       "'bellwether.v1.Observations.GetLatest'?")
        story.contains(ask("describe-api", "Zebra").exits(1).err, "has no 'Zebra'\n")


@story.scene
def for_programs_a_name_is_a_row_for_each_thing_in_it():
    for ask in Loaded.both():
        rows = ask("describe-api", "--format", "json", "View").ok().json()
        story.equal([(row["in"], row["kind"], row["name"], row["number"]) for row in rows[:3]],
                    [("", "enum", "View", None), ("View", "value", "VIEW_UNSPECIFIED", 0),
                     ("View", "value", "VIEW_VALUES", 1)])
        story.equal(rows[2]["comment"], "Periods and values.")
        method, *messages = ask("describe-api", "--format", "json", "GetLatest").ok().json()
        story.equal((method["in"], method["kind"], method["request"], method["response"]),
                    ("Observations", "method", "GetLatestRequest", "GetLatestResponse"))
        story.equal(method["comment"].split(":")[0], "The latest observation of many series in columns")
        story.equal([row["name"] for row in messages if row["kind"] == "message"],
                    ["GetLatestRequest", "GetLatestResponse"])
        fields = {row["name"]: row for row in messages if row["in"] == "GetLatestRequest"}
        keys = fields["keys"]
        story.equal((keys["kind"], keys["label"], keys["type"]), ("field", "repeated", "string"))
        services = ask("describe-api", "--format", "csv", "Health").ok().rows()
        story.equal([(row["in"], row["kind"], row["name"]) for row in services[:2]],
                    [("", "service", "Health"), ("Health", "method", "Check")])
        reference = ask("describe-api", "--format", "csv", "SeriesRef").ok().rows()
        story.equal([(row["name"], row["oneof"]) for row in reference],
                    [("SeriesRef", ""), ("key", "ref"), ("handle", "ref")])


if __name__ == "__main__":
    story.play_on(Loaded, load)
