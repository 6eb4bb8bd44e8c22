#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks a Bellwether server, as an example of bellwether.py.

    ask.py latest 'CBEC/A.CHN..'
    ask.py get CBEC/A.CHN.TRADE._T --from 2018 --as-of 2023-01-31
    ask.py revisions CBEC/A.CHN.TRADE._T --from 2021 --to 2021
"""
import argparse
import datetime
import os
import sys

import bellwether


def day(instant_ms):
    return datetime.datetime.fromtimestamp(instant_ms / 1000, datetime.timezone.utc).date()


def latest(client, options):
    answer = client.call("Observations/GetLatest", {
        "keys": [options.key], "view": "VIEW_FULL", "period_labels": True,
        "as_of": {"date": options.as_of} if options.as_of else None})
    for error in answer.errors:
        raise bellwether.Error.of(error.status)
    for key, period, value in zip(answer.keys, answer.period_labels, answer.values):
        print(key, period, f"{value:.15g}", sep="\t")


def get(client, options):
    query = {"view": "VIEW_FULL", "from": options.start, "to": options.end,
             "as_of": {"date": options.as_of} if options.as_of else None}
    for page in client.pages("Observations/GetObservations",
                             {"series": {"key": options.key}, "query": query}):
        columns = page.series.observations
        for row in bellwether.rows(columns):
            print(bellwether.period_text(columns.frequency, row.period), f"{row.value:.15g}",
                  row.status, row.release.id, row.comment, sep="\t")


def revisions(client, options):
    request = {"series": {"key": options.key}, "from": options.start, "to": options.end,
               "as_of": {"date": options.as_of} if options.as_of else None}
    for page in client.pages("Observations/ListRevisions", request):
        for period, value, status, index in zip(page.periods, page.values, page.statuses,
                                                page.release_indexes):
            release = page.releases[index]
            print(bellwether.period_text(page.frequency, period), day(release.published_at_ms),
                  f"{value:.15g}", chr(status), release.id, sep="\t")


def main():
    def bound(text):
        return {"text": text}

    verbs = {"latest": latest, "get": get, "revisions": revisions}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=os.environ.get("BELLWETHER_SERVER",
                                                           "tcp://127.0.0.1:7411"))
    parser.add_argument("verb", choices=verbs)
    parser.add_argument("key")
    parser.add_argument("--from", dest="start", type=bound)
    parser.add_argument("--to", dest="end", type=bound)
    parser.add_argument("--as-of", help="what was known on this day")
    options = parser.parse_args()
    try:
        with bellwether.Client(options.server) as client:
            return verbs[options.verb](client, options)
    except bellwether.Error as error:
        print(error, file=sys.stderr)
        return 3 if error.code == "UNAVAILABLE" else 1


if __name__ == "__main__":
    sys.exit(main())
