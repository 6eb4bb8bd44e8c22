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
    # Times of day.
    ("hours of a day", DATED + "2024-05-01 10:00,1\n2024-05-01 11:00,1\n2024-05-02 10:00,3\n", AREA,
     [("T/H.CHN.GDP", "2024-05-01T10:00", "1", "A"), ("T/H.CHN.GDP", "2024-05-01T11:00", "1", "A"),
      ("T/H.CHN.GDP", "2024-05-02T10:00", "3", "A")]),
    ("hours of another zone", DATED + "2024-05-01T06:00+08:00,1\n2024-05-01T08:00+08:00,2\n", AREA,
     [("T/H.CHN.GDP", "2024-04-30T22:00", "1", "A"), ("T/H.CHN.GDP", "2024-05-01T00:00", "2", "A")]),
    ("minutes", DATED + "5/1/2024 1:00:00 PM,1\n5/1/2024 2:30:00 PM,2\n", AREA,
     [("T/N.CHN.GDP", "2024-05-01T13:00", "1", "A"), ("T/N.CHN.GDP", "2024-05-01T14:30", "2", "A")]),
    ("midnights are days", DATED + "2023-01-01T00:00:00,1\n2023-02-01T00:00:00Z,2\n2023-03-01 00:00,3\n", AREA,
     months("1", "2", "3")),
    ("a time that is always the same", DATED + "2023-01-01 02:00:00,1\n2023-02-01 02:00:00,2\n", AREA,
     months("1", "2")),
    # Months and quarters.
    ("months by number", "year,month,GDP\n2023,1,1\n2023,2,2\n", AREA, months("1", "2")),
    ("quarters by number", "year,quarter,GDP\n2023,1,1\n2023,2,2\n", AREA,
     [("T/Q.CHN.GDP", "2023-Q1", "1", "A"), ("T/Q.CHN.GDP", "2023-Q2", "2", "A")]),
    ("a month before its year", DATED + "01/2023,1\n02/2023,2\n", AREA, months("1", "2")),
    ("first days of months, days first", DATED + "01/01/2023,1\n01/02/2023,2\n", AREA + ("--day-first",),
     months("1", "2")),
    # Headings.
    ("the same heading again", "area,2019,2020\nCHN,1,2\narea,2019,2020\nUSA,5,6\n", ("--map", "indicator=:GDP"),
     [("T/A.CHN.GDP", "2019", "1", "A"), ("T/A.CHN.GDP", "2020", "2", "A"),
      ("T/A.USA.GDP", "2019", "5", "A"), ("T/A.USA.GDP", "2020", "6", "A")]),
    ("numbers of rows without a heading", ",country,year,GDP\n0,CHN,2020,1\n1,CHN,2021,2\n", (),
     [("T/A.CHN.GDP", "2020", "1", "A"), ("T/A.CHN.GDP", "2021", "2", "A")]),
    ("figures marked as revised and as provisional", "country,year,GDP\nCHN,2019,1\nCHN,2020,9r\nCHN,2021,3p\n", (),
     [("T/A.CHN.GDP", "2019", "1", "A"), ("T/A.CHN.GDP", "2020", "9", "A"), ("T/A.CHN.GDP", "2021", "3", "P")]),
    ("the key that the ECB writes beside its parts", "KEY,FREQ,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE\n"
     "EXR.A.CHN.X,A,CHN,X,2023,1\n", (), ONE),
]
