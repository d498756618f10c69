"""One feed, in the process that holds its lease: snapshots that were kept are taken in, in their order, each once.

Guard, diff and record are one transaction for each snapshot: killed at any moment, the log holds all of a snapshot or
nothing of it, and the next holder goes on with the one after the last that was taken in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile

from bluelamp.domain.call import Place
from bluelamp.domain.diff import Cloak
from bluelamp.domain.guard import Stated, asks_whole
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.domain.snapshot import SnapshotReading
from bluelamp.errors import BluelampError, SourceError
from bluelamp.live.capture import validators_of
from bluelamp.live.row_warnings import OddRows
from bluelamp.live.step import place, take_in
from bluelamp.places.privacy import PlacePrivacy, place_privacy
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.fetching import Part, version_of
from bluelamp.sources.feeds.reading import read
from bluelamp.storage.live.leases import Lease
from bluelamp.storage.live.log_writer import LogState, LogWriter, Step, Writing
from bluelamp.storage.live.snapshots import PLACED, Body, SnapshotEntry, Snapshots

# So many snapshots that wait are taken in at once; while nobody waits, each has a transaction of its own.
_BATCH = 200


class FeedFlow:
    """Takes the snapshots of one feed in. Not for several threads at once."""

    def __init__(self, agency: Agency, lease: Lease, writer: LogWriter, snapshots: Snapshots) -> None:
        self.agency, self.lease = agency, lease
        self._writer, self._snapshots = writer, snapshots
        self._state: LogState | None = None
        self._privacy: PlacePrivacy | None = None
        self._odd = OddRows(agency.name)
        self._fresh: tuple[int, tuple[Body, ...]] = (0, ())

    @property
    def state(self) -> LogState:
        """The log as it is; opened when first wanted, and again after anything went wrong."""
        if self._state is None:
            self._state = self._writer.open(self.lease)
        return self._state

    def expect(self, entry: SnapshotEntry, bodies: Sequence[Body]) -> None:
        """The bodies of a snapshot that was just kept: they need not be read from the vault again."""
        self._fresh = entry.number, tuple(bodies)

    def use(self, state: LogState) -> None:
        """Write to this log instead of the one that is read: for a rebuild."""
        self._state = state

    def validators(self) -> dict[str, str]:
        """What the next request is conditional on: the newest answer that was taken in; nothing where the list should
        come whole."""
        tracking = self.state.tracking
        if asks_whole(self.agency.rules, tracking, self.state.at):
            return {}
        numbers = [mark["number"] for mark in (tracking["good"], tracking["doubt"]) if mark is not None]
        if not numbers:
            return {}
        found = self._snapshots.after(self.agency.name, max(numbers) - 1, 1)
        return validators_of(found[0] if found else None)

    def take_waiting(self, now: str) -> list[Step]:
        """Take in what was kept and waits, in order; as far as the feed's delay lets it by `now` (a moment)."""
        steps: list[Step] = []
        while True:
            entries = self.due(now)
            if not entries:
                return steps
            steps += self.take(entries)
            if len(entries) < _BATCH:
                return steps

    def due(self, now: str) -> list[SnapshotEntry]:
        """The next snapshots that wait, in order, as far as the feed's delay lets them be told by `now` (a moment)."""
        entries = self._snapshots.after(self.agency.name, self.state.taken, _BATCH)
        delay = self.agency.privacy.delay_minutes
        if not delay:
            return entries
        until = moment_of(parse_moment(now) - timedelta(minutes=delay))
        return list(takewhile(lambda entry: entry.fetched_at <= until, entries))

    def take(self, entries: Sequence[SnapshotEntry]) -> list[Step]:
        """Take snapshots in, in one transaction. Raises Busy where another process has taken the feed over."""
        state, privacy = self.state, self._place_privacy()

        def cloak(place: Place) -> Place:
            return privacy.cloaked(place, self.agency.name)

        try:
            with self._writer.writing(self.lease, state) as writing:
                return [self._one(writing, state, entry, cloak) for entry in entries]
        except BaseException:
            # What was written is gone again, so what is remembered of it must go too.
            self._state = None
            raise

    def _place_privacy(self) -> PlacePrivacy:
        if self._privacy is None:
            self._privacy = place_privacy(self.agency, self._writer.secret)
        return self._privacy

    def _one(self, writing: Writing, state: LogState, entry: SnapshotEntry, cloak: Cloak) -> Step:
        bodies: tuple[Body, ...] = ()
        problem = entry.problem
        try:
            bodies = self._bodies(entry)
        except BluelampError as error:
            problem = error.message
        parts = [Part(body.url, body.status, body.headers, body.body) for body in bodies]
        stated = stated_of(entry, parts, problem)

        def rows() -> SnapshotReading:
            reading = read(self.agency, parts, parse_moment(entry.fetched_at))
            self._odd.report(reading.odd)
            return reading

        if entry.origin == PLACED:
            step = place(self.agency.rules, state, entry.number, entry.fetched_at, bodies, writing.calls, cloak)
        else:
            step = take_in(self.agency.rules, state, entry.number, stated, rows, writing.recall, cloak)
        writing.write(step)
        return step

    def _bodies(self, entry: SnapshotEntry) -> tuple[Body, ...]:
        number, bodies = self._fresh
        if entry.number != number:
            return self._snapshots.bodies(entry)
        self._fresh = 0, ()  # as large as the answer: not to be held until the next one
        return bodies


def stated_of(entry: SnapshotEntry, parts: Sequence[Part], problem: str) -> Stated:
    """What a snapshot says of itself: of several pages, the first one's version and the worst one's status."""
    if not parts:
        return Stated(entry.fetched_at, 0, problem=problem or "No answer came.")
    status = next((part.status for part in parts if not 200 <= part.status < 300), 200)
    try:
        version = version_of(parts)
    except SourceError as error:
        return Stated(entry.fetched_at, status, problem=error.message)
    content = hashlib.sha256("".join(part["sha256"] for part in entry.parts).encode()).hexdigest()
    return Stated(entry.fetched_at, status, version.identity, content, version.time, version.out_of_date, problem)
