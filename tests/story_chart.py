# SPDX-License-Identifier: MIT
"""`bellwether plot -o`: charts in files."""
import pathlib
import struct
import sys
import tempfile
import xml.etree.ElementTree

import story

FOLDER = tempfile.TemporaryDirectory(prefix="bellwether-")
HERE = pathlib.Path(FOLDER.name)
TRADE = "CBEC/A.CHN.TRADE._T"


# fontconfig keeps what it has read of fonts, and LeakSanitizer cannot see from where.
ENVIRONMENT = {"LSAN_OPTIONS": f"suppressions={story.ROOT / 'tests/leaks_of_others'}:print_suppressions=0"}


def plot(name, *arguments):
    return story.client("--db", HERE / "store", "plot", TRADE, "-o", HERE / name, *arguments, env=ENVIRONMENT)


@story.scene
def an_svg_is_well_formed_and_the_same_each_time():
    plot("a.svg").ok()
    plot("b.svg").ok()
    xml.etree.ElementTree.parse(HERE / "a.svg")
    story.equal((HERE / "a.svg").read_bytes(), (HERE / "b.svg").read_bytes())


@story.scene
def a_png_has_the_size_asked_for_times_the_scale():
    plot("a.png", "--width", "300", "--height", "200", "--scale", "3").ok()
    data = (HERE / "a.png").read_bytes()
    story.equal(data[:8], b"\x89PNG\r\n\x1a\n")
    story.equal(struct.unpack(">II", data[16:24]), (900, 600))


@story.scene
def a_pdf_is_the_same_each_time():
    plot("a.pdf").ok()
    plot("b.pdf").ok()
    story.equal((HERE / "a.pdf").read_bytes()[:5], b"%PDF-")
    story.equal((HERE / "a.pdf").read_bytes(), (HERE / "b.pdf").read_bytes())


def drawn(name, *arguments):
    plot(name, *arguments).ok()
    return (HERE / name).read_text()


@story.scene
def a_forecast_is_dashed():
    story.check("stroke-dasharray" not in drawn("known.svg"), "what is known is not")
    story.contains(drawn("expected.svg", "--as-of", "2024-02-01"), "stroke-dasharray")


@story.scene
def earlier_releases_are_lines_behind_the_line():
    def count_strokes(text):
        return text.count("stroke:") + text.count("stroke=")
    line = count_strokes(drawn("line.svg", "--from", "2020", "--vintages"))
    story.check(line > count_strokes(drawn("bars.svg", "--from", "2020")), f"{line} strokes")


@story.scene
def where_there_is_no_value_there_is_no_file():
    (HERE / "none.csv").write_text("series,period,value,status\nCBEC/A.USA.TRADE._T,2020,,M\n")
    story.client("--db", HERE / "store", "load", HERE / "none.csv").ok()
    answer = story.client("--db", HERE / "store", "plot", "CBEC/A.USA.TRADE._T", "-o",
                          HERE / "none.svg", env=ENVIRONMENT).exits(1)
    story.contains(answer.err, "nothing to draw")
    story.check(not (HERE / "none.svg").exists(), "no file")


@story.scene
def another_ending_is_a_mistake_of_use():
    story.contains(plot("a.gif").exits(2).err, ".svg", ".png", ".pdf")


@story.scene
def a_folder_that_is_not_there_is_told():
    story.contains(plot("none/a.svg").exits(1).err, "No such file")


@story.scene
def a_file_that_cannot_be_finished_leaves_the_old_one():
    (HERE / "old.svg").write_text("old")
    script = 'ulimit -f 1; exec "$@"'
    story.run("bash", "-c", script, "bash", story.BELLWETHER, "--db", HERE / "store", "plot", TRADE,
              "-o", HERE / "old.svg").exits(1)
    story.equal((HERE / "old.svg").read_text(), "old")
    story.equal([path.name for path in HERE.glob(".old*")], [])
    plot("old.svg").ok()
    story.contains((HERE / "old.svg").read_text(), "<svg")


story.client("--db", HERE / "store", "load", story.ROOT / "data/cbec.json",
             *sorted((story.ROOT / "data").glob("*.csv"))).ok()
if "no charts" in plot("probe.svg").err:
    print("this build has no charts")
    sys.exit(77)
story.main()
