# SPDX-License-Identifier: MIT
"""A store in place, for stories about loading."""
import json
import os

import story

DATASET = {"datasets": [{"id": "T", "dimensions": [
    {"id": "FREQ", "role": "FREQUENCY"}, {"id": "REF_AREA", "role": "REFERENCE_AREA"},
    {"id": "INDICATOR", "role": "INDICATOR"}]}]}


class Store:
    """A store in place, with the dataset T."""

    def __init__(self, folder, name="store"):
        self.folder, self.db = folder, folder / name
        self.write("t.json", json.dumps(DATASET))
        self.client("load", "t.json").ok()

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)
        return name

    def client(self, *arguments, **options):
        return story.client("--db", self.db, *arguments, cwd=self.folder, **options)

    def load(self, *arguments, **options):
        return self.client("load", "--dataset", "T", *arguments, **options)

    def load_text(self, content, *arguments):
        return self.load(*arguments, self.write("t.csv", content))

    def rows(self):
        answer = self.client("--format", "csv", "get", "T")
        return [(row["series"], row["period"], row["value"], row["status"]) for row in answer.rows()]

    def files(self):
        """All but the store and the description."""
        return sorted(path.name for path in self.folder.iterdir()
                      if path.is_file() and path.name != "t.json")


def open_files(pid):
    """The names of the files that a process has open."""
    folder, links = f"/proc/{pid}/fd", []
    for name in os.listdir(folder):
        try:
            links.append(os.readlink(f"{folder}/{name}"))
        except FileNotFoundError:  # closed meanwhile
            continue
    return links
