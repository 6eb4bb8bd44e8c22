# SPDX-License-Identifier: MIT
"""What all peers share: the folder with the figures, the built programs, and the peers that have been
started so far. A peer is a class whose constructor takes the stage, starts a server and loads it."""
import figures
from processes import Missing, ask


class Stage:
    def __init__(self, running, folder, build, given, series=None):
        self.running = running
        self.folder = folder
        self.build = build
        self.given = given
        self.series = series or figures.SERIES
        self.n_rows = given.rows  # of the long table that is loaded
        self.n_series = given.series  # of the store that is beside one of a tenth
        self.figures = folder / "figures"
        self.started = {}
        self.chosen = {}
        self.asked = {}  # by question: Bellwether's last row, and how many were in flight
        self.of_a_million = None
        self.figures.mkdir(parents=True)
        figures.write(self.figures, self.series)

    def million(self):
        """Another stage, of a million series and with peers of its own."""
        if self.of_a_million is None:
            self.folder.chmod(0o711)  # some peers run as another user
            self.of_a_million = Stage(self.running, self.folder / "million", self.build, self.given,
                                      figures.MILLION)
        return self.of_a_million

    def generator(self, name):
        return self.build / "bench/compare" / f"compare_{name}"

    def ask(self, name, **options):
        """A run of the load generator of this name."""
        return ask(self.generator(name), self.figures, **options)

    def peer(self, kind):
        """The peer of this class, which is started where it is not yet. Raises Missing, and again for
        one that was."""
        if kind not in self.started:
            try:
                self.started[kind] = kind(self)
            except Missing as missing:
                self.started[kind] = missing
        if isinstance(self.started[kind], Missing):
            raise self.started[kind]
        return self.started[kind]

    def best(self, name, candidates, measure):
        """Of several ways to ask the one that answers most observations a second, which is tried out
        when it is first asked for; `measure` takes a candidate and seconds."""
        if name not in self.chosen:
            self.chosen[name] = max(candidates, key=lambda candidate: max(
                measure(candidate, 0.2)["observations_per_second"] for _ in range(2)))
        return self.chosen[name]
