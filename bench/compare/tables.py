# SPDX-License-Identifier: MIT
"""Large tables in CSV that are loaded as a whole, of annual series of 60 observations with values that
need all 17 digits."""
import random

YEARS = range(1965, 2025)
INDICATORS = 500


def series(n):
    """Areas and indicators of n series."""
    return (divmod(i, INDICATORS) for i in range(n))


def write_long(path, n_rows):
    """series,period,value; gives the number of the rows."""
    numbers = random.Random(n_rows)
    n_series = max(1, n_rows // len(YEARS))
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("series,period,value\n")
        for area, indicator in series(n_series):
            key = f"LONG/A.A{area:04}.I{indicator:03}"
            file.writelines(f"{key},{year},{numbers.uniform(1, 1000)!r}\n" for year in YEARS)
    return n_series * len(YEARS)


def write_wide(path, n_observations):
    """As the World Bank's bulk file: an area and indicator a row, a year a column; gives the number of
    the observations."""
    numbers = random.Random(n_observations)
    n_series = max(1, n_observations // len(YEARS))
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("Country Name,Country Code,Indicator Name,Indicator Code,"
                   + ",".join(map(str, YEARS)) + "\n")
        for area, indicator in series(n_series):
            values = ",".join(repr(numbers.uniform(1, 1000)) for _ in YEARS)
            file.write(f'"Area {area}",A{area:04},"Indicator {indicator}, total",'
                       f"NY.I{indicator:03}.CD,{values}\n")
    return n_series * len(YEARS)
