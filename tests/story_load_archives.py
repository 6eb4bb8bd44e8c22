# SPDX-License-Identifier: MIT
"""Archives and compressed files: descriptions before tables, other members passed over, nothing of a damaged one."""
import bz2
import gzip
import io
import lzma
import os
import pathlib
import subprocess
import zipfile

import story

SHARED = pathlib.Path(os.environ.get("BELLWETHER_SHARED", story.ROOT.parent / "shared"))
WDI = SHARED / "data/wdi-country-wide"
DATASET = ('{"datasets": [{"id": "T", "dimensions": [{"id": "FREQ", "role": "FREQUENCY"},'
           ' {"id": "INDICATOR", "role": "INDICATOR"}]}]}')
TABLE = "series,period,value,release,published\nT/A.X,2023,1,R1,2024-01-01\nT/A.X,2024,2,R1,2024-01-01\n"
WORLD_BANK = ('\ufeff"Data Source","World Development Indicators",\r\n\r\n"Last Updated Date","2020-07-01",\r\n\r\n'
              '"Country Name","Country Code","Indicator Name","Indicator Code","2018","2019",\r\n'
              '"China","CHN","GDP (current US$)","NY.GDP.MKTP.CD","13894","14342",\r\n')
METADATA = {
    "Metadata_Country_API_CHN.csv": '\ufeff"Country Code","Region","IncomeGroup","SpecialNotes","TableName",\n'
                                    '"CHN","East Asia","Upper middle income","","China",\n',
    "Metadata_Indicator_API_CHN.csv": '\ufeff"INDICATOR_CODE","INDICATOR_NAME","SOURCE_NOTE","SOURCE_ORGANIZATION",\n'
                                      '"NY.GDP.MKTP.CD","GDP (current US$)","At purchaser\'s prices","World Bank",\n',
    "WDICountry.csv": '"Country Code","Short Name","Latest population census"\n"CHN","China","2010"\n',
    "WDISeries.csv": '"Series Code","Topic","Indicator Name"\n"NY.GDP.MKTP.CD","Economy","GDP (current US$)"\n',
    "WDISeries-Time.csv": '"SeriesCode","Year","DESCRIPTION"\n"SP.ADO.TFRT","YR1960","Interpolated"\n',
    "WDIFootNote.csv": '"CountryCode","SeriesCode","Year","DESCRIPTION"\n"CHN","SH.DTH","YR2018","Estimate"\n',
    "readme.pdf": "%PDF"}


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path.name


class Store:
    def __init__(self, folder, name="store"):
        self.folder, self.name = folder, name

    def client(self, *arguments):
        return story.client("--db", self.folder / self.name, *arguments, cwd=self.folder)

    def csv(self, *arguments):
        return self.client("--format", "csv", *arguments).ok().out

    def is_empty(self):
        return self.client("get", "T").code == 1


@story.scene
def names_of_any_letters_are_names_of_tables(folder):
    name = zipped(folder / "t.zip", {"数据.csv": "country,year,GDP\nA,2020,1\nA,2021,2\n"})
    for locale in ("C", "C.UTF-8"):
        answer = story.client("--db", folder / locale, "load", "--dataset", "X", name, cwd=folder,
                              env={"LC_ALL": locale}).ok()
        story.contains(answer.out, "t.zip/数据.csv", "2 added")


@story.scene
def gzip_of_several_parts_is_read_whole_and_by_its_checksums(folder):
    parts = gzip.compress(b"country,year,GDP\nA,2020,1\n") + gzip.compress(b"A,2021,2\n")
    def load(content):
        (folder / "t.csv.gz").write_bytes(content)
        return Store(folder).client("load", "--dataset", "X", "t.csv.gz")
    story.contains(load(parts + b"\0\0").ok().out, "2 added")
    for wrong, why in ((parts + b"x", "behind its end"), (parts[:-3], "cut off"),
                       (parts[:-4] + b"\1\0\0\0", "length check"), (parts[:-8] + b"\0" * 8, "data check")):
        story.contains(load(wrong).exits(1).err, "t.csv.gz: cannot be unpacked", why)


@story.scene
def an_exported_archive_makes_the_same_store(folder):
    one, two = Store(folder), Store(folder, "copy")
    (folder / "t.json").write_text(DATASET)
    (folder / "t.csv").write_text(TABLE + "T/A.X,2024,3,R2,2025-01-01\n")
    one.client("load", "t.json", "t.csv").ok()
    one.client("export", "T", "-o", "x.zip").ok()
    two.client("load", "x.zip").ok()
    for words in (("get", "T"), ("revisions", "T/A.X"), ("get", "T", "--as-of", "2024-06-01")):
        story.equal(two.csv(*words), one.csv(*words), str(words))
    story.contains(two.client("load", "x.zip").ok().out, "nothing changed")


@story.scene
def what_one_archive_describes_holds_for_the_files_before_it(folder):
    (folder / "t.csv").write_text(TABLE)
    zipped(folder / "d.zip", {"t.json": DATASET})
    for i, words in enumerate((("t.csv", "d.zip"), ("d.zip", "t.csv"), ("t.csv", "d.zip", "t.csv"))):
        store = Store(folder, f"store{i}")
        story.contains(store.client("load", *words).ok().out, "t.csv: ", "dataset T")
        story.equal(len(store.client("--format", "csv", "get", "T").ok().rows()), 2)
    # Standard input can be read only once, on either side.
    store, command = Store(folder, "piped"), [story.BELLWETHER, "--db", str(folder / "piped"), "load"]
    for name, words in (("t.csv", ("-", "d.zip")), ("d.zip", ("t.csv", "-"))):
        with open(folder / name, "rb") as file:
            subprocess.run([*command, *words], stdin=file, cwd=folder, check=True, capture_output=True)
    story.equal(len(store.client("--format", "csv", "get", "T").ok().rows()), 2)
    # Each wrong file is told once.
    answer = Store(folder, "none").client("load", "absent.csv", "d.zip", "gone.zip").exits(1)
    story.equal([answer.err.count(name) for name in ("absent.csv", "d.zip", "gone.zip")], [1, 0, 1])


@story.scene
def descriptions_are_read_before_tables_wherever_they_stand(folder):
    store = Store(folder)
    store.client("load", zipped(folder / "x.zip", {"a/t.csv": TABLE, "z/t.json": DATASET})).ok()
    story.contains(store.csv("get", "T"), "T/A.X,2024,2")


@story.scene
def what_the_world_bank_packs_beside_its_table_is_passed_over_and_said_so(folder):
    store = Store(folder)
    name = zipped(folder / "API_CHN.zip", {**METADATA, "API_CHN_DS2.csv": WORLD_BANK})
    answer = store.client("load", "--dataset", "WDI", name).ok()
    for member in METADATA:
        story.contains(answer.err, f"API_CHN.zip/{member}: passed over")
    story.contains(store.csv("get", "WDI"), "2019,14342", "2018,13894")
    story.contains(store.client("load", "--dataset", "WDI", name).ok().out, "nothing changed")


@story.scene
def json_that_describes_something_else_is_passed_over(folder):
    store = Store(folder)
    answer = store.client("load", zipped(folder / "x.zip", {
        "datapackage.json": '{"name": "gdp", "resources": []}', "t.json": DATASET, "t.csv": TABLE})).ok()
    story.contains(answer.err, "datapackage.json: passed over")


@story.scene
def an_archive_without_a_table_is_an_error(folder):
    store = Store(folder)
    story.contains(store.client("load", "--dataset", "T", zipped(folder / "x.zip", METADATA)).exits(1).err,
                   "has no table")
    story.contains(store.client("load", "--dataset", "T", zipped(folder / "y.zip", {})).exits(1).err, "y.zip")
    story.check(store.is_empty(), "nothing was loaded")


@story.scene
def a_wrong_row_in_an_archive_is_named_by_member_and_line_and_nothing_is_loaded(folder):
    store = Store(folder)
    name = zipped(folder / "x.zip", {"t.json": DATASET, "t.csv": TABLE + "T/A.X,2025,x,R1,2024-01-01\n"})
    story.contains(store.client("load", name).exits(1).err, "x.zip/t.csv:4")
    story.check(store.is_empty(), "nothing was loaded")


@story.scene
def a_map_is_for_the_members_that_have_its_columns(folder):
    store = Store(folder)
    name = zipped(folder / "x.zip", {"notes.txt": "see the web site\n", "a.csv": "when,what\n2020,1\n2021,2\n"})
    answer = store.client("load", "--dataset", "T", "--map", "period=when,value=what", name).ok()
    story.contains(answer.err, "notes.txt: passed over")
    story.contains(store.csv("get", "T"), "2021,2")


@story.scene
def compressed_tables_are_told_by_their_bytes(folder):
    (folder / "t.json").write_text(DATASET)
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        store = Store(folder, pack.__module__)
        (folder / "t.csv").write_bytes(pack(TABLE.encode()))
        store.client("load", "t.json", "t.csv").ok()
        story.contains(store.csv("get", "T"), "T/A.X,2023,1")


def load_standard_input(folder, data, *arguments):
    return subprocess.run([story.BELLWETHER, "--db", str(folder / "store"), "load", *arguments, "-"], input=data,
                          capture_output=True, cwd=folder, timeout=story.PATIENCE_S, check=False,
                          env={**os.environ, "BELLWETHER_CONFIG": "/dev/null"})


@story.scene
def standard_input_may_be_compressed_or_an_archive(folder):
    (folder / "t.json").write_text(DATASET)
    done = load_standard_input(folder, gzip.compress(TABLE.encode()), "t.json")
    story.equal(done.returncode, 0, done.stderr.decode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("t.csv", TABLE)
    done = load_standard_input(folder, packed.getvalue())
    story.contains(done.stdout.decode(), "nothing changed")


@story.scene
def an_archive_of_several_tables_on_standard_input_is_read_whole_and_its_wrong_lines_are_kept(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("t.json", DATASET)
        archive.writestr("a.csv", TABLE + "T/A.X,2025,x,R1,2024-01-01\n")
        archive.writestr("b.csv", TABLE.replace("A.X", "A.Y"))
    done = load_standard_input(folder, packed.getvalue(), "--keep-going")
    story.equal(done.returncode, 1, done.stderr.decode())
    story.equal(Store(folder).csv("get", "T").count("\n"), 5)
    story.contains((folder / "stdin.a.csv.rejects.csv").read_text(), "2025,x")


@story.scene
def a_truncated_file_is_refused_whole(folder):
    store = Store(folder)
    (folder / "t.json").write_text(DATASET)
    rows = TABLE + "".join(f"T/A.X,{1000 + i},{i * 0.37},R1,2024-01-01\n" for i in range(1000))
    for pack, name in ((gzip.compress, "t.csv.gz"), (bz2.compress, "t.csv.bz2"), (lzma.compress, "t.csv.xz")):
        whole = pack(rows.encode())
        (folder / name).write_bytes(whole[:len(whole) * 2 // 3])
        answer = store.client("load", "t.json", name).exits(1)
        story.contains(answer.err, name, "unpacked", "nothing was loaded")
    done = load_standard_input(folder, gzip.compress(rows.encode())[:2000], "t.json")
    story.equal(done.returncode, 1)
    zipped(folder / "x.zip", {"t.csv": rows})
    whole = (folder / "x.zip").read_bytes()
    (folder / "x.zip").write_bytes(whole[:len(whole) // 2])
    story.contains(store.client("load", "t.json", "x.zip").exits(1).err, "x.zip", "nothing was loaded")
    story.check(store.is_empty(), "nothing was loaded")


@story.scene
def an_encrypted_member_is_refused(folder):
    store = Store(folder)
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("t.csv", TABLE)
    data = bytearray((folder / "x.zip").read_bytes())
    data[6] |= 1  # in the member's own header, and in the directory at the end
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (folder / "x.zip").write_bytes(data)
    story.contains(store.client("load", "--dataset", "T", "x.zip").exits(1).err, "x.zip", "encrypted")


@story.scene
def the_world_banks_own_files_load_from_an_archive_as_they_do_alone(folder):
    if not WDI.exists():
        return
    one, two = Store(folder), Store(folder, "copy")
    files = sorted(WDI.glob("*CHN*.csv"))
    zipped(folder / "wdi.zip", {**METADATA, **{path.name: path.read_bytes() for path in files}})
    one.client("load", "--dataset", "WDI", *files).ok()
    two.client("load", "--dataset", "WDI", "wdi.zip").ok()
    story.equal(two.csv("get", "WDI"), one.csv("get", "WDI"))


if __name__ == "__main__":
    story.main()
