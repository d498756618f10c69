"""A feed whose log lives in memory: snapshots in, changes out. For tests of guard and diff without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bluelamp.domain.call import Call
from bluelamp.domain.change import Change, apply, call_id
from bluelamp.domain.diff import EndedCall
from bluelamp.domain.feed import FeedRules
from bluelamp.domain.guard import Stated
from bluelamp.domain.matching import number_key, place_key
from bluelamp.domain.moment import moment_of
from bluelamp.domain.snapshot import ListedUnit, Row, SnapshotReading, collapse
from bluelamp.domain.tracking import nothing_tracked
from bluelamp.errors import SourceError
from bluelamp.live.step import take_in
from bluelamp.storage.live.log_writer import LogState, Step

BEGIN = datetime(2026, 2, 11, tzinfo=UTC)


def row(
    number: str | None,
    unit: str | None,
    *,
    location: str | None = "Elm St",
    nature: str | None = "40 - Other",
    status: str | None = "At Scene",
    point: tuple[float, float] | None = None,
    **more: str | None,
) -> Row:
    """A unit on a call."""
    stated = {"incident_number": number, "location": location, "nature": nature, **more}
    units = (ListedUnit(unit, status),) if unit else ()
    return Row({name: value for name, value in stated.items() if value}, units, point)


def at(minutes: float) -> str:
    """A moment, in minutes from the beginning."""
    return moment_of(BEGIN + timedelta(minutes=minutes))


class MemoryFeed:
    """Snapshots are two minutes apart unless told otherwise."""

    def __init__(self, rules: FeedRules | None = None) -> None:
        self.rules = rules or FeedRules("city")
        self.state = LogState("city", 1, "epoch", 0, 0, "", 0, nothing_tracked(), {}, {}, has_ended=True)
        self.ended: dict[str, Call] = {}
        self.occurrences: dict[str, int] = {}
        self.changes: list[Change] = []
        self.verdicts: list[str] = []
        self.minutes = 0.0
        self.let_go = 0  # the newest change that the log has let go
        self._folded: dict[str, Call] = {}
        self._named: dict[str, dict[str, None]] = {}
        self._ended_at: dict[str, str] = {}

    def show(
        self,
        *rows: Row,
        fields: frozenset[str] | None = None,
        unreadable: int = 0,
        version: str = "",
        time: str | None = None,
        out_of_date: bool = False,
        status: int = 200,
        problem: str = "",
        broken: bool = False,
        wait: float = 2,
        salt: str = "",
        cut: tuple[str, ...] = (),
    ) -> Step:
        """Take a snapshot with these rows in; the step that follows. `salt` makes other bytes of the same rows."""
        self.minutes += wait
        kept, duplicates, conflicting = collapse(rows)
        seen = {name for one in kept for name in one.values} | ({"unit"} if any(one.units for one in kept) else set())
        reading = SnapshotReading(
            kept,
            frozenset(seen) if fields is None else fields,
            len(rows) + unreadable,
            tuple((place, "odd") for place in range(unreadable)),
            duplicates,
            conflicting,
            cut=cut,
        )
        body = hashlib.sha256((repr(rows) + repr(unreadable) + repr(cut) + salt).encode()).hexdigest()
        stated = Stated(at(self.minutes), status, version, body, time, out_of_date, problem)

        def read() -> SnapshotReading:
            if broken:
                raise SourceError("The answer is not JSON.")
            return reading

        return self._take(stated, read)

    def _take(self, stated: Stated, read: object) -> Step:
        step = take_in(self.rules, self.state, self.state.taken + 1, stated, read, self._recall)  # type: ignore[arg-type]
        self.verdicts.append(step.result.verdict)
        for change in step.changes:
            self.state.seq += 1
            numbered: Change = {"seq": self.state.seq, **change}
            self.changes.append(numbered)
            self._folded[change["call"]] = apply(self._folded.get(change["call"]), change)
        self.state.taken += 1
        self.state.tracking = step.tracking or self.state.tracking
        self.occurrences.update(step.occurrences)
        for id_, call in step.calls.items():
            assert self._folded[id_] == call, "a call is the sum of its changes"
            for key in _keys(call):
                self._named.setdefault(key, {})[id_] = None
            if call["ended"]:
                self._ended_at[id_] = step.at
                self.ended[id_] = call
                self.state.calls.pop(id_, None)
            else:
                self.ended.pop(id_, None)
                self.state.calls[id_] = call
        return step

    def _recall(self, key: str) -> EndedCall:
        ids = self._named.get(key, {})
        named = [self._folded[id_] for id_ in ids if key in _keys(self._folded[id_])]
        gone = [call for call in named if call["ended"]]
        newest = max(gone, key=lambda call: (self._ended_at[call["id"]], call["id"]), default=None)
        occurrence = max((self.occurrences.get(call["id"], 1) for call in named), default=self.let_go)
        while call_id(self.rules.feed, key, occurrence + 1) in self._folded:
            occurrence += 1
        return EndedCall(newest, occurrence)

    @property
    def numbers(self) -> list[str | None]:
        """The incident numbers of the open calls."""
        return sorted((call["incident_number"] for call in self.state.calls.values()), key=str)

    def kinds(self, steps: Sequence[Change] | None = None) -> list[str]:
        return [change["kind"] for change in (self.changes if steps is None else steps)]


def _keys(call: Call) -> tuple[str, ...]:
    number = call["incident_number"]
    return (place_key(call), number_key(number)) if number else (place_key(call),)


def kinds(step: Step) -> list[str]:
    """The kinds of a step's changes, in their order."""
    return [change["kind"] for change in step.changes]
