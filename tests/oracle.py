# SPDX-License-Identifier: MIT
"""What the store must answer, by brute force: keeps every statement of every release in a dict and
replays them for each question. Written from the rules of releases, statements and as of, and from
nothing else; slow on purpose, so that it can be read next to them.

A content is (value, status, comment) and is compared bitwise. A bound is None (everything), a
number (an instant in ms, inclusive) or a release's id (up to and including it).
"""
import struct
from typing import NamedTuple

WITHDRAWN = "withdrawn"
MISSING = frozenset("HLMOQ")  # The statuses under which there is no value.


class Content(NamedTuple):
    """What a release says of a period. `bits` is the double, so that equal means bitwise equal."""

    bits: bytes
    status: str
    comment: str

    @property
    def value(self):
        return struct.unpack("<d", self.bits)[0]

    @property
    def is_target(self):
        return self.status == "T"


def content(value, status="A", comment=""):
    nan = status in MISSING
    return Content(bytes.fromhex("000000000000f87f") if nan else struct.pack("<d", value), status,
                   comment)


class Sheet:
    """What one release says of one series: periods by name, and ranges that it withdraws."""

    def __init__(self):
        self.named = {}
        self.withdrawn_ranges = []
        self.replaces = False

    def says(self, period):
        """Content, WITHDRAWN, or None where it says nothing."""
        if period in self.named:
            return self.named[period]
        if self.replaces or any(low <= period <= high for low, high in self.withdrawn_ranges):
            return WITHDRAWN
        return None


class Version(NamedTuple):
    """One row of the revision triangle."""

    period: int
    release: str
    content: object  # Content or WITHDRAWN
    known_until: int  # ms, 0 where it is still so
    unchanged: bool


class Oracle:
    """All releases and all that they state."""

    def __init__(self):
        self.published = {}  # release -> ms
        self.sheets = {}  # (release, series) -> Sheet
        self._in_order = {}  # What releases_of has found since the last writing.

    # --- Writing ---

    def state(self, release, published_at, series, mode, named):
        """`named` is {period: Content}; of DELETE only its periods count."""
        sheet = self._sheet(release, published_at, series)
        if mode == "REPLACE":
            sheet.replaces = True
            sheet.named = {}
        for period, said in named.items():
            sheet.named[period] = WITHDRAWN if mode == "DELETE" else said

    def withdraw_range(self, release, published_at, series, low, high):
        sheet = self._sheet(release, published_at, series)
        sheet.named = {p: said for p, said in sheet.named.items() if not low <= p <= high}
        sheet.withdrawn_ranges.append((low, high))

    def delete_release(self, release):
        self._in_order = {}
        self.published.pop(release, None)
        self.sheets = {key: sheet for key, sheet in self.sheets.items() if key[0] != release}

    def delete_series(self, series):
        self._in_order = {}
        self.sheets = {key: sheet for key, sheet in self.sheets.items() if key[1] != series}

    def _sheet(self, release, published_at, series):
        self._in_order = {}
        assert self.published.setdefault(release, published_at) == published_at
        return self.sheets.setdefault((release, series), Sheet())

    # --- The order of releases ---

    def order(self, release):
        return self.published[release], release.encode()

    def releases_of(self, series, bound=None):
        """The releases that say anything of a series and were known at a bound, in their order."""
        found = self._in_order.get((series, bound))
        if found is None:
            stated = (release for release, of in self.sheets if of == series)
            found = sorted((r for r in stated if self._is_known(r, bound)), key=self.order)
            self._in_order[series, bound] = found
        return found

    def _is_known(self, release, bound):
        if bound is None:
            return True
        if isinstance(bound, str):
            return self.order(release) <= self.order(bound)
        return self.published[release] <= bound

    # --- Reading ---

    def periods_of(self, series):
        """Every period that any release ever named."""
        return sorted({p for key, sheet in self.sheets.items() if key[1] == series
                       for p in sheet.named})

    def statements(self, series, period, bound=None):
        """(release, Content or WITHDRAWN), in the order of releases."""
        said = [(release, self.sheets[release, series].says(period))
                for release in self.releases_of(series, bound)]
        return [(release, what) for release, what in said if what is not None]

    def visible(self, series, period, bound=None):
        """(Content, the release that first stated the present run of it), or None.

        A withdrawal ends facts and targets alike. After it, the last fact counts; where there is
        none, the last target does.
        """
        alive = []
        for release, said in self.statements(series, period, bound):
            alive = [] if said is WITHDRAWN else alive + [(release, said)]
        alive = [s for s in alive if not s[1].is_target] or alive
        if not alive:
            return None
        first, last = alive[-1]
        for release, said in reversed(alive):
            if said != last:
                break
            first = release
        return last, first

    def observations(self, series, bound=None):
        """[(period, Content, release)] by period."""
        found = [(period, self.visible(series, period, bound))
                 for period in self.periods_of(series)]
        return [(period, *seen) for period, seen in found if seen]

    def only_release(self, series, release):
        """What one release itself states."""
        sheet = self.sheets.get((release, series), Sheet())
        return [(period, said, release) for period, said in sorted(sheet.named.items())
                if said is not WITHDRAWN]

    def nth_release(self, series, n, bound=None):
        """What the n-th release that stated each period said of it; withdrawing is not stating."""
        found = []
        for period in self.periods_of(series):
            stated = [s for s in self.statements(series, period, bound) if s[1] is not WITHDRAWN]
            if len(stated) >= n:
                found.append((period, stated[n - 1][1], stated[n - 1][0]))
        return found

    def latest(self, series, bound=None, actual_only=False):
        """(period, Content, release) of the greatest period with a value, or None."""
        passed_over = MISSING | (frozenset("FT") if actual_only else frozenset())
        found = [row for row in self.observations(series, bound)
                 if row[1].status not in passed_over]
        return found[-1] if found else None

    def revisions(self, series, bound=None, include_unchanged=False):
        """Versions by period, then in the order of releases. `known_until` knows no bound."""
        return [version for period in self.periods_of(series)
                for version in self._versions(series, period)
                if self._is_known(version.release, bound)
                and (include_unchanged or not version.unchanged)]

    def _versions(self, series, period):
        """Statements, and what became of each. What restates is no version, so it displaces none."""
        statements = self._tracked(series, period)
        for i, (release, said, unchanged) in enumerate(statements):
            later = [(r, other) for r, other, again in statements[i + 1:] if not again]
            until = self._withdrawn_until if said is WITHDRAWN else self._known_until
            yield Version(period, release, said, until(said, later), unchanged)

    def _tracked(self, series, period):
        """(release, what it said, whether that restates). Facts and targets are two tracks, since a
        target never hides a fact. A withdrawal where there is nothing to withdraw is left out."""
        found = []
        fact = target = None
        for release, said in self.statements(series, period):
            if said is WITHDRAWN:
                if fact or target:
                    found.append((release, said, False))
                fact = target = None
            elif said.is_target:
                found.append((release, said, said == target))
                target = said
            else:
                found.append((release, said, said == fact))
                fact = said
        return found

    def _known_until(self, said, later):
        """When another content takes the place of this one."""
        for release, other in later:
            hidden = other is not WITHDRAWN and other.is_target and not said.is_target
            if other != said and not hidden:
                return self.published[release]
        return 0

    def _withdrawn_until(self, _, later):
        return next((self.published[r] for r, other in later if other is not WITHDRAWN), 0)

    def vintages(self, series):
        """One dict a release that says anything of the series, in their order."""
        rows = []
        for release in self.releases_of(series):
            sheet = self.sheets[release, series]
            stated = [p for p, said in sheet.named.items() if said is not WITHDRAWN]
            withdrawn = [p for p in self.periods_of(series) if self._withdraws(series, p, release)]
            kinds = [self._kind(series, p, release) for p in stated]
            rows.append({
                "release": release, "stated_count": len(stated),
                "withdrawn_count": len(withdrawn),
                "first_period": min(stated + withdrawn, default=None),
                "last_period": max(stated + withdrawn, default=None),
                "new_count": kinds.count("new"), "revised_count": kinds.count("revised"),
                "unchanged_count": kinds.count("unchanged"), "replaces": sheet.replaces})
        return rows

    def _withdraws(self, series, period, release):
        return any(version.release == release and version.content is WITHDRAWN
                   for version in self._versions(series, period))

    def _kind(self, series, period, release):
        statements = self.statements(series, period, release)
        if all(said is WITHDRAWN for _, said in statements[:-1]):
            return "new"
        version = [v for v in self._versions(series, period) if v.release == release]
        return "unchanged" if version[0].unchanged else "revised"
