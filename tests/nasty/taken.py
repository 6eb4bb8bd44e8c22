# SPDX-License-Identifier: MIT
"""Files that look odd and are loaded: (name, content, options, what is in the store afterwards as
(series, period, value, status))."""
from nasty.refused import AREA, DATED, GOOD, LONG, NOTED

ONE = [("T/A.CHN.X", "2023", "1", "A")]
MARKS = [".", "..", "...", "-", ":", "NaN", "NA", "n/a", "#N/A", "***", "null", "x", "…", "–", "(NA)"]


def months(*values, code="GDP", frequency="M"):
    return [(f"T/{frequency}.CHN.{code}", f"2023-{i + 1:02}", value, "A") for i, value in enumerate(values)]


TAKEN = [
    ("a byte order mark", b"\xef\xbb\xbf" + (LONG + GOOD).encode(), (), ONE),
    ("CRLF", (LONG + GOOD).replace("\n", "\r\n"), (), ONE),
    ("CR", (LONG + GOOD).replace("\n", "\r"), (), ONE),
    ("no line end at the end", (LONG + GOOD).rstrip("\n"), (), ONE),
    ("empty lines", "\n" + LONG + "\n\n" + GOOD + "\n", (), ONE),
    ("a quoted line end", NOTED + 'A.CHN.X,2023,1,"a\nb"\n', (), ONE),
    ("only a heading", LONG, (), []),
    ("UTF-16 with a mark", (LONG + GOOD).encode("utf-16"), (), ONE),
    ("UTF-16 without", (LONG + GOOD).encode("utf-16-be"), ("--encoding", "utf-16be"), ONE),
    ("cp932", (NOTED + "A.CHN.X,2023,1,日本\n").encode("cp932"), ("--encoding", "cp932"), ONE),
    ("gb18030", (NOTED + "A.CHN.X,2023,1,中国\n").encode("gb18030"), ("--encoding", "gb18030"), ONE),
    ("latin1", (NOTED + "A.CHN.X,2023,1,é\n").encode("latin1"), ("--encoding", "latin1"), ONE),
    ("tabs", (LONG + GOOD).replace(",", "\t"), (), ONE),
    ("the same row twice", LONG + GOOD + GOOD, (), ONE),
    ("rows of commas alone", DATED + "2023-01,1\n,\n,,\n2023-02,2\n", AREA, months("1", "2")),
    ("rows that are too short", "date,GDP,note\n2023-01,1\n2023-02,2\n", AREA, months("1", "2")),
    ("footnotes", DATED + "2023-01,1\n2023-02,2\n\n* provisional\nSource: Bank\n", AREA, months("1", "2")),
    ("thousands", DATED + '2023-01,"1,234.5"\n2023-02,"2,345,678 "\n', AREA, months("1234.5", "2345678")),
    ("semicolons and decimal commas", DATED.replace(",", ";") + "2023-01;1,5\n2023-02;1.000,25\n", AREA,
     months("1.5", "1000.25")),
    ("years of two digits", DATED + "1/31/59,1\n2/28/59,2\n3/31/59,4\n", AREA,
     [("T/M.CHN.GDP", f"1959-{i:02}", v, "A") for i, v in ((1, "1"), (2, "2"), (3, "4"))]),
    ("days with weekends", DATED + "".join(f"2024-03-{day:02},1\n" for day in range(4, 16)), AREA,
     [("T/D.CHN.GDP", f"2024-03-{day:02}", "1", "A") for day in range(4, 16)]),
    ("several frequencies in a column", DATED + "2024-03,1\n2024-Q1,2\n2024,3\n", AREA,
     [("T/A.CHN.GDP", "2024", "3", "A"), ("T/M.CHN.GDP", "2024-03", "1", "A"),
      ("T/Q.CHN.GDP", "2024-Q1", "2", "A")]),
    ("marks of what is missing", DATED + "".join(f"{2000 + i},{mark}\n" for i, mark in enumerate(MARKS)),
     AREA, [("T/A.CHN.GDP", str(2000 + i), "", "O") for i in range(len(MARKS))]),
    ("an indicator by its column", "yr,ctry,val\n2023,CHN,1\n",
     ("--map", "period=yr,area=ctry,value=val"), [("T/A.CHN.val", "2023", "1", "A")]),
]
